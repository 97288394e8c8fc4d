/* What the program that is killed appends and the one that kills it expects. */
#ifndef SUPPORT_LEDGER_CRASH_H
#define SUPPORT_LEDGER_CRASH_H

#include "base/text.h"
#include "ledger/ledger.h"

static const unsigned char crash_key[32] = {11};
static const struct ledger_options crash_who = {
    .origin = {"chancery/crash", 14}, .sign_seed = crash_key, .seal_key = crash_key};

/* The event of a number; its length differs. */
static inline struct ledger_event crash_event(struct ctx *c, int64_t n)
{
    struct ledger_event e = {.kind = STR("door.opened"), .version = 1, .cause = -1};
    rc made = str_format(c, &e.body, "{\"n\":%d,\"pad\":\"%0*d\"}", (int)n, (int)(n * 37 % 900), 7);
    if (rc_ok(made))
        made = str_format(c, &e.record, "door/%d", (int)(n % 50));
    if (rc_ok(made) && n % 11 == 0)
        made = str_format(c, &e.subject, "person-%d", (int)(n % 5));
    if (!rc_ok(made))
        e.kind = (struct str){0}; /* the append refuses it */
    return e;
}

#endif
