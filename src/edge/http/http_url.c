#include "edge/http/http_url.h"

static int hex_digit(char ch)
{
    if (ch >= '0' && ch <= '9')
        return ch - '0';
    if (ch >= 'a' && ch <= 'f')
        return ch - 'a' + 10;
    return ch >= 'A' && ch <= 'F' ? ch - 'A' + 10 : -1;
}

rc http_unescape(struct ctx *c, struct str raw, bool plus, struct str *ret)
{
    char *out;
    size_t len = 0;
    NEW(c, out, raw.len + 1);
    for (size_t i = 0; i < raw.len; i++) {
        int ch = (unsigned char)raw.ptr[i];
        if (ch == '%') {
            int high = i + 2 < raw.len ? hex_digit(raw.ptr[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(raw.ptr[i + 2]) : -1;
            if (low < 0)
                FAIL(c, MALFORMED, "a percent sign in the address is not followed by two digits");
            ch = high * 16 + low;
            i += 2;
        } else if (ch == '+' && plus) {
            ch = ' ';
        }
        if (ch < 0x20 || ch == 0x7f)
            FAIL(c, MALFORMED, "the address has a control character");
        out[len++] = (char)ch;
    }
    struct str text = {out, len};
    if (!str_is_utf8(text))
        FAIL(c, MALFORMED, "the address is not in UTF-8");
    *ret = text;
    return OK;
}

bool http_query_next(struct str *rest, struct str *ret_raw_name, struct str *ret_raw_value)
{
    struct str pair;
    do {
        if (!str_split(rest, '&', &pair))
            return false;
    } while (pair.len == 0);
    size_t at = str_find(pair, STR("="));
    *ret_raw_name = str_sub(pair, 0, at);
    *ret_raw_value = at == SIZE_MAX ? STR("") : str_sub(pair, at + 1, pair.len);
    return true;
}

bool http_path_is_plain(struct str path)
{
    struct str part;
    if (!str_starts(path, "/"))
        return false;
    path = str_sub(path, 1, path.len);
    if (path.len == 0)
        return true;
    while (str_split(&path, '/', &part)) {
        if (part.len == 0 || str_is(part, ".") || str_is(part, ".."))
            return false;
        for (size_t i = 0; i < part.len; i++) {
            struct str code = str_sub(part, i, 3);
            if (part.ptr[i] == '\\' || str_eq_nocase(code, STR("%2f")) ||
                str_eq_nocase(code, STR("%5c")) || str_eq_nocase(code, STR("%2e")))
                return false;
        }
    }
    return true;
}

struct str http_cookie(struct str header, const char *name)
{
    struct str pair, found = {0};
    while (str_split(&header, ';', &pair)) {
        pair = str_trim(pair);
        size_t at = str_find(pair, STR("="));
        if (at == SIZE_MAX || !str_is(str_sub(pair, 0, at), name))
            continue;
        if (!str_absent(found))
            return (struct str){0};
        found = str_sub(pair, at + 1, pair.len);
    }
    return found;
}

/* "q=0.5" in thousandths; a weight that cannot be read is none. */
static int weight_of(struct str params)
{
    struct str param;
    int64_t weight = 1000;
    while (str_split(&params, ';', &param)) {
        param = str_trim(param);
        if (!str_starts(param, "q=") && !str_starts(param, "Q="))
            continue;
        if (!str_to_decimal(str_sub(param, 2, param.len), 3, &weight) || weight < 0 ||
            weight > 1000)
            return 0;
    }
    return (int)weight;
}

int http_weight(struct str list, const char *token)
{
    struct str item, name;
    int of_all = 0;
    while (str_split(&list, ',', &item)) {
        if (!str_split(&item, ';', &name))
            continue;
        name = str_trim(name);
        if (str_eq_nocase(name, str_from(token)))
            return weight_of(item);
        if (str_is(name, "*"))
            of_all = weight_of(item);
    }
    return of_all;
}

static struct str strong(struct str tag)
{
    return str_starts(tag, "W/") ? str_sub(tag, 2, tag.len) : tag;
}

bool http_tag_matches(struct str list, struct str tag)
{
    struct str item;
    if (str_absent(tag))
        return false;
    while (str_split(&list, ',', &item)) {
        item = str_trim(item);
        if (str_is(item, "*") || str_eq(strong(item), strong(tag)))
            return true;
    }
    return false;
}
