/* The engine over the ledger: what it finds, and that a restart changes nothing of it. */
#include "domain/tripwire/tripwire_own.h"

#include "assembly/page.h"
#include "domain/people/people.h"

#include "support/watch_scene.h"

#include "unit.h"

static const struct module *const modules[] = {&people_module, &tripwire_module};

#define HEAD(id)   "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\",\"rule\":\""
#define SEEN(verb) "logsource: {product: chancery, category: agency, service: " verb "}\\n"

/* An agency is added, and changed within the hour; three are added within the hour; one is added
 * and not changed within the hour. */
static const char *const rules[] = {
    HEAD("pair") "title: one\\nname: added\\n" SEEN(
        "added") "detection: {s: {name: '*'}, condition: s}\\n---\\ntitle: two\\nname: "
                 "changed\\n" SEEN("changed") "detection: {s: {name: '*'}, condition: "
                                              "s}\\n---\\ntitle: Pair\\nid: pair\\n"
                                              "correlation: {type: temporal_ordered, rules: "
                                              "[added, changed], group-by: [agency], "
                                              "timespan: 1h}\\n\"}",
    HEAD("three") "title: added\\nname: added3\\n" SEEN(
        "added") "detection: {s: {name: '*'}, condition: s}\\n---\\ntitle: Three\\nid: three\\n"
                 "correlation: {type: event_count, rules: [added3], group-by: [country], timespan: "
                 "1h, "
                 "condition: {gte: 3}}\\n\"}",
    HEAD("absent") "title: one\\nname: added4\\n" SEEN(
        "added") "detection: {s: {name: '*'}, condition: s}\\n---\\ntitle: two\\nname: "
                 "changed4\\n" SEEN("changed") "detection: {s: {name: '*'}, condition: "
                                               "s}\\n---\\ntitle: Absent\\nid: absent\\n"
                                               "correlation: {type: temporal, rules: [added4], "
                                               "group-by: [agency], timespan: 1h}\\n"
                                               "chancery: {absent: [changed4]}\\n\"}",
};

struct live {
    struct scene s;
    struct tripwires *tripwires;
};

static void open_tripwires(struct live *l)
{
    if (!rc_ok(tripwires_open(&l->s.c, l->s.core, &l->tripwires)))
        fail_msg("%s", l->s.c.fault.message);
}

static void settle(struct live *l)
{
    while (core_step(l->s.core))
        continue;
}

static void open_live(struct live *l)
{
    scene_open(&l->s, 2, modules);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        scene_do(&l->s, "tripwire.add", NULL, rules[i]);
    scene_do(&l->s, "tripwire.activate", "pair", "{}");
    scene_do(&l->s, "tripwire.activate", "three", "{}");
    scene_do(&l->s, "tripwire.activate", "absent", "{}");
    open_tripwires(l);
    settle(l);
}

static void close_live(struct live *l)
{
    tripwires_close(l->tripwires);
    scene_close(&l->s);
}

/* As if the power had failed: what was asked of the writer and not done is gone. */
static void restart(struct live *l)
{
    tripwires_close(l->tripwires);
    scene_restart(&l->s);
    open_tripwires(l);
}

static void agency(struct live *l, const char *verb, int number)
{
    char json[200], id[16];
    snprintf(id, sizeof id, "a%d", number);
    snprintf(json, sizeof json,
             "{\"id\":\"%s\",\"label\":\"TLP:%s\",\"name\":\"Agency %d\",\"country\":\"X%c\"}", id,
             number % 2 ? "GREEN" : "AMBER", number, 'A' + number % 3);
    scene_do(&l->s, verb, strcmp(verb, "agency.add") == 0 ? NULL : id, json);
}

static struct page hits_of(struct live *l)
{
    struct page page;
    struct query query = {.limit = QUERY_LIMIT_MAX};
    if (!rc_ok(picture_list(&l->s.c, l->s.reader.picture, &tripwire_hit_shape, &query, &page)))
        fail_msg("%s", l->s.c.fault.message);
    return page;
}

static size_t count_of(struct live *l, const char *tripwire)
{
    struct page page = hits_of(l);
    const struct tripwire_hit *hits = page.records;
    size_t count = 0;
    for (size_t i = 0; i < page.count; i++)
        count += str_is(hits[i].tripwire, tripwire);
    return count;
}

TEST(tripwire_sees_what_no_single_event_says)
{
    struct live l;
    open_live(&l);
    agency(&l, "agency.add", 1);
    clock_manual_advance_us(&l.s.clock, 60000000);
    agency(&l, "agency.change", 1);
    settle(&l);
    assert_int_equal(count_of(&l, "pair"), 1);
    struct page page = hits_of(&l);
    const struct tripwire_hit *hit = page.records;
    assert_int_equal(hit->event_count, 2);
    assert_true(str_is(hit->joined.items[0].value, "a1"));
    assert_true(str_is(hit->title, "Pair"));
    assert_int_equal(hit->label.tlp, TLP_GREEN);
    assert_false(hit->drill);

    agency(&l, "agency.add", 2);
    agency(&l, "agency.change", 2);
    settle(&l);
    assert_int_equal(count_of(&l, "pair"), 2);
    page = hits_of(&l);
    hit = page.records;
    bool amber = false; /* an event under AMBER makes it AMBER */
    for (size_t i = 0; i < page.count; i++)
        amber = amber || hit[i].label.tlp == TLP_AMBER;
    assert_true(amber);
    scene_rebuild_is_equal(&l.s);
    close_live(&l);
}

TEST(tripwire_drill_travels)
{
    struct live l;
    open_live(&l);
    struct agency record = {
        .id = STR("d1"), .label = {.tlp = TLP_GREEN}, .name = STR("Drill"), .country = STR("XD")};
    for (int i = 0; i < 2; i++) {
        struct command command = {
            .decision = catalog_decision(l.s.catalog, i ? STR("agency.change") : STR("agency.add")),
            .input = &record,
            .actor = actor_system,
            .cause = -1,
            .expect_seq = -1,
            .drill = true};
        if (i)
            command.target = record.id;
        assert_true(rc_ok(core_call(&l.s.c, l.s.core, &command)));
    }
    settle(&l);
    struct page page = hits_of(&l);
    assert_int_equal(page.count, 1);
    assert_true(((const struct tripwire_hit *)page.records)->drill);
    assert_true(page.rows[0].drill);
    close_live(&l);
}

/* The end of a wait comes by itself, with nothing else happening. */
TEST(tripwire_notices_what_does_not_come)
{
    struct live l;
    open_live(&l);
    agency(&l, "agency.add", 1);
    agency(&l, "agency.add", 2);
    clock_manual_advance_us(&l.s.clock, (int64_t)30 * 60000000);
    agency(&l, "agency.change", 1);
    settle(&l);
    assert_int_equal(count_of(&l, "absent"), 0);
    restart(&l);
    clock_manual_advance_us(&l.s.clock, (int64_t)31 * 60000000);
    settle(&l);
    assert_int_equal(count_of(&l, "absent"), 1);
    close_live(&l);
}

TEST(tripwire_that_is_off_sees_nothing)
{
    struct live l;
    open_live(&l);
    agency(&l, "agency.add", 1);
    settle(&l);
    scene_do(&l.s, "tripwire.off", "pair", "{\"why\":\"too many\"}");
    agency(&l, "agency.change", 1);
    settle(&l);
    assert_int_equal(count_of(&l, "pair"), 0);
    scene_do(&l.s, "tripwire.activate", "pair", "{}");
    restart(&l);
    agency(&l, "agency.change", 1);
    settle(&l);
    assert_int_equal(count_of(&l, "pair"), 0); /* it was off when the first of the two came */
    close_live(&l);
}

/* The counts of a rule say that there is one, and how often it found something. */
TEST(tripwire_status_tells_of_a_rule_only_those_who_may_know_of_it)
{
    struct live l;
    struct actor reader = {.id = STR("reader"),
                           .permissions = {(struct str[]){STR("tripwire.read")}, 1},
                           .clearance = {.tlp = TLP_GREEN}};
    open_live(&l);
    scene_do(&l.s, "tripwire.off", "three", "{\"why\":\"it is changed\"}");
    struct str rule = str_from(rules[1]);
    size_t at = str_find(rule, STR("GREEN"));
    struct str red;
    assert_true(rc_ok(str_format(&l.s.c, &red, "%.*sRED%s", (int)at, rule.ptr, rule.ptr + at + 5)));
    scene_do(&l.s, "tripwire.change", "three", red.ptr);
    scene_do(&l.s, "tripwire.activate", "three", "{}");
    settle(&l);
    clock_manual_advance_us(&l.s.clock, (int64_t)10 * 60000000);
    agency(&l, "agency.add", 1);
    settle(&l);
    const char *told = fetch(&l.s, &reader, "/api/v1/tripwire-status", "", NULL);
    ASSERT_HAS(told, "\"tripwire\":\"pair\"");
    ASSERT_HAS(told, "\"events\":");
    assert_null(strstr(told, "\"three\""));
    reader.clearance.tlp = TLP_RED;
    told = fetch(&l.s, &reader, "/api/v1/tripwire-status", "", NULL);
    ASSERT_HAS(told, "\"tripwire\":\"three\"");
    close_live(&l);
}

TEST(tripwire_hit_does_not_tell_what_its_rule_has_become)
{
    struct live l;
    struct actor reader = {.id = STR("reader"),
                           .permissions = {(struct str[]){STR("tripwire.read")}, 1},
                           .clearance = {.tlp = TLP_GREEN}};
    open_live(&l);
    agency(&l, "agency.add", 1);
    agency(&l, "agency.change", 1);
    settle(&l);
    struct page page = hits_of(&l);
    assert_int_equal(page.count, 1);
    const struct tripwire_hit *hit = page.records;
    const char *path = "/api/v1/tripwire-hits/{id}";
    ASSERT_HAS(fetch(&l.s, &reader, path, hit->id.ptr, NULL), "\"name\":\"pair\"");
    scene_do(&l.s, "tripwire.off", "pair", "{\"why\":\"it is changed\"}");
    scene_do(
        &l.s, "tripwire.change", "pair",
        "{\"id\":\"pair\",\"label\":\"TLP:RED\",\"name\":\"Who meets the envoy\",\"rule\":\"title: "
        "x\\n" SEEN("added") "detection: {s: {name: '*'}, condition: s}\\n\"}");
    const char *told = fetch(&l.s, &reader, path, hit->id.ptr, NULL);
    assert_null(strstr(told, "envoy"));
    ASSERT_HAS(told, "\"name\":\"Pair\"");
    close_live(&l);
}

/* A day of agencies, the same whatever happens between: a step per number. */
static void play(struct live *l, int step)
{
    clock_manual_advance_us(&l->s.clock, (int64_t)(step * 7 % 25) * 60000000);
    if (step % 3 != 2)
        agency(l, "agency.add", step);
    else if (step % 4 != 3)
        agency(l, "agency.change", step - 1);
    if (step == 60)
        scene_do(&l->s, "tripwire.off", "three", "{\"why\":\"a while\"}");
    if (step == 90)
        scene_do(&l->s, "tripwire.activate", "three", "{}");
}

enum { STEPS = 150, RESTARTS = 100 };

/* The hits as a text: what made them, not when they were written. */
static struct str fingerprint(struct live *l)
{
    struct page page = hits_of(l);
    const struct tripwire_hit *hits = page.records;
    struct text out;
    struct str result;
    text_init(&out, &l->s.c, 1 << 20);
    assert_true(page.count < QUERY_LIMIT_MAX);
    for (size_t i = 0; i < page.count; i++) {
        text_put(&out, hits[i].tripwire);
        text_put_wall(&out, hits[i].at);
        for (size_t g = 0; g < hits[i].joined.count; g++)
            text_put(&out, hits[i].joined.items[g].value);
        text_put_i64(&out, hits[i].event_count);
        text_put_char(&out, '\n');
    }
    assert_true(rc_ok(text_done(&out, &result)));
    return result;
}

static int by_line(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static struct str sorted(struct live *l, struct str text)
{
    struct str lines[QUERY_LIMIT_MAX], rest = text, result;
    size_t count = 0;
    struct text out;
    while (str_split(&rest, '\n', &lines[count]))
        count++;
    qsort(lines, count, sizeof *lines, by_line);
    text_init(&out, &l->s.c, 1 << 20);
    for (size_t i = 0; i < count; i++) {
        text_put(&out, lines[i]);
        text_put_char(&out, '\n');
    }
    assert_true(rc_ok(text_done(&out, &result)));
    return result;
}

TEST(tripwire_hits_are_the_same_after_a_hundred_restarts)
{
    static struct live a, b;
    unsigned noise = 12345;
    open_live(&a);
    open_live(&b);
    int restarts = 0;
    for (int step = 0; step < STEPS; step++) {
        play(&a, step);
        settle(&a);
        play(&b, step);
        noise = noise * 1103515245 + 12345;
        for (unsigned i = 0; i < (noise >> 16) % 3; i++)
            core_step(b.s.core); /* some of what was asked for is done, some is lost */
        if ((noise >> 20) % 3 != 0 || STEPS - step <= RESTARTS - restarts) {
            restart(&b);
            restarts++;
        }
    }
    assert_true(restarts >= RESTARTS);
    clock_manual_advance_us(&a.s.clock, (int64_t)2 * 3600 * 1000000);
    clock_manual_advance_us(&b.s.clock, (int64_t)2 * 3600 * 1000000);
    settle(&a);
    settle(&b);
    struct str with = sorted(&b, fingerprint(&b)), without = sorted(&a, fingerprint(&a));
    assert_true(count_of(&a, "pair") > 5);
    assert_true(count_of(&a, "three") > 0);
    assert_true(count_of(&a, "absent") > 5);
    if (!str_eq(with, without))
        fail_msg("without:\n%.*s\nwith:\n%.*s", STR_ARG(without), STR_ARG(with));
    close_live(&a);
    close_live(&b);
}

/* What was counted when the windows were last kept. */
static struct str counts_of(struct live *l)
{
    struct tripwire_stand stand = {0};
    assert_true(rc_ok(picture_get(&l->s.c, l->s.reader.picture, &tripwire_stand_shape, STR("stand"),
                                  NULL, &stand)));
    return stand.counts;
}

enum { FLOOD = 150, FLOOD_KEYS = 40 };

/* One rule is flooded with keys and holds its limit; the other, and the keys it knew, go on; the
 * same after a restart. */
TEST(tripwire_that_is_flooded_is_counted_and_takes_nothing_from_the_others)
{
    static const char again[] = HEAD("again") "title: one\\nname: changed5\\n" SEEN(
        "changed") "detection: {s: {name: '*'}, condition: s}\\n---\\ntitle: Again\\nid: again\\n"
                   "correlation: {type: event_count, rules: [changed5], group-by: [agency], "
                   "timespan: 1h, condition: {gte: 2}}\\n"
                   "chancery: {limits: {keys: 40, when-full: refuse}}\\n\"}";
    struct live l;
    scene_open(&l.s, 2, modules);
    for (int i = 0; i < FLOOD; i++)
        agency(&l, "agency.add", i);
    scene_do(&l.s, "tripwire.add", NULL, again);
    scene_do(&l.s, "tripwire.add", NULL, rules[1]);
    scene_do(&l.s, "tripwire.activate", "again", "{}");
    scene_do(&l.s, "tripwire.activate", "three", "{}");
    open_tripwires(&l);
    settle(&l);
    for (int i = 0; i < FLOOD; i++)
        agency(&l, "agency.change", i);
    clock_manual_advance_us(&l.s.clock, (int64_t)2 * 60000000);
    for (int i = 0; i < 3; i++) /* of one country */
        agency(&l, "agency.add", FLOOD + 3 * i);
    settle(&l);
    assert_int_equal(count_of(&l, "three"), 1);
    assert_int_equal(count_of(&l, "again"), 0);
    struct str counts = counts_of(&l);
    char refused[40];
    snprintf(refused, sizeof refused, "\"keys_refused\":%d,", FLOOD - FLOOD_KEYS);
    if (str_find(counts, str_from(refused)) == SIZE_MAX)
        fail_msg("%.*s", STR_ARG(counts));
    assert_true(str_find(counts, STR("\"looked\":150,")) != SIZE_MAX); /* the profiler's */
    assert_true(str_find(counts, STR("\"cost_us\":")) != SIZE_MAX);
    restart(&l);
    agency(&l, "agency.change", 0);
    agency(&l, "agency.change", FLOOD - 1); /* it was refused, and is: no place is free */
    settle(&l);
    assert_int_equal(count_of(&l, "again"), 1);
    close_live(&l);
}

/* How many hits a backtest of a rule over everything finds. */
static int64_t count_past(struct live *l, const char *tripwire)
{
    struct tripwire record = {0};
    struct sigma_set *set = NULL;
    struct text out;
    struct str json, rest, digits;
    int64_t hits = -1;
    assert_true(rc_ok(picture_get(&l->s.c, l->s.reader.picture, &tripwire_shape, str_from(tripwire),
                                  NULL, &record)));
    assert_true(rc_ok(tripwire_set(&l->s.c, record.id, record.rule, &set)));
    struct backtest backtest = {.picture = l->s.reader.picture, .actor = &actor_system, .set = set};
    text_init(&out, &l->s.c, 1 << 20);
    assert_true(rc_ok(tripwire_backtest(&l->s.c, &backtest, &out)));
    assert_true(rc_ok(text_done(&out, &json)));
    size_t at = str_find(json, STR("\"hits\":"));
    rest = str_sub(json, at + 7, json.len);
    assert_true(str_split(&rest, ',', &digits) && str_to_i64(digits, &hits));
    sigma_set_close(set);
    return hits;
}

/* The engine of a test and that of live use are one. */
TEST(tripwire_finds_in_a_test_what_it_found_live)
{
    static const char *const names[] = {"pair", "three", "absent"};
    static struct live l;
    open_live(&l);
    for (int step = 0; step < 50; step++) {
        play(&l, step);
        settle(&l);
    }
    clock_manual_advance_us(&l.s.clock, (int64_t)2 * 3600 * 1000000);
    settle(&l);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_true(count_of(&l, names[i]) > 0);
        assert_int_equal(count_past(&l, names[i]), count_of(&l, names[i]));
    }
    close_live(&l);
}

/* Nobody has to load, publish or restart anything. */
TEST(tripwire_sees_from_the_moment_it_is_activated)
{
    struct live l;
    scene_open(&l.s, 2, modules);
    open_tripwires(&l);
    scene_do(&l.s, "tripwire.add", NULL, rules[0]);
    agency(&l, "agency.add", 1);
    agency(&l, "agency.change", 1);
    settle(&l);
    assert_int_equal(count_of(&l, "pair"), 0);
    scene_do(&l.s, "tripwire.activate", "pair", "{}");
    agency(&l, "agency.add", 2);
    agency(&l, "agency.change", 2);
    settle(&l);
    assert_int_equal(count_of(&l, "pair"), 1);
    close_live(&l);
}

TEST(tripwire_backtest_finds_what_would_have_been)
{
    struct live l;
    struct sigma_set *set = NULL;
    struct text out;
    struct str json;
    scene_open(&l.s, 2, modules);
    l.tripwires = NULL;
    agency(&l, "agency.add", 1);
    agency(&l, "agency.change", 1);
    clock_manual_advance_us(&l.s.clock, (int64_t)48 * 3600 * 1000000);
    agency(&l, "agency.add", 3);
    agency(&l, "agency.change", 3);
    scene_do(&l.s, "tripwire.add", NULL, rules[0]);
    struct tripwire record = {0};
    assert_true(rc_ok(
        picture_get(&l.s.c, l.s.reader.picture, &tripwire_shape, STR("pair"), NULL, &record)));
    assert_true(rc_ok(tripwire_set(&l.s.c, record.id, record.rule, &set)));
    for (int days = 1; days <= 3; days += 2) {
        struct backtest backtest = {
            .actor = &actor_system,
            .picture = l.s.reader.picture,
            .set = set,
            .from = {clock_now(&l.s.c).us - (int64_t)days * 24 * 3600 * 1000000},
        };
        text_init(&out, &l.s.c, 1 << 20);
        assert_true(rc_ok(tripwire_backtest(&l.s.c, &backtest, &out)));
        assert_true(rc_ok(text_done(&out, &json)));
        assert_non_null(strstr(json.ptr, days == 1 ? "\"hits\":1" : "\"hits\":2"));
    }
    sigma_set_close(set);
    scene_close(&l.s);
}
