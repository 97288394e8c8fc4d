/* For the tests of the intake: a mission whose clock stands, a receiver without a thread, and the
 * other ends of its sockets. */
#ifndef SUPPORT_RECEIVER_SCENE_H
#define SUPPORT_RECEIVER_SCENE_H

#include "edge/intake/receiver.h"

#include "support/scene.h"

struct receiver_scene {
    struct scene s;
    struct receiver *receiver;
    const char *files; /* folder that is open to listeners; NULL: the scene's own */
};

void receiver_scene_open(struct receiver_scene *rs);
void receiver_scene_close(struct receiver_scene *rs);

/* Open the receiver; close it, as at the end of the program; close it as if killed: what was not
 * committed is gone. */
void receiver_scene_start(struct receiver_scene *rs);
void receiver_scene_stop(struct receiver_scene *rs);
void receiver_scene_kill(struct receiver_scene *rs);

/* A listener "l" with this protocol, carrier, address and further members (",\"idle_ms\":1000"). */
void receiver_scene_listen(struct receiver_scene *rs, const char *protocol, const char *carrier,
                           const char *address, const char *more);

/* Read, without letting the writer write; write, without reading; both until nothing is left. */
void receiver_scene_read(struct receiver_scene *rs);
void receiver_scene_settle(struct receiver_scene *rs);
void receiver_scene_pass(struct receiver_scene *rs, int64_t ms);

/* A connection or datagram socket to the listener "l". */
int receiver_scene_dial(struct receiver_scene *rs, int type);
void receiver_scene_say(int fd, struct str bytes);
/* A frame of SIA DC-09 with one event (static). */
struct str receiver_scene_frame(const char *number, const char *account, const char *event);
/* What has come back so far; "" for nothing, NULL when the other side has closed. */
const char *receiver_scene_hear(int fd);

/* How many signals are kept; how the listener does, after a note; how far it has read. */
size_t receiver_scene_kept(struct receiver_scene *rs);
struct listener_state receiver_scene_state(struct receiver_scene *rs);
struct listener_place receiver_scene_place(struct receiver_scene *rs);

#endif
