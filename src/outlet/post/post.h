/* The post: gives what is wanted to the outlets and writes down what comes of it.
 *
 *     ledger ──follower──▶ post ──a file in memory──▶ agent ──fork──▶ one message ──▶ the world
 *        ▲                  │                            │
 *        └────commands──────┴────────answers─────────────┘
 *
 * What is to be sent is a state of the picture, not a list in memory: a restart forgets nothing.
 * That a message is given to its outlet is committed before it leaves; one of which that is known
 * and nothing more, after a crash, is sent again under the same id. */
#ifndef OUTLET_POST_POST_H
#define OUTLET_POST_POST_H

#include "core/core.h"

struct post_options {
    struct core *core;
    const struct clock *clock;
    const char *program; /* started in the role of the agent; NULL: `fd` leads to one */
    int fd;              /* for tests */
};

struct post;

/* Between core_open and core_start, before the sandbox is entered. */
rc post_open(struct ctx *c, const struct post_options *options, struct post **ret);

/* Read answers on a thread of its own; without it, post_step does. After core_start. */
rc post_start(struct ctx *c, struct post *post);
/* True when there was an answer. */
bool post_step(struct post *post);

/* Stop before the core is closed; what is under way is ended. */
void post_stop(struct post *post);
void post_close(struct post *post);

#endif
