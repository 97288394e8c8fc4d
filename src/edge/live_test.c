/* Live updates over real sockets: in order, without a gap, only what may be known. */
#include "support/edge_scene.h"

#include "unit.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void add(struct edge_scene *s, const char *id, const char *label)
{
    char json[256];
    snprintf(json, sizeof json,
             "{\"id\":\"%s\",\"label\":\"%s\",\"name\":\"%s\",\"secret\":\"hush\","
             "\"raw\":{\"a\":\n1}}",
             id, label, id);
    scene_do(&s->scene, "thing.add", NULL, json);
}

static int listen_as(struct edge_scene *s, const char *who, const char *query, const char *headers)
{
    char request[512];
    int fd = edge_scene_dial(s);
    snprintf(request, sizeof request,
             "GET /api/v1/live%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
             "%s\r\n%s\r\n",
             query, who, headers);
    edge_scene_say(fd, request);
    return fd;
}

/* What comes until the end of the event that has `last` in it. */
static const char *hear_until(int fd, const char *last)
{
    const char *text = edge_scene_hear(fd, last);
    if (!strstr(text, last))
        fail_msg("\"%s\" did not come, but\n%s", last, text);
    return text;
}

/* Read on, until this has come. */
static void live_skip_to(int fd, const char *mark)
{
    static char text[1 << 20];
    static size_t len;
    static int of = -1;
    if (of != fd)
        len = 0;
    of = fd;
    char *found = NULL;
    text[len] = '\0';
    while (!(found = strstr(text, mark))) {
        ssize_t got = recv(fd, text + len, sizeof text - 1 - len, 0);
        assert_true(got > 0);
        len += (size_t)got;
        text[len] = '\0';
    }
    len -= (size_t)(found + 1 - text);
    memmove(text, found + 1, len);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        count++;
    return count;
}

TEST(live_event_comes_to_whoever_may_know_of_it)
{
    struct edge_scene s;
    edge_scene_open(&s, (struct edge_options){0});
    int guard = listen_as(&s, "guard", "", ""), officer = listen_as(&s, "officer", "", "");
    hear_until(guard, "event: ping\n");
    hear_until(officer, "event: ping\n");
    add(&s, "a", "TLP:GREEN");
    add(&s, "b", "TLP:AMBER");
    add(&s, "c", "TLP:RED");
    add(&s, "d", "TLP:GREEN");
    const char *text = hear_until(guard, "\"seq\":3,");
    assert_non_null(strstr(text,
                           "id: 0\nevent: thing.added\ndata: {\"seq\":0,\"kind\":\"thing."
                           "added\",\"record\":\"thing/a\",\"occurred\":\"2026-11-22T03:00:00"
                           "Z\",\"received\":\"2026-11-22T03:00:00Z\",\"actor\":\"system\","
                           "\"drill\":false,\"label\":\"TLP:GREEN\",\"body\":{\"id\":\"a\","));
    assert_non_null(strstr(text, "\"raw\":{\"a\": 1}"));
    assert_null(strstr(text, "hush"));
    assert_null(strstr(text, "\"seq\":1,"));
    assert_null(strstr(text, "\"seq\":2,"));
    text = hear_until(officer, "\"seq\":3,");
    assert_non_null(strstr(text, "\"seq\":1,"));
    assert_non_null(strstr(text, "\"label\":\"TLP:RED\",\"restricted\":true}"));
    close(guard);
    edge_scene_close(&s);
}

TEST(live_connection_goes_on_where_it_was_without_gap_or_doubling)
{
    enum { BEFORE = 600, AFTER = 100 };
    struct edge_scene s;
    char id[16], last[32];
    edge_scene_open(&s, (struct edge_options){0});
    for (int i = 0; i < BEFORE; i++) {
        snprintf(id, sizeof id, "t%d", i);
        add(&s, id, "TLP:GREEN");
    }
    int fd = listen_as(&s, "guard", "", "Last-Event-ID: 9\r\n");
    for (int i = BEFORE; i < BEFORE + AFTER; i++) {
        snprintf(id, sizeof id, "t%d", i);
        add(&s, id, "TLP:GREEN");
    }
    snprintf(last, sizeof last, "\"seq\":%d,", BEFORE + AFTER - 1);
    const char *text = hear_until(fd, last);
    assert_int_equal(count_of(text, "event: thing.added\n"), BEFORE + AFTER - 10);
    for (int i = 10; i < BEFORE + AFTER; i++) {
        snprintf(last, sizeof last, "\nid: %d\nevent: thing", i);
        const char *at = strstr(text, last);
        assert_non_null(at);
        text = at;
    }
    close(fd);
    edge_scene_close(&s);
}

TEST(live_connection_hears_what_it_asked_for)
{
    struct edge_scene s;
    edge_scene_open(&s, (struct edge_options){0});
    int by_kind = listen_as(&s, "guard", "?kinds=zone.*,thing.changed", "");
    int by_record = listen_as(&s, "guard", "?kinds=thing.*&records=thing/b", "");
    hear_until(by_kind, "event: ping\n");
    hear_until(by_record, "event: ping\n");
    add(&s, "a", "TLP:GREEN");
    add(&s, "b", "TLP:GREEN");
    scene_do(&s.scene, "thing.change", "a",
             "{\"id\":\"a\",\"label\":\"TLP:GREEN\",\"name\":\"new\"}");
    assert_null(strstr(hear_until(by_kind, "\"seq\":2,"), "thing.added"));
    assert_null(strstr(hear_until(by_record, "\"seq\":1,"), "\"seq\":0,"));
    close(by_kind), close(by_record);
    edge_scene_close(&s);
}

static void hear_ping(int fd, struct wall now)
{
    char text[WALL_TEXT_MAX], wanted[200];
    snprintf(wanted, sizeof wanted, "id: 0\nevent: ping\ndata: {\"size\":1,\"now\":\"%.*s\"}\n\n",
             (int)wall_format(now, text), text);
    hear_until(fd, wanted);
}

/* The time too: ages in the console go by the server's clock, which may be led (the demonstration)
 * or wrong. */
TEST(live_ping_says_how_far_the_record_is_and_what_time_it_is)
{
    struct edge_scene s;
    edge_scene_open(&s, (struct edge_options){0});
    add(&s, "a", "TLP:AMBER");
    int fd = listen_as(&s, "guard", "", "");
    hear_ping(fd, clock_now(&s.scene.c));
    clock_manual_advance_us(&s.scene.clock, 5000000);
    hear_ping(fd, clock_now(&s.scene.c));
    close(fd);
    edge_scene_close(&s);
}

TEST(live_connection_ends_with_its_session)
{
    struct edge_scene s;
    edge_scene_open(&s, (struct edge_options){0});
    int guard = listen_as(&s, "guard", "", "");
    hear_until(guard, "event: ping\n");
    s.guard = GUARD_GONE;
    add(&s, "roles", "TLP:GREEN");
    assert_null(strstr(edge_scene_hear(guard, NULL), "thing.added"));
    close(guard);
    edge_scene_close(&s);
}

TEST(live_connection_loses_what_its_caller_may_no_longer_know)
{
    struct edge_scene s;
    edge_scene_open(&s, (struct edge_options){0});
    int fd = listen_as(&s, "guard", "", "");
    hear_until(fd, "event: ping\n");
    add(&s, "a", "TLP:GREEN");
    hear_until(fd, "thing/a");
    s.guard = GUARD_WITHOUT_RIGHTS;
    add(&s, "roles", "TLP:GREEN");
    add(&s, "b", "TLP:GREEN");
    s.guard = GUARD_ON_DUTY;
    scene_do(&s.scene, "thing.change", "roles",
             "{\"id\":\"roles\",\"label\":\"TLP:GREEN\",\"name\":\"new\"}");
    const char *text = hear_until(fd, "thing.changed");
    assert_null(strstr(text, "thing.added"));
    close(fd);
    edge_scene_close(&s);
}

TEST(live_position_that_is_none_is_refused)
{
    struct edge_scene s;
    edge_scene_open(&s, (struct edge_options){.subscribers_max = 1});
    edge_scene_expect(&s, 410, "GET", "/api/v1/live?after=5", "guard", NULL, NULL);
    edge_scene_expect(&s, 422, "GET", "/api/v1/live?after=x", "guard", NULL, NULL);
    edge_scene_expect(&s, 422, "GET", "/api/v1/live", "guard", "Last-Event-ID: x\r\n", NULL);
    edge_scene_expect(&s, 401, "GET", "/api/v1/live", NULL, NULL, NULL);
    edge_scene_expect(&s, 200, "HEAD", "/api/v1/live", "guard", NULL, NULL);
    int fd = listen_as(&s, "guard", "", "");
    hear_until(fd, "event: ping\n");
    edge_scene_expect(&s, 503, "GET", "/api/v1/live", "guard", NULL, NULL);
    close(fd);
    edge_scene_close(&s);
}

TEST(live_connections_of_one_session_are_limited_and_others_are_heard)
{
    enum { EACH = 3 };
    struct edge_scene s;
    int fds[EACH];
    edge_scene_open(&s, (struct edge_options){.subscribers_each = EACH});
    for (int i = 0; i < EACH; i++) {
        fds[i] = listen_as(&s, "guard", "", "");
        hear_until(fds[i], "event: ping\n");
    }
    const char *told = edge_scene_expect(&s, 429, "GET", "/api/v1/live", "guard", NULL, NULL);
    assert_non_null(strstr(told, "this session has 3 live connections already"));
    int officer = listen_as(&s, "officer", "", "");
    hear_until(officer, "event: ping\n");
    told = edge_scene_expect(&s, 200, "GET", "/api/v1/status", "officer", NULL, NULL);
    assert_non_null(strstr(told, "\"subscribers\":4,"));
    assert_non_null(strstr(told, "\"turned_away\":1}"));
    for (int i = 0; i < EACH; i++)
        close(fds[i]);
    while (!strstr(edge_scene_expect(&s, 200, "GET", "/api/v1/status", "officer", NULL, NULL),
                   "\"subscribers\":1,"))
        ; /* until the server has seen them go */
    fds[0] = listen_as(&s, "guard", "", "");
    hear_until(fds[0], "event: ping\n");
    close(fds[0]), close(officer);
    edge_scene_close(&s);
}

/* Of what /api/v1/status tells about live connections. */
static bool says(const struct edge_scene *s, const char *counter)
{
    const char *status = edge_scene_expect(s, 200, "GET", "/api/v1/status", "officer", NULL, NULL);
    return strstr(status, counter) != NULL;
}

/* Things of 5 KB until a connection that does not read has fallen behind; how many. */
static int fill_until_lagged(struct edge_scene *s)
{
    char json[5200], id[16];
    int count = 0;
    for (; !says(s, "\"lagged\":1,"); count++) {
        snprintf(id, sizeof id, "t%d", count);
        snprintf(json, sizeof json,
                 "{\"id\":\"%s\",\"label\":\"TLP:GREEN\",\"name\":\"%s\",\"raw\":[\"%04900d\"]}",
                 id, id, 0);
        scene_do(&s->scene, "thing.add", NULL, json);
    }
    return count;
}

TEST(live_reader_that_is_slow_for_a_while_loses_nothing)
{
    struct edge_scene s;
    char last[32];
    edge_scene_open(&s, (struct edge_options){.limits = {.send_buffer = 4096}});
    int fd = listen_as(&s, "officer", "", "");
    hear_until(fd, "event: ping\n");
    int count = fill_until_lagged(&s);
    add(&s, "a", "TLP:GREEN");
    for (int i = 0; i <= count; i++) {
        snprintf(last, sizeof last, "id: %d\nevent: thing", i);
        live_skip_to(fd, last);
    }
    assert_true(says(&s, "\"slow\":0,"));
    close(fd);
    edge_scene_close(&s);
}

TEST(live_reader_that_takes_nothing_is_closed)
{
    struct edge_scene s;
    edge_scene_open(&s, (struct edge_options){.limits = {.send_buffer = 4096}});
    int fd = listen_as(&s, "officer", "", "");
    hear_until(fd, "event: ping\n");
    fill_until_lagged(&s);
    while (!says(&s, "\"slow\":1,"))
        clock_manual_advance_us(&s.scene.clock, 1000000);
    close(fd);
    edge_scene_close(&s);
}
