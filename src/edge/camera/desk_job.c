/* What the desk has for the writer: signals, states, pictures. A failure of ours (disk, database,
 * load) keeps the job, which is tried again; what is refused is logged and gone. */
#include "edge/camera/desk_own.h"

#include "base/log.h"

#include <stdlib.h>
#include <unistd.h>

static const struct str desk_permissions[] = {{"signal.write", 12}, {"camera.write", 12}};

static struct actor desk_actor(void)
{
    return (struct actor){
        .id = STR("cameras"),
        .permissions = {(struct str *)(void *)(uintptr_t)desk_permissions, 2},
        .clearance = {.tlp = TLP_RED},
    };
}

struct desk_job *desk_job_make(struct desk *desk, enum desk_job_kind kind, uint32_t number)
{
    struct desk_job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    job->desk = desk;
    job->kind = kind;
    job->number = number;
    job->c = (struct ctx){.arena = arena_open(DESK_JOB_MEMORY), .clock = desk->options.clock};
    if (job->c.arena)
        return job;
    free(job);
    return NULL;
}

void desk_job_free(struct desk_job *job)
{
    arena_close(job->c.arena);
    free(job);
}

/* ---- to the writer and back ------------------------------------------------------------------ */

/* On the writer's thread. */
static void on_written(struct command *command)
{
    struct desk_job *job = command->arg;
    struct desk *desk = job->desk;
    uint64_t one = 1;
    pthread_mutex_lock(&desk->mutex);
    job->next_done = desk->done;
    desk->done = job;
    pthread_mutex_unlock(&desk->mutex);
    ssize_t written = write(desk->wake, &one, sizeof one);
    (void)written; /* it fails only when it rings already */
}

static void put_off(struct desk_job *job)
{
    struct desk *desk = job->desk;
    job->again.us = clock_mono(&desk->scratch).us + (int64_t)DESK_AGAIN_MS * 1000;
    job->next = desk->waiting;
    desk->waiting = job;
}

/* A reader at a door, which a camera may be, knows duress. */
static bool has_duress(const struct desk_job *job)
{
    for (size_t i = 0; i < job->batch.items.count; i++)
        if (signal_is_lane(&job->batch.items.items[i]))
            return true;
    return false;
}

void desk_job_submit(struct desk_job *job)
{
    struct desk *desk = job->desk;
    const struct decision *decisions[] = {[DESK_TAKE] = desk->take,
                                          [DESK_NOTE] = desk->note,
                                          [DESK_KEEP] = desk->keep,
                                          [DESK_MISS] = desk->miss};
    const void *inputs[] = {[DESK_TAKE] = &job->batch,
                            [DESK_NOTE] = &job->state,
                            [DESK_KEEP] = &job->given,
                            [DESK_MISS] = &job->missed};
    job->command = (struct command){
        .decision = decisions[job->kind],
        .input = inputs[job->kind],
        .actor = desk_actor(),
        .cause = -1,
        .expect_seq = -1,
        .alarm = has_duress(job),
        .done = on_written,
        .arg = job,
    };
    desk->flying++;
    if (rc_ok(core_submit(&desk->scratch, desk->options.core, &job->command)))
        return;
    desk->flying--;
    put_off(job);
}

static bool is_ours(const struct desk_job *job)
{
    enum rc_code code = job->command.result.code;
    return (code == RC_BUSY || code == RC_IO || code == RC_NO_SPACE || code == RC_NO_MEMORY ||
            code == RC_LIMITED || code == RC_INTERNAL || code == RC_CORRUPT) &&
           (job->kind == DESK_TAKE || job->tries < DESK_TRIES);
}

/* What had to wait for it. A picture that was not kept is one that there is not. */
static void go_on(struct desk_camera *camera, const struct desk_job *job, bool good)
{
    if (job->kind == DESK_KEEP && !good)
        desk_miss(camera, job->given.alarm.ptr, "what the camera gave could not be kept");
    if (job->kind == DESK_NOTE) {
        camera->noting = false;
        if (camera->note_again)
            desk_note(camera);
    }
    if (job->kind == DESK_TAKE && job->apart) {
        camera->duress--;
    } else if (job->kind == DESK_TAKE) {
        camera->taking = false;
        desk_flush(camera);
    }
}

void desk_job_done(struct desk_job *job)
{
    struct desk *desk = job->desk;
    struct desk_camera *camera = desk_find(desk, job->number);
    bool good = rc_ok(job->command.result);
    desk->flying--;
    if (!good && job->kind != DESK_NOTE && is_ours(job)) {
        job->tries++;
        put_off(job);
        return;
    }
    if (!good)
        LOG(WARN, "camera.refused", LOG_TEXT("what", str_from(job->command.decision->name)),
            LOG_TEXT("why", str_from(job->command.fault.message)));
    if (camera)
        go_on(camera, job, good);
    desk_job_free(job);
}

void desk_jobs_again(struct desk *desk)
{
    struct desk_job *waiting = desk->waiting, *next;
    int64_t now_us = clock_mono(&desk->scratch).us;
    desk->waiting = NULL;
    for (struct desk_job *job = waiting; job; job = next) {
        next = job->next;
        if (job->again.us <= now_us) {
            desk_job_submit(job);
        } else {
            job->next = desk->waiting;
            desk->waiting = job;
        }
    }
}

/* ---- signals --------------------------------------------------------------------------------- */

bool desk_has_room(const struct desk_camera *camera)
{
    return !camera->filling || camera->filling->batch.items.count < DESK_SIGNALS;
}

void desk_flush(struct desk_camera *camera)
{
    struct desk_job *job = camera->filling;
    if (!job || camera->taking)
        return;
    camera->filling = NULL;
    camera->taking = true;
    desk_job_submit(job);
}

static bool add_signal(struct desk_camera *camera, struct desk_job *job,
                       const struct signal *signal)
{
    struct signal own = *signal;
    struct signal *to = &job->signals[job->batch.items.count];
    own.source = camera->identity;
    if (!rc_ok(shape_copy(&job->c, &signal_shape, &own, to)))
        return false;
    job->batch.items.items = job->signals;
    job->batch.items.count++;
    return true;
}

/* Duress waits neither for what the camera said before nor for a writer that is busy. */
static bool send_apart(struct desk_camera *camera, const struct signal *signal)
{
    struct desk_job *job = desk_job_make(camera->desk, DESK_TAKE, camera->number);
    if (!job || !add_signal(camera, job, signal)) {
        if (job)
            desk_job_free(job);
        return false;
    }
    job->apart = true;
    camera->duress++;
    desk_job_submit(job);
    return true;
}

bool desk_signal(struct desk_camera *camera, const struct signal *signal)
{
    if (signal_is_lane(signal) && camera->duress < DESK_DURESS && send_apart(camera, signal))
        return true;
    if (!camera->filling)
        camera->filling = desk_job_make(camera->desk, DESK_TAKE, camera->number);
    return camera->filling && desk_has_room(camera) && add_signal(camera, camera->filling, signal);
}

/* ---- the rest -------------------------------------------------------------------------------- */

void desk_note(struct desk_camera *camera)
{
    struct desk_job *job =
        camera->noting ? NULL : desk_job_make(camera->desk, DESK_NOTE, camera->number);
    camera->note_again = !job;
    if (!job)
        return;
    camera->state.id = camera->camera.id;
    camera->state.label = camera->camera.label;
    camera->state.noted = clock_now(&job->c);
    camera->state.why = camera->why[0] ? str_from(camera->why) : (struct str){NULL, 0};
    if (!rc_ok(shape_copy(&job->c, &camera_state_shape, &camera->state, &job->state))) {
        desk_job_free(job);
        return;
    }
    camera->noting = true;
    desk_job_submit(job);
}

void desk_miss(struct desk_camera *camera, const char *alarm, const char *why)
{
    struct desk_job *job = desk_job_make(camera->desk, DESK_MISS, camera->number);
    if (!job)
        return;
    camera->state.missed++;
    if (!rc_ok(str_copy(&job->c, str_from(alarm), &job->missed.alarm)) ||
        !rc_ok(str_copy(&job->c, camera->camera.id, &job->missed.camera)) ||
        !rc_ok(str_copy(&job->c, str_from(why), &job->missed.why))) {
        desk_job_free(job);
        return;
    }
    desk_job_submit(job);
}
