#include "support/store_fixture.h"

#include "base/file.h"
#include "base/text.h"

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

static void open_postgres(struct fixture *f)
{
    struct ctx *c = &f->ctx;
    const char *server = getenv("CHANCERY_TEST_POSTGRES");
    if (!server) {
        fixture_close(f);
        unit_skip("CHANCERY_TEST_POSTGRES is not set (tools/with-postgres sets it)");
    }
    const char *schema = strrchr(f->folder, '-') + 1;
    struct str sql, where;
    MUST(c, str_format(c, &sql, "CREATE SCHEMA \"%s\"", schema));
    MUST(c, str_format(c, &where, "%s options='-c search_path=\"%s\"'", server, schema));
    fixture_postgres(c, sql.ptr);
    f->options = (struct store_options){.kind = STORE_POSTGRES, .path = where.ptr};
}

void fixture_open(struct fixture *f, enum store_kind kind)
{
    /* In memory where there is such a folder: the tests sync some ten thousand times. */
    *f = (struct fixture){.folder = "/dev/shm/chancery-store-XXXXXX"};
    if (access("/dev/shm", W_OK) != 0)
        snprintf(f->folder, sizeof f->folder, "/tmp/chancery-store-XXXXXX");
    clock_manual_init(&f->clock, (struct wall){1700000000000000});
    f->ctx = (struct ctx){.arena = arena_open((size_t)256 << 20), .clock = &f->clock.clock};
    memset(f->key, 7, sizeof f->key);
    assert_non_null(mkdtemp(f->folder));
    f->options = (struct store_options){.kind = STORE_SQLITE, .key = f->key};
    MUST(&f->ctx, path_join(&f->ctx, f->folder, "mission.db", &f->options.path));
    if (kind == STORE_POSTGRES)
        open_postgres(f);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *at)
{
    (void)info, (void)kind, (void)at;
    return remove(path);
}

void fixture_close(struct fixture *f)
{
    nftw(f->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    arena_close(f->ctx.arena);
}

struct store *fixture_store(struct fixture *f, bool read_only)
{
    struct store *store = NULL;
    struct store_options options = f->options;
    options.read_only = read_only;
    MUST(&f->ctx, store_open(&f->ctx, &options, &store));
    return store;
}
