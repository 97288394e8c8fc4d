/* What is added to each erasable record, the rules of the two records, and the module. */
#include "core/record.h"
#include "core/system.h"
#include "frame/attachment/attachment.h"
#include "frame/retention/retention_own.h"
#include "frame/rhythm/rhythm.h"

SHAPE_DEFINE(retention, RETENTION_FIELDS, 1, "How long a kind of record is kept here");
SHAPE_DEFINE(hold, HOLD_FIELDS, 1, "An order that something must not be removed");
SHAPE_DEFINE(record_erased, RECORD_ERASED_FIELDS, 1, "A record was erased");
SHAPE_DEFINE(retention_count, RETENTION_COUNT_FIELDS, 1, "What was removed of one kind");
SHAPE_DEFINE(retention_passed, RETENTION_PASSED_FIELDS, 1, "What was kept long enough is removed");
SHAPE_DEFINE(retention_turn, RETENTION_TURN_FIELDS, 1, "How far a removal has come");
SHAPE_DEFINE(record_erase, RECORD_ERASE_FIELDS, 1, "The ground for erasing a record");
SHAPE_DEFINE(retention_rule, RETENTION_RULE_FIELDS, 1, "How long a kind of record is kept");
SHAPE_DEFINE(retention_due, RETENTION_DUE_FIELDS, 1, "A record that will be removed");

EVENT_KIND(retention_passed, "retention.passed", retention_passed, PERMIT_RETENTION_READ,
           "Expired records were removed");

/* ---- rules ----------------------------------------------------------------------------------- */

static rc retention_check(struct ctx *c, struct picture *picture, const struct command *,
                          const void *, const void *after)
{
    const struct retention *retention = after;
    if (!retention)
        return OK;
    const struct record *record = catalog_record(picture_catalog(picture), retention->kind);
    if (!record || record->keep.days == 0)
        REFUSE(c, INVALID, "kind", "kind", "records of this kind have no retention period");
    return OK;
}

/* What is not there, and what may not be seen, is held just the same: a hold may come first, and
 * its answer says nothing. */
static rc hold_check(struct ctx *c, struct picture *picture, const struct command *, const void *,
                     const void *after)
{
    const struct hold *hold = after;
    struct str noun;
    if (!hold)
        return OK;
    struct str rest = hold->on;
    str_split(&rest, '/', &noun);
    bool bare = noun.len == hold->on.len;
    if (!catalog_record(picture_catalog(picture), noun) || (!bare && str_absent(rest)) ||
        (!bare && rest.len == 0))
        REFUSE(c, INVALID, "on", "on", "give a kind of record (visit) or one record (visit/01J…)");
    return OK;
}

/* ---- what an erasable record gets ------------------------------------------------------------ */

struct added {
    struct event_kind kind;
    const struct event_kind *events[2];
    struct fold folds[2];
    struct route routes[2];
};

static rc extend(struct ctx *c, const struct record *record, struct extension *ret)
{
    struct added *a = NULL;
    struct str name, path;
    if (!record->erasable)
        return OK;
    NEW(c, a, 1);
    TRY(str_format(c, &name, "%s.erased", record->shape->name));
    TRY(str_format(c, &path, "/api/v1/%s/{id}/erase", record->plural));
    a->kind = (struct event_kind){
        .name = name.ptr,
        .help = "Its key was destroyed: what it said is unreadable",
        .body = &record_erased_shape,
        .read = record->read,
    };
    a->events[0] = &a->kind;
    a->folds[0] = (struct fold){&a->kind, retention_fold_erased};
    a->routes[0] = (struct route)ROUTE(
        POST, path.ptr, PERMIT_RETENTION_ERASE, "Destroy its key early: nothing of it is left",
        .input = &record_erase_shape, .serve = retention_serve_erase, .arg = record);
    *ret = (struct extension){.events = a->events, .folds = a->folds, .routes = a->routes};
    return OK;
}

/* ---- the module ------------------------------------------------------------------------------ */

const struct decision retention_decisions[RETENTION_DECISIONS + 1] = {
    [RETENTION_RUN] = DECISION("retention.run", "Remove expired records", PERMIT_RETENTION_WRITE,
                               &retention_turn_shape, retention_decide_run),
    [RETENTION_PERSON] =
        DECISION("retention.person", "Erase the records about a person who is erased",
                 PERMIT_RETENTION_ERASE, NULL, retention_decide_person),
    [RECORD_ERASE] = DECISION("record.erase", "Erase a record early", PERMIT_RETENTION_ERASE,
                              &record_erase_shape, record_decide_erase, .grave = true),
    {0},
};

const struct module retention_module = {
    .name = "retention",
    .help = "How long records are kept, and what stops their removal",
    .needs = NEEDS(&rhythm_module, &attachment_module),
    .records =
        (const struct record[]){
            RECORD(retention, "retentions", PERMIT_RETENTION_READ, PERMIT_RETENTION_WRITE,
                   .check = retention_check, .grave = true),
            RECORD(hold, "holds", PERMIT_RETENTION_READ, PERMIT_RETENTION_HOLD, .check = hold_check,
                   .grave = true),
            {0},
        },
    .events = (const struct event_kind *const[]){&retention_passed_kind, NULL},
    .decisions = retention_decisions,
    .reactions =
        (const struct reaction[]){
            {.kind = &subject_erased_kind, .react = retention_on_subject},
            {0},
        },
    .routes =
        (const struct route[]){
            ROUTE(GET, "/api/v1/retention-rules", PERMIT_RETENTION_READ,
                  "How long each kind of record is kept", .output = &retention_rule_shape,
                  .output_list = true, .serve = retention_serve_rules),
            ROUTE(GET, "/api/v1/retention-due", PERMIT_RETENTION_READ,
                  "What will be removed: `until` a time (default: 30 days from now), by `kind`",
                  .output = &retention_due_shape, .output_list = true,
                  .serve = retention_serve_due),
            {0},
        },
    .permissions =
        (const struct permission[]){
            {PERMIT_RETENTION_READ, "See how long records are kept, and what is held"},
            {PERMIT_RETENTION_WRITE, "Change how long records are kept"},
            {PERMIT_RETENTION_HOLD, "Hold records, so that they are not removed"},
            {PERMIT_RETENTION_ERASE, "Erase a record early"},
            {0},
        },
    .rhythms =
        (const struct rhythm_row[]){
            {.name = "retention",
             .help = "Removal of expired records",
             .decision = "retention.run",
             .days = 1,
             .at = "03:30"},
            {0},
        },
    .extend = extend,
    .check_removal = retention_check_removal,
};
