/* One camera's eye: how it is started, what it says, and what follows when it ends. */
#include "edge/camera/desk_own.h"

#include "base/log.h"

#include <sys/wait.h>
#include <unistd.h>

static struct mono now(const struct desk_camera *camera)
{
    return clock_mono(&camera->desk->scratch);
}

static struct mono after_ms(struct mono t, int64_t ms)
{
    return (struct mono){t.us + ms * 1000};
}

void desk_set(struct desk_camera *camera, enum camera_condition condition, const char *why)
{
    if (camera->state.condition != condition)
        camera->state.since = clock_now(&camera->desk->scratch);
    camera->state.condition = condition;
    snprintf(camera->why, sizeof camera->why, "%s", why);
}

/* ---- its beginning and its end --------------------------------------------------------------- */

static void say(struct desk_camera *camera, enum signal_kind kind, const char *code,
                const char *text)
{
    struct signal signal = {
        .kind = kind,
        .ends = kind == SIGNAL_KIND_RESTORE ? SIGNAL_KIND_TROUBLE : SIGNAL_KIND_UNSET,
        .priority = kind == SIGNAL_KIND_RESTORE ? SIGNAL_PRIORITY_NOTE : SIGNAL_PRIORITY_MEDIUM,
        .code_system = STR("camera"),
        .code = str_from(code),
        .text = str_from(text),
        .zone = STR("eye"),
    };
    if (desk_signal(camera, &signal))
        desk_flush(camera);
}

static void give_up_looks(struct desk_camera *camera, const char *why)
{
    for (size_t i = 0; i < DESK_LOOKS; i++) {
        if (camera->looks[i].ticket)
            desk_miss(camera, camera->looks[i].alarm, why);
        camera->looks[i].ticket = 0;
    }
    camera->head.ticket = 0;
}

void desk_eye_begin(struct desk_camera *camera)
{
    struct desk *desk = camera->desk;
    struct ctx *c = &desk->scratch;
    uint32_t number = ++desk->numbers;
    int pair[2];
    camera->again = after_ms(now(camera), camera->wait_ms);
    camera->wait_ms =
        camera->wait_ms * 2 < DESK_WAIT_MS_MOST ? camera->wait_ms * 2 : DESK_WAIT_MS_MOST;
    if (!rc_ok(talk_pair(c, pair)))
        return;
    rc result = warden_begin(c, &desk->warden, number, pair[1]);
    if (rc_ok(result))
        result = talk_send_record(c, pair[0], TALK_ORDER, &camera_shape, &camera->camera, false);
    if (!rc_ok(result)) {
        close(pair[0]);
        desk_set(camera, CAMERA_CONDITION_FAILED, c->fault.message);
        return;
    }
    camera->eye = number;
    camera->fd = pair[0];
    camera->begun = camera->heard = now(camera);
}

static void end_process(struct desk_camera *camera)
{
    rc told = warden_end(&camera->desk->scratch, &camera->desk->warden, camera->eye);
    (void)told; /* without a warden nobody can */
}

static void hang_up(struct desk_camera *camera)
{
    if (camera->fd >= 0)
        close(camera->fd);
    camera->fd = -1;
}

/* Its end is our wish, and so nothing to be told. */
void desk_eye_end(struct desk_camera *camera)
{
    if (camera->eye == 0)
        return;
    end_process(camera);
    hang_up(camera);
    camera->eye = 0;
    give_up_looks(camera, "the camera's record was changed");
}

void desk_eye_ended(struct desk_camera *camera, int status)
{
    char why[160];
    if (WIFSIGNALED(status))
        snprintf(why, sizeof why, "the program that calls it was ended by signal %d",
                 WTERMSIG(status));
    else
        snprintf(why, sizeof why, "the program that calls it ended with status %d",
                 WEXITSTATUS(status));
    hang_up(camera);
    camera->eye = 0;
    camera->state.deaths++;
    LOG(WARN, "camera.eye_ended", LOG_TEXT("camera", camera->camera.id),
        LOG_TEXT("why", str_from(why)));
    desk_set(camera, CAMERA_CONDITION_FAILED, why);
    give_up_looks(camera, why);
    if (!camera->down)
        say(camera, SIGNAL_KIND_TROUBLE, "eye.ended", why);
    camera->down = true;
    if (now(camera).us - camera->begun.us > (int64_t)DESK_WELL_MS * 1000)
        camera->wait_ms = DESK_WAIT_MS_LEAST;
    camera->again = after_ms(now(camera), camera->wait_ms);
    desk_note(camera);
}

/* ---- what it says ---------------------------------------------------------------------------- */

static void take_signal(struct desk_camera *camera, struct str json)
{
    struct signal signal = {0};
    struct ctx *c = &camera->desk->scratch;
    if (!rc_ok(shape_read(c, &signal_shape, SHAPE_FROM_RECORD, json, &signal))) {
        camera->state.bad++;
        return;
    }
    signal.peer = (struct str){NULL, 0};
    if (desk_signal(camera, &signal))
        desk_flush(camera);
}

static void take_heard(struct desk_camera *camera)
{
    struct signal beat = {
        .kind = SIGNAL_KIND_SUPERVISION,
        .priority = SIGNAL_PRIORITY_NOTE,
        .code_system = STR("camera"),
        .text = STR("heard"),
    };
    if (desk_signal(camera, &beat))
        desk_flush(camera);
}

/* Its figures are its own; who it is, and what we count, is not. */
static void take_state(struct desk_camera *camera, struct str json)
{
    struct camera_state told = {0};
    const struct camera_state *ours = &camera->state;
    struct ctx *c = &camera->desk->scratch;
    if (!rc_ok(shape_read(c, &camera_state_shape, SHAPE_FROM_RECORD, json, &told))) {
        camera->state.bad++;
        return;
    }
    desk_set(camera, told.condition, "");
    desk_copy_text(camera->why, sizeof camera->why, told.why);
    told.id = camera->camera.id;
    told.label = camera->camera.label;
    told.since = ours->since;
    told.pictures = ours->pictures;
    told.missed = ours->missed;
    told.deaths = ours->deaths;
    camera->state = told;
    desk_note(camera); /* copies what lies in this packet */
    camera->state.model = camera->state.codec = camera->state.why = (struct str){NULL, 0};
}

/* ---- pictures -------------------------------------------------------------------------------- */

static struct desk_look *look_of(struct desk_camera *camera, int64_t ticket)
{
    for (size_t i = 0; i < DESK_LOOKS && ticket; i++)
        if (camera->looks[i].ticket == ticket)
            return &camera->looks[i];
    return NULL;
}

void desk_eye_look(struct desk_camera *camera, const char *alarm)
{
    struct desk *desk = camera->desk;
    struct desk_look *look = NULL;
    for (size_t i = 0; i < DESK_LOOKS && !look; i++)
        if (!camera->looks[i].ticket)
            look = &camera->looks[i];
    if (camera->fd < 0 || !look) {
        desk_miss(camera, alarm,
                  camera->fd < 0 ? "the camera is not being called" : "too many pictures at once");
        return;
    }
    *look =
        (struct desk_look){.ticket = ++desk->tickets, .limit = after_ms(now(camera), DESK_LOOK_MS)};
    snprintf(look->alarm, sizeof look->alarm, "%s", alarm);
    struct talk_look wanted = {.ticket = look->ticket};
    rc sent =
        talk_send_record(&desk->scratch, camera->fd, TALK_LOOK, &talk_look_shape, &wanted, false);
    if (rc_ok(sent))
        return;
    look->ticket = 0;
    desk_miss(camera, alarm, "the program that calls the camera does not listen");
}

static void keep_picture(struct desk_camera *camera, struct str jpeg)
{
    struct desk_look *look = look_of(camera, camera->head.ticket);
    struct desk_job *job = look ? desk_job_make(camera->desk, DESK_KEEP, camera->number) : NULL;
    camera->head.ticket = 0;
    if (!job)
        return;
    job->given = (struct snapshot_given){
        .at = camera->head.at, .width = camera->head.width, .height = camera->head.height};
    rc result = str_copy(&job->c, str_from(look->alarm), &job->given.alarm);
    if (rc_ok(result))
        result = str_copy(&job->c, camera->camera.id, &job->given.camera);
    if (rc_ok(result))
        result = str_copy(&job->c, jpeg, &job->given.jpeg);
    if (!rc_ok(result)) { /* and it does not come in time */
        desk_job_free(job);
        return;
    }
    look->ticket = 0;
    camera->state.pictures++;
    desk_job_submit(job);
}

static void take_picture(struct desk_camera *camera, struct str json)
{
    struct talk_picture head = {0};
    struct ctx *c = &camera->desk->scratch;
    rc result = shape_read(c, &talk_picture_shape, SHAPE_FROM_RECORD, json, &head);
    struct desk_look *look = rc_ok(result) ? look_of(camera, head.ticket) : NULL;
    if (!look) {
        camera->state.bad++;
        return;
    }
    if (head.bytes == 0) {
        char why[240];
        desk_copy_text(why, sizeof why, head.why);
        desk_miss(camera, look->alarm, why[0] ? why : "it gave none");
        look->ticket = 0;
        return;
    }
    /* A clock that was moved meanwhile, or an eye that lies: the time is ours. */
    head.at = clock_now(c);
    head.why = (struct str){NULL, 0};
    camera->head = head;
    arena_reset(camera->jpeg_own.arena);
    text_init(&camera->jpeg, &camera->jpeg_own, (size_t)head.bytes + 1);
}

static void take_part(struct desk_camera *camera, struct str bytes)
{
    struct str jpeg;
    if (!camera->head.ticket || camera->jpeg.len + bytes.len > (size_t)camera->head.bytes) {
        camera->head.ticket = 0;
        camera->state.bad++;
        return;
    }
    text_put(&camera->jpeg, bytes);
    if (camera->jpeg.len < (size_t)camera->head.bytes)
        return;
    if (rc_ok(text_done(&camera->jpeg, &jpeg)))
        keep_picture(camera, jpeg);
}

/* ---- seeing to it ---------------------------------------------------------------------------- */

static void take_packet(struct desk_camera *camera, enum talk_kind kind, struct str bytes)
{
    switch (kind) {
    case TALK_SIGNAL:
        take_signal(camera, bytes);
        return;
    case TALK_HEARD:
        take_heard(camera);
        return;
    case TALK_STATE:
        take_state(camera, bytes);
        return;
    case TALK_PICTURE:
        take_picture(camera, bytes);
        return;
    case TALK_PART:
        take_part(camera, bytes);
        return;
    case TALK_ORDER:
    case TALK_LOOK:
        break;
    }
    camera->state.bad++;
}

void desk_eye_read(struct desk_camera *camera)
{
    struct ctx *c = &camera->desk->scratch;
    enum { PACKETS = 64 }; /* and then another camera */
    for (int i = 0; i < PACKETS && camera->fd >= 0 && desk_has_room(camera); i++) {
        enum talk_kind kind;
        struct str bytes;
        rc result = talk_take(c, camera->fd, camera->desk->buffer, &kind, &bytes);
        if (result.code == RC_BUSY)
            return;
        if (result.code == RC_IO) { /* it is ending; the warden says how, if there is one */
            hang_up(camera);
            end_process(camera);
            if (camera->desk->warden.fd < 0)
                desk_eye_ended(camera, 0);
            return;
        }
        camera->heard = now(camera);
        if (rc_ok(result))
            take_packet(camera, kind, bytes);
        else
            camera->state.bad++;
        arena_reset(c->arena);
    }
}

static void end_late_looks(struct desk_camera *camera)
{
    for (size_t i = 0; i < DESK_LOOKS; i++) {
        struct desk_look *look = &camera->looks[i];
        if (!look->ticket || now(camera).us < look->limit.us)
            continue;
        desk_miss(camera, look->alarm, "it did not come in time");
        look->ticket = 0;
    }
}

void desk_eye_tick(struct desk_camera *camera)
{
    struct mono at = now(camera);
    end_late_looks(camera);
    if (camera->eye == 0) {
        if (!camera->camera.disabled && camera->desk->warden.fd >= 0 && at.us >= camera->again.us)
            desk_eye_begin(camera);
        return;
    }
    if (!desk_has_room(camera))
        camera->heard = at; /* it is we who do not listen */
    if (at.us - camera->heard.us > (int64_t)DESK_QUIET_MS * 1000) {
        end_process(camera);
        camera->heard = at;
    }
    if (camera->down && at.us - camera->begun.us > (int64_t)DESK_WELL_MS * 1000) {
        camera->down = false;
        say(camera, SIGNAL_KIND_RESTORE, "eye.well", "the program that calls it runs again");
    }
}
