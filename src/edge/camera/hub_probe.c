/* One camera's probe: how it is started, what it says, and what follows when it ends. */
#include "edge/camera/hub_own.h"

#include "base/log.h"

#include <assert.h>
#include <sys/wait.h>
#include <unistd.h>

static_assert((int)PROBE_IMAGE_BYTES_MAX == (int)SNAPSHOT_BYTES_MAX);
static_assert((int)PROBE_IMAGE_SIDE_MAX == (int)SNAPSHOT_SIDE_MAX);
static_assert((int)PROBE_AUTHORITY_MAX == (int)CAMERA_AUTHORITY_MAX);
static_assert((int)PROBE_FREEZE_MS_MAX == (int)CAMERA_FREEZE_MS_MAX);
static_assert((int)PROBE_BLIP_MS_MAX == (int)CAMERA_BLIP_MS_MAX);

/* As much of a text as there is room for, to the edge of a character. */
static void copy_text(char *to, size_t room, struct str text)
{
    struct str part = str_sub(text, 0, room - 1);
    while (part.len > 0 && !str_is_utf8(part))
        part.len--;
    if (part.len > 0)
        memcpy(to, part.ptr, part.len);
    to[part.len] = '\0';
}

static struct mono now(const struct hub_camera *camera)
{
    return clock_mono(&camera->hub->scratch);
}

static struct mono after_ms(struct mono t, int64_t ms)
{
    return (struct mono){t.us + ms * 1000};
}

void hub_set(struct hub_camera *camera, enum camera_condition condition, const char *why)
{
    if (camera->state.condition != condition)
        camera->state.since = clock_now(&camera->hub->scratch);
    camera->state.condition = condition;
    snprintf(camera->why, sizeof camera->why, "%s", why);
}

/* ---- its beginning and its end --------------------------------------------------------------- */

static void say(struct hub_camera *camera, enum signal_kind kind, const char *code,
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
    if (hub_signal(camera, &signal))
        hub_flush(camera);
}

static void give_up_looks(struct hub_camera *camera, const char *why)
{
    for (size_t i = 0; i < HUB_LOOKS; i++) {
        if (camera->looks[i].ticket)
            hub_miss(camera, camera->looks[i].alarm, why);
        camera->looks[i].ticket = 0;
    }
    camera->head.ticket = 0;
}

static rc give_order(struct ctx *c, const struct hub_camera *camera, int fd)
{
    const struct camera *record = &camera->camera;
    const struct probe_order order = {
        .onvif = record->onvif,
        .stream = record->stream,
        .still = record->still,
        .user = record->user,
        .password = record->password,
        .authority = record->authority,
        .freeze_ms = record->freeze_ms ? record->freeze_ms : CAMERA_FREEZE_MS,
        .blip_ms = record->blip_ms ? record->blip_ms : CAMERA_BLIP_MS,
    };
    return talk_send_record(c, fd, TALK_ORDER, &probe_order_shape, &order, false);
}

static void send_look(struct hub_camera *camera, struct hub_look *look)
{
    const struct talk_look wanted = {.ticket = look->ticket};
    rc sent = talk_send_record(&camera->hub->scratch, camera->fd, TALK_LOOK, &talk_look_shape,
                               &wanted, false);
    look->sent = rc_ok(sent);
    if (look->sent)
        return;
    hub_miss(camera, look->alarm, "the program that calls the camera does not listen");
    look->ticket = 0;
}

/* What was asked for before there was a probe. */
static void send_looks(struct hub_camera *camera)
{
    for (size_t i = 0; i < HUB_LOOKS; i++)
        if (camera->looks[i].ticket && !camera->looks[i].sent)
            send_look(camera, &camera->looks[i]);
}

void hub_probe_begin(struct hub_camera *camera)
{
    struct hub *hub = camera->hub;
    struct ctx *c = &hub->scratch;
    uint32_t number = ++hub->numbers;
    int pair[2];
    camera->again = after_ms(now(camera), camera->wait_ms);
    camera->wait_ms =
        camera->wait_ms * 2 < HUB_WAIT_MS_MOST ? camera->wait_ms * 2 : HUB_WAIT_MS_MOST;
    if (!rc_ok(talk_pair(c, pair)))
        return;
    rc result = spawner_begin(c, &hub->spawner, number, pair[1]);
    if (rc_ok(result))
        result = give_order(c, camera, pair[0]);
    if (!rc_ok(result)) {
        close(pair[0]);
        hub_set(camera, CAMERA_CONDITION_FAILED, c->fault.message);
        return;
    }
    camera->probe = number;
    camera->fd = pair[0];
    camera->begun = camera->heard = now(camera);
    send_looks(camera);
}

static void end_process(struct hub_camera *camera)
{
    rc told = spawner_end(&camera->hub->scratch, &camera->hub->spawner, camera->probe);
    (void)told; /* without a spawner nobody can */
}

static void hang_up(struct hub_camera *camera)
{
    if (camera->fd >= 0)
        close(camera->fd);
    camera->fd = -1;
}

/* Its end is our wish, and so nothing to be told. */
void hub_probe_end(struct hub_camera *camera)
{
    if (camera->probe != 0) {
        end_process(camera);
        hang_up(camera);
        camera->probe = 0;
    }
    give_up_looks(camera, "the camera's record was changed");
}

void hub_probe_ended(struct hub_camera *camera, int status)
{
    char why[160];
    if (WIFSIGNALED(status))
        snprintf(why, sizeof why, "the program that calls it was ended by signal %d",
                 WTERMSIG(status));
    else
        snprintf(why, sizeof why, "the program that calls it ended with status %d",
                 WEXITSTATUS(status));
    hang_up(camera);
    camera->probe = 0;
    camera->state.deaths++;
    LOG(WARN, "camera.probe_ended", LOG_TEXT("camera", camera->camera.id),
        LOG_TEXT("why", str_from(why)));
    hub_set(camera, CAMERA_CONDITION_FAILED, why);
    give_up_looks(camera, why);
    if (!camera->down)
        say(camera, SIGNAL_KIND_TROUBLE, "eye.ended", why);
    camera->down = true;
    if (now(camera).us - camera->begun.us > (int64_t)HUB_WELL_MS * 1000)
        camera->wait_ms = HUB_WAIT_MS_LEAST;
    camera->again = after_ms(now(camera), camera->wait_ms);
    hub_note(camera);
}

/* ---- what it says ---------------------------------------------------------------------------- */

static void take_signal(struct hub_camera *camera, struct str json)
{
    struct signal signal = {0};
    struct ctx *c = &camera->hub->scratch;
    if (!rc_ok(shape_read(c, &signal_shape, SHAPE_FROM_RECORD, json, &signal))) {
        camera->state.bad++;
        return;
    }
    signal.peer = (struct str){NULL, 0};
    if (hub_signal(camera, &signal))
        hub_flush(camera);
}

static void take_heard(struct hub_camera *camera)
{
    struct signal beat = {
        .kind = SIGNAL_KIND_SUPERVISION,
        .priority = SIGNAL_PRIORITY_NOTE,
        .code_system = STR("camera"),
        .text = STR("heard"),
    };
    if (hub_signal(camera, &beat))
        hub_flush(camera);
}

/* A probe's words for a camera's condition. */
static enum camera_condition condition_of(enum probe_condition condition)
{
    switch (condition) {
    case PROBE_CONDITION_WATCHED:
        return CAMERA_CONDITION_WATCHED;
    case PROBE_CONDITION_FROZEN:
        return CAMERA_CONDITION_FROZEN;
    case PROBE_CONDITION_LOST:
        return CAMERA_CONDITION_LOST;
    case PROBE_CONDITION_REFUSED:
        return CAMERA_CONDITION_REFUSED;
    case PROBE_CONDITION_CALLING:
    case PROBE_CONDITION_UNSET:
        break;
    }
    return CAMERA_CONDITION_CALLING;
}

/* Its figures are its own; who it is, and what we count, is not. */
static void take_state(struct hub_camera *camera, struct str json)
{
    struct probe_state told = {0};
    const struct camera_state ours = camera->state;
    struct ctx *c = &camera->hub->scratch;
    if (!rc_ok(shape_read(c, &probe_state_shape, SHAPE_FROM_RECORD, json, &told))) {
        camera->state.bad++;
        return;
    }
    camera->state = (struct camera_state){
        .condition = ours.condition,
        .since = ours.since,
        .heard = told.heard,
        .model = told.model,
        .codec = told.codec,
        .width = told.width,
        .height = told.height,
        .connects = told.connects,
        .keyframes = told.keyframes,
        .samples = told.samples,
        .alive = told.alive,
        .subscribed = told.subscribed,
        .subscriptions = told.subscriptions,
        .pulls = told.pulls,
        .notifications = told.notifications,
        .bad = told.bad,
        .skew_ms = told.skew_ms,
        .pictures = ours.pictures,
        .missed = ours.missed,
        .deaths = ours.deaths,
    };
    hub_set(camera, condition_of(told.condition), "");
    copy_text(camera->why, sizeof camera->why, told.why);
    hub_note(camera); /* copies what lies in this packet */
    camera->state.model = camera->state.codec = camera->state.why = (struct str){NULL, 0};
}

/* ---- images -------------------------------------------------------------------------------- */

static struct hub_look *look_of(struct hub_camera *camera, int64_t ticket)
{
    for (size_t i = 0; i < HUB_LOOKS && ticket; i++)
        if (camera->looks[i].ticket == ticket)
            return &camera->looks[i];
    return NULL;
}

/* A camera whose probe starts, or starts again, is asked as soon as it runs. */
void hub_probe_look(struct hub_camera *camera, const char *alarm)
{
    struct hub_look *look = NULL;
    for (size_t i = 0; i < HUB_LOOKS && !look; i++)
        if (!camera->looks[i].ticket)
            look = &camera->looks[i];
    if (camera->camera.disabled || !look) {
        hub_miss(camera, alarm, look ? "the camera is switched off" : "too many pictures at once");
        return;
    }
    *look = (struct hub_look){.ticket = ++camera->hub->tickets,
                              .limit = after_ms(now(camera), HUB_LOOK_MS)};
    snprintf(look->alarm, sizeof look->alarm, "%s", alarm);
    if (camera->fd >= 0)
        send_look(camera, look);
}

static void keep_image(struct hub_camera *camera, struct str jpeg)
{
    struct hub_look *look = look_of(camera, camera->head.ticket);
    struct hub_job *job = look ? hub_job_make(camera->hub, HUB_KEEP, camera->number) : NULL;
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
        hub_job_free(job);
        return;
    }
    look->ticket = 0;
    camera->state.pictures++;
    hub_job_submit(job);
}

static void take_image(struct hub_camera *camera, struct str json)
{
    struct talk_image head = {0};
    struct ctx *c = &camera->hub->scratch;
    rc result = shape_read(c, &talk_image_shape, SHAPE_FROM_RECORD, json, &head);
    struct hub_look *look = rc_ok(result) ? look_of(camera, head.ticket) : NULL;
    if (!look) {
        camera->state.bad++;
        return;
    }
    if (head.bytes == 0) {
        char why[240];
        copy_text(why, sizeof why, head.why);
        hub_miss(camera, look->alarm, why[0] ? why : "it gave none");
        look->ticket = 0;
        return;
    }
    /* A clock that was moved meanwhile, or a probe that lies: the time is ours. */
    head.at = clock_now(c);
    head.why = (struct str){NULL, 0};
    camera->head = head;
    arena_reset(camera->jpeg_own.arena);
    text_init(&camera->jpeg, &camera->jpeg_own, (size_t)head.bytes + 1);
}

static void take_part(struct hub_camera *camera, struct str bytes)
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
        keep_image(camera, jpeg);
}

/* ---- seeing to it ---------------------------------------------------------------------------- */

static void take_packet(struct hub_camera *camera, enum talk_kind kind, struct str bytes)
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
    case TALK_IMAGE:
        take_image(camera, bytes);
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

void hub_probe_read(struct hub_camera *camera)
{
    struct ctx *c = &camera->hub->scratch;
    enum { PACKETS = 64 }; /* and then another camera */
    for (int i = 0; i < PACKETS && camera->fd >= 0 && hub_has_room(camera); i++) {
        enum talk_kind kind;
        struct str bytes;
        rc result = talk_take(c, camera->fd, camera->hub->buffer, &kind, &bytes);
        if (result.code == RC_BUSY)
            return;
        if (result.code == RC_IO) { /* it is ending; the spawner says how, if there is one */
            hang_up(camera);
            end_process(camera);
            if (camera->hub->spawner.fd < 0)
                hub_probe_ended(camera, 0);
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

static void end_late_looks(struct hub_camera *camera)
{
    for (size_t i = 0; i < HUB_LOOKS; i++) {
        struct hub_look *look = &camera->looks[i];
        if (!look->ticket || now(camera).us < look->limit.us)
            continue;
        hub_miss(camera, look->alarm,
                 look->sent ? "it did not come in time" : "the camera is not being called");
        look->ticket = 0;
    }
}

void hub_probe_tick(struct hub_camera *camera)
{
    struct mono at = now(camera);
    end_late_looks(camera);
    if (camera->probe == 0) {
        if (!camera->camera.disabled && camera->hub->spawner.fd >= 0 && at.us >= camera->again.us)
            hub_probe_begin(camera);
        return;
    }
    if (!hub_has_room(camera))
        camera->heard = at; /* it is we who do not listen */
    if (at.us - camera->heard.us > (int64_t)HUB_QUIET_MS * 1000) {
        end_process(camera);
        camera->heard = at;
    }
    if (camera->down && at.us - camera->begun.us > (int64_t)HUB_WELL_MS * 1000) {
        camera->down = false;
        say(camera, SIGNAL_KIND_RESTORE, "eye.well", "the program that calls it runs again");
    }
}
