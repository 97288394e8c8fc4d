/* The inside of the PDF: a press that flows rows of cells down pages. Positions are points of 1/72
 * inch from the top; across they are counted from the side where reading begins, so that nothing
 * but press_x knows of direction. The document is flowed twice: first to count the pages. */
#ifndef ENGINE_DOCUMENT_PDF_OWN_H
#define ENGINE_DOCUMENT_PDF_OWN_H

#include "engine/document/document_own.h"
#include "engine/document/pdf.h"

#define PAGE_WIDTH  595.28
#define PAGE_HEIGHT 841.89
#define MARGIN      52.0
#define WIDTH       (PAGE_WIDTH - 2 * MARGIN)
#define TOP         96.0 /* of what flows, below a running head */
#define BOTTOM      (PAGE_HEIGHT - 76.0)

#define UNBROKEN ((BOTTOM - TOP) / 3) /* a row lower than this stands on one page */
#define ROW_PAD  4.0                  /* above and below what stands in a cell */

enum style {
    STYLE_TITLE,
    STYLE_H1,
    STYLE_H2,
    STYLE_H3,
    STYLE_TEXT,
    STYLE_STRONG,
    STYLE_CELL,
    STYLE_SOFT,   /* names of facts */
    STYLE_COLUMN, /* names of columns */
    STYLE_SMALL,  /* running head, foot, captions */
    STYLE_MONO,
    STYLE_MONO_SMALL,
    STYLE_CHIP,
    STYLE_DRILL,
    STYLES
};

struct press {
    struct ctx *c;
    const struct document_libs *l;
    const struct document *d;
    size_t bytes_max;
    struct text out;
    cairo_surface_t *surface;
    cairo_t *cr;
    PangoFontMap *map;
    PangoContext *context, *context_ltr;
    PangoFontDescription *fonts[STYLES];
    PangoAttrList *attributes; /* no hyphen where a word is broken: it would belong to no id */
    bool draw;                 /* false: count pages only */
    int page, pages;
    double y;                           /* where the next row begins */
    const struct document_block *table; /* its names are repeated on each page */
    const char *tag;                    /* that is open across rows, begun anew on each page */
    int outline[4];
};

struct cell {
    struct str text;
    enum style style;
    double start, width;
    const char *tag; /* NULL: none */
};

enum { CELLS_MAX = DOCUMENT_COLUMNS_MAX };

/* pdf_flow.c */
rc press_fonts(struct press *p);
void press_close_fonts(struct press *p);
double press_x(const struct press *p, double start, double width);
void press_colour(const struct press *p, uint32_t rgb);
void press_box(const struct press *p, double start, double y, double width, double height,
               uint32_t rgb);
void press_line(const struct press *p, double start, double y, double width, uint32_t rgb);
void press_tag(const struct press *p, const char *tag);
void press_untag(const struct press *p, const char *tag);
/* How high and wide a cell would be. */
rc press_measure(struct press *p, const struct cell *cell, double *ret_width, double *ret_height);
/* Draw a cell at a place of the page, without flowing. */
rc press_at(struct press *p, const struct cell *cell, double y);
/* Flow a row: it stands on one page if it can, else it is broken between lines. */
rc press_row(struct press *p, size_t count, const struct cell *cells);
/* Room for so much on this page, else the next one is begun. */
rc press_need(struct press *p, double height);

/* pdf_page.c */
rc press_chip(struct press *p, double y);
rc press_first_head(struct press *p);
rc press_next_page(struct press *p);
rc press_foot(struct press *p);

/* pdf_block.c */
rc press_column_names(struct press *p);
rc press_block(struct press *p, const struct document_block *block);

#endif
