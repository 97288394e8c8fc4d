/* It needs nobody. */
#include "domain/lost/lost.h"

const struct module desk_module = {.name = "desk"};
