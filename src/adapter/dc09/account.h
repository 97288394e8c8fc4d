/* What the receiver remembers of each account: its key, and the reports seen lately. */
#ifndef ADAPTER_DC09_ACCOUNT_H
#define ADAPTER_DC09_ACCOUNT_H

#include "adapter/dc09/dc09.h"
#include "adapter/dc09/frame.h"

enum { DC09_RECENT = 16, DC09_UNLISTED_MAX = 1024 };

/* A report seen: its sequence number, what it said, and the moment that names it. */
struct dc09_seen {
    int sequence;
    uint64_t digest;
    struct wall first, name;
    int missing; /* before it */
};

struct dc09_account_state {
    char account[17], line[8];
    struct dc09_key key;
    bool listed, plain_too, time_required;
    int last_sequence; /* -1: none yet */
    struct wall used;  /* when it was last heard, to find the one to forget */
    struct dc09_seen seen[DC09_RECENT];
    size_t seen_count; /* ever; the ring holds the latest */
};

struct adapter_state {
    bool unlisted, any_time;
    int64_t past_us, future_us, repeat_us;
    struct wall began; /* when the first report was seen */
    struct dc09_account_state *listed;
    size_t listed_count;
    struct dc09_account_state *others; /* of those not listed, the latest */
    size_t other_count;
};

rc dc09_open(struct ctx *c, const void *options, struct adapter_opened *ret);
bool dc09_proves(const void *options);
void dc09_close(struct adapter_state *state);

/* Who that is, NULL: nobody we know. An account that is not listed is remembered when it may
 * report; the one not heard for longest is forgotten for it. */
struct dc09_account_state *dc09_account_find(struct adapter_state *state,
                                             const struct dc09_frame *frame, struct wall now);

/* Has this report been seen lately? Gives the moment by which it is named, the first one's own. */
struct dc09_sighting {
    bool repeat;
    bool young; /* the memory of reports is younger than a repeat may be: after a start */
    uint64_t digest;
    int missing; /* numbers jumped over before it, 0 for none */
    struct wall name;
};
struct dc09_sighting dc09_account_see(struct dc09_account_state *account, int64_t repeat_us,
                                      const struct dc09_frame *frame, uint64_t digest,
                                      struct wall now);

#endif
