/* What the files of this folder have from each other. */
#ifndef DOMAIN_TRIPWIRE_TRIPWIRE_OWN_H
#define DOMAIN_TRIPWIRE_TRIPWIRE_OWN_H

#include "domain/tripwire/tripwire.h"

#include "base/tz.h"
#include "core/core.h"
#include "engine/sigma/sigma.h"

#define PERMIT_TRIPWIRE_READ     "tripwire.read"
#define PERMIT_TRIPWIRE_WRITE    "tripwire.write"
#define PERMIT_TRIPWIRE_ACTIVATE "tripwire.activate"

enum {
    TRIPWIRE_HITS_SHOWN_MAX = 1000,
    SELF_TEST_AT_ONCE = 32, /* rules tried in one go; the others follow */
    STATE_PART_MAX = 1 << 20,
    STATE_PARTS_MAX = 64, /* so much is kept of the windows */
};
enum { SELF_TEST_HOURS = 6 };
#define SELF_TEST_RHYTHM "tripwire-self-test"
static const int64_t SELF_TEST_NEXT_US = (int64_t)30 * 1000000;

/* ---- the windows, kept in the vault ---------------------------------------------------------- */

#define TRIPWIRE_STAND_FIELDS(F, T)                                        \
    F(T, id, _, id, REQUIRED, 0, 0, "there is one")                        \
    F(T, i64, _, position, 0, 0, 0, "the next event to be seen")           \
    F(T, i64, _, parts, 0, 0, 0, "in how many parts the windows are kept") \
    F(T, json, _, counts, 0, 0, 8 << 20, "what was counted since the program was started")
SHAPE_DECLARE(tripwire_stand, TRIPWIRE_STAND_FIELDS);

#define TRIPWIRE_PART_FIELDS(F, T)                       \
    F(T, id, _, id, REQUIRED, 0, 0, "its place in line") \
    F(T, bytes, _, bytes, REQUIRED, 0, STATE_PART_MAX, "windows")
SHAPE_DECLARE(tripwire_part, TRIPWIRE_PART_FIELDS);

/* ---- inputs ---------------------------------------------------------------------------------- */

#define TRIPWIRE_STATE_FIELDS(F, T)                       \
    F(T, record, tripwire_stand, stand, 0, 0, 0, "where") \
    F(T, list, tripwire_part, parts, 0, 0, STATE_PARTS_MAX, "the windows")
SHAPE_DECLARE(tripwire_state, TRIPWIRE_STATE_FIELDS);

#define TRIPWIRE_WAIT_FIELDS(F, T) F(T, time, _, due, REQUIRED, 0, 0, "when to look again")
SHAPE_DECLARE(tripwire_wait, TRIPWIRE_WAIT_FIELDS);

#define TRIPWIRE_TURN_FIELDS(F, T) F(T, id, _, after, 0, 0, 0, "the last one that was tried")
SHAPE_DECLARE(tripwire_turn, TRIPWIRE_TURN_FIELDS);

#define TRIPWIRE_OFF_FIELDS(F, T) \
    F(T, text, block, why, REQUIRED, 3, 500, "why it is switched off, or given back")
SHAPE_DECLARE(tripwire_off, TRIPWIRE_OFF_FIELDS);

/* activate.c: who lets a rule see events. */
step_rule step_activate, step_withdraw, step_off;

extern const struct decision tripwire_decisions[];
extern const struct fold tripwire_folds[];
extern const struct route tripwire_routes[];
serve_fn tripwire_serve_hit, tripwire_serve_board;
record_check tripwire_check;

/* tripwire_decide.c: the deadline by which the engine is woken. */
rc tripwire_wake_id(struct ctx *c, struct str *ret);

/* ---- rules.c --------------------------------------------------------------------------------- */

/* A rule that is, or was, active. */
struct live_rule {
    struct str id, text;
    struct label label;
};

struct live_rules {
    size_t count, room;
    struct live_rule *items;
};

/* One of them as it was then; its text is absent when it was not active. */
rc rule_at(struct ctx *c, struct picture *picture, const struct catalog *catalog, struct str id,
           int64_t position, struct live_rule *ret);

/* What was active after the first `position` events of the ledger. */
rc rules_at(struct ctx *c, struct picture *picture, const struct catalog *catalog, int64_t position,
            struct live_rules *ret);

/* All of them as one set. One that does not fit the others is left out. */
rc rules_set(struct ctx *c, const struct live_rules *rules, struct sigma_set **ret);

/* Why the rule cannot fire (a trial of its own, or a source that is not there); absent: it can. */
rc rules_try(struct ctx *c, struct picture *picture, const struct sigma_set *set,
             struct str *ret_why);

/* Does a rule of the set lock or evacuate? */
bool rules_are_grave(const struct sigma_set *set);

/* ---- ring.c ---------------------------------------------------------------------------------- */

/* Raise the alarm that the hit's rule asks for; a hit that came late rings nowhere. */
rc hit_ring(struct ctx *c, struct picture *picture, struct outcome *outcome,
            const struct tripwire_hit *hit);

/* Is it about an alarm that a hit raised? No rule sees those: it could trip itself for ever. */
bool hit_rang(const struct event *event);

/* ---- taxonomy.c ------------------------------------------------------------------------------ */

/* Into how many an event falls: one, or, when its body is a list of items, as many as those; none
 * when no rule is to see it. */
size_t taxonomy_parts(const struct event *event);

/* By what events are seen: the names that rules use, what is known of records, and the clock on the
 * mission's wall. */
struct seeing {
    const struct sigma_set *set;
    struct picture *picture;
    const struct tz *zone; /* NULL: not known; the fields of local time are absent */
};

/* One of them as Sigma sees it. Values point into the event, or are in the arena of c. */
rc taxonomy_event(struct ctx *c, const struct seeing *seeing, const struct event *event,
                  size_t part, struct sigma_event *ret);

/* Where it was, as far as a record that the event names says so: the first zone and the first site.
 * Where somebody works is not where something happened. */
rc taxonomy_place(struct ctx *c, struct picture *picture, const struct event *event, size_t part,
                  struct str *ret_zone, struct str *ret_site);

/* The zone of the mission, in the arena of c; NULL when there is no mission, or the machine does
 * not know its zone. */
rc taxonomy_zone(struct ctx *c, struct picture *picture, const struct tz **ret);

/* For sigma_set_reach; arg is a struct reachable. */
struct reachable {
    const struct catalog *catalog;
    struct picture *picture; /* NULL: as if every source were there */
    struct ctx *c;
};
sigma_has taxonomy_has;

/* Is it one that no rule sees: what tripwires and deadlines themselves say? */
bool taxonomy_hidden(const struct event *event);

/* State of the picture, for the engine's option; arg is a struct picture_state. */
struct picture_state {
    struct ctx *c;
    struct picture *picture;
    struct wall now; /* of the event */
};
enum sigma_truth picture_state(struct picture_state *state, struct str name, struct str thing);

/* The states of which any part of Chancery can say something. Of all others nothing is ever known.
 */
extern const char *const picture_states[];
extern const size_t picture_state_count;
bool picture_knows(struct str name);

/* hit.c: a hit of the engine as a body. Labels and place are those of its events, which are read.
 */
rc hit_body(struct ctx *c, struct picture *picture, const struct sigma_set *set,
            const struct live_rules *rules, const struct sigma_hit *hit, struct tripwire_hit *ret);

/* ---- past events (past.c) -------------------------------------------------------------------- */

struct past {
    struct picture *picture;
    const unsigned char *seal_key;
    const struct actor *actor;
};

/* An event by its number. NOT_FOUND also when the actor may not read it. */
rc past_event(struct ctx *c, const struct past *past, int64_t seq, struct event *ret);

/* {"seq","kind","occurred","received","actor","record","label","drill"}: its outside. */
void past_put(struct text *out, const struct event *event);

/* Why each detection of a set holds of an event or does not: [{"rule","title","fires",…}], as
 * sigma_explain_json has it; `only_fires` leaves out those that do not. */
rc past_explain(struct ctx *c, const struct past *past, const struct sigma_set *set,
                const struct event *event, bool only_fires, struct text *out);

/* ---- the nearest miss (near.c) --------------------------------------------------------------- */

/* What is gathered while events go by. In the arena of c, as big as the set. */
struct near;
rc near_open(struct ctx *c, const struct sigma_set *set, struct near **ret);
void near_close(struct near *near);
void near_note_hit(struct near *near, const struct sigma_hit *hit);
rc near_note_event(struct ctx *c, struct near *near, const struct sigma_event *event, int64_t seq);

/* ,"nearest":[…],"parts":[…]. The numbers of the events that it names are told to `note`. */
rc near_put(struct ctx *c, const struct near *near, const struct past *past,
            const struct sigma_engine *engine, void (*note)(void *arg, int64_t seq), void *arg,
            struct text *out);

/* hit.c: a hit as JSON, for what is not recorded. */
void hit_put(struct text *out, const struct sigma_set *set, const struct sigma_hit *hit);

/* hit.c: what a rule has cost, as JSON. */
void hit_put_cost(struct text *out, const struct sigma_rule *rule, const struct sigma_cost *cost);

#endif
