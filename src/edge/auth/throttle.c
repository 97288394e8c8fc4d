/* See throttle.h. A table of sets of four: a key has one set, found by a keyed hash, so that an
 * enemy cannot choose keys that push a certain one out. */
#include "edge/auth/throttle.h"

#include "base/random.h"
#include "base/text.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

enum { SETS = 1024, WAYS = 4, FORGET_US = 3600 * 1000000LL, SECOND_US = 1000000 };

static const struct {
    int64_t free, wait_max_s;
} limits[] = {
    [THROTTLE_TOLD] = {10, 60},
    [THROTTLE_PAIR] = {3, 300},
    [THROTTLE_ACCOUNT] = {10, 5},
    [THROTTLE_OWN] = {3, 300},
};

struct slot {
    uint64_t key; /* 0: empty */
    int64_t failures;
    struct mono last, until;
};

struct throttle {
    unsigned char key[crypto_shorthash_KEYBYTES];
    pthread_mutex_t lock;
    struct slot slots[SETS][WAYS];
};

rc throttle_open(struct ctx *c, struct throttle **ret)
{
    struct throttle *throttle = calloc(1, sizeof *throttle);
    if (!throttle)
        FAIL(c, NO_MEMORY, "out of memory");
    random_bytes(throttle->key, sizeof throttle->key);
    pthread_mutex_init(&throttle->lock, NULL);
    *ret = throttle;
    return OK;
}

void throttle_close(struct throttle *throttle)
{
    if (!throttle)
        return;
    pthread_mutex_destroy(&throttle->lock);
    free(throttle);
}

static uint64_t hash_of(const struct throttle *throttle, enum throttle_kind kind, struct str key)
{
    unsigned char first[crypto_shorthash_BYTES], both[2 * crypto_shorthash_BYTES] = {0};
    uint64_t hash;
    crypto_shorthash(first, (const unsigned char *)key.ptr, key.len, throttle->key);
    memcpy(both, first, sizeof first);
    both[sizeof first] = (unsigned char)kind;
    crypto_shorthash((unsigned char *)&hash, both, sizeof both, throttle->key);
    return hash ? hash : 1;
}

/* The slot of a key, NULL when it has none. Old ones are forgotten on the way. */
static struct slot *find(struct throttle *throttle, uint64_t key, struct mono now)
{
    struct slot *set = throttle->slots[key % SETS];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].key && now.us - set[i].last.us > FORGET_US)
            set[i] = (struct slot){0};
        if (set[i].key == key)
            return &set[i];
    }
    return NULL;
}

static struct slot *make(struct throttle *throttle, uint64_t key)
{
    struct slot *set = throttle->slots[key % SETS], *oldest = &set[0];
    for (size_t i = 1; i < WAYS; i++)
        if (oldest->key && (!set[i].key || set[i].last.us < oldest->last.us))
            oldest = &set[i];
    *oldest = (struct slot){.key = key};
    return oldest;
}

rc throttle_check(struct ctx *c, struct throttle *throttle, enum throttle_kind kind, struct str key)
{
    struct mono now = clock_mono(c);
    pthread_mutex_lock(&throttle->lock);
    const struct slot *slot = find(throttle, hash_of(throttle, kind, key), now);
    int64_t wait_us = slot ? slot->until.us - now.us : 0;
    pthread_mutex_unlock(&throttle->lock);
    if (wait_us <= 0)
        return OK;
    rc limited = fault_raise(c, RC_LIMITED, __FILE__, __LINE__,
                             "too many attempts failed; wait %" PRId64 " seconds",
                             (wait_us + SECOND_US - 1) / SECOND_US);
    fault_set_rule(c, "wait");
    return limited;
}

int64_t throttle_failed(struct ctx *c, struct throttle *throttle, enum throttle_kind kind,
                        struct str key)
{
    struct mono now = clock_mono(c);
    uint64_t hash = hash_of(throttle, kind, key);
    pthread_mutex_lock(&throttle->lock);
    struct slot *slot = find(throttle, hash, now);
    if (!slot)
        slot = make(throttle, hash);
    int64_t over = ++slot->failures - limits[kind].free, wait_s = 0;
    if (over > 0)
        wait_s = over > 10 ? limits[kind].wait_max_s : 1 << (over - 1);
    if (wait_s > limits[kind].wait_max_s)
        wait_s = limits[kind].wait_max_s;
    slot->last = now;
    if (slot->until.us <= now.us)
        slot->until = (struct mono){now.us + wait_s * SECOND_US};
    int64_t failures = slot->failures;
    pthread_mutex_unlock(&throttle->lock);
    return failures;
}

void throttle_forget(struct throttle *throttle, enum throttle_kind kind, struct str key)
{
    uint64_t hash = hash_of(throttle, kind, key);
    pthread_mutex_lock(&throttle->lock);
    struct slot *set = throttle->slots[hash % SETS];
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].key == hash)
            set[i] = (struct slot){0};
    pthread_mutex_unlock(&throttle->lock);
}

rc throttle_address(struct ctx *c, struct str peer, struct str *ret)
{
    struct in6_addr six;
    struct str text;
    char network[INET6_ADDRSTRLEN];
    TRY(str_copy(c, str_absent(peer) ? STR("") : peer, &text));
    if (inet_pton(AF_INET6, text.ptr, &six) == 1 && !IN6_IS_ADDR_V4MAPPED(&six)) {
        memset(six.s6_addr + 8, 0, 8);
        inet_ntop(AF_INET6, &six, network, sizeof network);
        return str_format(c, ret, "%s/64", network);
    }
    *ret = text;
    return OK;
}
