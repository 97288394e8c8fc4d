/* A case. */
#include "base/rc.h"
