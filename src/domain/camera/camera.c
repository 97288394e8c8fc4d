/* The records, events and routes of cameras and their pictures, and the module. */
#include "domain/camera/camera_own.h"

#include "adapter/onvif/address.h"

SHAPE_DEFINE_CHOICES(camera_condition, CAMERA_CONDITION, CAMERA_CONDITIONS);
SHAPE_DEFINE(camera, CAMERA_FIELDS, 1, "A camera that Chancery connects to");
SHAPE_DEFINE(camera_state, CAMERA_STATE_FIELDS, 1, "The state of a camera");
SHAPE_DEFINE(snapshot_ask, SNAPSHOT_ASK_FIELDS, 1, "A requested picture");
SHAPE_DEFINE(snapshot, SNAPSHOT_FIELDS, 1, "A picture taken for an alarm");
SHAPE_DEFINE(snapshot_image, SNAPSHOT_IMAGE_FIELDS, 1, "The picture itself");
SHAPE_DEFINE(snapshot_given, SNAPSHOT_GIVEN_FIELDS, 1, "What a camera delivered");
SHAPE_DEFINE(snapshot_missed, SNAPSHOT_MISSED_FIELDS, 1, "A picture that could not be taken");
SHAPE_DEFINE(snapshot_room, SNAPSHOT_ROOM_FIELDS, 1, "How many pictures are held");
SHAPE_DEFINE(snapshot_end, SNAPSHOT_END_FIELDS, 1, "Why a picture is deleted");

EVENT_KIND(snapshot_asked, "snapshot.asked", snapshot_ask, PERMIT_SNAPSHOT_READ,
           "A picture was requested for an alarm");
EVENT_KIND(snapshot_taken, "snapshot.taken", snapshot, PERMIT_SNAPSHOT_READ,
           "A picture was taken; its digest proves it", .row = EVENT_PUTS_ROW);
EVENT_KIND(snapshot_missed, "snapshot.missed", snapshot_missed, PERMIT_SNAPSHOT_READ,
           "A picture could not be taken");
EVENT_KIND(snapshot_deleted, "snapshot.deleted", snapshot, PERMIT_SNAPSHOT_READ,
           "A picture was deleted; its digest stays", .row = EVENT_PUTS_ROW);

/* ---- the record ------------------------------------------------------------------------------ */

static rc check_address(struct ctx *c, struct str text, const char *field, bool stream)
{
    struct device_address address;
    if (str_absent(text))
        return OK;
    if (!device_address_read(text, &address) || str_is(address.scheme, "rtsp") != stream)
        REFUSE(c, INVALID, "address", field,
               stream ? "use a numeric address without a password: rtsp://192.0.2.20/1"
                      : "use a numeric address without a password: http://192.0.2.20/…");
    return OK;
}

/* Is the camera called where it was called before, or there no more? */
static bool same_place(struct str before, struct str after)
{
    struct device_address was, is;
    if (str_absent(after))
        return true;
    return device_address_read(before, &was) && device_address_read(after, &is) &&
           str_eq(was.scheme, is.scheme) && str_eq(was.host, is.host) && was.port == is.port;
}

/* Nobody sends a password that they do not know to a place of their own. */
static rc check_kept(struct ctx *c, const struct camera *given, const struct camera *before,
                     const struct camera *after)
{
    if (str_absent(after->password) || !str_absent(given->password))
        return OK;
    if (!same_place(before->onvif, after->onvif) || !same_place(before->stream, after->stream) ||
        !same_place(before->still, after->still) || str_compare(before->user, after->user) != 0 ||
        str_compare(before->authority, after->authority) != 0)
        REFUSE(c, INVALID, "again", "password",
               "the address or the user was changed: enter the password again");
    return OK;
}

static rc check(struct ctx *c, struct picture *, const struct command *command, const void *before,
                const void *after)
{
    const struct camera *camera = after;
    if (!camera)
        return OK;
    if (before)
        TRY(check_kept(c, command->input, before, after));
    TRY(check_address(c, camera->onvif, "onvif", false));
    TRY(check_address(c, camera->stream, "stream", true));
    TRY(check_address(c, camera->still, "still", false));
    if (str_absent(camera->onvif) && str_absent(camera->stream) && str_absent(camera->still))
        REFUSE(c, INVALID, "required", "stream",
               "an address is missing: give its ONVIF service, its stream or its still picture");
    bool tls = str_starts(camera->onvif, "https:") || str_starts(camera->still, "https:");
    if (tls && str_absent(camera->authority))
        REFUSE(c, INVALID, "required", "authority",
               "give its certificate authority: without it https proves nothing");
    if (str_absent(camera->user) && !str_absent(camera->password))
        REFUSE(c, INVALID, "required", "user", "a password needs a user");
    return OK;
}

/* Figures only: nothing of it is for the record. */
static rc note(struct ctx *c, struct picture *, const struct command *command,
               struct outcome *outcome)
{
    return outcome_vault_put(c, outcome, &camera_state_shape, command->input);
}

/* ---- the module ------------------------------------------------------------------------------ */

const struct decision camera_decisions[CAMERA_DECISIONS + 1] = {
    [SNAPSHOT_ASK] = DECISION("snapshot.ask", "Ask the cameras of an alarm for a picture now",
                              PERMIT_SNAPSHOT_TAKE, NULL, snapshot_ask_one),
    [SNAPSHOT_KEEP] = DECISION("snapshot.keep", "Store a picture that a camera delivered",
                               PERMIT_CAMERA_WRITE, &snapshot_given_shape, snapshot_keep),
    [SNAPSHOT_MISS] = DECISION("snapshot.miss", "Record that a camera delivered no picture",
                               PERMIT_CAMERA_WRITE, &snapshot_missed_shape, snapshot_miss),
    [SNAPSHOT_DELETE] =
        DECISION("snapshot.delete", "Delete it early; its digest stays", PERMIT_SNAPSHOT_DELETE,
                 &snapshot_end_shape, snapshot_delete, .grave = true),
    [SNAPSHOT_SWEEP] = DECISION("snapshot.sweep", "Delete expired pictures", PERMIT_CAMERA_WRITE,
                                NULL, snapshot_sweep),
    [CAMERA_NOTE] = DECISION("camera.note", "Record a camera's state", PERMIT_CAMERA_WRITE,
                             &camera_state_shape, note),
    {0},
};

static const struct route routes[] = {
    ROUTE(GET, "/api/v1/camera-states", PERMIT_CAMERA_READ, "The state of every camera",
          .output = &camera_state_shape, .output_list = true, .serve = camera_serve_states),
    ROUTE(GET, "/api/v1/cameras/{id}/state", PERMIT_CAMERA_READ,
          "The state of a camera: condition, figures of its stream and its events",
          .output = &camera_state_shape, .serve = camera_serve_state),
    ROUTE(GET, "/api/v1/alarms/{id}/snapshots", PERMIT_SNAPSHOT_READ,
          "The pictures taken for an alarm, the earliest first", .output = &snapshot_shape,
          .output_list = true, .serve = snapshots_serve_of_alarm),
    ROUTE_COMMAND("/api/v1/alarms/{id}/snapshot", "snapshot.ask"),
    ROUTE(GET, "/api/v1/snapshots/{id}/image", PERMIT_SNAPSHOT_READ, "The picture, as JPEG",
          .type = "image/jpeg", .serve = snapshot_serve_image),
    ROUTE_COMMAND("/api/v1/snapshots/{id}/delete", "snapshot.delete"),
    {0},
};

const struct module camera_module = {
    .name = "camera",
    .help = "Cameras, whether they see, and the pictures they take for alarms",
    .needs = NEEDS(&alarm_module, &source_module),
    .records =
        (const struct record[]){
            RECORD(camera, "cameras", PERMIT_CAMERA_READ, PERMIT_CAMERA_WRITE, .check = check),
            {0},
        },
    .tables =
        (const struct table[]){
            {&snapshot_shape, TABLE_PICTURE},
            {&snapshot_image_shape, TABLE_VAULT},
            {&snapshot_room_shape, TABLE_VAULT},
            {&camera_state_shape, TABLE_VAULT},
            {0},
        },
    .events =
        (const struct event_kind *const[]){&snapshot_asked_kind, &snapshot_taken_kind,
                                           &snapshot_missed_kind, &snapshot_deleted_kind, NULL},
    .decisions = camera_decisions,
    .reactions =
        (const struct reaction[]){
            {.on = "alarm.raised", .react = snapshot_on_alarm},
            {.on = "alarm.recurred", .react = snapshot_on_alarm},
            {0},
        },
    .routes = routes,
    .permissions =
        (const struct permission[]){
            {PERMIT_CAMERA_READ, "See cameras and their state"},
            {PERMIT_CAMERA_WRITE, "Change which cameras Chancery connects to, and how"},
            {PERMIT_SNAPSHOT_READ, "See the pictures taken for alarms"},
            {PERMIT_SNAPSHOT_TAKE, "Ask cameras for a picture for an alarm"},
            {PERMIT_SNAPSHOT_DELETE, "Delete pictures early"},
            {0},
        },
};
