/* Removing: a few records a turn, so that nothing waits for it, and the next turn goes on where
 * this one stopped. What is held, or still named by a live record, stays until the next pass. */
#include "core/record.h"
#include "core/system.h"
#include "frame/attachment/attachment.h"
#include "frame/retention/retention_own.h"
#include "ledger/ledger.h"
#include "shape/shape_older.h"

enum {
    REMOVED_EACH = 25,
    LOOKED_EACH = 200,
    ERASED_EACH = 40,
    KINDS_MOST = 200,
    ERASURES_LOOKED = 500
};
static const int64_t SOON_US = 1000000;

/* ---- what is kept, and since when ------------------------------------------------------------ */

/* The first record kind behind `before` (NULL: of all) that is so. */
static const struct record *next_that(const struct catalog *catalog, const struct record *before,
                                      bool (*is_so)(const struct record *record))
{
    bool passed = before == NULL;
    for (size_t i = 0; i < catalog_record_count(catalog); i++) {
        const struct record *row = catalog_record_at(catalog, i);
        if (passed && is_so(row))
            return row;
        passed = passed || row == before;
    }
    return NULL;
}

static bool is_kept(const struct record *record)
{
    return record->keep.days > 0;
}

static bool is_about_person(const struct record *record)
{
    return record->erasable && record->subject;
}

const struct record *kept_next(const struct catalog *catalog, const struct record *before)
{
    return next_that(catalog, before, is_kept);
}

static const struct record *about_next(const struct catalog *catalog, const struct record *before)
{
    return next_that(catalog, before, is_about_person);
}

rc rule_of(struct ctx *c, struct picture *picture, const struct record *record,
           struct retention_rule *ret)
{
    struct retention own = {0};
    *ret = (struct retention_rule){
        .kind = str_from(record->shape->name),
        .after = str_from(record->keep.after),
        .days = record->keep.days,
        .declared_days = record->keep.days,
    };
    rc found = picture_find(c, picture, &retention_shape, "kind", ret->kind, NULL, &own);
    if (found.code == RC_NOT_FOUND)
        return OK;
    TRY(found);
    ret->days = own.days;
    ret->why = own.why;
    return OK;
}

static bool after_retirement(const struct record *record)
{
    return str_is(str_from(record->keep.after), KEEP_RETIRED);
}

rc kept_query(struct ctx *c, const struct record *record, struct wall by, struct query *ret)
{
    char *text = NULL;
    *ret = (struct query){.limit = LOOKED_EACH, .with_retired = true};
    if (after_retirement(record)) {
        ret->retired_by = by;
        return OK;
    }
    NEW(c, text, WALL_TEXT_MAX);
    ret->sort = str_from(record->keep.after);
    ret->filter_count = 1;
    ret->filters[0] = (struct filter){ret->sort, FILTER_LE, {text, wall_format(by, text)}};
    return OK;
}

struct wall kept_since(const struct record *record, const void *body, const struct row *row)
{
    if (after_retirement(record))
        return row->retired;
    return *(const struct wall *)shape_in(shape_field(record->shape, str_from(record->keep.after)),
                                          body);
}

/* ---- holds ----------------------------------------------------------------------------------- */

static rc any_hold(struct ctx *c, struct picture *picture, const char *noun, struct str id,
                   bool *ret)
{
    struct str name = str_from(noun);
    if (!str_absent(id))
        TRY(str_format(c, &name, "%s/%.*s", noun, STR_ARG(id)));
    return picture_any(c, picture, &hold_shape, "on", name, ret);
}

rc retention_held(struct ctx *c, struct picture *picture, const struct record *record,
                  const void *body, bool *ret)
{
    const struct record_head *head = body;
    bool held = false;
    TRY(any_hold(c, picture, record->shape->name, (struct str){NULL, 0}, &held));
    if (!held)
        TRY(any_hold(c, picture, record->shape->name, head->id, &held));
    if (!held && record->subject) {
        const struct shape_field *field = shape_field(record->shape, str_from(record->subject));
        TRY(any_hold(c, picture, field->target, *(const struct str *)shape_in(field, body), &held));
    }
    *ret = held;
    return OK;
}

static rc refuse_held(struct ctx *c)
{
    REFUSE(c, CONFLICT, "held", "", "there is a hold on it: it must not be removed");
}

rc retention_check_hold(struct ctx *c, struct picture *picture, const char *noun, struct str id)
{
    bool held = false, kind = false;
    if (!catalog_record(picture_catalog(picture), STR("hold")))
        return OK;
    TRY(any_hold(c, picture, noun, id, &held));
    TRY(any_hold(c, picture, noun, (struct str){NULL, 0}, &kind));
    return held || kind ? refuse_held(c) : OK;
}

rc retention_check_removal(struct ctx *c, struct picture *picture, const struct record *record,
                           const void *body)
{
    bool held = false;
    TRY(retention_held(c, picture, record, body, &held));
    return held ? refuse_held(c) : OK;
}

static struct named named_at(const struct record *record, const struct page *page, size_t i)
{
    const void *body = (const char *)page->records + i * record->shape->size;
    return (struct named){record, page->rows[i], body};
}

/* ---- erasing one ----------------------------------------------------------------------------- */

rc retention_erase(struct ctx *c, struct picture *picture, struct outcome *outcome,
                   const struct named *named, struct str why)
{
    const struct record *record = named->record;
    const struct record_head *head = named->head;
    struct record_erased erased = {.label = head->label, .why = why};
    struct str name, kind;
    TRY(record_name(c, record->shape, head->id, &name));
    TRY(str_format(c, &kind, "%s.erased", record->shape->name));
    if (!named->row.retired.us)
        TRY(due_arm(c, picture, record, NULL, head, NULL, outcome));
    if (record->attachments.most > 0)
        TRY(attachment_erase_all(c, picture, outcome, name));
    TRY(outcome_add(c, outcome,
                    &(struct outcome_event){.kind = catalog_event(picture_catalog(picture), kind),
                                            .body = &erased,
                                            .record_id = head->id}));
    return outcome_destroy(c, outcome, name);
}

rc retention_fold_erased(struct ctx *c, struct picture *picture, const struct event *event)
{
    struct str id = event->record, noun;
    str_split(&id, '/', &noun);
    const struct record *record = catalog_record(picture_catalog(picture), noun);
    TRY(picture_delete(c, picture, record->shape, id));
    return record->attachments.most > 0 ? attachment_fold_erased(c, picture, event->record) : OK;
}

rc record_decide_erase(struct ctx *c, struct picture *picture, const struct command *command,
                       struct outcome *outcome)
{
    const struct record_erase *input = command->input;
    struct named named;
    TRY(record_named(c, picture, &command->actor, command->target, &named));
    if (!named.record->erasable)
        FAIL(c, UNSUPPORTED, "a %s cannot be erased", named.record->shape->name);
    if (command->expect_seq >= 0 && command->expect_seq != named.row.seq)
        FAIL(c, STALE, "this %s was changed meanwhile", named.record->shape->name);
    TRY(retention_check_removal(c, picture, named.record, named.head));
    TRY(record_check_unreferenced(c, picture, &command->actor, named.record->shape,
                                  named.head->id));
    return retention_erase(c, picture, outcome, &named, input->why);
}

/* ---- by time --------------------------------------------------------------------------------- */

struct turn {
    struct picture *picture;
    struct outcome *outcome;
    struct retention_passed *passed;
    int64_t removed;
    struct retention_turn next; /* kind absent: nothing is left to do */
};

/* A live record that another names stays: a reference must not lead to nothing. */
static rc try_one(struct ctx *c, struct turn *t, const struct named *named,
                  struct retention_count *count)
{
    const struct record *record = named->record;
    bool held = false;
    struct str why;
    TRY(retention_held(c, t->picture, record, named->head, &held));
    if (held) {
        count->held++;
        return OK;
    }
    if (!named->row.retired.us) {
        rc unnamed =
            record_check_unreferenced(c, t->picture, &actor_system, record->shape, named->head->id);
        if (unnamed.code == RC_CONFLICT) {
            count->named++;
            return OK;
        }
        TRY(unnamed);
    }
    count->removed++;
    t->removed++;
    TRY(str_format(c, &why, "kept for %lld days after '%s'", (long long)count->days,
                   record->keep.after));
    return retention_erase(c, t->picture, t->outcome, named, why);
}

/* Look through a part of one kind. *ret_after: from where to go on, absent: it is done. */
static rc run_kind(struct ctx *c, struct turn *t, const struct record *record, struct str after,
                   struct str *ret_after)
{
    struct retention_count *count = &t->passed->kinds.items[t->passed->kinds.count];
    struct retention_rule rule;
    struct query query;
    struct page page;
    TRY(rule_of(c, t->picture, record, &rule));
    TRY(kept_query(c, record, (struct wall){clock_now(c).us - rule.days * DAY_US}, &query));
    query.limit = REMOVED_EACH - t->removed;
    query.after = after;
    TRY(picture_list(c, t->picture, record->shape, &query, &page));
    *count = (struct retention_count){.kind = rule.kind, .days = rule.days};
    for (size_t i = 0; i < page.count; i++) {
        struct named named = named_at(record, &page, i);
        TRY(try_one(c, t, &named, count));
    }
    t->passed->kinds.count += page.count > 0;
    *ret_after = page.after;
    return OK;
}

static rc run_kinds(struct ctx *c, struct turn *t, const struct retention_turn *from)
{
    const struct catalog *catalog = picture_catalog(t->picture);
    const struct record *record = kept_next(catalog, NULL);
    struct str after = from ? from->after : (struct str){NULL, 0};
    while (record && from && !str_absent(from->kind) && !str_is(from->kind, record->shape->name))
        record = kept_next(catalog, record);
    for (int64_t looked = 0; record; looked++) {
        if (t->removed >= REMOVED_EACH || looked == LOOKED_EACH / REMOVED_EACH ||
            t->passed->kinds.count == KINDS_MOST) {
            t->next = (struct retention_turn){str_from(record->shape->name), after};
            return OK;
        }
        TRY(run_kind(c, t, record, after, &after));
        if (str_absent(after))
            record = kept_next(catalog, record);
    }
    return OK;
}

/* ---- with the person ------------------------------------------------------------------------- */

static rc erase_about(struct ctx *c, struct picture *picture, struct outcome *outcome,
                      const struct record *record, struct str person, int64_t *left)
{
    struct query query = {.limit = *left, .with_retired = true, .filter_count = 1};
    struct page page;
    query.filters[0] = (struct filter){str_from(record->subject), FILTER_EQ, person};
    TRY(picture_list(c, picture, record->shape, &query, &page));
    for (size_t i = 0; i < page.count; i++) {
        struct named named = named_at(record, &page, i);
        TRY(retention_erase(c, picture, outcome, &named, STR("the person it is about was erased")));
    }
    *left -= (int64_t)page.count;
    return OK;
}

/* All that is sealed under a key of its own and is about the person; some at a time. */
static rc erase_person(struct ctx *c, struct picture *picture, struct outcome *outcome,
                       struct str person)
{
    const struct catalog *catalog = picture_catalog(picture);
    int64_t left = ERASED_EACH;
    const struct record *record = NULL;
    while (left > 0 && (record = about_next(catalog, record)) != NULL)
        TRY(erase_about(c, picture, outcome, record, person, &left));
    if (left > 0)
        return OK;
    return outcome_set_deadline(c, outcome, &retention_decisions[RETENTION_PERSON], person,
                                clock_now(c), NULL);
}

static rc check_none_held(struct ctx *c, struct picture *picture, const struct record *record,
                          struct str person)
{
    struct query query = {.limit = QUERY_LIMIT_MAX, .with_retired = true, .filter_count = 1};
    query.filters[0] = (struct filter){str_from(record->subject), FILTER_EQ, person};
    do {
        struct page page;
        TRY(picture_list(c, picture, record->shape, &query, &page));
        for (size_t i = 0; i < page.count; i++)
            TRY(retention_check_removal(c, picture, record, named_at(record, &page, i).head));
        query.after = page.after;
    } while (!str_absent(query.after));
    return OK;
}

/* A hold on one of these records refuses the erasure of the person as a whole. */
rc retention_on_subject(struct ctx *c, struct picture *picture, const struct event *event,
                        struct outcome *outcome)
{
    const struct subject_erased *erased = event->body;
    const struct catalog *catalog = picture_catalog(picture);
    const struct record *record = NULL;
    while ((record = about_next(catalog, record)) != NULL)
        TRY(check_none_held(c, picture, record, erased->subject));
    return erase_person(c, picture, outcome, erased->subject);
}

rc retention_decide_person(struct ctx *c, struct picture *picture, const struct command *command,
                           struct outcome *outcome)
{
    if (!actor_is_system(&command->actor))
        FAIL(c, FORBIDDEN, "use person.erase to erase a person");
    return erase_person(c, picture, outcome, command->target);
}

/* ---- what an erasure left behind ------------------------------------------------------------- */

struct erased_persons {
    struct ctx *c;
    struct str items[ERASURES_LOOKED];
    size_t count;
};

static rc keep_person(struct ctx *walk, void *arg, const struct ledger_event *event, bool *)
{
    struct erased_persons *persons = arg;
    struct subject_erased erased = {0};
    TRY(shape_read_version(walk, &subject_erased_shape, event->version, event->body, &erased));
    return str_copy(persons->c, erased.subject, &persons->items[persons->count++]);
}

static rc any_about(struct ctx *c, struct picture *picture, struct str person, bool *ret)
{
    const struct record *record = NULL;
    *ret = false;
    while (!*ret && (record = about_next(picture_catalog(picture), record)) != NULL) {
        struct query query = {.limit = 1, .with_retired = true, .filter_count = 1};
        struct page page;
        query.filters[0] = (struct filter){str_from(record->subject), FILTER_EQ, person};
        TRY(picture_list(c, picture, record->shape, &query, &page));
        *ret = page.count > 0;
    }
    return OK;
}

/* An erasure goes on from turn to turn, and a turn that failed too often is given up: each pass
 * takes up those of which something is left. */
static rc resume_erasures(struct ctx *c, struct picture *picture, struct outcome *outcome)
{
    struct ledger_walk walk = {.from = INT64_MAX,
                               .limit = ERASURES_LOOKED,
                               .backwards = true,
                               .kind = str_from(subject_erased_kind.name)};
    struct erased_persons *persons = NULL;
    NEW(c, persons, 1);
    persons->c = c;
    TRY(ledger_walk(c, picture_store(picture), &walk, keep_person, persons));
    for (size_t i = 0; i < persons->count; i++) {
        bool left = false;
        TRY(any_about(c, picture, persons->items[i], &left));
        if (left)
            TRY(outcome_set_deadline(c, outcome, &retention_decisions[RETENTION_PERSON],
                                     persons->items[i], clock_now(c), NULL));
    }
    return OK;
}

/* ---- a pass ---------------------------------------------------------------------------------- */

rc retention_decide_run(struct ctx *c, struct picture *picture, const struct command *command,
                        struct outcome *outcome)
{
    struct retention_passed passed = {.label = SYSTEM_LABEL};
    const struct retention_turn *from = command->input;
    struct turn t = {.picture = picture, .outcome = outcome, .passed = &passed};
    NEW(c, passed.kinds.items, KINDS_MOST + 1);
    if (!from || str_absent(from->kind))
        TRY(resume_erasures(c, picture, outcome));
    TRY(run_kinds(c, &t, from));
    passed.more = !str_absent(t.next.kind);
    if (passed.kinds.count > 0)
        TRY(outcome_add(c, outcome,
                        &(struct outcome_event){.kind = &retention_passed_kind, .body = &passed}));
    if (!passed.more)
        return OK;
    return outcome_set_deadline(c, outcome, &retention_decisions[RETENTION_RUN], STR("rest"),
                                (struct wall){clock_now(c).us + SOON_US}, &t.next);
}
