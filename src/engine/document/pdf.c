#include "engine/document/pdf.h"

#include "base/version.h"
#include "engine/document/pdf_own.h"

static cairo_status_t write_bytes(void *arg, const unsigned char *bytes, unsigned int len)
{
    struct press *p = arg;
    text_put(&p->out, (struct str){(const char *)bytes, len});
    return p->out.failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

/* Its own data, with fixed dates, so that the same document is the same file. */
static rc set_metadata(struct press *p)
{
    const struct document_head *head = &p->d->head;
    struct str label, creator, made, title, mission, number;
    char when[WALL_TEXT_MAX];
    struct wall second = {head->made.us - head->made.us % 1000000};
    TRY(document_label_text(p->c, head->label, &label));
    TRY(str_format(p->c, &creator, "Chancery %s", chancery_version()));
    TRY(str_copy(p->c, (struct str){when, wall_format(second, when)}, &made));
    TRY(str_copy(p->c, head->title, &title));
    TRY(str_copy(p->c, head->mission, &mission));
    TRY(str_copy(p->c, head->number, &number));
    const struct {
        cairo_pdf_metadata_t what;
        struct str value;
    } all[] = {
        {CAIRO_PDF_METADATA_TITLE, title},     {CAIRO_PDF_METADATA_AUTHOR, mission},
        {CAIRO_PDF_METADATA_SUBJECT, label},   {CAIRO_PDF_METADATA_KEYWORDS, number},
        {CAIRO_PDF_METADATA_CREATOR, creator}, {CAIRO_PDF_METADATA_CREATE_DATE, made},
        {CAIRO_PDF_METADATA_MOD_DATE, made},
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i].value.len > 0)
            p->l->cairo_pdf_surface_set_metadata_(p->surface, all[i].what, all[i].value.ptr);
    return OK;
}

static rc flow_all(struct press *p)
{
    p->page = 1;
    TRY(press_first_head(p));
    for (size_t i = 0; i < p->d->count; i++)
        TRY(press_block(p, &p->d->blocks[i]));
    TRY(press_foot(p));
    if (p->draw)
        p->l->cairo_show_page_(p->cr);
    p->pages = p->page;
    return OK;
}

static rc print(struct press *p, struct str *ret)
{
    text_init(&p->out, p->c, p->bytes_max);
    p->surface =
        p->l->cairo_pdf_surface_create_for_stream_(write_bytes, p, PAGE_WIDTH, PAGE_HEIGHT);
    p->cr = p->l->cairo_create_(p->surface);
    TRY(press_fonts(p));
    TRY(flow_all(p));
    p->draw = true;
    TRY(set_metadata(p));
    TRY(flow_all(p));
    p->l->cairo_surface_finish_(p->surface);
    cairo_status_t status = p->l->cairo_surface_status_(p->surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = p->l->cairo_status_(p->cr);
    if (status != CAIRO_STATUS_SUCCESS && !p->out.failed)
        FAIL(p->c, INTERNAL, "the document cannot be drawn: %s",
             p->l->cairo_status_to_string_(status));
    return text_done(&p->out, ret);
}

rc document_pdf(struct ctx *c, const struct document_libs *libs, const struct document *d,
                size_t bytes_max, struct str *ret)
{
    struct press p = {.c = c, .l = libs, .d = d, .bytes_max = bytes_max};
    rc result = print(&p, ret);
    press_close_fonts(&p);
    if (p.cr)
        p.l->cairo_destroy_(p.cr);
    if (p.surface)
        p.l->cairo_surface_destroy_(p.surface);
    return result;
}
