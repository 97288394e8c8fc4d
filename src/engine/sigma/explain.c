/* Why a detection matches an event, or what is missing. */
#include "engine/sigma/match.h"

enum { SHOWN_MAX = 3, SHOWN_CHARS = 60 };

struct explaining {
    struct sigma_matcher *m;
    struct text *out;
};

static void put_cut(struct text *out, struct str s)
{
    size_t len = s.len < SHOWN_CHARS ? s.len : SHOWN_CHARS;
    while (len < s.len && len > 0 && ((unsigned char)s.ptr[len] & 0xc0) == 0x80)
        len--;
    text_put_json(out, str_is_utf8(s) ? str_sub(s, 0, len) : STR("(bytes)"));
    if (len < s.len)
        text_put(out, STR("…"));
}

static void put_indent(struct text *out, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        text_put(out, STR("  "));
}

/* What the event has in the field of an item. */
static void put_found(struct explaining *x, const struct item *item)
{
    unsigned shown = 0;
    if (item->field == FIELD_KEYWORD) {
        text_put(x->out, STR(" in any value"));
        return;
    }
    const struct cell *cell = matcher_first(x->m, item->field);
    text_put(x->out, cell ? STR(", the event has ") : STR(", the event has no such field"));
    for (; cell && shown < SHOWN_MAX; cell = matcher_next(x->m, cell), shown++) {
        text_put(x->out, shown ? STR(", ") : STR(""));
        if (cell->value->kind == SIGMA_NULL)
            text_put(x->out, STR("null"));
        else if (cell->value->kind == SIGMA_OBJECT)
            text_put(x->out, STR("an object"));
        else
            put_cut(x->out, cell->value->text);
    }
}

static void put_wanted(struct explaining *x, const struct item *item)
{
    for (size_t i = 0; i < item->count && i < SHOWN_MAX; i++) {
        const struct atom *atom = &item->atoms[i];
        text_put(x->out, i ? STR(" or ") : STR(" "));
        if (atom->kind == ATOM_PATTERN && atom->pattern.kind != PATTERN_GLOB)
            put_cut(x->out, atom->pattern.text);
        else if (atom->kind == ATOM_PATTERN)
            text_put(x->out, STR("a pattern"));
        else if (atom->kind == ATOM_NULL)
            text_put(x->out, STR("null"));
        else if (atom->kind == ATOM_NUMBER || atom->kind == ATOM_COMPARE)
            text_printf(x->out, "%.15g", atom->number);
        else if (atom->kind == ATOM_EXISTS)
            text_put(x->out, atom->flag ? STR("true") : STR("false"));
        else if (atom->kind == ATOM_NEVER)
            text_put(x->out, STR("a placeholder without values"));
        else
            text_put(x->out, atom->kind == ATOM_REGEX   ? STR("an expression")
                             : atom->kind == ATOM_FIELD ? STR("another field")
                                                        : STR("a network"));
    }
    if (item->count > SHOWN_MAX)
        text_printf(x->out, " or %zu more", item->count - SHOWN_MAX);
}

static void put_item(struct explaining *x, const struct item *item, unsigned depth)
{
    bool held = match_item(x->m, item);
    put_indent(x->out, depth);
    text_printf(x->out, "%s line %u: %.*s:", held ? "yes" : "NO ", item->line, STR_ARG(item->name));
    put_wanted(x, item);
    put_found(x, item);
    text_put_char(x->out, '\n');
}

static void put_expr(struct explaining *x, const struct expr *expr, unsigned depth)
{
    static const char *const names[] = {"all of", "one of", "not"};
    if (expr->kind == EXPR_ITEM) {
        put_item(x, expr->item, depth);
        return;
    }
    put_indent(x->out, depth);
    text_printf(x->out, "%s %s\n", match_expr(x->m, expr) ? "yes" : "NO ", names[expr->kind]);
    for (size_t i = 0; i < expr->count; i++)
        put_expr(x, expr->kids[i], depth + 1);
}

/* How many of the parts of a condition hold: what is nearest to firing has most. */
static void count_parts(struct sigma_matcher *m, const struct expr *expr, bool wanted,
                        size_t *ret_held, size_t *ret_all)
{
    if (expr->kind == EXPR_ITEM || expr->kind == EXPR_OR) {
        *ret_held += match_expr(m, expr) == wanted;
        ++*ret_all;
        return;
    }
    for (size_t i = 0; i < expr->count; i++)
        count_parts(m, expr->kids[i], expr->kind == EXPR_NOT ? !wanted : wanted, ret_held, ret_all);
}

static bool put_source(struct text *out, const struct sigma_set *set, const char *what,
                       uint32_t wanted, uint32_t found)
{
    struct str name = names_text(&set->sources, wanted), other = names_text(&set->sources, found);
    if (!wanted)
        return true;
    text_printf(out, "%s log source: %s %.*s, the event has %.*s\n",
                wanted == found ? "yes" : "NO ", what, STR_ARG(name),
                STR_ARG(found ? other : STR("another or none")));
    return wanted == found;
}

rc sigma_explain(struct ctx *c, const struct sigma_set *set, size_t number,
                 const struct sigma_event *event, struct text *out)
{
    const struct rule *rule = set->rules[number];
    struct explaining x = {.out = out};
    size_t held = 0, all = 0;
    if (rule->corr) {
        text_printf(out, "%.*s is a correlation: explain the rules that it names\n",
                    STR_ARG(rule->about.label));
        return OK;
    }
    TRY(sigma_matcher_open(c, set, &x.m));
    rc loaded = matcher_load(c, x.m, event);
    if (rc_ok(loaded)) {
        const struct logsource *s = &rule->logsource;
        bool fits = put_source(out, set, "product", s->product, event->product);
        fits = put_source(out, set, "category", s->category, event->category) && fits;
        fits = put_source(out, set, "service", s->service, event->service) && fits;
        count_parts(x.m, rule->expr, true, &held, &all);
        bool fires = fits && match_expr(x.m, rule->expr);
        put_expr(&x, rule->expr, 0);
        text_printf(out, "%.*s %s: %zu of %zu parts hold\n", STR_ARG(rule->about.label),
                    fires ? "fires" : "does not fire", held, all);
    }
    sigma_matcher_close(x.m);
    return loaded;
}
