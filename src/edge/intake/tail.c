/* A file that another program goes on writing to. It is known by its device and number and by its
 * beginning, not by its name, and so it is followed when it is renamed, and noticed when it is cut.
 *
 *     read -> … -> at its end, and another file has come in its place
 *                  (or it was cut) -> what is left of it is given -> the next file, from its start
 *
 * How far it is read is written in the same transaction as the signals. A crash at any moment loses
 * no line and takes none twice. */
#include "edge/intake/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    GIFTS_A_TURN = 16,
    QUIET_MS = 2000, /* a file that was rotated away may still be written to for so long */
};

/* ---- which file it is ------------------------------------------------------------------------ */

/* Its beginning, as far as it is there. */
static size_t read_head(int fd, size_t most, unsigned char ret[TAIL_HEAD])
{
    ssize_t got = pread(fd, ret, most, 0);
    return got > 0 ? (size_t)got : 0;
}

bool tail_is_placed(const struct listener_place *place, int fd)
{
    unsigned char head[TAIL_HEAD], hash[crypto_hash_sha256_BYTES];
    struct stat stat_of;
    size_t len = (size_t)place->head_bytes;
    if (fstat(fd, &stat_of) != 0 || (int64_t)stat_of.st_dev != place->device ||
        (int64_t)stat_of.st_ino != place->inode || stat_of.st_size < place->offset)
        return false;
    if (len == 0)
        return place->offset == 0;
    if (len > TAIL_HEAD || place->head_hash.len != sizeof hash || read_head(fd, len, head) != len)
        return false;
    crypto_hash_sha256(hash, head, len);
    return memcmp(hash, place->head_hash.ptr, sizeof hash) == 0;
}

void tail_begin_place(struct listener_place *place, int fd)
{
    struct stat stat_of = {0};
    int known = fstat(fd, &stat_of);
    place->device = known == 0 ? (int64_t)stat_of.st_dev : 0;
    place->inode = known == 0 ? (int64_t)stat_of.st_ino : 0;
    place->head_hash = (struct str){NULL, 0};
    place->head_bytes = place->offset = 0;
}

/* The beginning of a file that grows is known the better the more there is of it. */
static void note_head(struct tail *tail)
{
    unsigned char head[TAIL_HEAD];
    size_t len = 0;
    if (tail->place.head_bytes == TAIL_HEAD)
        return;
    len = read_head(tail->fd, TAIL_HEAD, head);
    if (len <= (size_t)tail->place.head_bytes)
        return;
    memcpy(tail->head, head, len);
    crypto_hash_sha256(tail->hash, head, len);
    tail->place.head_hash = (struct str){(const char *)tail->hash, sizeof tail->hash};
    tail->place.head_bytes = (int64_t)len;
}

static bool was_cut(const struct tail *tail)
{
    unsigned char head[TAIL_HEAD];
    struct stat stat_of;
    size_t len = (size_t)tail->place.head_bytes;
    if (fstat(tail->fd, &stat_of) != 0)
        return false;
    return stat_of.st_size < tail->read || read_head(tail->fd, len, head) < len ||
           memcmp(head, tail->head, len) != 0;
}

/* ---- one file after the other ---------------------------------------------------------------- */

static void start_at(struct tail *tail, int64_t offset)
{
    tail->base = tail->read = offset;
    tail->ending = tail->truncated = false;
    tail->quiet_since = (struct mono){0};
}

/* Landlock does not tell access(2): it is tried. */
static bool folder_opens(const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static bool open_next(struct tail *tail)
{
    struct port *port = tail->port;
    struct ctx *c = &port->receiver->scratch;
    struct str path;
    if (!rc_ok(tail_next_file(c, tail, &path)))
        return false;
    if (str_absent(path)) {
        bool closed = access(tail->folder, R_OK | X_OK) == 0 && !folder_opens(tail->folder);
        port_set(port, closed ? LISTENER_CONDITION_FAILED : LISTENER_CONDITION_ABSENT,
                 closed ? "its folder can be read after Chancery is restarted"
                        : "the file is not there yet");
        return false;
    }
    tail->fd = open(path.ptr, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (tail->fd < 0) {
        port_set(port, LISTENER_CONDITION_ABSENT,
                 errno == ELOOP ? "it is a link: name the file itself" : strerror(errno));
        return false;
    }
    if (!tail_is_placed(&tail->place, tail->fd)) {
        struct stat stat_of;
        bool same = fstat(tail->fd, &stat_of) == 0 && (int64_t)stat_of.st_ino == tail->place.inode;
        tail->place.rotations += tail->place.inode && !same;
        tail->place.truncations += same;
        tail_begin_place(&tail->place, tail->fd);
    } else {
        memset(tail->head, 0, sizeof tail->head);
        if (read_head(tail->fd, (size_t)tail->place.head_bytes, tail->head) == 0)
            tail->place.head_bytes = 0;
        memcpy(tail->hash, tail->place.head_hash.ptr ? tail->place.head_hash.ptr : "",
               tail->place.head_hash.len);
        if (tail->place.head_hash.ptr)
            tail->place.head_hash.ptr = (const char *)tail->hash;
    }
    start_at(tail, tail->place.offset);
    port_set(port, LISTENER_CONDITION_OPEN, "");
    return true;
}

/* What was left of the file has been given. */
static void end_file(struct tail *tail)
{
    if (tail->truncated) {
        tail->place.truncations++;
        tail_begin_place(&tail->place, tail->fd);
        start_at(tail, 0);
        return;
    }
    close(tail->fd);
    tail->fd = -1;
    tail->ended = true;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void count(struct tail *tail, const struct ear_item *heard)
{
    const struct stream_item *item = &heard->item;
    struct listener_place *place = &tail->place;
    place->offset = tail->base + (int64_t)(item->at + heard->size);
    place->frames++;
    place->signals += (int64_t)item->out.count;
    place->bad += item->kind == STREAM_BAD;
    place->counted += item->kind == STREAM_FRAME && item->out.count == 0;
}

/* True when the gift is read to its end. */
static bool read_gift(struct tail *tail)
{
    struct port *port = tail->port;
    struct ctx *c = &port->receiver->scratch;
    struct ear_item heard;
    while (tail->giving) {
        if (batch_full(port)) {
            port->state.waits += !port->waiting;
            port->waiting = true;
            batch_send(port);
            return false;
        }
        struct arena_mark mark = arena_mark(c->arena);
        if (!rc_ok(port_hear(c, port, tail->stream, &heard)))
            return false;
        tail->giving = heard.item.kind != STREAM_EMPTY;
        if (tail->giving) {
            count(tail, &heard);
            port_take(port, &heard.item,
                      &(struct origin){.speaker = &tail->speaker, .place = &tail->place});
        }
        arena_return(c->arena, mark);
    }
    if (tail->ending)
        end_file(tail);
    return true;
}

static bool give(struct tail *tail, bool last)
{
    tail->ending = last;
    ear_stream_give(tail->stream, (struct str){tail->gift, tail->gift_len},
                    (struct stream_given){.last = last});
    tail->giving = true;
    return read_gift(tail);
}

/* At the end: does another file go on where this one stops? */
static bool is_over(struct tail *tail)
{
    struct ctx *c = &tail->port->receiver->scratch;
    struct mono now = clock_mono(c);
    struct str path;
    if (!rc_ok(tail_next_file(c, tail, &path)) || str_absent(path)) {
        tail->quiet_since = (struct mono){0};
        return false;
    }
    if (tail->quiet_since.us == 0)
        tail->quiet_since = now;
    return now.us - tail->quiet_since.us >= (int64_t)QUIET_MS * 1000;
}

/* One gift. True when there was anything to do. */
static bool read_some(struct tail *tail)
{
    struct port *port = tail->port;
    if (tail->fd < 0 && !open_next(tail))
        return false;
    if (was_cut(tail)) {
        tail->truncated = true;
        tail->gift_len = 0;
        return give(tail, true);
    }
    bool over = is_over(tail);
    ssize_t got = pread(tail->fd, tail->gift, sizeof tail->gift, tail->read);
    if (got < 0) {
        port_set(port, LISTENER_CONDITION_FAILED, strerror(errno));
        return false;
    }
    tail->gift_len = (size_t)got;
    if (got == 0)
        return over && give(tail, true);
    if (tail->quiet_since.us)
        tail->quiet_since = clock_mono(&port->receiver->scratch);
    note_head(tail);
    tail->read += got;
    port->state.heard = clock_now(&port->receiver->scratch);
    return give(tail, false);
}

static void read_file(struct tail *tail)
{
    struct port *port = tail->port;
    int turns = 0;
    if (tail->giving && !read_gift(tail))
        return;
    while (!port->waiting && turns < GIFTS_A_TURN && read_some(tail))
        turns++;
    if (turns == GIFTS_A_TURN && tail->watch_event)
        event_active(tail->watch_event, EV_READ, 0);
}

static void resume(struct port *port)
{
    read_file(port->carried);
}

static void tick(struct port *port, struct mono)
{
    if (!port->waiting)
        read_file(port->carried);
}

/* ---- opening --------------------------------------------------------------------------------- */

static void on_change(evutil_socket_t fd, short, void *arg)
{
    struct tail *tail = arg;
    char events[4096];
    while (read(fd, events, sizeof events) > 0) {
    }
    if (!tail->port->waiting)
        read_file(tail);
    arena_reset(tail->port->receiver->scratch.arena);
}

/* Without it the file is looked at on every tick, which is late but right. */
static void watch(struct tail *tail)
{
    struct event_base *base = tail->port->receiver->base;
    tail->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (tail->watch < 0)
        return;
    inotify_add_watch(tail->watch, tail->folder, IN_MODIFY | IN_CREATE | IN_MOVE);
    tail->watch_event = event_new(base, tail->watch, EV_READ | EV_PERSIST, on_change, tail);
    if (tail->watch_event)
        event_add(tail->watch_event, NULL);
}

static rc read_place(struct port *port, struct listener_place *ret)
{
    struct picture *picture = port->receiver->reader.picture;
    struct ctx *own = &port->own;
    rc found = picture_get(own, picture, &listener_place_shape, port->listener.id, NULL, ret);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    ret->id = port->listener.id;
    ret->label = port->listener.label;
    return OK;
}

static rc open_tail(struct ctx *c, struct port *port, const void *)
{
    struct tail *tail = calloc(1, sizeof *tail);
    struct str path = port->path, folder, name;
    size_t at = path.len;
    if (!tail)
        FAIL(c, NO_MEMORY, "no memory to read a file");
    port->carried = tail;
    tail->port = port;
    tail->fd = tail->watch = -1;
    while (path.ptr[at - 1] != '/')
        at--;
    TRY(str_copy(&port->own, str_sub(path, 0, at), &folder));
    TRY(str_copy(&port->own, str_sub(path, at, path.len), &name));
    tail->folder = folder.ptr;
    tail->name = name.ptr;
    TRY(read_place(port, &tail->place));
    TRY(ear_stream_open(c, port->ear, &tail->stream));
    watch(tail);
    return OK;
}

static void close_tail(struct port *port)
{
    struct tail *tail = port->carried;
    if (tail->watch_event)
        event_free(tail->watch_event);
    if (tail->watch >= 0)
        close(tail->watch);
    if (tail->fd >= 0)
        close(tail->fd);
    ear_stream_close(tail->stream);
    free(tail);
}

const struct carrier file_carrier = {
    .batches = PORT_BATCHES,
    .in_files = true,
    .check = listener_check_path,
    .open = open_tail,
    .close = close_tail,
    .tick = tick,
    .resume = resume,
};
