/* chancery tripwire backtest, nearest, taxonomy: what rules would have found in a mission's ledger,
 * what was missing where they found nothing, and what they can name. */
#include "main/verbs.h"

#include "assembly/catalog_make.h"
#include "domain/tripwire/tripwire.h"
#include "engine/sigma/sigma.h"
#include "main/modules.h"
#include "main/rule_files.h"

#include <inttypes.h>

#define BACKTEST_FLAGS(F, T)                                                                \
    UNLOCK_FLAGS(F, T)                                                                      \
    F(T, texts, line, rules, 0, 0, 64, "rules: a file or a folder")                         \
    F(T, id, _, record, 0, 0, 0, "the rule of this tripwire, whatever its status")          \
    F(T, i64, _, days, 0, 0, 36500, "how many days back; default 90, unless from is given") \
    F(T, time, _, from, 0, 0, 0, "events received since, instead of days")                  \
    F(T, time, _, until, 0, 0, 0, "and before; default now")
SHAPE_DECLARE(backtest_flags, BACKTEST_FLAGS);
SHAPE_DEFINE(backtest_flags, BACKTEST_FLAGS, 1, "Flags of tripwire backtest");

enum { DAYS_DEFAULT = 90 };

static rc add_records(struct ctx *c, struct picture *picture, struct str id, struct sigma_set *set)
{
    struct query query = {.limit = QUERY_LIMIT_MAX};
    struct page page;
    bool found = str_absent(id);
    do {
        TRY(picture_list(c, picture, &tripwire_shape, &query, &page));
        const struct tripwire *records = page.records;
        for (size_t i = 0; i < page.count; i++) {
            bool wanted = str_absent(id) ? records[i].status == TRIPWIRE_STATUS_ACTIVE
                                         : str_eq(records[i].id, id);
            found = found || wanted;
            if (wanted)
                TRY(sigma_set_add(c, set, records[i].id, records[i].rule));
        }
        query.after = page.after;
    } while (!str_absent(page.after));
    if (!found)
        FAIL(c, NOT_FOUND, "there is no tripwire %.*s", STR_ARG(id));
    return OK;
}

/* From files, a record, or all that are active. */
static rc fill_set(struct cli *cli, struct picture *picture, struct sigma_set *set)
{
    const struct backtest_flags *flags = cli->flags;
    struct ctx *c = cli->c;
    const struct sigma_error *errors;
    for (size_t i = 0; i < flags->rules.count; i++) {
        struct str path;
        size_t files = 0;
        TRY(str_copy(c, flags->rules.items[i], &path));
        TRY(rule_files_add(c, set, path.ptr, &files));
        if (files == 0)
            FAIL(c, NOT_FOUND, "%s: there are no rules (*.yml, *.yaml) in it", path.ptr);
    }
    if (flags->rules.count == 0 || !str_absent(flags->record))
        TRY(add_records(c, picture, flags->record, set));
    TRY(sigma_set_seal(c, set));
    if (sigma_set_errors(set, &errors) > 0)
        FAIL(c, INVALID, "%.*s:%u: %.*s", STR_ARG(errors[0].file), errors[0].line,
             STR_ARG(errors[0].reason));
    return OK;
}

static rc run(struct cli *cli, struct folder *folder, struct picture *picture,
              struct sigma_set *set, bool nearest)
{
    const struct backtest_flags *flags = cli->flags;
    int64_t days = flags->days ? flags->days : DAYS_DEFAULT;
    struct wall from = {clock_now(cli->c).us - days * DAY_US};
    struct backtest backtest = {
        .picture = picture,
        .seal_key = folder->options.ledger.seal_key,
        .actor = &actor_system,
        .set = set,
        .from = flags->from.us ? flags->from : from,
        .until = flags->until,
        .nearest = nearest,
    };
    struct text out;
    struct str answer;
    if (flags->from.us && flags->days)
        FAIL(cli->c, INVALID, "give either days or from");
    TRY(fill_set(cli, picture, set));
    text_init(&out, cli->c, 64 << 20);
    TRY(tripwire_backtest(cli->c, &backtest, &out));
    TRY(text_done(&out, &answer));
    fprintf(cli->out, "%.*s\n", STR_ARG(answer));
    return OK;
}

static rc run_in_folder(struct cli *cli, bool nearest)
{
    struct ctx *c = cli->c;
    struct folder folder;
    struct store *store = NULL;
    struct picture *picture = NULL;
    struct sigma_set *set = NULL;
    TRY(verb_open_folder(cli, &folder));
    struct store_options options = folder.options.store;
    options.read_only = true;
    rc result = store_open(c, &options, &store);
    if (rc_ok(result))
        result = picture_open(c, folder.catalog, store, folder.options.mission, &picture);
    if (rc_ok(result))
        result = sigma_set_open(c, &(struct sigma_options){.relax = nearest}, &set);
    if (rc_ok(result))
        result = run(cli, &folder, picture, set, nearest);
    sigma_set_close(set);
    picture_close(picture);
    store_close(store);
    folder_close(&folder);
    return result;
}

rc verb_tripwire_backtest(struct cli *cli)
{
    return run_in_folder(cli, false);
}

rc verb_tripwire_nearest(struct cli *cli)
{
    return run_in_folder(cli, true);
}

rc verb_tripwire_taxonomy(struct cli *cli)
{
    struct catalog *catalog = NULL;
    struct text out;
    struct str answer;
    TRY(catalog_open(cli->c, chancery_module_count, chancery_modules, &catalog));
    text_init(&out, cli->c, 8 << 20);
    taxonomy_put(&out, catalog);
    catalog_close(catalog);
    TRY(text_done(&out, &answer));
    fprintf(cli->out, "%.*s\n", STR_ARG(answer));
    return OK;
}
