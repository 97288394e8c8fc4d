/* Tokens and links to enrol with: for routes and for the command line. */
#include "edge/auth/auth_own.h"

#include "base/random.h"

static const int64_t LINK_MS = 72LL * 3600 * 1000;

rc auth_make_token(struct ctx *c, struct core *core, const struct actor *actor,
                   const struct auth_token_wish *wish, struct str *ret_id, struct str *ret_token)
{
    struct token token = {
        .account = wish->account,
        .name = wish->name,
        .scopes = wish->scopes,
        .sources_only = wish->sources_only,
        .sources = wish->sources,
        .clearance = wish->clearance,
        .made = clock_now(c),
        .expires = wish->expires,
    };
    struct str text;
    if (token.expires.us == 0)
        token.expires.us = wall_after(token.made, TOKEN_DAYS_MAX * DAY_MS).us;
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
    int64_t good_ms = good_for_ms > 0 ? good_for_ms : LINK_MS;
    link.expires = (struct wall){clock_now(c).us + good_ms * 1000};
    TRY(id_new(c, &link.id));
    TRY(secret_new(c, &text));
    TRY(secret_hash(c, text, &link.hash));
    TRY(core_command(c, core, "enrolment.make", actor, (struct str){NULL, 0}, &link));
    *ret_link = text;
    *ret_expires = link.expires;
    return OK;
}
