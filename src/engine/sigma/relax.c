/* The nearest miss. Beside each rule of a set that is opened with `relax` stand copies of it that
 * ask for one thing less: a lower count, a longer time, no common person, one of the rules left
 * out. The engine runs them like any other rule; a copy that fires where its original does not says
 * what was missing, and which events were there. */
#include "engine/sigma/rule.h"

#include <string.h>

enum { COPIES_MAX = 64, LONGER_TIMES = 4 };

struct relaxing {
    struct ctx *c;
    struct sigma_set *set;
    struct rule **copies;
    size_t count;
};

static rc put_copy(struct relaxing *x, const struct rule *rule, const struct sigma_relaxed *relaxed,
                   struct rule **ret)
{
    struct rule *copy;
    *ret = NULL;
    if (x->count == COPIES_MAX)
        return OK;
    NEW(x->c, copy, 1);
    *copy = *rule;
    copy->number = (uint32_t)(x->set->rule_count + x->count);
    copy->about.trial_count = 0;
    copy->about.relaxed = *relaxed;
    copy->about.relaxed.rule = rule->number;
    if (rule->corr) {
        NEW(x->c, copy->corr, 1);
        *copy->corr = *rule->corr;
        NEW(x->c, copy->corr->refs, rule->corr->ref_count);
        memcpy(copy->corr->refs, rule->corr->refs,
               rule->corr->ref_count * sizeof *copy->corr->refs);
        copy->corr->has_parent = false;
        x->set->corr_count++;
    }
    x->copies[x->count++] = copy;
    *ret = copy;
    return OK;
}

static rc join_names(struct ctx *c, size_t count, const struct str *names, struct str *ret)
{
    struct text t;
    text_init(&t, c, 4096);
    for (size_t i = 0; i < count; i++) {
        text_put(&t, i ? STR(", ") : STR(""));
        text_put(&t, str_sub(names[i], 0, 200));
    }
    return text_done(&t, ret);
}

/* ---- of any rule ----------------------------------------------------------------------------- */

static rc relax_states(struct relaxing *x, const struct rule *rule)
{
    for (size_t i = 0; i < rule->state_count; i++) {
        struct rule *copy;
        struct state_test *states;
        TRY(put_copy(
            x, rule,
            &(struct sigma_relaxed){.what = SIGMA_WITHOUT_STATE, .name = rule->states[i].name},
            &copy));
        if (!copy)
            return OK;
        NEW(x->c, states, rule->state_count);
        copy->state_count = 0;
        for (size_t k = 0; k < rule->state_count; k++)
            if (k != i)
                states[copy->state_count++] = rule->states[k];
        copy->states = states;
    }
    return OK;
}

static rc relax_near(struct relaxing *x, const struct rule *rule)
{
    double metres = rule->corr ? rule->corr->near_m : rule->near_m;
    struct rule *copy;
    if (!(metres > 0))
        return OK;
    TRY(put_copy(x, rule, &(struct sigma_relaxed){.what = SIGMA_WITHOUT_NEAR, .wanted = metres},
                 &copy));
    if (copy && copy->corr)
        copy->corr->near_m = 0;
    else if (copy)
        copy->near_m = 0;
    return OK;
}

/* ---- of correlations ------------------------------------------------------------------------- */

static bool is_temporal(const struct corr *corr)
{
    return corr->type == CORR_TEMPORAL || corr->type == CORR_TEMPORAL_ORDERED;
}

/* Lower bounds: one less, half, and so on down to one. */
static rc relax_count(struct relaxing *x, const struct rule *rule)
{
    const struct corr *corr = rule->corr;
    bool counts =
        corr->type == CORR_EVENT_COUNT || corr->type == CORR_VALUE_COUNT || is_temporal(corr);
    if (corr->at_close || corr->bound_count != 1)
        return OK;
    double wanted = corr->bounds[0].value, least = counts ? 1 : wanted / 4;
    if (corr->bounds[0].compare == COMPARE_GT && counts)
        wanted += 1;
    double step = counts && wanted <= 8 ? 1 : wanted / 8;
    for (double given = wanted - step; given >= least && step > 0; given -= step) {
        double asked = counts ? (double)(int64_t)given : given;
        struct rule *copy;
        TRY(put_copy(
            x, rule,
            &(struct sigma_relaxed){.what = SIGMA_WITH_LESS, .wanted = wanted, .given = asked},
            &copy));
        if (!copy)
            return OK;
        copy->corr->bounds[0] = (struct bound){COMPARE_GTE, asked};
    }
    return OK;
}

static rc relax_span(struct relaxing *x, const struct rule *rule)
{
    const struct corr *corr = rule->corr;
    struct rule *copy;
    for (size_t r = 0; r < corr->ref_count; r++)
        if (corr->refs[r].absent)
            return OK; /* a longer wait asks for more, not for less */
    if (corr->at_close)
        return OK;
    double seconds = (double)corr->span_us / 1e6;
    TRY(put_copy(x, rule,
                 &(struct sigma_relaxed){.what = SIGMA_WITH_MORE_TIME,
                                         .wanted = seconds,
                                         .given = seconds * LONGER_TIMES},
                 &copy));
    if (copy)
        copy->corr->span_us *= LONGER_TIMES;
    return OK;
}

static rc relax_group(struct relaxing *x, const struct rule *rule)
{
    struct sigma_relaxed relaxed = {.what = SIGMA_WITHOUT_GROUP};
    struct rule *copy;
    if (rule->corr->group_count == 0)
        return OK;
    TRY(join_names(x->c, rule->corr->group_count, rule->corr->group, &relaxed.name));
    TRY(put_copy(x, rule, &relaxed, &copy));
    if (copy)
        copy->corr->group_count = 0;
    return OK;
}

static rc relax_order(struct relaxing *x, const struct rule *rule)
{
    struct rule *copy;
    if (rule->corr->type != CORR_TEMPORAL_ORDERED)
        return OK;
    TRY(put_copy(x, rule, &(struct sigma_relaxed){.what = SIGMA_WITHOUT_ORDER}, &copy));
    if (copy)
        copy->corr->type = CORR_TEMPORAL;
    return OK;
}

static void leave_out(struct corr *corr, size_t at)
{
    corr->ref_count--;
    for (size_t r = at; r < corr->ref_count; r++)
        corr->refs[r] = corr->refs[r + 1];
}

/* Each rule that it names left out: one that has to happen, or one that must not. */
static rc relax_parts(struct relaxing *x, const struct rule *rule)
{
    const struct corr *corr = rule->corr;
    size_t required = 0;
    for (size_t r = 0; r < corr->ref_count; r++)
        required += !corr->refs[r].absent && !corr->refs[r].between;
    for (size_t r = 0; r < corr->ref_count; r++) {
        const struct corr_ref *ref = &corr->refs[r];
        bool must = !ref->absent && !ref->between;
        struct sigma_relaxed relaxed = {.what = ref->absent    ? SIGMA_WITHOUT_ABSENT
                                                : ref->between ? SIGMA_WITHOUT_BETWEEN
                                                               : SIGMA_WITHOUT_PART,
                                        .name = ref->name};
        struct rule *copy;
        /* a condition in words, or a number of kinds, speaks of the rules by their places */
        if (must && (required < 2 || !is_temporal(corr) || corr->condition || corr->bound_count))
            continue;
        TRY(put_copy(x, rule, &relaxed, &copy));
        if (copy)
            leave_out(copy->corr, r);
    }
    return OK;
}

static rc relax_rule(struct relaxing *x, const struct rule *rule)
{
    TRY(relax_states(x, rule));
    TRY(relax_near(x, rule));
    if (!rule->corr)
        return OK;
    TRY(relax_count(x, rule));
    TRY(relax_group(x, rule));
    TRY(relax_order(x, rule));
    TRY(relax_span(x, rule));
    return relax_parts(x, rule);
}

rc set_relax(struct ctx *c, struct sigma_set *set)
{
    struct rule **all;
    size_t own = set->rule_count;
    for (size_t i = 0; i < own; i++) {
        struct relaxing x = {.c = c, .set = set};
        NEW(c, x.copies, COPIES_MAX);
        TRY(relax_rule(&x, set->rules[i]));
        if (x.count == 0)
            continue;
        NEW(c, all, set->rule_count + x.count);
        memcpy(all, set->rules, set->rule_count * sizeof *all);
        memcpy(all + set->rule_count, x.copies, x.count * sizeof *all);
        set->rules = all;
        set->rule_count += x.count;
    }
    set->rule_room = set->rule_count;
    return OK;
}
