/* The morning report: what whoever leads the mission has to know before the day begins. The level
 * and why, what rang in the night, where the mission is blind, what is due. Each part is there for
 * whoever may read its records. */
#include "domain/posture/posture_own.h"

#include "domain/alarm/alarm.h"
#include "domain/source/source.h"
#include "domain/task/task.h"

enum { HOURS_DEFAULT = 24, ROWS_MAX = 200, COLUMNS_MAX = 4 };

SHAPE_DEFINE(morning_asked, MORNING_ASKED_FIELDS, 1, "How far back and ahead it looks");

/* ---- tables ---------------------------------------------------------------------------------- */

struct section {
    struct ctx *c; /* of the document: what stands in it lasts as long */
    struct reporting *r;
    const struct shape *shape;
    const char *read; /* permission */
    /* The cells of a record that the reader may read. */
    rc (*cells)(struct ctx *c, struct reporting *r, const void *record, struct str *cells);
    size_t columns, rows;
};

static rc put_row(struct ctx *, void *arg, const struct row *, const void *record, bool *stop)
{
    struct section *s = arg;
    const struct record_head *head = record;
    struct str cells[COLUMNS_MAX] = {0};
    if (!document_may(s->r->document, head->label))
        return OK;
    if (s->rows++ == ROWS_MAX) {
        *stop = true;
        return OK;
    }
    struct label label = {.tlp = head->label.tlp};
    TRY(str_copy(s->c, head->label.compartments, &label.compartments));
    TRY(report_shown(s->c, s->r, label));
    TRY(s->cells(s->c, s->r, record, cells));
    document_row(s->r->document, s->columns, cells);
    return OK;
}

/* Left out where the reader may not see such records at all. */
static rc put_section(struct ctx *c, struct reporting *r, struct section *s, const char *title,
                      const struct document_column *columns, const struct query *query)
{
    if (!actor_may(r->request->actor, s->read))
        return OK;
    s->c = c;
    s->r = r;
    document_heading(r->document, 1, report_word(r, title));
    document_table(r->document, s->columns, columns);
    TRY(picture_each(c, r->request->picture, s->shape, query, put_row, s));
    if (s->rows > ROWS_MAX)
        document_paragraph(r->document, report_word(r, "morning.more"));
    return OK;
}

static rc value_of(struct ctx *c, struct reporting *r, const struct shape *shape, const char *name,
                   const void *record, struct str *ret)
{
    const struct shape_field *field = shape_field(shape, str_from(name));
    return report_value(c, r, shape, field, shape_in(field, record), ret);
}

/* "source/" and the id. */
static rc title_of(struct ctx *c, struct reporting *r, const char *noun, struct str id,
                   struct str *ret)
{
    struct str name;
    TRY(str_format(c, &name, "%s/%.*s", noun, STR_ARG(id)));
    return report_title(c, r, name, ret);
}

/* ---- the level ------------------------------------------------------------------------------- */

static rc put_level(struct ctx *c, struct reporting *r)
{
    struct query query = {
        .filter_count = 1, .filters = {{STR("state"), FILTER_EQ, STR("standing")}}, .limit = 1};
    struct page page;
    TRY(picture_list(c, r->request->picture, &level_shape, &query, &page));
    document_heading(r->document, 1, report_word(r, "level.word"));
    const struct level *level = page.records;
    if (page.count == 0) {
        document_paragraph(r->document, report_word(r, "level.none-text"));
        return OK;
    }
    struct str grade, by, since, until;
    TRY(report_shown(c, r, level->label));
    TRY(value_of(c, r, &level_shape, "level", level, &grade));
    TRY(report_who(c, r, level->asked_by, &by));
    TRY(report_time(c, r, level->state_since, &since));
    TRY(report_time(c, r, level->until, &until));
    document_fact(r->document, report_word(r, "level.word"), grade);
    document_fact(r->document, report_word(r, "field.level.why"), level->why);
    document_fact(r->document, report_word(r, "level.by"), by);
    document_fact(r->document, report_word(r, "level.since"), since);
    document_fact(r->document, report_word(r, "level.until"), until);
    return OK;
}

/* ---- alarms, sources, tasks ------------------------------------------------------------------ */

static rc alarm_cells(struct ctx *c, struct reporting *r, const void *record, struct str *cells)
{
    const struct alarm *alarm = record;
    const struct alarm_message message = {alarm->message, alarm->params.items, alarm->params.count};
    TRY(report_time(c, r, alarm->began, &cells[0]));
    TRY(value_of(c, r, &alarm_shape, "priority", alarm, &cells[1]));
    TRY(message_say(c, r->request, &message, "", &cells[2]));
    if (alarm->drill)
        TRY(str_format(c, &cells[2], "%.*s\n%.*s", STR_ARG(cells[2]),
                       STR_ARG(report_word(r, "drill.word"))));
    return value_of(c, r, &alarm_shape, "state", alarm, &cells[3]);
}

static rc put_alarms(struct ctx *c, struct reporting *r, struct wall from)
{
    struct section section = {
        .shape = &alarm_shape, .read = WATCH_READ, .cells = alarm_cells, .columns = 4};
    const struct document_column columns[] = {{report_word(r, "morning.when"), 30, false},
                                              {report_word(r, "field.alarm.priority"), 13, false},
                                              {report_word(r, "morning.what"), 38, false},
                                              {report_word(r, "morning.state"), 19, false}};
    char text[WALL_TEXT_MAX];
    size_t len = wall_format(from, text);
    struct query query = {.filter_count = 1,
                          .filters = {{STR("raised"), FILTER_GE, {text, len}}},
                          .sort = STR("raised"),
                          .with_retired = true};
    return put_section(c, r, &section, "morning.alarms", columns, &query);
}

static rc source_cells(struct ctx *c, struct reporting *r, const void *record, struct str *cells)
{
    const struct source_state *state = record;
    TRY(title_of(c, r, "source", state->id, &cells[0]));
    TRY(report_name(c, r, &cells[1], NULL, "post.condition.%s",
                    source_condition_choices.rows[state->condition].name));
    TRY(report_time(c, r, state->since, &cells[2]));
    return str_copy(c, state->disabled_why, &cells[3]);
}

static rc put_blind(struct ctx *c, struct reporting *r)
{
    struct section section = {
        .shape = &source_state_shape, .read = WATCH_READ, .cells = source_cells, .columns = 4};
    const struct document_column columns[] = {{report_word(r, "morning.source"), 30, false},
                                              {report_word(r, "morning.state"), 16, false},
                                              {report_word(r, "morning.since"), 30, false},
                                              {report_word(r, "morning.why"), 24, false}};
    struct query query = {
        .filter_count = 1,
        .filters = {{STR("condition"), FILTER_IN, STR("never-seen,late,silent,disabled")}}};
    return put_section(c, r, &section, "morning.blind", columns, &query);
}

static rc task_cells(struct ctx *c, struct reporting *r, const void *record, struct str *cells)
{
    const struct task *task = record;
    TRY(str_copy(c, task->title, &cells[0]));
    if (!str_absent(task->owner))
        TRY(report_who(c, r, task->owner, &cells[1]));
    return report_time(c, r, task->due, &cells[2]);
}

static rc put_tasks(struct ctx *c, struct reporting *r, struct wall until)
{
    char text[WALL_TEXT_MAX];
    size_t len = wall_format(until, text);
    struct section section = {
        .shape = &task_shape, .read = "task.read", .cells = task_cells, .columns = 3};
    const struct document_column columns[] = {{report_word(r, "field.task.title"), 44, false},
                                              {report_word(r, "field.task.owner"), 26, false},
                                              {report_word(r, "field.task.due"), 30, false}};
    struct query query = {
        .filter_count = 2,
        .filters = {{STR("state"), FILTER_EQ, STR("open")}, {STR("due"), FILTER_LT, {text, len}}},
        .sort = STR("due")};
    return put_section(c, r, &section, "morning.due", columns, &query);
}

rc morning_describe(struct ctx *c, struct reporting *r, const void *asked)
{
    const struct morning_asked *wish = asked;
    int64_t ms = (wish->hours.known ? wish->hours.value : HOURS_DEFAULT) * 3600000;
    struct wall now = clock_now(c);
    r->file_name = STR("morning");
    TRY(report_open(c, r, report_word(r, "morning.title"), (struct str){NULL, 0},
                    (struct label){TLP_CLEAR, {NULL, 0}}, false));
    TRY(put_level(c, r));
    TRY(put_alarms(c, r, wall_after(now, -ms)));
    TRY(put_blind(c, r));
    return put_tasks(c, r, wall_after(now, ms));
}
