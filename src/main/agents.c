#include "main/agents.h"

#include "adapter/registry/registry.h"
#include "agent/ear/ear.h"
#include "agent/kit/agent.h"
#include "agent/opener/opener.h"
#include "agent/probe/libs.h"
#include "agent/probe/probe.h"
#include "agent/renderer/renderer.h"
#include "agent/spawner/spawner.h"
#include "main/sandbox.h"
#include "outlet/post/agent.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ROLE_MEMORY = 1 << 20, ROLE_FAILED = 20 };

static rc prepare(struct ctx *c, struct libs *ret)
{
    TRY(libs_load(c, ret));
    return sandbox_enter_probe(c);
}

/* What it has to say goes over its socket; only what keeps it from that is said here. */
static int be_probe(void)
{
    struct ctx c = {.arena = arena_open(ROLE_MEMORY), .clock = &clock_system};
    struct libs libs;
    rc result = prepare(&c, &libs);
    if (!rc_ok(result))
        fprintf(stderr, "chancery: a camera cannot be called: %s\n", c.fault.message);
    arena_close(c.arena);
    return rc_ok(result) ? probe_run(&libs, &clock_system, AGENT_FD) : ROLE_FAILED;
}

static int be_trial(void)
{
    struct ctx c = {.arena = arena_open(ROLE_MEMORY), .clock = &clock_system};
    struct libs libs;
    const char *word = rc_ok(prepare(&c, &libs)) ? "+" : c.fault.message;
    bool told = write(AGENT_FD, word, strlen(word)) > 0;
    arena_close(c.arena);
    return told ? 0 : ROLE_FAILED;
}

/* Is it in its sandbox? Of those that load no libraries. What it has to say goes over its socket,
 * likewise; `without` says what there will not be. */
static bool entered(rc (*enter)(struct ctx *c), const char *without)
{
    struct ctx c = {.arena = arena_open(ROLE_MEMORY), .clock = &clock_system};
    rc result = enter(&c);
    if (!rc_ok(result))
        fprintf(stderr, "chancery: %s: %s\n", without, c.fault.message);
    arena_close(c.arena);
    return rc_ok(result);
}

static int be_spawner(const char *role)
{
    return entered(sandbox_enter_spawner, "no agent can be started") ? spawner_run(AGENT_FD, role)
                                                                     : ROLE_FAILED;
}

static int be_opener(void)
{
    return entered(sandbox_enter_opener, "no sockets can be opened") ? opener_run(AGENT_FD)
                                                                     : ROLE_FAILED;
}

/* Who waits for it sees that it is gone. */
static int be_ear(void)
{
    return entered(sandbox_enter_ear, "nothing can be heard") ? ear_run(AGENT_FD, adapter_find)
                                                              : ROLE_FAILED;
}

static rc prepare_outlets(struct ctx *c, struct calls *ret)
{
    TRY(calls_load(c, ret));
    return sandbox_enter_outlets(c);
}

static int be_outlets(void)
{
    struct ctx c = {.arena = arena_open(ROLE_MEMORY), .clock = &clock_system};
    struct calls calls;
    const struct agent_options options = {
        .calls = &calls, .clock = &clock_system, .fd = AGENT_FD, .confine = sandbox_enter_message};
    rc result = prepare_outlets(&c, &calls);
    if (!rc_ok(result))
        fprintf(stderr, "chancery: nothing can be delivered: %s\n", c.fault.message);
    arena_close(c.arena);
    return rc_ok(result) ? agent_run(&options) : ROLE_FAILED;
}

/* Without libraries or fonts the server has no renderer, and says so when a PDF is asked for. */
static int be_renderer(void)
{
    struct ctx c = {.arena = arena_open(ROLE_MEMORY), .clock = &clock_system};
    struct document_libs libs;
    rc result = document_libs_load(&c, &libs);
    if (rc_ok(result))
        result = sandbox_enter_renderer(&c);
    if (!rc_ok(result))
        fprintf(stderr, "chancery: no PDF can be made: %s\n", c.fault.message);
    arena_close(c.arena);
    return rc_ok(result) ? renderer_run(&libs, AGENT_FD) : ROLE_FAILED;
}

static int be(const char *role)
{
    if (strcmp(role, SPAWNER_ROLE) == 0)
        return be_spawner(PROBE_ROLE);
    if (strcmp(role, EAR_SPAWNER_ROLE) == 0)
        return be_spawner(EAR_ROLE);
    if (strcmp(role, EAR_ROLE) == 0)
        return be_ear();
    if (strcmp(role, OPENER_ROLE) == 0)
        return be_opener();
    if (strcmp(role, OUTLET_ROLE) == 0)
        return be_outlets();
    if (strcmp(role, RENDERER_ROLE) == 0)
        return be_renderer();
    if (strcmp(role, PROBE_TRIAL_ROLE) == 0)
        return be_trial();
    return strcmp(role, PROBE_ROLE) == 0 ? be_probe() : -1;
}

int agents_main(int count, char **arguments)
{
    return count == 2 ? be(arguments[1]) : -1;
}
