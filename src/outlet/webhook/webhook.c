#include "outlet/webhook/webhook.h"

#include "base/encode.h"
#include "outlet/kit/call.h"

#include <sodium.h>

enum { WAIT_MS = 20000, BODY_MAX = 8 << 20 };

static void put(struct text *out, const char *name, struct str value)
{
    if (str_absent(value))
        return;
    text_printf(out, ",\"%s\":", name);
    text_put_json(out, value);
}

rc webhook_body(struct ctx *c, const struct outlet_run *run, struct str *ret)
{
    const struct delivery *delivery = run->delivery;
    struct str label, bytes;
    struct text out;
    text_init(&out, c, BODY_MAX);
    TRY(outlet_label(c, delivery->label, &label));
    text_put(&out, STR("{\"id\":"));
    text_put_json(&out, delivery->id);
    put(&out, "label", label);
    put(&out, "subject", delivery->subject);
    put(&out, "text", delivery->text);
    put(&out, "about", delivery->about);
    text_put(&out, STR(",\"wanted\":\""));
    text_put_wall(&out, delivery->wanted);
    text_put_char(&out, '"');
    if (!str_absent(run->document)) {
        TRY(encode_bytes(c, ENCODE_BASE64, run->document.ptr, run->document.len, &bytes));
        text_put(&out, STR(",\"document\":{\"name\":"));
        text_put_json(&out, delivery->document);
        put(&out, "type", delivery->type);
        put(&out, "bytes", bytes);
        text_put_char(&out, '}');
    }
    text_put_char(&out, '}');
    return text_done(&out, ret);
}

rc webhook_signature(struct ctx *c, struct str key, struct wall at, struct str body,
                     struct str *ret)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    struct str stamp, hex;
    TRY(str_format(c, &stamp, "%lld", (long long)(at.us / 1000000)));
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)key.ptr, key.len);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)stamp.ptr, stamp.len);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)".", 1);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)body.ptr, body.len);
    crypto_auth_hmacsha256_final(&state, mac);
    TRY(encode_bytes(c, ENCODE_HEX, mac, sizeof mac, &hex));
    return str_format(c, ret, "X-Chancery-Signature: t=%.*s,v1=%.*s", STR_ARG(stamp), STR_ARG(hex));
}

static rc judge(struct ctx *c, long status)
{
    if (status >= 200 && status < 300)
        return OK;
    if (status == 408 || status == 425 || status == 429 || status >= 500)
        FAIL(c, BUSY, "it answers with status %ld", status);
    if (status >= 300 && status < 400)
        FAIL(c, FORBIDDEN, "it answers with status %ld: redirects are not followed", status);
    FAIL(c, FORBIDDEN, "it refuses with status %ld", status);
}

rc webhook_send(struct ctx *c, const struct outlet_run *run)
{
    struct http_post post = {.public_only = !run->outlet->inside, .wait_ms = WAIT_MS};
    struct http_answer answer = {.status = 0};
    struct str key, signature, peer;
    TRY(webhook_body(c, run, &post.body));
    TRY(str_format(c, &key, "Idempotency-Key: %.*s", STR_ARG(run->delivery->id)));
    TRY(webhook_signature(c, run->outlet->secret, clock_now(c), post.body, &signature));
    post.headers[0] = "Content-Type: application/json";
    post.headers[1] = "Expect:";
    post.headers[2] = key.ptr;
    post.headers[3] = signature.ptr;
    TRY(call_post(c, run, &post, &answer));
    TRY(judge(c, answer.status));
    TRY(str_format(c, &peer, "status %ld", answer.status));
    run->tell(run->arg, DELIVERY_VERDICT_DELIVERED, (struct str){NULL, 0}, peer);
    return OK;
}
