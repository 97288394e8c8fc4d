/* The catalog as JSON: what the console makes its menu, lists and forms from. */
#include "assembly/core_module.h"

#include "core/catalog.h"
#include "shape/shape_schema.h"

static void put_pair(struct text *out, const char *name, const char *help, bool comma)
{
    text_put(out, comma ? STR(",{\"name\":") : STR("{\"name\":"));
    text_put_json(out, str_from(name));
    text_put(out, STR(",\"help\":"));
    text_put_json(out, str_from(help));
}

/* "asked waiting" as ["asked","waiting"]. */
static void put_words(struct text *out, const char *states)
{
    struct str rest = str_from(states), word;
    const char *glue = "";
    text_put_char(out, '[');
    while (rest.len > 0 && str_split(&rest, ' ', &word)) {
        text_put(out, str_from(glue));
        text_put_json(out, word);
        glue = ",";
    }
    text_put_char(out, ']');
}

static void put_step(struct text *out, const struct record *record, const struct step *step,
                     bool comma)
{
    put_pair(out, step->name, step->help, comma);
    text_printf(out, ",\"event\":\"%s.%s\",\"permission\":\"%s\",\"from\":", record->shape->name,
                step->event ? step->event : "changed", step->permission);
    put_words(out, step->from);
    if (step->to)
        text_printf(out, ",\"to\":\"%s\"", step->to);
    text_printf(out, ",\"reason\":%s,\"other\":%s,\"mine\":%s,\"input\":",
                step->flags & STEP_REASON ? "true" : "false",
                step->flags & STEP_OTHER ? "true" : "false",
                step->flags & STEP_HOLDER ? "true" : "false");
    shape_describe(out, step->input ? step->input : &step_reason_shape);
    text_put_char(out, '}');
}

/* What a person can do with it; what only Chancery does is left out. */
static void put_steps(struct text *out, const struct catalog *catalog, const struct record *record)
{
    size_t count = 0, shown = 0;
    const struct step *steps = catalog_steps(catalog, record, &count);
    if (count == 0)
        return;
    text_printf(out, ",\"state\":\"%s\",\"steps\":[", record->state ? record->state : "state");
    for (size_t i = 0; i < count; i++)
        if (!(steps[i].flags & STEP_SYSTEM))
            put_step(out, record, &steps[i], shown++ > 0);
    text_put_char(out, ']');
}

/* What the frame does for it. */
static void put_frame(struct text *out, const struct record *record)
{
    const struct attachments *files = &record->attachments;
    if (files->most > 0) {
        text_printf(out, ",\"attachments\":{\"most\":%lld,\"write\":\"%s\",\"kinds\":",
                    (long long)files->most, files->write ? files->write : record->write);
        put_words(out, files->kinds);
        if (files->bytes_max > 0)
            text_printf(out, ",\"bytes_max\":%lld", (long long)files->bytes_max);
        text_put_char(out, '}');
    }
    if (record->erasable)
        text_put(out, STR(",\"erasable\":true"));
    if (record->keep.days > 0)
        text_printf(out, ",\"keep\":{\"days\":%lld,\"after\":\"%s\"}", (long long)record->keep.days,
                    record->keep.after);
}

static void put_record(struct text *out, const struct catalog *catalog, const struct module *module,
                       const struct record *record, bool comma)
{
    put_pair(out, record->shape->name, record->shape->help, comma);
    text_printf(out, ",\"module\":\"%s\",\"plural\":\"%s\",\"read\":\"%s\",\"personal\":%s",
                module->name, record->plural, record->read, record->personal ? "true" : "false");
    if (record->write)
        text_printf(out, ",\"write\":\"%s\"", record->write);
    if (record_ends(record) || record_fixed(record))
        text_put(out, STR(",\"retire\":false"));
    if (record->editable) {
        text_put(out, STR(",\"editable\":"));
        put_words(out, record->editable);
    }
    put_frame(out, record);
    put_steps(out, catalog, record);
    text_put(out, STR(",\"shape\":"));
    shape_describe(out, record->shape);
    text_put_char(out, '}');
}

static void put_records(struct text *out, const struct catalog *catalog)
{
    size_t count = 0;
    for (size_t i = 0; i < catalog_module_count(catalog); i++) {
        const struct module *module = catalog_module(catalog, i);
        for (const struct record *row = module->records; row && row->shape; row++)
            put_record(out, catalog, module, row, count++ > 0);
    }
}

/* Lists of what is no record: where they are asked for, and the shape of their rows. */
static void put_lists(struct text *out, const struct catalog *catalog)
{
    size_t count = 0;
    for (size_t i = 0; i < catalog_route_count(catalog); i++) {
        const struct route *route = catalog_route(catalog, i);
        if (!route->lists)
            continue;
        put_pair(out, route->lists->name, route->help, count++ > 0);
        text_printf(out, ",\"plural\":\"%s\",\"path\":\"%s\",\"read\":\"%s\",\"shape\":",
                    strrchr(route->path, '/') + 1, route->path + strlen("/api/v1/"),
                    route->permission);
        shape_describe(out, route->lists);
        text_put_char(out, '}');
    }
}

rc catalog_serve(struct ctx *c, const struct request *request, struct response *response)
{
    const struct catalog *catalog = request->catalog;
    struct text *out = response->body;
    (void)c;
    response->common = true;
    text_put(out, STR("{\"records\":["));
    put_records(out, catalog);
    text_put(out, STR("],\"lists\":["));
    put_lists(out, catalog);
    text_put(out, STR("],\"permissions\":["));
    for (size_t i = 0; i < catalog_permission_count(catalog); i++) {
        const struct permission *permission = catalog_permission(catalog, i);
        put_pair(out, permission->name, permission->help, i > 0);
        text_put_char(out, '}');
    }
    text_put(out, STR("],\"events\":["));
    for (size_t i = 0; i < catalog_event_count(catalog); i++) {
        const struct event_kind *kind = catalog_event_at(catalog, i);
        put_pair(out, kind->name, kind->help, i > 0);
        text_printf(out, ",\"read\":\"%s\",\"sealed\":%s}", kind->read,
                    kind->sealed ? "true" : "false");
    }
    text_put(out, STR("]}"));
    return OK;
}
