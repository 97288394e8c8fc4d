/* Styles, cells and rows. */
#include "engine/document/pdf_own.h"

enum { LONG_WORD = 1000 };

#define INK  0x14181f
#define SOFT 0x5a6472
#define SANS \
    "Noto Sans,Noto Sans Arabic,Noto Sans Hebrew,Noto Sans Devanagari,Noto Sans Thai,DejaVu Sans"
#define MONO "DejaVu Sans Mono,Noto Sans Mono,Noto Sans Arabic"

static const struct {
    double size;
    bool bold, mono;
    uint32_t colour;
} styles[STYLES] = {
    [STYLE_TITLE] = {22, true, false, INK},     [STYLE_H1] = {13.5, true, false, INK},
    [STYLE_H2] = {11, true, false, INK},        [STYLE_H3] = {10, true, false, SOFT},
    [STYLE_TEXT] = {10, false, false, INK},     [STYLE_STRONG] = {10, true, false, INK},
    [STYLE_CELL] = {9, false, false, INK},      [STYLE_SOFT] = {9, false, false, SOFT},
    [STYLE_COLUMN] = {8, true, false, SOFT},    [STYLE_SMALL] = {8, false, false, SOFT},
    [STYLE_MONO] = {7.5, false, true, INK},     [STYLE_MONO_SMALL] = {6.5, false, true, SOFT},
    [STYLE_CHIP] = {12, true, false, 0xffffff}, [STYLE_DRILL] = {11, true, false, 0x000000},
};

/* ---- fonts ----------------------------------------------------------------------------------- */

static void make_context(struct press *p, bool rtl, PangoContext **ret)
{
    char language[32] = "";
    struct str wanted = p->d->head.language;
    if (wanted.len < sizeof language)
        memcpy(language, wanted.ptr, wanted.len);
    cairo_font_options_t *exact = p->l->cairo_font_options_create_();
    p->l->cairo_font_options_set_hint_style_(exact, CAIRO_HINT_STYLE_NONE);
    p->l->cairo_font_options_set_hint_metrics_(exact, CAIRO_HINT_METRICS_OFF);
    *ret = p->l->pango_font_map_create_context_(p->map);
    p->l->pango_cairo_context_set_font_options_(*ret, exact);
    p->l->cairo_font_options_destroy_(exact);
    p->l->pango_context_set_round_glyph_positions_(*ret, FALSE); /* paper has no pixels */
    p->l->pango_context_set_base_dir_(*ret, rtl ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR);
    p->l->pango_context_set_language_(*ret, p->l->pango_language_from_string_(language));
}

/* Without its own letters a document is not made: boxes in a print are worse than an error. */
static rc check_letters(struct press *p)
{
    const struct str *words = (const void *)&p->d->head.words;
    for (size_t i = 0; i < sizeof p->d->head.words / sizeof *words; i++) {
        PangoLayout *layout = p->l->pango_layout_new_(p->context);
        p->l->pango_layout_set_font_description_(layout, p->fonts[STYLE_TEXT]);
        p->l->pango_layout_set_text_(layout, words[i].ptr, (int)words[i].len);
        int unknown = p->l->pango_layout_get_unknown_glyphs_count_(layout);
        p->l->g_object_unref_(layout);
        if (unknown > 0)
            FAIL(p->c, UNSUPPORTED,
                 "no font on this machine covers the language \"%.*s\": install fonts-noto-core",
                 STR_ARG(p->d->head.language));
    }
    return OK;
}

rc press_fonts(struct press *p)
{
    p->map = p->l->pango_cairo_font_map_new_();
    p->l->pango_cairo_font_map_set_resolution_((PangoCairoFontMap *)(void *)p->map, 72.0);
    if (!p->l->pango_font_map_get_family_(p->map, "Noto Sans") &&
        !p->l->pango_font_map_get_family_(p->map, "DejaVu Sans"))
        FAIL(p->c, UNSUPPORTED,
             "this machine has no fonts for documents: install "
             "fonts-noto-core and fonts-dejavu-core");
    make_context(p, p->d->rtl, &p->context);
    make_context(p, false, &p->context_ltr);
    p->attributes = p->l->pango_attr_list_new_();
    p->l->pango_attr_list_insert_(p->attributes, p->l->pango_attr_insert_hyphens_new_(FALSE));
    for (size_t i = 0; i < STYLES; i++) {
        p->fonts[i] = p->l->pango_font_description_new_();
        p->l->pango_font_description_set_family_static_(p->fonts[i], styles[i].mono ? MONO : SANS);
        p->l->pango_font_description_set_absolute_size_(p->fonts[i], styles[i].size * PANGO_SCALE);
        if (styles[i].bold)
            p->l->pango_font_description_set_weight_(p->fonts[i], PANGO_WEIGHT_BOLD);
    }
    return check_letters(p);
}

void press_close_fonts(struct press *p)
{
    for (size_t i = 0; i < STYLES; i++)
        if (p->fonts[i])
            p->l->pango_font_description_free_(p->fonts[i]);
    if (p->attributes)
        p->l->pango_attr_list_unref_(p->attributes);
    if (p->context)
        p->l->g_object_unref_(p->context);
    if (p->context_ltr)
        p->l->g_object_unref_(p->context_ltr);
    if (p->map)
        p->l->g_object_unref_(p->map);
}

/* ---- drawing --------------------------------------------------------------------------------- */

double press_x(const struct press *p, double start, double width)
{
    return p->d->rtl ? PAGE_WIDTH - MARGIN - start - width : MARGIN + start;
}

void press_colour(const struct press *p, uint32_t rgb)
{
    p->l->cairo_set_source_rgb_(p->cr, (rgb >> 16 & 255) / 255.0, (rgb >> 8 & 255) / 255.0,
                                (rgb & 255) / 255.0);
}

void press_box(const struct press *p, double start, double y, double width, double height,
               uint32_t rgb)
{
    if (!p->draw)
        return;
    press_colour(p, rgb);
    p->l->cairo_rectangle_(p->cr, press_x(p, start, width), y, width, height);
    p->l->cairo_fill_(p->cr);
}

void press_line(const struct press *p, double start, double y, double width, uint32_t rgb)
{
    press_box(p, start, y - 0.25, width, 0.5, rgb);
}

void press_tag(const struct press *p, const char *tag)
{
    if (p->draw && tag)
        p->l->cairo_tag_begin_(p->cr, tag, NULL);
}

void press_untag(const struct press *p, const char *tag)
{
    if (p->draw && tag)
        p->l->cairo_tag_end_(p->cr, tag);
}

/* ---- letters --------------------------------------------------------------------------------- */

static bool has_letter(struct press *p, PangoLayout *layout, struct str letter)
{
    p->l->pango_layout_set_text_(layout, letter.ptr, (int)letter.len);
    return p->l->pango_layout_get_unknown_glyphs_count_(layout) == 0;
}

/* The text with what no font has written by its number. */
static rc spell(struct press *p, PangoLayout *layout, struct str text, struct str *ret)
{
    struct text out;
    text_init(&out, p->c, 16 * DOCUMENT_TEXT_MAX);
    for (size_t at = 0; at < text.len;) {
        struct str letter = str_sub(text, at, str_first_char(str_sub(text, at, text.len)));
        if (letter.len == 1 || has_letter(p, layout, letter))
            text_put(&out, letter);
        else
            text_printf(&out, "[U+%04X]", str_code_point(letter));
        at += letter.len;
    }
    return text_done(&out, ret);
}

/* ---- cells ----------------------------------------------------------------------------------- */

/* A cell laid out, and how much of it has been drawn. */
struct laid {
    const struct cell *cell;
    PangoLayout *layout;
    PangoLayoutIter *iter;
    double done; /* height */
    double drop; /* so that the first lines of a row stand on one line */
    bool more;
};

static bool is_mono(enum style style)
{
    return styles[style].mono;
}

/* Is there a word that no line holds? Pango takes the square of its length to break it between
 * words and letters, and no time between letters alone. */
static bool has_long_word(struct str text)
{
    size_t run = 0;
    for (size_t i = 0; i < text.len && run < LONG_WORD; i++)
        run = text.ptr[i] == ' ' || text.ptr[i] == '\n' ? 0 : run + 1;
    return run == LONG_WORD;
}

static rc lay(struct press *p, const struct cell *cell, struct laid *ret)
{
    struct str text = document_is_black(cell->text) ? STR("█████") : cell->text;
    PangoLayout *layout =
        p->l->pango_layout_new_(is_mono(cell->style) ? p->context_ltr : p->context);
    p->l->pango_layout_set_font_description_(layout, p->fonts[cell->style]);
    p->l->pango_layout_set_attributes_(layout, p->attributes);
    if (is_mono(cell->style))
        p->l->pango_layout_set_auto_dir_(layout, FALSE);
    *ret = (struct laid){.cell = cell, .layout = layout};
    p->l->pango_layout_set_text_(layout, text.ptr ? text.ptr : "", (int)text.len);
    if (p->l->pango_layout_get_unknown_glyphs_count_(layout) > 0) {
        TRY(spell(p, layout, text, &text));
        p->l->pango_layout_set_text_(layout, text.ptr, (int)text.len);
    }
    p->l->pango_layout_set_width_(layout, (int)(cell->width * PANGO_SCALE));
    p->l->pango_layout_set_wrap_(layout,
                                 has_long_word(text) ? PANGO_WRAP_CHAR : PANGO_WRAP_WORD_CHAR);
    ret->iter = p->l->pango_layout_get_iter_(layout);
    ret->more = true;
    return OK;
}

static void unlay(struct press *p, struct laid *laid)
{
    if (laid->iter)
        p->l->pango_layout_iter_free_(laid->iter);
    if (laid->layout)
        p->l->g_object_unref_(laid->layout);
}

static double height_of(struct press *p, const struct laid *laid)
{
    int width = 0, height = 0;
    p->l->pango_layout_get_pixel_size_(laid->layout, &width, &height);
    return height + laid->drop;
}

static double baseline_of(struct press *p, const struct laid *laid)
{
    return (double)p->l->pango_layout_iter_get_baseline_(laid->iter) / PANGO_SCALE;
}

/* Lines of one width are read from the left in every language. */
static bool stands_left(const struct press *p, const struct cell *cell)
{
    return !p->d->rtl || (is_mono(cell->style) && cell->tag && strcmp(cell->tag, "P") == 0);
}

static void draw_line(struct press *p, const struct laid *laid, double y)
{
    PangoRectangle logical;
    const struct cell *cell = laid->cell;
    p->l->pango_layout_iter_get_line_extents_(laid->iter, NULL, &logical);
    double width = (double)logical.width / PANGO_SCALE;
    double x = press_x(p, cell->start, cell->width);
    double baseline = baseline_of(p, laid);
    if (!stands_left(p, cell))
        x += cell->width - width;
    uint32_t colour = styles[cell->style].colour;
    if (cell->style == STYLE_CHIP)
        colour = document_label_colour(p->d->head.label.tlp);
    press_colour(p, colour);
    p->l->cairo_move_to_(p->cr, x, y + baseline - laid->done);
    p->l->pango_cairo_show_layout_line_(p->cr,
                                        p->l->pango_layout_iter_get_line_readonly_(laid->iter));
}

/* As many lines as fit into the room, at least one if `forced`. Gives the height used. */
static double draw_lines(struct press *p, struct laid *laid, double y, double room, bool forced)
{
    double used = 0, drop = laid->drop;
    press_tag(p, laid->cell->tag);
    while (laid->more) {
        PangoRectangle logical;
        p->l->pango_layout_iter_get_line_extents_(laid->iter, NULL, &logical);
        double bottom = (double)(logical.y + logical.height) / PANGO_SCALE - laid->done + drop;
        if (bottom > room && !forced)
            break;
        forced = false;
        if (p->draw)
            draw_line(p, laid, y + drop);
        used = bottom;
        laid->more = p->l->pango_layout_iter_next_line_(laid->iter);
    }
    press_untag(p, laid->cell->tag);
    if (used > 0) {
        laid->done += used - drop;
        laid->drop = 0;
    }
    return used;
}

rc press_measure(struct press *p, const struct cell *cell, double *ret_width, double *ret_height)
{
    struct laid laid;
    int width = 0, height = 0;
    rc result = lay(p, cell, &laid);
    if (rc_ok(result))
        p->l->pango_layout_get_pixel_size_(laid.layout, &width, &height);
    unlay(p, &laid);
    *ret_width = width;
    *ret_height = height;
    return result;
}

rc press_at(struct press *p, const struct cell *cell, double y)
{
    struct laid laid;
    rc result = lay(p, cell, &laid);
    if (rc_ok(result))
        draw_lines(p, &laid, y, PAGE_HEIGHT, true);
    unlay(p, &laid);
    return result;
}

/* ---- rows ------------------------------------------------------------------------------------ */

rc press_need(struct press *p, double height)
{
    return p->y + height > BOTTOM && p->y > TOP ? press_next_page(p) : OK;
}

static bool any_more(size_t count, const struct laid *laid)
{
    for (size_t i = 0; i < count; i++)
        if (laid[i].more)
            return true;
    return false;
}

static rc flow(struct press *p, size_t count, struct laid *laid)
{
    double height = 0, baseline = 0;
    for (size_t i = 0; i < count; i++) {
        double one = baseline_of(p, &laid[i]);
        baseline = one > baseline ? one : baseline;
    }
    for (size_t i = 0; i < count; i++) {
        laid[i].drop = baseline - baseline_of(p, &laid[i]);
        double one = height_of(p, &laid[i]);
        height = one > height ? one : height;
    }
    if (height < UNBROKEN)
        TRY(press_need(p, height));
    for (bool first = true; any_more(count, laid); first = false) {
        double used = 0, room = BOTTOM - p->y;
        if (!first) {
            TRY(press_next_page(p));
            room = BOTTOM - p->y;
        }
        for (size_t i = 0; i < count; i++) {
            double one = draw_lines(p, &laid[i], p->y, room, !first);
            used = one > used ? one : used;
        }
        p->y += used;
    }
    return OK;
}

rc press_row(struct press *p, size_t count, const struct cell *cells)
{
    struct laid laid[CELLS_MAX] = {0};
    rc result = OK;
    for (size_t i = 0; i < count && rc_ok(result); i++)
        result = lay(p, &cells[i], &laid[i]);
    if (rc_ok(result))
        result = flow(p, count, laid);
    for (size_t i = 0; i < count; i++)
        unlay(p, &laid[i]);
    return result;
}
