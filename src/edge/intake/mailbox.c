/* What other threads may do to the receiver: put an answered batch into its mailbox, and ring. */
#include "edge/intake/receiver_own.h"

#include <unistd.h>

void receiver_ring(struct receiver *r)
{
    uint64_t one = 1;
    ssize_t written = write(r->wake_fd, &one, sizeof one);
    (void)written; /* it fails only when it rings already */
}

void receiver_post(struct receiver *r, struct batch *batch)
{
    pthread_mutex_lock(&r->mutex);
    batch->next_done = NULL;
    *r->done_last = batch;
    r->done_last = &batch->next_done;
    pthread_mutex_unlock(&r->mutex);
    receiver_ring(r);
}

void receiver_flush_soon(struct receiver *r)
{
    event_active(r->flush, EV_TIMEOUT, 0);
}
