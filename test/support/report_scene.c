#include "support/report_scene.h"

#include "assembly/page.h"

static const struct route *route_at(struct scene *s, const char *path)
{
    for (size_t i = 0; i < catalog_route_count(s->catalog); i++) {
        const struct route *route = catalog_route(s->catalog, i);
        if (route->method == ROUTE_GET && strcmp(route->path, path) == 0)
            return route;
    }
    fail_msg("there is no route %s", path);
    return NULL;
}

struct report_answer report_ask(struct scene *s, const struct actor *actor,
                                const struct renderer *renderer, const char *path, const char *part,
                                const char *query)
{
    struct text body;
    struct response response = {.body = &body, .readings.c = &s->noted};
    struct request request = {
        .route = route_at(s, path),
        .actor = actor,
        .language = STR("en"),
        .picture = s->reader.picture,
        .catalog = s->catalog,
        .core = s->core,
        .renderer = renderer,
    };
    struct str rest = str_from(query), pair, name;
    request.parts[0] = str_from(part);
    while (rest.len > 0 && str_split(&rest, '&', &pair)) {
        assert_true(str_split(&pair, '=', &name));
        request.params[request.param_count++] = (struct param){name, pair};
    }
    text_init(&body, &s->c, 16 << 20);
    s->c.fault = (struct fault){0};
    rc result = request_serve(&s->c, &request, &response);
    struct report_answer answer = {
        .code = result.code,
        .message = s->c.fault.message,
        .type = response.type,
        .file_name = response.file_name,
        .restricted = response.readings.label.tlp != TLP_NONE,
        .records = response.readings.records,
    };
    if (rc_ok(result))
        assert_true(rc_ok(text_done(&body, &answer.body)));
    return answer;
}

const char *report_read(struct scene *s, const struct actor *actor, const struct renderer *renderer,
                        const char *path, const char *part, const char *query, const char *name)
{
    struct report_answer answer = report_ask(s, actor, renderer, path, part, query);
    if (answer.code != RC_OK)
        fail_msg("%s: %s", path, answer.message);
    assert_string_equal(answer.type, "application/pdf");
    return documents_text(answer.body, name);
}
