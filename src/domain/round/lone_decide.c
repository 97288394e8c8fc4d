/* A guard who is alone: when the word that all is well does not come, that is an alarm. */
#include "domain/round/round_own.h"

enum { TOURS_MAX = 200 };

static rc wait_for_word(struct ctx *c, struct outcome *outcome, struct lone_guard *lone)
{
    lone->heard = clock_now(c);
    lone->due.us = lone->heard.us + lone->every_ms * 1000;
    lone->overdue = false;
    return outcome_set_deadline(c, outcome, &round_decisions[LONE_OVERDUE], lone->id, lone->due,
                                NULL);
}

static rc alarm_key(struct ctx *c, struct str guard, struct str *ret)
{
    return str_format(c, ret, "lone/%.*s", STR_ARG(guard));
}

/* It is about the guard who asks: nobody else says that they are well. */
static rc get_lone(struct ctx *c, struct picture *picture, struct str guard, struct lone_guard *ret)
{
    struct row row = {0};
    rc found = picture_get(c, picture, &lone_guard_shape, guard, &row, ret);
    if (found.code == RC_NOT_FOUND || row.retired.us)
        REFUSE(c, CONFLICT, "not-alone", "", "no timer is running for this guard");
    return found;
}

rc lone_decide_begin(struct ctx *c, struct picture *, const struct command *command,
                     struct outcome *outcome)
{
    const struct lone_begin *input = command->input;
    struct lone_guard lone = {
        .id = command->actor.id, .label = ROUND_LABEL, .every_ms = input->every_ms};
    if (input->every_ms < 60000)
        REFUSE(c, INVALID, "least", "every_ms", "at most once a minute");
    TRY(wait_for_word(c, outcome, &lone));
    return outcome_add_row(c, outcome, &lone_begun_kind, &lone);
}

rc lone_decide_word(struct ctx *c, struct picture *picture, const struct command *command,
                    struct outcome *outcome)
{
    const struct lone_word *input = command->input;
    struct lone_guard lone = {0};
    struct str key;
    TRY(get_lone(c, picture, command->actor.id, &lone));
    if (input->position.known)
        lone.position = input->position;
    TRY(wait_for_word(c, outcome, &lone));
    TRY(alarm_key(c, lone.id, &key));
    TRY(alarm_return(c, picture, outcome, key, clock_now(c)));
    return outcome_add_row(c, outcome, &lone_heard_kind, &lone);
}

rc lone_decide_end(struct ctx *c, struct picture *picture, const struct command *command,
                   struct outcome *outcome)
{
    struct lone_guard lone = {0};
    struct str key;
    TRY(get_lone(c, picture, command->actor.id, &lone));
    TRY(alarm_key(c, lone.id, &key));
    TRY(alarm_return(c, picture, outcome, key, clock_now(c)));
    return outcome_add_row(c, outcome, &lone_ended_kind, &lone);
}

rc lone_decide_overdue(struct ctx *c, struct picture *picture, const struct command *command,
                       struct outcome *outcome)
{
    struct lone_guard lone = {0};
    TRY(get_lone(c, picture, command->target, &lone));
    if (lone.overdue || lone.due.us > clock_now(c).us)
        return OK;
    struct raise raise = {
        .message = "lone",
        .cause = STR("lone-guard"),
        .kind = SIGNAL_KIND_STATUS,
        .priority = SIGNAL_PRIORITY_URGENT,
        .respond_ms = 60000,
        .label = lone.label,
        .at = lone.heard,
    };
    TRY(alarm_key(c, lone.id, &raise.key));
    TRY(raise_refer(c, &raise, "guard", "account", lone.id));
    TRY(alarm_raise(c, picture, outcome, &raise));
    lone.overdue = true;
    return outcome_add_row(c, outcome, &lone_overdue_kind, &lone);
}

/* The checkpoint with this tag: what people call it, and its zone, which a plan can show. */
static rc put_checkpoint(struct ctx *c, struct picture *picture, struct str tag,
                         struct raise *raise)
{
    const struct query query = {.limit = TOURS_MAX};
    struct page page;
    raise->point = tag;
    TRY(picture_list(c, picture, &guard_tour_shape, &query, &page));
    const struct guard_tour *tours = page.records;
    for (size_t i = 0; i < page.count; i++)
        for (size_t k = 0; k < tours[i].checkpoints.count; k++) {
            const struct checkpoint *one = &tours[i].checkpoints.items[k];
            if (!str_eq(one->tag, tag))
                continue;
            raise->point = one->name;
            raise->zone = one->zone;
            return OK;
        }
    return OK;
}

/* Where to go: what the phone says, or else the checkpoint where the guard was seen last. */
static rc put_place_of_call(struct ctx *c, struct picture *picture, struct str guard,
                            struct place position, struct raise *raise)
{
    struct guard_seen seen = {0};
    if (position.known) {
        struct text out;
        text_init(&out, c, 64);
        text_put_decimal(&out, position.lat_e7, 7);
        text_put(&out, STR(", "));
        text_put_decimal(&out, position.lon_e7, 7);
        return text_done(&out, &raise->point);
    }
    rc found = picture_get(c, picture, &guard_seen_shape, guard, NULL, &seen);
    if (found.code == RC_NOT_FOUND)
        return OK;
    TRY(found);
    return put_checkpoint(c, picture, seen.tag, raise);
}

/* A phone may be without a net for hours; one that says more has lost its clock. */
static struct wall time_of_call(struct wall said, struct wall now)
{
    static const int64_t day_us = (int64_t)24 * 3600 * 1000000;
    return said.us < now.us && said.us > now.us - day_us ? said : now;
}

/* Whoever calls may be made to take it back: it ends as every duress does, by a person's word. */
rc guard_decide_help(struct ctx *c, struct picture *picture, const struct command *command,
                     struct outcome *outcome)
{
    const struct guard_help *input = command->input;
    struct wall now = clock_now(c);
    struct str guard = command->actor.id;
    struct raise raise = {
        .message = "help",
        .cause = STR("help"),
        .kind = SIGNAL_KIND_DURESS,
        .priority = SIGNAL_PRIORITY_URGENT,
        .label = ROUND_LABEL,
        .lane = true,
        .at = time_of_call(input->at, now),
    };
    TRY(str_format(c, &raise.key, "help/%.*s/%.*s", STR_ARG(guard), STR_ARG(input->call)));
    TRY(raise_refer(c, &raise, "guard", "account", guard));
    TRY(put_place_of_call(c, picture, guard, input->position, &raise));
    return alarm_raise(c, picture, outcome, &raise);
}
