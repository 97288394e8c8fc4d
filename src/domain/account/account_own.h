/* What the files of this folder have from each other. */
#ifndef DOMAIN_ACCOUNT_ACCOUNT_OWN_H
#define DOMAIN_ACCOUNT_ACCOUNT_OWN_H

#include "domain/account/account.h"
#include "domain/account/sign_in.h"

/* Which account added which: folded from who wrote "account.added", so that a ledger of any age
 * says it. The id is the account's; Chancery's own have no row. */
#define ACCOUNT_MAKER_FIELDS(F, T)                                         \
    RECORD_FIELDS(F, T)                                                    \
    F(T, id, _, person, REQUIRED | INDEXED, 0, 0, "person of the account") \
    F(T, id, _, made_by, REQUIRED, 0, 0, "account that added it")
SHAPE_DECLARE(account_maker, ACCOUNT_MAKER_FIELDS);

/* The rules of the records, beyond their shapes. */
record_check compartment_check, role_check, account_check;

account_origin_fn account_origin;
fold_fn account_fold_added, account_fold_person_erased;

extern const struct decision sign_in_decisions[];
extern const struct reaction sign_in_reactions[];
extern const struct route account_routes[];

#endif
