/* What the shape alone cannot say: a temporary one ends, and nothing ends before it begins. */
#include "domain/xnounx/xnounx.h"
#include "domain/xnounx/xnounx_own.h"

static rc refuse_end(struct ctx *c, const char *rule, const char *why)
{
    rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "ends: %s", why);
    fault_set_rule(c, rule);
    fault_enter_name(c, STR("ends"));
    return failed;
}

rc xnounx_check(struct ctx *c, struct picture *picture, const struct command *command,
                const void *before, const void *after)
{
    const struct xnounx *xnounx = after;
    (void)picture, (void)command, (void)before;
    if (!xnounx)
        return OK; /* it may always be retired */
    if (xnounx->kind == XNOUNX_KIND_TEMPORARY && xnounx->ends.us == 0)
        return refuse_end(c, "required", "a temporary one has an end");
    if (xnounx->ends.us != 0 && xnounx->ends.us < xnounx->begins.us)
        return refuse_end(c, "order", "not before it begins");
    return OK;
}
