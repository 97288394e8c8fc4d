/* Attempts to sign in: for whom they wait, what a failure counts for, and how it is told. Only a
 * password can be guessed, so only passwords wait: by name and address, and a little by name. What
 * others fail at slows nobody in a browser that is known for the account, or in a session of it. */
#include "edge/auth/auth_page.h"

#include "base/encode.h"

rc attempt_begin(struct ctx *c, const struct request *request, enum sign_in_method method,
                 struct attempt *ret)
{
    struct attempt attempt = {.method = method};
    TRY(throttle_address(c, request->peer, &attempt.address));
    *ret = attempt;
    return OK;
}

/* What the caller has for this account and others have not: a session of it, a browser that is
 * known for it. Absent: neither. */
static rc find_own(struct ctx *c, const struct request *request, struct str account,
                   struct str *ret)
{
    const struct actor *actor = request->actor;
    struct known known;
    struct str mark;
    *ret = (struct str){NULL, 0};
    if (str_absent(account))
        return OK;
    if (actor && str_eq(actor->id, account))
        return str_format(c, ret, "session %.*s", STR_ARG(actor->way));
    TRY(known_read(c, auth_of(request), edge_request_header(request, "cookie"),
                   edge_request_tls(request), &known));
    if (!known_for(&known, account))
        return OK;
    TRY(encode_bytes(c, ENCODE_HEX, known.mark, sizeof known.mark, &mark));
    return str_format(c, ret, "browser %.*s %.*s", STR_ARG(mark), STR_ARG(account));
}

rc attempt_check_wait(struct ctx *c, const struct request *request, struct str login,
                      struct attempt *attempt)
{
    struct throttle *throttle = auth_of(request)->throttle;
    attempt->login = login;
    TRY(str_format(c, &attempt->pair, "%.*s %.*s", STR_ARG(login), STR_ARG(attempt->address)));
    TRY(find_own(c, request, attempt->account, &attempt->own));
    if (!str_absent(attempt->own) && rc_ok(throttle_check(c, throttle, THROTTLE_OWN, attempt->own)))
        return OK;
    TRY(throttle_check(c, throttle, THROTTLE_PAIR, attempt->pair));
    return throttle_check(c, throttle, THROTTLE_ACCOUNT, login);
}

static void count_failure(struct ctx *c, struct throttle *throttle, const struct attempt *attempt)
{
    if (!str_absent(attempt->own))
        throttle_failed(c, throttle, THROTTLE_OWN, attempt->own);
    if (!str_absent(attempt->pair)) {
        throttle_failed(c, throttle, THROTTLE_PAIR, attempt->pair);
        throttle_failed(c, throttle, THROTTLE_ACCOUNT, attempt->login);
    }
}

void attempt_forget(struct throttle *throttle, const struct attempt *attempt)
{
    if (!str_absent(attempt->own))
        throttle_forget(throttle, THROTTLE_OWN, attempt->own);
    if (!str_absent(attempt->pair))
        throttle_forget(throttle, THROTTLE_PAIR, attempt->pair);
}

rc attempt_fail(struct ctx *c, const struct request *request, const struct attempt *attempt,
                enum sign_in_failure reason)
{
    struct throttle *throttle = auth_of(request)->throttle;
    bool told = rc_ok(throttle_check(c, throttle, THROTTLE_TOLD, attempt->address)) ||
                reason == SIGN_IN_FAILURE_COPY;
    struct failed_sign_in failure = {
        .account = attempt->account,
        .method = attempt->method,
        .reason = reason,
        .peer = request->peer,
        .in_a_row = throttle_failed(c, throttle, THROTTLE_TOLD, attempt->address),
    };
    count_failure(c, throttle, attempt);
    if (told)
        TRY(core_command(c, edge_request_core(request), "sign-in.fail", &actor_system,
                         (struct str){NULL, 0}, &failure));
    FAIL(c, UNAUTHENTICATED, "this did not work; check what you entered and try again");
}
