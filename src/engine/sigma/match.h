/* Matching one event: its values laid out by field, and the atoms, items and expressions over them.
 */
#ifndef ENGINE_SIGMA_MATCH_H
#define ENGINE_SIGMA_MATCH_H

#include "engine/sigma/index.h"

/* What a rule has cost. */
struct meter {
    uint64_t looked;
    int64_t us; /* on the events that are timed */
};

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
    uint64_t regex_given_up;   /* patterns that ran into the limits */
    const struct clock *clock; /* NULL: the present event is not timed */
    struct meter *meters;      /* by rule */
};

/* Lay the event out; the event must outlive the use of the functions below. */
rc matcher_load(struct ctx *c, struct sigma_matcher *m, const struct sigma_event *event);

/* The first cell of a field, or NULL; and the next of the same field. */
struct cell *matcher_first(const struct sigma_matcher *m, uint32_t field);
struct cell *matcher_next(const struct sigma_matcher *m, const struct cell *cell);

/* Around what is done for a rule. */
static inline int64_t meter_begin(const struct sigma_matcher *m)
{
    return m->clock ? m->clock->mono(m->clock).us : 0;
}
static inline void meter_end(struct sigma_matcher *m, uint32_t rule, int64_t began_us)
{
    if (m->clock)
        m->meters[rule].us += m->clock->mono(m->clock).us - began_us;
}
/* What was done within, and is not of the rule. */
static inline void meter_leave_out(struct sigma_matcher *m, uint32_t rule, int64_t began_us)
{
    if (m->clock)
        m->meters[rule].us -= m->clock->mono(m->clock).us - began_us;
}

bool match_expr(struct sigma_matcher *m, const struct expr *expr);
bool match_item(struct sigma_matcher *m, const struct item *item);
bool compare_numbers(enum compare compare, double a, double b);

/* A number written in a value; false when it is none. */
bool value_number(const struct sigma_value *value, double *ret);

/* date.c: a part of a date as it is written, without a change of zone. */
bool date_part(struct str text, bool number, enum date_part part, double *ret);

#endif
