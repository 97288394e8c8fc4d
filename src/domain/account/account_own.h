/* What the files of this folder have from each other. */
#ifndef DOMAIN_ACCOUNT_ACCOUNT_OWN_H
#define DOMAIN_ACCOUNT_ACCOUNT_OWN_H

#include "domain/account/account.h"
#include "domain/account/sign_in.h"

/* Which account let somebody into which: folded from who wrote "account.added", "enrolment.made"
 * and "token.made", so that a ledger of any age says it. The id is the number of that event; what
 * Chancery itself did, or an account for its own, has no row. */
#define ACCOUNT_LET_IN_FIELDS(F, T)                                        \
    RECORD_FIELDS(F, T)                                                    \
    F(T, id, _, account, REQUIRED | INDEXED, 0, 0, "the account")          \
    F(T, id, _, person, REQUIRED | INDEXED, 0, 0, "person of the account") \
    F(T, id, _, let_in_by, REQUIRED, 0, 0, "account that gave the way into it")
SHAPE_DECLARE(account_let_in, ACCOUNT_LET_IN_FIELDS);

/* The rules of the records, beyond their shapes. */
record_check compartment_check, role_check, account_check;

account_origin_fn account_origin;

/* May this actor open an account of a person who has one already? The person may, and whoever is a
 * person other than those who let somebody into it; FORBIDDEN says why not. */
rc account_check_second(struct ctx *c, struct picture *picture, const struct actor *actor,
                        const struct account *account);

caller_now_fn account_caller_now;
spend_proof_fn account_spend_proof;
fold_fn account_fold_added, account_fold_way, account_fold_person_erased;

/* The live, active account of this id; UNAUTHENTICATED with rule `unknown`. */
rc account_usable(struct ctx *c, struct picture *picture, struct str id, struct account *ret);

/* Add an event about an account, sealed for its person: such facts are the person's own. */
rc account_tell(struct ctx *c, struct outcome *outcome, const struct event_kind *kind,
                const struct account *account, struct str record_id, const void *body);
rc account_tell_way(struct ctx *c, struct outcome *outcome, const struct event_kind *kind,
                    const struct account *account, struct str record_id, struct str name);

/* What of somebody's ways in is decided by others (enrolment_decide.c). */
decide_fn decide_enrolment_make, decide_enrolment_confirm, decide_enrolment_void;

extern const struct decision sign_in_decisions[];
extern const struct reaction sign_in_reactions[];
extern const struct route account_routes[];

#endif
