/* Trees of files: of another implementation read by us, ours read by a program that shares no code.
 */
#include "base/text.h"
#include "engine/merkle/note.h"
#include "ledger/ledger.h"
#include "support/ledger_fixture.h"
#include "unit.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#define TESSERA     "../shared/data/tlog/tessera_log"
#define TESSERA_KEY "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"

TEST(ledger_verifies_the_log_of_another_implementation)
{
    struct fixture f;
    if (!file_exists(TESSERA "/checkpoint"))
        unit_skip("../shared/data/tlog is not there");
    fixture_open(&f, STORE_SQLITE);
    struct ctx *c = &f.ctx;
    struct ledger_report report;
    MUST(c, ledger_verify_tiles(c, &files_system, TESSERA, STR(TESSERA_KEY), &report));
    assert_int_equal(report.events, 15);
    for (int i = 0; i < 16; i++) {
        struct str path, note;
        MUST(c, str_format(c, &path, TESSERA "/checkpoint.%d", i));
        MUST(c, file_read(c, &files_system, path.ptr, NOTE_MAX, &note));
        MUST(c,
             ledger_verify_tiles_under(c, &files_system, TESSERA, note, STR(TESSERA_KEY), &report));
        assert_int_equal(report.events, i);
    }
    fixture_close(&f);
}

/* The reader that knows nothing of our code. */
static bool stranger_verifies(struct ctx *c, const char *folder, struct str key)
{
    static char program[] = "test/tiles_reader.py";
    char *const environment[] = {NULL};
    struct str argument, quiet_key;
    pid_t child = 0;
    int status = -1;
    posix_spawn_file_actions_t quiet;
    MUST(c, str_copy(c, str_from(folder), &argument));
    MUST(c, str_copy(c, key, &quiet_key));
    char *const arguments[] = {program, (char *)(uintptr_t)argument.ptr,
                               (char *)(uintptr_t)quiet_key.ptr, NULL};
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    assert_int_equal(posix_spawn(&child, program, &quiet, NULL, arguments, environment), 0);
    posix_spawn_file_actions_destroy(&quiet);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void spoil(struct ctx *c, const char *folder, const char *name)
{
    const char *path = NULL;
    struct str bytes, copy;
    MUST(c, path_join(c, folder, name, &path));
    MUST(c, file_read(c, &files_system, path, 1 << 24, &bytes));
    MUST(c, str_copy(c, bytes, &copy));
    ((char *)(uintptr_t)copy.ptr)[copy.len / 2] ^= 1;
    MUST(c, file_write(c, &files_system, path, copy, 0644));
}

/* Has the tree any file of entries? */
static bool has_entries(struct ctx *c, const char *folder)
{
    const char *path = NULL;
    MUST(c, path_join(c, folder, "tile/entries", &path));
    return file_exists(path);
}

static void verify_both_ways(struct ctx *c, const char *folder, struct str key,
                             struct ledger *ledger, bool hashes_only)
{
    struct ledger_report report;
    MUST(c, ledger_verify_tiles(c, &files_system, folder, key, &report));
    assert_int_equal(report.events, ledger_size(ledger));
    assert_int_equal(report.hashes_only, hashes_only);
    struct merkle_hash root = ledger_root(ledger);
    assert_true(merkle_hash_eq(&root, &report.root));
    assert_true(stranger_verifies(c, folder, key));
}

static void every_damage_is_seen(struct ctx *c, const char *folder, struct str key,
                                 const char *const *parts)
{
    struct ledger_report report;
    for (; *parts; parts++) {
        spoil(c, folder, *parts);
        rc result = ledger_verify_tiles(c, &files_system, folder, key, &report);
        assert_true(result.code != RC_OK && result.code != RC_INTERNAL);
        assert_false(stranger_verifies(c, folder, key));
        spoil(c, folder, *parts);
    }
    MUST(c, ledger_verify_tiles(c, &files_system, folder, key, &report));
}

/* A part that is gone is damage, too: entries are all there or none are. */
static void nothing_may_be_missing(struct ctx *c, const char *folder, struct str key,
                                   const char *const *parts)
{
    struct ledger_report report;
    const char *path = NULL;
    struct str aside;
    for (; *parts; parts++) {
        MUST(c, path_join(c, folder, *parts, &path));
        MUST(c, str_format(c, &aside, "%s.aside", path));
        assert_int_equal(rename(path, aside.ptr), 0);
        rc result = ledger_verify_tiles(c, &files_system, folder, key, &report);
        assert_true(result.code != RC_OK && result.code != RC_INTERNAL);
        assert_false(stranger_verifies(c, folder, key));
        assert_int_equal(rename(aside.ptr, path), 0);
    }
    MUST(c, ledger_verify_tiles(c, &files_system, folder, key, &report));
}

TEST_STORES(ledger_exports_what_a_stranger_can_verify)
{
    static const int sizes[] = {0, 1, 255, 256, 257, 700};
    struct store *store = fixture_store(f, false);
    struct ledger *ledger = fixture_ledger(c, store);
    struct str key;
    const char *folder = NULL, *bare = NULL;
    MUST(c, ledger_verifier_key(c, &fixture_who, &key));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct str name;
        MUST(c, str_format(c, &name, "tiles-%d", sizes[i]));
        MUST(c, path_join(c, f->folder, name.ptr, &folder));
        MUST(c, str_format(c, &name, "bare-%d", sizes[i]));
        MUST(c, path_join(c, f->folder, name.ptr, &bare));
        if (sizes[i] > ledger_size(ledger))
            fixture_append(c, store, ledger, sizes[i] - ledger_size(ledger));
        MUST(c, ledger_export(c, store, &files_system, folder, LEDGER_WITH_ENTRIES));
        verify_both_ways(c, folder, key, ledger, false);
        MUST(c, ledger_export(c, store, &files_system, bare, LEDGER_HASHES));
        verify_both_ways(c, bare, key, ledger, sizes[i] > 0);
        assert_false(has_entries(c, bare));
    }
    MUST_FAIL(c, CONFLICT, ledger_export(c, store, &files_system, folder, LEDGER_HASHES));
    static const char *const parts[] = {"checkpoint",
                                        "tile/0/000",
                                        "tile/0/002.p/188",
                                        "tile/1/000.p/2",
                                        "tile/entries/001",
                                        "tile/entries/002.p/188",
                                        NULL};
    static const char *const bare_parts[] = {"checkpoint",       "tile/0/000",     "tile/0/001",
                                             "tile/0/002.p/188", "tile/1/000.p/2", NULL};
    every_damage_is_seen(c, folder, key, parts);
    nothing_may_be_missing(c, folder, key, parts);
    every_damage_is_seen(c, bare, key, bare_parts);
    nothing_may_be_missing(c, bare, key, bare_parts);
    ledger_close(ledger);
    store_close(store);
}
