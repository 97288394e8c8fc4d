#include "domain/mission/mission.h"

#include "domain/mission/mission_own.h"

#define READ  "mission.read"
#define WRITE "mission.write"

const struct module mission_module = {
    .name = "mission",
    .help = "The mission and its ground: sites, buildings, zones, plans",
    .records =
        (const struct record[]){
            {&mission_shape, "missions", READ, WRITE, .check = mission_check},
            {&site_shape, "sites", READ, WRITE},
            {&building_shape, "buildings", READ, WRITE},
            {&zone_shape, "zones", READ, WRITE, .check = zone_check},
            {&plan_shape, "plans", READ, WRITE, .check = plan_check},
            {0},
        },
    .permissions =
        (const struct permission[]){
            {READ, "See the mission, its sites, buildings, zones and plans"},
            {WRITE, "Change them"},
            {0},
        },
};
