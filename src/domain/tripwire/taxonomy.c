/* What an event of the ledger is to Sigma. Everything follows from the shapes: the log source is
 * product `chancery`, category the noun and service the verb of the event's kind ("zone.changed":
 * zone, changed); the fields are those of the body. Who and where is resolved: whatever names a
 * record (a reference, the event's own record) gives a field of the record's noun, and the records
 * that this one refers to theirs, so that an account gives its person and a zone its site.
 *
 * What is personal or secret is no field. Persons are known to rules by their id, so that neither a
 * hit nor a window has to be erased with somebody. */
#include "domain/tripwire/taxonomy_own.h"

#include "core/catalog.h"

#include <string.h>

enum { ENTITIES_MAX = 24, FIELDS_MAX = 4000 };

#define OF_SIGNAL(kind, category)                                \
    {                                                            \
        "signal.taken", "kind", kind, category, NULL, NULL, NULL \
    }
#define OF_CAMERA(event, says)                                    \
    {                                                             \
        event, "kind", "camera", "camera", "kind", says, "camera" \
    }

const struct translation translations[] = {
    {"session.opened", NULL, NULL, "login", "result", "success", NULL},
    {"sign-in.failed", NULL, NULL, "login", "result", "failure", NULL},
    OF_CAMERA("source.silenced", "lost"),
    OF_CAMERA("source.heard", "restored"),
    OF_SIGNAL("access", "access"),
    OF_SIGNAL("alarm", "alarm"),
    OF_SIGNAL("tamper", "alarm"),
    OF_SIGNAL("bypass", "alarm"),
    OF_SIGNAL("duress", "duress"),
    OF_SIGNAL("arm", "arm"),
    OF_SIGNAL("disarm", "arm"),
    OF_SIGNAL("login", "login"),
    OF_SIGNAL("privilege", "host"),
    OF_SIGNAL("attack", "network"),
    OF_SIGNAL("motion", "motion"),
    OF_SIGNAL("trouble", "line"),
};

const size_t translation_count = sizeof translations / sizeof *translations;

void taxonomy_split_name(const char *kind, struct str *ret_noun, struct str *ret_verb)
{
    struct str rest = str_from(kind);
    str_split(&rest, '.', ret_noun);
    *ret_verb = rest;
}

bool taxonomy_hidden(const struct event *event)
{
    struct str name = str_from(event->kind->name);
    return str_starts(name, "deadline.") || str_is(name, "tripwire.hit") ||
           str_is(name, "tripwire.fault") || str_is(name, "tripwire.mended");
}

bool taxonomy_is_offered(const struct shape_field *field)
{
    return !(field->flags & (PERSONAL | SECRET)) && field->kind != SHAPE_LABEL &&
           field->kind != SHAPE_BYTES && field->kind != SHAPE_MONEY;
}

const char *taxonomy_noun_of(const struct catalog *catalog, const struct shape_field *field)
{
    if (field->kind == SHAPE_REF || field->kind == SHAPE_REFS)
        return field->target;
    if (field->kind == SHAPE_ID && catalog_record(catalog, str_from(field->name)))
        return field->name;
    return NULL;
}

const struct shape_field *taxonomy_items_of(const struct event_kind *kind)
{
    const struct shape_field *items = shape_field(kind->body, STR("items"));
    return items && items->kind == SHAPE_LIST ? items : NULL;
}

const struct shape *taxonomy_shape_of(const struct event_kind *kind)
{
    const struct shape_field *items = taxonomy_items_of(kind);
    return items ? items->shape : kind->body;
}

static const void *part_of(const struct event *event, size_t part)
{
    const struct shape_field *items = taxonomy_items_of(event->kind);
    if (!items || !event->body)
        return event->body;
    const struct shape_items *list = shape_in(items, event->body);
    return (const char *)list->items + part * items->shape->size;
}

size_t taxonomy_parts(const struct event *event)
{
    const struct shape_field *items = taxonomy_items_of(event->kind);
    if (hit_rang(event))
        return 0;
    if (!items || !event->body)
        return 1;
    return ((const struct shape_items *)shape_in(items, event->body))->count;
}

/* ---- one event ------------------------------------------------------------------------------- */

struct entity {
    const char *noun;
    struct str id;
};

struct making {
    struct ctx *c;
    const struct sigma_set *set; /* NULL: only the records that the event names are asked for */
    const struct catalog *catalog;
    struct sigma_value *values;
    size_t count, room;
    size_t entity_count;
    struct entity entities[ENTITIES_MAX];
    bool placed;
};

static uint32_t field_named(const struct making *m, struct str name)
{
    return m->set ? sigma_field(m->set, name) : 0;
}

static rc put_value(struct making *m, struct str name, enum sigma_kind kind, struct str text)
{
    uint32_t field = field_named(m, name);
    if (!field && kind != SIGMA_TEXT)
        return OK; /* keywords see only text */
    if (m->count == m->room) {
        struct sigma_value *more = NULL;
        m->room = m->room ? m->room * 2 : 64;
        if (m->room > FIELDS_MAX)
            FAIL(m->c, TOO_LARGE, "an event has more than %d values", FIELDS_MAX);
        NEW(m->c, more, m->room);
        if (m->count)
            memcpy(more, m->values, m->count * sizeof *more);
        m->values = more;
    }
    m->values[m->count++] = (struct sigma_value){field, kind, text};
    return OK;
}

static rc put_number(struct making *m, struct str name, int64_t number)
{
    struct str digits;
    if (!field_named(m, name))
        return OK;
    TRY(str_format(m->c, &digits, "%lld", (long long)number));
    return put_value(m, name, SIGMA_NUMBER, digits);
}

static void note_entity(struct making *m, const char *noun, struct str id)
{
    if (!noun || str_absent(id) || m->entity_count == ENTITIES_MAX)
        return;
    for (size_t i = 0; i < m->entity_count; i++)
        if (strcmp(m->entities[i].noun, noun) == 0 && str_eq(m->entities[i].id, id))
            return;
    m->entities[m->entity_count++] = (struct entity){noun, id};
}

static rc put_texts(struct making *m, struct str name, const char *noun, const struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++) {
        note_entity(m, noun, texts->items[i]);
        TRY(put_value(m, name, SIGMA_TEXT, texts->items[i]));
    }
    return OK;
}

static rc put_place(struct making *m, const struct place *place)
{
    struct text lat, lon;
    struct str digits;
    if (!place->known || m->placed)
        return OK;
    m->placed = true;
    text_init(&lat, m->c, 32);
    text_put_decimal(&lat, place->lat_e7, 7);
    TRY(text_done(&lat, &digits));
    TRY(put_value(m, STR("lat"), SIGMA_NUMBER, digits));
    text_init(&lon, m->c, 32);
    text_put_decimal(&lon, place->lon_e7, 7);
    TRY(text_done(&lon, &digits));
    return put_value(m, STR("lon"), SIGMA_NUMBER, digits);
}

static rc put_time(struct making *m, struct str name, struct wall when)
{
    struct text t;
    struct str written;
    if (!when.us || !field_named(m, name))
        return OK;
    text_init(&t, m->c, 64);
    text_put_wall(&t, when);
    TRY(text_done(&t, &written));
    return put_value(m, name, SIGMA_TEXT, written);
}

/* What a device said beyond our fields: its own names, where we have none of that name. */
static rc put_attributes(struct making *m, struct str json)
{
    struct sigma_event inner;
    if (!m->set || str_absent(json) || json.len == 0 || json.ptr[0] != '{')
        return OK;
    if (!rc_ok(sigma_event_read(m->c, m->set, json, &inner)))
        return OK; /* a device's own text is never a reason to miss the rest of the event */
    for (size_t i = 0; i < inner.count; i++) {
        bool ours = false;
        for (size_t k = 0; inner.values[i].field && k < m->count && !ours; k++)
            ours = m->values[k].field == inner.values[i].field;
        if (ours || !inner.values[i].field)
            continue;
        TRY(put_value(m, STR(""), SIGMA_TEXT, (struct str){NULL, 0}));
        m->values[m->count - 1] = inner.values[i];
    }
    return OK;
}

static rc put_shape(struct making *m, const struct shape *shape, const void *record,
                    struct str prefix, unsigned depth);

static rc put_nested(struct making *m, const struct shape_field *field, const void *value,
                     struct str name, unsigned depth)
{
    const struct shape_items *list = value;
    struct str prefix;
    if (depth == TAXONOMY_NESTING_MAX)
        return OK;
    TRY(str_format(m->c, &prefix, "%.*s.", STR_ARG(name)));
    if (field->kind == SHAPE_RECORD)
        return put_shape(m, field->shape, value, prefix, depth + 1);
    for (size_t i = 0; i < list->count; i++)
        TRY(put_shape(m, field->shape, (const char *)list->items + i * field->shape->size, prefix,
                      depth + 1));
    return OK;
}

static rc put_field(struct making *m, const struct shape_field *field, const void *value,
                    struct str name, unsigned depth)
{
    const char *noun = taxonomy_noun_of(m->catalog, field);
    switch (field->kind) {
    case SHAPE_TEXT:
    case SHAPE_ID:
    case SHAPE_REF:
        if (depth == 0 || noun)
            note_entity(m, noun, *(const struct str *)value);
        return put_value(m, name, SIGMA_TEXT, *(const struct str *)value);
    case SHAPE_REFS:
    case SHAPE_TEXTS:
        return put_texts(m, name, noun, value);
    case SHAPE_I64:
    case SHAPE_BP:
    case SHAPE_MS:
        return put_number(m, name, *(const int64_t *)value);
    case SHAPE_OPT_I64:
        return put_number(m, name, ((const struct opt_i64 *)value)->value);
    case SHAPE_FLAG:
        return put_value(m, name, SIGMA_BOOL, *(const bool *)value ? STR("true") : STR("false"));
    case SHAPE_CHOICE:
        return put_value(m, name, SIGMA_TEXT,
                         str_from(shape_choice_name(field->choices, *(const unsigned *)value)));
    case SHAPE_TIME:
        return put_time(m, name, *(const struct wall *)value);
    case SHAPE_PLACE:
        return put_place(m, value);
    case SHAPE_JSON:
        return str_is(name, "attributes") ? put_attributes(m, *(const struct str *)value) : OK;
    case SHAPE_RECORD:
    case SHAPE_LIST:
        return put_nested(m, field, value, name, depth);
    case SHAPE_LABEL:
    case SHAPE_BYTES:
    case SHAPE_MONEY:
        return OK;
    }
    return OK;
}

static rc put_shape(struct making *m, const struct shape *shape, const void *record,
                    struct str prefix, unsigned depth)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        const void *value = shape_in(field, record);
        struct str name = str_from(field->name);
        if (!taxonomy_is_offered(field) || shape_absent(field, value))
            continue;
        if (prefix.len)
            TRY(str_format(m->c, &name, "%.*s%s", STR_ARG(prefix), field->name));
        TRY(put_field(m, field, value, name, depth));
    }
    return OK;
}

/* The records to which this one refers, once each. */
static rc follow(struct making *m, struct picture *picture, struct entity entity)
{
    const struct record *record = catalog_record(m->catalog, str_from(entity.noun));
    if (!record || !picture)
        return OK;
    void *found = ctx_take(m->c, 1, record->shape->size);
    if (!found)
        return fault_again(m->c);
    rc result = picture_get(m->c, picture, record->shape, entity.id, NULL, found);
    if (result.code == RC_NOT_FOUND)
        return OK;
    TRY(result);
    for (size_t i = 0; i < record->shape->count; i++) {
        const struct shape_field *field = &record->shape->fields[i];
        if (field->kind == SHAPE_REF && taxonomy_is_offered(field) &&
            strcmp(field->target, entity.noun) != 0)
            note_entity(m, field->target, *(const struct str *)shape_in(field, found));
    }
    return OK;
}

static bool has_field(const struct making *m, uint32_t field)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->values[i].field == field)
            return true;
    return false;
}

/* The records that the event names, by one that it names. */
static rc find_entities(struct making *m, struct picture *picture, bool also_of_people)
{
    size_t from = 0;
    for (unsigned hop = 0; hop < TAXONOMY_HOPS; hop++) {
        size_t end = m->entity_count;
        for (; from < end; from++) {
            const char *noun = m->entities[from].noun;
            if (also_of_people || (strcmp(noun, "person") != 0 && strcmp(noun, "account") != 0))
                TRY(follow(m, picture, m->entities[from]));
        }
    }
    return OK;
}

/* Fields of the nouns of all records that the event names, directly or by one that it names. */
static rc put_entities(struct making *m, struct picture *picture)
{
    size_t direct = m->entity_count;
    TRY(find_entities(m, picture, true));
    for (size_t i = 0; i < m->entity_count; i++) {
        struct str noun = str_from(m->entities[i].noun);
        uint32_t field = sigma_field(m->set, noun), area = sigma_field(m->set, STR("area"));
        bool is_zone = str_is(noun, "zone") && area && !has_field(m, area);
        if (field && (i < direct || !has_field(m, field)))
            TRY(put_value(m, noun, SIGMA_TEXT, m->entities[i].id));
        if (is_zone)
            TRY(put_value(m, STR("area"), SIGMA_TEXT, m->entities[i].id));
    }
    return OK;
}

/* What a choice says, of the body or else of the record that the event is of. */
static rc choice_of(struct making *m, struct picture *picture, const struct event *event,
                    const void *body, const char *name, const char **ret)
{
    const struct shape_field *field = shape_field(taxonomy_shape_of(event->kind), str_from(name));
    struct str id = event->record, noun;
    *ret = NULL;
    if (!field && picture && str_split(&id, '/', &noun)) {
        const struct record *record = catalog_record(m->catalog, noun);
        field = record ? shape_field(record->shape, str_from(name)) : NULL;
        void *found = field ? ctx_take(m->c, 1, record->shape->size) : NULL;
        if (field && !found)
            return fault_again(m->c);
        rc result = field ? picture_get(m->c, picture, record->shape, id, NULL, found) : OK;
        if (!field || result.code == RC_NOT_FOUND)
            return OK;
        TRY(result);
        body = found;
    }
    if (field && field->kind == SHAPE_CHOICE && body)
        *ret = shape_choice_name(field->choices, *(const unsigned *)shape_in(field, body));
    return OK;
}

static rc fits(struct making *m, struct picture *picture, const struct translation *t,
               const struct event *event, const void *body, bool *ret)
{
    const char *says = NULL;
    *ret = strcmp(t->event, event->kind->name) == 0;
    if (!*ret || !t->field)
        return OK;
    TRY(choice_of(m, picture, event, body, t->field, &says));
    *ret = says && strcmp(says, t->value) == 0;
    return OK;
}

static rc put_translated(struct making *m, const struct translation *t, const struct event *event)
{
    struct str id = event->record, noun;
    if (t->name)
        TRY(put_value(m, str_from(t->name), SIGMA_TEXT, str_from(t->says)));
    if (t->known_as && str_split(&id, '/', &noun))
        TRY(put_value(m, str_from(t->known_as), SIGMA_TEXT, id));
    return OK;
}

static rc put_source(struct making *m, struct picture *picture, const struct event *event,
                     const void *body, struct sigma_event *ret)
{
    struct str category, service;
    taxonomy_split_name(event->kind->name, &category, &service);
    for (size_t i = 0; i < translation_count; i++) {
        bool so = false;
        TRY(fits(m, picture, &translations[i], event, body, &so));
        if (!so)
            continue;
        category = str_from(translations[i].category);
        TRY(put_translated(m, &translations[i], event));
        break;
    }
    ret->product = sigma_source(m->set, STR("chancery"));
    ret->category = sigma_source(m->set, category);
    ret->service = sigma_source(m->set, service);
    return OK;
}

static rc put_envelope(struct making *m, const struct event *event)
{
    struct str id = event->record, noun;
    TRY(put_value(m, STR("event"), SIGMA_TEXT, str_from(event->kind->name)));
    TRY(put_value(m, STR("actor"), SIGMA_TEXT, event->actor));
    TRY(put_value(m, STR("drill"), SIGMA_BOOL, event->drill ? STR("true") : STR("false")));
    if (!str_absent(event->subject)) {
        TRY(put_value(m, STR("subject"), SIGMA_TEXT, event->subject));
        if (str_find(event->subject, STR("/")) == SIZE_MAX) /* else the record's own key */
            note_entity(m, "person", event->subject);
    }
    if (str_absent(event->record))
        return OK;
    TRY(put_value(m, STR("record"), SIGMA_TEXT, event->record));
    str_split(&id, '/', &noun);
    const struct record *record = catalog_record(m->catalog, noun);
    if (record)
        note_entity(m, record->shape->name, id);
    return OK;
}

rc taxonomy_place(struct ctx *c, struct picture *picture, const struct event *event, size_t part,
                  struct str *ret_zone, struct str *ret_site)
{
    const void *body = part_of(event, part);
    struct making *m = NULL;
    NEW(c, m, 1);
    *m = (struct making){.c = c, .catalog = picture_catalog(picture)};
    *ret_zone = *ret_site = (struct str){NULL, 0};
    TRY(put_envelope(m, event));
    if (body)
        TRY(put_shape(m, taxonomy_shape_of(event->kind), body, STR(""), 0));
    TRY(find_entities(m, picture, false));
    for (size_t i = m->entity_count; i-- > 0;) {
        if (strcmp(m->entities[i].noun, "zone") == 0)
            *ret_zone = m->entities[i].id;
        if (strcmp(m->entities[i].noun, "site") == 0)
            *ret_site = m->entities[i].id;
    }
    return OK;
}

/* An item has its own time. */
static struct wall time_of(const struct shape *shape, const void *body, const struct event *event)
{
    const struct shape_field *at =
        taxonomy_items_of(event->kind) ? shape_field(shape, STR("at")) : NULL;
    if (!at || at->kind != SHAPE_TIME || !body || shape_absent(at, shape_in(at, body)))
        return event->occurred;
    return *(const struct wall *)shape_in(at, body);
}

/* ---- local time ------------------------------------------------------------------------------ */

const char *const taxonomy_local[TAXONOMY_LOCAL_COUNT] = {"local_hour", "local_weekday",
                                                          "local_date"};

rc taxonomy_zone(struct ctx *c, struct picture *picture, const struct tz **ret)
{
    const struct record *record = catalog_record(picture_catalog(picture), STR("mission"));
    const struct shape_field *field = record ? shape_field(record->shape, STR("time_zone")) : NULL;
    struct query query = {.limit = 1};
    struct page page;
    struct tz *zone;
    *ret = NULL;
    if (!field || field->kind != SHAPE_TEXT)
        return OK;
    TRY(picture_list(c, picture, record->shape, &query, &page));
    if (page.count == 0)
        return OK;
    NEW(c, zone, 1);
    rc result = tz_open(c, &files_system, *(const struct str *)shape_in(field, page.records), zone);
    if (rc_ok(result))
        *ret = zone;
    return result.code == RC_NO_MEMORY ? result : OK;
}

static rc put_local(struct making *m, const struct tz *zone, struct wall when)
{
    static const char *const days[] = {"monday", "tuesday",  "wednesday", "thursday",
                                       "friday", "saturday", "sunday"};
    char written[WALL_TEXT_MAX];
    struct str text;
    bool asked = false;
    for (size_t i = 0; i < TAXONOMY_LOCAL_COUNT; i++)
        asked = asked || sigma_field(m->set, str_from(taxonomy_local[i]));
    if (!zone || !asked || !when.us)
        return OK;
    struct wall local = tz_local(zone, when);
    TRY(str_copy(m->c, (struct str){written, wall_format(local, written)}, &text));
    int64_t hour = 0;
    (void)str_to_i64(str_sub(text, 11, 2), &hour);
    TRY(put_number(m, str_from(taxonomy_local[0]), hour));
    TRY(put_value(m, str_from(taxonomy_local[1]), SIGMA_TEXT, str_from(days[tz_weekday(local)])));
    return put_value(m, str_from(taxonomy_local[2]), SIGMA_TEXT, str_sub(text, 0, 10));
}

rc taxonomy_event(struct ctx *c, const struct seeing *seeing, const struct event *event,
                  size_t part, struct sigma_event *ret)
{
    const struct shape *shape = taxonomy_shape_of(event->kind);
    const void *body = part_of(event, part);
    struct making *m = NULL;
    NEW(c, m, 1);
    *m = (struct making){.c = c, .set = seeing->set, .catalog = picture_catalog(seeing->picture)};
    *ret = (struct sigma_event){.id_is_number = true};
    TRY(put_source(m, seeing->picture, event, body, ret));
    TRY(put_envelope(m, event));
    if (body)
        TRY(put_shape(m, shape, body, STR(""), 0));
    TRY(put_entities(m, seeing->picture));
    TRY(str_format(c, &ret->id, "%lld", (long long)event->seq));
    /* a source whose clock is ahead does not move everybody's windows into the future */
    struct wall when = time_of(shape, body, event);
    ret->time = when.us < event->received.us ? when : event->received;
    TRY(put_local(m, seeing->zone, ret->time));
    ret->count = m->count;
    ret->values = m->values;
    return OK;
}
