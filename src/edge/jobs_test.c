/* Long work that nobody waits for: how far it is, whose it is, how many there may be. */
#include "edge/jobs.h"

#include "support/edge_scene.h"
#include "unit.h"

#include <stdio.h>

#define ASYNC "Prefer: wait=2, respond-async\r\n"

static void open_scene(struct edge_scene *s)
{
    sem_init(&edge_scene_lengthy, 0, 0);
    edge_scene_open(s, (struct edge_options){0});
}

static void close_scene(struct edge_scene *s)
{
    edge_scene_close(s);
    sem_destroy(&edge_scene_lengthy);
}

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("no \"%s\" in\n%s", part, text);
}

enum { ADDRESS_MAX = 64 };

/* Ask for one, and its address. */
static void begin(struct edge_scene *s, const char *who, char address[ADDRESS_MAX])
{
    const char *reply = edge_scene_ask(s, "GET", "/api/v1/lengthy", who, ASYNC, NULL);
    const char *location = strstr(reply, "Location: ");
    has(reply, "HTTP/1.1 202 ");
    assert_non_null(location);
    assert_int_equal(sscanf(location, "Location: %63[^\r]", address), 1);
}

/* Wait until it says so. */
static const char *await(struct edge_scene *s, const char *address, const char *who,
                         const char *part)
{
    const char *view = "";
    for (int i = 0; i < 20000; i++) {
        view = edge_scene_expect(s, 200, "GET", address, who, NULL, NULL);
        if (strstr(view, part))
            return view;
    }
    fail_msg("never \"%s\", but\n%s", part, view);
    return view;
}

static const char *answer_of(const char *address)
{
    static char text[80];
    snprintf(text, sizeof text, "%s/answer", address);
    return text;
}

TEST(job_says_how_far_it_is_and_keeps_the_answer_for_who_asked)
{
    struct edge_scene s;
    open_scene(&s);
    char job[ADDRESS_MAX];
    begin(&s, "guard", job);
    has(await(&s, job, "guard", "\"state\":\"running\""), "\"route\":\"GET /api/v1/lengthy\"");
    has(await(&s, job, "guard", "\"total\":2"), "\"done\":1");
    has(edge_scene_expect(&s, 409, "GET", answer_of(job), "guard", NULL, NULL), "not done");
    sem_post(&edge_scene_lengthy);
    has(await(&s, job, "guard", "\"state\":\"done\""), "\"status\":200");
    assert_string_equal(edge_scene_expect(&s, 200, "GET", answer_of(job), "guard", NULL, NULL),
                        "{\"lengthy\":true}");
    /* Of somebody else it is not there, in the words of one that never was. */
    static const char *const methods[] = {"GET", "DELETE"};
    for (size_t i = 0; i < 2; i++)
        has(edge_scene_expect(&s, 404, methods[i], job, "officer", NULL, NULL), "no such job");
    edge_scene_expect(&s, 404, "GET", answer_of(job), "officer", NULL, NULL);
    edge_scene_expect(&s, 404, "GET", "/api/v1/jobs/00", "guard", NULL, NULL);
    edge_scene_expect(&s, 401, "GET", job, NULL, NULL, NULL);
    assert_string_equal(edge_scene_expect(&s, 200, "GET", "/api/v1/jobs", "officer", NULL, NULL),
                        "{\"items\":[]}");
    has(edge_scene_expect(&s, 200, "GET", "/api/v1/jobs", "guard", NULL, NULL), job + 13);
    edge_scene_expect(&s, 204, "DELETE", job, "guard", NULL, NULL);
    edge_scene_expect(&s, 404, "GET", answer_of(job), "guard", NULL, NULL);
    close_scene(&s);
}

TEST(job_that_is_withdrawn_ends_and_nobody_sees_it)
{
    struct edge_scene s;
    open_scene(&s);
    char first[ADDRESS_MAX];
    begin(&s, "guard", first);
    await(&s, first, "guard", "\"done\":1");
    edge_scene_expect(&s, 204, "DELETE", first, "guard", NULL, NULL);
    edge_scene_expect(&s, 404, "GET", first, "guard", NULL, NULL);
    char second[ADDRESS_MAX];
    begin(&s, "guard", second);
    sem_post(&edge_scene_lengthy);
    sem_post(&edge_scene_lengthy);
    await(&s, second, "guard", "\"state\":\"done\"");
    close_scene(&s);
}

TEST(job_asks_who_asked_when_it_begins_and_when_it_is_fetched)
{
    struct edge_scene s;
    open_scene(&s);
    char first[ADDRESS_MAX], second[ADDRESS_MAX];
    begin(&s, "guard", first);
    await(&s, first, "guard", "\"done\":1");
    begin(&s, "guard", second);
    char behind[ADDRESS_MAX];
    begin(&s, "officer", behind);
    s.guard = GUARD_GONE;
    sem_post(&edge_scene_lengthy);
    await(&s, behind, "officer", "\"done\":1");
    edge_scene_expect(&s, 401, "GET", answer_of(first), "guard", NULL, NULL);
    s.guard = GUARD_ON_DUTY;
    has(await(&s, second, "guard", "\"state\":\"failed\""), "\"status\":401");
    edge_scene_expect(&s, 401, "GET", answer_of(second), "guard", NULL, NULL);
    edge_scene_expect(&s, 200, "GET", answer_of(first), "guard", NULL, NULL);
    sem_post(&edge_scene_lengthy);
    close_scene(&s);
}

TEST(jobs_of_an_account_are_so_many_and_what_has_ended_makes_room)
{
    struct edge_scene s;
    open_scene(&s);
    char last[ADDRESS_MAX], first[ADDRESS_MAX];
    begin(&s, "guard", first);
    await(&s, first, "guard", "\"done\":1");
    for (int i = 1; i < JOBS_EACH; i++)
        begin(&s, "guard", last);
    has(edge_scene_expect(&s, 429, "GET", "/api/v1/lengthy", "guard", ASYNC, NULL), "withdraw");
    has(await(&s, last, "guard", "\"state\":\"waiting\""), "\"since\"");
    for (int i = 0; i < JOBS_EACH; i++)
        sem_post(&edge_scene_lengthy);
    await(&s, last, "guard", "\"state\":\"done\"");
    begin(&s, "guard", last);
    edge_scene_expect(&s, 404, "GET", first, "guard", NULL, NULL);
    sem_post(&edge_scene_lengthy);
    close_scene(&s);
}

TEST(job_is_made_of_lengthy_routes_alone)
{
    struct edge_scene s;
    open_scene(&s);
    edge_scene_expect(&s, 200, "GET", "/api/v1/slow", "guard", ASYNC, NULL);
    edge_scene_expect(&s, 200, "GET", "/api/v1/things", "guard", ASYNC, NULL);
    close_scene(&s);
}
