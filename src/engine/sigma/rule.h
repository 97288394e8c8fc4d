/* What a rule is once it has been read: the inside of a rule set. Only the files of this folder
 * include it; others use engine/sigma/sigma.h. */
#ifndef ENGINE_SIGMA_RULE_H
#define ENGINE_SIGMA_RULE_H

#include "engine/sigma/names.h"
#include "engine/sigma/pattern.h"
#include "engine/sigma/sigma.h"
#include "engine/sigma/yaml.h"

enum {
    FIELD_KEYWORD = 0, /* the id of "any value"; real fields follow */
    RULES_MAX = 100000,
    REFS_MAX = 64, /* rules that one correlation names */
    STATES_MAX = 16,
    TEMPORAL_MAX = 32, /* of them in temporal types: one bit each */
    GROUP_MAX = 8,     /* group-by fields */
    CONDITION_DEPTH_MAX = 64,
    KEYS_DEFAULT = 1000000, /* live keys a correlation */
    KEY_EVENTS_DEFAULT = 4096,
    KEY_EVENTS_MAX = 2097152,
};

/* ---- detections ------------------------------------------------------------------------------ */

enum atom_kind {
    ATOM_PATTERN,
    ATOM_NUMBER,
    ATOM_NULL,    /* absent, or null */
    ATOM_EXISTS,  /* the key is there (`flag` true) or is not */
    ATOM_COMPARE, /* number against the field, or against a part of its date */
    ATOM_CIDR,
    ATOM_REGEX,
    ATOM_FIELD, /* another field's value */
    ATOM_NEVER, /* a placeholder without a list */
};

enum compare { COMPARE_EQ, COMPARE_LT, COMPARE_LTE, COMPARE_GT, COMPARE_GTE, COMPARE_NEQ };
enum date_part { DATE_NONE, DATE_MINUTE, DATE_HOUR, DATE_DAY, DATE_WEEK, DATE_MONTH, DATE_YEAR };

struct atom {
    enum atom_kind kind;
    bool flag, cased;
    enum compare compare;
    enum date_part part;
    enum pattern_kind how; /* of ATOM_FIELD: IS, STARTS, ENDS or HAS */
    uint32_t field;        /* of ATOM_FIELD */
    unsigned prefix;       /* of ATOM_CIDR: bits of the IPv6 (or mapped IPv4) address */
    bool v6;
    unsigned char address[16];
    double number;
    struct pattern pattern; /* of ATOM_PATTERN; of ATOM_NUMBER the number as text */
    void *regex;            /* pcre2_code, owned by the set */
};

struct item {
    uint32_t field;
    bool all, negate;
    size_t count;
    const struct atom *atoms;
    struct str name; /* as written, with modifiers */
    unsigned line;
};

enum expr_kind { EXPR_AND, EXPR_OR, EXPR_NOT, EXPR_ITEM };

struct expr {
    enum expr_kind kind;
    size_t count;
    const struct expr **kids;
    const struct item *item;
    struct str name; /* of a search identifier */
};

/* One name under `detection`. */
struct selection {
    struct str name;
    const struct expr *expr;
};

/* ---- correlations ---------------------------------------------------------------------------- */

enum corr_type {
    CORR_EVENT_COUNT,
    CORR_VALUE_COUNT,
    CORR_VALUE_SUM,
    CORR_VALUE_AVG,
    CORR_VALUE_MIN,
    CORR_VALUE_MAX,
    CORR_VALUE_MEDIAN,
    CORR_VALUE_PERCENTILE,
    CORR_TEMPORAL,
    CORR_TEMPORAL_ORDERED,
};

struct bound {
    enum compare compare;
    double value;
};

enum { BOUNDS_MAX = 4, VALUE_FIELDS_MAX = 4 };

struct corr_ref {
    struct str name; /* as written */
    unsigned line;
    uint32_t rule;
    bool absent, between; /* the extension's roles; otherwise required */
    uint32_t group[GROUP_MAX];
};

struct corr {
    uint32_t rule;  /* its own number */
    uint32_t place; /* among the correlations of the set */
    enum corr_type type;
    size_t ref_count;
    struct corr_ref *refs;
    uint32_t required, absent, between; /* bits of refs, of temporal types */
    int64_t span_us;
    size_t group_count;
    struct str group[GROUP_MAX];
    size_t bound_count;
    struct bound bounds[BOUNDS_MAX];
    const struct yaml *aliases;
    const struct expr *condition; /* over refs: item NULL, count the ref's index */
    size_t value_count;
    uint32_t value[VALUE_FIELDS_MAX];
    double percentile;
    bool generate;
    bool at_close; /* decided when the window ends, because later events could undo it */
    bool valued;   /* its entries have values */
    double near_m; /* 0: anywhere */
    uint32_t near_lat, near_lon;
    uint32_t keys_max, key_events_max;
    bool evict; /* policy at keys_max: evict the oldest, or refuse new ones */
    bool has_parent, linked;
    unsigned level; /* 0 names only detections; above, one more than the highest it names */
};

/* ---- rules ----------------------------------------------------------------------------------- */

struct state_test {
    struct str name;
    uint32_t field; /* whose value names the thing; FIELD_KEYWORD: of the mission as a whole */
    bool negate, numeric;
    enum compare compare;
    double number;
};

struct logsource {
    uint32_t product, category, service; /* 0: not named */
};

struct rule {
    struct sigma_rule about; /* what others see */
    uint32_t number;
    struct logsource logsource;
    const struct expr *expr; /* of a detection */
    struct corr *corr;       /* of a correlation */
    bool referenced;         /* by a correlation that does not generate */
    size_t state_count;
    const struct state_test *states;
    double near_m; /* of a detection: within metres of a fixed place */
    uint32_t near_lat, near_lon;
    double place_lat, place_lon;
    size_t parent_count;
    uint32_t *parents; /* correlations that name it */
    uint64_t digest;   /* of the text it was read from, for saved state */
};

struct filter {
    struct str title;
    struct str file;
    unsigned line;
    struct logsource logsource;
    const struct yaml *rules;
    const struct expr *expr;
};

struct index;

struct sigma_set {
    struct arena *arena;
    struct sigma_options options;
    struct names fields, sources;
    struct rule **rules;
    size_t rule_count, rule_room;
    struct filter *filters;
    size_t filter_count, filter_room;
    struct sigma_error *errors;
    size_t error_count, error_room;
    struct corr **corrs; /* by level, then rule number */
    size_t corr_count;
    uint32_t *carry; /* fields that correlations of correlations need of an event */
    size_t carry_count;
    void **regexes;
    size_t regex_count, regex_room;
    struct index *index;
    bool sealed;
};

/* A document being read. `line` is where a failure was seen. */
struct reading {
    struct ctx *c; /* its arena is the set's */
    struct sigma_set *set;
    struct str file;
    unsigned line;
    const struct yaml *doc;
    struct selection *selections;
    size_t selection_count;
};

/* Raise INVALID at a node. */
#define REFUSE(r, node, ...)                \
    do {                                    \
        (r)->line = (node)->line;           \
        FAIL((r)->c, INVALID, __VA_ARGS__); \
    } while (0)

/* detect.c: the search identifiers, without the keys in `skip`, as the reading's selections. */
rc detect_read_all(struct reading *r, const struct yaml *detection, const char *const skip[]);

/* modifier.c: a field with modifiers and its value or values as an item. */
rc item_read(struct reading *r, struct str key, const struct yaml *node, const struct yaml *values,
             const struct expr **ret);

/* atom.c: make and compile what needs a library. */
rc atom_make_cidr(struct reading *r, const struct yaml *node, struct atom *ret);
rc atom_make_regex(struct reading *r, const struct yaml *node, struct str text, uint32_t flags,
                   struct atom *ret);
void regex_free(void *regex);

/* condition.c: the condition over the reading's selections, or over a correlation's rules. */
rc condition_read(struct reading *r, const struct yaml *node, const struct expr **ret);
rc condition_join(struct reading *r, enum expr_kind kind, size_t count, const struct expr **kids,
                  const struct expr **ret);

/* correlation.c, extension.c: the two other sections. */
rc correlation_read(struct reading *r, const struct yaml *node, struct rule *rule);
rc correlation_put_ref(struct reading *r, struct corr *corr, const struct corr_ref *ref);
rc correlation_alias(struct reading *r, struct corr *corr); /* once its rules are known */
rc extension_read(struct reading *r, const struct yaml *node, struct rule *rule);

/* meta.c: the fields that say about a rule. */
rc meta_read(struct reading *r, struct rule *rule);

/* relax.c: copies that ask for less, once all is joined and before what follows from that. */
rc set_relax(struct ctx *c, struct sigma_set *set);

/* set.c, link.c */
rc set_note_error(struct sigma_set *set, struct ctx *c, struct str file, unsigned line);
rc set_link(struct ctx *c, struct sigma_set *set);
rc read_number(struct reading *r, const struct yaml *node, double *ret);
rc read_timespan(struct reading *r, const struct yaml *node, int64_t *ret_us);

#endif
