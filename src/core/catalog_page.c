/* The catalog as JSON: what the console makes its menu, lists and forms from. */
#include "core/own.h"

#include "core/catalog.h"
#include "shape/shape_schema.h"

static void put_pair(struct text *out, const char *name, const char *help, bool comma)
{
    text_put(out, comma ? STR(",{\"name\":") : STR("{\"name\":"));
    text_put_json(out, str_from(name));
    text_put(out, STR(",\"help\":"));
    text_put_json(out, str_from(help));
}

static void put_record(struct text *out, const struct module *module, const struct record *record,
                       bool comma)
{
    put_pair(out, record->shape->name, record->shape->help, comma);
    text_printf(out,
                ",\"module\":\"%s\",\"plural\":\"%s\",\"read\":\"%s\",\"write\":\"%s\","
                "\"personal\":%s,\"shape\":",
                module->name, record->plural, record->read, record->write,
                record->personal ? "true" : "false");
    shape_describe(out, record->shape);
    text_put_char(out, '}');
}

static void put_records(struct text *out, const struct catalog *catalog)
{
    size_t count = 0;
    for (size_t i = 0; i < catalog_module_count(catalog); i++) {
        const struct module *module = catalog_module(catalog, i);
        for (const struct record *row = module->records; row && row->shape; row++)
            put_record(out, module, row, count++ > 0);
    }
}

rc catalog_serve(struct ctx *c, const struct request *request, struct response *response)
{
    const struct catalog *catalog = request->catalog;
    struct text *out = response->body;
    (void)c;
    text_put(out, STR("{\"records\":["));
    put_records(out, catalog);
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
