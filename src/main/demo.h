/* The demonstration: a fictional mission in a folder of its own, and how its day is played.
 *
 *   demo_play.c     in this program: the script's signals are handed to the writer
 *   demo_conduct.c  by other programs: they bring the signals over real sockets, and the one that
 *                   started this says, line by line on standard input, how late it is
 *
 * Played at once, the clock stands between the lines and is led from deadline to deadline, so that
 * each falls due at its own time. Otherwise it is the machine's clock, and the day is shorter. */
#ifndef MAIN_DEMO_H
#define MAIN_DEMO_H

#include "main/cli.h"
#include "main/demo_walk.h"
#include "main/script.h"
#include "main/serve.h"

#define DEMO_FLAGS(F, T)                                                                         \
    COMMON_FLAGS(F, T)                                                                           \
    F(T, flag, _, fast, 0, 0, 0, "play the day without waiting, print the result, and exit")     \
    F(T, text, line, listen, 0, 1, 100, "address and port; default 127.0.0.1:8022")              \
    F(T, i64, _, minutes, 0, 0, 1440, "length of the day in minutes; default 12")                \
    F(T, flag, _, conducted, 0, 0, 0, "devices and people are separate programs (docs/demo.md)") \
    F(T, texts, line, files, 0, 1, 16, "a folder in which listeners may read files")             \
    F(T, flag, _, check_replies, 0, 0, 0, "compare every reply with its declared shape (tests)") \
    F(T, text, line, hits, 0, 1, 400, "append \"METHOD path status\" of each reply here (tests)")
SHAPE_DECLARE(demo_flags, DEMO_FLAGS);

struct demo {
    struct cli *cli;
    struct ctx *c;
    const struct demo_flags *flags;
    char path[64];
    struct folder folder;
    struct clock_manual clock; /* --fast: stands, and is moved */
    int64_t minutes;           /* that its day takes */
    struct core *core;

    struct str pulses; /* who is alive when (demo_beat.h) */
    struct demo_walk walk;
    int64_t second; /* of its day */
    rc result;      /* of what was done between the lines */
    bool ended;     /* by a signal */
};

/* Milliseconds of the clock that a part of the day takes. */
int64_t demo_ms(const struct demo *d, int64_t seconds);

/* Lead the standing clock there, by way of what falls due. */
void demo_move_clock(struct demo *d, struct wall to);

/* Open what serves the mission; the core is the serving's from here on, also after a failure.
 * `ret_shown` is how people call its address. */
rc demo_serve(struct demo *d, struct serving *ret, struct str *ret_shown);

/* What came of the day, after verifying all of it, as a JSON object. */
rc demo_tell(struct demo *d, struct text *out);

/* The people that one may sign in as, with a link to enrol by each. */
enum { DEMO_ACCOUNTS = 3 };
struct demo_account {
    const char *id;
    struct str link;
};
rc demo_accounts(struct demo *d, struct demo_account ret[DEMO_ACCOUNTS]);

/* The ways to play; the mission is furnished. The core is theirs to close. */
rc demo_play_fast(struct demo *d);
rc demo_play_served(struct demo *d);
rc demo_conduct(struct demo *d);

#endif
