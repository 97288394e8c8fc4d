/* Where accounts come from: who added them, and whose they are. */
#include "domain/account/account_own.h"

#include "domain/people/people.h"

SHAPE_DEFINE(account_maker, ACCOUNT_MAKER_FIELDS, 1, "Which account added which");

rc account_fold_added(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct account *account = event->body;
    if (!account || str_eq(event->actor, actor_system.id))
        return OK;
    struct account_maker maker = {
        .id = account->id,
        .label = account->label,
        .person = account->person,
        .made_by = event->actor,
    };
    return picture_put(c, picture, &account_maker_shape, &maker, event);
}

/* The accounts of the erased were retired before, but have a name in them still. */
rc account_fold_person_erased(struct ctx *c, struct picture *picture, const struct event *event)
{
    struct str id = event->record, noun;
    str_split(&id, '/', &noun);
    TRY(picture_delete_where(c, picture, &account_maker_shape, "person", id));
    return picture_delete_where(c, picture, &account_shape, "person", id);
}

/* The row of an account; as it was given when there is none. */
static rc get_if_there(struct ctx *c, struct picture *picture, const struct shape *shape,
                       struct str id, void *ret)
{
    rc result = picture_get(c, picture, shape, id, NULL, ret);
    return result.code == RC_NOT_FOUND ? OK : result;
}

rc account_made_by(struct ctx *c, struct picture *picture, struct str id, struct str *ret_maker)
{
    struct account_maker maker = {0};
    TRY(get_if_there(c, picture, &account_maker_shape, id, &maker));
    *ret_maker = maker.made_by;
    return OK;
}

rc account_person(struct ctx *c, struct picture *picture, struct str id, struct str *ret_person)
{
    struct account account = {0};
    TRY(get_if_there(c, picture, &account_shape, id, &account));
    *ret_person = account.person;
    return OK;
}

rc account_origin(struct ctx *c, struct picture *picture, struct str id, struct account_origin *ret)
{
    struct account_origin origin;
    TRY(account_person(c, picture, id, &origin.person));
    TRY(account_made_by(c, picture, id, &origin.made_by));
    *ret = origin;
    return OK;
}
