/* Asking the picture: whatever is asked, in whatever combination, is answered as a reading of all
 * rows in C answers it, on both databases, to every reader. */
#include "support/sample.h"

#include "core/writer.h"
#include "engine/words/words.h"
#include "shape/shape_random.h"

#include <inttypes.h>
#include <stdio.h>

enum { ROWS = 100, QUERIES = 150, ITEMS = 3 };

struct made {
    struct gate gate;
    bool retired;
};

struct asking {
    struct scene *s;
    uint64_t seed;
    struct shape_columns columns;
    struct made *rows;
};

#define ANY(a, list) (list)[shape_random_i64(&(a)->seed, 0, sizeof(list) / sizeof *(list)-1)]
#define MUST(s, call)                                        \
    do {                                                     \
        if (!rc_ok(call))                                    \
            fail_msg("%s: %s", #call, (s)->c.fault.message); \
    } while (0)

/* ---- rows ------------------------------------------------------------------------------------ */

static const char *const texts[] = {"Élan Vital", "elan",      "دار السفارة", "السفاره الكبرى",
                                    "北京大使馆", "大使",      "미국대사관",  "alpha",
                                    "Alphabet",   "a % b_c\\", "Ёлка"};
static const char *const ids[] = {"k1", "k1-annex", "K1", "k2"};
static const char *const streets[] = {"elm", "elm-street", "oak", NULL};

static struct texts some(struct asking *a, const char *const *from, size_t count)
{
    struct texts list = {ctx_take(&a->s->c, ITEMS, sizeof(struct str)),
                         (size_t)shape_random_i64(&a->seed, 0, ITEMS)};
    assert_non_null(list.items);
    for (size_t i = 0; i < list.count; i++)
        list.items[i] = str_from(from[shape_random_i64(&a->seed, 0, (int64_t)count - 1)]);
    return list;
}

static void make_row(struct asking *a, size_t number)
{
    static const struct label labels[] = {{TLP_CLEAR, {NULL, 0}},
                                          {TLP_GREEN, {NULL, 0}},
                                          {TLP_AMBER, {NULL, 0}},
                                          {TLP_GREEN, STR("crisis")}};
    struct ctx *c = &a->s->c;
    struct gate *gate = &a->rows[number].gate;
    struct event gone = {.seq = 7, .occurred = clock_now(c)};
    MUST(a->s, str_format(c, &gate->id, "g%03zu", number));
    MUST(a->s, str_format(c, &gate->name, "gate %zu %s", number, ANY(a, texts)));
    gate->label = ANY(a, labels);
    gate->street = str_from(ANY(a, streets));
    gate->code = STR("hush");
    gate->rank = shape_random_i64(&a->seed, -2, 2);
    gate->height_cm = (struct opt_i64){shape_random_i64(&a->seed, 0, 2) > 0, 0};
    if (gate->height_cm.known)
        gate->height_cm.value = shape_random_i64(&a->seed, -(1LL << 40), 1LL << 40);
    gate->manned = shape_random_i64(&a->seed, 0, 1);
    gate->since.us = shape_random_i64(&a->seed, 0, 2) * 86400 * 1000000;
    gate->keepers = some(a, ids, sizeof ids / sizeof *ids);
    gate->tags = some(a, texts, sizeof texts / sizeof *texts);
    gate->spares.count = (size_t)shape_random_i64(&a->seed, 0, 2);
    gate->spares.items = ctx_take(c, 2, sizeof(struct gate_lock));
    for (size_t i = 0; i < gate->spares.count; i++)
        gate->spares.items[i] =
            (struct gate_lock){str_from(ANY(a, texts)), STR("hush"), str_from(ANY(a, ids))};
    a->rows[number].retired = shape_random_i64(&a->seed, 0, 4) == 0;
    MUST(a->s, picture_put(c, a->s->core->picture, &gate_shape, gate, NULL));
    if (a->rows[number].retired)
        MUST(a->s, picture_retire(c, a->s->core->picture, &gate_shape, gate->id, &gone));
}

/* ---- the naive answer ------------------------------------------------------------------------ */

static struct str lowered(struct asking *a, struct str text)
{
    char *bytes = ctx_take(&a->s->c, text.len + 1, 1);
    for (size_t i = 0; i < text.len; i++)
        bytes[i] =
            (char)(text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? text.ptr[i] + 32 : text.ptr[i]);
    return (struct str){bytes, text.len};
}

static bool contains(struct asking *a, struct str text, struct str part)
{
    return str_find(lowered(a, text), lowered(a, part)) != SIZE_MAX;
}

/* What a filter of a list looks at. */
static size_t items_of(const struct gate *gate, struct str field, struct str *ret, bool *ret_text)
{
    size_t count = 0;
    *ret_text = str_is(field, "tags") || str_is(field, "spares.maker");
    for (size_t i = 0; str_is(field, "keepers") && i < gate->keepers.count; i++)
        ret[count++] = gate->keepers.items[i];
    for (size_t i = 0; str_is(field, "tags") && i < gate->tags.count; i++)
        ret[count++] = gate->tags.items[i];
    for (size_t i = 0; str_starts(field, "spares.") && i < gate->spares.count; i++)
        ret[count++] = *ret_text ? gate->spares.items[i].maker : gate->spares.items[i].holder;
    return count;
}

static bool list_matches(struct asking *a, const struct gate *gate, const struct filter *filter)
{
    struct str items[ITEMS];
    bool text = false, found = false;
    size_t count = items_of(gate, filter->field, items, &text);
    for (size_t i = 0; i < count; i++)
        found = found || (text && filter->op == FILTER_HAS ? contains(a, items[i], filter->value)
                                                           : str_eq(items[i], filter->value));
    return found == (filter->op != FILTER_NE);
}

static bool plain_matches(struct asking *a, const struct gate *gate, const struct filter *filter)
{
    struct shape_cell cell;
    int64_t number = str_is(filter->value, "true");
    const struct shape_column *column = shape_column(&a->columns, filter->field);
    MUST(a->s, shape_column_get(&a->s->c, column, gate, &cell));
    if (cell.type == SHAPE_CELL_NULL)
        return filter->op == FILTER_NE;
    if (filter->op == FILTER_HAS)
        return contains(a, cell.bytes, filter->value);
    if (cell.type == SHAPE_CELL_I64 && column->field->kind != SHAPE_FLAG)
        assert_true(str_to_i64(filter->value, &number));
    int way = cell.type == SHAPE_CELL_TEXT ? str_compare(cell.bytes, filter->value)
                                           : (cell.i64 > number) - (cell.i64 < number);
    return filter->op == FILTER_EQ   ? way == 0
           : filter->op == FILTER_NE ? way != 0
           : filter->op == FILTER_LT ? way < 0
           : filter->op == FILTER_LE ? way <= 0
           : filter->op == FILTER_GT ? way > 0
                                     : way >= 0;
}

static bool some_word_begins(struct asking *a, struct str text, struct str wanted)
{
    struct text kept;
    struct str rest, word;
    text_init(&kept, &a->s->c, 1 << 16);
    MUST(a->s, words_put(&a->s->c, text, WORDS_KEPT, &kept));
    rest = text_str(&kept);
    while (str_split(&rest, ' ', &word))
        if (str_eq(str_sub(word, 0, wanted.len), wanted))
            return true;
    return false;
}

static bool search_matches(struct asking *a, const struct gate *gate, struct str search)
{
    struct text asked;
    struct str rest, word;
    bool found = true, any = false;
    text_init(&asked, &a->s->c, 1 << 16);
    MUST(a->s, words_put(&a->s->c, search, WORDS_ASKED, &asked));
    rest = text_str(&asked);
    while (found && rest.len > 0 && str_split(&rest, ' ', &word)) {
        any = true;
        found = some_word_begins(a, gate->name, word);
        for (size_t i = 0; i < gate->tags.count; i++)
            found = found || some_word_begins(a, gate->tags.items[i], word);
        for (size_t i = 0; i < gate->spares.count; i++)
            found = found || some_word_begins(a, gate->spares.items[i].maker, word);
    }
    return found && any;
}

static bool matches(struct asking *a, const struct made *row, const struct query *q)
{
    bool found = (!row->retired || q->with_retired) &&
                 (!q->reader || label_readable(row->gate.label, *q->reader)) &&
                 (str_absent(q->search) || search_matches(a, &row->gate, q->search));
    for (size_t i = 0; i < q->filter_count && found; i++) {
        bool plain = shape_column(&a->columns, q->filters[i].field) &&
                     !str_is(q->filters[i].field, "tags") &&
                     !str_is(q->filters[i].field, "keepers");
        found = plain ? plain_matches(a, &row->gate, &q->filters[i])
                      : list_matches(a, &row->gate, &q->filters[i]);
    }
    return found;
}

/* ---- asking ---------------------------------------------------------------------------------- */

static const struct {
    const char *field;
    enum filter_op ops[7];
    const char *values[4];
} filters[] = {
    {"street", {0, 1, 2, 3, 4, 5, 6}, {"elm", "oak", "ELM", "f"}},
    {"name", {0, 1, 2, 3, 4, 5, 6}, {"gate 1 alpha", "GATE 1", "gate 5", "%"}},
    {"rank", {0, 1, 2, 3, 4, 5, 0}, {"-1", "0", "1", "2"}},
    {"height_cm", {0, 1, 2, 3, 4, 5, 0}, {"-70000000000", "0", "1", "300000000000"}},
    {"manned", {0, 1, 0, 1, 0, 1, 0}, {"true", "false", "true", "false"}},
    {"keepers", {0, 1, 6, 0, 1, 6, 6}, {"k1", "K1", "k", "k1-annex"}},
    {"tags", {0, 1, 6, 0, 1, 6, 6}, {"Alphabet", "ALPHA", "大使", "% b_C\\"}},
    {"spares.maker", {0, 1, 6, 0, 1, 6, 6}, {"elan", "ALPHA", "使", "_"}},
    {"spares.holder", {0, 1, 6, 0, 1, 6, 6}, {"k1", "K1", "k", "k1-annex"}},
};
static const char *const searches[] = {"elan",      "ÉLAN v", "سفاره",      "السفارة", "大使馆",
                                       "대사관",    "al",     "alphabet",   "gate 1",  "елка",
                                       "gate al 2", "hush",   "alpha elan", "- %",     "馆"};

static struct query make_query(struct asking *a)
{
    static const struct clearance readers[] = {{TLP_NONE, {NULL, 0}},
                                               {TLP_CLEAR, {NULL, 0}},
                                               {TLP_GREEN, {NULL, 0}},
                                               {TLP_GREEN, STR("crisis")},
                                               {TLP_RED, STR("crisis")}};
    struct query q = {.limit = shape_random_i64(&a->seed, 1, 40),
                      .with_retired = shape_random_i64(&a->seed, 0, 1),
                      .descending = shape_random_i64(&a->seed, 0, 1)};
    int64_t count = shape_random_i64(&a->seed, 0, 2);
    for (int64_t i = 0; i < count; i++) {
        size_t f = (size_t)shape_random_i64(&a->seed, 0, sizeof filters / sizeof *filters - 1);
        q.filters[q.filter_count++] =
            (struct filter){str_from(filters[f].field), ANY(a, filters[f].ops),
                            str_from(ANY(a, filters[f].values))};
    }
    if (shape_random_i64(&a->seed, 0, 1))
        q.search = str_from(ANY(a, searches));
    if (shape_random_i64(&a->seed, 0, 4))
        q.reader = &ANY(a, readers);
    return q;
}

static const char *told(const struct query *q)
{
    static char text[400];
    size_t len = (size_t)snprintf(text, sizeof text, "q=%.*s", STR_ARG(q->search));
    for (size_t i = 0; i < q->filter_count && len < sizeof text; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, " %.*s(%d)%.*s",
                                STR_ARG(q->filters[i].field), (int)q->filters[i].op,
                                STR_ARG(q->filters[i].value));
    return text;
}

struct seen {
    size_t count;
    struct str ids[ROWS];
    struct ctx *c;
};

static rc see(struct ctx *c, void *arg, const struct row *row, const void *record, bool *stop)
{
    struct seen *seen = arg;
    (void)c, (void)row, (void)stop;
    assert_true(seen->count < ROWS);
    return str_copy(seen->c, ((const struct gate *)record)->id, &seen->ids[seen->count++]);
}

static void expect_list(struct asking *a, struct query q)
{
    struct seen each = {.c = &a->s->c};
    struct page page;
    size_t at = 0;
    MUST(a->s, picture_each(&a->s->c, a->s->core->picture, &gate_shape, &q, see, &each));
    do {
        MUST(a->s, picture_list(&a->s->c, a->s->core->picture, &gate_shape, &q, &page));
        for (size_t i = 0; i < page.count; i++) {
            while (at < ROWS && !matches(a, &a->rows[q.descending ? ROWS - 1 - at : at], &q))
                at++;
            struct str id = ((const struct gate *)page.records)[i].id;
            if (at == ROWS || !str_eq(a->rows[q.descending ? ROWS - 1 - at : at].gate.id, id))
                fail_msg("%s: %.*s is not what comes next", told(&q), STR_ARG(id));
            assert_true(each.count > 0 && str_eq(each.ids[0], id)); /* the same, in that order */
            memmove(each.ids, each.ids + 1, --each.count * sizeof *each.ids);
            at++;
        }
        q.after = page.after;
    } while (!str_absent(q.after));
    assert_int_equal(each.count, 0);
    for (; at < ROWS; at++)
        if (matches(a, &a->rows[q.descending ? ROWS - 1 - at : at], &q))
            fail_msg("%s: a row was missed", told(&q));
}

static bool same_value(struct shape_cell a, struct shape_cell b)
{
    return a.type == b.type && a.i64 == b.i64 &&
           (a.type != SHAPE_CELL_TEXT || str_eq(a.bytes, b.bytes));
}

/* Every row that matches has this value counts one, and adds its height. */
static void expect_group(struct asking *a, const struct query *q, const struct counted *group,
                         const struct shape_column *column)
{
    struct counted naive = {.value = group->value};
    for (size_t i = 0; i < ROWS; i++) {
        struct shape_cell cell = {0};
        if (column)
            MUST(a->s, shape_column_get(&a->s->c, column, &a->rows[i].gate, &cell));
        if (!matches(a, &a->rows[i], q) || !same_value(cell, group->value))
            continue;
        naive.count++;
        if (a->rows[i].gate.height_cm.known)
            naive.sum = (struct opt_i64){true, naive.sum.value + a->rows[i].gate.height_cm.value};
    }
    if (naive.count != group->count || naive.sum.known != group->sum.known ||
        naive.sum.value != group->sum.value)
        fail_msg("%s: counted %" PRId64 " not %" PRId64 ", sum %" PRId64 " not %" PRId64, told(q),
                 group->count, naive.count, group->sum.value, naive.sum.value);
}

static void expect_counts(struct asking *a, struct query q)
{
    static const char *const columns[] = {"street", "manned", "rank", "since", "lock_maker", ""};
    struct counts counts;
    int64_t total = 0;
    q.count = str_from(ANY(a, columns));
    q.sum = STR("height_cm");
    MUST(a->s, picture_count(&a->s->c, a->s->core->picture, &gate_shape, &q, &counts));
    for (size_t i = 0; i < counts.count; i++) {
        expect_group(a, &q, &counts.items[i], counts.column);
        assert_true(counts.items[i].count > 0);
        total += counts.items[i].count;
        for (size_t j = 0; j < i; j++)
            assert_false(same_value(counts.items[i].value, counts.items[j].value));
        assert_true(i == 0 || counts.items[i].value.type != SHAPE_CELL_NULL);
    }
    if (counts.column)
        assert_int_equal(total, counts.total);
    struct counted all = {.count = counts.total, .sum = counts.sum};
    expect_group(a, &q, &all, NULL);
}

TEST_SCENES(whatever_is_asked_is_answered_as_by_reading_all, sample_modules)
{
    struct asking a = {.s = s, .seed = 8, .rows = calloc(ROWS, sizeof(struct made))};
    assert_non_null(a.rows);
    MUST(s, shape_columns(&s->c, &gate_shape, &a.columns));
    for (size_t i = 0; i < ROWS; i++)
        make_row(&a, i);
    for (size_t i = 0; i < ROWS; i += 3) /* put again, as others */
        make_row(&a, i);
    for (int i = 0; i < QUERIES; i++) {
        struct arena_mark mark = arena_mark(s->c.arena);
        struct query q = make_query(&a);
        expect_list(&a, q);
        expect_counts(&a, q);
        arena_return(s->c.arena, mark);
    }
    free(a.rows);
}
