/* The one writer. A batch is one transaction of the store: every command's events are appended and
 * folded at once, so that the next decision sees them; then the ledger's head is signed, all is
 * committed, subscribers are told, and each caller is answered.
 *
 * A refusal writes nothing. Anything else that goes wrong on the way (a disk, a fold) undoes the
 * whole batch; its commands are then run one by one, so that only the guilty one fails. */
#include "core/writer.h"

#include "base/text.h"
#include "core/own.h"

#include <stdio.h>

enum { REACTION_DEPTH_MAX = 16, BATCH_EVENTS_MAX = 65536, DUE_MAX = 64 };

struct batch {
    struct core *core;
    struct ctx c;
    size_t count, room;
    const struct event **events; /* what was appended, for the subscribers */
    bool touched_deadlines;
};

/* Where events come from: what they inherit. */
struct origin {
    const struct actor *actor;
    struct wall occurred, received;
    int64_t cause;
    bool drill;
    int depth;
};

/* ---- appending and folding
 * ------------------------------------------------------------------------- */

static rc make_entry(struct ctx *c, const struct origin *origin, const struct outcome_event *event,
                     struct ledger_event *ret)
{
    struct text body, label;
    struct ledger_event entry = {
        .kind = str_from(event->kind->name),
        .version = event->kind->body->version,
        .occurred = origin->occurred,
        .received = origin->received,
        .actor = origin->actor->id,
        .cause = origin->cause,
        .drill = origin->drill,
        .subject = event->kind->sealed ? event->subject : (struct str){NULL, 0},
    };
    text_init(&body, c, LEDGER_ENTRY_MAX);
    shape_write(&body, event->kind->body, SHAPE_VIEW_WHOLE, event->body);
    TRY(text_done(&body, &entry.body));
    text_init(&label, c, 1024);
    label_put(&label, event->label);
    TRY(text_done(&label, &entry.label));
    if (!str_absent(event->record_id)) {
        struct str noun = entry.kind;
        struct str rest = noun;
        str_split(&rest, '.', &noun);
        TRY(str_format(c, &entry.record, "%.*s/%.*s", STR_ARG(noun), STR_ARG(event->record_id)));
    }
    *ret = entry;
    return OK;
}

static rc fold_event(struct batch *b, const struct event *event)
{
    const struct fold *const *folds = NULL;
    size_t count = catalog_folds(b->core->options.catalog, event->kind, &folds);
    for (size_t i = 0; i < count; i++)
        TRY(folds[i]->fold(&b->c, b->core->picture, event));
    b->touched_deadlines = b->touched_deadlines || event->kind == &deadline_set_kind ||
                           event->kind == &deadline_cleared_kind ||
                           event->kind == &deadline_passed_kind;
    return OK;
}

static rc keep_event(struct batch *b, const struct event *event)
{
    if (b->count == BATCH_EVENTS_MAX)
        FAIL(&b->c, TOO_LARGE, "more than %d events in one batch", BATCH_EVENTS_MAX);
    if (b->count == b->room) {
        const struct event **more = NULL;
        b->room = b->room ? b->room * 2 : 16;
        NEW(&b->c, more, b->room);
        if (b->count)
            memcpy(more, b->events, b->count * sizeof *more);
        b->events = more;
    }
    b->events[b->count++] = event;
    return OK;
}

static rc append_event(struct batch *b, const struct origin *origin,
                       const struct outcome_event *wanted, const struct event **ret)
{
    struct ledger_event entry;
    struct event *event = NULL;
    NEW(&b->c, event, 1);
    TRY(make_entry(&b->c, origin, wanted, &entry));
    *event = (struct event){
        .kind = wanted->kind,
        .occurred = entry.occurred,
        .received = entry.received,
        .actor = entry.actor,
        .cause = entry.cause,
        .drill = entry.drill,
        .label = wanted->label,
        .subject = entry.subject,
        .record = entry.record,
        .body = wanted->body,
    };
    TRY(ledger_append(&b->c, b->core->ledger, 1, &entry, &event->seq));
    TRY(fold_event(b, event));
    TRY(keep_event(b, event));
    *ret = event;
    return OK;
}

static rc apply(struct batch *b, const struct origin *origin, const struct outcome *outcome,
                int64_t *ret_first);

/* Reactions of one event: decided now, with the event as their cause. */
static rc react(struct batch *b, const struct origin *origin, const struct event *event)
{
    const struct reaction *const *reactions = NULL;
    size_t count = catalog_reactions(b->core->options.catalog, event->kind, &reactions);
    struct origin next = *origin;
    next.actor = &actor_system;
    next.cause = event->seq;
    next.depth++;
    if (count > 0 && next.depth > REACTION_DEPTH_MAX)
        FAIL(&b->c, INTERNAL, "reactions to %s go round in a circle", event->kind->name);
    for (size_t i = 0; i < count; i++) {
        struct outcome outcome;
        int64_t first = -1;
        outcome_init(&outcome, b->core->options.catalog);
        TRY(reactions[i]->react(&b->c, b->core->picture, event, &outcome));
        TRY(apply(b, &next, &outcome, &first));
    }
    return OK;
}

static rc apply_wish(struct batch *b, const struct origin *origin, const struct wish *wish,
                     int64_t *ret_first)
{
    const struct event *event = NULL;
    switch (wish->kind) {
    case WISH_EVENT:
        TRY(append_event(b, origin, &wish->event, &event));
        if (*ret_first < 0)
            *ret_first = event->seq;
        return react(b, origin, event);
    case WISH_VAULT_PUT:
        return picture_put(&b->c, b->core->picture, wish->shape, wish->record, NULL);
    case WISH_VAULT_DELETE:
        return picture_delete(&b->c, b->core->picture, wish->shape, wish->id);
    case WISH_ERASE:
        return ledger_erase(&b->c, b->core->ledger, wish->id);
    }
    return OK;
}

static rc apply(struct batch *b, const struct origin *origin, const struct outcome *outcome,
                int64_t *ret_first)
{
    for (const struct wish *wish = outcome->first; wish; wish = wish->next)
        TRY(apply_wish(b, origin, wish, ret_first));
    return OK;
}

/* ---- commands
 * -------------------------------------------------------------------------------------- */

static struct str first_record(const struct batch *b, size_t from)
{
    for (size_t i = from; i < b->count; i++)
        if (!str_absent(b->events[i]->record))
            return b->events[i]->record;
    return STR("");
}

/* A refusal is the command's own result; what this gives back is a failure of the batch. */
static rc run_command(struct batch *b, struct command *command)
{
    struct outcome outcome;
    size_t before = b->count;
    command->received = b->c.clock->wall(b->c.clock);
    command->first_seq = -1;
    command->event_count = 0;
    outcome_init(&outcome, b->core->options.catalog);
    command->result = command->decision->decide(&b->c, b->core->picture, command, &outcome);
    if (!rc_ok(command->result)) {
        command->fault = b->c.fault;
        return OK;
    }
    struct origin origin = {
        .actor = &command->actor,
        .occurred = command->occurred.us ? command->occurred : command->received,
        .received = command->received,
        .cause = command->cause,
        .drill = command->drill,
    };
    TRY(apply(b, &origin, &outcome, &command->first_seq));
    command->event_count = (int64_t)(b->count - before);
    struct str id = first_record(b, before), noun;
    str_split(&id, '/', &noun);
    snprintf(command->record_id, sizeof command->record_id, "%.*s", STR_ARG(id));
    return OK;
}

static rc commit(struct batch *b)
{
    struct core *core = b->core;
    if (b->count > 0) {
        TRY(ledger_sign(&b->c, core->ledger, b->c.clock->wall(b->c.clock)));
        TRY(position_put(&b->c, core, ledger_size(core->ledger)));
    }
    return store_commit(&b->c, core->store);
}

static void undo(struct core *core)
{
    struct arena *arena = arena_open(1 << 20);
    struct ctx c = {.arena = arena, .clock = core->options.clock};
    store_rollback(core->store);
    rc rewound = arena ? ledger_rewind(&c, core->ledger) : (rc){RC_NO_MEMORY};
    (void)rewound; /* a ledger that cannot find its head refuses the next append itself */
    arena_close(arena);
}

static struct batch start_batch(struct core *core)
{
    arena_reset(core->batch_arena);
    return (struct batch){
        .core = core,
        .c = {.arena = core->batch_arena, .clock = core->options.clock},
    };
}

/* The whole list in one transaction, or nothing of it. */
static rc try_list(struct batch *b, struct command *list)
{
    TRY(store_begin(&b->c, b->core->store, true));
    for (struct command *command = list; command; command = command->next)
        TRY(run_command(b, command));
    return commit(b);
}

static void publish(struct batch *b)
{
    struct core *core = b->core;
    atomic_store(&core->size, ledger_size(core->ledger));
    atomic_fetch_add(&core->batches, 1);
    atomic_fetch_add(&core->events, (int64_t)b->count);
    for (size_t i = 0; b->count > 0 && i < core->subscriber_count; i++)
        core->subscribers[i].call(core->subscribers[i].arg, b->count, b->events);
    if (b->touched_deadlines && !rc_ok(writer_find_due(&b->c, core)))
        core->next_due = core->options.clock->wall(core->options.clock); /* look again at once */
}

static void answer(struct core *core, struct command *command)
{
    atomic_fetch_add(&core->commands, 1);
    if (!rc_ok(command->result))
        atomic_fetch_add(&core->refused, 1);
    command->done(command);
}

static void run_alone(struct core *core, struct command *command)
{
    struct batch b = start_batch(core);
    rc result = try_list(&b, command);
    if (rc_ok(result)) {
        publish(&b);
    } else {
        undo(core);
        command->result = result;
        command->fault = b.c.fault;
    }
    answer(core, command);
}

void writer_run(struct core *core, struct command *list)
{
    struct batch b = start_batch(core);
    if (rc_ok(try_list(&b, list))) {
        publish(&b);
        for (struct command *next, *command = list; command; command = next) {
            next = command->next;
            answer(core, command);
        }
        return;
    }
    undo(core);
    atomic_fetch_add(&core->retried, 1);
    for (struct command *next, *command = list; command; command = next) {
        next = command->next;
        command->next = NULL;
        run_alone(core, command);
    }
}

/* ---- deadlines
 * ------------------------------------------------------------------------------------- */

rc writer_find_due(struct ctx *c, struct core *core)
{
    struct page page;
    struct query query = {.sort = STR("due"), .limit = 1};
    TRY(picture_list(c, core->picture, &deadline_shape, &query, &page));
    core->next_due = (struct wall){0};
    if (page.count > 0)
        core->next_due = ((struct deadline *)page.records)->due;
    return OK;
}

/* The command that a deadline asks for. */
static rc make_due_command(struct batch *b, const struct deadline *deadline, const struct row *row,
                           struct command *ret)
{
    const struct decision *decision =
        catalog_decision(b->core->options.catalog, deadline->decision);
    void *input = NULL;
    if (!decision)
        FAIL(&b->c, NOT_FOUND, "no decision %.*s any more", STR_ARG(deadline->decision));
    if (!str_absent(deadline->input)) {
        input = ctx_take(&b->c, 1, decision->input->size);
        if (!input)
            return fault_again(&b->c);
        TRY(shape_read(&b->c, decision->input, SHAPE_FROM_RECORD, deadline->input, input));
    }
    *ret = (struct command){
        .decision = decision,
        .input = input,
        .target = deadline->target,
        .actor = actor_system,
        .cause = row->seq,
        .expect_seq = -1,
        .drill = row->drill,
        .received = clock_now(&b->c),
    };
    return OK;
}

/* What to do with what fell due: decide it, or, when its events could not be folded, only note that
 * it passed, so that one bad deadline does not hold up all others. */
enum due_mode { DUE_DECIDE, DUE_GIVE_UP };

static rc run_deadline(struct batch *b, const struct deadline *deadline, const struct row *row,
                       enum due_mode mode)
{
    struct outcome outcome;
    struct command command;
    struct deadline_end *end = NULL;
    NEW(&b->c, end, 1);
    *end = (struct deadline_end){.id = deadline->id, .label = deadline->label};
    outcome_init(&outcome, b->core->options.catalog);
    if (mode == DUE_GIVE_UP) {
        end->refused = STR("its events could not be recorded");
    } else {
        rc result = make_due_command(b, deadline, row, &command);
        if (rc_ok(result))
            result = command.decision->decide(&b->c, b->core->picture, &command, &outcome);
        if (!rc_ok(result)) {
            TRY(str_copy(&b->c, str_from(b->c.fault.message), &end->refused));
            outcome_init(&outcome, b->core->options.catalog);
        }
    }
    TRY(outcome_add(&b->c, &outcome,
                    &(struct outcome_event){
                        .kind = &deadline_passed_kind, .body = end, .record_id = deadline->id}));
    struct origin origin = {.actor = &actor_system,
                            .occurred = deadline->due,
                            .received = clock_now(&b->c),
                            .cause = row->seq,
                            .drill = row->drill};
    int64_t first = -1;
    return apply(b, &origin, &outcome, &first);
}

static rc try_due(struct batch *b, struct wall now, int64_t most, enum due_mode mode)
{
    struct page page;
    char now_text[WALL_TEXT_MAX];
    struct query query = {.sort = STR("due"), .limit = most, .filter_count = 1};
    query.filters[0] =
        (struct filter){STR("due"), FILTER_LE, {now_text, wall_format(now, now_text)}};
    TRY(store_begin(&b->c, b->core->store, true));
    TRY(picture_list(&b->c, b->core->picture, &deadline_shape, &query, &page));
    const struct deadline *deadlines = page.records;
    for (size_t i = 0; i < page.count; i++)
        TRY(run_deadline(b, &deadlines[i], &page.rows[i], mode));
    return commit(b);
}

bool writer_run_due(struct core *core)
{
    static const struct {
        int64_t most;
        enum due_mode mode;
    } attempts[] = {{DUE_MAX, DUE_DECIDE}, {1, DUE_DECIDE}, {1, DUE_GIVE_UP}};
    struct wall now = core->options.clock->wall(core->options.clock);
    if (core->next_due.us == 0 || core->next_due.us > now.us)
        return false;
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        struct batch b = start_batch(core);
        if (rc_ok(try_due(&b, now, attempts[i].most, attempts[i].mode))) {
            b.touched_deadlines = true;
            publish(&b);
            return true;
        }
        undo(core);
    }
    core->next_due.us = now.us + 1000000; /* nothing can be written; perhaps in a second */
    return true;
}
