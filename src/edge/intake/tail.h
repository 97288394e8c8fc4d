/* What the two files that follow a file have from each other. */
#ifndef EDGE_INTAKE_TAIL_H
#define EDGE_INTAKE_TAIL_H

#include "edge/intake/carrier.h"

enum { TAIL_HEAD = 512 };
struct tail {
    struct port *port;
    struct speaker speaker;
    const char *folder, *name;
    int fd, watch;
    struct event *watch_event;
    struct ear_stream *stream;
    struct listener_place place; /* of the open file, up to the last frame */
    int64_t base;                /* where the stream began */
    int64_t read;                /* bytes that were read */
    bool giving;                 /* the stream has not read all of `gift` */
    bool ending;                 /* the gift is the last of this file */
    bool ended;                  /* the file of `place` is read to its end, and closed */
    bool truncated;              /* what follows is the same file from its start */
    struct mono quiet_since;     /* another file has come, and since then nothing to this one */
    unsigned char head[TAIL_HEAD], hash[32];
    size_t gift_len;
    char gift[GIFT_BYTES];
};

/* The file that follows the open one (or the stored place, when none is open): `ret_path` absent
 * when there is none yet. */
rc tail_next_file(struct ctx *c, const struct tail *tail, struct str *ret_path);
/* Is it the one that the place is about? */
bool tail_is_placed(const struct listener_place *place, int fd);
/* Put identity and beginning of an open file into a place, offset 0. */
void tail_begin_place(struct listener_place *place, int fd);

#endif
