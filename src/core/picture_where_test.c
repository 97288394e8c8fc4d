/* Filters of lists, words, counts and each: one rule a test. What they answer in combination is in
 * picture_ask_test.c. */
#include "support/sample.h"

#include "core/picture_table.h"
#include "core/writer.h"

#include <stdio.h>

#define MUST(s, call)                                        \
    do {                                                     \
        if (!rc_ok(call))                                    \
            fail_msg("%s: %s", #call, (s)->c.fault.message); \
    } while (0)

/* ---- filters of lists ------------------------------------------------------------------------ */

static size_t listed(struct scene *s, struct query query)
{
    struct page page;
    MUST(s, picture_list(&s->c, s->reader.picture, &gate_shape, &query, &page));
    return page.count;
}

static size_t by(struct scene *s, const char *field, enum filter_op op, const char *value)
{
    struct filter filter = {str_from(field), op, str_from(value)};
    return listed(s, (struct query){.filter_count = 1, .filters = {filter}});
}

static void not_asked(struct scene *s, const char *field, enum filter_op op, const char *rule)
{
    struct page page;
    struct query query = {.filter_count = 1, .filters = {{str_from(field), op, STR("hush")}}};
    rc asked = picture_list(&s->c, s->reader.picture, &gate_shape, &query, &page);
    assert_int_equal(asked.code, RC_INVALID);
    assert_string_equal(s->c.fault.rule, rule);
    assert_non_null(strstr(s->c.fault.message, field));
}

static void keep(struct scene *s, const char *id)
{
    struct str json;
    MUST(s, str_format(&s->c, &json, "{\"id\":\"%s\",\"label\":\"TLP:GREEN\",\"name\":\"%s\"}", id,
                       id));
    scene_do(s, "keeper.add", NULL, json.ptr);
}

TEST_SCENES(a_list_of_references_has_exactly_what_is_asked, sample_modules)
{
    keep(s, "hall");
    keep(s, "hall-annex");
    scene_do(s, "gate.add", NULL, GATE("g1", "One", ",\"keepers\":[\"hall-annex\",\"hall\"]"));
    scene_do(s, "gate.add", NULL,
             GATE("g2", "Two",
                  ",\"keepers\":[\"hall-annex\"],\"spares\":[{\"maker\":\"Abloy \\\"A\\\"\","
                  "\"holder\":\"hall\"},{\"maker\":\"b\"}]"));
    scene_do(s, "gate.add", NULL, GATE("g3", "Three", ",\"tags\":[\"back\\\\yard\",\"b\"]"));
    assert_int_equal(by(s, "keepers", FILTER_EQ, "hall"), 1);
    assert_int_equal(by(s, "keepers", FILTER_HAS, "hall"), 1);
    assert_int_equal(by(s, "keepers", FILTER_NE, "hall"), 2);
    assert_int_equal(by(s, "keepers", FILTER_EQ, "hall-annex"), 2);
    assert_int_equal(by(s, "keepers", FILTER_EQ, "[\"hall-annex\"]"), 0);
    assert_int_equal(by(s, "spares.holder", FILTER_EQ, "hall"), 1);
    assert_int_equal(by(s, "spares.holder", FILTER_NE, "hall"), 2);
    assert_int_equal(by(s, "spares.holder", FILTER_EQ, "hall-annex"), 0);
    assert_int_equal(by(s, "spares.maker", FILTER_EQ, "Abloy \"A\""), 1);
    assert_int_equal(by(s, "spares.maker", FILTER_HAS, "ABLOY"), 1);
    assert_int_equal(by(s, "tags", FILTER_EQ, "back\\yard"), 1);
    assert_int_equal(by(s, "tags", FILTER_EQ, "back"), 0);
    assert_int_equal(by(s, "tags", FILTER_HAS, "K\\Y"), 1);
    assert_int_equal(by(s, "tags", FILTER_HAS, "\",\""), 0); /* not what stands between them */
}

TEST_SCENES(one_of_several_values_is_asked_at_once, sample_modules)
{
    keep(s, "hall");
    keep(s, "yard");
    scene_do(s, "gate.add", NULL, GATE("g1", "One", ",\"keepers\":[\"hall\"]"));
    scene_do(s, "gate.add", NULL, GATE("g2", "Two", ",\"keepers\":[\"yard\"],\"tags\":[\"a\"]"));
    scene_do(s, "gate.add", NULL, GATE("g3", "Three", ""));
    assert_int_equal(by(s, "name", FILTER_IN, "One,Three,Four"), 2);
    assert_int_equal(by(s, "name", FILTER_IN, "one"), 0);
    assert_int_equal(by(s, "name", FILTER_IN, ""), 0);
    assert_int_equal(by(s, "name", FILTER_IN, "One') OR (1=1"), 0);
    assert_int_equal(by(s, "keepers", FILTER_IN, "hall,yard"), 2);
    assert_int_equal(by(s, "keepers", FILTER_IN, "yard,nobody"), 1);
    assert_int_equal(by(s, "tags", FILTER_IN, ""), 0);
}

TEST_SCENES(a_list_tells_no_secret_and_refuses_what_it_cannot_answer, sample_modules)
{
    static const char *const none[] = {"spares.pin",     "lock.pin", "spares.nonsense", "spares.",
                                       "keepers.holder", "name.x",   ".name",           "name.",
                                       "spares.maker.x", "",         "tags'--.x"};
    scene_do(s, "gate.add", NULL,
             GATE("g1", "North", ",\"spares\":[{\"maker\":\"y\",\"pin\":\"hush\"}]"));
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        not_asked(s, none[i], FILTER_EQ, "column");
    not_asked(s, "spares", FILTER_EQ, "column"); /* it has no text of its own */
    not_asked(s, "tags", FILTER_LT, "filter");
    not_asked(s, "spares.maker", FILTER_GE, "filter");
}

/* ---- words ----------------------------------------------------------------------------------- */

static size_t found(struct scene *s, const char *words)
{
    return listed(s, (struct query){.search = str_from(words)});
}

TEST_SCENES(a_search_finds_words_in_every_script_and_in_lists, sample_modules)
{
    scene_do(s, "gate.add", NULL,
             GATE("g1", "Entr\\u00e9e de l'ambassade", ",\"note\":\"بوابة السفارة الأمريكية\""));
    scene_do(s, "gate.add", NULL,
             GATE("g2", "美国大使馆", ",\"lock\":{\"maker\":\"Łódź Locks\",\"pin\":\"hush\"}"));
    scene_do(s, "gate.add", NULL,
             GATE("g3", "Посольство",
                  ",\"street\":\"elm\",\"tags\":[\"미국대사관\"],"
                  "\"spares\":[{\"maker\":\"Abus\"},{\"maker\":\"Burg 7\",\"pin\":\"hush\"}]"));
    static const struct {
        const char *words;
        size_t count;
    } rows[] = {
        {"ENTREE", 1},  {"entr amb", 1},   {"amb entr", 1},  {"entr x", 0},
        {"bassade", 0}, {"السفاره", 1},    {"الامريكيه", 1}, {"大使馆", 1},
        {"国", 1},      {"馆", 1},         {"使大", 0},      {"lodz", 1},
        {"ПОСОЛ", 1},   {"대사관", 1},     {"burg", 1},      {"7 abus", 1},
        {"hush", 0},    {"elm", 0},        {"", 0},          {" -,- ", 0},
        {"a", 2},       {"\"a\" OR b", 0}, {"l' a'", 1},     {"' | 'entree", 1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (found(s, rows[i].words) != rows[i].count)
            fail_msg("'%s' is not found %zu times", rows[i].words, rows[i].count);
    scene_do(s, "gate.change", "g1", GATE("g1", "West", ""));
    assert_int_equal(found(s, "entree"), 0);
    assert_int_equal(found(s, "west"), 1);
    scene_rebuild_is_equal(s);
    assert_int_equal(found(s, "west"), 1);
    scene_do(s, "gate.retire", "g1", "{}");
    assert_int_equal(found(s, "west"), 0);
    assert_int_equal(listed(s, (struct query){.search = STR("west"), .with_retired = true}), 1);
    MUST(s, picture_delete(&s->c, s->core->picture, &gate_shape, STR("g1")));
    assert_int_equal(listed(s, (struct query){.search = STR("west"), .with_retired = true}), 0);
    MUST(s, picture_delete_where(&s->c, s->core->picture, &gate_shape, "street", STR("elm")));
    assert_int_equal(found(s, "abus"), 0);
    assert_int_equal(found(s, "locks"), 1);
}

TEST_SCENES(too_many_words_and_what_is_no_text_are_refused, sample_modules)
{
    struct page page;
    struct text many;
    struct query query = {.search = STR("\xff")};
    assert_int_equal(picture_list(&s->c, s->reader.picture, &gate_shape, &query, &page).code,
                     RC_INVALID);
    text_init(&many, &s->c, 4096);
    for (int i = 0; i < 64; i++)
        text_put(&many, STR("ab "));
    query.search = text_str(&many);
    assert_int_equal(listed(s, query), 0);
    text_put(&many, STR("ab"));
    query.search = text_str(&many);
    assert_int_equal(picture_list(&s->c, s->reader.picture, &gate_shape, &query, &page).code,
                     RC_INVALID);
    assert_string_equal(s->c.fault.rule, "most");
}

#define WRONG_PART_FIELDS(F, T) F(T, i64, _, number, SEARCHED, 0, 0, "no text")
SHAPE_DECLARE(wrong_part, WRONG_PART_FIELDS);
SHAPE_DEFINE(wrong_part, WRONG_PART_FIELDS, 1, "A part");
#define WRONG_FIELDS(F, T) \
    RECORD_FIELDS(F, T)    \
    F(T, list, wrong_part, parts, 0, 0, 0, "its parts")
SHAPE_DECLARE(wrong, WRONG_FIELDS);
SHAPE_DEFINE(wrong, WRONG_FIELDS, 1, "Marked where nothing can be searched");

TEST(what_is_marked_and_cannot_be_searched_is_refused)
{
    struct ctx c = {.arena = arena_open(1 << 16)};
    bool searched = false;
    assert_int_equal(picture_search_fields(&c, &wrong_shape, &searched).code, RC_INTERNAL);
    assert_non_null(strstr(c.fault.message, "wrong_part.number"));
    assert_true(rc_ok(picture_search_fields(&c, &gate_shape, &searched)) && searched);
    assert_true(rc_ok(picture_search_fields(&c, &bell_shape, &searched)) && !searched);
    arena_close(c.arena);
}

/* What a reader may not read leaves no trace in a count, an order or a cursor. */
TEST_SCENES(a_search_tells_nothing_of_what_may_not_be_read, sample_modules)
{
    struct query query = {.search = STR("wharf"),
                          .limit = 1,
                          .reader = &sample_clerk.clearance,
                          .count = STR("name"),
                          .sum = STR("rank")};
    struct counts counts;
    struct page page;
    scene_do(s, "gate.add", NULL, GATE("g1", "Wharf one", ",\"rank\":2"));
    scene_do(s, "gate.add", NULL,
             "{\"id\":\"g2\",\"label\":\"TLP:RED\",\"name\":\"Wharf two\",\"rank\":4}");
    MUST(s, picture_list(&s->c, s->reader.picture, &gate_shape, &query, &page));
    assert_int_equal(page.count, 1);
    assert_true(str_absent(page.after));
    MUST(s, picture_count(&s->c, s->reader.picture, &gate_shape, &query, &counts));
    assert_int_equal(counts.total, 1);
    assert_int_equal(counts.count, 1);
    assert_int_equal(counts.sum.value, 2);
    query.reader = &sample_officer.clearance;
    MUST(s, picture_count(&s->c, s->reader.picture, &gate_shape, &query, &counts));
    assert_int_equal(counts.total, 2);
    assert_int_equal(counts.sum.value, 6);
}

/* A name that was erased is on no page of the index, not even as a word that is no longer found. */
TEST(a_deleted_word_is_overwritten_in_the_index)
{
    static const char *const looks[] = {
        "SELECT count(*) FROM \"w_keeper__words_data\" WHERE instr(block,CAST('zyxwvuna' AS "
        "BLOB))>0",
        "SELECT count(*) FROM \"w_keeper\" WHERE instr(words,'zyxwvuna')>0"};
    static struct scene scene;
    struct scene *s = &scene;
    scene_open_on(s, STORE_SQLITE, 2, sample_modules);
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 0) {
            keep(s, "Zyxwvuna");
            keep(s, "Zyxwvuna-2");
            keep(s, "Other");
        } else {
            MUST(s, picture_delete(&s->c, s->core->picture, &keeper_shape, STR("Zyxwvuna")));
            MUST(s, picture_delete(&s->c, s->core->picture, &keeper_shape, STR("Zyxwvuna-2")));
        }
        for (size_t i = 0; i < 2; i++) {
            struct store_rows *rows = NULL;
            bool more = false;
            MUST(s, store_query(&s->c, s->reader.store, str_from(looks[i]), 0, NULL, &rows));
            MUST(s, store_next(&s->c, rows, &more));
            assert_int_equal(store_column(rows, 0).i64 > 0, pass == 0);
            store_end(rows);
        }
    }
    MUST(s, store_check(&s->c, s->reader.store));
    scene_close(s);
}

/* ---- counts ---------------------------------------------------------------------------------- */

static rc count_of(struct scene *s, const char *column, const char *sum, struct counts *ret)
{
    struct query query = {.count = str_from(column), .sum = str_from(sum)};
    return picture_count(&s->c, s->reader.picture, &gate_shape, &query, ret);
}

TEST_SCENES(counts_refuse_what_has_no_meaning, sample_modules)
{
    static const char *const wrong[][3] = {
        {"code", NULL, "column"},           {"lock_pin", NULL, "column"},
        {"tags", NULL, "column"},           {"spares", NULL, "column"},
        {"note", NULL, "column"},           {"nonsense", NULL, "column"},
        {"name", "street", "column"},       {"name", "since", "column"},
        {"name", "manned", "column"},       {"name", "code", "column"},
        {"name", "at_lat_e7", "column"},    {"name", "cost_minor", "currency"},
        {"name", "cost_currency", "column"}};
    struct counts counts;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(count_of(s, wrong[i][0], wrong[i][1], &counts).code, RC_INVALID);
        assert_string_equal(s->c.fault.rule, wrong[i][2]);
    }
}

TEST_SCENES(money_is_added_up_by_its_currency, sample_modules)
{
    struct counts counts;
    scene_do(s, "gate.add", NULL,
             GATE("g1", "One", ",\"cost\":{\"minor\":150,\"currency\":\"EUR\"}"));
    scene_do(s, "gate.add", NULL,
             GATE("g2", "Two", ",\"cost\":{\"minor\":225,\"currency\":\"EUR\"}"));
    scene_do(s, "gate.add", NULL,
             GATE("g3", "Three", ",\"cost\":{\"minor\":7,\"currency\":\"JPY\"}"));
    scene_do(s, "gate.add", NULL, GATE("g4", "Four", ""));
    MUST(s, count_of(s, "cost_currency", "cost_minor", &counts));
    assert_int_equal(counts.count, 3);
    assert_false(counts.items[0].sum.known);
    assert_true(str_is(counts.items[1].value.bytes, "EUR"));
    assert_int_equal(counts.items[1].sum.value, 375);
    assert_int_equal(counts.items[2].sum.value, 7);
    struct query query = {.sum = STR("cost_minor"),
                          .filter_count = 1,
                          .filters = {{STR("cost_currency"), FILTER_EQ, STR("EUR")}}};
    MUST(s, picture_count(&s->c, s->reader.picture, &gate_shape, &query, &counts));
    assert_int_equal(counts.sum.value, 375);
    query.filters[0].op = FILTER_NE;
    assert_int_equal(picture_count(&s->c, s->reader.picture, &gate_shape, &query, &counts).code,
                     RC_INVALID);
}

static void put_number(struct scene *s, int number, int64_t rank)
{
    struct gate gate = {.label = {TLP_GREEN, {NULL, 0}}, .rank = rank};
    char id[16];
    gate.id = gate.name = (struct str){id, (size_t)snprintf(id, sizeof id, "n%d", number)};
    MUST(s, picture_put(&s->c, s->core->picture, &gate_shape, &gate, NULL));
}

TEST_SCENES(sums_are_exact_to_their_last_bit_or_refused, sample_modules)
{
    struct counts counts;
    put_number(s, 1, INT64_MAX);
    put_number(s, 2, -1);
    put_number(s, 3, 1);
    MUST(s, count_of(s, NULL, "rank", &counts));
    assert_true(counts.sum.known && counts.sum.value == INT64_MAX);
    put_number(s, 4, 1);
    assert_int_equal(count_of(s, NULL, "rank", &counts).code, RC_TOO_LARGE);
    put_number(s, 5, INT64_MIN);
    MUST(s, count_of(s, NULL, "rank", &counts));
    assert_int_equal(counts.sum.value, 0);
    put_number(s, 1, -1);
    assert_int_equal(count_of(s, NULL, "rank", &counts).code, RC_OK);
    assert_true(counts.sum.value == INT64_MIN);
}

TEST_SCENES(a_count_of_too_many_values_is_refused, sample_modules)
{
    struct counts counts;
    MUST(s, store_begin(&s->c, picture_store(s->core->picture), true));
    for (int i = 0; i <= COUNTS_MAX; i++)
        put_number(s, i, i / 2);
    MUST(s, store_commit(&s->c, picture_store(s->core->picture)));
    assert_int_equal(count_of(s, "name", NULL, &counts).code, RC_TOO_LARGE);
    MUST(s, count_of(s, "rank", NULL, &counts));
    assert_int_equal(counts.count, COUNTS_MAX / 2 + 1);
    MUST(s, count_of(s, "", NULL, &counts));
    assert_int_equal(counts.total, COUNTS_MAX + 1);
    assert_int_equal(counts.count, 0);
}

/* ---- each ------------------------------------------------------------------------------------ */

struct taking {
    int count, most;
};

static rc take(struct ctx *c, void *arg, const struct row *row, const void *record, bool *stop)
{
    struct taking *t = arg;
    (void)row, (void)record;
    if (!ctx_take(c, 1, 1 << 20)) /* all of them together would be too much */
        return fault_again(c);
    if (++t->count == t->most)
        FAIL(c, CONFLICT, "enough");
    *stop = t->count == -t->most;
    return OK;
}

TEST_SCENES(each_record_gives_its_memory_back, sample_modules)
{
    struct query query = {.limit = 1};
    struct taking all = {0}, some_of_them = {.most = -250}, failing = {.most = 3};
    MUST(s, store_begin(&s->c, picture_store(s->core->picture), true));
    for (int i = 0; i < 450; i++)
        put_number(s, i, i);
    MUST(s, store_commit(&s->c, picture_store(s->core->picture)));
    size_t used = arena_used(s->c.arena);
    MUST(s, picture_each(&s->c, s->reader.picture, &gate_shape, &query, take, &all));
    assert_int_equal(all.count, 450);
    MUST(s, picture_each(&s->c, s->reader.picture, &gate_shape, &query, take, &some_of_them));
    assert_int_equal(some_of_them.count, 250);
    rc failed = picture_each(&s->c, s->reader.picture, &gate_shape, &query, take, &failing);
    assert_int_equal(failed.code, RC_CONFLICT);
    assert_string_equal(s->c.fault.message, "enough");
    assert_int_equal(failing.count, 3);
    assert_int_equal(arena_used(s->c.arena), used);
}
