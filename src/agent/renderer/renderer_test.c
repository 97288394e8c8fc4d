/* Documents as PDF, read back by Poppler: through the renderer, as the server asks it. */
#include "agent/renderer/renderer.h"

#include "support/documents.h"
#include "unit.h"

#include <stdlib.h>

struct making {
    struct ctx c;
    struct renderer renderer;
    struct document *d;
};

static const struct document_head head_en = {
    .mission = {"Embassy of Example, Helsinki", 28},
    .title = {"Hand-over of the watch", 22},
    .number = {"01K1EXAMPLE", 11},
    .language = {"en", 2},
    .as_of = {"2026-11-30 05:12:45 +02:00", 26},
    .as_of_utc = {"2026-11-30 03:12:45", 19},
    .reader = {"A. Officer", 10},
    .label = {TLP_AMBER, {"crisis", 6}},
    .clearance = {TLP_AMBER, {NULL, 0}},
    .made = {1795316400000000},
    .ledger_size = 4321,
    .ledger_root = {"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 64},
};

static void begin(struct making *m, struct document_head head)
{
    *m = (struct making){.c = {.arena = arena_open(256 << 20), .clock = &clock_system}};
    head.words = documents_words;
    m->renderer = documents_renderer();
    assert_true(rc_ok(document_begin(&m->c, &head, &m->d)));
}

static struct str made(struct making *m)
{
    struct str pdf = {NULL, 0};
    rc result = document_end(m->d);
    if (rc_ok(result))
        result = renderer_pdf(&m->c, &m->renderer, m->d, &pdf);
    if (!rc_ok(result))
        fail_msg("%s", m->c.fault.message);
    return pdf;
}

static void end(struct making *m)
{
    renderer_stop(&m->renderer);
    arena_close(m->c.arena);
}

static void has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void put_table(struct document *d, int rows)
{
    document_table(d, 3,
                   (const struct document_column[]){{STR("State"), 20, false},
                                                    {STR("What"), 50, false},
                                                    {STR("Record"), 30, true}});
    for (int i = 0; i < rows; i++) {
        struct str what;
        assert_true(rc_ok(str_format(d->c, &what, "Row %d of the table", i)));
        document_row(d, 3, (const struct str[]){STR("open"), what, STR("alarm/01K1")});
    }
}

TEST(every_kind_of_block_is_read_back)
{
    struct making m;
    begin(&m, head_en);
    document_heading(m.d, 1, STR("State of the post"));
    document_paragraph(m.d, STR("All zones were walked before the change of shift. The gate at the "
                                "back was opened twice for deliveries."));
    document_fact(m.d, STR("From"), STR("Guard A"));
    document_fact(m.d, STR("Absent"), (struct str){NULL, 0});
    document_heading(m.d, 2, STR("Open"));
    put_table(m.d, 4);
    document_item(m.d, STR("Keys counted"));
    document_item(m.d, STR("Radio on charge"));
    document_heading(m.d, 1, STR("Signatures"));
    document_signature(m.d, STR("Leaves"), STR("Guard A"), STR("2026-11-30 05:10:00 +02:00"));
    document_signature(m.d, STR("Comes"), STR("Guard B"), (struct str){NULL, 0});
    document_heading(m.d, 1, STR("Proof"));
    document_qr(m.d, STR("chancery:proof:9f86d081884c7d659a2feaa0c55ad015"));
    struct str pdf = made(&m);
    const char *text = documents_text(pdf, "blocks");
    static const char *const parts[] = {"Embassy of Example, Helsinki",
                                        "Hand-over of the watch",
                                        "TLP:AMBER · crisis",
                                        "Prepared for",
                                        "A. Officer",
                                        "State of the post",
                                        "opened twice",
                                        "Guard A",
                                        "Row 3 of the table",
                                        "alarm/01K1",
                                        "Radio on charge",
                                        "Date and signature",
                                        "chancery:proof:9f86",
                                        "Page 1 of ",
                                        "Ledger: 4321 events",
                                        "9f86d081884c7d65"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        has(text, parts[i]);
    assert_null(strstr(text, "Absent"));
    const char *info = documents_info(pdf);
    has(info, "Title:           Hand-over of the watch");
    has(info, "Author:          Embassy of Example, Helsinki");
    has(info, "CreationDate:    2026-11-22T03:00:00Z");
    assert_true(str_find(pdf, STR("/StructTreeRoot")) != SIZE_MAX);
    has(info, "(A4)");
    end(&m);
}

TEST(a_long_table_repeats_its_columns_and_pages_are_numbered)
{
    struct making m;
    begin(&m, head_en);
    put_table(m.d, 120);
    struct str pdf = made(&m);
    int pages = documents_pages(pdf);
    const char *text = documents_text(pdf, "long");
    assert_true(pages >= 4);
    assert_int_equal(documents_count(text, "State "), pages);
    assert_int_equal(documents_count(text, "Row 119 of"), 1);
    assert_int_equal(documents_count(text, "TLP:AMBER"), 2 * pages);
    for (int i = 1; i <= pages; i++) {
        char want[32];
        snprintf(want, sizeof want, "Page %d of %d", i, pages);
        has(text, want);
    }
    end(&m);
}

TEST(a_cell_longer_than_a_page_goes_on_on_the_next)
{
    struct making m;
    struct text t;
    struct str body;
    begin(&m, head_en);
    text_init(&t, &m.c, 1 << 20);
    for (int i = 0; i < 300; i++)
        text_printf(&t, "line %d of the log\n", i);
    assert_true(rc_ok(text_done(&t, &body)));
    document_table(
        m.d, 2, (const struct document_column[]){{STR("When"), 1, false}, {STR("Log"), 4, false}});
    document_row(m.d, 2, (const struct str[]){STR("03:00"), body});
    struct str pdf = made(&m);
    assert_true(documents_pages(pdf) > 3);
    const char *text = documents_text(pdf, "cell");
    for (int i = 0; i < 300; i += 23) {
        char want[32];
        snprintf(want, sizeof want, "line %d of", i);
        assert_int_equal(documents_count(text, want), 1);
    }
    end(&m);
}

TEST(what_is_withheld_is_counted_by_section)
{
    struct making m;
    begin(&m, head_en);
    const struct label red = {TLP_RED, {NULL, 0}}, green = {TLP_GREEN, {NULL, 0}};
    document_heading(m.d, 1, STR("First"));
    assert_false(document_may(m.d, red));
    assert_true(document_may(m.d, green));
    document_fact(m.d, STR("Informant"), document_marked(m.d, red, STR("Kim Philby")));
    document_fact(m.d, STR("Driver"), document_marked(m.d, green, STR("Ann Other")));
    document_heading(m.d, 1, STR("Second"));
    document_paragraph(m.d, STR("nothing hidden here"));
    document_heading(m.d, 1, STR("Third"));
    document_withhold(m.d, 5);
    const char *text = documents_text(made(&m), "withheld");
    assert_null(strstr(text, "Philby"));
    has(text, "Ann Other");
    has(text, "█████");
    assert_int_equal(documents_count(text, "Passages withheld"), 2);
    has(text, "Passages withheld: 2");
    has(text, "Passages withheld: 5");
    end(&m);
}

TEST(the_same_document_is_the_same_file)
{
    struct making m;
    struct str first, second;
    begin(&m, head_en);
    document_heading(m.d, 1, STR("Once"));
    put_table(m.d, 50);
    first = made(&m);
    assert_true(rc_ok(renderer_pdf(&m.c, &m.renderer, m.d, &second)));
    assert_true(str_eq(first, second));
    end(&m);
}

TEST(hostile_texts_are_shown_by_their_numbers_and_end)
{
    struct making m;
    struct text t;
    struct str long_word;
    begin(&m, head_en);
    text_init(&t, &m.c, 2 << 20);
    for (int i = 0; i < 1 << 20; i++)
        text_put_char(&t, 'w');
    assert_true(rc_ok(text_done(&t, &long_word)));
    document_fact(m.d, STR("bidi"), STR("invoice\u202efdp.exe"));
    document_fact(m.d, STR("nul"), STR("a\0b"));
    document_fact(m.d, STR("surrogate"), STR("x\xed\xa0\x80y"));
    document_fact(m.d, STR("no letter"), STR("\U0001bfff!"));
    document_paragraph(m.d, long_word);
    struct str pdf = made(&m);
    const char *text = documents_text(pdf, "hostile");
    has(text, "invoice[U+202E]fdp.exe");
    has(text, "a[U+0000]b");
    has(text, "x\ufffd\ufffd\ufffdy");
    has(text, "characters more are not shown");
    has(text, "[U+1BFFF]!");
    assert_true(documents_pages(pdf) < 40);
    end(&m);
}

TEST(beyond_the_pages_and_without_a_renderer_it_is_refused)
{
    struct making m;
    struct str pdf;
    begin(&m, head_en);
    for (int i = 0; i < 3000; i++) {
        document_heading(m.d, 1, STR("A chapter"));
        if (i % 3 == 0)
            document_paragraph(
                m.d, STR("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n16\n17\n18"));
    }
    assert_true(rc_ok(document_end(m.d)));
    assert_int_equal(renderer_pdf(&m.c, &m.renderer, m.d, &pdf).code, RC_TOO_LARGE);
    has(m.c.fault.message, "at most 500 pages");
    assert_int_equal(renderer_pdf(&m.c, NULL, m.d, &pdf).code, RC_UNSUPPORTED);
    end(&m);
}

TEST(an_image_that_is_none_is_refused_and_the_renderer_goes_on)
{
    struct making m;
    struct str pdf;
    begin(&m, head_en);
    document_image(m.d, STR("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\2\0\0\0"),
                   STR("torn"));
    assert_true(rc_ok(document_end(m.d)));
    assert_int_equal(renderer_pdf(&m.c, &m.renderer, m.d, &pdf).code, RC_INVALID);
    m.d->count = 0;
    document_paragraph(m.d, STR("after it"));
    has(documents_text(made(&m), "after"), "after it");
    end(&m);
}
