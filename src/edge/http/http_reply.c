/* The head of an answer. It is put together in a fixed space, so that an answer can be given also
 * when a request has used up its memory. */
#include "edge/http/httpd_own.h"

#include <assert.h>
#include <stdio.h>
#include <time.h>

static void put(struct http_line *out, struct str s)
{
    if (s.len > sizeof out->bytes - out->len) {
        out->bad = true;
        return;
    }
    if (s.len)
        memcpy(out->bytes + out->len, s.ptr, s.len);
    out->len += s.len;
}

static void put_header(struct http_line *out, struct str name, struct str value)
{
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.ptr[i] < 0x20 || value.ptr[i] == 0x7f)
            out->bad = true;
    put(out, name);
    put(out, STR(": "));
    put(out, value);
    put(out, STR("\r\n"));
}

static const char *reason_of(int status)
{
    static const struct {
        int status;
        const char *text;
    } rows[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {303, "See Other"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {412, "Precondition Failed"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (rows[i].status == status)
            return rows[i].text;
    return "Other";
}

/* RFC 9110, 5.6.7; made once a second. */
static struct str date_now(struct http_loop *loop)
{
    const struct clock *clock = loop->server->options.clock;
    time_t now = (time_t)(clock->wall(clock).us / 1000000);
    struct tm parts;
    if (now != loop->date_second && gmtime_r(&now, &parts)) {
        strftime(loop->date, sizeof loop->date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
        loop->date_second = now;
    }
    return str_from(loop->date);
}

bool http_reply_head(struct http_loop *loop, const struct http_reply *reply, bool keep_alive,
                     bool endless, struct http_line *out)
{
    char text[64];
    out->len = 0;
    out->bad = false;
    snprintf(text, sizeof text, "HTTP/1.1 %d %s\r\n", reply->status, reason_of(reply->status));
    put(out, str_from(text));
    put_header(out, STR("Date"), date_now(loop));
    if (!str_absent(reply->type))
        put_header(out, STR("Content-Type"), reply->type);
    for (size_t i = 0; i < reply->count; i++)
        put_header(out, reply->headers[i].name, reply->headers[i].value);
    if (!endless && reply->status != 204 && reply->status != 304) {
        snprintf(text, sizeof text, "%zu", reply->body.len);
        put_header(out, STR("Content-Length"), str_from(text));
    }
    if (!keep_alive)
        put_header(out, STR("Connection"), STR("close"));
    put(out, STR("\r\n"));
    return !out->bad;
}

void http_reply_add(struct http_reply *reply, const char *name, struct str value)
{
    if (str_absent(value))
        return;
    assert(reply->count < HTTP_REPLY_HEADERS);
    reply->headers[reply->count++] = (struct http_header){str_from(name), value};
}
