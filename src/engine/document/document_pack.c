/* A document as bytes: numbers of eight bytes, texts with their length before them. What unpacks it
 * stands in a process that trusts nobody, so every length is held against what is left, and the
 * limits are those of describing. */
#include "engine/document/document_own.h"

enum { PACKED_MAX = DOCUMENT_BYTES_MAX + DOCUMENT_IMAGES_MAX * DOCUMENT_IMAGE_MAX + (16 << 20) };
enum { LEN_ABSENT = -1, LEN_BLACK = -2 };

/* ---- writing --------------------------------------------------------------------------------- */

static void put_number(struct text *out, int64_t value)
{
    text_put(out, (struct str){(const char *)&value, sizeof value});
}

static void put_text(struct text *out, struct str text)
{
    bool plain = !str_absent(text) && !document_is_black(text);
    put_number(out, plain ? (int64_t)text.len : str_absent(text) ? LEN_ABSENT : LEN_BLACK);
    if (plain)
        text_put(out, text);
}

static void put_block(struct text *out, const struct document_block *block)
{
    put_number(out, block->kind);
    put_number(out, block->level);
    put_text(out, block->text);
    put_text(out, block->bytes);
    put_number(out, block->width);
    put_number(out, block->height);
    put_number(out, (int64_t)block->columns);
    for (size_t i = 0; i < DOCUMENT_COLUMNS_MAX; i++) {
        put_text(out, block->column[i].name);
        put_number(out, block->column[i].width);
        put_number(out, block->column[i].fixed);
    }
    put_number(out, (int64_t)block->count);
    for (size_t i = 0; i < block->count; i++)
        put_text(out, block->cells[i]);
}

rc document_pack(struct ctx *c, const struct document *d, struct str *ret)
{
    const struct document_head *head = &d->head;
    const struct str texts[] = {head->mission,     head->title,     head->number,
                                head->language,    head->as_of,     head->reader,
                                head->ledger_root, head->as_of_utc, head->label.compartments};
    const struct str *words = (const void *)&head->words;
    struct text out;
    text_init(&out, c, PACKED_MAX);
    text_expect(&out, d->bytes + (d->count + 1) * 512);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        put_text(&out, texts[i]);
    for (size_t i = 0; i < sizeof head->words / sizeof *words; i++)
        put_text(&out, words[i]);
    put_number(&out, head->label.tlp);
    put_number(&out, head->drill);
    put_number(&out, head->made.us);
    put_number(&out, head->ledger_size);
    put_number(&out, (int64_t)d->count);
    for (size_t i = 0; i < d->count; i++)
        put_block(&out, &d->blocks[i]);
    return text_done(&out, ret);
}

/* ---- reading --------------------------------------------------------------------------------- */

struct unpacking {
    struct ctx *c;
    struct str rest;
};

static rc broken(struct unpacking *u)
{
    FAIL(u->c, MALFORMED, "these are not the bytes of a document");
}

static rc take_number(struct unpacking *u, int64_t least, int64_t most, int64_t *ret)
{
    int64_t value;
    if (u->rest.len < sizeof value)
        return broken(u);
    memcpy(&value, u->rest.ptr, sizeof value);
    u->rest = str_sub(u->rest, sizeof value, u->rest.len);
    if (value < least || value > most)
        return broken(u);
    *ret = value;
    return OK;
}

static rc take_bytes(struct unpacking *u, struct str *ret)
{
    int64_t len = 0;
    TRY(take_number(u, LEN_BLACK, (int64_t)u->rest.len - (int64_t)sizeof len, &len));
    if (len < 0) {
        *ret = len == LEN_BLACK ? document_black : (struct str){NULL, 0};
        return OK;
    }
    *ret = (struct str){u->rest.ptr, (size_t)len};
    u->rest = str_sub(u->rest, (size_t)len, u->rest.len);
    return OK;
}

static rc take_text(struct unpacking *u, struct str *ret)
{
    TRY(take_bytes(u, ret));
    bool plain = !str_absent(*ret) && !document_is_black(*ret);
    return !plain || (str_is_utf8(*ret) && !memchr(ret->ptr, 0, ret->len)) ? OK : broken(u);
}

static rc take_bool(struct unpacking *u, bool *ret)
{
    int64_t value = 0;
    TRY(take_number(u, 0, 1, &value));
    *ret = value;
    return OK;
}

/* What the renderer relies on in a block of each kind. */
static rc check_block(struct unpacking *u, const struct document_block *b)
{
    static const size_t columns[] = {
        [DOCUMENT_FACTS] = 2, [DOCUMENT_LIST] = 1, [DOCUMENT_SIGNATURES] = 3, [DOCUMENT_QR] = 0};
    bool png;
    int64_t width = 0, height = 0;
    if (b->kind == DOCUMENT_IMAGE)
        return document_image_size(u->c, b->bytes, &width, &height, &png);
    if (b->kind == DOCUMENT_QR)
        return (size_t)(b->width * b->width) == b->bytes.len ? OK : broken(u);
    if (b->kind != DOCUMENT_TABLE && b->columns != columns[b->kind])
        return broken(u);
    if (b->columns == 0 ? b->count > 0 : b->count % b->columns > 0)
        return broken(u);
    return b->kind == DOCUMENT_TABLE && b->columns == 0 ? broken(u) : OK;
}

static rc take_block(struct unpacking *u, struct document_block *b)
{
    int64_t kind = 0, columns = 0, width = 0, count = 0;
    TRY(take_number(u, DOCUMENT_HEADING, DOCUMENT_QR, &kind));
    TRY(take_number(u, 0, INT64_MAX, &b->level));
    TRY(take_text(u, &b->text));
    TRY(take_bytes(u, &b->bytes));
    TRY(take_number(u, 0, DOCUMENT_PIXELS_MAX, &b->width));
    TRY(take_number(u, 0, DOCUMENT_PIXELS_MAX, &b->height));
    TRY(take_number(u, 0, DOCUMENT_COLUMNS_MAX, &columns));
    for (size_t i = 0; i < DOCUMENT_COLUMNS_MAX; i++) {
        TRY(take_text(u, &b->column[i].name));
        TRY(take_number(u, 0, 1000, &width));
        TRY(take_bool(u, &b->column[i].fixed));
        b->column[i].width = (int)width;
    }
    TRY(take_number(u, 0, DOCUMENT_ROWS_MAX * DOCUMENT_COLUMNS_MAX, &count));
    b->kind = (enum document_kind)kind;
    b->columns = (size_t)columns;
    b->count = (size_t)count;
    NEW(u->c, b->cells, b->count + 1);
    for (size_t i = 0; i < b->count; i++)
        TRY(take_text(u, &b->cells[i]));
    return check_block(u, b);
}

static rc take_head(struct unpacking *u, struct document_head *head)
{
    struct str *const texts[] = {&head->mission,     &head->title,     &head->number,
                                 &head->language,    &head->as_of,     &head->reader,
                                 &head->ledger_root, &head->as_of_utc, &head->label.compartments};
    struct str *words = (void *)&head->words;
    int64_t tlp = 0;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        TRY(take_text(u, texts[i]));
    for (size_t i = 0; i < sizeof head->words / sizeof *words; i++)
        TRY(take_text(u, &words[i]));
    TRY(take_number(u, TLP_NONE, TLP_RED, &tlp));
    TRY(take_bool(u, &head->drill));
    TRY(take_number(u, WALL_FIRST_US, WALL_LAST_US, &head->made.us));
    TRY(take_number(u, -1, INT64_MAX, &head->ledger_size));
    head->label.tlp = (enum tlp)tlp;
    return OK;
}

rc document_unpack(struct ctx *c, struct str bytes, struct document **ret)
{
    struct unpacking u = {c, bytes};
    struct document_head head = {0};
    struct document *d = NULL;
    int64_t count = 0;
    TRY(take_head(&u, &head));
    TRY(document_begin(c, &head, &d));
    TRY(take_number(&u, 0, DOCUMENT_BLOCKS_MAX, &count));
    for (int64_t i = 0; i < count; i++)
        TRY(take_block(&u, &d->blocks[i]));
    d->count = (size_t)count;
    if (u.rest.len > 0)
        return broken(&u);
    *ret = d;
    return OK;
}
