/* The blocks of a document, each as rows. */
#include "engine/document/pdf_own.h"

#include <stdio.h>

#define RULE     0xd5dae1
#define WASH     0xf3f5f8
#define INK      0x14181f
#define PAD      5.0   /* beside what stands in a cell */
#define QR_SIDE  113.4 /* 40 mm */
#define SIGN_BOX 84.0
#define TABLE    60.0 /* a table begins with its names and a row */

static enum style style_of(const struct document_block *text)
{
    return text->kind == DOCUMENT_FIXED ? STYLE_MONO : STYLE_TEXT;
}

/* ---- headings and texts ---------------------------------------------------------------------- */

static void add_outline(struct press *p, const struct document_block *block)
{
    char where[64], name[256];
    int level = block->level < 1 ? 1 : block->level > 3 ? 3 : (int)block->level;
    if (!p->draw)
        return;
    snprintf(where, sizeof where, "page=%d pos=[%.0f %.0f]", p->page, MARGIN, p->y);
    snprintf(name, sizeof name, "%.*s", (int)(block->text.len < 250 ? block->text.len : 0),
             block->text.ptr);
    if (name[0])
        p->outline[level] = p->l->cairo_pdf_surface_add_outline_(
            p->surface, p->outline[level - 1], name, where, CAIRO_PDF_OUTLINE_FLAG_OPEN);
    for (int below = level + 1; below < 4; below++)
        p->outline[below] = p->outline[level];
}

/* What does not break stands with its heading. */
static rc room_after(struct press *p, const struct document_block *block, double *ret)
{
    const struct document_block *next = block + 1;
    double width = 0;
    *ret = 0;
    if (next == p->d->blocks + p->d->count)
        return OK;
    if (next->kind == DOCUMENT_SIGNATURES)
        *ret = SIGN_BOX;
    else if (next->kind == DOCUMENT_QR)
        *ret = QR_SIDE;
    else if (next->kind == DOCUMENT_TABLE)
        *ret = TABLE;
    else if (next->kind == DOCUMENT_PARAGRAPH || next->kind == DOCUMENT_FIXED)
        TRY(press_measure(p, &(struct cell){next->text, style_of(next), 0, WIDTH, NULL}, &width,
                          ret));
    if (*ret > UNBROKEN)
        *ret = 0;
    return OK;
}

static rc put_heading(struct press *p, const struct document_block *block)
{
    static const enum style levels[] = {STYLE_H1, STYLE_H1, STYLE_H2, STYLE_H3};
    static const char *const tags[] = {"H2", "H2", "H3", "H4"};
    size_t level = block->level < 1 || block->level > 3 ? 1 : (size_t)block->level;
    double after = 0;
    p->y += p->y > TOP ? 14 : 0;
    TRY(room_after(p, block, &after));
    TRY(press_need(p, 48 + after));
    add_outline(p, block);
    TRY(press_row(p, 1, &(struct cell){block->text, levels[level], 0, WIDTH, tags[level]}));
    if (level == 1)
        press_box(p, 0, p->y + 2, WIDTH, 1.2, INK);
    p->y += level == 1 ? 9 : 4;
    return OK;
}

static rc put_text(struct press *p, struct str text, enum style style, double start)
{
    TRY(press_row(p, 1, &(struct cell){text, style, start, WIDTH - start, "P"}));
    p->y += 6;
    return OK;
}

static rc put_list(struct press *p, const struct document_block *block)
{
    p->tag = "L";
    press_tag(p, p->tag);
    for (size_t i = 0; i < block->count; i++) {
        const struct cell cells[] = {{STR("•"), STYLE_TEXT, 4, 10, "LI"},
                                     {block->cells[i], STYLE_TEXT, 16, WIDTH - 16, "LI"}};
        TRY(press_row(p, 2, cells));
        p->y += 3;
    }
    press_untag(p, p->tag);
    p->tag = NULL;
    p->y += 4;
    return OK;
}

static rc put_withheld(struct press *p, const struct document_block *block)
{
    struct cell cell = {.style = STYLE_STRONG, .start = 14, .width = WIDTH - 14, .tag = "P"};
    double width = 0, height = 0;
    TRY(document_fill(p->c, p->d->head.words.withheld, block->level, 0, &cell.text));
    TRY(press_measure(p, &cell, &width, &height));
    p->y += 4;
    TRY(press_need(p, height + 8));
    press_box(p, 0, p->y, WIDTH, height + 8, WASH);
    press_box(p, 0, p->y, 6, height + 8, 0x000000);
    p->y += 4;
    TRY(press_row(p, 1, &cell));
    p->y += 10;
    return OK;
}

/* ---- facts and tables ------------------------------------------------------------------------ */

/* A row between two lines. */
static rc put_ruled(struct press *p, size_t count, const struct cell *cells)
{
    p->y += ROW_PAD;
    TRY(press_row(p, count, cells));
    p->y += ROW_PAD;
    press_line(p, 0, p->y, WIDTH, RULE);
    return OK;
}

static rc put_facts(struct press *p, const struct document_block *block)
{
    const double names = WIDTH * 0.28;
    p->tag = "Table";
    press_tag(p, p->tag);
    press_line(p, 0, p->y, WIDTH, RULE);
    for (size_t i = 0; i < block->count; i += 2) {
        const struct cell cells[] = {{block->cells[i], STYLE_SOFT, 0, names - PAD, "TH"},
                                     {block->cells[i + 1], STYLE_CELL, names, WIDTH - names, "TD"}};
        TRY(put_ruled(p, 2, cells));
    }
    press_untag(p, p->tag);
    p->tag = NULL;
    p->y += 8;
    return OK;
}

static double fill_cells(const struct document_block *block, struct cell cells[CELLS_MAX])
{
    int whole = 0;
    double start = 0;
    for (size_t i = 0; i < block->columns; i++)
        whole += block->column[i].width;
    for (size_t i = 0; i < block->columns; i++) {
        double width = WIDTH * block->column[i].width / (whole > 0 ? whole : 1);
        cells[i] = (struct cell){.start = start + PAD, .width = width - 2 * PAD};
        if (cells[i].width < 12)
            cells[i].width = 12;
        start += width;
    }
    return start;
}

rc press_column_names(struct press *p)
{
    const struct document_block *block = p->table;
    struct cell cells[CELLS_MAX];
    double height = 0;
    fill_cells(block, cells);
    for (size_t i = 0; i < block->columns; i++) {
        double one = 0, width = 0;
        cells[i].text = block->column[i].name;
        cells[i].style = STYLE_COLUMN;
        cells[i].tag = "TH";
        TRY(press_measure(p, &cells[i], &width, &one));
        height = one > height ? one : height;
    }
    height = height > (BOTTOM - TOP) / 4 ? (BOTTOM - TOP) / 4 : height;
    press_box(p, 0, p->y, WIDTH, height + 2 * ROW_PAD, WASH);
    for (size_t i = 0; i < block->columns; i++)
        TRY(press_at(p, &cells[i], p->y + ROW_PAD));
    p->y += height + 2 * ROW_PAD;
    press_line(p, 0, p->y, WIDTH, INK);
    return OK;
}

static rc put_table(struct press *p, const struct document_block *block)
{
    struct cell cells[CELLS_MAX];
    fill_cells(block, cells);
    TRY(press_need(p, TABLE));
    p->table = block;
    p->tag = "Table";
    press_tag(p, p->tag);
    TRY(press_column_names(p));
    for (size_t row = 0; row < block->count; row += block->columns) {
        for (size_t i = 0; i < block->columns; i++) {
            cells[i].text = block->cells[row + i];
            cells[i].style = block->column[i].fixed ? STYLE_MONO : STYLE_CELL;
            cells[i].tag = "TD";
        }
        TRY(put_ruled(p, block->columns, cells));
    }
    press_untag(p, p->tag);
    p->table = NULL;
    p->tag = NULL;
    p->y += block->count == 0 ? ROW_PAD : 8;
    if (block->count == 0)
        TRY(put_text(p, p->d->head.words.nothing, STYLE_SOFT, PAD));
    return OK;
}

/* ---- images, codes, signatures --------------------------------------------------------------- */

struct png_reading {
    struct str rest;
};

static cairo_status_t read_png(void *arg, unsigned char *out, unsigned int len)
{
    struct png_reading *reading = arg;
    if (len > reading->rest.len)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(out, reading->rest.ptr, len);
    reading->rest = str_sub(reading->rest, len, reading->rest.len);
    return CAIRO_STATUS_SUCCESS;
}

/* A JPEG goes into the file as it is, and nothing decodes it here. */
static rc open_image(struct press *p, const struct document_block *block, cairo_surface_t **ret)
{
    struct png_reading reading = {block->bytes};
    bool png = (unsigned char)block->bytes.ptr[0] != 0xff;
    cairo_surface_t *image =
        png ? p->l->cairo_image_surface_create_from_png_stream_(read_png, &reading)
            : p->l->cairo_image_surface_create_(CAIRO_FORMAT_RGB24, (int)block->width,
                                                (int)block->height);
    cairo_status_t status = p->l->cairo_surface_status_(image);
    if (status == CAIRO_STATUS_SUCCESS && !png)
        status = p->l->cairo_surface_set_mime_data_(image, CAIRO_MIME_TYPE_JPEG,
                                                    (const unsigned char *)block->bytes.ptr,
                                                    block->bytes.len, NULL, NULL);
    if (status != CAIRO_STATUS_SUCCESS) {
        p->l->cairo_surface_destroy_(image);
        FAIL(p->c, INVALID, "an image cannot be read: %s", p->l->cairo_status_to_string_(status));
    }
    *ret = image;
    return OK;
}

static rc put_image(struct press *p, const struct document_block *block)
{
    double scale = 0.75, most = (BOTTOM - TOP) * 0.6; /* a pixel is 1/96 inch */
    if ((double)block->width * scale > WIDTH)
        scale = WIDTH / (double)block->width;
    if ((double)block->height * scale > most)
        scale = most / (double)block->height;
    double width = (double)block->width * scale, height = (double)block->height * scale;
    TRY(press_need(p, height + 24));
    if (p->draw) {
        cairo_surface_t *image = NULL;
        TRY(open_image(p, block, &image));
        press_tag(p, "Figure");
        p->l->cairo_save_(p->cr);
        p->l->cairo_translate_(p->cr, press_x(p, 0, width), p->y);
        p->l->cairo_scale_(p->cr, scale, scale);
        p->l->cairo_set_source_surface_(p->cr, image, 0, 0);
        p->l->cairo_paint_(p->cr);
        p->l->cairo_restore_(p->cr);
        press_untag(p, "Figure");
        p->l->cairo_surface_destroy_(image);
    }
    p->y += height + 4;
    return str_absent(block->text) ? OK : put_text(p, block->text, STYLE_SMALL, 0);
}

static void draw_qr(struct press *p, const struct document_block *block)
{
    double side = QR_SIDE / (double)block->width;
    press_tag(p, "Figure");
    press_colour(p, 0x000000);
    for (int64_t i = 0; i < block->width * block->width; i++)
        if (block->bytes.ptr[i])
            p->l->cairo_rectangle_(p->cr,
                                   press_x(p, 0, QR_SIDE) + (double)(i % block->width) * side,
                                   p->y + (double)(i / block->width) * side, side, side);
    p->l->cairo_fill_(p->cr);
    press_untag(p, "Figure");
}

static rc put_qr(struct press *p, const struct document_block *block)
{
    if (block->width == 0)
        return put_text(p, block->text, STYLE_MONO, 0);
    TRY(press_need(p, QR_SIDE + 8));
    double top = p->y;
    int page = p->page;
    if (p->draw)
        draw_qr(p, block);
    TRY(put_text(p, block->text, STYLE_MONO, QR_SIDE + 14));
    if (p->page == page && p->y < top + QR_SIDE + 8)
        p->y = top + QR_SIDE + 8;
    return OK;
}

static rc put_signature(struct press *p, const struct str cells[3], double start, double width)
{
    const struct document_words *words = &p->d->head.words;
    double y = p->y, inner = width - 20;
    press_line(p, start, y, width, RULE);
    press_line(p, start, y + SIGN_BOX, width, RULE);
    press_box(p, start, y, 0.5, SIGN_BOX, RULE);
    press_box(p, start + width - 0.5, y, 0.5, SIGN_BOX, RULE);
    TRY(press_at(p, &(struct cell){cells[0], STYLE_SMALL, start + 10, inner, "P"}, y + 8));
    TRY(press_at(p, &(struct cell){str_sub(cells[1], 0, 200), STYLE_STRONG, start + 10, inner, "P"},
                 y + 20));
    if (str_absent(cells[2])) {
        press_line(p, start + 10, y + SIGN_BOX - 20, inner, INK);
        return press_at(p, &(struct cell){words->sign, STYLE_SMALL, start + 10, inner, "P"},
                        y + SIGN_BOX - 17);
    }
    TRY(press_at(p, &(struct cell){words->signed_at, STYLE_SMALL, start + 10, inner, "P"}, y + 46));
    return press_at(p, &(struct cell){cells[2], STYLE_CELL, start + 10, inner, "P"}, y + 58);
}

static rc put_signatures(struct press *p, const struct document_block *block)
{
    const double gap = 18, width = (WIDTH - gap) / 2;
    for (size_t i = 0; i < block->count; i += 3) {
        bool second = i / 3 % 2 == 1;
        if (!second)
            TRY(press_need(p, SIGN_BOX + 6));
        TRY(put_signature(p, &block->cells[i], second ? width + gap : 0, width));
        if (second || i + 3 >= block->count)
            p->y += SIGN_BOX + 10;
    }
    return OK;
}

rc press_block(struct press *p, const struct document_block *block)
{
    switch (block->kind) {
    case DOCUMENT_HEADING:
        return put_heading(p, block);
    case DOCUMENT_PARAGRAPH:
    case DOCUMENT_FIXED:
        return put_text(p, block->text, style_of(block), 0);
    case DOCUMENT_FACTS:
        return put_facts(p, block);
    case DOCUMENT_TABLE:
        return put_table(p, block);
    case DOCUMENT_LIST:
        return put_list(p, block);
    case DOCUMENT_IMAGE:
        return put_image(p, block);
    case DOCUMENT_SIGNATURES:
        return put_signatures(p, block);
    case DOCUMENT_WITHHELD:
        return put_withheld(p, block);
    case DOCUMENT_QR:
        return put_qr(p, block);
    }
    return OK;
}
