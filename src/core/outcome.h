/* What a decision wants, on its way from the decision to the writer. Private to core. */
#ifndef CORE_OUTCOME_H
#define CORE_OUTCOME_H

#include "core/decide.h"

enum { OUTCOME_EVENTS_MAX = 1024 };

enum wish_kind {
    WISH_EVENT,
    WISH_VAULT_PUT,
    WISH_VAULT_DELETE,
    WISH_VAULT_DELETE_WHERE,
    WISH_ERASE,
    WISH_DESTROY
};

struct wish {
    enum wish_kind kind;
    struct outcome_event event;
    struct str body;           /* of the event, as JSON */
    const struct shape *shape; /* vault */
    const void *record;
    struct vault_seal seal; /* of the row; field NULL: none */
    const char *field;      /* to delete by */
    struct str id;          /* vault row, value of the field, or the subject to erase */
    struct wish *next;
};

struct outcome {
    const struct catalog *catalog;
    struct label inherited; /* of the event that led here; absent: of none */
    struct label strictest; /* of the events so far, and of the one that led here */
    size_t count;
    struct wish *first, **last;
};

static inline void outcome_init(struct outcome *outcome, const struct catalog *catalog,
                                struct label inherited)
{
    *outcome = (struct outcome){.catalog = catalog,
                                .inherited = inherited,
                                .strictest = inherited,
                                .last = &outcome->first};
}

/* Put what `later` wants behind what `outcome` wants. TOO_LARGE. */
rc outcome_join(struct ctx *c, struct outcome *outcome, const struct outcome *later);

#endif
