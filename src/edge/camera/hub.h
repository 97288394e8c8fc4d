/* The camera hub: the server's side of the cameras. It has a probe started for each camera that is
 * not switched off, hands on what the probes say as signals of the camera's source, asks for images
 * when an alarm wants one, and says so when a probe has ended.
 *
 * One thread. What a probe says is believed of its own camera only: source, address and code system
 * are set here. */
#ifndef EDGE_CAMERA_HUB_H
#define EDGE_CAMERA_HUB_H

#include "core/core.h"

struct hub;

struct hub_options {
    struct core *core;
    const struct clock *clock;
    const char *program; /* what is started in the roles of spawner and probe */
};

/* Start the spawner and read which cameras there are. To be called before the sandbox is entered.
 */
rc hub_open(struct ctx *c, const struct hub_options *options, struct hub **ret);

/* Call the cameras, on a thread of its own. */
rc hub_start(struct ctx *c, struct hub *hub);

/* Call them no more: while the writer runs. Closing: after the writer has ended. NULL is fine. */
void hub_stop(struct hub *hub);
void hub_close(struct hub *hub);

#endif
