/* Lists: every order, both ways, rows that come and go, labels, and what must not be reachable. */
#include "support/sample.h"

#include "core/writer.h"
#include "shape/shape_random.h"

#include <inttypes.h>
#include <stdio.h>

enum { ROWS = 60, STEADY = 40, ROWS_MAX = 4000 };

static void put_gate(struct scene *s, uint64_t *seed, int number, const char *id)
{
    struct gate *gate = ctx_take(&s->c, 1, sizeof *gate);
    struct str name;
    assert_true(rc_ok(shape_random(&s->c, &gate_shape, seed, gate)));
    assert_true(rc_ok(str_format(&s->c, &name, "gate %d", number)));
    gate->id = str_from(id);
    gate->name = name;
    gate->rank = shape_random_i64(seed, -2, 2);
    if (shape_random_i64(seed, 0, 1)) /* many are equal */
        gate->height_cm = (struct opt_i64){true, shape_random_i64(seed, 0, 2)};
    if (!rc_ok(picture_put(&s->c, s->core->picture, &gate_shape, gate, NULL)))
        fail_msg("%s", s->c.fault.message);
}

static const char *id_of(struct scene *s, int number)
{
    struct str id;
    /* capitals and small letters: bytes are what orders them */
    assert_true(rc_ok(str_format(&s->c, &id, "%c%d", "aBcD"[number % 4], number)));
    return id.ptr;
}

/* Read all pages; between them rows beyond the steady ones come and go. Each steady row is met
 * once, every row at most once. */
static void walk_pages(struct scene *s, struct query *query, uint64_t *seed, int *next)
{
    static int met[ROWS_MAX];
    memset(met, 0, sizeof met);
    do {
        struct page page;
        if (!rc_ok(picture_list(&s->c, s->core->picture, &gate_shape, query, &page)))
            fail_msg("by %.*s: %s", STR_ARG(query->sort), s->c.fault.message);
        assert_true((int64_t)page.count <= query->limit);
        for (size_t i = 0; i < page.count; i++) {
            int64_t number = 0;
            struct str id = ((struct gate *)page.records)[i].id;
            assert_true(str_to_i64(str_sub(id, 1, id.len), &number));
            assert_true(met[number]++ == 0);
        }
        assert_true(*next < ROWS_MAX);
        put_gate(s, seed, *next, id_of(s, *next));
        struct str gone = str_from(id_of(s, (int)shape_random_i64(seed, STEADY, *next)));
        assert_true(rc_ok(picture_delete(&s->c, s->core->picture, &gate_shape, gone)));
        ++*next;
        query->after = page.after;
    } while (!str_absent(query->after));
    for (int i = 0; i < STEADY; i++)
        if (met[i] != 1)
            fail_msg("by %.*s: row %d was missed", STR_ARG(query->sort), i);
}

TEST_SCENES(pages_give_every_row_once, sample_modules)
{
    static const char *const sorts[] = {
        "id",    "label",  "name",      "street",     "within",    "height_cm",   "rank",
        "since", "manned", "at_lat_e7", "lock_maker", "at_lon_e7", "lock_holder",
    };
    uint64_t seed = 7;
    int next = ROWS;
    for (int i = 0; i < ROWS; i++)
        put_gate(s, &seed, i, id_of(s, i));
    for (size_t i = 0; i < sizeof sorts / sizeof *sorts; i++)
        for (int descending = 0; descending < 2; descending++) {
            struct arena_mark mark = arena_mark(s->c.arena);
            struct query query = {.sort = str_from(sorts[i]),
                                  .descending = descending,
                                  .limit = shape_random_i64(&seed, 2, 9)};
            walk_pages(s, &query, &seed, &next);
            arena_return(s->c.arena, mark);
        }
}

/* The order is the one that bytes and numbers have, absent ones first. */
TEST_SCENES(pages_are_in_order, sample_modules)
{
    struct page page;
    uint64_t seed = 11;
    for (int i = 0; i < ROWS; i++)
        put_gate(s, &seed, i, id_of(s, i));
    struct query query = {.sort = STR("height_cm"), .limit = ROWS};
    assert_true(rc_ok(picture_list(&s->c, s->core->picture, &gate_shape, &query, &page)));
    assert_int_equal(page.count, ROWS);
    const struct gate *gates = page.records;
    for (size_t i = 1; i < page.count; i++) {
        const struct gate *a = &gates[i - 1], *b = &gates[i];
        int64_t x = a->height_cm.known ? a->height_cm.value : INT64_MIN + 1;
        int64_t y = b->height_cm.known ? b->height_cm.value : INT64_MIN + 1;
        assert_true(x < y || (x == y && str_compare(a->id, b->id) < 0));
    }
    query.sort = STR("street");
    query.descending = true;
    assert_true(rc_ok(picture_list(&s->c, s->core->picture, &gate_shape, &query, &page)));
    gates = page.records;
    for (size_t i = 1; i < page.count; i++)
        assert_true(str_compare(gates[i - 1].street, gates[i].street) >= 0);
}

static size_t count_by(struct scene *s, const char *field, enum filter_op op, const char *value)
{
    struct page page;
    struct query query = {.filter_count = 1, .filters = {{str_from(field), op, str_from(value)}}};
    if (!rc_ok(picture_list(&s->c, s->reader.picture, &gate_shape, &query, &page)))
        fail_msg("%s: %s", field, s->c.fault.message);
    return page.count;
}

TEST_SCENES(filters_and_search, sample_modules)
{
    scene_do(s, "gate.add", NULL, GATE("g1", "North Gate", ",\"street\":\"elm\",\"rank\":3"));
    scene_do(s, "gate.add", NULL,
             GATE("g2", "100% _sure", ",\"manned\":true,\"since\":\"2026-01-02T00:00:00Z\""));
    scene_do(s, "gate.add", NULL,
             GATE("g3", "\\u00c9toile",
                  ",\"street\":\"oak\",\"height_cm\":-5,\"at\":"
                  "{\"lat\":60.5,\"lon\":24.9}"));
    assert_int_equal(count_by(s, "street", FILTER_EQ, "elm"), 1);
    assert_int_equal(count_by(s, "street", FILTER_NE, "elm"), 2); /* absent is not elm */
    assert_int_equal(count_by(s, "name", FILTER_LT, "a"), 2);     /* bytes, not letters */
    assert_int_equal(count_by(s, "rank", FILTER_GE, "1"), 1);
    assert_int_equal(count_by(s, "manned", FILTER_EQ, "true"), 1);
    assert_int_equal(count_by(s, "since", FILTER_LE, "2026-01-02T00:00:00Z"), 1);
    assert_int_equal(count_by(s, "height_cm", FILTER_LT, "0"), 1);
    assert_int_equal(count_by(s, "at_lat_e7", FILTER_GT, "60.4"), 1);
    assert_int_equal(count_by(s, "name", FILTER_HAS, "NORTH"), 1);
    assert_int_equal(count_by(s, "name", FILTER_HAS, "%"), 1);
    assert_int_equal(count_by(s, "name", FILTER_HAS, "0% _S"), 1);
    assert_int_equal(count_by(s, "name", FILTER_HAS, "\xc3\x89toi"), 1);
    assert_int_equal(count_by(s, "name", FILTER_HAS, "\\"), 0);
    struct page page;
    struct query query = {.search = STR("etoi")};
    assert_true(rc_ok(picture_list(&s->c, s->reader.picture, &gate_shape, &query, &page)));
    assert_int_equal(page.count, 1);
    /* no text to look into: nothing is found, and not everything */
    query.search = STR("b");
    scene_do(s, "bell.ring", "b", RING("1"));
    assert_true(rc_ok(picture_list(&s->c, s->reader.picture, &bell_shape, &query, &page)));
    assert_int_equal(page.count, 0);
}

static void unreachable(struct scene *s, struct query query, const char *rule)
{
    struct page page;
    rc listed = picture_list(&s->c, s->reader.picture, &gate_shape, &query, &page);
    assert_int_equal(listed.code, RC_INVALID);
    assert_string_equal(s->c.fault.rule, rule);
}

TEST_SCENES(secrets_and_nonsense_are_refused, sample_modules)
{
    /* hidden itself, in a nested record, inside a list; none at all; an injection */
    static const char *const columns[] = {"code",     "lock_pin", "spares",
                                          "nonsense", "row_seq",  "name\" OR 1=1 --"};
    scene_do(s, "gate.add", NULL,
             GATE("g1", "North",
                  ",\"code\":\"hush\",\"lock\":{\"maker\":\"x\",\"pin\":\"hush\"},"
                  "\"spares\":[{\"maker\":\"y\",\"pin\":\"hush\"}]"));
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
        struct str column = str_from(columns[i]);
        unreachable(s, (struct query){.sort = column}, "column");
        for (enum filter_op op = FILTER_EQ; op <= FILTER_HAS; op++)
            unreachable(s,
                        (struct query){.filter_count = 1, .filters = {{column, op, STR("hush")}}},
                        "column");
    }
    struct page page;
    struct query query = {.search = STR("hush")};
    assert_true(rc_ok(picture_list(&s->c, s->reader.picture, &gate_shape, &query, &page)));
    assert_int_equal(page.count, 0);
    unreachable(s, (struct query){.sort = STR("note")}, "column");
    unreachable(s, (struct query){.sort = STR("keepers")}, "column");
    unreachable(s, (struct query){.after = STR("!")}, "cursor");
    unreachable(s, (struct query){.after = STR("AAAA")}, "cursor");
    unreachable(s, (struct query){.sort = STR("rank"), .after = STR("eABh")}, "cursor");
    unreachable(
        s, (struct query){.filter_count = 1, .filters = {{STR("rank"), FILTER_EQ, STR("1; DROP")}}},
        "integer");
    unreachable(
        s, (struct query){.filter_count = 1, .filters = {{STR("since"), FILTER_EQ, STR("today")}}},
        "time");
}

/* ---- labels
 * ------------------------------------------------------------------------------------------- */

static void add_labelled(struct scene *s, int number, const char *label)
{
    struct str json;
    rc made = str_format(&s->c, &json, "{\"id\":\"g%03d\",\"label\":\"%s\",\"name\":\"n%03d\"}",
                         number, label, number);
    assert_true(rc_ok(made));
    scene_do(s, "gate.add", NULL, json.ptr);
}

TEST_SCENES(a_page_holds_what_its_reader_may_read, sample_modules)
{
    static const char *const labels[] = {"TLP:CLEAR", "TLP:GREEN",        "TLP:AMBER",
                                         "TLP:RED",   "TLP:GREEN/crisis", "TLP:RED/crisis,medical"};
    const struct clearance readers[] = {{TLP_NONE, {NULL, 0}},
                                        {TLP_GREEN, {NULL, 0}},
                                        {TLP_GREEN, STR("crisis")},
                                        {TLP_RED, STR("crisis,medical")},
                                        {TLP_NONE, STR("crisis,medical")}};
    static const size_t seen[] = {0, 20, 30, 60, 0};
    for (int i = 0; i < 60; i++)
        add_labelled(s, i, labels[i % 6]);
    for (size_t r = 0; r < 5; r++)
        for (int64_t limit = 1; limit <= 10; limit += 3) {
            size_t count = 0;
            struct query query = {.limit = limit, .sort = STR("name"), .reader = &readers[r]};
            struct page page;
            do {
                assert_true(
                    rc_ok(picture_list(&s->c, s->reader.picture, &gate_shape, &query, &page)));
                for (size_t i = 0; i < page.count; i++)
                    assert_true(label_readable(((struct gate *)page.records)[i].label, readers[r]));
                count += page.count;
                query.after = page.after;
                /* a page with another one behind it is full, and there is something behind it */
                assert_true(str_absent(page.after) || (int64_t)page.count == limit);
            } while (!str_absent(query.after));
            assert_int_equal(count, seen[r]);
            assert_true(seen[r] == 0 || page.count > 0);
        }
}

/* Far more rows than one statement reads, and only the last is for this reader. */
TEST_SCENES(a_reader_of_little_finds_it_at_the_end, sample_modules)
{
    struct gate gate = {.name = STR("x"), .label = {TLP_RED, {NULL, 0}}};
    struct clearance green = {TLP_GREEN, {NULL, 0}};
    char id[16], name[16];
    assert_true(rc_ok(store_begin(&s->c, picture_store(s->core->picture), true)));
    for (int i = 0; i < 3000; i++) {
        struct arena_mark mark = arena_mark(s->c.arena);
        gate.id = (struct str){id, (size_t)snprintf(id, sizeof id, "g%05d", i)};
        gate.name = (struct str){name, (size_t)snprintf(name, sizeof name, "n%05d", i)};
        gate.label.tlp = i == 2999 ? TLP_GREEN : TLP_RED;
        assert_true(rc_ok(picture_put(&s->c, s->core->picture, &gate_shape, &gate, NULL)));
        arena_return(s->c.arena, mark);
    }
    assert_true(rc_ok(store_commit(&s->c, picture_store(s->core->picture))));
    struct page page;
    struct query query = {.limit = 1, .reader = &green};
    assert_true(rc_ok(picture_list(&s->c, s->reader.picture, &gate_shape, &query, &page)));
    assert_int_equal(page.count, 1);
    assert_true(str_is(((struct gate *)page.records)->id, "g02999"));
    assert_true(str_absent(page.after));
}

/* ---- references
 * --------------------------------------------------------------------------------------- */

TEST_SCENES(what_is_named_stays, sample_modules)
{
    scene_do(s, "keeper.add", NULL, "{\"id\":\"K\",\"label\":\"TLP:RED\",\"name\":\"Ada\"}");
    scene_do(s, "keeper.add", NULL, "{\"id\":\"k\",\"label\":\"TLP:GREEN\",\"name\":\"Ben\"}");
    scene_do(s, "gate.add", NULL, GATE("g1", "North", ",\"keepers\":[\"k\"]"));
    scene_refused(s, "keeper.retire", "k", "{}", RC_CONFLICT, "");
    scene_do(s, "keeper.retire", "K", "{}"); /* another id, but for its case */
    scene_do(s, "gate.change", "g1",
             GATE("g1", "North", ",\"spares\":[{\"maker\":\"m\",\"holder\":\"k\"}]"));
    scene_refused(s, "keeper.retire", "k", "{}", RC_CONFLICT, "");
    scene_do(s, "gate.change", "g1",
             GATE("g1", "North", ",\"lock\":{\"maker\":\"m\",\"holder\":\"k\"}"));
    scene_refused(s, "keeper.retire", "k", "{}", RC_CONFLICT, "");
    scene_do(s, "gate.change", "g1", GATE("g1", "North", ""));
    scene_do(s, "keeper.retire", "k", "{}");
    scene_refused(s, "gate.change", "g1", GATE("g1", "North", ",\"keepers\":[\"k\"]"), RC_INVALID,
                  "/keepers/0");
}

TEST_SCENES(what_may_not_be_read_is_not_told, sample_modules)
{
    struct command command;
    scene_do(s, "gate.add", NULL, "{\"id\":\"red\",\"label\":\"TLP:RED\",\"name\":\"Red\"}");
    scene_do(s, "gate.add", NULL, GATE("g1", "North", ",\"within\":\"red\""));
    scene_do_as(s, &sample_clerk, "gate.add", NULL, GATE("g2", "East", ",\"within\":\"red\""),
                &command);
    assert_int_equal(command.result.code, RC_INVALID);
    assert_string_equal(command.fault.message, "within: there is no gate \"red\"");
    scene_do_as(s, &sample_clerk, "gate.change", "g1", /* it named it before */
                GATE("g1", "North 1", ",\"within\":\"red\""), &command);
    assert_int_equal(command.result.code, RC_OK);
    scene_do_as(s, &sample_clerk, "gate.retire", "red", "{}", &command);
    assert_int_equal(command.result.code, RC_NOT_FOUND);
    scene_do(s, "gate.add", NULL, GATE("g3", "West", ""));
    scene_do(s, "gate.add", NULL,
             "{\"id\":\"red2\",\"label\":\"TLP:RED\",\"name\":\"Hidden\",\"within\":\"g3\"}");
    scene_do_as(s, &sample_clerk, "gate.retire", "g3", "{}", &command);
    assert_int_equal(command.result.code, RC_CONFLICT);
    assert_null(strstr(command.fault.message, "red2"));
}

TEST_SCENES(what_nobody_can_send_stays_as_it_was, sample_modules)
{
    scene_do(s, "gate.add", NULL, GATE("g1", "North", ",\"code\":\"hush\",\"state\":\"open\""));
    scene_do(s, "gate.change", "g1", GATE("g1", "South", ""));
    const char *json = scene_get(s, &gate_shape, "g1");
    assert_non_null(strstr(json, "\"code\":\"hush\",\"state\":\"open\""));
    assert_non_null(strstr(json, "South"));
    scene_do(s, "gate.change", "g1", GATE("g1", "South", ",\"code\":\"new\""));
    assert_non_null(strstr(scene_get(s, &gate_shape, "g1"), "\"code\":\"new\""));
    scene_rebuild_is_equal(s);
}

/* ---- the way of a statement ------------------------------------------------------------------ */

static void expect_way(struct scene *s, const char *condition, const char *index)
{
    struct store_value values[] = {STORE_VALUE_TEXT(STR("m1")), STORE_VALUE_TEXT(STR("x"))};
    struct store_rows *rows = NULL;
    struct str sql;
    bool more = false;
    assert_true(rc_ok(str_format(&s->c, &sql,
                                 "EXPLAIN QUERY PLAN SELECT * FROM \"p_gate\" WHERE "
                                 "\"mission\"=$1 AND \"row_retired\" IS NULL AND %s LIMIT 6",
                                 condition)));
    size_t count = str_find(sql, STR("$2")) == SIZE_MAX ? 1 : 2;
    assert_true(rc_ok(store_query(&s->c, s->reader.store, sql, count, values, &rows)));
    assert_true(rc_ok(store_next(&s->c, rows, &more)) && more);
    struct str way = store_column(rows, 3).bytes;
    if (str_find(way, str_from(index)) == SIZE_MAX)
        fail_msg("%s: not by %s but: %.*s", condition, index, STR_ARG(way));
    store_end(rows);
}

#define BY_WORDS                                                         \
    "\"id\" IN (SELECT \"id\" FROM \"w_gate\" WHERE \"mission\"=$1 AND " \
    "\"number\" IN (SELECT \"rowid\" FROM \"w_gate__words\" WHERE "      \
    "\"w_gate__words\" MATCH $2))"

/* Among millions of rows the few that are asked for are found by their index, in whatever order
 * they are wanted. */
TEST(what_is_asked_for_is_found_by_its_index)
{
    static struct scene scene;
    struct scene *s = &scene;
    scene_open_on(s, STORE_SQLITE, 2, sample_modules);
    expect_way(s, "\"id\"=$2", "PRIMARY KEY (mission=? AND id=?)");
    expect_way(s, "\"name\"=$2 ORDER BY \"id\"", "p_gate__name");
    expect_way(s, "\"street\"=$2 ORDER BY \"id\"", "p_gate__street");
    expect_way(s, "\"street\"=$2 ORDER BY \"id\" DESC", "p_gate__street");
    expect_way(s, "\"within\"=$2 AND \"rank\"=3 ORDER BY \"rank\", \"id\"", "p_gate__within");
    expect_way(s, "\"height_cm\"=7 AND \"manned\"=1 ORDER BY \"id\"", "p_gate__height_cm");
    expect_way(s, "\"street\"=$2 AND \"id\">='0' ORDER BY \"id\"", "AND street=? AND id>?");
    expect_way(s, BY_WORDS " ORDER BY \"id\"", "PRIMARY KEY (mission=? AND id=?)");
    expect_way(s, BY_WORDS " ORDER BY \"name\", \"id\"", "PRIMARY KEY (mission=? AND id=?)");
    expect_way(s, BY_WORDS " AND \"manned\"=1 ORDER BY \"since\"", "PRIMARY KEY (mission=? AND id");
    expect_way(s, "1=1 ORDER BY \"id\"", "PRIMARY KEY");
    scene_close(s);
}
