/* A small mission for tests: modules, a store of its own, a clock that stands, one writer without a
 * thread. Every helper fails the test by itself. */
#ifndef SUPPORT_SCENE_H
#define SUPPORT_SCENE_H

#include "assembly/core_module.h"
#include "core/core.h"

#include "unit.h"

#include <stdlib.h>

struct scene {
    struct ctx c;
    struct ctx noted; /* for what handlers read: their own memory comes and goes */
    struct clock_manual clock;
    char folder[64];
    char schema[16]; /* on PostgreSQL */
    struct core_options options;
    struct catalog *catalog;
    struct core *core;
    struct reader reader;
};

/* Open a mission "m1" with these modules, in a temporary folder or in a new schema of the
 * PostgreSQL that CHANCERY_TEST_POSTGRES names. */
void scene_open_on(struct scene *scene, enum store_kind kind, size_t count,
                   const struct module *const *modules);
void scene_open(struct scene *scene, size_t count, const struct module *const *modules);
void scene_close(struct scene *scene);

/* One test, run on both kinds of database: TEST_SCENES(name, modules) { … s … } */
#define TEST_SCENES(name, modules)                                                        \
    static void name##_on(struct scene *s);                                               \
    TEST(name##_on_sqlite)                                                                \
    {                                                                                     \
        struct scene s;                                                                   \
        scene_open_on(&s, STORE_SQLITE, sizeof(modules) / sizeof *(modules), modules);    \
        name##_on(&s);                                                                    \
        scene_close(&s);                                                                  \
    }                                                                                     \
    TEST(name##_on_postgres)                                                              \
    {                                                                                     \
        if (!getenv("CHANCERY_TEST_POSTGRES"))                                            \
            unit_skip("CHANCERY_TEST_POSTGRES is not set (tools/with-postgres sets it)"); \
        struct scene s;                                                                   \
        scene_open_on(&s, STORE_POSTGRES, sizeof(modules) / sizeof *(modules), modules);  \
        name##_on(&s);                                                                    \
        scene_close(&s);                                                                  \
    }                                                                                     \
    static void name##_on(struct scene *s)

/* Close the core and open it again, as after a restart; or under other modules. */
void scene_restart(struct scene *scene);
void scene_restart_with(struct scene *scene, size_t count, const struct module *const *modules);

/* Do a command by name, as the system, with its input as JSON; target may be NULL. Gives the seq of
 * its first event. */
int64_t scene_do(struct scene *scene, const char *command, const char *target, const char *json);

/* The same, expecting this refusal at this JSON Pointer. */
void scene_refused(struct scene *scene, const char *command, const char *target, const char *json,
                   enum rc_code code, const char *pointer);

/* Somebody who may do and read everything: an account, and the person it belongs to; literals. */
#define SCENE_ACTOR(account, person_)                                                    \
    {                                                                                    \
        .id = {account, sizeof account - 1}, .person = {person_, sizeof person_ - 1},    \
        .permissions = {(struct str[]){{"*", 1}}, 1}, .clearance = {TLP_RED, {NULL, 0}}, \
    }

/* Do a command as somebody. The result is in the command. */
void scene_do_as(struct scene *scene, const struct actor *actor, const char *command,
                 const char *target, const char *json, struct command *ret);

/* One record of the picture, as JSON; NULL when there is none. */
const char *scene_get(struct scene *scene, const struct shape *shape, const char *id);

/* Throw the picture away, fold it anew, and compare the digests. */
void scene_rebuild_is_equal(struct scene *scene);

#endif
