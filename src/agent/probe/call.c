/* Calls by HTTP to one camera: bounded in time and bytes, no redirects, no proxies, names and
 * passwords by digest; in clear only inside of TLS. */
#include "agent/probe/probe_own.h"

#include <stdlib.h>

enum { CONNECT_MS = 5000, HEADERS_MAX = 3, HEADER_MAX = 300 };

struct caller {
    struct probe *probe;
    enum probe_part part;
    CURL *curl;
    struct text body;
    size_t most;
    bool too_large;
    bool asked; /* the camera has asked for name and password by HTTP */
};

static size_t take_body(char *bytes, size_t size, size_t count, void *arg)
{
    struct caller *caller = arg;
    size_t len = size * count;
    if (caller->body.len + len > caller->most) {
        caller->too_large = true;
        return 0;
    }
    text_put(&caller->body, (struct str){bytes, len});
    return caller->body.failed ? 0 : len;
}

/* libcurl asks about once a second, and all the time while bytes come. */
static int go_on(void *arg, curl_off_t, curl_off_t, curl_off_t, curl_off_t)
{
    struct caller *caller = arg;
    probe_progress(caller->probe, caller->part);
    return 0;
}

rc caller_open(struct ctx *c, struct probe *probe, enum probe_part part, struct caller **ret)
{
    struct caller *caller = calloc(1, sizeof *caller);
    if (caller)
        *caller = (struct caller){.probe = probe, .part = part};
    if (!caller || !(caller->curl = probe->libs->call_curl_easy_init())) {
        free(caller);
        FAIL(c, NO_MEMORY, "no memory for calls");
    }
    *ret = caller;
    return OK;
}

void caller_close(struct caller *caller)
{
    if (caller)
        caller->probe->libs->call_curl_easy_cleanup(caller->curl);
    free(caller);
}

/* ---- setting up ------------------------------------------------------------------------------ */

#define SET(option, value) \
    (good = good && libs->call_curl_easy_setopt(caller->curl, CURLOPT_##option, value) == CURLE_OK)

static bool set_common(struct caller *caller, const struct call *call)
{
    const struct libs *libs = caller->probe->libs;
    bool good = true;
    SET(URL, call->url);
    SET(PROTOCOLS_STR, "http,https");
    SET(PROXY, "");
    SET(NOSIGNAL, 1L);
    SET(FOLLOWLOCATION, 0L);
    SET(CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    SET(TIMEOUT_MS, (long)call->wait_ms);
    SET(WRITEFUNCTION, take_body);
    SET(WRITEDATA, caller);
    SET(XFERINFOFUNCTION, go_on);
    SET(XFERINFODATA, caller);
    SET(NOPROGRESS, 0L);
    SET(USERAGENT, "chancery");
    return good;
}

/* Name and password only when the camera has asked for them: libcurl would send the first request
 * without its body, and many cameras do not ask by HTTP, but by SOAP. By https the certificate has
 * to be signed by the given authority and be for the number that is called; there the password may
 * go in clear, elsewhere it does not. */
static bool set_secrets(struct caller *caller, const struct call *call)
{
    const struct libs *libs = caller->probe->libs;
    const struct probe_order *camera = &caller->probe->camera;
    bool tls = str_starts(str_from(call->url), "https:"), good = true;
    if (caller->asked) {
        SET(USERNAME, camera->user.ptr);
        SET(PASSWORD, camera->password.ptr ? camera->password.ptr : "");
        SET(HTTPAUTH, (long)(tls ? CURLAUTH_DIGEST | CURLAUTH_BASIC : CURLAUTH_DIGEST));
    }
    if (tls) {
        struct curl_blob authority = {.data = (void *)(uintptr_t)camera->authority.ptr,
                                      .len = camera->authority.len,
                                      .flags = CURL_BLOB_COPY};
        SET(CAINFO_BLOB, &authority);
        SET(CAINFO, NULL);
        SET(CAPATH, NULL);
        SET(SSL_VERIFYPEER, 1L);
        SET(SSL_VERIFYHOST, 2L);
    }
    return good;
}

static bool set_body(struct caller *caller, const struct call *call, struct curl_slist **headers)
{
    const struct libs *libs = caller->probe->libs;
    char type[HEADER_MAX];
    bool good = true;
    if (str_absent(call->body))
        return true;
    snprintf(type, sizeof type, "Content-Type: application/soap+xml; charset=utf-8; action=\"%s\"",
             call->action);
    const char *lines[HEADERS_MAX] = {type, "Expect:", NULL};
    for (size_t i = 0; lines[i]; i++) {
        struct curl_slist *more = libs->call_curl_slist_append(*headers, lines[i]);
        if (!more)
            return false;
        *headers = more;
    }
    SET(HTTPHEADER, *headers);
    SET(POSTFIELDSIZE, (long)call->body.len);
    SET(POSTFIELDS, call->body.ptr);
    return good;
}

/* ---- calling --------------------------------------------------------------------------------- */

static rc outcome_of(struct ctx *c, struct caller *caller, CURLcode code, struct called *ret)
{
    const struct libs *libs = caller->probe->libs;
    long status = 0;
    if (caller->too_large)
        FAIL(c, TOO_LARGE, "it answers with more than %zu bytes", caller->most);
    if (code != CURLE_OK)
        FAIL(c, IO, "it does not answer: %s", libs->call_curl_easy_strerror(code));
    libs->call_curl_easy_getinfo(caller->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == 401 || status == 403)
        FAIL(c, FORBIDDEN, "it does not accept our user name and password");
    ret->status = status;
    return text_done(&caller->body, &ret->body);
}

static rc call_once(struct ctx *c, struct caller *caller, const struct call *call,
                    struct called *ret)
{
    const struct libs *libs = caller->probe->libs;
    struct curl_slist *headers = NULL;
    caller->most = call->most;
    caller->too_large = false;
    text_init(&caller->body, c, call->most + 1);
    libs->call_curl_easy_reset(caller->curl);
    bool good =
        set_common(caller, call) && set_secrets(caller, call) && set_body(caller, call, &headers);
    CURLcode code = good ? libs->call_curl_easy_perform(caller->curl) : CURLE_OUT_OF_MEMORY;
    rc result = outcome_of(c, caller, code, ret);
    libs->call_curl_slist_free_all(headers);
    return result;
}

rc caller_call(struct ctx *c, struct caller *caller, const struct call *call, struct called *ret)
{
    rc result = call_once(c, caller, call, ret);
    if (result.code != RC_FORBIDDEN || caller->asked || str_absent(caller->probe->camera.user))
        return result;
    caller->asked = true;
    return call_once(c, caller, call, ret);
}
