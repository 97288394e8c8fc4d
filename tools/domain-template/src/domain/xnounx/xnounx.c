/* Records, rules and steps of this domain, and its module. */
#include "domain/xnounx/xnounx.h"

#include "core/record.h"
#include "domain/alarm/alarm.h"
#include "domain/mission/mission.h"
#include "frame/attachment/attachment.h"
#include "frame/retention/retention.h"

#define READ   "xnounx.read"
#define WRITE  "xnounx.write"
#define DECIDE "xnounx.decide"

enum { KEEP_DAYS = 365 };

SHAPE_DEFINE_CHOICES(xnounx_state, XNOUNX_STATE, XNOUNX_STATES);
SHAPE_DEFINE(xnounx, XNOUNX_FIELDS, 1, "Xnounx: what it is");

/* ---- rules ----------------------------------------------------------------------------------- */

static rc check(struct ctx *c, struct picture *, const struct command *, const void *,
                const void *after)
{
    const struct xnounx *xnounx = after;
    if (xnounx && xnounx->ends.us <= xnounx->begins.us)
        REFUSE(c, INVALID, "order", "ends", "it ends after it begins");
    return OK;
}

static rc begin(struct ctx *c, struct picture *, struct step_call *call)
{
    const struct xnounx *xnounx = call->before;
    if (clock_now(c).us >= xnounx->ends.us)
        REFUSE(c, CONFLICT, "late", "", "its time has passed");
    return OK;
}

/* Nobody is given up: it stays open, and an alarm stands until somebody has looked. */
static rc fall_due(struct ctx *c, struct picture *picture, struct step_call *call)
{
    struct xnounx *xnounx = call->after;
    struct raise raise = {
        .message = "xnounx.overdue",
        .cause = STR("xnounx-overdue"),
        .label = xnounx->label,
        .zone = xnounx->zone,
        .priority = SIGNAL_PRIORITY_MEDIUM,
        .at = xnounx->ends,
    };
    xnounx->overdue = true;
    TRY(str_format(c, &raise.key, "xnounx/%.*s", STR_ARG(xnounx->id)));
    TRY(raise_refer(c, &raise, "what", "xnounx", xnounx->id));
    return alarm_raise(c, picture, call->outcome, &raise);
}

static rc end(struct ctx *c, struct picture *picture, struct step_call *call)
{
    struct xnounx *xnounx = call->after;
    struct str key;
    TRY(str_format(c, &key, "xnounx/%.*s", STR_ARG(xnounx->id)));
    xnounx->overdue = false;
    return alarm_return(c, picture, call->outcome, key, clock_now(c));
}

static const struct step steps[] = {
    STEP("agree", "agreed", DECIDE, "asked", "agreed", "Agree to it", .flags = STEP_OTHER),
    STEP("refuse", "refused", DECIDE, "asked agreed", "refused", "Refuse it",
         .flags = STEP_OTHER | STEP_REASON | STEP_ENDS),
    STEP("begin", "begun", WRITE, "agreed", "open", "Begin it", .rule = begin),
    STEP("end", "ended", WRITE, "open", "over", "End it", .rule = end, .flags = STEP_ENDS),
    STEP("fall-due", "overdue", WRITE, "open", NULL, "It was not ended in time", .rule = fall_due,
         .flags = STEP_SYSTEM),
    {0},
};

static const struct due dues[] = {{.states = "open", .field = "ends", .step = "fall-due"}, {0}};

/* ---- the module ------------------------------------------------------------------------------ */

const struct module xnounx_module = {
    .name = "xnounx",
    .help = "What the menu says of it, in one line",
    .needs = NEEDS(&attachment_module, &retention_module, &mission_module, &alarm_module),
    .records =
        (const struct record[]){
            RECORD(xnounx, "xnounxs", READ, WRITE, .check = check, .steps = steps, .dues = dues,
                   .editable = "asked", .erasable = true,
                   .keep = {.days = KEEP_DAYS, .after = KEEP_RETIRED},
                   .attachments = {.most = 5, .kinds = "image/jpeg application/pdf"}),
            {0},
        },
    .permissions =
        (const struct permission[]){
            {READ, "See every xnounx"},
            {WRITE, "Ask for one, begin and end it"},
            {DECIDE, "Agree to one that another asked for, or refuse it"},
            {0},
        },
};
