/* What sign-in lets happen. What was proved (a signature, a password) was verified before, off the
 * writer; here is decided what must not race: that a code, a link or a count is spent once, that
 * the account may still be used, that the last way in stays.
 *
 * The actor of every command here is the account it is about, or Chancery on its behalf. */
#include "domain/account/account_own.h"

#include "core/target.h"

enum { SESSIONS_MAX = 20, TOKENS_MAX = 50, PASSKEYS_MAX = 20 };

static const struct label our_label = {TLP_AMBER, {NULL, 0}};

/* ---- what all of them use -------------------------------------------------------------------- */

rc account_usable(struct ctx *c, struct picture *picture, struct str id, struct account *ret)
{
    struct row row = {0};
    struct account account = {0};
    rc result = picture_get(c, picture, &account_shape, id, &row, &account);
    if (!rc_ok(result) && result.code != RC_NOT_FOUND)
        return result;
    if (!rc_ok(result) || row.retired.us || account.status != ACCOUNT_STATUS_ACTIVE)
        REFUSE(c, UNAUTHENTICATED, "unknown", "", "this account may not be used");
    *ret = account;
    return OK;
}

/* Only for oneself. */
static rc check_self(struct ctx *c, const struct command *command, struct str account)
{
    if (!str_eq(command->actor.id, account))
        FAIL(c, FORBIDDEN, "only its owner can do this");
    return OK;
}

rc account_tell(struct ctx *c, struct outcome *outcome, const struct event_kind *kind,
                const struct account *account, struct str record_id, const void *body)
{
    return outcome_add(c, outcome,
                       &(struct outcome_event){
                           .kind = kind,
                           .body = body,
                           .record_id = record_id,
                           .subject = account->person,
                           .label = our_label,
                       });
}

rc account_tell_way(struct ctx *c, struct outcome *outcome, const struct event_kind *kind,
                    const struct account *account, struct str record_id, struct str name)
{
    const struct way_fact fact = {.account = account->id, .name = name};
    return account_tell(c, outcome, kind, account, record_id, &fact);
}

rc account_rows(struct ctx *c, struct picture *picture, const struct shape *shape,
                struct str account, struct page *ret)
{
    struct query query = {
        .filter_count = 1,
        .filters = {{STR("account"), FILTER_EQ, account}},
        .limit = QUERY_LIMIT_MAX,
    };
    return picture_list(c, picture, shape, &query, ret);
}

/* The row that the command is about, if it is the actor's. Its second field is the account. */
static rc own_row(struct ctx *c, struct picture *picture, const struct command *command,
                  const struct shape *shape, void *ret)
{
    const struct shape_field *owner = shape_field(shape, STR("account"));
    TRY(picture_get(c, picture, shape, command->target, NULL, ret));
    if (!str_eq(*(const struct str *)shape_in(owner, ret), command->actor.id))
        return picture_absent(c, shape);
    return OK;
}

/* ---- failures -------------------------------------------------------------------------------- */

/* The account that was tried; an absent id: nobody's. */
static rc find_tried(struct ctx *c, struct picture *picture, struct str id, struct account *ret)
{
    struct account account = {0};
    if (str_absent(id))
        return OK;
    rc result = picture_get(c, picture, &account_shape, id, NULL, &account);
    if (rc_ok(result))
        *ret = account;
    return result.code == RC_NOT_FOUND ? OK : result;
}

/* That it happened is open, for tripwires; from where is the person's, if it was on an account. */
static rc decide_fail(struct ctx *c, struct picture *picture, const struct command *command,
                      struct outcome *outcome)
{
    struct failed_sign_in failure = *(const struct failed_sign_in *)command->input;
    struct account account = {0};
    TRY(find_tried(c, picture, failure.account, &account));
    const struct failed_from from = {.account = account.id, .peer = failure.peer};
    failure.account = account.id;
    if (!str_absent(account.id))
        failure.peer = (struct str){NULL, 0};
    TRY(outcome_add(c, outcome,
                    &(struct outcome_event){
                        .kind = &sign_in_failed_kind, .body = &failure, .label = our_label}));
    if (str_absent(account.id))
        return OK;
    return account_tell(c, outcome, &sign_in_tried_kind, &account, (struct str){NULL, 0}, &from);
}

/* ---- sessions -------------------------------------------------------------------------------- */

static rc end_session(struct ctx *c, struct outcome *outcome, const struct account *account,
                      struct str id)
{
    TRY(account_tell_way(c, outcome, &session_ended_kind, account, id, (struct str){NULL, 0}));
    return outcome_vault_delete(c, outcome, &session_shape, id);
}

/* Away with what has expired; and when there are too many still, with the one longest unused. */
static rc make_room(struct ctx *c, struct picture *picture, struct outcome *outcome,
                    const struct account *account)
{
    struct page page;
    TRY(account_rows(c, picture, &session_shape, account->id, &page));
    const struct session *sessions = page.records, *oldest = NULL;
    size_t live = 0;
    for (size_t i = 0; i < page.count; i++) {
        if (sessions[i].expires.us <= clock_now(c).us) {
            TRY(end_session(c, outcome, account, sessions[i].id));
            continue;
        }
        live++;
        if (!oldest || sessions[i].seen.us < oldest->seen.us)
            oldest = &sessions[i];
    }
    return live >= SESSIONS_MAX ? end_session(c, outcome, account, oldest->id) : OK;
}

static rc spend_passkey(struct ctx *c, struct picture *picture,
                        const struct session_opening *opening, struct outcome *outcome)
{
    struct passkey passkey = {0};
    rc result = picture_get(c, picture, &passkey_shape, opening->passkey, NULL, &passkey);
    if (result.code == RC_NOT_FOUND || !str_eq(passkey.account, opening->session.account))
        REFUSE(c, UNAUTHENTICATED, "passkey", "", "this passkey was removed");
    TRY(result);
    bool counts = passkey.sign_count > 0 || opening->sign_count > 0;
    if (counts && opening->sign_count <= passkey.sign_count)
        REFUSE(c, UNAUTHENTICATED, "copy", "", "the passkey's counter went backwards");
    passkey.sign_count = opening->sign_count;
    passkey.used = clock_now(c);
    return outcome_vault_put(c, outcome, &passkey_shape, &passkey);
}

static rc spend_code(struct ctx *c, struct picture *picture, const struct session_opening *opening,
                     struct outcome *outcome)
{
    struct password password = {0};
    rc result = picture_get(c, picture, &password_shape, opening->session.account, NULL, &password);
    if (result.code == RC_NOT_FOUND ||
        (rc_ok(result) && opening->counter.value <= password.counter))
        REFUSE(c, UNAUTHENTICATED, "code", "", "this code has already been used");
    TRY(result);
    password.counter = opening->counter.value;
    if (!str_absent(opening->rehash))
        password.hash = opening->rehash;
    return outcome_vault_put(c, outcome, &password_shape, &password);
}

static rc spend_recovery(struct ctx *c, struct picture *picture,
                         const struct session_opening *opening, struct outcome *outcome)
{
    struct recovery recovery = {0};
    size_t left = 0;
    rc result = picture_get(c, picture, &recovery_shape, opening->session.account, NULL, &recovery);
    if (!rc_ok(result) && result.code != RC_NOT_FOUND)
        return result;
    for (size_t i = 0; i < recovery.hashes.count; i++)
        if (!str_eq(recovery.hashes.items[i], opening->recovery))
            recovery.hashes.items[left++] = recovery.hashes.items[i];
    if (left == recovery.hashes.count)
        REFUSE(c, UNAUTHENTICATED, "recovery", "", "this code has already been used");
    recovery.hashes.count = left;
    return outcome_vault_put(c, outcome, &recovery_shape, &recovery);
}

static rc decide_session_open(struct ctx *c, struct picture *picture, const struct command *command,
                              struct outcome *outcome)
{
    const struct session_opening *opening = command->input;
    const struct session *session = &opening->session;
    struct account account;
    TRY(check_self(c, command, session->account));
    TRY(account_usable(c, picture, session->account, &account));
    if (!str_absent(opening->passkey))
        TRY(spend_passkey(c, picture, opening, outcome));
    if (opening->counter.known)
        TRY(spend_code(c, picture, opening, outcome));
    if (!str_absent(opening->recovery))
        TRY(spend_recovery(c, picture, opening, outcome));
    TRY(make_room(c, picture, outcome, &account));
    TRY(outcome_vault_put(c, outcome, &session_shape, session));
    const struct session_fact fact = {
        .account = session->account,
        .method = session->method,
        .device = session->device,
        .peer = session->peer,
        .expires = session->expires,
    };
    return account_tell(c, outcome, &session_opened_kind, &account, session->id, &fact);
}

/* Whoever is signed in proves once more who they are, for one act. */
static rc decide_session_prove(struct ctx *c, struct picture *picture,
                               const struct command *command, struct outcome *outcome)
{
    const struct session_opening *proof = command->input;
    struct session session = {0};
    struct account account;
    TRY(own_row(c, picture, command, &session_shape, &session));
    TRY(check_self(c, command, proof->session.account));
    TRY(account_usable(c, picture, session.account, &account));
    bool shown = !str_absent(proof->passkey) || proof->counter.known;
#ifdef DEMONSTRATION
    shown = shown || session.method == SIGN_IN_METHOD_DEMONSTRATION;
#endif
    if (!shown)
        FAIL(c, FORBIDDEN, "nothing was shown that proves who this is");
    if (!str_absent(proof->passkey))
        TRY(spend_passkey(c, picture, proof, outcome));
    if (proof->counter.known)
        TRY(spend_code(c, picture, proof, outcome));
    session.proved = clock_now(c);
    session.proved_for = proof->session.proved_for;
    TRY(outcome_vault_put(c, outcome, &session_shape, &session));
    /* What it is about may be hidden from those who are told this. */
    struct str rest = session.proved_for;
    struct proof_fact fact = {.account = account.id};
    str_split(&rest, ' ', &fact.act);
    return account_tell(c, outcome, &session_proved_kind, &account, session.id, &fact);
}

static rc decide_session_end(struct ctx *c, struct picture *picture, const struct command *command,
                             struct outcome *outcome)
{
    struct session session = {0};
    struct account account = {0};
    TRY(own_row(c, picture, command, &session_shape, &session));
    TRY(picture_get(c, picture, &account_shape, session.account, NULL, &account));
    return end_session(c, outcome, &account, session.id);
}

static rc end_all(struct ctx *c, struct picture *picture, const struct account *account,
                  struct str keep, struct outcome *outcome)
{
    struct page page;
    TRY(account_rows(c, picture, &session_shape, account->id, &page));
    const struct session *sessions = page.records;
    for (size_t i = 0; i < page.count; i++)
        if (!str_eq(sessions[i].id, keep))
            TRY(end_session(c, outcome, account, sessions[i].id));
    return OK;
}

static rc decide_session_end_others(struct ctx *c, struct picture *picture,
                                    const struct command *command, struct outcome *outcome)
{
    const struct session_ending *ending = command->input;
    struct account account = {0};
    TRY(picture_get(c, picture, &account_shape, command->actor.id, NULL, &account));
    return end_all(c, picture, &account, ending->keep, outcome);
}

static rc decide_session_touch(struct ctx *c, struct picture *picture,
                               const struct command *command, struct outcome *outcome)
{
    const struct touch *touch = command->input;
    struct session session = {0};
    TRY(picture_get(c, picture, &session_shape, command->target, NULL, &session));
    session.seen = touch->when;
    return outcome_vault_put(c, outcome, &session_shape, &session);
}

/* ---- tokens ---------------------------------------------------------------------------------- */

static rc decide_token_make(struct ctx *c, struct picture *picture, const struct command *command,
                            struct outcome *outcome)
{
    const struct token *token = command->input;
    struct account account;
    struct page page;
    TRY(account_usable(c, picture, token->account, &account));
    if (token->expires.us > wall_after(clock_now(c), TOKEN_DAYS_MAX * DAY_MS).us)
        REFUSE(c, INVALID, "year", "expires", "a token is good for a year at most");
    if (!str_eq(command->actor.id, account.id))
        TRY(account_may_grant(c, picture, &command->actor, &account));
    TRY(account_rows(c, picture, &token_shape, account.id, &page));
    if (page.count >= TOKENS_MAX)
        REFUSE(c, CONFLICT, "tokens", "", "an account has at most %d tokens", TOKENS_MAX);
    TRY(outcome_vault_put(c, outcome, &token_shape, token));
    const struct way_fact fact = {
        .account = account.id,
        .name = token->name,
        .scopes = token->scopes,
        .sources_only = token->sources_only,
        .sources = token->sources,
        .expires = token->expires,
    };
    return account_tell(c, outcome, &token_made_kind, &account, token->id, &fact);
}

/* Of another's account: by whoever may change it, and holds what it holds. */
static rc may_revoke(struct ctx *c, struct picture *picture, const struct command *command,
                     struct str id)
{
    struct account account = {0};
    if (str_eq(command->actor.id, id))
        return OK;
    if (!actor_may(&command->actor, "account.write") ||
        !rc_ok(command_other(c, picture, command, &account_shape, id, NULL, &account)))
        return picture_absent(c, &token_shape);
    return account_may_grant(c, picture, &command->actor, &account);
}

static rc decide_token_revoke(struct ctx *c, struct picture *picture, const struct command *command,
                              struct outcome *outcome)
{
    struct token token = {0};
    struct account account = {0};
    TRY(picture_get(c, picture, &token_shape, command->target, NULL, &token));
    TRY(may_revoke(c, picture, command, token.account));
    TRY(picture_get(c, picture, &account_shape, token.account, NULL, &account));
    TRY(account_tell_way(c, outcome, &token_revoked_kind, &account, token.id, token.name));
    return outcome_vault_delete(c, outcome, &token_shape, token.id);
}

static rc decide_token_touch(struct ctx *c, struct picture *picture, const struct command *command,
                             struct outcome *outcome)
{
    const struct touch *touch = command->input;
    struct token token = {0};
    TRY(picture_get(c, picture, &token_shape, command->target, NULL, &token));
    token.used = touch->when;
    return outcome_vault_put(c, outcome, &token_shape, &token);
}

/* ---- ways in --------------------------------------------------------------------------------- */

/* Spend the link that a new way in came by: once, in time, and for this account. */
static rc spend_enrolment(struct ctx *c, struct picture *picture, struct str id,
                          const struct account *account, struct outcome *outcome)
{
    struct enrolment link = {0};
    if (str_absent(id))
        return OK;
    rc result = picture_get(c, picture, &enrolment_shape, id, NULL, &link);
    if (!rc_ok(result) && result.code != RC_NOT_FOUND)
        return result;
    bool waits = false;
    if (rc_ok(result))
        TRY(enrolment_waits(c, picture, &link, &waits));
    if (!rc_ok(result) || !str_eq(link.account, account->id) || waits ||
        link.expires.us <= clock_now(c).us)
        REFUSE(c, UNAUTHENTICATED, "link", "", "this link has been used or has expired");
    TRY(account_tell_way(c, outcome, &enrolment_used_kind, account, id, (struct str){NULL, 0}));
    return outcome_vault_delete(c, outcome, &enrolment_shape, id);
}

static rc decide_passkey_add(struct ctx *c, struct picture *picture, const struct command *command,
                             struct outcome *outcome)
{
    const struct passkey_adding *adding = command->input;
    const struct passkey *passkey = &adding->passkey;
    struct account account;
    struct passkey same = {0};
    struct page page;
    TRY(check_self(c, command, passkey->account));
    TRY(account_usable(c, picture, passkey->account, &account));
    TRY(spend_enrolment(c, picture, adding->enrolment, &account, outcome));
    rc found =
        picture_find(c, picture, &passkey_shape, "credential", passkey->credential, NULL, &same);
    if (rc_ok(found))
        REFUSE(c, CONFLICT, "passkey-known", "", "this passkey is already registered");
    if (found.code != RC_NOT_FOUND)
        return found;
    TRY(account_rows(c, picture, &passkey_shape, account.id, &page));
    if (page.count >= PASSKEYS_MAX)
        REFUSE(c, CONFLICT, "passkeys", "", "an account has at most %d passkeys", PASSKEYS_MAX);
    TRY(outcome_vault_put(c, outcome, &passkey_shape, passkey));
    return account_tell_way(c, outcome, &passkey_added_kind, &account, passkey->id, passkey->name);
}

static rc decide_passkey_rename(struct ctx *c, struct picture *picture,
                                const struct command *command, struct outcome *outcome)
{
    const struct passkey_naming *naming = command->input;
    struct passkey passkey = {0};
    TRY(own_row(c, picture, command, &passkey_shape, &passkey));
    passkey.name = naming->name;
    return outcome_vault_put(c, outcome, &passkey_shape, &passkey);
}

/* How many passkeys, and has it a password? */
static rc count_ways(struct ctx *c, struct picture *picture, struct str account, size_t *ret)
{
    struct password password = {0};
    struct page page;
    TRY(account_rows(c, picture, &passkey_shape, account, &page));
    rc result = picture_get(c, picture, &password_shape, account, NULL, &password);
    if (!rc_ok(result) && result.code != RC_NOT_FOUND)
        return result;
    *ret = page.count + rc_ok(result);
    return OK;
}

static rc check_not_last(struct ctx *c, struct picture *picture, struct str account)
{
    size_t ways = 0;
    TRY(count_ways(c, picture, account, &ways));
    if (ways <= 1)
        REFUSE(c, CONFLICT, "last-way", "", "this is the only way to sign in; add another first");
    return OK;
}

static rc decide_passkey_remove(struct ctx *c, struct picture *picture,
                                const struct command *command, struct outcome *outcome)
{
    struct passkey passkey = {0};
    struct account account;
    TRY(own_row(c, picture, command, &passkey_shape, &passkey));
    TRY(account_usable(c, picture, passkey.account, &account));
    TRY(check_not_last(c, picture, account.id));
    TRY(outcome_vault_delete(c, outcome, &passkey_shape, passkey.id));
    return account_tell_way(c, outcome, &passkey_removed_kind, &account, passkey.id, passkey.name);
}

static rc decide_password_set(struct ctx *c, struct picture *picture, const struct command *command,
                              struct outcome *outcome)
{
    const struct password_setting *setting = command->input;
    struct account account;
    TRY(check_self(c, command, setting->password.id));
    TRY(account_usable(c, picture, setting->password.id, &account));
    TRY(spend_enrolment(c, picture, setting->enrolment, &account, outcome));
    TRY(outcome_vault_put(c, outcome, &password_shape, &setting->password));
    return account_tell_way(c, outcome, &password_set_kind, &account, account.id,
                            (struct str){NULL, 0});
}

static rc decide_password_remove(struct ctx *c, struct picture *picture,
                                 const struct command *command, struct outcome *outcome)
{
    struct password password = {0};
    struct account account;
    TRY(account_usable(c, picture, command->actor.id, &account));
    TRY(picture_get(c, picture, &password_shape, account.id, NULL, &password));
    TRY(check_not_last(c, picture, account.id));
    TRY(outcome_vault_delete(c, outcome, &password_shape, account.id));
    return account_tell_way(c, outcome, &password_removed_kind, &account, account.id,
                            (struct str){NULL, 0});
}

static rc decide_recovery_make(struct ctx *c, struct picture *picture,
                               const struct command *command, struct outcome *outcome)
{
    const struct recovery *recovery = command->input;
    struct account account;
    TRY(check_self(c, command, recovery->id));
    TRY(account_usable(c, picture, recovery->id, &account));
    TRY(outcome_vault_put(c, outcome, &recovery_shape, recovery));
    return account_tell_way(c, outcome, &recovery_made_kind, &account, account.id,
                            (struct str){NULL, 0});
}

#define ANYONE(name_, help_, input_, decide_, ...) \
    DECISION(name_, help_, PERMIT_SIGNED_IN, input_, decide_, __VA_ARGS__)
#define OFFICER(name_, help_, input_, decide_, ...) \
    DECISION(name_, help_, "account.enrol", input_, decide_, __VA_ARGS__)

const struct decision sign_in_decisions[] = {
    ANYONE("sign-in.fail", "Note an attempt", &failed_sign_in_shape, decide_fail),
    ANYONE("session.open", "Open a session", &session_opening_shape, decide_session_open),
    ANYONE("session.prove", "Prove who one is, for one act", &session_opening_shape,
           decide_session_prove),
    ANYONE("session.end", "End a session", NULL, decide_session_end),
    ANYONE("session.end-others", "End all sessions but one", &session_ending_shape,
           decide_session_end_others),
    ANYONE("session.touch", "Note a use", &touch_shape, decide_session_touch),
    ANYONE("token.make", "Make a token", &token_shape, decide_token_make, .grave = true),
    ANYONE("token.revoke", "Revoke a token", NULL, decide_token_revoke),
    ANYONE("token.touch", "Note a use", &touch_shape, decide_token_touch),
    ANYONE("passkey.add", "Add a passkey", &passkey_adding_shape, decide_passkey_add),
    ANYONE("passkey.rename", "Name a passkey", &passkey_naming_shape, decide_passkey_rename),
    ANYONE("passkey.remove", "Remove a passkey", NULL, decide_passkey_remove),
    ANYONE("password.set", "Set a password", &password_setting_shape, decide_password_set),
    ANYONE("password.remove", "Remove the password", NULL, decide_password_remove),
    ANYONE("recovery.make", "Make recovery codes", &recovery_shape, decide_recovery_make),
    OFFICER("enrolment.make", "Make an enrolment link", &enrolment_shape, decide_enrolment_make,
            .grave = true),
    OFFICER("enrolment.confirm", "Let another officer's link open an account", NULL,
            decide_enrolment_confirm, .grave = true),
    OFFICER("enrolment.void", "Make an enrolment link void", NULL, decide_enrolment_void),
    {0},
};

/* ---- what follows from accounts -------------------------------------------------------------- */

static rc delete_all(struct ctx *c, struct picture *picture, const struct shape *shape,
                     struct str account, struct outcome *outcome)
{
    struct page page;
    TRY(account_rows(c, picture, shape, account, &page));
    for (size_t i = 0; i < page.count; i++) {
        const struct str *id = (const void *)((const char *)page.records + i * shape->size);
        TRY(outcome_vault_delete(c, outcome, shape, *id));
    }
    return OK;
}

/* Suspended: out at once, and links that are under way are void. */
static rc react_changed(struct ctx *c, struct picture *picture, const struct event *event,
                        struct outcome *outcome)
{
    const struct account *account = event->body;
    if (account->status == ACCOUNT_STATUS_ACTIVE)
        return OK;
    TRY(end_all(c, picture, account, (struct str){NULL, 0}, outcome));
    return delete_all(c, picture, &enrolment_shape, account->id, outcome);
}

static rc react_retired(struct ctx *c, struct picture *picture, const struct event *event,
                        struct outcome *outcome)
{
    struct str id = event->record, noun;
    struct account account = {0};
    str_split(&id, '/', &noun);
    TRY(picture_get(c, picture, &account_shape, id, NULL, &account));
    TRY(end_all(c, picture, &account, (struct str){NULL, 0}, outcome));
    TRY(delete_all(c, picture, &enrolment_shape, id, outcome));
    TRY(delete_all(c, picture, &passkey_shape, id, outcome));
    TRY(delete_all(c, picture, &token_shape, id, outcome));
    TRY(outcome_vault_delete(c, outcome, &password_shape, id));
    return outcome_vault_delete(c, outcome, &recovery_shape, id);
}

const struct reaction sign_in_reactions[] = {
    {.on = "account.changed", .react = react_changed},
    {.on = "account.retired", .react = react_retired},
    {0},
};
