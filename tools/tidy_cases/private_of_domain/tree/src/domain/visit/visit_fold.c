/* A case. */
#include "domain/people/people_shape.h"
#include "domain/people/people.h"
