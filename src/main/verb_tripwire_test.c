/* The verb from outside: cases as folders, the content that is shipped, and what it says of wrong
 * use. */
#include "main/verb_tripwire.h"

#include "unit.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char cases[] = "src/engine/sigma/cases";

struct ran {
    int status;
    char *out, *err;
    size_t out_len, err_len;
};

/* Run the verb with words; what it said is the caller's to free. */
static struct ran run_with(const char *const words[], const char *input)
{
    struct ran ran = {0};
    char *argv[32] = {0};
    int argc = 0;
    for (; words[argc]; argc++)
        argv[argc] = strdup(words[argc]);
    FILE *out = open_memstream(&ran.out, &ran.out_len);
    FILE *err = open_memstream(&ran.err, &ran.err_len);
    char *copy = strdup(input);
    FILE *in = fmemopen(copy, strlen(copy), "r");
    ran.status = tripwire_verb(argc, argv, in, out, err);
    fclose(in);
    free(copy);
    fclose(out);
    fclose(err);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    return ran;
}

static struct ran run(const char *const words[])
{
    return run_with(words, "\n");
}

static void ran_free(struct ran *ran)
{
    free(ran->out);
    free(ran->err);
}

static char *read_file(const char *path)
{
    char *text = NULL;
    size_t len = 0;
    FILE *file = fopen(path, "rb");
    if (!file)
        fail_msg("%s cannot be read", path);
    FILE *out = open_memstream(&text, &len);
    for (int ch; (ch = getc(file)) != EOF;)
        putc(ch, out);
    fclose(file);
    fclose(out);
    return text;
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void run_case(const char *name)
{
    char rules[300], events[300], expected[300];
    snprintf(rules, sizeof rules, "%s/%s/rules.yml", cases, name);
    snprintf(events, sizeof events, "%s/%s/events.jsonl", cases, name);
    snprintf(expected, sizeof expected, "%s/%s/expected.jsonl", cases, name);
    struct ran ran = run((const char *const[]){"tripwire", "test", "--rules", rules, "--events",
                                               events, "--json", NULL});
    char *wanted = read_file(expected);
    if (ran.status != 0 || strcmp(ran.out, wanted) != 0)
        fail_msg("case %s: status %d\n%s%sinstead of\n%s", name, ran.status, ran.err, ran.out,
                 wanted);
    free(wanted);
    ran_free(&ran);
}

TEST(every_case_gives_its_expected_hits)
{
    struct dirent **entries;
    int count = scandir(cases, &entries, is_shown, alphasort);
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        run_case(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
}

TEST(wrong_use_is_told_with_the_usage)
{
    static const char *const wrong[][6] = {{"tripwire", NULL},
                                           {"tripwire", "check", NULL},
                                           {"tripwire", "sing", "x", NULL},
                                           {"tripwire", "check", "--sing", "x", NULL},
                                           {"tripwire", "test", "--rules", cases, NULL},
                                           {"tripwire", "explain", "--rule", cases, NULL},
                                           {"tripwire", "check", "/no/such/path", NULL}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct ran ran = run(wrong[i]);
        assert_int_equal(ran.status, 2);
        assert_true(ran.err_len > 0);
        ran_free(&ran);
    }
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

TEST(check_names_file_line_and_reason)
{
    char folder[] = "/tmp/tripwire-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/wrong.yml", folder);
    write_file(path, "title: t\nlogsource: {product: p}\ndetection:\n  s:\n    F|contain: x\n"
                     "  condition: s\n");
    struct ran ran = run((const char *const[]){"tripwire", "check", folder, NULL});
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "wrong.yml:5: modifier 'contain' is not known\n"));
    assert_string_equal(ran.out, "1 files, 0 rules (0 correlations), 1 refused\n");
    ran_free(&ran);
    ran = run((const char *const[]){"tripwire", "check", folder, "--json", NULL});
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.out, "\"line\":5,\"reason\":\"modifier 'contain' is not known\""));
    ran_free(&ran);
    unlink(path);
    rmdir(folder);
}

/* One run, or two with the windows kept in a file between them: the same hits. */
TEST(windows_go_on_in_the_next_run)
{
    char folder[] = "/tmp/tripwire-XXXXXX", rules[64], events[64], kept[64];
    static const char line[] =
        "{\"_id\":%d,\"_time\":%d,\"_logsource\":{\"product\":\"p\"},\"F\":1}\n";
    char text[200];
    assert_non_null(mkdtemp(folder));
    snprintf(rules, sizeof rules, "%s/r.yml", folder);
    snprintf(events, sizeof events, "%s/e.jsonl", folder);
    snprintf(kept, sizeof kept, "%s/s", folder);
    write_file(rules,
               "title: a\nname: a\nlogsource: {product: p}\ndetection: {s: {F: 1}, condition: s}\n"
               "---\ntitle: X\ncorrelation: {type: event_count, rules: [a], timespan: 1m,"
               " condition: {gte: 3}}\n");
    for (int i = 1; i <= 3; i++) {
        snprintf(text, sizeof text, line, i, 1000 + i);
        write_file(events, text);
        struct ran ran = run((const char *const[]){"tripwire", "test", "--rules", rules, "--events",
                                                   events, "--json", "--state", kept, NULL});
        assert_int_equal(ran.status, 0);
        assert_string_equal(ran.out, i < 3 ? ""
                                           : "{\"rule\":\"X\",\"events\":[1,2,3],"
                                             "\"time\":\"1970-01-01T00:16:43Z\",\"group\":{}}\n");
        ran_free(&ran);
    }
    unlink(rules);
    unlink(events);
    unlink(kept);
    rmdir(folder);
}

TEST(profile_says_what_each_rule_cost_and_leaves_the_hits_alone)
{
    const char *words[] = {
        "tripwire", "test",
        "--rules",  "src/engine/sigma/cases/brute_force_then_success",
        "--events", "src/engine/sigma/cases/brute_force_then_success/events.jsonl",
        "--json",   NULL,
        NULL};
    struct ran without = run(words);
    words[7] = "--profile";
    struct ran with = run(words);
    assert_int_equal(with.status, 0);
    assert_string_equal(with.out, without.out);
    assert_string_equal(without.err, "");
    assert_non_null(strstr(with.err, "looked"));
    assert_non_null(strstr(with.err, "  failed_login\n"));
    assert_non_null(strstr(with.err, "4 rules; no event came near 0 of them"));
    ran_free(&without);
    ran_free(&with);
}

TEST(a_bad_line_is_counted_and_does_not_stop_the_run)
{
    char folder[] = "/tmp/tripwire-XXXXXX", events[64];
    assert_non_null(mkdtemp(folder));
    snprintf(events, sizeof events, "%s/e.jsonl", folder);
    write_file(events, "nonsense\n{\"_id\":1\n\n[1]\n{\"_time\":\"soon\"}\n");
    struct ran ran = run((const char *const[]){"tripwire", "test", "--rules",
                                               "src/engine/sigma/cases/keywords/rules.yml",
                                               "--events", events, "--json", NULL});
    assert_int_equal(ran.status, 0);
    assert_string_equal(ran.out, "");
    assert_non_null(strstr(ran.err, "e.jsonl:1: an event must be a JSON object"));
    assert_non_null(strstr(ran.err, "e.jsonl:5: _time 'soon' is not RFC 3339"));
    assert_non_null(strstr(ran.err, "4 bad event lines"));
    ran_free(&ran);
    unlink(events);
    rmdir(folder);
}

TEST(events_may_come_by_standard_input)
{
    struct ran ran = run_with(
        (const char *const[]){"tripwire", "test", "--rules",
                              "src/engine/sigma/cases/keywords/rules.yml", "--events", "-", NULL},
        "{\"_id\":7,\"_logsource\":{\"product\":\"linux\",\"service\":\"syslog\"},"
        "\"message\":\"out of memory\"}\n");
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "\"events\":[7],\"time\":null,\"group\":{}}"));
    ran_free(&ran);
}

TEST(placeholders_come_from_a_file)
{
    char folder[] = "/tmp/tripwire-XXXXXX", rules[64], values[64];
    assert_non_null(mkdtemp(folder));
    snprintf(rules, sizeof rules, "%s/r.yml", folder);
    snprintf(values, sizeof values, "%s/p.yml", folder);
    write_file(rules, "title: a\nlogsource: {product: p}\n"
                      "detection: {s: {IP|cidr|expand: '%ours%'}, condition: s}\n");
    write_file(values, "ours: ['10.9.0.0/16', \"fe80::/10\"]\n");
    const char *const words[] = {"tripwire", "test",           "--rules", rules, "--events",
                                 "-",        "--placeholders", values,    NULL};
    struct ran ran = run_with(words, "{\"_id\":1,\"_logsource\":{\"product\":\"p\"},"
                                     "\"IP\":\"10.9.1.1\"}\n");
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "\"events\":[1]"));
    ran_free(&ran);
    write_file(values, "ours:\n\t- x\n");
    ran = run_with(words, "\n");
    assert_int_equal(ran.status, 1);
    assert_non_null(strstr(ran.err, "p.yml:2: not YAML: a tab cannot indent"));
    ran_free(&ran);
    unlink(rules);
    unlink(values);
    rmdir(folder);
}

TEST(explain_says_what_is_missing)
{
    struct ran ran = run((const char *const[]){
        "tripwire", "explain", "--rule", "src/engine/sigma/cases/keywords/rules.yml", "--event",
        "{\"_logsource\":{\"product\":\"linux\",\"service\":\"syslog\"},\"message\":\"segfault "
        "at\"}",
        NULL});
    assert_int_equal(ran.status, 0);
    assert_non_null(strstr(ran.out, "does not fire"));
    assert_non_null(strstr(ran.out, "NO "));
    ran_free(&ran);
}

TEST(every_shipped_tripwire_does_what_its_trials_say)
{
    struct ran ran = run((const char *const[]){"tripwire", "try", "content/tripwires", NULL});
    if (ran.status != 0)
        fail_msg("%s%s", ran.err, ran.out);
    assert_non_null(strstr(ran.out, " 0 rules without a trial, 0 refused"));
    ran_free(&ran);
}
