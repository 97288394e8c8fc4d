/* The day, played within this program: quick, and without any other. */
#include "main/demo.h"

#include "base/log.h"
#include "main/content.h"
#include "main/demo_beat.h"

#include <inttypes.h>

enum { BEAT_S = 600 };

/* ---- on the way to a line -------------------------------------------------------------------- */

static void pass(struct demo *d, int64_t seconds)
{
    int64_t ms = demo_ms(d, seconds);
    if (d->flags->fast)
        demo_move_clock(d, wall_after(clock_now(d->c), ms));
    else
        d->ended = serving_wait(ms);
    d->second += seconds;
}

/* What the devices and the patrol do at this second. */
static void act(struct demo *d)
{
    if (d->second % BEAT_S == 0)
        d->result = demo_beat(d->c, d->core, d->pulses, d->second);
    if (rc_ok(d->result) && d->second >= demo_walk_due(&d->walk))
        d->result = demo_walk_step(d->c, d->core, &d->walk);
}

static bool pass_to(struct demo *d, int64_t second)
{
    while (d->second < second && !d->ended && rc_ok(d->result)) {
        int64_t beat = d->second - d->second % BEAT_S + BEAT_S, walk = demo_walk_due(&d->walk);
        int64_t next = beat < walk ? beat : walk;
        pass(d, (next < second ? next : second) - d->second);
        if (!d->ended && d->second == next)
            act(d);
    }
    return !d->ended && rc_ok(d->result);
}

static bool pass_to_line(void *arg, int64_t second)
{
    return pass_to(arg, second);
}

static rc set_out(void *arg, const struct script_line *line, int64_t second)
{
    struct demo *d = arg;
    d->walk = (struct demo_walk){.at = second, .every_s = line->every_s};
    snprintf(d->walk.guard, sizeof d->walk.guard, "%.*s", STR_ARG(line->as));
    snprintf(d->walk.tour, sizeof d->walk.tour, "%.*s", STR_ARG(line->walk));
    return demo_walk_begin(d->c, d->core, &d->walk);
}

/* A visitor may have been quicker than the script: the day goes on. */
static bool go_on(struct ctx *c, void *)
{
    LOG(INFO, "demo.refused", LOG_TEXT("why", str_from(c->fault.message)));
    return true;
}

static rc play(struct demo *d)
{
    struct str script;
    struct script_manner manner = {.before = pass_to_line,
                                   .refused = d->flags->fast ? NULL : go_on,
                                   .walk = set_out,
                                   .arg = d,
                                   .minutes = d->minutes};
    TRY(content_get(d->c, "demo/heartbeats.jsonl", &d->pulses));
    TRY(content_get(d->c, "demo/day.jsonl", &script));
    act(d);
    TRY(d->result);
    TRY(script_play(d->c, d->core, script, &manner));
    return d->result;
}

/* ---- at once --------------------------------------------------------------------------------- */

static rc play_and_tell(struct demo *d)
{
    struct tripwires *tripwires = NULL;
    struct text out;
    struct str json;
    text_init(&out, d->c, 4096);
    TRY(tripwires_open(d->c, d->core, &tripwires));
    rc result = play(d);
    if (rc_ok(result) && !pass_to(d, SCRIPT_DAY_S))
        result = d->result;
    if (rc_ok(result))
        result = demo_tell(d, &out);
    tripwires_close(tripwires);
    TRY(result);
    TRY(text_done(&out, &json));
    fprintf(d->cli->out, "%.*s\n", STR_ARG(json));
    return OK;
}

rc demo_play_fast(struct demo *d)
{
    rc result = play_and_tell(d);
    core_close(d->core);
    return result;
}

/* ---- to look at ------------------------------------------------------------------------------ */

static rc print_welcome(struct demo *d, struct str shown)
{
    struct demo_account accounts[DEMO_ACCOUNTS];
    TRY(demo_accounts(d, accounts));
    fprintf(d->cli->out,
            "\nThe Embassy of Norland in Vael (all of it fiction) is at http://%.*s\n"
            "Sign in by enrolling once, with a passkey or a password:\n\n",
            STR_ARG(shown));
    for (size_t i = 0; i < DEMO_ACCOUNTS; i++)
        fprintf(d->cli->out, "  %-9s http://%.*s/enrol#%.*s\n", accounts[i].id, STR_ARG(shown),
                STR_ARG(accounts[i].link));
    fprintf(d->cli->out, "\nIts day takes %" PRId64 " minutes. End with Ctrl-C.\n", d->minutes);
    fflush(d->cli->out);
    return OK;
}

rc demo_play_served(struct demo *d)
{
    struct serving serving;
    struct str shown;
    TRY(demo_serve(d, &serving, &shown));
    rc result = print_welcome(d, shown);
    if (rc_ok(result))
        result = play(d);
    if (rc_ok(result) && !pass_to(d, INT64_MAX)) /* after the last line the devices go on */
        result = d->result;
    serving_close(&serving);
    return result;
}
