/* What the files of this folder have from each other. */
#ifndef DOMAIN_ARMING_ARMING_OWN_H
#define DOMAIN_ARMING_ARMING_OWN_H

#include "domain/arming/arming.h"
#include "domain/mission/mission.h"
#include "domain/source/source.h"

#define PERMIT_ZONE_ARM "zone.arm"

#define ZONE_ARM_FIELDS(F, T)                                                           \
    F(T, flag, _, accept, 0, 0, 0,                                                      \
      "arm although not everything is ready; what is open is bypassed until it closes") \
    F(T, text, block, why, 0, 3, 500, "why that is accepted")
SHAPE_DECLARE(zone_arm, ZONE_ARM_FIELDS);

struct readiness {
    struct not_ready items[NOT_READY_MAX];
    size_t count, whole; /* listed, and all */
};
/* What stands in the way of arming a zone, as far as `reader` may know (NULL: all). */
rc zone_readiness(struct ctx *c, struct picture *picture, struct str zone,
                  const struct clearance *reader, struct readiness *ret);

extern const struct event_kind zone_armed_kind, zone_disarmed_kind;
decide_fn zone_decide_arm, zone_decide_disarm;
serve_fn zones_serve_states, zones_serve_readiness;

#endif
