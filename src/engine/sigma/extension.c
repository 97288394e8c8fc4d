/* The `chancery` key: what a mission needs and Sigma lacks. docs/tripwires.md describes it. */
#include "engine/sigma/rule.h"

#include <stdio.h>
#include <stdlib.h>

enum { TRIAL_EVENTS_MAX = 500, PARAMETERS_MAX = 32 };

static rc need_map(struct reading *r, const struct yaml *node)
{
    if (node->kind != YAML_MAP || node->count == 0)
        REFUSE(r, node, "'%.*s' must be a map", STR_ARG(node->key));
    return OK;
}

static rc unknown(struct reading *r, const struct yaml *member, const char *where)
{
    REFUSE(r, member, "'%.*s' is not known in '%s'", STR_ARG(member->key), where);
}

static rc read_text(struct reading *r, const struct yaml *node, struct str *ret)
{
    if (node->kind != YAML_SCALAR || node->text.len == 0)
        REFUSE(r, node, "'%.*s' must be text", STR_ARG(node->key));
    *ret = node->text;
    return OK;
}

rc read_number(struct reading *r, const struct yaml *node, double *ret)
{
    char text[64];
    int64_t whole;
    if (yaml_int(node, &whole)) {
        *ret = (double)whole;
        return OK;
    }
    enum yaml_type type = yaml_type(node);
    if ((type != YAML_INT && type != YAML_FLOAT) || node->text.len >= sizeof text)
        REFUSE(r, node, "'%.*s' is not a number", STR_ARG(node->text));
    snprintf(text, sizeof text, "%.*s", STR_ARG(node->text));
    *ret = strtod(text, NULL);
    return OK;
}

/* ---- trials ---------------------------------------------------------------------------------- */

static void put_json(struct text *t, const struct yaml *node)
{
    int64_t whole;
    const char *separator = "";
    if (node->kind != YAML_SCALAR) {
        text_put_char(t, node->kind == YAML_MAP ? '{' : '[');
        YAML_EACH(child, node)
        {
            text_put(t, str_from(separator));
            separator = ",";
            if (node->kind == YAML_MAP) {
                text_put_json(t, child->key);
                text_put_char(t, ':');
            }
            put_json(t, child);
        }
        text_put_char(t, node->kind == YAML_MAP ? '}' : ']');
        return;
    }
    switch (yaml_type(node)) {
    case YAML_NULL:
        text_put(t, STR("null"));
        return;
    case YAML_BOOL:
        text_put(t, yaml_true(node) ? STR("true") : STR("false"));
        return;
    case YAML_INT:
        if (yaml_int(node, &whole))
            text_put_i64(t, whole);
        else
            text_put_json(t, node->text);
        return;
    case YAML_FLOAT:
        if (node->text.len < 32) {
            char digits[40];
            snprintf(digits, sizeof digits, "%.*s", STR_ARG(node->text));
            text_printf(t, "%.15g", strtod(digits, NULL));
            return;
        }
        text_put_json(t, node->text);
        return;
    case YAML_TEXT:
        text_put_json(t, node->text);
        return;
    }
}

static rc yaml_to_json(struct ctx *c, const struct yaml *node, struct str *ret)
{
    struct text t;
    text_init(&t, c, YAML_BYTES_MAX);
    put_json(&t, node);
    return text_done(&t, ret);
}

/* One trial: a list of events, or one event. */
static rc read_trial(struct reading *r, const struct yaml *node, bool fires,
                     struct sigma_trial *ret)
{
    struct str *events;
    size_t count = 0;
    const struct yaml *first = node->kind == YAML_MAP ? node : node->first;
    if (node->kind == YAML_SCALAR || node->count == 0 || node->count > TRIAL_EVENTS_MAX)
        REFUSE(r, node, "a trial is a list of 1 to %d events", TRIAL_EVENTS_MAX);
    NEW(r->c, events, node->kind == YAML_MAP ? 1 : node->count);
    for (const struct yaml *event = first; event; event = event == node ? NULL : event->next) {
        if (event->kind != YAML_MAP)
            REFUSE(r, event, "an event is a map");
        TRY(yaml_to_json(r->c, event, &events[count++]));
    }
    *ret = (struct sigma_trial){fires, count, events};
    return OK;
}

static rc read_trials(struct reading *r, const struct yaml *node, struct sigma_rule *about)
{
    struct sigma_trial *trials;
    size_t count = 0;
    TRY(need_map(r, node));
    YAML_EACH(group, node)
    count += group->count;
    NEW(r->c, trials, count + 1);
    YAML_EACH(group, node)
    {
        bool fires = str_is(group->key, "fires");
        if (!fires && !str_is(group->key, "silent"))
            return unknown(r, group, "self-test");
        if (group->kind != YAML_LIST || group->count == 0)
            REFUSE(r, group, "'%.*s' must be a list of trials", STR_ARG(group->key));
        YAML_EACH(trial, group)
        {
            TRY(read_trial(r, trial, fires, &trials[about->trial_count]));
            about->trial_count++;
        }
    }
    about->trials = trials;
    return OK;
}

/* ---- actions --------------------------------------------------------------------------------- */

static rc read_action(struct reading *r, const struct yaml *node, struct sigma_action *ret)
{
    struct str *keys, *values;
    struct sigma_action action = {0};
    if (node->kind == YAML_SCALAR) {
        *ret = (struct sigma_action){.name = node->text};
        return OK;
    }
    if (node->kind != YAML_MAP || node->count > PARAMETERS_MAX)
        REFUSE(r, node, "an action is a name, or a map with 'do' and parameters");
    NEW(r->c, keys, node->count);
    NEW(r->c, values, node->count);
    YAML_EACH(member, node)
    {
        struct str value;
        TRY(read_text(r, member, &value));
        if (str_is(member->key, "do")) {
            action.name = value;
            continue;
        }
        keys[action.count] = member->key;
        values[action.count++] = value;
    }
    if (action.name.len == 0)
        REFUSE(r, node, "the action has no 'do'");
    action.keys = keys;
    action.values = values;
    *ret = action;
    return OK;
}

static rc read_actions(struct reading *r, const struct yaml *node, struct sigma_rule *about)
{
    struct sigma_action *actions;
    if (node->kind != YAML_LIST || node->count == 0)
        REFUSE(r, node, "'actions' must be a list");
    NEW(r->c, actions, node->count);
    YAML_EACH(action, node)
    TRY(read_action(r, action, &actions[about->action_count++]));
    about->actions = actions;
    return OK;
}

/* ---- state of the picture -------------------------------------------------------------------- */

static rc read_state_suffix(struct reading *r, const struct yaml *member, struct str suffix,
                            struct state_test *test)
{
    static const struct {
        const char *name;
        enum compare compare;
    } suffixes[] = {{"gt", COMPARE_GT},
                    {"gte", COMPARE_GTE},
                    {"lt", COMPARE_LT},
                    {"lte", COMPARE_LTE},
                    {"eq", COMPARE_EQ}};
    if (str_is(suffix, "not")) {
        test->negate = true;
        return OK;
    }
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        if (!str_is(suffix, suffixes[i].name))
            continue;
        test->numeric = true;
        test->compare = suffixes[i].compare;
        return read_number(r, member, &test->number);
    }
    REFUSE(r, member, "'%.*s' is not known behind a state: not, gt, gte, lt, lte, eq",
           STR_ARG(suffix));
}

/* zone_armed: zone · person_travelling|not: person · level|gte: 3 */
static rc read_states(struct reading *r, const struct yaml *node, struct rule *rule)
{
    struct state_test *states;
    struct str *names;
    TRY(need_map(r, node));
    if (node->count > STATES_MAX)
        REFUSE(r, node, "more than %d states", STATES_MAX);
    NEW(r->c, states, node->count);
    NEW(r->c, names, node->count);
    YAML_EACH(member, node)
    {
        struct state_test test = {0};
        struct str rest = member->key, suffix;
        if (!str_split(&rest, '|', &test.name) || test.name.len == 0)
            REFUSE(r, member, "the state has no name");
        if (str_split(&rest, '|', &suffix))
            TRY(read_state_suffix(r, member, suffix, &test));
        if (member->kind != YAML_SCALAR)
            REFUSE(r, member, "a state needs the field that names the thing, or true");
        if (!test.numeric && yaml_type(member) == YAML_TEXT)
            TRY(names_put(r->c, &r->set->fields, member->text, &test.field));
        else if (!test.numeric && !yaml_true(member))
            REFUSE(r, member, "a state needs the field that names the thing, or true");
        names[rule->state_count] = test.name;
        states[rule->state_count++] = test;
    }
    rule->states = states;
    rule->about.states = names;
    rule->about.state_count = rule->state_count;
    return OK;
}

/* ---- near ------------------------------------------------------------------------------------ */

static rc read_near(struct reading *r, const struct yaml *node, struct rule *rule)
{
    const struct yaml *place = NULL;
    struct str lat = STR("lat"), lon = STR("lon");
    TRY(need_map(r, node));
    YAML_EACH(member, node)
    {
        if (str_is(member->key, "metres"))
            TRY(read_number(r, member, &rule->near_m));
        else if (str_is(member->key, "lat"))
            TRY(read_text(r, member, &lat));
        else if (str_is(member->key, "lon"))
            TRY(read_text(r, member, &lon));
        else if (str_is(member->key, "of"))
            place = member;
        else
            return unknown(r, member, "near");
    }
    if (!(rule->near_m > 0))
        REFUSE(r, node, "'near' needs 'metres'");
    TRY(names_put(r->c, &r->set->fields, lat, &rule->near_lat));
    TRY(names_put(r->c, &r->set->fields, lon, &rule->near_lon));
    if (!place != !!rule->corr)
        REFUSE(r, node,
               rule->corr ? "'near' of a correlation is about its events; it has no 'of'"
                          : "'near' of a detection needs 'of': [latitude, longitude]");
    if (!place)
        return OK;
    if (place->kind != YAML_LIST || place->count != 2)
        REFUSE(r, place, "'of' is [latitude, longitude]");
    TRY(read_number(r, place->first, &rule->place_lat));
    return read_number(r, place->first->next, &rule->place_lon);
}

/* ---- correlations ---------------------------------------------------------------------------- */

static rc read_role(struct reading *r, const struct yaml *name, bool absent, struct corr *corr)
{
    size_t i = 0;
    if (name->kind != YAML_SCALAR || name->text.len == 0)
        REFUSE(r, name, "a rule is named by its id or name");
    while (i < corr->ref_count && !str_eq(corr->refs[i].name, name->text))
        i++;
    if (i < corr->ref_count && !corr->refs[i].absent && !corr->refs[i].between)
        REFUSE(r, name, "rule '%.*s' is among those that must occur", STR_ARG(name->text));
    if (i >= TEMPORAL_MAX || corr->ref_count > TEMPORAL_MAX)
        REFUSE(r, name, "more than %d rules", TEMPORAL_MAX);
    if (i == corr->ref_count) {
        struct corr_ref ref = {.name = name->text, .line = name->line};
        for (size_t g = 0; g < corr->group_count; g++)
            TRY(names_put(r->c, &r->set->fields, corr->group[g], &ref.group[g]));
        TRY(correlation_put_ref(r, corr, &ref));
    }
    *(absent ? &corr->refs[i].absent : &corr->refs[i].between) = true;
    return OK;
}

static rc read_roles(struct reading *r, const struct yaml *node, bool absent, struct rule *rule)
{
    struct corr *corr = rule->corr;
    if (!corr || (corr->type != CORR_TEMPORAL && corr->type != CORR_TEMPORAL_ORDERED &&
                  (absent || corr->type != CORR_EVENT_COUNT)))
        REFUSE(r, node, "'%.*s' belongs to a temporal correlation", STR_ARG(node->key));
    if (absent && (corr->condition || corr->at_close))
        REFUSE(r, node, "'absent' does not go with this condition");
    if (node->kind == YAML_MAP || (node->kind == YAML_LIST && node->count == 0))
        REFUSE(r, node, "'%.*s' must name rules", STR_ARG(node->key));
    if (node->kind == YAML_SCALAR)
        return read_role(r, node, absent, corr);
    YAML_EACH(name, node)
    TRY(read_role(r, name, absent, corr));
    return OK;
}

static rc read_limits(struct reading *r, const struct yaml *node, struct rule *rule)
{
    int64_t number;
    if (!rule->corr)
        REFUSE(r, node, "'limits' belongs to a correlation");
    TRY(need_map(r, node));
    YAML_EACH(member, node)
    {
        if (str_is(member->key, "when-full")) {
            bool evict = str_is(member->text, "evict-oldest");
            if (!evict && !str_is(member->text, "refuse"))
                REFUSE(r, member, "'when-full' is refuse or evict-oldest");
            rule->corr->evict = evict;
            continue;
        }
        bool keys = str_is(member->key, "keys");
        int64_t most = keys ? 50000000 : KEY_EVENTS_MAX;
        if (!keys && !str_is(member->key, "events"))
            return unknown(r, member, "limits");
        if (!yaml_int(member, &number) || number < 1 || number > most)
            REFUSE(r, member, "'%.*s' is 1 to %lld", STR_ARG(member->key), (long long)most);
        *(keys ? &rule->corr->keys_max : &rule->corr->key_events_max) = (uint32_t)number;
    }
    return OK;
}

static rc read_member(struct reading *r, const struct yaml *member, struct rule *rule)
{
    if (str_is(member->key, "purpose"))
        return read_text(r, member, &rule->about.purpose);
    if (str_is(member->key, "source"))
        return read_text(r, member, &rule->about.source);
    if (str_is(member->key, "self-test"))
        return read_trials(r, member, &rule->about);
    if (str_is(member->key, "actions"))
        return read_actions(r, member, &rule->about);
    if (str_is(member->key, "state"))
        return read_states(r, member, rule);
    if (str_is(member->key, "near"))
        return read_near(r, member, rule);
    if (str_is(member->key, "absent"))
        return read_roles(r, member, true, rule);
    if (str_is(member->key, "none-between"))
        return read_roles(r, member, false, rule);
    if (str_is(member->key, "limits"))
        return read_limits(r, member, rule);
    return unknown(r, member, "chancery");
}

rc extension_read(struct reading *r, const struct yaml *node, struct rule *rule)
{
    struct corr *corr = rule->corr;
    TRY(need_map(r, node));
    YAML_EACH(member, node)
    TRY(read_member(r, member, rule));
    if (!corr || !(rule->near_m > 0))
        return OK;
    if (corr->type != CORR_EVENT_COUNT && corr->type != CORR_TEMPORAL &&
        corr->type != CORR_TEMPORAL_ORDERED)
        REFUSE(r, yaml_member(node, "near"), "'near' does not go with a correlation of values");
    corr->near_m = rule->near_m;
    corr->near_lat = rule->near_lat;
    corr->near_lon = rule->near_lon;
    rule->near_m = 0;
    return OK;
}
