/* Which rules are active, as of any moment of the ledger, and whether each of them can still fire.
 *
 * After a restart the events since the windows were kept are seen again under the rules that were
 * active then. A record tells only how it is now, so a rule that has been changed since is read
 * from the ledger, backwards, as it was. */
#include "domain/tripwire/tripwire_own.h"

#include "core/catalog.h"
#include "core/record.h"

static rc keep_rule(struct ctx *c, struct live_rules *rules, const struct tripwire *tripwire)
{
    if (tripwire->status != TRIPWIRE_STATUS_ACTIVE)
        return OK;
    if (rules->count == rules->room) {
        struct live_rule *more = NULL;
        rules->room = rules->room ? rules->room * 2 : 64;
        NEW(c, more, rules->room);
        if (rules->count)
            memcpy(more, rules->items, rules->count * sizeof *more);
        rules->items = more;
    }
    struct live_rule *rule = &rules->items[rules->count++];
    TRY(str_copy(c, tripwire->id, &rule->id));
    TRY(str_copy(c, tripwire->rule, &rule->text));
    rule->label = tripwire->label;
    return str_copy(c, tripwire->label.compartments, &rule->label.compartments);
}

struct looking {
    struct picture *picture;
    const struct catalog *catalog;
    int64_t position;
    struct live_rules *rules;
    struct ctx *c; /* what is found lasts as long as this */
};

static rc keep_found(struct ctx *c, struct looking *l, const struct tripwire *tripwire)
{
    rc result = keep_rule(l->c, l->rules, tripwire);
    if (!rc_ok(result))
        c->fault = l->c->fault;
    return result;
}

/* The newest version of the record that is met ends the walk. */
static rc look_back(struct ctx *c, void *arg, const struct ledger_event *entry, bool *stop)
{
    struct looking *l = arg;
    struct event event;
    TRY(event_read(c, l->catalog, entry, &event));
    if (str_is(entry->kind, "tripwire.retired")) {
        *stop = true;
        return OK;
    }
    if (event.kind->body != &tripwire_shape)
        return OK;
    *stop = true;
    return keep_found(c, l, event.body);
}

static rc take_rule(struct ctx *c, void *arg, const struct row *row, const void *record, bool *)
{
    struct looking *l = arg;
    const struct tripwire *tripwire = record;
    if (row->seq < l->position)
        return row->retired.us ? OK : keep_found(c, l, tripwire);
    struct ledger_walk walk = {.from = l->position - 1, .limit = INT64_MAX, .backwards = true};
    if (l->position == 0)
        return OK;
    TRY(record_name(c, &tripwire_shape, tripwire->id, &walk.record));
    return ledger_walk(c, picture_store(l->picture), &walk, look_back, l);
}

rc rules_at(struct ctx *c, struct picture *picture, const struct catalog *catalog, int64_t position,
            struct live_rules *ret)
{
    struct query query = {.with_retired = true};
    struct looking l = {picture, catalog, position, ret, c};
    *ret = (struct live_rules){0};
    return picture_each(c, picture, &tripwire_shape, &query, take_rule, &l);
}

rc rule_at(struct ctx *c, struct picture *picture, const struct catalog *catalog, struct str id,
           int64_t position, struct live_rule *ret)
{
    struct live_rules rules = {0};
    struct looking l = {picture, catalog, position, &rules, c};
    struct tripwire tripwire = {0};
    struct row row;
    TRY(picture_get(c, picture, &tripwire_shape, id, &row, &tripwire));
    TRY(take_rule(c, &l, &row, &tripwire, NULL));
    *ret = rules.count > 0 ? rules.items[0] : (struct live_rule){.id = id};
    return OK;
}

static rc make_set(struct ctx *c, const struct live_rules *rules, bool relax,
                   struct sigma_set **ret)
{
    struct sigma_set *set = NULL;
    TRY(sigma_set_open(c, &(struct sigma_options){.relax = relax}, &set));
    rc result = OK;
    for (size_t i = 0; i < rules->count && rc_ok(result); i++)
        result = sigma_set_add(c, set, rules->items[i].id, rules->items[i].text);
    if (rc_ok(result))
        result = sigma_set_seal(c, set);
    if (!rc_ok(result)) {
        sigma_set_close(set);
        return result;
    }
    *ret = set;
    return OK;
}

rc rules_set(struct ctx *c, const struct live_rules *rules, struct sigma_set **ret)
{
    return make_set(c, rules, false, ret);
}

/* ---- one record's rule ----------------------------------------------------------------------- */

static rc refuse_text(struct ctx *c, const struct sigma_set *set)
{
    const struct sigma_error *errors;
    rc failed;
    if (sigma_set_errors(set, &errors) > 0)
        failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "line %u: %.*s", errors[0].line,
                             STR_ARG(errors[0].reason));
    else
        failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "there is no rule in the text");
    fault_set_rule(c, "sigma");
    fault_enter_name(c, STR("rule"));
    return failed;
}

static rc set_of_one(struct ctx *c, struct str id, struct str text, bool relax,
                     struct sigma_set **ret)
{
    struct live_rule rule = {.id = id, .text = text};
    struct live_rules rules = {.count = 1, .items = &rule};
    struct sigma_set *set = NULL;
    bool output = false;
    TRY(make_set(c, &rules, relax, &set));
    for (size_t i = 0; i < sigma_set_count(set); i++)
        output = output || sigma_set_rule(set, i)->output;
    if (sigma_set_errors(set, &(const struct sigma_error *){NULL}) > 0 || !output) {
        rc failed = refuse_text(c, set);
        sigma_set_close(set);
        return failed;
    }
    *ret = set;
    return OK;
}

rc tripwire_set(struct ctx *c, struct str id, struct str text, struct sigma_set **ret)
{
    return set_of_one(c, id, text, false, ret);
}

rc tripwire_set_relaxed(struct ctx *c, struct str id, struct str text, struct sigma_set **ret)
{
    return set_of_one(c, id, text, true, ret);
}

static rc try_trials(struct ctx *c, const struct sigma_set *set, uint32_t number,
                     struct str *ret_why)
{
    const struct sigma_rule *rule = sigma_set_rule(set, number);
    for (size_t i = 0; i < rule->trial_count; i++) {
        bool fired = false;
        rc result = sigma_try(c, set, number, &rule->trials[i], &fired);
        if (result.code == RC_NO_MEMORY)
            return result;
        if (rc_ok(result) && fired == rule->trials[i].fires)
            continue;
        return str_format(c, ret_why, "self-test %zu: %s", i + 1,
                          !rc_ok(result) ? c->fault.message
                          : fired        ? "it fires and should be silent"
                                         : "it is silent and should fire");
    }
    return OK;
}

rc rules_try(struct ctx *c, struct picture *picture, const struct sigma_set *set,
             struct str *ret_why)
{
    struct reachable reachable = {picture_catalog(picture), picture, c};
    *ret_why = (struct str){NULL, 0};
    for (uint32_t i = 0; i < sigma_set_count(set) && str_absent(*ret_why); i++) {
        bool can = true;
        struct str why;
        if (!sigma_set_rule(set, i)->output)
            continue;
        TRY(sigma_set_reach(c, set, i, taxonomy_has, &reachable, &can, &why));
        if (!can)
            *ret_why = why;
        else
            TRY(try_trials(c, set, i, ret_why));
    }
    *ret_why = str_absent(*ret_why) ? *ret_why : str_sub(*ret_why, 0, 400);
    return OK;
}

bool rules_are_grave(const struct sigma_set *set)
{
    static const char *const grave[] = {"lock",     "unlock",      "lockdown",
                                        "evacuate", "close-gates", "stop-ventilation"};
    for (size_t i = 0; i < sigma_set_count(set); i++) {
        const struct sigma_rule *rule = sigma_set_rule(set, i);
        for (size_t a = 0; a < rule->action_count; a++)
            for (size_t g = 0; g < sizeof grave / sizeof *grave; g++)
                if (str_is(rule->actions[a].name, grave[g]))
                    return true;
    }
    return false;
}
