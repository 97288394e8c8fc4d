/* What events there can be, by the shapes of this program: which log sources, with which fields.
 * From it follows whether a rule can still fire, and the page by which rules are written. */
#include "domain/tripwire/taxonomy_own.h"

#include "core/catalog.h"

#include <stdio.h>

enum { NAME_MAX_ = 200 };

/* Every event has these. */
static const char *const envelope[] = {"event", "actor", "record", "drill", "subject"};

/* ---- what there is --------------------------------------------------------------------------- */

static bool open_ended(const struct shape *shape)
{
    const struct shape_field *field = shape_field(shape, STR("attributes"));
    return field && field->kind == SHAPE_JSON;
}

/* Has the shape a field of this dotted name, or one that gives it? */
static bool shape_gives(const struct catalog *catalog, const struct shape *shape, struct str name,
                        unsigned depth)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        struct str own = str_from(field->name);
        const char *noun = taxonomy_noun_of(catalog, field);
        if (!taxonomy_is_offered(field))
            continue;
        bool nested = field->kind == SHAPE_RECORD || field->kind == SHAPE_LIST;
        if (field->kind == SHAPE_PLACE && (str_is(name, "lat") || str_is(name, "lon")))
            return true;
        if (!nested && (str_eq(own, name) || (noun && str_is(name, noun))))
            return true;
        if (noun && strcmp(noun, "zone") == 0 && str_is(name, "area"))
            return true;
        if (nested && depth < TAXONOMY_NESTING_MAX && name.len > own.len &&
            str_eq(str_sub(name, 0, own.len), own) && name.ptr[own.len] == '.' &&
            shape_gives(catalog, field->shape, str_sub(name, own.len + 1, name.len), depth + 1))
            return true;
    }
    return false;
}

/* By way of the records that the shape names. */
static bool hop_gives(const struct catalog *catalog, const struct shape *shape, struct str name,
                      unsigned hops)
{
    for (size_t i = 0; hops > 0 && i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        const char *noun = taxonomy_is_offered(field) ? taxonomy_noun_of(catalog, field) : NULL;
        const struct record *record = noun ? catalog_record(catalog, str_from(noun)) : NULL;
        if (!record)
            continue;
        for (size_t k = 0; k < record->shape->count; k++) {
            const struct shape_field *inner = &record->shape->fields[k];
            if (inner->kind == SHAPE_REF && taxonomy_is_offered(inner) &&
                str_is(name, inner->target))
                return true;
        }
        if (hop_gives(catalog, record->shape, name, hops - 1))
            return true;
    }
    return false;
}

static bool is_local(struct str field)
{
    for (size_t i = 0; i < TAXONOMY_LOCAL_COUNT; i++)
        if (str_is(field, taxonomy_local[i]))
            return true;
    return false;
}

static bool kind_gives(const struct catalog *catalog, const struct event_kind *kind,
                       struct str field)
{
    struct str noun, verb;
    if (str_absent(field) || open_ended(taxonomy_shape_of(kind)))
        return true;
    for (size_t i = 0; i < sizeof envelope / sizeof *envelope; i++)
        if (str_is(field, envelope[i]))
            return true;
    if (is_local(field))
        return true;
    taxonomy_split_name(kind->name, &noun, &verb);
    const struct record *record = catalog_record(catalog, noun);
    if (record && (str_eq(field, noun) || hop_gives(catalog, record->shape, field, 1)))
        return true;
    if (kind->sealed && str_is(field, "person"))
        return true;
    for (size_t i = 0; i < translation_count; i++)
        if (strcmp(translations[i].event, kind->name) == 0 &&
            ((translations[i].name && str_is(field, translations[i].name)) ||
             (translations[i].known_as && str_is(field, translations[i].known_as))))
            return true;
    return shape_gives(catalog, taxonomy_shape_of(kind), field, 0) ||
           hop_gives(catalog, taxonomy_shape_of(kind), field, TAXONOMY_HOPS);
}

static bool names_source(struct str wanted, struct str given)
{
    return str_absent(wanted) || str_eq_nocase(wanted, given);
}

/* Is there a record that says so, where a translation asks for one? */
static bool has_record(const struct reachable *r, const struct event_kind *kind,
                       const struct translation *t)
{
    struct str noun, verb;
    struct query query = {.limit = 1, .filter_count = 1};
    struct page page;
    taxonomy_split_name(kind->name, &noun, &verb);
    const struct record *record = catalog_record(r->catalog, noun);
    if (!r->picture || !record || !t->field ||
        shape_field(taxonomy_shape_of(kind), str_from(t->field)))
        return true;
    query.filters[0] = (struct filter){str_from(t->field), FILTER_EQ, str_from(t->value)};
    return rc_ok(picture_list(r->c, r->picture, record->shape, &query, &page)) && page.count > 0;
}

/* Does the kind come under this category? Without `r`: in any mission. */
static bool under_category(const struct reachable *r, const struct event_kind *kind,
                           struct str category)
{
    struct str noun, verb;
    bool always = false;
    taxonomy_split_name(kind->name, &noun, &verb);
    for (size_t i = 0; i < translation_count; i++) {
        const struct translation *t = &translations[i];
        if (strcmp(t->event, kind->name) != 0)
            continue;
        always = always || !t->field;
        if (names_source(category, str_from(t->category)) && (!r || has_record(r, kind, t)))
            return true;
    }
    return !always && names_source(category, noun);
}

/* Signals come only from sources, and those are records. */
static bool has_source(const struct reachable *r, const struct event_kind *kind)
{
    const struct record *source = catalog_record(r->catalog, STR("source"));
    struct query query = {.limit = 1};
    struct page page;
    if (!r->picture || !source || strcmp(kind->name, "signal.taken") != 0)
        return true;
    return rc_ok(picture_list(r->c, r->picture, source->shape, &query, &page)) && page.count > 0;
}

bool taxonomy_has(void *arg, struct str product, struct str category, struct str service,
                  struct str field)
{
    const struct reachable *r = arg;
    const struct catalog *catalog = r->catalog;
    const struct tz *zone = NULL;
    if (!names_source(product, STR("chancery")))
        return false;
    if (r->picture && is_local(field) && (!rc_ok(taxonomy_zone(r->c, r->picture, &zone)) || !zone))
        return false;
    for (size_t i = 0; i < catalog_event_count(catalog); i++) {
        const struct event_kind *kind = catalog_event_at(catalog, i);
        struct event event = {.kind = kind};
        struct str noun, verb;
        taxonomy_split_name(kind->name, &noun, &verb);
        if (!taxonomy_hidden(&event) && under_category(r, kind, category) &&
            names_source(service, verb) && kind_gives(catalog, kind, field) && has_source(r, kind))
            return true;
    }
    return false;
}

/* ---- writing it out -------------------------------------------------------------------------- */

static void put_names(struct text *out, const struct catalog *catalog, const struct shape *shape,
                      struct str prefix, unsigned depth)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct shape_field *field = &shape->fields[i];
        char buffer[NAME_MAX_];
        bool nested = field->kind == SHAPE_RECORD || field->kind == SHAPE_LIST;
        if (!taxonomy_is_offered(field) || (field->kind == SHAPE_JSON && !open_ended(shape)))
            continue;
        if (nested && depth < TAXONOMY_NESTING_MAX) {
            int len = snprintf(buffer, sizeof buffer, "%.*s%s.", STR_ARG(prefix), field->name);
            if (len > 0 && (size_t)len < sizeof buffer)
                put_names(out, catalog, field->shape, (struct str){buffer, (size_t)len}, depth + 1);
            continue;
        }
        if (out->len && out->ptr[out->len - 1] == '"')
            text_put_char(out, ',');
        if (field->kind == SHAPE_PLACE) {
            text_put(out, STR("\"lat\",\"lon\""));
            continue;
        }
        text_printf(out, "\"%.*s%s\"", STR_ARG(prefix), field->name);
    }
}

static void put_kind(struct text *out, const struct catalog *catalog, const struct event_kind *kind,
                     struct str category, bool first)
{
    struct str noun, verb;
    taxonomy_split_name(kind->name, &noun, &verb);
    text_printf(out, "%s{\"category\":\"%.*s\",\"service\":\"%.*s\",\"event\":\"%s\",\"help\":",
                first ? "" : ",", STR_ARG(category), STR_ARG(verb), kind->name);
    text_put_json(out, str_from(kind->help));
    text_put(out, STR(",\"fields\":["));
    put_names(out, catalog, taxonomy_shape_of(kind), STR(""), 0);
    text_printf(out, "],\"open\":%s,\"resolved\":[",
                open_ended(taxonomy_shape_of(kind)) ? "true" : "false");
    bool any = false;
    for (size_t i = 0; i < catalog_record_count(catalog); i++) {
        struct str name = str_from(catalog_record_at(catalog, i)->shape->name);
        const struct shape_field *own = shape_field(taxonomy_shape_of(kind), name);
        if ((own && taxonomy_is_offered(own)) || !kind_gives(catalog, kind, name) ||
            open_ended(taxonomy_shape_of(kind)))
            continue;
        text_printf(out, "%s\"%.*s\"", any ? "," : "", STR_ARG(name));
        any = true;
    }
    text_put(out, STR("]}"));
}

static void put_sources(struct text *out, const struct catalog *catalog)
{
    bool first = true;
    for (size_t i = 0; i < catalog_event_count(catalog); i++) {
        const struct event_kind *kind = catalog_event_at(catalog, i);
        struct event event = {.kind = kind};
        struct str noun, verb;
        taxonomy_split_name(kind->name, &noun, &verb);
        if (taxonomy_hidden(&event))
            continue;
        if (under_category(NULL, kind, noun)) {
            put_kind(out, catalog, kind, noun, first);
            first = false;
        }
        for (size_t k = 0; k < translation_count; k++) {
            if (strcmp(translations[k].event, kind->name) != 0)
                continue;
            put_kind(out, catalog, kind, str_from(translations[k].category), first);
            first = false;
        }
    }
}

void taxonomy_put(struct text *out, const struct catalog *catalog)
{
    text_put(out, STR("{\"product\":\"chancery\",\"every\":["));
    for (size_t i = 0; i < sizeof envelope / sizeof *envelope; i++)
        text_printf(out, "%s\"%s\"", i ? "," : "", envelope[i]);
    for (size_t i = 0; i < TAXONOMY_LOCAL_COUNT; i++)
        text_printf(out, ",\"%s\"", taxonomy_local[i]);
    text_put(out, STR("],\"states\":["));
    for (size_t i = 0; i < picture_state_count; i++)
        text_printf(out, "%s\"%s\"", i ? "," : "", picture_states[i]);
    text_put(out, STR("],\"sources\":["));
    put_sources(out, catalog);
    text_put(out, STR("]}"));
}
