#include "shape/label.h"

#include <stdlib.h>

static const char *const tlp_names[] = {
    [TLP_NONE] = NULL,         [TLP_CLEAR] = "TLP:CLEAR", [TLP_GREEN] = "TLP:GREEN",
    [TLP_AMBER] = "TLP:AMBER", [TLP_RED] = "TLP:RED",     [TLP_AMBER_STRICT] = "TLP:AMBER+STRICT",
};

static int by_bytes(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* Sorted, each once, joined by commas. */
static rc tidy_compartments(struct ctx *c, struct str list, struct str *ret)
{
    struct str parts[LABEL_COMPARTMENTS_MAX], part;
    size_t count = 0;
    while (str_split(&list, ',', &part)) {
        if (count == LABEL_COMPARTMENTS_MAX)
            FAIL(c, INVALID, "a label has at most %d compartments", LABEL_COMPARTMENTS_MAX);
        if (part.len > LABEL_COMPARTMENT_CHARS_MAX || !text_form_slug.check(part))
            FAIL(c, INVALID, "\"%.*s\" is not the name of a compartment", STR_ARG(part));
        parts[count++] = part;
    }
    qsort(parts, count, sizeof parts[0], by_bytes);
    struct text out;
    text_init(&out, c, 1024);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && str_eq(parts[i], parts[i - 1]))
            continue;
        if (i > 0)
            text_put_char(&out, ',');
        text_put(&out, parts[i]);
    }
    return text_done(&out, ret);
}

rc label_parse(struct ctx *c, struct str text, struct label *ret)
{
    struct label label = {TLP_NONE, {NULL, 0}};
    struct str rest = text, marking = {NULL, 0};
    str_split(&rest, '/', &marking);
    for (enum tlp tlp = TLP_CLEAR; tlp <= TLP_RED; tlp++)
        if (str_is(marking, tlp_names[tlp]))
            label.tlp = tlp;
    if (label.tlp == TLP_NONE)
        FAIL(c, INVALID,
             "a label begins with TLP:CLEAR, TLP:GREEN, TLP:AMBER, TLP:AMBER+STRICT or "
             "TLP:RED");
    if (!str_absent(rest))
        TRY(tidy_compartments(c, rest, &label.compartments));
    *ret = label;
    return OK;
}

void label_put(struct text *out, struct label label)
{
    if (label.tlp == TLP_NONE)
        return;
    text_put(out, str_from(tlp_names[label.tlp]));
    if (label.compartments.len) {
        text_put_char(out, '/');
        text_put(out, label.compartments);
    }
}

static bool has_compartment(struct str list, struct str name)
{
    struct str part;
    while (str_split(&list, ',', &part))
        if (str_eq(part, name))
            return true;
    return false;
}

bool label_readable(struct label label, struct clearance reader)
{
    if (label.tlp == TLP_NONE || label.tlp > reader.tlp)
        return false;
    struct str rest = label.compartments, part;
    while (rest.len && str_split(&rest, ',', &part))
        if (!has_compartment(reader.compartments, part))
            return false;
    return true;
}

bool label_restricted(struct label label)
{
    return label.tlp > TLP_AMBER || label.compartments.len > 0;
}

rc label_join(struct ctx *c, struct label a, struct label b, struct label *ret)
{
    struct label joined = {a.tlp > b.tlp ? a.tlp : b.tlp, a.compartments};
    if (a.tlp == TLP_NONE || b.tlp == TLP_NONE)
        joined = (struct label){TLP_NONE, {NULL, 0}};
    else if (a.compartments.len == 0)
        joined.compartments = b.compartments;
    else if (b.compartments.len > 0) {
        struct str both;
        TRY(str_format(c, &both, "%.*s,%.*s", STR_ARG(a.compartments), STR_ARG(b.compartments)));
        TRY(tidy_compartments(c, both, &joined.compartments));
    }
    *ret = joined;
    return OK;
}
