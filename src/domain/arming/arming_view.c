#include "domain/arming/arming_view.h"

SHAPE_DEFINE_CHOICES(zone_verdict, ZONE_VERDICT, ZONE_VERDICTS);
SHAPE_DEFINE(zone_now, ZONE_NOW_FIELDS, 1, "The state of a zone");
SHAPE_DEFINE(zone_readiness_view, ZONE_READINESS_FIELDS, 1, "Reasons not to arm a zone");
