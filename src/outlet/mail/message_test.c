#include "outlet/mail/mail.h"

#include "base/encode.h"

#include "unit.h"

static struct delivery delivery;
static struct outlet outlet;

static struct ctx open_ctx(void)
{
    delivery = (struct delivery){
        .id = STR("01JD"),
        .label = {.tlp = TLP_GREEN},
        .to = STR("duty@mission.example"),
        .subject = STR("Door"),
        .text = STR("The door is open.\n.\nSend somebody."),
        .about = STR("alarm/1"),
        .wanted = {INT64_C(1764540000000000)},
    };
    outlet = (struct outlet){.sender = STR("chancery@mission.example")};
    return (struct ctx){.arena = arena_open(64 << 20), .clock = &clock_system};
}

static struct str make(struct ctx *c, struct str document)
{
    struct str message;
    struct outlet_run run = {.delivery = &delivery, .outlet = &outlet, .document = document};
    if (!rc_ok(mail_message(c, &run, &message)))
        fail_msg("%s", c->fault.message);
    return message;
}

/* What every header may be, whatever the fields hold: no line is longer than 78, none stands
 * alone, and all is ASCII. */
static void check_lines(struct str message)
{
    struct str line;
    while (str_split(&message, '\n', &line)) {
        if (message.len > 0 || line.len > 0)
            assert_true(str_ends(line, "\r"));
        assert_true(line.len <= 79);
        for (size_t i = 0; i + 1 < line.len; i++)
            assert_true(line.ptr[i] >= ' ' && line.ptr[i] < 0x7f);
    }
}

TEST(mail_has_the_headers_that_let_it_be_known_again)
{
    struct ctx c = open_ctx();
    struct str message = make(&c, (struct str){NULL, 0});
    assert_true(str_starts(message, "From: <chancery@mission.example>\r\n"
                                    "To: <duty@mission.example>\r\n"
                                    "Subject: =?UTF-8?B?W1RMUDpHUkVFTl0gRG9vcg==?=\r\n"
                                    "Date: Sun, 30 Nov 2025 22:00:00 +0000\r\n"
                                    "Message-ID: <01JD@mission.example>\r\n"
                                    "X-Chancery-About: alarm/1\r\n"));
    assert_true(str_eq(message, make(&c, (struct str){NULL, 0}))); /* the same each time */
    check_lines(message);
    arena_close(c.arena);
}

TEST(mail_refuses_a_line_break_in_a_header)
{
    struct ctx c = open_ctx();
    struct str bad[] = {STR("a\r\nBcc: x@y.z"), STR("a\nb"), STR("a\rb"), STR("a\0b"), STR("\x7f")};
    struct str *places[] = {&delivery.subject, &delivery.to, &delivery.about, &outlet.sender};
    struct str message;
    struct outlet_run run = {.delivery = &delivery, .outlet = &outlet};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
            struct str good = *places[p];
            *places[p] = bad[i];
            assert_int_equal(mail_message(&c, &run, &message).code, RC_INVALID);
            *places[p] = good;
        }
    }
    delivery.subject = (struct str){"\xff\xfe", 2};
    assert_int_equal(mail_message(&c, &run, &message).code, RC_INVALID);
    arena_close(c.arena);
}

/* Cut into words at characters, never within one. */
TEST(mail_encodes_a_subject_of_any_script)
{
    struct ctx c = open_ctx();
    delivery.subject = STR("الباب مفتوح الباب مفتوح الباب مفتوح الباب مفتوح الباب مفتوح");
    struct str message = make(&c, (struct str){NULL, 0}), whole = STR(""), rest = message, word;
    check_lines(message);
    size_t words = 0;
    for (size_t at; (at = str_find(rest, STR("=?UTF-8?B?"))) != SIZE_MAX; words++) {
        rest = str_sub(rest, at + 10, rest.len);
        size_t end = str_find(rest, STR("?="));
        assert_true(end != SIZE_MAX && end <= 60);
        assert_true(rc_ok(decode_bytes(&c, ENCODE_BASE64, str_sub(rest, 0, end), &word)));
        assert_true(str_is_utf8(word));
        assert_true(rc_ok(str_format(&c, &whole, "%.*s%.*s", STR_ARG(whole), STR_ARG(word))));
    }
    assert_true(words > 2);
    assert_true(str_ends(whole, delivery.subject.ptr));
    assert_true(str_starts(whole, "[TLP:GREEN] "));
    arena_close(c.arena);
}

TEST(mail_carries_a_document)
{
    struct ctx c = open_ctx();
    delivery.document = STR("Übergabe \"1\".pdf");
    delivery.type = STR("application/pdf");
    struct str message = make(&c, STR("%PDF-1.7"));
    check_lines(message);
    assert_true(str_find(message, STR("filename*=UTF-8''%C3%9Cbergabe%20%221%22.pdf\r\n")) !=
                SIZE_MAX);
    assert_true(str_find(message, STR("\r\n\r\nJVBERi0xLjc=\r\n----part-01JD--\r\n")) != SIZE_MAX);
    delivery.type = STR("text/plain\"; x");
    struct outlet_run run = {.delivery = &delivery, .outlet = &outlet, .document = STR("%PDF-1.7")};
    assert_int_equal(mail_message(&c, &run, &message).code, RC_INVALID);
    arena_close(c.arena);
}
