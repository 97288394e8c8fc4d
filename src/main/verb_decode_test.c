#include "main/verb_decode.h"

#include "base/str.h"

#include "support/verb.h"
#include "unit.h"

#include <stdlib.h>

#define DECODE(input, ...) \
    verb_run(decode_verb, input, (const char *const[]){"decode", __VA_ARGS__, NULL})

TEST(signals_then_one_line_of_figures)
{
    struct verb_outcome *o =
        DECODE(STR("<38>Nov 22 02:00:00 gate sshd[7]: Failed password for root "
                   "from 192.0.2.7 port 4 ssh2\n"
                   "<38>Nov 22 02:00:01 gate cron[7]: nothing\n<34>1 broken\n"),
               "syslog", "--received", "2026-11-22T03:00:00Z");
    assert_int_equal(o->code, 0);
    struct str out = str_from(o->out), line = {0}, last = {0};
    assert_true(str_split(&out, '\n', &line) && str_split(&out, '\n', &last));
    assert_true(str_starts(line, "{\"source\":\"gate\",\"kind\":\"login\""));
    assert_true(str_is(last, "{\"lines\":3,\"signals\":1,\"counted\":1,\"bad\":1}"));
    assert_int_equal(out.len, 0);
    assert_string_equal(o->err, "line 3, byte 128: the time is not valid RFC 5424\n");
}

TEST(without_options_a_frame_of_any_time_and_account_is_shown)
{
    struct str frame =
        STR("\nC6860039\"SIA-DCS\"0001L0#1234[#1234|Nri1/BA01]_03:00:00,01-02-2020\r");
    struct verb_outcome *o = DECODE(frame, "dc09");
    assert_true(str_find(str_from(o->out), STR("{\"frames\":1,")) != SIZE_MAX);
    assert_null(strstr(o->err, "account"));
}

TEST(the_adapters_options_are_flags)
{
    struct str line = STR("{\"event_type\":\"ssh\"}\n");
    struct verb_outcome *o = DECODE(line, "eve", "--signals", "ssh", "--source=probe");
    assert_int_equal(o->code, 0);
    assert_non_null(strstr(o->out, "\"source\":\"probe\""));
    assert_non_null(strstr(o->out, "{\"lines\":1,\"signals\":1,\"counted\":0,\"bad\":0}"));
}

TEST(datagrams_come_as_hexadecimal_lines)
{
    struct verb_outcome *o =
        DECODE(STR("3c323e610a620a\n3c323e63\n"), "syslog", "--datagrams", "--peer", "192.0.2.5");
    assert_non_null(strstr(o->out, "{\"lines\":2,\"signals\":2,"));
    assert_non_null(strstr(o->out, "\"peer\":\"192.0.2.5\""));
    o = DECODE(STR("not hex\n"), "syslog", "--datagrams");
    assert_int_equal(o->code, 1);
}

TEST(wrong_use_is_exit_2_with_help)
{
    assert_int_equal(verb_run(decode_verb, STR(""), (const char *const[]){"decode", NULL})->code,
                     2);
    struct verb_outcome *o = DECODE(STR(""), "morse");
    assert_int_equal(o->code, 2);
    assert_non_null(strstr(o->err, "dc09"));
    o = DECODE(STR(""), "eve", "--colour", "red");
    assert_int_equal(o->code, 2);
    assert_non_null(strstr(o->err, "line-max-bytes"));
    assert_int_equal(DECODE(STR(""), "eve", "--received", "noon")->code, 2);
}

TEST(nothing_readable_is_exit_1_and_nothing_at_all_is_done)
{
    assert_int_equal(DECODE(STR("garbage\n"), "eve")->code, 1);
    assert_int_equal(DECODE(STR(""), "eve")->code, 0);
}
