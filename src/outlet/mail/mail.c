#include "outlet/mail/mail.h"

#include "outlet/kit/call.h"

enum { WAIT_MS = 120000 }; /* a server that looks at what it gets takes its time */

rc mail_send(struct ctx *c, const struct outlet_run *run)
{
    struct str message, line;
    TRY(mail_message(c, run, &message));
    TRY(call_mail(c, run, message, WAIT_MS, &line));
    run->tell(run->arg, DELIVERY_VERDICT_SENT, (struct str){NULL, 0}, line);
    return OK;
}
