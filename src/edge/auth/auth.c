/* The one that holds the parts of sign-in together, and what the command line may ask of it. */
#include "edge/auth/auth_own.h"

#include "base/random.h"
#include "domain/mission/mission.h"
#include "domain/people/people.h"
#include "edge/edge.h"

#include <assert.h>
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
        .session_idle_ms = or_else(s->session_idle_ms, 2 * HOUR_MS),
        .session_absolute_ms = or_else(s->session_absolute_ms, 12 * HOUR_MS),
        .fresh_ms = or_else(s->fresh_ms, HOUR_MS / 4),
        .enrolment_ms = or_else(s->enrolment_ms, 72LL * HOUR_MS),
        .argon_memory_kib = or_else(s->argon_memory_kib, 65536),
        .argon_passes = or_else(s->argon_passes, 3),
        .argon_at_once = or_else(s->argon_at_once, 2),
        .argon_waiting = or_else(s->argon_waiting, 16),
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
    pthread_cond_init(&auth->free, NULL);
    fido_init(0);
    rc result = oath_init() == OATH_OK && sodium_init() >= 0
                    ? throttle_open(c, &auth->throttle)
                    : fault_raise(c, RC_INTERNAL, __FILE__, __LINE__, "no cryptography here");
    random_bytes(auth->ticket_key, sizeof auth->ticket_key);
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
    pthread_cond_destroy(&auth->free);
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
    return (struct edge_auth){auth, auth_identify, auth_renew, affects};
}

const struct module auth_module = {
    .name = "sign-in",
    .help = "Signing in: passkeys, passwords, sessions, tokens",
    .needs = NEEDS(&mission_module, &people_module, &account_module, &edge_module),
    .routes = auth_routes,
};

/* ---- commands -------------------------------------------------------------------------------- */

/* A command with all it points to, in memory of its own until it is done. */
struct posted {
    struct command command;
    struct touch touch;
    struct failed_sign_in failure;
    char texts[2][128];
};

static void free_posted(struct command *command)
{
    free(command->arg);
}

static struct str keep(char room[128], struct str s)
{
    struct str kept = str_sub(s, 0, 127);
    if (str_absent(s))
        return s;
    memcpy(room, kept.ptr, kept.len);
    return (struct str){room, kept.len};
}

static void post(struct auth *auth, const char *decision, struct posted *posted)
{
    struct ctx c = {.clock = core_options(auth->core)->clock};
    posted->command.decision = catalog_decision(core_catalog(auth->core), str_from(decision));
    posted->command.actor = actor_system;
    posted->command.cause = posted->command.expect_seq = -1;
    posted->command.done = free_posted;
    posted->command.arg = posted;
    assert(posted->command.decision);
    if (!rc_ok(core_submit(&c, auth->core, &posted->command)))
        free(posted);
}

void auth_post_touch(struct auth *auth, const char *decision, struct str target)
{
    struct posted *posted = calloc(1, sizeof *posted);
    const struct clock *clock = core_options(auth->core)->clock;
    if (!posted)
        return;
    posted->touch.when = clock->wall(clock);
    posted->command.target = keep(posted->texts[0], target);
    posted->command.input = &posted->touch;
    post(auth, decision, posted);
}

void auth_post_failure(struct auth *auth, const struct failed_sign_in *failure)
{
    struct posted *posted = calloc(1, sizeof *posted);
    if (!posted)
        return;
    posted->failure = *failure;
    posted->failure.account = keep(posted->texts[0], failure->account);
    posted->failure.peer = keep(posted->texts[1], failure->peer);
    posted->command.input = &posted->failure;
    post(auth, "sign-in.fail", posted);
}

/* ---- for the command line -------------------------------------------------------------------- */

rc auth_make_token(struct ctx *c, struct core *core, const struct actor *actor,
                   const struct auth_token_wish *wish, struct str *ret_id, struct str *ret_token)
{
    const int64_t year_us = 365LL * 24 * HOUR_MS * 1000;
    struct token token = {
        .account = wish->account,
        .name = wish->name,
        .scopes = wish->scopes,
        .sources_only = wish->sources_only,
        .sources = wish->sources,
        .made = clock_now(c),
        .expires = wish->expires,
    };
    struct str text;
    if (token.expires.us == 0)
        token.expires.us = token.made.us + year_us;
    if (token.expires.us <= token.made.us)
        FAIL(c, INVALID, "a token expires after now");
    for (size_t i = 0; i < token.scopes.count; i++)
        if (!text_form_permission.check(token.scopes.items[i]))
            FAIL(c, INVALID, "\"%.*s\" is not %s", STR_ARG(token.scopes.items[i]),
                 text_form_permission.rule);
    TRY(id_new(c, &token.id));
    TRY(token_text_new(c, &text));
    TRY(secret_hash(c, text, &token.hash));
    TRY(core_command(c, core, "token.make", actor, (struct str){NULL, 0}, &token));
    *ret_id = token.id;
    *ret_token = text;
    return OK;
}

rc auth_make_enrolment(struct ctx *c, struct core *core, const struct actor *actor,
                       struct str account, int64_t good_for_ms, struct str *ret_link,
                       struct wall *ret_expires)
{
    struct enrolment link = {.account = account};
    struct str text;
    int64_t good_ms = or_else(good_for_ms, 72LL * HOUR_MS);
    link.expires = (struct wall){clock_now(c).us + good_ms * 1000};
    TRY(id_new(c, &link.id));
    TRY(secret_new(c, &text));
    TRY(secret_hash(c, text, &link.hash));
    TRY(core_command(c, core, "enrolment.make", actor, (struct str){NULL, 0}, &link));
    *ret_link = text;
    *ret_expires = link.expires;
    return OK;
}
