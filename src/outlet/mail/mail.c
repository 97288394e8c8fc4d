#include "outlet/mail/mail.h"

#include "outlet/kit/call.h"

enum {
    WAIT_MS = 120000, /* a server that looks at what it gets takes its time */
    SUBMISSION_PORT = 587,
};

rc mail_send(struct ctx *c, const struct outlet_run *run)
{
    struct outlet outlet = *run->outlet;
    struct outlet_run to_port = *run;
    struct str message, line;
    if (outlet.tls == OUTLET_TLS_UPGRADE && !outlet.port.known)
        outlet.port = (struct opt_i64){true, SUBMISSION_PORT};
    to_port.outlet = &outlet;
    TRY(mail_message(c, run, &message));
    TRY(call_mail(c, &to_port, message, WAIT_MS, &line));
    run->tell(run->arg, DELIVERY_VERDICT_SENT, (struct str){NULL, 0}, line);
    return OK;
}
