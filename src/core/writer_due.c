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

/* What to do with what fell due: decide it, and what it sets off; or, when that fails, without what
 * it sets off, as an alarm is; or, when its events could not be folded, only note that it passed.
 * What follows from its passing (the next date of a rhythm) is skipped last. So one bad deadline,
 * or reaction, does not hold up all others. */
struct attempt {
    int64_t most;
    bool gives_up, skips_effects, skips_passing;
};
static const struct attempt attempts[] = {
    {.most = DUE_MAX},
    {.most = 1},
    {.most = 1, .skips_effects = true},
    {.most = 1, .gives_up = true},
    {.most = 1, .skips_effects = true, .skips_passing = true},
    {.most = 1, .gives_up = true, .skips_passing = true},
};

struct due_run {
    const struct attempt *attempt;
    struct wall now;
    const char *why; /* the attempt before it failed */
};

/* Events with or without what they set off; that it was skipped is noted. */
static rc apply(struct batch *b, const struct origin *origin, const struct outcome *outcome,
                const char *skip_why)
{
    size_t before = b->count;
    int64_t first = -1;
    b->skip_why = skip_why;
    TRY(batch_apply(b, origin, outcome, &first));
    if (skip_why && b->count > before)
        TRY(batch_note_skipped(b, origin));
    b->skip_why = NULL;
    return OK;
}

static rc run_deadline(struct batch *b, const struct due_run *run, const struct deadline *deadline,
                       const struct row *row)
{
    const struct attempt *attempt = run->attempt;
    const struct catalog *catalog = b->core->options.catalog;
    struct outcome outcome, passed;
    struct deadline_end end = {.id = deadline->id, .label = deadline->label};
    struct origin origin = {.actor = &actor_system,
                            .occurred = deadline->due,
                            .received = clock_now(&b->c),
                            .cause = row->seq,
                            .drill = row->drill};
    outcome_init(&outcome, catalog, deadline->label);
    outcome_init(&passed, catalog, deadline->label);
    rc result = attempt->gives_up ? OK : decide(b, deadline, row, &outcome);
    if (attempt->gives_up) {
        end.refused = STR("its events could not be recorded");
    } else if (!rc_ok(result)) {
        if (!is_refusal(result))
            return result;
        TRY(reason_of(&b->c, b->c.fault.message, &end.refused));
        outcome_init(&outcome, catalog, deadline->label);
    }
    TRY(outcome_add(&b->c, &passed,
                    &(struct outcome_event){
                        .kind = &deadline_passed_kind, .body = &end, .record_id = deadline->id}));
    TRY(apply(b, &origin, &outcome, attempt->skips_effects ? run->why : NULL));
    return apply(b, &origin, &passed, attempt->skips_passing ? run->why : NULL);
}

static rc try_due(struct batch *b, const struct due_run *run)
{
    struct page page;
    char now_text[WALL_TEXT_MAX];
    struct query query = {.sort = STR("due"), .limit = run->attempt->most, .filter_count = 1};
    query.filters[0] =
        (struct filter){STR("due"), FILTER_LE, {now_text, wall_format(run->now, now_text)}};
    TRY(batch_begin(b));
    TRY(picture_list(&b->c, b->core->picture, &deadline_shape, &query, &page));
    const struct deadline *deadlines = page.records;
    for (size_t i = 0; i < page.count; i++)
        TRY(run_deadline(b, run, &deadlines[i], &page.rows[i]));
    b->touched_deadlines = true;
    return batch_end(b);
}

bool writer_run_due(struct core *core)
{
    struct fault fault;
    struct due_run run = {.now = core->options.clock->wall(core->options.clock),
                          .why = fault.message};
    if (core->next_due.us == 0 || core->next_due.us > run.now.us)
        return false;
    for (size_t i = 0; i < sizeof attempts / sizeof attempts[0]; i++) {
        struct batch b = batch_start(core);
        run.attempt = &attempts[i];
        rc result = try_due(&b, &run);
        fault = b.c.fault;
        if (rc_ok(result) || batch_undo(&b, result))
            return true;
        if (!b.began || core->lost)
            break;
    }
    core->next_due.us = run.now.us + DUE_RETRY_US; /* nothing can be written; perhaps in a second */
    return true;
}
