/* The records of the mission and of its places: post, sites, buildings, zones, drawings. */
#include "domain/mission/mission.h"

SHAPE_DEFINE_CHOICES(mission_kind, MISSION_KIND, MISSION_KINDS);
SHAPE_DEFINE_CHOICES(site_kind, SITE_KIND, SITE_KINDS);
SHAPE_DEFINE_CHOICES(zone_kind, ZONE_KIND, ZONE_KINDS);

SHAPE_DEFINE(mission, MISSION_FIELDS, 1, "The mission itself");
SHAPE_DEFINE(address, ADDRESS_FIELDS, 1, "A postal address");
SHAPE_DEFINE(site, SITE_FIELDS, 1, "Ground that the mission is answerable for");
SHAPE_DEFINE(building, BUILDING_FIELDS, 1, "A building on a site");
SHAPE_DEFINE(zone, ZONE_FIELDS, 1, "A part of a site with one rule for who may be there");
SHAPE_DEFINE(plan, PLAN_FIELDS, 1, "A drawing of a site or a storey");
