/* The desk's thread, its mailbox, and which cameras there are. */
#include "edge/camera/desk_own.h"

#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { TURN_MS = 500 };

/* ---- the mailbox ----------------------------------------------------------------------------- */

static void ring(struct desk *desk)
{
    uint64_t one = 1;
    ssize_t written = write(desk->wake, &one, sizeof one);
    (void)written; /* it fails only when it rings already */
}

static void copy_id(char to[ID_TEXT_MAX], struct str id)
{
    snprintf(to, ID_TEXT_MAX, "%.*s", STR_ARG(id));
}

/* Under the mutex. What there is no room for is given again later. */
static bool note_ask(struct desk *desk, const struct snapshot_ask *wanted)
{
    if (desk->ask_count == DESK_ASKS)
        return false;
    struct desk_ask *ask = &desk->asks[desk->ask_count++];
    *ask = (struct desk_ask){.count = wanted->cameras.count};
    copy_id(ask->alarm, wanted->alarm);
    for (size_t i = 0; i < ask->count && i < CAMERAS_EACH; i++)
        copy_id(ask->cameras[i], wanted->cameras.items[i]);
    return true;
}

static rc on_event(struct ctx *c, void *arg, struct picture *, const struct event *event)
{
    struct desk *desk = arg;
    bool asks = event->kind == &snapshot_asked_kind, room = true;
    pthread_mutex_lock(&desk->mutex);
    if (asks && event->body)
        room = note_ask(desk, event->body);
    desk->changed = desk->changed || !asks;
    pthread_mutex_unlock(&desk->mutex);
    ring(desk);
    if (!room)
        FAIL(c, BUSY, "%d pictures are asked for already", DESK_ASKS);
    return OK;
}

/* ---- which cameras there are ----------------------------------------------------------------- */

struct desk_camera *desk_find(struct desk *desk, uint32_t number)
{
    struct desk_camera *camera = desk->cameras;
    while (camera && camera->number != number)
        camera = camera->next;
    return camera;
}

static struct desk_camera *find_eye(struct desk *desk, uint32_t eye)
{
    struct desk_camera *camera = desk->cameras;
    while (camera && camera->eye != eye)
        camera = camera->next;
    return camera;
}

void desk_copy_text(char *to, size_t room, struct str text)
{
    struct str part = str_sub(text, 0, room - 1);
    while (part.len > 0 && !str_is_utf8(part))
        part.len--;
    if (part.len > 0)
        memcpy(to, part.ptr, part.len);
    to[part.len] = '\0';
}

static struct desk_camera *find_id(struct desk *desk, struct str id)
{
    struct desk_camera *camera = desk->cameras;
    while (camera && !str_eq(camera->camera.id, id))
        camera = camera->next;
    return camera;
}

static void camera_free(struct desk_camera *camera)
{
    if (camera->fd >= 0)
        close(camera->fd);
    if (camera->filling)
        desk_job_free(camera->filling);
    arena_close(camera->jpeg_own.arena);
    arena_close(camera->own.arena);
    free(camera);
}

static rc read_record(struct desk_camera *camera, const struct camera *record,
                      const struct source *source)
{
    struct ctx *c = &camera->own;
    arena_reset(c->arena);
    TRY(shape_copy(c, &camera_shape, record, &camera->camera));
    return str_copy(c, source->identity, &camera->identity);
}

/* A new one, or one whose record or source was changed: its eye begins anew. */
static rc set_camera(struct desk *desk, const struct camera *record, int64_t seq)
{
    struct ctx *c = &desk->scratch;
    struct source source = {0};
    struct row row;
    struct desk_camera *camera = find_id(desk, record->id);
    if (camera)
        camera->seen = true;
    TRY(picture_get(c, desk->reader.picture, &source_shape, record->source, &row, &source));
    if (camera && camera->seq == seq && camera->source_seq == row.seq)
        return OK;
    if (!camera) {
        camera = calloc(1, sizeof *camera);
        if (!camera)
            FAIL(c, NO_MEMORY, "no memory for a camera");
        *camera = (struct desk_camera){.desk = desk, .fd = -1, .next = desk->cameras};
        camera->number = ++desk->numbers;
        camera->own = (struct ctx){arena_open(DESK_CAMERA_MEMORY), c->clock, .fault = {0}};
        camera->jpeg_own = (struct ctx){arena_open(DESK_JOB_MEMORY), c->clock, .fault = {0}};
        desk->cameras = camera;
        if (!camera->own.arena || !camera->jpeg_own.arena)
            FAIL(c, NO_MEMORY, "no memory for a camera");
    }
    desk_eye_end(camera);
    camera->seen = true;
    camera->seq = -1; /* until it is read */
    camera->wait_ms = DESK_WAIT_MS_LEAST;
    camera->again = (struct mono){0};
    camera->down = false;
    TRY(read_record(camera, record, &source));
    camera->seq = seq;
    camera->source_seq = row.seq;
    desk_set(camera, record->disabled ? CAMERA_CONDITION_DISABLED : CAMERA_CONDITION_CALLING, "");
    desk_note(camera);
    return OK;
}

static rc reload(struct desk *desk)
{
    struct ctx *c = &desk->scratch;
    struct query query = {.limit = WARDEN_EYES};
    struct page page;
    rc result = OK;
    TRY(picture_list(c, desk->reader.picture, &camera_shape, &query, &page));
    const struct camera *cameras = page.records;
    if (!str_absent(page.after))
        LOG(WARN, "camera.too_many", LOG_NUMBER("called", WARDEN_EYES));
    for (struct desk_camera *camera = desk->cameras; camera; camera = camera->next)
        camera->seen = false;
    for (size_t i = 0; i < page.count; i++)
        if (!rc_ok(set_camera(desk, &cameras[i], page.rows[i].seq)))
            result = fault_again(c); /* and the others all the same */
    for (struct desk_camera **at = &desk->cameras; *at;) {
        struct desk_camera *camera = *at;
        if (camera->seen) {
            at = &camera->next;
            continue;
        }
        *at = camera->next;
        desk_eye_end(camera);
        camera_free(camera);
    }
    return result;
}

/* What cannot be read now is read later. */
static void reload_if(struct desk *desk, bool changed)
{
    int64_t now_us = clock_mono(&desk->scratch).us;
    if (!changed && (desk->reload.us == 0 || now_us < desk->reload.us))
        return;
    desk->reload.us = 0;
    if (rc_ok(reload(desk)))
        return;
    LOG(ERROR, "camera.reload", LOG_TEXT("why", str_from(desk->scratch.fault.message)));
    desk->reload.us = now_us + (int64_t)DESK_RELOAD_MS * 1000;
}

/* ---- a turn ---------------------------------------------------------------------------------- */

static void ask_cameras(struct desk *desk, const struct desk_ask *ask)
{
    for (size_t i = 0; i < ask->count; i++) {
        struct desk_camera *camera = find_id(desk, str_from(ask->cameras[i]));
        if (camera)
            desk_eye_look(camera, ask->alarm);
    }
}

/* False when it is to stop. */
static bool open_mail(struct desk *desk)
{
    struct desk_ask asks[DESK_ASKS];
    pthread_mutex_lock(&desk->mutex);
    struct desk_job *done = desk->done, *next;
    bool changed = desk->changed, stop = desk->stop;
    size_t count = desk->ask_count;
    memcpy(asks, desk->asks, count * sizeof asks[0]);
    desk->done = NULL;
    desk->changed = false;
    desk->ask_count = 0;
    pthread_mutex_unlock(&desk->mutex);
    for (struct desk_job *job = done; job; job = next) {
        next = job->next_done;
        desk_job_done(job);
    }
    if (!stop)
        reload_if(desk, changed);
    for (size_t i = 0; i < count && !stop; i++)
        ask_cameras(desk, &asks[i]);
    return !stop;
}

static void read_warden(struct desk *desk)
{
    struct warden_news news;
    bool gone = false;
    while (warden_take(&desk->warden, &news, &gone)) {
        struct desk_camera *camera = find_eye(desk, news.number);
        if (camera)
            desk_eye_ended(camera, news.status);
    }
    if (!gone)
        return;
    LOG(ERROR, "camera.warden_gone");
    warden_stop(&desk->warden);
    for (struct desk_camera *camera = desk->cameras; camera; camera = camera->next)
        desk_set(camera, CAMERA_CONDITION_FAILED,
                 "the warden of cameras is gone: the program has to be started again");
}

static void wait_for_news(struct desk *desk)
{
    struct pollfd from[WARDEN_EYES + 2];
    struct desk_camera *whose[WARDEN_EYES + 2];
    nfds_t count = 0;
    from[count++] = (struct pollfd){.fd = desk->wake, .events = POLLIN};
    from[count++] = (struct pollfd){.fd = desk->warden.fd, .events = POLLIN};
    for (struct desk_camera *camera = desk->cameras; camera && count < WARDEN_EYES + 2;
         camera = camera->next) {
        whose[count] = camera;
        from[count++] =
            (struct pollfd){.fd = desk_has_room(camera) ? camera->fd : -1, .events = POLLIN};
    }
    if (poll(from, count, TURN_MS) <= 0)
        return;
    uint64_t rings;
    if (from[0].revents && read(desk->wake, &rings, sizeof rings) < 0)
        LOG(WARN, "camera.wake", LOG_TEXT("why", str_from(strerror(errno))));
    for (nfds_t i = 2; i < count; i++)
        if (from[i].revents)
            desk_eye_read(whose[i]);
    if (from[1].revents)
        read_warden(desk);
}

static void *run(void *arg)
{
    struct desk *desk = arg;
    while (open_mail(desk)) {
        desk_jobs_again(desk);
        for (struct desk_camera *camera = desk->cameras; camera; camera = camera->next)
            desk_eye_tick(camera);
        arena_reset(desk->scratch.arena);
        wait_for_news(desk);
        arena_reset(desk->scratch.arena);
    }
    return NULL;
}

/* ---- opening --------------------------------------------------------------------------------- */

static rc open_desk(struct ctx *c, struct desk *desk)
{
    static const char *const kinds[] = {"camera.", "source.", "snapshot.asked", NULL};
    const struct follower_options follow = {
        .name = "cameras", .durable = true, .kinds = kinds, .arg = desk, .take = on_event};
    struct core *core = desk->options.core;
    const struct catalog *catalog = core_catalog(core);
    desk->take = catalog_decision(catalog, STR("signal.take"));
    desk->note = catalog_decision(catalog, STR("camera.note"));
    desk->keep = catalog_decision(catalog, STR("snapshot.keep"));
    desk->miss = catalog_decision(catalog, STR("snapshot.miss"));
    if (!desk->take || !desk->note || !desk->keep || !desk->miss)
        FAIL(c, INTERNAL, "the desk needs the modules of cameras and of the watch");
    if (!desk->scratch.arena || !desk->buffer || desk->wake < 0)
        FAIL(c, NO_MEMORY, "no memory for the camera desk");
    TRY(warden_start(c, desk->options.program, &desk->warden));
    TRY(core_reader_open(c, core, &desk->reader));
    return follower_open(c, core, &follow, &desk->follower);
}

rc desk_open(struct ctx *c, const struct desk_options *options, struct desk **ret)
{
    struct desk *desk = calloc(1, sizeof *desk);
    if (!desk)
        FAIL(c, NO_MEMORY, "no memory for the camera desk");
    desk->options = *options;
    desk->warden.fd = -1;
    desk->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    desk->scratch = (struct ctx){.arena = arena_open(DESK_SCRATCH_MEMORY), .clock = options->clock};
    desk->buffer = malloc(TALK_MAX);
    desk->changed = true;
    pthread_mutex_init(&desk->mutex, NULL);
    rc result = open_desk(c, desk);
    if (rc_ok(result))
        *ret = desk;
    else
        desk_close(desk);
    return result;
}

rc desk_start(struct ctx *c, struct desk *desk)
{
    if (pthread_create(&desk->thread, NULL, run, desk) != 0)
        FAIL(c, NO_MEMORY, "a thread for the camera desk cannot be started");
    desk->threaded = true;
    return OK;
}

void desk_stop(struct desk *desk)
{
    if (!desk)
        return;
    pthread_mutex_lock(&desk->mutex);
    desk->stop = true;
    pthread_mutex_unlock(&desk->mutex);
    ring(desk);
    if (desk->threaded)
        pthread_join(desk->thread, NULL);
    desk->threaded = false;
}

void desk_close(struct desk *desk)
{
    if (!desk)
        return;
    desk_stop(desk);
    for (struct desk_camera *camera = desk->cameras, *next; camera; camera = next) {
        next = camera->next;
        camera_free(camera);
    }
    for (struct desk_job *job = desk->done, *next; job; job = next) {
        next = job->next_done;
        desk_job_free(job);
    }
    for (struct desk_job *job = desk->waiting, *next; job; job = next) {
        next = job->next;
        desk_job_free(job);
    }
    warden_stop(&desk->warden);
    follower_close(desk->follower);
    if (desk->reader.picture)
        core_reader_close(&desk->reader);
    if (desk->wake >= 0)
        close(desk->wake);
    free(desk->buffer);
    arena_close(desk->scratch.arena);
    pthread_mutex_destroy(&desk->mutex);
    free(desk);
}
