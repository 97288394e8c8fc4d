#include "support/watch_scene.h"

static struct str all_permissions[] = {STR("*")};
const struct actor guard = {.id = STR("amina"),
                            .person = STR("p-amina"),
                            .permissions = {all_permissions, 1},
                            .clearance = {TLP_AMBER, {NULL, 0}}};
const struct actor other_guard = {.id = STR("bela"),
                                  .person = STR("p-bela"),
                                  .permissions = {all_permissions, 1},
                                  .clearance = {TLP_AMBER, {NULL, 0}}};

static const struct module *const modules[] = {WATCH_MODULES};

void watch_scene_open(struct scene *s)
{
    scene_open(s, sizeof modules / sizeof modules[0], modules);
    scene_do(s, "site.add", NULL,
             "{\"id\":\"s1\",\"label\":\"TLP:GREEN\",\"name\":\"Chancery\",\"kind\":\"chancery\"}");
    const char *zones[] = {"hall", "yard"};
    for (size_t i = 0; i < 2; i++) {
        char json[256];
        snprintf(json, sizeof json,
                 "{\"id\":\"%s\",\"label\":\"TLP:GREEN\",\"site\":\"s1\",\"name\":\"%s\","
                 "\"kind\":\"general\"}",
                 zones[i], zones[i]);
        scene_do(s, "zone.add", NULL, json);
    }
    scene_do(s, "source.add", NULL,
             SOURCE("panel", "panel",
                    ",\"heartbeat_ms\":60000,\"zone\":\"hall\",\"points\":["
                    "{\"point\":\"1\",\"name\":\"Front door\",\"zone\":\"hall\"},"
                    "{\"point\":\"2\",\"zone\":\"yard\"}]"));
    scene_do(s, "source.add", NULL,
             SOURCE("camera", "camera", ",\"heartbeat_ms\":10000,\"zone\":\"yard\""));
}

/* ---- doing ----------------------------------------------------------------------------------- */

void does(struct scene *s, const struct actor *actor, const char *name, const char *target,
          const char *json)
{
    struct command command;
    scene_do_as(s, actor, name, target, json ? json : "{}", &command);
    if (!rc_ok(command.result))
        fail_msg("%s: %s %s", name, command.fault.message, command.fault.pointer);
}

void refused(struct scene *s, enum rc_code code, const char *rule, const struct actor *actor,
             const char *name, const char *target, const char *json)
{
    struct command command;
    scene_do_as(s, actor, name, target, json ? json : "{}", &command);
    if (command.result.code != code)
        fail_msg("%s: %s, not %s: %s", name, rc_name(command.result.code), rc_name(code),
                 command.fault.message);
    assert_string_equal(command.fault.rule, rule);
}

void signal_in(struct scene *s, const char *kind, const char *source, const char *more)
{
    struct str json;
    assert_true(
        rc_ok(str_format(&s->c, &json,
                         "{\"items\":[{\"source\":\"%s\",\"kind\":\"%s\",\"priority\":\"high\","
                         "\"code_system\":\"test\",\"text\":\"Something\"%s}]}",
                         source, kind, more)));
    scene_do(s, "signal.take", NULL, json.ptr);
}

void heartbeat(struct scene *s, const char *source)
{
    signal_in(s, "supervision", source, "");
}

void pass(struct scene *s, int64_t seconds)
{
    struct wall end = wall_after(clock_now(&s->c), seconds * 1000);
    int64_t step_us = (seconds > 400 ? seconds / 400 : 1) * SECOND_US;
    for (struct wall now = clock_now(&s->c); now.us < end.us; now = clock_now(&s->c)) {
        bool last = now.us + step_us >= end.us;
        clock_manual_set(&s->clock, last ? end : (struct wall){now.us + step_us});
        while (core_step(s->core))
            ;
    }
}

/* ---- looking --------------------------------------------------------------------------------- */

size_t count_where(struct scene *s, const struct shape *shape, const char *column,
                   const char *value)
{
    struct query query = {.limit = QUERY_LIMIT_MAX};
    struct page page;
    size_t count = 0;
    if (column)
        query.filters[query.filter_count++] =
            (struct filter){str_from(column), FILTER_EQ, str_from(value)};
    do {
        rc result = picture_list(&s->c, s->reader.picture, shape, &query, &page);
        if (!rc_ok(result))
            fail_msg("%s", s->c.fault.message);
        count += page.count;
        query.after = page.after;
    } while (!str_absent(query.after));
    return count;
}

static rc count_one(struct ctx *, void *arg, const struct ledger_event *, bool *)
{
    ++*(size_t *)arg;
    return OK;
}

size_t count_events(struct scene *s, const char *kind)
{
    size_t count = 0;
    struct ledger_walk walk = {.limit = 1000000, .kind = str_from(kind)};
    assert_true(rc_ok(ledger_walk(&s->c, s->reader.store, &walk, count_one, &count)));
    return count;
}

struct sought {
    const char *message;
    char *body;
};

static rc keep_body(struct ctx *c, void *arg, const struct ledger_event *event, bool *)
{
    struct sought *sought = arg;
    struct str body;
    TRY(str_format(c, &body, "%.*s", STR_ARG(event->body)));
    if (strstr(body.ptr, sought->message) && !sought->body)
        sought->body = strdup(body.ptr);
    return OK;
}

void raised_by_reference(struct scene *s, const char *message, const char *params, bool own)
{
    char member[100], with[1000];
    snprintf(member, sizeof member, "\"message\":\"%s\"", message);
    if (params)
        snprintf(with, sizeof with, "%s,\"params\":%s,", member, params);
    else
        snprintf(with, sizeof with, "%s,\"priority\"", member);
    struct sought sought = {.message = member};
    struct ledger_walk walk = {.limit = 1000000, .kind = STR("alarm.raised")};
    assert_true(rc_ok(ledger_walk(&s->c, s->reader.store, &walk, keep_body, &sought)));
    if (!sought.body)
        fail_msg("no alarm was raised with %s", message);
    ASSERT_HAS(sought.body, with);
    assert_null(strstr(sought.body, "\"title\""));
    assert_true(own == (strstr(sought.body, "\"consequence\"") != NULL));
    assert_true(own == (strstr(sought.body, "\"action\"") != NULL));
    free(sought.body);
}

struct alarm the_alarm(struct scene *s, const char *source, const char *cause)
{
    struct query query = {.limit = 2, .filter_count = 1};
    struct page page;
    query.filters[0] = (struct filter){STR("cause"), FILTER_EQ, str_from(cause)};
    if (source)
        query.filters[query.filter_count++] =
            (struct filter){STR("source"), FILTER_EQ, str_from(source)};
    if (!rc_ok(picture_list(&s->c, s->reader.picture, &alarm_shape, &query, &page)))
        fail_msg("%s", s->c.fault.message);
    if (page.count != 1)
        fail_msg("%zu alarms of %s by %s", page.count, cause, source ? source : "anybody");
    return *(struct alarm *)page.records;
}

enum alarm_state state_of(struct scene *s, const char *source, const char *cause)
{
    return the_alarm(s, source, cause).state;
}

struct source_state source_is(struct scene *s, const char *source)
{
    struct source_state state = {0};
    if (!rc_ok(picture_get(&s->c, s->reader.picture, &source_state_shape, str_from(source), NULL,
                           &state)))
        fail_msg("no state of %s", source);
    return state;
}

/* ---- routes ---------------------------------------------------------------------------------- */

static const struct route *route_of(const struct scene *s, enum route_method method,
                                    const char *path)
{
    for (size_t i = 0; i < catalog_route_count(s->catalog); i++) {
        const struct route *route = catalog_route(s->catalog, i);
        if (route->method == method && strcmp(route->path, path) == 0)
            return route;
    }
    fail_msg("no route %s", path);
    return NULL;
}

static void make_request(struct scene *s, const struct route *route, const struct actor *actor,
                         const char *part, struct request *ret)
{
    *ret = (struct request){.route = route,
                            .actor = actor,
                            .parts = {str_from(part)},
                            .picture = s->reader.picture,
                            .catalog = s->catalog,
                            .core = s->core};
}

const char *fetch(struct scene *s, const struct actor *actor, const char *path, const char *part,
                  const char *param)
{
    return fetch_in(s, "en", actor, path, part, param);
}

const char *fetch_in(struct scene *s, const char *language, const struct actor *actor,
                     const char *path, const char *part, const char *param)
{
    struct request request;
    struct text body;
    struct response response = {.body = &body, .readings.c = &s->noted};
    struct str text, name;
    text_init(&body, &s->c, 4 << 20);
    make_request(s, route_of(s, ROUTE_GET, path), actor, part, &request);
    request.language = str_from(language);
    if (param) {
        text = str_from(param);
        str_split(&text, '=', &name);
        request.params[request.param_count++] = (struct param){name, text};
    }
    if (!rc_ok(request_serve(&s->c, &request, &response)))
        return rc_name(s->c.fault.code);
    assert_true(rc_ok(text_done(&body, &text)));
    return text.ptr;
}

const char *post(struct scene *s, const struct actor *actor, const char *path, const char *part,
                 const char *body, struct command **ret)
{
    struct request request;
    struct text out;
    struct response response = {.body = &out, .readings.c = &s->noted};
    struct str text;
    text_init(&out, &s->c, 4 << 20);
    make_request(s, route_of(s, ROUTE_POST, path), actor, part, &request);
    request.body = str_from(body);
    if (request.route->input && !request.route->raw) {
        void *input = ctx_take(&s->c, 1, request.route->input->size);
        if (!rc_ok(shape_read(&s->c, request.route->input, SHAPE_FROM_INPUT, request.body, input)))
            return rc_name(s->c.fault.code);
        request.input = input;
    }
    if (!rc_ok(request_serve(&s->c, &request, &response)))
        return rc_name(s->c.fault.code);
    if (ret)
        *ret = response.command;
    if (!rc_ok(core_call(&s->c, s->core, response.command)))
        return rc_name(s->c.fault.code);
    if (response.answer)
        assert_true(rc_ok(request_answer(&s->c, &request, &response)));
    assert_true(rc_ok(text_done(&out, &text)));
    return text.ptr;
}
