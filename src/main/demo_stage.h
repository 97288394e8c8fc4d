/* What a visitor of the demonstration is given beside the console itself: to be any person of the
 * fictional mission with one click, to see which scene is played, and to pause it, go on, or have
 * it again. It adds its routes to the mission that `chancery demo --conducted` has made, and there
 * are none of them in any other.
 *
 *   GET  /api/v1/demo            the people, the scene, what is happening
 *   POST /api/v1/demo/sign-in    {"account":"post-one"}
 *   POST /api/v1/demo/wish       {"wish":"next"}
 *
 * The conductor says what is played and takes the wishes (demo_conduct.c). None of this is in a
 * program that was built without -Ddemonstration. */
#ifndef MAIN_DEMO_STAGE_H
#define MAIN_DEMO_STAGE_H

#include "main/folder.h"

/* The name under which the demonstration signs its checkpoints, and where its folders are. */
#define DEMO_ORIGIN "chancery.example/norland-vael"
#define DEMO_FOLDER "/tmp/chancery-demo-"

#define DEMO_STATES(X, E)                                                      \
    X(E, SETTING, "setting", "the clock is led to the scene")                  \
    X(E, PLAYING, "playing", "it is played, at the speed of life")             \
    X(E, WAITING, "waiting", "it is played, and waits for the visitor to act") \
    X(E, PAUSED, "paused", "the clock stands")                                 \
    X(E, OVER, "over", "the last scene is over; the day goes on")
SHAPE_DECLARE_CHOICES(demo_state, DEMO_STATE, DEMO_STATES);

#define DEMO_SCENE_FIELDS(F, T)                                              \
    F(T, id, _, scene, REQUIRED, 0, 0, "the scene")                          \
    F(T, id, _, cue, REQUIRED, 0, 0, "what is happening in it")              \
    F(T, choice, demo_state, state, REQUIRED, 0, 0, "how it stands")         \
    F(T, texts, line, scenes, 0, 0, 12, "all scenes, in their order")        \
    F(T, text, line, look, 0, 1, 100, "page on which it is to be seen best") \
    F(T, text, line, as, 0, 1, 40, "account of who has something to do in it")
SHAPE_DECLARE(demo_scene, DEMO_SCENE_FIELDS);

#define DEMO_WISHES(X, E)                                 \
    X(E, PAUSE, "pause", "let the clock stand")           \
    X(E, GO_ON, "go-on", "let it run again")              \
    X(E, NEXT, "next", "the next scene")                  \
    X(E, AGAIN, "again", "this scene from its beginning") \
    X(E, SCENE, "scene", "the scene that is named")
SHAPE_DECLARE_CHOICES(demo_wish_kind, DEMO_WISH, DEMO_WISHES);

#define DEMO_WISH_FIELDS(F, T)                                 \
    F(T, choice, demo_wish_kind, wish, REQUIRED, 0, 0, "what") \
    F(T, id, _, scene, 0, 0, 0, "which scene; with \"scene\" only")
SHAPE_DECLARE(demo_wish, DEMO_WISH_FIELDS);

struct demo_stage;

/* Make the folder's catalog anew, with the stage's routes. FORBIDDEN for a folder that is not the
 * demonstration's. Before its core is opened; the stage outlives the core. */
rc demo_stage_open(struct ctx *c, struct folder *folder, struct demo_stage **ret);
void demo_stage_close(struct demo_stage *stage);

/* What is played from now on. */
rc demo_stage_tell(struct ctx *c, struct demo_stage *stage, const struct demo_scene *scene);

/* Append what visitors want, once, and who was signed in last: ,"wish":{…},"visitor":"post-one". */
void demo_stage_take(struct demo_stage *stage, struct text *out);

#endif
