/* A name proves nothing. Whatever the carriers: a stranger who calls himself like a source keeps it
 * alive by nothing, swallows none of its reports and ends none of its alarms; and what he says is
 * kept, as a stranger's. */
#include "edge/intake/carrier.h"
#include "support/receiver_scene.h"
#include "support/watch_scene.h"

#include <openssl/pem.h>
#include <sys/socket.h>
#include <unistd.h>

#define AS_PANEL \
    "\"source\":\"panel\",\"code_system\":\"test\",\"peer\":\"192.0.2.7\",\"dedupe\":\"17\","
#define BEAT    "{" AS_PANEL "\"kind\":\"supervision\",\"priority\":\"note\",\"text\":\"heard\"}"
#define ALARM   "{" AS_PANEL "\"kind\":\"alarm\",\"priority\":\"high\",\"text\":\"Front door\"}"
#define NOTE    "{" AS_PANEL "\"kind\":\"status\",\"priority\":\"note\",\"text\":\"Nothing\"}"
#define RESTORE "{" AS_PANEL "\"kind\":\"restore\",\"priority\":\"note\",\"text\":\"It is over\"}"
#define DURESS  "{" AS_PANEL "\"kind\":\"duress\",\"priority\":\"urgent\",\"text\":\"Help\"}"

static const struct module *const modules[] = {WATCH_MODULES, &intake_module};

/* ---- ways ------------------------------------------------------------------------------------ */

/* Something that signals come over: each carrier of the intake, an account by HTTP, a camera. */
struct from {
    const char *way; /* as a source has it */
    const char *listener;
    const struct actor *actor;
    bool proves;
};

enum { WAYS = 32 };

static const char *const addresses[] = {"127.0.0.1:0", "/run/chancery-test/socket"};

/* The first address that its carrier accepts: a new carrier is tried with the others. */
static void add_listener(struct scene *s, enum listener_carrier carrier, const char *id)
{
    struct command command = {.result = {RC_INVALID}};
    for (int protocol = 1; protocol < 20 && !rc_ok(command.result); protocol++) {
        const char *name = shape_choice_name(&listener_protocol_choices, protocol);
        for (size_t i = 0; name && i < 2 && !rc_ok(command.result); i++) {
            char json[400];
            snprintf(json, sizeof json,
                     "{\"id\":\"%s\",\"label\":\"TLP:GREEN\",\"name\":\"%s\",\"protocol\":\"%s\","
                     "\"carrier\":\"%s\",\"address\":\"%s\"}",
                     id, id, name, shape_choice_name(&listener_carrier_choices, carrier),
                     addresses[i]);
            scene_do_as(s, &actor_system, "listener.add", NULL, json, &command);
        }
    }
    if (!rc_ok(command.result))
        fail_msg("carrier %d: %s", (int)carrier, command.fault.message);
}

static size_t open_ways(struct scene *s, struct from ways[WAYS])
{
    static char names[WAYS][60];
    size_t count = 0;
    scene_open(s, sizeof modules / sizeof *modules, modules);
    scene_do(s, "site.add", NULL,
             "{\"id\":\"s1\",\"label\":\"TLP:GREEN\",\"name\":\"Chancery\",\"kind\":\"chancery\"}");
    for (size_t i = 0; i + 1 < listener_carrier_choices.count; i++, count++) {
        snprintf(names[count], sizeof names[0], "listener/l%zu", i);
        add_listener(s, (enum listener_carrier)(i + 1), names[count] + strlen("listener/"));
        ways[count] = (struct from){names[count], names[count] + strlen("listener/"), &actor_system,
                                    carrier_of((enum listener_carrier)(i + 1))->in_files};
    }
    ways[count++] = (struct from){"account/amina", NULL, &guard, true};
    ways[count++] = (struct from){"account/bela", NULL, &other_guard, true};
    ways[count++] = (struct from){"camera/c1", NULL, &actor_system, true};
    return count;
}

/* As it really comes: through the intake's decision, by HTTP, or from the hub. */
static void say(struct scene *s, const struct from *from, const char *signal)
{
    char json[600];
    if (from->listener)
        snprintf(json, sizeof json, "{\"listener\":\"%s\",\"proves\":%s,\"items\":[%s]}",
                 from->listener, from->proves ? "true" : "false", signal);
    else if (from->actor == &actor_system)
        snprintf(json, sizeof json, "{\"way\":\"%s\",\"way_proves\":true,\"items\":[%s]}",
                 from->way, signal);
    else
        snprintf(json, sizeof json, "{\"items\":[%s]}", signal);
    does(s, from->actor, from->listener ? "intake.take" : "signal.take", NULL, json);
}

static void expect_panel(struct scene *s, const char *more)
{
    char json[400];
    snprintf(json, sizeof json,
             "{\"id\":\"panel\",\"label\":\"TLP:GREEN\",\"name\":\"panel\",\"kind\":\"panel\","
             "\"identity\":\"panel\",\"heartbeat_ms\":60000%s}",
             more);
    does(s, &actor_system, "source.add", NULL, json);
}

/* ---- the walk -------------------------------------------------------------------------------- */

static size_t kept_of_panel(struct scene *s)
{
    return count_where(s, &kept_signal_shape, "source", "panel");
}

static size_t kept_of_strangers(struct scene *s)
{
    return count_where(s, &kept_signal_shape, "claimed", "panel");
}

static void owner_against_stranger(size_t own, size_t other)
{
    struct scene s;
    struct from ways[WAYS];
    open_ways(&s, ways);
    const struct from *owner = &ways[own], *stranger = &ways[other];
    char set[80];
    snprintf(set, sizeof set, ",\"way\":\"%s\"", owner->way);
    expect_panel(&s, owner->proves || !stranger->proves ? "" : set);
    say(&s, owner, BEAT);
    assert_true(str_is(source_is(&s, "panel").way, owner->way));
    /* somebody else's report with its key, first */
    say(&s, stranger, NOTE);
    say(&s, owner, ALARM);
    say(&s, owner, ALARM);
    assert_int_equal(kept_of_panel(&s), 1);
    assert_int_equal(kept_of_strangers(&s), 1);
    assert_int_equal(the_alarm(&s, "panel", "alarm").signals, 1);
    /* and of the same words */
    say(&s, stranger, ALARM);
    assert_int_equal(kept_of_strangers(&s), 2);
    assert_int_equal(the_alarm(&s, "panel", "alarm").signals, 1);
    /* a restore */
    say(&s, stranger, RESTORE);
    assert_true(the_alarm(&s, "panel", "alarm").active);
    assert_int_equal(kept_of_strangers(&s), 3);
    /* duress rings, whoever says it */
    say(&s, stranger, DURESS);
    assert_true(the_alarm(&s, NULL, "duress").lane);
    /* a sign of life */
    for (int i = 0; i < 10; i++) {
        pass(&s, 30);
        say(&s, stranger, BEAT);
    }
    assert_int_equal(source_is(&s, "panel").condition, SOURCE_CONDITION_SILENT);
    assert_true(the_alarm(&s, "panel", "silence").active);
    assert_int_equal(the_alarm(&s, "panel", "identity").signals, 1);
    ASSERT_HAS(fetch(&s, &guard, "/api/v1/watch/sources/{id}", "panel", NULL), stranger->way);
    /* the panel itself */
    say(&s, owner, BEAT);
    assert_int_equal(source_is(&s, "panel").condition, SOURCE_CONDITION_HEALTHY);
    say(&s, owner, RESTORE);
    assert_false(the_alarm(&s, "panel", "alarm").active);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

TEST(a_source_is_heard_over_its_own_way_alone)
{
    struct scene s;
    struct from ways[WAYS];
    size_t count = open_ways(&s, ways);
    scene_close(&s);
    /* each owner, and each stranger */
    for (size_t i = 0; i < count; i++) {
        owner_against_stranger(i, (i + 1) % count);
        owner_against_stranger((i + 1) % count, i);
    }
}

TEST(what_came_first_without_proof_gives_way_to_what_proves)
{
    struct scene s;
    struct from ways[WAYS];
    size_t count = open_ways(&s, ways);
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++) {
            bool gives_way = !ways[i].proves && ways[j].proves;
            if (i == j)
                continue;
            expect_panel(&s, "");
            say(&s, &ways[i], BEAT);
            say(&s, &ways[j], BEAT);
            assert_true(str_is(source_is(&s, "panel").way, ways[gives_way ? j : i].way));
            scene_close(&s);
            open_ways(&s, ways);
        }
    scene_close(&s);
}

TEST(an_officer_says_what_a_source_reports_over)
{
    struct scene s;
    struct from ways[WAYS];
    open_ways(&s, ways);
    expect_panel(&s, ",\"way\":\"listener/l1\"");
    say(&s, &ways[0], BEAT);
    assert_int_equal(source_is(&s, "panel").condition, SOURCE_CONDITION_NEVER_SEEN);
    say(&s, &ways[1], BEAT);
    assert_int_equal(source_is(&s, "panel").condition, SOURCE_CONDITION_HEALTHY);
    does(&s, &actor_system, "source.change", "panel",
         "{\"id\":\"panel\",\"label\":\"TLP:GREEN\",\"name\":\"panel\",\"kind\":\"panel\","
         "\"identity\":\"panel\",\"heartbeat_ms\":60000,\"way\":\"listener/l2\"}");
    say(&s, &ways[1], ALARM);
    assert_int_equal(kept_of_panel(&s), 0);
    assert_int_equal(kept_of_strangers(&s), 1);
    say(&s, &ways[2], ALARM);
    assert_int_equal(kept_of_panel(&s), 1);
    scene_close(&s);
}

/* Its sources are then heard over the next. */
TEST(a_listener_that_is_removed_holds_no_source)
{
    struct scene s;
    struct from ways[WAYS];
    open_ways(&s, ways);
    expect_panel(&s, "");
    say(&s, &ways[0], BEAT);
    does(&s, &actor_system, "listener.retire", ways[0].listener, NULL);
    say(&s, &ways[1], ALARM);
    assert_int_equal(kept_of_panel(&s), 1);
    assert_true(str_is(source_is(&s, "panel").way, ways[1].way));
    scene_close(&s);
}

TEST(switching_a_source_off_and_on_does_not_free_it)
{
    struct scene s;
    struct from ways[WAYS];
    open_ways(&s, ways);
    expect_panel(&s, "");
    say(&s, &ways[0], BEAT);
    does(&s, &actor_system, "source.disable", "panel",
         "{\"until\":\"2026-11-22T09:00:00Z\",\"why\":\"repair\"}");
    does(&s, &actor_system, "source.enable", "panel", NULL);
    say(&s, &ways[1], ALARM);
    assert_int_equal(kept_of_panel(&s), 0);
    scene_close(&s);
}

/* What names a source tells of it: it is read by those who may read of the source. */
TEST(a_strangers_signal_is_as_secret_as_the_source_that_it_names)
{
    struct scene s;
    struct from ways[WAYS];
    open_ways(&s, ways);
    does(&s, &actor_system, "source.add", NULL,
         "{\"id\":\"panel\",\"label\":\"TLP:RED\",\"name\":\"panel\",\"kind\":\"panel\","
         "\"identity\":\"panel\"}");
    say(&s, &ways[0], BEAT);
    say(&s, &ways[1], ALARM);
    assert_int_equal(kept_of_strangers(&s), 1);
    assert_null(strstr(fetch(&s, &guard, "/api/v1/signals", NULL, NULL), "panel"));
    assert_null(strstr(fetch(&s, &guard, "/api/v1/watch/unknown", NULL, NULL), "panel"));
    scene_close(&s);
}

/* ---- the same key ---------------------------------------------------------------------------- */

/* A duplicate is equal in kind, priority and text; a device that uses a number again loses nothing.
 */
TEST(a_duplicate_says_the_same)
{
    static const char *const others[] = {
        "{" AS_PANEL "\"kind\":\"fire\",\"priority\":\"high\",\"text\":\"Front door\"}",
        "{" AS_PANEL "\"kind\":\"alarm\",\"priority\":\"medium\",\"text\":\"Front door\"}",
        "{" AS_PANEL "\"kind\":\"alarm\",\"priority\":\"high\",\"text\":\"Back door\"}",
    };
    struct scene s;
    struct from ways[WAYS];
    size_t count = open_ways(&s, ways), kept = 0;
    for (size_t i = 0; i < count; i++, kept = 0) {
        expect_panel(&s, "");
        say(&s, &ways[i], ALARM);
        kept++;
        for (size_t j = 0; j < sizeof others / sizeof *others; j++)
            for (int again = 0; again < 2; again++) {
                say(&s, &ways[i], others[j]);
                say(&s, &ways[i], ALARM);
                kept += again == 0;
            }
        char batch[1600];
        snprintf(batch, sizeof batch, "%s,%s,%s,%s", ALARM, NOTE, others[0], NOTE);
        say(&s, &ways[i], NOTE);
        kept++;
        assert_int_equal(kept_of_panel(&s), kept);
        scene_close(&s);
        open_ways(&s, ways);
    }
    scene_close(&s);
}

/* ---- over real sockets ----------------------------------------------------------------------- */

TEST(bytes_that_cannot_be_read_are_no_sign_of_life)
{
    struct receiver_scene rs;
    receiver_scene_open(&rs);
    scene_do(&rs.s, "source.add", NULL,
             "{\"id\":\"s\",\"label\":\"TLP:GREEN\",\"name\":\"s\",\"kind\":\"panel\","
             "\"identity\":\"#1234\",\"heartbeat_ms\":60000}");
    receiver_scene_listen(&rs, "dc09", "udp", "127.0.0.1:0",
                          ",\"options\":{\"accounts\":[{\"account\":\"1234\"}]},"
                          "\"secret_options\":{\"accounts\":[{\"account\":\"1234\",\"key\":"
                          "\"0123456789ABCDEF\"}]}");
    int fd = receiver_scene_dial(&rs, SOCK_DGRAM);
    /* its account, in the clear, where a key is set */
    receiver_scene_say(fd, receiver_scene_frame("0001", "1234", "Nri1/BA05"));
    receiver_scene_settle(&rs);
    assert_non_null(strstr(receiver_scene_hear(fd), "NAK"));
    assert_int_equal(source_is(&rs.s, "s").condition, SOURCE_CONDITION_NEVER_SEEN);
    close(fd);
    receiver_scene_close(&rs);
}
