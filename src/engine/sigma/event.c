/* One JSON object as an event: nested members become dotted names, a list is several values of one
 * name. */
#include "base/json.h"
#include "engine/sigma/rule.h"

#include <stdio.h>
#include <stdlib.h>

enum { PATH_MAX_BYTES = 512, VALUES_MAX = 20000 };

struct decoding {
    struct ctx *c;
    const struct sigma_set *set;
    struct json j;
    struct sigma_event event;
    struct sigma_value *values;
    size_t room, path_len;
    char path[PATH_MAX_BYTES];
    bool path_cut;
};

static rc put_value(struct decoding *d, uint32_t field, enum sigma_kind kind, struct str text)
{
    if (d->event.count == VALUES_MAX)
        FAIL(d->c, TOO_LARGE, "an event may have %d values", VALUES_MAX);
    if (d->event.count == d->room) {
        struct sigma_value *wider;
        size_t room = d->room ? 2 * d->room : 32;
        NEW(d->c, wider, room);
        for (size_t i = 0; i < d->event.count; i++)
            wider[i] = d->values[i];
        d->values = wider;
        d->room = room;
    }
    d->values[d->event.count++] = (struct sigma_value){field, kind, text};
    return OK;
}

/* A number as its shortest digits when it is a whole one, so that 5, 5.0 and 5e0 are the same text.
 */
static rc plain_number(struct ctx *c, struct str digits, struct str *ret)
{
    char text[64];
    *ret = digits;
    bool odd = str_starts(digits, "-0");
    for (size_t i = 0; i < digits.len; i++)
        odd = odd || digits.ptr[i] == '.' || digits.ptr[i] == 'e' || digits.ptr[i] == 'E';
    if (!odd || digits.len >= sizeof text)
        return OK;
    snprintf(text, sizeof text, "%.*s", STR_ARG(digits));
    double number = strtod(text, NULL);
    if (number > -9e15 && number < 9e15 && number == (double)(int64_t)number)
        return str_format(c, ret, "%lld", (long long)number);
    return OK;
}

static rc read_value(struct decoding *d, uint32_t field);

/* The dotted name of a member; a name that is too long is only seen by keywords. */
static rc read_members(struct decoding *d)
{
    struct str raw, key;
    json_object(&d->j);
    while (json_next_key(&d->j, &raw)) {
        size_t before = d->path_len;
        bool cut_before = d->path_cut;
        TRY(json_unescape(d->c, raw, &key));
        if (d->path_len + key.len + 1 > sizeof d->path) {
            d->path_cut = true;
        } else {
            if (d->path_len)
                d->path[d->path_len++] = '.';
            memcpy(d->path + d->path_len, key.ptr, key.len);
            d->path_len += key.len;
        }
        struct str path = {d->path, d->path_len};
        TRY(read_value(d, d->path_cut ? 0 : names_find(&d->set->fields, path)));
        d->path_len = before;
        d->path_cut = cut_before;
    }
    return OK;
}

static rc read_list(struct decoding *d, uint32_t field)
{
    size_t before = d->event.count;
    json_array(&d->j);
    while (json_next_item(&d->j))
        TRY(read_value(d, field));
    return d->event.count == before ? put_value(d, field, SIGMA_OBJECT, STR("")) : OK;
}

static rc read_value(struct decoding *d, uint32_t field)
{
    struct str raw, text;
    bool truth = false;
    switch (json_peek(&d->j)) {
    case JSON_OBJECT:
        TRY(put_value(d, field, SIGMA_OBJECT, STR("")));
        return read_members(d);
    case JSON_ARRAY:
        return read_list(d, field);
    case JSON_STRING:
        if (!json_string(&d->j, &raw))
            return OK;
        TRY(json_unescape(d->c, raw, &text));
        return put_value(d, field, SIGMA_TEXT, text);
    case JSON_NUMBER:
        if (!json_number(&d->j, &raw))
            return OK;
        TRY(plain_number(d->c, raw, &text));
        return put_value(d, field, SIGMA_NUMBER, text);
    case JSON_BOOL:
        json_bool(&d->j, &truth);
        return put_value(d, field, SIGMA_BOOL, truth ? STR("true") : STR("false"));
    case JSON_NULL:
        json_null(&d->j);
        return put_value(d, field, SIGMA_NULL, STR(""));
    case JSON_NONE:
        return OK;
    }
    return OK;
}

/* ---- reserved keys --------------------------------------------------------------------------- */

/* Seconds, or milli-, micro- or nanoseconds by their size, since 1970. */
static bool parse_epoch(struct str digits, struct wall *ret)
{
    int64_t whole, micro;
    struct str rest = digits, part;
    if (!str_split(&rest, '.', &part) || !str_to_i64(part, &whole)) {
        if (!str_to_decimal(digits, 6, &micro))
            return false;
        *ret = (struct wall){micro};
        return true;
    }
    int64_t size = whole < 0 ? -whole : whole;
    if (size >= 100000000000000000) {
        *ret = (struct wall){whole / 1000};
    } else if (size >= 100000000000000) {
        *ret = (struct wall){whole};
    } else if (size >= 100000000000) {
        if (!str_to_decimal(digits, 3, &micro))
            return false;
        *ret = (struct wall){micro};
    } else {
        if (!str_to_decimal(digits, 6, &micro))
            return false;
        *ret = (struct wall){micro};
    }
    return true;
}

/* RFC 3339; a space for the T, and no offset (then UTC), are let pass. */
static bool parse_time(struct str text, struct wall *ret)
{
    char full[48];
    if (wall_parse(text, ret) || parse_epoch(text, ret))
        return true;
    if (text.len < 19 || text.len + 2 > sizeof full)
        return false;
    memcpy(full, text.ptr, text.len);
    if (full[10] == ' ')
        full[10] = 'T';
    if (wall_parse((struct str){full, text.len}, ret))
        return true;
    full[text.len] = 'Z';
    return wall_parse((struct str){full, text.len + 1}, ret);
}

static rc read_time(struct decoding *d)
{
    struct str raw, text;
    enum json_kind kind = json_peek(&d->j);
    if (kind == JSON_NULL) {
        json_null(&d->j);
        return OK;
    }
    if (kind == JSON_NUMBER && json_number(&d->j, &raw)) {
        if (!parse_epoch(raw, &d->event.time))
            FAIL(d->c, INVALID, "_time is out of range");
        return OK;
    }
    if (kind != JSON_STRING)
        FAIL(d->c, INVALID, "_time must be RFC 3339 or a number");
    if (!json_string(&d->j, &raw))
        return OK;
    TRY(json_unescape(d->c, raw, &text));
    if (!parse_time(text, &d->event.time))
        FAIL(d->c, INVALID, "_time '%.*s' is not RFC 3339", STR_ARG(str_sub(text, 0, 60)));
    return OK;
}

static rc read_text(struct decoding *d, const char *what, struct str *ret)
{
    struct str raw;
    enum json_kind kind = json_peek(&d->j);
    if (kind == JSON_NUMBER) {
        if (json_number(&d->j, &raw))
            *ret = raw;
        return OK;
    }
    if (kind == JSON_NULL) {
        json_null(&d->j);
        return OK;
    }
    if (kind != JSON_STRING)
        FAIL(d->c, INVALID, "%s must be text", what);
    return json_string(&d->j, &raw) ? json_unescape(d->c, raw, ret) : OK;
}

static rc read_source(struct decoding *d)
{
    struct str raw, name;
    if (json_peek(&d->j) != JSON_OBJECT)
        FAIL(d->c, INVALID, "_logsource must be an object");
    json_object(&d->j);
    while (json_next_key(&d->j, &raw)) {
        uint32_t *part = str_is(raw, "product")    ? &d->event.product
                         : str_is(raw, "category") ? &d->event.category
                         : str_is(raw, "service")  ? &d->event.service
                                                   : NULL;
        if (!part) {
            json_skip(&d->j, NULL);
            continue;
        }
        name = (struct str){0};
        TRY(read_text(d, "a log source", &name));
        if (!str_absent(name))
            *part = sigma_source(d->set, name);
    }
    return OK;
}

static rc read_top(struct decoding *d)
{
    struct str raw;
    json_object(&d->j);
    while (json_next_key(&d->j, &raw)) {
        struct str key;
        if (str_is(raw, "_id")) {
            d->event.id_is_number = json_peek(&d->j) == JSON_NUMBER;
            TRY(read_text(d, "_id", &d->event.id));
        } else if (str_is(raw, "_time")) {
            TRY(read_time(d));
        } else if (str_is(raw, "_logsource")) {
            TRY(read_source(d));
        } else if (str_is(raw, "_picture")) {
            json_skip(&d->j, &d->event.picture);
        } else {
            TRY(json_unescape(d->c, raw, &key));
            d->path_cut = key.len > sizeof d->path;
            d->path_len = d->path_cut ? 0 : key.len;
            memcpy(d->path, key.ptr, d->path_len);
            TRY(read_value(d, d->path_cut ? 0 : names_find(&d->set->fields, key)));
            d->path_len = 0;
        }
    }
    return OK;
}

rc sigma_event_read(struct ctx *c, const struct sigma_set *set, struct str line,
                    struct sigma_event *ret)
{
    struct decoding *d;
    NEW(c, d, 1);
    d->c = c;
    d->set = set;
    json_init(&d->j, line);
    if (json_peek(&d->j) != JSON_OBJECT)
        FAIL(c, MALFORMED, "an event must be a JSON object");
    TRY(read_top(d));
    if (!json_end(&d->j))
        return json_fault(c, &d->j);
    d->event.values = d->values;
    *ret = d->event;
    return OK;
}
