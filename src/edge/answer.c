/* What is sent: the handler's answer, or a fault as application/problem+json (RFC 9457), with the
 * headers that tell a browser how little it may do with it. */
#include "edge/edge_own.h"
#include "edge/http/http_url.h"
#include "edge/pack.h"

#include "base/encode.h"
#include "base/glyph.h"
#include "base/random.h"

#include <stdio.h>
#include <unistd.h>

/* No inline script or style, nothing evaluated, nothing from elsewhere, in nobody's frame; markup
 * and addresses of scripts only through two policies (web/src/lib/trusted.ts). */
#define CSP                                                                                 \
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " \
    "font-src 'self'; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; "   \
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "      \
    "require-trusted-types-for 'script'; trusted-types default svelte-trusted-html"
/* Of what somebody brought, nothing works: no script, no form, no origin. */
#define CSP_FOREIGN "default-src 'none'; frame-ancestors 'none'; sandbox"
#define PERMISSIONS                                                                           \
    "accelerometer=(), autoplay=(), bluetooth=(), camera=(self), display-capture=(), "        \
    "fullscreen=(self), geolocation=(self), gyroscope=(), hid=(), magnetometer=(), midi=(), " \
    "payment=(), serial=(), usb=(), publickey-credentials-get=(self), "                       \
    "publickey-credentials-create=(self)"

void answer_add_security(struct http_reply *reply, bool tls, struct str policy)
{
    http_reply_add(reply, "Content-Security-Policy", str_absent(policy) ? STR(CSP) : policy);
    http_reply_add(reply, "X-Content-Type-Options", STR("nosniff"));
    http_reply_add(reply, "Referrer-Policy", STR("no-referrer"));
    http_reply_add(reply, "Cross-Origin-Opener-Policy", STR("same-origin"));
    http_reply_add(reply, "Cross-Origin-Embedder-Policy", STR("require-corp"));
    http_reply_add(reply, "Cross-Origin-Resource-Policy", STR("same-origin"));
    http_reply_add(reply, "Permissions-Policy", STR(PERMISSIONS));
    if (tls)
        http_reply_add(reply, "Strict-Transport-Security",
                       STR("max-age=63072000; includeSubDomains"));
}

/* "GET /api/v1/zones/{id} 200", for the report of what no test has met. */
void answer_note_hit(const struct edge_request *er, int status)
{
    char line[256];
    const struct route *route = er->request.route;
    if (er->edge->hits < 0 || !route)
        return;
    int len = snprintf(line, sizeof line, "%s %s %d\n", route_method_name(route->method),
                       route->path, status);
    if (len > 0 && (size_t)len < sizeof line &&
        write(er->edge->hits, line, (size_t)len) != (ssize_t)len)
        LOG(WARN, "edge.hits", LOG_NUMBER("status", status));
}

static void send_reply(struct edge_request *er, struct http_reply *reply)
{
    answer_add_security(reply, er->exchange->tls,
                        reply->status < 300 ? er->response.policy : (struct str){NULL, 0});
    answer_note_hit(er, reply->status);
    http_reply(er->exchange, reply);
}

/* Of a problem with all its faults, each character of them escaped. */
enum { PROBLEM_BYTES_MAX = 65536 };

/* ---- faults --------------------------------------------------------------------------------- */

static void put_member(struct text *out, const char *name, const char *value)
{
    if (value[0] == '\0')
        return;
    text_printf(out, ",\"%s\":", name);
    text_put_json(out, str_from(value));
}

/* An error of ours, or of our disk, is told to the operator whole, and to the caller by its title
 * and a number only. */
static void hide_fault(struct edge_request *er, struct fault *fault)
{
    struct str reference;
    unsigned char bytes[6];
    struct ctx *c = &er->exchange->out;
    random_bytes(bytes, sizeof bytes);
    if (!rc_ok(encode_bytes(c, ENCODE_HEX, bytes, sizeof bytes, &reference)))
        reference = STR("none");
    LOG(ERROR, "edge.fault", LOG_TEXT("reference", reference),
        LOG_TEXT("code", str_from(rc_name(fault->code))),
        LOG_TEXT("message", str_from(fault->message)), LOG_TEXT("file", str_from(fault->file)),
        LOG_NUMBER("line", fault->line),
        LOG_TEXT("path", er->request.route ? str_from(er->request.route->path) : STR("-")));
    er->edge->faults++;
    *fault = (struct fault){.code = fault->code};
    snprintf(fault->message, sizeof fault->message, "the program's log has it as %.*s",
             STR_ARG(reference));
}

/* Every fault of the input, in the order of its fields. */
static void put_errors(struct text *out, const struct fault *fault, const struct faults *all)
{
    size_t count = all ? all->count : 1;
    if (fault->code != RC_INVALID || fault->pointer[0] == '\0')
        return;
    text_put(out, STR(",\"errors\":["));
    for (size_t i = 0; i < count; i++) {
        const struct fault *one = all ? &all->items[i] : fault;
        text_put(out, i > 0 ? STR(",{\"pointer\":") : STR("{\"pointer\":"));
        text_put_json(out, str_from(one->pointer));
        put_member(out, "rule", one->rule);
        put_member(out, "detail", one->message);
        text_put_char(out, '}');
    }
    text_put_char(out, ']');
}

void answer_fault(struct edge_request *er)
{
    struct fault fault = er->exchange->c.fault;
    struct text out;
    struct http_reply reply = {.type = STR("application/problem+json")};
    if (fault.code == RC_OK)
        fault.code = RC_INTERNAL;
    reply.status = rc_http(fault.code);
    if (reply.status == 500 || fault.code == RC_NO_SPACE)
        hide_fault(er, &fault);
    text_init(&out, &er->exchange->out, PROBLEM_BYTES_MAX);
    text_printf(&out, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"code\":\"%s\"",
                rc_title(fault.code), reply.status, rc_name(fault.code));
    put_member(&out, "detail", fault.message);
    put_member(&out, "pointer", fault.pointer);
    put_member(&out, "rule", fault.rule);
    if (str_is_utf8(str_from(fault.value)))
        put_member(&out, "value", fault.value);
    put_errors(&out, &fault, er->exchange->c.faults);
    text_put_char(&out, '}');
    text_show(&out, 0, GLYPH_JSON);
    if (!rc_ok(text_done(&out, &reply.body)))
        reply.body = STR("{\"type\":\"about:blank\",\"status\":503}");
    http_reply_add(&reply, "Cache-Control", STR("no-store"));
    http_reply_add(&reply, "Allow", er->allow);
    if (reply.status == 401)
        http_reply_add(&reply, "WWW-Authenticate", STR("Bearer realm=\"chancery\""));
    if (reply.status == 503 || reply.status == 429)
        http_reply_add(&reply, "Retry-After", STR("2"));
    send_reply(er, &reply);
}

/* ---- answers -------------------------------------------------------------------------------- */

/* A name to save under, of characters that mean nothing to anybody; and, where it has others, the
 * whole name as RFC 6266 and RFC 8187 write it. */
static rc disposition(struct ctx *c, const char *file_name, struct str *ret)
{
    struct text out;
    bool all_plain = true;
    text_init(&out, c, 2048);
    text_put(&out, STR("attachment; filename=\""));
    for (const char *at = file_name; *at; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                     (*at >= '0' && *at <= '9') || *at == '-' || *at == '.';
        text_put_char(&out, plain ? *at : '_');
        all_plain = all_plain && plain;
    }
    text_put_char(&out, '"');
    if (!all_plain)
        text_put(&out, STR("; filename*=UTF-8''"));
    for (const char *at = file_name; *at && !all_plain; at++)
        text_printf(&out, "%%%02X", (unsigned char)*at);
    return text_done(&out, ret);
}

static rc pack(struct ctx *c, const struct edge_request *er, struct http_reply *reply)
{
    struct str accepted = http_header(&er->exchange->head, "accept-encoding");
    if (!er->response.common || reply->body.len < PACK_LEAST)
        return OK;
    http_reply_add(reply, "Vary", STR("Accept-Encoding"));
    if (http_weight(accepted, "gzip") <= 0)
        return OK;
    http_reply_add(reply, "Content-Encoding", STR("gzip"));
    return pack_gzip(c, reply->body, &reply->body);
}

/* What is read as text shows its hidden characters, whoever wrote them and whichever handler gives
 * them. Files, pictures and proofs go as they are. */
static void show_hidden(struct edge_request *er)
{
    const char *type = er->response.type;
    bool csv = type && str_starts(str_from(type), "text/csv");
    if (!type || csv)
        text_show(&er->body, 0, csv ? GLYPH_PLAIN : GLYPH_JSON);
}

static rc fill_reply(struct ctx *c, struct edge_request *er, struct http_reply *reply)
{
    const struct response *response = &er->response;
    const struct http_head *head = &er->exchange->head;
    struct str file = {0};
    show_hidden(er);
    TRY(text_done(&er->body, &reply->body));
    reply->status = response->status ? response->status : reply->body.len ? 200 : 204;
    if (reply->body.len)
        reply->type = response->type ? str_from(response->type) : STR("application/json");
    if (response->file_name)
        TRY(disposition(c, response->file_name, &file));
    bool reading = head->method == HTTP_GET || head->method == HTTP_HEAD;
    bool tagged = !str_absent(response->etag) && reading && !response->readings.label.tlp;
    if (tagged && reply->status == 200 &&
        http_tag_matches(http_header(head, "if-none-match"), response->etag)) {
        reply->status = 304;
        reply->body = reply->type = (struct str){0};
    }
    TRY(pack(c, er, reply));
    http_reply_add(reply, "ETag", response->etag);
    http_reply_add(reply, "Location", response->location);
    http_reply_add(reply, "Set-Cookie", response->cookie);
    http_reply_add(reply, "Set-Cookie", response->lasting_cookie);
    if (response->leaves) /* not "cookies": of those we name each that is to go */
        http_reply_add(reply, "Clear-Site-Data", STR("\"cache\", \"storage\""));
    http_reply_add(reply, "Content-Disposition", file);
    if (response->foreign) /* a browser obeys both policies */
        http_reply_add(reply, "Content-Security-Policy", STR(CSP_FOREIGN));
    http_reply_add(reply, "Cache-Control", tagged ? STR("private, no-cache") : STR("no-store"));
    return OK;
}

void answer_send(struct edge_request *er)
{
    struct ctx *c = &er->exchange->out;
    struct http_reply reply = {0};
    rc result = fill_reply(c, er, &reply);
    if (rc_ok(result)) {
        send_reply(er, &reply);
        return;
    }
    er->exchange->c.fault = c->fault;
    answer_fault(er);
}
