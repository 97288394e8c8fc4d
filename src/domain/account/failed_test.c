/* What the record keeps of failed attempts to sign in, and what of it an erasure reaches. */
#include "domain/account/account_own.h"

#include "domain/people/people.h"
#include "support/scene.h"

#include "unit.h"

static const struct module *const modules[] = {&account_module};

struct sought {
    struct scene *scene;
    struct str word;
    int64_t clear, readable; /* entries that have it as they stand; bodies that can be read */
};

static rc seek(struct ctx *c, void *arg, const struct ledger_event *event, bool *)
{
    struct sought *sought = arg;
    struct str entry;
    TRY(ledger_entry(c, picture_store(sought->scene->reader.picture), event->seq, &entry));
    sought->clear += str_find(entry, sought->word) < entry.len;
    sought->readable += str_find(event->body, sought->word) < event->body.len;
    return OK;
}

static void is_in_the_record(struct scene *s, struct str word, int64_t clear, int64_t readable)
{
    struct sought sought = {.scene = s, .word = word};
    struct ledger_walk walk = {.limit = INT64_MAX, .seal_key = s->options.ledger.seal_key};
    assert_true(rc_ok(ledger_walk(&s->c, picture_store(s->reader.picture), &walk, seek, &sought)));
    assert_int_equal(sought.clear, clear);
    assert_int_equal(sought.readable, readable);
}

/* Whatever was tried, and for whatever reason it was refused. */
static int64_t fail_in_every_way(struct scene *s, const char *account, struct str peer)
{
    int64_t count = 0;
    for (unsigned method = 1; method < sign_in_method_choices.count; method++)
        for (unsigned reason = 1; reason < sign_in_failure_choices.count; reason++, count++) {
            struct str whose = STR(""), json;
            if (account)
                assert_true(rc_ok(str_format(&s->c, &whose, "\"account\":\"%s\",", account)));
            assert_true(rc_ok(
                str_format(&s->c, &json, "{%s\"method\":\"%s\",\"reason\":\"%s\",\"peer\":\"%s\"}",
                           whose.ptr, shape_choice_name(&sign_in_method_choices, method),
                           shape_choice_name(&sign_in_failure_choices, reason), peer.ptr)));
            scene_do(s, "sign-in.fail", NULL, json.ptr);
        }
    return count;
}

TEST_SCENES(where_a_failed_sign_in_came_from_is_erased_with_the_person, modules)
{
    const struct str theirs = STR("198.51.100.7"), nobodys = STR("198.51.100.8"),
                     late = STR("198.51.100.9");
    scene_do(s, "person.add", NULL,
             "{\"id\":\"zoe\",\"label\":\"TLP:GREEN\",\"name\":\"Zoe\",\"category\":\"staff\"}");
    scene_do(s, "account.add", NULL,
             "{\"id\":\"zoe\",\"label\":\"TLP:GREEN\",\"kind\":\"person\",\"person\":\"zoe\","
             "\"login\":\"zoe\",\"status\":\"active\"}");
    int64_t count = fail_in_every_way(s, "zoe", theirs);
    assert_true(count > 0);
    is_in_the_record(s, theirs, 0, count);
    fail_in_every_way(s, NULL, nobodys);
    is_in_the_record(s, nobodys, count, count);
    scene_do(s, "account.retire", "zoe", "{}");
    scene_do(s, "person.retire", "zoe", "{}");
    scene_do(s, "person.erase", "zoe", "{\"why\":\"their request of 20 November\"}");
    is_in_the_record(s, theirs, 0, 0);
    is_in_the_record(s, nobodys, count, count);
    fail_in_every_way(s, "zoe", late); /* the account is nobody's by now */
    is_in_the_record(s, late, count, count);
    scene_rebuild_is_equal(s);
}
