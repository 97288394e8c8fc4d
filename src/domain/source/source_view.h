/* The bodies that the pages of this domain give. Counts by state or condition are free JSON: an
 * object with a number for each of its names. */
#ifndef DOMAIN_SOURCE_SOURCE_VIEW_H
#define DOMAIN_SOURCE_SOURCE_VIEW_H

#include "domain/source/source_own.h"

#define SOURCE_NOW_FIELDS(F, T)                                      \
    F(T, record, source, source, REQUIRED, 0, 0, "what was set")     \
    F(T, record, source_state, state, REQUIRED, 0, 0, "how it does") \
    F(T, record, source_pulse, pulse, REQUIRED, 0, 0, "its running counts")
SHAPE_DECLARE(source_now, SOURCE_NOW_FIELDS);

#define SOURCE_PAGE_FIELDS(F, T) \
    SOURCE_NOW_FIELDS(F, T)      \
    F(T, list, gap, gaps, 0, 0, 0, "its latest times without coverage")
SHAPE_DECLARE(source_page, SOURCE_PAGE_FIELDS);

#endif
