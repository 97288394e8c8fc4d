/* What an outlet is given, and how it answers. It runs in a process of its own, without keys: it
 * knows the message, the one outlet, and nothing else of the mission. */
#ifndef OUTLET_KIT_JOB_H
#define OUTLET_KIT_JOB_H

#include "frame/delivery/delivery.h"

struct calls;

#define OUTLET_JOB_FIELDS(F, T)                                       \
    F(T, record, delivery, delivery, REQUIRED, 0, 0, "what is to go") \
    F(T, record, outlet, outlet, REQUIRED, 0, 0, "by which outlet")
SHAPE_DECLARE(outlet_job, OUTLET_JOB_FIELDS);

struct outlet_run {
    const struct calls *calls;
    const struct delivery *delivery;
    const struct outlet *outlet;
    struct str document; /* its bytes; absent: none */
    void *arg;
    /* Say what has come of it, more than once if it goes on. */
    void (*tell)(void *arg, enum delivery_verdict verdict, struct str why, struct str peer);
    /* Wait; false: the server is gone, end. */
    bool (*rest)(void *arg, int ms);
};

/* A kind of outlet: deliver, and tell. A failure it returns is told by its code (outlet_verdict)
 * and its message. */
typedef rc outlet_send(struct ctx *c, const struct outlet_run *run);

/* INVALID, FORBIDDEN, NOT_FOUND, TOO_LARGE, UNSUPPORTED, GONE: refused for good. Anything else may
 * be well later. */
enum delivery_verdict outlet_verdict(rc result);

/* "TLP:GREEN" */
rc outlet_label(struct ctx *c, struct label label, struct str *ret);

#endif
