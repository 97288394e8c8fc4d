/* The rules of this domain's records. Private to it. */
#ifndef DOMAIN_MISSION_MISSION_OWN_H
#define DOMAIN_MISSION_MISSION_OWN_H

#include "core/module.h"

record_check mission_check, zone_check, plan_check;

#endif
