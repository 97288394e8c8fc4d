/* What the hub has for the writer: signals, states, images. A failure of ours (disk, database,
 * load) keeps the job, which is tried again; what is refused is logged and gone. */
#include "edge/camera/hub_own.h"

#include "base/log.h"

#include <stdlib.h>
#include <unistd.h>

static const struct str hub_permissions[] = {{"signal.write", 12}, {"camera.write", 12}};

static struct actor hub_actor(void)
{
    return (struct actor){
        .id = STR("cameras"),
        .permissions = {(struct str *)(void *)(uintptr_t)hub_permissions, 2},
        .clearance = {.tlp = TLP_RED},
    };
}

struct hub_job *hub_job_make(struct hub *hub, enum hub_job_kind kind, uint32_t number)
{
    struct hub_job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    job->hub = hub;
    job->kind = kind;
    job->number = number;
    job->c = (struct ctx){.arena = arena_open(HUB_JOB_MEMORY), .clock = hub->options.clock};
    if (job->c.arena)
        return job;
    free(job);
    return NULL;
}

void hub_job_free(struct hub_job *job)
{
    arena_close(job->c.arena);
    free(job);
}

struct hub_camera *hub_find(struct hub *hub, uint32_t number)
{
    struct hub_camera *camera = hub->cameras;
    while (camera && camera->number != number)
        camera = camera->next;
    return camera;
}

/* ---- to the writer and back ------------------------------------------------------------------ */

/* On the writer's thread. */
static void on_written(struct command *command)
{
    struct hub_job *job = command->arg;
    struct hub *hub = job->hub;
    uint64_t one = 1;
    pthread_mutex_lock(&hub->mutex);
    job->next_done = hub->done;
    hub->done = job;
    pthread_mutex_unlock(&hub->mutex);
    ssize_t written = write(hub->wake, &one, sizeof one);
    (void)written; /* it fails only when it rings already */
}

static void put_off(struct hub_job *job)
{
    struct hub *hub = job->hub;
    job->again.us = clock_mono(&hub->scratch).us + (int64_t)HUB_AGAIN_MS * 1000;
    job->next = hub->waiting;
    hub->waiting = job;
}

/* A reader at a door, which a camera may be, knows duress. */
static bool has_duress(const struct hub_job *job)
{
    for (size_t i = 0; i < job->batch.items.count; i++)
        if (signal_is_lane(&job->batch.items.items[i]))
            return true;
    return false;
}

void hub_job_submit(struct hub_job *job)
{
    struct hub *hub = job->hub;
    const struct decision *decisions[] = {[HUB_TAKE] = hub->take,
                                          [HUB_NOTE] = hub->note,
                                          [HUB_KEEP] = hub->keep,
                                          [HUB_MISS] = hub->miss};
    const void *inputs[] = {[HUB_TAKE] = &job->batch,
                            [HUB_NOTE] = &job->state,
                            [HUB_KEEP] = &job->given,
                            [HUB_MISS] = &job->missed};
    job->command = (struct command){
        .decision = decisions[job->kind],
        .input = inputs[job->kind],
        .actor = hub_actor(),
        .cause = -1,
        .expect_seq = -1,
        .alarm = has_duress(job),
        .done = on_written,
        .arg = job,
    };
    hub->flying++;
    if (rc_ok(core_submit(&hub->scratch, hub->options.core, &job->command)))
        return;
    hub->flying--;
    put_off(job);
}

static bool is_ours(const struct hub_job *job)
{
    enum rc_code code = job->command.result.code;
    return (code == RC_BUSY || code == RC_IO || code == RC_NO_SPACE || code == RC_NO_MEMORY ||
            code == RC_LIMITED || code == RC_INTERNAL || code == RC_CORRUPT) &&
           (job->kind == HUB_TAKE || job->tries < HUB_TRIES);
}

/* What had to wait for it. An image that was not kept is one that there is not. */
static void go_on(struct hub_camera *camera, const struct hub_job *job, bool good)
{
    if (job->kind == HUB_KEEP && !good)
        hub_miss(camera, job->given.alarm.ptr, "what the camera gave could not be kept");
    if (job->kind == HUB_NOTE) {
        camera->noting = false;
        if (camera->note_again)
            hub_note(camera);
    }
    if (job->kind == HUB_TAKE && job->apart) {
        camera->duress--;
    } else if (job->kind == HUB_TAKE) {
        camera->taking = false;
        hub_flush(camera);
    }
}

void hub_job_done(struct hub_job *job)
{
    struct hub *hub = job->hub;
    struct hub_camera *camera = hub_find(hub, job->number);
    bool good = rc_ok(job->command.result);
    hub->flying--;
    if (!good && job->kind != HUB_NOTE && is_ours(job)) {
        job->tries++;
        put_off(job);
        return;
    }
    if (!good)
        LOG(WARN, "camera.refused", LOG_TEXT("what", str_from(job->command.decision->name)),
            LOG_TEXT("why", str_from(job->command.fault.message)));
    if (camera)
        go_on(camera, job, good);
    hub_job_free(job);
}

void hub_jobs_again(struct hub *hub)
{
    struct hub_job *waiting = hub->waiting, *next;
    int64_t now_us = clock_mono(&hub->scratch).us;
    hub->waiting = NULL;
    for (struct hub_job *job = waiting; job; job = next) {
        next = job->next;
        if (job->again.us <= now_us) {
            hub_job_submit(job);
        } else {
            job->next = hub->waiting;
            hub->waiting = job;
        }
    }
}

/* ---- signals --------------------------------------------------------------------------------- */

bool hub_has_room(const struct hub_camera *camera)
{
    return !camera->filling || camera->filling->batch.items.count < HUB_SIGNALS;
}

void hub_flush(struct hub_camera *camera)
{
    struct hub_job *job = camera->filling;
    if (!job || camera->taking)
        return;
    camera->filling = NULL;
    camera->taking = true;
    hub_job_submit(job);
}

static bool add_signal(struct hub_camera *camera, struct hub_job *job, const struct signal *signal)
{
    struct signal own = *signal;
    struct signal *to = &job->signals[job->batch.items.count];
    own.source = camera->identity;
    if (!rc_ok(shape_copy(&job->c, &signal_shape, &own, to)) ||
        !rc_ok(str_format(&job->c, &job->batch.way, "camera/%.*s", STR_ARG(camera->camera.id))))
        return false;
    job->batch.way_proves = true; /* we called it, with its password */
    job->batch.items.items = job->signals;
    job->batch.items.count++;
    return true;
}

/* Duress waits neither for what the camera said before nor for a writer that is busy. */
static bool send_apart(struct hub_camera *camera, const struct signal *signal)
{
    struct hub_job *job = hub_job_make(camera->hub, HUB_TAKE, camera->number);
    if (!job || !add_signal(camera, job, signal)) {
        if (job)
            hub_job_free(job);
        return false;
    }
    job->apart = true;
    camera->duress++;
    hub_job_submit(job);
    return true;
}

bool hub_signal(struct hub_camera *camera, const struct signal *signal)
{
    if (signal_is_lane(signal) && camera->duress < HUB_DURESS && send_apart(camera, signal))
        return true;
    if (!camera->filling)
        camera->filling = hub_job_make(camera->hub, HUB_TAKE, camera->number);
    return camera->filling && hub_has_room(camera) && add_signal(camera, camera->filling, signal);
}

/* ---- the rest -------------------------------------------------------------------------------- */

void hub_note(struct hub_camera *camera)
{
    struct hub_job *job =
        camera->noting ? NULL : hub_job_make(camera->hub, HUB_NOTE, camera->number);
    camera->note_again = !job;
    if (!job)
        return;
    camera->state.id = camera->camera.id;
    camera->state.label = camera->camera.label;
    camera->state.noted = clock_now(&job->c);
    camera->state.why = camera->why[0] ? str_from(camera->why) : (struct str){NULL, 0};
    if (!rc_ok(shape_copy(&job->c, &camera_state_shape, &camera->state, &job->state))) {
        hub_job_free(job);
        return;
    }
    camera->noting = true;
    hub_job_submit(job);
}

static void miss(struct hub *hub, uint32_t number, struct str camera, const char *alarm,
                 const char *why)
{
    struct hub_job *job = hub_job_make(hub, HUB_MISS, number);
    if (!job)
        return;
    if (!rc_ok(str_copy(&job->c, str_from(alarm), &job->missed.alarm)) ||
        !rc_ok(str_copy(&job->c, camera, &job->missed.camera)) ||
        !rc_ok(str_copy(&job->c, str_from(why), &job->missed.why))) {
        hub_job_free(job);
        return;
    }
    hub_job_submit(job);
}

void hub_miss(struct hub_camera *camera, const char *alarm, const char *why)
{
    camera->state.missed++;
    miss(camera->hub, camera->number, camera->camera.id, alarm, why);
}

void hub_miss_unknown(struct hub *hub, const char *camera, const char *alarm)
{
    miss(hub, 0, str_from(camera), alarm, "the camera's record could not be read yet");
}
