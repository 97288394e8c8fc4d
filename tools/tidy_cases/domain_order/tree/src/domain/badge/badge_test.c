/* A test may have anybody further left. */
#include "domain/hall/hall.h"
