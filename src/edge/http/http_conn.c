/* One connection: bytes become requests, answers become bytes. The states are in httpd.h. A
 * function that may close the connection says so with its result, and its caller then leaves it
 * alone. */
#include "edge/http/httpd_own.h"

#include <arpa/inet.h>
#include <assert.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
    LINGER_MS = 2000,
    INPUT_MAX = 65536,
    STREAM_INPUT_MAX = 4096,
    BODY_RATE = 16384,
    WRITE_RATE = 8192
};

static struct mono in_ms(const struct http_conn *conn, int64_t ms)
{
    const struct clock *clock = conn->loop->server->options.clock;
    return (struct mono){clock->mono(clock).us + ms * 1000};
}

static const struct http_limits *limits_of(const struct http_conn *conn)
{
    return &conn->loop->server->options.limits;
}

static void become_idle(struct http_conn *conn)
{
    conn->state = CONN_IDLE;
    conn->scan = (struct http_scan){0};
    const struct http_limits *limits = limits_of(conn);
    conn->deadline = in_ms(conn, conn->standing == CONN_KNOWN ? limits->idle_ms : limits->first_ms);
}

/* ---- exchanges ----------------------------------------------------------------------------- */

static void free_exchange(struct http_exchange_own *x)
{
    arena_close(x->shown.c.arena);
    arena_close(x->shown.out.arena);
    free(x);
}

static struct http_exchange_own *make_exchange(size_t memory)
{
    struct http_exchange_own *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->shown.c.arena = arena_open(memory);
    x->shown.out.arena = arena_open(memory);
    if (x->shown.c.arena && x->shown.out.arena)
        return x;
    free_exchange(x);
    return NULL;
}

struct http_exchange_own *http_exchange_take(struct http_loop *loop)
{
    const struct httpd_options *options = &loop->server->options;
    struct http_exchange_own *x = loop->spare;
    if (x) {
        loop->spare = x->next;
        loop->spare_count--;
    } else if (!(x = make_exchange(options->limits.memory))) {
        return NULL;
    }
    struct arena *arena = x->shown.c.arena, *out = x->shown.out.arena;
    x->conn = NULL;
    x->body = NULL;
    x->body_len = x->body_room = 0;
    x->shown.c = (struct ctx){.arena = arena, .clock = options->clock, .every_fault = true};
    x->shown.out = (struct ctx){.arena = out, .clock = options->clock};
    x->shown.body = x->shown.peer = (struct str){0};
    x->shown.loop = loop;
    x->shown.user = NULL;
    x->shown.own = x;
    return x;
}

void http_exchange_give(struct http_loop *loop, struct http_exchange_own *x)
{
    loop->server->counts.bodies_bytes -= (int64_t)x->body_room;
    free(x->body);
    x->body = NULL;
    if (loop->spare_count == HTTP_EXCHANGES_KEPT) {
        free_exchange(x);
        return;
    }
    arena_reset(x->shown.c.arena);
    arena_reset(x->shown.out.arena);
    x->next = loop->spare;
    loop->spare = x;
    loop->spare_count++;
}

void http_exchange_free_spare(struct http_loop *loop)
{
    while (loop->spare) {
        struct http_exchange_own *next = loop->spare->next;
        free_exchange(loop->spare);
        loop->spare = next;
    }
}

/* ---- closing ------------------------------------------------------------------------------- */

/* `tell`: the owner of a stream learns it. */
static void close_conn(struct http_conn *conn, bool tell)
{
    struct http_loop *loop = conn->loop;
    struct httpd *server = loop->server;
    http_place_leave(conn);
    if (conn->exchange) {
        conn->exchange->conn = NULL;
        if (conn->state != CONN_BUSY)
            http_exchange_give(loop, conn->exchange);
        else
            server->counts.gone++;
    }
    if (conn->state == CONN_STREAM) {
        server->counts.streams--;
        if (tell && conn->events->closed)
            conn->events->closed(conn->events_arg);
    }
    server->counts.open--;
    bufferevent_free(conn->bev);
    free(conn);
}

void http_conn_close(struct http_conn *conn)
{
    close_conn(conn, true);
}

/* The answer has left. True while the connection lives. */
static bool finish_answer(struct http_conn *conn)
{
    if (!conn->closing) {
        become_idle(conn);
        return true;
    }
    if (conn->half_closed) {
        http_conn_close(conn);
        return false;
    }
    struct evbuffer *in = bufferevent_get_input(conn->bev);
    evbuffer_drain(in, evbuffer_get_length(in));
    conn->state = CONN_LINGER;
    conn->deadline = in_ms(conn, LINGER_MS);
    if (!conn->loop->server->tls)
        shutdown(bufferevent_getfd(conn->bev), SHUT_WR);
    return true;
}

/* ---- answering ----------------------------------------------------------------------------- */

static void drop_nothing(const void *data, size_t len, void *arg)
{
    (void)data, (void)len, (void)arg;
}

static const struct http_reply broken_reply = {.status = 500, .close = true};

static void send_reply(struct http_conn *conn, bool with_body, const struct http_reply *reply)
{
    struct http_loop *loop = conn->loop;
    struct evbuffer *out = bufferevent_get_output(conn->bev);
    struct http_line line;
    conn->closing = conn->closing || reply->close || conn->half_closed || loop->stopping;
    if (!http_reply_head(loop, reply, !conn->closing, false, &line)) {
        reply = &broken_reply;
        conn->closing = true;
        bool fits = http_reply_head(loop, reply, false, false, &line);
        assert(fits);
    }
    evbuffer_add(out, line.bytes, line.len);
    if (with_body && reply->body.len && reply->status != 204 && reply->status != 304) {
        if (reply->lasting)
            evbuffer_add_reference(out, reply->body.ptr, reply->body.len, drop_nothing, NULL);
        else
            evbuffer_add(out, reply->body.ptr, reply->body.len);
    }
    loop->server->counts.answers[reply->status / 100 % 6]++;
    conn->state = CONN_WRITE;
    conn->deadline =
        in_ms(conn, limits_of(conn)->write_ms + (int64_t)reply->body.len * 1000 / WRITE_RATE);
}

void http_reply(struct http_exchange *exchange, const struct http_reply *reply)
{
    struct http_exchange_own *x = exchange->own;
    struct http_conn *conn = x->conn;
    struct http_loop *loop = exchange->loop;
    if (!conn || conn->state == CONN_BUSY)
        loop->busy--;
    if (conn) {
        conn->exchange = NULL;
        /* What is left of a body that was not wanted cannot be told from the next request. */
        if (conn->state == CONN_HEAD && exchange->head.content_length > 0)
            conn->closing = true;
        conn->closing = conn->closing || !exchange->head.keep_alive;
        send_reply(conn, exchange->head.method != HTTP_HEAD, reply);
    }
    http_exchange_give(loop, x);
}

void http_conn_refuse(struct http_conn *conn, enum http_refusal refusal)
{
    char body[256];
    conn->loop->server->counts.refusals[refusal]++;
    struct http_reply reply = {.status = http_refusal_status(refusal), .close = true};
    if (reply.status == 0) {
        http_conn_close(conn);
        return;
    }
    if (conn->exchange) {
        struct http_exchange_own *x = conn->exchange;
        conn->exchange = NULL;
        http_exchange_give(conn->loop, x);
    }
    int len = snprintf(body, sizeof body,
                       "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"code\":\"%s\"}",
                       http_refusal_title(refusal), reply.status, http_refusal_name(refusal));
    reply.type = STR("application/problem+json");
    reply.body = (struct str){body, (size_t)len};
    const struct http_handler *handler = &conn->loop->server->options.handler;
    if (handler->refuse)
        handler->refuse(handler->arg, conn->loop->server->tls != NULL, &reply);
    send_reply(conn, true, &reply);
}

/* ---- reading ------------------------------------------------------------------------------- */

static void serve(struct http_conn *conn)
{
    struct http_exchange *x = &conn->exchange->shown;
    struct http_loop *loop = conn->loop;
    conn->state = CONN_BUSY;
    loop->busy++;
    loop->server->counts.requests++;
    x->body =
        (struct str){conn->exchange->body ? conn->exchange->body : "", conn->exchange->body_len};
    loop->server->options.handler.serve(loop->of_loop, x);
}

/* Room for `more` bytes of the body, growing with what really comes. */
static enum http_refusal grow_body(struct http_exchange_own *x, size_t more)
{
    size_t need = x->body_len + more, room = x->body_room * 2;
    struct httpd *server = x->shown.loop->server;
    if (need <= x->body_room)
        return HTTP_REFUSAL_NONE;
    if (room < need)
        room = need;
    if (room > (size_t)x->shown.head.content_length)
        room = (size_t)x->shown.head.content_length;
    int64_t added = (int64_t)(room - x->body_room);
    if (server->counts.bodies_bytes + added > (int64_t)server->options.limits.bodies_bytes)
        return HTTP_REFUSAL_BODIES;
    char *body = realloc(x->body, room);
    if (!body)
        return HTTP_REFUSAL_BODIES;
    server->counts.bodies_bytes += added;
    x->body = body;
    x->body_room = room;
    return HTTP_REFUSAL_NONE;
}

static void read_body(struct http_conn *conn)
{
    struct http_exchange_own *x = conn->exchange;
    struct evbuffer *in = bufferevent_get_input(conn->bev);
    size_t want = (size_t)x->shown.head.content_length - x->body_len;
    size_t have = evbuffer_get_length(in);
    size_t take = have < want ? have : want;
    enum http_refusal refusal = grow_body(x, take);
    if (refusal != HTTP_REFUSAL_NONE) {
        http_conn_refuse(conn, refusal);
        return;
    }
    if (take > 0) {
        evbuffer_remove(in, x->body + x->body_len, take);
        x->body_len += take;
    }
    if (take == want)
        serve(conn);
}

/* The head is understood: ask the handler, then wait for the body or serve. */
static void admit(struct http_conn *conn)
{
    struct http_exchange *x = &conn->exchange->shown;
    struct http_loop *loop = conn->loop;
    size_t body_max = 0;
    if (!loop->server->options.handler.head(loop->of_loop, x, &body_max))
        return; /* it has replied */
    if (x->head.content_length > (int64_t)body_max) {
        http_conn_refuse(conn, HTTP_REFUSAL_BODY);
        return;
    }
    if (x->head.content_length <= 0) {
        serve(conn);
        return;
    }
    conn->state = CONN_BODY;
    conn->deadline =
        in_ms(conn, limits_of(conn)->body_ms + x->head.content_length * 1000 / BODY_RATE);
    if (x->head.expect_continue && evbuffer_get_length(bufferevent_get_input(conn->bev)) == 0)
        bufferevent_write(conn->bev, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    read_body(conn);
}

/* Look for a whole head in what has come. */
static void read_head(struct http_conn *conn)
{
    struct evbuffer *in = bufferevent_get_input(conn->bev);
    size_t have = evbuffer_get_length(in);
    size_t look = have < HTTP_HEAD_MAX + 2 ? have : HTTP_HEAD_MAX + 2;
    enum http_refusal refusal = HTTP_REFUSAL_NONE;
    if (have == 0)
        return;
    if (conn->state == CONN_IDLE) {
        conn->state = CONN_HEAD;
        conn->deadline = in_ms(conn, limits_of(conn)->head_ms);
    }
    struct str text = {(const char *)evbuffer_pullup(in, (ssize_t)look), look};
    size_t len = http_scan(&conn->scan, text, &refusal);
    struct http_exchange_own *x = len ? http_exchange_take(conn->loop) : NULL;
    if (len && (!x || !rc_ok(str_copy(&x->shown.c, str_sub(text, 0, len), &text)))) {
        if (x)
            http_exchange_give(conn->loop, x);
        http_conn_close(conn);
        return;
    }
    if (x) {
        x->conn = conn;
        x->shown.peer = str_from(conn->peer);
        x->shown.tls = conn->loop->server->tls != NULL;
        conn->exchange = x;
        evbuffer_drain(in, len);
        refusal = http_head_parse(text, &x->shown.head);
    }
    if (refusal != HTTP_REFUSAL_NONE)
        http_conn_refuse(conn, refusal);
    else if (x)
        admit(conn);
}

static void on_read(struct bufferevent *bev, void *arg)
{
    struct http_conn *conn = arg;
    struct evbuffer *in = bufferevent_get_input(bev);
    switch (conn->state) {
    case CONN_IDLE:
    case CONN_HEAD:
        read_head(conn);
        break;
    case CONN_BODY:
        read_body(conn);
        break;
    case CONN_LINGER:
        evbuffer_drain(in, evbuffer_get_length(in));
        break;
    case CONN_STREAM:
        if (evbuffer_get_length(in) > STREAM_INPUT_MAX)
            http_conn_refuse(conn, HTTP_REFUSAL_STREAM_INPUT);
        break;
    case CONN_HANDSHAKE:
    case CONN_BUSY:
    case CONN_WRITE:
        break; /* it waits, up to the watermark */
    }
}

static void on_write(struct bufferevent *bev, void *arg)
{
    struct http_conn *conn = arg;
    if (evbuffer_get_length(bufferevent_get_output(bev)) > 0)
        return;
    if (conn->state == CONN_STREAM) {
        if (conn->events->drained)
            conn->events->drained(conn->events_arg);
    } else if (conn->state == CONN_WRITE && finish_answer(conn) && conn->state == CONN_IDLE) {
        read_head(conn);
    }
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct http_conn *conn = arg;
    if (what & BEV_EVENT_CONNECTED) {
        become_idle(conn);
        return;
    }
    bool ended = (what & BEV_EVENT_EOF) && (what & BEV_EVENT_READING);
    if (ended && (conn->state == CONN_BUSY || conn->state == CONN_WRITE)) {
        /* It may have closed only its side: the answer is still sent. */
        conn->half_closed = conn->closing = true;
        bufferevent_disable(bev, EV_READ);
        return;
    }
    http_conn_close(conn);
}

/* ---- opening ------------------------------------------------------------------------------- */

static void name_peer(struct http_conn *conn, const struct sockaddr *from)
{
    if (from->sa_family == AF_INET6) {
        conn->address = ((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;
    } else {
        conn->address.s6_addr[10] = conn->address.s6_addr[11] = 0xff;
        memcpy(&conn->address.s6_addr[12],
               &((const struct sockaddr_in *)(const void *)from)->sin_addr, 4);
    }
    if (IN6_IS_ADDR_V4MAPPED(&conn->address))
        inet_ntop(AF_INET, &conn->address.s6_addr[12], conn->peer, sizeof conn->peer);
    else
        inet_ntop(AF_INET6, &conn->address, conn->peer, sizeof conn->peer);
}

static struct bufferevent *make_bufferevent(struct http_loop *loop, int fd)
{
    if (!loop->server->tls)
        return bufferevent_socket_new(loop->base, fd, BEV_OPT_CLOSE_ON_FREE);
    SSL *ssl = SSL_new(loop->server->tls);
    if (!ssl)
        return NULL;
    struct bufferevent *bev = bufferevent_openssl_socket_new(
        loop->base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
    if (!bev)
        SSL_free(ssl);
    return bev;
}

void http_conn_open(struct http_loop *loop, int fd, const struct sockaddr *from)
{
    struct httpd *server = loop->server;
    int yes = 1, room = server->options.limits.send_buffer;
    struct http_conn *conn = calloc(1, sizeof *conn);
    enum http_refusal refusal = HTTP_REFUSAL_CONNECTIONS;
    if (conn) {
        conn->loop = loop;
        name_peer(conn, from);
        refusal = http_place_take(conn);
        conn->bev = refusal == HTTP_REFUSAL_NONE ? make_bufferevent(loop, fd) : NULL;
        if (refusal != HTTP_REFUSAL_NONE)
            server->counts.refusals[refusal]++;
        else if (!conn->bev)
            http_place_leave(conn);
    }
    if (!conn || !conn->bev) {
        free(conn);
        evutil_closesocket(fd);
        return;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    server->counts.open++;
    if (server->tls) {
        conn->state = CONN_HANDSHAKE;
        conn->deadline = in_ms(conn, server->options.limits.handshake_ms);
    } else {
        become_idle(conn);
    }
    bufferevent_setcb(conn->bev, on_read, on_write, on_event, conn);
    bufferevent_setwatermark(conn->bev, EV_READ, 0, INPUT_MAX);
    bufferevent_enable(conn->bev, EV_READ | EV_WRITE);
}

/* ---- deadlines and the end ----------------------------------------------------------------- */

void http_conn_sweep(struct http_conn *conn, struct mono now, bool force)
{
    static const enum http_refusal why[] = {
        [CONN_HANDSHAKE] = HTTP_REFUSAL_HANDSHAKE, [CONN_IDLE] = HTTP_REFUSAL_IDLE,
        [CONN_HEAD] = HTTP_REFUSAL_DEADLINE,       [CONN_BODY] = HTTP_REFUSAL_DEADLINE,
        [CONN_WRITE] = HTTP_REFUSAL_SLOW_READER,   [CONN_LINGER] = HTTP_REFUSAL_NONE,
    };
    if (conn->state == CONN_BUSY || conn->state == CONN_STREAM)
        return;
    if (!force && now.us < conn->deadline.us)
        return;
    if (why[conn->state] == HTTP_REFUSAL_NONE || force)
        http_conn_close(conn);
    else
        http_conn_refuse(conn, why[conn->state]);
}

void http_conn_stop(struct http_conn *conn)
{
    if (conn->state == CONN_WRITE || conn->state == CONN_BUSY || conn->state == CONN_LINGER)
        conn->closing = true;
    else
        http_conn_close(conn);
}

/* ---- streams ------------------------------------------------------------------------------- */

struct http_block *http_block_make(struct str text)
{
    struct http_block *block = malloc(sizeof *block + text.len);
    if (!block)
        return NULL;
    block->refs = 1;
    block->len = text.len;
    memcpy(block->bytes, text.ptr, text.len);
    return block;
}

void http_block_drop(struct http_block *block)
{
    if (block && --block->refs == 0)
        free(block);
}

static void drop_block(const void *data, size_t len, void *arg)
{
    (void)data, (void)len;
    http_block_drop(arg);
}

struct http_stream *http_stream_open(struct http_exchange *exchange, const struct http_reply *reply,
                                     const struct http_stream_events *events, void *arg)
{
    struct http_exchange_own *x = exchange->own;
    struct http_loop *loop = exchange->loop;
    struct http_conn *conn = x->conn;
    struct http_line line;
    bool good = http_reply_head(loop, reply, false, true, &line);
    loop->busy--;
    http_exchange_give(loop, x);
    if (!conn)
        return NULL;
    conn->exchange = NULL;
    if (!good || conn->half_closed || loop->stopping) {
        conn->state = CONN_LINGER;
        http_conn_close(conn);
        return NULL;
    }
    loop->server->counts.streams++;
    loop->server->counts.answers[reply->status / 100 % 6]++;
    conn->state = CONN_STREAM;
    conn->events = events;
    conn->events_arg = arg;
    bufferevent_write(conn->bev, line.bytes, line.len);
    return (struct http_stream *)conn;
}

void http_stream_send(struct http_stream *stream, struct http_block *block, size_t from, size_t to)
{
    block->refs++;
    if (evbuffer_add_reference(bufferevent_get_output(stream->conn.bev), block->bytes + from,
                               to - from, drop_block, block) != 0)
        block->refs--;
}

void http_stream_send_text(struct http_stream *stream, struct str text)
{
    bufferevent_write(stream->conn.bev, text.ptr, text.len);
}

size_t http_stream_waiting(const struct http_stream *stream)
{
    return evbuffer_get_length(bufferevent_get_output(stream->conn.bev));
}

void http_stream_close(struct http_stream *stream)
{
    close_conn(&stream->conn, false);
}
