/* One frame on its way through the receiver; between dc09.c and signals.c. */
#ifndef ADAPTER_DC09_WORK_H
#define ADAPTER_DC09_WORK_H

#include "adapter/dc09/account.h"
#include "adapter/dc09/block.h"
#include "adapter/dc09/frame.h"

struct dc09_work {
    struct ctx *c;
    struct adapter_state *state;
    const struct adapter_input *in;
    struct adapter_output *out;
    struct dc09_frame frame;
    struct dc09_account_state *account;
    struct dc09_sighting sighting;
    struct str raw, source;
    size_t used;
};

/* The signal of event `index` of the block; and of a poll. */
rc dc09_emit_event(struct dc09_work *w, const struct dc09_block *block, size_t index, bool cid);
rc dc09_emit_poll(struct dc09_work *w);

#endif
