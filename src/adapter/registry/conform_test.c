/* The conformance kit: what every adapter of the list has to stand. It needs nothing but the
 * adapter's own examples. */
#include "adapter/registry/registry.h"
#include "base/text.h"

#include "unit.h"

#include <stdlib.h>

enum { MEMORY = 32 << 20, TRANSCRIPT_MAX = 8 << 20 };

/* One run of bytes through a fresh or a used intake, and all that came out. */
struct run {
    struct ctx c, scratch;
    struct clock_manual clock;
    struct intake *intake;
    struct stream *stream;
    struct text transcript; /* signals and replies, one a line */
    size_t frames, bad;
};

static void run_open(struct run *run, const struct adapter *adapter)
{
    void *options;
    struct wall now = {0};
    *run = (struct run){0};
    assert_true(wall_parse(STR("2026-11-22T03:00:05Z"), &now));
    clock_manual_init(&run->clock, now);
    run->c = (struct ctx){.arena = arena_open(MEMORY), .clock = &run->clock.clock};
    run->scratch = (struct ctx){.arena = arena_open(MEMORY), .clock = &run->clock.clock};
    assert_true(rc_ok(intake_options(&run->c, adapter, str_from(adapter->look), &options)));
    assert_true(rc_ok(intake_open(&run->c, adapter, options, &run->intake)));
    assert_true(rc_ok(stream_open(&run->c, run->intake, &run->stream)));
    text_init(&run->transcript, &run->c, TRANSCRIPT_MAX);
}

static void run_close(struct run *run)
{
    const struct intake_counts *counts = intake_counts(run->intake);
    assert_int_equal(counts->frames, run->frames + run->bad);
    assert_int_equal(counts->bad, run->bad);
    stream_close(run->stream);
    intake_close(run->intake);
    arena_close(run->c.arena);
    arena_close(run->scratch.arena);
}

/* Every signal keeps the rules of its shape, whatever bytes it was made from. */
static void note_item(struct run *run, const struct stream_item *item)
{
    run->frames += item->kind == STREAM_FRAME;
    run->bad += item->kind == STREAM_BAD;
    for (size_t i = 0; i < item->out.count; i++) {
        struct signal *signal = &item->out.signals[i];
        if (!rc_ok(shape_check(&run->scratch, &signal_shape, signal)))
            fail_msg("%s: %s", run->scratch.fault.pointer, run->scratch.fault.message);
        signal->repeat = false;
        shape_write(&run->transcript, &signal_shape, SHAPE_VIEW_WHOLE, signal);
        text_put_char(&run->transcript, '\n');
    }
    if (item->kind == STREAM_FRAME && !str_absent(item->out.reply))
        text_put(&run->transcript, item->out.reply);
}

static void run_give(struct run *run, struct str bytes, bool last)
{
    struct stream_item item = {.kind = STREAM_FRAME};
    /* A copy of exact size, so that the sanitizer sees a read past the end. */
    char *exact = malloc(bytes.len + 1);
    assert_non_null(exact);
    memcpy(exact, bytes.ptr, bytes.len);
    stream_give(run->stream, (struct str){exact, bytes.len}, (struct stream_given){.last = last});
    while (item.kind != STREAM_EMPTY) {
        struct arena_mark mark = arena_mark(run->scratch.arena);
        assert_true(rc_ok(stream_next(&run->scratch, run->stream, clock_now(&run->c), &item)));
        note_item(run, &item);
        arena_return(run->scratch.arena, mark);
    }
    free(exact);
}

static struct str transcript(struct run *run)
{
    struct str made;
    assert_true(rc_ok(text_done(&run->transcript, &made)));
    return made;
}

static struct str join_examples(struct ctx *c, const struct adapter *adapter, struct str between)
{
    struct text t;
    struct str made;
    text_init(&t, c, 1 << 20);
    for (size_t i = 0; adapter->examples[i]; i++) {
        text_put(&t, between);
        text_put(&t, str_from(adapter->examples[i]));
    }
    assert_true(rc_ok(text_done(&t, &made)));
    return made;
}

static size_t count_examples(const struct adapter *adapter)
{
    size_t count = 0;
    while (adapter->examples[count])
        count++;
    return count;
}

/* What the examples give in one piece; every other way has to give the same. */
static void open_reference(struct run *reference, const struct adapter *adapter)
{
    run_open(reference, adapter);
    run_give(reference, join_examples(&reference->c, adapter, STR("")), true);
    assert_int_equal(reference->frames, count_examples(adapter));
    assert_int_equal(reference->bad, 0);
    assert_true(transcript(reference).len > 0);
}

static void same(struct run *a, struct run *b)
{
    struct str x = transcript(a), y = transcript(b);
    if (!str_eq(x, y))
        fail_msg("expected\n%.*s\nbut found\n%.*s", STR_ARG(x), STR_ARG(y));
}

TEST(every_adapter_names_itself_and_its_parts)
{
    for (size_t i = 0; adapters[i]; i++) {
        const struct adapter *a = adapters[i];
        assert_true(a->name[0] && a->help[0] && a->tallies[0] && a->options->help[0]);
        assert_true(str_is(str_from(a->unit), "lines") || str_is(str_from(a->unit), "frames"));
        assert_ptr_equal(adapter_find(str_from(a->name)), a);
    }
    assert_null(adapter_find(STR("carrier-pigeon")));
}

TEST(byte_by_byte_is_the_same_as_at_once)
{
    for (size_t i = 0; adapters[i]; i++) {
        struct run whole, bytes;
        open_reference(&whole, adapters[i]);
        struct str all = join_examples(&whole.c, adapters[i], STR(""));
        run_open(&bytes, adapters[i]);
        for (size_t at = 0; at < all.len; at++)
            run_give(&bytes, str_sub(all, at, 1), false);
        run_give(&bytes, STR(""), true);
        same(&whole, &bytes);
        run_close(&bytes);
        run_close(&whole);
    }
}

TEST(cut_anywhere_is_the_same_as_at_once)
{
    for (size_t i = 0; adapters[i]; i++) {
        struct run whole;
        open_reference(&whole, adapters[i]);
        struct str all = join_examples(&whole.c, adapters[i], STR(""));
        for (size_t at = 1; at < all.len; at++) {
            struct run cut;
            run_open(&cut, adapters[i]);
            run_give(&cut, str_sub(all, 0, at), false);
            run_give(&cut, str_sub(all, at, all.len), true);
            same(&whole, &cut);
            run_close(&cut);
        }
        run_close(&whole);
    }
}

TEST(garbage_between_frames_costs_no_frame)
{
    static const char garbage[] = "\x01\xff{]garbage\"\x7f, not a frame\n";
    for (size_t i = 0; adapters[i]; i++) {
        struct run whole, mixed;
        open_reference(&whole, adapters[i]);
        run_open(&mixed, adapters[i]);
        run_give(&mixed, join_examples(&mixed.c, adapters[i], str_from(garbage)), true);
        assert_true(mixed.frames + mixed.bad >= 2 * whole.frames);
        same(&whole, &mixed);
        run_close(&mixed);
        run_close(&whole);
    }
}

TEST(a_frame_that_is_too_long_is_skipped_with_bounded_memory)
{
    for (size_t i = 0; adapters[i]; i++) {
        struct run whole, big;
        open_reference(&whole, adapters[i]);
        run_open(&big, adapters[i]);
        char *piece = malloc(65536);
        assert_non_null(piece);
        memset(piece, 'a', 65536);
        for (int n = 0; n < 100; n++)
            run_give(&big, (struct str){piece, 65536}, false);
        free(piece);
        run_give(&big, STR("\n"), false);
        assert_int_equal(big.bad, 1);
        assert_int_equal(big.frames, 0);
        struct intake_sample samples[INTAKE_SAMPLES];
        assert_int_equal(intake_samples(big.intake, samples), 1);
        assert_int_equal(samples[0].len, INTAKE_SAMPLE_BYTES);
        assert_true(intake_counts(big.intake)->bad_bytes >= 100 * 65536);
        run_give(&big, join_examples(&big.c, adapters[i], STR("")), true);
        same(&whole, &big);
        run_close(&big);
        run_close(&whole);
    }
}

TEST(a_connection_cut_in_a_frame_does_not_touch_the_next_one)
{
    for (size_t i = 0; adapters[i]; i++) {
        struct run whole;
        open_reference(&whole, adapters[i]);
        struct str all = join_examples(&whole.c, adapters[i], STR(""));
        struct str first = str_from(adapters[i]->examples[0]);
        for (size_t at = 1; at + 1 < first.len; at += 3) {
            struct run again;
            run_open(&again, adapters[i]);
            run_give(&again, str_sub(first, 0, at), true);
            again.transcript.len = 0;
            run_give(&again, all, true);
            same(&whole, &again);
            run_close(&again);
        }
        run_close(&whole);
    }
}

TEST(doubled_frames_are_given_twice_and_never_swallowed)
{
    for (size_t i = 0; adapters[i]; i++) {
        struct run once, twice;
        open_reference(&once, adapters[i]);
        run_open(&twice, adapters[i]);
        struct str all = join_examples(&once.c, adapters[i], STR(""));
        run_give(&twice, all, true);
        same(&once, &twice);
        twice.transcript.len = 0;
        run_give(&twice, all, true);
        same(&once, &twice);
        assert_int_equal(intake_counts(twice.intake)->signals,
                         2 * intake_counts(once.intake)->signals);
        run_close(&twice);
        run_close(&once);
    }
}

TEST(a_year_late_is_still_read)
{
    for (size_t i = 0; adapters[i]; i++) {
        struct run late;
        run_open(&late, adapters[i]);
        clock_manual_advance_us(&late.clock, INT64_C(365) * 86400 * 1000000);
        run_give(&late, join_examples(&late.c, adapters[i], STR("")), true);
        assert_int_equal(late.frames, count_examples(adapters[i]));
        run_close(&late);
    }
}

/* Give all in one piece, with an arena that is too small at first and grows until the call is done.
 */
static void give_in_want(struct run *run, struct str bytes)
{
    struct stream_item item = {.kind = STREAM_FRAME};
    struct arena *whole = run->scratch.arena;
    size_t failures = 0;
    stream_give(run->stream, bytes, (struct stream_given){.last = true});
    while (item.kind != STREAM_EMPTY) {
        rc result = {RC_NO_MEMORY};
        for (size_t limit = 1; !rc_ok(result); limit += limit / 3 + 64) {
            arena_close(run->scratch.arena == whole ? NULL : run->scratch.arena);
            run->scratch.arena = arena_open(limit);
            result = stream_next(&run->scratch, run->stream, clock_now(&run->c), &item);
            failures += !rc_ok(result);
        }
        struct arena *small = run->scratch.arena;
        run->scratch.arena = whole;
        note_item(run, &item);
        arena_close(small);
    }
    assert_true(failures > 0);
}

TEST(want_of_memory_loses_nothing)
{
    for (size_t i = 0; adapters[i]; i++) {
        struct run whole, want;
        open_reference(&whole, adapters[i]);
        run_open(&want, adapters[i]);
        give_in_want(&want, join_examples(&want.c, adapters[i], STR("")));
        same(&whole, &want);
        for (size_t k = 0; adapters[i]->tallies[k]; k++)
            assert_int_equal(intake_tally(want.intake, k), intake_tally(whole.intake, k));
        run_close(&want);
        run_close(&whole);
    }
}

/* A small generator of its own, so that a failure can be had again. */
static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

static size_t mutate(char *bytes, size_t len, size_t room, uint32_t *state)
{
    for (uint32_t n = next_random(state) % 6 + 1; n > 0 && len > 1; n--) {
        size_t at = next_random(state) % len, span = next_random(state) % 20 + 1;
        switch (next_random(state) % 4) {
        case 0:
            bytes[at] = (char)next_random(state);
            break;
        case 1:
            bytes[at] ^= (char)(1 << next_random(state) % 8);
            break;
        case 2:
            span = at + span > len ? len - at : span;
            memmove(bytes + at, bytes + at + span, len - at - span);
            len -= span;
            break;
        default:
            span = at + span > len || len + span > room ? 0 : span;
            memmove(bytes + at + span, bytes + at, len - at);
            len += span;
            break;
        }
    }
    return len;
}

TEST(mutated_frames_give_sound_signals_or_none)
{
    uint32_t seed = 20261122;
    for (size_t i = 0; adapters[i]; i++) {
        struct run whole;
        open_reference(&whole, adapters[i]);
        struct str all = join_examples(&whole.c, adapters[i], STR(""));
        size_t room = all.len + 256;
        char *bytes = malloc(room);
        assert_non_null(bytes);
        for (int round = 0; round < 1500; round++) {
            struct run mutant;
            run_open(&mutant, adapters[i]);
            memcpy(bytes, all.ptr, all.len);
            size_t len = mutate(bytes, all.len, room, &seed), cut = next_random(&seed) % len;
            run_give(&mutant, (struct str){bytes, cut}, false);
            run_give(&mutant, (struct str){bytes + cut, len - cut}, true);
            mutant.transcript.len = 0;
            run_give(&mutant, all, true);
            assert_true(mutant.frames >= whole.frames);
            run_close(&mutant);
        }
        free(bytes);
        run_close(&whole);
    }
}
