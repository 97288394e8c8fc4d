/* Calling out by libcurl, which is loaded into the process of the outlets only. Certificates are
 * verified, nothing is downgraded, no redirect is followed, no proxy is asked, every call ends. */
#ifndef OUTLET_KIT_CALL_H
#define OUTLET_KIT_CALL_H

#include "outlet/kit/job.h"

#include <curl/curl.h>

#define CALLS_FUNCTIONS(X) \
    X(curl_easy_cleanup)   \
    X(curl_easy_getinfo)   \
    X(curl_easy_init)      \
    X(curl_easy_perform)   \
    X(curl_easy_setopt)    \
    X(curl_easy_strerror)  \
    X(curl_global_init)    \
    X(curl_slist_append)   \
    X(curl_slist_free_all)

#define CALLS_MEMBER(name) __typeof__(&(name)) call_##name;
struct calls {
    CALLS_FUNCTIONS(CALLS_MEMBER)
};

/* Before the sandbox is entered. NOT_FOUND: libcurl is not installed. */
rc calls_load(struct ctx *c, struct calls *ret);

enum { CALL_ANSWER_MAX = 1 << 20, CALL_HEADERS_MAX = 8, CALL_LINE_MAX = 200 };

/* A POST to host and path of the outlet. */
struct http_post {
    struct str body;
    const char *headers[CALL_HEADERS_MAX]; /* whole lines, NULL at the end */
    bool public_only;                      /* refuse an address that is not public: FORBIDDEN */
    long wait_ms;
};
struct http_answer {
    long status;
    struct str body;
};
/* IO when there is no answer. */
rc call_post(struct ctx *c, const struct outlet_run *run, const struct http_post *post,
             struct http_answer *ret);

/* Hand a whole message (RFC 5322) to the outlet's mail server. BUSY: it says "later" (greylisting);
 * FORBIDDEN: it refuses, with its words; IO: no answer. Gives its last line. */
rc call_mail(struct ctx *c, const struct outlet_run *run, struct str message, long wait_ms,
             struct str *ret_line);

#endif
