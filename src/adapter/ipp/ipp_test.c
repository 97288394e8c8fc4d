#include "adapter/ipp/ipp.h"

#include "unit.h"

#include <stdlib.h>

static struct ctx open_ctx(void)
{
    return (struct ctx){.arena = arena_open(16 << 20), .clock = &clock_system};
}

#define ANSWER "\x01\x01\x00\x00\x00\x00\x00\x07"
#define CHARSET          \
    "\x01\x47\x00\x12"   \
    "attributes-charset" \
    "\x00\x05"           \
    "utf-8"
#define JOB(id, state)                       \
    "\x02\x21\x00\x06"                       \
    "job-id"                                 \
    "\x00\x04\x00\x00\x00" id "\x23\x00\x09" \
    "job-state"                              \
    "\x00\x04\x00\x00\x00" state

TEST(ipp_request_is_as_the_standard_writes_it)
{
    struct ctx c = open_ctx();
    struct text out;
    struct str bytes;
    text_init(&out, &c, 1 << 16);
    ipp_put_request(&out, &(struct ipp_request){.operation = IPP_PRINT_JOB,
                                                .id = 7,
                                                .printer = STR("ipp://p/x"),
                                                .name = STR("01JD"),
                                                .format = STR("application/pdf"),
                                                .document = STR("%PDF")});
    assert_true(rc_ok(text_done(&out, &bytes)));
    static const char wanted[] = "\x01\x01\x00\x02\x00\x00\x00\x07\x01\x47\x00\x12"
                                 "attributes-charset"
                                 "\x00\x05"
                                 "utf-8"
                                 "\x48\x00\x1b"
                                 "attributes-natural-language"
                                 "\x00\x02"
                                 "en"
                                 "\x45\x00\x0b"
                                 "printer-uri"
                                 "\x00\x09"
                                 "ipp://p/x"
                                 "\x42\x00\x14"
                                 "requesting-user-name"
                                 "\x00\x08"
                                 "chancery"
                                 "\x42\x00\x08"
                                 "job-name"
                                 "\x00\x04"
                                 "01JD"
                                 "\x49\x00\x0f"
                                 "document-format"
                                 "\x00\x0f"
                                 "application/pdf"
                                 "\x03%PDF";
    assert_int_equal(bytes.len, sizeof wanted - 1);
    assert_memory_equal(bytes.ptr, wanted, bytes.len);
    arena_close(c.arena);
}

TEST(ipp_answer_tells_of_jobs)
{
    static struct ipp_answer answer;
    struct ctx c = open_ctx();
    struct str bytes = STR(ANSWER CHARSET JOB("\x2a", "\x09") "\x42\x00\x08"
                                                              "job-name"
                                                              "\x00\x04"
                                                              "01JD"
                                                              "\x44\x00\x11"
                                                              "job-state-reasons"
                                                              "\x00\x04"
                                                              "none" JOB("\x2b", "\x08") "\x03");
    assert_true(rc_ok(ipp_read_answer(&c, bytes, &answer)));
    assert_int_equal(answer.status, 0);
    assert_int_equal(answer.count, 2);
    assert_int_equal(answer.jobs[0].id, 42);
    assert_int_equal(answer.jobs[0].state, IPP_COMPLETED);
    assert_true(str_is(answer.jobs[0].name, "01JD"));
    assert_true(str_is(answer.jobs[0].reason, "none"));
    assert_int_equal(answer.jobs[1].state, IPP_ABORTED);
    assert_true(str_absent(answer.jobs[1].name));
    /* each beginning of it is none, and is refused without a byte read behind its end */
    for (size_t len = 0; len < bytes.len; len++) {
        char *part = malloc(len + 1);
        memcpy(part, bytes.ptr, len);
        assert_int_equal(ipp_read_answer(&c, (struct str){part, len}, &answer).code, RC_MALFORMED);
        free(part);
    }
    arena_close(c.arena);
}

TEST(ipp_answer_that_lies_of_lengths_or_types_is_not_believed)
{
    static struct ipp_answer answer;
    struct ctx c = open_ctx();
    assert_int_equal(ipp_read_answer(&c, STR("HTTP/1.1 200 OK"), &answer).code, RC_MALFORMED);
    assert_int_equal(ipp_read_answer(&c, STR(ANSWER "\x02\x21\xff\xffjob-id"), &answer).code,
                     RC_MALFORMED);
    assert_true(rc_ok(ipp_read_answer(&c,
                                      STR(ANSWER "\x02\x21\x00\x06"
                                                 "job-id"
                                                 "\x00\x03\x01\x01\x01\x03"),
                                      &answer)));
    assert_int_equal(answer.jobs[0].id, 0);
    assert_true(rc_ok(ipp_read_answer(&c,
                                      STR(ANSWER "\x02\x44\x00\x09"
                                                 "job-state"
                                                 "\x00\x04\x00\x00\x00\x09\x03"),
                                      &answer)));
    assert_int_equal(answer.jobs[0].state, 0);
    /* outside of a job's group it says nothing */
    assert_true(rc_ok(ipp_read_answer(&c,
                                      STR(ANSWER "\x01\x21\x00\x06"
                                                 "job-id"
                                                 "\x00\x04\x00\x00\x00\x01\x03"),
                                      &answer)));
    assert_int_equal(answer.count, 0);
    arena_close(c.arena);
}

TEST(ipp_answer_with_more_jobs_than_fit_is_cut)
{
    static struct ipp_answer answer;
    struct ctx c = open_ctx();
    struct text out;
    struct str bytes;
    text_init(&out, &c, 1 << 20);
    text_put(&out, STR(ANSWER));
    for (int i = 0; i < IPP_JOBS_MAX + 5; i++)
        text_put(&out, STR(JOB("\x01", "\x03")));
    text_put_char(&out, 3);
    assert_true(rc_ok(text_done(&out, &bytes)));
    assert_true(rc_ok(ipp_read_answer(&c, bytes, &answer)));
    assert_int_equal(answer.count, IPP_JOBS_MAX);
    arena_close(c.arena);
}

TEST(ipp_status_is_said_in_words)
{
    assert_string_equal(ipp_status_words(0x001), "done");
    assert_string_equal(ipp_status_words(0x406), "there is no such printer or job");
    assert_string_equal(ipp_status_words(0x4ff), "the printer refuses the request");
    assert_string_equal(ipp_status_words(0x5ff), "the printer has failed");
}
