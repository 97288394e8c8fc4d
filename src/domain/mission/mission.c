#include "domain/mission/mission.h"

#include "domain/mission/mission_own.h"

#define READ  "mission.read"
#define WRITE "mission.write"

const struct module mission_module = {
    .name = "mission",
    .help = "The mission and its ground: sites, buildings, zones, plans",
    .records =
        (const struct record[]){
            RECORD(mission, "missions", READ, WRITE, .check = mission_check),
            RECORD(site, "sites", READ, WRITE,
                   .attachments = {.most = 40, .kinds = "image/jpeg image/png application/pdf"}),
            RECORD(building, "buildings", READ, WRITE),
            RECORD(zone, "zones", READ, WRITE, .check = zone_check),
            RECORD(plan, "plans", READ, WRITE, .check = plan_check),
            {0},
        },
    .permissions =
        (const struct permission[]){
            {READ, "See the mission, its sites, buildings, zones and plans"},
            {WRITE, "Change them"},
            {0},
        },
};
