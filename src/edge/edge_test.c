/* Requests from end to end: real sockets, the real writer, a real store. */
#include "edge/openapi.h"
#include "support/edge_scene.h"

#include "unit.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define THING(id, name) \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" name "\",\"secret\":\"hush\"}"
#define RED(id, name) "{\"id\":\"" id "\",\"label\":\"TLP:RED\",\"name\":\"" name "\"}"

static void open_plain(struct edge_scene *s)
{
    edge_scene_open(s, (struct edge_options){0});
}

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no \"%s\" in\n%s", part, text);
}

static void has_not(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("there is \"%s\" in\n%s", part, text);
}

TEST(request_of_nobody_and_of_one_who_may_not)
{
    struct edge_scene s;
    open_plain(&s);
    has(edge_scene_expect(&s, 200, "GET", "/health", NULL, NULL, NULL), "{\"status\":\"ok\"}");
    has(edge_scene_ask(&s, "GET", "/api/v1/things", NULL, NULL, NULL), "WWW-Authenticate: Bearer");
    has(edge_scene_expect(&s, 401, "GET", "/api/v1/things", NULL, NULL, NULL),
        "\"code\":\"UNAUTHENTICATED\"");
    edge_scene_expect(&s, 401, "GET", "/health", "nobody", NULL, NULL);
    edge_scene_expect(&s, 200, "GET", "/health", NULL, "Cookie: session=nobody\r\n", NULL);
    edge_scene_expect(&s, 403, "POST", "/api/v1/things", "guard", NULL, THING("t1", "one"));
    edge_scene_expect(&s, 403, "GET", "/api/v1/status", "guard", NULL, NULL);
    edge_scene_expect(&s, 200, "GET", "/api/v1/things", "guard", NULL, NULL);
    edge_scene_close(&s);
}

TEST(record_from_its_making_to_its_end)
{
    struct edge_scene s;
    open_plain(&s);
    const char *made =
        edge_scene_ask(&s, "POST", "/api/v1/things", "officer", NULL, THING("t1", "one"));
    has(made, "HTTP/1.1 201 Created\r\n");
    has(made, "Location: /api/v1/things/t1\r\n");
    has(made, "ETag: \"0\"\r\n");
    has(made, "{\"id\":\"t1\",\"seq\":0,\"events\":1}");
    const char *got = edge_scene_ask(&s, "GET", "/api/v1/things/t1", "guard", NULL, NULL);
    has(got, "\"name\":\"one\"");
    has(got, "ETag: \"0\"\r\n");
    has_not(got, "hush");
    edge_scene_expect(&s, 304, "GET", "/api/v1/things/t1", "guard", "If-None-Match: \"0\"\r\n",
                      NULL);
    edge_scene_expect(&s, 412, "PUT", "/api/v1/things/t1", "officer", "If-Match: \"7\"\r\n",
                      THING("t1", "two"));
    has(edge_scene_expect(&s, 200, "PUT", "/api/v1/things/t1", "officer", "If-Match: \"0\"\r\n",
                          THING("t1", "two")),
        "\"seq\":1");
    has(edge_scene_expect(&s, 200, "GET", "/api/v1/things/t1/history", "guard", NULL, NULL),
        "thing.changed");
    edge_scene_expect(&s, 200, "DELETE", "/api/v1/things/t1?why=broken", "officer", NULL, NULL);
    edge_scene_expect(&s, 404, "GET", "/api/v1/things/t2", "guard", NULL, NULL);
    edge_scene_close(&s);
}

TEST(refusal_says_what_is_wrong_and_where)
{
    struct edge_scene s;
    open_plain(&s);
    const char *problem =
        edge_scene_expect(&s, 422, "POST", "/api/v1/things", "officer", NULL,
                          "{\"id\":\"t1\",\"label\":\"TLP:GREEN\",\"name\":\"\"}");
    has(problem, "\"pointer\":\"/name\"");
    has(problem, "\"status\":422");
    has(edge_scene_expect(&s, 422, "POST", "/api/v1/things", "officer", NULL,
                          "{\"label\":\"TLP:GREEN\",\"name\":\"a\",\"colour\":1}"),
        "\"pointer\":\"/colour\"");
    problem = edge_scene_expect(&s, 422, "POST", "/api/v1/things", "officer", NULL,
                                "{\"colour\":1,\"name\":\"\"}");
    has(problem, "\"errors\":[{\"pointer\":\"/label\",\"rule\":\"required\"");
    has(problem, "{\"pointer\":\"/name\",\"rule\":\"least\"");
    has(problem, "{\"pointer\":\"/colour\",\"rule\":\"unknown\"");
    edge_scene_expect(&s, 400, "POST", "/api/v1/things", "officer", NULL, "{\"name\":");
    edge_scene_expect(&s, 400, "POST", "/api/v1/things", "officer", NULL, NULL);
    edge_scene_expect(&s, 422, "GET", "/api/v1/things?limit=0", "officer", NULL, NULL);
    edge_scene_expect(&s, 400, "GET", "/api/v1/things?a=1&a=2", "officer", NULL, NULL);
    edge_scene_expect(&s, 400, "GET", "/api/v1/things?a=%zz", "officer", NULL, NULL);
    const char *fault = edge_scene_expect(&s, 500, "GET", "/api/v1/broken", NULL, NULL, NULL);
    has_not(fault, "secret");
    has(fault, "CORRUPT");
    edge_scene_close(&s);
}

TEST(way_that_is_not_offered)
{
    struct edge_scene s;
    open_plain(&s);
    edge_scene_expect(&s, 404, "GET", "/api/v1/nothing", NULL, NULL, NULL);
    has(edge_scene_ask(&s, "PATCH", "/api/v1/things/t1", NULL, NULL, NULL),
        "Allow: GET, HEAD, PUT, DELETE\r\n");
    edge_scene_expect(&s, 405, "OPTIONS", "/api/v1/things", NULL, NULL, NULL);
    edge_scene_expect(&s, 404, "POST", "/nothing", NULL, NULL, NULL);
    edge_scene_expect(&s, 400, "GET", "/api/v1/things/../status", "officer", NULL, NULL);
    edge_scene_expect(&s, 400, "GET", "/api//v1/things", "officer", NULL, NULL);
    const char *head = edge_scene_ask(&s, "HEAD", "/health", NULL, NULL, NULL);
    has(head, "Content-Length: 15\r\n");
    has_not(head, "{\"status\"");
    edge_scene_close(&s);
}

TEST(body_is_bounded_and_in_json)
{
    struct edge_scene s;
    open_plain(&s);
    edge_scene_expect(&s, 413, "POST", "/api/v1/things", "officer",
                      "Content-Type: application/json\r\nContent-Length: 65537\r\n", NULL);
    edge_scene_expect(&s, 401, "POST", "/api/v1/things", NULL,
                      "Content-Type: application/json\r\nContent-Length: 65537\r\n", NULL);
    edge_scene_expect(&s, 415, "POST", "/api/v1/things", "officer",
                      "Content-Type: text/plain\r\nContent-Length: 2\r\n", NULL);
    edge_scene_expect(&s, 400, "GET", "/api/v1/things", "officer", "Content-Length: 2\r\n", NULL);
    edge_scene_close(&s);
}

TEST(body_of_which_nothing_is_required_may_be_left_out)
{
    struct edge_scene s;
    open_plain(&s);
    has(edge_scene_expect(&s, 200, "POST", "/api/v1/echo", NULL, NULL, "{\"why\":\"rain\"}"),
        "\"why\":\"rain\"");
    has(edge_scene_expect(&s, 200, "POST", "/api/v1/echo", NULL, NULL, "{}"), "\"why\":null");
    has(edge_scene_expect(&s, 200, "POST", "/api/v1/echo", NULL, NULL, NULL), "\"why\":null");
    edge_scene_expect(&s, 415, "POST", "/api/v1/echo", NULL,
                      "Content-Type: text/plain\r\nContent-Length: 2\r\n", NULL);
    edge_scene_expect(&s, 422, "POST", "/api/v1/echo", NULL, NULL, "{\"colour\":1}");
    edge_scene_close(&s);
}

TEST(parameters_are_bounded)
{
    struct edge_scene s;
    char target[512] = "/api/v1/echo?a0=1";
    size_t len = strlen(target);
    open_plain(&s);
    for (int i = 1; i < REQUEST_PARAMS_MAX; i++)
        len += (size_t)snprintf(target + len, sizeof target - len, "&a%d=1", i);
    edge_scene_expect(&s, 200, "POST", target, NULL, NULL, NULL);
    snprintf(target + len, sizeof target - len, "&more=1");
    edge_scene_expect(&s, 400, "POST", target, NULL, NULL, NULL);
    edge_scene_close(&s);
}

TEST(other_site_cannot_make_a_browser_do_something)
{
    struct edge_scene s;
    struct str names[] = {STR("post.example.org")};
    edge_scene_open(&s, (struct edge_options){.hosts = {names, 1}});
#define COOKIE "Cookie: session=officer\r\n"
#define ECHO(status, headers) \
    edge_scene_expect(&s, status, "POST", "/api/v1/echo", NULL, headers, NULL)
    ECHO(200, "");
    ECHO(403, COOKIE);
    ECHO(200, COOKIE "X-Chancery: 1\r\n");
    ECHO(403, COOKIE "X-Chancery: 1\r\nOrigin: https://evil.example\r\n");
    ECHO(403, COOKIE "X-Chancery: 1\r\nOrigin: null\r\n");
    ECHO(403, COOKIE "X-Chancery: 1\r\nSec-Fetch-Site: cross-site\r\n");
    ECHO(403, COOKIE "X-Chancery: 1\r\nSec-Fetch-Site: same-site\r\n");
    ECHO(403, "Origin: https://evil.example\r\n");
    ECHO(200,
         COOKIE "X-Chancery: 1\r\nOrigin: http://localhost\r\nSec-Fetch-Site: same-origin\r\n");
    edge_scene_expect(&s, 200, "GET", "/api/v1/things", NULL,
                      COOKIE "Sec-Fetch-Site: cross-site\r\n", NULL);
    edge_scene_close(&s);
}

TEST(name_that_is_not_ours_is_refused)
{
    struct edge_scene s;
    struct str names[] = {STR("post.example.org")};
    edge_scene_open(&s, (struct edge_options){.hosts = {names, 1}});
    static const struct {
        const char *host, *status;
    } rows[] = {{"localhost", "200"},    {"127.0.0.1:8022", "200"},
                {"[::1]:8022", "200"},   {"POST.example.org", "200"},
                {"evil.example", "400"}, {"localhost.evil.example", "400"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char request[256], status[16];
        int fd = edge_scene_dial(&s);
        snprintf(request, sizeof request,
                 "GET /health HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", rows[i].host);
        snprintf(status, sizeof status, "HTTP/1.1 %s ", rows[i].status);
        edge_scene_say(fd, request);
        has(edge_scene_hear(fd, NULL), status);
        close(fd);
    }
    edge_scene_close(&s);
}

/* In the record from before they were refused, in free JSON, in a fault's words, in a live event.
 */
TEST(hidden_characters_are_shown_wherever_text_leaves)
{
    struct edge_scene s;
    open_plain(&s);
    scene_do(&s.scene, "thing.add", NULL,
             "{\"id\":\"t1\",\"label\":\"TLP:GREEN\",\"name\":\"one\","
             "\"raw\":{\"a\":\"x\u202ey\",\"b\":\"\\u2066\"}}");
    const char *reply = edge_scene_ask(&s, "GET", "/api/v1/things/t1", "officer", NULL, NULL);
    has(reply, "{\"a\":\"x[U+202E]y\",\"b\":\"[U+2066]\"}");
    reply = edge_scene_ask(&s, "GET", "/api/v1/things?format=csv", "officer", NULL, NULL);
    has_not(reply, "\u202e");
    reply = edge_scene_ask(&s, "POST", "/api/v1/echo?a=%E2%80%AEx", "officer", NULL, NULL);
    has(reply, "\"a\":\"[U+202E]x\"");
    reply = edge_scene_ask(&s, "POST", "/api/v1/things", "officer", NULL,
                           "{\"label\":\"TLP:GREEN\",\"name\":\"t\u202ewo\"}");
    has(reply, "HTTP/1.1 422 ");
    has(reply, "\"rule\":\"hidden\"");
    has(reply, "U+202E");
    has_not(reply, "\u202e");
    edge_scene_close(&s);
}

TEST(answer_tells_the_browser_how_little_it_may_do)
{
    struct edge_scene s;
    open_plain(&s);
    const char *reply =
        edge_scene_ask(&s, "POST", "/api/v1/echo?a=x%20y+z", NULL,
                       "Accept-Language: de, ar;q=0.4, fr-CH;q=0.9, *;q=0.1\r\n", NULL);
    has(reply, "Content-Security-Policy: default-src 'self'; script-src 'self';");
    has(reply, "frame-ancestors 'none'");
    has_not(reply, "unsafe");
    has(reply, "require-trusted-types-for 'script'");
    has(reply, "Cross-Origin-Embedder-Policy: require-corp\r\n");
    has(reply, "Cross-Origin-Opener-Policy: same-origin\r\n");
    has(reply, "Cross-Origin-Resource-Policy: same-origin\r\n");
    has(reply, "X-Content-Type-Options: nosniff\r\n");
    has(reply, "Cache-Control: no-store\r\n");
    has(reply, "Content-Disposition: attachment; filename=\"no_good__name_.json\"; "
               "filename*=UTF-8''%");
    has(reply, "Set-Cookie: session=x; HttpOnly\r\n");
    has(reply, "{\"origin\":\"http://localhost\",\"language\":\"fr\",\"a\":\"x y z\",");
    has_not(reply, "Strict-Transport-Security");
    edge_scene_close(&s);
}

TEST(answer_that_is_the_same_for_everybody_is_packed_and_no_other)
{
    struct edge_scene s;
    open_plain(&s);
    static const char takes[] = "Accept-Encoding: br, gzip\r\n";
    const char *reply = edge_scene_ask(&s, "HEAD", "/api/v1/catalog", "guard", takes, NULL);
    has(reply, "Content-Encoding: gzip\r\n");
    has(reply, "Vary: Accept-Encoding\r\n");
    reply = edge_scene_ask(&s, "GET", "/api/v1/catalog", "guard", NULL, NULL);
    has_not(reply, "Content-Encoding");
    has(reply, "{\"records\":[");
    reply = edge_scene_ask(&s, "GET", "/api/v1/catalog", "guard", "Accept-Encoding: gzip;q=0\r\n",
                           NULL);
    has_not(reply, "Content-Encoding");
    reply = edge_scene_ask(&s, "GET", "/api/v1/openapi.json", "guard", takes, NULL);
    has_not(reply, "Content-Encoding");
    edge_scene_close(&s);
}

TEST(restricted_record_is_shown_only_when_its_reading_is_on_the_record)
{
    struct edge_scene s;
    open_plain(&s);
    edge_scene_expect(&s, 201, "POST", "/api/v1/things", "officer", NULL, RED("t1", "one"));
    int64_t before = core_size(s.scene.core);
    edge_scene_expect(&s, 404, "GET", "/api/v1/things/t1", "guard", NULL, NULL);
    assert_int_equal(core_size(s.scene.core), before);
    has(edge_scene_expect(&s, 200, "GET", "/api/v1/things/t1", "officer", NULL, NULL), "TLP:RED");
    assert_int_equal(core_size(s.scene.core), before + 1);
    has(edge_scene_expect(&s, 200, "GET", "/api/v1/ledger/events/1", "officer", NULL, NULL),
        "thing/t1");
    edge_scene_close(&s);
}

TEST(slow_route_is_served_by_a_worker)
{
    struct edge_scene s;
    open_plain(&s);
    has(edge_scene_expect(&s, 200, "GET", "/api/v1/slow", "guard", NULL, NULL),
        "{\"slow\":\"guard\"}");
    edge_scene_close(&s);
}

/* Two who hold rules against the whole record do not keep others from signing in. */
TEST(what_is_lengthy_keeps_no_slow_route_waiting)
{
    struct edge_scene s;
    int lines[3];
    open_plain(&s);
    sem_init(&edge_scene_lengthy, 0, 0);
    for (size_t i = 0; i < 3; i++) {
        lines[i] = edge_scene_dial(&s);
        edge_scene_say(lines[i], "GET /api/v1/lengthy HTTP/1.1\r\nHost: localhost\r\n"
                                 "Authorization: Bearer guard\r\nConnection: close\r\n\r\n");
    }
    edge_scene_expect(&s, 200, "GET", "/api/v1/slow", "guard", NULL, NULL);
    for (size_t i = 0; i < 3; i++)
        sem_post(&edge_scene_lengthy);
    for (size_t i = 0; i < 3; i++) {
        has(edge_scene_hear(lines[i], NULL), "{\"lengthy\":true}");
        close(lines[i]);
    }
    edge_scene_close(&s);
    sem_destroy(&edge_scene_lengthy);
}

TEST(status_counts_and_openapi_describes)
{
    struct edge_scene s;
    open_plain(&s);
    edge_scene_expect(&s, 404, "GET", "/api/v1/nothing", NULL, NULL, NULL);
    const char *status = edge_scene_expect(&s, 200, "GET", "/api/v1/status", "officer", NULL, NULL);
    has(status, "\"sandbox\":\"none\"");
    has(status, "\"4xx\":1");
    const char *api =
        edge_scene_expect(&s, 200, "GET", "/api/v1/openapi.json", "guard", NULL, NULL);
    has(api,
        "{\"$ref\":\"#/components/schemas/command_done\"}}}},\"204\":{\"description\":\"done, with "
        "nothing to report\"}");
    has(api, "\"content\":{\"text/event-stream\":{}}");
    has(api, "\"/api/v1/things/{id}\":{\"get\":{\"summary\":\"Get one by its "
             "id\",\"x-permission\":\"thing.read\"");
    has(api, "\"$ref\":\"#/components/schemas/thing\"");
    has(api, "\"parameters\":[{\"$ref\":\"#/components/parameters/list_q\"}");
    has(api, "\"requestBody\":{\"required\":false,\"content\":{\"application/json\":{\"schema\":{"
             "\"$ref\":\"#/components/schemas/step_reason\"}}}}");
    has(api, "\"requestBody\":{\"required\":true,");
    has(api, "\"list_count\":{\"name\":\"count\",\"in\":\"query\"");
    edge_scene_close(&s);
}

TEST(a_list_is_counted_under_the_rights_of_its_reader)
{
    struct edge_scene s;
    open_plain(&s);
    edge_scene_expect(&s, 201, "POST", "/api/v1/things", "officer", NULL,
                      "{\"label\":\"TLP:GREEN\",\"name\":\"One\"}");
    edge_scene_expect(&s, 201, "POST", "/api/v1/things", "officer", NULL,
                      "{\"label\":\"TLP:RED\",\"name\":\"Two\"}");
    assert_string_equal(
        edge_scene_expect(&s, 200, "GET", "/api/v1/things?count=name", "officer", NULL, NULL),
        "{\"counts\":[{\"value\":\"One\",\"count\":1},{\"value\":\"Two\",\"count\":1}],"
        "\"total\":2}");
    assert_string_equal(
        edge_scene_expect(&s, 200, "GET", "/api/v1/things?count=name", "guard", NULL, NULL),
        "{\"counts\":[{\"value\":\"One\",\"count\":1}],\"total\":1}");
    assert_string_equal(
        edge_scene_expect(&s, 200, "GET", "/api/v1/things?count=&q=tw", "guard", NULL, NULL),
        "{\"counts\":[],\"total\":0}");
    edge_scene_expect(&s, 422, "GET", "/api/v1/things?count=nothing", "officer", NULL, NULL);
    edge_scene_expect(&s, 422, "GET", "/api/v1/things?count=name&format=csv", "officer", NULL,
                      NULL);
    edge_scene_close(&s);
}

TEST(description_for_people_names_every_route)
{
    struct edge_scene s;
    struct text out;
    open_plain(&s);
    text_init(&out, &s.scene.c, 1 << 20);
    assert_true(rc_ok(openapi_markdown(&s.scene.c, s.scene.catalog, &out)));
    struct str text;
    assert_true(rc_ok(text_done(&out, &text)));
    has(text.ptr, "## POST /api/v1/things\n\nAdd a new one.\n\n- permission: `thing.write`\n"
                  "- takes `thing` (A thing of the test)\n");
    has(text.ptr, "- gives a list of `thing`");
    has(text.ptr, "- gives `command_done` (The result of a command)\n\n## GET /api/v1/things/{id}");
    for (size_t i = 0; i < catalog_route_count(s.scene.catalog); i++)
        has(text.ptr, catalog_route(s.scene.catalog, i)->path);
    edge_scene_close(&s);
}

TEST(answer_of_another_shape_than_declared_is_an_error)
{
    struct edge_scene s;
    open_plain(&s);
    edge_scene_expect(&s, 500, "GET", "/api/v1/lie", NULL, NULL, NULL);
    edge_scene_close(&s);
}

TEST(routes_that_were_met_are_listed)
{
    struct edge_scene s;
    char path[] = "/tmp/chancery-hits-XXXXXX", text[256] = {0};
    int fd = mkstemp(path);
    edge_scene_open(&s, (struct edge_options){.hits_path = path});
    edge_scene_expect(&s, 200, "GET", "/health", NULL, NULL, NULL);
    edge_scene_expect(&s, 401, "GET", "/api/v1/things/t1", NULL, NULL, NULL);
    assert_true(read(fd, text, sizeof text - 1) > 0);
    assert_string_equal(text, "GET /health 200\nGET /api/v1/things/{id} 401\n");
    close(fd);
    unlink(path);
    edge_scene_close(&s);
}

/* The server was opened, somebody asked, and then the writer could not be started. */
TEST(edge_stops_though_somebody_waits_for_a_writer_that_never_started)
{
    static const struct module *const modules[] = {&edge_module, &thing_module};
    struct edge_scene s = {.guard = GUARD_ON_DUTY};
    const char *body = "{\"id\":\"a\",\"label\":\"TLP:GREEN\",\"name\":\"a\"}";
    char request[400];
    scene_open(&s.scene, sizeof modules / sizeof modules[0], modules);
    edge_scene_prepare(&s, (struct edge_options){0});
    int fd = edge_scene_dial(&s);
    snprintf(request, sizeof request,
             "POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer officer\r\n"
             "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
             strlen(body), body);
    edge_scene_say(fd, request);
    while (core_counts(s.scene.core).waiting == 0)
        ; /* until the writer would have it */
    core_abandon(s.scene.core);
    assert_non_null(strstr(edge_scene_hear(fd, "\r\n\r\n"), "HTTP/1.1 503 "));
    close(fd);
    edge_scene_close(&s);
}

/* Also what no handler ever saw has the headers of every answer. */
TEST(answers_to_what_cannot_be_read_have_the_headers_of_every_answer)
{
    struct edge_scene s;
    open_plain(&s);
    static char long_target[8200];
    memset(long_target, 'a', sizeof long_target - 1);
    memcpy(long_target, "GET /", 5);
    static const struct {
        const char *status, *head;
    } cases[] = {
        {"400", "GET / HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n"},
        {"400", "GET / HTTP/1.1\nHost: localhost\n\n"},
        {"411", "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"},
        {"414", long_target},
        {"417", "GET / HTTP/1.1\r\nHost: localhost\r\nExpect: tea\r\n\r\n"},
        {"505", "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int fd = edge_scene_dial(&s);
        edge_scene_say(fd, cases[i].head);
        if (cases[i].head == long_target)
            edge_scene_say(fd, " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const char *reply = edge_scene_hear(fd, NULL);
        char line[32];
        snprintf(line, sizeof line, "HTTP/1.1 %s ", cases[i].status);
        has(reply, line);
        has(reply, "Content-Security-Policy: default-src 'self'");
        has(reply, "X-Content-Type-Options: nosniff\r\n");
        has(reply, "Referrer-Policy: no-referrer\r\n");
        has(reply, "Cache-Control: no-store\r\n");
        close(fd);
    }
    edge_scene_close(&s);
}
