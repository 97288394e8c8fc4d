#include "outlet/webhook/webhook.h"

#include "unit.h"

static struct ctx open_ctx(void)
{
    return (struct ctx){.arena = arena_open(16 << 20), .clock = &clock_system};
}

/* RFC 4231, test case 2, whose data is "what do ya want for nothing?": the stamp and the dot come
 * before the body, so here the value is one of an independent computation (Python's hmac). */
TEST(webhook_signature_is_hmac_sha256_of_time_and_body)
{
    struct ctx c = open_ctx();
    struct str line;
    assert_true(rc_ok(webhook_signature(&c, STR("Jefe"), (struct wall){INT64_C(1764540000999999)},
                                        STR("what do ya want for nothing?"), &line)));
    assert_string_equal(
        line.ptr,
        "X-Chancery-Signature: "
        "t=1764540000,v1=b3f2f857eb802bd999675177866658b0d202f295090adadd51b9930572ba5bcb");
    arena_close(c.arena);
}

TEST(webhook_body_says_what_the_delivery_says_and_no_more)
{
    struct ctx c = open_ctx();
    struct str body;
    struct delivery delivery = {
        .id = STR("01JD"),
        .label = {.tlp = TLP_GREEN},
        .subject = STR("Tür \"offen\"\x01"),
        .about = STR("alarm/1"),
        .wanted = {INT64_C(1764540000000000)},
    };
    struct outlet outlet = {.secret = STR("not to be told")};
    struct outlet_run run = {.delivery = &delivery, .outlet = &outlet};
    assert_true(rc_ok(webhook_body(&c, &run, &body)));
    assert_string_equal(body.ptr, "{\"id\":\"01JD\",\"label\":\"TLP:GREEN\",\"subject\":\"Tür "
                                  "\\\"offen\\\"\\u0001\",\"about\":\"alarm/1\",\"wanted\":"
                                  "\"2025-11-30T22:00:00Z\"}");
    delivery.document = STR("a.pdf");
    delivery.type = STR("application/pdf");
    run.document = STR("%PDF");
    assert_true(rc_ok(webhook_body(&c, &run, &body)));
    assert_non_null(strstr(body.ptr,
                           ",\"document\":{\"name\":\"a.pdf\",\"type\":\"application/pdf\""
                           ",\"bytes\":\"JVBERg==\"}}"));
    arena_close(c.arena);
}
