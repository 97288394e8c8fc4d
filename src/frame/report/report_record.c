/* A record as it stands: its fields by their words, what is nested below them, and, if asked for,
 * what happened to it. */
#include "frame/report/report_own.h"

#include <inttypes.h>

static rc field_word(struct ctx *c, const struct reporting *r, const struct shape *shape,
                     const struct shape_field *field, struct str *ret)
{
    struct str any;
    TRY(str_format(c, &any, "field.any.%s", field->name));
    return report_name(c, r, ret, any.ptr, "field.%s.%s", shape->name, field->name);
}

static bool is_nested(const struct shape_field *field)
{
    return field->kind == SHAPE_RECORD || field->kind == SHAPE_LIST;
}

/* Id and label of a record stand in the head of the document. */
static bool is_shown(const struct shape_field *field, bool outermost)
{
    bool head = outermost && (strcmp(field->name, "id") == 0 || strcmp(field->name, "label") == 0);
    return !(field->flags & SECRET) && !head;
}

static rc put_facts(struct ctx *c, struct reporting *r, const struct shape *shape,
                    const void *record, bool outermost)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        struct str name, value;
        if (!is_shown(field, outermost) || is_nested(field))
            continue;
        TRY(field_word(c, r, shape, field, &name));
        TRY(report_value(c, r, shape, field, shape_in(field, record), &value));
        document_fact(r->document, name, value);
    }
    return OK;
}

/* Can a list of these stand as a table: plain fields, and not too many? */
static size_t table_columns(const struct shape *shape)
{
    size_t count = 0;
    for (size_t i = 0; i < shape->count; i++) {
        if (!is_shown(&shape->fields[i], false))
            continue;
        if (is_nested(&shape->fields[i]) || ++count > DOCUMENT_COLUMNS_MAX)
            return 0;
    }
    return count;
}

static rc put_table(struct ctx *c, struct reporting *r, const struct shape *shape,
                    const struct shape_items *list)
{
    struct document_column columns[DOCUMENT_COLUMNS_MAX];
    struct str cells[DOCUMENT_COLUMNS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < shape->count; i++)
        if (is_shown(&shape->fields[i], false)) {
            TRY(field_word(c, r, shape, &shape->fields[i], &columns[count].name));
            columns[count].width = 1;
            columns[count++].fixed = shape->fields[i].kind == SHAPE_BYTES;
        }
    document_table(r->document, count, columns);
    for (size_t item = 0; item < list->count; item++) {
        const char *record = (const char *)list->items + item * shape->size;
        count = 0;
        for (size_t i = 0; i < shape->count; i++) {
            const struct shape_field *field = &shape->fields[i];
            if (is_shown(field, false))
                TRY(report_value(c, r, shape, field, shape_in(field, record), &cells[count++]));
        }
        document_row(r->document, count, cells);
    }
    return OK;
}

static rc put_nested(struct ctx *c, struct reporting *r, const struct shape *shape,
                     const void *record, int depth);

static rc put_list(struct ctx *c, struct reporting *r, const struct shape *shape,
                   const struct shape_items *list, int depth)
{
    if (table_columns(shape) > 0)
        return put_table(c, r, shape, list);
    for (size_t i = 0; i < list->count; i++) {
        const char *record = (const char *)list->items + i * shape->size;
        struct str number;
        TRY(str_format(c, &number, "%zu", i + 1));
        document_heading(r->document, 3, number);
        TRY(put_facts(c, r, shape, record, false));
        TRY(put_nested(c, r, shape, record, depth + 1));
    }
    return OK;
}

static rc put_nested(struct ctx *c, struct reporting *r, const struct shape *shape,
                     const void *record, int depth)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        const void *value = shape_in(field, record);
        struct str name;
        if (!is_nested(field) || (field->flags & SECRET) || shape_absent(field, value))
            continue;
        TRY(field_word(c, r, shape, field, &name));
        document_heading(r->document, depth > 1 ? 3 : 2, name);
        if (field->kind == SHAPE_LIST) {
            TRY(put_list(c, r, field->shape, value, depth));
        } else {
            TRY(put_facts(c, r, field->shape, value, false));
            TRY(put_nested(c, r, field->shape, value, depth + 1));
        }
    }
    return OK;
}

rc report_fields(struct ctx *c, struct reporting *r, const struct shape *shape, const void *record)
{
    TRY(put_facts(c, r, shape, record, true));
    return put_nested(c, r, shape, record, 1);
}

static rc put_standing(struct ctx *c, struct reporting *r, const struct row *row)
{
    struct str changed, retired, seq;
    TRY(report_time(c, r, row->changed, &changed));
    TRY(report_time(c, r, row->retired, &retired));
    TRY(str_format(c, &seq, "%" PRId64, row->seq));
    document_heading(r->document, 1, report_word(r, "report.standing"));
    document_fact(r->document, report_word(r, "report.changed"), changed);
    document_fact(r->document, report_word(r, "report.retired"), retired);
    document_fact(r->document, report_word(r, "report.written-by"), seq);
    return OK;
}

rc report_describe_record(struct ctx *c, struct reporting *r, const struct record *record,
                          struct str id, bool history)
{
    const struct shape *shape = record->shape;
    struct str noun, name, title, word;
    struct row row;
    struct record_head *head = ctx_take(c, 1, shape->size);
    if (!head)
        return fault_again(c);
    TRY(picture_get(c, r->request->picture, shape, id, &row, head));
    if (!actor_may_read(r->request->actor, head->label))
        return picture_absent(c, shape);
    TRY(report_name(c, r, &noun, NULL, "record.%s", shape->name));
    TRY(str_format(c, &name, "%s/%.*s", shape->name, STR_ARG(head->id)));
    TRY(str_format(c, &r->file_name, "%s-%.*s", shape->name, STR_ARG(head->id)));
    TRY(report_open(c, r, noun, name, head->label, row.drill));
    TRY(report_title(c, r, name, &title));
    if (!str_eq(title, head->id)) {
        TRY(str_format(c, &word, "%.*s · %.*s", STR_ARG(noun), STR_ARG(title)));
        document_title(r->document, word);
    }
    TRY(report_fields(c, r, shape, head));
    TRY(put_standing(c, r, &row));
    if (!history)
        return OK;
    struct kept_events events = {.most = REPORT_PROOFS_MAX};
    TRY(report_keep(c, r, name, (struct str){NULL, 0}, &events));
    document_heading(r->document, 1, report_word(r, "history.title"));
    TRY(report_events_table(c, r, &events, false));
    return report_events_proof(c, r, &events);
}
