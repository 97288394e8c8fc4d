/* The server with a handler of our own, against real sockets on loopback. Time is moved by hand. */
#include "edge/http/httpd.h"

#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REPLY_MAX = 1 << 16, BODY_MAX = 1000, BIG = 32 << 20 };

static struct clock_manual day;
static struct http_exchange *held; /* by /hold, until /release */
static struct http_stream *stream;
static _Atomic int streams_closed;

static void on_closed(void *arg)
{
    (void)arg;
    stream = NULL;
    streams_closed++;
}

static const struct http_stream_events events = {.closed = on_closed};

static bool head(void *of_loop, struct http_exchange *x, size_t *ret_body_max)
{
    (void)of_loop;
    *ret_body_max = BODY_MAX;
    if (str_is(x->head.path, "/known"))
        http_exchange_know(x);
    if (!str_is(x->head.path, "/refused"))
        return true;
    http_reply(x, &(struct http_reply){.status = 403, .body = STR("no")});
    return false;
}

static void answer_held(void)
{
    struct http_exchange *x = held;
    held = NULL;
    http_reply(x, &(struct http_reply){.status = 200, .body = STR("released")});
}

static void serve(void *of_loop, struct http_exchange *x)
{
    (void)of_loop;
    struct http_reply reply = {.status = 200, .type = STR("text/plain"), .body = x->body};
    if (str_is(x->head.path, "/hold")) {
        held = x;
        return;
    }
    if (str_is(x->head.path, "/live")) {
        stream = http_stream_open(x, &reply, &events, NULL);
        return;
    }
    if (str_is(x->head.path, "/publish") && stream) {
        struct http_block *block = http_block_make(x->body);
        http_stream_send(stream, block, 0, block->len);
        http_block_drop(block);
    }
    if (str_is(x->head.path, "/release"))
        answer_held();
    if (str_is(x->head.path, "/big")) {
        static char big[BIG];
        reply.body = (struct str){big, sizeof big};
        reply.lasting = true;
    }
    if (str_is(x->head.path, "/split"))
        http_reply_add(&reply, "Location", STR("a\r\nSet-Cookie: b"));
    http_reply(x, &reply);
}

static struct httpd *start(struct http_limits limits)
{
    struct ctx c = {.arena = arena_open(1 << 16), .clock = &clock_system};
    struct httpd *server = NULL;
    clock_manual_init(&day, (struct wall){1790000000000000});
    struct httpd_options options = {
        .listen = STR("localhost:0"),
        .loops = 1,
        .clock = &day.clock,
        .limits = limits,
        .handler = {.head = head, .serve = serve},
        .sweep_ms = 5,
    };
    if (!rc_ok(httpd_open(&c, &options, &server)))
        fail_msg("%s", c.fault.message);
    arena_close(c.arena);
    return server;
}

static int dial(struct httpd *server)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((in_port_t)httpd_port(server)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void say(int fd, struct str text)
{
    assert_int_equal(send(fd, text.ptr, text.len, MSG_NOSIGNAL), text.len);
}

/* All that comes until the other side closes, or until it ends with `end`. */
static const char *hear(int fd, const char *end)
{
    static char text[REPLY_MAX];
    size_t len = 0;
    ssize_t got;
    while ((got = recv(fd, text + len, sizeof text - 1 - len, 0)) > 0) {
        len += (size_t)got;
        text[len] = '\0';
        if (end && str_ends((struct str){text, len}, end))
            break;
    }
    text[len] = '\0';
    return text;
}

static void expect(struct httpd *server, const char *request, const char *status)
{
    int fd = dial(server);
    say(fd, str_from(request));
    const char *reply = hear(fd, NULL);
    if (!str_starts(str_from(reply), status))
        fail_msg("%s -> %s", request, reply);
    close(fd);
}

/* The clock moves on until the other side closes. */
static void expect_closed_after(int fd, int64_t us)
{
    clock_manual_advance_us(&day, us);
    assert_string_equal(hear(fd, NULL), "");
    close(fd);
}

static int64_t refused(struct httpd *server, enum http_refusal refusal)
{
    return httpd_counts(server).refusals[refusal];
}

TEST(server_answers_and_keeps_the_connection)
{
    struct httpd *server = start((struct http_limits){0});
    int fd = dial(server);
    for (int i = 0; i < 3; i++) {
        say(fd, STR("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"));
        const char *reply = hear(fd, "hello");
        assert_non_null(strstr(reply, "HTTP/1.1 200 OK\r\nDate: Mon, 21 Sep 2026 "));
        assert_non_null(strstr(reply, "Content-Length: 5\r\n"));
    }
    close(fd);
    httpd_stop(server);
    struct http_counts counts = httpd_counts(server);
    assert_int_equal(counts.requests, 3);
    assert_int_equal(counts.answers[2], 3);
    assert_int_equal(counts.open, 0);
    assert_int_equal(counts.bodies_bytes, 0);
    httpd_close(server);
}

TEST(server_answers_requests_that_come_together_or_in_pieces)
{
    struct httpd *server = start((struct http_limits){0});
    int fd = dial(server);
    say(fd,
        STR("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\noneGET /b HTTP/1.1\r\nHost: "
            "a\r\n\r\nPOST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nth"));
    say(fd, STR("ree"));
    const char *reply = hear(fd, "three");
    assert_non_null(strstr(reply, "one"));
    close(fd);
    httpd_close(server);
}

TEST(server_refuses_and_closes)
{
    struct httpd *server = start((struct http_limits){0});
    expect(server, "GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 ");
    expect(server, "GET / HTTP/1.1\nHost: a\n\n", "HTTP/1.1 400 ");
    expect(server, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "HTTP/1.1 411 ");
    expect(server, "GET / HTTP/3\r\nHost: a\r\n\r\n", "HTTP/1.1 505 ");
    expect(server, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", "HTTP/1.1 413 ");
    expect(server, "POST /refused HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nGET / HTT",
           "HTTP/1.1 403 ");
    expect(server, "GET /split HTTP/1.0\r\nHost: a\r\n\r\n", "HTTP/1.1 500 ");
    assert_int_equal(refused(server, HTTP_REFUSAL_HOST), 1);
    assert_int_equal(refused(server, HTTP_REFUSAL_SYNTAX), 1);
    assert_int_equal(refused(server, HTTP_REFUSAL_CODING), 1);
    assert_int_equal(refused(server, HTTP_REFUSAL_VERSION), 1);
    assert_int_equal(refused(server, HTTP_REFUSAL_BODY), 1);
    httpd_close(server);
}

TEST(server_gives_no_body_to_head_and_goes_on_after_100)
{
    struct httpd *server = start((struct http_limits){0});
    int fd = dial(server);
    say(fd, STR("HEAD /a HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_non_null(strstr(hear(fd, "\r\n\r\n"), "Content-Length: 0\r\n"));
    say(fd, STR("PUT /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"));
    assert_string_equal(hear(fd, "\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    say(fd, STR("ok"));
    assert_non_null(strstr(hear(fd, "ok"), "200 OK"));
    close(fd);
    httpd_close(server);
}

/* A request of somebody known: its connection keeps its place. */
static int dial_known(struct httpd *server)
{
    int fd = dial(server);
    say(fd, STR("GET /known HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_non_null(strstr(hear(fd, "\r\n\r\n"), "200 OK"));
    return fd;
}

static void expect_answer(int fd, const char *path)
{
    char request[128];
    snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: a\r\n\r\n", path);
    say(fd, str_from(request));
    assert_non_null(strstr(hear(fd, "\r\n\r\n"), "200 OK"));
}

TEST(deadlines_are_absolute)
{
    struct httpd *server = start((struct http_limits){0});
    int idle = dial_known(server), silent = dial(server);
    int slow_head = dial(server), slow_body = dial(server);
    say(slow_head, STR("GET / HTTP/1.1\r\nHo"));
    say(slow_body, STR("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue"
                       "\r\n\r\n"));
    hear(slow_body, "\r\n\r\n"); /* it is in its body */
    say(slow_body, STR("a"));
    int fresh = dial(server); /* when this one is answered, the others were seen */
    say(fresh, STR("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    hear(fresh, "\r\n\r\n");
    close(fresh);
    expect_closed_after(slow_head, 10100000);
    assert_int_equal(refused(server, HTTP_REFUSAL_DEADLINE), 1);
    expect_closed_after(silent, 0);
    assert_int_equal(refused(server, HTTP_REFUSAL_IDLE), 1);
    expect_closed_after(slow_body, 10100000);
    assert_int_equal(refused(server, HTTP_REFUSAL_DEADLINE), 2);
    expect_closed_after(idle, 10100000);
    assert_int_equal(refused(server, HTTP_REFUSAL_IDLE), 2);
    httpd_close(server);
}

TEST(answer_that_is_not_taken_is_given_up)
{
    struct httpd *server = start((struct http_limits){.send_buffer = 4096});
    int slow = dial(server), other = dial(server);
    say(slow, STR("GET /big HTTP/1.1\r\nHost: a\r\n\r\n"));
    while (httpd_counts(server).answers[2] == 0) {
        say(other, STR("GET /refused HTTP/1.1\r\nHost: a\r\n\r\n"));
        hear(other, "no");
    }
    clock_manual_advance_us(&day, INT64_C(1000) * 1000000);
    say(other, STR("GET /refused HTTP/1.1\r\nHost: a\r\n\r\n"));
    hear(other, "no");
    assert_int_equal(refused(server, HTTP_REFUSAL_SLOW_READER), 0); /* 32 MiB may take this long */
    clock_manual_advance_us(&day, INT64_C(4000) * 1000000);
    while (refused(server, HTTP_REFUSAL_SLOW_READER) == 0) {
        int next = dial(server);
        say(next, STR("GET /refused HTTP/1.1\r\nHost: a\r\n\r\n"));
        hear(next, "no");
        close(next);
    }
    close(slow), close(other);
    httpd_close(server);
}

TEST(oldest_stranger_makes_room_and_nobody_else)
{
    struct httpd *server = start((struct http_limits){.strangers = 2, .known = 1});
    int known = dial_known(server), busy = dial(server), oldest = dial(server);
    say(busy, STR("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n"));
    while (httpd_counts(server).requests < 2)
        expect_answer(known, "/known");
    int newer = dial(server);
    assert_string_equal(hear(oldest, NULL), "");
    expect_answer(newer, "/a");
    assert_int_equal(refused(server, HTTP_REFUSAL_DISPLACED), 1);
    expect_answer(known, "/known");
    expect_answer(known, "/release");
    assert_non_null(strstr(hear(busy, "released"), "200 OK"));
    close(known), close(busy), close(oldest), close(newer);
    httpd_close(server);
}

TEST(who_is_worked_for_is_not_displaced)
{
    struct httpd *server = start((struct http_limits){.strangers = 1});
    int known = dial_known(server), busy = dial(server);
    say(busy, STR("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n"));
    while (httpd_counts(server).requests < 2)
        expect_answer(known, "/known");
    int third = dial(server);
    assert_string_equal(hear(third, NULL), "");
    assert_int_equal(refused(server, HTTP_REFUSAL_CONNECTIONS), 1);
    expect_answer(known, "/release");
    hear(busy, "released");
    close(known), close(busy), close(third);
    httpd_close(server);
}

TEST(known_ones_give_up_what_idles_and_are_served_all_the_same)
{
    struct httpd *server = start((struct http_limits){.strangers = 2, .known = 1});
    int first = dial_known(server), second = dial_known(server);
    assert_string_equal(hear(first, NULL), "");
    say(second, STR("GET /live HTTP/1.1\r\nHost: a\r\n\r\n"));
    hear(second, "\r\n\r\n");
    int third = dial_known(server); /* the one place has a stream: it stays among the strangers */
    assert_int_equal(refused(server, HTTP_REFUSAL_DISPLACED), 1);
    assert_int_equal(httpd_counts(server).streams, 1);
    expect_answer(third, "/a");
    close(first), close(second), close(third);
    httpd_close(server);
}

TEST(connections_of_one_address_are_bounded)
{
    struct httpd *server = start((struct http_limits){.per_address = 1, .loopback_too = true});
    int known = dial_known(server), second = dial(server);
    assert_string_equal(hear(second, NULL), "");
    assert_int_equal(refused(server, HTTP_REFUSAL_ADDRESS), 1);
    close(known), close(second);
    httpd_close(server);
}

TEST(oldest_stranger_of_an_address_makes_room_for_its_next_one)
{
    struct httpd *server = start((struct http_limits){.per_address = 1, .loopback_too = true});
    int first = dial(server);
    expect_answer(first, "/a");
    int second = dial(server);
    assert_string_equal(hear(first, NULL), "");
    expect_answer(second, "/a");
    close(first), close(second);
    httpd_close(server);
}

TEST(bodies_are_bounded_together)
{
    struct httpd *server = start((struct http_limits){.bodies_bytes = 100});
    expect(server,
           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n"
           "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
           "aaaaaaaaaaaaaaaaaaaaaa",
           "HTTP/1.1 503 ");
    assert_int_equal(refused(server, HTTP_REFUSAL_BODIES), 1);
    httpd_close(server);
}

TEST(answer_to_a_client_that_is_gone_is_dropped)
{
    struct httpd *server = start((struct http_limits){0});
    struct linger abrupt = {.l_onoff = 1};
    int gone = dial(server);
    say(gone, STR("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n"));
    int other = dial(server);
    say(other, STR("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"));
    hear(other, "\r\n\r\n");
    setsockopt(gone, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
    close(gone);
    while (httpd_counts(server).gone == 0) {
        say(other, STR("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"));
        hear(other, "\r\n\r\n");
    }
    say(other, STR("GET /release HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_non_null(strstr(hear(other, "\r\n\r\n"), "200 OK"));
    close(other);
    httpd_close(server);
}

TEST(client_that_closed_its_side_gets_its_answer)
{
    struct httpd *server = start((struct http_limits){0});
    int half = dial(server), other = dial(server);
    say(half, STR("GET /hold HTTP/1.1\r\nHost: a\r\n\r\n"));
    shutdown(half, SHUT_WR);
    do {
        say(other, STR("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"));
        hear(other, "\r\n\r\n");
    } while (httpd_counts(server).requests < 3);
    say(other, STR("GET /release HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_non_null(strstr(hear(half, NULL), "released"));
    close(half), close(other);
    httpd_close(server);
}

TEST(stream_is_sent_to_and_its_end_is_seen)
{
    struct httpd *server = start((struct http_limits){0});
    int live = dial(server), other = dial(server);
    streams_closed = 0;
    say(live, STR("GET /live HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_non_null(strstr(hear(live, "\r\n\r\n"), "Connection: close\r\n"));
    assert_int_equal(httpd_counts(server).streams, 1);
    say(other, STR("POST /publish HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nnews"));
    assert_string_equal(hear(live, "news"), "news");
    hear(other, "news");
    close(live);
    while (streams_closed == 0) {
        say(other, STR("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"));
        hear(other, "\r\n\r\n");
    }
    assert_int_equal(httpd_counts(server).streams, 0);
    close(other);
    httpd_close(server);
}

TEST(stream_that_keeps_on_sending_is_closed)
{
    struct httpd *server = start((struct http_limits){0});
    static char noise[5000];
    int live = dial(server);
    say(live, STR("GET /live HTTP/1.1\r\nHost: a\r\n\r\n"));
    hear(live, "\r\n\r\n");
    memset(noise, 'x', sizeof noise);
    say(live, (struct str){noise, sizeof noise});
    hear(live, NULL);
    assert_int_equal(refused(server, HTTP_REFUSAL_STREAM_INPUT), 1);
    close(live);
    httpd_close(server);
}

TEST(address_that_is_taken_or_wrong_is_refused)
{
    struct httpd *server = start((struct http_limits){0}), *second = NULL;
    struct ctx c = {.arena = arena_open(1 << 16), .clock = &clock_system};
    char address[32];
    snprintf(address, sizeof address, "127.0.0.1:%u", httpd_port(server));
    struct httpd_options options = {.listen = str_from(address),
                                    .clock = &day.clock,
                                    .handler = {.head = head, .serve = serve}};
    rc result = httpd_open(&c, &options, &second);
    assert_int_equal(result.code, RC_CONFLICT);
    options.listen = STR("somewhere:80");
    result = httpd_open(&c, &options, &second);
    assert_int_equal(result.code, RC_INVALID);
    assert_null(second);
    httpd_close(server);
    arena_close(c.arena);
}
