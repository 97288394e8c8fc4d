/* What the files of this folder have from each other. */
#ifndef ADAPTER_ONVIF_OWN_H
#define ADAPTER_ONVIF_OWN_H

#include "adapter/kit/signal.h"

#include <libxml/tree.h>

/* The first element in the body of a SOAP envelope; NULL when it is none or empty. */
const xmlNode *onvif_body(const xmlDoc *doc);

/* What a topic means. */
struct onvif_topic {
    const char *topic; /* its end, without the prefixes of name spaces */
    const char *item;  /* the item of its data that says whether it stands; NULL: it is momentary */
    enum signal_kind kind;
    enum signal_priority priority;
    const char *text;
};

/* The meaning of a topic whose prefixes are taken off; NULL: not known. */
const struct onvif_topic *onvif_topic_find(struct str topic);

#endif
