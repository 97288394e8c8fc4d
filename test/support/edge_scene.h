/* A small mission that is served: things to list and change, three callers, real sockets. */
#ifndef SUPPORT_EDGE_SCENE_H
#define SUPPORT_EDGE_SCENE_H

#include "edge/edge.h"
#include "support/scene.h"

#include <semaphore.h>

/* Callers are known by "Authorization: Bearer NAME" or by a cookie session=NAME: `officer` may do
 * and read everything, `guard` may read things up to TLP:GREEN. `nobody` is no session.
 * The browser that sends a cookie browser=known is known. */
enum guard { GUARD_ON_DUTY, GUARD_WITHOUT_RIGHTS, GUARD_GONE };

struct edge_scene {
    struct scene scene;
    struct edge_auth auth;
    struct edge *edge;
    _Atomic enum guard guard; /* taken notice of at the next event about thing/roles */
    unsigned char host;       /* clients come from 127.0.0.{host}; 0: from 127.0.0.1 */
};

#define THING_FIELDS(F, T)                                                        \
    RECORD_FIELDS(F, T)                                                           \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 80, "what it is called") \
    F(T, text, line, secret, SECRET, 1, 40, "what is never shown")                \
    F(T, json, _, raw, 0, 0, 5000, "as it came")
SHAPE_DECLARE(thing, THING_FIELDS);

extern const struct module thing_module;

/* What GET /api/v1/lengthy waits for, and GET /api/v1/hashes for those who are not signed in. */
extern sem_t edge_scene_lengthy;

/* Open the server of a scene that is open; its writer is not started. */
void edge_scene_prepare(struct edge_scene *s, struct edge_options options);

/* Serve the scene, which is open. Zeros in `options` take what is usual for tests; core and clock
 * are filled in. What is answered is added to the file that CHANCERY_HITS names. */
void edge_scene_begin(struct edge_scene *s, struct edge_options options);

/* The same with a scene of things, and callers of its own. */
void edge_scene_open(struct edge_scene *s, struct edge_options options);
/* The same without the comparison of every reply, for benches. */
void edge_scene_serve(struct edge_scene *s, struct edge_options options);
void edge_scene_close(struct edge_scene *s);

/* A connection; text to it; what comes until `end` (NULL: until it closes). */
int edge_scene_dial(const struct edge_scene *s);
void edge_scene_say(int fd, const char *text);
const char *edge_scene_hear(int fd, const char *end);

/* One request on a connection of its own, as `who` (NULL: without credentials), with further
 * headers ("A: b\r\n", may be NULL) and a body in JSON (may be NULL). Gives the whole reply, valid
 * until the next call. */
const char *edge_scene_ask(const struct edge_scene *s, const char *method, const char *target,
                           const char *who, const char *headers, const char *body);

/* The reply has this status; otherwise the test fails with it. Gives its body. */
const char *edge_scene_expect(const struct edge_scene *s, int status, const char *method,
                              const char *target, const char *who, const char *headers,
                              const char *body);

#endif
