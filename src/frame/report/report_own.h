/* What the files of this folder have from each other. */
#ifndef FRAME_REPORT_REPORT_OWN_H
#define FRAME_REPORT_REPORT_OWN_H

#include "assembly/page.h"
#include "core/catalog.h"
#include "core/core.h"
#include "frame/report/report.h"

/* Before a value of digits and signs alone: read from the left in every language. */
#define LEFT_TO_RIGHT "\u200e"

/* Words, zone and ledger head of a request, before anything is described. */
rc report_prepare(struct ctx *c, const struct request *request, struct response *response,
                  struct reporting *ret);

/* Events, each kept, the newest first. */
struct kept_event {
    struct ledger_event event;
    const struct event_kind *kind;
};
struct kept_events {
    struct reporting *r;
    struct ctx *c;
    int64_t from_us, to_us; /* of `received`; 0: no bound */
    struct label label;     /* joined of all that are kept */
    size_t count, most, hidden;
    bool uncounted; /* what is hidden is not told: to count it would say that there is such a record
                     */
    bool more;      /* there are more than `most` */
    struct kept_event *items;
};
rc report_keep(struct ctx *c, struct reporting *r, struct str record, struct str kind,
               struct kept_events *ret);
rc report_events_table(struct ctx *c, struct reporting *r, const struct kept_events *events,
                       bool with_record);
rc report_events_proof(struct ctx *c, struct reporting *r, const struct kept_events *events);

/* The ledger's own report. */
#define LEDGER_EXTRACT_FIELDS(F, T)                                     \
    F(T, text, line, record, 0, 1, 80, "of this record: \"zone/01J…\"") \
    F(T, text, line, kind, 0, 1, 80, "of this kind: \"zone.changed\"")  \
    F(T, time, _, from, 0, 0, 0, "received at this time or later")      \
    F(T, time, _, to, 0, 0, 0, "received before this time")             \
    F(T, opt_i64, _, limit, 0, 1, REPORT_PROOFS_MAX, "events at most; 50 when it is absent")
SHAPE_DECLARE(ledger_extract, LEDGER_EXTRACT_FIELDS);
rc report_describe_ledger(struct ctx *c, struct reporting *r, const void *asked);

/* The document of a record. */
rc report_describe_record(struct ctx *c, struct reporting *r, const struct record *record,
                          struct str id, bool history);

#endif
