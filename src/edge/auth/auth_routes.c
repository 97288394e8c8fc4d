/* What somebody who is signed in does with their own ways in, sessions and tokens; and the rows of
 * all routes of sign-in. */
#include "edge/auth/auth_page.h"

#include "base/random.h"
#include "core/target.h"

static const struct str no_target = {NULL, 0};

rc auth_own_session(struct ctx *c, const struct request *request, struct session *ret)
{
    struct session session = {0};
    rc result =
        picture_get(c, request->picture, &session_shape, request->actor->way, NULL, &session);
    if (rc_ok(result))
        *ret = session;
    if (result.code != RC_NOT_FOUND)
        return result;
    rc refused = fault_raise(c, RC_FORBIDDEN, __FILE__, __LINE__, "a token cannot do this");
    fault_set_rule(c, "session");
    return refused;
}

static rc check_session(struct ctx *c, const struct request *request)
{
    struct session session;
    return auth_own_session(c, request, &session);
}

/* Changing the ways in wants proof that it is still the same person: a cookie that was found lying
 * about is not enough to stay. */
static rc check_fresh(struct ctx *c, const struct request *request)
{
    struct session session = {0};
    TRY(auth_own_session(c, request, &session));
    if (clock_now(c).us - session.opened.us < auth_of(request)->settings.fresh_ms * 1000)
        return OK;
    rc stale = fault_raise(c, RC_FORBIDDEN, __FILE__, __LINE__, "sign in again to change this");
    fault_set_rule(c, "fresh");
    return stale;
}

static rc own_account(struct ctx *c, const struct request *request, struct account *ret)
{
    struct account account = {0};
    TRY(picture_get(c, request->picture, &account_shape, request->actor->id, NULL, &account));
    *ret = account;
    return OK;
}

static rc call(struct ctx *c, const struct request *request, const char *decision,
               struct str target, const void *input)
{
    return core_command(c, edge_request_core(request), decision, request->actor, target, input);
}

/* {"items":[…]} */
static void put_items(struct response *response, const struct shape *shape, size_t count,
                      const void *records)
{
    text_put(response->body, STR("{\"items\":["));
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_put_char(response->body, ',');
        auth_put(response, shape, (const char *)records + i * shape->size);
    }
    text_put(response->body, STR("]}"));
}

static rc list_own(struct ctx *c, const struct request *request, const struct shape *shape,
                   struct response *response)
{
    struct page page;
    TRY(check_session(c, request));
    TRY(account_rows(c, request->picture, shape, request->actor->id, &page));
    put_items(response, shape, page.count, page.records);
    return OK;
}

/* ---- sessions -------------------------------------------------------------------------------- */

static rc serve_who(struct ctx *c, const struct request *request, struct response *response)
{
    struct session session = {0};
    struct session_view view;
    rc result =
        picture_get(c, request->picture, &session_shape, request->actor->way, NULL, &session);
    if (result.code == RC_NOT_FOUND) {
        struct token token = {0};
        TRY(picture_get(c, request->picture, &token_shape, request->actor->way, NULL, &token));
        session = (struct session){
            .id = token.id,
            .account = token.account,
            .method = SIGN_IN_METHOD_TOKEN,
            .opened = token.made,
            .expires = token.expires,
        };
        result = OK;
    }
    TRY(result);
    TRY(auth_view(c, request, &session, &view));
    auth_put(response, &session_view_shape, &view);
    return OK;
}

static rc serve_sessions(struct ctx *c, const struct request *request, struct response *response)
{
    const struct auth *auth = auth_of(request);
    struct session_row *rows = NULL;
    struct page page;
    size_t count = 0;
    TRY(check_session(c, request));
    TRY(account_rows(c, request->picture, &session_shape, request->actor->id, &page));
    NEW(c, rows, page.count + 1);
    const struct session *sessions = page.records;
    for (size_t i = 0; i < page.count; i++) {
        const struct session *one = &sessions[i];
        if (session_end(auth, one).us <= clock_now(c).us)
            continue;
        rows[count++] = (struct session_row){
            .id = one->id,
            .method = one->method,
            .device = one->device,
            .peer = one->peer,
            .opened = one->opened,
            .seen = one->seen,
            .expires = one->expires,
            .current = str_eq(one->id, request->actor->way),
        };
    }
    put_items(response, &session_row_shape, count, rows);
    return OK;
}

static rc serve_session_end(struct ctx *c, const struct request *request, struct response *)
{
    TRY(check_session(c, request));
    return call(c, request, "session.end", request->parts[0], NULL);
}

static rc end_others(struct ctx *c, const struct request *request)
{
    const struct session_ending ending = {.keep = request->actor->way};
    return call(c, request, "session.end-others", no_target, &ending);
}

static rc serve_end_others(struct ctx *c, const struct request *request, struct response *)
{
    TRY(check_session(c, request));
    return end_others(c, request);
}

/* ---- passkeys -------------------------------------------------------------------------------- */

static rc serve_passkeys(struct ctx *c, const struct request *request, struct response *response)
{
    return list_own(c, request, &passkey_shape, response);
}

static rc serve_new_passkey_options(struct ctx *c, const struct request *request,
                                    struct response *response)
{
    struct account account;
    TRY(check_fresh(c, request));
    TRY(own_account(c, request, &account));
    text_put_char(response->body, '{');
    TRY(auth_creation_options(c, request, &account, response->body));
    text_put_char(response->body, '}');
    return OK;
}

static rc serve_passkey_add(struct ctx *c, const struct request *request, struct response *response)
{
    const struct new_passkey *input = request->input;
    struct account account;
    struct passkey_adding *adding = NULL;
    NEW(c, adding, 1);
    TRY(check_fresh(c, request));
    TRY(own_account(c, request, &account));
    TRY(auth_new_passkey(c, request, &account, input->name, input->credential, &adding->passkey));
    TRY(call(c, request, "passkey.add", no_target, adding));
    auth_put(response, &passkey_shape, &adding->passkey);
    response->status = 201;
    return OK;
}

static rc serve_passkey_rename(struct ctx *c, const struct request *request, struct response *)
{
    TRY(check_session(c, request));
    return call(c, request, "passkey.rename", request->parts[0], request->input);
}

static rc serve_passkey_remove(struct ctx *c, const struct request *request, struct response *)
{
    TRY(check_fresh(c, request));
    return call(c, request, "passkey.remove", request->parts[0], NULL);
}

/* ---- password, recovery codes ---------------------------------------------------------------- */

static rc serve_password_options(struct ctx *c, const struct request *request,
                                 struct response *response)
{
    struct account account;
    struct password_setup setup;
    TRY(check_fresh(c, request));
    TRY(own_account(c, request, &account));
    TRY(auth_password_setup(c, request, &account, &setup));
    auth_put(response, &password_setup_shape, &setup);
    return OK;
}

static rc serve_password_set(struct ctx *c, const struct request *request, struct response *)
{
    const struct new_password *input = request->input;
    struct account account;
    struct password_setting *setting = NULL;
    NEW(c, setting, 1);
    TRY(check_fresh(c, request));
    TRY(own_account(c, request, &account));
    TRY(auth_check_old_password(c, request, &account, input->old));
    TRY(auth_new_password(c, request, &account, input, &setting->password));
    TRY(call(c, request, "password.set", no_target, setting));
    return input->end_others ? end_others(c, request) : OK;
}

static rc serve_password_remove(struct ctx *c, const struct request *request, struct response *)
{
    TRY(check_fresh(c, request));
    return call(c, request, "password.remove", no_target, NULL);
}

static rc serve_recovery_make(struct ctx *c, const struct request *request,
                              struct response *response)
{
    struct recovery recovery = {.id = request->actor->id};
    struct recovery_view view;
    TRY(check_fresh(c, request));
    TRY(recovery_codes_new(c, recovery.id, &view.recovery_codes, &recovery.hashes));
    TRY(call(c, request, "recovery.make", no_target, &recovery));
    auth_put(response, &recovery_view_shape, &view);
    return OK;
}

/* ---- tokens, links --------------------------------------------------------------------------- */

static rc serve_tokens(struct ctx *c, const struct request *request, struct response *response)
{
    return list_own(c, request, &token_shape, response);
}

/* Of an account that the caller may see and change. */
static rc serve_account_tokens(struct ctx *c, const struct request *request,
                               struct response *response)
{
    struct account account = {0};
    struct page page;
    TRY(request_target(c, request, &account_shape, NULL, &account));
    TRY(account_rows(c, request->picture, &token_shape, account.id, &page));
    put_items(response, &token_shape, page.count, page.records);
    return OK;
}

static rc read_sources(struct ctx *c, struct str json, struct auth_token_wish *wish)
{
    struct token_sources list = {0};
    struct str whole;
    wish->sources_only = !str_absent(json);
    if (!wish->sources_only)
        return OK;
    TRY(str_format(c, &whole, "{\"sources\":%.*s}", STR_ARG(json)));
    TRY(shape_read(c, &token_sources_shape, SHAPE_FROM_INPUT, whole, &list));
    wish->sources = list.sources;
    return OK;
}

static rc serve_token_make(struct ctx *c, const struct request *request, struct response *response)
{
    const struct new_token *input = request->input;
    struct auth_token_wish wish = {.account = request->actor->id,
                                   .name = input->name,
                                   .scopes = input->scopes,
                                   .clearance = input->clearance,
                                   .expires = input->expires};
    struct token_view view;
    TRY(read_sources(c, input->sources, &wish));
    TRY(auth_make_token(c, edge_request_core(request), request->actor, &wish, &view.id,
                        &view.token));
    auth_put(response, &token_view_shape, &view);
    response->status = 201;
    return OK;
}

/* A token may end itself: whoever finds one can make it harmless. */
static rc serve_token_revoke(struct ctx *c, const struct request *request, struct response *)
{
    if (!str_eq(request->parts[0], request->actor->way))
        TRY(check_session(c, request));
    return call(c, request, "token.revoke", request->parts[0], NULL);
}

static rc serve_enrolment_make(struct ctx *c, const struct request *request,
                               struct response *response)
{
    struct link_view view = {0};
    struct enrolment link = {0};
    struct str hash;
    TRY(auth_make_enrolment(c, edge_request_core(request), request->actor, request->parts[0],
                            auth_of(request)->settings.enrolment_ms, &view.link, &view.expires));
    TRY(secret_hash(c, view.link, &hash));
    TRY(picture_find(c, request->picture, &enrolment_shape, "hash", hash, NULL, &link));
    view.waits = link.waits;
    auth_put(response, &link_view_shape, &view);
    response->status = 201;
    return OK;
}

/* May the caller see the account that it opens? */
static rc is_shown(struct ctx *c, const struct request *request, const struct enrolment *link,
                   bool *ret)
{
    struct account account = {0};
    rc found = picture_get(c, request->picture, &account_shape, link->account, NULL, &account);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    *ret = rc_ok(found) && actor_may_read(request->actor, account.label) &&
           link->expires.us > clock_now(c).us;
    return OK;
}

static rc serve_enrolments(struct ctx *c, const struct request *request, struct response *response)
{
    struct query query = {.limit = QUERY_LIMIT_MAX};
    struct enrolment *rows = NULL;
    struct page page;
    size_t count = 0;
    TRY(picture_list(c, request->picture, &enrolment_shape, &query, &page));
    NEW(c, rows, page.count + 1);
    const struct enrolment *links = page.records;
    for (size_t i = 0; i < page.count; i++) {
        bool shown = false;
        TRY(is_shown(c, request, &links[i], &shown));
        if (!shown)
            continue;
        rows[count] = links[i];
        rc found = enrolment_waits(c, request->picture, &links[i], &rows[count++].waits);
        if (!rc_ok(found) && found.code != RC_FORBIDDEN) /* of a suspended account none opens */
            return found;
    }
    put_items(response, &enrolment_shape, count, rows);
    return OK;
}

static rc serve_enrolment_void(struct ctx *c, const struct request *request, struct response *)
{
    return call(c, request, "enrolment.void", request->parts[0], NULL);
}

/* ---- the rows -------------------------------------------------------------------------------- */

const struct route auth_routes[] = {
    ROUTE(POST, "/api/v1/auth/passkey/options", PERMIT_ANYONE, "What a passkey has to sign",
          .output = &passkey_options_shape, .serve = serve_passkey_options),
    ROUTE(POST, "/api/v1/auth/passkey", PERMIT_ANYONE, "Sign in with a passkey",
          .input = &by_passkey_shape, .output = &session_view_shape, .slow = true,
          .serve = serve_by_passkey),
    ROUTE(POST, "/api/v1/auth/password", PERMIT_ANYONE,
          "Sign in with password and authenticator app", .input = &by_password_shape,
          .output = &session_view_shape, .hashes = true, .serve = serve_by_password),
    ROUTE(POST, "/api/v1/auth/recovery", PERMIT_ANYONE, "Sign in with a recovery code",
          .input = &by_recovery_shape, .output = &session_view_shape, .slow = true,
          .serve = serve_by_recovery),
    ROUTE(POST, "/api/v1/auth/enrol/options", PERMIT_ANYONE, "What an enrolment link is for",
          .input = &link_shape, .output = &enrol_options_shape, .slow = true,
          .serve = serve_enrol_options),
    ROUTE(POST, "/api/v1/auth/enrol", PERMIT_ANYONE, "Enrol with a link, and sign in",
          .input = &enrolling_shape, .output = &session_view_shape, .slow = true,
          .serve = serve_enrol),
    ROUTE(POST, "/api/v1/auth/sign-out", PERMIT_SIGNED_IN, "End this session", .slow = true,
          .serve = serve_sign_out),
    ROUTE(POST, "/api/v1/auth/prove/options", PERMIT_SIGNED_IN,
          "What a passkey has to sign to prove once more who uses it",
          .output = &passkey_options_shape, .serve = serve_prove_options),
    ROUTE(POST, "/api/v1/auth/prove", PERMIT_SIGNED_IN,
          "Prove who I am, for one act within the next minute", .input = &proving_shape,
          .hashes = true, .serve = serve_prove),
    ROUTE(GET, "/api/v1/session", PERMIT_SIGNED_IN, "Who am I, and what may I do",
          .output = &session_view_shape, .serve = serve_who),
    ROUTE(GET, "/api/v1/sessions", PERMIT_SIGNED_IN, "Where I am signed in",
          .output = &session_row_shape, .output_list = true, .serve = serve_sessions),
    ROUTE(DELETE, "/api/v1/sessions/{id}", PERMIT_SIGNED_IN, "End one of my sessions", .slow = true,
          .serve = serve_session_end),
    ROUTE(POST, "/api/v1/sessions/end-others", PERMIT_SIGNED_IN, "Sign out everywhere else",
          .slow = true, .serve = serve_end_others),
    ROUTE(GET, "/api/v1/passkeys", PERMIT_SIGNED_IN, "My passkeys", .output = &passkey_shape,
          .output_list = true, .serve = serve_passkeys),
    ROUTE(POST, "/api/v1/passkeys/options", PERMIT_SIGNED_IN, "What a new passkey has to sign",
          .output = &passkey_options_shape, .serve = serve_new_passkey_options),
    ROUTE(POST, "/api/v1/passkeys", PERMIT_SIGNED_IN, "Add a passkey", .input = &new_passkey_shape,
          .output = &passkey_shape, .slow = true, .serve = serve_passkey_add),
    ROUTE(PUT, "/api/v1/passkeys/{id}", PERMIT_SIGNED_IN, "Name a passkey",
          .input = &passkey_naming_shape, .slow = true, .serve = serve_passkey_rename),
    ROUTE(DELETE, "/api/v1/passkeys/{id}", PERMIT_SIGNED_IN, "Remove a passkey", .slow = true,
          .serve = serve_passkey_remove),
    ROUTE(POST, "/api/v1/password/options", PERMIT_SIGNED_IN, "What a new authenticator app needs",
          .output = &password_setup_shape, .serve = serve_password_options),
    ROUTE(PUT, "/api/v1/password", PERMIT_SIGNED_IN, "Set the password and its app",
          .input = &new_password_shape, .hashes = true, .serve = serve_password_set),
    ROUTE(DELETE, "/api/v1/password", PERMIT_SIGNED_IN, "Remove the password", .slow = true,
          .serve = serve_password_remove),
    ROUTE(POST, "/api/v1/recovery-codes", PERMIT_SIGNED_IN, "Make new recovery codes",
          .output = &recovery_view_shape, .slow = true, .serve = serve_recovery_make),
    ROUTE(GET, "/api/v1/tokens", PERMIT_SIGNED_IN, "My tokens", .output = &token_shape,
          .output_list = true, .serve = serve_tokens),
    ROUTE(POST, "/api/v1/tokens", PERMIT_SIGNED_IN, "Make a token for a program",
          .input = &new_token_shape, .output = &token_view_shape, .slow = true,
          .serve = serve_token_make),
    ROUTE(DELETE, "/api/v1/tokens/{id}", PERMIT_SIGNED_IN,
          "Revoke a token of mine, or of an account that I may change", .slow = true,
          .serve = serve_token_revoke),
    ROUTE(GET, "/api/v1/accounts/{id}/tokens", "account.write", "Tokens of an account",
          .output = &token_shape, .output_list = true, .serve = serve_account_tokens),
    ROUTE(POST, "/api/v1/accounts/{id}/enrolment", "account.enrol",
          "Make a one-time enrolment link", .output = &link_view_shape, .slow = true,
          .serve = serve_enrolment_make),
    ROUTE(GET, "/api/v1/enrolments", "account.enrol",
          "Enrolment links that can still be used, or wait for another officer",
          .output = &enrolment_shape, .output_list = true, .serve = serve_enrolments),
    ROUTE_COMMAND("/api/v1/enrolments/{id}/confirm", "enrolment.confirm"),
    ROUTE(DELETE, "/api/v1/enrolments/{id}", "account.enrol", "Make a link void", .slow = true,
          .serve = serve_enrolment_void),
    {0},
};
