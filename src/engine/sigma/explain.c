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

/* A pattern as it is written; bytes that are no text by themselves as a dot. */
static void put_glob(struct text *out, const struct glyphs *g)
{
    char shown[SHOWN_CHARS];
    size_t len = 0;
    for (size_t i = 0; i < g->len && len < sizeof shown; i++) {
        uint16_t glyph = g->ptr[i];
        shown[len++] = glyph == GLYPH_MANY   ? '*'
                       : glyph == GLYPH_ONE  ? '?'
                       : glyph == GLYPH_DASH ? '-'
                       : glyph < 0x80        ? (char)glyph
                                             : '.';
    }
    text_put_json(out, (struct str){shown, len});
}

static void put_wanted(struct explaining *x, const struct item *item)
{
    for (size_t i = 0; i < item->count && i < SHOWN_MAX; i++) {
        const struct atom *atom = &item->atoms[i];
        text_put(x->out, i ? STR(" or ") : STR(" "));
        if (atom->kind == ATOM_PATTERN && atom->pattern.kind != PATTERN_GLOB)
            put_cut(x->out, atom->pattern.text);
        else if (atom->kind == ATOM_PATTERN)
            put_glob(x->out, &atom->pattern.glyphs);
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

/* ---- as JSON --------------------------------------------------------------------------------- */

static void json_begin(struct text *out, unsigned depth, bool held, const char *kind, unsigned line)
{
    if (out->len && out->ptr[out->len - 1] == '}')
        text_put_char(out, ',');
    text_printf(out, "{\"depth\":%u,\"held\":%s,\"kind\":\"%s\",\"line\":%u", depth,
                held ? "true" : "false", kind, line);
}

static void json_name(struct text *out, const char *member, struct str name)
{
    text_printf(out, ",\"%s\":", member);
    text_put_json(out, str_is_utf8(name) ? name : STR("(bytes)"));
}

static void json_found(struct explaining *x, const struct item *item)
{
    const struct cell *cell =
        item->field == FIELD_KEYWORD ? NULL : matcher_first(x->m, item->field);
    text_put(x->out, STR(",\"found\":["));
    for (unsigned shown = 0; cell && shown < SHOWN_MAX; cell = matcher_next(x->m, cell), shown++) {
        struct str text = cell->value->text;
        text_put(x->out, shown ? STR(",") : STR(""));
        if (cell->value->kind == SIGMA_NULL)
            text_put(x->out, STR("null"));
        else if (cell->value->kind == SIGMA_OBJECT)
            text_put(x->out, STR("\"{}\""));
        else
            text_put_json(x->out, str_is_utf8(text) ? text : STR("(bytes)"));
    }
    text_put_char(x->out, ']');
}

/* What is wanted, as the lines of text have it, is a text of its own here. */
static rc json_wanted(struct ctx *c, struct explaining *x, const struct item *item)
{
    struct text wanted;
    struct explaining other = {.m = x->m, .out = &wanted};
    struct str done;
    text_init(&wanted, c, 4096);
    put_wanted(&other, item);
    TRY(text_done(&wanted, &done));
    json_name(x->out, "wanted", str_trim(done));
    return OK;
}

static rc json_expr(struct ctx *c, struct explaining *x, const struct expr *expr, unsigned depth)
{
    static const char *const names[] = {"all", "one", "not"};
    if (expr->kind == EXPR_ITEM) {
        json_begin(x->out, depth, match_item(x->m, expr->item), "item", expr->item->line);
        json_name(x->out, "name", expr->item->name);
        TRY(json_wanted(c, x, expr->item));
        json_found(x, expr->item);
        text_put_char(x->out, '}');
        return OK;
    }
    json_begin(x->out, depth, match_expr(x->m, expr), names[expr->kind], 0);
    text_put_char(x->out, '}');
    for (size_t i = 0; i < expr->count; i++)
        TRY(json_expr(c, x, expr->kids[i], depth + 1));
    return OK;
}

static void json_source(struct explaining *x, const struct sigma_set *set, const char *what,
                        uint32_t wanted, uint32_t found)
{
    if (!wanted)
        return;
    json_begin(x->out, 0, wanted == found, "source", 0);
    json_name(x->out, "name", str_from(what));
    json_name(x->out, "wanted", names_text(&set->sources, wanted));
    text_put(x->out, STR(",\"found\":["));
    if (found)
        text_put_json(x->out, names_text(&set->sources, found));
    text_put(x->out, STR("]}"));
}

static bool is_of(const struct rule *rule, const struct sigma_event *event)
{
    const struct logsource *s = &rule->logsource;
    return (!s->product || s->product == event->product) &&
           (!s->category || s->category == event->category) &&
           (!s->service || s->service == event->service);
}

static rc put_json(struct ctx *c, struct explaining *x, const struct rule *rule,
                   const struct sigma_event *event)
{
    const struct sigma_set *set = x->m->set;
    size_t held = 0, all = 0;
    count_parts(x->m, rule->expr, true, &held, &all);
    text_printf(x->out, "{\"fires\":%s,\"held\":%zu,\"parts\":%zu,\"lines\":[",
                is_of(rule, event) && match_expr(x->m, rule->expr) ? "true" : "false", held, all);
    json_source(x, set, "product", rule->logsource.product, event->product);
    json_source(x, set, "category", rule->logsource.category, event->category);
    json_source(x, set, "service", rule->logsource.service, event->service);
    TRY(json_expr(c, x, rule->expr, 0));
    text_put(x->out, STR("]}"));
    return OK;
}

rc sigma_explain_json(struct ctx *c, const struct sigma_set *set, size_t number,
                      const struct sigma_event *event, struct text *out)
{
    const struct rule *rule = set->rules[number];
    struct explaining x = {.out = out};
    if (rule->corr)
        FAIL(c, INVALID, "only a detection is explained by one event");
    TRY(sigma_matcher_open(c, set, &x.m));
    rc result = matcher_load(c, x.m, event);
    if (rc_ok(result))
        result = put_json(c, &x, rule, event);
    sigma_matcher_close(x.m);
    return result;
}

rc sigma_measure(struct ctx *c, struct sigma_matcher *m, size_t count, const uint32_t *rules,
                 const struct sigma_event *event, struct sigma_nearness *ret)
{
    TRY(matcher_load(c, m, event));
    for (size_t i = 0; i < count; i++) {
        const struct rule *rule = m->set->rules[rules[i]];
        ret[i] = (struct sigma_nearness){.source = !rule->corr && is_of(rule, event)};
        if (ret[i].source)
            count_parts(m, rule->expr, true, &ret[i].held, &ret[i].parts);
    }
    return OK;
}

/* ---- as text --------------------------------------------------------------------------------- */

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
