/* What taxonomy.c (one event) and taxonomy_list.c (all that there can be) have from each other. */
#ifndef DOMAIN_TRIPWIRE_TAXONOMY_OWN_H
#define DOMAIN_TRIPWIRE_TAXONOMY_OWN_H

#include "domain/tripwire/tripwire_own.h"

enum { TAXONOMY_HOPS = 2, TAXONOMY_NESTING_MAX = 6 };

/* Events that are spoken of under another category than their noun: rules are written for what
 * happened, not for the part of Chancery that was told. */
struct translation {
    const char *event;
    const char *field, *value; /* only where this choice has this value, in the body or else in the
                                  record that the event is of; NULL: always */
    const char *category;
    const char *name, *says; /* a field that it adds; NULL: none */
    const char *known_as;    /* the record's id is a field of this name as well; NULL: it is not */
};

extern const struct translation translations[];
extern const size_t translation_count;

/* Fields that every event has by the clock on the mission's wall. */
enum { TAXONOMY_LOCAL_COUNT = 3 };
extern const char *const taxonomy_local[TAXONOMY_LOCAL_COUNT];

/* Noun and verb of the name of a kind. */
void taxonomy_split_name(const char *kind, struct str *ret_noun, struct str *ret_verb);

/* Is the field one that rules may name? */
bool taxonomy_is_offered(const struct shape_field *field);

/* Does the field name a record, and of what noun? NULL: none. */
const char *taxonomy_noun_of(const struct catalog *catalog, const struct shape_field *field);

/* The list of items that the body is, NULL when it is none; and what the fields are of: the body,
 * or, where that is a list of items, an item. */
const struct shape_field *taxonomy_items_of(const struct event_kind *kind);
const struct shape *taxonomy_shape_of(const struct event_kind *kind);

#endif
