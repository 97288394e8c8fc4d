/* A case. */
#include "store/store.h"
