/* The rules of a level and its steps, and the module. */
#include "domain/posture/posture_own.h"

#include "core/record.h"
#include "domain/alarm/alarm.h"
#include "domain/mission/mission.h"
#include "domain/source/source.h"
#include "domain/task/task.h"

/* Whoever may see the mission may see its level: a level is always explained. */
#define READ   "mission.read"
#define ASSESS "posture.assess"

SHAPE_DEFINE_CHOICES(security_level, SECURITY_LEVEL, SECURITY_LEVELS);
SHAPE_DEFINE_CHOICES(level_state, LEVEL_STATE, LEVEL_STATES);
SHAPE_DEFINE(level, LEVEL_FIELDS, 1, "The security level of the mission, by one assessment");

enum { MOST_DAYS = 366 };

/* One condition: the mission is without a level. */
#define LAPSED_KEY STR("level/lapsed")

/* ---- rules ----------------------------------------------------------------------------------- */

static rc check(struct ctx *c, struct picture *, const struct command *, const void *before,
                const void *after)
{
    const struct level *level = after;
    struct wall now = clock_now(c);
    if (before || !level)
        return OK;
    if (level->label.tlp > TLP_GREEN || !str_absent(level->label.compartments))
        REFUSE(c, INVALID, "label", "label",
               "everybody is told the level and its reason: TLP:GREEN at most");
    if (level->until.us <= now.us)
        REFUSE(c, INVALID, "past", "until", "that is over; give a time to come");
    if (level->until.us > wall_after(now, MOST_DAYS * DAY_MS).us)
        REFUSE(c, INVALID, "far", "until", "an assessment holds for a year at most");
    return OK;
}

struct replacing {
    struct ctx *c;
    struct picture *picture;
    struct outcome *outcome;
    struct str by;
};

static rc replace(struct ctx *, void *arg, const struct row *, const void *record, bool *)
{
    const struct replacing *r = arg;
    const struct level *level = record;
    if (str_eq(level->id, r->by))
        return OK;
    return step_follow(r->c, r->picture, r->outcome, &level_shape, level->id, "replace", NULL);
}

/* One level stands at a time: a new assessment takes the place of the last. */
static rc on_added(struct ctx *c, struct picture *picture, const struct event *event,
                   struct outcome *outcome)
{
    const struct level *level = event->body;
    struct replacing replacing = {c, picture, outcome, level->id};
    struct query query = {.filter_count = 1,
                          .filters = {{STR("state"), FILTER_EQ, STR("standing")}}};
    TRY(alarm_return(c, picture, outcome, LAPSED_KEY, clock_now(c)));
    return picture_each(c, picture, &level_shape, &query, replace, &replacing);
}

/* From now on nobody knows the level, and somebody is told so. */
static rc lapse(struct ctx *c, struct picture *picture, struct step_call *call)
{
    const struct level *level = call->after;
    struct raise raise = {
        .message = "level.lapsed",
        .key = LAPSED_KEY,
        .cause = STR("level-lapsed"),
        .label = level->label,
        .kind = SIGNAL_KIND_STATUS,
        .priority = SIGNAL_PRIORITY_MEDIUM,
        .at = level->until,
    };
    return alarm_raise(c, picture, call->outcome, &raise);
}

static const struct step steps[] = {
    STEP("replace", "replaced", ASSESS, "standing", "replaced", "A later assessment replaces it",
         .flags = STEP_SYSTEM | STEP_ENDS),
    STEP("lapse", "lapsed", ASSESS, "standing", "lapsed", "Its time has passed", .rule = lapse,
         .flags = STEP_SYSTEM | STEP_ENDS),
    {0},
};

static const struct due dues[] = {{.states = "standing", .field = "until", .step = "lapse"}, {0}};

/* ---- the module ------------------------------------------------------------------------------ */

const struct module posture_module = {
    .name = "posture",
    .help = "The security level, why it is what it is, and until when",
    .needs = NEEDS(&mission_module, &task_module, &alarm_module, &source_module, &report_module),
    .records =
        (const struct record[]){
            RECORD(level, "levels", READ, ASSESS, .check = check, .steps = steps, .dues = dues,
                   .editable = ""),
            {0},
        },
    .reactions = (const struct reaction[]){{.on = "level.added", .react = on_added}, {0}},
    .reports =
        (const struct report[]){
            {"morning",
             "What the day begins with: level, alarms of the night, blind spots, what is due", READ,
             &morning_asked_shape, morning_describe},
            {0},
        },
    .permissions =
        (const struct permission[]){{ASSESS, "Say what the security level is, and why"}, {0}},
};
