/* The spawner: an agent that starts other agents. A server that has closed its sandbox behind it
 * can start no program any more; the spawner is started before that, has no key and reads nothing
 * but the server's orders. It says which agent has ended, and how.
 *
 *     server ──order──▶ spawner ──fork, exec──▶ agent
 *        ▲                 │                      │
 *        └──────news───────┘                      │
 *        └──────────────packets───────────────────┘
 *
 * When the server is gone, the spawner ends all agents and itself. */
#ifndef AGENT_SPAWNER_SPAWNER_H
#define AGENT_SPAWNER_SPAWNER_H

#include "agent/kit/agent.h"

#define SPAWNER_ROLE "--camera-spawner"
enum { SPAWNER_AGENTS = 64 };

/* Start an agent with this number and this socket, which is the agent's from here on; end it. IO:
 * the spawner is gone, or does not listen. */
rc spawner_begin(struct ctx *c, const struct agent *spawner, uint32_t number, int socket);
rc spawner_end(struct ctx *c, const struct agent *spawner, uint32_t number);

/* What has ended, and how (the status that waitpid gives). BUSY when there is no news; IO when the
 * spawner itself is gone. */
struct spawner_news {
    uint32_t number;
    int32_t status;
};
rc spawner_take(struct ctx *c, const struct agent *spawner, struct spawner_news *ret);

/* Be the spawner of agents in this role, until the server is gone. Gives the process's exit status.
 */
int spawner_run(int fd, const char *role);

#endif
