/* Who is asking: the session of a cookie, or the token of a program. Worked out anew for every
 * request from what the picture says now, so that a change of rights holds from the next request
 * on; that is a handful of reads by key. */
#include "edge/auth/auth_own.h"

enum { SEEN_US = 300 * 1000000LL, USED_US = 3600 * 1000000LL };

const char *auth_cookie_name(bool tls)
{
    return tls ? "__Host-chancery" : "chancery";
}

/* ---- sessions -------------------------------------------------------------------------------- */

struct wall session_end(const struct auth *auth, const struct session *session)
{
    int64_t idle_us = session->seen.us + auth->settings.session_idle_ms * 1000;
    return (struct wall){idle_us < session->expires.us ? idle_us : session->expires.us};
}

/* Nobody is known whose account may not be used. */
static rc know(rc found, struct edge_caller *caller)
{
    caller->known = rc_ok(found);
    return found.code == RC_FORBIDDEN ? OK : found;
}

static rc know_session(struct ctx *c, const struct auth *auth, struct picture *picture,
                       const struct session *session, struct edge_caller *ret)
{
    struct wall end = session_end(auth, session);
    if (end.us <= clock_now(c).us)
        return OK;
    TRY(know(account_by_session(c, picture, session, &ret->actor), ret));
    ret->actor.until = end;
    return OK;
}

static rc identify_cookie(struct ctx *c, struct auth *auth, struct picture *picture,
                          struct str cookie, struct edge_caller *ret)
{
    struct session session = {0};
    struct str hash;
    TRY(secret_hash(c, cookie, &hash));
    rc result = picture_find(c, picture, &session_shape, "hash", hash, NULL, &session);
    if (result.code == RC_NOT_FOUND)
        return OK;
    TRY(result);
    TRY(know_session(c, auth, picture, &session, ret));
    if (ret->known && clock_now(c).us - session.seen.us > SEEN_US)
        auth_post_touch(auth, "session.touch", session.id);
    return OK;
}

/* ---- tokens ---------------------------------------------------------------------------------- */

static rc know_token(struct ctx *c, struct picture *picture, const struct token *token,
                     struct edge_caller *ret)
{
    if (token->expires.us <= clock_now(c).us)
        return OK;
    return know(account_by_token(c, picture, token, &ret->actor), ret);
}

/* One that was made here, for its check digits are right, but is not good: somebody holds what they
 * should not. That is told, if not too often. */
static void tell_bad_token(struct ctx *c, struct auth *auth, struct str peer)
{
    struct str address;
    if (!rc_ok(throttle_address(c, peer, &address)) ||
        !rc_ok(throttle_check(c, auth->throttle, THROTTLE_PAIR, address)))
        return;
    auth_post_failure(auth,
                      &(struct failed_sign_in){
                          .method = SIGN_IN_METHOD_TOKEN,
                          .reason = SIGN_IN_FAILURE_TOKEN,
                          .peer = peer,
                          .in_a_row = throttle_failed(c, auth->throttle, THROTTLE_PAIR, address),
                      });
}

static rc identify_token(struct ctx *c, struct auth *auth, struct picture *picture,
                         const struct edge_credentials *credentials, struct edge_caller *ret)
{
    struct token token = {0};
    struct str text = credentials->authorization, hash;
    bool ours = false;
    if (str_eq_nocase(str_sub(text, 0, 7), STR("Bearer ")))
        text = str_trim(str_sub(text, 7, text.len));
    TRY(token_text_is_one(c, text, &ours));
    if (!ours)
        FAIL(c, UNAUTHENTICATED, "this is not a token of Chancery");
    TRY(secret_hash(c, text, &hash));
    rc result = picture_find(c, picture, &token_shape, "hash", hash, NULL, &token);
    if (rc_ok(result))
        TRY(know_token(c, picture, &token, ret));
    else if (result.code != RC_NOT_FOUND)
        return result;
    if (!ret->known) {
        tell_bad_token(c, auth, credentials->peer);
        FAIL(c, UNAUTHENTICATED, "this token is invalid, expired or revoked");
    }
    if (clock_now(c).us - token.used.us > USED_US)
        auth_post_touch(auth, "token.touch", token.id);
    return OK;
}

/* ---- both ------------------------------------------------------------------------------------ */

rc auth_identify(struct ctx *c, void *arg, struct picture *picture,
                 const struct edge_credentials *credentials, struct edge_caller *ret)
{
    const struct auth *auth = arg;
    int64_t as_of = core_callers(auth->core); /* before anything is read */
    struct edge_caller caller = {0};
    struct str cookie = edge_cookie(credentials->cookie, auth_cookie_name(credentials->tls));
    if (!str_absent(credentials->authorization))
        TRY(identify_token(c, arg, picture, credentials, &caller));
    else if (cookie.len > 0)
        TRY(identify_cookie(c, arg, picture, cookie, &caller));
    caller.actor.as_of = as_of;
    *ret = caller;
    return OK;
}

rc auth_renew(struct ctx *c, void *arg, struct picture *picture, struct str id,
              struct edge_caller *ret)
{
    const struct auth *auth = arg;
    int64_t as_of = core_callers(auth->core);
    struct edge_caller caller = {0};
    struct session session = {0};
    struct token token = {0};
    rc result = picture_get(c, picture, &session_shape, id, NULL, &session);
    if (rc_ok(result)) {
        TRY(know_session(c, arg, picture, &session, &caller));
    } else if (result.code == RC_NOT_FOUND) {
        result = picture_get(c, picture, &token_shape, id, NULL, &token);
        if (rc_ok(result))
            TRY(know_token(c, picture, &token, &caller));
        else if (result.code != RC_NOT_FOUND)
            return result;
    } else {
        return result;
    }
    caller.actor.as_of = as_of;
    *ret = caller;
    return OK;
}
