/* The index of words behind a search.
 *
 * Words are made by engine/words, the same for both databases. PostgreSQL keeps them in a column of
 * the row (tsvector, with a GIN index). In SQLite a row of p_zone has no number for FTS5 to point
 * to, so w_zone numbers it and holds its words; triggers keep the index w_zone__words beside it,
 * and a row that is deleted takes its words with it: FTS5 is told to overwrite them
 * ('secure-delete'), so that an erased name is not left in the index. No position of a word is kept
 * (detail=none).
 *
 * None of it is digested: it follows from the rows. */
#include "core/picture_table.h"

#include "engine/words/words.h"

enum { WORDS_BYTES_MAX = 128 << 10, WORDS_ASKED_MAX = 64, DEPTH_MAX = 8 };

/* ---- which fields ---------------------------------------------------------------------------- */

/* The title of a record is always searched; that of a nested one, and all others, when marked. */
static bool is_searched(const struct shape_field *field, bool outermost)
{
    bool text = field->kind == SHAPE_TEXT || field->kind == SHAPE_TEXTS;
    unsigned flags = outermost ? SEARCHED | TITLE : SEARCHED;
    return text && (field->flags & flags) && !(field->flags & SECRET);
}

static rc check_fields(struct ctx *c, const struct shape *shape, int depth, bool *ret)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        bool nested = field->kind == SHAPE_RECORD || field->kind == SHAPE_LIST;
        if (is_searched(field, depth == 0))
            *ret = true;
        else if (field->flags & SEARCHED)
            FAIL(c, INTERNAL, "%s.%s: only a text that is not SECRET can be SEARCHED", shape->name,
                 field->name);
        if (nested && !(field->flags & SECRET) && depth < DEPTH_MAX)
            TRY(check_fields(c, field->shape, depth + 1, ret));
    }
    return OK;
}

rc picture_search_fields(struct ctx *c, const struct shape *shape, bool *ret)
{
    bool searched = false;
    TRY(check_fields(c, shape, 0, &searched));
    *ret = searched;
    return OK;
}

/* ---- the index ------------------------------------------------------------------------------- */

/* Another choice of fields makes other statements, so that the picture is folded anew. */
static void put_fields(struct text *sql, const struct shape *shape, int depth)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        bool nested = field->kind == SHAPE_RECORD || field->kind == SHAPE_LIST;
        if (is_searched(field, depth == 0))
            text_printf(sql, " %s.%s", shape->name, field->name);
        if (nested && !(field->flags & SECRET) && depth < DEPTH_MAX)
            put_fields(sql, field->shape, depth + 1);
    }
}

static void put_trigger(struct text *sql, const char *noun, const char *name, const char *when,
                        bool gone, bool put)
{
    text_printf(sql, "CREATE TRIGGER IF NOT EXISTS \"w_%s__%s\" AFTER %s ON \"w_%s\" BEGIN\n", noun,
                name, when, noun);
    if (gone)
        text_printf(sql,
                    "INSERT INTO \"w_%s__words\" (\"w_%s__words\",\"rowid\",\"words\") "
                    "VALUES ('delete',old.\"number\",old.\"words\");\n",
                    noun, noun);
    if (put)
        text_printf(sql,
                    "INSERT INTO \"w_%s__words\" (\"rowid\",\"words\") "
                    "VALUES (new.\"number\",new.\"words\");\n",
                    noun);
    text_put(sql, STR("END;\n"));
}

static void put_sqlite(struct text *sql, const struct picture_table *t)
{
    const char *noun = t->table->shape->name;
    text_printf(
        sql,
        "CREATE TABLE IF NOT EXISTS \"w_%s\" (\"number\" INTEGER PRIMARY KEY,"
        "\"mission\" TEXT NOT NULL,\"id\" TEXT NOT NULL,\"words\" TEXT NOT NULL,"
        "UNIQUE (\"mission\",\"id\"));\n"
        "CREATE VIRTUAL TABLE IF NOT EXISTS \"w_%s__words\" USING fts5(\"words\","
        "content='w_%s',content_rowid='number',detail=none,columnsize=0,tokenize='ascii');\n"
        "INSERT INTO \"w_%s__words\" (\"w_%s__words\",\"rank\") "
        "VALUES ('secure-delete',1);\n",
        noun, noun, noun, noun, noun);
    put_trigger(sql, noun, "new", "INSERT", false, true);
    put_trigger(sql, noun, "other", "UPDATE", true, true);
    put_trigger(sql, noun, "gone", "DELETE", true, false);
    text_printf(sql,
                "CREATE TRIGGER IF NOT EXISTS \"%s__gone\" AFTER DELETE ON \"%s\" BEGIN\n"
                "DELETE FROM \"w_%s\" WHERE \"mission\"=old.\"mission\" AND \"id\"=old.\"id\";\n"
                "END;\n",
                t->name, t->name, noun);
}

void picture_put_search(struct text *sql, enum store_kind kind, const struct picture_table *t)
{
    if (!t->searched)
        return;
    text_printf(sql, "/* words of Unicode %s:", words_version());
    put_fields(sql, t->table->shape, 0);
    text_put(sql, STR(" */\n"));
    if (kind == STORE_SQLITE)
        put_sqlite(sql, t);
    else
        text_printf(sql,
                    "CREATE INDEX IF NOT EXISTS \"%s__row_words\" ON \"%s\" USING gin "
                    "(\"row_words\");\n",
                    t->name, t->name);
}

void picture_drop_search(struct text *sql, enum store_kind kind, const struct picture_table *t)
{
    const char *noun = t->table->shape->name;
    if (kind == STORE_SQLITE) /* also that of an older version, which may have had one */
        text_printf(sql, "DROP TABLE IF EXISTS \"w_%s__words\";\nDROP TABLE IF EXISTS \"w_%s\";\n",
                    noun, noun);
}

/* ---- what is kept ---------------------------------------------------------------------------- */

static rc gather(struct ctx *c, const struct shape *shape, bool outermost, const void *record,
                 struct text *out)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        const void *value = shape_in(field, record);
        const struct shape_items *list = value;
        if (field->flags & SECRET)
            continue;
        if (field->kind == SHAPE_RECORD)
            TRY(gather(c, field->shape, false, value, out));
        for (size_t j = 0; field->kind == SHAPE_LIST && j < list->count; j++)
            TRY(gather(c, field->shape, false, (const char *)list->items + j * field->shape->size,
                       out));
        if (!is_searched(field, outermost))
            continue;
        const struct str *texts = field->kind == SHAPE_TEXT ? value : list->items;
        size_t count = field->kind == SHAPE_TEXT ? 1 : list->count;
        for (size_t j = 0; j < count; j++)
            TRY(words_put(c, texts[j], WORDS_KEPT, out));
    }
    return OK;
}

rc picture_words(struct ctx *c, const struct shape *shape, const void *record, struct str *ret)
{
    struct text words;
    text_init(&words, c, WORDS_BYTES_MAX);
    TRY(gather(c, shape, true, record, &words));
    return text_done(&words, ret);
}

/* ---- what is asked --------------------------------------------------------------------------- */

/* All words, each as the beginning of one that is kept; absent when there is no word. */
static rc make_match(struct picture_where *w, bool postgres, struct str *ret)
{
    struct text words, match;
    struct str rest, word;
    size_t count = 0;
    text_init(&words, w->c, WORDS_BYTES_MAX);
    TRY(words_put(w->c, w->query->search, WORDS_ASKED, &words));
    TRY(text_done(&words, &rest));
    text_init(&match, w->c, 2 * WORDS_BYTES_MAX);
    while (rest.len > 0 && str_split(&rest, ' ', &word)) {
        if (count++ == WORDS_ASKED_MAX)
            return picture_refuse(w->c, "most", w->query->search, "too many words to look for");
        if (count > 1)
            text_put(&match, postgres ? STR("&") : STR(" "));
        text_printf(&match, postgres ? "'%.*s':*" : "\"%.*s\"*", STR_ARG(word));
    }
    *ret = (struct str){NULL, 0};
    return count > 0 ? text_done(&match, ret) : OK;
}

rc picture_where_words(struct picture_where *w)
{
    bool postgres = store_kind(w->picture->store) == STORE_POSTGRES;
    const char *noun = w->table->table->shape->name;
    struct str match = {NULL, 0};
    if (w->table->searched)
        TRY(make_match(w, postgres, &match));
    if (str_absent(match)) {
        text_put(&w->sql, STR(" AND 1=0"));
        return OK;
    }
    if (postgres) {
        text_put(&w->sql, STR(" AND \"row_words\" @@ CAST(CAST("));
        TRY(picture_where_value(w, STORE_VALUE_TEXT(match)));
        text_put(&w->sql, STR(" AS TEXT) AS TSQUERY)"));
        return OK;
    }
    text_printf(
        &w->sql,
        " AND \"id\" IN (SELECT \"id\" FROM \"w_%s\" WHERE \"mission\"=$1 AND \"number\" IN "
        "(SELECT \"rowid\" FROM \"w_%s__words\" WHERE \"w_%s__words\" MATCH ",
        noun, noun, noun);
    TRY(picture_where_value(w, STORE_VALUE_TEXT(match)));
    text_put(&w->sql, STR("))"));
    return OK;
}
