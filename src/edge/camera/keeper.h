/* The keeper: a small process that starts eyes. A server that has closed its sandbox behind it can
 * start no program any more; the keeper is started before that, has no key and reads nothing but
 * the server's orders. It says which eye has ended, and how.
 *
 *     server ──order──▶ keeper ──fork, exec──▶ eye
 *        ▲                 │                    │
 *        └──────news───────┘                    │
 *        └──────────────packets (talk.h)────────┘
 *
 * When the server is gone, the keeper ends all eyes and itself. */
#ifndef EDGE_CAMERA_KEEPER_H
#define EDGE_CAMERA_KEEPER_H

#include "base/ctx.h"

/* What the program is called with to become one of them; their socket is KEEPER_FD. */
#define KEEPER_ROLE "--camera-keeper"
#define EYE_ROLE    "--camera-eye"
enum { KEEPER_FD = 3, KEEPER_EYES = 64 };

struct keeper {
    int fd; /* -1: there is none */
    int pid;
};

/* Start the keeper: the program at `path` in its role. Stopping ends all eyes, too. */
rc keeper_start(struct ctx *c, const char *path, struct keeper *ret);
void keeper_stop(struct keeper *keeper);

/* Start an eye with this number and this socket, which is the eye's from here on; end it. */
rc keeper_begin(struct ctx *c, const struct keeper *keeper, uint32_t number, int socket);
rc keeper_end(struct ctx *c, const struct keeper *keeper, uint32_t number);

/* What has ended, and how (as of waitpid). False when there is no news; gone: the keeper itself is.
 */
struct keeper_news {
    uint32_t number;
    int32_t status;
};
bool keeper_take(const struct keeper *keeper, struct keeper_news *ret, bool *ret_gone);

/* Be the keeper, until the server is gone. Gives the process's exit status. */
int keeper_run(int fd);

#endif
