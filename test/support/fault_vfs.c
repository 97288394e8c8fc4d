/* Writes go through to the real file at once; what a sector held at the last sync is kept beside
 * it, so that a crash can take back what was never synced. */
#include "support/fault_vfs.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SECTOR = 512 };

struct sector {
    struct sector *next;
    int64_t number;
    int len; /* of what was there; less than a sector at the file's end */
    char old[SECTOR];
};

struct fault_vfs {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    struct file *files; /* open ones, for the crash */
    unsigned fail_at, crash_at;
    bool lasting, full, dead, hit;
    uint64_t seed;
};

struct file {
    sqlite3_file base;
    struct fault_vfs *vfs;
    struct file *next;
    struct sector *unsynced;
    int64_t synced_size;
    sqlite3_file *real;
};

/* ---- faults --------------------------------------------------------------------------------- */

static uint64_t roll(struct fault_vfs *vfs)
{
    vfs->seed ^= vfs->seed << 13;
    vfs->seed ^= vfs->seed >> 7;
    vfs->seed ^= vfs->seed << 17;
    return vfs->seed;
}

/* The error of this call, or SQLITE_OK. */
static int fault(struct fault_vfs *vfs, int error)
{
    if (vfs->dead)
        return error;
    if (vfs->fail_at == 0 || --vfs->fail_at > 0)
        return SQLITE_OK;
    vfs->hit = true;
    vfs->dead = vfs->lasting;
    return vfs->full ? SQLITE_FULL : error;
}

static int size_of(struct file *f, int64_t *ret)
{
    sqlite3_int64 size = 0;
    int error = f->real->pMethods->xFileSize(f->real, &size);
    *ret = size;
    return error;
}

static void forget_unsynced(struct file *f)
{
    while (f->unsynced) {
        struct sector *next = f->unsynced->next;
        free(f->unsynced);
        f->unsynced = next;
    }
    if (f->real->pMethods)
        size_of(f, &f->synced_size);
}

/* Keep what the sector held when it was last synced. */
static void keep_old(struct file *f, int64_t number)
{
    int64_t size = 0;
    for (struct sector *s = f->unsynced; s; s = s->next)
        if (s->number == number)
            return;
    struct sector *s = calloc(1, sizeof *s);
    assert(s);
    s->number = number;
    size_of(f, &size);
    int64_t left = size - number * SECTOR;
    s->len = left <= 0 ? 0 : left < SECTOR ? (int)left : SECTOR;
    if (s->len > 0)
        f->real->pMethods->xRead(f->real, s->old, s->len, number * SECTOR);
    s->next = f->unsynced;
    f->unsynced = s;
}

/* Each sector is new, old or torn; the file is as long as it was synced, or as it is. */
static void lose_power(struct fault_vfs *vfs)
{
    for (struct file *f = vfs->files; f; f = f->next) {
        for (struct sector *s = f->unsynced; s; s = s->next) {
            uint64_t dice = roll(vfs) % 8;
            if (dice < 4)
                continue;
            if (dice == 7 && s->len > 0)
                memset(s->old + s->len / 2, 0xa5, (size_t)(s->len - s->len / 2));
            if (s->len > 0)
                f->real->pMethods->xWrite(f->real, s->old, s->len, s->number * SECTOR);
        }
        int64_t size = 0;
        size_of(f, &size);
        if (f->unsynced && size > f->synced_size && roll(vfs) % 2)
            f->real->pMethods->xTruncate(f->real, f->synced_size);
    }
    vfs->dead = true;
    vfs->hit = true;
}

/* ---- the file's calls ----------------------------------------------------------------------- */

static int file_close(sqlite3_file *base)
{
    struct file *f = (struct file *)base;
    struct file **at = &f->vfs->files;
    while (*at != f)
        at = &(*at)->next;
    *at = f->next;
    forget_unsynced(f);
    int error = f->real->pMethods->xClose(f->real);
    free(f->real);
    return error;
}

static int file_read(sqlite3_file *base, void *out, int len, sqlite3_int64 at)
{
    struct file *f = (struct file *)base;
    return f->real->pMethods->xRead(f->real, out, len, at);
}

static int file_write(sqlite3_file *base, const void *bytes, int len, sqlite3_int64 at)
{
    struct file *f = (struct file *)base;
    int error = fault(f->vfs, SQLITE_IOERR_WRITE);
    if (error)
        return error;
    for (int64_t number = at / SECTOR; number * SECTOR < at + len; number++)
        keep_old(f, number);
    return f->real->pMethods->xWrite(f->real, bytes, len, at);
}

static int file_truncate(sqlite3_file *base, sqlite3_int64 size)
{
    struct file *f = (struct file *)base;
    int error = fault(f->vfs, SQLITE_IOERR_TRUNCATE);
    return error ? error : f->real->pMethods->xTruncate(f->real, size);
}

static int file_sync(sqlite3_file *base, int flags)
{
    struct file *f = (struct file *)base;
    int error = fault(f->vfs, SQLITE_IOERR_FSYNC);
    if (error)
        return error;
    if (f->vfs->crash_at > 0 && --f->vfs->crash_at == 0) {
        lose_power(f->vfs);
        return SQLITE_IOERR_FSYNC;
    }
    error = f->real->pMethods->xSync(f->real, flags);
    forget_unsynced(f);
    return error;
}

static int file_size(sqlite3_file *base, sqlite3_int64 *ret)
{
    int64_t size = 0;
    int error = size_of((struct file *)base, &size);
    *ret = size;
    return error;
}

static int file_lock(sqlite3_file *base, int level)
{
    struct file *f = (struct file *)base;
    return f->real->pMethods->xLock(f->real, level);
}

static int file_unlock(sqlite3_file *base, int level)
{
    struct file *f = (struct file *)base;
    return f->real->pMethods->xUnlock(f->real, level);
}

static int file_check_lock(sqlite3_file *base, int *ret)
{
    struct file *f = (struct file *)base;
    return f->real->pMethods->xCheckReservedLock(f->real, ret);
}

static int file_control(sqlite3_file *base, int operation, void *arg)
{
    struct file *f = (struct file *)base;
    return f->real->pMethods->xFileControl(f->real, operation, arg);
}

static int file_sector_size(sqlite3_file *base)
{
    (void)base;
    return SECTOR;
}

/* No promise about what a crash leaves. */
static int file_character(sqlite3_file *base)
{
    (void)base;
    return 0;
}

static int file_shm_map(sqlite3_file *base, int page, int size, int extend, void volatile **ret)
{
    struct file *f = (struct file *)base;
    return f->real->pMethods->xShmMap(f->real, page, size, extend, ret);
}

static int file_shm_lock(sqlite3_file *base, int offset, int count, int flags)
{
    struct file *f = (struct file *)base;
    return f->real->pMethods->xShmLock(f->real, offset, count, flags);
}

static void file_shm_barrier(sqlite3_file *base)
{
    struct file *f = (struct file *)base;
    f->real->pMethods->xShmBarrier(f->real);
}

static int file_shm_unmap(sqlite3_file *base, int remove)
{
    struct file *f = (struct file *)base;
    return f->real->pMethods->xShmUnmap(f->real, remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_character,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

/* ---- the disk's calls ----------------------------------------------------------------------- */

static int disk_open(sqlite3_vfs *base, sqlite3_filename name, sqlite3_file *out, int flags,
                     int *ret_flags)
{
    struct fault_vfs *vfs = (struct fault_vfs *)base;
    struct file *f = (struct file *)out;
    *f = (struct file){.vfs = vfs};
    int error = flags & SQLITE_OPEN_CREATE ? fault(vfs, SQLITE_CANTOPEN) : SQLITE_OK;
    if (error)
        return error;
    f->real = calloc(1, (size_t)vfs->real->szOsFile);
    assert(f->real);
    error = vfs->real->xOpen(vfs->real, name, f->real, flags, ret_flags);
    if (error) {
        free(f->real);
        return error;
    }
    f->base.pMethods = &methods;
    size_of(f, &f->synced_size);
    f->next = vfs->files;
    vfs->files = f;
    return SQLITE_OK;
}

static int disk_delete(sqlite3_vfs *base, const char *name, int sync)
{
    struct fault_vfs *vfs = (struct fault_vfs *)base;
    int error = fault(vfs, SQLITE_IOERR_DELETE);
    return error ? error : vfs->real->xDelete(vfs->real, name, sync);
}

struct fault_vfs *fault_vfs_open(void)
{
    struct fault_vfs *vfs = calloc(1, sizeof *vfs);
    assert(vfs && sqlite3_initialize() == SQLITE_OK);
    vfs->real = sqlite3_vfs_find("unix");
    vfs->vfs = *vfs->real;
    vfs->vfs.zName = "faulty";
    vfs->vfs.pNext = NULL;
    vfs->vfs.szOsFile = sizeof(struct file);
    vfs->vfs.xOpen = disk_open;
    vfs->vfs.xDelete = disk_delete;
    int error = sqlite3_vfs_register(&vfs->vfs, 0);
    if (!error)
        error = sqlite3mc_vfs_create("faulty", 1);
    assert(!error);
    return vfs;
}

void fault_vfs_close(struct fault_vfs *vfs)
{
    assert(!vfs->files);
    sqlite3mc_vfs_destroy("multipleciphers-faulty");
    sqlite3_vfs_unregister(&vfs->vfs);
    sqlite3_vfs_register(sqlite3_vfs_find("multipleciphers-unix"), 1);
    free(vfs);
}

void fault_vfs_fail(struct fault_vfs *vfs, unsigned nth, bool lasting, bool full)
{
    vfs->fail_at = nth;
    vfs->lasting = lasting;
    vfs->full = full;
    vfs->hit = false;
}

void fault_vfs_crash(struct fault_vfs *vfs, unsigned nth, uint64_t seed)
{
    vfs->crash_at = nth;
    vfs->seed = seed | 1;
    vfs->hit = false;
}

bool fault_vfs_calm(struct fault_vfs *vfs)
{
    vfs->fail_at = vfs->crash_at = 0;
    vfs->dead = vfs->lasting = vfs->full = false;
    return vfs->hit;
}
