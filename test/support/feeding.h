/* Bytes through an adapter, for tests: give, then look at what came. */
#ifndef TEST_SUPPORT_FEEDING_H
#define TEST_SUPPORT_FEEDING_H

#include "adapter/kit/adapter.h"

/* All that came since the last feeding_give or feeding_give_at, in the arena of c. */
struct feeding {
    struct ctx c;
    struct clock_manual clock;
    struct intake *intake;
    struct stream *stream;
    struct signal *signals;
    size_t signal_count, frames, bad;
    struct str reply;  /* of the last item that had one */
    struct str source; /* of the last frame */
    const char *why;   /* of the last bad item */
    struct str peer;   /* that datagrams come from; 192.0.2.99 at first */
    bool discard;      /* keep no signals, only count: for large inputs */
};

/* At 2026-11-22T03:00:00Z. `options` is JSON. A test fails when it is not good. */
void feeding_open(struct feeding *f, const struct adapter *adapter, const char *options);
void feeding_close(struct feeding *f);

/* Give bytes as a part of a stream, or the last of it, or one datagram. */
enum feeding_as { FEEDING_PART, FEEDING_LAST, FEEDING_DATAGRAM };
void feeding_give(struct feeding *f, enum feeding_as as, struct str bytes);

/* The file's content, for real data beside the checkout; absent when it is not there. */
struct str feeding_file(struct feeding *f, const char *path);

#endif
