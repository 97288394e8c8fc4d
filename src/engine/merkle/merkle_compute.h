/* The rows of `chancery compute` that are the Merkle tree's; a row of zeros at the end. */
#ifndef ENGINE_MERKLE_MERKLE_COMPUTE_H
#define ENGINE_MERKLE_MERKLE_COMPUTE_H

#include "engine/kit/compute.h"

extern const struct compute merkle_computes[];

#endif
