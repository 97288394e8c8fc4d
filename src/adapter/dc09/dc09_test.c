/* The talk with a panel is tested by test/peers/dc09_dialler.py; here are the parts. */
#include "adapter/dc09/dc09.h"

#include "adapter/dc09/block.h"
#include "adapter/dc09/frame.h"
#include "support/feeding.h"
#include "unit.h"

static struct ctx open_ctx(void)
{
    return (struct ctx){.arena = arena_open(4 << 20), .clock = &clock_system};
}

/* A frame around a body. */
static struct str framed(struct ctx *c, const char *body)
{
    struct str made;
    struct str b = str_from(body);
    assert_true(rc_ok(str_format(c, &made, "\n%04X%04zX%s\r", dc09_crc(b), b.len, body)));
    return made;
}

/* The check value of the CRC catalogues for reflected 0x8005 from 0 (CRC-16/ARC). */
TEST(crc_is_the_fields_and_not_ccitt)
{
    assert_int_equal(dc09_crc(STR("123456789")), 0xbb3d);
    assert_int_equal(dc09_crc(STR("")), 0);
}

TEST(the_panels_time_is_read_strictly)
{
    struct wall when = {0}, expected = {0};
    assert_true(wall_parse(STR("2026-11-22T03:04:05Z"), &expected));
    assert_true(dc09_parse_time(STR("03:04:05,11-22-2026"), &when));
    assert_int_equal(when.us, expected.us);
    static const char *const wrong[] = {"",
                                        "03:04:05,22-11-2026",
                                        "3:04:05,11-22-2026",
                                        "03:04:05 11-22-2026",
                                        "03:04:61,11-22-2026",
                                        "-3:04:05,11-22-2026",
                                        "03:04:05,02-29-2025"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_false(dc09_parse_time(str_from(wrong[i]), &when));
}

/* ---- codes ----------------------------------------------------------------------------------- */

static bool has(struct str s, const char *part)
{
    return str_find(s, str_from(part)) != SIZE_MAX;
}

/* The reference list says what each code is; ours has to agree in kind. */
static void check_code(struct str code, struct str words)
{
    struct dc09_meaning m;
    if (!dc09_sia_meaning(code, &m))
        fail_msg("%.*s (%.*s) has no meaning", STR_ARG(code), STR_ARG(words));
    bool over = has(words, "RESTOR") || has(words, "RSTRL") || has(words, "UNBYP");
    if (over && !str_is(code, "AN") && !str_is(code, "RR"))
        assert_int_equal(m.kind, SIGNAL_KIND_RESTORE);
    if (m.kind == SIGNAL_KIND_RESTORE)
        assert_true(m.ends != SIGNAL_KIND_UNSET && m.ends != SIGNAL_KIND_RESTORE);
    else
        assert_int_equal(m.ends, SIGNAL_KIND_UNSET);
    if (str_ends(words, " ALARM") && !has(words, "FROM"))
        assert_true(m.priority <= SIGNAL_PRIORITY_HIGH);
    if (has(words, "PANIC ALARM") || has(words, "HOLDUP ALARM") || has(words, "EMERGENCY ALARM"))
        assert_true(over || m.kind == SIGNAL_KIND_DURESS);
    if (has(words, "BYPASS") && !over)
        assert_int_equal(m.kind, SIGNAL_KIND_BYPASS);
    if (has(words, "ACCESS DENIED") || has(words, "ACCESS GRANTED"))
        assert_int_equal(m.kind, SIGNAL_KIND_ACCESS);
}

TEST(every_sia_code_of_the_reference_has_a_fitting_meaning)
{
    struct feeding f;
    feeding_open(&f, &dc09_adapter, "{}");
    struct str line, list = feeding_file(&f, "../shared/data/alarm/sia_codes.csv");
    if (str_absent(list)) {
        feeding_close(&f);
        unit_skip("../shared/data/alarm is not here");
    }
    size_t count = 0;
    str_split(&list, '\n', &line);
    while (str_split(&list, '\n', &line)) {
        struct str words = str_trim(line), code;
        if (!str_split(&words, ',', &code) || code.len != 2)
            continue;
        check_code(code, words);
        count++;
    }
    assert_int_equal(count, 280);
    feeding_close(&f);
}

TEST(contact_id_tells_new_from_restored_and_opening_from_closing)
{
    struct dc09_meaning m;
    assert_true(dc09_cid_meaning('1', STR("121"), &m));
    assert_true(m.kind == SIGNAL_KIND_DURESS && m.priority == SIGNAL_PRIORITY_URGENT);
    assert_true(dc09_cid_meaning('3', STR("121"), &m));
    assert_true(m.kind == SIGNAL_KIND_RESTORE && m.ends == SIGNAL_KIND_DURESS);
    assert_true(dc09_cid_meaning('6', STR("301"), &m));
    assert_string_equal(m.text, "mains power failed, still");
    assert_true(dc09_cid_meaning('1', STR("401"), &m));
    assert_int_equal(m.kind, SIGNAL_KIND_DISARM);
    assert_true(dc09_cid_meaning('3', STR("401"), &m));
    assert_int_equal(m.kind, SIGNAL_KIND_ARM);
    assert_false(dc09_cid_meaning('1', STR("999"), &m));
}

/* ---- blocks ---------------------------------------------------------------------------------- */

TEST(sia_blocks_of_many_panels)
{
    static const struct {
        const char *data;
        size_t count;
        const char *code, *number, *area, *user, *name, *text, *unread;
    } cases[] = {
        {"#1234|Nri1/BA01", 1, "BA", "01", "1", NULL, NULL, NULL, NULL},
        {"#1234|Nri1BA01", 1, "BA", "01", "1", NULL, NULL, NULL, NULL},
        {"#1234|NCL501", 1, "CL", "501", NULL, NULL, NULL, NULL, NULL},
        {"#1234|BA01", 1, "BA", "01", NULL, NULL, NULL, NULL, NULL},
        {"#1234|Nri2^Hall^id7^Smith^BA3^Door^", 1, "BA", "3", "2", "7", "Door", NULL, NULL},
        {"#1234|Nri1/BA01*\"Front door\"NM", 1, "BA", "01", "1", NULL, NULL, "Front door", NULL},
        {"#1234|Nri1/BA01*'Front'", 1, "BA", "01", "1", NULL, NULL, "Front", NULL},
        {"#1234|Nti03:00:01/RP00", 1, "RP", "00", NULL, NULL, NULL, NULL, NULL},
        {"#1234|NNL1", 1, "NL", "1", NULL, NULL, NULL, NULL, NULL},
        {"#1234|NL1", 1, "NL", "1", NULL, NULL, NULL, NULL, NULL},
        {"#1234|OOP5", 1, "OP", "5", NULL, NULL, NULL, NULL, NULL},
        {"#1234|AT00", 1, "AT", "00", NULL, NULL, NULL, NULL, NULL},
        {"#1234|NBA01|Abroken glass", 1, "BA", "01", NULL, NULL, NULL, "broken glass", NULL},
        {"#1234|Nxx9/BA01", 1, "BA", "01", NULL, NULL, NULL, NULL, "9/BA01"},
        {"#1234|", 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
        {"", 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL},
        {"#1234|N^^^", 0, NULL, NULL, NULL, NULL, NULL, NULL, "N^^^"},
    };
    struct ctx c = open_ctx();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct dc09_block b;
        assert_true(rc_ok(dc09_sia_block(&c, str_from(cases[i].data), &b)));
        if (b.count != cases[i].count)
            fail_msg("%s: %zu events", cases[i].data, b.count);
        if (cases[i].unread == NULL && !str_absent(b.unread))
            fail_msg("%s: unread %.*s", cases[i].data, STR_ARG(b.unread));
        assert_true(cases[i].unread == NULL || !str_absent(b.unread));
        if (b.count == 0)
            continue;
        const struct {
            const char *expected;
            struct str found;
        } parts[] = {{cases[i].code, b.events[0].code}, {cases[i].number, b.events[0].number},
                     {cases[i].area, b.events[0].area}, {cases[i].user, b.events[0].user},
                     {cases[i].name, b.events[0].name}, {cases[i].text, b.events[0].text}};
        for (size_t k = 0; k < sizeof parts / sizeof parts[0]; k++)
            if (parts[k].expected ? !str_is(parts[k].found, parts[k].expected)
                                  : !str_absent(parts[k].found))
                fail_msg("%s: part %zu is %.*s", cases[i].data, k, STR_ARG(parts[k].found));
    }
    arena_close(c.arena);
}

TEST(an_event_stored_by_the_panel_is_told)
{
    struct ctx c = open_ctx();
    struct dc09_block b;
    assert_true(rc_ok(dc09_sia_block(&c, STR("#1234|OBA01"), &b)));
    assert_true(b.count == 1 && b.events[0].old);
    assert_true(rc_ok(dc09_sia_block(&c, STR("#1234|NBA01"), &b)));
    assert_true(b.count == 1 && !b.events[0].old);
    arena_close(c.arena);
}

TEST(more_events_than_a_block_may_have_are_told_as_unread)
{
    struct ctx c = open_ctx();
    struct dc09_block b;
    struct text t;
    text_init(&t, &c, 8192);
    text_put(&t, STR("#1234|N"));
    for (int i = 0; i < DC09_EVENTS_MAX + 5; i++)
        text_put(&t, STR("BA1/"));
    assert_true(rc_ok(dc09_sia_block(&c, text_str(&t), &b)));
    assert_int_equal(b.count, DC09_EVENTS_MAX);
    assert_false(str_absent(b.unread));
    arena_close(c.arena);
}

TEST(contact_id_blocks_with_and_without_spaces)
{
    struct ctx c = open_ctx();
    struct dc09_block b;
    assert_true(rc_ok(dc09_cid_block(&c, STR("#1234|1130 01 015"), &b)));
    assert_true(b.count == 1 && str_is(b.events[0].code, "130"));
    assert_true(str_is(b.events[0].area, "01") && str_is(b.events[0].number, "015"));
    assert_true(rc_ok(dc09_cid_block(&c, STR("#1234|313001015"), &b)));
    assert_true(b.count == 1 && b.events[0].qualifier == '3');
    static const char *const wrong[] = {"", "#1234|", "#1234|2130 01 015", "#1234|1130 01 01",
                                        "#1234|x130 01 015"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_true(rc_ok(dc09_cid_block(&c, str_from(wrong[i]), &b)));
        assert_int_equal(b.count, 0);
    }
    arena_close(c.arena);
}

/* ---- the receiver ---------------------------------------------------------------------------- */

TEST(keys_that_cannot_be_are_refused)
{
    static const char *const wrong[] = {
        "{\"accounts\":[{\"account\":\"1234\",\"key\":\"0123456789ABCDEF0\"}]}",
        "{\"accounts\":[{\"account\":\"1234\",\"key_hex\":\"0123456789ABCDEF0123456789ABCDEG\"}]}",
        ("{\"accounts\":[{\"account\":\"1234\",\"key\":\"0123456789ABCDEF\","
         "\"key_hex\":\"0123456789ABCDEF0123456789ABCDEF\"}]}"),
    };
    struct ctx c = open_ctx();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        void *options;
        struct intake *intake;
        assert_true(rc_ok(intake_options(&c, &dc09_adapter, str_from(wrong[i]), &options)));
        assert_false(rc_ok(intake_open(&c, &dc09_adapter, options, &intake)));
    }
    arena_close(c.arena);
}

TEST(one_number_on_two_lines_is_two_panels)
{
    struct feeding f;
    feeding_open(&f, &dc09_adapter,
                 "{\"accounts\":[{\"account\":\"1234\"},{\"account\":\"1234\",\"line\":\"A\"}]}");
    feeding_give(&f, FEEDING_PART, framed(&f.c, "\"NULL\"0001L0#1234[]"));
    assert_true(str_is(f.source, "#1234"));
    feeding_give(&f, FEEDING_PART, framed(&f.c, "\"NULL\"0001L0a#1234[]"));
    assert_true(str_is(f.source, "L0a#1234"));
    assert_false(f.signals[0].repeat);
    feeding_give(&f, FEEDING_PART, framed(&f.c, "\"NULL\"0001LB#1234[]"));
    assert_int_equal(f.bad, 1);
    feeding_close(&f);
}

/* Two devices with one identity cannot be told from one that has two paths. Nothing is lost: both
 * reports are given, each with the address that it came from. */
TEST(two_panels_with_one_number_are_both_given_with_their_peers)
{
    struct feeding f;
    feeding_open(&f, &dc09_adapter, "{\"unlisted\":true}");
    struct str frame = framed(&f.c, "\"SIA-DCS\"0005L0#1234[#1234|NBA01]");
    feeding_give(&f, FEEDING_DATAGRAM, frame);
    assert_true(f.signal_count == 1 && str_is(f.signals[0].peer, "192.0.2.99"));
    f.peer = STR("198.51.100.4");
    feeding_give(&f, FEEDING_DATAGRAM, frame);
    assert_true(f.signal_count == 1 && str_is(f.signals[0].peer, "198.51.100.4"));
    assert_true(f.signals[0].repeat);
    feeding_give(&f, FEEDING_DATAGRAM, framed(&f.c, "\"SIA-DCS\"0005L0#1234[#1234|NBA02]"));
    assert_false(f.signals[0].repeat);
    feeding_close(&f);
}

TEST(a_panel_whose_clock_is_a_year_off_is_told_our_time)
{
    struct feeding f;
    feeding_open(&f, &dc09_adapter, "{\"accounts\":[{\"account\":\"1234\"}]}");
    feeding_give(&f, FEEDING_DATAGRAM,
                 framed(&f.c, "\"SIA-DCS\"0001L0#1234[#1234|NBA01]_03:00:00,11-22-2025"));
    assert_true(f.bad == 1 && f.signal_count == 0);
    assert_true(has(f.reply, "\"NAK\"0000L0A0[]_03:00:00,11-22-2026"));
    assert_int_equal(intake_tally(f.intake, DC09_TIME), 1);
    feeding_close(&f);
}

TEST(a_repeat_after_the_window_is_a_new_report)
{
    struct feeding f;
    struct str dedupe, frame;
    feeding_open(&f, &dc09_adapter, "{\"unlisted\":true,\"repeat_s\":60}");
    frame = framed(&f.c, "\"SIA-DCS\"0005L0#1234[#1234|NBA01]");
    feeding_give(&f, FEEDING_DATAGRAM, frame);
    dedupe = f.signals[0].dedupe;
    clock_manual_advance_us(&f.clock, 60 * 1000000);
    feeding_give(&f, FEEDING_DATAGRAM, frame);
    assert_true(f.signals[0].repeat && str_eq(f.signals[0].dedupe, dedupe));
    assert_true(str_is(f.signals[0].peer, "192.0.2.99"));
    clock_manual_advance_us(&f.clock, 1);
    feeding_give(&f, FEEDING_DATAGRAM, frame);
    assert_false(f.signals[0].repeat);
    assert_false(str_eq(f.signals[0].dedupe, dedupe));
    feeding_close(&f);
}

/* The panel had no answer, we were started anew, and it tells it again some minutes later. */
TEST(a_report_told_again_after_a_start_has_the_name_it_had_or_says_it)
{
    for (int minutes = 0; minutes <= 5; minutes++) {
        struct feeding f;
        char first[128] = "";
        for (int start = 0; start < 2; start++) {
            feeding_open(&f, &dc09_adapter, "{\"unlisted\":true}");
            clock_manual_advance_us(&f.clock, (int64_t)(start * minutes) * 60000000);
            feeding_give(&f, FEEDING_DATAGRAM, framed(&f.c, "\"SIA-DCS\"0005L0#1234[#1234|NBA01]"));
            struct str now = f.signals[0].dedupe, before = f.signals[0].dedupe_before;
            if (start == 0)
                memcpy(first, now.ptr, now.len);
            assert_true(str_is(now, first) || str_is(before, first));
            feeding_close(&f);
        }
    }
}

TEST(a_jump_in_the_sequence_is_told_and_9999_is_followed_by_1)
{
    struct feeding f;
    feeding_open(&f, &dc09_adapter, "{\"unlisted\":true}");
    feeding_give(&f, FEEDING_PART, framed(&f.c, "\"SIA-DCS\"9990L0#1234[#1234|NBA01]"));
    feeding_give(&f, FEEDING_PART, framed(&f.c, "\"SIA-DCS\"9999L0#1234[#1234|NBA02]"));
    assert_true(has(f.signals[0].attributes, "\"sequence_missing\":\"8\""));
    feeding_give(&f, FEEDING_PART, framed(&f.c, "\"SIA-DCS\"0001L0#1234[#1234|NBA03]"));
    assert_false(has(f.signals[0].attributes, "missing"));
    assert_int_equal(intake_tally(f.intake, DC09_GAPS), 8);
    feeding_close(&f);
}

TEST(a_flood_of_accounts_is_held_in_bounded_memory)
{
    struct feeding f;
    feeding_open(&f, &dc09_adapter, "{\"unlisted\":true}");
    for (int i = 0; i < 3000; i++) {
        struct str body;
        struct arena_mark mark = arena_mark(f.c.arena);
        assert_true(rc_ok(str_format(&f.c, &body, "\"NULL\"0001L0#%06d[]", i)));
        feeding_give(&f, FEEDING_DATAGRAM, framed(&f.c, body.ptr));
        assert_int_equal(f.signal_count, 1);
        arena_return(f.c.arena, mark);
    }
    feeding_close(&f);
}

TEST(an_encryption_key_in_extended_data_is_not_kept_as_an_attribute)
{
    struct feeding f;
    feeding_open(&f, &dc09_adapter, "{\"unlisted\":true}");
    feeding_give(&f, FEEDING_PART,
                 framed(&f.c, "\"SIA-DCS\"0001L0#1234[#1234|NBA01][K00112233][Q?][IGlass]"));
    assert_false(has(f.signals[0].attributes, "00112233"));
    assert_true(has(f.signals[0].attributes, "\"extended\":\"[Q?]\""));
    assert_true(str_is(f.signals[0].text, "burglary alarm: Glass"));
    feeding_close(&f);
}

TEST(coordinates_in_degrees_or_with_minutes)
{
    static const struct {
        const char *x, *y;
        int32_t lon_e7, lat_e7;
        bool known;
    } cases[] = {{"24.9384", "60.1699", 249384000, 601699000, true},
                 {"-70.5", "-33.25", -705000000, -332500000, true},
                 {"070W30.000", "33S15.0", -705000000, -332500000, true},
                 {"005E08.6", "52N06", 51433333, 521000000, true},
                 {"181", "10", 0, 0, false},
                 {"10N00", "10E00", 0, 0, false},
                 {"10E60.0", "10N00", 0, 0, false},
                 {"", "10", 0, 0, false}};
    struct feeding f;
    feeding_open(&f, &dc09_adapter, "{\"unlisted\":true}");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct str body;
        assert_true(rc_ok(str_format(&f.c, &body, "\"NULL\"%04zuL0#1234[][X%s][Y%s]", i + 1,
                                     cases[i].x, cases[i].y)));
        feeding_give(&f, FEEDING_PART, framed(&f.c, body.ptr));
        assert_int_equal(f.signals[0].position.known, cases[i].known);
        assert_int_equal(f.signals[0].position.lon_e7, cases[i].lon_e7);
        assert_int_equal(f.signals[0].position.lat_e7, cases[i].lat_e7);
    }
    feeding_close(&f);
}
