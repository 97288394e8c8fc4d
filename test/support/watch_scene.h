/* For the tests of the watch: a mission with two zones and a few sources. */
#ifndef SUPPORT_WATCH_SCENE_H
#define SUPPORT_WATCH_SCENE_H

#include "domain/arming/arming.h"
#include "domain/signal/signal.h"

#include "support/scene.h"
#include "support/shape_property.h"

#include "unit.h"

#include <inttypes.h>

static const int64_t SECOND_US = 1000000;

/* The modules of the watch. */
#define WATCH_MODULES &alarm_module, &source_module, &arming_module, &signal_module

/* A guard named in every test: a person, clearance TLP:AMBER; and another one. */
extern const struct actor guard, other_guard;

/* Zones `hall` and `yard`; sources `panel` (points 1 in the hall, 2 in the yard; heartbeat 60 s)
 * and `camera` (yard, heartbeat 10 s). */
void watch_scene_open(struct scene *s);

/* A command as somebody; it must do, or be refused with this rule. */
void does(struct scene *s, const struct actor *actor, const char *name, const char *target,
          const char *json);
void refused(struct scene *s, enum rc_code code, const char *rule, const struct actor *actor,
             const char *name, const char *target, const char *json);

/* Hand in one signal: kind, source, and more members of its JSON (",\"zone\":\"1\""). */
void signal_in(struct scene *s, const char *kind, const char *source, const char *more);
void heartbeat(struct scene *s, const char *source);

/* Move the clock and let fall due what is due. */
void pass(struct scene *s, int64_t seconds);

/* The number of live rows where a column has a value; of all, when column is NULL. */
size_t count_where(struct scene *s, const struct shape *shape, const char *column,
                   const char *value);
size_t count_events(struct scene *s, const char *kind);

/* The one live alarm of a source (NULL: of anybody) with this cause. */
struct alarm the_alarm(struct scene *s, const char *source, const char *cause);
enum alarm_state state_of(struct scene *s, const char *source, const char *cause);
struct source_state source_is(struct scene *s, const char *source);

/* An alarm with this message was raised, with these parameters as JSON (NULL: none), and `own`
 * words of the mission or none: nothing else that it says stands in the ledger. */
void raised_by_reference(struct scene *s, const char *message, const char *params, bool own);

/* What a route answers to an actor, as text. `part` and `param` ("hours=5") may be NULL. */
const char *fetch(struct scene *s, const struct actor *actor, const char *path, const char *part,
                  const char *param);
/* The same to a reader of a language. */
const char *fetch_in(struct scene *s, const char *language, const struct actor *actor,
                     const char *path, const char *part, const char *param);
/* A command by its route, answered as over HTTP. */
const char *post(struct scene *s, const struct actor *actor, const char *path, const char *part,
                 const char *body, struct command **ret);

#define ASSERT_HAS(text, needle)                                \
    do {                                                        \
        if (!strstr((text), (needle)))                          \
            fail_msg("\"%s\" is not in: %s", (needle), (text)); \
    } while (0)

#define RULE(id, kind, cause, more)                                                             \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\",\"kind\":\"" kind           \
    "\",\"cause\":\"" cause "\",\"priority\":\"high\",\"consequence\":\"Somebody is inside.\"," \
    "\"respond_ms\":60000,\"action\":\"Look.\"" more "}"
#define SOURCE(id, kind, more)                                                        \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" id "\",\"kind\":\"" kind \
    "\",\"identity\":\"" id "\"" more "}"
#define ACK "{\"why\":\"went to look\",\"disposition\":\"false\"}"

#endif
