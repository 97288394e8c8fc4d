/* The rows and facts of sign-in. None of the vault's rows is ever in the ledger. */
#include "domain/account/sign_in.h"

SHAPE_DEFINE_CHOICES(sign_in_method, SIGN_IN_METHOD, SIGN_IN_METHODS);
SHAPE_DEFINE_CHOICES(key_algorithm, KEY_ALGORITHM, KEY_ALGORITHMS);
SHAPE_DEFINE_CHOICES(sign_in_failure, SIGN_IN_FAILURE, SIGN_IN_FAILURES);

SHAPE_DEFINE(passkey, PASSKEY_FIELDS, 1, "A key that somebody signs in with");
SHAPE_DEFINE(password, PASSWORD_FIELDS, 1, "A password and its authenticator app");
SHAPE_DEFINE(recovery, RECOVERY_FIELDS, 1, "Recovery codes");
SHAPE_DEFINE(enrolment, ENROLMENT_FIELDS, 1, "A one-time link to enrol");
SHAPE_DEFINE(session, SESSION_FIELDS, 1, "Somebody signed in on a device");
SHAPE_DEFINE(token, TOKEN_FIELDS, 1, "The right of a program to act for an account");

SHAPE_DEFINE(session_opening, SESSION_OPENING_FIELDS, 1, "A session to open");
SHAPE_DEFINE(session_ending, SESSION_ENDING_FIELDS, 1, "Sessions to end");
SHAPE_DEFINE(passkey_adding, PASSKEY_ADDING_FIELDS, 1, "A passkey to add");
SHAPE_DEFINE(password_setting, PASSWORD_SETTING_FIELDS, 1, "A password to set");
SHAPE_DEFINE(passkey_naming, PASSKEY_NAMING_FIELDS, 1, "A new name for a passkey");
SHAPE_DEFINE(touch, TOUCH_FIELDS, 1, "That something was used");

SHAPE_DEFINE(failed_sign_in, FAILED_SIGN_IN_FIELDS, 1, "An attempt to sign in that was refused");
SHAPE_DEFINE(session_fact, SESSION_FACT_FIELDS, 1, "What is told of a session");
SHAPE_DEFINE(way_fact, WAY_FACT_FIELDS, 1, "What is told of a way in");

#define SEALED(name_, body_, help_)                                                        \
    {                                                                                      \
        .name = name_, .help = help_, .body = &body_##_shape, .read = PERMIT_SIGN_IN_READ, \
        .sealed = true                                                                     \
    }

const struct event_kind sign_in_failed = {
    .name = "sign-in.failed",
    .help = "Somebody could not prove who they are",
    .body = &failed_sign_in_shape,
    .read = PERMIT_SIGN_IN_READ,
};
const struct event_kind session_opened = SEALED("session.opened", session_fact, "Signed in");
const struct event_kind session_ended = SEALED("session.ended", way_fact, "Signed out");
const struct event_kind passkey_added = SEALED("passkey.added", way_fact, "A new passkey");
const struct event_kind passkey_removed = SEALED("passkey.removed", way_fact, "A passkey less");
const struct event_kind password_set = SEALED("password.set", way_fact, "A new password");
const struct event_kind password_removed = SEALED("password.removed", way_fact, "No password");
const struct event_kind recovery_made = SEALED("recovery.made", way_fact, "New recovery codes");
const struct event_kind enrolment_made = SEALED("enrolment.made", way_fact, "A link to enrol");
const struct event_kind enrolment_used = SEALED("enrolment.used", way_fact, "A link was used");
const struct event_kind token_made = SEALED("token.made", way_fact, "A program may act for them");
const struct event_kind token_revoked = SEALED("token.revoked", way_fact, "A program may no more");
