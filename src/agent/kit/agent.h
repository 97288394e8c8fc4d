/* An agent: this program again, in a process of its own that has one socket and nothing else of
 * ours: no key, no file, no environment. What is dangerous to do beside the keys is done there.
 *
 *     server ──agent_start──▶ program ROLE      one pair of sockets between them: packet.h
 *        └────agent_end────── the socket closes; the agent sees it, and ends by itself
 *
 * A new one is a folder beside this one, a role that src/main/agents.c knows, and its sandbox. */
#ifndef AGENT_KIT_AGENT_H
#define AGENT_KIT_AGENT_H

#include "base/ctx.h"

#include <sys/types.h>

/* The descriptor of its socket in the new process. */
enum { AGENT_FD = 3 };

/* An agent as its server knows it. */
struct agent {
    int fd; /* -1: there is none */
    pid_t pid;
};

/* Start the program at `path` with `role` as its only argument, and keep one end of a pair of
 * sockets to it. IO, naming the role. */
rc agent_start(struct ctx *c, const char *path, const char *role, struct agent *ret);

/* Close its socket, wait until it has ended, and forget it. Without one: nothing. */
void agent_end(struct agent *agent);

/* A pair of sockets for packets, closed on exec. */
rc agent_pair(struct ctx *c, int ret[2]);

/* Only start it, with one end of such a pair, which stays the caller's too: in a session of its own
 * (Ctrl-C is the server's to hear), with no signal blocked and an empty environment, for what
 * stands in ours may be a database's password. */
rc agent_spawn(struct ctx *c, const char *path, const char *role, int socket, pid_t *ret);

/* The first call of an agent: its socket goes to no program that it starts. */
void agent_begin(int fd);

#endif
