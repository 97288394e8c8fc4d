/* What the threads of an eye have from each other. */
#ifndef EDGE_EYE_EYE_OWN_H
#define EDGE_EYE_EYE_OWN_H

#include "adapter/onvif/address.h"
#include "edge/eye/eye.h"
#include "edge/eye/libs.h"
#include "edge/eye/liveness.h"
#include "edge/eye/talk.h"

#include <pthread.h>

enum {
    EYE_MEMORY = 64 << 20, /* of a thread's turn */
    EYE_LOOKS = 8,         /* pictures that may be waited for */
    EYE_STATE_MS = 5000,   /* how often the state is told */
    EYE_HEARD_MS = 5000,   /* how often that it is there */
    EYE_STUCK_MS = 90000,  /* a part that does nothing for so long is stuck */
    EYE_WAIT_MS_LEAST = 1000,
    EYE_WAIT_MS_MOST = 15000,
    EYE_ADDRESS_MAX = 1100,
};

/* The parts whose progress the main thread looks after. */
enum eye_part { EYE_STREAM, EYE_DEVICE, EYE_STILL, EYE_PARTS };

/* Addresses as the parts use them: set in the record, or what the device says. "" for none. */
struct eye_addresses {
    char stream[EYE_ADDRESS_MAX], still[EYE_ADDRESS_MAX];
};

struct eye {
    const struct libs *libs;
    const struct clock *clock;
    int fd;
    struct ctx own; /* of the order: lives as long as the eye */
    struct camera camera;
    _Atomic int64_t progress_us[EYE_PARTS]; /* 0: the part does not run */
    pthread_mutex_t send_mutex;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t changed;
    struct eye_addresses addresses;
    struct camera_state state;
    char why[240], model[200], codec[40];
    struct mono heard;        /* when the server was last told so */
    struct wall frozen_since; /* 0: it is not frozen */
    bool refused;             /* our name or password */
    bool stream_lost, device_lost;
    int64_t looks[EYE_LOOKS]; /* tickets */
    size_t look_first, look_count;
    bool frame_wanted;
    AVFrame *frame; /* the last one of the stream */
    struct wall frame_at;
};

/* The state as everybody's: between these two it may be changed. */
void eye_lock(struct eye *eye);
void eye_unlock(struct eye *eye);

/* A part has got on with its work. */
void eye_progress(struct eye *eye, enum eye_part part);

/* Tell the server. `c` is the caller's. A camera that speaks is heard. */
void eye_signal(struct eye *eye, struct ctx *c, const struct signal *signal);
void eye_heard(struct eye *eye, struct ctx *c);
/* One of our own: code, point ("stream", "picture", "events"), kind, `ends` for a restore. */
struct eye_word {
    const char *code, *point, *text;
    enum signal_kind kind, ends;
    enum signal_priority priority;
};
void eye_say(struct eye *eye, struct ctx *c, const struct eye_word *word, const char *why);

/* Why the camera is not as it should be ("" for nothing), for its state. */
void eye_why(struct eye *eye, const char *why);

/* Addresses as they are known now. */
struct eye_addresses eye_addresses(struct eye *eye);

/* For so long, or until something has changed. */
void eye_rest(struct eye *eye, int64_t wait_ms);

/* The parts, each a thread. */
void *eye_stream(void *eye);
void *eye_device(void *eye);
void *eye_still(void *eye);

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
rc caller_open(struct ctx *c, struct eye *eye, enum eye_part part, struct caller **ret);
void caller_close(struct caller *caller);
/* IO when nobody answers, FORBIDDEN when name or password are not accepted, TOO_LARGE. Other
 * statuses are the caller's to look at. */
rc caller_call(struct ctx *c, struct caller *caller, const struct call *call, struct called *ret);

/* ---- pictures: picture.c --------------------------------------------------------------------- */

struct picture_made {
    struct str jpeg;
    int width, height;
};
/* A picture of the stream, or of a JPEG that the camera gave, made new by us: at most 1,280 across
 * and SNAPSHOT_BYTES_MAX long. What else was in the camera's file is not in it. */
rc picture_encode(struct ctx *c, const struct libs *libs, const AVFrame *frame,
                  struct picture_made *ret);
rc picture_decode(struct ctx *c, const struct libs *libs, struct str jpeg, AVFrame *ret);

/* The points of a frame's brightness. False when its format has none that we can read. */
bool picture_sample(const struct libs *libs, const AVFrame *frame, struct frame *ret);

#endif
