/* The `correlation` section. */
#include "engine/sigma/rule.h"

enum {
    CONDITION_BYTES_MAX = 4096,
    ORDERED_WORDS_MAX = 10, /* rules: every choice of them is tried */
};

static const struct {
    const char *name;
    enum corr_type type;
} corr_types[] = {
    {"event_count", CORR_EVENT_COUNT},   {"value_count", CORR_VALUE_COUNT},
    {"value_sum", CORR_VALUE_SUM},       {"value_avg", CORR_VALUE_AVG},
    {"value_min", CORR_VALUE_MIN},       {"value_max", CORR_VALUE_MAX},
    {"value_median", CORR_VALUE_MEDIAN}, {"value_percentile", CORR_VALUE_PERCENTILE},
    {"temporal", CORR_TEMPORAL},         {"temporal_ordered", CORR_TEMPORAL_ORDERED},
};

static const struct {
    const char *name;
    enum compare compare;
} comparisons[] = {
    {"gt", COMPARE_GT},   {"gte", COMPARE_GTE}, {"lt", COMPARE_LT},
    {"lte", COMPARE_LTE}, {"eq", COMPARE_EQ},   {"neq", COMPARE_NEQ},
};

static bool is_temporal(enum corr_type type)
{
    return type == CORR_TEMPORAL || type == CORR_TEMPORAL_ORDERED;
}

static bool has_value(enum corr_type type)
{
    return type != CORR_EVENT_COUNT && !is_temporal(type);
}

static rc read_type(struct reading *r, const struct yaml *node, struct corr *corr)
{
    const struct yaml *type = yaml_member(node, "type");
    if (!type || type->kind != YAML_SCALAR)
        REFUSE(r, type ? type : node, "the correlation has no 'type'");
    for (size_t i = 0; i < sizeof corr_types / sizeof *corr_types; i++) {
        if (!str_is(type->text, corr_types[i].name))
            continue;
        corr->type = corr_types[i].type;
        return OK;
    }
    REFUSE(r, type, "correlation type '%.*s' is not known", STR_ARG(type->text));
}

rc correlation_put_ref(struct reading *r, struct corr *corr, const struct corr_ref *ref)
{
    size_t count = corr->ref_count;
    if ((count & (count - 1)) == 0) { /* full: twice the room */
        struct corr_ref *wider;
        NEW(r->c, wider, count ? 2 * count : 1);
        if (count)
            memcpy(wider, corr->refs, count * sizeof *wider);
        corr->refs = wider;
    }
    corr->refs[corr->ref_count++] = *ref;
    return OK;
}

static rc read_ref(struct reading *r, const struct yaml *node, struct corr *corr)
{
    size_t most = is_temporal(corr->type) ? (size_t)TEMPORAL_MAX : (size_t)REFS_MAX;
    if (node->kind != YAML_SCALAR || node->text.len == 0)
        REFUSE(r, node, "a rule is named by its id or name");
    for (size_t i = 0; i < corr->ref_count; i++)
        if (str_eq(corr->refs[i].name, node->text))
            REFUSE(r, node, "rule '%.*s' is named twice", STR_ARG(node->text));
    if (corr->ref_count == most)
        REFUSE(r, node, "more than %zu rules", most);
    return correlation_put_ref(r, corr, &(struct corr_ref){.name = node->text, .line = node->line});
}

/* Without `rules`, the rules that a condition in words names, in their order there. */
static rc read_named_refs(struct reading *r, const struct yaml *words, struct corr *corr)
{
    static const char *const none[] = {"and", "or", "not", "of", "1", "any", "all", "them"};
    char spaced[CONDITION_BYTES_MAX];
    if (words->text.len > sizeof spaced)
        REFUSE(r, words, "a condition in words may have %d bytes", CONDITION_BYTES_MAX);
    for (size_t i = 0; i < words->text.len; i++)
        spaced[i] = strchr("()\t\n", words->text.ptr[i]) ? ' ' : words->text.ptr[i];
    struct str rest = {spaced, words->text.len}, word;
    while (str_split(&rest, ' ', &word)) {
        struct yaml name = *words;
        bool known = word.len == 0;
        for (size_t i = 0; i < sizeof none / sizeof *none && !known; i++)
            known = str_eq_nocase(word, str_from(none[i]));
        for (size_t i = 0; i < corr->ref_count && !known; i++)
            known = str_eq(corr->refs[i].name, word);
        if (known)
            continue;
        TRY(str_copy(r->c, word, &name.text));
        TRY(read_ref(r, &name, corr));
    }
    return OK;
}

static rc read_refs(struct reading *r, const struct yaml *node, struct corr *corr)
{
    const struct yaml *rules = yaml_member(node, "rules"), *words = yaml_member(node, "condition");
    if (!rules && is_temporal(corr->type) && words && words->kind == YAML_SCALAR)
        return read_named_refs(r, words, corr);
    if (!rules || rules->kind == YAML_MAP || (rules->kind == YAML_LIST && rules->count == 0))
        REFUSE(r, rules ? rules : node, "the correlation names no 'rules'");
    if (rules->kind == YAML_SCALAR)
        return read_ref(r, rules, corr);
    YAML_EACH(rule, rules)
    TRY(read_ref(r, rule, corr));
    return OK;
}

/* The ref that an alias means: by what `rules` says, or by the rule's name or id. */
static size_t find_ref(const struct reading *r, const struct corr *corr, struct str name)
{
    for (size_t i = 0; i < corr->ref_count; i++) {
        const struct sigma_rule *rule = &r->set->rules[corr->refs[i].rule]->about;
        if (str_eq(corr->refs[i].name, name) || str_eq(rule->name, name) || str_eq(rule->id, name))
            return i;
    }
    return SIZE_MAX;
}

/* The field that stands for a group name in the events of a ref. */
static rc read_alias(struct reading *r, const struct yaml *alias, size_t group, struct corr *corr)
{
    YAML_EACH(field, alias)
    {
        size_t i = find_ref(r, corr, field->key);
        if (i == SIZE_MAX)
            REFUSE(r, field, "the alias names rule '%.*s', which is not among 'rules'",
                   STR_ARG(field->key));
        if (field->kind != YAML_SCALAR || field->text.len == 0)
            REFUSE(r, field, "an alias gives the name of a field");
        if (group != SIZE_MAX)
            TRY(names_put(r->c, &r->set->fields, field->text, &corr->refs[i].group[group]));
    }
    return OK;
}

rc correlation_alias(struct reading *r, struct corr *corr)
{
    YAML_EACH(alias, corr->aliases)
    {
        size_t group = 0;
        if (alias->kind != YAML_MAP || alias->count == 0)
            REFUSE(r, alias, "an alias is a map of rule names and fields");
        while (group < corr->group_count && !str_eq(corr->group[group], alias->key))
            group++;
        TRY(read_alias(r, alias, group < corr->group_count ? group : SIZE_MAX, corr));
    }
    return OK;
}

static rc read_group(struct reading *r, const struct yaml *node, struct corr *corr)
{
    const struct yaml *group = yaml_member(node, "group-by"), *first;
    if (!group)
        return OK;
    if (group->kind == YAML_MAP)
        REFUSE(r, group, "'group-by' must be a list of fields");
    first = group->kind == YAML_SCALAR ? group : group->first;
    for (const struct yaml *field = first; field; field = group == field ? NULL : field->next) {
        if (field->kind != YAML_SCALAR || field->text.len == 0)
            REFUSE(r, field, "'group-by' must be a list of fields");
        if (corr->group_count == GROUP_MAX)
            REFUSE(r, field, "more than %d fields to group by", GROUP_MAX);
        for (size_t i = 0; i < corr->group_count; i++)
            if (str_eq(corr->group[i], field->text))
                REFUSE(r, field, "'%.*s' is named twice", STR_ARG(field->text));
        size_t at = corr->group_count++;
        corr->group[at] = field->text;
        for (size_t i = 0; i < corr->ref_count; i++)
            TRY(names_put(r->c, &r->set->fields, field->text, &corr->refs[i].group[at]));
    }
    return OK;
}

rc read_timespan(struct reading *r, const struct yaml *node, int64_t *ret_us)
{
    /* a month and a year are the mean ones of the Gregorian calendar */
    static const char units[] = "smhdwMy";
    static const int64_t seconds[] = {1, 60, 3600, 86400, 604800, 2629746, 31556952};
    static const int64_t most = 10 * 31556952LL;
    struct str text = node->kind == YAML_SCALAR ? node->text : (struct str){0};
    int64_t number = 0;
    const char *unit = text.len > 1 ? memchr(units, text.ptr[text.len - 1], 7) : NULL;
    if (!unit || !str_to_i64(str_sub(text, 0, text.len - 1), &number) || number <= 0 ||
        number > most)
        REFUSE(r, node, "'%.*s' is not a time span: a number and s, m, h, d, w, M or y",
               STR_ARG(text));
    int64_t span = number * seconds[unit - units];
    if (span > most)
        REFUSE(r, node, "a time span of '%.*s' is longer than ten years", STR_ARG(text));
    *ret_us = span * 1000000;
    return OK;
}

static rc read_value_fields(struct reading *r, const struct yaml *field, struct corr *corr)
{
    if (field->kind == YAML_MAP || (field->kind == YAML_LIST && field->count == 0))
        REFUSE(r, field, "'field' must name a field");
    const struct yaml *first = field->kind == YAML_SCALAR ? field : field->first;
    for (const struct yaml *one = first; one; one = one == field ? NULL : one->next) {
        if (one->kind != YAML_SCALAR || one->text.len == 0)
            REFUSE(r, one, "'field' must name a field");
        if (corr->value_count == VALUE_FIELDS_MAX)
            REFUSE(r, one, "more than %d fields", VALUE_FIELDS_MAX);
        TRY(names_put(r->c, &r->set->fields, one->text, &corr->value[corr->value_count++]));
    }
    if (corr->value_count > 1 && corr->type != CORR_VALUE_COUNT)
        REFUSE(r, field, "only value_count takes several fields");
    return OK;
}

static rc read_bounds(struct reading *r, const struct yaml *node, struct corr *corr)
{
    YAML_EACH(member, node)
    {
        size_t i = 0;
        if (str_is(member->key, "field")) {
            if (!has_value(corr->type))
                REFUSE(r, member, "this type of correlation takes no 'field'");
            TRY(read_value_fields(r, member, corr));
            continue;
        }
        if (str_is(member->key, "percentile") && corr->type == CORR_VALUE_PERCENTILE) {
            TRY(read_number(r, member, &corr->percentile));
            if (corr->percentile < 0 || corr->percentile > 100)
                REFUSE(r, member, "'percentile' is 0 to 100");
            continue;
        }
        while (i < 6 && !str_is(member->key, comparisons[i].name))
            i++;
        if (i == 6)
            REFUSE(r, member, "'%.*s' is not known in a correlation's condition",
                   STR_ARG(member->key));
        if (corr->bound_count == BOUNDS_MAX)
            REFUSE(r, member, "more than %d bounds", BOUNDS_MAX);
        struct bound *bound = &corr->bounds[corr->bound_count++];
        bound->compare = comparisons[i].compare;
        TRY(read_number(r, member, &bound->value));
    }
    if (corr->bound_count == 0)
        REFUSE(r, node, "the condition has no bound (gt, gte, lt, lte, eq)");
    return OK;
}

static bool names_ref(const struct expr *expr, size_t ref)
{
    if (expr->kind == EXPR_ITEM)
        return expr->count == ref;
    for (size_t i = 0; i < expr->count; i++)
        if (names_ref(expr->kids[i], ref))
            return true;
    return false;
}

/* "a and not b" over the rules that are named. */
static rc read_words(struct reading *r, const struct yaml *node, struct corr *corr)
{
    if (!is_temporal(corr->type))
        REFUSE(r, node, "only temporal correlations take a condition in words");
    NEW(r->c, r->selections, corr->ref_count + 1);
    r->selection_count = 0;
    for (size_t i = 0; i < corr->ref_count; i++) {
        struct expr *expr;
        NEW(r->c, expr, 1);
        *expr = (struct expr){.kind = EXPR_ITEM, .count = i};
        r->selections[r->selection_count++] = (struct selection){corr->refs[i].name, expr};
    }
    if (corr->type == CORR_TEMPORAL_ORDERED && corr->ref_count > ORDERED_WORDS_MAX)
        REFUSE(r, node, "a condition in words over an order may have %d rules", ORDERED_WORDS_MAX);
    TRY(condition_read(r, node, &corr->condition));
    for (size_t i = 0; i < corr->ref_count; i++)
        if (!names_ref(corr->condition, i))
            REFUSE(r, node, "rule '%.*s' is not in the condition", STR_ARG(corr->refs[i].name));
    return OK;
}

static rc read_condition(struct reading *r, const struct yaml *node, struct corr *corr)
{
    const struct yaml *condition = yaml_member(node, "condition");
    if (!condition && is_temporal(corr->type))
        return OK;
    if (!condition)
        REFUSE(r, node, "the correlation has no 'condition'");
    if (condition->kind == YAML_MAP)
        TRY(read_bounds(r, condition, corr));
    else
        TRY(read_words(r, condition, corr));
    if (has_value(corr->type) && corr->value_count == 0)
        REFUSE(r, condition, "the condition must name the 'field' whose values count");
    return OK;
}

static bool has_not(const struct expr *expr)
{
    bool found = expr->kind == EXPR_NOT;
    if (expr->kind != EXPR_ITEM)
        for (size_t i = 0; i < expr->count; i++)
            found = found || has_not(expr->kids[i]);
    return found;
}

/* Could a later event of the same window make a condition false that is true now? */
static bool can_be_undone(const struct corr *corr)
{
    bool falls = corr->type == CORR_VALUE_MIN;
    bool moves = corr->type == CORR_VALUE_AVG || corr->type == CORR_VALUE_MEDIAN ||
                 corr->type == CORR_VALUE_PERCENTILE;
    if (corr->condition && has_not(corr->condition))
        return true;
    for (size_t i = 0; i < corr->bound_count; i++) {
        enum compare compare = corr->bounds[i].compare;
        bool lower = compare == COMPARE_GT || compare == COMPARE_GTE;
        bool upper = compare == COMPARE_LT || compare == COMPARE_LTE;
        if (moves || (falls ? !upper : !lower))
            return true;
    }
    return false;
}

static rc check_keys(struct reading *r, const struct yaml *node)
{
    static const char *const known[] = {"type",     "rules",     "aliases", "group-by",
                                        "timespan", "condition", "generate"};
    YAML_EACH(member, node)
    {
        size_t i = 0;
        while (i < 7 && !str_is(member->key, known[i]))
            i++;
        if (i == 7)
            REFUSE(r, member, "'%.*s' is not known in a correlation", STR_ARG(member->key));
    }
    return OK;
}

static rc read_generate(struct reading *r, const struct yaml *node, struct corr *corr)
{
    const struct yaml *inner = yaml_member(node, "generate");
    const struct yaml *outer = yaml_member(r->doc, "generate");
    if (inner && yaml_type(inner) != YAML_BOOL)
        REFUSE(r, inner, "'generate' must be true or false");
    corr->generate = (inner && yaml_true(inner)) || (outer && yaml_true(outer));
    return OK;
}

rc correlation_read(struct reading *r, const struct yaml *node, struct rule *rule)
{
    struct corr *corr;
    if (node->kind != YAML_MAP)
        REFUSE(r, node, "'correlation' must be a map");
    NEW(r->c, corr, 1);
    corr->keys_max = KEYS_DEFAULT;
    corr->key_events_max = KEY_EVENTS_DEFAULT;
    corr->percentile = 50;
    TRY(check_keys(r, node));
    TRY(read_type(r, node, corr));
    TRY(read_refs(r, node, corr));
    TRY(read_group(r, node, corr));
    corr->aliases = yaml_member(node, "aliases");
    if (corr->aliases && corr->aliases->kind != YAML_MAP)
        REFUSE(r, corr->aliases, "'aliases' must be a map");
    const struct yaml *span = yaml_member(node, "timespan");
    if (!span)
        REFUSE(r, node, "the correlation has no 'timespan'");
    TRY(read_timespan(r, span, &corr->span_us));
    TRY(read_condition(r, node, corr));
    TRY(read_generate(r, node, corr));
    corr->at_close = can_be_undone(corr);
    for (size_t i = 0; i < corr->bound_count && corr->type <= CORR_VALUE_COUNT; i++) {
        double most = corr->bounds[i].value;
        if (most < 0 || most > KEY_EVENTS_MAX / 2)
            REFUSE(r, node, "a window may count to %d", KEY_EVENTS_MAX / 2);
        if (2 * most > corr->key_events_max)
            corr->key_events_max = (uint32_t)(2 * most);
    }
    rule->corr = corr;
    rule->about.correlation = true;
    return OK;
}
