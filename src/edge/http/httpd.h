/* The web server: N loops on N threads, each with a listening socket of its own on the same address
 * (SO_REUSEPORT), HTTP/1.1 read by http_head, TLS 1.3 by OpenSSL. A connection belongs to its loop;
 * nothing of it may be touched by another thread. What takes long is done elsewhere and comes back
 * by http_loop_post.
 *
 *   accept -> IDLE -> HEAD -> BODY -> BUSY -> WRITE -> IDLE …          (or LINGER, then closed)
 *                                      `----> STREAM: an answer without end
 *
 * Every state has an absolute deadline but BUSY (the handler's) and STREAM (a slow reader is closed
 * by the amount that waits for it). */
#ifndef EDGE_HTTP_HTTPD_H
#define EDGE_HTTP_HTTPD_H

#include "base/ctx.h"
#include "edge/http/http_head.h"

#include <openssl/ssl.h>

struct httpd;
struct http_loop;
struct http_stream;

/* ---- a request in flight ------------------------------------------------------------------- */

/* Lives from the end of the head until http_reply or http_stream_open, also when the client is gone
 * in between. Its memory is its ctx's arena. */
struct http_exchange {
    struct ctx c;
    struct ctx out; /* an arena of its own, for an answer that is written while c's is rewound */
    struct http_head head;
    struct str body; /* absent until `serve` */
    struct str peer; /* address without port */
    bool tls;
    struct http_loop *loop;
    void *user; /* the handler's own */
    struct http_exchange_own *own;
};

enum { HTTP_REPLY_HEADERS = 24 };

struct http_reply {
    int status;
    struct str type; /* Content-Type; absent: none */
    struct str body;
    bool lasting; /* the body's bytes live as long as the program: they are not copied */
    bool close;
    size_t count; /* further headers; a value with a control character makes the answer a 500 */
    struct http_header headers[HTTP_REPLY_HEADERS];
};

void http_reply_add(struct http_reply *reply, const char *name, struct str value);

/* Answer, on the loop's thread; the exchange is gone afterwards. */
void http_reply(struct http_exchange *exchange, const struct http_reply *reply);

/* The request is of somebody known: from now on its connection has one of the places that strangers
 * cannot take. When those are full and none idles, it stays among the strangers. On the loop's
 * thread, in `head` or `serve`. */
void http_exchange_know(struct http_exchange *exchange);

/* What serves requests. All but `serve` and `head` may be NULL. */
struct http_handler {
    void *arg;
    /* On each loop's thread, before its first request and after its last. The memory of c is gone
     * after the call. */
    rc (*open)(struct ctx *c, void *arg, struct http_loop *loop, void **ret_of_loop);
    void (*close)(void *arg, void *of_loop);
    /* The head has come: allow a body of so many bytes and give true; or reply and give false. */
    bool (*head)(void *of_loop, struct http_exchange *exchange, size_t *ret_body_max);
    /* All has come: reply now or later. */
    void (*serve)(void *of_loop, struct http_exchange *exchange);
    /* The server answers by itself, to what it cannot read: add the headers of every answer. */
    void (*refuse)(void *arg, bool tls, struct http_reply *reply);
    /* About once a second. */
    void (*tick)(void *of_loop);
};

/* ---- work that comes from other threads ------------------------------------------------------ */

struct http_job {
    void (*run)(struct http_job *job, void *of_loop);
    struct http_job *next; /* the queue's */
};

/* Run the job on the loop's thread, soon; from any thread, in the order of the calls. */
void http_loop_post(struct http_loop *loop, struct http_job *job);

/* ---- answers without end --------------------------------------------------------------------- */

/* Bytes that many connections send, counted. Made with one reference. */
struct http_block {
    _Atomic int refs;
    size_t len;
    char bytes[];
};
struct http_block *http_block_make(struct str text); /* NULL: no memory */
void http_block_drop(struct http_block *block);

struct http_stream_events {
    void (*drained)(void *arg); /* all that was sent has left */
    void (*closed)(void *arg);  /* by the other side or the server; the stream is gone */
};

/* Begin an answer that goes on; the exchange is gone afterwards. NULL when the client is: then
 * nothing is called. */
struct http_stream *http_stream_open(struct http_exchange *exchange, const struct http_reply *reply,
                                     const struct http_stream_events *events, void *arg);
/* Bytes `from` to `to` of the block. */
void http_stream_send(struct http_stream *stream, struct http_block *block, size_t from, size_t to);
void http_stream_send_text(struct http_stream *stream, struct str text);
/* Bytes sent that wait in our memory. */
size_t http_stream_waiting(const struct http_stream *stream);
/* Close without a call of `closed`. */
void http_stream_close(struct http_stream *stream);

/* ---- the server ------------------------------------------------------------------------------ */

/* 0 takes the default. Each has its counter (enum http_refusal). */
struct http_limits {
    size_t strangers;   /* 512 whose requests were not of somebody known: the oldest makes room */
    size_t known;       /* 1536 of the others: the oldest that idles makes room */
    size_t per_address; /* 256; IPv6: of a /64. Loopback only with `loopback_too` */
    bool loopback_too;
    size_t bodies_bytes;  /* 256 MiB: bodies being received or worked on */
    size_t memory;        /* 32 MiB: each of the two arenas of a request */
    int64_t handshake_ms; /* 10000: from the connection to the end of the handshake of TLS */
    int64_t first_ms;     /* 10000: before the first byte of a stranger */
    int64_t head_ms;      /* 10000: from the first byte to the end of the head */
    int64_t body_ms;      /* 20000, and a second more for each 16 KiB */
    int64_t idle_ms;      /* 30000: before the first byte of somebody known */
    int64_t write_ms;     /* 30000, and a second more for each 8 KiB */
    int send_buffer;      /* 65536: of the kernel, for each connection */
};

struct httpd_options {
    struct str listen; /* "127.0.0.1:8022", "[::]:443", "localhost:0"; port 0: any */
    size_t loops;      /* 0: 2 */
    SSL_CTX *tls;      /* NULL: plain */
    const struct clock *clock;
    struct http_limits limits;
    struct http_handler handler;
    int64_t sweep_ms; /* how often deadlines are looked at; 0: 500 */
};

/* Bind, start the loops, serve. CONFLICT when the address is taken, INVALID when it is none. */
rc httpd_open(struct ctx *c, const struct httpd_options *options, struct httpd **ret);

/* Stop gracefully: take no more, close what idles, finish what is being answered, end the loops.
 * Jobs posted afterwards are not run. Twice and NULL are fine. */
void httpd_stop(struct httpd *server);
void httpd_close(struct httpd *server);

/* The port it listens on. */
unsigned httpd_port(const struct httpd *server);

struct http_counts {
    int64_t accepted, open, requests, streams, gone, bodies_bytes;
    int64_t answers[6]; /* by hundreds of the status */
    int64_t refusals[HTTP_REFUSAL_COUNT];
};
struct http_counts httpd_counts(const struct httpd *server);

#endif
