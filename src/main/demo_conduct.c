/* The day, played by other programs (demo/): devices, guards and the one that conducts them. It
 * started this program, and only it holds the other end of standard input: nobody else can move the
 * clock. An order is a line of JSON, and so is its answer, which comes when the order is done and
 * nothing that followed from it is left to be written.
 *
 *   > {"to":"2026-11-23T04:28:00Z"}
 *   < {"now":"2026-11-23T04:28:00Z","events":512}
 *   > {"pace":"run"}                   as fast as life; "stand": it stands again
 *   > {"stage":{"scene":"break-in","cue":"fence","state":"playing",…}}    demo_stage.h
 *   < {"now":"2026-11-23T04:28:00.1Z","events":512,"visitor":"post-one","wish":{"wish":"next"}}
 *   > {"play":{"command":"zone.change",…,"drill":true}}
 *   < {"now":"2026-11-23T09:00:00Z","events":812}
 *   > {"tell":true}
 *   < {"events":512,"people":61,…}
 *
 * The end of standard input is the end. */
#include "main/demo.h"

#include <inttypes.h>
#include <unistd.h>

#define DEMO_PACES(X, E)                         \
    X(E, STAND, "stand", "it is led, or stands") \
    X(E, RUN, "run", "as fast as life")
SHAPE_DECLARE_CHOICES(demo_pace, DEMO_PACE, DEMO_PACES);
SHAPE_DEFINE_CHOICES(demo_pace, DEMO_PACE, DEMO_PACES);

#define DEMO_ORDER_FIELDS(F, T)                                                          \
    F(T, time, _, to, 0, 0, 0, "lead the clock there")                                   \
    F(T, choice, demo_pace, pace, 0, 0, 0, "how the clock goes on from here")            \
    F(T, record, demo_scene, stage, 0, 0, 0, "what visitors are told of the day")        \
    F(T, json, _, play, 0, 2, 4000, "do a line of a script that no device or guard can") \
    F(T, flag, _, tell, 0, 0, 0, "tell what has come of the day")
SHAPE_DECLARE(demo_order, DEMO_ORDER_FIELDS);
SHAPE_DEFINE(demo_order, DEMO_ORDER_FIELDS, 1, "What the conductor asks for");

enum { ORDER_MAX = 8000 };

/* ---- the beginning --------------------------------------------------------------------------- */

/* As whom the other programs act over HTTP. */
static rc put_tokens(struct demo *d, struct text *out)
{
    static const char *const accounts[] = {"officer", "post-one", "patrol"};
    for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++) {
        struct auth_token_wish wish = {.account = str_from(accounts[i]),
                                       .name = STR("a program of the demonstration")};
        struct str id, token;
        TRY(auth_make_token(d->c, d->core, &actor_system, &wish, &id, &token));
        text_printf(out, "%s\"%s\":\"%.*s\"", i ? "," : "", accounts[i], STR_ARG(token));
    }
    return OK;
}

static rc print(struct demo *d, struct text *line)
{
    struct str json;
    TRY(text_done(line, &json));
    fprintf(d->cli->out, "%.*s\n", STR_ARG(json));
    fflush(d->cli->out);
    return OK;
}

static rc greet(struct demo *d, const struct serving *serving, struct str shown)
{
    struct text out;
    text_init(&out, d->c, 8192);
    text_put(&out, STR("{\"now\":\""));
    text_put_wall(&out, clock_now(d->c));
    text_printf(&out, "\",\"port\":%u,\"shown\":", edge_port(serving->edge));
    text_put_json(&out, shown);
    text_put(&out, STR(",\"tokens\":{"));
    TRY(put_tokens(d, &out));
    text_put(&out, STR("}}"));
    return print(d, &out);
}

/* ---- orders ---------------------------------------------------------------------------------- */

/* From deadline to deadline; a clock that runs does so again from there. */
static rc lead_clock(struct demo *d, struct wall to)
{
    bool running = demo_clock_runs(&d->clock);
    demo_clock_stand(&d->clock);
    if (to.us >= clock_now(d->c).us)
        demo_move_clock(d, to);
    else if (!running)
        FAIL(d->c, INVALID, "the clock is not led back");
    if (running)
        demo_clock_run(&d->clock);
    return OK;
}

static void set_pace(struct demo *d, enum demo_pace pace)
{
    if (pace == DEMO_PACE_RUN && !demo_clock_runs(&d->clock))
        demo_clock_run(&d->clock);
    if (pace == DEMO_PACE_STAND)
        demo_clock_stand(&d->clock);
}

static rc print_now(struct demo *d)
{
    struct text out;
    text_init(&out, d->c, 4096);
    text_put(&out, STR("{\"now\":\""));
    text_put_wall(&out, clock_now(d->c));
    text_printf(&out, "\",\"events\":%" PRId64, core_size(d->core));
    demo_stage_take(d->stage, &out);
    text_put_char(&out, '}');
    return print(d, &out);
}

static rc obey(struct demo *d, struct str text)
{
    struct demo_order order = {0};
    struct script_manner manner = {.minutes = d->minutes};
    struct text out;
    text_init(&out, d->c, 4096);
    TRY(shape_read(d->c, &demo_order_shape, SHAPE_FROM_INPUT, text, &order));
    if (order.to.us)
        TRY(lead_clock(d, order.to));
    set_pace(d, order.pace);
    if (order.stage.state)
        TRY(demo_stage_tell(d->c, d->stage, &order.stage));
    if (!str_absent(order.play))
        TRY(script_play(d->c, d->core, order.play, &manner));
    if (!order.tell)
        return print_now(d);
    TRY(demo_tell(d, &out));
    return print(d, &out);
}

/* Whole lines of what came; the rest is moved to the front. */
static rc obey_lines(struct demo *d, char *bytes, size_t *len)
{
    struct str rest = {bytes, *len};
    for (size_t at; (at = str_find(rest, STR("\n"))) != SIZE_MAX;) {
        struct arena_mark mark = arena_mark(d->c->arena);
        TRY(obey(d, str_sub(rest, 0, at)));
        arena_return(d->c->arena, mark);
        rest = str_sub(rest, at + 1, rest.len);
    }
    memmove(bytes, rest.ptr, rest.len);
    *len = rest.len;
    return OK;
}

static rc obey_until_end(struct demo *d)
{
    char *bytes = NULL;
    size_t len = 0;
    NEW(d->c, bytes, ORDER_MAX);
    while (serving_wait_readable(STDIN_FILENO)) {
        ssize_t got = read(STDIN_FILENO, bytes + len, ORDER_MAX - len);
        if (got <= 0)
            break;
        len += (size_t)got;
        TRY(obey_lines(d, bytes, &len));
        if (len == ORDER_MAX)
            FAIL(d->c, TOO_LARGE, "an order has less than %d bytes", ORDER_MAX);
    }
    return OK;
}

rc demo_conduct(struct demo *d)
{
    struct serving serving;
    struct str shown;
    TRY(demo_serve(d, &serving, &shown));
    rc result = greet(d, &serving, shown);
    if (rc_ok(result))
        result = obey_until_end(d);
    serving_close(&serving);
    return result;
}
