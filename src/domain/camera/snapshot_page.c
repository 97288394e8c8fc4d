/* Pictures of alarms and how cameras do, for the console. */
#include "domain/camera/camera_own.h"

#include "assembly/page.h"
#include "core/target.h"

/* ---- pictures -------------------------------------------------------------------------------- */

rc snapshots_serve_of_alarm(struct ctx *c, const struct request *request, struct response *response)
{
    struct query query = {.filter_count = 1,
                          .limit = SNAPSHOTS_EACH,
                          .sort = STR("at"),
                          .reader = &request->actor->clearance};
    struct alarm alarm = {0};
    struct page page;
    TRY(alarm_readable(c, request->picture, request->actor, request->parts[0], &alarm));
    query.filters[0] = (struct filter){STR("alarm"), FILTER_EQ, alarm.id};
    TRY(picture_list(c, request->picture, &snapshot_shape, &query, &page));
    const struct snapshot *items = page.records;
    text_put(response->body, STR("{\"items\":["));
    for (size_t i = 0; i < page.count; i++) {
        if (i > 0)
            text_put_char(response->body, ',');
        shape_write(response->body, &snapshot_shape, SHAPE_VIEW_SHOWN, &items[i]);
    }
    text_put(response->body, STR("]}"));
    return OK;
}

rc snapshot_serve_image(struct ctx *c, const struct request *request, struct response *response)
{
    struct snapshot snapshot = {0};
    struct snapshot_image image = {0};
    struct alarm alarm = {0};
    struct str id = request->parts[0];
    TRY(request_target(c, request, &snapshot_shape, NULL, &snapshot));
    TRY(alarm_readable(c, request->picture, request->actor, snapshot.alarm, &alarm));
    if (snapshot.deleted)
        FAIL(c, NOT_FOUND, "this picture is deleted: %.*s", STR_ARG(snapshot.deleted_why));
    TRY(picture_get(c, request->picture, &snapshot_image_shape, id, NULL, &image));
    text_put(response->body, image.jpeg);
    response->type = "image/jpeg";
    return OK;
}

/* ---- cameras --------------------------------------------------------------------------------- */

/* Whoever may not know of the camera does not learn how it does, whatever label that once had. */
static rc find_camera(struct ctx *c, const struct request *request, struct str id)
{
    struct camera camera = {0};
    struct row row;
    TRY(picture_get(c, request->picture, &camera_shape, id, &row, &camera));
    if (row.retired.us || !actor_may_read(request->actor, camera.label))
        return picture_absent(c, &camera_shape);
    return OK;
}

rc camera_serve_state(struct ctx *c, const struct request *request, struct response *response)
{
    struct camera_state state = {0};
    struct str id = request->parts[0];
    TRY(find_camera(c, request, id));
    TRY(picture_get(c, request->picture, &camera_state_shape, id, NULL, &state));
    shape_write(response->body, &camera_state_shape, SHAPE_VIEW_SHOWN, &state);
    return OK;
}

rc camera_serve_states(struct ctx *c, const struct request *request, struct response *response)
{
    struct query query = {.limit = QUERY_LIMIT_MAX,
                          .after = request_param(request, "after"),
                          .reader = &request->actor->clearance};
    struct page page;
    bool first = true;
    TRY(picture_list(c, request->picture, &camera_state_shape, &query, &page));
    const struct camera_state *states = page.records;
    text_put(response->body, STR("{\"items\":["));
    for (size_t i = 0; i < page.count; i++) {
        rc found = find_camera(c, request, states[i].id);
        if (found.code == RC_NOT_FOUND)
            continue;
        TRY(found);
        if (!first)
            text_put_char(response->body, ',');
        first = false;
        shape_write(response->body, &camera_state_shape, SHAPE_VIEW_SHOWN, &states[i]);
    }
    text_put_char(response->body, ']');
    if (!str_absent(page.after)) {
        text_put(response->body, STR(",\"after\":"));
        text_put_json(response->body, page.after);
    }
    text_put_char(response->body, '}');
    return OK;
}
