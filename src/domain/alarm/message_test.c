/* What alarms say: complete in every language, made for a reader, and readable since the first
 * version. */
#include "domain/alarm/alarm_own.h"
#include "domain/alarm/message_own.h"

#include "assembly/core_module.h"
#include "domain/account/account.h"
#include "domain/mission/mission.h"
#include "domain/people/people.h"
#include "shape/shape_older.h"
#include "support/watch_scene.h"

static bool has_hole(const char *words, const char *hole, size_t len)
{
    for (const char *at = strchr(words, '{'); at; at = strchr(at + 1, '{'))
        if (strncmp(at, hole, len) == 0)
            return true;
    return false;
}

static void same_holes(const char *key, const char *from, const char *to)
{
    for (const char *at = strchr(from, '{'); at; at = strchr(at + 1, '{')) {
        const char *end = strchr(at, '}');
        if (!end || !has_hole(to, at, (size_t)(end - at) + 1))
            fail_msg("%s: %s is not in: %s", key, at, to);
    }
}

TEST(every_message_is_in_every_language_with_the_same_holes)
{
    size_t count = 0;
    for (const struct message_words *row = message_words; row->key; row++, count++)
        for (size_t i = 0; i < MESSAGE_LANGUAGE_COUNT; i++) {
            if (!row->texts[i] || !row->texts[i][0])
                fail_msg("%s: language %zu has no words", row->key, i);
            same_holes(row->key, row->texts[0], row->texts[i]);
            same_holes(row->key, row->texts[i], row->texts[0]);
        }
    assert_in_range(count, 50, 1000);
}

/* ---- for a reader ---------------------------------------------------------------------------- */

static const struct module *const with_people[] = {&core_module, &mission_module, &account_module,
                                                   WATCH_MODULES};

static rc call_for_help(struct ctx *c, struct picture *picture, const struct command *command,
                        struct outcome *outcome)
{
    struct raise raise = {.message = "help",
                          .key = STR("k"),
                          .cause = STR("help"),
                          .label = {TLP_GREEN, {NULL, 0}},
                          .priority = SIGNAL_PRIORITY_HIGH,
                          .at = clock_now(c)};
    TRY(raise_refer(c, &raise, "guard", "account", command->target));
    return alarm_raise(c, picture, outcome, &raise);
}

static const struct decision call_decisions[] = {
    {.name = "call.help", .help = "Call", .permission = WATCH_WRITE, .decide = call_for_help}, {0}};
static const struct module call_module = {
    .name = "call", .help = "Calls for help", .decisions = call_decisions};

static void people_scene_open(struct scene *s)
{
    const struct module *modules[sizeof with_people / sizeof with_people[0] + 1];
    size_t count = sizeof with_people / sizeof with_people[0];
    memcpy(modules, with_people, sizeof with_people);
    modules[count] = &call_module;
    scene_open(s, count + 1, modules);
    scene_do(s, "person.add", NULL,
             "{\"id\":\"p1\",\"label\":\"TLP:AMBER\",\"name\":\"Amina Haddad\","
             "\"category\":\"guard\"}");
    scene_do(s, "account.add", NULL,
             "{\"id\":\"01M8\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"p1\","
             "\"login\":\"amina\",\"status\":\"active\"}");
    scene_do(s, "call.help", "01M8", "{}");
}

static struct actor reader(struct texts permissions, enum tlp tlp)
{
    return (struct actor){
        .id = STR("r"), .permissions = permissions, .clearance = {tlp, {NULL, 0}}};
}

TEST(a_name_is_for_whom_may_read_it)
{
    struct scene s;
    struct str none[] = {STR("watch.read")};
    struct str person[] = {STR("watch.read"), STR("person.read")};
    struct str account[] = {STR("watch.read"), STR("account.read")};
    const struct actor readers[] = {
        reader((struct texts){person, 2}, TLP_AMBER), reader((struct texts){person, 2}, TLP_GREEN),
        reader((struct texts){account, 2}, TLP_AMBER), reader((struct texts){none, 1}, TLP_AMBER)};
    const char *const says[] = {"Amina Haddad calls for help", "Somebody calls for help",
                                "amina calls for help", "Somebody calls for help"};
    people_scene_open(&s);
    for (size_t i = 0; i < 4; i++)
        ASSERT_HAS(fetch(&s, &readers[i], "/api/v1/alarms", NULL, NULL), says[i]);
    ASSERT_HAS(fetch(&s, &readers[0], "/api/v1/watch/queue", NULL, NULL), says[0]);
    scene_close(&s);
}

TEST(a_sentence_is_in_the_language_of_its_reader)
{
    struct scene s;
    people_scene_open(&s);
    ASSERT_HAS(fetch_in(&s, "fr", &guard, "/api/v1/alarms", NULL, NULL),
               "\"title\":\"Amina Haddad appelle à l’aide\"");
    ASSERT_HAS(fetch_in(&s, "ar", &guard, "/api/v1/alarms", NULL, NULL), "Amina Haddad: نداء");
    ASSERT_HAS(fetch_in(&s, "xx", &guard, "/api/v1/alarms", NULL, NULL), "calls for help");
    ASSERT_HAS(fetch_in(&s, "fr", &guard, "/api/v1/alarms", NULL, NULL),
               "\"action_said\":\"Envoyez de l’aide");
    raised_by_reference(&s, "help", "[{\"name\":\"guard\",\"ref\":\"account/01M8\"}]", false);
    scene_rebuild_is_equal(&s);
    scene_close(&s);
}

/* ---- since the first version ----------------------------------------------------------------- */

/* As version 1 wrote it. */
#define V1                                                                                     \
    "{\"id\":\"01K9\",\"label\":\"TLP:AMBER\",\"key\":\"lone/01M8\",\"cause\":\"lone-guard\"," \
    "\"kind\":\"status\",\"title\":\"01M8 is alone and has not been heard\","                  \
    "\"consequence\":\"A guard who is alone may be hurt, or held.\",\"action\":\"Call.\","     \
    "\"priority\":\"urgent\",\"rank\":1,\"respond_ms\":60000,\"state\":\"unacknowledged\","    \
    "\"active\":true,\"began\":\"2026-11-22T03:00:00Z\",\"raised\":\"2026-11-22T03:10:00Z\","  \
    "\"last\":\"2026-11-22T03:00:00Z\",\"signals\":1,\"team\":\"01K9\"}"

TEST(an_alarm_of_the_first_version_says_what_it_said)
{
    struct scene s;
    struct alarm alarm = {.id = {NULL, 0}};
    watch_scene_open(&s);
    assert_true(rc_ok(shape_read_version(&s.c, &alarm_shape, 1, STR(V1), &alarm)));
    assert_true(str_is(alarm.message, "text") && alarm.params.count == 1);
    assert_true(str_is(alarm.params.items[0].text, "01M8 is alone and has not been heard"));
    assert_true(str_is(alarm.action, "Call.") && str_is(alarm.team, "01K9"));
    assert_int_equal(alarm.signals, 1);
    scene_close(&s);
}
