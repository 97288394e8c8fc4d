/* Where accounts come from: whose they are, and who let them in. */
#include "domain/account/account_own.h"

#include "domain/people/people.h"

#include <inttypes.h>

SHAPE_DEFINE(account_let_in, ACCOUNT_LET_IN_FIELDS, 1, "Which account let somebody into which");

/* ---- folds ----------------------------------------------------------------------------------- */

static rc note(struct ctx *c, struct picture *picture, const struct event *event,
               struct account_let_in row)
{
    row.label = event->label;
    row.let_in_by = event->actor;
    if (str_eq(event->actor, actor_system.id) || str_eq(event->actor, row.account))
        return OK;
    TRY(str_format(c, &row.id, "%" PRId64, event->seq));
    return picture_put(c, picture, &account_let_in_shape, &row, event);
}

rc account_fold_added(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct account *account = event->body;
    if (!account)
        return OK;
    return note(c, picture, event,
                (struct account_let_in){.account = account->id, .person = account->person});
}

/* Whoever makes a link or a token for another's account can use it themselves. */
rc account_fold_way(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct way_fact *fact = event->body;
    if (!fact)
        return OK;
    return note(c, picture, event,
                (struct account_let_in){.account = fact->account, .person = event->subject});
}

/* The accounts of the erased were retired before, but have a name in them still. */
rc account_fold_person_erased(struct ctx *c, struct picture *picture, const struct event *event)
{
    struct str id = event->record, noun;
    str_split(&id, '/', &noun);
    TRY(picture_delete_where(c, picture, &account_let_in_shape, "person", id));
    return picture_delete_where(c, picture, &account_shape, "person", id);
}

/* ---- asking ---------------------------------------------------------------------------------- */

static rc was_let_in(struct ctx *c, struct picture *picture, struct str account, struct str by,
                     bool *ret)
{
    struct query query = {.limit = 1, .filter_count = 2};
    struct page page;
    query.filters[0] = (struct filter){STR("account"), FILTER_EQ, account};
    query.filters[1] = (struct filter){STR("let_in_by"), FILTER_EQ, by};
    TRY(picture_list(c, picture, &account_let_in_shape, &query, &page));
    *ret = page.count > 0;
    return OK;
}

rc account_origin(struct ctx *c, struct picture *picture, struct str id, struct str other,
                  struct account_origin *ret)
{
    struct account account = {0};
    rc found = picture_get(c, picture, &account_shape, id, NULL, &account);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    ret->person = account.person;
    return was_let_in(c, picture, id, other, &ret->let_in);
}
