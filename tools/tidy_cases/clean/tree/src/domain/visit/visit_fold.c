/* A case. */
#include "core/module.h"
#include "domain/people/people.h"
#include "domain/visit/visit_shape.h"
