/* Connections. Bytes are taken out of the connection in gifts; a gift is read to its end before the
 * next one is taken, and when its port is full both wait, so that the sender's own window closes.
 *
 * Each connection has two deadlines: it must say something now and then (if the listener wants
 * that), and what it has begun to say must be whole in time, however slowly it drips. */
#include "edge/intake/carrier.h"

#include "agent/opener/opener.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent_ssl.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
    BACKLOG = 128,
    INPUT_MAX = 65536,
    SECURE_MS = 10000,
    REPLY_WAITING_MAX = 65536, /* of a connection that does not read its acknowledgements */
};

struct link {
    struct speaker speaker;
    struct port *port; /* NULL: it is closed, and only held */
    struct link *next, **back;
    struct bufferevent *bev;
    struct ear_stream *stream;
    struct endpoint from;
    char peer[ENDPOINT_TEXT_MAX];
    size_t peer_len;
    size_t held; /* frames that wait for an acknowledgement */
    bool ended;  /* the other side sends no more */
    bool giving; /* the stream has not read all of `gift` */
    bool pending, secured;
    struct mono heard, begun; /* last bytes; when the unfinished frame began */
    size_t gift_len;
    char gift[GIFT_BYTES];
};

/* What a port of connections has open. */
struct links {
    struct evconnlistener *accepting;
    struct link *first;
    X509_STORE *authority; /* that has to have signed the certificate of whoever calls; or NULL */
};

static struct links *links_of(const struct port *port)
{
    return port->carried;
}

static struct mono now_of(const struct port *port)
{
    return clock_mono(&port->receiver->scratch);
}

/* ---- the end --------------------------------------------------------------------------------- */

static void hold(struct frame *frame)
{
    struct link *link = frame->waiter.link;
    link->held++;
}

static void release(struct frame *frame)
{
    struct link *link = frame->waiter.link;
    if (--link->held == 0 && !link->port)
        free(link);
}

static void close_link(struct link *link)
{
    struct port *port = link->port;
    *link->back = link->next;
    if (link->next)
        link->next->back = link->back;
    port->state.links--;
    port->dirty = true;
    bufferevent_free(link->bev);
    ear_stream_close(link->stream);
    link->port = NULL;
    link->bev = NULL;
    if (link->held == 0)
        free(link);
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Read the gift on. True when it is read to its end. */
static bool read_gift(struct link *link)
{
    struct port *port = link->port;
    struct ctx *c = &port->receiver->scratch;
    struct str peer = {link->peer_len ? link->peer : NULL, link->peer_len};
    struct ear_item heard;
    while (link->giving) {
        if (batch_full(port)) {
            port->state.waits += !port->waiting;
            port->waiting = true;
            batch_send(port);
            return false;
        }
        struct arena_mark mark = arena_mark(c->arena);
        if (!rc_ok(port_hear(c, port, link->stream, &heard))) {
            port->waiting = true; /* no memory now: the next tick tries again */
            return false;
        }
        link->giving = heard.item.kind != STREAM_EMPTY;
        if (link->giving)
            port_take(port, &heard.item,
                      &(struct origin){
                          .peer = peer, .speaker = &link->speaker, .waiter = {.link = link}});
        arena_return(c->arena, mark);
    }
    bool pending = ear_stream_pending(link->stream);
    if (pending && !link->pending)
        link->begun = now_of(port);
    link->pending = pending;
    return true;
}

static void give(struct link *link, bool last)
{
    struct str peer = {link->peer_len ? link->peer : NULL, link->peer_len};
    ear_stream_give(link->stream, (struct str){link->gift, link->gift_len},
                    (struct stream_given){.peer = peer, .last = last});
    link->giving = true;
}

/* Take gifts until there is nothing more or the port is full. The link may be gone afterwards. */
static void read_on(struct link *link)
{
    struct port *port = link->port;
    struct evbuffer *input = bufferevent_get_input(link->bev);
    if (link->giving && !read_gift(link))
        return;
    while (evbuffer_get_length(input) > 0) {
        int got = evbuffer_remove(input, link->gift, sizeof link->gift);
        link->gift_len = got > 0 ? (size_t)got : 0;
        link->heard = now_of(port);
        port->state.heard = clock_now(&port->receiver->scratch);
        give(link, false);
        if (!read_gift(link))
            return;
    }
    if (!link->ended)
        return;
    if (link->pending) { /* half a frame at the end is bad input, and counted as such */
        link->gift_len = 0;
        link->pending = false;
        give(link, true);
        if (!read_gift(link))
            return;
    }
    if (link->held == 0)
        close_link(link);
}

static void resume(struct port *port)
{
    for (struct link *link = links_of(port)->first, *next; link; link = next) {
        next = link->next;
        if (port->waiting)
            return;
        bufferevent_enable(link->bev, EV_READ);
        read_on(link);
    }
}

static void on_read(struct bufferevent *bev, void *arg)
{
    struct link *link = arg;
    if (link->port->waiting)
        bufferevent_disable(bev, EV_READ);
    else
        read_on(link);
}

static void on_event(struct bufferevent *bev, short what, void *arg)
{
    struct link *link = arg;
    if (what & BEV_EVENT_CONNECTED) {
        link->secured = true;
        return;
    }
    link->ended = true;
    if (what & BEV_EVENT_ERROR) /* nothing can be answered any more, but what came counts */
        bufferevent_disable(bev, EV_WRITE);
    if (!link->port->waiting)
        read_on(link);
}

/* ---- answering ------------------------------------------------------------------------------- */

static void on_written(struct bufferevent *, void *arg)
{
    struct link *link = arg;
    if (link->ended && link->held == 0 && !link->giving)
        close_link(link);
}

static bool reply(struct port *port, const struct frame *frame)
{
    struct link *link = frame->waiter.link;
    if (!link->port)
        return false;
    struct evbuffer *output = bufferevent_get_output(link->bev);
    if (evbuffer_get_length(output) > REPLY_WAITING_MAX) {
        port->state.links_slow++;
        close_link(link);
    } else {
        bufferevent_write(link->bev, frame->reply.ptr, frame->reply.len);
    }
    return true;
}

/* ---- deadlines ------------------------------------------------------------------------------- */

static int64_t frame_ms(const struct link *link)
{
    int64_t set = link->port->listener.frame_ms;
    return (set ? set : LISTENER_FRAME_MS);
}

static bool is_slow(const struct link *link, struct mono now)
{
    if (!link->secured)
        return now.us - link->begun.us > (int64_t)SECURE_MS * 1000;
    return link->pending && now.us - link->begun.us > frame_ms(link) * 1000;
}

static void tick(struct port *port, struct mono now)
{
    for (struct link *link = links_of(port)->first, *next; link; link = next) {
        int64_t idle_ms = port->listener.idle_ms;
        next = link->next;
        if (port->waiting)
            return; /* it is we who are slow */
        if (is_slow(link, now)) {
            port->state.links_slow++;
            close_link(link);
        } else if (idle_ms && now.us - link->heard.us > idle_ms * 1000) {
            port->state.links_idle++;
            close_link(link);
        } else if (link->ended && link->held == 0 && !link->giving) {
            close_link(link);
        }
    }
}

/* ---- accepting ------------------------------------------------------------------------------- */

/* The oldest that has not said yet which device it is, of those of a host when that is not NULL. */
static struct link *oldest_stranger(const struct port *port, const struct endpoint *host)
{
    struct link *oldest = NULL;
    for (struct link *link = links_of(port)->first; link; link = link->next)
        if (link->speaker.len == 0 && link->held == 0 &&
            (!host || endpoint_same_host(&link->from, host)))
            oldest = link; /* the newest comes first */
    return oldest;
}

/* Whether there is a place for one more from there: strangers make room, devices never. */
static bool make_room(struct port *port, const struct endpoint *from)
{
    const struct listener *l = &port->listener;
    int64_t most = l->links_max.known ? l->links_max.value : LISTENER_LINKS;
    int64_t each = l->links_each.known ? l->links_each.value : LISTENER_LINKS_EACH;
    for (const struct link *link = links_of(port)->first; link; link = link->next)
        each -= endpoint_same_host(&link->from, from);
    if (port->state.links < most && each > 0)
        return true;
    struct link *stranger = oldest_stranger(port, each > 0 ? NULL : from);
    if (!stranger)
        return false;
    port->state.links_refused++;
    close_link(stranger);
    return true;
}

/* With an authority, nobody gets in without a certificate of it; nor with a session that was begun
 * at another listener, which may have wanted none. */
static bool want_certificate(SSL *ssl, const struct port *port)
{
    X509_STORE *authority = links_of(port)->authority;
    uint64_t id = str_hash(port->listener.id);
    if (!authority)
        return true;
    SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return SSL_set1_verify_cert_store(ssl, authority) == 1 &&
           SSL_set_session_id_context(ssl, (const unsigned char *)&id, sizeof id) == 1;
}

static struct bufferevent *make_bev(struct port *port, int fd)
{
    struct event_base *base = port->receiver->base;
    if (port->listener.carrier != LISTENER_CARRIER_TLS)
        return bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    SSL *ssl = SSL_new(port->receiver->options.tls);
    struct bufferevent *bev = NULL;
    if (ssl && want_certificate(ssl, port))
        bev = bufferevent_openssl_socket_new(base, fd, ssl, BUFFEREVENT_SSL_ACCEPTING,
                                             BEV_OPT_CLOSE_ON_FREE);
    if (!bev)
        SSL_free(ssl);
    else
        bufferevent_openssl_set_allow_dirty_shutdown(bev, 1);
    return bev;
}

static void begin(struct link *link)
{
    struct port *port = link->port;
    link->peer_len = endpoint_write_host(&link->from, link->peer);
    link->heard = link->begun = now_of(port);
    link->secured = port->listener.carrier != LISTENER_CARRIER_TLS;
    link->next = links_of(port)->first;
    link->back = &links_of(port)->first;
    if (link->next)
        link->next->back = &link->next;
    links_of(port)->first = link;
    port->state.links++;
    port->state.links_taken++;
    bufferevent_setcb(link->bev, on_read, on_written, on_event, link);
    bufferevent_setwatermark(link->bev, EV_READ, 0, INPUT_MAX);
    bufferevent_enable(link->bev, EV_READ | EV_WRITE);
}

static void accept_link(struct port *port, int fd, const struct sockaddr *from, int from_len)
{
    struct ctx *c = &port->receiver->scratch;
    struct link *link = calloc(1, sizeof *link);
    port->dirty = true;
    if (link && from_len > 0 && (size_t)from_len <= sizeof link->from.bytes) {
        memcpy(&link->from.bytes, from, (size_t)from_len);
        link->from.len = (socklen_t)from_len;
    }
    bool good =
        link && make_room(port, &link->from) && rc_ok(ear_stream_open(c, port->ear, &link->stream));
    if (good)
        link->bev = make_bev(port, fd);
    if (good && link->bev) {
        link->port = port;
        begin(link);
        return;
    }
    port->state.links_refused++;
    evutil_closesocket(fd);
    if (link)
        ear_stream_close(link->stream);
    free(link);
}

static void on_accept(struct evconnlistener *, evutil_socket_t fd, struct sockaddr *from,
                      int from_len, void *arg)
{
    accept_link(arg, fd, from, from_len);
}

/* ---- listening ------------------------------------------------------------------------------- */

/* In the file system: only at the start, its folder is closed to us afterwards. */
static rc make_local(struct ctx *c, struct port *port)
{
    struct endpoint address;
    if (!endpoint_read_unix(port->path, &address))
        FAIL(c, INVALID, "\"%.*s\" is not the path of a socket", STR_ARG(port->listener.address));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 && errno == EPERM)
        FAIL(c, IO, "it will be opened when Chancery is restarted: its folder is closed to us");
    if (fd < 0)
        FAIL(c, IO, "no socket: %s", strerror(errno));
    port->fd = fd;
    endpoint_remove_stale(&address);
    if (bind(fd, (struct sockaddr *)&address.bytes, address.len) != 0 || listen(fd, BACKLOG) != 0)
        FAIL(c, CONFLICT, "%.*s: %s", STR_ARG(port->listener.address), strerror(errno));
    return OK;
}

static rc make_socket(struct ctx *c, struct port *port)
{
    if (port->listener.carrier == LISTENER_CARRIER_UNIX)
        return make_local(c, port);
    return opener_socket(c, port->receiver->options.opener, OPENER_STREAM, port->listener.address,
                         &port->fd);
}

static bool wants_certificate(const struct listener *listener)
{
    return !str_absent(listener->authority);
}

static rc prepare_tls(struct ctx *c, struct port *port)
{
    X509 *authority = NULL;
    if (!port->receiver->options.tls)
        FAIL(c, INVALID, "TLS needs a certificate, and this server has none");
    if (!wants_certificate(&port->listener))
        return OK;
    TRY(authority_read(c, port->listener.authority, &authority));
    X509_STORE *store = links_of(port)->authority = X509_STORE_new();
    bool good = store && X509_STORE_add_cert(store, authority) == 1;
    X509_free(authority);
    if (!good)
        FAIL(c, NO_MEMORY, "no memory for the authority of a listener");
    return OK;
}

static rc open_links(struct ctx *c, struct port *port, const void *)
{
    struct links *links = calloc(1, sizeof *links);
    if (!links)
        FAIL(c, NO_MEMORY, "no memory to listen");
    port->carried = links;
    if (port->listener.carrier == LISTENER_CARRIER_TLS)
        TRY(prepare_tls(c, port));
    if (port->fd < 0)
        TRY(make_socket(c, port));
    links->accepting = evconnlistener_new(port->receiver->base, on_accept, port,
                                          LEV_OPT_CLOSE_ON_EXEC, 0, port->fd);
    if (!links->accepting)
        FAIL(c, NO_MEMORY, "no memory to listen");
    return OK;
}

static void close_links(struct port *port)
{
    struct links *links = links_of(port);
    while (links->first)
        close_link(links->first);
    if (links->accepting)
        evconnlistener_free(links->accepting);
    X509_STORE_free(links->authority);
    free(links);
}

static void stop(struct port *port)
{
    evconnlistener_disable(links_of(port)->accepting);
    for (struct link *link = links_of(port)->first; link; link = link->next)
        bufferevent_disable(link->bev, EV_READ);
}

/* ---- the three ways -------------------------------------------------------------------------- */

static rc check_local(struct ctx *c, const struct listener *listener)
{
    struct endpoint address;
    TRY(listener_check_path(c, listener));
    if (!endpoint_read_unix(listener->address, &address))
        return listener_refuse(c, "address", "the path of a socket has at most 107 bytes");
    return OK;
}

static rc check_secure(struct ctx *c, const struct listener *listener)
{
    X509 *authority = NULL;
    TRY(listener_check_endpoint(c, listener));
    if (!wants_certificate(listener))
        return OK;
    rc result = authority_read(c, listener->authority, &authority);
    if (!rc_ok(result))
        return listener_refuse(c, "authority", c->fault.message);
    X509_free(authority);
    return OK;
}

#define OF_CONNECTIONS                                                                             \
    .batches = PORT_BATCHES, .open = open_links, .close = close_links, .stop = stop, .tick = tick, \
    .resume = resume, .hold = hold, .release = release, .reply = reply
const struct carrier tcp_carrier = {OF_CONNECTIONS, .check = listener_check_endpoint};
const struct carrier tls_carrier = {OF_CONNECTIONS, .check = check_secure,
                                    .proves = wants_certificate};
const struct carrier unix_carrier = {.in_files = true, OF_CONNECTIONS, .check = check_local};
