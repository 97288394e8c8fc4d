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

/* Whoever gave somebody a way in could use it themselves until the other made it their own: for so
 * long the two are not two. */
enum { MAKERS_DAYS = 7, MAKERS_MAX = 64 };

/* Accounts that let one in, and those that let these in, and so on. */
struct makers {
    struct str of[MAKERS_MAX + 1]; /* the account itself is the first */
    size_t count;
    bool many; /* more than are looked at */
};

static bool is_among(const struct makers *makers, size_t from, struct str account)
{
    for (size_t i = from; i < makers->count; i++)
        if (str_eq(makers->of[i], account))
            return true;
    return false;
}

static rc add_makers_of(struct ctx *c, struct picture *picture, struct str account,
                        struct makers *makers)
{
    struct query query = {
        .limit = QUERY_LIMIT_MAX,
        .filter_count = 1,
        .filters = {{STR("account"), FILTER_EQ, account}},
    };
    struct page page;
    TRY(picture_list(c, picture, &account_let_in_shape, &query, &page));
    const struct account_let_in *rows = page.records;
    makers->many = makers->many || !str_absent(page.after);
    for (size_t i = 0; i < page.count; i++) {
        if (wall_after(page.rows[i].changed, MAKERS_DAYS * DAY_MS).us <= clock_now(c).us ||
            is_among(makers, 0, rows[i].let_in_by))
            continue;
        if (makers->count > MAKERS_MAX) {
            makers->many = true;
            return OK;
        }
        makers->of[makers->count++] = rows[i].let_in_by;
    }
    return OK;
}

static rc find_makers(struct ctx *c, struct picture *picture, struct str account,
                      struct makers *ret)
{
    *ret = (struct makers){.of = {account}, .count = 1};
    for (size_t i = 0; i < ret->count && !ret->many; i++)
        TRY(add_makers_of(c, picture, ret->of[i], ret));
    return OK;
}

/* Unknown is yes. */
static rc are_akin(struct ctx *c, struct picture *picture, struct str account, struct str other,
                   bool *ret)
{
    struct makers *of = ctx_take(c, 2, sizeof *of);
    if (!of)
        return fault_again(c);
    TRY(find_makers(c, picture, account, &of[0]));
    TRY(find_makers(c, picture, other, &of[1]));
    *ret = of[0].many || of[1].many;
    for (size_t i = 0; i < of[0].count && !*ret; i++)
        *ret = is_among(&of[1], i == 0 ? 1 : 0, of[0].of[i]);
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
    return are_akin(c, picture, id, other, &ret->akin);
}

rc account_check_second(struct ctx *c, struct picture *picture, const struct actor *actor,
                        const struct account *account)
{
    struct query query = {
        .limit = QUERY_LIMIT_MAX,
        .filter_count = 1,
        .filters = {{STR("account"), FILTER_EQ, account->id}},
    };
    struct page page;
    if (actor_is_system(actor) || str_eq(actor->person, account->person))
        return OK;
    TRY(picture_list(c, picture, &account_let_in_shape, &query, &page));
    if (!str_absent(page.after))
        FAIL(c, FORBIDDEN, "more ways into this account were made than are looked at");
    const struct account_let_in *rows = page.records;
    for (size_t i = 0; i < page.count; i++)
        TRY(step_check_other(c, picture, actor, rows[i].let_in_by));
    return OK;
}
