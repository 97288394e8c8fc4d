/* A case. */
#include <string.h>
#include "shape/shape.h"
