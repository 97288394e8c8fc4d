/* A hit at the control post: where its rule asks for it, it is an alarm. What else a rule wants
 * done waits for a person, who finds it in the alarm and on the page of the hit. */
#include "domain/tripwire/tripwire_own.h"

#include "base/encode.h"
#include "domain/alarm/alarm.h"
#include "domain/mission/mission.h"

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

/* "raise-incident kind=intrusion; send-guard to=site": what the rule wants besides the alarm. */
static rc put_wanted(struct ctx *c, const struct tripwire_hit *hit, struct str *ret)
{
    struct text out;
    text_init(&out, c, 4096);
    for (size_t i = 0; i < hit->actions.count; i++) {
        const struct tripwire_action *action = &hit->actions.items[i];
        if (str_is(action->what, "alarm") || has_parameter(action, STR("to=control-post")))
            continue;
        if (out.len > 0)
            text_put(&out, STR("; "));
        text_put(&out, action->what);
        for (size_t p = 0; p < action->with.count; p++) {
            text_put(&out, p ? STR(", ") : STR(" "));
            text_put(&out, action->with.items[p]);
        }
    }
    return text_done(&out, ret);
}

/* The rule's own title; what to do, with a warning before what is not sure. */
static rc put_message(struct ctx *c, const struct tripwire_hit *hit, struct raise *raise)
{
    struct str wanted;
    TRY(put_wanted(c, hit, &wanted));
    raise_quote(raise, "title", hit->title);
    TRY(raise_refer(c, raise, "tripwire", "tripwire", hit->tripwire));
    raise->message = hit->unsure ? "tripwire.unsure" : "tripwire";
    if (wanted.len == 0)
        return OK;
    raise->message = hit->unsure ? "tripwire.unsure-then" : "tripwire.then";
    raise_quote(raise, "then", wanted);
    return OK;
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

/* Where, when all of its events were in one zone. */
static rc find_zone(struct ctx *c, struct picture *picture, const struct tripwire_hit *hit,
                    struct str *ret)
{
    for (size_t i = 0; i < hit->joined.count; i++) {
        struct zone zone = {.id = {NULL, 0}};
        if (!str_is(hit->joined.items[i].field, "zone"))
            continue;
        rc found = picture_get(c, picture, &zone_shape, hit->joined.items[i].value, NULL, &zone);
        if (rc_ok(found))
            *ret = zone.id;
        if (found.code != RC_NOT_FOUND)
            return found;
    }
    return OK;
}

static enum signal_priority priority_of(struct str level)
{
    return str_is(level, "critical") ? SIGNAL_PRIORITY_HIGH
           : str_is(level, "high")   ? SIGNAL_PRIORITY_MEDIUM
                                     : SIGNAL_PRIORITY_LOW;
}

rc hit_ring(struct ctx *c, struct picture *picture, struct outcome *outcome,
            const struct tripwire_hit *hit)
{
    if (hit->late || !rings(hit))
        return OK;
    struct raise raise = {
        .cause = STR(CAUSE),
        .consequence = hit->purpose,
        .kind = SIGNAL_KIND_ALARM,
        .priority = priority_of(hit->level),
        .label = hit->label,
        .at = hit->at,
        .drill = hit->drill,
        .momentary = true,
    };
    TRY(put_key(c, hit, &raise.key));
    TRY(put_message(c, hit, &raise));
    TRY(find_zone(c, picture, hit, &raise.zone));
    return alarm_raise(c, picture, outcome, &raise);
}

bool hit_rang(const struct event *event)
{
    const struct alarm *alarm = event->body;
    return event->kind->body == &alarm_shape && alarm && str_is(alarm->cause, CAUSE);
}
