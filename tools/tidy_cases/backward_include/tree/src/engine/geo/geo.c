/* A case. */
#include "engine/rules/rules.h"
#include "engine/geo/point.h"
