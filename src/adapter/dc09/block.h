/* The data block of a frame: events in SIA's format (DC-03) or Contact ID's (DC-05). */
#ifndef ADAPTER_DC09_BLOCK_H
#define ADAPTER_DC09_BLOCK_H

#include "adapter/dc09/meaning.h"

enum { DC09_EVENTS_MAX = 256 };

struct dc09_event {
    struct str code;   /* two letters, or three digits */
    char qualifier;    /* of Contact ID */
    struct str number; /* behind the code: zone, user or area, by its meaning */
    struct str name;   /* what the panel calls that number */
    struct str area, area_name, user, user_name;
    struct str clock; /* "12:34" or "12:34:56", the panel's own time of the event */
    struct str date;  /* "11-22-26" */
    struct str value, peripheral;
    struct str text;
    bool old; /* the panel says it is an event of earlier, sent now */
};

struct dc09_block {
    struct str account; /* inside the block; may differ from the frame's */
    struct dc09_event *events;
    size_t count;
    struct str unread; /* the first thing that was not understood, absent if none */
};

/* Both give what they understand and name the first that they do not. A block with more than
 * DC09_EVENTS_MAX events has the others unread. */
rc dc09_sia_block(struct ctx *c, struct str data, struct dc09_block *ret);
rc dc09_cid_block(struct ctx *c, struct str data, struct dc09_block *ret);

#endif
