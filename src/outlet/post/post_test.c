/* The post with an agent that the test plays: what it is given, and what it may say. */
#include "assembly/core_module.h"
#include "outlet/post/packet.h"
#include "outlet/post/post.h"

#include "support/scene.h"

#include <sys/socket.h>
#include <unistd.h>

#define LETTER_FIELDS(F, T)                                  \
    F(T, label, _, label, REQUIRED, 0, 0, "who may read it") \
    F(T, choice, delivery_kind, kind, REQUIRED, 0, 0, "how") \
    F(T, id, _, outlet, 0, 0, 0, "by which outlet")          \
    F(T, text, line, document, 0, 1, 100, "its name and what is in it")
SHAPE_DECLARE(letter, LETTER_FIELDS);
SHAPE_DEFINE(letter, LETTER_FIELDS, 1, "A letter");

static rc decide_letter(struct ctx *c, struct picture *, const struct command *command,
                        struct outcome *outcome)
{
    const struct letter *letter = command->input;
    struct delivery_want want = {.kind = letter->kind,
                                 .label = letter->label,
                                 .outlet = letter->outlet,
                                 .to = STR("duty@mission.example"),
                                 .subject = STR("Hall"),
                                 .document = letter->document,
                                 .bytes = letter->document};
    if (!str_absent(letter->document))
        want.type = STR("application/pdf");
    return delivery_want(c, outcome, &want);
}

static const struct module letter_module = {
    .name = "letter",
    .help = "Wants letters",
    .decisions =
        (const struct decision[]){
            {.name = "letter.write",
             .help = "Write",
             .permission = PERMIT_DELIVERY_RETRY,
             .input = &letter_shape,
             .decide = decide_letter},
            {0},
        },
};

static const struct module *const modules[] = {&core_module, &delivery_module, &letter_module};

struct office {
    struct scene s;
    struct post *post;
    int agent; /* the test's end */
};

static void open_post(struct office *o)
{
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    struct post_options options = {.core = o->s.core, .clock = &o->s.clock.clock, .fd = pair[0]};
    if (!rc_ok(post_open(&o->s.c, &options, &o->post)))
        fail_msg("%s", o->s.c.fault.message);
    o->agent = pair[1];
}

static void close_post(struct office *o)
{
    post_close(o->post);
    close(o->agent);
}

static void settle(struct office *o)
{
    bool any = true;
    while (any) {
        any = post_step(o->post);
        any = core_step(o->s.core) || any;
    }
}

#define OUTLET(id, kind, more)                                                                   \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\",\"kind\":\"" kind "\","      \
    "\"enabled\":true,\"carries\":\"TLP:GREEN\",\"host\":\"h.example\",\"path\":\"/p\","         \
    "\"tls\":\"implicit\",\"sender\":\"a@mission.example\",\"secret\":\"0123456789abcdef\"" more \
    "}"

static void open_office(struct office *o)
{
    scene_open(&o->s, 3, modules);
    scene_do(&o->s, "outlet.add", NULL, OUTLET("m", "mail", ""));
    scene_do(&o->s, "outlet.add", NULL, OUTLET("w", "webhook", ""));
    scene_do(&o->s, "outlet.add", NULL, OUTLET("w2", "webhook", ""));
    scene_do(&o->s, "outlet.add", NULL, OUTLET("p", "print", ""));
    open_post(o);
}

static void close_office(struct office *o)
{
    close_post(o);
    scene_rebuild_is_equal(&o->s);
    scene_close(&o->s);
}

#define LETTER(label, kind, more) "{\"label\":\"" label "\",\"kind\":\"" kind "\"" more "}"

static void want(struct office *o, const char *json)
{
    scene_do(&o->s, "letter.write", NULL, json);
    settle(o);
}

struct given {
    int64_t number;
    struct outlet_job job;
    struct str document;
};

/* What the agent has been given; false: nothing. */
static bool take(struct office *o, struct given *ret)
{
    struct packet_job packet;
    char byte;
    int file = -1;
    *ret = (struct given){.number = 0};
    if (recv(o->agent, &byte, 1, MSG_DONTWAIT | MSG_PEEK) <= 0)
        return false;
    assert_true(packet_take_job(o->agent, &packet, &file));
    if (!rc_ok(packet_read_job(&o->s.c, &packet, file, &ret->job, &ret->document)))
        fail_msg("%s", o->s.c.fault.message);
    ret->number = packet.number;
    close(file);
    return true;
}

static void say(struct office *o, int64_t number, enum delivery_verdict verdict, bool over,
                const char *why)
{
    assert_true(
        packet_send_answer(o->agent, number, verdict, over, str_from(why), (struct str){NULL, 0}));
    settle(o);
}

static struct delivery get(struct office *o, struct str id)
{
    struct delivery delivery = {0};
    if (!rc_ok(picture_get(&o->s.c, o->s.reader.picture, &delivery_shape, id, NULL, &delivery)))
        fail_msg("%s", o->s.c.fault.message);
    return delivery;
}

static struct delivery only(struct office *o)
{
    struct query query = {.limit = 10};
    struct page page;
    assert_true(rc_ok(picture_list(&o->s.c, o->s.reader.picture, &delivery_shape, &query, &page)));
    assert_int_equal(page.count, 1);
    return *(const struct delivery *)page.records;
}

TEST(post_gives_a_letter_to_its_outlet_and_writes_down_what_came_of_it)
{
    static struct office o;
    struct given given, none;
    open_office(&o);
    want(&o, LETTER("TLP:GREEN", "mail", ",\"document\":\"bytes\""));
    assert_true(take(&o, &given));
    assert_false(take(&o, &none));
    assert_true(str_is(given.job.outlet.id, "m"));
    assert_true(str_is(given.job.outlet.secret, "0123456789abcdef"));
    assert_true(str_is(given.document, "bytes"));
    assert_int_equal(given.job.delivery.tries, 1);
    assert_int_equal(only(&o).state, DELIVERY_STATE_SENDING);
    say(&o, given.number, DELIVERY_VERDICT_SENT, false, "");
    say(&o, given.number, DELIVERY_VERDICT_UNSET, true, "");
    assert_int_equal(only(&o).state, DELIVERY_STATE_SENT);
    say(&o, given.number, DELIVERY_VERDICT_FAILED, false, "of a number that is over");
    say(&o, 99, DELIVERY_VERDICT_FAILED, false, "of a number that never was");
    assert_int_equal(only(&o).state, DELIVERY_STATE_SENT);
    close_office(&o);
}

/* The picture is folded anew and the program started again: nothing goes twice. */
TEST(post_sends_nothing_twice_after_a_rebuild_or_a_restart)
{
    static struct office o;
    struct given given;
    open_office(&o);
    want(&o, LETTER("TLP:GREEN", "webhook", ""));
    assert_true(take(&o, &given));
    say(&o, given.number, DELIVERY_VERDICT_DELIVERED, true, "");
    close_post(&o);
    scene_rebuild_is_equal(&o.s);
    scene_restart(&o.s);
    open_post(&o);
    want(&o, LETTER("TLP:RED", "webhook", "")); /* something happens; it may not leave */
    assert_false(take(&o, &given));
    close_office(&o);
}

/* It was given away and the program died: the same letter under the same id, later. */
TEST(post_sends_again_under_the_same_id_what_was_under_way)
{
    static struct office o;
    struct given first, second;
    open_office(&o);
    want(&o, LETTER("TLP:GREEN", "print", ",\"document\":\"pages\""));
    assert_true(take(&o, &first));
    say(&o, first.number, DELIVERY_VERDICT_SENT, false, "");
    close_post(&o);
    scene_restart(&o.s);
    open_post(&o);
    settle(&o);
    assert_false(take(&o, &second));
    assert_int_equal(only(&o).state, DELIVERY_STATE_WANTED);
    assert_true(str_is(only(&o).why, "Chancery ended while it was being sent"));
    clock_manual_set(&o.s.clock, only(&o).next);
    settle(&o);
    assert_true(take(&o, &second));
    assert_true(str_eq(second.job.delivery.id, first.job.delivery.id));
    assert_int_equal(second.job.delivery.tries, 2);
    assert_true(str_is(second.document, "pages"));
    close_office(&o);
}

TEST(post_withholds_what_may_not_leave_and_fails_what_has_no_way)
{
    static struct office o;
    struct given given;
    open_office(&o);
    want(&o, LETTER("TLP:AMBER", "mail", ""));
    assert_false(take(&o, &given));
    assert_int_equal(only(&o).state, DELIVERY_STATE_WITHHELD);
    assert_true(str_is(only(&o).why, "its label is beyond what its outlet may carry"));
    close_office(&o);

    scene_open(&o.s, 3, modules);
    open_post(&o);
    want(&o, LETTER("TLP:GREEN", "webhook", ""));
    assert_int_equal(only(&o).state, DELIVERY_STATE_FAILED);
    assert_true(str_is(only(&o).why, "no outlet of the kind webhook is enabled"));
    close_office(&o);
}

TEST(post_gives_nothing_of_a_drill_away)
{
    static struct office o;
    struct given given;
    struct letter letter = {
        .label = {.tlp = TLP_GREEN}, .kind = DELIVERY_KIND_PRINT, .document = STR("pages")};
    struct delivery_document left = {0};
    open_office(&o);
    struct command command = {.decision = catalog_decision(o.s.catalog, STR("letter.write")),
                              .input = &letter,
                              .actor = actor_system,
                              .cause = -1,
                              .expect_seq = -1,
                              .drill = true};
    assert_true(rc_ok(core_call(&o.s.c, o.s.core, &command)));
    settle(&o);
    assert_false(take(&o, &given));
    assert_int_equal(only(&o).state, DELIVERY_STATE_WITHHELD);
    assert_int_equal(
        picture_get(&o.s.c, o.s.reader.picture, &delivery_document_shape, only(&o).id, NULL, &left)
            .code,
        RC_NOT_FOUND);
    close_office(&o);
}

/* One outlet hangs with all that it may have; the other, and mail, go on. */
TEST(post_lets_no_outlet_hold_up_another)
{
    static struct office o;
    struct given hung[3], given;
    open_office(&o);
    for (int i = 0; i < 5; i++)
        want(&o, LETTER("TLP:GREEN", "webhook", ",\"outlet\":\"w\""));
    for (int i = 0; i < 3; i++)
        assert_true(take(&o, &hung[i]));
    assert_false(take(&o, &given));
    want(&o, LETTER("TLP:GREEN", "webhook", ",\"outlet\":\"w2\""));
    assert_true(take(&o, &given));
    assert_true(str_is(given.job.outlet.id, "w2"));
    want(&o, LETTER("TLP:GREEN", "mail", ""));
    assert_true(take(&o, &given));
    say(&o, hung[1].number, DELIVERY_VERDICT_LOST, true, "no answer in time");
    struct delivery lost = get(&o, hung[1].job.delivery.id);
    assert_int_equal(lost.state, DELIVERY_STATE_WANTED);
    assert_true(str_is(lost.why, "no answer in time"));
    assert_true(take(&o, &given)); /* the fourth has the free place */
    assert_true(str_is(given.job.outlet.id, "w"));
    assert_false(take(&o, &hung[0]));
    close_office(&o);
}

/* The agent is gone: what is wanted waits for the next start, and nothing fails for it. */
TEST(post_keeps_what_is_wanted_when_its_agent_is_gone)
{
    static struct office o;
    struct given given;
    open_office(&o);
    close(o.agent);
    settle(&o);
    o.agent = -1;
    want(&o, LETTER("TLP:GREEN", "mail", ""));
    assert_int_equal(only(&o).state, DELIVERY_STATE_WANTED);
    close_post(&o);
    scene_restart(&o.s);
    open_post(&o);
    settle(&o);
    assert_true(take(&o, &given));
    close_office(&o);
}

/* Whoever has taken the agent over says anything. */
TEST(post_believes_of_an_answer_only_what_fits)
{
    static struct office o;
    struct given given;
    struct packet_answer lie = {.verdict = 77};
    open_office(&o);
    want(&o, LETTER("TLP:GREEN", "mail", ""));
    assert_true(take(&o, &given));
    lie.number = given.number;
    assert_int_equal(send(o.agent, &lie, sizeof lie, 0), sizeof lie);
    assert_int_equal(send(o.agent, "short", 5, 0), 5);
    settle(&o);
    assert_int_equal(only(&o).state, DELIVERY_STATE_SENDING);
    lie.verdict = DELIVERY_VERDICT_LATER;
    lie.over = true;
    memset(lie.why, 0xff, sizeof lie.why); /* not UTF-8, and without an end */
    assert_int_equal(send(o.agent, &lie, sizeof lie, 0), sizeof lie);
    settle(&o);
    assert_int_equal(only(&o).state, DELIVERY_STATE_WANTED); /* the verdict without its words */
    assert_true(str_absent(only(&o).why));
    clock_manual_set(&o.s.clock, only(&o).next);
    settle(&o);
    assert_true(take(&o, &given));
    say(&o, given.number, DELIVERY_VERDICT_LATER, true, "two\r\nlines\x7f.");
    assert_true(str_is(only(&o).why, "two  lines ."));
    close_office(&o);
}
