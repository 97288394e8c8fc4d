/* How listeners do, for the page of sources and for the console. */
#include "edge/intake/listener.h"

#include "core/core.h"

/* When nothing can be written, that cannot be noted either: it is told from the writer's memory. */
static void overlay(const struct request *request, struct listener_state *state)
{
    struct core_counts counts = core_counts(request->core);
    if (counts.failing == RC_OK || state->condition == LISTENER_CONDITION_FAILED ||
        state->condition == LISTENER_CONDITION_DISABLED)
        return;
    state->condition = LISTENER_CONDITION_FULL;
    state->since = counts.failing_since;
    state->why = counts.failing == RC_NO_SPACE
                     ? STR("the disk is full: nothing is acknowledged, and reading waits")
                     : STR("the disk fails: nothing is acknowledged, and reading waits");
}

/* By its label of now, whatever that was when its state was noted. */
static rc get_listener(struct ctx *c, const struct request *request, struct str id,
                       struct listener *ret)
{
    struct row row;
    TRY(picture_get(c, request->picture, &listener_shape, id, &row, ret));
    if (row.retired.us || !actor_may_read(request->actor, ret->label))
        return picture_absent(c, &listener_shape);
    return OK;
}

rc listener_serve_place(struct ctx *c, const struct request *request, struct response *response)
{
    struct listener listener = {0};
    struct listener_place place = {0};
    TRY(get_listener(c, request, request->parts[0], &listener));
    rc found = picture_get(c, request->picture, &listener_place_shape, listener.id, NULL, &place);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    place.id = listener.id;
    place.label = listener.label;
    shape_write(response->body, &listener_place_shape, SHAPE_VIEW_SHOWN, &place);
    return OK;
}

rc listener_serve_state(struct ctx *c, const struct request *request, struct response *response)
{
    struct listener listener = {0};
    struct listener_state state = {0};
    TRY(get_listener(c, request, request->parts[0], &listener));
    TRY(picture_get(c, request->picture, &listener_state_shape, listener.id, NULL, &state));
    overlay(request, &state);
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
    struct listener_state *states = page.records;
    text_put(response->body, STR("{\"items\":["));
    for (size_t i = 0; i < page.count; i++) {
        struct listener listener = {0};
        rc found = get_listener(c, request, states[i].id, &listener);
        if (found.code == RC_NOT_FOUND)
            continue;
        TRY(found);
        if (!first)
            text_put_char(response->body, ',');
        first = false;
        overlay(request, &states[i]);
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
