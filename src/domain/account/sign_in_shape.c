/* The rows and facts of sign-in. None of the vault's rows is ever in the ledger. */
#include "domain/account/sign_in.h"

SHAPE_DEFINE_CHOICES(sign_in_method, SIGN_IN_METHOD, SIGN_IN_METHODS);
SHAPE_DEFINE_CHOICES(key_algorithm, KEY_ALGORITHM, KEY_ALGORITHMS);
SHAPE_DEFINE_CHOICES(sign_in_failure, SIGN_IN_FAILURE, SIGN_IN_FAILURES);

SHAPE_DEFINE(passkey, PASSKEY_FIELDS, 1, "A key that somebody signs in with");
SHAPE_DEFINE(password, PASSWORD_FIELDS, 1, "A password and its authenticator app");
SHAPE_DEFINE(recovery, RECOVERY_FIELDS, 1, "Recovery codes");
SHAPE_DEFINE(enrolment, ENROLMENT_FIELDS, 1, "A one-time enrolment link");
SHAPE_DEFINE(session, SESSION_FIELDS, 1, "Somebody signed in on a device");
SHAPE_DEFINE(token, TOKEN_FIELDS, 1, "The right of a program to act for an account");

SHAPE_DEFINE(session_opening, SESSION_OPENING_FIELDS, 1, "A session to open");
SHAPE_DEFINE(session_ending, SESSION_ENDING_FIELDS, 1, "Sessions to end");
SHAPE_DEFINE(passkey_adding, PASSKEY_ADDING_FIELDS, 1, "A passkey to add");
SHAPE_DEFINE(password_setting, PASSWORD_SETTING_FIELDS, 1, "A password to set");
SHAPE_DEFINE(passkey_naming, PASSKEY_NAMING_FIELDS, 1, "A new name for a passkey");
SHAPE_DEFINE(touch, TOUCH_FIELDS, 1, "That something was used");

SHAPE_DEFINE(failed_sign_in, FAILED_SIGN_IN_FIELDS, 1, "An attempt to sign in that was refused");
SHAPE_DEFINE(failed_from, FAILED_FROM_FIELDS, 1, "Where an attempt to sign in came from");
SHAPE_DEFINE(session_fact, SESSION_FACT_FIELDS, 1, "What is told of a session");
SHAPE_DEFINE(proof_fact, PROOF_FACT_FIELDS, 1, "What somebody proved who they are for");
SHAPE_DEFINE(way_fact, WAY_FACT_FIELDS, 1, "What is told of a way in");

#define SEALED(symbol, name_, shape_, help_) \
    EVENT_KIND(symbol, name_, shape_, PERMIT_SIGN_IN_READ, help_, .sealed = true)

EVENT_KIND(sign_in_failed, "sign-in.failed", failed_sign_in, PERMIT_SIGN_IN_READ,
           "Somebody could not prove who they are");
SEALED(sign_in_tried, "sign-in.tried", failed_from, "Where a failed attempt came from");
SEALED(session_opened, "session.opened", session_fact, "Signed in");
SEALED(session_proved, "session.proved", proof_fact, "Proved who they are, for one act");
SEALED(session_ended, "session.ended", way_fact, "Signed out");
SEALED(passkey_added, "passkey.added", way_fact, "A passkey was added");
SEALED(passkey_removed, "passkey.removed", way_fact, "A passkey was removed");
SEALED(password_set, "password.set", way_fact, "A password was set");
SEALED(password_removed, "password.removed", way_fact, "No password");
SEALED(recovery_made, "recovery.made", way_fact, "Recovery codes were made");
SEALED(enrolment_made, "enrolment.made", way_fact, "An enrolment link was made");
SEALED(enrolment_confirmed, "enrolment.confirmed", way_fact,
       "A second officer let a link open an account");
SEALED(enrolment_voided, "enrolment.voided", way_fact, "A link was made void");
SEALED(enrolment_used, "enrolment.used", way_fact, "A link was used");
SEALED(token_made, "token.made", way_fact, "A token was made for a program");
SEALED(token_revoked, "token.revoked", way_fact, "A token was revoked");
