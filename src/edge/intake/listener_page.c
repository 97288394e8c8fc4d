/* How listeners do, for the page of sources and for the console. */
#include "edge/intake/listener.h"

rc listener_serve_state(struct ctx *c, const struct request *request, struct response *response)
{
    struct listener listener = {0};
    struct listener_state state = {0};
    struct row row;
    TRY(picture_get(c, request->picture, &listener_shape, request->parts[0], &row, &listener));
    if (row.retired.us || !actor_may_read(request->actor, listener.label))
        FAIL(c, NOT_FOUND, "there is no listener %.*s", STR_ARG(request->parts[0]));
    TRY(picture_get(c, request->picture, &listener_state_shape, listener.id, NULL, &state));
    shape_write(response->body, &listener_state_shape, SHAPE_VIEW_SHOWN, &state);
    return OK;
}

rc listener_serve_states(struct ctx *c, const struct request *request, struct response *response)
{
    struct query query = {.limit = QUERY_LIMIT_MAX,
                          .after = request_param(request, "after"),
                          .reader = &request->actor->clearance};
    struct page page;
    bool first = true;
    TRY(picture_list(c, request->picture, &listener_state_shape, &query, &page));
    const struct listener_state *states = page.records;
    text_put(response->body, STR("{\"items\":["));
    for (size_t i = 0; i < page.count; i++) {
        bool live = false;
        TRY(picture_has(c, request->picture, &listener_shape, states[i].id, &live));
        if (!live)
            continue;
        if (!first)
            text_put_char(response->body, ',');
        first = false;
        shape_write(response->body, &listener_state_shape, SHAPE_VIEW_SHOWN, &states[i]);
    }
    text_put_char(response->body, ']');
    if (!str_absent(page.after)) {
        text_put(response->body, STR(",\"after\":"));
        text_put_json(response->body, page.after);
    }
    text_put_char(response->body, '}');
    return OK;
}
