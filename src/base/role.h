/* This program again, in a part of its own: a process with one socket and nothing else of ours. */
#ifndef BASE_ROLE_H
#define BASE_ROLE_H

#include <sys/types.h>

/* The descriptor of that socket in the new process. */
enum { ROLE_FD = 3 };

/* Start the program at `path` with `role` as its only argument, in a session of its own (Ctrl-C is
 * the server's to hear), with no signal blocked and an empty environment: what stands in ours may
 * be a database's password. Gives 0, or an error of errno.h. */
int role_start(const char *path, const char *role, int socket, pid_t *ret);

#endif
