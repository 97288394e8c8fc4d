/* chancery demo: the day of a fictional mission, in a folder that goes when the program ends. */
#include "main/demo.h"
#include "main/verbs.h"

#include "base/encode.h"
#include "base/random.h"
#include "domain/account/account.h"
#include "domain/signal/signal.h"
#include "main/content.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

SHAPE_DEFINE(demo_flags, DEMO_FLAGS, 1, "Flags of demo");

enum { DAY_MINUTES_DEFAULT = 12 };

/* The fictional day begins at midnight of 23 November 2026. */
static const struct wall day_start = {1795392000000000};

/* ---- the folder ------------------------------------------------------------------------------ */

static rc make_folder(struct demo *d, const struct clock *clock)
{
    unsigned char noise[32];
    struct str secret;
    struct config config = {
        .mission = STR("norland-vael"),
        .origin = STR("chancery.example/norland-vael"),
        .store = CONFIG_STORE_SQLITE,
        .created = clock->wall(clock),
    };
    snprintf(d->path, sizeof d->path, "/tmp/chancery-demo-XXXXXX");
    if (!mkdtemp(d->path))
        FAIL(d->c, IO, "no folder could be made under /tmp");
    random_bytes(noise, sizeof noise);
    TRY(encode_bytes(d->c, ENCODE_BASE64, noise, sizeof noise, &secret));
    TRY(folder_create(d->c, d->path, &config, &(struct key_secret){KEY_SLOT_FILE, secret},
                      &d->folder));
    d->folder.options.clock = clock;
    return OK;
}

static void remove_folder(struct demo *d)
{
    if (d->folder.catalog)
        folder_close(&d->folder);
    pid_t child = fork();
    if (child == 0) {
        execlp("rm", "rm", "-rf", "--", d->path, (char *)NULL);
        _exit(1);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

static rc furnish(struct demo *d)
{
    struct str roles, rules, script;
    size_t count = 0, drafts = 0;
    struct script_manner manner = {.minutes = d->minutes};
    TRY(content_get(d->c, "roles.json", &roles));
    TRY(content_get(d->c, "demo/start.jsonl", &script));
    TRY(content_get(d->c, "watch/rules.json", &rules));
    TRY(account_add_roles(d->c, d->core, roles, &count));
    TRY(alarm_rules_add(d->c, d->core, rules, &count));
    TRY(script_play(d->c, d->core, script, &manner));
    return verb_add_tripwires(d->c, d->core, &count, &drafts);
}

/* ---- the clock ------------------------------------------------------------------------------- */

int64_t demo_ms(const struct demo *d, int64_t seconds)
{
    return seconds * 1000 * d->minutes / SCRIPT_DAY_MINUTES;
}

void demo_move_clock(struct demo *d, struct wall to)
{
    struct wall due = core_settle(d->core);
    while (due.us && due.us <= to.us) {
        clock_manual_set(&d->clock, due);
        due = core_settle(d->core);
    }
    clock_manual_set(&d->clock, to);
    core_settle(d->core);
}

/* ---- serving --------------------------------------------------------------------------------- */

rc demo_serve(struct demo *d, struct serving *ret, struct str *ret_shown)
{
    struct serve_options options = {
        .listen = str_absent(d->flags->listen) ? STR("127.0.0.1:8022") : d->flags->listen,
        .clock = d->c->clock,
        .files = d->flags->files,
        /* cameras are called in real time or not at all */
        .program = "/proc/self/exe",
        .no_cameras = d->flags->fast,
        .check_replies = d->flags->check_replies,
        .hits_path = d->flags->hits.ptr,
    };
    TRY(serving_open(d->c, d->core, &options, ret));
    *ret_shown = options.listen;
    if (!str_starts(options.listen, "127.0.0.1:"))
        return OK;
    /* passkeys are bound to a name, not to an address */
    rc result = str_format(d->c, ret_shown, "localhost:%u", edge_port(ret->edge));
    if (!rc_ok(result))
        serving_close(ret);
    return result;
}

rc demo_accounts(struct demo *d, struct demo_account ret[DEMO_ACCOUNTS])
{
    static const char *const ids[DEMO_ACCOUNTS] = {"officer", "post-one", "desk"};
    for (size_t i = 0; i < DEMO_ACCOUNTS; i++) {
        struct wall expires;
        ret[i].id = ids[i];
        TRY(auth_make_enrolment(d->c, d->core, &actor_system, str_from(ids[i]), 0, &ret[i].link,
                                &expires));
    }
    return OK;
}

/* ---- the verb -------------------------------------------------------------------------------- */

static rc play(struct demo *d)
{
    const struct clock *clock = d->flags->fast ? &d->clock.clock : &clock_system;
    if (!d->flags->fast || d->flags->conducted)
        serving_hold_signals();
    d->c->clock = clock;
    TRY(make_folder(d, clock));
    TRY(core_open(d->c, &d->folder.options, &d->core));
    rc result = furnish(d);
    if (!rc_ok(result)) {
        core_close(d->core);
        return result;
    }
    if (d->flags->conducted)
        return demo_conduct(d);
    return d->flags->fast ? demo_play_fast(d) : demo_play_served(d);
}

rc verb_demo(struct cli *cli)
{
    const struct demo_flags *flags = cli->flags;
    struct demo *d = NULL;
    const struct clock *clock = cli->c->clock;
    NEW(cli->c, d, 1);
    d->cli = cli;
    d->c = cli->c;
    d->flags = flags;
    d->minutes = flags->minutes ? flags->minutes : DAY_MINUTES_DEFAULT;
    if (flags->fast)
        d->minutes = SCRIPT_DAY_MINUTES;
    clock_manual_init(&d->clock, day_start);
    rc result = play(d);
    cli->c->clock = clock;
    remove_folder(d);
    return result;
}
