/* A field, its modifiers and its values, made into one item: what the Sigma appendix "Modifiers"
 * says, applied in the order in which they are written. What does not go together is refused. */
#include "base/encode.h"
#include "engine/sigma/rule.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <stdlib.h>

enum { MODIFIERS_MAX = 12, VALUES_MAX = 50000, EXPANSIONS_MAX = 1024, EXPAND_BYTES_MAX = 1024 };

/* What a modifier is for. Two of the same family do not go together. */
enum family {
    FAMILY_LIST,   /* all, neq: on the list as a whole */
    FAMILY_CASE,   /* cased */
    FAMILY_WHERE,  /* contains, startswith, endswith */
    FAMILY_CODE,   /* changes the string */
    FAMILY_EXPAND, /* expand */
    FAMILY_DATE,
    FAMILY_COMPARE,
    FAMILY_EXISTS,
    FAMILY_REGEX,
    FAMILY_FLAG, /* of a regular expression */
    FAMILY_CIDR,
    FAMILY_FIELD,
};

enum code { CODE_WINDASH, CODE_BASE64, CODE_OFFSET, CODE_UTF16LE, CODE_UTF16BE, CODE_UTF16 };
enum where { WHERE_HAS = 1, WHERE_STARTS, WHERE_ENDS };
enum list { LIST_ALL, LIST_NEQ };

struct modifier {
    const char *name;
    enum family family;
    unsigned value;
};

static const struct modifier modifiers[] = {
    {"all", FAMILY_LIST, LIST_ALL},
    {"base64", FAMILY_CODE, CODE_BASE64},
    {"base64offset", FAMILY_CODE, CODE_OFFSET},
    {"cased", FAMILY_CASE, 0},
    {"cidr", FAMILY_CIDR, 0},
    {"contains", FAMILY_WHERE, WHERE_HAS},
    {"day", FAMILY_DATE, DATE_DAY},
    {"dotall", FAMILY_FLAG, PCRE2_DOTALL},
    {"endswith", FAMILY_WHERE, WHERE_ENDS},
    {"exists", FAMILY_EXISTS, 0},
    {"expand", FAMILY_EXPAND, 0},
    {"fieldref", FAMILY_FIELD, 0},
    {"gt", FAMILY_COMPARE, COMPARE_GT},
    {"gte", FAMILY_COMPARE, COMPARE_GTE},
    {"hour", FAMILY_DATE, DATE_HOUR},
    {"i", FAMILY_FLAG, PCRE2_CASELESS},
    {"ignorecase", FAMILY_FLAG, PCRE2_CASELESS},
    {"lt", FAMILY_COMPARE, COMPARE_LT},
    {"lte", FAMILY_COMPARE, COMPARE_LTE},
    {"m", FAMILY_FLAG, PCRE2_MULTILINE},
    {"minute", FAMILY_DATE, DATE_MINUTE},
    {"month", FAMILY_DATE, DATE_MONTH},
    {"multiline", FAMILY_FLAG, PCRE2_MULTILINE},
    {"neq", FAMILY_LIST, LIST_NEQ},
    {"re", FAMILY_REGEX, 0},
    {"s", FAMILY_FLAG, PCRE2_DOTALL},
    {"startswith", FAMILY_WHERE, WHERE_STARTS},
    {"utf16", FAMILY_CODE, CODE_UTF16},
    {"utf16be", FAMILY_CODE, CODE_UTF16BE},
    {"utf16le", FAMILY_CODE, CODE_UTF16LE},
    {"week", FAMILY_DATE, DATE_WEEK},
    {"wide", FAMILY_CODE, CODE_UTF16LE},
    {"windash", FAMILY_CODE, CODE_WINDASH},
    {"year", FAMILY_DATE, DATE_YEAR},
};

/* The modifiers of one item. */
struct chain {
    struct str field;
    size_t count;
    const struct modifier *list[MODIFIERS_MAX];
    bool has[FAMILY_FIELD + 1];
    bool all, negate;
    uint32_t flags;
    unsigned where;
    enum compare compare;
    enum date_part part;
};

/* Families that may stand beside each family: bits. Everything may stand beside LIST. */
static unsigned companions(enum family family)
{
    enum {
        LIST = 1 << FAMILY_LIST,
        CASE = 1 << FAMILY_CASE,
        WHERE = 1 << FAMILY_WHERE,
        CODE = 1 << FAMILY_CODE,
        EXPAND = 1 << FAMILY_EXPAND
    };
    switch (family) {
    case FAMILY_LIST:
        return ~(1u << FAMILY_EXISTS);
    case FAMILY_CASE:
        return LIST | WHERE | CODE | EXPAND | 1 << FAMILY_FIELD;
    case FAMILY_WHERE:
        return LIST | CASE | CODE | EXPAND | 1 << FAMILY_FIELD | 1 << FAMILY_REGEX |
               1 << FAMILY_FLAG;
    case FAMILY_CODE:
        return LIST | CASE | WHERE | CODE | EXPAND;
    case FAMILY_EXPAND:
        return LIST | CASE | WHERE | CODE | 1 << FAMILY_REGEX | 1 << FAMILY_FLAG | 1 << FAMILY_CIDR;
    case FAMILY_DATE:
        return LIST | 1 << FAMILY_COMPARE;
    case FAMILY_COMPARE:
        return LIST | 1 << FAMILY_DATE;
    case FAMILY_EXISTS:
        return 0;
    case FAMILY_REGEX:
    case FAMILY_FLAG:
        return LIST | WHERE | EXPAND | 1 << FAMILY_REGEX | 1 << FAMILY_FLAG;
    case FAMILY_CIDR:
        return LIST | EXPAND;
    case FAMILY_FIELD:
        return LIST | CASE | WHERE;
    }
    return 0;
}

static const struct modifier *find_modifier(struct str name)
{
    for (size_t i = 0; i < sizeof modifiers / sizeof *modifiers; i++)
        if (str_is(name, modifiers[i].name))
            return &modifiers[i];
    return NULL;
}

static rc check_beside(struct reading *r, const struct yaml *node, const struct chain *chain,
                       const struct modifier *new)
{
    for (size_t i = 0; i < chain->count; i++) {
        const struct modifier *old = chain->list[i];
        bool repeats = old->family == new->family &&new->family != FAMILY_CODE &&new->family !=
                       FAMILY_FLAG &&new->family != FAMILY_LIST;
        if (repeats || old == new || !(companions(old->family) >> new->family & 1))
            REFUSE(r, node, "modifier '%s' does not go with '%s'", new->name, old->name);
    }
    if (new->family == FAMILY_FLAG && !chain->has[FAMILY_REGEX])
        REFUSE(r, node, "modifier '%s' may only follow 're'", new->name);
    return OK;
}

static void note(struct chain *chain, const struct modifier *m)
{
    chain->list[chain->count++] = m;
    chain->has[m->family] = true;
    if (m->family == FAMILY_LIST)
        *(m->value == LIST_ALL ? &chain->all : &chain->negate) = true;
    else if (m->family == FAMILY_FLAG)
        chain->flags |= m->value;
    else if (m->family == FAMILY_WHERE)
        chain->where = m->value;
    else if (m->family == FAMILY_COMPARE)
        chain->compare = (enum compare)m->value;
    else if (m->family == FAMILY_DATE)
        chain->part = (enum date_part)m->value;
}

static rc read_chain(struct reading *r, struct str key, const struct yaml *node, struct chain *ret)
{
    struct chain chain = {0};
    struct str rest = key, name;
    if (key.len == 0 || !str_split(&rest, '|', &chain.field))
        chain.field = STR("");
    while (key.len && str_split(&rest, '|', &name)) {
        const struct modifier *m = find_modifier(name);
        if (!m)
            REFUSE(r, node, "modifier '%.*s' is not known", STR_ARG(name));
        if (chain.count == MODIFIERS_MAX)
            REFUSE(r, node, "more than %d modifiers", MODIFIERS_MAX);
        TRY(check_beside(r, node, &chain, m));
        note(&chain, m);
    }
    bool whole = chain.has[FAMILY_EXISTS] || chain.has[FAMILY_FIELD] || chain.has[FAMILY_DATE] ||
                 chain.has[FAMILY_COMPARE] || chain.has[FAMILY_CIDR];
    if (chain.field.len == 0 && whole)
        REFUSE(r, node, "modifier '%s' needs a field", chain.list[0]->name);
    *ret = chain;
    return OK;
}

/* ---- strings --------------------------------------------------------------------------------- */

/* One character of plain glyphs at i as a code point; what is not UTF-8 stands for itself. */
static unsigned take_char(const struct glyphs *g, size_t *i)
{
    unsigned first = g->ptr[*i];
    size_t more = first < 0xc0 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    unsigned ch = more == 0 ? first : first & (0x3fu >> more);
    size_t at = *i + 1;
    for (; more > 0 && at < g->len && (g->ptr[at] & 0x1c0) == 0x80; more--)
        ch = ch << 6 | (g->ptr[at++] & 0x3fu);
    *i = at;
    return ch;
}

static void put_unit(struct glyphs *g, unsigned unit, bool big)
{
    g->ptr[g->len++] = (uint16_t)(big ? unit >> 8 : unit & 0xff);
    g->ptr[g->len++] = (uint16_t)(big ? unit & 0xff : unit >> 8);
}

static rc code_utf16(struct ctx *c, const struct glyphs *g, bool big, bool mark, struct glyphs *ret)
{
    struct glyphs wide = {0};
    NEW(c, wide.ptr, 2 * g->len + 2);
    if (mark)
        put_unit(&wide, 0xfeff, big);
    for (size_t i = 0; i < g->len;) {
        if (g->ptr[i] > 255) {
            wide.ptr[wide.len++] = g->ptr[i++];
            continue;
        }
        unsigned ch = take_char(g, &i);
        if (ch >= 0x10000) {
            put_unit(&wide, 0xd800 + ((ch - 0x10000) >> 10), big);
            put_unit(&wide, 0xdc00 + ((ch - 0x10000) & 0x3ff), big);
        } else {
            put_unit(&wide, ch, big);
        }
    }
    *ret = wide;
    return OK;
}

/* Base 64 of the text when `shift` unknown bytes stand before it, without what they and the unknown
 * bytes behind it make uncertain; the whole of it when `part` is false. */
static rc code_base64(struct reading *r, const struct yaml *node, const struct glyphs *g,
                      unsigned shift, bool part, struct glyphs *ret)
{
    static const unsigned char skip_first[3] = {0, 2, 3}, skip_last[3] = {0, 3, 2};
    char *bytes;
    NEW(r->c, bytes, g->len + 3);
    if (!glyphs_plain(g, bytes + shift))
        REFUSE(r, node, "a wildcard cannot be encoded in base 64");
    struct str text;
    TRY(encode_bytes(r->c, ENCODE_BASE64, bytes, g->len + shift, &text));
    if (part) {
        size_t first = skip_first[shift], last = skip_last[(g->len + shift) % 3];
        if (text.len <= first + last)
            REFUSE(r, node, "'%.*s' is too short to be found inside base 64", STR_ARG(node->text));
        text = str_sub(text, first, text.len - first - last);
    }
    struct glyphs coded = {0};
    NEW(r->c, coded.ptr, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        coded.ptr[coded.len++] = (unsigned char)text.ptr[i];
    *ret = coded;
    return OK;
}

/* The strings that one value has become. */
struct strings {
    size_t count;
    struct glyphs list[3];
};

static rc apply_code(struct reading *r, const struct yaml *node, enum code code, struct strings *s)
{
    if (code == CODE_OFFSET) {
        if (s->count != 1)
            REFUSE(r, node, "modifier 'base64offset' may be given once");
        struct glyphs plain = s->list[0];
        for (unsigned shift = 0; shift < 3; shift++)
            TRY(code_base64(r, node, &plain, shift, true, &s->list[shift]));
        s->count = 3;
        return OK;
    }
    for (size_t i = 0; i < s->count; i++) {
        struct glyphs from = s->list[i];
        if (code == CODE_WINDASH)
            TRY(glyphs_dash(r->c, &from, &s->list[i]));
        else if (code == CODE_BASE64)
            TRY(code_base64(r, node, &from, 0, false, &s->list[i]));
        else
            TRY(code_utf16(r->c, &from, code == CODE_UTF16BE, code == CODE_UTF16, &s->list[i]));
    }
    return OK;
}

static rc apply_chain(struct reading *r, const struct yaml *node, const struct chain *chain,
                      struct strings *s)
{
    for (size_t m = 0; m < chain->count; m++) {
        unsigned value = chain->list[m]->value;
        if (chain->list[m]->family == FAMILY_CODE) {
            TRY(apply_code(r, node, (enum code)value, s));
        } else if (chain->list[m]->family == FAMILY_WHERE) {
            for (size_t i = 0; i < s->count; i++) {
                struct glyphs from = s->list[i];
                TRY(glyphs_wrap(r->c, &from, value != WHERE_STARTS, value != WHERE_ENDS,
                                &s->list[i]));
            }
        }
    }
    return OK;
}

/* ---- values ---------------------------------------------------------------------------------- */

/* Atoms of one item as they come. */
struct atoms {
    struct atom *list;
    size_t count, room;
};

static rc put_atom(struct reading *r, struct atoms *atoms, const struct atom *atom)
{
    if (atoms->count == atoms->room) {
        size_t room = atoms->room ? 2 * atoms->room : 4;
        struct atom *wider;
        NEW(r->c, wider, room);
        for (size_t i = 0; i < atoms->count; i++)
            wider[i] = atoms->list[i];
        atoms->list = wider;
        atoms->room = room;
    }
    atoms->list[atoms->count++] = *atom;
    return OK;
}

static rc put_string(struct reading *r, const struct yaml *node, const struct chain *chain,
                     struct str text, struct atoms *out)
{
    struct strings s = {.count = 1};
    TRY(glyphs_read(r->c, text, &s.list[0]));
    TRY(apply_chain(r, node, chain, &s));
    for (size_t i = 0; i < s.count; i++) {
        struct atom atom = {.kind = ATOM_PATTERN};
        struct glyphs g = s.list[i];
        if (chain->field.len == 0 && !chain->has[FAMILY_WHERE])
            TRY(glyphs_wrap(r->c, &g, true, true, &g));
        TRY(pattern_make(r->c, &g, chain->has[FAMILY_CASE], &atom.pattern));
        if (chain->field.len == 0 && atom.pattern.kind == PATTERN_ALL)
            REFUSE(r, node, "the keyword '%.*s' would match every event", STR_ARG(text));
        TRY(put_atom(r, out, &atom));
    }
    return OK;
}

static rc put_regex(struct reading *r, const struct yaml *node, const struct chain *chain,
                    struct str text, struct atoms *out)
{
    struct atom atom;
    if (chain->where == WHERE_STARTS)
        TRY(str_format(r->c, &text, "\\A(?:%.*s)", STR_ARG(text)));
    else if (chain->where == WHERE_ENDS)
        TRY(str_format(r->c, &text, "(?:%.*s)\\z", STR_ARG(text)));
    TRY(atom_make_regex(r, node, text, chain->flags, &atom));
    return put_atom(r, out, &atom);
}

static rc put_text(struct reading *r, const struct yaml *node, const struct chain *chain,
                   struct str text, struct atoms *out)
{
    if (chain->has[FAMILY_REGEX])
        return put_regex(r, node, chain, text, out);
    if (chain->has[FAMILY_CIDR]) {
        struct yaml network = *node;
        struct atom atom;
        network.text = text;
        TRY(atom_make_cidr(r, &network, &atom));
        return put_atom(r, out, &atom);
    }
    return put_string(r, node, chain, text, out);
}

/* Replace the first %name% at or behind `from` by each of its values, and go on behind it. */
static rc put_expanded(struct reading *r, const struct yaml *node, const struct chain *chain,
                       struct str text, size_t from, struct atoms *out)
{
    const struct sigma_options *options = &r->set->options;
    size_t open = SIZE_MAX;
    for (size_t i = from; i < text.len; i++) {
        if (text.ptr[i] != '%')
            continue;
        if (i > 0 && text.ptr[i - 1] == '\\') { /* escaped: only the percent sign stays */
            struct str joined;
            TRY(str_format(r->c, &joined, "%.*s%.*s", (int)(i - 1), text.ptr,
                           STR_ARG(str_sub(text, i, text.len))));
            return put_expanded(r, node, chain, joined, i, out);
        }
        if (open == SIZE_MAX || i == open + 1) {
            open = i;
            continue;
        }
        struct str name = str_sub(text, open + 1, i - open - 1);
        const struct sigma_placeholder *found = NULL;
        for (size_t p = 0; p < options->placeholder_count; p++)
            if (str_eq(options->placeholders[p].name, name))
                found = &options->placeholders[p];
        if (!found)
            return put_atom(r, out, &(struct atom){.kind = ATOM_NEVER});
        for (size_t v = 0; v < found->count; v++) {
            struct str value = found->values[v], joined;
            TRY(str_format(r->c, &joined, "%.*s%.*s%.*s", (int)open, text.ptr, STR_ARG(value),
                           STR_ARG(str_sub(text, i + 1, text.len))));
            if (out->count > EXPANSIONS_MAX)
                REFUSE(r, node, "placeholders expand to more than %d values", EXPANSIONS_MAX);
            TRY(put_expanded(r, node, chain, joined, open + value.len, out));
        }
        return OK;
    }
    return put_text(r, node, chain, text, out);
}

/* A number written plainly, as it compares with a number in an event. */
static rc put_number(struct reading *r, const struct yaml *node, struct atoms *out)
{
    struct atom atom = {.kind = ATOM_NUMBER};
    struct glyphs digits;
    int64_t whole;
    TRY(read_number(r, node, &atom.number));
    struct str text = node->text;
    if (yaml_int(node, &whole))
        TRY(str_format(r->c, &text, "%lld", (long long)whole));
    TRY(glyphs_read(r->c, text, &digits));
    TRY(pattern_make(r->c, &digits, false, &atom.pattern));
    TRY(put_atom(r, out, &atom));
    if (str_eq(text, node->text))
        return OK;
    atom.kind = ATOM_PATTERN; /* 0x17 is 23, and the text "0x17" of a log that writes it so */
    TRY(glyphs_read(r->c, node->text, &digits));
    TRY(pattern_make(r->c, &digits, false, &atom.pattern));
    return put_atom(r, out, &atom);
}

static rc put_compare(struct reading *r, const struct yaml *node, const struct chain *chain,
                      struct atoms *out)
{
    static const short least[] = {0, 0, 0, 1, 1, 1, 0}, most[] = {0, 59, 23, 31, 53, 12, 9999};
    struct atom atom = {.kind = ATOM_COMPARE, .compare = chain->compare, .part = chain->part};
    TRY(read_number(r, node, &atom.number));
    if (chain->part && (atom.number < least[chain->part] || atom.number > most[chain->part]))
        REFUSE(r, node, "%.*s is not a value of that part of a date (%d to %d)",
               STR_ARG(node->text), least[chain->part], most[chain->part]);
    return put_atom(r, out, &atom);
}

static rc put_field(struct reading *r, const struct yaml *node, const struct chain *chain,
                    struct atoms *out)
{
    static const enum pattern_kind hows[] = {PATTERN_IS, PATTERN_HAS, PATTERN_STARTS, PATTERN_ENDS};
    struct atom atom = {.kind = ATOM_FIELD, .cased = chain->has[FAMILY_CASE]};
    if (yaml_type(node) != YAML_TEXT || node->text.len == 0)
        REFUSE(r, node, "'fieldref' needs the name of a field");
    struct glyphs name;
    TRY(glyphs_read(r->c, node->text, &name));
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] > 255)
            REFUSE(r, node, "the field that 'fieldref' names has a wildcard");
    atom.how = hows[chain->where];
    TRY(names_put(r->c, &r->set->fields, node->text, &atom.field));
    return put_atom(r, out, &atom);
}

static rc put_value(struct reading *r, const struct yaml *node, const struct chain *chain,
                    struct atoms *out)
{
    if (node->kind != YAML_SCALAR)
        REFUSE(r, node, "a value must be text, a number, true, false or null");
    enum yaml_type type = yaml_type(node);
    if (chain->has[FAMILY_EXISTS]) {
        if (type != YAML_BOOL)
            REFUSE(r, node, "'exists' needs true or false");
        return put_atom(r, out, &(struct atom){.kind = ATOM_EXISTS, .flag = yaml_true(node)});
    }
    if (chain->has[FAMILY_FIELD])
        return put_field(r, node, chain, out);
    if (chain->has[FAMILY_COMPARE] || chain->has[FAMILY_DATE])
        return put_compare(r, node, chain, out);
    bool plain = true;
    for (size_t i = 0; i < chain->count; i++)
        plain = plain && chain->list[i]->family == FAMILY_LIST;
    if (type == YAML_NULL) {
        if (!plain || chain->field.len == 0)
            REFUSE(r, node, "null cannot be %s", plain ? "a keyword" : "modified");
        return put_atom(r, out, &(struct atom){.kind = ATOM_NULL});
    }
    if ((type == YAML_INT || type == YAML_FLOAT) && plain && chain->field.len)
        return put_number(r, node, out);
    if (chain->has[FAMILY_EXPAND] && node->text.len > EXPAND_BYTES_MAX)
        REFUSE(r, node, "a value with placeholders may have %d bytes", EXPAND_BYTES_MAX);
    if (chain->has[FAMILY_EXPAND])
        return put_expanded(r, node, chain, node->text, 0, out);
    return put_text(r, node, chain, node->text, out);
}

/* ---- items ----------------------------------------------------------------------------------- */

static rc put_item(struct reading *r, const struct chain *chain, const struct yaml *node,
                   struct atoms atoms, const struct expr **ret)
{
    struct item *item;
    struct expr *expr;
    NEW(r->c, item, 1);
    NEW(r->c, expr, 1);
    *item = (struct item){.all = chain->all,
                          .negate = chain->negate,
                          .count = atoms.count,
                          .atoms = atoms.list,
                          .line = node->line};
    item->name = node->key.len ? node->key : STR("keywords");
    if (chain->field.len)
        TRY(names_put(r->c, &r->set->fields, chain->field, &item->field));
    *expr = (struct expr){.kind = EXPR_ITEM, .item = item};
    *ret = expr;
    return OK;
}

/* With `all`, each value is an item of its own, since one value may have become several strings. */
static rc put_all(struct reading *r, const struct chain *chain, const struct yaml *node,
                  const struct yaml *values, const struct expr **ret)
{
    const struct expr **kids, *joined;
    struct chain each = *chain;
    size_t count = 0;
    each.negate = false;
    each.all = false;
    NEW(r->c, kids, values->count);
    YAML_EACH(value, values)
    {
        struct atoms atoms = {0};
        TRY(put_value(r, value, chain, &atoms));
        TRY(put_item(r, &each, node, atoms, &kids[count++]));
    }
    TRY(condition_join(r, EXPR_AND, count, kids, &joined));
    if (!chain->negate) {
        *ret = joined;
        return OK;
    }
    return condition_join(r, EXPR_NOT, 1, &joined, ret);
}

rc item_read(struct reading *r, struct str key, const struct yaml *node, const struct yaml *values,
             const struct expr **ret)
{
    struct chain chain;
    struct atoms atoms = {0};
    TRY(read_chain(r, key, node, &chain));
    if (values->kind == YAML_MAP)
        REFUSE(r, values, "field '%.*s' needs a value or a list of values, not a map",
               STR_ARG(key));
    if (values->kind == YAML_LIST && values->count == 0)
        REFUSE(r, values, "field '%.*s' has an empty list, which can never match", STR_ARG(key));
    if (values->count > VALUES_MAX)
        REFUSE(r, values, "more than %d values", VALUES_MAX);
    if (chain.all) {
        if (values->kind != YAML_LIST || values->count < 2)
            REFUSE(r, node, "modifier 'all' needs a list of at least two values");
        return put_all(r, &chain, node, values, ret);
    }
    if (values->kind == YAML_SCALAR) {
        TRY(put_value(r, values, &chain, &atoms));
    } else {
        if (chain.has[FAMILY_EXISTS])
            REFUSE(r, node, "'exists' needs true or false, not a list");
        YAML_EACH(value, values)
        TRY(put_value(r, value, &chain, &atoms));
    }
    return put_item(r, &chain, node, atoms, ret);
}
