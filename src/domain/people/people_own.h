/* What the files of this folder have from each other. */
#ifndef DOMAIN_PEOPLE_PEOPLE_OWN_H
#define DOMAIN_PEOPLE_PEOPLE_OWN_H

#include "domain/people/people.h"

/* The rules of the records, beyond their shapes. */
record_check person_check, compartment_check, role_check, account_check;

/* May this actor hand out this role? `before` (may be NULL) is what it gave already. */
rc people_may_grant_role(struct ctx *c, struct picture *picture, const struct actor *actor,
                         const struct role *before, const struct role *role);

extern const struct decision people_decisions[];
extern const struct fold people_folds[];
extern const struct route people_routes[];

#endif
