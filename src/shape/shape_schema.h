/* What a shape looks like, for others: as JSON Schema 2020-12 (which is what OpenAPI 3.1 is made
 * of), and as a plain table from which the console makes its lists and forms. */
#ifndef SHAPE_SHAPE_SCHEMA_H
#define SHAPE_SHAPE_SCHEMA_H

#include "shape/shape.h"

/* Shapes of which a document needs the schema, each once. Start with a zeroed one. */
struct shape_set {
    const struct shape **items;
    size_t count, room;
};

/* Add a shape and all that it carries; one that is there already stays where it is. Two different
 * shapes of one name are CONFLICT. */
rc shape_set_add(struct ctx *c, struct shape_set *set, const struct shape *shape);

/* The schema of one shape, as it stands under `components/schemas`. Nested shapes are references
 * to `#/components/schemas/NAME`. SYSTEM fields are readOnly and never required, SECRET ones are
 * writeOnly; what is both is left out. Names of our own begin with "x-". */
void shape_schema(struct text *out, const struct shape *shape);

/* {"NAME": schema, …} of all shapes of the set: the value of `components/schemas`. */
void shape_schemas(struct text *out, const struct shape_set *set);

/* The table as JSON: {"name", "version", "help", "fields": [{"name", "kind", "help", …}]}. A field
 * has, where it applies: "form", "rule", "pattern", "sample"; "choices" [{"name", "help"}];
 * "target" of a reference; "shape" of a nested record (of one that is inside itself the name
 * alone); "least", "most"; and true under "required", "indexed", "personal", "secret", "unique",
 * "system", "title". */
void shape_describe(struct text *out, const struct shape *shape);

/* The name of a kind as it is written in a field list ("opt_i64"). */
const char *shape_kind_name(enum shape_kind kind);

#endif
