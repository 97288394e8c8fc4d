#include "main/rule_files.h"

#include "base/file.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { DEPTH_MAX = 32 };

struct adding {
    struct ctx *c;
    struct sigma_set *set;
    size_t *count;
};

static rc add_file(struct adding *a, const char *path)
{
    struct str text;
    struct arena_mark mark = arena_mark(a->c->arena);
    TRY(file_read(a->c, &files_system, path, RULE_FILE_MAX, &text));
    TRY(sigma_set_add(a->c, a->set, str_from(path), text));
    arena_return(a->c->arena, mark);
    ++*a->count;
    return OK;
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool is_yaml(const char *name)
{
    struct str s = str_from(name);
    return str_ends(s, ".yml") || str_ends(s, ".yaml");
}

static rc add_path(struct adding *a, const char *path, unsigned depth, bool named);

static rc add_folder(struct adding *a, const char *path, unsigned depth)
{
    struct dirent **entries = NULL;
    rc result = OK;
    int count = scandir(path, &entries, is_shown, alphasort);
    if (count < 0)
        FAIL(a->c, IO, "%s: cannot be listed", path);
    for (int i = 0; i < count; i++) {
        const char *inner;
        if (rc_ok(result))
            result = path_join(a->c, path, entries[i]->d_name, &inner);
        if (rc_ok(result))
            result = add_path(a, inner, depth + 1, false);
        free(entries[i]);
    }
    free(entries);
    return result;
}

static rc add_path(struct adding *a, const char *path, unsigned depth, bool named)
{
    struct stat about;
    if (stat(path, &about) != 0)
        FAIL(a->c, NOT_FOUND, "%s: there is no such file or folder", path);
    if (S_ISDIR(about.st_mode))
        return depth < DEPTH_MAX ? add_folder(a, path, depth) : OK;
    if (!named && (!is_yaml(path) || !S_ISREG(about.st_mode)))
        return OK;
    return add_file(a, path);
}

rc rule_files_add(struct ctx *c, struct sigma_set *set, const char *path, size_t *count)
{
    return add_path(&(struct adding){c, set, count}, path, 0, true);
}
