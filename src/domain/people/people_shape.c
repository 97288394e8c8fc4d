/* The records of people, and the module. */
#include "domain/people/people_own.h"

/* ---- forms ----------------------------------------------------------------------------------- */

static bool is_digits(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len > 0;
}

/* Whether the calendar has the day is wall_parse's knowledge. */
static bool is_date(struct str s)
{
    char noon[] = "0000-00-00T12:00:00Z";
    struct wall day;
    if (s.len != 10 || !is_digits(str_sub(s, 0, 4)))
        return false;
    for (size_t i = 0; i < s.len; i++)
        noon[i] = s.ptr[i];
    return wall_parse(str_from(noon), &day);
}

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

const struct text_form text_form_date = {
    "date", "a day (2026-11-22)", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", is_date, "2026-11-22",
};
const struct text_form text_form_login = {
    "login",
    "a-z, 0-9 and inner points, dashes and underscores",
    "^[a-z0-9](?:[a-z0-9._\\-]*[a-z0-9])?$",
    is_login,
    "amina.haddad",
};
const struct text_form text_form_permission = {
    "permission",
    "the name of a permission (zone.read), all of a noun (zone.*) or everything (*)",
    "^(?:[a-z\\-]+\\.)*(?:[a-z\\-]+\\.[a-z\\-]+|\\*)$",
    is_permission,
    "zone.read",
};

/* ---- records --------------------------------------------------------------------------------- */

SHAPE_DEFINE_CHOICES(person_category, PERSON_CATEGORY, PERSON_CATEGORIES);
SHAPE_DEFINE_CHOICES(contact_kind, CONTACT_KIND, CONTACT_KINDS);
SHAPE_DEFINE_CHOICES(account_kind, ACCOUNT_KIND, ACCOUNT_KINDS);
SHAPE_DEFINE_CHOICES(account_status, ACCOUNT_STATUS, ACCOUNT_STATUSES);

SHAPE_DEFINE(contact, CONTACT_FIELDS, 1, "A way to reach a person");
SHAPE_DEFINE(emergency_contact, EMERGENCY_CONTACT_FIELDS, 1, "Whom to tell");
SHAPE_DEFINE(person, PERSON_FIELDS, 1, "Somebody of, with or at the mission");
SHAPE_DEFINE(person_erasure, PERSON_ERASURE_FIELDS, 1, "The ground on which a person is erased");
SHAPE_DEFINE(agency, AGENCY_FIELDS, 1, "A ministry, service or company that people work for");
SHAPE_DEFINE(compartment, COMPARTMENT_FIELDS, 1, "Records that only its members may read");
SHAPE_DEFINE(role, ROLE_FIELDS, 1, "What somebody may do and read, by what they are here for");
SHAPE_DEFINE(account, ACCOUNT_FIELDS, 1, "The right of a person or program to use Chancery");

const struct event_kind person_erased = {
    .name = "person.erased",
    .help = "A person's keys were destroyed: what was kept about them can no longer be read",
    .body = &person_erasure_shape,
    .read = "person.read",
};

const struct module people_module = {
    .name = "people",
    .help = "Who is at the mission, and what they may do and read",
    .records =
        (const struct record[]){
            RECORD(person, "persons", "person.read", "person.write", .personal = true,
                   .check = person_check,
                   .attachments = {.most = 20, .kinds = "image/jpeg image/png application/pdf"}),
            RECORD(agency, "agencies", "agency.read", "agency.write"),
            RECORD(compartment, "compartments", "compartment.read", "compartment.write",
                   .check = compartment_check),
            RECORD(role, "roles", "role.read", "role.write", .check = role_check),
            RECORD(account, "accounts", "account.read", "account.write", .personal = true,
                   .subject = "person", .check = account_check),
            {0},
        },
    .events = (const struct event_kind *const[]){&person_erased, NULL},
    .decisions = people_decisions,
    .folds = people_folds,
    .routes = people_routes,
    .permissions =
        (const struct permission[]){
            {"person.read", "See persons"},
            {"person.write", "Add, change and retire persons"},
            {"person.erase", "Destroy what is kept about a person"},
            {"agency.read", "See agencies"},
            {"agency.write", "Add, change and retire agencies"},
            {"compartment.read", "See which compartments there are"},
            {"compartment.write", "Add, change and retire compartments"},
            {"role.read", "See roles"},
            {"role.write", "Add, change and retire roles, within what one holds"},
            {"account.read", "See accounts"},
            {"account.write", "Add, change, suspend and retire accounts, within what one holds"},
            {0},
        },
};
