/* The hub's thread, its mailbox, and which cameras there are. */
#include "edge/camera/hub_own.h"

#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { TURN_MS = 500 };

/* ---- the mailbox ----------------------------------------------------------------------------- */

static void ring(struct hub *hub)
{
    uint64_t one = 1;
    ssize_t written = write(hub->wake, &one, sizeof one);
    (void)written; /* it fails only when it rings already */
}

static void copy_id(char to[ID_TEXT_MAX], struct str id)
{
    snprintf(to, ID_TEXT_MAX, "%.*s", STR_ARG(id));
}

/* Under the mutex. What there is no room for is given again later. */
static bool note_ask(struct hub *hub, const struct snapshot_ask *wanted)
{
    if (hub->ask_count == HUB_ASKS)
        return false;
    struct hub_ask *ask = &hub->asks[hub->ask_count++];
    *ask = (struct hub_ask){.count = wanted->cameras.count};
    copy_id(ask->alarm, wanted->alarm);
    for (size_t i = 0; i < ask->count && i < CAMERAS_EACH; i++)
        copy_id(ask->cameras[i], wanted->cameras.items[i]);
    return true;
}

static rc on_event(struct ctx *c, void *arg, struct picture *, const struct event *event)
{
    struct hub *hub = arg;
    bool asks = event->kind == &snapshot_asked_kind, room = true;
    pthread_mutex_lock(&hub->mutex);
    if (asks && event->body)
        room = note_ask(hub, event->body);
    hub->changed = hub->changed || !asks;
    pthread_mutex_unlock(&hub->mutex);
    ring(hub);
    if (!room)
        FAIL(c, BUSY, "%d images are asked for already", HUB_ASKS);
    return OK;
}

/* ---- which cameras there are ----------------------------------------------------------------- */

static struct hub_camera *find_probe(struct hub *hub, uint32_t probe)
{
    struct hub_camera *camera = hub->cameras;
    while (camera && camera->probe != probe)
        camera = camera->next;
    return camera;
}

static struct hub_camera *find_id(struct hub *hub, struct str id)
{
    struct hub_camera *camera = hub->cameras;
    while (camera && !str_eq(camera->camera.id, id))
        camera = camera->next;
    return camera;
}

static void camera_free(struct hub_camera *camera)
{
    if (camera->fd >= 0)
        close(camera->fd);
    if (camera->filling)
        hub_job_free(camera->filling);
    arena_close(camera->jpeg_own.arena);
    arena_close(camera->own.arena);
    free(camera);
}

static rc read_record(struct hub_camera *camera, const struct camera *record,
                      const struct source *source)
{
    struct ctx *c = &camera->own;
    arena_reset(c->arena);
    TRY(shape_copy(c, &camera_shape, record, &camera->camera));
    return str_copy(c, source->identity, &camera->identity);
}

/* A new one, or one whose record or source was changed: its probe begins anew. */
static rc set_camera(struct hub *hub, const struct camera *record, int64_t seq)
{
    struct ctx *c = &hub->scratch;
    struct source source = {0};
    struct row row;
    struct hub_camera *camera = find_id(hub, record->id);
    if (camera)
        camera->seen = true;
    TRY(picture_get(c, hub->reader.picture, &source_shape, record->source, &row, &source));
    if (camera && camera->seq == seq && camera->source_seq == row.seq)
        return OK;
    if (!camera) {
        camera = calloc(1, sizeof *camera);
        if (!camera)
            FAIL(c, NO_MEMORY, "no memory for a camera");
        *camera = (struct hub_camera){.hub = hub, .fd = -1, .next = hub->cameras};
        camera->number = ++hub->numbers;
        camera->own = (struct ctx){arena_open(HUB_CAMERA_MEMORY), c->clock, .fault = {0}};
        camera->jpeg_own = (struct ctx){arena_open(HUB_JOB_MEMORY), c->clock, .fault = {0}};
        hub->cameras = camera;
        if (!camera->own.arena || !camera->jpeg_own.arena)
            FAIL(c, NO_MEMORY, "no memory for a camera");
    }
    hub_probe_end(camera);
    camera->seen = true;
    camera->seq = -1; /* until it is read */
    camera->wait_ms = HUB_WAIT_MS_LEAST;
    camera->again = (struct mono){0};
    camera->down = false;
    TRY(read_record(camera, record, &source));
    camera->seq = seq;
    camera->source_seq = row.seq;
    hub_set(camera, record->disabled ? CAMERA_CONDITION_DISABLED : CAMERA_CONDITION_CALLING, "");
    hub_note(camera);
    return OK;
}

static rc reload(struct hub *hub)
{
    struct ctx *c = &hub->scratch;
    struct query query = {.limit = SPAWNER_AGENTS};
    struct page page;
    rc result = OK;
    TRY(picture_list(c, hub->reader.picture, &camera_shape, &query, &page));
    const struct camera *cameras = page.records;
    if (!str_absent(page.after))
        LOG(WARN, "camera.too_many", LOG_NUMBER("called", SPAWNER_AGENTS));
    for (struct hub_camera *camera = hub->cameras; camera; camera = camera->next)
        camera->seen = false;
    for (size_t i = 0; i < page.count; i++)
        if (!rc_ok(set_camera(hub, &cameras[i], page.rows[i].seq)))
            result = fault_again(c); /* and the others all the same */
    for (struct hub_camera **at = &hub->cameras; *at;) {
        struct hub_camera *camera = *at;
        if (camera->seen) {
            at = &camera->next;
            continue;
        }
        *at = camera->next;
        hub_probe_end(camera);
        camera_free(camera);
    }
    return result;
}

/* What cannot be read now is read later. */
static void reload_if(struct hub *hub, bool changed)
{
    int64_t now_us = clock_mono(&hub->scratch).us;
    if (!changed && (hub->reload.us == 0 || now_us < hub->reload.us))
        return;
    hub->reload.us = 0;
    if (rc_ok(reload(hub)))
        return;
    LOG(ERROR, "camera.reload", LOG_TEXT("why", str_from(hub->scratch.fault.message)));
    hub->reload.us = now_us + (int64_t)HUB_RELOAD_MS * 1000;
}

/* ---- a turn ---------------------------------------------------------------------------------- */

static void ask_cameras(struct hub *hub, const struct hub_ask *ask)
{
    for (size_t i = 0; i < ask->count; i++) {
        struct hub_camera *camera = find_id(hub, str_from(ask->cameras[i]));
        if (camera)
            hub_probe_look(camera, ask->alarm);
        else
            hub_miss_unknown(hub, ask->cameras[i], ask->alarm);
    }
}

/* False when it is to stop. */
static bool open_mail(struct hub *hub)
{
    struct hub_ask asks[HUB_ASKS];
    pthread_mutex_lock(&hub->mutex);
    struct hub_job *done = hub->done, *next;
    bool changed = hub->changed, stop = hub->stop;
    size_t count = hub->ask_count;
    memcpy(asks, hub->asks, count * sizeof asks[0]);
    hub->done = NULL;
    hub->changed = false;
    hub->ask_count = 0;
    pthread_mutex_unlock(&hub->mutex);
    for (struct hub_job *job = done; job; job = next) {
        next = job->next_done;
        hub_job_done(job);
    }
    if (!stop)
        reload_if(hub, changed);
    for (size_t i = 0; i < count && !stop; i++)
        ask_cameras(hub, &asks[i]);
    return !stop;
}

static void read_spawner(struct hub *hub)
{
    struct ctx *c = &hub->scratch;
    struct spawner_news news;
    rc result;
    while (rc_ok(result = spawner_take(c, &hub->spawner, &news))) {
        struct hub_camera *camera = find_probe(hub, news.number);
        if (camera)
            hub_probe_ended(camera, news.status);
    }
    if (result.code == RC_BUSY)
        return;
    LOG(ERROR, "camera.spawner_gone");
    agent_end(&hub->spawner);
    for (struct hub_camera *camera = hub->cameras; camera; camera = camera->next)
        hub_set(camera, CAMERA_CONDITION_FAILED,
                "the spawner of cameras is gone: the program has to be started again");
}

static void wait_for_news(struct hub *hub)
{
    struct pollfd from[SPAWNER_AGENTS + 2];
    struct hub_camera *whose[SPAWNER_AGENTS + 2];
    nfds_t count = 0;
    from[count++] = (struct pollfd){.fd = hub->wake, .events = POLLIN};
    from[count++] = (struct pollfd){.fd = hub->spawner.fd, .events = POLLIN};
    for (struct hub_camera *camera = hub->cameras; camera && count < SPAWNER_AGENTS + 2;
         camera = camera->next) {
        whose[count] = camera;
        from[count++] =
            (struct pollfd){.fd = hub_has_room(camera) ? camera->fd : -1, .events = POLLIN};
    }
    if (poll(from, count, TURN_MS) <= 0)
        return;
    uint64_t rings;
    if (from[0].revents && read(hub->wake, &rings, sizeof rings) < 0)
        LOG(WARN, "camera.wake", LOG_TEXT("why", str_from(strerror(errno))));
    for (nfds_t i = 2; i < count; i++)
        if (from[i].revents)
            hub_probe_read(whose[i]);
    if (from[1].revents)
        read_spawner(hub);
}

static void *run(void *arg)
{
    struct hub *hub = arg;
    while (open_mail(hub)) {
        hub_jobs_again(hub);
        for (struct hub_camera *camera = hub->cameras; camera; camera = camera->next)
            hub_probe_tick(camera);
        arena_reset(hub->scratch.arena);
        wait_for_news(hub);
        arena_reset(hub->scratch.arena);
    }
    return NULL;
}

/* ---- opening --------------------------------------------------------------------------------- */

static rc open_hub(struct ctx *c, struct hub *hub)
{
    static const char *const kinds[] = {"camera.", "source.", "snapshot.asked", NULL};
    const struct follower_options follow = {
        .name = "cameras", .durable = true, .kinds = kinds, .arg = hub, .take = on_event};
    struct core *core = hub->options.core;
    const struct catalog *catalog = core_catalog(core);
    hub->take = catalog_decision(catalog, STR("signal.take"));
    hub->note = catalog_decision(catalog, STR("camera.note"));
    hub->keep = catalog_decision(catalog, STR("snapshot.keep"));
    hub->miss = catalog_decision(catalog, STR("snapshot.miss"));
    if (!hub->take || !hub->note || !hub->keep || !hub->miss)
        FAIL(c, INTERNAL, "the hub needs the modules of cameras and of the watch");
    if (!hub->scratch.arena || !hub->buffer || hub->wake < 0)
        FAIL(c, NO_MEMORY, "no memory for the camera hub");
    TRY(agent_start(c, hub->options.program, SPAWNER_ROLE, &hub->spawner));
    TRY(core_reader_open(c, core, &hub->reader));
    return follower_open(c, core, &follow, &hub->follower);
}

rc hub_open(struct ctx *c, const struct hub_options *options, struct hub **ret)
{
    struct hub *hub = calloc(1, sizeof *hub);
    if (!hub)
        FAIL(c, NO_MEMORY, "no memory for the camera hub");
    hub->options = *options;
    hub->spawner.fd = -1;
    hub->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    hub->scratch = (struct ctx){.arena = arena_open(HUB_SCRATCH_MEMORY), .clock = options->clock};
    hub->buffer = malloc(TALK_MAX);
    hub->changed = true;
    pthread_mutex_init(&hub->mutex, NULL);
    rc result = open_hub(c, hub);
    if (rc_ok(result))
        *ret = hub;
    else
        hub_close(hub);
    return result;
}

rc hub_start(struct ctx *c, struct hub *hub)
{
    if (pthread_create(&hub->thread, NULL, run, hub) != 0)
        FAIL(c, NO_MEMORY, "a thread for the camera hub cannot be started");
    hub->threaded = true;
    return OK;
}

void hub_stop(struct hub *hub)
{
    if (!hub)
        return;
    pthread_mutex_lock(&hub->mutex);
    hub->stop = true;
    pthread_mutex_unlock(&hub->mutex);
    ring(hub);
    if (hub->threaded)
        pthread_join(hub->thread, NULL);
    hub->threaded = false;
}

void hub_close(struct hub *hub)
{
    if (!hub)
        return;
    hub_stop(hub);
    for (struct hub_camera *camera = hub->cameras, *next; camera; camera = next) {
        next = camera->next;
        camera_free(camera);
    }
    for (struct hub_job *job = hub->done, *next; job; job = next) {
        next = job->next_done;
        hub_job_free(job);
    }
    for (struct hub_job *job = hub->waiting, *next; job; job = next) {
        next = job->next;
        hub_job_free(job);
    }
    agent_end(&hub->spawner);
    follower_close(hub->follower);
    if (hub->reader.picture)
        core_reader_close(&hub->reader);
    if (hub->wake >= 0)
        close(hub->wake);
    free(hub->buffer);
    arena_close(hub->scratch.arena);
    pthread_mutex_destroy(&hub->mutex);
    free(hub);
}
