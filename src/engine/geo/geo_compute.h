/* The rows of `chancery compute` that are about the ground; a row of zeros at the end. */
#ifndef ENGINE_GEO_GEO_COMPUTE_H
#define ENGINE_GEO_GEO_COMPUTE_H

#include "engine/kit/compute.h"

extern const struct compute geo_computes[];

#endif
