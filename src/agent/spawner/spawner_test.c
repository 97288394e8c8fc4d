/* The spawner's own loop, in a thread of the test; that it starts probes and tells of their end is
 * seen from outside in test/camera. */
#include "agent/spawner/spawner.h"

#include "agent/kit/packet.h"

#include "unit.h"

#include <poll.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

struct played {
    struct ctx c;
    struct agent spawner;
    int inner;
    int status;
    pthread_t thread;
};

/* It starts this very program, which does not know the role and ends by itself. */
static void *play(void *arg)
{
    struct played *p = arg;
    p->status = spawner_run(p->inner, "--list");
    close(p->inner);
    return NULL;
}

static void played_open(struct played *p)
{
    int pair[2];
    *p = (struct played){.c = {.arena = NULL}, .status = -1};
    assert_true(rc_ok(agent_pair(&p->c, pair)));
    p->spawner = (struct agent){.fd = pair[0]};
    p->inner = pair[1];
    assert_int_equal(pthread_create(&p->thread, NULL, play, p), 0);
}

static void played_close(struct played *p)
{
    close(p->spawner.fd);
    pthread_join(p->thread, NULL);
    assert_int_equal(p->status, 0);
}

static struct spawner_news news_of(struct played *p)
{
    struct spawner_news news = {0};
    struct pollfd from = {.fd = p->spawner.fd, .events = POLLIN};
    assert_int_equal(poll(&from, 1, -1), 1);
    assert_true(rc_ok(spawner_take(&p->c, &p->spawner, &news)));
    return news;
}

TEST(an_agent_that_ends_is_told_with_its_number)
{
    struct played p;
    struct spawner_news none;
    int pair[2];
    played_open(&p);
    assert_int_equal(spawner_take(&p.c, &p.spawner, &none).code, RC_BUSY);
    assert_true(rc_ok(agent_pair(&p.c, pair)));
    assert_true(rc_ok(spawner_begin(&p.c, &p.spawner, 41, pair[1])));
    close(pair[0]);
    assert_int_equal(news_of(&p).number, 41);
    assert_true(rc_ok(spawner_end(&p.c, &p.spawner, 41))); /* of one that is gone: nothing */
    played_close(&p);
}

TEST(an_order_without_a_socket_cannot_start_and_says_so)
{
    struct played p;
    const uint32_t order[2] = {1, 9};
    played_open(&p);
    const struct packet packet = {.parts = {{(const char *)order, sizeof order}}};
    assert_true(rc_ok(packet_send(&p.c, p.spawner.fd, &packet)));
    struct spawner_news news = news_of(&p);
    assert_int_equal(news.number, 9);
    assert_true(WIFEXITED(news.status) && WEXITSTATUS(news.status) == 127);
    played_close(&p);
}

TEST(a_spawner_that_is_gone_takes_no_order)
{
    struct ctx c = {.arena = NULL};
    const struct agent none = {.fd = -1};
    struct spawner_news news;
    int pair[2];
    assert_true(rc_ok(agent_pair(&c, pair)));
    assert_int_equal(spawner_begin(&c, &none, 1, pair[1]).code, RC_IO);
    assert_int_equal(spawner_end(&c, &none, 1).code, RC_IO);
    close(pair[0]);
    assert_true(rc_ok(agent_pair(&c, pair)));
    struct agent gone = {.fd = pair[0]};
    close(pair[1]);
    assert_int_equal(spawner_take(&c, &gone, &news).code, RC_IO);
    close(pair[0]);
}
