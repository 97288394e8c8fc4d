/* Whether a rule can still come true: a camera that was taken away takes its rules along, and they
 * fall silent without a word. What a detection asks is weighed as its condition is, with "can such
 * an event come" in place of "is it so". */
#include "engine/sigma/rule.h"

struct reach {
    struct ctx *c;
    const struct sigma_set *set;
    sigma_has *has;
    void *arg;
    struct str product, category, service;
    struct str missing; /* the first field that nothing has */
};

/* Does the item hold of an event without the field? */
static bool holds_without(const struct item *item)
{
    if (item->field == FIELD_KEYWORD || item->negate)
        return true;
    for (size_t i = 0; i < item->count; i++) {
        const struct atom *atom = &item->atoms[i];
        if (atom->kind == ATOM_NULL || (atom->kind == ATOM_EXISTS && !atom->flag))
            return true;
    }
    return false;
}

static bool item_can(struct reach *r, const struct item *item)
{
    struct str field = names_text(&r->set->fields, item->field);
    if (holds_without(item) || r->has(r->arg, r->product, r->category, r->service, field))
        return true;
    if (str_absent(r->missing))
        r->missing = field;
    return false;
}

static bool expr_can(struct reach *r, const struct expr *expr)
{
    if (expr->kind == EXPR_NOT)
        return true;
    if (expr->kind == EXPR_ITEM)
        return item_can(r, expr->item);
    for (size_t i = 0; i < expr->count; i++)
        if (expr_can(r, expr->kids[i]) == (expr->kind == EXPR_OR))
            return expr->kind == EXPR_OR;
    return expr->kind == EXPR_AND;
}

static struct str or_any(struct str part)
{
    return str_absent(part) ? STR("*") : part;
}

static rc detection_can(struct reach *r, const struct rule *rule, bool *ret, struct str *ret_why)
{
    r->product = names_text(&r->set->sources, rule->logsource.product);
    r->category = names_text(&r->set->sources, rule->logsource.category);
    r->service = names_text(&r->set->sources, rule->logsource.service);
    r->missing = (struct str){NULL, 0};
    if (!r->has(r->arg, r->product, r->category, r->service, (struct str){NULL, 0})) {
        *ret = false;
        return str_format(r->c, ret_why, "nothing here provides events of %.*s/%.*s/%.*s",
                          STR_ARG(or_any(r->product)), STR_ARG(or_any(r->category)),
                          STR_ARG(or_any(r->service)));
    }
    *ret = expr_can(r, rule->expr);
    if (*ret)
        return OK;
    return str_format(r->c, ret_why, "no event of %.*s/%.*s/%.*s has the field %.*s",
                      STR_ARG(or_any(r->product)), STR_ARG(or_any(r->category)),
                      STR_ARG(or_any(r->service)), STR_ARG(r->missing));
}

/* Are the rules below that have to come true able to? With a condition over them, or where events
 * are counted, one is enough. What must not come need not be able to. */
static rc rule_can(struct reach *r, const struct rule *rule, unsigned depth, bool *ret,
                   struct str *ret_why)
{
    const struct corr *corr = rule->corr;
    bool temporal = corr && corr->type >= CORR_TEMPORAL;
    bool each = temporal && !corr->condition && corr->bound_count == 0;
    if (!corr)
        return detection_can(r, rule, ret, ret_why);
    if (depth == 0)
        FAIL(r->c, TOO_LARGE, "correlations are nested too deeply");
    *ret = each;
    for (size_t i = 0; i < corr->ref_count; i++) {
        bool can = false;
        if (corr->refs[i].absent || corr->refs[i].between)
            continue;
        TRY(rule_can(r, r->set->rules[corr->refs[i].rule], depth - 1, &can, ret_why));
        if (can != each) {
            *ret = can;
            return OK;
        }
    }
    return OK;
}

rc sigma_set_reach(struct ctx *c, const struct sigma_set *set, size_t number, sigma_has *has,
                   void *arg, bool *ret, struct str *ret_why)
{
    struct reach r = {.c = c, .set = set, .has = has, .arg = arg};
    *ret_why = (struct str){NULL, 0};
    return rule_can(&r, set->rules[number], CONDITION_DEPTH_MAX, ret, ret_why);
}
