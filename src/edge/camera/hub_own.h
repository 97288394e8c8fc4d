/* What the files of the hub have from each other. All of it belongs to its one thread, but the
 * mailbox. */
#ifndef EDGE_CAMERA_HUB_OWN_H
#define EDGE_CAMERA_HUB_OWN_H

#include "agent/probe/talk.h"
#include "agent/spawner/spawner.h"
#include "core/follower.h"
#include "domain/camera/camera.h"
#include "domain/signal/signal.h"
#include "edge/camera/hub.h"

#include <pthread.h>
#include <stdio.h>

enum {
    ID_TEXT_MAX = 27,
    HUB_SIGNALS = 32, /* of a camera, on their way to the writer */
    HUB_LOOKS = 8,    /* images that a camera is asked for at a time */
    HUB_ASKS = 64,    /* asked for by the writer and not looked at yet */
    HUB_JOB_MEMORY = 4 << 20,
    HUB_CAMERA_MEMORY = 1 << 20,
    HUB_SCRATCH_MEMORY = 32 << 20,
    HUB_AGAIN_MS = 1000, /* after a failure of ours */
    HUB_TRIES = 30,
    HUB_DURESS = 4, /* of a camera, before what else it says */
    HUB_RELOAD_MS = 10000,
    HUB_QUIET_MS = 30000,     /* a probe that says nothing for so long is ended */
    HUB_LOOK_MS = 20000,      /* an image that has not come by then does not come */
    HUB_WAIT_MS_LEAST = 1000, /* before a probe is started again */
    HUB_WAIT_MS_MOST = 60000,
    HUB_WELL_MS = 60000, /* a probe that has run for so long is well */
};

/* Something for the writer. Signals of a camera are in order, one job of them at a time. */
enum hub_job_kind { HUB_TAKE, HUB_NOTE, HUB_KEEP, HUB_MISS };
struct hub_job {
    struct hub *hub;
    struct command command;
    enum hub_job_kind kind;
    struct ctx c;
    uint32_t number; /* of the camera */
    struct signal_delivery batch;
    struct signal signals[HUB_SIGNALS];
    struct camera_state state;
    struct snapshot_given given;
    struct snapshot_missed missed;
    struct mono again;
    int tries;
    bool flying;
    bool apart; /* a duress: it waits for nothing that came before */
    struct hub_job *next, *next_done;
};

struct hub_look {
    int64_t ticket; /* 0: free */
    char alarm[ID_TEXT_MAX];
    struct mono limit;
    bool sent; /* to the probe; before that there was none */
};

struct hub_camera {
    struct hub *hub;
    struct ctx own; /* of the record */
    struct camera camera;
    struct str identity; /* of its source */
    int64_t seq, source_seq;
    uint32_t number; /* as jobs know it */
    /* As the spawner knows its probe: another one each time. 0: there is none whose end we wait
     * for.
     */
    uint32_t probe;
    bool seen;
    int fd; /* to its probe, -1: it is not there yet, or does not speak any more */
    struct mono begun, heard, again;
    int64_t wait_ms;
    bool down; /* its end was told, and that it runs again was not yet */
    struct camera_state state;
    char why[240];
    struct hub_job *filling; /* signals that wait for the one before */
    bool taking, noting;     /* such a job is with the writer */
    bool note_again;         /* its state has changed since */
    unsigned duress;         /* of those that go apart, with the writer */
    struct hub_look looks[HUB_LOOKS];
    struct talk_image head; /* of the image that comes now; ticket 0: none */
    struct text jpeg;
    struct ctx jpeg_own;
    struct hub_camera *next;
};

struct hub_ask {
    char alarm[ID_TEXT_MAX], cameras[CAMERAS_EACH][ID_TEXT_MAX];
    size_t count;
};

struct hub {
    struct hub_options options;
    const struct decision *take, *note, *keep, *miss;
    struct agent spawner;
    int wake;
    struct ctx scratch; /* of a turn */
    struct reader reader;
    struct follower *follower;
    struct hub_camera *cameras;
    struct hub_job *waiting; /* jobs that are tried again */
    struct mono reload;      /* the cameras are read again then; 0: when they are changed */
    size_t flying;
    uint32_t numbers;
    int64_t tickets;
    char *buffer; /* TALK_MAX */
    pthread_t thread;
    bool threaded;
    pthread_mutex_t mutex; /* of the mailbox: */
    struct hub_job *done;
    struct hub_ask asks[HUB_ASKS];
    size_t ask_count;
    bool changed, stop;
};

/* ---- jobs: hub_job.c ------------------------------------------------------------------------ */

struct hub_job *hub_job_make(struct hub *hub, enum hub_job_kind kind, uint32_t number);
void hub_job_free(struct hub_job *job);
/* Hand it to the writer; it is freed when that is done with it. */
void hub_job_submit(struct hub_job *job);
/* The writer is done with it (on the hub's thread). */
void hub_job_done(struct hub_job *job);
/* Try again what could not be written. */
void hub_jobs_again(struct hub *hub);

/* A signal of a camera. False: too many wait; nothing more is read of it until there is room. */
bool hub_signal(struct hub_camera *camera, const struct signal *signal);
bool hub_has_room(const struct hub_camera *camera);
void hub_flush(struct hub_camera *camera);
void hub_note(struct hub_camera *camera);
void hub_miss(struct hub_camera *camera, const char *alarm, const char *why);
/* The same of a camera that the hub does not know yet. */
void hub_miss_unknown(struct hub *hub, const char *camera, const char *alarm);

struct hub_camera *hub_find(struct hub *hub, uint32_t number);

/* ---- probes: hub_probe.c ------------------------------------------------------------------------
 */

/* Start its probe, end it, see to it. */
void hub_probe_begin(struct hub_camera *camera);
void hub_probe_end(struct hub_camera *camera);
void hub_probe_ended(struct hub_camera *camera, int status);
void hub_probe_read(struct hub_camera *camera);
void hub_probe_tick(struct hub_camera *camera);
/* An image for an alarm, please. */
void hub_probe_look(struct hub_camera *camera, const char *alarm);
void hub_set(struct hub_camera *camera, enum camera_condition condition, const char *why);

#endif
