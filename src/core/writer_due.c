/* Deadlines: what falls due is decided like a command, by Chancery itself, and noted as passed. */
#include "core/system.h"
#include "core/writer.h"
#include "shape/shape_older.h"

enum { DUE_MAX = 64, DUE_RETRY_US = 1000000 };

static rc read_input(struct ctx *c, const struct decision *decision,
                     const struct deadline *deadline, const void **ret)
{
    *ret = NULL;
    if (str_absent(deadline->input))
        return OK;
    if (!decision->input)
        FAIL(c, UNSUPPORTED, "%s takes no input any more", decision->name);
    void *input = ctx_take(c, 1, decision->input->size);
    if (!input)
        return fault_again(c);
    rc result =
        shape_read_version(c, decision->input, deadline->input_version, deadline->input, input);
    if (result.code == RC_CORRUPT)
        FAIL(c, UNSUPPORTED, "%s takes another input by now", decision->name);
    *ret = input;
    return result;
}

/* What it asks for, in the outcome. */
static rc decide(struct batch *b, const struct deadline *deadline, const struct row *row,
                 struct outcome *outcome)
{
    const struct decision *decision =
        catalog_decision(b->core->options.catalog, deadline->decision);
    const void *input = NULL;
    if (!decision)
        FAIL(&b->c, NOT_FOUND, "no decision %.*s any more", STR_ARG(deadline->decision));
    TRY(read_input(&b->c, decision, deadline, &input));
    struct command *command = NULL;
    NEW(&b->c, command, 1);
    *command = (struct command){
        .decision = decision,
        .input = input,
        .target = deadline->target,
        .actor = actor_system,
        .occurred = deadline->due,
        .cause = row->seq,
        .expect_seq = -1,
        .drill = row->drill,
        .received = clock_now(&b->c),
    };
    return decision->decide(&b->c, b->core->picture, command, outcome);
}

/* What to do with what fell due: decide it, or, when its events could not be folded, only note that
 * it passed, so that one bad deadline does not hold up all others. */
enum due_mode { DUE_DECIDE, DUE_GIVE_UP };

static rc run_deadline(struct batch *b, const struct deadline *deadline, const struct row *row,
                       enum due_mode mode)
{
    const struct catalog *catalog = b->core->options.catalog;
    struct outcome outcome;
    struct deadline_end *end = NULL;
    int64_t first = -1;
    NEW(&b->c, end, 1);
    *end = (struct deadline_end){.id = deadline->id, .label = deadline->label};
    outcome_init(&outcome, catalog, deadline->label);
    rc result = mode == DUE_DECIDE ? decide(b, deadline, row, &outcome) : OK;
    if (mode == DUE_GIVE_UP) {
        end->refused = STR("its events could not be recorded");
    } else if (!rc_ok(result)) {
        if (!is_refusal(result))
            return result;
        TRY(reason_of(&b->c, b->c.fault.message, &end->refused));
        outcome_init(&outcome, catalog, deadline->label);
    }
    TRY(outcome_add(&b->c, &outcome,
                    &(struct outcome_event){
                        .kind = &deadline_passed_kind, .body = end, .record_id = deadline->id}));
    struct origin origin = {.actor = &actor_system,
                            .occurred = deadline->due,
                            .received = clock_now(&b->c),
                            .cause = row->seq,
                            .drill = row->drill};
    return batch_apply(b, &origin, &outcome, &first);
}

static rc try_due(struct batch *b, struct wall now, int64_t most, enum due_mode mode)
{
    struct page page;
    char now_text[WALL_TEXT_MAX];
    struct query query = {.sort = STR("due"), .limit = most, .filter_count = 1};
    query.filters[0] =
        (struct filter){STR("due"), FILTER_LE, {now_text, wall_format(now, now_text)}};
    TRY(batch_begin(b));
    TRY(picture_list(&b->c, b->core->picture, &deadline_shape, &query, &page));
    const struct deadline *deadlines = page.records;
    for (size_t i = 0; i < page.count; i++)
        TRY(run_deadline(b, &deadlines[i], &page.rows[i], mode));
    b->touched_deadlines = true;
    return batch_end(b);
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
        struct batch b = batch_start(core);
        rc result = try_due(&b, now, attempts[i].most, attempts[i].mode);
        if (rc_ok(result) || batch_undo(&b, result))
            return true;
        if (!b.began || core->lost)
            break;
    }
    core->next_due.us = now.us + DUE_RETRY_US; /* nothing can be written; perhaps in a second */
    return true;
}
