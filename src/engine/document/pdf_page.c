/* What stands around the text of a page: head, label, foot. TLP 2.0 asks for the label in the head
 * and in the foot of each page, in letters of 12 points or more. */
#include "engine/document/pdf_own.h"

enum { TITLE_BYTES = 70 };

#define RULE      0xd5dae1
#define INK       0x14181f
#define HEAD_Y    34.0
#define FOOT_Y    (PAGE_HEIGHT - 58.0)
#define CHIP_PAD  7.0
#define CHIP_HIGH 20.0
#define FACT_ROOM 10.0

/* The chip at the far side of the page. */
rc press_chip(struct press *p, double y)
{
    struct cell cell = {.style = STYLE_CHIP, .width = WIDTH, .tag = "Span"};
    double width = 0, height = 0;
    TRY(document_label_text(p->c, p->d->head.label, &cell.text));
    TRY(press_measure(p, &cell, &width, &height));
    cell.width = width < WIDTH ? width : WIDTH;
    cell.start = WIDTH - cell.width - CHIP_PAD;
    press_box(p, cell.start - CHIP_PAD, y, cell.width + 2 * CHIP_PAD, CHIP_HIGH, 0x000000);
    return press_at(p, &cell, y + (CHIP_HIGH - height) / 2);
}

static rc put_drill(struct press *p, double y)
{
    struct cell cell = {p->d->head.words.drill, STYLE_DRILL, 0, WIDTH, "P"};
    double width = 0, height = 0;
    if (!p->d->head.drill)
        return OK;
    TRY(press_measure(p, &cell, &width, &height));
    press_box(p, -MARGIN, y, PAGE_WIDTH, 18.0, 0xffc000);
    cell.start = (WIDTH - width) / 2;
    cell.width = width + 1;
    return press_at(p, &cell, y + (18.0 - height) / 2);
}

static rc put_head_facts(struct press *p)
{
    const struct document_head *head = &p->d->head;
    const struct str all[][2] = {{head->words.as_of, head->as_of},
                                 {head->words.utc, head->as_of_utc},
                                 {head->words.reader, head->reader}};
    struct cell names[3], values[3];
    size_t count = 0;
    for (size_t i = 0; i < 3; i++) {
        if (str_absent(all[i][1]))
            continue;
        names[count] = (struct cell){all[i][0], STYLE_SMALL, 0, 0, "P"};
        values[count++] = (struct cell){all[i][1], STYLE_CELL, 0, 0, "P"};
    }
    if (count == 0)
        return OK;
    double width = (WIDTH - FACT_ROOM * (double)(count - 1)) / (double)count;
    for (size_t i = 0; i < count; i++) {
        names[i].start = values[i].start = (double)i * (width + FACT_ROOM);
        names[i].width = values[i].width = width;
    }
    press_line(p, 0, p->y, WIDTH, RULE);
    p->y += 7;
    TRY(press_row(p, count, names));
    TRY(press_row(p, count, values));
    p->y += 7;
    press_line(p, 0, p->y, WIDTH, RULE);
    return OK;
}

rc press_first_head(struct press *p)
{
    const struct document_head *head = &p->d->head;
    TRY(put_drill(p, 0));
    TRY(press_chip(p, HEAD_Y));
    TRY(press_at(p, &(struct cell){head->mission, STYLE_SOFT, 0, WIDTH * 0.6, "P"}, HEAD_Y + 3));
    p->y = HEAD_Y + 38;
    TRY(press_row(p, 1, &(struct cell){head->title, STYLE_TITLE, 0, WIDTH, "H1"}));
    if (!str_absent(head->number))
        TRY(press_row(p, 1, &(struct cell){head->number, STYLE_SOFT, 0, WIDTH, "P"}));
    p->y += 10;
    TRY(put_head_facts(p));
    p->y += 14;
    return OK;
}

/* What a running head has room for. */
static struct str one_line(struct str title)
{
    size_t len = 0;
    while (len < title.len && len < TITLE_BYTES) {
        size_t more = str_first_char(str_sub(title, len, title.len));
        len += more > 0 ? more : 1;
    }
    return str_sub(title, 0, len);
}

/* One line below the other, whatever the height of their letters. */
static rc put_two(struct press *p, double y, const struct cell cells[2])
{
    double width = 0, height = 0;
    TRY(press_measure(p, &cells[0], &width, &height));
    TRY(press_at(p, &cells[0], y));
    return str_absent(cells[1].text) ? OK : press_at(p, &cells[1], y + height);
}

static rc put_running_head(struct press *p)
{
    const struct document_head *head = &p->d->head;
    TRY(put_drill(p, 0));
    TRY(press_chip(p, HEAD_Y));
    TRY(put_two(p, HEAD_Y,
                (const struct cell[]){{one_line(head->title), STYLE_SMALL, 0, WIDTH * 0.6, "P"},
                                      {head->number, STYLE_SMALL, 0, WIDTH * 0.6, "P"}}));
    press_line(p, 0, HEAD_Y + 34, WIDTH, RULE);
    return OK;
}

rc press_foot(struct press *p)
{
    const struct document_head *head = &p->d->head;
    struct str text;
    press_line(p, 0, FOOT_Y, WIDTH, RULE);
    TRY(document_fill(p->c, head->words.page, p->page, p->pages, &text));
    TRY(press_at(p, &(struct cell){text, STYLE_SMALL, 0, WIDTH * 0.2, "P"}, FOOT_Y + 8));
    TRY(press_chip(p, FOOT_Y + 8));
    if (head->ledger_size < 0)
        return OK;
    TRY(document_fill(p->c, head->words.ledger, head->ledger_size, 0, &text));
    const double start = WIDTH * 0.2, width = WIDTH * 0.52;
    return put_two(
        p, FOOT_Y + 8,
        (const struct cell[]){{text, STYLE_SMALL, start, width, "P"},
                              {head->ledger_root, STYLE_MONO_SMALL, start, width, "Span"}});
}

rc press_next_page(struct press *p)
{
    const struct document_block *table = p->table;
    const char *tag = p->tag;
    if (p->page == DOCUMENT_PAGES_MAX)
        FAIL(p->c, TOO_LARGE, "a document has at most %d pages: ask for less", DOCUMENT_PAGES_MAX);
    press_untag(p, tag);
    TRY(press_foot(p));
    if (p->draw)
        p->l->cairo_show_page_(p->cr);
    p->page++;
    TRY(put_running_head(p));
    p->y = TOP;
    press_tag(p, tag);
    if (table) {
        TRY(press_column_names(p));
        p->y += ROW_PAD;
    }
    return OK;
}
