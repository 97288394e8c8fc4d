/* What the files of this folder have from each other. */
#ifndef DOMAIN_ACCOUNT_ACCOUNT_OWN_H
#define DOMAIN_ACCOUNT_ACCOUNT_OWN_H

#include "domain/account/account.h"
#include "domain/account/sign_in.h"

/* The rules of the records, beyond their shapes. */
record_check compartment_check, role_check, account_check;

extern const struct decision sign_in_decisions[];
extern const struct reaction sign_in_reactions[];
extern const struct route account_routes[];

#endif
