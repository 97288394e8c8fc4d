/* What an erasure does to the picture: the rows go, not only out of sight. */
#include "domain/people/people_own.h"

/* The person's accounts were retired before; their rows still have a name in them. */
static rc delete_accounts(struct ctx *c, struct picture *picture, struct str person)
{
    struct query query = {
        .filter_count = 1,
        .filters = {{STR("person"), FILTER_EQ, person}},
        .limit = QUERY_LIMIT_MAX,
        .with_retired = true,
    };
    struct page page;
    do {
        TRY(picture_list(c, picture, &account_shape, &query, &page));
        const struct account *accounts = page.records;
        for (size_t i = 0; i < page.count; i++)
            TRY(picture_delete(c, picture, &account_shape, accounts[i].id));
    } while (page.count == QUERY_LIMIT_MAX);
    return OK;
}

static rc fold_erased(struct ctx *c, struct picture *picture, const struct event *event)
{
    struct str id = event->record, noun;
    str_split(&id, '/', &noun);
    TRY(delete_accounts(c, picture, id));
    return picture_delete(c, picture, &person_shape, id);
}

const struct fold people_folds[] = {{&person_erased, fold_erased}, {0}};
