/* Arming of zones: shapes and events, what those do to the picture, the routes, and the module. */
#include "domain/arming/arming_own.h"
#include "domain/arming/arming_view.h"

#include "domain/mission/mission.h"

SHAPE_DEFINE(not_ready, NOT_READY_FIELDS, 1, "A reason not to arm a zone");
SHAPE_DEFINE(zone_arming, ZONE_ARMING_FIELDS, 1, "Whether a zone is armed");
SHAPE_DEFINE(zone_arm, ZONE_ARM_FIELDS, 1, "Arming a zone");

EVENT_KIND(zone_armed, "zone.armed", zone_arming, WATCH_READ, "A zone is armed",
           .row = EVENT_PUTS_ROW);
EVENT_KIND(zone_disarmed, "zone.disarmed", zone_arming, WATCH_READ, "A zone is no longer armed",
           .row = EVENT_PUTS_ROW);

static const struct decision decisions[] = {
    DECISION("zone.arm", "Arm it; what is not ready is refused, or accepted with a reason",
             PERMIT_ZONE_ARM, &zone_arm_shape, zone_decide_arm, .lane = true),
    DECISION("zone.disarm", "Disarm it", PERMIT_ZONE_ARM, NULL, zone_decide_disarm, .lane = true),
    {0},
};

static const struct route routes[] = {
    ROUTE(GET, "/api/v1/watch/zones", WATCH_READ, "The state of each zone",
          .output = &zone_now_shape, .output_list = true, .serve = zones_serve_states),
    ROUTE(GET, "/api/v1/zones/{id}/readiness", WATCH_READ, "Reasons not to arm it",
          .output = &zone_readiness_view_shape, .serve = zones_serve_readiness),
    ROUTE_COMMAND("/api/v1/zones/{id}/arm", "zone.arm"),
    ROUTE_COMMAND("/api/v1/zones/{id}/disarm", "zone.disarm"),
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
    .events = (const struct event_kind *const[]){&zone_armed_kind, &zone_disarmed_kind, NULL},
    .decisions = decisions,
    .routes = routes,
    .permissions =
        (const struct permission[]){
            {PERMIT_ZONE_ARM, "Arm and disarm zones"},
            {0},
        },
};
