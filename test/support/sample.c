/* The module that the tests of core share. */
#include "support/sample.h"
#include "assembly/core_module.h"

#include "shape/shape_older.h"

#include <stdio.h>

static rc rung_from_v1(struct ctx *c, const void *old, void *ret_new)
{
    const struct bell_rung_v1 *before = old;
    struct bell_rung *after = ret_new;
    (void)c;
    *after = (struct bell_rung){before->bell, 1};
    return OK;
}
static const struct shape_older rung_older = {&bell_rung_v1_shape, rung_from_v1};

SHAPE_DEFINE(gate_lock, GATE_LOCK_FIELDS, 1, "A lock");
SHAPE_DEFINE(gate, GATE_FIELDS, 1, "A gate");
SHAPE_DEFINE(keeper, KEEPER_FIELDS, 1, "A person");
SHAPE_DEFINE(shift, SHIFT_FIELDS, 1, "A time of duty");
SHAPE_DEFINE(pass, PASS_FIELDS, 1, "A pass");
SHAPE_DEFINE(bell, BELL_FIELDS, 1, "A bell");
SHAPE_DEFINE(bell_rung_v1, BELL_RUNG_V1_FIELDS, 1, "A bell has rung");
SHAPE_DEFINE_AFTER(bell_rung, BELL_RUNG_FIELDS, 2, &rung_older, "A bell has rung");
SHAPE_DEFINE(bell_ring, BELL_RING_FIELDS, 1, "Ring a bell");
SHAPE_DEFINE(gate_open, GATE_OPEN_FIELDS, 1, "Open a gate");
SHAPE_DEFINE(gate_shut, GATE_SHUT_FIELDS, 1, "Shut a gate");

static EVENT_KIND(bell_rung, "bell.rung", bell_rung, "gate.read", "A bell has rung");
static EVENT_KIND(gate_opened, "gate.opened", gate_open, "gate.read", "A gate was opened");
static EVENT_KIND(gate_shut, "gate.shut", gate_shut, "gate.read", "A gate was shut");

enum { RING, OPEN_GATE, GUARD, SHUT, GIVE, TAKE, ERASE, DECISIONS };
static const struct decision decisions[DECISIONS + 1];

/* ---- the bell
 * ------------------------------------------------------------------------------------------ */

static rc add_rung(struct ctx *c, struct outcome *outcome, struct str bell, int64_t times,
                   struct label label)
{
    struct bell_rung *body = NULL;
    NEW(c, body, 1);
    *body = (struct bell_rung){bell, times};
    return outcome_add(
        c, outcome,
        &(struct outcome_event){
            .kind = &bell_rung_kind, .body = body, .record_id = bell, .label = label});
}

static rc decide_ring(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    const struct bell_ring *ring = command->input;
    (void)picture;
    return add_rung(c, outcome, command->target, ring->times, ring->label);
}

static rc fold_rung(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct bell_rung *rung = event->body;
    struct bell bell = {0};
    rc found = picture_get(c, picture, &bell_shape, rung->bell, NULL, &bell);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    bell.id = rung->bell;
    bell.times++;
    return picture_put(c, picture, &bell_shape, &bell, event);
}

/* It rings once less, under the label of the ring before. */
static rc react_rung(struct ctx *c, struct picture *picture, const struct event *event,
                     struct outcome *outcome)
{
    const struct bell_rung *rung = event->body;
    (void)picture;
    if (rung->times == BELL_UNLUCKY)
        FAIL(c, INVALID, "thirteen\nis too many");
    if (rung->times <= 1)
        return OK;
    return add_rung(c, outcome, rung->bell, rung->times - 1, (struct label){0});
}

/* ---- opening and shutting
 * ------------------------------------------------------------------------------ */

static rc decide_open(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    const struct gate_open *open = command->input;
    struct gate_shut shut = {open->why};
    (void)picture;
    TRY(outcome_add(c, outcome,
                    &(struct outcome_event){
                        .kind = &gate_opened_kind, .body = open, .record_id = command->target}));
    return outcome_set_deadline(c, outcome, &decisions[SHUT], command->target, open->until, &shut);
}

static rc decide_guard(struct ctx *c, struct picture *picture, const struct command *command,
                       struct outcome *outcome)
{
    (void)picture;
    return outcome_clear_deadline(c, outcome, &decisions[SHUT], command->target);
}

static rc decide_shut(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    const struct gate_shut *shut = command->input;
    (void)picture;
    if (str_is(shut->why, "never"))
        FAIL(c, CONFLICT, "it stays open");
    struct outcome_event event = {
        .kind = &gate_shut_kind, .body = shut, .record_id = command->target};
    if (command->cause < 0)
        event.label.tlp = TLP_GREEN; /* else it is the deadline's */
    return outcome_add(c, outcome, &event);
}

static rc fold_shut(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct gate_shut *shut = event->body;
    (void)picture;
    if (str_is(shut->why, "jam"))
        FAIL(c, INTERNAL, "the fold fails on demand");
    return OK;
}

/* ---- the vault, and erasure
 * ---------------------------------------------------------------------------- */

static rc decide_give(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    (void)picture;
    return outcome_vault_put(c, outcome, &pass_shape, command->input);
}

static rc decide_take(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    (void)picture;
    return outcome_vault_delete(c, outcome, &pass_shape, command->target);
}

static rc decide_erase(struct ctx *c, struct picture *picture, const struct command *command,
                       struct outcome *outcome)
{
    (void)picture;
    return outcome_erase(c, outcome, command->target);
}

/* ---- the module
 * ---------------------------------------------------------------------------------------- */

static const struct decision decisions[DECISIONS + 1] = {
    [RING] = DECISION("bell.ring", "Ring", "gate.write", &bell_ring_shape, decide_ring),
    [OPEN_GATE] = DECISION("gate.open", "Open", "gate.write", &gate_open_shape, decide_open),
    [GUARD] = DECISION("gate.guard", "Do not shut", "gate.write", NULL, decide_guard),
    [SHUT] = DECISION("gate.shut", "Shut", "gate.write", &gate_shut_shape, decide_shut),
    [GIVE] = DECISION("pass.give", "Give a pass", "gate.write", &pass_shape, decide_give),
    [TAKE] = DECISION("pass.take", "Take it back", "gate.write", NULL, decide_take),
    [ERASE] = DECISION("keeper.erase", "Erase", "gate.write", NULL, decide_erase),
    [DECISIONS] = {0},
};

const struct module sample_module = {
    .name = "sample",
    .help = "Gates and their keepers",
    .records =
        (const struct record[]){
            RECORD(gate, "gates", "gate.read", "gate.write"),
            RECORD(keeper, "keepers", "gate.read", "gate.write", .personal = true),
            RECORD(shift, "shifts", "gate.read", "gate.write", .personal = true,
                   .subject = "keeper"),
            {0},
        },
    .tables = (const struct table[]){{&pass_shape, TABLE_VAULT}, {&bell_shape, TABLE_PICTURE}, {0}},
    .events = (const struct event_kind *const[]){&bell_rung_kind, &gate_opened_kind,
                                                 &gate_shut_kind, NULL},
    .decisions = decisions,
    .folds = (const struct fold[]){{&bell_rung_kind, fold_rung}, {&gate_shut_kind, fold_shut}, {0}},
    .reactions = (const struct reaction[]){{&bell_rung_kind, react_rung, NULL}, {0}},
    .permissions = (const struct permission[]){{"gate.read", "See"}, {"gate.write", "Do"}, {0}},
};

const struct module *const sample_modules[2] = {&core_module, &sample_module};

/* ---- people
 * -------------------------------------------------------------------------------------------- */

static struct str gates[] = {{"gate.*", 6}, {"ledger.read", 11}};

const struct actor sample_officer = {
    .id = {"officer", 7}, .permissions = {gates, 2}, .clearance = {TLP_RED, {"crisis", 6}}};
const struct actor sample_clerk = {
    .id = {"clerk", 5}, .permissions = {gates, 2}, .clearance = {TLP_GREEN, {NULL, 0}}};
const struct actor sample_nobody = {.id = {"system", 6}, .clearance = {TLP_NONE, {NULL, 0}}};

/* ---- looking
 * -------------------------------------------------------------------------------------------
 */

void sample_listen(void *arg, size_t count, const struct event *const *events)
{
    struct sample_told *told = arg;
    for (size_t i = 0; i < count; i++, told->count++) {
        assert_true(told->count < 4096);
        told->seqs[told->count] = events[i]->seq;
        snprintf(told->kinds[told->count], sizeof told->kinds[0], "%s", events[i]->kind->name);
    }
}

struct ledger_event sample_event(struct scene *s, int64_t seq)
{
    struct ledger_event event = {0};
    struct str entry;
    struct store *store = picture_store(s->reader.picture);
    if (!rc_ok(ledger_entry(&s->c, store, seq, &entry)) ||
        !rc_ok(ledger_decode(&s->c, store, s->options.ledger.seal_key, entry, &event)))
        fail_msg("%s", s->c.fault.message);
    return event;
}

static rc count_each(struct ctx *c, void *arg, const struct ledger_event *event, bool *stop)
{
    (void)c, (void)event, (void)stop;
    ++*(int64_t *)arg;
    return OK;
}

int64_t sample_count(struct scene *s, const char *kind)
{
    int64_t count = 0;
    struct ledger_walk walk = {.limit = INT64_MAX, .kind = str_from(kind)};
    rc walked = ledger_walk(&s->c, picture_store(s->reader.picture), &walk, count_each, &count);
    assert_true(rc_ok(walked));
    return count;
}
