/* Signals on their way to the writer. A port has its batches in order and one of them with the
 * writer, so that what a device says stays in its order; the next one fills meanwhile, and so
 * becomes the larger the more there is to do. Duress does not queue: each frame of it is a command
 * of its own in the alarm lane.
 *
 * A failure of ours (disk, database, load) keeps the batch, which is tried again; nothing is
 * acknowledged in between. A refusal takes the batch apart: frame by frame, so that only the one
 * that is refused is lost, and counted. */
#include "edge/intake/carrier.h"

#include "base/log.h"

#include <stdlib.h>

enum { AGAIN_MS = 100, AGAIN_MS_MAX = 5000, TRIES_MAX = 8 };

static const struct str intake_permissions[] = {{"signal.write", 12}, {"listener.write", 14}};

static struct actor intake_actor(void)
{
    return (struct actor){
        .id = STR("intake"),
        .permissions = {(struct str *)(void *)(uintptr_t)intake_permissions, 2},
        .clearance = {.tlp = TLP_RED},
    };
}

/* ---- making ---------------------------------------------------------------------------------- */

struct batch *batch_make(struct receiver *receiver, struct port *port)
{
    struct batch *batch = calloc(1, sizeof *batch);
    if (!batch)
        return NULL;
    batch->receiver = receiver;
    batch->port = port;
    batch->carrier = port->carrier;
    batch->c = (struct ctx){.arena = arena_open(BATCH_MEMORY), .clock = receiver->options.clock};
    if (batch->c.arena)
        return batch;
    free(batch);
    return NULL;
}

void batch_free(struct batch *batch)
{
    for (size_t i = 0; i < batch->frame_count; i++)
        if (batch->frames[i].held)
            batch->carrier->release(&batch->frames[i]);
    arena_close(batch->c.arena);
    free(batch);
}

static bool has_room(const struct batch *batch)
{
    return !batch->flying && batch->item_count < BATCH_ITEMS &&
           batch->frame_count < SIGNAL_BATCH_MAX && arena_used(batch->c.arena) < BATCH_BYTES;
}

static struct batch *filling(struct port *port)
{
    if (port->filling && has_room(port->filling))
        return port->filling;
    struct batch *batch = batch_make(port->receiver, port);
    if (!batch)
        return NULL;
    *port->last = batch;
    port->last = &batch->next;
    port->filling = batch;
    port->batch_count++;
    return batch;
}

bool batch_full(const struct port *port)
{
    bool room = port->filling && has_room(port->filling);
    return port->draining || port->deaf || (port->batch_count >= port->carrier->batches && !room);
}

static bool is_lane(const struct stream_item *item)
{
    for (size_t i = 0; i < item->out.count; i++)
        if (signal_is_lane(&item->out.signals[i]))
            return true;
    return false;
}

/* One without a place of its own, ahead of all others. */
static struct batch *lane(struct port *port)
{
    if (port->lane_count >= PORT_LANE_BATCHES)
        return NULL;
    struct batch *batch = batch_make(port->receiver, port);
    if (!batch)
        return NULL;
    batch->lane = true;
    batch->next = port->lanes;
    port->lanes = batch;
    port->lane_count++;
    return batch;
}

static rc copy_in(struct batch *batch, const struct stream_item *item, struct frame *frame)
{
    if (item->out.count > SIGNAL_BATCH_MAX - batch->item_count)
        FAIL(&batch->c, TOO_LARGE, "a frame of %zu signals", item->out.count);
    for (size_t i = 0; i < item->out.count; i++)
        TRY(shape_copy(&batch->c, &signal_shape, &item->out.signals[i],
                       &batch->items[batch->item_count + i]));
    TRY(str_copy(&batch->c, item->out.reply, &frame->reply));
    frame->end = batch->item_count + item->out.count;
    return OK;
}

/* A line that says nothing goes with the one before it. */
static void move_place(struct batch *batch, const struct listener_place *place)
{
    struct frame *frame = &batch->frames[batch->frame_count - 1];
    struct str known = frame->place.head_hash, hash = known;
    if (!str_eq(known, place->head_hash) && !rc_ok(str_copy(&batch->c, place->head_hash, &hash)))
        return; /* it will be read again */
    frame->place = *place;
    frame->place.head_hash = hash;
}

static struct frame *begin_frame(struct batch *batch, const struct origin *origin)
{
    struct frame *frame = &batch->frames[batch->frame_count++];
    *frame = (struct frame){.waiter = origin->waiter};
    if (origin->place && !batch->lane)
        move_place(batch, origin->place);
    return frame;
}

bool batch_add(struct port *port, const struct stream_item *item, const struct origin *origin)
{
    bool urgent = is_lane(item);
    if (item->out.count == 0 && str_absent(item->out.reply) && origin->place && port->filling &&
        has_room(port->filling) && port->filling->frame_count > 0) {
        move_place(port->filling, origin->place);
        return false;
    }
    struct batch *batch = urgent ? lane(port) : NULL;
    if (!batch)
        batch = filling(port);
    if (!batch) {
        port->state.refused++;
        return false;
    }
    struct frame *frame = begin_frame(batch, origin);
    if (!rc_ok(copy_in(batch, item, frame))) {
        port->state.refused++;
        LOG(WARN, "intake.refused", LOG_TEXT("listener", port->listener.id),
            LOG_TEXT("why", str_from(batch->c.fault.message)));
        frame->reply = (struct str){NULL, 0};
        frame->end = batch->item_count;
    }
    frame->held = !str_absent(frame->reply) && port->carrier->hold;
    if (frame->held)
        port->carrier->hold(frame);
    batch->item_count = frame->end;
    if (batch->lane)
        batch_send(port);
    else
        receiver_flush_soon(port->receiver);
    return true;
}

/* ---- to the writer --------------------------------------------------------------------------- */

static void on_written(struct command *command)
{
    struct batch *batch = command->arg;
    receiver_post(batch->receiver, batch);
}

static void take_off(struct batch *batch)
{
    struct receiver *receiver = batch->receiver;
    batch->next_aloft = receiver->aloft;
    batch->back_aloft = &receiver->aloft;
    if (batch->next_aloft)
        batch->next_aloft->back_aloft = &batch->next_aloft;
    receiver->aloft = batch;
    receiver->flying++;
    batch->flying = true;
}

void batch_land(struct batch *batch)
{
    *batch->back_aloft = batch->next_aloft;
    if (batch->next_aloft)
        batch->next_aloft->back_aloft = batch->back_aloft;
    batch->receiver->flying--;
    batch->flying = false;
}

bool batch_submit(struct batch *batch)
{
    struct receiver *receiver = batch->receiver;
    struct ctx *c = &receiver->scratch;
    batch->command = (struct command){
        .decision = batch->note ? receiver->note : receiver->take,
        .input = batch->note ? (const void *)batch->note : &batch->input,
        .actor = intake_actor(),
        .cause = -1,
        .expect_seq = -1,
        .alarm = batch->lane,
        .done = on_written,
        .arg = batch,
    };
    take_off(batch);
    if (rc_ok(core_submit(c, receiver->options.core, &batch->command)))
        return true;
    batch_land(batch);
    batch->again = mono_after(clock_mono(c), AGAIN_MS);
    return false;
}

static void send_one(struct batch *batch)
{
    if (batch->flying || batch->again.us > clock_mono(&batch->receiver->scratch).us)
        return;
    batch->to = batch->one_by_one ? batch->from + 1 : batch->frame_count;
    size_t first = batch->from ? batch->frames[batch->from - 1].end : 0;
    size_t end = batch->frames[batch->to - 1].end;
    batch->input.listener = batch->port->listener.id;
    batch->input.proves = batch->port->proves;
    batch->input.items.items = batch->items + first;
    batch->input.items.count = end - first;
    batch->input.place = batch->frames[batch->to - 1].place;
    if (batch->port->filling == batch)
        batch->port->filling = NULL;
    batch_submit(batch);
}

void batch_send(struct port *port)
{
    for (struct batch *batch = port->lanes; batch; batch = batch->next)
        send_one(batch);
    if (port->first)
        send_one(port->first);
}

/* ---- back from the writer -------------------------------------------------------------------- */

static void settle(struct port *port, const struct frame *frame)
{
    if (port->carrier->settle)
        port->carrier->settle(port, frame);
}

static void acknowledge(struct batch *batch)
{
    struct port *port = batch->port;
    for (size_t i = batch->from; i < batch->to; i++) {
        const struct frame *frame = &batch->frames[i];
        settle(port, frame);
        if (str_absent(frame->reply) || !port->carrier->reply)
            continue;
        bool given = port->carrier->reply(port, frame);
        port->state.replies += given;
        port->state.replies_late += !given;
    }
    port->state.durable += (int64_t)batch->input.items.count;
    batch->tries = 0;
    batch->from = batch->to;
}

/* Nothing is wrong with the signals: try again, later each time. */
static void put_off(struct batch *batch)
{
    struct ctx *c = &batch->receiver->scratch;
    int64_t wait_ms = (int64_t)AGAIN_MS << (batch->tries < 6 ? batch->tries : 6);
    if (batch->tries == 0)
        LOG(WARN, "intake.waits", LOG_TEXT("listener", batch->port->listener.id),
            LOG_TEXT("why", str_from(batch->command.fault.message)));
    batch->tries++;
    batch->again = mono_after(clock_mono(c), wait_ms < AGAIN_MS_MAX ? wait_ms : AGAIN_MS_MAX);
    port_set(batch->port, LISTENER_CONDITION_FULL, batch->command.fault.message);
}

static void refuse(struct batch *batch)
{
    if (batch->to - batch->from > 1) {
        batch->one_by_one = true;
        return;
    }
    batch->port->state.refused++;
    settle(batch->port, &batch->frames[batch->from]); /* it would be sent again for ever */
    LOG(WARN, "intake.refused", LOG_TEXT("listener", batch->port->listener.id),
        LOG_TEXT("why", str_from(batch->command.fault.message)),
        LOG_TEXT("at", str_from(batch->command.fault.pointer)));
    batch->from = batch->to;
}

/* An error of our own code may lie in one signal: it must not stop its listener for ever. */
static bool is_ours(const struct batch *batch)
{
    enum rc_code code = batch->command.result.code;
    if (code == RC_CORRUPT || code == RC_INTERNAL)
        return batch->tries < TRIES_MAX;
    return code == RC_BUSY || code == RC_IO || code == RC_NO_SPACE || code == RC_NO_MEMORY ||
           code == RC_LIMITED;
}

static void take_out(struct batch *batch)
{
    struct port *port = batch->port;
    if (batch->lane) {
        struct batch **at = &port->lanes;
        while (*at != batch)
            at = &(*at)->next;
        *at = batch->next;
        port->lane_count--;
    } else {
        port->first = batch->next;
        if (!port->first)
            port->last = &port->first;
        if (port->filling == batch)
            port->filling = NULL;
        port->batch_count--;
    }
    batch_free(batch);
}

struct port *batch_done(struct batch *batch)
{
    struct port *port = batch->port;
    bool ok = rc_ok(batch->command.result);
    batch_land(batch);
    if (batch->note && port)
        port->note_flying = false;
    if (!port || batch->note) {
        batch_free(batch);
        return NULL;
    }
    port->dirty = true;
    if (ok)
        acknowledge(batch);
    else if (is_ours(batch))
        put_off(batch);
    else
        refuse(batch);
    if (batch->from == batch->frame_count) {
        take_out(batch);
        return port;
    }
    batch_send(port);
    return NULL;
}

static void forget(struct batch *batch)
{
    for (struct batch *next; batch; batch = next) {
        next = batch->next;
        if (batch->flying)
            batch->port = NULL;
        else
            batch_free(batch);
    }
}

void batch_forget(struct port *port)
{
    forget(port->first);
    forget(port->lanes);
    port->first = port->filling = port->lanes = NULL;
    port->last = &port->first;
}
