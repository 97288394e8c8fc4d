#include "engine/registry/registry.h"

#include "engine/geo/geo_compute.h"
#include "engine/merkle/merkle_compute.h"

#include <stdio.h>

const struct compute *const computes[] = {geo_computes, merkle_computes, NULL};

const struct compute *compute_find(struct str name)
{
    for (size_t i = 0; computes[i]; i++)
        for (const struct compute *row = computes[i]; row->name; row++)
            if (str_is(name, row->name))
                return row;
    return NULL;
}

void compute_put_list(struct text *out)
{
    for (size_t i = 0; computes[i]; i++)
        for (const struct compute *row = computes[i]; row->name; row++)
            text_printf(out, "  %-20s %s\n", row->name, row->help);
}

static void put_fields(struct text *out, const struct compute_field *fields, int depth)
{
    static const char *const kinds[] = {
        [COMPUTE_NUMBER] = "number", [COMPUTE_INTEGER] = "integer", [COMPUTE_FLAG] = "flag",
        [COMPUTE_TEXT] = "text",     [COMPUTE_OBJECT] = "object",   [COMPUTE_ANY] = "any JSON",
    };
    for (; fields->name; fields++) {
        bool listed = fields->flags & LISTED, required = fields->flags & REQUIRED_FIELD;
        char kind[32], range[64] = "";
        snprintf(kind, sizeof kind, "%s%s%s", listed ? "[" : "", kinds[fields->kind],
                 listed ? "]" : "");
        if (fields->kind <= COMPUTE_INTEGER && fields->least < fields->most)
            snprintf(range, sizeof range, ", %.12g to %.12g", fields->least, fields->most);
        text_printf(out, "%*s%-*s %-10s %s%s%s\n", 2 + 2 * depth, "", 18 - 2 * depth, fields->name,
                    kind, fields->help, range, required ? "" : " (optional)");
        if (fields->fields)
            put_fields(out, fields->fields, depth + 1);
    }
}

void compute_put_help(struct text *out, const struct compute *compute)
{
    text_printf(out, "usage: chancery compute %s [--jsonl] < input\n\n%s.\n\ninput:\n",
                compute->name, compute->help);
    put_fields(out, compute->input, 0);
    if (compute->foreign)
        text_put(out, STR("  (other members are ignored)\n"));
    text_put(out, STR("output:\n"));
    put_fields(out, compute->output, 0);
    text_printf(out, "example:\n%s\n", compute->example);
}
