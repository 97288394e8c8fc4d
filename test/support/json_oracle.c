/* Both readers have functions of the same names, which must not meet in one executable: jansson is
 * loaded while the program runs (jansson_side.c), and what it has read comes back as a text written
 * anew, which is then walked beside the first one. */
#include "support/json_oracle.h"

#include "base/json.h"
#include "support/jansson_side.h"

#include <assert.h>
#include <stdlib.h>

static void compare(struct ctx *c, struct json *ours, struct json *other);

static void compare_string(struct ctx *c, struct str raw, struct str other_raw)
{
    struct str text, other;
    rc result = json_unescape(c, raw, &text);
    rc other_result = json_unescape(c, other_raw, &other);
    assert(rc_ok(result) && rc_ok(other_result) && str_eq(text, other));
}

static size_t count_members(const struct json *j)
{
    struct json ahead = *j;
    struct str key;
    size_t count = 0;
    json_object(&ahead);
    while (json_next_key(&ahead, &key) && json_skip(&ahead, NULL))
        count++;
    assert(!ahead.error);
    return count;
}

/* Of members that are doubled jansson keeps the last alone: such an object is not compared. */
static void compare_object(struct ctx *c, struct json *ours, struct json *other)
{
    struct str key, other_key;
    if (count_members(ours) != count_members(other)) {
        json_skip(ours, NULL);
        json_skip(other, NULL);
        return;
    }
    json_object(ours);
    json_object(other);
    while (json_next_key(ours, &key)) {
        bool more = json_next_key(other, &other_key);
        assert(more);
        compare_string(c, key, other_key);
        compare(c, ours, other);
    }
    bool more = json_next_key(other, &other_key);
    assert(!more);
}

static void compare_array(struct ctx *c, struct json *ours, struct json *other)
{
    json_array(ours);
    json_array(other);
    while (json_next_item(ours)) {
        bool more = json_next_item(other);
        assert(more);
        compare(c, ours, other);
    }
    bool more = json_next_item(other);
    assert(!more);
}

static double to_double(struct str digits)
{
    char copy[512];
    size_t len = digits.len < sizeof copy - 1 ? digits.len : sizeof copy - 1;
    memcpy(copy, digits.ptr, len);
    copy[len] = '\0';
    return strtod(copy, NULL);
}

static void compare_number(struct str digits, struct str other)
{
    int64_t integer = 0, other_integer = 0;
    bool is = str_to_i64(digits, &integer);
    bool other_is = str_to_i64(other, &other_integer);
    assert(is == other_is && integer == other_integer);
    assert(is || digits.len > 500 || to_double(digits) == to_double(other));
}

static void compare(struct ctx *c, struct json *ours, struct json *other)
{
    struct str text, other_text;
    bool flag = false, other_flag = false;
    enum json_kind kind = json_peek(ours), other_kind = json_peek(other);
    assert(kind == other_kind);
    switch (kind) {
    case JSON_OBJECT:
        compare_object(c, ours, other);
        break;
    case JSON_ARRAY:
        compare_array(c, ours, other);
        break;
    case JSON_STRING:
        json_string(ours, &text);
        json_string(other, &other_text);
        compare_string(c, text, other_text);
        break;
    case JSON_NUMBER:
        json_number(ours, &text);
        json_number(other, &other_text);
        compare_number(text, other_text);
        break;
    case JSON_BOOL:
        json_bool(ours, &flag);
        json_bool(other, &other_flag);
        assert(flag == other_flag);
        break;
    case JSON_NULL:
        json_null(ours);
        json_null(other);
        break;
    case JSON_NONE:
        assert(!"a value that was skipped well is one");
    }
    assert(!ours->error && !other->error);
}

bool json_oracle(struct ctx *c, struct str text)
{
    struct json ours, other;
    char *written = NULL;
    json_init(&ours, text);
    bool good = json_skip(&ours, NULL) && json_end(&ours);
    enum jansson_answer answer = jansson_read(text.ptr, text.len, &written);
    if (good)
        assert(answer != JANSSON_REFUSED);
    else if (answer == JANSSON_READ) /* it takes a NUL between two values for white space */
        assert(strcmp(ours.error, "nested too deeply") == 0 || memchr(text.ptr, '\0', text.len));
    bool both = good && answer == JANSSON_READ;
    if (both) {
        json_init(&ours, text);
        json_init(&other, str_from(written));
        compare(c, &ours, &other);
        bool ended = json_end(&ours) && json_end(&other);
        assert(ended);
    }
    free(written);
    return both;
}
