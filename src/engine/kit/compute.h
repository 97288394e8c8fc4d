/* An engine as a Unix tool: JSON in, JSON out. An engine registers a row: its name, the fields that
 * it takes and gives, an example that runs, and one function. From the row come the check of the
 * input, the help and the tests; the function sees nothing that its fields do not allow.
 *
 *     static const struct compute_field blast_in[] = {
 *         {"mass_kg", COMPUTE_NUMBER, REQUIRED_FIELD, .least = 0.1, .most = 1e5,
 *          .help = "TNT equivalent"},
 *         {0}};
 *
 * Numbers are SI unless the name says otherwise. A member that is null is absent. */
#ifndef ENGINE_KIT_COMPUTE_H
#define ENGINE_KIT_COMPUTE_H

#include "base/text.h"

/* ---- what is read ---------------------------------------------------------------------------- */

enum datum_kind { DATUM_FLAG, DATUM_NUMBER, DATUM_TEXT, DATUM_LIST, DATUM_OBJECT };

/* A value of JSON. Members that were null are not among the items of an object. */
struct datum {
    enum datum_kind kind;
    bool flag;
    double number;
    struct str name; /* of a member */
    struct str text; /* of a text: what it says; of anything else: as it is written */
    size_t count;
    struct datum *items;
};

enum { DATUM_ITEMS_MAX = 1000000 };

/* Read one value, to the end of the text. MALFORMED with the byte; a member that is there twice is
 * MALFORMED too, more than DATUM_ITEMS_MAX values are TOO_LARGE. */
rc datum_read(struct ctx *c, struct str json, struct datum *ret);

/* A member of an object; NULL when it is absent. */
const struct datum *datum_member(const struct datum *object, const char *name);

/* The value of a member, or what it is when absent. For members that were checked. */
double datum_number(const struct datum *object, const char *name, double otherwise);
int64_t datum_integer(const struct datum *object, const char *name, int64_t otherwise);
struct str datum_text(const struct datum *object, const char *name);

/* ---- what an engine takes and gives ---------------------------------------------------------- */

enum compute_kind {
    COMPUTE_NUMBER,  /* least and most bound it, when they differ */
    COMPUTE_INTEGER, /* the same; within 2^53, where every reader of JSON is exact */
    COMPUTE_FLAG,
    COMPUTE_TEXT,   /* most: characters, 0 is 100,000 */
    COMPUTE_OBJECT, /* of these fields */
    COMPUTE_ANY     /* the engine reads it itself */
};

enum compute_flag {
    REQUIRED_FIELD = 1,
    LISTED = 2, /* a list of such values; items_most bounds it, 0 is 100,000 */
};

struct compute_field {
    const char *name;
    enum compute_kind kind;
    unsigned flags;
    double least, most;
    size_t items_most;
    const struct compute_field *fields;
    const char *help;
};

struct compute {
    const char *name, *help;
    const struct compute_field *input, *output; /* each ends with a row of zeros */
    bool foreign; /* the format allows members beside those: they are passed over */
    const char *example;
    rc (*run)(struct ctx *c, const struct datum *input, struct text *out);
};

/* Does the value have these fields, and, unless `foreign`, no others? INVALID with the pointer and
 * the rule: required, unknown, type, range, integer, max_items, max_chars. */
rc compute_check(struct ctx *c, const struct compute_field *fields, bool foreign,
                 const struct datum *value);

/* Read, check and run; the answer is one line without its newline. */
rc compute_run(struct ctx *c, const struct compute *compute, struct str json, struct text *out);

#endif
