/* The fields of a document that say about a rule. They are checked so that a slip of the pen is
 * told and not lost; fields of one's own are allowed, as the specification has it. */
#include "engine/sigma/rule.h"

#include <stdio.h>

enum { TITLE_CHARS_MAX = 256 };

/* What a field's value must be. */
enum shape {
    SHAPE_TEXT,
    SHAPE_TEXTS,
    SHAPE_DATE,
    SHAPE_WORD,
    SHAPE_RELATED,
    SHAPE_BOOL,
    SHAPE_OTHER
};

struct known {
    const char *name;
    enum shape shape;
    const char *words; /* of SHAPE_WORD, each between spaces */
};

static const struct known known_fields[] = {
    {"author", SHAPE_TEXTS, NULL},
    {"chancery", SHAPE_OTHER, NULL},
    {"correlation", SHAPE_OTHER, NULL},
    {"date", SHAPE_DATE, NULL},
    {"description", SHAPE_TEXT, NULL},
    {"detection", SHAPE_OTHER, NULL},
    {"falsepositives", SHAPE_TEXTS, NULL},
    {"fields", SHAPE_TEXTS, NULL},
    {"filter", SHAPE_OTHER, NULL},
    {"generate", SHAPE_BOOL, NULL},
    {"id", SHAPE_TEXT, NULL},
    {"level", SHAPE_WORD, " informational low medium high critical "},
    {"license", SHAPE_TEXT, NULL},
    {"logsource", SHAPE_OTHER, NULL},
    {"modified", SHAPE_DATE, NULL},
    {"name", SHAPE_TEXT, NULL},
    {"references", SHAPE_TEXTS, NULL},
    {"related", SHAPE_RELATED, NULL},
    {"scope", SHAPE_TEXTS, NULL},
    {"status", SHAPE_WORD, " stable test experimental deprecated unsupported "},
    {"tags", SHAPE_TEXTS, NULL},
    {"taxonomy", SHAPE_TEXT, NULL},
    {"title", SHAPE_TEXT, NULL},
};

enum { KNOWN_COUNT = sizeof known_fields / sizeof *known_fields };

/* Edits (insert, delete, replace, swap neighbours) between two short words, at most 3. */
static unsigned distance(struct str a, struct str b)
{
    unsigned row[3][32];
    if (a.len > 30 || b.len > 30)
        return 3;
    for (size_t i = 0; i <= a.len; i++) {
        unsigned *now = row[i % 3], *up = row[(i + 2) % 3], *two = row[(i + 1) % 3];
        for (size_t j = 0; j <= b.len; j++) {
            if (i == 0 || j == 0) {
                now[j] = (unsigned)(i + j);
                continue;
            }
            unsigned best = up[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
            if (up[j] + 1 < best)
                best = up[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] &&
                two[j - 2] + 1 < best)
                best = two[j - 2] + 1;
            now[j] = best;
        }
    }
    unsigned last = row[a.len % 3][b.len];
    return last < 3 ? last : 3;
}

/* Is `name` a slip of the pen for a known field that the document lacks? A letter too many, too few
 * or in the wrong place, from the same first letter; in short words another letter makes another
 * word ("score" is none of ours). */
static bool is_slip(const struct reading *r, struct str name, struct str known)
{
    if (str_eq_nocase(name, known))
        return true;
    if (name.len == 0 || name.ptr[0] != known.ptr[0] || yaml_member(r->doc, known.ptr))
        return false;
    bool is_long = known.len > 6;
    unsigned edits = distance(name, known);
    if (!is_long && edits == 1 && name.len == known.len) {
        size_t at = 0;
        while (name.ptr[at] == known.ptr[at])
            at++;
        return at + 1 < name.len && name.ptr[at] == known.ptr[at + 1];
    }
    return edits <= (is_long ? 2 : 1);
}

/* A field of one's own is fine, unless it looks like a known one misspelt. */
static rc check_own(struct reading *r, const struct yaml *member)
{
    if (str_is(member->key, "action"))
        REFUSE(r, member,
               "'action' belonged to Sigma 1; put the rules into documents of their own");
    if (str_is(member->key, "reference"))
        return OK;
    for (size_t i = 0; i < KNOWN_COUNT; i++) {
        if (is_slip(r, member->key, str_from(known_fields[i].name)))
            REFUSE(r, member, "field '%.*s' is not known; did you mean '%s'?", STR_ARG(member->key),
                   known_fields[i].name);
    }
    return OK;
}

static rc check_date(struct reading *r, const struct yaml *node)
{
    struct str rest = node->text, part;
    int64_t values[3] = {0};
    char separator = memchr(rest.ptr, '/', rest.len) ? '/' : '-';
    size_t count = 0;
    while (str_split(&rest, separator, &part)) {
        if (count == 3 || part.len == 0 || !str_to_i64(part, &values[count]))
            REFUSE(r, node, "'%.*s' is not a date (YYYY-MM-DD)", STR_ARG(node->text));
        count++;
    }
    if (count != 3 || values[0] < 1970 || values[0] > 9999 || values[1] < 1 || values[1] > 12 ||
        values[2] < 1 || values[2] > 31)
        REFUSE(r, node, "'%.*s' is not a date (YYYY-MM-DD)", STR_ARG(node->text));
    return OK;
}

static rc check_related(struct reading *r, const struct yaml *node)
{
    static const char types[] = " derived obsolete obsoletes merged renamed similar correlation ";
    if (node->kind != YAML_LIST)
        REFUSE(r, node, "'related' must be a list");
    YAML_EACH(item, node)
    {
        const struct yaml *id = yaml_member(item, "id"), *type = yaml_member(item, "type");
        if (!id || !type || id->kind != YAML_SCALAR || type->kind != YAML_SCALAR)
            REFUSE(r, item, "a related rule needs 'id' and 'type'");
        char word[40];
        if (type->text.len > 30)
            REFUSE(r, type, "'%.*s' is not a relation", STR_ARG(type->text));
        snprintf(word, sizeof word, " %.*s ", STR_ARG(type->text));
        if (!strstr(types, word))
            REFUSE(r, type, "'%.*s' is not a relation", STR_ARG(type->text));
    }
    return OK;
}

static rc check_texts(struct reading *r, const struct yaml *node)
{
    if (node->kind == YAML_MAP)
        REFUSE(r, node, "'%.*s' must be text or a list of texts", STR_ARG(node->key));
    YAML_EACH(item, node)
    if (item->kind != YAML_SCALAR)
        REFUSE(r, item, "'%.*s' must be a list of texts", STR_ARG(node->key));
    return OK;
}

static rc check_known(struct reading *r, const struct known *known, const struct yaml *node)
{
    if (known->shape != SHAPE_OTHER && known->shape != SHAPE_TEXTS &&
        known->shape != SHAPE_RELATED && node->kind != YAML_SCALAR)
        REFUSE(r, node, "'%s' must be one value", known->name);
    if (known->shape == SHAPE_DATE && yaml_type(node) == YAML_NULL)
        return OK;
    switch (known->shape) {
    case SHAPE_TEXTS:
        return check_texts(r, node);
    case SHAPE_DATE:
        return check_date(r, node);
    case SHAPE_RELATED:
        return check_related(r, node);
    case SHAPE_BOOL:
        if (yaml_type(node) != YAML_BOOL)
            REFUSE(r, node, "'%s' must be true or false", known->name);
        return OK;
    case SHAPE_WORD: {
        char word[40];
        if (node->text.len == 0 || node->text.len > 30)
            REFUSE(r, node, "'%s' must be one of:%s", known->name, known->words);
        snprintf(word, sizeof word, " %.*s ", STR_ARG(node->text));
        if (!strstr(known->words, word))
            REFUSE(r, node, "%s '%.*s' is not known; one of:%s", known->name, STR_ARG(node->text),
                   known->words);
        return OK;
    }
    case SHAPE_TEXT:
    case SHAPE_OTHER:
        return OK;
    }
    return OK;
}

static struct str text_at(const struct yaml *doc, const char *name)
{
    const struct yaml *node = yaml_member(doc, name);
    return node && node->kind == YAML_SCALAR && yaml_type(node) != YAML_NULL ? node->text
                                                                             : (struct str){0};
}

rc meta_read(struct reading *r, struct rule *rule)
{
    YAML_EACH(member, r->doc)
    {
        const struct known *known = NULL;
        for (size_t i = 0; i < KNOWN_COUNT && !known; i++)
            if (str_is(member->key, known_fields[i].name))
                known = &known_fields[i];
        if (known)
            TRY(check_known(r, known, member));
        else
            TRY(check_own(r, member));
    }
    struct sigma_rule *about = &rule->about;
    about->title = text_at(r->doc, "title");
    about->id = text_at(r->doc, "id");
    about->name = text_at(r->doc, "name");
    about->level = text_at(r->doc, "level");
    about->status = text_at(r->doc, "status");
    about->file = r->file;
    about->line = r->doc->line;
    about->label = about->id.len ? about->id : about->name.len ? about->name : about->title;
    if (about->title.len == 0)
        REFUSE(r, r->doc, "'title' is missing");
    if (str_count_chars(about->title) > TITLE_CHARS_MAX)
        REFUSE(r, yaml_member(r->doc, "title"), "'title' may have %d characters", TITLE_CHARS_MAX);
    const struct yaml *id = yaml_member(r->doc, "id");
    if (id && about->id.len == 0)
        REFUSE(r, id, "'id' is empty");
    return OK;
}
