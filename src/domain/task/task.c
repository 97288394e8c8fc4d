/* The rules of a task, its steps and reminders, and the module. */
#include "domain/task/task.h"

#include "base/random.h"
#include "core/record.h"
#include "domain/account/account.h"
#include "frame/attachment/attachment.h"
#include "frame/retention/retention.h"
#include "frame/rhythm/rhythm.h"

#define READ   "task.read"
#define WRITE  "task.write"
#define DO     "task.do"
#define VERIFY "task.verify"

SHAPE_DEFINE_CHOICES(task_state, TASK_STATE, TASK_STATES);
SHAPE_DEFINE(task, TASK_FIELDS, 1, "Something that somebody has to do");
SHAPE_DEFINE(task_proof, TASK_PROOF_FIELDS, 1, "How a task was done");
SHAPE_DEFINE(task_term, TASK_TERM_FIELDS, 1, "The new due time of a task");

enum { DAILY_REMINDERS = 7, WEEK_DAYS = 7, KEEP_DAYS = 3 * 365 };

/* ---- rules ----------------------------------------------------------------------------------- */

/* What it is about has to be there when that is written; it may go before the task does. */
static rc check(struct ctx *c, struct picture *picture, const struct command *command,
                const void *before, const void *after)
{
    const struct task *was = before, *task = after;
    struct named about;
    if (!task || str_absent(task->about) || (was && str_eq(was->about, task->about)))
        return OK;
    rc found = record_named(c, picture, &command->actor, task->about, &about);
    if (found.code == RC_NOT_FOUND)
        REFUSE(c, INVALID, "reference", "about", "there is no such record");
    return found;
}

static bool may_do(const struct task *task, const struct actor *actor)
{
    return actor_may(actor, WRITE) || str_eq(task->owner, actor->id);
}

static rc has_file(struct ctx *c, struct picture *picture, const struct task *task, bool *ret)
{
    struct str name;
    TRY(record_name(c, &task_shape, task->id, &name));
    return attachment_any(c, picture, name, ret);
}

/* Its owner does it, or whoever may change tasks; and shows it. */
static rc finish(struct ctx *c, struct picture *picture, struct step_call *call)
{
    const struct task_proof *input = call->input;
    const struct task *before = call->before;
    struct task *task = call->after;
    bool shown = !str_absent(input->proof);
    if (!may_do(before, &call->command->actor))
        REFUSE(c, FORBIDDEN, "owner", "", "only its owner can report it done");
    if (!shown)
        TRY(has_file(c, picture, before, &shown));
    if (!shown)
        REFUSE(c, INVALID, "required", "proof", "say how it was done, or attach a file");
    if (str_absent(task->raised_by))
        task->raised_by = before->asked_by; /* from now on that is who says it is done */
    task->proof = input->proof;
    task->remind_at = (struct wall){0};
    return OK;
}

static rc postpone(struct ctx *c, struct picture *, struct step_call *call)
{
    const struct task_term *input = call->input;
    struct task *task = call->after;
    if (input->due.us <= clock_now(c).us)
        REFUSE(c, INVALID, "past", "due", "that time has passed; give a later one");
    task->due = input->due;
    task->remind_at = (struct wall){0};
    task->reminders = 0;
    task->overdue = false;
    return OK;
}

static rc forewarn(struct ctx *c, struct picture *, struct step_call *call)
{
    struct task *task = call->after;
    if (task->due.us <= clock_now(c).us)
        REFUSE(c, CONFLICT, "late", "", "it is already due");
    task->reminders++;
    return OK;
}

/* Each day for a week, then each week, until somebody closes it or gives it more time. */
static rc remind(struct ctx *c, struct picture *, struct step_call *call)
{
    struct task *task = call->after;
    struct wall now = clock_now(c);
    int64_t days = task->reminders < DAILY_REMINDERS ? 1 : WEEK_DAYS;
    task->overdue = task->due.us <= now.us;
    task->remind_at = task->overdue ? wall_after(now, days * DAY_MS) : (struct wall){0};
    task->reminders++;
    return OK;
}

static const struct step steps[] = {
    STEP("finish", "done", DO, "open", "done", "Report it done, with proof",
         .input = &task_proof_shape, .rule = finish, .flags = STEP_ASKS),
    STEP("verify", "verified", VERIFY, "done", "verified", "Confirm that it is done",
         .flags = STEP_OTHER | STEP_ENDS),
    STEP("return", "returned", VERIFY, "done", "open", "Give it back: it is not done",
         .flags = STEP_REASON),
    STEP("drop", "dropped", WRITE, "open done", "dropped", "Drop it",
         .flags = STEP_REASON | STEP_ENDS),
    STEP("postpone", "postponed", WRITE, "open", NULL, "Give it more time",
         .input = &task_term_shape, .rule = postpone, .flags = STEP_REASON),
    STEP("forewarn", "forewarned", WRITE, "open", NULL, "It falls due within a day",
         .rule = forewarn, .flags = STEP_SYSTEM),
    STEP("fall-due", "overdue", WRITE, "open", NULL, "It was not done in time", .rule = remind,
         .flags = STEP_SYSTEM),
    STEP("remind", "reminded", WRITE, "open", NULL, "It is still not done", .rule = remind,
         .flags = STEP_SYSTEM),
    {0},
};

static const struct due dues[] = {
    {.states = "open", .field = "due", .after_ms = -DAY_MS, .step = "forewarn"},
    {.states = "open", .field = "due", .step = "fall-due"},
    {.states = "open", .field = "remind_at", .step = "remind"},
    {0},
};

/* ---- raising --------------------------------------------------------------------------------- */

rc task_raise(struct ctx *c, struct picture *picture, struct outcome *outcome,
              const struct task_raise *raise)
{
    struct task task = {
        .label = raise->label,
        .title = raise->title,
        .about = raise->about,
        .owner = raise->owner,
        .due = raise->due,
        .note = raise->note,
        .state = TASK_STATE_OPEN,
        .state_since = clock_now(c),
        .asked_by = raise->raised_by,
        .raised_by = raise->raised_by,
        .cause = raise->cause,
    };
    bool there = false;
    if (!str_absent(raise->cause))
        TRY(picture_any(c, picture, &task_shape, "cause", raise->cause, &there));
    if (there)
        return OK;
    TRY(id_new(c, &task.id));
    return record_want(c, picture, outcome, &task_shape, RECORD_ADD, &task);
}

/* A routine of the mission: one task at a time, however many dates go by. */
static rc on_routine(struct ctx *c, struct picture *picture, const struct event *event,
                     struct outcome *outcome)
{
    const struct routine_date *date = event->body;
    struct str about;
    if (str_absent(date->owner))
        return OK;
    TRY(str_format(c, &about, "routine/%.*s", STR_ARG(date->id)));
    return task_raise(c, picture, outcome,
                      &(struct task_raise){.label = date->label,
                                           .title = date->name,
                                           .about = about,
                                           .owner = date->owner,
                                           .due = wall_after(date->due, DAY_MS),
                                           .cause = about});
}

/* ---- the module ------------------------------------------------------------------------------ */

const struct module task_module = {
    .name = "task",
    .help = "What somebody has to do, by when, and the proof",
    .needs = NEEDS(&rhythm_module, &attachment_module, &retention_module, &account_module),
    .records =
        (const struct record[]){
            RECORD(task, "tasks", READ, WRITE, .check = check, .steps = steps, .dues = dues,
                   .editable = "open", .erasable = true,
                   .keep = {.days = KEEP_DAYS, .after = KEEP_RETIRED},
                   .attachments = {.most = 10,
                                   .kinds = "image/jpeg image/png application/pdf text/plain",
                                   .write = DO}),
            {0},
        },
    .reactions = (const struct reaction[]){{.kind = &routine_came_kind, .react = on_routine}, {0}},
    .permissions =
        (const struct permission[]){
            {READ, "See tasks"},
            {WRITE, "Assign, change and drop tasks"},
            {DO, "Do one's own tasks"},
            {VERIFY, "Confirm that a task is done, or give it back"},
            {0},
        },
};
