#include "adapter/eve/eve.h"

#include "support/feeding.h"
#include "unit.h"

#include <stdlib.h>
#include <zlib.h>

#define EVENTS "../shared/data/eve/suricata-7.0.10.jsonl.gz"

static const char alert[] =
    "{\"timestamp\":\"2026-11-22T02:59:59.123456+0000\",\"flow_id\":18446744073709551615,"
    "\"event_type\":\"alert\",\"src_ip\":\"192.0.2.7\",\"dest_ip\":\"198.51.100.1\","
    "\"never_seen_before\":[1,{\"a\":null}],\"alert\":{\"signature_id\":2019876,"
    "\"signature\":\"ET SCAN \\u00e9\",\"severity\":1,\"category\":\"Scan\"}}\n";

TEST(an_alert_is_an_attack_with_its_evidence)
{
    struct feeding f;
    feeding_open(&f, &eve_adapter, "{}");
    feeding_give(&f, FEEDING_PART, str_from(alert));
    assert_int_equal(f.signal_count, 1);
    struct signal *s = &f.signals[0];
    assert_int_equal(s->kind, SIGNAL_KIND_ATTACK);
    assert_int_equal(s->priority, SIGNAL_PRIORITY_HIGH);
    assert_true(str_is(s->code, "2019876"));
    assert_true(str_is(s->text, "ET SCAN \xc3\xa9 (192.0.2.7 to 198.51.100.1)"));
    assert_true(str_is(s->address, "192.0.2.7"));
    assert_true(str_is(s->source, "suricata"));
    assert_int_equal(s->occurred.us, f.clock.us - 876544);
    assert_true(str_find(s->raw, STR("never_seen_before")) != SIZE_MAX);
    feeding_close(&f);
}

TEST(flow_id_of_64_bits_is_exact)
{
    struct feeding f;
    feeding_open(&f, &eve_adapter, "{}");
    feeding_give(&f, FEEDING_PART, str_from(alert));
    assert_true(str_find(f.signals[0].attributes, STR("\"flow_id\":\"18446744073709551615\"")) !=
                SIZE_MAX);
    feeding_close(&f);
}

TEST(a_chosen_type_becomes_a_signal_and_the_rest_is_counted)
{
    struct feeding f;
    static const char two[] =
        "{\"event_type\":\"ssh\",\"host\":\"probe-1\",\"src_ip\":\"192.0.2.1\"}\n"
        "{\"event_type\":\"not_invented_yet\",\"x\":{}}\n";
    feeding_open(&f, &eve_adapter, "{\"signals\":[\"ssh\"]}");
    feeding_give(&f, FEEDING_PART, str_from(two));
    assert_int_equal(f.signal_count, 1);
    assert_true(str_is(f.signals[0].source, "probe-1"));
    assert_int_equal(f.signals[0].occurred.us, 0);
    assert_int_equal(intake_counts(f.intake)->counted, 1);
    assert_int_equal(intake_tally(f.intake, EVE_ssh), 1);
    assert_int_equal(intake_tally(f.intake, EVE_OTHER_TYPE), 1);
    feeding_close(&f);
}

TEST(broken_lines_are_bad_and_the_next_is_read)
{
    static const char *const broken[] = {"{\"event_type\":\"alert\"\n",
                                         "nonsense\n",
                                         "[]\n",
                                         "{\"event_type\":\"al\x01rt\"}\n",
                                         "{} {}\n",
                                         "{\"event_type\":7,}\n",
                                         "{\"event_type\":null}\n",
                                         "{\"a\":\"\xff\",\"event_type\":\"dns\"}\n"};
    struct feeding f;
    feeding_open(&f, &eve_adapter, "{}");
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        feeding_give(&f, FEEDING_PART, str_from(broken[i]));
        assert_int_equal(f.bad, 1);
        assert_int_equal(f.frames, 0);
        feeding_give(&f, FEEDING_PART, str_from(alert));
        assert_int_equal(f.signal_count, 1);
    }
    feeding_close(&f);
}

/* Over classic syslog the sender cuts an event at 1024 or 2048 bytes and the next one follows on
 * the same line (ntopng 10679, pfelk 111); rotation may split a line as well (snort3 376). */
TEST(an_event_glued_to_a_truncated_one_is_recovered)
{
    struct feeding f;
    feeding_open(&f, &eve_adapter, "{}");
    for (size_t cut = 1; cut < sizeof alert - 2; cut += 7) {
        struct text t;
        text_init(&t, &f.c, 4096);
        text_put(&t, str_sub(str_from(alert), 0, cut));
        text_put(&t, str_from(alert));
        feeding_give(&f, FEEDING_PART, text_str(&t));
        assert_int_equal(f.bad, 1);
        assert_int_equal(f.signal_count, 1);
    }
    feeding_close(&f);
}

TEST(text_in_an_event_cannot_pass_for_another_event)
{
    static const char forged[] =
        "{\"event_type\":\"http\",\"agent\":\"}{\\\"timestamp\\\":\\\"x\\\",\\\"event_type\\\":"
        "\\\"alert\\\"}\",\"bad\":}\n";
    struct feeding f;
    feeding_open(&f, &eve_adapter, "{}");
    feeding_give(&f, FEEDING_PART, str_from(forged));
    assert_int_equal(f.bad, 1);
    assert_int_equal(f.signal_count, 0);
    feeding_close(&f);
}

TEST(a_line_of_100_mb_is_skipped_and_counted)
{
    struct feeding f;
    feeding_open(&f, &eve_adapter, "{}");
    char *piece = malloc(1 << 20);
    assert_non_null(piece);
    memset(piece, 'x', 1 << 20);
    size_t bad = 0;
    feeding_give(&f, FEEDING_PART, STR("{\"event_type\":\"alert\",\"payload\":\""));
    for (int i = 0; i < 100; i++) {
        feeding_give(&f, FEEDING_PART, (struct str){piece, 1 << 20});
        bad += f.bad;
    }
    free(piece);
    feeding_give(&f, FEEDING_PART, STR("\"}\n"));
    assert_int_equal(bad, 1);
    assert_true(intake_counts(f.intake)->bad_bytes > 100 << 20);
    assert_true(arena_used(f.c.arena) < 1 << 20);
    feeding_give(&f, FEEDING_PART, str_from(alert));
    assert_int_equal(f.signal_count, 1);
    feeding_close(&f);
}

TEST(an_empty_line_is_a_line)
{
    struct feeding f;
    feeding_open(&f, &eve_adapter, "{}");
    feeding_give(&f, FEEDING_LAST, STR("\n\r\n  \n"));
    assert_int_equal(f.frames, 3);
    assert_int_equal(intake_tally(f.intake, EVE_EMPTY), 3);
    feeding_close(&f);
}

static struct str read_events(struct feeding *f)
{
    gzFile file = gzopen(EVENTS, "rb");
    char *bytes = NULL;
    size_t room = 32 << 20;
    if (!file)
        return (struct str){0};
    bytes = ctx_take(&f->c, room, 1);
    assert_non_null(bytes);
    int len = gzread(file, bytes, (unsigned)room);
    gzclose(file);
    assert_true(len > 0);
    return (struct str){bytes, (size_t)len};
}

/* 13,021 events of Suricata 7.0.10, of 24 types. */
TEST(real_events_are_all_accepted)
{
    struct feeding f;
    feeding_open(&f, &eve_adapter, "{}");
    struct str events = read_events(&f);
    if (str_absent(events)) {
        feeding_close(&f);
        unit_skip("../shared/data/eve is not here");
    }
    feeding_give(&f, FEEDING_LAST, events);
    const struct intake_counts *counts = intake_counts(f.intake);
    assert_int_equal(counts->frames, 13021);
    assert_int_equal(counts->bad, 0);
    assert_int_equal(counts->signals, 1948 + 392);
    assert_int_equal(counts->counted, 13021 - 1948 - 392);
    assert_int_equal(intake_tally(f.intake, EVE_smb), 2215);
    assert_int_equal(intake_tally(f.intake, EVE_flow), 1855);
    assert_int_equal(intake_tally(f.intake, EVE_dns), 1785);
    assert_int_equal(intake_tally(f.intake, EVE_stats), 763);
    assert_int_equal(intake_tally(f.intake, EVE_OTHER_TYPE), 0);
    for (size_t i = 0; i < f.signal_count; i++)
        assert_true(rc_ok(shape_check(&f.c, &signal_shape, &f.signals[i])));
    feeding_close(&f);
}

/* A file that is rotated in the middle of a line, read in pieces of odd size: the half line before
 * the rotation and the half after it are one event when the writer goes on, and one bad line each
 * when it does not. Either way every other event is there once. */
TEST(real_events_through_a_rotated_file_are_there_once)
{
    struct feeding f;
    feeding_open(&f, &eve_adapter, "{}");
    struct str events = read_events(&f);
    if (str_absent(events)) {
        feeding_close(&f);
        unit_skip("../shared/data/eve is not here");
    }
    f.discard = true;
    size_t middle = events.len / 2;
    while (events.ptr[middle - 1] == '\n' || events.ptr[middle] == '\n')
        middle++;
    for (size_t at = 0; at < middle; at += 4099)
        feeding_give(&f, FEEDING_PART,
                     str_sub(events, at, middle - at < 4099 ? middle - at : 4099));
    feeding_give(&f, FEEDING_LAST, STR(""));
    for (size_t at = middle; at < events.len; at += 65537)
        feeding_give(&f, FEEDING_PART, str_sub(events, at, 65537));
    feeding_give(&f, FEEDING_LAST, STR(""));
    const struct intake_counts *counts = intake_counts(f.intake);
    assert_int_equal(counts->frames, 13022);
    assert_int_equal(counts->bad, 2);
    assert_int_equal(counts->bytes, events.len);
    feeding_close(&f);
}
