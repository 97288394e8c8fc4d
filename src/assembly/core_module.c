/* Core's own module: what follows from its events, and the pages of the record itself. */
#include "assembly/core_module.h"

#include "assembly/answers.h"
#include "core/catalog.h"
#include "core/system.h"

/* ---- deadlines ------------------------------------------------------------------------------- */

static rc fold_deadline_end(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct deadline_end *end = event->body;
    return picture_delete(c, picture, &deadline_shape, end->id);
}

/* The decision may have set it anew under the same id: that one stays. */
static rc fold_deadline_passed(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct deadline_end *end = event->body;
    struct deadline deadline = {0};
    struct row row;
    rc found = picture_get(c, picture, &deadline_shape, end->id, &row, &deadline);
    if (found.code == RC_NOT_FOUND || (rc_ok(found) && row.seq > event->cause))
        return OK;
    TRY(found);
    return picture_delete(c, picture, &deadline_shape, end->id);
}

/* ---- readings
 * -------------------------------------------------------------------------------------- */

static rc decide_reading(struct ctx *c, struct picture *picture, const struct command *command,
                         struct outcome *outcome)
{
    (void)picture;
    struct reading *body = NULL;
    NEW(c, body, 1);
    *body = *(const struct reading *)command->input;
    if (body->label.tlp == TLP_NONE)
        body->label = SYSTEM_LABEL;
    return outcome_add(c, outcome,
                       &(struct outcome_event){.kind = &reading_noted_kind, .body = body});
}

/* ---- erasure
 * --------------------------------------------------------------------------------------- */

/* Whatever the sealed events of a subject had put into the picture goes with them, so that a
 * picture folded anew, without those bodies, is the same. An erasable record has a key of its own:
 * it goes by itself (frame/retention). */
static rc fold_erased(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct subject_erased *erased = event->body;
    const struct catalog *catalog = picture_catalog(picture);
    for (size_t i = 0; i < catalog_table_count(catalog); i++) {
        const struct shape *shape = catalog_table(catalog, i)->shape;
        const struct record *record = catalog_record(catalog, str_from(shape->name));
        if (!record || !record->personal || record->erasable)
            continue;
        const char *field = record->subject ? record->subject : "id";
        TRY(picture_delete_where(c, picture, shape, field, erased->subject));
    }
    return OK;
}

/* ---- followers ------------------------------------------------------------------------------- */

static rc decide_follower(struct ctx *c, struct picture *picture, const struct command *command,
                          struct outcome *outcome)
{
    const struct follower_position *row = command->input;
    (void)picture;
    if (!actor_is_system(&command->actor))
        FAIL(c, FORBIDDEN, "only Chancery itself keeps the position of a follower");
    return outcome_vault_put(c, outcome, &follower_position_shape, row);
}

/* ---- pages ----------------------------------------------------------------------------------- */

static const struct route routes[] = {
    ROUTE(GET, "/api/v1/catalog", PERMIT_SIGNED_IN,
          "The catalog: records and their fields, permissions, events",
          .output = &catalog_view_shape, .serve = catalog_serve),
    ROUTE(GET, "/api/v1/ledger", PERMIT_LEDGER_READ,
          "The size of the record, its signed head and the key that checks it",
          .output = &ledger_head_shape, .serve = ledger_serve_head),
    ROUTE(GET, "/api/v1/ledger/events", PERMIT_LEDGER_READ,
          "Browse: from, limit, backwards; kind, actor, label (and `.ne` of each), record, drill, "
          "received (and `.ge`, `.le`)",
          .output = &ledger_page_shape, .serve = ledger_serve_events),
    ROUTE(GET, "/api/v1/ledger/events/{seq}", PERMIT_LEDGER_READ, "One event",
          .output = &ledger_entry_shape, .serve = ledger_serve_event),
    ROUTE(GET, "/api/v1/ledger/events/{seq}/proof", PERMIT_LEDGER_READ,
          "The proof that an event is in the record, as a C2SP tlog-proof", .type = "text/plain",
          .serve = ledger_serve_proof),
    ROUTE(POST, "/api/v1/ledger/verify", PERMIT_LEDGER_READ,
          "Verify every entry, every tile and every checkpoint", .output = &ledger_verified_shape,
          .lengthy = true, .serve = ledger_serve_verify),
    {0},
};

/* ---- the module
 * ------------------------------------------------------------------------------------ */

const struct module core_module = {
    .name = "core",
    .help = "The record itself: events, proofs, deadlines, who read what",
    .tables = (const struct table[]){{&deadline_shape, TABLE_PICTURE},
                                     {&follower_position_shape, TABLE_VAULT},
                                     {0}},
    .events =
        (const struct event_kind *const[]){
            &deadline_set_kind,
            &deadline_cleared_kind,
            &deadline_passed_kind,
            &reading_noted_kind,
            &subject_erased_kind,
            &reactions_skipped_kind,
            NULL,
        },
    .decisions =
        (const struct decision[]){
            {
                .name = "reading.note",
                .help = "Record that restricted records were shown",
                .permission = PERMIT_SIGNED_IN,
                .input = &reading_shape,
                .decide = decide_reading,
            },
            {
                .name = "follower.keep",
                .help = "Record a follower's position",
                .permission = PERMIT_SYSTEM_READ,
                .input = &follower_position_shape,
                .decide = decide_follower,
            },
            {0},
        },
    .folds =
        (const struct fold[]){
            {&deadline_cleared_kind, fold_deadline_end},
            {&deadline_passed_kind, fold_deadline_passed},
            {&subject_erased_kind, fold_erased},
            {0},
        },
    .routes = routes,
    .permissions =
        (const struct permission[]){
            {PERMIT_SYSTEM_READ, "See the state of the system"},
            {PERMIT_LEDGER_READ, "Browse the record and fetch proofs"},
            {0},
        },
};
