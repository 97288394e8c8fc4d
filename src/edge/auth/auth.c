/* The one that holds the parts of sign-in together. */
#include "edge/auth/auth_own.h"

#include "base/random.h"
#include "domain/mission/mission.h"
#include "domain/people/people.h"
#include "edge/edge.h"

#include <fido.h>
#include <liboath/oath.h>
#include <stdlib.h>

enum { HOUR_MS = 3600000 };

static int64_t or_else(int64_t value, int64_t otherwise)
{
    return value > 0 ? value : otherwise;
}

static struct auth_settings complete(const struct auth_settings *given)
{
    static const struct auth_settings none = {0};
    const struct auth_settings *s = given ? given : &none;
    return (struct auth_settings){
        .known_key = s->known_key,
        .session_idle_ms = or_else(s->session_idle_ms, 2 * HOUR_MS),
        .session_absolute_ms = or_else(s->session_absolute_ms, 12 * HOUR_MS),
        .fresh_ms = or_else(s->fresh_ms, HOUR_MS / 4),
        .enrolment_ms = or_else(s->enrolment_ms, 72LL * HOUR_MS),
        .argon_memory_kib = or_else(s->argon_memory_kib, 65536),
        .argon_passes = or_else(s->argon_passes, 3),
    };
}

rc auth_open(struct ctx *c, struct core *core, const struct auth_settings *settings,
             struct auth **ret)
{
    struct auth *auth = calloc(1, sizeof *auth);
    struct str hash;
    if (!auth)
        FAIL(c, NO_MEMORY, "out of memory");
    auth->core = core;
    auth->settings = complete(settings);
    pthread_mutex_init(&auth->lock, NULL);
    fido_init(0);
    rc result = oath_init() == OATH_OK && sodium_init() >= 0
                    ? throttle_open(c, &auth->throttle)
                    : fault_raise(c, RC_INTERNAL, __FILE__, __LINE__, "no cryptography here");
    random_bytes(auth->ticket_key, sizeof auth->ticket_key);
    if (auth->settings.known_key)
        memcpy(auth->known_key, auth->settings.known_key, sizeof auth->known_key);
    else
        random_bytes(auth->known_key, sizeof auth->known_key);
    auth->settings.known_key = NULL;
    if (rc_ok(result))
        result = password_hash(c, auth, STR("of an account that is not there"), &hash);
    if (!rc_ok(result)) {
        auth_close(auth);
        return result;
    }
    memcpy(auth->no_hash, hash.ptr, hash.len);
    *ret = auth;
    return OK;
}

void auth_close(struct auth *auth)
{
    if (!auth)
        return;
    throttle_close(auth->throttle);
    pthread_mutex_destroy(&auth->lock);
    sodium_memzero(auth, sizeof *auth);
    free(auth);
    oath_done();
}

/* May it change who somebody is, or what they may do? */
static bool affects(void *, const struct event *event)
{
    static const char *const nouns[] = {"account.", "role.", "session.ended", "token.revoked"};
    struct str name = str_from(event->kind->name);
    for (size_t i = 0; i < sizeof nouns / sizeof nouns[0]; i++)
        if (str_starts(name, nouns[i]))
            return true;
    return false;
}

struct edge_auth auth_for_edge(struct auth *auth)
{
    return (struct edge_auth){auth, auth_identify, auth_renew, affects, auth_familiar};
}

const struct module auth_module = {
    .name = "sign-in",
    .help = "Signing in: passkeys, passwords, sessions, tokens",
    .needs = NEEDS(&mission_module, &people_module, &account_module, &edge_module),
    .routes = auth_routes,
};
