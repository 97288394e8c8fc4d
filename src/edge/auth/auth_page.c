/* What the handlers of sign-in share: names, options for the browser, new ways in. */
#include "edge/auth/auth_page.h"

#include "base/encode.h"
#include "base/random.h"
#include "domain/mission/mission.h"

SHAPE_DEFINE(by_password, BY_PASSWORD_FIELDS, 1, "Signing in with a password");
SHAPE_DEFINE(by_passkey, BY_PASSKEY_FIELDS, 1, "Signing in with a passkey");
SHAPE_DEFINE(by_recovery, BY_RECOVERY_FIELDS, 1, "Signing in with a recovery code");
SHAPE_DEFINE(proving, PROVING_FIELDS, 1, "Proving who one is, for one act");
SHAPE_DEFINE(link, LINK_FIELDS, 1, "An enrolment link");
SHAPE_DEFINE(enrolling, ENROLLING_FIELDS, 1, "Enrolling with a passkey or a password");
SHAPE_DEFINE(new_passkey, NEW_PASSKEY_FIELDS, 1, "A passkey was added");
SHAPE_DEFINE(new_password, NEW_PASSWORD_FIELDS, 1, "A password was set");
SHAPE_DEFINE(new_token, NEW_TOKEN_FIELDS, 1, "A new token");

SHAPE_DEFINE(session_row, SESSION_ROW_FIELDS, 1, "Somebody signed in on a device");
SHAPE_DEFINE(mission_view, MISSION_VIEW_FIELDS, 1, "The mission");
SHAPE_DEFINE(ways, WAYS_FIELDS, 1, "Ways to sign in");
SHAPE_DEFINE(session_view, SESSION_VIEW_FIELDS, 1, "Who is signed in");
SHAPE_DEFINE(password_setup, PASSWORD_SETUP_FIELDS, 1, "What an authenticator app needs");
SHAPE_DEFINE(passkey_options, PASSKEY_OPTIONS_FIELDS, 1, "What a passkey is asked");
SHAPE_DEFINE(enrol_options, ENROL_OPTIONS_FIELDS, 1, "What a link is for");
SHAPE_DEFINE(recovery_view, RECOVERY_VIEW_FIELDS, 1, "Recovery codes");
SHAPE_DEFINE(token_sources, TOKEN_SOURCES_FIELDS, 1, "For whom a token speaks");
SHAPE_DEFINE(token_view, TOKEN_VIEW_FIELDS, 1, "A token");
SHAPE_DEFINE(link_view, LINK_VIEW_FIELDS, 1, "An enrolment link");

void auth_put(struct response *response, const struct shape *shape, const void *record)
{
    shape_write(response->body, shape, SHAPE_VIEW_SHOWN, record);
}

rc auth_expect(struct ctx *c, const struct request *request, struct webauthn_expect *ret)
{
    struct str origin = edge_request_origin(request), host = origin;
    if (!edge_request_is_ours(request))
        REFUSE(c, FORBIDDEN, "origin", "",
               "passkeys are used at the mission's own address; %.*s is another service's",
               STR_ARG(origin));
    size_t scheme = str_find(host, STR("://"));
    if (scheme != SIZE_MAX)
        host = str_sub(host, scheme + 3, host.len);
    size_t port = str_find(host, STR(":"));
    TRY(str_copy(c, str_sub(host, 0, port), &host));
    *ret = (struct webauthn_expect){origin, host.ptr};
    return OK;
}

rc auth_names(struct ctx *c, struct picture *picture, const struct account *account,
              struct str *ret_person, struct mission_view *ret_mission)
{
    struct person person = {0};
    struct mission mission = {0};
    rc result = picture_get(c, picture, &person_shape, account->person, NULL, &person);
    if (!rc_ok(result) && result.code != RC_NOT_FOUND)
        return result;
    result = mission_get(c, picture, &mission);
    if (!rc_ok(result) && result.code != RC_NOT_FOUND)
        return result;
    bool named = account->kind == ACCOUNT_KIND_PERSON && !str_absent(person.name);
    *ret_person = !named                         ? account->login
                  : str_absent(person.preferred) ? person.name
                                                 : person.preferred;
    *ret_mission = (struct mission_view){mission.id, mission.name, mission.time_zone};
    if (!rc_ok(result))
        *ret_mission = (struct mission_view){picture_mission(picture), STR("Chancery"), STR("UTC")};
    return OK;
}

static rc put_base64url(struct ctx *c, struct text *out, struct str bytes)
{
    struct str text;
    TRY(encode_bytes(c, ENCODE_BASE64URL, bytes.ptr, bytes.len, &text));
    text_put_json(out, text);
    return OK;
}

/* The passkeys that the account has already, so that one device is not registered twice. */
static rc put_excluded(struct ctx *c, struct picture *picture, struct str account, struct text *out)
{
    struct page page;
    TRY(account_rows(c, picture, &passkey_shape, account, &page));
    const struct passkey *passkeys = page.records;
    text_put(out, STR(",\"excludeCredentials\":["));
    for (size_t i = 0; i < page.count; i++) {
        text_put(out, i > 0 ? STR(",{\"type\":\"public-key\",\"id\":")
                            : STR("{\"type\":\"public-key\",\"id\":"));
        text_put_json(out, passkeys[i].credential);
        text_put_char(out, '}');
    }
    text_put_char(out, ']');
    return OK;
}

rc auth_creation_options(struct ctx *c, const struct request *request,
                         const struct account *account, struct text *out)
{
    struct webauthn_expect expect;
    struct str challenge, person;
    struct mission_view mission;
    TRY(auth_expect(c, request, &expect));
    TRY(auth_names(c, request->picture, account, &person, &mission));
    TRY(ticket_make(c, auth_of(request),
                    &(struct ticket){.use = TICKET_PASSKEY, .account = account->id}, &challenge));
    text_put(out, STR("\"publicKey\":{\"challenge\":"));
    TRY(put_base64url(c, out, challenge));
    text_put(out, STR(",\"rp\":{\"id\":"));
    text_put_json(out, str_from(expect.rp_id));
    text_put(out, STR(",\"name\":"));
    text_put_json(out, mission.name);
    text_put(out, STR("},\"user\":{\"id\":"));
    TRY(put_base64url(c, out, account->id));
    text_put(out, STR(",\"name\":"));
    text_put_json(out, account->login);
    text_put(out, STR(",\"displayName\":"));
    text_put_json(out, person);
    text_put(out, STR("},\"pubKeyCredParams\":[{\"type\":\"public-key\",\"alg\":-7},"
                      "{\"type\":\"public-key\",\"alg\":-8},"
                      "{\"type\":\"public-key\",\"alg\":-257}],\"attestation\":\"none\","
                      "\"authenticatorSelection\":{\"residentKey\":\"required\","
                      "\"requireResidentKey\":true,\"userVerification\":\"required\"}"));
    TRY(put_excluded(c, request->picture, account->id, out));
    text_printf(out, ",\"timeout\":%d}", TICKET_MS);
    return OK;
}

rc auth_password_setup(struct ctx *c, const struct request *request, const struct account *account,
                       struct password_setup *ret)
{
    struct ticket ticket = {.use = TICKET_PASSWORD, .account = account->id};
    struct password_setup setup;
    struct str person;
    struct mission_view mission;
    random_bytes(ticket.totp, sizeof ticket.totp);
    TRY(auth_names(c, request->picture, account, &person, &mission));
    TRY(ticket_make(c, auth_of(request), &ticket, &setup.challenge));
    TRY(totp_text(c, ticket.totp, &setup.secret));
    TRY(totp_uri(c, setup.secret, mission.name, account->login, &setup.uri));
    *ret = setup;
    return OK;
}

/* ---- new ways in ----------------------------------------------------------------------------- */

/* The challenge has to have been given out to this account. */
static rc open_own_ticket(struct ctx *c, const struct request *request, enum ticket_use use,
                          const struct account *account, struct str raw, struct ticket *ret)
{
    struct ticket ticket;
    TRY(ticket_open(c, auth_of(request), use, raw, &ticket));
    if (!str_eq(ticket.account, account->id))
        FAIL(c, UNAUTHENTICATED, "the challenge was for somebody else");
    *ret = ticket;
    return OK;
}

rc auth_new_passkey(struct ctx *c, const struct request *request, const struct account *account,
                    struct str name, struct str credential, struct passkey *ret)
{
    struct webauthn_response response;
    struct webauthn_expect expect;
    struct webauthn_key key;
    struct ticket ticket;
    struct str challenge;
    struct passkey passkey = {.account = account->id, .added = clock_now(c)};
    TRY(webauthn_read(c, credential, &response));
    TRY(webauthn_challenge(c, &response, &challenge));
    TRY(open_own_ticket(c, request, TICKET_PASSKEY, account, challenge, &ticket));
    TRY(auth_expect(c, request, &expect));
    TRY(webauthn_register(c, &expect, &response, &key));
    TRY(ticket_spend(c, auth_of(request), &ticket));
    TRY(id_new(c, &passkey.id));
    passkey.name = str_absent(name) ? STR("Passkey") : name;
    TRY(encode_bytes(c, ENCODE_BASE64URL, key.credential.ptr, key.credential.len,
                     &passkey.credential));
    passkey.key = key.key;
    passkey.algorithm = key.algorithm;
    passkey.sign_count = key.sign_count;
    *ret = passkey;
    return OK;
}

rc auth_new_password(struct ctx *c, const struct request *request, const struct account *account,
                     const struct new_password *input, struct password *ret)
{
    struct ticket ticket;
    struct password password = {.id = account->id, .changed = clock_now(c)};
    TRY(password_check_strength(c, input->password, account->login));
    TRY(open_own_ticket(c, request, TICKET_PASSWORD, account, input->challenge, &ticket));
    TRY(str_copy(c, (struct str){(const char *)ticket.totp, sizeof ticket.totp}, &password.totp));
    password.counter = totp_step(password.totp, input->code, clock_now(c));
    if (password.counter < 0) {
        rc wrong =
            fault_raise(c, RC_INVALID, __FILE__, __LINE__,
                        "the code is not the one the app shows now; is the phone's clock right?");
        fault_set_rule(c, "code");
        fault_enter_name(c, STR("code"));
        return wrong;
    }
    TRY(ticket_spend(c, auth_of(request), &ticket));
    TRY(password_hash(c, auth_of(request), input->password, &password.hash));
    *ret = password;
    return OK;
}

/* ---- who is signed in ------------------------------------------------------------------------ */

static rc count_ways(struct ctx *c, struct picture *picture, struct str account, struct ways *ret)
{
    struct page page;
    struct password password = {0};
    struct recovery recovery = {0};
    TRY(account_rows(c, picture, &passkey_shape, account, &page));
    rc result = picture_get(c, picture, &password_shape, account, NULL, &password);
    if (!rc_ok(result) && result.code != RC_NOT_FOUND)
        return result;
    bool has_password = rc_ok(result);
    result = picture_get(c, picture, &recovery_shape, account, NULL, &recovery);
    if (!rc_ok(result) && result.code != RC_NOT_FOUND)
        return result;
    *ret = (struct ways){(int64_t)page.count, has_password, (int64_t)recovery.hashes.count};
    return OK;
}

/* Where the first of the account's roles that says so begins. */
static rc find_opening(struct ctx *c, struct picture *picture, const struct account *account,
                       enum role_opening *ret)
{
    for (size_t i = 0; i < account->roles.count && !*ret; i++) {
        struct role role = {0};
        rc found = picture_get(c, picture, &role_shape, account->roles.items[i], NULL, &role);
        if (!rc_ok(found) && found.code != RC_NOT_FOUND)
            return found;
        *ret = role.opens;
    }
    return OK;
}

rc auth_view(struct ctx *c, const struct request *request, const struct session *session,
             struct session_view *ret)
{
    const struct auth *auth = auth_of(request);
    struct account account = {0};
    struct actor actor;
    TRY(picture_get(c, request->picture, &account_shape, session->account, NULL, &account));
    if (request->actor && str_eq(request->actor->id, account.id))
        actor = *request->actor; /* of a token: less than the account's */
    else
        TRY(account_actor(c, request->picture, account.id, &actor));
    struct session_view view = {
        .account = account.id,
        .login = account.login,
        .kind = str_from(shape_choice_name(&account_kind_choices, account.kind)),
        .person = actor.person,
        .permissions = actor.permissions,
        .clearance = {actor.clearance.tlp, actor.clearance.compartments},
        .language = account.language,
        .events = core_size(auth->core),
        .now = clock_now(c),
        .session = session->id,
        .method = session->method,
        .opened = session->opened,
        .expires = session->expires,
    };
    if (session->method != SIGN_IN_METHOD_TOKEN)
        view.fresh_until.us = session->opened.us + auth->settings.fresh_ms * 1000;
    TRY(auth_names(c, request->picture, &account, &view.name, &view.mission));
    TRY(find_opening(c, request->picture, &account, &view.opens));
    TRY(count_ways(c, request->picture, account.id, &view.ways));
    *ret = view;
    return OK;
}
