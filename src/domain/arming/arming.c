/* Arming of zones: shapes and events, what those do to the picture, the routes, and the module. */
#include "domain/arming/arming_own.h"
#include "domain/arming/arming_view.h"

#include "domain/mission/mission.h"

SHAPE_DEFINE(not_ready, NOT_READY_FIELDS, 1, "Something that speaks against arming a zone");
SHAPE_DEFINE(zone_arming, ZONE_ARMING_FIELDS, 1, "Whether a zone is armed");
SHAPE_DEFINE(zone_arm, ZONE_ARM_FIELDS, 1, "Arming a zone");

#define KIND(symbol, name_, shape_, help_)    \
    const struct event_kind symbol##_kind = { \
        .name = name_, .help = help_, .body = &shape_##_shape, .read = WATCH_READ}

KIND(zone_armed, "zone.armed", zone_arming, "A zone is armed");
KIND(zone_disarmed, "zone.disarmed", zone_arming, "A zone is not armed any more");

static const struct event_kind *const events[] = {
    &zone_armed_kind,
    &zone_disarmed_kind,
    NULL,
};

static rc fold_row(struct ctx *c, struct picture *picture, const struct event *event)
{
    return picture_put(c, picture, event->kind->body, event->body, event);
}

static const struct fold folds[] = {
    {&zone_armed_kind, fold_row},
    {&zone_disarmed_kind, fold_row},
    {0},
};

enum { ZONE_ARM, ZONE_DISARM };
static const struct decision decisions[] = {
    [ZONE_ARM] = {.name = "zone.arm",
                  .help = "Arm a zone, knowing what is not ready",
                  .permission = PERMIT_ZONE_ARM,
                  .input = &zone_arm_shape,
                  .decide = zone_decide_arm},
    [ZONE_DISARM] = {.name = "zone.disarm",
                     .help = "Disarm a zone",
                     .permission = PERMIT_ZONE_ARM,
                     .decide = zone_decide_disarm},
    {0},
};

#define COMMAND(path_, permission_, help_, number_, ...)                                          \
    ROUTE(POST, path_, permission_, help_, .serve = alarm_lane_serve, .arg = &decisions[number_], \
          __VA_ARGS__)

static const struct route routes[] = {
    ROUTE(GET, "/api/v1/watch/zones", WATCH_READ, "How each zone is", .output = &zone_now_shape,
          .output_list = true, .serve = zones_serve_states),
    ROUTE(GET, "/api/v1/zones/{id}/readiness", WATCH_READ, "What speaks against arming it",
          .output = &zone_readiness_view_shape, .serve = zones_serve_readiness),
    COMMAND("/api/v1/zones/{id}/arm", PERMIT_ZONE_ARM,
            "Arm it; what is not ready is refused, or accepted with a reason", ZONE_ARM,
            .input = &zone_arm_shape),
    COMMAND("/api/v1/zones/{id}/disarm", PERMIT_ZONE_ARM, "Disarm it", ZONE_DISARM, ),
    {0},
};

const struct module arming_module = {
    .name = "arming",
    .help = "Which zones are armed, and what is not ready for it",
    .needs = NEEDS(&mission_module, &source_module),
    .tables =
        (const struct table[]){
            {&zone_arming_shape, TABLE_PICTURE},
            {0},
        },
    .events = events,
    .decisions = decisions,
    .folds = folds,
    .routes = routes,
    .permissions =
        (const struct permission[]){
            {PERMIT_ZONE_ARM, "Arm and disarm zones"},
            {0},
        },
};
