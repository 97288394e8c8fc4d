/* A broker that we call. libmosquitto has a thread of its own here, for it waits: for the broker,
 * and, with a message that asks for an acknowledgement, for the writer.
 *
 *   its thread:  message -> box -> wait until it is settled -> (PUBACK or PUBCOMP leaves)
 *   receiver:    box -> frame -> batch -> commit -> settled
 *
 * libmosquitto queues its acknowledgement before it shows the message, and writes the queue when
 * the callback has returned. So the callback returns after the commit, and when we are killed or
 * stopped before it, the connection ends without it and the broker sends again: the session is a
 * lasting one. */
#include "edge/intake/carrier.h"

#include "adapter/mqtt/mqtt.h"
#include "agent/opener/opener.h"

#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BOX = 256,
    KEEPALIVE_S = 30,
    WAIT_MS_LEAST = 250,
    WAIT_MS_MOST = 30000,
    TURN_MS = 1000,
    LOOK_UP_MEMORY = 65536
};

struct message {
    char *bytes; /* topic, NUL, payload */
    size_t len;
    uint64_t ticket;
};

struct broker {
    struct port *port;
    struct ear_stream *stream;
    struct speaker speaker;
    struct mosquitto *client;
    SSL_CTX *tls;
    struct texts topics;
    char host[256]; /* as it is set: a name, or an address */
    bool named;
    int tcp_port;
    int certificate_error; /* of X509_V_ERR; its own thread's, as is … */
    bool refused;          /* the broker has said why */
    bool version_5;
    pthread_t thread;
    bool threaded;
    int stop_fd;           /* readable when it is to stop */
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t told;
    struct message box[BOX];
    size_t first, count;
    uint64_t taken, settled; /* tickets */
    bool stopping, connected, news;
    char why[200];
};

/* ---- on its own thread ----------------------------------------------------------------------- */

static void set_why(struct broker *b, bool connected, const char *why)
{
    pthread_mutex_lock(&b->mutex);
    b->connected = connected;
    b->news = true;
    snprintf(b->why, sizeof b->why, "%s", why);
    pthread_mutex_unlock(&b->mutex);
    receiver_ring(b->port->receiver);
}

static void on_connect(struct mosquitto *client, void *arg, int code, int,
                       const mosquitto_property *)
{
    struct broker *b = arg;
    if (code != 0) {
        b->refused = true;
        set_why(b, false,
                b->version_5 ? mosquitto_reason_string(code) : mosquitto_connack_string(code));
        mosquitto_disconnect(client);
        return;
    }
    for (size_t i = 0; i < b->topics.count; i++)
        mosquitto_subscribe(client, NULL, b->topics.items[i].ptr, 1);
    set_why(b, true, "");
}

static bool put(struct broker *b, const struct mosquitto_message *from)
{
    size_t topic = strlen(from->topic), payload = (size_t)from->payloadlen;
    struct message message = {.bytes = malloc(topic + 1 + payload), .len = topic + 1 + payload};
    if (!message.bytes)
        return false;
    memcpy(message.bytes, from->topic, topic + 1);
    if (payload)
        memcpy(message.bytes + topic + 1, from->payload, payload);
    message.ticket = ++b->taken;
    b->box[(b->first + b->count++) % BOX] = message;
    return true;
}

static void on_message(struct mosquitto *client, void *arg, const struct mosquitto_message *from)
{
    struct broker *b = arg;
    pthread_mutex_lock(&b->mutex);
    while (b->count == BOX && !b->stopping)
        pthread_cond_wait(&b->told, &b->mutex);
    bool good = !b->stopping && put(b, from);
    uint64_t ticket = b->taken;
    receiver_ring(b->port->receiver);
    while (good && from->qos > 0 && b->settled < ticket && !b->stopping)
        pthread_cond_wait(&b->told, &b->mutex);
    good = good && (from->qos == 0 || b->settled >= ticket);
    pthread_mutex_unlock(&b->mutex);
    if (!good) /* not written down: its acknowledgement must not leave */
        shutdown(mosquitto_socket(client), SHUT_RDWR);
}

static int call_address(struct broker *b, const char *address)
{
    mosquitto_property *lasting = NULL;
    int code;
    if (!b->version_5)
        return mosquitto_connect(b->client, address, b->tcp_port, KEEPALIVE_S);
    if (mosquitto_property_add_int32(&lasting, MQTT_PROP_SESSION_EXPIRY_INTERVAL, UINT32_MAX) != 0)
        return MOSQ_ERR_NOMEM;
    code = mosquitto_connect_bind_v5(b->client, address, b->tcp_port, KEEPALIVE_S, NULL, lasting);
    mosquitto_property_free_all(&lasting);
    return code;
}

/* A name is looked up anew for each call; its addresses are tried in their order. False: there is
 * none, and that has been told. */
static bool call_name(struct broker *b, int *ret_code)
{
    struct endpoint found[OPENER_FOUND_MAX];
    size_t count = 0;
    struct ctx c = {.arena = arena_open(LOOK_UP_MEMORY)};
    bool good =
        c.arena && rc_ok(opener_look_up(&c, b->port->receiver->options.opener, str_from(b->host),
                                        (unsigned)b->tcp_port, b->stop_fd, found, &count));
    if (!good)
        set_why(b, false, c.arena ? c.fault.message : "no memory");
    arena_close(c.arena);
    *ret_code = MOSQ_ERR_ERRNO;
    for (size_t i = 0; i < count && *ret_code != MOSQ_ERR_SUCCESS; i++) {
        char address[ENDPOINT_TEXT_MAX];
        endpoint_write_host(&found[i], address);
        *ret_code = call_address(b, address);
    }
    return good;
}

static const char *word_of(int certificate_error)
{
    switch (certificate_error) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return "signed by another authority";
    default:
        return X509_verify_cert_error_string(certificate_error);
    }
}

/* Why a call has failed, unless the broker itself has said it. */
static void tell_why(struct broker *b, int code)
{
    char text[sizeof b->why];
    int error = errno;
    if (b->refused)
        return;
    if (b->certificate_error) {
        snprintf(text, sizeof text, "the broker's certificate is not valid for %.60s: %.70s",
                 b->host, word_of(b->certificate_error));
        set_why(b, false, text);
    } else if (code == MOSQ_ERR_ERRNO && error == EPERM) {
        set_why(b, false,
                "it will be called when Chancery is restarted: network access has been dropped");
    } else {
        set_why(b, false, code == MOSQ_ERR_ERRNO ? strerror(error) : mosquitto_strerror(code));
    }
}

static bool is_stopping(struct broker *b)
{
    pthread_mutex_lock(&b->mutex);
    bool stopping = b->stopping;
    pthread_mutex_unlock(&b->mutex);
    return stopping;
}

/* For so long, or until it is told to stop. */
static bool rest(struct broker *b, int64_t wait_ms)
{
    struct pollfd stop = {.fd = b->stop_fd, .events = POLLIN};
    poll(&stop, 1, (int)wait_ms);
    return is_stopping(b);
}

static void *run(void *arg)
{
    struct broker *b = arg;
    int64_t wait_ms = WAIT_MS_LEAST;
    bool stopping = is_stopping(b);
    while (!stopping) {
        int code = MOSQ_ERR_SUCCESS;
        b->refused = false;
        b->certificate_error = 0;
        bool found = !b->named || call_name(b, &code);
        if (!b->named)
            code = call_address(b, b->host);
        while (code == MOSQ_ERR_SUCCESS && !is_stopping(b)) {
            code = mosquitto_loop(b->client, TURN_MS, 1);
            if (b->connected)
                wait_ms = WAIT_MS_LEAST;
        }
        if (code == MOSQ_ERR_SUCCESS)
            break;
        if (found)
            tell_why(b, code);
        stopping = rest(b, wait_ms);
        wait_ms = wait_ms * 2 < WAIT_MS_MOST ? wait_ms * 2 : WAIT_MS_MOST;
    }
    return NULL;
}

/* ---- on the receiver's ----------------------------------------------------------------------- */

static void settle_ticket(struct broker *b, uint64_t ticket)
{
    pthread_mutex_lock(&b->mutex);
    if (b->settled < ticket)
        b->settled = ticket;
    pthread_cond_broadcast(&b->told);
    pthread_mutex_unlock(&b->mutex);
}

static void settle(struct port *port, const struct frame *frame)
{
    settle_ticket(port->carried, frame->waiter.ticket);
}

static bool get(struct broker *b, struct message *ret)
{
    pthread_mutex_lock(&b->mutex);
    bool any = b->count > 0;
    if (any) {
        *ret = b->box[b->first];
        b->first = (b->first + 1) % BOX;
        b->count--;
        pthread_cond_broadcast(&b->told);
    }
    pthread_mutex_unlock(&b->mutex);
    return any;
}

static void take(struct port *port, const struct message *message)
{
    struct broker *b = port->carried;
    struct ctx *c = &port->receiver->scratch;
    struct ear_item heard = {.item = {.kind = STREAM_FRAME}};
    const struct origin origin = {
        .peer = str_from(b->host), .speaker = &b->speaker, .waiter = {.ticket = message->ticket}};
    bool waits = false;
    port->state.heard = clock_now(c);
    ear_stream_give(b->stream, (struct str){message->bytes, message->len},
                    (struct stream_given){.peer = origin.peer, .last = true, .datagram = true});
    while (heard.item.kind != STREAM_EMPTY) {
        if (!rc_ok(port_hear(c, port, b->stream, &heard)))
            return; /* not settled: it is not acknowledged, and the broker sends it again */
        waits = (heard.item.kind != STREAM_EMPTY && port_take(port, &heard.item, &origin)) || waits;
    }
    if (!waits)
        settle_ticket(b, message->ticket);
}

static void tell_news(struct port *port)
{
    struct broker *b = port->carried;
    char why[sizeof b->why];
    pthread_mutex_lock(&b->mutex);
    bool news = b->news, connected = b->connected;
    memcpy(why, b->why, sizeof why);
    b->news = false;
    pthread_mutex_unlock(&b->mutex);
    if (news)
        port_set(port, connected ? LISTENER_CONDITION_OPEN : LISTENER_CONDITION_CALLING, why);
}

/* Not when it is opened: a thread made before the sandbox is entered would be outside of it. */
static bool begin_calling(struct broker *b)
{
    b->threaded = b->threaded || pthread_create(&b->thread, NULL, run, b) == 0;
    return b->threaded;
}

/* Take the messages that have come. True when there were any. */
static bool read_box(struct port *port)
{
    struct broker *b = port->carried;
    struct message message;
    bool any = false;
    if (!begin_calling(b))
        return false;
    tell_news(port);
    while (!port->waiting) {
        if (batch_full(port)) {
            port->waiting = true;
            port->state.waits++;
            break;
        }
        if (!get(b, &message))
            break;
        any = true;
        take(port, &message);
        free(message.bytes);
    }
    return any;
}

static void resume(struct port *port)
{
    read_box(port);
}

static void tick(struct port *port, struct mono)
{
    read_box(port);
}

/* ---- opening --------------------------------------------------------------------------------- */

static int on_certificate(int good, X509_STORE_CTX *store)
{
    SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct broker *b = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    if (!good)
        b->certificate_error = X509_STORE_CTX_get_error(store);
    return good;
}

/* libmosquitto would tell the broker the address that it calls as the name that is meant. */
static void on_handshake(const SSL *ssl, int where, int)
{
    struct broker *b = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    if (where & SSL_CB_HANDSHAKE_START && b->named)
        SSL_set_tlsext_host_name((SSL *)(uintptr_t)ssl, b->host);
}

static bool is_meant(struct broker *b)
{
    X509_VERIFY_PARAM *meant = SSL_CTX_get0_param(b->tls);
    X509_VERIFY_PARAM_set_hostflags(meant, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return b->named ? X509_VERIFY_PARAM_set1_host(meant, b->host, 0) == 1
                    : X509_VERIFY_PARAM_set1_ip_asc(meant, b->host) == 1;
}

/* The certificate has to be signed by the given authority, and be for the name that is set, or the
 * address. */
static rc make_tls(struct ctx *c, struct broker *b, struct str authority)
{
    b->tls = SSL_CTX_new(TLS_client_method());
    X509 *certificate = NULL;
    TRY(authority_read(c, authority, &certificate));
    bool good = b->tls && X509_STORE_add_cert(SSL_CTX_get_cert_store(b->tls), certificate) == 1 &&
                SSL_CTX_set_min_proto_version(b->tls, TLS1_2_VERSION) == 1 && is_meant(b);
    X509_free(certificate);
    if (!good)
        FAIL(c, NO_MEMORY, "no memory for the broker's authority");
    SSL_CTX_set_app_data(b->tls, b);
    SSL_CTX_set_verify(b->tls, SSL_VERIFY_PEER, on_certificate);
    SSL_CTX_set_info_callback(b->tls, on_handshake);
    if (mosquitto_int_option(b->client, MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0) != 0 ||
        mosquitto_void_option(b->client, MOSQ_OPT_SSL_CTX, b->tls) != 0)
        FAIL(c, INTERNAL, "the MQTT library takes no TLS");
    return OK;
}

static rc make_client(struct ctx *c, struct port *port, struct broker *b)
{
    const struct listener *l = &port->listener;
    struct str name;
    TRY(str_format(c, &name, "chancery-%.*s", STR_ARG(l->id)));
    b->client = mosquitto_new(name.ptr, false, b);
    if (!b->client)
        FAIL(c, NO_MEMORY, "no memory for a client of a broker");
    if (mosquitto_int_option(b->client, MOSQ_OPT_PROTOCOL_VERSION,
                             b->version_5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311) != 0 ||
        mosquitto_threaded_set(b->client, true) != 0)
        FAIL(c, INTERNAL, "the MQTT library does not know this version");
    if (!str_absent(l->user) &&
        mosquitto_username_pw_set(b->client, l->user.ptr, l->password.ptr) != 0)
        FAIL(c, INVALID, "the broker's user or password cannot be sent");
    mosquitto_connect_v5_callback_set(b->client, on_connect);
    mosquitto_message_callback_set(b->client, on_message);
    return str_absent(l->authority) ? OK : make_tls(c, b, l->authority);
}

static rc read_address(struct ctx *c, struct str text, struct broker *b)
{
    struct endpoint address;
    struct str host;
    unsigned port = 0;
    b->named = endpoint_read_name(text, &host, &port);
    if (b->named) {
        snprintf(b->host, sizeof b->host, "%.*s", STR_ARG(host));
        b->tcp_port = (int)port;
        return OK;
    }
    if (!endpoint_read(text, &address))
        FAIL(c, INVALID, "write the broker's name or address, and its port: mqtt.example:8883");
    endpoint_write_host(&address, b->host);
    b->tcp_port = (int)endpoint_port(&address);
    return OK;
}

static rc check(struct ctx *c, const struct listener *listener)
{
    struct endpoint address;
    struct str name;
    unsigned port = 0;
    if (!endpoint_read_name(listener->address, &name, &port) &&
        !endpoint_read(listener->address, &address))
        return listener_refuse(
            c, "address", "write the broker's name or address, and its port: mqtt.example:8883");
    if (listener->protocol != LISTENER_PROTOCOL_MQTT)
        return listener_refuse(c, "protocol", "a broker needs the protocol mqtt");
    return OK;
}

/* Then it is the broker that lets devices in, and knows them. */
static bool is_authentic(const struct listener *listener)
{
    return !str_absent(listener->authority);
}

static rc open_broker(struct ctx *c, struct port *port, const void *options)
{
    struct broker *b = calloc(1, sizeof *b);
    if (!b || mosquitto_lib_init() != 0) {
        free(b);
        FAIL(c, NO_MEMORY, "no memory for a broker");
    }
    port->carried = b;
    b->port = port;
    b->stop_fd = eventfd(0, EFD_CLOEXEC);
    pthread_mutex_init(&b->mutex, NULL);
    pthread_cond_init(&b->told, NULL);
    TRY(read_address(c, port->listener.address, b));
    b->version_5 = ((const struct mqtt_options *)options)->version_5;
    if (b->stop_fd < 0)
        FAIL(c, IO, "no descriptor for a broker: %s", strerror(errno));
    TRY(mqtt_topics(&port->own, options, &b->topics));
    TRY(ear_stream_open(c, port->ear, &b->stream));
    TRY(make_client(c, port, b));
    port_set(port, LISTENER_CONDITION_CALLING, "");
    return OK;
}

static void end_thread(struct broker *b)
{
    pthread_mutex_lock(&b->mutex);
    b->stopping = true;
    pthread_cond_broadcast(&b->told);
    pthread_mutex_unlock(&b->mutex);
    eventfd_write(b->stop_fd, 1);
    if (!b->threaded)
        return;
    int fd = mosquitto_socket(b->client);
    if (fd >= 0)
        shutdown(fd, SHUT_RDWR); /* wakes its thread; nothing leaves any more */
    pthread_join(b->thread, NULL);
}

static void close_broker(struct port *port)
{
    struct broker *b = port->carried;
    end_thread(b);
    mosquitto_destroy(b->client);
    for (struct message message; get(b, &message);)
        free(message.bytes);
    SSL_CTX_free(b->tls);
    if (b->stop_fd >= 0)
        close(b->stop_fd);
    ear_stream_close(b->stream);
    pthread_cond_destroy(&b->told);
    pthread_mutex_destroy(&b->mutex);
    free(b);
    mosquitto_lib_cleanup();
}

const struct carrier broker_carrier = {
    .batches = PORT_BATCHES,
    .calls = true,
    .check = check,
    .proves = is_authentic,
    .open = open_broker,
    .close = close_broker,
    .tick = tick,
    .resume = resume,
    .wake = read_box,
    .settle = settle,
};
