/* chancery manual, api, version: made from the tables that the program itself runs by. */
#include "main/verbs.h"

#include "assembly/catalog_make.h"
#include "base/version.h"
#include "edge/openapi.h"
#include "main/modules.h"
#include "shape/shape_flags.h"

enum { MANUAL_MAX = 1 << 20, API_MAX = 16 << 20 };

/* Text for man(7): backslashes and leading dots and quotes lose their meaning. */
static void put_roff(struct text *out, struct str s)
{
    bool line_start = true;
    for (size_t i = 0; i < s.len; i++) {
        if (line_start && (s.ptr[i] == '.' || s.ptr[i] == '\''))
            text_put(out, STR("\\&"));
        if (s.ptr[i] == '\\' || s.ptr[i] == '-')
            text_put_char(out, '\\');
        text_put_char(out, s.ptr[i]);
        line_start = s.ptr[i] == '\n';
    }
}

static rc put_verb(struct ctx *c, struct text *out, const struct verb *verb)
{
    struct text flags;
    struct str help;
    text_printf(out, ".SS %s %s\n", verb->name, verb->arguments);
    put_roff(out, str_from(verb->help));
    text_put(out, STR(".\n"));
    if (!verb->run)
        return OK;
    text_init(&flags, c, 65536);
    shape_flags_help(&flags, verb->flags ? verb->flags : &common_flags_shape);
    TRY(text_done(&flags, &help));
    text_put(out, STR(".PP\n.nf\n"));
    put_roff(out, help);
    text_put(out, STR(".fi\n"));
    return OK;
}

rc verb_manual(struct cli *cli)
{
    struct text out;
    struct str page;
    text_init(&out, cli->c, MANUAL_MAX);
    text_put(&out,
             STR(".TH CHANCERY 1\n.SH NAME\nchancery \\- security operations of a diplomatic "
                 "mission\n.SH SYNOPSIS\nchancery VERB [ARGUMENT ...] [\\-\\-flag VALUE ...]\n"
                 ".SH VERBS\n"));
    for (const struct verb *verb = cli_verbs; verb->name; verb++)
        TRY(put_verb(cli->c, &out, verb));
    text_put(&out, STR(".SH EXIT STATUS\n0 done, 1 refused or failed, 2 wrong use\n"));
    TRY(text_done(&out, &page));
    fwrite(page.ptr, 1, page.len, cli->out);
    return OK;
}

rc verb_api(struct cli *cli)
{
    struct ctx *c = cli->c;
    struct catalog *catalog = NULL;
    struct text out;
    struct str page;
    text_init(&out, c, API_MAX);
    TRY(catalog_open(c, chancery_module_count, chancery_modules, &catalog));
    rc result = cli->json ? openapi_write(c, catalog, &out) : openapi_markdown(c, catalog, &out);
    catalog_close(catalog);
    TRY(result);
    TRY(text_done(&out, &page));
    fwrite(page.ptr, 1, page.len, cli->out);
    return OK;
}

rc verb_version(struct cli *cli)
{
    struct text out;
    cli_say(cli, "chancery %s", chancery_version());
    text_init(&out, cli->c, 256);
    text_printf(&out, "{\"version\":\"%s\"}", chancery_version());
    return cli_json(cli, &out);
}
