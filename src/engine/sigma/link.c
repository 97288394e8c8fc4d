/* Joining the documents of a set: correlations to the rules they name, filters to the rules they
 * narrow. What names something that is not there is dropped with an error, and so is what names
 * that. */
#include "engine/sigma/rule.h"

#include <stdarg.h>
#include <stdio.h>

struct linking {
    struct ctx *c;
    struct sigma_set *set;
    struct names ids;  /* ids and names of rules */
    uint32_t *rule_of; /* by the number in `ids` */
    bool *dropped;     /* by rule */
};

static rc __attribute__((format(printf, 4, 5)))
drop(struct linking *l, uint32_t number, unsigned line, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(l->c->fault.message, sizeof l->c->fault.message, format, list);
    va_end(list);
    l->dropped[number] = true;
    return set_note_error(l->set, l->c, l->set->rules[number]->about.file, line);
}

static rc put_id(struct linking *l, uint32_t number, struct str id, const char *what)
{
    if (id.len == 0 || l->dropped[number])
        return OK;
    uint32_t at = names_find(&l->ids, id);
    if (at) {
        const struct sigma_rule *other = &l->set->rules[l->rule_of[at]]->about;
        if (l->rule_of[at] == number)
            return OK;
        return drop(l, number, l->set->rules[number]->about.line,
                    "%s '%.*s' is already used in %.*s:%u", what, STR_ARG(id), STR_ARG(other->file),
                    other->line);
    }
    TRY(names_put(l->c, &l->ids, id, &at));
    l->rule_of[at] = number;
    return OK;
}

static rc index_ids(struct linking *l)
{
    size_t count = l->set->rule_count;
    NEW(l->c, l->rule_of, 2 * count + 2);
    NEW(l->c, l->dropped, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        TRY(put_id(l, i, l->set->rules[i]->about.id, "id"));
        TRY(put_id(l, i, l->set->rules[i]->about.name, "name"));
    }
    return OK;
}

/* Resolve what the correlations name, again as long as one falls. */
static rc resolve(struct linking *l)
{
    for (bool again = true; again;) {
        again = false;
        for (uint32_t i = 0; i < l->set->rule_count; i++) {
            struct corr *corr = l->set->rules[i]->corr;
            for (size_t r = 0; corr && r < corr->ref_count && !l->dropped[i]; r++) {
                uint32_t at = names_find(&l->ids, corr->refs[r].name);
                if (at && !l->dropped[l->rule_of[at]]) {
                    corr->refs[r].rule = l->rule_of[at];
                    continue;
                }
                TRY(drop(l, i, corr->refs[r].line, "no rule has the id or name '%.*s'",
                         STR_ARG(corr->refs[r].name)));
                again = true;
            }
        }
    }
    return OK;
}

static bool set_level(const struct linking *l, struct corr *corr)
{
    unsigned level = 0;
    for (size_t r = 0; r < corr->ref_count; r++) {
        const struct corr *below = l->set->rules[corr->refs[r].rule]->corr;
        if (below && below->level == 0)
            return false;
        if (below && below->level > level)
            level = below->level;
    }
    corr->level = level + 1;
    return true;
}

/* Levels from below; what never gets one names itself. */
static rc set_levels(struct linking *l)
{
    for (bool again = true; again;) {
        again = false;
        for (uint32_t i = 0; i < l->set->rule_count; i++) {
            struct corr *corr = l->set->rules[i]->corr;
            if (corr && !l->dropped[i] && corr->level == 0)
                again = set_level(l, corr) || again;
        }
    }
    for (uint32_t i = 0; i < l->set->rule_count; i++) {
        const struct rule *rule = l->set->rules[i];
        if (rule->corr && !l->dropped[i] && rule->corr->level == 0)
            TRY(drop(l, i, rule->about.line,
                     "the correlation names itself, directly or through others"));
    }
    return OK;
}

static rc check_aliases(struct linking *l)
{
    for (uint32_t i = 0; i < l->set->rule_count; i++) {
        struct rule *rule = l->set->rules[i];
        struct reading r = {
            .c = l->c, .set = l->set, .file = rule->about.file, .line = rule->about.line};
        if (!rule->corr || l->dropped[i])
            continue;
        rc result = correlation_alias(&r, rule->corr);
        if (result.code == RC_INVALID) {
            l->dropped[i] = true;
            TRY(set_note_error(l->set, l->c, r.file, r.line));
        } else {
            TRY(result);
        }
    }
    return OK;
}

/* Take out what was dropped and give the rest their final numbers. */
static rc renumber(struct linking *l)
{
    struct sigma_set *set = l->set;
    uint32_t *number, count = 0;
    NEW(l->c, number, set->rule_count + 1);
    for (uint32_t i = 0; i < set->rule_count; i++) {
        number[i] = count;
        if (!l->dropped[i])
            set->rules[count++] = set->rules[i];
    }
    set->rule_count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct rule *rule = set->rules[i];
        rule->number = i;
        set->corr_count += rule->corr != NULL;
        for (size_t r = 0; rule->corr && r < rule->corr->ref_count; r++)
            rule->corr->refs[r].rule = number[rule->corr->refs[r].rule];
    }
    return OK;
}

/* ---- what follows from the links ------------------------------------------------------------- */

static void set_roles(struct corr *corr)
{
    for (size_t r = 0; r < corr->ref_count && r < TEMPORAL_MAX; r++) {
        uint32_t bit = 1u << r;
        if (corr->refs[r].absent)
            corr->absent |= bit;
        else if (corr->refs[r].between)
            corr->between |= bit;
        else
            corr->required |= bit;
    }
}

static rc put_parent(struct ctx *c, struct rule *below, uint32_t parent)
{
    uint32_t *wider;
    NEW(c, wider, below->parent_count + 1);
    for (size_t i = 0; i < below->parent_count; i++)
        wider[i] = below->parents[i];
    wider[below->parent_count++] = parent;
    below->parents = wider;
    return OK;
}

/* The correlations, lower levels first, so that a pass over them settles everything. */
static rc sort_corrs(struct ctx *c, struct sigma_set *set)
{
    size_t count = 0;
    NEW(c, set->corrs, set->corr_count + 1);
    for (unsigned level = 1; count < set->corr_count; level++) {
        for (uint32_t i = 0; i < set->rule_count; i++) {
            struct corr *corr = set->rules[i]->corr;
            if (!corr || corr->level != level)
                continue;
            corr->rule = i;
            corr->place = (uint32_t)count;
            set->corrs[count++] = corr;
        }
    }
    for (size_t i = 0; i < count; i++) {
        struct corr *corr = set->corrs[i];
        struct rule *rule = set->rules[corr->rule];
        corr->valued = corr->value_count > 0 || corr->near_m > 0;
        set_roles(corr);
        for (size_t r = 0; r < corr->ref_count; r++) {
            struct rule *below = set->rules[corr->refs[r].rule];
            TRY(put_parent(c, below, (uint32_t)i));
            if (below->corr)
                below->corr->has_parent = true;
            rule->digest = rule->digest * 31 + below->digest;
        }
    }
    return OK;
}

static rc carry(struct ctx *c, struct sigma_set *set, uint32_t field)
{
    for (size_t i = 0; i < set->carry_count; i++)
        if (set->carry[i] == field)
            return OK;
    if (set->carry_count % 16 == 0) {
        uint32_t *wider;
        NEW(c, wider, set->carry_count + 16);
        for (size_t i = 0; i < set->carry_count; i++)
            wider[i] = set->carry[i];
        set->carry = wider;
    }
    set->carry[set->carry_count++] = field;
    return OK;
}

/* Fields that must be kept with an event: those by which a correlation over correlations groups and
 * counts, and those of which a correlation asks the state. */
static rc set_carry(struct ctx *c, struct sigma_set *set)
{
    for (size_t i = 0; i < set->corr_count; i++) {
        const struct corr *corr = set->corrs[i];
        for (size_t r = 0; r < corr->ref_count; r++)
            for (size_t g = 0; g < corr->group_count && corr->level > 1; g++)
                TRY(carry(c, set, corr->refs[r].group[g]));
        for (size_t v = 0; v < corr->value_count && corr->level > 1; v++)
            TRY(carry(c, set, corr->value[v]));
        const struct rule *rule = set->rules[corr->rule];
        for (size_t t = 0; t < rule->state_count; t++)
            if (rule->states[t].field)
                TRY(carry(c, set, rule->states[t].field));
        if (corr->near_m > 0 && corr->level > 1) {
            TRY(carry(c, set, corr->near_lat));
            TRY(carry(c, set, corr->near_lon));
        }
    }
    return OK;
}

static void set_output(struct sigma_set *set)
{
    for (uint32_t i = 0; i < set->rule_count; i++) {
        struct rule *rule = set->rules[i];
        bool generated = rule->parent_count == 0;
        for (size_t p = 0; p < rule->parent_count; p++)
            generated = generated || set->corrs[rule->parents[p]]->generate;
        rule->about.output = generated;
    }
}

/* ---- filters --------------------------------------------------------------------------------- */

static bool filter_names(const struct filter *filter, const struct rule *rule)
{
    const struct logsource *f = &filter->logsource, *s = &rule->logsource;
    if ((f->product && f->product != s->product) || (f->category && f->category != s->category) ||
        (f->service && f->service != s->service))
        return false;
    if (filter->rules->kind == YAML_SCALAR && str_is(filter->rules->text, "any"))
        return true;
    if (filter->rules->kind == YAML_SCALAR)
        return str_eq(filter->rules->text, rule->about.id) ||
               str_eq(filter->rules->text, rule->about.name);
    YAML_EACH(name, filter->rules)
    if (str_is(name->text, "any") || str_eq(name->text, rule->about.id) ||
        str_eq(name->text, rule->about.name))
        return true;
    return false;
}

static rc apply_filters(struct ctx *c, struct sigma_set *set)
{
    for (size_t f = 0; f < set->filter_count; f++) {
        for (uint32_t i = 0; i < set->rule_count; i++) {
            struct rule *rule = set->rules[i];
            struct reading r = {.c = c, .set = set};
            if (rule->corr || !filter_names(&set->filters[f], rule))
                continue;
            const struct expr *both[] = {rule->expr, set->filters[f].expr};
            TRY(condition_join(&r, EXPR_AND, 2, both, &rule->expr));
            rule->digest = rule->digest * 31 + f + 1;
        }
    }
    return OK;
}

/* How far back each looks: its own time, and that of what it stands on. */
static void set_spans(struct sigma_set *set)
{
    for (size_t i = 0; i < set->corr_count; i++) {
        const struct corr *corr = set->corrs[i];
        int64_t below = 0;
        for (size_t r = 0; r < corr->ref_count; r++) {
            int64_t span = set->rules[corr->refs[r].rule]->about.span_us;
            below = span > below ? span : below;
        }
        set->rules[corr->rule]->about.span_us = corr->span_us + below;
    }
}

rc set_link(struct ctx *c, struct sigma_set *set)
{
    struct linking l = {.c = c, .set = set};
    TRY(index_ids(&l));
    TRY(resolve(&l));
    TRY(set_levels(&l));
    TRY(check_aliases(&l));
    TRY(resolve(&l));
    TRY(renumber(&l));
    TRY(apply_filters(c, set));
    if (set->options.relax)
        TRY(set_relax(c, set));
    TRY(sort_corrs(c, set));
    set_spans(set);
    TRY(set_carry(c, set));
    set_output(set);
    return OK;
}
