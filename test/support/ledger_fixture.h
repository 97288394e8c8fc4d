/* For tests: a ledger with events that can be told apart. */
#ifndef SUPPORT_LEDGER_FIXTURE_H
#define SUPPORT_LEDGER_FIXTURE_H

#include "ledger/ledger.h"
#include "support/store_fixture.h"

extern const struct ledger_options fixture_who;

/* Made in an empty store, and opened. */
struct ledger *fixture_ledger(struct ctx *c, struct store *store);

/* The event that is appended as number n: every third is personal, the record changes. */
struct ledger_event fixture_event(struct ctx *c, int64_t n);

/* The next `count` events, signed, in one transaction. */
rc fixture_try_append(struct ctx *c, struct store *store, struct ledger *ledger, int64_t count);
void fixture_append(struct ctx *c, struct store *store, struct ledger *ledger, int64_t count);

/* All is as it should be, and there are so many events. */
void fixture_verify(struct ctx *c, struct store *store, int64_t events);

#endif
