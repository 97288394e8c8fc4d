/* A trial: the one message that a person may send by an outlet, to see that it works. What it says
 * is of no secret, so it leaves wherever anything may. */
#include "core/target.h"
#include "frame/delivery/delivery_own.h"

enum { PAGE_MAX = 4096, OBJECTS = 5 };

/* A page with one line (ISO 32000-1), with where each object begins. Names are written without what
 * a string of it would have to escape, or its font does not have. */
static rc make_page(struct ctx *c, struct str name, struct str *ret)
{
    static const char *const objects[OBJECTS - 1] = {
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>",
        "<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<</Font<</F 4 0 R>>>>>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    };
    size_t at[OBJECTS];
    struct text out, line;
    struct str drawn;
    text_init(&out, c, PAGE_MAX);
    text_init(&line, c, PAGE_MAX);
    text_put(&line, STR("BT /F 18 Tf 72 760 Td (Chancery: trial page of "));
    for (size_t i = 0; i < name.len; i++) {
        bool plain = name.ptr[i] >= ' ' && name.ptr[i] < 0x7f && !strchr("()\\", name.ptr[i]);
        text_put_char(&line, plain ? name.ptr[i] : '?');
    }
    text_put(&line, STR(") Tj ET"));
    TRY(text_done(&line, &drawn));
    text_put(&out, STR("%PDF-1.4\n"));
    for (size_t i = 0; i < OBJECTS; i++) {
        at[i] = out.len;
        text_printf(&out, "%zu 0 obj ", i + 1);
        if (i < OBJECTS - 1)
            text_put(&out, str_from(objects[i]));
        else
            text_printf(&out, "<</Length %zu>> stream\n%s\nendstream", drawn.len, drawn.ptr);
        text_put(&out, STR(" endobj\n"));
    }
    size_t table = out.len;
    text_printf(&out, "xref\n0 %d\n0000000000 65535 f \n", OBJECTS + 1);
    for (size_t i = 0; i < OBJECTS; i++)
        text_printf(&out, "%010zu 00000 n \n", at[i]);
    text_printf(&out, "trailer <</Size %d/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", OBJECTS + 1,
                table);
    return text_done(&out, ret);
}

rc outlet_decide_try(struct ctx *c, struct picture *picture, const struct command *command,
                     struct outcome *outcome)
{
    const struct outlet_trial *trial = command->input;
    struct outlet outlet = {0};
    struct delivery_want want = {.label = {.tlp = TLP_CLEAR}, .to = trial->to};
    TRY(command_target(c, picture, command, &outlet_shape, NULL, &outlet));
    want.kind = outlet.kind;
    want.outlet = outlet.id;
    want.subject = STR("Trial");
    TRY(str_format(c, &want.about, "outlet/%.*s", STR_ARG(outlet.id)));
    if (outlet.kind == DELIVERY_KIND_PRINT) {
        want.document = STR("trial.pdf");
        want.type = STR("application/pdf");
        TRY(make_page(c, outlet.name, &want.bytes));
    }
    return delivery_want(c, outcome, &want);
}
