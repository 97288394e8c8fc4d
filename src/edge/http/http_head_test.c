#include "edge/http/http_head.h"

#include "unit.h"

#define GOOD "GET / HTTP/1.1\r\nHost: a\r\n"

static enum http_refusal parse(const char *text)
{
    struct http_head head;
    return http_head_parse(str_from(text), &head);
}

static enum http_refusal scan(struct str text, size_t *ret_len)
{
    struct http_scan state = {0};
    enum http_refusal refusal = HTTP_REFUSAL_NONE;
    *ret_len = http_scan(&state, text, &refusal);
    return refusal;
}

TEST(head_is_read)
{
    struct http_head head;
    assert_int_equal(http_head_parse(STR("POST /api/v1/zones?a=1&b HTTP/1.1\r\n"
                                         "Host: post.example.org:443\r\n"
                                         "content-length: 12\r\n"
                                         "Expect: 100-Continue\r\n"
                                         "X-Empty:\r\n"
                                         "Connection: keep-alive, Close\r\n\r\n"),
                                     &head),
                     HTTP_REFUSAL_NONE);
    assert_int_equal(head.method, HTTP_POST);
    assert_true(str_is(head.path, "/api/v1/zones"));
    assert_true(str_is(head.query, "a=1&b"));
    assert_true(str_is(head.host, "post.example.org:443"));
    assert_int_equal(head.content_length, 12);
    assert_true(head.expect_continue);
    assert_false(head.keep_alive);
    assert_true(str_is(http_header(&head, "x-empty"), ""));
    assert_true(str_absent(http_header(&head, "x-none")));
}

TEST(head_without_a_query_or_body_says_so)
{
    struct http_head head;
    assert_int_equal(http_head_parse(STR("PATCH /a HTTP/1.1\r\nHost: a\r\n\r\n"), &head),
                     HTTP_REFUSAL_NONE);
    assert_int_equal(head.method, HTTP_OTHER);
    assert_true(str_is(head.method_text, "PATCH"));
    assert_true(str_absent(head.query));
    assert_int_equal(head.content_length, -1);
    assert_true(head.keep_alive);
}

TEST(head_that_could_be_read_in_two_ways_is_refused)
{
    static const struct {
        const char *text;
        enum http_refusal refusal;
    } rows[] = {
        {"GET / HTTP/1.1\r\n\r\n", HTTP_REFUSAL_HOST},
        {GOOD "Host: b\r\n\r\n", HTTP_REFUSAL_HOST},
        {GOOD "host: a\r\n\r\n", HTTP_REFUSAL_HOST},
        {"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", HTTP_REFUSAL_HOST},
        {"GET / HTTP/1.1\r\nHost:\r\n\r\n", HTTP_REFUSAL_HOST},
        {GOOD "Content-Length: 5\r\nContent-Length: 6\r\n\r\n", HTTP_REFUSAL_FRAMING},
        {GOOD "Content-Length: 5\r\nContent-Length: 5\r\n\r\n", HTTP_REFUSAL_FRAMING},
        {GOOD "Content-Length: +7\r\n\r\n", HTTP_REFUSAL_FRAMING},
        {GOOD "Content-Length: -1\r\n\r\n", HTTP_REFUSAL_FRAMING},
        {GOOD "Content-Length: 5, 5\r\n\r\n", HTTP_REFUSAL_FRAMING},
        {GOOD "Content-Length: 0x5\r\n\r\n", HTTP_REFUSAL_FRAMING},
        {GOOD "Content-Length:\r\n\r\n", HTTP_REFUSAL_FRAMING},
        {GOOD "Content-Length: 99999999999999999999\r\n\r\n", HTTP_REFUSAL_FRAMING},
        {GOOD "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", HTTP_REFUSAL_FRAMING},
        {GOOD "Transfer-Encoding: chunked\r\n\r\n", HTTP_REFUSAL_CODING},
        {GOOD "transfer-encoding: xchunked\r\n\r\n", HTTP_REFUSAL_CODING},
        {GOOD "Transfer-Encoding : chunked\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {GOOD "X: a\r\n folded\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {GOOD "\tX: a\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {GOOD "no colon\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {GOOD ": no name\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {GOOD "X: a\x01\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {GOOD "X: a\rb\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {GOOD "Expect: magic\r\n\r\n", HTTP_REFUSAL_EXPECT},
        {"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", HTTP_REFUSAL_VERSION},
        {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", HTTP_REFUSAL_VERSION},
        {"GET / http/1.1\r\nHost: a\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {"GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {"GET * HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {"GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {"G(T / HTTP/1.1\r\nHost: a\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {"GET /\r\nHost: a\r\n\r\n", HTTP_REFUSAL_SYNTAX},
        {"\r\n", HTTP_REFUSAL_SYNTAX},
        {"GET / HTTP/1.1\r\nHost: a\r\n", HTTP_REFUSAL_SYNTAX},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        enum http_refusal refusal = parse(rows[i].text);
        if (refusal != rows[i].refusal)
            fail_msg("row %zu: %s", i, http_refusal_name(refusal));
    }
}

TEST(head_of_the_longest_target_is_read_and_one_more_is_not)
{
    static char text[HTTP_TARGET_MAX + 64];
    for (int more = 0; more < 2; more++) {
        int len = snprintf(text, sizeof text, "GET /%0*d HTTP/1.1\r\nHost: a\r\n\r\n",
                           HTTP_TARGET_MAX - 1 + more, 0);
        struct http_head head;
        assert_int_equal(http_head_parse((struct str){text, (size_t)len}, &head),
                         more ? HTTP_REFUSAL_TARGET : HTTP_REFUSAL_NONE);
    }
}

TEST(scan_finds_the_end_however_the_bytes_come)
{
    struct str text = STR("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /next");
    struct http_scan begun = {0};
    enum http_refusal refusal = HTTP_REFUSAL_NONE;
    for (size_t len = 1; len < 27; len++)
        assert_int_equal(http_scan(&begun, str_sub(text, 0, len), &refusal), 0);
    assert_int_equal(http_scan(&begun, str_sub(text, 0, 27), &refusal), 27);
    size_t whole;
    assert_int_equal(scan(text, &whole), HTTP_REFUSAL_NONE);
    assert_int_equal(whole, 27);
    assert_int_equal(refusal, HTTP_REFUSAL_NONE);
}

TEST(scan_refuses_bare_ends_and_nul_at_once)
{
    size_t len;
    assert_int_equal(scan(STR("GET / HTTP/1.1\n"), &len), HTTP_REFUSAL_SYNTAX);
    assert_int_equal(scan(STR("GET / HTTP/1.1\rH"), &len), HTTP_REFUSAL_SYNTAX);
    assert_int_equal(scan(STR("GET /\0"), &len), HTTP_REFUSAL_SYNTAX);
    assert_int_equal(scan(STR("GET / HTTP/1.1\r"), &len), HTTP_REFUSAL_NONE);
    assert_int_equal(scan(STR("\r\n"), &len), HTTP_REFUSAL_NONE);
    assert_int_equal(len, 2);
}

TEST(scan_refuses_a_long_head_and_many_headers)
{
    static char text[HTTP_HEAD_MAX + 64];
    size_t len;
    memset(text, 'a', sizeof text);
    assert_int_equal(scan((struct str){text, HTTP_HEAD_MAX}, &len), HTTP_REFUSAL_NONE);
    assert_int_equal(scan((struct str){text, HTTP_HEAD_MAX + 1}, &len), HTTP_REFUSAL_HEAD_SIZE);
    size_t at = 0;
    for (int i = 0; i < HTTP_HEADERS_MAX + 1; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "a: b\r\n");
    assert_int_equal(scan((struct str){text, at}, &len), HTTP_REFUSAL_NONE);
    at += (size_t)snprintf(text + at, sizeof text - at, "a: b\r\n");
    assert_int_equal(scan((struct str){text, at}, &len), HTTP_REFUSAL_HEAD_COUNT);
}

TEST(every_refusal_has_a_name)
{
    for (enum http_refusal r = HTTP_REFUSAL_SYNTAX; r < HTTP_REFUSAL_COUNT; r++) {
        assert_true(http_refusal_name(r)[0] != '\0');
        assert_true(http_refusal_title(r)[0] != '\0');
    }
}
