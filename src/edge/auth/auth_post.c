/* Commands that nobody waits for. */
#include "edge/auth/auth_own.h"

#include <assert.h>
#include <stdlib.h>

/* A command with all it points to, in memory of its own until it is done. */
struct posted {
    struct command command;
    struct touch touch;
    struct failed_sign_in failure;
    char texts[2][128];
};

static void free_posted(struct command *command)
{
    free(command->arg);
}

static struct str keep(char room[128], struct str s)
{
    struct str kept = str_sub(s, 0, 127);
    if (str_absent(s))
        return s;
    memcpy(room, kept.ptr, kept.len);
    return (struct str){room, kept.len};
}

static void post(struct auth *auth, const char *decision, struct posted *posted)
{
    struct ctx c = {.clock = core_options(auth->core)->clock};
    posted->command.decision = catalog_decision(core_catalog(auth->core), str_from(decision));
    posted->command.actor = actor_system;
    posted->command.cause = posted->command.expect_seq = -1;
    posted->command.done = free_posted;
    posted->command.arg = posted;
    assert(posted->command.decision);
    if (!rc_ok(core_submit(&c, auth->core, &posted->command)))
        free(posted);
}

void auth_post_touch(struct auth *auth, const char *decision, struct str target)
{
    struct posted *posted = calloc(1, sizeof *posted);
    const struct clock *clock = core_options(auth->core)->clock;
    if (!posted)
        return;
    posted->touch.when = clock->wall(clock);
    posted->command.target = keep(posted->texts[0], target);
    posted->command.input = &posted->touch;
    post(auth, decision, posted);
}

void auth_post_failure(struct auth *auth, const struct failed_sign_in *failure)
{
    struct posted *posted = calloc(1, sizeof *posted);
    if (!posted)
        return;
    posted->failure = *failure;
    posted->failure.account = keep(posted->texts[0], failure->account);
    posted->failure.peer = keep(posted->texts[1], failure->peer);
    posted->command.input = &posted->failure;
    post(auth, "sign-in.fail", posted);
}
