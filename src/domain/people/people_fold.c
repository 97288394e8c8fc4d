/* What an erasure does to the picture: the rows go, not only out of sight. */
#include "domain/people/people_own.h"

/* Their accounts were retired before, but have a name in them still. */
static rc fold_erased(struct ctx *c, struct picture *picture, const struct event *event)
{
    struct str id = event->record, noun;
    str_split(&id, '/', &noun);
    TRY(picture_delete_where(c, picture, &account_shape, "person", id));
    return picture_delete(c, picture, &person_shape, id);
}

const struct fold people_folds[] = {{&person_erased, fold_erased}, {0}};
