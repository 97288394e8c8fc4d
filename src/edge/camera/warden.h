/* The warden: a small process that starts eyes. A server that has closed its sandbox behind it can
 * start no program any more; the warden is started before that, has no key and reads nothing but
 * the server's orders. It says which eye has ended, and how.
 *
 *     server ──order──▶ warden ──fork, exec──▶ eye
 *        ▲                 │                    │
 *        └──────news───────┘                    │
 *        └──────────────packets (talk.h)────────┘
 *
 * When the server is gone, the warden ends all eyes and itself. */
#ifndef EDGE_CAMERA_WARDEN_H
#define EDGE_CAMERA_WARDEN_H

#include "base/ctx.h"
#include "base/role.h"

/* What the program is called with to become one of them; their socket is WARDEN_FD. */
#define WARDEN_ROLE "--camera-warden"
#define EYE_ROLE    "--camera-eye"
enum { WARDEN_FD = ROLE_FD, WARDEN_EYES = 64 };

struct warden {
    int fd; /* -1: there is none */
    int pid;
};

/* Start the warden: the program at `path` in its role. Stopping ends all eyes, too. */
rc warden_start(struct ctx *c, const char *path, struct warden *ret);
void warden_stop(struct warden *warden);

/* Start an eye with this number and this socket, which is the eye's from here on; end it. */
rc warden_begin(struct ctx *c, const struct warden *warden, uint32_t number, int socket);
rc warden_end(struct ctx *c, const struct warden *warden, uint32_t number);

/* What has ended, and how (as of waitpid). False when there is no news; gone: the warden itself is.
 */
struct warden_news {
    uint32_t number;
    int32_t status;
};
bool warden_take(const struct warden *warden, struct warden_news *ret, bool *ret_gone);

/* Be the warden, until the server is gone. Gives the process's exit status. */
int warden_run(int fd);

#endif
