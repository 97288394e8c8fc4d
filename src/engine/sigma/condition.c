/* The condition: or, and, not, brackets, `1 of x*`, `all of them`. Least binding first. */
#include "engine/sigma/rule.h"

struct parser {
    struct reading *r;
    const struct yaml *node;
    struct str rest, word; /* the word is the next token; empty at the end */
    unsigned depth;
};

static bool is_space(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r';
}

/* Cut the next token off: a bracket, a bar, or what stands between spaces and brackets. */
static void advance(struct parser *p)
{
    size_t len = 0;
    while (p->rest.len && is_space(p->rest.ptr[0]))
        p->rest = str_sub(p->rest, 1, p->rest.len);
    if (p->rest.len && strchr("()|", p->rest.ptr[0]))
        len = 1;
    else
        while (len < p->rest.len && !is_space(p->rest.ptr[len]) && p->rest.ptr[len] &&
               !strchr("()|", p->rest.ptr[len]))
            len++;
    if (len == 0 && p->rest.len)
        len = 1;
    p->word = str_sub(p->rest, 0, len);
    p->rest = str_sub(p->rest, len, p->rest.len);
}

static bool word_is(const struct parser *p, const char *text)
{
    return str_eq_nocase(p->word, str_from(text));
}

rc condition_join(struct reading *r, enum expr_kind kind, size_t count, const struct expr **kids,
                  const struct expr **ret)
{
    if (count == 1 && kind != EXPR_NOT) {
        *ret = kids[0];
        return OK;
    }
    struct expr *expr;
    NEW(r->c, expr, 1);
    *expr = (struct expr){.kind = kind, .count = count};
    NEW(r->c, expr->kids, count);
    for (size_t i = 0; i < count; i++)
        expr->kids[i] = kids[i];
    *ret = expr;
    return OK;
}

/* Does `name` match a pattern in which * stands for any characters? */
static bool name_matches(struct str pattern, struct str name)
{
    if (pattern.len == 0)
        return name.len == 0;
    if (pattern.ptr[0] == '*') {
        struct str behind = str_sub(pattern, 1, pattern.len);
        for (size_t i = 0; i <= name.len; i++)
            if (name_matches(behind, str_sub(name, i, name.len)))
                return true;
        return false;
    }
    return name.len && name.ptr[0] == pattern.ptr[0] &&
           name_matches(str_sub(pattern, 1, pattern.len), str_sub(name, 1, name.len));
}

static rc read_quantity(struct parser *p, bool all, const struct expr **ret)
{
    struct reading *r = p->r;
    const struct expr **kids;
    size_t count = 0, stars = 0;
    bool them = word_is(p, "them");
    for (size_t i = 0; i < p->word.len; i++)
        stars += p->word.ptr[i] == '*';
    if (p->word.len == 0 || str_is(p->word, ")") || stars > 4)
        REFUSE(r, p->node, "'of' needs 'them' or a name with *");
    NEW(r->c, kids, r->selection_count + 1);
    for (size_t i = 0; i < r->selection_count; i++) {
        struct str name = r->selections[i].name;
        bool hidden = str_starts(name, "_") && !str_starts(p->word, "_");
        if (!hidden && (them || name_matches(p->word, name)))
            kids[count++] = r->selections[i].expr;
    }
    if (count == 0)
        REFUSE(r, p->node, "no search identifier is named '%.*s'", STR_ARG(p->word));
    advance(p);
    return condition_join(r, all ? EXPR_AND : EXPR_OR, count, kids, ret);
}

static rc read_or(struct parser *p, const struct expr **ret);

static rc read_name(struct parser *p, const struct expr **ret)
{
    struct reading *r = p->r;
    struct str name = p->word;
    advance(p);
    if (word_is(p, "of")) {
        bool all = str_eq_nocase(name, STR("all"));
        if (!all && !str_is(name, "1") && !str_eq_nocase(name, STR("any")))
            REFUSE(r, p->node, "'%.*s of' is not known: 1, any or all", STR_ARG(name));
        advance(p);
        return read_quantity(p, all, ret);
    }
    for (size_t i = 0; i < r->selection_count; i++) {
        if (!str_eq(r->selections[i].name, name))
            continue;
        *ret = r->selections[i].expr;
        return OK;
    }
    REFUSE(r, p->node, "the condition names '%.*s', which is not there", STR_ARG(name));
}

static rc read_primary(struct parser *p, const struct expr **ret)
{
    struct reading *r = p->r;
    if (++p->depth > CONDITION_DEPTH_MAX)
        REFUSE(r, p->node, "the condition is nested deeper than %d", CONDITION_DEPTH_MAX);
    if (str_is(p->word, "|"))
        REFUSE(r, p->node, "aggregations (|) belonged to Sigma 1; write a correlation rule");
    if (p->word.len == 0 || str_is(p->word, ")") || word_is(p, "and") || word_is(p, "or"))
        REFUSE(r, p->node, "the condition lacks an operand%s%.*s", p->word.len ? " before " : "",
               STR_ARG(p->word));
    if (str_is(p->word, "(")) {
        advance(p);
        TRY(read_or(p, ret));
        if (!str_is(p->word, ")"))
            REFUSE(r, p->node, "a bracket of the condition is not closed");
        advance(p);
    } else if (word_is(p, "not")) {
        const struct expr *kid;
        advance(p);
        TRY(read_primary(p, &kid));
        TRY(condition_join(r, EXPR_NOT, 1, &kid, ret));
    } else {
        TRY(read_name(p, ret));
    }
    p->depth--;
    return OK;
}

/* A chain of one operator. */
static rc read_chain(struct parser *p, const char *operator,
                     rc (*operand)(struct parser *p, const struct expr **ret), enum expr_kind kind,
                     const struct expr **ret)
{
    const struct expr *few[8], **kids = few;
    size_t count = 0, room = 8;
    for (bool more = true; more;) {
        if (count == room) {
            const struct expr **wider;
            NEW(p->r->c, wider, 2 * room);
            for (size_t i = 0; i < count; i++)
                wider[i] = kids[i];
            kids = wider;
            room *= 2;
        }
        TRY(operand(p, &kids[count++]));
        more = word_is(p, operator);
        if (more)
            advance(p);
    }
    return condition_join(p->r, kind, count, kids, ret);
}

static rc read_and(struct parser *p, const struct expr **ret)
{
    return read_chain(p, "and", read_primary, EXPR_AND, ret);
}

static rc read_or(struct parser *p, const struct expr **ret)
{
    return read_chain(p, "or", read_and, EXPR_OR, ret);
}

static rc read_one(struct reading *r, const struct yaml *node, const struct expr **ret)
{
    struct parser p = {.r = r, .node = node, .rest = node->text};
    if (node->kind != YAML_SCALAR || yaml_type(node) == YAML_NULL)
        REFUSE(r, node, "the condition must be text");
    advance(&p);
    TRY(read_or(&p, ret));
    if (str_is(p.word, "|"))
        REFUSE(r, node, "aggregations (|) belonged to Sigma 1; write a correlation rule");
    if (p.word.len)
        REFUSE(r, node, "the condition has '%.*s' where it should end", STR_ARG(p.word));
    return OK;
}

rc condition_read(struct reading *r, const struct yaml *node, const struct expr **ret)
{
    const struct expr **kids;
    size_t count = 0;
    if (node->kind != YAML_LIST)
        return read_one(r, node, ret);
    if (node->count == 0)
        REFUSE(r, node, "the list of conditions is empty");
    NEW(r->c, kids, node->count);
    YAML_EACH(child, node)
    TRY(read_one(r, child, &kids[count++]));
    return condition_join(r, EXPR_OR, count, kids, ret);
}
