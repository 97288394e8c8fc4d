/* How sources are: the facts of the picture beside the running counts of the vault. */
#include "domain/source/source_own.h"

#include "assembly/page.h"
#include "core/target.h"

enum { SOURCES_MAX = 5000, GAPS_SHOWN = 50 };

static rc put_source(struct ctx *c, const struct request *request, const struct source *source,
                     bool whole, struct text *out)
{
    struct source_state state = {0};
    struct source_pulse *pulse = NULL;
    NEW(c, pulse, 1);
    TRY(source_state_get(c, request->picture, source, &state));
    TRY(source_pulse_get(c, request->picture, source->id, source->label, pulse));
    if (!whole)
        pulse->bad_samples.count = pulse->storm_samples.count = 0;
    text_put(out, STR("{\"source\":"));
    shape_write(out, &source_shape, SHAPE_VIEW_SHOWN, source);
    text_put(out, STR(",\"state\":"));
    shape_write(out, &source_state_shape, SHAPE_VIEW_SHOWN, &state);
    text_put(out, STR(",\"pulse\":"));
    shape_write(out, &source_pulse_shape, SHAPE_VIEW_SHOWN, pulse);
    return OK;
}

rc sources_serve_states(struct ctx *c, const struct request *request, struct response *response)
{
    struct source *sources = NULL;
    size_t count = 0;
    TRY(page_rows(c, request, &source_shape, SOURCES_MAX, &sources, &count));
    text_put(response->body, STR("{\"items\":["));
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_put_char(response->body, ',');
        sources[i].points.count = 0; /* many; they are on the source's own page */
        TRY(put_source(c, request, &sources[i], false, response->body));
        text_put_char(response->body, '}');
    }
    text_put(response->body, STR("]}"));
    return OK;
}

rc sources_serve_one(struct ctx *c, const struct request *request, struct response *response)
{
    struct source source = {0};
    struct page page;
    struct query query = {.limit = GAPS_SHOWN, .sort = STR("began"), .descending = true};
    TRY(request_target(c, request, &source_shape, NULL, &source));
    TRY(put_source(c, request, &source, true, response->body));
    query.filters[query.filter_count++] = (struct filter){STR("source"), FILTER_EQ, source.id};
    query.reader = &request->actor->clearance;
    TRY(picture_list(c, request->picture, &gap_shape, &query, &page));
    text_put(response->body, STR(",\"gaps\":["));
    for (size_t i = 0; i < page.count; i++) {
        if (i > 0)
            text_put_char(response->body, ',');
        shape_write(response->body, &gap_shape, SHAPE_VIEW_SHOWN,
                    (const char *)page.records + i * gap_shape.size);
    }
    text_put(response->body, STR("]}"));
    return OK;
}
