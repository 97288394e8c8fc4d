#include "outlet/kit/call.h"

#include "outlet/kit/address.h"

#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

enum { CONNECT_MS = 15000, URL_MAX = 1024 };

/* ---- the library ----------------------------------------------------------------------------- */

static const struct {
    const char *name;
    size_t offset;
} functions[] = {
#define CALLS_ROW(name) {#name, offsetof(struct calls, call_##name)},
    CALLS_FUNCTIONS(CALLS_ROW)};

rc calls_load(struct ctx *c, struct calls *ret)
{
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    struct calls calls;
    if (!library)
        FAIL(c, NOT_FOUND, "the library for outlets is missing: %s", dlerror());
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *at = dlsym(library, functions[i].name);
        if (!at)
            FAIL(c, NOT_FOUND, "libcurl has no %s", functions[i].name);
        memcpy((char *)&calls + functions[i].offset, &at, sizeof at);
    }
    if (calls.call_curl_global_init(CURL_GLOBAL_ALL) != 0)
        FAIL(c, INTERNAL, "libcurl does not start");
    *ret = calls;
    return OK;
}

/* ---- one call -------------------------------------------------------------------------------- */

struct call {
    struct ctx *c;
    const struct outlet_run *run;
    CURL *curl;
    struct text body;
    char line[CALL_LINE_MAX]; /* the last one that the server said */
    size_t line_len;
    struct str message;        /* of mail, what is left to be sent */
    char why[CURL_ERROR_SIZE]; /* in libcurl's words */
    bool public_only, refused;
};

#define SET(option, value)                                                                \
    (good = good && call->run->calls->call_curl_easy_setopt(call->curl, CURLOPT_##option, \
                                                            value) == CURLE_OK)

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct call *call = arg;
    if (call->body.len + size * count > CALL_ANSWER_MAX)
        return 0;
    text_put(&call->body, (struct str){bytes, size * count});
    return size * count;
}

/* The last line ("550 no such user") but for the farewell; what is not printable is not kept. */
static size_t take_line(char *bytes, size_t size, size_t count, void *arg)
{
    struct call *call = arg;
    struct str line = str_trim((struct str){bytes, size * count});
    if (line.len < 3 || str_starts(line, "221"))
        return size * count;
    call->line_len = line.len < sizeof call->line ? line.len : sizeof call->line;
    for (size_t i = 0; i < call->line_len; i++)
        call->line[i] = line.ptr[i] >= ' ' && line.ptr[i] < 0x7f ? line.ptr[i] : '?';
    return size * count;
}

static size_t give_message(char *bytes, size_t size, size_t count, void *arg)
{
    struct call *call = arg;
    struct str part = str_sub(call->message, 0, size * count);
    if (part.len > 0)
        memcpy(bytes, part.ptr, part.len);
    call->message = str_sub(call->message, part.len, call->message.len);
    return part.len;
}

/* After the look-up, so that a name cannot lead inside. */
static curl_socket_t open_socket(void *arg, curlsocktype, struct curl_sockaddr *address)
{
    struct call *call = arg;
    if (call->public_only && !address_is_public(&address->addr)) {
        call->refused = true;
        return CURL_SOCKET_BAD;
    }
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static bool set_security(struct call *call)
{
    const struct outlet *outlet = call->run->outlet;
    bool good = true;
    struct curl_blob authority = {.data = (void *)(uintptr_t)outlet->authority.ptr,
                                  .len = outlet->authority.len,
                                  .flags = CURL_BLOB_COPY};
    SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(SSL_VERIFYPEER, 1L);
    SET(SSL_VERIFYHOST, 2L);
    if (!str_absent(outlet->authority)) {
        SET(CAINFO_BLOB, &authority);
        SET(CAINFO, NULL);
        SET(CAPATH, NULL);
    }
    if (outlet->tls == OUTLET_TLS_UPGRADE)
        SET(USE_SSL, (long)CURLUSESSL_ALL);
    /* A password is never said in the clear, and a signing key never at all. */
    bool key = outlet->kind == DELIVERY_KIND_WEBHOOK;
    if (outlet->tls != OUTLET_TLS_NONE && !str_absent(outlet->user) && !key) {
        SET(USERNAME, outlet->user.ptr);
        SET(PASSWORD, outlet->secret.ptr ? outlet->secret.ptr : "");
    }
    return good;
}

static bool set_common(struct call *call, const char *url, const char *protocols, long wait_ms)
{
    bool good = true;
    SET(URL, url);
    SET(PROTOCOLS_STR, protocols);
    SET(PROXY, "");
    SET(NOSIGNAL, 1L);
    SET(FOLLOWLOCATION, 0L);
    SET(CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    SET(TIMEOUT_MS, wait_ms);
    SET(WRITEFUNCTION, take_body);
    SET(WRITEDATA, call);
    SET(HEADERFUNCTION, take_line);
    SET(HEADERDATA, call);
    SET(OPENSOCKETFUNCTION, open_socket);
    SET(OPENSOCKETDATA, call);
    SET(USERAGENT, "chancery");
    SET(ERRORBUFFER, call->why);
    return good && set_security(call);
}

/* An address of IPv6 stands in brackets. */
static rc make_url(struct ctx *c, const char *scheme, const struct outlet *outlet, struct str path,
                   struct str *ret)
{
    bool six = str_find(outlet->host, STR(":")) != SIZE_MAX;
    TRY(str_format(c, ret, "%s://%s%.*s%s", scheme, six ? "[" : "", STR_ARG(outlet->host),
                   six ? "]" : ""));
    if (outlet->port.known)
        TRY(str_format(c, ret, "%.*s:%lld", STR_ARG(*ret), (long long)outlet->port.value));
    return str_format(c, ret, "%.*s%.*s", STR_ARG(*ret), STR_ARG(path));
}

static rc open_call(struct ctx *c, const struct outlet_run *run, struct call *ret)
{
    *ret = (struct call){.c = c, .run = run, .curl = run->calls->call_curl_easy_init()};
    if (!ret->curl)
        FAIL(c, NO_MEMORY, "no memory for a call");
    text_init(&ret->body, c, CALL_ANSWER_MAX);
    return OK;
}

static rc perform(struct call *call, bool good, long *ret_status)
{
    const struct calls *calls = call->run->calls;
    CURLcode code = good ? calls->call_curl_easy_perform(call->curl) : CURLE_OUT_OF_MEMORY;
    calls->call_curl_easy_getinfo(call->curl, CURLINFO_RESPONSE_CODE, ret_status);
    if (call->refused)
        FAIL(call->c, FORBIDDEN, "its address is in a private network, which is not allowed");
    if (code != CURLE_OK)
        FAIL(call->c, IO, "%s", call->why[0] ? call->why : calls->call_curl_easy_strerror(code));
    return OK;
}

static bool add_lines(const struct calls *calls, const char *const *lines, struct curl_slist **ret)
{
    for (; *lines; lines++) {
        struct curl_slist *more = calls->call_curl_slist_append(*ret, *lines);
        if (!more)
            return false;
        *ret = more;
    }
    return true;
}

static void close_call(struct call *call, struct curl_slist *lines)
{
    call->run->calls->call_curl_easy_cleanup(call->curl);
    call->run->calls->call_curl_slist_free_all(lines);
}

/* ---- the two ways ---------------------------------------------------------------------------- */

rc call_post(struct ctx *c, const struct outlet_run *run, const struct http_post *post,
             struct http_answer *ret)
{
    bool clear = run->outlet->tls == OUTLET_TLS_NONE;
    struct curl_slist *lines = NULL;
    struct call opened, *call = &opened;
    struct str url;
    TRY(make_url(c, clear ? "http" : "https", run->outlet, run->outlet->path, &url));
    TRY(open_call(c, run, call));
    call->public_only = post->public_only;
    bool good = add_lines(run->calls, post->headers, &lines) &&
                set_common(call, url.ptr, clear ? "http" : "https", post->wait_ms);
    SET(HTTPHEADER, lines);
    SET(POSTFIELDSIZE_LARGE, (curl_off_t)post->body.len);
    SET(POSTFIELDS, post->body.ptr);
    rc result = perform(call, good, &ret->status);
    close_call(call, lines);
    TRY(result);
    return text_done(&call->body, &ret->body);
}

/* What the server's last line says of a message that did not go. */
static rc judge_mail(struct call *call, rc result)
{
    struct str line = {call->line, call->line_len};
    int64_t status = 0;
    if (rc_ok(result) || !str_to_i64(str_sub(line, 0, 3), &status) || status < 400)
        return result;
    /* a password that is wrong is a setting to be mended, not a message that is refused */
    if (status >= 500 && status != 530 && status != 535)
        FAIL(call->c, FORBIDDEN, "%.*s", STR_ARG(line));
    FAIL(call->c, BUSY, "%.*s", STR_ARG(line));
}

rc call_mail(struct ctx *c, const struct outlet_run *run, struct str message, long wait_ms,
             struct str *ret_line)
{
    const char *scheme = run->outlet->tls == OUTLET_TLS_IMPLICIT ? "smtps" : "smtp";
    struct curl_slist *to = NULL;
    struct call opened, *call = &opened;
    struct str url, helo, from, sender = run->outlet->sender;
    long status = 0;
    TRY(str_format(c, &from, "<%.*s>", STR_ARG(sender)));
    str_split(&sender, '@', &helo); /* we are known by the domain that we write from */
    TRY(str_format(c, &helo, "/%.*s", STR_ARG(sender)));
    TRY(make_url(c, scheme, run->outlet, helo, &url));
    TRY(str_format(c, &helo, "<%.*s>", STR_ARG(run->delivery->to)));
    TRY(open_call(c, run, call));
    call->message = message;
    bool good = add_lines(run->calls, (const char *const[]){helo.ptr, NULL}, &to) &&
                set_common(call, url.ptr, scheme, wait_ms);
    SET(MAIL_FROM, from.ptr);
    SET(MAIL_RCPT, to);
    SET(UPLOAD, 1L);
    SET(INFILESIZE_LARGE, (curl_off_t)message.len);
    SET(READFUNCTION, give_message);
    SET(READDATA, call);
    rc result = judge_mail(call, perform(call, good, &status));
    close_call(call, to);
    TRY(result);
    return str_copy(c, (struct str){call->line, call->line_len}, ret_line);
}
