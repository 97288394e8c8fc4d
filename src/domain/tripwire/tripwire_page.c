/* What the console asks beside the generated routes: a live check, a try-out, past events, why. */
#include "domain/tripwire/tripwire_own.h"
#include "domain/tripwire/tripwire_view.h"

#include "assembly/page.h"
#include "core/catalog.h"

#include "base/json.h"

#include <inttypes.h>

enum { DAYS_MAX = 3660, BACKTEST_EVENTS_MAX = 2000000, TRY_BODY_MAX = 1 << 20, TRY_HITS_MAX = 100 };

#define TRIPWIRE_TEXT_FIELDS(F, T) \
    F(T, text, block, rule, REQUIRED, 1, TRIPWIRE_TEXT_MAX, "the Sigma rule, as YAML")
SHAPE_DECLARE(tripwire_text, TRIPWIRE_TEXT_FIELDS);
SHAPE_DEFINE(tripwire_text, TRIPWIRE_TEXT_FIELDS, 1, "A rule to be checked");

#define TRIPWIRE_DAYS_FIELDS(F, T)                     \
    F(T, i64, _, days, 0, 1, DAYS_MAX, "how far back") \
    F(T, text, block, rule, 0, 1, TRIPWIRE_TEXT_MAX, "instead of the record's text, this one")
SHAPE_DECLARE(tripwire_days, TRIPWIRE_DAYS_FIELDS);
SHAPE_DEFINE(tripwire_days, TRIPWIRE_DAYS_FIELDS, 1, "What to run a rule over");

#define TRIPWIRE_REPLAY_FIELDS(F, T)                                         \
    F(T, text, block, rule, 0, 1, TRIPWIRE_TEXT_MAX, "a rule, or else")      \
    F(T, id, _, tripwire, 0, 0, 0, "the rule of this tripwire")              \
    F(T, time, _, from, 0, 0, 0, "events that were received since, or else") \
    F(T, i64, _, days, 0, 0, DAYS_MAX, "those of so many days")              \
    F(T, time, _, until, 0, 0, 0, "and before; absent: now")
SHAPE_DECLARE(tripwire_replay, TRIPWIRE_REPLAY_FIELDS);
SHAPE_DEFINE(tripwire_replay, TRIPWIRE_REPLAY_FIELDS, 1, "Past events to run a rule over");

#define TRIPWIRE_TRIAL_FIELDS(F, T)                                                  \
    F(T, json, _, events, REQUIRED, 2, TRY_BODY_MAX, "a list of events, as objects") \
    F(T, text, block, rule, 0, 1, TRIPWIRE_TEXT_MAX, "instead of the record's text, this one")
SHAPE_DECLARE(tripwire_trial, TRIPWIRE_TRIAL_FIELDS);
SHAPE_DEFINE(tripwire_trial, TRIPWIRE_TRIAL_FIELDS, 1, "Events to try a rule on");

#define TRIPWIRE_WHY_FIELDS(F, T)                                                   \
    F(T, opt_i64, _, seq, 0, 0, INT64_MAX, "an event of the ledger, by its number") \
    F(T, json, _, event, 0, 2, 65535, "or an event as an object")
SHAPE_DECLARE(tripwire_why, TRIPWIRE_WHY_FIELDS);
SHAPE_DEFINE(tripwire_why, TRIPWIRE_WHY_FIELDS, 1, "What is to be explained");

/* The text of a record's rule. */
static rc text_of(struct ctx *c, const struct request *request, struct str id, struct str *ret)
{
    struct tripwire *tripwire = NULL;
    NEW(c, tripwire, 1);
    TRY(picture_get(c, request->picture, &tripwire_shape, id, NULL, tripwire));
    if (!actor_may_read(request->actor, tripwire->label))
        return picture_absent(c, &tripwire_shape);
    *ret = tripwire->rule;
    return OK;
}

/* The set of the record that the path names, or of a text that was given instead. */
static rc set_of(struct ctx *c, const struct request *request, struct str text,
                 struct sigma_set **ret)
{
    struct str own;
    TRY(text_of(c, request, request->parts[0], &own));
    return tripwire_set(c, request->parts[0], str_absent(text) ? own : text, ret);
}

static struct past past_of(const struct request *request)
{
    return (struct past){request->picture, core_options(request->core)->ledger.seal_key,
                         request->actor};
}

/* ---- check ----------------------------------------------------------------------------------- */

static void put_actions(struct text *out, const struct sigma_rule *rule)
{
    text_put(out, STR(",\"actions\":["));
    for (size_t i = 0; i < rule->action_count; i++) {
        const struct sigma_action *action = &rule->actions[i];
        text_put(out, i ? STR(",{\"what\":") : STR("{\"what\":"));
        text_put_json(out, action->name);
        text_put(out, STR(",\"with\":{"));
        for (size_t k = 0; k < action->count; k++) {
            text_put(out, k ? STR(",") : STR(""));
            text_put_json(out, action->keys[k]);
            text_put_char(out, ':');
            text_put_json(out, action->values[k]);
        }
        text_put(out, STR("}}"));
    }
    text_put_char(out, ']');
}

/* What a rule asks of the picture, and whether anything here can ever answer. */
static void put_states(struct text *out, const struct sigma_rule *rule)
{
    text_put(out, STR(",\"states\":["));
    for (size_t i = 0; i < rule->state_count; i++) {
        text_put(out, i ? STR(",{\"name\":") : STR("{\"name\":"));
        text_put_json(out, rule->states[i]);
        text_printf(out, ",\"known\":%s}", picture_knows(rule->states[i]) ? "true" : "false");
    }
    text_put_char(out, ']');
}

/* What each rule does, for those who have to agree to it. */
static void put_about(struct text *out, const struct sigma_set *set)
{
    text_put(out, STR("\"about\":["));
    for (size_t i = 0; i < sigma_set_count(set); i++) {
        const struct sigma_rule *rule = sigma_set_rule(set, i);
        text_put(out, i ? STR(",{\"rule\":") : STR("{\"rule\":"));
        text_put_json(out, rule->label);
        text_put(out, STR(",\"title\":"));
        text_put_json(out, rule->title);
        text_put(out, STR(",\"level\":"));
        text_put_json(out, rule->level);
        text_put(out, STR(",\"purpose\":"));
        text_put_json(out, rule->purpose);
        text_put(out, STR(",\"source\":"));
        text_put_json(out, rule->source);
        text_printf(out, ",\"line\":%u,\"correlation\":%s,\"output\":%s,\"span_ms\":%" PRId64,
                    rule->line, rule->correlation ? "true" : "false",
                    rule->output ? "true" : "false", rule->span_us / 1000);
        put_actions(out, rule);
        put_states(out, rule);
        text_put_char(out, '}');
    }
    text_put_char(out, ']');
}

/* Each trial of the rules, and whether it went as it should. */
static rc put_trials(struct ctx *c, struct text *out, const struct sigma_set *set)
{
    bool any = false;
    text_put(out, STR(",\"trials\":["));
    for (uint32_t i = 0; i < sigma_set_count(set); i++) {
        const struct sigma_rule *rule = sigma_set_rule(set, i);
        for (size_t k = 0; k < rule->trial_count; k++) {
            bool fired = false;
            rc result = sigma_try(c, set, i, &rule->trials[k], &fired);
            if (result.code == RC_NO_MEMORY)
                return result;
            text_put(out, any ? STR(",{\"rule\":") : STR("{\"rule\":"));
            text_put_json(out, rule->label);
            text_printf(out, ",\"events\":%zu,\"fires\":%s,\"well\":%s}", rule->trials[k].count,
                        rule->trials[k].fires ? "true" : "false",
                        rc_ok(result) && fired == rule->trials[k].fires ? "true" : "false");
            any = true;
        }
    }
    text_put_char(out, ']');
    return OK;
}

static rc put_check(struct ctx *c, const struct request *request, const struct sigma_set *set,
                    struct text *out)
{
    const struct sigma_error *errors;
    size_t count = sigma_set_errors(set, &errors);
    struct str why = {NULL, 0};
    text_printf(out, "{\"rules\":%zu,\"errors\":[", sigma_set_count(set));
    for (size_t i = 0; i < count; i++) {
        text_printf(out, "%s{\"line\":%u,\"reason\":", i ? "," : "", errors[i].line);
        text_put_json(out, errors[i].reason);
        text_put_char(out, '}');
    }
    text_put(out, STR("],"));
    put_about(out, set);
    if (count == 0)
        TRY(put_trials(c, out, set));
    else
        text_put(out, STR(",\"trials\":[]"));
    if (count == 0)
        TRY(rules_try(c, request->picture, set, &why));
    text_printf(out,
                ",\"two_persons\":%s,\"cannot_fire\":", rules_are_grave(set) ? "true" : "false");
    text_put_json(out, why);
    text_put_char(out, '}');
    return OK;
}

static rc serve_check(struct ctx *c, const struct request *request, struct response *response)
{
    const struct tripwire_text *input = request->input;
    struct live_rule rule = {.id = STR("rule"), .text = input->rule};
    struct live_rules rules = {.count = 1, .items = &rule};
    struct sigma_set *set = NULL;
    TRY(rules_set(c, &rules, &set));
    rc result = put_check(c, request, set, response->body);
    sigma_set_close(set);
    return result;
}

/* ---- try ------------------------------------------------------------------------------------- */

struct trying {
    const struct sigma_set *set;
    struct text *out;
    size_t hits;
};

static void on_hit(void *arg, const struct sigma_hit *hit)
{
    struct trying *t = arg;
    if (t->hits++ >= TRY_HITS_MAX)
        return;
    text_put(t->out, t->hits > 1 ? STR(",") : STR(""));
    hit_put(t->out, t->set, hit);
}

static rc feed_json(struct ctx *c, struct sigma_engine *engine, const struct sigma_set *set,
                    struct str events, size_t *ret_count)
{
    struct json j;
    struct str one;
    json_init(&j, events);
    json_array(&j);
    while (json_next_item(&j)) {
        struct sigma_event event;
        if (!json_skip(&j, &one))
            break;
        TRY(sigma_event_read(c, set, one, &event));
        ++*ret_count;
        if (event.id.len == 0)
            TRY(str_format(c, &event.id, "%zu", *ret_count));
        TRY(sigma_feed(c, engine, &event));
    }
    if (!json_end(&j))
        return json_fault(c, &j);
    return sigma_advance(c, engine, (struct wall){INT64_MAX / 2});
}

static rc serve_try(struct ctx *c, const struct request *request, struct response *response)
{
    const struct tripwire_trial *input = request->input;
    struct sigma_set *set = NULL;
    struct sigma_engine *engine = NULL;
    size_t count = 0;
    TRY(set_of(c, request, input->rule, &set));
    struct trying t = {set, response->body, 0};
    struct sigma_engine_options options = {
        .lateness_us = DAY_US, .bytes_max = (size_t)64 << 20, .arg = &t, .hit = on_hit};
    text_put(response->body, STR("{\"items\":["));
    rc result = sigma_engine_open(c, set, &options, &engine);
    if (rc_ok(result))
        result = feed_json(c, engine, set, input->events, &count);
    sigma_engine_close(engine);
    sigma_set_close(set);
    text_printf(response->body, "],\"hits\":%zu,\"events\":%zu}", t.hits, count);
    return result;
}

/* ---- backtest -------------------------------------------------------------------------------- */

/* Rules that found nothing say what was missing. */
static rc hold_against(struct ctx *c, const struct request *request, struct str id, struct str text,
                       struct wall from, struct wall until, struct response *response)
{
    struct past past = past_of(request);
    struct sigma_set *set = NULL;
    TRY(tripwire_set_relaxed(c, id, text, &set));
    struct backtest backtest = {
        .picture = past.picture,
        .seal_key = past.seal_key,
        .actor = past.actor,
        .set = set,
        .from = from,
        .until = until,
        .events_max = BACKTEST_EVENTS_MAX,
        .nearest = true,
    };
    rc result = tripwire_backtest(c, &backtest, response->body);
    sigma_set_close(set);
    return result;
}

static rc serve_backtest(struct ctx *c, const struct request *request, struct response *response)
{
    const struct tripwire_days *input = request->input;
    struct wall from = {clock_now(c).us - input->days * DAY_US};
    struct str text;
    TRY(text_of(c, request, request->parts[0], &text));
    return hold_against(c, request, request->parts[0], str_absent(input->rule) ? text : input->rule,
                        from, (struct wall){0}, response);
}

static rc serve_replay(struct ctx *c, const struct request *request, struct response *response)
{
    const struct tripwire_replay *input = request->input;
    struct str text = input->rule;
    struct wall from = input->from;
    if (str_absent(text) == str_absent(input->tripwire))
        FAIL(c, INVALID, "give either rule or tripwire");
    if (!from.us == !input->days)
        FAIL(c, INVALID, "give either from or days");
    if (input->days)
        from.us = clock_now(c).us - input->days * DAY_US;
    if (input->until.us && input->until.us <= from.us)
        FAIL(c, INVALID, "until is not after from");
    if (str_absent(text))
        TRY(text_of(c, request, input->tripwire, &text));
    return hold_against(c, request, str_absent(input->tripwire) ? STR("rule") : input->tripwire,
                        text, from, input->until, response);
}

/* ---- explain --------------------------------------------------------------------------------- */

static rc put_past(struct ctx *c, const struct past *past, const struct sigma_set *set, int64_t seq,
                   struct text *lines, struct text *out)
{
    struct seeing seeing = {.set = set, .picture = past->picture};
    struct sigma_event seen;
    struct event event;
    TRY(past_event(c, past, seq, &event));
    TRY(taxonomy_zone(c, past->picture, &seeing.zone));
    for (size_t part = 0; part < taxonomy_parts(&event); part++) {
        TRY(taxonomy_event(c, &seeing, &event, part, &seen));
        for (size_t i = 0; i < sigma_set_count(set); i++)
            TRY(sigma_explain(c, set, i, &seen, lines));
    }
    text_put(out, STR("\"seen\":"));
    past_put(out, &event);
    text_put(out, STR(",\"rules\":"));
    TRY(past_explain(c, past, set, &event, false, out));
    text_put_char(out, ',');
    return OK;
}

static rc put_explanation(struct ctx *c, const struct request *request, const struct sigma_set *set,
                          struct text *out)
{
    const struct tripwire_why *input = request->input;
    struct past past = past_of(request);
    struct sigma_event event;
    struct text lines;
    struct str explained;
    if (input->seq.known == !str_absent(input->event))
        FAIL(c, INVALID, "give either seq or event");
    text_init(&lines, c, 1 << 20);
    text_put_char(out, '{');
    if (input->seq.known) {
        TRY(put_past(c, &past, set, input->seq.value, &lines, out));
    } else {
        TRY(sigma_event_read(c, set, input->event, &event));
        for (size_t i = 0; i < sigma_set_count(set); i++)
            TRY(sigma_explain(c, set, i, &event, &lines));
    }
    TRY(text_done(&lines, &explained));
    text_put(out, STR("\"text\":"));
    text_put_json(out, explained);
    text_put_char(out, '}');
    return OK;
}

static rc serve_explain(struct ctx *c, const struct request *request, struct response *response)
{
    struct sigma_set *set = NULL;
    TRY(set_of(c, request, (struct str){NULL, 0}, &set));
    rc result = put_explanation(c, request, set, response->body);
    sigma_set_close(set);
    return result;
}

/* ---- what there is --------------------------------------------------------------------------- */

static rc serve_taxonomy(struct ctx *c, const struct request *request, struct response *response)
{
    (void)c;
    taxonomy_put(response->body, request->catalog);
    return OK;
}

/* Of the tripwires, those that the reader may know of. */
static rc put_by_rule(struct ctx *c, const struct request *request, struct json *j,
                      struct text *out)
{
    bool any = false;
    struct str one, key, id;
    text_put(out, STR("\"by_rule\":["));
    json_array(j);
    while (json_next_item(j) && json_skip(j, &one)) {
        struct json item;
        struct str known;
        json_init(&item, one);
        json_object(&item);
        id = (struct str){NULL, 0};
        while (json_next_key(&item, &key))
            if (!str_is(key, "tripwire"))
                json_skip(&item, NULL);
            else if (json_string(&item, &known))
                TRY(json_unescape(c, known, &id));
        rc found = str_absent(id) ? OK : text_of(c, request, id, &known);
        if (str_absent(id) || found.code == RC_NOT_FOUND)
            continue;
        TRY(found);
        text_put(out, any ? STR(",") : STR(""));
        text_put(out, one);
        any = true;
    }
    text_put_char(out, ']');
    return OK;
}

static rc put_counts(struct ctx *c, const struct request *request, struct str counts,
                     struct text *out)
{
    struct json j;
    struct str key, value;
    bool any = false;
    json_init(&j, counts);
    json_object(&j);
    text_put_char(out, '{');
    while (json_next_key(&j, &key)) {
        text_put(out, any ? STR(",") : STR(""));
        any = true;
        if (str_is(key, "by_rule")) {
            TRY(put_by_rule(c, request, &j, out));
        } else if (json_skip(&j, &value)) {
            text_printf(out, "\"%.*s\":", STR_ARG(key));
            text_put(out, value);
        }
    }
    text_put_char(out, '}');
    return json_end(&j) ? OK : json_fault(c, &j);
}

/* As of when the windows were last kept: at most a minute ago while anything happens. */
static rc serve_status(struct ctx *c, const struct request *request, struct response *response)
{
    struct tripwire_stand stand = {0};
    rc found = picture_get(c, request->picture, &tripwire_stand_shape, STR("stand"), NULL, &stand);
    if (found.code != RC_NOT_FOUND)
        TRY(found);
    text_printf(response->body,
                "{\"position\":%" PRId64 ",\"size\":%" PRId64 ",\"counts\":", stand.position,
                core_size(request->core));
    if (str_absent(stand.counts))
        text_put(response->body, STR("null"));
    else
        TRY(put_counts(c, request, stand.counts, response->body));
    text_put_char(response->body, '}');
    return OK;
}

#define ONE "/api/v1/tripwires/{id}"
const struct route tripwire_routes[] = {
    ROUTE(GET, "/api/v1/tripwire-hits", PERMIT_TRIPWIRE_READ, "What tripped the tripwires",
          .output = &tripwire_hit_shape, .output_list = true, .arg = &tripwire_hit_shape,
          .serve = page_serve_list),
    ROUTE(GET, "/api/v1/tripwire-hits/{id}", PERMIT_TRIPWIRE_READ,
          "A hit: its events, what held in them, and what followed",
          .output = &tripwire_hit_view_shape, .slow = true, .serve = tripwire_serve_hit),
    ROUTE(GET, "/api/v1/tripwire-board", PERMIT_TRIPWIRE_READ,
          "Every tripwire with its state, hits and tests", .output = &tripwire_board_shape,
          .slow = true, .serve = tripwire_serve_board),
    ROUTE(GET, "/api/v1/tripwire-status", PERMIT_TRIPWIRE_READ,
          "The engine's position and counters", .output = &tripwire_progress_shape,
          .serve = serve_status),
    ROUTE(GET, "/api/v1/tripwire-taxonomy", PERMIT_TRIPWIRE_READ,
          "The log sources and fields that rules can name", .output = &tripwire_taxonomy_shape,
          .serve = serve_taxonomy),
    ROUTE(POST, "/api/v1/tripwire-check", PERMIT_TRIPWIRE_READ, "Check a rule without saving it",
          .input = &tripwire_text_shape, .output = &tripwire_checked_shape, .body_max = 1 << 18,
          .slow = true, .serve = serve_check),
    ROUTE(POST, "/api/v1/tripwire-replay", PERMIT_TRIPWIRE_READ,
          "Run a rule over past events, and show what was missing", .input = &tripwire_replay_shape,
          .output = &tripwire_replayed_shape, .body_max = 1 << 18, .lengthy = true,
          .serve = serve_replay),
    ROUTE_COMMAND(ONE "/test", "tripwire.test"),
    ROUTE(POST, ONE "/try", PERMIT_TRIPWIRE_READ, "Run it over the given events",
          .input = &tripwire_trial_shape, .output = &tripwire_tried_shape, .body_max = 2 << 20,
          .slow = true, .serve = serve_try),
    ROUTE(POST, ONE "/backtest", PERMIT_TRIPWIRE_READ, "Run it over the last days",
          .input = &tripwire_days_shape, .output = &tripwire_replayed_shape, .body_max = 1 << 18,
          .lengthy = true, .serve = serve_backtest),
    ROUTE(POST, ONE "/explain", PERMIT_TRIPWIRE_READ,
          "Why it fires on an event, or what is missing", .input = &tripwire_why_shape,
          .output = &tripwire_explained_shape, .slow = true, .serve = serve_explain),
    {0},
};
