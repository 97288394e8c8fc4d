/* A case. */
#include "domain/visit/visit.h"
#include "writer.h"
#include "base/log.h"
