/* Matching one event: its values laid out by field, and the atoms, items and expressions over them.
 */
#ifndef ENGINE_SIGMA_MATCH_H
#define ENGINE_SIGMA_MATCH_H

#include "engine/sigma/index.h"

/* A value of the event, with what was found out about it so far. */
struct cell {
    const struct sigma_value *value;
    struct str folded; /* ptr NULL: not folded yet */
    uint32_t next;     /* of the same field; cells count from 1 */
    uint64_t key;      /* in the index; 0: not known yet */
};

struct slot {
    uint32_t stamp, first;
};

struct sigma_matcher {
    const struct sigma_set *set;
    struct arena *arena; /* emptied for every event */
    uint32_t stamp;
    struct slot *slots; /* by field */
    size_t slot_count;
    uint32_t *tried; /* by rule: the stamp of the event it was last tried on */
    uint32_t *found; /* the rules that match */
    size_t found_count;
    uint64_t has; /* bits of the event's whole values, as far as a shelf asks for them */
    struct cell *cells;
    size_t cell_count, cell_room;
    void *regex_data, *regex_limits;
    uint64_t regex_given_up; /* patterns that ran into the limits */
    uint64_t *cost;          /* by rule: how often it was tried */
};

/* Lay the event out; the event must outlive the use of the functions below. */
rc matcher_load(struct ctx *c, struct sigma_matcher *m, const struct sigma_event *event);

/* The first cell of a field, or NULL; and the next of the same field. */
struct cell *matcher_first(const struct sigma_matcher *m, uint32_t field);
struct cell *matcher_next(const struct sigma_matcher *m, const struct cell *cell);

bool match_expr(struct sigma_matcher *m, const struct expr *expr);
bool match_item(struct sigma_matcher *m, const struct item *item);
bool compare_numbers(enum compare compare, double a, double b);

/* A number written in a value; false when it is none. */
bool value_number(const struct sigma_value *value, double *ret);

/* date.c: a part of a date as it is written, without a change of zone. */
bool date_part(struct str text, bool number, enum date_part part, double *ret);

#endif
