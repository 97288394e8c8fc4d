#include "adapter/syslog/syslog.h"

#include "adapter/syslog/message.h"
#include "adapter/syslog/rules.h"
#include "support/feeding.h"
#include "unit.h"

/* ---- headers --------------------------------------------------------------------------------- */

static struct wall at(const char *time)
{
    struct wall when = {0};
    if (time)
        assert_true(wall_parse(str_from(time), &when));
    return when;
}

static void part_is(const char *line, const char *name, struct str found, const char *expected)
{
    if (expected ? !str_is(found, expected) : !str_absent(found))
        fail_msg("%s: %s is %.*s", line, name, STR_ARG(found));
}

struct dialect {
    const char *line;
    int priority;
    const char *when, *host, *program, *process, *text;
};

static void check_dialect(const struct dialect *d)
{
    struct syslog_frame_of_reference by = {at("2026-11-22T03:00:00Z"), 0};
    struct syslog_message m;
    const char *why = NULL;
    if (!syslog_read(str_from(d->line), &by, &m, &why))
        fail_msg("%s: %s", d->line, why);
    if (m.priority != d->priority)
        fail_msg("%s: priority %d", d->line, m.priority);
    if (m.when.us != at(d->when).us) {
        char text[WALL_TEXT_MAX];
        fail_msg("%s: time %.*s", d->line, (int)wall_format(m.when, text), text);
    }
    part_is(d->line, "host", m.host, d->host);
    part_is(d->line, "program", m.program, d->program);
    part_is(d->line, "process", m.process, d->process);
    part_is(d->line, "text", m.text, d->text);
}

/* The examples of RFC 5424, 6.5 and of RFC 3164, 5.4, and what is met in the field. */
TEST(dialects)
{
    static const struct dialect dialects[] = {
        {"<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \xef\xbb\xbf'su root' "
         "failed",
         34, "2003-10-11T22:14:15.003Z", "mymachine.example.com", "su", NULL, "'su root' failed"},
        {"<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time", 165,
         "2003-08-24T12:14:15.000003Z", "192.0.2.1", "myproc", "8710", "%% It's time"},
        {"<165>1 2003-10-11T22:14:15Z host evntslog - ID47 [a@1 b=\"1\"][c@1 d=\"\\]\"]", 165,
         "2003-10-11T22:14:15Z", "host", "evntslog", NULL, ""},
        {"<0>1 - - - - - -", 0, NULL, NULL, NULL, NULL, ""},
        {"<34>Oct 11 22:14:15 mymachine su: 'su root' failed", 34, "2026-10-11T22:14:15Z",
         "mymachine", "su", NULL, "'su root' failed"},
        {"<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!", 13, "2026-02-05T17:32:18Z", "10.0.0.99",
         NULL, NULL, "Use the BFG!"},
        {"Jun 14 15:16:01 combo sshd(pam_unix)[19939]: check pass", -1, "2026-06-14T15:16:01Z",
         "combo", "sshd", "19939", "check pass"},
        {"<38>Nov 22 02:59:59 sshd[9]: no host here", 38, "2026-11-22T02:59:59Z", NULL, "sshd", "9",
         "no host here"},
        {"<38>Nov 22 02:59:59 kernel: no host here", 38, "2026-11-22T02:59:59Z", NULL, "kernel",
         NULL, "no host here"},
        {"<38>Nov 22 2024 02:59:59 fw %ASA-4-1: text", 38, "2024-11-22T02:59:59Z", "fw", "%ASA-4-1",
         NULL, "text"},
        {"<38>Nov 22 02:59:59.123 fw app: text", 38, "2026-11-22T02:59:59.123Z", "fw", "app", NULL,
         "text"},
        {"<189>77: *Mar  1 18:46:11: %SYS-5-CONFIG_I: Configured", 189, "2026-03-01T18:46:11Z",
         NULL, "%SYS-5-CONFIG_I", NULL, "Configured"},
        {"<30>2026-11-22T04:00:00.5+01:00 gate systemd[1]: Started", 30, "2026-11-22T03:00:00.5Z",
         "gate", "systemd", "1", "Started"},
        {"<30>Nov 22 02:00:00 gate /usr/sbin/cron[7]: x", 30, "2026-11-22T02:00:00Z", "gate",
         "cron", "7", "x"},
        {"<30>Nov 22 02:00:00 fe80::1 app: x", 30, "2026-11-22T02:00:00Z", "fe80::1", "app", NULL,
         "x"},
        {"<30>Nov 22 02:00:00 combo last message repeated 3 times", 30, "2026-11-22T02:00:00Z",
         "combo", NULL, NULL, "last message repeated 3 times"},
        {"<30>app[3]: no time", 30, NULL, NULL, "app", "3", "no time"},
        {"<999>text", -1, NULL, NULL, NULL, NULL, "<999>text"},
        {"just text: with a colon", -1, NULL, NULL, NULL, NULL, "just text: with a colon"},
        {"[Sun Dec 04 04:47:44 2005] [error] [client 192.0.2.1] denied", 131,
         "2005-12-04T04:47:44Z", NULL, "apache", NULL, "[client 192.0.2.1] denied"},
        {"[Sun Dec 04 04:47:44.123456 2005] [core:error] [pid 1:tid 2] [client 192.0.2.1:7] x", 131,
         "2005-12-04T04:47:44.123456Z", NULL, "apache", NULL, "[client 192.0.2.1:7] x"},
        {"[not apache", -1, NULL, NULL, NULL, NULL, "[not apache"},
    };
    for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++)
        check_dialect(&dialects[i]);
}

TEST(a_broken_rfc_5424_header_is_bad_with_its_reason)
{
    static const char *const broken[] = {"<34>1 ",
                                         "<34>1 2003-10-11T22:14:15.003Z host app",
                                         "<34>1 yesterday host app - - - x",
                                         "<34>1 - - - - - [a b=\"",
                                         "<34>1 - - - - - [a b=\"1\"]x",
                                         "<34>1 - - - - - x",
                                         "<34>1 2003-13-11T22:14:15Z host app - - - x"};
    struct feeding f;
    feeding_open(&f, &syslog_adapter, "{}");
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        feeding_give(&f, FEEDING_DATAGRAM, str_from(broken[i]));
        if (f.bad != 1)
            fail_msg("%s was taken", broken[i]);
    }
    assert_int_equal(intake_tally(f.intake, SYSLOG_BAD_HEADER), sizeof broken / sizeof broken[0]);
    feeding_close(&f);
}

TEST(the_year_is_that_of_receipt_unless_that_lies_ahead)
{
    static const struct {
        const char *received, *stamp, *expected;
    } cases[] = {
        {"2026-11-22T03:00:00Z", "Nov 22 03:00:01", "2026-11-22T03:00:01Z"},
        {"2026-11-22T03:00:00Z", "Nov 23 02:59:59", "2026-11-23T02:59:59Z"},
        {"2026-11-22T03:00:00Z", "Nov 23 03:00:01", "2025-11-23T03:00:01Z"},
        {"2026-01-01T00:00:05Z", "Dec 31 23:59:58", "2025-12-31T23:59:58Z"},
        {"2026-12-31T23:59:58Z", "Jan  1 00:00:05", "2027-01-01T00:00:05Z"},
        {"2026-11-22T03:00:00Z", "Feb 29 12:00:00", "2024-02-29T12:00:00Z"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct syslog_frame_of_reference by = {at(cases[i].received), 0};
        struct syslog_message m;
        const char *why;
        assert_true(syslog_read(str_from(cases[i].stamp), &by, &m, &why));
        assert_int_equal(m.when.us, at(cases[i].expected).us);
        assert_true(m.inferred);
    }
}

TEST(a_zone_that_is_not_in_the_stamp_is_an_option)
{
    struct feeding f;
    feeding_open(&f, &syslog_adapter, "{\"utc_offset_min\":120}");
    feeding_give(&f, FEEDING_PART, STR("Nov 22 05:00:00 h kernel: eth0: link down\n"));
    assert_int_equal(f.signals[0].occurred.us, f.clock.us);
    feeding_close(&f);
}

/* ---- framing --------------------------------------------------------------------------------- */

TEST(octet_counted_and_lines_may_be_mixed_in_a_stream)
{
    static const char mixed[] = "25 <34>1 - a b - - - octets\n1<34>Nov 22 02:00:00 h a: line\n"
                                "22 <34>1 - a b - - - more<34>1 - a b - - - last\r\n";
    struct feeding f;
    feeding_open(&f, &syslog_adapter, "{}");
    feeding_give(&f, FEEDING_PART, str_from(mixed));
    assert_int_equal(f.frames, 4);
    assert_int_equal(f.bad, 0);
    assert_int_equal(intake_tally(f.intake, SYSLOG_COUNTED_FRAMES), 2);
    feeding_close(&f);
}

TEST(a_wrong_octet_count_costs_no_later_message)
{
    static const char wrong[] = "20 <34>1 - a b - - - this is longer than said"
                                "29 <34>1 - a b - - - well framed"
                                "9999999 <34>1 - a b - - - what a count"
                                "29 <34>1 - a b - - - well framed";
    struct feeding f;
    feeding_open(&f, &syslog_adapter, "{}");
    feeding_give(&f, FEEDING_LAST, str_from(wrong));
    assert_int_equal(f.frames, 3);
    assert_int_equal(f.bad, 2);
    feeding_close(&f);
}

TEST(a_datagram_is_one_message_with_its_line_ends)
{
    struct feeding f;
    feeding_open(&f, &syslog_adapter, "{}");
    feeding_give(&f, FEEDING_DATAGRAM, STR("<2>Nov 22 02:00:00 panel: first line\nsecond line\n"));
    assert_int_equal(f.frames, 1);
    assert_true(str_is(f.signals[0].text, "first line second line"));
    assert_true(str_is(f.signals[0].source, "192.0.2.99"));
    assert_true(str_is(f.signals[0].peer, "192.0.2.99"));
    feeding_close(&f);
}

TEST(the_rest_of_a_datagram_that_is_too_long_is_no_message)
{
    static char bytes[2000];
    struct feeding f;
    memset(bytes, 'a', sizeof bytes);
    memcpy(bytes + 1000, "\n<0>Nov 22 02:00:00 h a: forged\n", 33);
    feeding_open(&f, &syslog_adapter, "{\"line_max_bytes\":500}");
    feeding_give(&f, FEEDING_DATAGRAM, (struct str){bytes, sizeof bytes});
    assert_int_equal(f.bad, 1);
    assert_int_equal(f.frames, 0);
    feeding_give(&f, FEEDING_DATAGRAM, STR("<0>Nov 22 02:00:00 h a: real"));
    assert_int_equal(f.signal_count, 1);
    feeding_close(&f);
}

TEST(a_line_with_a_nul_is_not_text)
{
    struct feeding f;
    feeding_open(&f, &syslog_adapter, "{}");
    feeding_give(&f, FEEDING_PART,
                 STR("<34>Nov 22 02:00:00 h a: x\0y\n<34>Nov 22 02:00:00 h a: x\0\n"));
    assert_int_equal(f.bad, 1);
    assert_int_equal(f.frames, 1);
    feeding_close(&f);
}

/* ---- rules ----------------------------------------------------------------------------------- */

/* A text that a pattern is about: each capture replaced by something it would cut out. */
static struct str example_of(struct ctx *c, const char *pattern)
{
    static const char *const samples[][2] = {{"{*}", "zzz"},
                                             {"{user}", "bob"},
                                             {"{name}", "bob"},
                                             {"{value}", "v 1"},
                                             {"{zone}", "eth0"},
                                             {"{word}", "w"},
                                             {"{address}", "192.0.2.1"},
                                             {"{port}", "22"},
                                             {"{count}", "5"},
                                             {"{pairs}", " uid=0 rhost=192.0.2.1  user=bob"}};
    struct text t;
    struct str made, rest = str_from(pattern);
    text_init(&t, c, 4096);
    while (rest.len > 0) {
        size_t take = 1;
        for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
            if (!str_starts(rest, samples[i][0]))
                continue;
            text_put(&t, str_from(samples[i][1]));
            take = strlen(samples[i][0]);
        }
        if (take == 1)
            text_put_char(&t, rest.ptr[0]);
        rest = str_sub(rest, take, rest.len);
    }
    assert_true(rc_ok(text_done(&t, &made)));
    return made;
}

TEST(every_rule_can_be_met)
{
    struct ctx c = {.arena = arena_open(4 << 20), .clock = &clock_system};
    for (size_t i = 0; i < syslog_rule_count(); i++) {
        const struct syslog_rule *rule = syslog_rule_at(i);
        struct syslog_captures captures;
        struct str text = example_of(&c, rule->pattern);
        assert_true(syslog_match(rule->pattern, text, &captures));
        const struct syslog_rule *found =
            syslog_rule_find(str_from(rule->program ? rule->program : "any"), text, &captures);
        assert_non_null(found);
        if (!str_eq(str_from(found->code), str_from(rule->code)))
            fail_msg("%.*s is taken as %s", STR_ARG(text), found->code);
    }
    arena_close(c.arena);
}

static struct signal *only(struct feeding *f, const char *line)
{
    feeding_give(f, FEEDING_DATAGRAM, str_from(line));
    if (f->signal_count != 1)
        fail_msg("%s: %zu signals", line, f->signal_count);
    return &f->signals[0];
}

TEST(a_failed_password_names_user_and_address)
{
    struct feeding f;
    feeding_open(&f, &syslog_adapter, "{}");
    struct signal *s = only(&f, "<38>Nov 22 02:00:00 gate sshd-session[7]: Failed password for "
                                "root from 192.0.2.7 port 4242 ssh2");
    assert_true(str_is(s->user, "root") && str_is(s->address, "192.0.2.7"));
    assert_true(s->kind == SIGNAL_KIND_LOGIN && str_is(s->code, "ssh-failed"));
    s = only(&f, "<38>Nov 22 02:00:00 gate sshd[7]: message repeated 5 times: [ Failed password "
                 "for root from 192.0.2.7 port 4242 ssh2]");
    assert_true(str_is(s->value, "5") && str_is(s->code, "ssh-failed"));
    feeding_close(&f);
}

/* Whoever dials in chooses the user's name, and with it most of the line. */
TEST(a_users_name_cannot_forge_the_address)
{
    struct feeding f;
    feeding_open(&f, &syslog_adapter, "{}");
    struct signal *s =
        only(&f, "<38>Nov 22 02:00:00 gate sshd[7]: Failed password for invalid user "
                 "x from 198.51.100.5 port 22 ssh2 from 192.0.2.7 port 4242 ssh2");
    assert_true(str_is(s->address, "192.0.2.7"));
    assert_true(str_is(s->user, "x from 198.51.100.5 port 22 ssh2"));
    s = only(&f, "<38>Nov 22 02:00:00 gate sshd[7]: Invalid user y from 10.0.0.1 from 192.0.2.7");
    assert_true(str_is(s->address, "192.0.2.7"));
    feeding_close(&f);
}

TEST(pam_sudo_su_and_the_kernel)
{
    struct feeding f;
    feeding_open(&f, &syslog_adapter, "{}");
    struct signal *s =
        only(&f, "<38>Nov 22 02:00:00 gate sshd(pam_unix)[7]: authentication failure; logname= "
                 "uid=0 euid=0 tty=NODEVssh ruser= rhost=192.0.2.7  user=root");
    assert_true(str_is(s->user, "root") && str_is(s->address, "192.0.2.7"));
    assert_true(str_find(s->attributes, STR("\"tty\":\"NODEVssh\"")) != SIZE_MAX);
    s = only(&f, "<85>Nov 22 02:00:00 gate sudo:   bob : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; "
                 "USER=root ; COMMAND=/bin/sh");
    assert_true(s->kind == SIGNAL_KIND_PRIVILEGE && s->priority == SIGNAL_PRIORITY_HIGH);
    assert_true(str_is(s->user, "bob"));
    s = only(&f, "<85>Nov 22 02:00:00 gate sudo:   bob : TTY=pts/0 ; PWD=/ ; USER=root ; "
                 "COMMAND=/bin/echo COMMAND=/bin/true");
    assert_true(str_is(s->value, "/bin/echo COMMAND=/bin/true"));
    s = only(&f,
             "<4>Nov 22 02:00:00 gate kernel: [ 1234.567890] Out of memory: Killed process 4711 "
             "(chancery)");
    assert_true(str_is(s->code, "out-of-memory") && str_is(s->value, "4711 (chancery)"));
    s = only(&f, "<6>Nov 22 02:00:00 gate kernel: e1000e: eth0 NIC Link is Up 1000 Mbps");
    assert_true(s->kind == SIGNAL_KIND_RESTORE && s->ends == SIGNAL_KIND_TROUBLE);
    feeding_close(&f);
}

TEST(a_grave_message_without_a_rule_is_a_signal_by_its_severity)
{
    struct feeding f;
    feeding_open(&f, &syslog_adapter, "{}");
    struct signal *s = only(&f, "<0>Nov 22 02:00:00 ups powerd: the building burns");
    assert_true(str_is(s->code_system, "syslog-severity") && s->priority == SIGNAL_PRIORITY_HIGH);
    feeding_give(&f, FEEDING_DATAGRAM, STR("<3>Nov 22 02:00:00 ups powerd: an error"));
    assert_int_equal(f.signal_count, 0);
    feeding_close(&f);
    feeding_open(&f, &syslog_adapter, "{\"severity_max\":-1}");
    feeding_give(&f, FEEDING_DATAGRAM, STR("<0>Nov 22 02:00:00 ups powerd: quiet"));
    assert_int_equal(f.signal_count, 0);
    feeding_close(&f);
}

TEST(structured_data_are_kept_with_their_escapes_undone)
{
    struct feeding f;
    feeding_open(&f, &syslog_adapter, "{}");
    struct signal *s =
        only(&f, "<0>1 - h a - - [x@1 k=\"a \\\"b\\\" \\] \\n\" k=\"2\"][y z=\"\"] m");
    assert_true(
        str_find(s->attributes, STR("\"structured\":[[\"x@1\",\"k\",\"a \\\"b\\\" ] \\\\n\"],"
                                    "[\"x@1\",\"k\",\"2\"],[\"y\",\"z\",null]]")) != SIZE_MAX);
    feeding_close(&f);
}

/* ---- real logs ------------------------------------------------------------------------------- */

static void real_log(const char *path, size_t lines, size_t signals)
{
    struct feeding f;
    feeding_open(&f, &syslog_adapter, "{}");
    struct str log = feeding_file(&f, path);
    if (str_absent(log)) {
        feeding_close(&f);
        unit_skip("../shared/data/syslog is not here");
    }
    /* Read as a file that grows and is rotated in the middle of a line is: in pieces. */
    f.discard = true;
    for (size_t from = 0; from < log.len; from += 1009)
        feeding_give(&f, FEEDING_PART, str_sub(log, from, 1009));
    feeding_give(&f, FEEDING_LAST, STR(""));
    const struct intake_counts *counts = intake_counts(f.intake);
    assert_int_equal(counts->bytes, log.len);
    assert_int_equal(counts->frames, lines);
    assert_int_equal(counts->bad, 0);
    assert_int_equal(counts->signals, signals);
    assert_int_equal(counts->signals + counts->counted + counts->bad, lines);
    feeding_close(&f);
}

TEST(real_openssh_log)
{
    real_log("../shared/data/syslog/OpenSSH_2k.log", 2000, 1248);
}

TEST(real_linux_log)
{
    real_log("../shared/data/syslog/Linux_2k.log", 2000, 705);
}

TEST(real_apache_log)
{
    real_log("../shared/data/syslog/Apache_2k.log", 2000, 595);
}
