/* The camera desk: the server's side of the cameras. It has an eye started for each camera that is
 * not switched off, hands on what the eyes say as signals of the camera's source, asks for pictures
 * when an alarm wants one, and says so when an eye has ended.
 *
 * One thread. What an eye says is believed of its own camera only: source, address and code system
 * are set here. */
#ifndef EDGE_CAMERA_DESK_H
#define EDGE_CAMERA_DESK_H

#include "core/core.h"

struct desk;

struct desk_options {
    struct core *core;
    const struct clock *clock;
    const char *program; /* what is started in the roles of warden and eye */
};

/* Start the warden and read which cameras there are. To be called before the sandbox is entered. */
rc desk_open(struct ctx *c, const struct desk_options *options, struct desk **ret);

/* Call the cameras, on a thread of its own. */
rc desk_start(struct ctx *c, struct desk *desk);

/* Call them no more: while the writer runs. Closing: after the writer has ended. NULL is fine. */
void desk_stop(struct desk *desk);
void desk_close(struct desk *desk);

#endif
