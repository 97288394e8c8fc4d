/* A record from names and values: flags of the command line, or parameters of an HTTP request. */
#ifndef SHAPE_SHAPE_FLAGS_H
#define SHAPE_SHAPE_FLAGS_H

#include "shape/shape.h"

/* A parameter, both halves URL-decoded. */
struct shape_pair {
    struct str name, value;
};

/* Fill a record from parameters, as shape_read does from input and with its faults (the pointer
 * names the parameter). The name of a nested record's field is "address.city".
 *
 *   text, id, ref, time, choice, label, bytes   as in JSON, without quotes
 *   i64, opt_i64, bp, ms                        digits
 *   flag                                        true or false
 *   place                                       60.1699,24.9384
 *   money                                       1250 EUR (minor units)
 *   texts, refs                                 given once for each
 *   record, list, json                          JSON
 *
 * An empty value says absent, except within a list of texts. */
rc shape_query(struct ctx *c, const struct shape *shape, size_t count,
               const struct shape_pair *pairs, void *record);

/* The same from the arguments of a command: `--hold-ms 500`, `--hold-ms=500`, `--address.city X`;
 * of a flag `--locked` and `--no-locked`. A dash stands for the underscore of a name. The fault's
 * message names the flag as it is written; its rule "flag" means an argument that is none, or one
 * without its value. */
rc shape_flags(struct ctx *c, const struct shape *shape, size_t count, char *const *arguments,
               void *record);

/* What the flags are, one a line and a half: name, kind, bounds, help. SYSTEM fields are not among
 * them. */
void shape_flags_help(struct text *out, const struct shape *shape);

#endif
