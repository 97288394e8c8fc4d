/* A program that is called: one HTTPS POST of JSON, signed. It answers 2xx when it has the message.
 *
 *     POST /hooks/mission HTTP/1.1
 *     Content-Type: application/json
 *     Idempotency-Key: 01JD…                         the delivery's id, the same each time
 *     X-Chancery-Signature: t=1764540000,v1=9f86…    HMAC-SHA-256, hexadecimal, of "t.body"
 *
 *     {"id":"01JD…","label":"TLP:GREEN","subject":"…","text":"…","about":"alarm/01JC…",
 *      "wanted":"2026-11-30T22:00:00Z","document":{"name":"…","type":"…","bytes":"<base64>"}} */
#ifndef OUTLET_WEBHOOK_WEBHOOK_H
#define OUTLET_WEBHOOK_WEBHOOK_H

#include "outlet/kit/job.h"

outlet_send webhook_send;

/* The body, and the header line that signs it at a time. */
rc webhook_body(struct ctx *c, const struct outlet_run *run, struct str *ret);
rc webhook_signature(struct ctx *c, struct str key, struct wall at, struct str body,
                     struct str *ret);

#endif
