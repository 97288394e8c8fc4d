/* JSON as a tree: for inputs whose lists are nested and whose numbers are measurements, which the
 * shapes of records do not have. */
#include "engine/kit/compute.h"

#include "base/json.h"

#include <stdlib.h>

enum { NUMBER_CHARS_MAX = 64, ROOM_FIRST = 8, MEMBERS_MAX = 1000 };

struct reading {
    struct ctx *c;
    struct json j;
    size_t items;
};

static rc read_value(struct reading *r, struct datum *ret);

static rc add_item(struct reading *r, struct datum *list, size_t *room, struct datum **ret)
{
    if (r->items++ == DATUM_ITEMS_MAX)
        FAIL(r->c, TOO_LARGE, "more than %d values", DATUM_ITEMS_MAX);
    if (list->count == *room) {
        struct datum *more = NULL;
        *room = *room ? *room * 2 : ROOM_FIRST;
        NEW(r->c, more, *room);
        if (list->count > 0)
            memcpy(more, list->items, list->count * sizeof *more);
        list->items = more;
    }
    *ret = &list->items[list->count++];
    return OK;
}

/* The digits were checked by the reader; a buffer of one's own ends them with a NUL. */
static rc read_number(struct reading *r, struct datum *ret)
{
    char digits[NUMBER_CHARS_MAX + 1] = "";
    struct str text;
    if (!json_number(&r->j, &text))
        return json_fault(r->c, &r->j);
    if (text.len > NUMBER_CHARS_MAX)
        FAIL(r->c, INVALID, "a number has at most %d characters", NUMBER_CHARS_MAX);
    memcpy(digits, text.ptr, text.len);
    ret->number = strtod(digits, NULL);
    if (__builtin_isinf(ret->number))
        FAIL(r->c, INVALID, "a number is too large");
    return OK;
}

static rc read_list(struct reading *r, struct datum *ret)
{
    size_t room = 0;
    json_array(&r->j);
    while (json_next_item(&r->j)) {
        struct datum *item = NULL;
        TRY(add_item(r, ret, &room, &item));
        if (json_peek(&r->j) == JSON_NULL)
            FAIL(r->c, INVALID, "null within a list");
        TRY(read_value(r, item));
    }
    return r->j.error ? json_fault(r->c, &r->j) : OK;
}

static rc read_object(struct reading *r, struct datum *ret)
{
    struct str raw;
    size_t room = 0;
    json_object(&r->j);
    while (json_next_key(&r->j, &raw)) {
        struct datum *item = NULL;
        struct str name;
        if (ret->count == MEMBERS_MAX)
            FAIL(r->c, TOO_LARGE, "an object has at most %d members", MEMBERS_MAX);
        TRY(json_unescape(r->c, raw, &name));
        for (size_t i = 0; i < ret->count; i++)
            if (str_eq(ret->items[i].name, name))
                FAIL(r->c, MALFORMED, "the member %.*s is there twice", STR_ARG(name));
        if (json_peek(&r->j) == JSON_NULL) {
            json_null(&r->j);
            continue;
        }
        TRY(add_item(r, ret, &room, &item));
        TRY(read_value(r, item));
        item->name = name;
    }
    return r->j.error ? json_fault(r->c, &r->j) : OK;
}

static rc read_plain(struct reading *r, struct datum *ret)
{
    struct str raw = {0};
    if (ret->kind == DATUM_NUMBER)
        return read_number(r, ret);
    bool read = ret->kind == DATUM_TEXT ? json_string(&r->j, &raw) : json_bool(&r->j, &ret->flag);
    if (!read)
        return json_fault(r->c, &r->j);
    return ret->kind == DATUM_TEXT ? json_unescape(r->c, raw, &ret->text) : OK;
}

static rc read_value(struct reading *r, struct datum *ret)
{
    static const enum datum_kind kinds[] = {
        [JSON_OBJECT] = DATUM_OBJECT, [JSON_ARRAY] = DATUM_LIST, [JSON_STRING] = DATUM_TEXT,
        [JSON_NUMBER] = DATUM_NUMBER, [JSON_BOOL] = DATUM_FLAG,
    };
    enum json_kind next = json_peek(&r->j);
    size_t from = r->j.at;
    if (next == JSON_NONE || next == JSON_NULL) {
        if (next == JSON_NULL || !r->j.error)
            FAIL(r->c, MALFORMED, "there is no value");
        return json_fault(r->c, &r->j);
    }
    *ret = (struct datum){.kind = kinds[next]};
    if (next == JSON_OBJECT)
        TRY(read_object(r, ret));
    else if (next == JSON_ARRAY)
        TRY(read_list(r, ret));
    else
        TRY(read_plain(r, ret));
    if (ret->kind != DATUM_TEXT)
        ret->text = str_sub(r->j.text, from, r->j.at - from);
    return OK;
}

rc datum_read(struct ctx *c, struct str json, struct datum *ret)
{
    struct reading r = {.c = c};
    struct datum value = {0};
    json_init(&r.j, json);
    TRY(read_value(&r, &value));
    if (!json_end(&r.j))
        return json_fault(c, &r.j);
    *ret = value;
    return OK;
}

const struct datum *datum_member(const struct datum *object, const char *name)
{
    for (size_t i = 0; i < object->count; i++)
        if (str_is(object->items[i].name, name))
            return &object->items[i];
    return NULL;
}

double datum_number(const struct datum *object, const char *name, double otherwise)
{
    const struct datum *member = datum_member(object, name);
    return member ? member->number : otherwise;
}

int64_t datum_integer(const struct datum *object, const char *name, int64_t otherwise)
{
    const struct datum *member = datum_member(object, name);
    return member ? (int64_t)member->number : otherwise;
}

struct str datum_text(const struct datum *object, const char *name)
{
    const struct datum *member = datum_member(object, name);
    return member ? member->text : (struct str){NULL, 0};
}
