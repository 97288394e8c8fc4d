/* The one writer. A batch is one transaction of the store: every command's events are appended and
 * folded at once, so that the next decision sees them; then the ledger's head is signed, all is
 * committed, subscribers are told, and each caller is answered.
 *
 * A refusal writes nothing. Anything else that goes wrong on the way (a disk, a fold) undoes the
 * whole batch; its commands are then run one by one, so that only the guilty one fails. After a
 * failure of the disk or the connection nothing in memory is believed: all is opened again. */
#include "core/writer.h"

#include "base/text.h"
#include "core/system.h"

#include <stdio.h>

enum { REACTION_DEPTH_MAX = 16, BATCH_EVENTS_MAX = 65536, FOLLOWS_MAX = 16 };

/* ---- appending and folding
 * ------------------------------------------------------------------------- */

static rc make_entry(struct ctx *c, const struct origin *origin, const struct wish *wish,
                     struct ledger_event *ret)
{
    const struct outcome_event *event = &wish->event;
    struct text label, record;
    struct ledger_event entry = {
        .kind = str_from(event->kind->name),
        .version = event->kind->body->version,
        .occurred = origin->occurred,
        .received = origin->received,
        .actor = origin->actor->id,
        .cause = origin->cause,
        .drill = origin->drill,
        .subject = event->kind->sealed ? event->subject : (struct str){NULL, 0},
        .body = wish->body,
    };
    text_init(&label, c, 1024);
    label_put(&label, event->label);
    TRY(text_done(&label, &entry.label));
    if (!str_absent(event->record_id)) {
        struct str rest = entry.kind, noun;
        str_split(&rest, '.', &noun);
        text_init(&record, c, 256);
        text_put(&record, noun);
        text_put_char(&record, '/');
        text_put(&record, event->record_id);
        TRY(text_done(&record, &entry.record));
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

static rc append_event(struct batch *b, const struct origin *origin, const struct wish *wish)
{
    const struct outcome_event *wanted = &wish->event;
    struct ledger_event entry;
    struct event *event = NULL;
    NEW(&b->c, event, 1);
    TRY(make_entry(&b->c, origin, wish, &entry));
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
    return keep_event(b, event);
}

/* Reactions of one event: decided now, with the event as their cause. */
static rc react(struct batch *b, const struct origin *origin, const struct event *event)
{
    const struct reaction *const *reactions = NULL;
    size_t count = catalog_reactions(b->core->options.catalog, event->kind, &reactions);
    struct origin next = *origin;
    if (b->skip_why)
        return OK;
    next.actor = &actor_system;
    next.cause = event->seq;
    next.depth++;
    if (count > 0 && next.depth > REACTION_DEPTH_MAX)
        FAIL(&b->c, INTERNAL, "reactions to %s go round in a circle", event->kind->name);
    for (size_t i = 0; i < count; i++) {
        struct outcome outcome;
        int64_t first = -1;
        outcome_init(&outcome, b->core->options.catalog, event->label);
        TRY(reactions[i]->react(&b->c, b->core->picture, event, &outcome));
        TRY(batch_apply(b, &next, &outcome, &first));
    }
    return OK;
}

/* A row of the vault, with a field of it sealed if that is wanted. */
static rc put_vault(struct batch *b, const struct wish *wish)
{
    const struct shape *shape = wish->shape;
    const struct vault_seal *seal = &wish->seal;
    const struct record_head *head = wish->record;
    struct ctx *c = &b->c;
    if (!seal->field)
        return picture_put(c, b->core->picture, shape, wish->record, NULL);
    void *sealed = ctx_take(c, 1, shape->size);
    if (!sealed)
        return fault_again(c);
    memcpy(sealed, wish->record, shape->size);
    struct str *bytes = shape_at(shape_field(shape, str_from(seal->field)), sealed);
    TRY(ledger_seal(c, b->core->ledger, seal->inner, head->id, *bytes, bytes));
    if (!str_absent(seal->outer))
        TRY(ledger_seal(c, b->core->ledger, seal->outer, head->id, *bytes, bytes));
    return picture_put(c, b->core->picture, shape, sealed, NULL);
}

/* A key that is not there is no longer there. */
static rc destroy_key(struct batch *b, struct str subject)
{
    rc result = ledger_erase(&b->c, b->core->ledger, subject);
    b->erased = true;
    return result.code == RC_NOT_FOUND ? OK : result;
}

static rc apply_wish(struct batch *b, const struct origin *origin, const struct wish *wish)
{
    switch (wish->kind) {
    case WISH_EVENT:
        return append_event(b, origin, wish);
    case WISH_VAULT_PUT:
        return put_vault(b, wish);
    case WISH_VAULT_DELETE:
        return picture_delete(&b->c, b->core->picture, wish->shape, wish->id);
    case WISH_VAULT_DELETE_WHERE:
        return picture_delete_where(&b->c, b->core->picture, wish->shape, wish->field, wish->id);
    case WISH_DESTROY:
        return destroy_key(b, wish->id);
    case WISH_ERASE:
        b->erased = true;
        return ledger_erase(&b->c, b->core->ledger, wish->id);
    }
    return OK;
}

static bool is_deadline(const struct wish *wish)
{
    const struct event_kind *kind = wish && wish->kind == WISH_EVENT ? wish->event.kind : NULL;
    return kind && (kind == &deadline_set_kind || kind == &deadline_cleared_kind);
}

/* The deadlines that come with an event are set before what it sets off: that may clear them. */
rc batch_apply(struct batch *b, const struct origin *origin, const struct outcome *outcome,
               int64_t *ret_first)
{
    for (const struct wish *wish = outcome->first; wish; wish = wish->next) {
        size_t first = b->count;
        TRY(apply_wish(b, origin, wish));
        for (; wish->kind == WISH_EVENT && is_deadline(wish->next); wish = wish->next)
            TRY(apply_wish(b, origin, wish->next));
        size_t end = b->count;
        if (*ret_first < 0 && end > first)
            *ret_first = b->events[first]->seq;
        for (size_t i = first; i < end; i++)
            TRY(react(b, origin, b->events[i]));
    }
    return OK;
}

/* ---- one batch
 * ------------------------------------------------------------------------------------- */

struct batch batch_start(struct core *core)
{
    arena_reset(core->batch_arena);
    return (struct batch){
        .core = core,
        .c = {.arena = core->batch_arena, .clock = core->options.clock},
        .size = -1,
    };
}

rc batch_begin(struct batch *b)
{
    struct core *core = b->core;
    if (core->lost) {
        TRY(core_open_parts(&b->c, core));
        core->lost = false;
    }
    picture_callers_settled(core->picture);
    for (int follows = 0; follows < FOLLOWS_MAX; follows++) {
        bool any = false;
        TRY(store_begin(&b->c, core->store, true));
        b->began = true;
        TRY(ledger_refresh(&b->c, core->ledger));
        if (ledger_size(core->ledger) == atomic_load(&core->size))
            return OK;
        store_rollback(core->store);
        b->began = false;
        TRY(writer_follow(b, &any));
    }
    FAIL(&b->c, BUSY, "another process does not stop writing");
}

static rc commit(struct batch *b)
{
    struct core *core = b->core;
    if (b->count > 0) {
        TRY(ledger_sign(&b->c, core->ledger, b->c.clock->wall(b->c.clock)));
        TRY(position_put(&b->c, core, ledger_size(core->ledger)));
        b->size = ledger_size(core->ledger);
        b->root = ledger_root(core->ledger);
    }
    return store_commit(&b->c, core->store);
}

/* For the operator: whatever is wrong with the disk cannot be told by the record. */
static void note_failing(struct core *core, enum rc_code code)
{
    const struct clock *clock = core->options.clock;
    if (code != RC_OK && code != RC_NO_SPACE && code != RC_IO && code != RC_CORRUPT)
        return;
    if (code != RC_OK && atomic_load(&core->failing) == RC_OK)
        atomic_store(&core->failing_since_us, clock->wall(clock).us);
    atomic_store(&core->failing, (int)code);
}

static void publish(struct batch *b)
{
    struct core *core = b->core;
    note_failing(core, RC_OK);
    if (picture_callers_changed(core->picture))
        atomic_fetch_add(&core->callers, 1);
    checkpointer_note(core->checkpointer, b->erased);
    atomic_store(&core->size, ledger_size(core->ledger));
    atomic_fetch_add(&core->batches, 1);
    atomic_fetch_add(&core->events, (int64_t)b->count);
    writer_tell(core, b->count, b->events);
    if (b->touched_deadlines && !rc_ok(writer_find_due(&b->c, core)))
        core->next_due = core->options.clock->wall(core->options.clock); /* look again at once */
}

rc batch_end(struct batch *b)
{
    TRY(commit(b));
    publish(b);
    return OK;
}

/* The fault of `b` says why the batch failed, and stays what it is. */
bool batch_undo(struct batch *b, rc result)
{
    struct core *core = b->core;
    struct ctx c = {.arena = arena_open(16 << 20), .clock = core->options.clock};
    note_failing(core, result.code);
    atomic_fetch_add(&core->callers, 1); /* it may turn out to have been committed */
    if (!c.arena || core->lost) {
        arena_close(c.arena);
        core->lost = true;
        return false;
    }
    store_rollback(core->store);
    core->lost = result.code == RC_IO || result.code == RC_CORRUPT ||
                 !rc_ok(ledger_rewind(&c, core->ledger));
    if (core->lost) {
        core_close_parts(core);
        core->lost = !rc_ok(core_open_parts(&c, core));
    }
    bool committed = false;
    if (!core->lost && b->size >= 0 && ledger_size(core->ledger) == b->size) {
        struct merkle_hash root = ledger_root(core->ledger);
        committed = merkle_hash_eq(&root, &b->root);
    }
    arena_close(c.arena);
    if (committed)
        publish(b);
    return committed;
}

/* ---- commands
 * -------------------------------------------------------------------------------------- */

/* The id of the record that was made or changed; core's own events are of none. */
static struct str first_record(const struct batch *b, size_t from)
{
    for (size_t i = from; i < b->count; i++) {
        struct str id = b->events[i]->record, noun;
        if (str_absent(id) || str_starts(id, "deadline/"))
            continue;
        str_split(&id, '/', &noun);
        return id;
    }
    return STR("");
}

/* Whoever asked was looked up before the command was queued, and may have lost the right since: by
 * what was committed, or by a command before this one in the batch. */
static rc look_up_again(struct batch *b, struct command *command)
{
    const struct core *core = b->core;
    const struct callers *callers = catalog_callers(core->options.catalog);
    struct actor now = {0};
    if (!callers || str_absent(command->actor.way))
        return OK;
    if (command->actor.until.us && command->actor.until.us <= command->received.us)
        FAIL(&b->c, UNAUTHENTICATED, "this session has ended");
    if (command->actor.as_of == atomic_load(&core->callers) &&
        !picture_callers_changed(core->picture))
        return OK;
    TRY(callers->now(&b->c, core->picture, &command->actor, &now));
    command->actor = now;
    return OK;
}

/* Whoever comes in by nothing is a part of Chancery: of the network, nobody does (admit.c). */
static rc spend_proof(struct batch *b, const struct command *command, struct outcome *outcome)
{
    const struct callers *callers = catalog_callers(b->core->options.catalog);
    if (!command->decision->grave || !callers || str_absent(command->actor.way))
        return OK;
    return callers->spend(&b->c, b->core->picture, command, outcome);
}

static rc decide(struct batch *b, struct command *command, struct outcome *outcome)
{
    const struct decision *decision = command->decision;
    TRY(look_up_again(b, command));
    outcome_init(outcome, b->core->options.catalog, (struct label){TLP_NONE, {NULL, 0}});
    if (!actor_may(&command->actor, decision->permission))
        FAIL(&b->c, FORBIDDEN, "%s needs the permission %s", decision->name, decision->permission);
    TRY(spend_proof(b, command, outcome));
    return decision->decide(&b->c, b->core->picture, command, outcome);
}

rc reason_of(struct ctx *c, const char *message, struct str *ret)
{
    struct str text = str_from(message[0] ? message : "no reason was given");
    char *line = NULL;
    NEW(c, line, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        line[i] = (unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 127 ? ' ' : text.ptr[i];
    *ret = str_trim((struct str){line, text.len});
    return OK;
}

rc batch_note_skipped(struct batch *b, const struct origin *origin)
{
    struct outcome outcome;
    struct origin next = *origin;
    struct reactions_skipped *body = NULL;
    int64_t first = -1;
    NEW(&b->c, body, 1);
    body->label = SYSTEM_LABEL;
    TRY(reason_of(&b->c, b->skip_why, &body->why));
    next.actor = &actor_system;
    next.cause = b->events[b->count - 1]->seq;
    outcome_init(&outcome, b->core->options.catalog, SYSTEM_LABEL);
    TRY(outcome_add(&b->c, &outcome,
                    &(struct outcome_event){.kind = &reactions_skipped_kind, .body = body}));
    return batch_apply(b, &next, &outcome, &first);
}

static rc run_as(struct batch *b, struct command *command)
{
    struct outcome outcome;
    size_t before = b->count;
    struct arena_mark mark = arena_mark(b->c.arena);
    command->received = clock_now(&b->c);
    command->first_seq = -1;
    command->event_count = 0;
    command->record_id[0] = '\0';
    command->result = decide(b, command, &outcome);
    if (!rc_ok(command->result)) {
        command->fault = b->c.fault;
        arena_return(b->c.arena, mark);
        return is_refusal(command->result) ? OK : command->result;
    }
    struct origin origin = {
        .actor = &command->actor,
        .occurred = command->occurred.us ? command->occurred : command->received,
        .received = command->received,
        .cause = command->cause,
        .drill = command->drill,
    };
    TRY(batch_apply(b, &origin, &outcome, &command->first_seq));
    if (b->skip_why && b->count > before)
        TRY(batch_note_skipped(b, &origin));
    command->event_count = (int64_t)(b->count - before);
    snprintf(command->record_id, sizeof command->record_id, "%.*s",
             STR_ARG(first_record(b, before)));
    return OK;
}

/* A refusal is the command's own result; what this gives back is a failure of the batch. The actor
 * may be another while it runs, and is the caller's again afterwards: what was looked up anew lies
 * in the batch's memory. */
static rc run_command(struct batch *b, struct command *command)
{
    struct actor caller = command->actor;
    rc result = run_as(b, command);
    command->actor = caller;
    return result;
}

/* The whole list in one transaction, or nothing of it. */
static rc try_list(struct batch *b, struct command *list)
{
    TRY(batch_begin(b));
    for (struct command *command = list; command; command = command->next)
        TRY(run_command(b, command));
    return batch_end(b);
}

static bool run_list(struct batch *b, struct command *list, rc *ret)
{
    *ret = try_list(b, list);
    return rc_ok(*ret) || batch_undo(b, *ret);
}

static void answer(struct core *core, struct command *command)
{
    atomic_fetch_add(&core->commands, 1);
    if (!rc_ok(command->result))
        atomic_fetch_add(&core->refused, 1);
    command->done(command);
}

static void answer_all(struct core *core, struct command *list)
{
    for (struct command *next, *command = list; command; command = next) {
        next = command->next;
        answer(core, command);
    }
}

/* Nothing is known of these but that they failed, or, when the commit itself was lost, not even
 * that. */
static void fail_all(struct batch *b, struct command *list, rc result)
{
    if (b->size >= 0 && b->core->lost)
        result = fault_raise(&b->c, RC_IO, __FILE__, __LINE__,
                             "the disk or the connection failed during the commit: check whether "
                             "it was recorded before trying again");
    for (struct command *command = list; command; command = command->next) {
        command->result = result;
        command->fault = b->c.fault;
        command->first_seq = -1;
        command->event_count = 0;
        command->record_id[0] = '\0';
    }
    answer_all(b->core, list);
}

/* An alarm that fails is tried once more without what it sets off. */
static void run_alone(struct core *core, struct command *command)
{
    char why[sizeof command->fault.message];
    struct batch b = batch_start(core);
    rc result;
    if (run_list(&b, command, &result)) {
        answer(core, command);
        return;
    }
    if (command->alarm && b.began && !core->lost) {
        snprintf(why, sizeof why, "%s", b.c.fault.message);
        b = batch_start(core);
        b.skip_why = why;
        if (run_list(&b, command, &result)) {
            answer(core, command);
            return;
        }
    }
    fail_all(&b, command, result);
}

void writer_run(struct core *core, struct command *list)
{
    struct batch b = batch_start(core);
    rc result;
    if (run_list(&b, list, &result)) {
        answer_all(core, list);
        return;
    }
    /* A connection that could be opened again deserves a second try; one command that failed by
     * itself fails again. */
    bool mended = result.code == RC_IO && !core->lost;
    bool several = b.began && !core->lost && (list->next || list->alarm);
    if (!mended && !several) {
        fail_all(&b, list, result);
        return;
    }
    atomic_fetch_add(&core->retried, 1);
    for (struct command *next, *command = list; command; command = next) {
        next = command->next;
        command->next = NULL;
        run_alone(core, command);
    }
}
