/* YAML as a small tree with line numbers: what rule files need of YAML and nothing more. Anchors
 * are followed, but what they unfold to is counted, so that a few lines cannot become a billion
 * nodes. Tags of one's own, merge keys, complex keys and duplicate keys are refused. */
#ifndef ENGINE_SIGMA_YAML_H
#define ENGINE_SIGMA_YAML_H

#include "base/ctx.h"

enum {
    YAML_DEPTH_MAX = 32,
    YAML_WEIGHT_MAX = 200000, /* nodes of one file, aliases unfolded */
    YAML_BYTES_MAX = 4 << 20,
};

enum yaml_kind { YAML_SCALAR, YAML_LIST, YAML_MAP };

/* What a scalar means: YAML 1.2 core schema. A quoted scalar is always text. */
enum yaml_type { YAML_TEXT, YAML_NULL, YAML_BOOL, YAML_INT, YAML_FLOAT };

struct yaml {
    enum yaml_kind kind;
    unsigned line;            /* from 1 */
    struct str key;           /* of a map's member */
    struct str text;          /* of a scalar */
    bool plain;               /* written without quotes or tag */
    size_t count, weight;     /* children; nodes of the whole subtree */
    const struct yaml *first; /* child */
    const struct yaml *next;  /* sibling, or the next document */
};

/* The documents of a text. On MALFORMED *ret_line is the line of the error and *ret_first has the
 * documents before it; both are set in any case. Everything lives in the arena of c. */
rc yaml_read(struct ctx *c, struct str text, const struct yaml **ret_first, unsigned *ret_line);

/* A member of a map by key, or NULL; also NULL when `map` is NULL or no map. */
const struct yaml *yaml_member(const struct yaml *map, const char *key);

/* What a node is; anything but a plain scalar is YAML_TEXT. */
enum yaml_type yaml_type(const struct yaml *node);

/* The value of a scalar of type YAML_INT (decimal, 0x, 0o) when it fits, else false. */
bool yaml_int(const struct yaml *node, int64_t *ret);

/* The value of a scalar of type YAML_BOOL. */
bool yaml_true(const struct yaml *node);

#define YAML_EACH(child, node) \
    for (const struct yaml *child = (node) ? (node)->first : NULL; child; child = child->next)

#endif
