/* What httpd.c (loops, sockets) and http_conn.c (one connection) share. Not for others. */
#ifndef EDGE_HTTP_HTTPD_OWN_H
#define EDGE_HTTP_HTTPD_OWN_H

#include "edge/http/httpd.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <pthread.h>

enum { HTTP_EXCHANGES_KEPT = 16, HTTP_PEER_MAX = 48, HTTP_DATE_MAX = 32 };

enum conn_state {
    CONN_HANDSHAKE, /* of TLS */
    CONN_IDLE,      /* before the first byte of a request */
    CONN_HEAD,
    CONN_BODY,
    CONN_BUSY, /* the handler has it */
    CONN_WRITE,
    CONN_LINGER, /* answered; what still comes is thrown away so that the answer arrives */
    CONN_STREAM,
};

/* Whose places it takes: http_place.c. */
enum conn_standing { CONN_STRANGER, CONN_KNOWN, CONN_STANDINGS };

/* The connections of a loop with one standing, the oldest first. */
struct http_queue {
    struct http_conn *first, **last;
    size_t count, most;
};

struct http_exchange_own {
    struct http_exchange shown;
    struct http_conn *conn; /* NULL: the client is gone */
    char *body;
    size_t body_len, body_room;
    struct http_exchange_own *next; /* in the loop's list of spare ones */
};

struct http_conn {
    struct http_loop *loop;
    struct http_conn *next, **back;
    struct bufferevent *bev;
    enum conn_state state;
    enum conn_standing standing;
    bool closing;     /* after the answer */
    bool half_closed; /* the other side sends nothing more */
    struct mono deadline;
    struct http_scan scan;
    struct http_exchange_own *exchange;
    const struct http_stream_events *events;
    void *events_arg;
    struct in6_addr address;
    char peer[HTTP_PEER_MAX];
};

struct http_stream {
    struct http_conn conn;
};

struct http_loop {
    struct httpd *server;
    struct event_base *base;
    struct evconnlistener *listener;
    struct event *wake, *sweep;
    int wake_fd;
    pthread_mutex_t mutex; /* of the queue */
    struct http_job *first, **last;
    bool ended;
    struct http_queue queues[CONN_STANDINGS];
    size_t busy; /* exchanges that a handler has */
    struct http_exchange_own *spare;
    size_t spare_count;
    void *of_loop;
    bool stopping;
    int64_t sweeps, sweeps_at_stop;
    int64_t date_second;
    char date[HTTP_DATE_MAX];
    pthread_t thread;
};

struct httpd {
    struct httpd_options options;
    SSL_CTX *tls;
    unsigned port;
    int descriptors; /* only those below are for connections */
    size_t loop_count, started;
    bool stopped;
    pthread_mutex_t mutex; /* of the addresses and the start */
    pthread_cond_t told;
    size_t opened, failed;
    struct fault fault;
    struct http_address **addresses;
    struct {
        _Atomic int64_t accepted, open, requests, streams, gone, bodies_bytes;
        _Atomic int64_t answers[6], refusals[HTTP_REFUSAL_COUNT];
    } counts;
    struct http_loop loops[];
};

/* A connection that was accepted; `fd` is its. It is closed at once when it has no place. */
void http_conn_open(struct http_loop *loop, int fd, const struct sockaddr *from);
void http_conn_close(struct http_conn *conn);
/* Close with the reason counted, after its status when it has one. */
void http_conn_refuse(struct http_conn *conn, enum http_refusal refusal);
/* Close what has passed its deadline, or, when `force`, all that is not being worked on. */
void http_conn_sweep(struct http_conn *conn, struct mono now, bool force);
/* The server stops. */
void http_conn_stop(struct http_conn *conn);

/* http_place.c. A new connection takes a stranger's place; NONE, or why it has none. */
enum http_refusal http_place_take(struct http_conn *conn);
void http_place_leave(struct http_conn *conn);
/* Close the oldest of this standing that may go; false: there is none. */
bool http_place_displace(struct http_loop *loop, enum conn_standing standing);
void http_place_begin(struct http_loop *loop);
bool http_address_open(struct httpd *server);
void http_address_close(struct httpd *server);

struct http_exchange_own *http_exchange_take(struct http_loop *loop);
void http_exchange_give(struct http_loop *loop, struct http_exchange_own *exchange);
void http_exchange_free_spare(struct http_loop *loop);

/* The head of an answer into `out`; false when a header does not fit or would break the framing. */
struct http_line {
    char bytes[8192];
    size_t len;
    bool bad;
};
bool http_reply_head(struct http_loop *loop, const struct http_reply *reply, bool keep_alive,
                     bool endless, struct http_line *out);

#endif
