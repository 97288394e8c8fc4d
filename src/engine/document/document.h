/* A document, described once: head, body and foot. It is then shown as HTML (html.h) or as PDF
 * (pdf.h); both show the same.
 *
 *     struct document *d;
 *     TRY(document_begin(c, &head, &d));
 *     document_heading(d, 1, words_of(…));
 *     document_fact(d, name, value);
 *     if (document_may(d, alarm->label))
 *         document_row(d, 3, cells);
 *     TRY(document_end(d));
 *
 * Failure is sticky: write all of it, check once. Every text is cleaned as it comes in: what is not
 * UTF-8 becomes U+FFFD, and control characters, those of writing direction among them, are written
 * by their number, "[U+202E]", so that no value rearranges or hides what stands around it. What
 * texts point to must live as long as the document.
 *
 * What the reader may not read is left out by document_may and document_marked, which count it: the
 * count stands at the end of its section. */
#ifndef ENGINE_DOCUMENT_DOCUMENT_H
#define ENGINE_DOCUMENT_DOCUMENT_H

#include "base/text.h"
#include "shape/label.h"

/* Beyond the first it is cut, and what is missing is told; beyond the others it is TOO_LARGE. */
enum {
    DOCUMENT_TEXT_MAX = 64 << 10, /* bytes of one text */
    DOCUMENT_BYTES_MAX = 4 << 20, /* bytes of all texts */
    DOCUMENT_IMAGE_MAX = 1 << 20, /* bytes of one image */
    DOCUMENT_IMAGES_MAX = 8,
    DOCUMENT_PIXELS_MAX = 5000, /* of a side of an image */
    DOCUMENT_ROWS_MAX = 10000,  /* of tables, lists and facts together */
    DOCUMENT_BLOCKS_MAX = 4000,
    DOCUMENT_COLUMNS_MAX = 8,
    DOCUMENT_PAGES_MAX = 500, /* of a PDF */
};

/* The words that a renderer needs, in the document's language; {n} and {m} stand for numbers. */
#define DOCUMENT_WORDS(X)                       \
    X(page)      /* Page {n} of {m} */          \
    X(withheld)  /* Passages withheld: {n} */   \
    X(drill)     /* Exercise */                 \
    X(as_of)     /* As of */                    \
    X(utc)       /* UTC */                      \
    X(reader)    /* Prepared for */             \
    X(ledger)    /* Ledger: {n} events, root */ \
    X(signed_at) /* Signed */                   \
    X(sign)      /* Date and signature */       \
    X(nothing)   /* Nothing to show */          \
    X(cut)       /* {n} characters more are not shown */
#define DOCUMENT_WORD(name) struct str name;
struct document_words {
    DOCUMENT_WORDS(DOCUMENT_WORD)
};

struct document_head {
    struct str mission, title, number;
    struct str language;         /* "ar" */
    struct str as_of, as_of_utc; /* by the mission's clock, and in UTC */
    struct str reader;           /* for whom it was made */
    struct label label;
    struct clearance clearance; /* of the reader; nothing reads nothing */
    bool drill;
    struct wall made;    /* for the file's own data */
    int64_t ledger_size; /* -1: the foot has no ledger */
    struct str ledger_root;
    struct document_words words;
};

enum document_kind {
    DOCUMENT_HEADING,    /* text, level 1 to 3 */
    DOCUMENT_PARAGRAPH,  /* text */
    DOCUMENT_FIXED,      /* text: lines of characters of one width */
    DOCUMENT_FACTS,      /* cells: name, value */
    DOCUMENT_TABLE,      /* columns, cells */
    DOCUMENT_LIST,       /* cells */
    DOCUMENT_IMAGE,      /* bytes, width, height, text below it */
    DOCUMENT_SIGNATURES, /* cells: as what, name, when */
    DOCUMENT_WITHHELD,   /* level: how many */
    DOCUMENT_QR,         /* bytes: width * width of 0 and 1; text beside it */
};

struct document_column {
    struct str name;
    int width;  /* share of the whole; the sum is what it is */
    bool fixed; /* characters of one width: hashes, numbers of records */
};

struct document_block {
    enum document_kind kind;
    int64_t level;
    struct str text, bytes;
    int64_t width, height; /* pixels */
    size_t columns;        /* of cells; of a table also the names */
    struct document_column column[DOCUMENT_COLUMNS_MAX];
    size_t count, room; /* of cells */
    struct str *cells;
};

struct document {
    struct ctx *c;
    struct document_head head;
    bool rtl;
    size_t count;
    struct document_block *blocks;

    /* While it is described. */
    rc failed;
    size_t bytes, rows, images;
    int64_t withheld, withheld_in_all; /* withheld: in this section */
};

/* Stands in a cell for what may not be read: shown as a black bar of one length. */
extern const struct str document_black;
bool document_is_black(struct str text);

rc document_begin(struct ctx *c, const struct document_head *head, struct document **ret);
/* Another title than it was opened with. */
void document_title(struct document *d, struct str title);
/* Ends the last section. The first failure, if there was one. */
rc document_end(struct document *d);

void document_heading(struct document *d, int level, struct str text);
void document_paragraph(struct document *d, struct str text);
void document_fixed(struct document *d, struct str text);
/* One behind the other they stand as one block. An absent value is left out. */
void document_fact(struct document *d, struct str name, struct str value);
void document_item(struct document *d, struct str text);
/* When absent: a line for a pen. */
void document_signature(struct document *d, struct str as, struct str name, struct str when);

/* A table, then its rows. Absent cells are empty. */
void document_table(struct document *d, size_t count, const struct document_column *columns);
void document_row(struct document *d, size_t count, const struct str *cells);

/* PNG or JPEG. INVALID for anything else. */
void document_image(struct document *d, struct str bytes, struct str caption);

/* The text as a QR code with the same text beside it; a text too long for one stands alone. */
void document_qr(struct document *d, struct str text);

/* May the reader read under this label? If not, it is counted as withheld. */
bool document_may(struct document *d, struct label label);
/* The text, or a black bar, counted, where the reader may not read it. */
struct str document_marked(struct document *d, struct label label, struct str text);
/* Count what was left out by somebody else. */
void document_withhold(struct document *d, int64_t count);

/* A word with its numbers put in, in the arena of c. */
rc document_fill(struct ctx *c, struct str word, int64_t n, int64_t m, struct str *ret);

/* Width and height of a PNG or a JPEG by its head; INVALID when it is neither or too large. */
rc document_image_size(struct ctx *c, struct str bytes, int64_t *ret_width, int64_t *ret_height,
                       bool *ret_png);

/* The whole as bytes for another process, and back. MALFORMED: nothing is trusted of them. */
rc document_pack(struct ctx *c, const struct document *d, struct str *ret);
rc document_unpack(struct ctx *c, struct str bytes, struct document **ret);

#endif
