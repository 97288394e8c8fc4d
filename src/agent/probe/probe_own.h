/* What the threads of a probe have from each other. */
#ifndef AGENT_PROBE_PROBE_OWN_H
#define AGENT_PROBE_PROBE_OWN_H

#include "adapter/onvif/address.h"
#include "agent/probe/libs.h"
#include "agent/probe/liveness.h"
#include "agent/probe/probe.h"
#include "agent/probe/talk.h"

#include <pthread.h>

enum {
    PROBE_MEMORY = 64 << 20, /* of a thread's turn */
    PROBE_LOOKS = 8,         /* images that may be waited for */
    PROBE_STATE_MS = 5000,   /* how often the state is told */
    PROBE_HEARD_MS = 5000,   /* how often that it is there */
    PROBE_STUCK_MS = 90000,  /* a part that does nothing for so long is stuck */
    PROBE_WAIT_MS_LEAST = 1000,
    PROBE_WAIT_MS_MOST = 15000,
    PROBE_ADDRESS_MAX = 1100,
};

/* The parts whose progress the main thread looks after. */
enum probe_part { PROBE_STREAM, PROBE_DEVICE, PROBE_STILL, PROBE_PARTS };

/* Addresses as the parts use them: set in the record, or what the device says. "" for none. */
struct probe_addresses {
    char stream[PROBE_ADDRESS_MAX], still[PROBE_ADDRESS_MAX];
};

struct probe {
    const struct libs *libs;
    const struct clock *clock;
    int fd;
    struct ctx own; /* of the order: lives as long as the probe */
    struct probe_order camera;
    _Atomic int64_t progress_us[PROBE_PARTS]; /* 0: the part does not run */
    pthread_mutex_t send_mutex;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t changed;
    struct probe_addresses addresses;
    struct probe_state state;
    char why[240], model[200], codec[40];
    struct mono heard;        /* when the server was last told so */
    struct wall frozen_since; /* 0: it is not frozen */
    bool refused;             /* our name or password */
    bool stream_lost, device_lost;
    int64_t looks[PROBE_LOOKS]; /* tickets */
    size_t look_first, look_count;
    bool frame_wanted;
    AVFrame *frame; /* the last one of the stream */
    struct wall frame_at;
};

/* The state as everybody's: between these two it may be changed. */
void probe_lock(struct probe *probe);
void probe_unlock(struct probe *probe);

/* A part has got on with its work. */
void probe_progress(struct probe *probe, enum probe_part part);

/* Tell the server. `c` is the caller's. A camera that speaks is heard. */
void probe_tell(struct probe *probe, struct ctx *c, enum talk_kind kind, const struct shape *shape,
                const void *record);
void probe_signal(struct probe *probe, struct ctx *c, const struct signal *signal);
void probe_heard(struct probe *probe, struct ctx *c);
/* One of our own: code, point ("stream", "picture", "events"), kind, `ends` for a restore. */
struct probe_word {
    const char *code, *point, *text;
    enum signal_kind kind, ends;
    enum signal_priority priority;
};
void probe_say(struct probe *probe, struct ctx *c, const struct probe_word *word, const char *why);

/* Why the camera is not as it should be ("" for nothing), for its state. */
void probe_why(struct probe *probe, const char *why);

/* Addresses as they are known now. */
struct probe_addresses probe_addresses(struct probe *probe);

/* For so long, or until something has changed. */
void probe_rest(struct probe *probe, int64_t wait_ms);

/* The parts, each a thread. */
void *probe_stream(void *probe);
void *probe_device(void *probe);
void *probe_still(void *probe);

/* ---- HTTP: call.c ---------------------------------------------------------------------------- */

struct caller; /* one thread's; keeps its connection */
struct call {
    const char *url;
    struct str body;    /* absent: GET */
    const char *action; /* of SOAP, with a body */
    size_t most;        /* bytes of an answer */
    int64_t wait_ms;
};
struct called {
    long status;
    struct str body;
};
rc caller_open(struct ctx *c, struct probe *probe, enum probe_part part, struct caller **ret);
void caller_close(struct caller *caller);
/* IO when nobody answers, FORBIDDEN when name or password are not accepted, TOO_LARGE. Other
 * statuses are the caller's to look at. */
rc caller_call(struct ctx *c, struct caller *caller, const struct call *call, struct called *ret);

/* ---- images: image.c ------------------------------------------------------------------------- */

struct image_made {
    struct str jpeg;
    int width, height;
};
/* An image of the stream, or of a JPEG that the camera gave, made new by us: at most 1,280 across
 * and PROBE_IMAGE_BYTES_MAX long. What else was in the camera's file is not in it. */
rc image_encode(struct ctx *c, const struct libs *libs, const AVFrame *frame,
                struct image_made *ret);
rc image_decode(struct ctx *c, const struct libs *libs, struct str jpeg, AVFrame *ret);

/* The points of a frame's brightness. False when its format has none that we can read. */
bool image_sample(const struct libs *libs, const AVFrame *frame, struct frame *ret);

#endif
