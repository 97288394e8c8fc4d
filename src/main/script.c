#include "main/script.h"

#include "domain/account/account.h"

SHAPE_DEFINE(script_line, SCRIPT_LINE_FIELDS, 1, "A line of a script");

int64_t script_second(struct str at)
{
    int64_t hours = 0, minutes = 0, seconds = 0;
    bool good = str_to_i64(str_sub(at, 0, 2), &hours) && str_to_i64(str_sub(at, 3, 2), &minutes) &&
                (at.len <= 5 || str_to_i64(str_sub(at, 6, 2), &seconds));
    return good ? hours * 3600 + minutes * 60 + seconds : -1;
}

/* ---- a line ---------------------------------------------------------------------------------- */

/* The live record that "table/column/value" names. */
static rc find_target(struct ctx *c, struct picture *picture, struct str find, struct str *ret)
{
    const struct catalog *catalog = picture_catalog(picture);
    struct str rest = find, table, column;
    if (!str_split(&rest, '/', &table) || !str_split(&rest, '/', &column) || str_absent(rest))
        FAIL(c, INVALID, "find: table/column/value is expected");
    for (size_t i = 0; i < catalog_table_count(catalog); i++) {
        const struct shape *shape = catalog_table(catalog, i)->shape;
        const struct shape_field *field = shape_field(shape, column);
        if (!str_is(table, shape->name) || !field)
            continue;
        struct str *record = ctx_take(c, 1, shape->size);
        if (!record)
            return fault_again(c);
        TRY(picture_find(c, picture, shape, field->name, rest, NULL, record));
        *ret = *record; /* the id comes first */
        return OK;
    }
    FAIL(c, NOT_FOUND, "find: there is no such table or column");
}

/* Who asks, and for what, where that is to be looked up. */
static rc look_up(struct ctx *c, struct core *core, const struct script_line *line,
                  struct command *command)
{
    struct reader reader;
    if (str_absent(line->as) && str_absent(line->find))
        return OK;
    TRY(core_reader_open(c, core, &reader));
    rc result = OK;
    if (!str_absent(line->as))
        result = account_actor(c, reader.picture, line->as, &command->actor);
    if (rc_ok(result) && !str_absent(line->find))
        result = find_target(c, reader.picture, line->find, &command->target);
    core_reader_close(&reader);
    return result;
}

/* Durations of a record, where the day is shorter than one: as much shorter, as far as the field's
 * bounds and a second allow. */
static void shorten(const struct shape *shape, void *record, int64_t minutes)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        void *value = shape_at(field, record);
        if (field->kind == SHAPE_LIST) {
            struct shape_items *list = value;
            for (size_t k = 0; k < list->count; k++)
                shorten(field->shape, (char *)list->items + k * field->shape->size, minutes);
        }
        int64_t *ms = value;
        if (field->kind != SHAPE_MS || *ms == 0)
            continue;
        int64_t least = field->least > 1000 ? field->least : 1000;
        *ms = *ms * minutes / SCRIPT_DAY_MINUTES;
        *ms = *ms > least ? *ms : least;
    }
}

static rc do_line(struct ctx *c, struct core *core, const struct script_line *line, int64_t minutes)
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
    if (command.decision->input) {
        struct str json = str_absent(line->input) ? STR("{}") : line->input;
        input = ctx_take(c, 1, command.decision->input->size);
        if (!input)
            return fault_again(c);
        TRY(shape_read(c, command.decision->input, SHAPE_FROM_INPUT, json, input));
        if (minutes < SCRIPT_DAY_MINUTES)
            shorten(command.decision->input, input, minutes);
    }
    command.input = input;
    TRY(look_up(c, core, line, &command));
    for (int64_t i = 0; i < line->repeat || i == 0; i++)
        TRY(core_call(c, core, &command));
    return OK;
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

static rc play_line(struct ctx *c, struct core *core, const struct script_line *line,
                    const struct script_manner *manner)
{
    if (str_absent(line->walk))
        return do_line(c, core, line, manner->minutes);
    if (!manner->walk)
        FAIL(c, INVALID, "nobody walks here");
    return manner->walk(manner->arg, line, script_second(line->at));
}

rc script_play(struct ctx *c, struct core *core, struct str script,
               const struct script_manner *manner)
{
    struct str rest = script, text;
    for (int64_t number = 1; str_split(&rest, '\n', &text); number++) {
        struct script_line line = {0};
        struct arena_mark mark = arena_mark(c->arena);
        if (str_trim(text).len == 0)
            continue;
        rc result = shape_read(c, &script_line_shape, SHAPE_FROM_INPUT, text, &line);
        if (rc_ok(result) && manner->before && !manner->before(manner->arg, script_second(line.at)))
            return OK;
        if (rc_ok(result))
            result = play_line(c, core, &line, manner);
        if (!rc_ok(result)) {
            result = name_line(c, result, number);
            if (!manner->refused || !manner->refused(c, manner->arg))
                return result;
        }
        arena_return(c->arena, mark);
    }
    return OK;
}
