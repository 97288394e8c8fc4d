#include "engine/geo/geo_compute.h"

#include "engine/geo/geojson.h"

static const struct compute_field geojson_in[] = {
    {"type", COMPUTE_TEXT, REQUIRED_FIELD, .help = "FeatureCollection"},
    {"features", COMPUTE_ANY, REQUIRED_FIELD | LISTED, .help = "features, as in RFC 7946"},
    {0}};
static const struct compute_field geojson_out[] = {
    {"ok", COMPUTE_FLAG, REQUIRED_FIELD, .help = "always true: a plan that is not is refused"},
    {"features", COMPUTE_INTEGER, REQUIRED_FIELD, .help = "number of features"},
    {"located", COMPUTE_INTEGER, REQUIRED_FIELD, .help = "number of them with a geometry"},
    {0}};

static rc run_geojson(struct ctx *c, const struct datum *input, struct text *out)
{
    const struct datum *features = datum_member(input, "features");
    size_t located = 0;
    TRY(geojson_check(c, input->text, NULL, NULL));
    for (size_t i = 0; i < features->count; i++)
        located += datum_member(&features->items[i], "geometry") != NULL;
    text_printf(out, "{\"ok\":true,\"features\":%zu,\"located\":%zu}", features->count, located);
    return OK;
}

const struct compute geo_computes[] = {
    {"geojson", "Check a plan: can a map draw it?", geojson_in, geojson_out, true,
     "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"geometry\":"
     "{\"type\":\"Point\",\"coordinates\":[24.9384,60.1699]},\"properties\":{\"zone\":\"gate\"}}]}",
     run_geojson},
    {0},
};
