/* Random people and random devices at the same few alarms, and what must be true after each step:
 * nothing is lost, no duress is out of sight, every change has its author, and a picture folded
 * anew is the same. */
#include "domain/alarm/alarm_own.h"

#include "support/watch_scene.h"

#include "unit.h"

enum { ROUNDS = 4, STEPS = 120 };

struct dice {
    uint64_t state;
};

/* xorshift64* (Vigna, 2016): a seed gives the same day again. */
static uint64_t roll(struct dice *dice, uint64_t sides)
{
    dice->state ^= dice->state >> 12;
    dice->state ^= dice->state << 25;
    dice->state ^= dice->state >> 27;
    return (dice->state * 2685821657736338717ULL >> 33) % sides;
}

struct tally {
    int64_t handed_in, duress;
};

static const char *const kinds[] = {"alarm", "duress", "fire", "motion", "restore", "tamper"};

static void device_speaks(struct scene *s, struct dice *dice, struct tally *count)
{
    char more[64];
    const char *kind = kinds[roll(dice, 6)];
    const char *ends = kinds[roll(dice, 3)];
    bool restore = strcmp(kind, "restore") == 0;
    snprintf(more, sizeof more, ",\"zone\":\"%d\"%s%s%s", (int)roll(dice, 2) + 1,
             restore ? ",\"ends\":\"" : "", restore ? ends : "", restore ? "\"" : "");
    signal_in(s, kind, roll(dice, 2) ? "panel" : "camera", more);
    count->handed_in++;
    count->duress += strcmp(kind, "duress") == 0;
}

static bool any_alarm(struct scene *s, struct dice *dice, char ret[32])
{
    struct query query = {.limit = QUERY_LIMIT_MAX, .with_retired = roll(dice, 8) == 0};
    struct page page;
    assert_true(rc_ok(picture_list(&s->c, s->reader.picture, &alarm_shape, &query, &page)));
    if (page.count == 0)
        return false;
    const struct alarm *alarm = (struct alarm *)page.records + roll(dice, page.count);
    snprintf(ret, 32, "%.*s", STR_ARG(alarm->id));
    return true;
}

/* Whatever comes of it: a refusal is an answer too. */
static void person_acts(struct scene *s, struct dice *dice)
{
    static const struct {
        const char *name, *json;
    } acts[] = {
        {"alarm.claim", "{}"},
        {"alarm.claim", "{\"over_why\":\"relieving\"}"},
        {"alarm.release", "{}"},
        {"alarm.acknowledge", "{\"why\":\"seen\",\"disposition\":\"false\",\"holds_ms\":60000}"},
        {"alarm.acknowledge", "{\"why\":\"seen\",\"disposition\":\"real\"}"},
        {"alarm.shelve", "{\"why\":\"noise\",\"for_ms\":90000}"},
        {"alarm.unshelve", "{}"},
        {"alarm.split", "{}"},
        {"alarm.end", "{\"why\":\"over\",\"disposition\":\"real\",\"word_of\":\"Amina\"}"},
        {"alarm.end", "{\"why\":\"over\",\"disposition\":\"real\"}"},
    };
    struct command command;
    char id[32], into[32], json[80];
    if (!any_alarm(s, dice, id))
        return;
    const struct actor *who = roll(dice, 2) ? &guard : &other_guard;
    size_t act = roll(dice, sizeof acts / sizeof acts[0] + 1);
    if (act < sizeof acts / sizeof acts[0]) {
        scene_do_as(s, who, acts[act].name, id, acts[act].json, &command);
    } else if (any_alarm(s, dice, into)) {
        snprintf(json, sizeof json, "{\"into\":\"%s\"}", into);
        scene_do_as(s, who, "alarm.merge", id, json, &command);
    }
}

static void house_acts(struct scene *s, struct dice *dice)
{
    static const struct {
        const char *name, *target, *json;
    } acts[] = {
        {"zone.arm", "hall", "{\"accept\":true,\"why\":\"night\"}"},
        {"zone.disarm", "hall", "{}"},
        {"source.disable", "panel", "{\"until\":\"2026-11-22T23:00:00Z\",\"why\":\"repair\"}"},
        {"source.enable", "panel", "{}"},
    };
    struct command command;
    size_t act = roll(dice, 4);
    scene_do_as(s, &guard, acts[act].name, acts[act].target, acts[act].json, &command);
}

static void check_one(const struct alarm *alarm, bool retired)
{
    assert_int_equal(alarm->state, alarm_state_of(alarm));
    assert_int_equal(retired, alarm->closed.us != 0);
    assert_int_equal(alarm->state == ALARM_STATE_CLOSED, alarm->closed.us != 0);
    assert_false(str_absent(alarm->team));
    if (alarm->acknowledged)
        assert_false(str_absent(alarm->acked_by));
    if (alarm->shelved_until.us)
        assert_false(str_absent(alarm->shelved_by));
    if (!alarm->lane) {
        /* it closes by somebody's answer, or where no answer is asked for */
        assert_true(!alarm->closed.us || alarm->acknowledged || alarm->suppressed ||
                    alarm->out_of_service);
        return;
    }
    assert_false(alarm->suppressed || alarm->out_of_service || alarm->shelved_until.us);
    assert_int_equal(alarm->rank, 0);
    assert_true(str_eq(alarm->team, alarm->id));
    if (alarm->closed.us)
        assert_true(!str_absent(alarm->ended_by) && !str_absent(alarm->word_of) &&
                    !str_absent(alarm->end_why));
    else
        assert_true(alarm->active);
}

static void check_all(struct scene *s, const struct tally *count)
{
    struct query query = {.limit = QUERY_LIMIT_MAX, .with_retired = true};
    struct page page;
    int64_t duress = 0;
    struct arena_mark mark = arena_mark(s->c.arena);
    assert_int_equal(count_where(s, &kept_signal_shape, NULL, NULL), count->handed_in);
    assert_true(rc_ok(picture_list(&s->c, s->reader.picture, &alarm_shape, &query, &page)));
    assert_true(str_absent(page.after));
    const struct alarm *alarms = page.records;
    for (size_t i = 0; i < page.count; i++) {
        check_one(&alarms[i], page.rows[i].retired.us != 0);
        duress += alarms[i].lane ? alarms[i].signals : 0;
    }
    assert_int_equal(duress, count->duress);
    arena_return(s->c.arena, mark);
}

TEST(whatever_people_and_devices_do_no_alarm_is_lost)
{
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        struct scene s;
        struct dice dice = {seed * 0x9e3779b97f4a7c15ULL};
        struct tally count = {0};
        watch_scene_open(&s);
        scene_do(&s, "alarm_rule.add", NULL,
                 RULE("intrusion", "alarm", "intrusion", ",\"armed_only\":true"));
        scene_do(&s, "alarm_rule.add", NULL,
                 RULE("motion", "motion", "intrusion", ",\"armed_only\":true,\"momentary\":true"));
        for (int step = 0; step < STEPS; step++) {
            struct arena_mark mark = arena_mark(s.c.arena);
            uint64_t what = roll(&dice, 10);
            if (what < 4)
                device_speaks(&s, &dice, &count);
            else if (what < 8)
                person_acts(&s, &dice);
            else if (what < 9)
                house_acts(&s, &dice);
            else
                pass(&s, (int64_t)roll(&dice, 40));
            check_all(&s, &count);
            arena_return(s.c.arena, mark);
        }
        scene_rebuild_is_equal(&s);
        check_all(&s, &count);
        scene_close(&s);
    }
}
