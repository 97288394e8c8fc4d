#include "main/script.h"

SHAPE_DEFINE(script_line, SCRIPT_LINE_FIELDS, 1, "A line of a script");

static int64_t second_of(struct str at)
{
    int64_t hours = 0, minutes = 0;
    bool good = str_to_i64(str_sub(at, 0, 2), &hours) && str_to_i64(str_sub(at, 3, 2), &minutes);
    return good ? hours * 3600 + minutes * 60 : -1;
}

static rc do_line(struct ctx *c, struct core *core, const struct script_line *line)
{
    void *input = NULL;
    struct command command = {
        .decision = catalog_decision(core_catalog(core), line->command),
        .target = line->target,
        .actor = actor_system,
        .cause = -1,
        .expect_seq = -1,
        .drill = line->drill,
    };
    if (!command.decision)
        FAIL(c, NOT_FOUND, "there is no command %.*s", STR_ARG(line->command));
    if (command.decision->input && !str_absent(line->input)) {
        input = ctx_take(c, 1, command.decision->input->size);
        if (!input)
            return fault_again(c);
        TRY(shape_read(c, command.decision->input, SHAPE_FROM_INPUT, line->input, input));
    }
    command.input = input;
    return core_call(c, core, &command);
}

/* Say which line it was. */
static rc name_line(struct ctx *c, rc failed, int64_t number)
{
    struct fault inner = c->fault;
    rc named = fault_raise(c, failed.code, inner.file, inner.line, "line %lld: %s",
                           (long long)number, inner.message);
    memcpy(c->fault.pointer, inner.pointer, sizeof inner.pointer);
    return named;
}

rc script_play(struct ctx *c, struct core *core, struct str script, script_before *before,
               void *arg)
{
    struct str rest = script, text;
    for (int64_t number = 1; str_split(&rest, '\n', &text); number++) {
        struct script_line line = {0};
        struct arena_mark mark = arena_mark(c->arena);
        if (str_trim(text).len == 0)
            continue;
        rc result = shape_read(c, &script_line_shape, SHAPE_FROM_INPUT, text, &line);
        if (rc_ok(result) && before && !before(arg, second_of(line.at)))
            return OK;
        if (rc_ok(result))
            result = do_line(c, core, &line);
        if (!rc_ok(result))
            return name_line(c, result, number);
        arena_return(c->arena, mark);
    }
    return OK;
}
