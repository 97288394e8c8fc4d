/* The process of the outlets. It has no key and no file of the mission, and starts a process for
 * each message, which knows that message and its outlet only and ends with it: one that hangs, or
 * is taken over by what a server answers, holds up and knows nothing else. */
#ifndef OUTLET_POST_AGENT_H
#define OUTLET_POST_AGENT_H

#include "outlet/kit/call.h"

#define OUTLET_ROLE "--outlets"

enum { AGENT_JOBS = 16 };

struct agent_options {
    const struct calls *calls;
    const struct clock *clock;
    int fd;                       /* to the server */
    rc (*confine)(struct ctx *c); /* called in each of those processes; NULL: not */
};

/* Until the server is gone, or, in the process of a message, until that is done. Gives the exit
 * status of the process that returns. */
int agent_run(const struct agent_options *options);

#endif
