/* What the files of this folder have from each other. */
#ifndef DOMAIN_PEOPLE_PEOPLE_OWN_H
#define DOMAIN_PEOPLE_PEOPLE_OWN_H

#include "domain/people/people.h"

record_check person_check;

extern const struct decision people_decisions[];

#endif
