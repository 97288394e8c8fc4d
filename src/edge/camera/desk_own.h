/* What the files of the desk have from each other. All of it belongs to its one thread, but the
 * mailbox. */
#ifndef EDGE_CAMERA_DESK_OWN_H
#define EDGE_CAMERA_DESK_OWN_H

#include "core/follower.h"
#include "domain/camera/camera.h"
#include "domain/signal/signal.h"
#include "edge/camera/desk.h"
#include "edge/camera/warden.h"
#include "edge/eye/talk.h"

#include <pthread.h>
#include <stdio.h>

enum {
    ID_TEXT_MAX = 27,
    DESK_SIGNALS = 32, /* of a camera, on their way to the writer */
    DESK_LOOKS = 8,    /* pictures that a camera is asked for at a time */
    DESK_ASKS = 64,    /* asked for by the writer and not looked at yet */
    DESK_JOB_MEMORY = 4 << 20,
    DESK_CAMERA_MEMORY = 1 << 20,
    DESK_SCRATCH_MEMORY = 32 << 20,
    DESK_AGAIN_MS = 1000, /* after a failure of ours */
    DESK_TRIES = 30,
    DESK_DURESS = 4, /* of a camera, before what else it says */
    DESK_RELOAD_MS = 10000,
    DESK_QUIET_MS = 30000,     /* an eye that says nothing for so long is ended */
    DESK_LOOK_MS = 20000,      /* a picture that has not come by then does not come */
    DESK_WAIT_MS_LEAST = 1000, /* before an eye is started again */
    DESK_WAIT_MS_MOST = 60000,
    DESK_WELL_MS = 60000, /* an eye that has run for so long is well */
};

/* Something for the writer. Signals of a camera are in order, one job of them at a time. */
enum desk_job_kind { DESK_TAKE, DESK_NOTE, DESK_KEEP, DESK_MISS };
struct desk_job {
    struct desk *desk;
    struct command command;
    enum desk_job_kind kind;
    struct ctx c;
    uint32_t number; /* of the camera */
    struct signal_batch batch;
    struct signal signals[DESK_SIGNALS];
    struct camera_state state;
    struct snapshot_given given;
    struct snapshot_missed missed;
    struct mono again;
    int tries;
    bool flying;
    bool apart; /* a duress: it waits for nothing that came before */
    struct desk_job *next, *next_done;
};

struct desk_look {
    int64_t ticket; /* 0: free */
    char alarm[ID_TEXT_MAX];
    struct mono limit;
};

struct desk_camera {
    struct desk *desk;
    struct ctx own; /* of the record */
    struct camera camera;
    struct str identity; /* of its source */
    int64_t seq, source_seq;
    uint32_t number; /* as jobs know it */
    /* As the warden knows its eye: another one each time. 0: there is none whose end we wait for.
     */
    uint32_t eye;
    bool seen;
    int fd; /* to its eye, -1: it is not there yet, or does not speak any more */
    struct mono begun, heard, again;
    int64_t wait_ms;
    bool down; /* its end was told, and that it runs again was not yet */
    struct camera_state state;
    char why[240];
    struct desk_job *filling; /* signals that wait for the one before */
    bool taking, noting;      /* such a job is with the writer */
    bool note_again;          /* its state has changed since */
    unsigned duress;          /* of those that go apart, with the writer */
    struct desk_look looks[DESK_LOOKS];
    struct talk_picture head; /* of the picture that comes now; ticket 0: none */
    struct text jpeg;
    struct ctx jpeg_own;
    struct desk_camera *next;
};

struct desk_ask {
    char alarm[ID_TEXT_MAX], cameras[CAMERAS_EACH][ID_TEXT_MAX];
    size_t count;
};

struct desk {
    struct desk_options options;
    const struct decision *take, *note, *keep, *miss;
    struct warden warden;
    int wake;
    struct ctx scratch; /* of a turn */
    struct reader reader;
    struct follower *follower;
    struct desk_camera *cameras;
    struct desk_job *waiting; /* jobs that are tried again */
    struct mono reload;       /* the cameras are read again then; 0: when they are changed */
    size_t flying;
    uint32_t numbers;
    int64_t tickets;
    char *buffer; /* TALK_MAX */
    pthread_t thread;
    bool threaded;
    pthread_mutex_t mutex; /* of the mailbox: */
    struct desk_job *done;
    struct desk_ask asks[DESK_ASKS];
    size_t ask_count;
    bool changed, stop;
};

/* ---- jobs: desk_job.c ------------------------------------------------------------------------ */

struct desk_job *desk_job_make(struct desk *desk, enum desk_job_kind kind, uint32_t number);
void desk_job_free(struct desk_job *job);
/* Hand it to the writer; it is freed when that is done with it. */
void desk_job_submit(struct desk_job *job);
/* The writer is done with it (on the desk's thread). */
void desk_job_done(struct desk_job *job);
/* Try again what could not be written. */
void desk_jobs_again(struct desk *desk);

/* A signal of a camera. False: too many wait; nothing more is read of it until there is room. */
bool desk_signal(struct desk_camera *camera, const struct signal *signal);
bool desk_has_room(const struct desk_camera *camera);
void desk_flush(struct desk_camera *camera);
void desk_note(struct desk_camera *camera);
void desk_miss(struct desk_camera *camera, const char *alarm, const char *why);

struct desk_camera *desk_find(struct desk *desk, uint32_t number);

/* As much of a text as there is room for, to the edge of a character. */
void desk_copy_text(char *to, size_t room, struct str text);

/* ---- eyes: desk_eye.c ------------------------------------------------------------------------ */

/* Start its eye, end it, see to it. */
void desk_eye_begin(struct desk_camera *camera);
void desk_eye_end(struct desk_camera *camera);
void desk_eye_ended(struct desk_camera *camera, int status);
void desk_eye_read(struct desk_camera *camera);
void desk_eye_tick(struct desk_camera *camera);
/* A picture for an alarm, please. */
void desk_eye_look(struct desk_camera *camera, const char *alarm);
void desk_set(struct desk_camera *camera, enum camera_condition condition, const char *why);

#endif
