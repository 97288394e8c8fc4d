/* Places. A connection is a stranger until a request of it was that of somebody known; then it
 * takes one of the places that are kept for those. When the strangers' places are full, the oldest
 * of them makes room, so that whoever comes has the time until as many others have come: to secure
 * the connection and to say who they are. Nobody is displaced while a request of theirs is worked
 * on.
 *
 * A loop has its own share of the places, since a connection belongs to its loop. */
#include "edge/http/httpd_own.h"

#include <stdlib.h>

enum { ADDRESS_BUCKETS = 1024 };

/* ---- connections of one address ------------------------------------------------------------ */

struct http_address {
    struct http_address *next;
    struct in6_addr key;
    size_t count;
};

/* An IPv6 host has a /64 to choose addresses from. */
static struct in6_addr address_key(const struct in6_addr *address)
{
    struct in6_addr key = *address;
    if (!IN6_IS_ADDR_V4MAPPED(&key))
        memset(&key.s6_addr[8], 0, 8);
    return key;
}

static bool is_loopback(const struct in6_addr *address)
{
    return IN6_IS_ADDR_LOOPBACK(address) ||
           (IN6_IS_ADDR_V4MAPPED(address) && address->s6_addr[12] == 127);
}

static struct http_address **address_slot(struct httpd *server, const struct in6_addr *key)
{
    uint64_t hash = str_hash((struct str){(const char *)key->s6_addr, sizeof key->s6_addr});
    struct http_address **slot = &server->addresses[hash % ADDRESS_BUCKETS];
    while (*slot && memcmp(&(*slot)->key, key, sizeof *key) != 0)
        slot = &(*slot)->next;
    return slot;
}

static bool enter_address(struct httpd *server, const struct in6_addr *address)
{
    if (is_loopback(address) && !server->options.limits.loopback_too)
        return true;
    struct in6_addr key = address_key(address);
    pthread_mutex_lock(&server->mutex);
    struct http_address **slot = address_slot(server, &key);
    if (!*slot && (*slot = calloc(1, sizeof **slot)))
        (*slot)->key = key;
    bool few = *slot && (*slot)->count < server->options.limits.per_address;
    if (few)
        (*slot)->count++;
    pthread_mutex_unlock(&server->mutex);
    return few;
}

static void leave_address(struct httpd *server, const struct in6_addr *address)
{
    if (is_loopback(address) && !server->options.limits.loopback_too)
        return;
    struct in6_addr key = address_key(address);
    pthread_mutex_lock(&server->mutex);
    struct http_address **slot = address_slot(server, &key), *gone = *slot;
    if (gone && --gone->count == 0) {
        *slot = gone->next;
        free(gone);
    }
    pthread_mutex_unlock(&server->mutex);
}

bool http_address_open(struct httpd *server)
{
    server->addresses = calloc(ADDRESS_BUCKETS, sizeof(void *));
    return server->addresses != NULL;
}

void http_address_close(struct httpd *server)
{
    for (size_t i = 0; i < ADDRESS_BUCKETS; i++)
        while (server->addresses[i]) {
            struct http_address *next = server->addresses[i]->next;
            free(server->addresses[i]);
            server->addresses[i] = next;
        }
    free(server->addresses);
}

/* ---- the queues of a loop ------------------------------------------------------------------ */

void http_place_begin(struct http_loop *loop)
{
    const struct http_limits *limits = &loop->server->options.limits;
    const size_t most[] = {[CONN_STRANGER] = limits->strangers, [CONN_KNOWN] = limits->known};
    size_t loops = loop->server->options.loops;
    for (enum conn_standing s = 0; s < CONN_STANDINGS; s++) {
        loop->queues[s].last = &loop->queues[s].first;
        loop->queues[s].most = (most[s] + loops - 1) / loops;
    }
}

static void join_queue(struct http_conn *conn, enum conn_standing standing)
{
    struct http_queue *queue = &conn->loop->queues[standing];
    conn->standing = standing;
    conn->next = NULL;
    conn->back = queue->last;
    *queue->last = conn;
    queue->last = &conn->next;
    queue->count++;
}

static void leave_queue(struct http_conn *conn)
{
    struct http_queue *queue = &conn->loop->queues[conn->standing];
    *conn->back = conn->next;
    if (conn->next)
        conn->next->back = conn->back;
    else
        queue->last = conn->back;
    queue->count--;
}

/* One that is known makes room between its requests only. */
static bool may_go(const struct http_conn *conn)
{
    return conn->standing == CONN_KNOWN ? conn->state == CONN_IDLE : conn->state != CONN_BUSY;
}

/* The oldest, of those of an address when that is not NULL. */
static bool displace(struct http_loop *loop, enum conn_standing standing,
                     const struct in6_addr *address)
{
    struct in6_addr key = address ? address_key(address) : in6addr_any, other;
    for (struct http_conn *conn = loop->queues[standing].first; conn; conn = conn->next) {
        other = address ? address_key(&conn->address) : key;
        if (!may_go(conn) || memcmp(&other, &key, sizeof key) != 0)
            continue;
        loop->server->counts.refusals[HTTP_REFUSAL_DISPLACED]++;
        http_conn_close(conn);
        return true;
    }
    return false;
}

bool http_place_displace(struct http_loop *loop, enum conn_standing standing)
{
    return displace(loop, standing, NULL);
}

static bool has_room(struct http_loop *loop, enum conn_standing standing)
{
    const struct http_queue *queue = &loop->queues[standing];
    return queue->count < queue->most || displace(loop, standing, NULL);
}

enum http_refusal http_place_take(struct http_conn *conn)
{
    struct http_loop *loop = conn->loop;
    bool few = enter_address(loop->server, &conn->address) ||
               (displace(loop, CONN_STRANGER, &conn->address) &&
                enter_address(loop->server, &conn->address));
    if (!few)
        return HTTP_REFUSAL_ADDRESS;
    if (!has_room(loop, CONN_STRANGER)) {
        leave_address(loop->server, &conn->address);
        return HTTP_REFUSAL_CONNECTIONS;
    }
    join_queue(conn, CONN_STRANGER);
    return HTTP_REFUSAL_NONE;
}

void http_place_leave(struct http_conn *conn)
{
    leave_queue(conn);
    leave_address(conn->loop->server, &conn->address);
}

void http_exchange_know(struct http_exchange *exchange)
{
    struct http_conn *conn = exchange->own->conn;
    if (!conn || conn->standing == CONN_KNOWN || !has_room(conn->loop, CONN_KNOWN))
        return;
    leave_queue(conn);
    join_queue(conn, CONN_KNOWN);
}
