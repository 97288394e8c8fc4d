/* Describing, HTML, packing: without fonts and libraries. */
#include "engine/document/document_own.h"

#include "engine/document/html.h"
#include "support/documents.h"
#include "unit.h"

#include <stdlib.h>

static const struct label amber = {TLP_AMBER, {NULL, 0}}, red = {TLP_RED, {NULL, 0}};

static struct ctx *fresh(void)
{
    static struct ctx c;
    arena_close(c.arena);
    c = (struct ctx){.arena = arena_open(256 << 20), .clock = &clock_system};
    return &c;
}

static struct document *begin(struct ctx *c, const char *language)
{
    struct document *d = NULL;
    struct document_head head = {.title = STR("A <b>title</b>"),
                                 .language = str_from(language),
                                 .label = amber,
                                 .clearance = {TLP_AMBER, {NULL, 0}},
                                 .ledger_size = -1,
                                 .words = documents_words};
    assert_true(rc_ok(document_begin(c, &head, &d)));
    return d;
}

static const char *html_of(struct document *d)
{
    struct text out;
    struct str html;
    if (!rc_ok(document_end(d)))
        fail_msg("%s", d->c->fault.message);
    text_init(&out, d->c, 16 << 20);
    document_html(&out, d);
    assert_true(rc_ok(text_done(&out, &html)));
    return html.ptr;
}

#define HAS(text, part)                                    \
    do {                                                   \
        if (!strstr(text, part))                           \
            fail_msg("\"%s\" is not in:\n%s", part, text); \
    } while (0)

TEST(html_escapes_everything_and_loads_nothing)
{
    struct document *d = begin(fresh(), "fr");
    document_heading(d, 1, STR("</h2><script>alert(1)</script>"));
    document_paragraph(d, STR("a & b \"c\""));
    document_fact(d, STR("name"), STR("<img src=x>"));
    document_item(d, STR("<li>"));
    document_fixed(d, STR("</pre>"));
    document_qr(d, STR("<svg>"));
    const char *html = html_of(d);
    HAS(html, "<html lang=\"fr\" dir=\"ltr\">");
    HAS(html, "A &lt;b&gt;title&lt;/b&gt;");
    HAS(html, "&lt;script&gt;alert(1)&lt;/script&gt;");
    HAS(html, "a &amp; b &quot;c&quot;");
    HAS(html, "&lt;img src=x&gt;");
    assert_null(strstr(html, "<script"));
    assert_null(strstr(html, "http"));
    assert_null(strstr(html, " style=")); /* the policy allows the one style element */
    HAS(html_of(begin(fresh(), "ar")), "<html lang=\"ar\" dir=\"rtl\">");
}

TEST(the_policy_names_the_one_style)
{
    struct ctx *c = fresh();
    struct str policy;
    assert_true(rc_ok(document_html_policy(c, &policy)));
    assert_true(str_starts(policy, "default-src 'none'; style-src 'sha256-"));
}

TEST(what_is_withheld_is_counted_in_its_section_and_never_written)
{
    struct document *d = begin(fresh(), "en");
    document_heading(d, 1, STR("One"));
    document_fact(d, STR("who"), document_marked(d, red, STR("Philby")));
    assert_false(document_may(d, red));
    assert_false(document_may(d, (struct label){TLP_NONE, {NULL, 0}})); /* no label: nobody */
    document_heading(d, 1, STR("Two"));
    assert_true(document_may(d, amber));
    const char *html = html_of(d);
    assert_null(strstr(html, "Philby"));
    HAS(html, "<span class=\"black\"");
    HAS(html, "Passages withheld: 3</p><h2>");
    assert_int_equal(documents_count(html, "Passages withheld"), 1);
}

TEST(texts_are_cleaned_and_cut)
{
    struct ctx *c = fresh();
    static const struct {
        struct str from;
        const char *to;
    } texts[] = {
        {STR("a\tb\r\nc"), "a b\nc"},
        {STR("x\0y"), "x[U+0000]y"},
        {STR("\u202eabc\u2069"), "[U+202E]abc[U+2069]"},
        {STR("\ufeff\u00ad\ue000"), "[U+FEFF][U+00AD][U+E000]"},
        {STR("\xed\xa0\x80"), "\ufffd\ufffd\ufffd"},
        {STR("\xff"), "\ufffd"},
        {STR("نعم\u200c\u200d"), "نعم\u200c\u200d"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct str cleaned;
        assert_true(rc_ok(document_clean(c, texts[i].from, documents_words.cut, &cleaned)));
        assert_string_equal(cleaned.ptr, texts[i].to);
    }
    char *long_text = malloc(1 << 20);
    struct str cleaned;
    memset(long_text, 'w', 1 << 20);
    assert_true(
        rc_ok(document_clean(c, (struct str){long_text, 1 << 20}, documents_words.cut, &cleaned)));
    assert_true(cleaned.len <= DOCUMENT_TEXT_MAX + 1024);
    HAS(cleaned.ptr, " […] 983049 characters more are not shown");
    free(long_text);
}

TEST(each_limit_is_reached_and_refused)
{
    struct document *d = begin(fresh(), "en");
    for (int i = 0; i <= DOCUMENT_ROWS_MAX; i++)
        document_item(d, STR("x"));
    assert_int_equal(document_end(d).code, RC_TOO_LARGE);
    HAS(d->c->fault.message, "10000 rows");

    d = begin(fresh(), "en");
    for (int i = 0; i <= DOCUMENT_BLOCKS_MAX; i++)
        document_paragraph(d, STR("x"));
    assert_int_equal(document_end(d).code, RC_TOO_LARGE);

    d = begin(fresh(), "en");
    char *text = malloc(60000);
    memset(text, 'w', 60000);
    for (int i = 0; i < 80; i++)
        document_paragraph(d, (struct str){text, 60000});
    assert_int_equal(document_end(d).code, RC_TOO_LARGE);
    HAS(d->c->fault.message, "bytes of text");
    free(text);
}

/* The head of a PNG of this size; only the head is looked at here. */
static struct str png(char bytes[33], uint32_t width, uint32_t height)
{
    memcpy(bytes, "\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
    for (int i = 0; i < 4; i++) {
        bytes[16 + i] = (char)(width >> (24 - 8 * i));
        bytes[20 + i] = (char)(height >> (24 - 8 * i));
    }
    return (struct str){bytes, 33};
}

TEST(images_are_measured_before_anything_decodes_them)
{
    struct ctx *c = fresh();
    char bytes[33] = "";
    int64_t width = 0, height = 0;
    bool is_png = false;
    assert_true(rc_ok(document_image_size(c, png(bytes, 640, 480), &width, &height, &is_png)));
    assert_true(is_png && width == 640 && height == 480);
    assert_int_equal(document_image_size(c, png(bytes, 100000, 2), &width, &height, &is_png).code,
                     RC_INVALID);
    assert_int_equal(document_image_size(c, png(bytes, 0, 2), &width, &height, &is_png).code,
                     RC_INVALID);
    static const struct str jpeg =
        STR("\xff\xd8\xff\xe0\0\x04xx\xff\xc0\0\x0b\x08\0\x02\0\x03\x01\x01\x11\0");
    assert_true(rc_ok(document_image_size(c, jpeg, &width, &height, &is_png)));
    assert_true(!is_png && width == 3 && height == 2);
    for (size_t len = 0; len < 17; len++)
        assert_int_equal(
            document_image_size(c, str_sub(jpeg, 0, len), &width, &height, &is_png).code,
            RC_INVALID);
    struct str large = {jpeg.ptr, DOCUMENT_IMAGE_MAX + 1};
    assert_int_equal(document_image_size(c, large, &width, &height, &is_png).code, RC_TOO_LARGE);
}

TEST(a_packed_document_comes_back_and_broken_bytes_do_not)
{
    struct ctx *c = fresh();
    struct document *d = begin(c, "ar"), *back = NULL;
    struct str packed, again;
    document_heading(d, 2, STR("Head"));
    document_fact(d, STR("who"), document_black);
    document_table(d, 2,
                   (const struct document_column[]){{STR("a"), 1, true}, {STR("b"), 2, false}});
    document_row(d, 2, (const struct str[]){STR("1"), {NULL, 0}});
    document_signature(d, STR("as"), STR("name"), (struct str){NULL, 0});
    document_qr(d, STR("code"));
    assert_true(rc_ok(document_end(d)));
    assert_true(rc_ok(document_pack(c, d, &packed)));
    assert_true(rc_ok(document_unpack(c, packed, &back)));
    assert_true(back->rtl && document_is_black(back->blocks[1].cells[1]));
    assert_true(rc_ok(document_pack(c, back, &again)));
    assert_true(str_eq(packed, again));
    for (size_t len = 0; len < packed.len; len += 3) {
        struct arena_mark mark = arena_mark(c->arena);
        assert_int_equal(document_unpack(c, str_sub(packed, 0, len), &back).code, RC_MALFORMED);
        arena_return(c->arena, mark);
    }
    char *flipped = ctx_take(c, 1, packed.len);
    for (size_t i = 0; i < packed.len; i++) { /* whatever comes of it, nothing is read beyond */
        struct arena_mark mark = arena_mark(c->arena);
        memcpy(flipped, packed.ptr, packed.len);
        flipped[i] = (char)(flipped[i] ^ 0x55);
        rc result = document_unpack(c, (struct str){flipped, packed.len}, &back);
        assert_true(rc_ok(result) || result.code == RC_MALFORMED || result.code == RC_INVALID);
        arena_return(c->arena, mark);
    }
}

TEST(a_text_too_long_for_a_code_stands_alone)
{
    struct ctx *c = fresh();
    struct str bits;
    int64_t width = 0;
    char text[2000];
    memset(text, 'q', sizeof text);
    assert_true(rc_ok(document_qr_bits(c, STR("short"), &bits, &width)));
    assert_int_equal(width, 21);
    assert_int_equal(bits.len, 21 * 21);
    assert_true(rc_ok(document_qr_bits(c, (struct str){text, sizeof text}, &bits, &width)));
    assert_true(width == 0 && str_absent(bits));
}
