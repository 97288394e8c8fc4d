/* The mission and its ground: sites, buildings, zones, and the plan of the compound. */
#ifndef DOMAIN_MISSION_MISSION_H
#define DOMAIN_MISSION_MISSION_H

#include "core/module.h"

extern const struct module mission_module;

/* The one mission of this ledger, by its id. NOT_FOUND before it is named. */
struct mission;
rc mission_get(struct ctx *c, struct picture *picture, struct mission *ret);

/* ---- shapes ---------------------------------------------------------------------------------- */

#define MISSION_KINDS(X, E)                                                            \
    X(E, EMBASSY, "embassy", "accredited to the host State")                           \
    X(E, CONSULATE_GENERAL, "consulate-general", "consular post with a wide district") \
    X(E, CONSULATE, "consulate", "consular post")                                      \
    X(E, PERMANENT_MISSION, "permanent-mission", "accredited to an organisation")      \
    X(E, LIAISON_OFFICE, "liaison-office", "without full accreditation")
SHAPE_DECLARE_CHOICES(mission_kind, MISSION_KIND, MISSION_KINDS);

#define MISSION_FIELDS(F, T)                                                            \
    RECORD_FIELDS(F, T)                                                                 \
    F(T, text, line, name, REQUIRED | TITLE, 1, 120, "what it is called")               \
    F(T, choice, mission_kind, kind, REQUIRED, 0, 0, "what it is in law")               \
    F(T, text, line, sending_state, REQUIRED, 1, 80, "the State it represents")         \
    F(T, text, line, host_state, REQUIRED, 1, 80, "the State it is in")                 \
    F(T, text, line, city, REQUIRED, 1, 80, "where it is")                              \
    F(T, text, zone, time_zone, REQUIRED, 1, 60, "its own time, as in the tz database") \
    F(T, place, _, place, 0, 0, 0, "for maps of the whole world")                       \
    F(T, text, phone, phone, 0, 3, 30, "the number that is answered at any hour")
SHAPE_DECLARE(mission, MISSION_FIELDS);

#define ADDRESS_FIELDS(F, T)                                        \
    F(T, text, line, street, SEARCHED, 1, 160, "street and number") \
    F(T, text, line, postcode, 0, 1, 20, "postal code")             \
    F(T, text, line, city, SEARCHED, 1, 80, "city")                 \
    F(T, text, line, district, SEARCHED, 1, 80, "district or quarter")
SHAPE_DECLARE(address, ADDRESS_FIELDS);

#define SITE_KINDS(X, E)                                             \
    X(E, CHANCERY, "chancery", "the mission's offices")              \
    X(E, CONSULAR, "consular", "consular section on its own ground") \
    X(E, RESIDENCE, "residence", "residence of the head of mission") \
    X(E, ANNEX, "annex", "offices elsewhere")                        \
    X(E, HOUSING, "housing", "homes of staff")                       \
    X(E, WAREHOUSE, "warehouse", "stores and workshops")             \
    X(E, SCHOOL, "school", "school or club of the community")        \
    X(E, OTHER, "other", "anything else the mission is answerable for")
SHAPE_DECLARE_CHOICES(site_kind, SITE_KIND, SITE_KINDS);

#define SITE_FIELDS(F, T)                                                                         \
    RECORD_FIELDS(F, T)                                                                           \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 80, "what people call it")               \
    F(T, choice, site_kind, kind, REQUIRED | INDEXED, 0, 0, "what it is for")                     \
    F(T, record, address, address, 0, 0, 0, "where it is")                                        \
    F(T, place, _, place, 0, 0, 0, "its main gate")                                               \
    F(T, opt_i64, _, setback_cm, 0, 0, 100000, "least distance of a building from the perimeter") \
    F(T, text, block, note, SEARCHED, 0, 2000, "what a newcomer should know")
SHAPE_DECLARE(site, SITE_FIELDS);

#define BUILDING_FIELDS(F, T)                                                \
    RECORD_FIELDS(F, T)                                                      \
    F(T, ref, site, site, REQUIRED | INDEXED, 0, 0, "the site it stands on") \
    F(T, text, line, name, REQUIRED | TITLE, 1, 80, "what people call it")   \
    F(T, i64, _, floors, 0, 0, 200, "storeys above the ground")              \
    F(T, i64, _, basements, 0, 0, 20, "storeys below it")                    \
    F(T, opt_i64, _, occupants, 0, 0, 100000, "people on a working day")     \
    F(T, text, block, note, SEARCHED, 0, 2000, "construction, tenants, weak points")
SHAPE_DECLARE(building, BUILDING_FIELDS);

#define ZONE_KINDS(X, E)                                                     \
    X(E, PERIMETER, "perimeter", "fence, wall and what is just inside")      \
    X(E, GATE, "gate", "vehicle or pedestrian entry")                        \
    X(E, GROUNDS, "grounds", "open ground inside the perimeter")             \
    X(E, PARKING, "parking", "vehicles")                                     \
    X(E, PUBLIC, "public", "visitors without escort, in opening hours")      \
    X(E, RECEPTION, "reception", "visitors are met and screened")            \
    X(E, GENERAL, "general", "staff, and visitors with escort")              \
    X(E, CONTROLLED, "controlled", "named staff only")                       \
    X(E, SECURE, "secure", "cleared staff only, alarmed when empty")         \
    X(E, SAFE_HAVEN, "safe-haven", "where people hold out until help comes") \
    X(E, CONTROL_POST, "control-post", "from where the site is watched")     \
    X(E, UTILITY, "utility", "power, water, air, lines")
SHAPE_DECLARE_CHOICES(zone_kind, ZONE_KIND, ZONE_KINDS);

#define ZONE_FIELDS(F, T)                                                                  \
    RECORD_FIELDS(F, T)                                                                    \
    F(T, ref, site, site, REQUIRED | INDEXED, 0, 0, "the site it is part of")              \
    F(T, ref, building, building, INDEXED, 0, 0, "the building it is in, if it is in one") \
    F(T, text, line, name, REQUIRED | TITLE, 1, 80, "name on the plan")                    \
    F(T, choice, zone_kind, kind, REQUIRED | INDEXED, 0, 0, "who may be there")            \
    F(T, i64, _, floor, 0, -20, 200, "0 is the ground floor")                              \
    F(T, opt_i64, _, occupants_max, 0, 0, 100000, "people it can hold")                    \
    F(T, ref, zone, within, INDEXED, 0, 0, "the zone around it, which is entered first")
SHAPE_DECLARE(zone, ZONE_FIELDS);

enum { PLAN_BYTES_MAX = 48000 };
#define PLAN_FIELDS(F, T)                                                                     \
    RECORD_FIELDS(F, T)                                                                       \
    F(T, ref, site, site, REQUIRED | INDEXED, 0, 0, "the site it shows")                      \
    F(T, text, line, name, REQUIRED | TITLE, 1, 80, "\"Ground floor\", \"Compound\"")         \
    F(T, i64, _, floor, 0, -20, 200,                                                          \
      "the storey it shows; 0 for the ground floor and the whole compound")                   \
    F(T, json, _, drawing, REQUIRED, 2, PLAN_BYTES_MAX,                                       \
      "GeoJSON FeatureCollection; a feature's property \"zone\" names the zone it outlines, " \
      "\"what\" what else it draws: wall, partition, door, window, stairs, lift")
SHAPE_DECLARE(plan, PLAN_FIELDS);

#endif
