/* Signing in. Whatever is wrong, the answer is the same; what it was is told in the ledger. */
#include "edge/auth/auth_page.h"

#include "base/encode.h"
#include "base/random.h"

enum { DEVICE_MAX = 120 };

/* Why the writer, or a verification, refused. */
static enum sign_in_failure reason_of(const struct ctx *c, enum sign_in_failure otherwise)
{
    unsigned reason = shape_choice_value(&sign_in_failure_choices, str_from(c->fault.rule));
    return reason ? reason : otherwise;
}

/* The live account of that name; an absent id when there is none. */
static rc find_account(struct ctx *c, const struct request *request, struct str login,
                       struct account *ret)
{
    struct account account = {0};
    rc result = picture_find(c, request->picture, &account_shape, "login", login, NULL, &account);
    if (!rc_ok(result) && result.code != RC_NOT_FOUND)
        return result;
    bool usable = rc_ok(result) && account.status == ACCOUNT_STATUS_ACTIVE;
    *ret = usable ? account : (struct account){0};
    return OK;
}

static rc find_password(struct ctx *c, const struct request *request, struct str account,
                        struct password *ret)
{
    struct password password = {0};
    if (str_absent(account))
        return OK;
    rc result = picture_get(c, request->picture, &password_shape, account, NULL, &password);
    if (!rc_ok(result) && result.code != RC_NOT_FOUND)
        return result;
    *ret = password;
    return OK;
}

/* ---- sessions -------------------------------------------------------------------------------- */

/* Printable ASCII of what the browser says it is. */
static rc device_of(struct ctx *c, const struct request *request, struct str *ret)
{
    struct str agent = str_sub(edge_request_header(request, "User-Agent"), 0, DEVICE_MAX);
    struct text out;
    text_init(&out, c, DEVICE_MAX + 1);
    for (size_t i = 0; i < agent.len; i++)
        if (agent.ptr[i] >= ' ' && agent.ptr[i] <= '~')
            text_put_char(&out, agent.ptr[i]);
    return text_done(&out, ret);
}

/* The cookie that is this secret, for so long; an empty one takes it back. */
static rc cookie_of(struct ctx *c, const struct request *request, struct str secret, int64_t age_ms,
                    struct str *ret)
{
    bool tls = edge_request_tls(request);
    return str_format(c, ret, "%s=%.*s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s",
                      auth_cookie_name(tls), STR_ARG(secret), (long long)(age_ms / 1000),
                      tls ? "; Secure" : "");
}

/* A session on this device gives way to the new one. */
static rc end_present(struct ctx *c, const struct request *request)
{
    if (!request->actor || str_absent(request->actor->way))
        return OK;
    rc ended = core_command(c, edge_request_core(request), "session.end", request->actor,
                            request->actor->way, NULL);
    return ended.code == RC_NOT_FOUND ? OK : ended;
}

/* The browser is known for this account from now on. */
static rc make_known(struct ctx *c, const struct request *request, struct str account,
                     struct str *ret_cookie)
{
    const struct auth *auth = auth_of(request);
    bool tls = edge_request_tls(request);
    struct known known;
    TRY(known_read(c, auth, edge_request_header(request, "cookie"), tls, &known));
    return known_cookie(c, auth, &known, account, tls, ret_cookie);
}

/* Open the session, unless the writer knows better, and give its cookies. */
static rc enter(struct ctx *c, const struct request *request, const struct attempt *attempt,
                struct session_opening *opening, struct response *response)
{
    const struct auth *auth = auth_of(request);
    struct session *session = &opening->session;
    struct actor self = {.id = attempt->account};
    struct str secret;
    TRY(secret_new(c, &secret));
    TRY(secret_hash(c, secret, &session->hash));
    TRY(id_new(c, &session->id));
    TRY(device_of(c, request, &session->device));
    session->account = attempt->account;
    session->method = attempt->method;
    session->peer = request->peer;
    session->opened = session->seen = clock_now(c);
    session->expires.us = session->opened.us + auth->settings.session_absolute_ms * 1000;
    rc result = core_command(c, edge_request_core(request), "session.open", &self,
                             (struct str){NULL, 0}, opening);
    if (result.code == RC_UNAUTHENTICATED)
        return attempt_fail(c, request, attempt, reason_of(c, SIGN_IN_FAILURE_UNKNOWN));
    TRY(result);
    TRY(end_present(c, request));
    attempt_forget(auth->throttle, attempt);
    TRY(make_known(c, request, attempt->account, &response->lasting_cookie));
    return cookie_of(c, request, secret, auth->settings.session_absolute_ms, &response->cookie);
}

/* Everything is proved. */
static rc open_session(struct ctx *c, const struct request *request, const struct attempt *attempt,
                       struct session_opening *opening, struct texts recovery_codes,
                       struct response *response)
{
    struct session_view view;
    TRY(enter(c, request, attempt, opening, response));
    TRY(auth_view(c, request, &opening->session, &view));
    view.recovery_codes = recovery_codes;
    auth_put(response, &session_view_shape, &view);
    return OK;
}

#ifdef DEMONSTRATION
rc auth_sign_in_shown(struct ctx *c, const struct request *request, struct str account,
                      struct response *response)
{
    struct attempt attempt;
    struct session_opening *opening = NULL;
    bool known = false;
    NEW(c, opening, 1);
    TRY(attempt_begin(c, request, SIGN_IN_METHOD_DEMONSTRATION, &attempt));
    TRY(picture_has(c, request->picture, &account_shape, account, &known));
    if (!known)
        return attempt_fail(c, request, &attempt, SIGN_IN_FAILURE_UNKNOWN);
    attempt.account = account;
    return enter(c, request, &attempt, opening, response);
}
#endif

rc serve_sign_out(struct ctx *c, const struct request *request, struct response *response)
{
    TRY(core_command(c, edge_request_core(request), "session.end", request->actor,
                     request->actor->way, NULL));
    response->leaves = true;
    return cookie_of(c, request, STR(""), 0, &response->cookie);
}

/* ---- passkeys -------------------------------------------------------------------------------- */

/* What the browser has to have signed. The same for everybody: the passkey itself says whose it
 * is. */
static rc put_passkey_options(struct ctx *c, const struct request *request,
                              const struct ticket *ticket, struct response *response)
{
    struct webauthn_expect expect;
    struct str challenge, text;
    TRY(auth_expect(c, request, &expect));
    TRY(ticket_make(c, auth_of(request), ticket, &challenge));
    TRY(encode_bytes(c, ENCODE_BASE64URL, challenge.ptr, challenge.len, &text));
    text_put(response->body, STR("{\"publicKey\":{\"challenge\":"));
    text_put_json(response->body, text);
    text_put(response->body, STR(",\"rpId\":"));
    text_put_json(response->body, str_from(expect.rp_id));
    text_printf(response->body,
                ",\"allowCredentials\":[],\"userVerification\":\"required\",\"timeout\":%d}}",
                TICKET_MS);
    return OK;
}

rc serve_passkey_options(struct ctx *c, const struct request *request, struct response *response)
{
    const struct ticket ticket = {.use = TICKET_SIGN_IN};
    return put_passkey_options(c, request, &ticket, response);
}

/* The passkey that this assertion is said to be of. */
static rc find_passkey(struct ctx *c, const struct request *request,
                       const struct webauthn_response *response, struct passkey *ret)
{
    struct passkey passkey = {0};
    struct str credential;
    TRY(encode_bytes(c, ENCODE_BASE64URL, response->credential.ptr, response->credential.len,
                     &credential));
    rc result =
        picture_find(c, request->picture, &passkey_shape, "credential", credential, NULL, &passkey);
    if (result.code == RC_NOT_FOUND)
        FAIL(c, UNAUTHENTICATED, "this passkey is not known here");
    TRY(result);
    if (!str_absent(response->user) && !str_eq(response->user, passkey.account))
        FAIL(c, UNAUTHENTICATED, "the passkey belongs to another account");
    *ret = passkey;
    return OK;
}

/* `of` is whom the challenge was given to: absent for whoever signs in. */
static rc verify_passkey(struct ctx *c, const struct request *request, enum ticket_use use,
                         struct str of, struct str credential, struct attempt *attempt,
                         struct session_opening *opening)
{
    struct webauthn_response response;
    struct webauthn_expect expect;
    struct passkey passkey = {0};
    struct ticket ticket;
    struct str challenge;
    TRY(webauthn_read(c, credential, &response));
    TRY(webauthn_challenge(c, &response, &challenge));
    TRY(ticket_open(c, auth_of(request), use, challenge, &ticket));
    if (!str_absent(of) && !str_eq(ticket.account, of))
        FAIL(c, UNAUTHENTICATED, "the challenge was for somebody else");
    TRY(find_passkey(c, request, &response, &passkey));
    attempt->account = passkey.account;
    const struct webauthn_key key = {.key = passkey.key, .algorithm = passkey.algorithm};
    TRY(auth_expect(c, request, &expect));
    TRY(webauthn_assert(c, &expect, &key, &response, &opening->sign_count));
    opening->passkey = passkey.id;
    return ticket_spend(c, auth_of(request), &ticket);
}

rc serve_by_passkey(struct ctx *c, const struct request *request, struct response *response)
{
    const struct by_passkey *input = request->input;
    struct attempt attempt;
    struct session_opening *opening = NULL;
    NEW(c, opening, 1);
    TRY(attempt_begin(c, request, SIGN_IN_METHOD_PASSKEY, &attempt));
    rc result = verify_passkey(c, request, TICKET_SIGN_IN, (struct str){NULL, 0}, input->credential,
                               &attempt, opening);
    if (result.code == RC_UNAUTHENTICATED || result.code == RC_MALFORMED)
        return attempt_fail(c, request, &attempt, SIGN_IN_FAILURE_PASSKEY);
    TRY(result);
    return open_session(c, request, &attempt, opening, (struct texts){0}, response);
}

/* ---- passwords, recovery codes --------------------------------------------------------------- */

struct password_try {
    struct attempt attempt;
    struct password password;
    struct str rehash; /* the password is right, and is to be stored like this from now on */
    bool right;
};

/* Of whom, and what there is of a password. */
static rc begin_by_name(struct ctx *c, const struct request *request, enum sign_in_method method,
                        struct str login, struct password_try *ret)
{
    struct account account;
    TRY(attempt_begin(c, request, method, &ret->attempt));
    TRY(find_account(c, request, login, &account));
    ret->attempt.account = account.id;
    return find_password(c, request, account.id, &ret->password);
}

/* Is this the password of that name? An account that is not there takes the same time. */
static rc try_password(struct ctx *c, const struct request *request, struct str login,
                       struct str given, struct password_try *ret)
{
    TRY(begin_by_name(c, request, SIGN_IN_METHOD_PASSWORD, login, ret));
    TRY(attempt_check_wait(c, request, login, &ret->attempt));
    return password_verify(c, auth_of(request), ret->password.hash, given, &ret->right,
                           &ret->rehash);
}

/* Both of it, right and not used before. What was wrong is told, and refused. */
static rc verify_password(struct ctx *c, const struct request *request,
                          const struct by_password *given, struct password_try *tried,
                          struct session_opening *opening)
{
    TRY(try_password(c, request, given->login, given->password, tried));
    struct str totp = tried->password.totp;
    if (str_absent(totp))
        totp = STR("nobody's secret here");
    int64_t step = totp_step(totp, given->code, clock_now(c));
    if (str_absent(tried->attempt.account))
        return attempt_fail(c, request, &tried->attempt, SIGN_IN_FAILURE_UNKNOWN);
    if (!tried->right)
        return attempt_fail(c, request, &tried->attempt, SIGN_IN_FAILURE_PASSWORD);
    if (step < 0 || step <= tried->password.counter)
        return attempt_fail(c, request, &tried->attempt, SIGN_IN_FAILURE_CODE);
    opening->rehash = tried->rehash;
    opening->counter = (struct opt_i64){true, step};
    return OK;
}

rc serve_by_password(struct ctx *c, const struct request *request, struct response *response)
{
    struct password_try tried = {0};
    struct session_opening *opening = NULL;
    NEW(c, opening, 1);
    TRY(verify_password(c, request, request->input, &tried, opening));
    return open_session(c, request, &tried.attempt, opening, (struct texts){0}, response);
}

/* Is it one of the account's codes? Whoever uses it at the same moment is for the writer. */
static rc has_code(struct ctx *c, const struct request *request, struct str account,
                   struct str hash, bool *ret)
{
    struct recovery recovery = {0};
    rc found = picture_get(c, request->picture, &recovery_shape, account, NULL, &recovery);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    *ret = false;
    for (size_t i = 0; i < recovery.hashes.count && !*ret; i++)
        *ret = str_eq(recovery.hashes.items[i], hash);
    return OK;
}

/* The code first: it cannot be guessed, so that only who has one makes us work on a password, and
 * waits for none but their own failures with it. */
static rc verify_recovery(struct ctx *c, const struct request *request,
                          const struct by_recovery *given, struct password_try *tried,
                          struct session_opening *opening)
{
    struct attempt *attempt = &tried->attempt;
    bool known = false;
    TRY(begin_by_name(c, request, SIGN_IN_METHOD_RECOVERY, given->login, tried));
    if (str_absent(attempt->account))
        return attempt_fail(c, request, attempt, SIGN_IN_FAILURE_UNKNOWN);
    TRY(recovery_code_hash(c, attempt->account, given->code, &opening->recovery));
    TRY(has_code(c, request, attempt->account, opening->recovery, &known));
    if (!known)
        return attempt_fail(c, request, attempt, SIGN_IN_FAILURE_RECOVERY);
    if (str_absent(tried->password.hash))
        return OK;
    TRY(str_format(c, &attempt->own, "code %.*s", STR_ARG(opening->recovery)));
    TRY(throttle_check(c, auth_of(request)->throttle, THROTTLE_OWN, attempt->own));
    TRY(password_verify(c, auth_of(request), tried->password.hash,
                        str_absent(given->password) ? STR("") : given->password, &tried->right,
                        &tried->rehash));
    return tried->right ? OK : attempt_fail(c, request, attempt, SIGN_IN_FAILURE_PASSWORD);
}

/* What is to be stored anew of the password is left: that goes with a code's step only. */
rc serve_by_recovery(struct ctx *c, const struct request *request, struct response *response)
{
    struct password_try tried = {0};
    struct session_opening *opening = NULL;
    NEW(c, opening, 1);
    TRY(verify_recovery(c, request, request->input, &tried, opening));
    return open_session(c, request, &tried.attempt, opening, (struct texts){0}, response);
}

/* Whoever changes a password shows that they know it; guessing is slowed as at the door. */
rc auth_check_old_password(struct ctx *c, const struct request *request,
                           const struct account *account, struct str old)
{
    struct password_try tried = {0};
    struct password password = {0};
    TRY(find_password(c, request, account->id, &password));
    if (str_absent(password.hash))
        return OK;
    if (str_absent(old))
        REFUSE(c, INVALID, "old-password", "old", "give the password that you have until now");
    TRY(try_password(c, request, account->login, old, &tried));
    if (tried.right)
        return OK;
    rc wrong = attempt_fail(c, request, &tried.attempt, SIGN_IN_FAILURE_PASSWORD);
    if (wrong.code != RC_UNAUTHENTICATED)
        return wrong;
    REFUSE(c, INVALID, "old-password", "old", "this is not the password that you have until now");
}

/* ---- proving it once more, for one act ------------------------------------------------------- */

rc serve_prove_options(struct ctx *c, const struct request *request, struct response *response)
{
    struct session session;
    TRY(auth_own_session(c, request, &session));
    const struct ticket ticket = {.use = TICKET_PROVE, .account = session.id};
    return put_passkey_options(c, request, &ticket, response);
}

static rc prove_by_passkey(struct ctx *c, const struct request *request,
                           const struct session *session, struct attempt *attempt,
                           struct session_opening *proof)
{
    const struct proving *input = request->input;
    TRY(attempt_begin(c, request, SIGN_IN_METHOD_PASSKEY, attempt));
    rc result =
        verify_passkey(c, request, TICKET_PROVE, session->id, input->credential, attempt, proof);
    if (rc_ok(result) && str_eq(attempt->account, session->account))
        return OK;
    if (!rc_ok(result) && result.code != RC_UNAUTHENTICATED && result.code != RC_MALFORMED)
        return result;
    return attempt_fail(c, request, attempt, SIGN_IN_FAILURE_PASSKEY);
}

static rc prove_by_password(struct ctx *c, const struct request *request,
                            const struct session *session, struct attempt *attempt,
                            struct session_opening *proof)
{
    const struct proving *input = request->input;
    struct account account = {0};
    struct password_try tried = {0};
    TRY(picture_get(c, request->picture, &account_shape, session->account, NULL, &account));
    const struct by_password given = {account.login, input->password, input->code};
    rc result = verify_password(c, request, &given, &tried, proof);
    *attempt = tried.attempt;
    return result;
}

static rc prove(struct ctx *c, const struct request *request, const struct session *session,
                struct session_opening *proof)
{
    const struct proving *input = request->input;
    struct attempt attempt = {.method = SIGN_IN_METHOD_PASSKEY};
    if (!str_absent(input->credential))
        TRY(prove_by_passkey(c, request, session, &attempt, proof));
    else if (!str_absent(input->password) && !str_absent(input->code))
        TRY(prove_by_password(c, request, session, &attempt, proof));
    proof->session.account = session->account;
    proof->session.proved_for = input->act;
    rc result = core_command(c, edge_request_core(request), "session.prove", request->actor,
                             session->id, proof);
    if (result.code == RC_UNAUTHENTICATED)
        return attempt_fail(c, request, &attempt, reason_of(c, SIGN_IN_FAILURE_UNKNOWN));
    return result;
}

/* A proof that fails ends nobody's session, so that it is no 401. */
rc serve_prove(struct ctx *c, const struct request *request, struct response *)
{
    struct session session = {0};
    struct session_opening *proof = NULL;
    NEW(c, proof, 1);
    TRY(auth_own_session(c, request, &session));
    rc result = prove(c, request, &session, proof);
    if (result.code == RC_UNAUTHENTICATED)
        REFUSE(c, FORBIDDEN, "proof-failed", "",
               "this did not work; check what you entered and try again");
    return result;
}

/* ---- enrolling ------------------------------------------------------------------------------- */

/* The link and its account. A link that is not good is an attempt that failed. */
static rc find_link(struct ctx *c, const struct request *request, struct str text,
                    struct attempt *attempt, struct enrolment *ret_link, struct account *ret)
{
    struct enrolment link = {0};
    struct account account = {0};
    struct row row = {0};
    struct str hash;
    TRY(attempt_begin(c, request, SIGN_IN_METHOD_ENROLMENT, attempt));
    TRY(secret_hash(c, text, &hash));
    rc result = picture_find(c, request->picture, &enrolment_shape, "hash", hash, NULL, &link);
    if (rc_ok(result))
        result = picture_get(c, request->picture, &account_shape, link.account, &row, &account);
    if (!rc_ok(result) && result.code != RC_NOT_FOUND)
        return result;
    bool good = rc_ok(result) && link.expires.us > clock_now(c).us && row.retired.us == 0 &&
                account.status == ACCOUNT_STATUS_ACTIVE;
    bool waits = false;
    if (good)
        TRY(enrolment_waits(c, request->picture, &link, &waits));
    good = good && !waits;
    if (!good)
        return attempt_fail(c, request, attempt, SIGN_IN_FAILURE_LINK);
    attempt->account = account.id;
    *ret_link = link;
    *ret = account;
    return OK;
}

rc serve_enrol_options(struct ctx *c, const struct request *request, struct response *response)
{
    const struct link *input = request->input;
    struct attempt attempt;
    struct enrolment link;
    struct account account;
    struct password_setup setup;
    struct str person;
    struct mission_view mission;
    struct text *out = response->body;
    TRY(find_link(c, request, input->link, &attempt, &link, &account));
    TRY(auth_names(c, request->picture, &account, &person, &mission));
    TRY(auth_password_setup(c, request, &account, &setup));
    text_put(out, STR("{\"login\":"));
    text_put_json(out, account.login);
    text_put(out, STR(",\"name\":"));
    text_put_json(out, person);
    text_put(out, STR(",\"mission\":"));
    text_put_json(out, mission.name);
    text_put(out, STR(",\"expires\":\""));
    text_put_wall(out, link.expires);
    text_put(out, STR("\","));
    TRY(auth_creation_options(c, request, &account, out));
    text_put(out, STR(",\"password\":"));
    auth_put(response, &password_setup_shape, &setup);
    text_put_char(out, '}');
    return OK;
}

static rc add_way(struct ctx *c, const struct request *request, const struct account *account,
                  const struct enrolment *link)
{
    const struct enrolling *input = request->input;
    const struct actor self = {.id = account->id};
    const struct str none = {NULL, 0};
    if (!str_absent(input->credential)) {
        struct passkey_adding *adding = NULL;
        NEW(c, adding, 1);
        adding->enrolment = link->id;
        TRY(auth_new_passkey(c, request, account, input->name, input->credential,
                             &adding->passkey));
        return core_command(c, edge_request_core(request), "passkey.add", &self, none, adding);
    }
    if (str_absent(input->password) || str_absent(input->challenge) || str_absent(input->code))
        FAIL(c, INVALID, "give a passkey's credential, or password, challenge and code");
    struct password_setting *setting = NULL;
    NEW(c, setting, 1);
    setting->enrolment = link->id;
    const struct new_password wish = {
        .password = input->password, .challenge = input->challenge, .code = input->code};
    TRY(auth_new_password(c, request, account, &wish, &setting->password));
    return core_command(c, edge_request_core(request), "password.set", &self, none, setting);
}

/* Who needs a link has lost, or never had, a way in: they get recovery codes, and old ones are
 * void. */
static rc make_codes(struct ctx *c, const struct request *request, struct str account,
                     struct texts *ret)
{
    struct recovery recovery = {.id = account};
    TRY(recovery_codes_new(c, account, ret, &recovery.hashes));
    return core_command(c, edge_request_core(request), "recovery.make",
                        &(struct actor){.id = account}, (struct str){NULL, 0}, &recovery);
}

rc serve_enrol(struct ctx *c, const struct request *request, struct response *response)
{
    const struct enrolling *input = request->input;
    struct attempt attempt;
    struct enrolment link;
    struct account account;
    struct texts codes = {0};
    struct session_opening *opening = NULL;
    NEW(c, opening, 1);
    TRY(find_link(c, request, input->link, &attempt, &link, &account));
    rc result = add_way(c, request, &account, &link);
    if (result.code == RC_UNAUTHENTICATED)
        return attempt_fail(c, request, &attempt, reason_of(c, SIGN_IN_FAILURE_PASSKEY));
    TRY(result);
    TRY(make_codes(c, request, account.id, &codes));
    return open_session(c, request, &attempt, opening, codes, response);
}
