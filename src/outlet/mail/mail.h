/* Electronic mail: one message to one address, by the mission's own mail server.
 *
 * What the server has accepted is `sent`; whether it was read, nobody knows. A message that is sent
 * again, because nobody knows whether it left, is the same to the byte: the same Message-ID (the
 * delivery's id) and the same Date, by which mail programs know it for one. SMTP has no way to ask.
 */
#ifndef OUTLET_MAIL_MAIL_H
#define OUTLET_MAIL_MAIL_H

#include "outlet/kit/job.h"

outlet_send mail_send;

/* The message as RFC 5322 has it. INVALID: a line break in what becomes a header. */
rc mail_message(struct ctx *c, const struct outlet_run *run, struct str *ret);

#endif
