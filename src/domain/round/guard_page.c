/* Who may keep the watch: whom a shift is handed over to, and by which name the screen calls
 * whoever has taken an alarm. Guards may not read accounts, so that this tells no more than a name.
 */
#include "domain/round/round_own.h"

#include "assembly/page.h"
#include "domain/account/account.h"
#include "domain/people/people.h"

SHAPE_DEFINE(guard, GUARD_FIELDS, 1, "Who may keep the watch");

static rc put_guard(struct ctx *c, const struct request *request, struct response *response,
                    const struct account *account, bool *first)
{
    struct text *out = response->body;
    struct actor actor = {.id = {NULL, 0}};
    struct person person = {.id = {NULL, 0}};
    rc found = account_actor(c, request->picture, account->id, &actor);
    if (!rc_ok(found))
        return found.code == RC_NOT_FOUND || found.code == RC_FORBIDDEN ? OK : found;
    if (account->status != ACCOUNT_STATUS_ACTIVE || account->kind != ACCOUNT_KIND_PERSON ||
        !actor_may(&actor, ROUND_WALK))
        return OK;
    found = picture_get(c, request->picture, &person_shape, account->person, NULL, &person);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    bool named = rc_ok(found) && actor_may(request->actor, "person.read") &&
                 label_readable(person.label, request->actor->clearance);
    text_put(out, *first ? STR("{\"id\":") : STR(",{\"id\":"));
    *first = false;
    text_put_json(out, account->id);
    text_put(out, STR(",\"name\":"));
    text_put_json(out, named ? person.name : account->id);
    text_put_char(out, '}');
    return OK;
}

rc guards_serve(struct ctx *c, const struct request *request, struct response *response)
{
    struct query query = {.limit = QUERY_LIMIT_MAX, .reader = &request->actor->clearance};
    struct page page;
    bool first = true;
    text_put(response->body, STR("{\"items\":["));
    do {
        TRY(picture_list(c, request->picture, &account_shape, &query, &page));
        const struct account *accounts = page.records;
        for (size_t i = 0; i < page.count; i++)
            TRY(put_guard(c, request, response, &accounts[i], &first));
        query.after = page.after;
    } while (!str_absent(query.after));
    text_put(response->body, STR("]}"));
    return OK;
}
