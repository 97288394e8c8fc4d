#include "main/demo_walk.h"

#include "domain/account/account.h"

#include <sodium.h>

#define PHONE STR("patrol-phone")

static rc call(struct ctx *c, struct core *core, const struct actor *actor, struct str name,
               struct str target, const void *input, char ret_id[32])
{
    struct command command = {
        .decision = catalog_decision(core_catalog(core), name),
        .input = input,
        .target = target,
        .actor = *actor,
        .cause = -1,
        .expect_seq = -1,
    };
    TRY(core_call(c, core, &command));
    if (ret_id)
        memcpy(ret_id, command.record_id, sizeof command.record_id);
    return OK;
}

static rc scan(struct ctx *c, struct core *core, struct demo_walk *walk, const struct actor *actor,
               struct str tag)
{
    unsigned char signature[crypto_sign_BYTES];
    struct str message;
    struct tour_scan input = {.tag = tag, .at = clock_now(c), .phone = PHONE};
    TRY(tour_scan_message(c, str_from(walk->run), &input, &message));
    crypto_sign_detached(signature, NULL, (const unsigned char *)message.ptr, message.len,
                         walk->secret_key);
    input.signature = (struct str){(const char *)signature, sizeof signature};
    return call(c, core, actor, STR("tour.scan"), str_from(walk->run), &input, NULL);
}

static rc add_phone(struct ctx *c, struct core *core, struct demo_walk *walk)
{
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    crypto_sign_keypair(public_key, walk->secret_key);
    struct guard_phone phone = {
        .id = PHONE,
        .label = {TLP_GREEN, {NULL, 0}},
        .name = STR("Phone of the patrol"),
        .guard = str_from(walk->guard),
        .key = {(const char *)public_key, sizeof public_key},
    };
    return call(c, core, &actor_system, STR("guard_phone.add"), (struct str){NULL, 0}, &phone,
                NULL);
}

/* What the guard does, with the picture at hand. */
typedef rc deed(struct ctx *c, struct core *core, struct picture *picture,
                const struct actor *actor, struct demo_walk *walk);

static rc set_out(struct ctx *c, struct core *core, struct picture *, const struct actor *actor,
                  struct demo_walk *walk)
{
    return call(c, core, actor, STR("tour.start"), str_from(walk->tour), NULL, walk->run);
}

static rc scan_next(struct ctx *c, struct core *core, struct picture *picture,
                    const struct actor *actor, struct demo_walk *walk)
{
    struct tour_run run = {.id = {NULL, 0}};
    TRY(picture_get(c, picture, &tour_run_shape, str_from(walk->run), NULL, &run));
    walk->next++;
    walk->over = walk->next == run.visits.count;
    return scan(c, core, walk, actor, run.visits.items[walk->next - 1].tag);
}

static rc as_guard(struct ctx *c, struct core *core, struct demo_walk *walk, deed *what)
{
    struct reader reader;
    struct actor actor = {.id = {NULL, 0}};
    struct arena_mark mark = arena_mark(c->arena);
    TRY(core_reader_open(c, core, &reader));
    rc result = account_actor(c, reader.picture, str_from(walk->guard), &actor);
    if (rc_ok(result))
        result = what(c, core, reader.picture, &actor, walk);
    core_reader_close(&reader);
    arena_return(c->arena, mark);
    return result;
}

rc demo_walk_begin(struct ctx *c, struct core *core, struct demo_walk *walk)
{
    TRY(add_phone(c, core, walk));
    return as_guard(c, core, walk, set_out);
}

int64_t demo_walk_due(const struct demo_walk *walk)
{
    if (!walk->run[0] || walk->over)
        return INT64_MAX;
    return walk->at + (int64_t)(walk->next + 1) * walk->every_s;
}

rc demo_walk_step(struct ctx *c, struct core *core, struct demo_walk *walk)
{
    return as_guard(c, core, walk, scan_next);
}
