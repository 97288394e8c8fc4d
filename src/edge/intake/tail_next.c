/* Which file comes next. Rotation renames the file and another one takes its name: eve.json becomes
 * eve.json.1 or eve.json-20261122, and what was eve.json.1 becomes eve.json.2. Several rotations
 * may have happened since we looked. */
#include "edge/intake/tail.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

struct search {
    const struct tail *tail;
    struct str best, own; /* names */
    int64_t after_ns, best_ns;
};

static int64_t changed_ns(const struct stat *stat_of)
{
    return (int64_t)stat_of->st_mtim.tv_sec * 1000000000 + stat_of->st_mtim.tv_nsec;
}

static bool is_ours(const struct tail *tail, const struct stat *stat_of)
{
    return (int64_t)stat_of->st_ino == tail->place.inode &&
           (int64_t)stat_of->st_dev == tail->place.device;
}

/* The name itself, or with a number or a date behind it; not what was compressed. */
static bool is_of_family(struct str name, const char *base)
{
    size_t len = strlen(base);
    if (!str_starts(name, base))
        return false;
    struct str rest = str_sub(name, len, name.len);
    if (rest.len == 0)
        return true;
    bool numbered = rest.len > 1 && (rest.ptr[0] == '.' || rest.ptr[0] == '-') &&
                    rest.ptr[1] >= '0' && rest.ptr[1] <= '9';
    return numbered && !str_ends(name, ".gz") && !str_ends(name, ".xz") &&
           !str_ends(name, ".zst") && !str_ends(name, ".bz2");
}

static bool stat_regular(DIR *folder, const char *name, struct stat *ret)
{
    return fstatat(dirfd(folder), name, ret, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(ret->st_mode);
}

/* Our own file's present name and the time of its last change. */
static rc find_own(struct ctx *c, DIR *folder, struct search *s)
{
    struct stat stat_of;
    if (s->tail->fd >= 0 && fstat(s->tail->fd, &stat_of) == 0)
        s->after_ns = changed_ns(&stat_of);
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct str name = str_from(entry->d_name);
        if (!is_of_family(name, s->tail->name) || !stat_regular(folder, entry->d_name, &stat_of) ||
            !is_ours(s->tail, &stat_of))
            continue;
        s->after_ns = changed_ns(&stat_of);
        TRY(str_copy(c, name, &s->own));
    }
    rewinddir(folder);
    return OK;
}

/* The first that was changed after ours. The one with the bare name comes last. */
static rc find_best(struct ctx *c, DIR *folder, struct search *s)
{
    struct stat stat_of;
    for (struct dirent *entry; (entry = readdir(folder));) {
        struct str name = str_from(entry->d_name);
        if (!is_of_family(name, s->tail->name) || !stat_regular(folder, entry->d_name, &stat_of) ||
            is_ours(s->tail, &stat_of))
            continue;
        bool bare = str_is(name, s->tail->name);
        int64_t when = changed_ns(&stat_of);
        /* of one whose time is not known, what came between cannot be told from what went before */
        if (!bare && (s->after_ns == 0 || when <= s->after_ns))
            continue;
        if (bare)
            when = INT64_MAX;
        if (!str_absent(s->best) && when >= s->best_ns)
            continue;
        s->best_ns = when;
        TRY(str_copy(c, name, &s->best));
    }
    return OK;
}

static rc search(struct ctx *c, DIR *folder, struct search *s)
{
    const struct tail *tail = s->tail;
    TRY(find_own(c, folder, s));
    if (str_is(s->own, tail->name) && (tail->fd >= 0 || tail->ended))
        return OK; /* it still has its name: nothing follows */
    if (!str_absent(s->own) && tail->fd < 0 && !tail->ended) {
        s->best = s->own; /* not read to its end yet */
        return OK;
    }
    return find_best(c, folder, s);
}

rc tail_next_file(struct ctx *c, const struct tail *tail, struct str *ret)
{
    struct search s = {.tail = tail};
    DIR *folder = opendir(tail->folder);
    *ret = (struct str){NULL, 0};
    if (!folder)
        return OK;
    rc result = search(c, folder, &s);
    closedir(folder);
    TRY(result);
    if (str_absent(s.best))
        return OK;
    return str_format(c, ret, "%s%.*s", tail->folder, STR_ARG(s.best));
}
