/* Who comes in by a session or a token: what its account may do now, of that what a token is
 * limited to, and whether a session's holder has just proved who they are. */
#include "domain/account/account_own.h"

#include "core/core.h"

rc account_by_session(struct ctx *c, struct picture *picture, const struct session *session,
                      struct actor *ret)
{
    struct actor actor = {0};
    TRY(account_actor(c, picture, session->account, &actor));
    actor.way = session->id;
    actor.until = session->expires;
    *ret = actor;
    return OK;
}

/* What both allow: of the account's permissions those a scope covers, and of the scopes those the
 * account covers. No scopes: all that the account may. */
static rc narrow(struct ctx *c, const struct token *token, struct actor *actor)
{
    if (token->scopes.count == 0)
        return OK;
    struct texts may = {0};
    struct actor scoped = {.id = actor->id, .permissions = token->scopes};
    const struct {
        const struct actor *by;
        struct texts of;
    } sides[] = {{&scoped, actor->permissions}, {actor, token->scopes}};
    NEW(c, may.items, actor->permissions.count + token->scopes.count);
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < sides[side].of.count; i++) {
            struct str name;
            TRY(str_copy(c, sides[side].of.items[i], &name));
            if (actor_may(sides[side].by, name.ptr))
                may.items[may.count++] = name;
        }
    actor->permissions = may;
    return OK;
}

rc account_by_token(struct ctx *c, struct picture *picture, const struct token *token,
                    struct actor *ret)
{
    struct actor actor = {0};
    TRY(account_actor(c, picture, token->account, &actor));
    TRY(narrow(c, token, &actor));
    actor.sources_only = token->sources_only;
    actor.sources = token->sources;
    actor.way = token->id;
    actor.until = token->expires;
    *ret = actor;
    return OK;
}

rc account_caller_now(struct ctx *c, struct picture *picture, const struct actor *was,
                      struct actor *ret)
{
    struct session session = {0};
    struct token token = {0};
    rc result = picture_get(c, picture, &session_shape, was->way, NULL, &session);
    if (rc_ok(result))
        result = account_by_session(c, picture, &session, ret);
    else if (result.code == RC_NOT_FOUND) {
        result = picture_get(c, picture, &token_shape, was->way, NULL, &token);
        if (rc_ok(result))
            result = account_by_token(c, picture, &token, ret);
    }
    if (result.code == RC_NOT_FOUND)
        FAIL(c, UNAUTHENTICATED, "this session has ended");
    return result;
}

/* ---- grave commands -------------------------------------------------------------------------- */

/* It is spent by being written with the events of the act, or not at all. */
rc account_spend_proof(struct ctx *c, struct picture *picture, const struct command *command,
                       struct outcome *outcome)
{
    struct session session = {0};
    struct str act, of = str_absent(command->target) ? STR("") : command->target;
    rc found = picture_get(c, picture, &session_shape, command->actor.way, NULL, &session);
    if (found.code == RC_NOT_FOUND)
        REFUSE(c, FORBIDDEN, "session", "",
               "a token cannot do this: it takes a person who proves who they are");
    TRY(found);
    TRY(str_format(c, &act, "%s %.*s", command->decision->name, STR_ARG(of)));
    act = str_trim(act);
    if (clock_now(c).us < session.proved.us + PROOF_MS * 1000 && str_eq(session.proved_for, act)) {
        session.proved = (struct wall){0};
        session.proved_for = (struct str){NULL, 0};
        return outcome_vault_put(c, outcome, &session_shape, &session);
    }
    rc unproved = fault_raise(c, RC_FORBIDDEN, __FILE__, __LINE__,
                              "prove who you are, for this act alone, then repeat it");
    fault_set_rule(c, "proof");
    fault_set_value(c, act);
    return unproved;
}
