#include "outlet/kit/job.h"

SHAPE_DEFINE(outlet_job, OUTLET_JOB_FIELDS, 1, "What an outlet is given");

enum delivery_verdict outlet_verdict(rc result)
{
    enum rc_code code = result.code;
    bool for_good = code == RC_INVALID || code == RC_FORBIDDEN || code == RC_NOT_FOUND ||
                    code == RC_TOO_LARGE || code == RC_UNSUPPORTED || code == RC_GONE;
    return for_good ? DELIVERY_VERDICT_FAILED : DELIVERY_VERDICT_LATER;
}

rc outlet_label(struct ctx *c, struct label label, struct str *ret)
{
    struct text out;
    text_init(&out, c, 2000);
    label_put(&out, label);
    return text_done(&out, ret);
}
