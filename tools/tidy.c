/*
 * tidy: the house rules that a program can check.
 *
 *     git ls-files | tidy [ROOT]
 *
 * reads paths from standard input, one a line and relative to ROOT, and writes one line a finding,
 * `path:line: what is wrong and what to do`. Exit: 0 nothing found, 1 something found, 2 wrong use.
 *
 * It reads C as text: comments and literals are blanked first, so that a rule about code sees code
 * only. What the compiler or clang-format already says is not said again. The rules are the tables
 * below; each has a case in tools/tidy_cases/.
 */
#include "tidy.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FILE_LINES_MAX = 600,
    FUNCTION_LINES_MAX = 70,
    COLUMNS_MAX = 100,
    FOLDER_FILES_MAX = 60,
};

/* ---- the tables of rules ---- */

/* Where a ban holds. */
enum scope { EVERYWHERE, IN_SRC, BELOW_MAIN, IN_TESTS };

static const struct ban {
    const char *call;
    enum scope scope;
    const char *exempt; /* the one file that wraps it, or NULL */
    const char *instead;
} bans[] = {
    {"strcpy", EVERYWHERE, NULL, "text_* of base/text.h"},
    {"stpcpy", EVERYWHERE, NULL, "text_* of base/text.h"},
    {"strncpy", EVERYWHERE, NULL, "text_* of base/text.h"},
    {"strcat", EVERYWHERE, NULL, "text_* of base/text.h"},
    {"strncat", EVERYWHERE, NULL, "text_* of base/text.h"},
    {"sprintf", EVERYWHERE, NULL, "text_* of base/text.h"},
    {"vsprintf", EVERYWHERE, NULL, "text_* of base/text.h"},
    {"gets", EVERYWHERE, NULL, "a bounded read"},
    {"alloca", EVERYWHERE, NULL, "the arena"},
    {"atoi", EVERYWHERE, NULL, "str_to_i64"},
    {"atol", EVERYWHERE, NULL, "str_to_i64"},
    {"atoll", EVERYWHERE, NULL, "str_to_i64"},
    {"strtol", EVERYWHERE, NULL, "str_to_i64"},
    {"strtoll", EVERYWHERE, NULL, "str_to_i64"},
    {"strtoul", EVERYWHERE, NULL, "str_to_i64"},
    {"strtoull", EVERYWHERE, NULL, "str_to_i64"},
    {"strtok", EVERYWHERE, NULL, "str_split"},
    {"strtok_r", EVERYWHERE, NULL, "str_split"},
    {"rand", EVERYWHERE, NULL, "random_bytes"},
    {"srand", EVERYWHERE, NULL, "random_bytes"},
    {"random", EVERYWHERE, NULL, "random_bytes"},
    {"rand_r", EVERYWHERE, NULL, "random_bytes"},
    {"time", IN_SRC, "src/base/clock.c", "clock_now"},
    {"gettimeofday", IN_SRC, "src/base/clock.c", "clock_now"},
    {"clock_gettime", IN_SRC, "src/base/clock.c", "clock_now"},
    {"system", IN_SRC, NULL, "posix_spawn with a list of arguments"},
    {"popen", IN_SRC, NULL, "posix_spawn with a list of arguments"},
    {"exit", BELOW_MAIN, NULL, "a returned rc"},
    {"_exit", BELOW_MAIN, NULL, "a returned rc"},
    {"sleep", IN_TESTS, NULL, "an advanced clock"},
    {"usleep", IN_TESTS, NULL, "an advanced clock"},
    {"nanosleep", IN_TESTS, NULL, "an advanced clock"},
};

/* A folder of src/ may include itself and every folder of a smaller height: the floors of the
 * house, and within a floor the order in which its folders are built (a ledger is kept in a store).
 * An agent is a process without keys, and so stands below everything that has any. The order of
 * domains is in tidy_order.c. */
enum { HEIGHT_BASE = 10, HEIGHT_CORE = 40, HEIGHT_DOMAIN = 50 };

/* clang-format off */
static const struct floor {
    const char *folder;
    int height;
    bool nested; /* the next name of the path counts as part of the folder */
} floors[] = {
    {"base", HEIGHT_BASE, false},
    {"shape", 19, false},
    {"words", 19, false},
    {"engine", 21, true},
    {"engine/kit", 20, false},
    {"engine/registry", 22, false},
    {"adapter", 22, true},
    {"adapter/kit", 21, false},
    {"adapter/registry", 23, false},
    {"agent", 25, true},
    {"agent/kit", 24, false},
    {"store", 30, false},
    {"ledger", 31, false},
    {"core", HEIGHT_CORE, false},
    {"assembly", HEIGHT_CORE + 1, false},
    {"frame", 45, true},
    {"frame/retention", 46, false},
    {"domain", HEIGHT_DOMAIN, true},
    {"edge", 60, false},
    {"outlet", 60, true},
    {"outlet/kit", 59, false},
    {"outlet/post", 61, false},
    {"main", 70, false},
};
/* clang-format on */

/* The literals are in halves, so that this file does not find itself. */
static const char *const leftovers[] = {"TO"
                                        "DO",
                                        "FIX"
                                        "ME",
                                        "X"
                                        "XX",
                                        "HA"
                                        "CK"};

static const char *const machine_words[] = {
    "/wo"
    "rk/",
    "/ro"
    "ot/",
    "/ho"
    "me/",
    "registry."
    "npmjs",
    "npmjs."
    "org",
    "npmjs."
    "com",
    "deb."
    "debian.org",
    "security."
    "debian.org",
    "snapshot."
    "debian.org",
    "nodesource."
    "com",
};

/* Not ours to lay out: foreign text, generated lists, bytes for parsers, deliberately wrong files.
 */
static const char *const skipped_folders[] = {"tools/tidy_cases/", "fuzz/corpus/"};
static const char *const skipped_files[] = {"LICENSE", "package-lock.json"};
static const char *const laid_out[] = {".c", ".h", ".def", ".ts", ".svelte", ".css", ".build"};

/* ---- one file ---- */

static bool is_c(const char *path)
{
    return ends_with(path, ".c") || ends_with(path, ".h");
}

static bool is_test(const char *path)
{
    return ends_with(path, "_test.c") || starts_with(path, "test/");
}

/* ---- layout ---- */

static size_t columns(const char *line, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += ((unsigned char)line[i] & 0xc0) != 0x80;
    return count;
}

static void check_layout(const struct file *file)
{
    const char *line;
    size_t length;
    int number = 0;

    for (size_t at = 0; next_line(file->all, &at, &line, &length);) {
        number++;
        size_t wide = columns(line, length);
        if (wide > COLUMNS_MAX)
            complain(file->path, number, "%zu columns; at most %d", wide, COLUMNS_MAX);
        if (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
            complain(file->path, number, "blanks at the end of the line");
        if (memchr(line, '\t', length) != NULL)
            complain(file->path, number, "a tab; indent with four spaces");
    }
    if (number > FILE_LINES_MAX)
        complain(file->path, number, "%d lines in a file; at most %d", number, FILE_LINES_MAX);
    if (file->all.length > 0 && file->all.bytes[file->all.length - 1] != '\n')
        complain(file->path, number, "the last line has no end");
}

/* A function is what stands between a brace that opens in the first column (or after a parameter
 * list that begins there) and one that closes in the first column. */
static void check_functions(const struct file *file)
{
    const char *line;
    size_t length;
    int number = 0;
    int opened = 0;

    for (size_t at = 0; next_line(file->code, &at, &line, &length);) {
        number++;
        while (length > 0 && line[length - 1] == ' ')
            length--;
        if (length == 0)
            continue;
        bool opens = line[length - 1] == '{' && !isspace((unsigned char)line[0]);
        if (opens && (length == 1 || memmem(line, length, ") {", 3) != NULL))
            opened = number;
        if (line[0] == '}' && opened > 0) {
            int lines = number - opened + 1;
            if (lines > FUNCTION_LINES_MAX)
                complain(file->path, opened, "a function of %d lines; at most %d", lines,
                         FUNCTION_LINES_MAX);
            opened = 0;
        }
    }
}

/* What a file is for is said once: in the header, where a source has one of its name beside it. */
static void check_purpose(const struct file *file)
{
    char header[PATH_BYTES_MAX];
    snprintf(header, sizeof header, "%s", file->path);
    header[strlen(header) - 1] = 'h';

    bool said_elsewhere =
        is_test(file->path) || (ends_with(file->path, ".c") && access(header, F_OK) == 0);
    if (!said_elsewhere && !starts_with(file->all.bytes, "/*") &&
        !starts_with(file->all.bytes, "//"))
        complain(file->path, 1, "a file begins with a comment: what it is for, and the idea");
}

/* ---- banned calls ---- */

static bool in_scope(const struct ban *ban, const char *path)
{
    if (ban->exempt != NULL && strcmp(path, ban->exempt) == 0)
        return false;
    switch (ban->scope) {
    case EVERYWHERE:
        return true;
    case IN_SRC:
        return starts_with(path, "src/");
    case BELOW_MAIN:
        return starts_with(path, "src/") && !starts_with(path, "src/main/");
    case IN_TESTS:
        return is_test(path);
    }
    return false;
}

static void check_call(const struct file *file, int line, const char *word, size_t length)
{
    for (size_t i = 0; i < sizeof bans / sizeof bans[0]; i++) {
        const struct ban *ban = &bans[i];
        if (strlen(ban->call) == length && memcmp(ban->call, word, length) == 0 &&
            in_scope(ban, file->path))
            complain(file->path, line, "%s() is banned; use %s", ban->call, ban->instead);
    }
}

/* A call is a word before a parenthesis that is not a member (clock->time(...) is somebody's own).
 */
static void check_calls(const struct file *file)
{
    const char *bytes = file->code.bytes;
    int line = 1;

    for (size_t at = 0; at < file->code.length; at++) {
        line += bytes[at] == '\n';
        if (bytes[at] != '(' || at == 0 || !is_word_byte(bytes[at - 1]))
            continue;
        size_t start = at;
        while (start > 0 && is_word_byte(bytes[start - 1]))
            start--;
        bool member = start > 0 && (bytes[start - 1] == '.' ||
                                    (start > 1 && starts_with(bytes + start - 2, "->")));
        if (!member)
            check_call(file, line, bytes + start, at - start);
    }
}

/* ---- includes ---- */

struct place {
    const struct floor *floor; /* NULL: not a folder of the house */
    char folder[PATH_BYTES_MAX];
    const char *rest; /* the file inside of it */
};

/* Where a path that is relative to src/ stands. */
static struct place place_of(const char *path)
{
    struct place place = {NULL, "", path};
    for (size_t i = 0; i < sizeof floors / sizeof floors[0]; i++) {
        size_t length = strlen(floors[i].folder);
        if (strncmp(path, floors[i].folder, length) != 0 || path[length] != '/')
            continue;
        const char *slash = path + length;
        const char *deeper = strchr(slash + 1, '/');
        if (floors[i].nested && deeper != NULL)
            slash = deeper;
        place.floor = &floors[i];
        snprintf(place.folder, sizeof place.folder, "%.*s", (int)(slash - path), path);
        place.rest = slash + 1;
    }
    return place;
}

/* The noun of a domain's folder, NULL where it has none. */
static const char *noun_of(const struct place *place)
{
    const char *slash = strchr(place->folder, '/');
    return place->floor != NULL && place->floor->height == HEIGHT_DOMAIN && slash != NULL
               ? slash + 1
               : NULL;
}

/* A domain shows others one header, <noun>/<noun>.h. */
static bool is_public_of_domain(const struct place *place)
{
    const char *noun = noun_of(place);
    size_t length = noun != NULL ? strlen(noun) : 0;
    return noun != NULL && strncmp(place->rest, noun, length) == 0 &&
           strcmp(place->rest + length, ".h") == 0;
}

static void check_include(const struct file *file, int line, const char *target)
{
    bool of_tests = strcmp(target, "unit.h") == 0 || strncmp(target, "support/", 8) == 0;
    if (is_test(file->path) && of_tests)
        return;
    struct place from = place_of(file->path + strlen("src/"));
    struct place to = place_of(target);

    if (from.floor == NULL)
        complain(file->path, line, "the folder is on no floor of the house");
    else if (to.floor == NULL)
        complain(file->path, line, "\"%s\": includes are written from src/", target);
    else if (strcmp(from.folder, to.folder) == 0)
        return;
    else if (from.floor->height == HEIGHT_DOMAIN && to.floor->height == HEIGHT_DOMAIN) {
        if (!is_public_of_domain(&to))
            complain(file->path, line, "\"%s\" is private to its domain", target);
        else if (noun_of(&from) != NULL)
            order_note_include(file, line, noun_of(&from), noun_of(&to), is_test(file->path));
    } else if (to.floor->height >= from.floor->height)
        complain(file->path, line, "%s may not include \"%s\": it is not on a floor below",
                 from.folder, target);
    else if (strcmp(target, "base/log.h") == 0 && from.floor->height < HEIGHT_CORE)
        complain(file->path, line, "code below src/core never logs; return the failure");
}

static void check_includes(const struct file *file)
{
    const char *line;
    size_t length;
    int number = 0;
    struct place place = place_of(file->path + strlen("src/"));

    if (noun_of(&place) != NULL)
        order_note(file, noun_of(&place), is_test(file->path));
    for (size_t at = 0; next_line(file->all, &at, &line, &length);) {
        number++;
        const char *open = starts_with(line, "#include") ? memchr(line, '"', length) : NULL;
        if (open == NULL)
            continue;
        const char *close = memchr(open + 1, '"', length - (size_t)(open + 1 - line));
        if (close == NULL || close - open > PATH_BYTES_MAX)
            continue;
        char target[PATH_BYTES_MAX];
        snprintf(target, sizeof target, "%.*s", (int)(close - open - 1), open + 1);
        check_include(file, number, target);
    }
}

/* ---- words that must not stay ---- */

static void check_word(const struct file *file, const char *word, bool whole, const char *why)
{
    const char *bytes = file->all.bytes;
    size_t length = strlen(word);

    for (const char *hit = strstr(bytes, word); hit != NULL; hit = strstr(hit + length, word)) {
        bool joined =
            (hit > bytes && is_word_byte(hit[-1])) || (whole && is_word_byte(hit[length]));
        if (joined)
            continue;
        int line = 1;
        for (const char *at = bytes; at < hit; at++)
            line += *at == '\n';
        complain(file->path, line, "%s: %s", word, why);
    }
}

static void check_words(const struct file *file)
{
    for (size_t i = 0; i < sizeof leftovers / sizeof leftovers[0]; i++)
        check_word(file, leftovers[i], true, "do it, or make an issue of it");
    for (size_t i = 0; i < sizeof machine_words / sizeof machine_words[0]; i++)
        check_word(file, machine_words[i], false, "belongs to one machine, not to the repository");
}

/* ---- folders ---- */

/* Files come sorted by path or not: a folder's count is kept until the end. */
struct folder {
    char path[PATH_BYTES_MAX];
    int files;
    struct folder *next;
};

static struct folder *folders;

static void count_in_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    size_t length = slash != NULL ? (size_t)(slash - path) : 0;
    struct folder *folder = folders;

    while (folder != NULL &&
           (strlen(folder->path) != length || memcmp(folder->path, path, length) != 0))
        folder = folder->next;
    if (folder == NULL) {
        folder = calloc(1, sizeof *folder);
        if (folder == NULL)
            abort();
        memcpy(folder->path, path, length);
        folder->next = folders;
        folders = folder;
    }
    folder->files++;
}

static void check_folders(void)
{
    for (const struct folder *folder = folders; folder != NULL; folder = folder->next) {
        if (starts_with(folder->path, "src") && folder->files > FOLDER_FILES_MAX)
            complain(folder->path, 0, "%d files in a folder; at most %d", folder->files,
                     FOLDER_FILES_MAX);
    }
}

/* ---- all of it ---- */

static bool has_any(const char *path, bool (*test)(const char *, const char *), size_t count,
                    const char *const *list)
{
    for (size_t i = 0; i < count; i++) {
        if (test(path, list[i]))
            return true;
    }
    return false;
}

#define HAS_ANY(path, test, list) has_any((path), (test), sizeof(list) / sizeof((list)[0]), (list))

static void check_file(const char *path)
{
    struct file file = {.path = path};

    if (HAS_ANY(path, starts_with, skipped_folders) || HAS_ANY(path, ends_with, skipped_files) ||
        !read_whole(path, &file.all))
        return;
    count_in_folder(path);
    if (memchr(file.all.bytes, '\0', file.all.length) == NULL) {
        check_words(&file);
        if (HAS_ANY(path, ends_with, laid_out))
            check_layout(&file);
        if (is_c(path)) {
            file.code = blanked(file.all);
            check_purpose(&file);
            check_functions(&file);
            check_calls(&file);
            if (starts_with(path, "src/"))
                check_includes(&file);
            free(file.code.bytes);
        }
    }
    free(file.all.bytes);
}

static void free_folders(void)
{
    while (folders != NULL) {
        struct folder *next = folders->next;
        free(folders);
        folders = next;
    }
}

int main(int argc, char **argv)
{
    char path[PATH_BYTES_MAX];

    if (argc > 2 || (argc == 2 && chdir(argv[1]) != 0)) {
        fprintf(stderr, "usage: git ls-files | tidy [ROOT]: %s\n", strerror(errno));
        return 2;
    }
    while (fgets(path, sizeof path, stdin) != NULL) {
        path[strcspn(path, "\n")] = '\0';
        check_file(path);
    }
    check_folders();
    free_folders();
    order_check();
    return findings == 0 ? 0 : 1;
}
