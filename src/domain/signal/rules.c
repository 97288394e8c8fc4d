/* Alarm rules: what they refuse, and those that a mission starts with. */
#include "domain/signal/signal_own.h"

#include "base/json.h"
#include "core/core.h"

rc rule_check(struct ctx *c, struct picture *, const struct command *, const void *,
              const void *after)
{
    const struct alarm_rule *rule = after;
    if (!rule)
        return OK;
    if (rule->kind == SIGNAL_KIND_RESTORE || rule->kind == SIGNAL_KIND_SUPERVISION)
        REFUSE(c, INVALID, "kind", "kind", "a restore or a heartbeat cannot raise an alarm");
    if (rule->kind == SIGNAL_KIND_DURESS &&
        (rule->armed_only || !str_absent(rule->out_of_service) || rule->least > 1))
        REFUSE(c, FORBIDDEN, "lane", "kind",
               "duress is always an alarm: not only when armed, not out of service, each one");
    if (rule->least > 1 && rule->within_ms == 0)
        REFUSE(c, INVALID, "required", "within_ms", "say within what time");
    if (rule->least < 2 && rule->within_ms > 0)
        REFUSE(c, INVALID, "least", "least", "a time alone counts nothing: say how many within it");
    return OK;
}

static rc add_rule(struct ctx *c, struct core *core, struct str json, bool *ret_new)
{
    struct alarm_rule rule = {0};
    TRY(shape_read(c, &alarm_rule_shape, SHAPE_FROM_INPUT, json, &rule));
    rc result =
        core_command(c, core, "alarm_rule.add", &actor_system, (struct str){NULL, 0}, &rule);
    *ret_new = rc_ok(result);
    return result.code == RC_CONFLICT ? OK : result;
}

rc alarm_rules_add(struct ctx *c, struct core *core, struct str text, size_t *ret_count)
{
    struct json json;
    struct str rule;
    size_t count = 0;
    json_init(&json, text);
    json_array(&json);
    while (json_next_item(&json)) {
        bool new = false;
        if (!json_skip(&json, &rule))
            break;
        TRY(add_rule(c, core, rule, &new));
        count += new;
    }
    if (!json_end(&json))
        return json_fault(c, &json);
    *ret_count = count;
    return OK;
}
