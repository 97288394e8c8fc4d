/* A case. */
#include "base/log.h"
