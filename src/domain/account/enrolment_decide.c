/* Links that let somebody into an account: who makes them, who confirms them, who makes them void.
 * Whoever holds one can take over the account, so that one into an officer's account waits for a
 * second officer before it opens anything. */
#include "domain/account/account_own.h"

#include "core/target.h"

enum { ENROLMENTS_MAX = 5 };

rc enrolment_waits(struct ctx *c, struct picture *picture, const struct enrolment *link, bool *ret)
{
    static const char *const letting_in[] = {"account.write", "role.write"};
    struct actor actor = {0};
    *ret = link->waits;
    if (link->waits || link->agreed)
        return OK;
    TRY(account_actor(c, picture, link->account, &actor));
    for (size_t i = 0; i < sizeof letting_in / sizeof letting_in[0]; i++)
        *ret = *ret || actor_may(&actor, letting_in[i]);
    return OK;
}

static rc make_room(struct ctx *c, struct picture *picture, struct str account,
                    struct outcome *outcome)
{
    struct page page;
    TRY(account_rows(c, picture, &enrolment_shape, account, &page));
    const struct enrolment *links = page.records;
    for (size_t i = 0; i < page.count; i++)
        if (page.count >= ENROLMENTS_MAX || links[i].expires.us <= clock_now(c).us)
            TRY(outcome_vault_delete(c, outcome, &enrolment_shape, links[i].id));
    return OK;
}

/* A link gives all that the account holds, so its maker has to hold that. */
rc decide_enrolment_make(struct ctx *c, struct picture *picture, const struct command *command,
                         struct outcome *outcome)
{
    struct enrolment link = *(const struct enrolment *)command->input;
    struct account account = {0};
    TRY(command_other(c, picture, command, &account_shape, link.account, NULL, &account));
    if (account.status != ACCOUNT_STATUS_ACTIVE)
        REFUSE(c, CONFLICT, "suspended", "", "this account may not be used");
    TRY(account_may_grant(c, picture, &command->actor, &account));
    if (account.kind != ACCOUNT_KIND_PERSON)
        REFUSE(c, CONFLICT, "program", "", "programs do not enrol; they use tokens");
    TRY(make_room(c, picture, account.id, outcome));
    /* To what Chancery itself makes, on the machine, and to a link into one's own account. */
    link.agreed = actor_is_system(&command->actor) || str_eq(command->actor.id, account.id);
    TRY(enrolment_waits(c, picture, &link, &link.waits));
    link.made = clock_now(c);
    link.made_by = command->actor.id;
    TRY(outcome_vault_put(c, outcome, &enrolment_shape, &link));
    const struct way_fact fact = {.account = account.id, .expires = link.expires};
    return account_tell(c, outcome, &enrolment_made_kind, &account, link.id, &fact);
}

/* The open link that the command is about, into an account that its actor may see and hand out. */
static rc find_open(struct ctx *c, struct picture *picture, const struct command *command,
                    struct enrolment *ret, struct account *ret_account)
{
    struct enrolment link = {0};
    TRY(picture_get(c, picture, &enrolment_shape, command->target, NULL, &link));
    rc found = command_other(c, picture, command, &account_shape, link.account, NULL, ret_account);
    if (found.code == RC_NOT_FOUND || link.expires.us <= clock_now(c).us)
        return picture_absent(c, &enrolment_shape);
    TRY(found);
    TRY(account_may_grant(c, picture, &command->actor, ret_account));
    *ret = link;
    return OK;
}

rc decide_enrolment_confirm(struct ctx *c, struct picture *picture, const struct command *command,
                            struct outcome *outcome)
{
    struct enrolment link;
    struct account account = {0};
    TRY(find_open(c, picture, command, &link, &account));
    TRY(enrolment_waits(c, picture, &link, &link.waits));
    if (!link.waits)
        REFUSE(c, CONFLICT, "state", "", "this link waits for nobody");
    TRY(step_check_other(c, picture, &command->actor, link.made_by));
    link.waits = false;
    link.agreed = true;
    TRY(outcome_vault_put(c, outcome, &enrolment_shape, &link));
    return account_tell_way(c, outcome, &enrolment_confirmed_kind, &account, link.id,
                            (struct str){NULL, 0});
}

rc decide_enrolment_void(struct ctx *c, struct picture *picture, const struct command *command,
                         struct outcome *outcome)
{
    struct enrolment link;
    struct account account = {0};
    TRY(find_open(c, picture, command, &link, &account));
    TRY(outcome_vault_delete(c, outcome, &enrolment_shape, link.id));
    return account_tell_way(c, outcome, &enrolment_voided_kind, &account, link.id,
                            (struct str){NULL, 0});
}
