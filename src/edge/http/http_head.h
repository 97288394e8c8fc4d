/* The head of an HTTP/1.1 request (RFC 9112), read strictly: the subset that browsers and programs
 * really send, and nothing that two readers could understand in two ways. Folded lines, bare line
 * feeds, NULs, transfer codings, a second Host or Content-Length are refused, never repaired.
 * Pure: bytes in, a head out. */
#ifndef EDGE_HTTP_HEAD_H
#define EDGE_HTTP_HEAD_H

#include "base/str.h"

enum { HTTP_HEAD_MAX = 16384, HTTP_HEADERS_MAX = 64, HTTP_TARGET_MAX = 4096 };

/* Why the server itself turns a request or a connection away: a name for the counter, the status
 * that is sent (0: the connection is closed without one), and the title. */
#define HTTP_REFUSALS(X)                                                      \
    X(SYNTAX, "syntax", 400, "this is not HTTP/1.1 as accepted here")         \
    X(HOST, "host", 400, "exactly one valid Host is required")                \
    X(FRAMING, "framing", 400, "the length of the body is not clear")         \
    X(CODING, "coding", 411, "send a Content-Length; no transfer coding")     \
    X(TARGET, "target", 414, "the address is too long")                       \
    X(VERSION, "version", 505, "only HTTP/1.1 is spoken here")                \
    X(EXPECT, "expect", 417, "only 100-continue can be expected")             \
    X(HEAD_SIZE, "head_size", 431, "the head is too long")                    \
    X(HEAD_COUNT, "head_count", 431, "there are too many headers")            \
    X(BODY, "body", 413, "the body is too long")                              \
    X(BODIES, "bodies", 503, "too much is being sent to us, try again")       \
    X(DEADLINE, "deadline", 0, "the request took too long")                   \
    X(IDLE, "idle", 0, "the connection was not used")                         \
    X(SLOW_READER, "slow_reader", 0, "the answer was not taken in time")      \
    X(HANDSHAKE, "handshake", 0, "the connection was not secured in time")    \
    X(DISPLACED, "displaced", 0, "the oldest made room for a newer one")      \
    X(CONNECTIONS, "connections", 0, "there are too many connections")        \
    X(ADDRESS, "address", 0, "there are too many connections of one address") \
    X(STREAM_INPUT, "stream_input", 0, "a live connection kept on sending")

#define HTTP_REFUSAL_ENUM(name, text, status, title) HTTP_REFUSAL_##name,
enum http_refusal { HTTP_REFUSAL_NONE, HTTP_REFUSALS(HTTP_REFUSAL_ENUM) HTTP_REFUSAL_COUNT };
#undef HTTP_REFUSAL_ENUM

const char *http_refusal_name(enum http_refusal refusal);
int http_refusal_status(enum http_refusal refusal);
const char *http_refusal_title(enum http_refusal refusal);

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_PUT,
    HTTP_DELETE,
    HTTP_OTHER, /* a well-formed name of another one */
};

struct http_header {
    struct str name, value;
};

struct http_head {
    enum http_method method;
    struct str method_text;
    struct str path, query; /* as sent; query without "?", absent without one */
    struct str host;        /* with its port, as sent */
    int64_t content_length; /* -1: none was given */
    bool keep_alive, expect_continue;
    size_t count;
    struct http_header headers[HTTP_HEADERS_MAX];
};

/* Where a head ends, looked for while its bytes come. Begin with zeros; `text` is all that has come
 * since the request began. Gives the length of the head with its empty line, 0 for "not yet", or 0
 * with *ret_refusal set. */
struct http_scan {
    size_t at, lines;
};
size_t http_scan(struct http_scan *scan, struct str text, enum http_refusal *ret_refusal);

/* Read a whole head, as http_scan delimited it. The strs point into `text`. */
enum http_refusal http_head_parse(struct str text, struct http_head *ret);

/* The value of a header by its name in any case; absent when it was not sent or sent twice. */
struct str http_header(const struct http_head *head, const char *name);

/* How often it was sent. */
size_t http_header_count(const struct http_head *head, const char *name);

/* Is `token` a member of a comma-separated list, in any case? */
bool http_list_has(struct str list, const char *token);

#endif
