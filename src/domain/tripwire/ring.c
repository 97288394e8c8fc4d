/* A hit at the control post: where its rule asks for it, it is an alarm. What else a rule wants
 * done waits for a person, who reads it in the alarm and on the page of the hit. */
#include "domain/tripwire/tripwire_own.h"

#include "base/encode.h"
#include "domain/alarm/alarm.h"

#include <sodium.h>

#define CAUSE "tripwire"

static bool has_parameter(const struct tripwire_action *action, struct str wanted)
{
    for (size_t i = 0; i < action->with.count; i++)
        if (str_eq(action->with.items[i], wanted))
            return true;
    return false;
}

/* `alarm`, and word to the control post, which is what an alarm is. */
static bool rings(const struct tripwire_hit *hit)
{
    for (size_t i = 0; i < hit->actions.count; i++) {
        const struct tripwire_action *action = &hit->actions.items[i];
        if (str_is(action->what, "alarm") ||
            (str_is(action->what, "notify") && has_parameter(action, STR("to=control-post"))))
            return true;
    }
    return false;
}

/* ---- what it says ---------------------------------------------------------------------------- */

enum { PHRASE_MAX = 200 };

/* The value of a parameter, if the action has it: "to=area". */
static struct str value_of(const struct tripwire_action *action, struct str name)
{
    for (size_t i = 0; i < action->with.count; i++) {
        struct str value = action->with.items[i], key;
        if (str_split(&value, '=', &key) && str_eq(key, name))
            return value;
    }
    return (struct str){NULL, 0};
}

/* What or whom it is about: its first parameter that does not say how it is done. */
static struct str aim_of(const struct tripwire_action *action)
{
    for (size_t i = 0; i < action->with.count; i++) {
        struct str value = action->with.items[i], key;
        str_split(&value, '=', &key);
        if (!str_is(key, "confirm") && !str_is(key, "silently"))
            return value;
    }
    return (struct str){NULL, 0};
}

static rc add_phrase(struct ctx *c, struct texts *phrases, const char *stem, struct str name,
                     struct str aim)
{
    struct str phrase;
    if (phrases->count == MESSAGE_PHRASES_MAX)
        return OK;
    if (str_absent(aim))
        TRY(str_format(c, &phrase, "%s.%.*s", stem, STR_ARG(name)));
    else
        TRY(str_format(c, &phrase, "%s.%.*s.%.*s/%.*s", stem, STR_ARG(name), STR_ARG(aim),
                       STR_ARG(aim)));
    if (phrase.len > PHRASE_MAX) /* no action of ours is so long: it is told by its name alone */
        TRY(str_format(c, &phrase, "%s.%.*s", stem, STR_ARG(name)));
    phrases->items[phrases->count++] = phrase;
    return OK;
}

/* "order.send-guard.area/area", and by whose word. What the control post is told it knows, and what
 * it has to confirm it is asked here. */
static rc add_order(struct ctx *c, const struct tripwire_action *action, struct texts *orders)
{
    struct str none = {NULL, 0}, by = value_of(action, STR("confirm"));
    if (!str_absent(value_of(action, STR("silently"))))
        TRY(add_phrase(c, orders, "order", STR("silently"), none));
    if (str_is(action->what, "alarm") || has_parameter(action, STR("to=control-post")))
        return OK;
    TRY(add_phrase(c, orders, "order", action->what, aim_of(action)));
    if (str_absent(by) || str_is(by, "control-post"))
        return OK;
    return add_phrase(c, orders, "order", STR("confirm"), by);
}

static rc put_orders(struct ctx *c, const struct tripwire_hit *hit, struct raise *raise)
{
    struct texts orders = {0};
    struct str none = {NULL, 0};
    NEW(c, orders.items, MESSAGE_PHRASES_MAX);
    if (hit->unsure)
        TRY(add_phrase(c, &orders, "order", STR("make-sure"), none));
    TRY(add_phrase(c, &orders, "order", STR("look"), none));
    for (size_t i = 0; i < hit->actions.count; i++)
        TRY(add_order(c, &hit->actions.items[i], &orders));
    raise_phrases(raise, "orders", orders);
    return OK;
}

/* In every language what Chancery ships; what the mission wrote itself, as it wrote it. */
static rc put_words(struct ctx *c, struct raise *raise, const char *hole, struct str text)
{
    const char *key = str_absent(text) ? hole : message_phrase_of(hole, text);
    struct texts phrases = {.count = 1};
    if (!key) {
        raise_quote(raise, hole, text);
        return OK;
    }
    NEW(c, phrases.items, 1);
    phrases.items[0] = str_from(key);
    raise_phrases(raise, hole, phrases);
    return OK;
}

static rc put_message(struct ctx *c, const struct tripwire_hit *hit, struct raise *raise)
{
    bool zoned = !str_absent(hit->zone), placed = zoned || !str_absent(hit->site);
    raise->message = placed ? "tripwire.hit.at" : "tripwire.hit";
    raise->zone = hit->zone;
    raise->site = zoned ? (struct str){NULL, 0} : hit->site;
    TRY(put_words(c, raise, "pattern", hit->title));
    TRY(put_words(c, raise, "purpose", hit->purpose));
    TRY(raise_refer(c, raise, "tripwire", "tripwire", hit->tripwire));
    if (placed)
        TRY(raise_refer(c, raise, "place", zoned ? "zone" : "site", zoned ? hit->zone : hit->site));
    return put_orders(c, hit, raise);
}

/* One alarm a rule and what its events have in common, while it stands. */
static rc put_key(struct ctx *c, const struct tripwire_hit *hit, struct str *ret)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    struct text out;
    struct str group, hex;
    text_init(&out, c, 16384);
    for (size_t i = 0; i < hit->joined.count; i++) {
        text_put_json(&out, hit->joined.items[i].field);
        text_put_json(&out, hit->joined.items[i].value);
    }
    TRY(text_done(&out, &group));
    crypto_hash_sha256(hash, (const unsigned char *)group.ptr, group.len);
    TRY(encode_bytes(c, ENCODE_HEX, hash, 8, &hex));
    return str_format(c, ret, CAUSE "/%.*s/%.*s/%.*s", STR_ARG(hit->tripwire), STR_ARG(hit->rule),
                      STR_ARG(hex));
}

/* Sigma's five levels. */
static enum signal_priority priority_of(struct str level)
{
    return str_is(level, "critical") ? SIGNAL_PRIORITY_URGENT
           : str_is(level, "high")   ? SIGNAL_PRIORITY_HIGH
           : str_is(level, "medium") ? SIGNAL_PRIORITY_MEDIUM
                                     : SIGNAL_PRIORITY_LOW;
}

rc hit_ring(struct ctx *c, struct picture *picture, struct outcome *outcome,
            const struct tripwire_hit *hit)
{
    if (hit->late || !rings(hit))
        return OK;
    struct raise raise = {
        .cause = STR(CAUSE),
        .kind = SIGNAL_KIND_ALARM,
        .priority = priority_of(hit->level),
        .label = hit->label,
        .at = hit->at,
        .drill = hit->drill,
        .momentary = true,
    };
    TRY(put_key(c, hit, &raise.key));
    TRY(put_message(c, hit, &raise));
    return alarm_raise(c, picture, outcome, &raise);
}

bool hit_rang(const struct event *event)
{
    const struct alarm *alarm = event->body;
    return event->kind->body == &alarm_shape && alarm && str_is(alarm->cause, CAUSE);
}
