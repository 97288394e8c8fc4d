#include "engine/document/html.h"

#include "base/encode.h"
#include "engine/document/document_own.h"

#include <sodium.h>

static const char style[] =
    ":root{color-scheme:light;--ink:#14181f;--soft:#5a6472;--line:#d5dae1;--wash:#f3f5f8}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:#e9ecf1;color:var(--ink);"
    "font:15px/1.5 'IBM Plex Sans','IBM Plex Sans Arabic','Noto Sans','Noto Sans Arabic',"
    "'DejaVu Sans',sans-serif}"
    "main{max-width:54rem;margin:2rem auto;padding:3rem 3.5rem;background:#fff;"
    "box-shadow:0 1px 4px #0003}"
    ".top{display:flex;justify-content:space-between;align-items:start;gap:2rem;"
    "color:var(--soft);font-weight:600}"
    ".chip{background:#000;padding:.2rem .6rem;font-weight:700;white-space:nowrap;"
    "border-radius:2px;direction:ltr;print-color-adjust:exact}"
    ".clear{color:#fff}.green{color:#33ff00}.amber{color:#ffc000}.red{color:#ff2b2b}"
    "h1{font-size:1.9rem;line-height:1.2;margin:.6rem 0 .2rem}"
    "h2{font-size:1.2rem;margin:2.2rem 0 .6rem;padding-bottom:.25rem;"
    "border-bottom:2px solid var(--ink);break-after:avoid}"
    "h3{font-size:1rem;margin:1.5rem 0 .4rem;break-after:avoid}"
    "h4{font-size:.95rem;margin:1rem 0 .3rem;color:var(--soft);break-after:avoid}"
    ".number{color:var(--soft);margin:0}"
    "dl.head{display:flex;flex-wrap:wrap;gap:.4rem 2.5rem;margin:1.2rem 0 0;padding:.8rem 0;"
    "border-block:1px solid var(--line)}"
    "dl.head div{min-width:8rem}dt{color:var(--soft);font-size:.8rem}dd{margin:0}"
    ".drill{background:#ffc000;color:#000;font-weight:800;text-align:center;padding:.3rem;"
    "letter-spacing:.06em;margin-bottom:1.2rem;print-color-adjust:exact}"
    "p,pre,ul,table,figure{margin:.6rem 0}p,td,dd,li{overflow-wrap:anywhere;white-space:pre-line}"
    "pre,.fixed{font-family:'IBM Plex Mono','DejaVu Sans Mono',monospace;font-size:.82rem;"
    "white-space:pre-wrap;overflow-wrap:anywhere}pre{direction:ltr;text-align:left}"
    "table{width:100%;border-collapse:collapse;table-layout:fixed}"
    "th,td{text-align:start;vertical-align:top;padding:.35rem .5rem;"
    "border-bottom:1px solid var(--line)}"
    "thead th{background:var(--wash);color:var(--soft);font-size:.8rem;"
    "print-color-adjust:exact}"
    "tbody th{font-weight:400;color:var(--soft)}tr{break-inside:avoid}"
    ".black{display:inline-block;width:5em;height:1em;background:#000;vertical-align:text-bottom;"
    "print-color-adjust:exact}"
    ".withheld{border-inline-start:.6rem solid #000;padding:.3rem .8rem;background:var(--wash);"
    "font-weight:600;print-color-adjust:exact}"
    ".none{color:var(--soft)}"
    ".signatures{display:grid;grid-template-columns:1fr 1fr;gap:1.5rem;margin:1rem 0}"
    ".signatures div{border:1px solid var(--line);padding:.7rem .9rem;min-height:6.5rem;"
    "break-inside:avoid}.signatures small{display:block;color:var(--soft)}"
    ".signatures b{display:block}.pen{margin-top:2.2rem;border-top:1px solid var(--ink)}"
    "figure img{max-width:100%;max-height:18cm}figcaption{color:var(--soft);font-size:.85rem}"
    ".qr{display:flex;gap:1.2rem;align-items:start}.qr svg{width:40mm;flex:none}"
    ".qr pre{margin:0}"
    "footer{margin-top:2.5rem;padding-top:.6rem;border-top:1px solid var(--line);"
    "color:var(--soft);font-size:.8rem;display:flex;justify-content:space-between;gap:1rem;"
    "align-items:center}"
    "@page{size:A4;margin:16mm 16mm 18mm}"
    "@media print{body{background:none;font-size:10pt}main{margin:0;padding:0;max-width:none;"
    "box-shadow:none}}";

/* A value in an element of its own direction. */
static void put_value(struct text *out, struct str s)
{
    if (document_is_black(s)) {
        text_put(out, STR("<span class=\"black\" role=\"img\" aria-label=\"█\"></span>"));
        return;
    }
    text_put(out, STR("<bdi>"));
    text_put_markup(out, s);
    text_put(out, STR("</bdi>"));
}

static void put_element(struct text *out, const char *open, struct str value, const char *close)
{
    text_put(out, str_from(open));
    put_value(out, value);
    text_put(out, str_from(close));
}

static void put_filled(struct text *out, struct str word, int64_t n)
{
    struct str filled;
    if (rc_ok(document_fill(out->c, word, n, 0, &filled)))
        text_put_markup(out, filled);
    else
        out->failed = true;
}

/* ---- head and foot --------------------------------------------------------------------------- */

static void put_chip(struct text *out, struct label label)
{
    static const char *const classes[] = {
        [TLP_NONE] = "clear",  [TLP_CLEAR] = "clear",        [TLP_GREEN] = "green",
        [TLP_AMBER] = "amber", [TLP_AMBER_STRICT] = "amber", [TLP_RED] = "red"};
    struct str text;
    if (!rc_ok(document_label_text(out->c, label, &text))) {
        out->failed = true;
        return;
    }
    text_printf(out, "<span class=\"chip %s\">", classes[label.tlp]);
    text_put_markup(out, text);
    text_put(out, STR("</span>"));
}

static void put_head_fact(struct text *out, struct str name, struct str value)
{
    if (str_absent(value))
        return;
    put_element(out, "<div><dt>", name, "</dt>");
    put_element(out, "<dd>", value, "</dd></div>");
}

static void put_head(struct text *out, const struct document *d)
{
    const struct document_head *head = &d->head;
    if (head->drill)
        put_element(out, "<div class=\"drill\">", head->words.drill, "</div>");
    put_element(out, "<header><div class=\"top\"><span>", head->mission, "</span>");
    put_chip(out, head->label);
    put_element(out, "</div><h1>", head->title, "</h1>");
    put_element(out, "<p class=\"number\">", head->number, "</p>");
    text_put(out, STR("<dl class=\"head\">"));
    put_head_fact(out, head->words.as_of, head->as_of);
    put_head_fact(out, head->words.utc, head->as_of_utc);
    put_head_fact(out, head->words.reader, head->reader);
    text_put(out, STR("</dl></header>"));
}

static void put_foot(struct text *out, const struct document *d)
{
    const struct document_head *head = &d->head;
    text_put(out, STR("<footer><span>"));
    if (head->ledger_size >= 0) {
        put_filled(out, head->words.ledger, head->ledger_size);
        put_element(out, " <span class=\"fixed\" dir=\"ltr\">", head->ledger_root, "</span>");
    }
    text_put(out, STR("</span>"));
    put_chip(out, head->label);
    text_put(out, STR("</footer>"));
}

/* ---- body ------------------------------------------------------------------------------------ */

static void put_facts(struct text *out, const struct document_block *block)
{
    text_put(out, STR("<table><colgroup><col width=\"30%\"><col></colgroup><tbody>"));
    for (size_t i = 0; i < block->count; i += 2) {
        put_element(out, "<tr><th scope=\"row\">", block->cells[i], "</th>");
        put_element(out, "<td>", block->cells[i + 1], "</td></tr>");
    }
    text_put(out, STR("</tbody></table>"));
}

static void put_table(struct text *out, const struct document *d,
                      const struct document_block *block)
{
    int whole = 0;
    for (size_t i = 0; i < block->columns; i++)
        whole += block->column[i].width;
    text_put(out, STR("<table><colgroup>"));
    for (size_t i = 0; i < block->columns; i++)
        text_printf(out, "<col width=\"%d%%\">",
                    block->column[i].width * 100 / (whole ? whole : 1));
    text_put(out, STR("</colgroup><thead><tr>"));
    for (size_t i = 0; i < block->columns; i++)
        put_element(out, "<th scope=\"col\">", block->column[i].name, "</th>");
    text_put(out, STR("</tr></thead><tbody>"));
    for (size_t i = 0; i < block->count; i++) {
        size_t column = i % block->columns;
        text_put(out, column == 0 ? STR("<tr>") : STR(""));
        put_element(out, block->column[column].fixed ? "<td class=\"fixed\">" : "<td>",
                    block->cells[i], "</td>");
        text_put(out, column + 1 == block->columns ? STR("</tr>") : STR(""));
    }
    if (block->count == 0) {
        text_printf(out, "<tr><td class=\"none\" colspan=\"%zu\">", block->columns);
        put_element(out, "", d->head.words.nothing, "</td></tr>");
    }
    text_put(out, STR("</tbody></table>"));
}

static void put_list(struct text *out, const struct document_block *block)
{
    text_put(out, STR("<ul>"));
    for (size_t i = 0; i < block->count; i++)
        put_element(out, "<li>", block->cells[i], "</li>");
    text_put(out, STR("</ul>"));
}

static void put_image(struct text *out, const struct document_block *block)
{
    bool png = block->bytes.len > 0 && block->bytes.ptr[0] != '\xff';
    struct str base64;
    if (!rc_ok(encode_bytes(out->c, ENCODE_BASE64, block->bytes.ptr, block->bytes.len, &base64))) {
        out->failed = true;
        return;
    }
    text_printf(out, "<figure><img width=\"%lld\" height=\"%lld\" alt=\"", (long long)block->width,
                (long long)block->height);
    text_put_markup(out, block->text);
    text_printf(out, "\" src=\"data:image/%s;base64,", png ? "png" : "jpeg");
    text_put(out, base64);
    put_element(out, "\"><figcaption>", block->text, "</figcaption></figure>");
}

static void put_signatures(struct text *out, const struct document *d,
                           const struct document_block *block)
{
    text_put(out, STR("<div class=\"signatures\">"));
    for (size_t i = 0; i < block->count; i += 3) {
        const struct str *cell = &block->cells[i];
        put_element(out, "<div><small>", cell[0], "</small>");
        put_element(out, "<b>", cell[1], "</b>");
        if (str_absent(cell[2])) {
            put_element(out, "<small class=\"pen\">", d->head.words.sign, "</small></div>");
        } else {
            put_element(out, "<small>", d->head.words.signed_at, "</small>");
            put_element(out, "", cell[2], "</div>");
        }
    }
    text_put(out, STR("</div>"));
}

static void put_qr(struct text *out, const struct document_block *block)
{
    int64_t width = block->width;
    text_put(out, STR("<div class=\"qr\">"));
    if (width > 0) {
        text_printf(out,
                    "<svg viewBox=\"-4 -4 %lld %lld\" shape-rendering=\"crispEdges\"><path d=\"",
                    (long long)width + 8, (long long)width + 8);
        for (int64_t i = 0; i < width * width; i++)
            if (block->bytes.ptr[i])
                text_printf(out, "M%lld %lldh1v1h-1z", (long long)(i % width),
                            (long long)(i / width));
        text_put(out, STR("\"/></svg>"));
    }
    text_put(out, STR("<pre>"));
    text_put_markup(out, block->text);
    text_put(out, STR("</pre></div>"));
}

static void put_block(struct text *out, const struct document *d,
                      const struct document_block *block)
{
    switch (block->kind) {
    case DOCUMENT_HEADING:
        text_printf(out, "<h%lld>", (long long)block->level + 1);
        put_value(out, block->text);
        text_printf(out, "</h%lld>", (long long)block->level + 1);
        break;
    case DOCUMENT_PARAGRAPH:
        put_element(out, "<p>", block->text, "</p>");
        break;
    case DOCUMENT_FIXED:
        text_put(out, STR("<pre>"));
        text_put_markup(out, block->text);
        text_put(out, STR("</pre>"));
        break;
    case DOCUMENT_FACTS:
        put_facts(out, block);
        break;
    case DOCUMENT_TABLE:
        put_table(out, d, block);
        break;
    case DOCUMENT_LIST:
        put_list(out, block);
        break;
    case DOCUMENT_IMAGE:
        put_image(out, block);
        break;
    case DOCUMENT_SIGNATURES:
        put_signatures(out, d, block);
        break;
    case DOCUMENT_WITHHELD:
        text_put(out, STR("<p class=\"withheld\">"));
        put_filled(out, d->head.words.withheld, block->level);
        text_put(out, STR("</p>"));
        break;
    case DOCUMENT_QR:
        put_qr(out, block);
        break;
    }
}

void document_html(struct text *out, const struct document *d)
{
    text_put(out, STR("<!doctype html><html lang=\""));
    text_put_markup(out, d->head.language);
    text_printf(out, "\" dir=\"%s\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" ",
                d->rtl ? "rtl" : "ltr");
    text_put(out, STR("content=\"width=device-width\"><title>"));
    text_put_markup(out, d->head.title);
    text_printf(out, "</title><style>%s</style></head><body><main>", style);
    put_head(out, d);
    for (size_t i = 0; i < d->count; i++)
        put_block(out, d, &d->blocks[i]);
    put_foot(out, d);
    text_put(out, STR("</main></body></html>\n"));
}

rc document_html_policy(struct ctx *c, struct str *ret)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    struct str base64;
    crypto_hash_sha256(hash, (const unsigned char *)style, sizeof style - 1);
    TRY(encode_bytes(c, ENCODE_BASE64, hash, sizeof hash, &base64));
    return str_format(c, ret,
                      "default-src 'none'; style-src 'sha256-%.*s'; img-src data:; base-uri "
                      "'none'; form-action 'none'; frame-ancestors 'none'",
                      STR_ARG(base64));
}
