#include "base/str.h"
#include "unit.h"
