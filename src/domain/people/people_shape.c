/* The records of people, and the module. */
#include "domain/people/people_own.h"

#include "frame/retention/retention.h"

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

const struct text_form text_form_date = {
    "date", "a day (2026-11-22)", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", is_date, "2026-11-22",
};
/* ---- records --------------------------------------------------------------------------------- */

SHAPE_DEFINE_CHOICES(person_category, PERSON_CATEGORY, PERSON_CATEGORIES);
SHAPE_DEFINE_CHOICES(contact_kind, CONTACT_KIND, CONTACT_KINDS);

SHAPE_DEFINE(contact, CONTACT_FIELDS, 1, "A way to reach a person");
SHAPE_DEFINE(emergency_contact, EMERGENCY_CONTACT_FIELDS, 1, "An emergency contact");
SHAPE_DEFINE(person, PERSON_FIELDS, 1, "Somebody of, with or at the mission");
SHAPE_DEFINE(person_erasure, PERSON_ERASURE_FIELDS, 1, "The ground for erasing a person");
SHAPE_DEFINE(agency, AGENCY_FIELDS, 1, "A ministry, service or company that people work for");

EVENT_KIND(person_erased, "person.erased", person_erasure, "person.read",
           "A person's keys were destroyed: what was kept about them can no longer be read");

/* The row goes, not only out of sight. */
static rc fold_erased(struct ctx *c, struct picture *picture, const struct event *event)
{
    struct str id = event->record, noun;
    str_split(&id, '/', &noun);
    return picture_delete(c, picture, &person_shape, id);
}

const struct module people_module = {
    .name = "people",
    .help = "Who is at the mission, and for whom they work",
    .needs = NEEDS(&retention_module),
    .records =
        (const struct record[]){
            RECORD(person, "persons", "person.read", "person.write", .personal = true,
                   .check = person_check,
                   .attachments = {.most = 20, .kinds = "image/jpeg image/png application/pdf"}),
            RECORD(agency, "agencies", "agency.read", "agency.write"),
            {0},
        },
    .events = (const struct event_kind *const[]){&person_erased_kind, NULL},
    .decisions = people_decisions,
    .folds = (const struct fold[]){{&person_erased_kind, fold_erased}, {0}},
    .routes =
        (const struct route[]){ROUTE_COMMAND("/api/v1/persons/{id}/erase", "person.erase"), {0}},
    .permissions =
        (const struct permission[]){
            {"person.read", "See persons"},
            {"person.write", "Add, change and retire persons"},
            {"person.erase", "Destroy what is kept about a person"},
            {"agency.read", "See agencies"},
            {"agency.write", "Add, change and retire agencies"},
            {0},
        },
};
