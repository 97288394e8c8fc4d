/* Members of JSON by path, and patterns of topics. */
#include "adapter/mqtt/mqtt.h"

#include "base/json.h"

static struct str one(struct str object, struct str name)
{
    struct json j;
    struct str key, value, found = {0};
    json_init(&j, object);
    if (json_peek(&j) != JSON_OBJECT)
        return found;
    json_object(&j);
    while (json_next_key(&j, &key))
        if (json_skip(&j, &value) && str_eq(key, name) && str_absent(found))
            found = value;
    return json_end(&j) ? found : (struct str){NULL, 0};
}

struct str mqtt_member(struct str json, struct str path)
{
    struct str name;
    while (!str_absent(json) && str_split(&path, '.', &name))
        json = one(json, name);
    return json;
}

rc mqtt_member_text(struct ctx *c, struct str json, const char *path, size_t most, struct str *ret)
{
    struct str raw = mqtt_member(json, str_from(path)), text = {NULL, 0};
    if (raw.len >= 2 && raw.ptr[0] == '"')
        TRY(json_unescape(c, str_sub(raw, 1, raw.len - 2), &text));
    else if (raw.len > 0 && raw.ptr[0] != '{' && raw.ptr[0] != '[' && !str_is(raw, "null"))
        text = raw;
    return signal_line(c, text, most, ret);
}

bool mqtt_fits(struct str pattern, struct str topic, struct str ret_stood[8], size_t *ret_count)
{
    struct str wanted, level;
    size_t count = 0;
    bool more = true;
    while (str_split(&pattern, '/', &wanted)) {
        if (str_is(wanted, "#")) {
            if (count < 8 && more)
                ret_stood[count++] = topic;
            *ret_count = count;
            return true;
        }
        more = str_split(&topic, '/', &level);
        if (!more || (!str_is(wanted, "+") && !str_eq(wanted, level)))
            return false;
        if (str_is(wanted, "+") && count < 8)
            ret_stood[count++] = level;
    }
    *ret_count = count;
    return !str_split(&topic, '/', &level);
}
