/* Who comes in by a session or a token: what its account may do now, and of that what a token is
 * limited to. */
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
