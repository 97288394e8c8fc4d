/* The values of placeholders, as a YAML map: `name: value` or `name: [value, ...]`. */
#include "engine/sigma/sigma.h"

#include "engine/sigma/yaml.h"

static rc read_values(struct ctx *c, const struct yaml *node, struct sigma_placeholder *ret)
{
    struct str *values;
    size_t count = 0;
    NEW(c, values, node->count + 1);
    if (node->kind == YAML_SCALAR)
        values[count++] = node->text;
    YAML_EACH(value, node)
    {
        if (node->kind != YAML_LIST || value->kind != YAML_SCALAR)
            FAIL(c, INVALID, "%u: '%.*s' must be a value or a list of values", value->line,
                 STR_ARG(node->key));
        values[count++] = value->text;
    }
    *ret = (struct sigma_placeholder){node->key, count, values};
    return OK;
}

rc sigma_placeholders_read(struct ctx *c, struct str text, struct sigma_options *ret)
{
    const struct yaml *doc;
    struct sigma_placeholder *list;
    size_t count = 0;
    unsigned line;
    rc read = yaml_read(c, text, &doc, &line);
    if (!rc_ok(read)) {
        struct str why;
        TRY(str_copy(c, str_from(c->fault.message), &why));
        FAIL(c, INVALID, "%u: %.*s", line, STR_ARG(why));
    }
    if (!doc || doc->kind != YAML_MAP || doc->next)
        FAIL(c, INVALID, "%u: placeholders are one map of names and values", doc ? doc->line : 1);
    NEW(c, list, doc->count + 1);
    YAML_EACH(one, doc)
    TRY(read_values(c, one, &list[count++]));
    *ret = (struct sigma_options){.placeholder_count = count, .placeholders = list};
    return OK;
}
