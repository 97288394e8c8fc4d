/* What a core is made of: store, ledger and picture, opened together and brought to the ledger's
 * end. */
#include "core/system.h"
#include "core/writer.h"

rc writer_find_due(struct ctx *c, struct core *core)
{
    struct page page;
    struct query query = {.sort = STR("due"), .limit = 1};
    TRY(picture_list(c, core->picture, &deadline_shape, &query, &page));
    core->next_due = (struct wall){0};
    if (page.count > 0)
        core->next_due = ((struct deadline *)page.records)->due;
    return OK;
}

/* Make the tables if this version of Chancery makes others than are there. */
static rc renew_picture(struct ctx *c, struct core *core)
{
    int64_t position = 0;
    struct str stored, wanted;
    TRY(position_create(c, core->store));
    TRY(position_get(c, core, &position, &stored));
    TRY(picture_schema(c, core->picture, &wanted));
    if (str_eq(stored, wanted))
        return OK;
    TRY(store_begin(c, core->store, true));
    rc result = fold_from_nothing(c, core);
    if (rc_ok(result))
        result = store_commit(c, core->store);
    if (!rc_ok(result))
        store_rollback(core->store);
    return result;
}

static rc open_each_part(struct ctx *c, struct core *core)
{
    const struct core_options *options = &core->options;
    TRY(store_open(c, &options->store, &core->store));
    TRY(ledger_open(c, core->store, &options->ledger, &core->ledger));
    TRY(picture_open(c, options->catalog, core->store, options->mission, &core->picture));
    TRY(renew_picture(c, core));
    TRY(fold_forward(c, core));
    return writer_find_due(c, core);
}

rc core_open_parts(struct ctx *c, struct core *core)
{
    rc result = open_each_part(c, core);
    if (!rc_ok(result))
        core_close_parts(core);
    return result;
}

void core_close_parts(struct core *core)
{
    picture_close(core->picture);
    ledger_close(core->ledger);
    store_close(core->store);
    core->picture = NULL;
    core->ledger = NULL;
    core->store = NULL;
}
