/* The records of accounts, and the module. */
#include "domain/account/account_own.h"

#include "domain/people/people.h"

/* ---- forms ----------------------------------------------------------------------------------- */

static bool is_login(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char ch = s.ptr[i];
        bool plain = (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9');
        bool inner = i > 0 && i + 1 < s.len && (ch == '.' || ch == '_' || ch == '-');
        if (!plain && !inner)
            return false;
    }
    return s.len > 0;
}

static bool is_word(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] != '-' && (s.ptr[i] < 'a' || s.ptr[i] > 'z'))
            return false;
    return s.len > 0;
}

static bool is_permission(struct str s)
{
    struct str rest = s, word;
    size_t words = 0;
    while (str_split(&rest, '.', &word)) {
        words++;
        if (str_is(word, "*"))
            return str_absent(rest);
        if (!is_word(word))
            return false;
    }
    return words > 1;
}

const struct text_form text_form_login = {
    "login",
    "a-z, 0-9 and inner dots, dashes and underscores",
    "^[a-z0-9](?:[a-z0-9._\\-]*[a-z0-9])?$",
    is_login,
    "amina.haddad",
};
const struct text_form text_form_permission = {
    "permission",
    "a permission (zone.read), all permissions of a noun (zone.*) or everything (*)",
    "^(?:[a-z\\-]+\\.)*(?:[a-z\\-]+\\.[a-z\\-]+|\\*)$",
    is_permission,
    "zone.read",
};

/* ---- records --------------------------------------------------------------------------------- */

SHAPE_DEFINE_CHOICES(account_kind, ACCOUNT_KIND, ACCOUNT_KINDS);
SHAPE_DEFINE_CHOICES(account_status, ACCOUNT_STATUS, ACCOUNT_STATUSES);

SHAPE_DEFINE(compartment, COMPARTMENT_FIELDS, 1, "Records that only its members may read");
SHAPE_DEFINE_CHOICES(role_opening, ROLE_OPENING, ROLE_OPENINGS);
SHAPE_DEFINE(role, ROLE_FIELDS, 1, "What somebody may do and read in their function");
SHAPE_DEFINE(account, ACCOUNT_FIELDS, 1, "The right of a person or program to use Chancery");

const struct module account_module = {
    .name = "account",
    .help = "Who may do and read what, and how they sign in",
    .needs = NEEDS(&people_module),
    .records =
        (const struct record[]){
            RECORD(compartment, "compartments", "compartment.read", "compartment.write",
                   .check = compartment_check, .grave = true),
            RECORD(role, "roles", "role.read", "role.write", .check = role_check, .grave = true),
            RECORD(account, "accounts", "account.read", "account.write", .personal = true,
                   .subject = "person", .check = account_check, .unheld = true, .grave = true),
            {0},
        },
    .tables =
        (const struct table[]){
            {&account_let_in_shape, TABLE_PICTURE},
            {&passkey_shape, TABLE_VAULT},
            {&password_shape, TABLE_VAULT},
            {&recovery_shape, TABLE_VAULT},
            {&enrolment_shape, TABLE_VAULT},
            {&session_shape, TABLE_VAULT},
            {&token_shape, TABLE_VAULT},
            {0},
        },
    .events =
        (const struct event_kind *const[]){
            &sign_in_failed_kind, &sign_in_tried_kind, &session_opened_kind, &session_proved_kind,
            &session_ended_kind, &passkey_added_kind, &passkey_removed_kind, &password_set_kind,
            &password_removed_kind, &recovery_made_kind, &enrolment_made_kind,
            &enrolment_confirmed_kind, &enrolment_voided_kind, &enrolment_used_kind,
            &token_made_kind, &token_revoked_kind, NULL},
    .decisions = sign_in_decisions,
    .folds = (const struct fold[]){{&person_erased_kind, account_fold_person_erased},
                                   {&enrolment_made_kind, account_fold_way},
                                   {&token_made_kind, account_fold_way},
                                   {0}},
    .folds_on = (const struct fold_on[]){{"account.added", account_fold_added}, {0}},
    .reactions = sign_in_reactions,
    .routes = account_routes,
    .permissions =
        (const struct permission[]){
            {"compartment.read", "See compartments"},
            {"compartment.write", "Add, change and retire compartments"},
            {"role.read", "See roles"},
            {"role.write", "Add, change and retire roles, within one's own rights"},
            {"account.read", "See accounts"},
            {"account.write", "Add, change, suspend and retire accounts, within one's own rights"},
            {PERMIT_SIGN_IN_READ, "See who signed in, and who failed to"},
            {"account.enrol",
             "Make enrolment links, for accounts with no more rights than one's own"},
            {0},
        },
    .account_origin = account_origin,
    .callers =
        &(const struct callers){
            .tables = (const struct shape *const[]){&account_shape, &role_shape, &session_shape,
                                                    &token_shape, NULL},
            .now = account_caller_now,
            .spend = account_spend_proof,
        },
};
