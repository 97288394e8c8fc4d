/* Describing: blocks are added one behind the other, texts cleaned and counted. */
#include "engine/document/document.h"

#include "engine/document/document_own.h"

enum { CELLS_FIRST = 16 };

static const char black[] = "\0";
const struct str document_black = {black, 1};

bool document_is_black(struct str text)
{
    return text.ptr == black;
}

static void fail(struct document *d, rc failed)
{
    if (rc_ok(d->failed))
        d->failed = failed;
}

#define FAIL_IN(d, CODE, ...) \
    fail(d, fault_raise((d)->c, RC_##CODE, __FILE__, __LINE__, __VA_ARGS__))

static bool is_rtl(struct str language)
{
    static const char *const rtl[] = {"ar", "fa", "he", "ps", "sd", "ug", "ur", "yi"};
    for (size_t i = 0; i < sizeof rtl / sizeof rtl[0]; i++)
        if (str_starts(language, rtl[i]))
            return true;
    return false;
}

/* A text as it is shown; what is black or absent stays so. */
static struct str clean(struct document *d, struct str text)
{
    struct str cleaned = {NULL, 0};
    if (!rc_ok(d->failed) || str_absent(text) || document_is_black(text))
        return text;
    rc result = document_clean(d->c, text, d->head.words.cut, &cleaned);
    if (!rc_ok(result))
        fail(d, result);
    d->bytes += cleaned.len;
    if (d->bytes > DOCUMENT_BYTES_MAX)
        FAIL_IN(d, TOO_LARGE, "a document has at most %d bytes of text: ask for less",
                DOCUMENT_BYTES_MAX);
    return cleaned;
}

static struct document_block *add(struct document *d, enum document_kind kind, struct str text)
{
    if (!rc_ok(d->failed))
        return NULL;
    if (d->count == DOCUMENT_BLOCKS_MAX) {
        FAIL_IN(d, TOO_LARGE, "a document has at most %d parts: ask for less", DOCUMENT_BLOCKS_MAX);
        return NULL;
    }
    struct document_block *block = &d->blocks[d->count++];
    *block = (struct document_block){.kind = kind, .text = clean(d, text)};
    return block;
}

/* The last block, if it is of this kind, else a new one. */
static struct document_block *go_on(struct document *d, enum document_kind kind, size_t columns)
{
    struct document_block *block = d->count > 0 ? &d->blocks[d->count - 1] : NULL;
    if (block && block->kind == kind)
        return block;
    block = add(d, kind, (struct str){NULL, 0});
    if (block)
        block->columns = columns;
    return block;
}

static void add_row(struct document *d, struct document_block *block, size_t count,
                    const struct str *cells)
{
    if (!block || !rc_ok(d->failed))
        return;
    if (d->rows++ == DOCUMENT_ROWS_MAX)
        FAIL_IN(d, TOO_LARGE, "a document has at most %d rows: ask for fewer", DOCUMENT_ROWS_MAX);
    if (block->count + count > block->room) {
        size_t room = block->room ? block->room * 2 : CELLS_FIRST;
        struct str *more = ctx_take(d->c, room, sizeof *more);
        if (!more) {
            fail(d, fault_again(d->c));
            return;
        }
        if (block->count > 0)
            memcpy(more, block->cells, block->count * sizeof *more);
        block->cells = more;
        block->room = room;
    }
    for (size_t i = 0; i < count; i++)
        block->cells[block->count++] = clean(d, cells[i]);
}

static void end_section(struct document *d)
{
    if (d->withheld == 0)
        return;
    struct document_block *block = add(d, DOCUMENT_WITHHELD, (struct str){NULL, 0});
    if (block)
        block->level = d->withheld;
    d->withheld = 0;
}

rc document_begin(struct ctx *c, const struct document_head *head, struct document **ret)
{
    struct document *d = NULL;
    NEW(c, d, 1);
    NEW(c, d->blocks, DOCUMENT_BLOCKS_MAX);
    d->c = c;
    d->failed = OK;
    d->head = *head;
    d->rtl = is_rtl(head->language);
    struct str *const texts[] = {&d->head.mission, &d->head.title,     &d->head.number,
                                 &d->head.as_of,   &d->head.as_of_utc, &d->head.reader};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        *texts[i] = clean(d, *texts[i]);
    *ret = d;
    return d->failed;
}

void document_title(struct document *d, struct str title)
{
    d->head.title = clean(d, title);
}

rc document_end(struct document *d)
{
    end_section(d);
    return d->failed;
}

void document_heading(struct document *d, int level, struct str text)
{
    end_section(d);
    struct document_block *block = add(d, DOCUMENT_HEADING, text);
    if (block)
        block->level = level;
}

void document_paragraph(struct document *d, struct str text)
{
    add(d, DOCUMENT_PARAGRAPH, text);
}

void document_fixed(struct document *d, struct str text)
{
    add(d, DOCUMENT_FIXED, text);
}

void document_fact(struct document *d, struct str name, struct str value)
{
    if (!str_absent(value))
        add_row(d, go_on(d, DOCUMENT_FACTS, 2), 2, (struct str[]){name, value});
}

void document_item(struct document *d, struct str text)
{
    add_row(d, go_on(d, DOCUMENT_LIST, 1), 1, &text);
}

void document_signature(struct document *d, struct str as, struct str name, struct str when)
{
    add_row(d, go_on(d, DOCUMENT_SIGNATURES, 3), 3, (struct str[]){as, name, when});
}

void document_table(struct document *d, size_t count, const struct document_column *columns)
{
    struct document_block *block = add(d, DOCUMENT_TABLE, (struct str){NULL, 0});
    if (!block)
        return;
    if (count == 0 || count > DOCUMENT_COLUMNS_MAX) {
        FAIL_IN(d, INTERNAL, "a table has 1 to %d columns", DOCUMENT_COLUMNS_MAX);
        return;
    }
    block->columns = count;
    for (size_t i = 0; i < count; i++) {
        block->column[i] = columns[i];
        block->column[i].name = clean(d, columns[i].name);
    }
}

void document_row(struct document *d, size_t count, const struct str *cells)
{
    struct document_block *block = d->count > 0 ? &d->blocks[d->count - 1] : NULL;
    if (!block || block->kind != DOCUMENT_TABLE || block->columns != count)
        FAIL_IN(d, INTERNAL, "a row of %zu cells without its table", count);
    add_row(d, block, count, cells);
}

void document_image(struct document *d, struct str bytes, struct str caption)
{
    int64_t width = 0, height = 0;
    bool png;
    rc result = document_image_size(d->c, bytes, &width, &height, &png);
    if (!rc_ok(result))
        fail(d, result);
    else if (d->images++ == DOCUMENT_IMAGES_MAX)
        FAIL_IN(d, TOO_LARGE, "a document has at most %d images", DOCUMENT_IMAGES_MAX);
    struct document_block *block = add(d, DOCUMENT_IMAGE, caption);
    if (!block)
        return;
    block->bytes = bytes;
    block->width = width;
    block->height = height;
}

void document_qr(struct document *d, struct str text)
{
    struct str bits = {NULL, 0};
    int64_t width = 0;
    rc result = document_qr_bits(d->c, text, &bits, &width);
    if (!rc_ok(result))
        fail(d, result);
    struct document_block *block = add(d, DOCUMENT_QR, text);
    if (!block)
        return;
    block->bytes = bits;
    block->width = width;
}

bool document_may(struct document *d, struct label label)
{
    bool may = label_readable(label, d->head.clearance);
    if (!may)
        document_withhold(d, 1);
    return may;
}

struct str document_marked(struct document *d, struct label label, struct str text)
{
    return document_may(d, label) ? text : document_black;
}

void document_withhold(struct document *d, int64_t count)
{
    d->withheld += count;
    d->withheld_in_all += count;
}

rc document_fill(struct ctx *c, struct str word, int64_t n, int64_t m, struct str *ret)
{
    struct text t;
    text_init(&t, c, DOCUMENT_TEXT_MAX);
    for (size_t i = 0; i < word.len; i++) {
        struct str rest = str_sub(word, i, word.len);
        if (str_starts(rest, "{n}") || str_starts(rest, "{m}")) {
            text_put_i64(&t, word.ptr[i + 1] == 'n' ? n : m);
            i += 2;
        } else {
            text_put_char(&t, word.ptr[i]);
        }
    }
    return text_done(&t, ret);
}
