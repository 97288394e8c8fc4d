/* What the console asks beside the generated routes: a live check, a try-out, a backtest, why. */
#include "domain/tripwire/tripwire_own.h"

#include "core/catalog.h"
#include "core/page.h"

#include "base/json.h"

#include <inttypes.h>

enum { DAYS_MAX = 3660, BACKTEST_EVENTS_MAX = 2000000, TRY_BODY_MAX = 1 << 20, TRY_HITS_MAX = 100 };
static const int64_t DAY_US = (int64_t)86400 * 1000000;

#define TRIPWIRE_TEXT_FIELDS(F, T) \
    F(T, text, block, rule, REQUIRED, 1, TRIPWIRE_TEXT_MAX, "the Sigma rule, as YAML")
SHAPE_DECLARE(tripwire_text, TRIPWIRE_TEXT_FIELDS);
SHAPE_DEFINE(tripwire_text, TRIPWIRE_TEXT_FIELDS, 1, "A rule to be checked");

#define TRIPWIRE_DAYS_FIELDS(F, T)                     \
    F(T, i64, _, days, 0, 1, DAYS_MAX, "how far back") \
    F(T, text, block, rule, 0, 1, TRIPWIRE_TEXT_MAX, "instead of the record's text, this one")
SHAPE_DECLARE(tripwire_days, TRIPWIRE_DAYS_FIELDS);
SHAPE_DEFINE(tripwire_days, TRIPWIRE_DAYS_FIELDS, 1, "What to hold a rule against");

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

/* The set of the record that the path names, or of a text that was given instead. */
static rc set_of(struct ctx *c, const struct request *request, struct str text,
                 struct sigma_set **ret)
{
    struct tripwire *tripwire = NULL;
    NEW(c, tripwire, 1);
    TRY(picture_get(c, request->picture, &tripwire_shape, request->parts[0], NULL, tripwire));
    if (!actor_may_read(request->actor, tripwire->label))
        FAIL(c, NOT_FOUND, "there is no such tripwire");
    return tripwire_set(c, tripwire->id, str_absent(text) ? tripwire->rule : text, ret);
}

/* ---- check ----------------------------------------------------------------------------------- */

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
    if (count == 0)
        TRY(rules_try(c, request->picture, set, &why));
    text_printf(out,
                "],\"two_persons\":%s,\"cannot_fire\":", rules_are_grave(set) ? "true" : "false");
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

/* ---- backtest ---------------------------------------------------------------------------------
 */

static rc serve_backtest(struct ctx *c, const struct request *request, struct response *response)
{
    const struct tripwire_days *input = request->input;
    struct sigma_set *set = NULL;
    TRY(set_of(c, request, input->rule, &set));
    struct backtest backtest = {
        .catalog = request->catalog,
        .picture = request->picture,
        .seal_key = core_options(request->core)->ledger.seal_key,
        .actor = request->actor,
        .set = set,
        .from = {clock_now(c).us - input->days * DAY_US},
        .events_max = BACKTEST_EVENTS_MAX,
    };
    rc result = tripwire_backtest(c, &backtest, response->body);
    sigma_set_close(set);
    return result;
}

/* ---- explain ----------------------------------------------------------------------------------
 */

/* An event of the ledger that the caller may read, as Sigma sees it. */
static rc event_of(struct ctx *c, const struct request *request, const struct sigma_set *set,
                   int64_t seq, struct sigma_event *ret)
{
    struct store *store = picture_store(request->picture);
    struct ledger_event entry;
    struct event *event = NULL;
    struct str bytes;
    NEW(c, event, 1);
    TRY(ledger_entry(c, store, seq, &bytes));
    TRY(ledger_decode(c, store, core_options(request->core)->ledger.seal_key, bytes, &entry));
    if (!catalog_event(request->catalog, entry.kind))
        FAIL(c, NOT_FOUND, "there is no event %" PRId64, seq);
    TRY(event_read(c, request->catalog, &entry, event));
    if (!actor_may(request->actor, event->kind->read) ||
        !actor_may_read(request->actor, event->label))
        FAIL(c, NOT_FOUND, "there is no event %" PRId64, seq);
    return taxonomy_event(c, set, request->picture, event, 0, ret);
}

static rc put_explanation(struct ctx *c, const struct request *request, const struct sigma_set *set,
                          struct text *out)
{
    const struct tripwire_why *input = request->input;
    struct sigma_event event;
    struct text lines;
    struct str explained;
    if (input->seq.known == !str_absent(input->event))
        FAIL(c, INVALID, "give either seq or event");
    if (input->seq.known)
        TRY(event_of(c, request, set, input->seq.value, &event));
    else
        TRY(sigma_event_read(c, set, input->event, &event));
    text_init(&lines, c, 1 << 20);
    for (size_t i = 0; i < sigma_set_count(set); i++)
        TRY(sigma_explain(c, set, i, &event, &lines));
    TRY(text_done(&lines, &explained));
    text_put(out, STR("{\"text\":"));
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

/* ---- commands ----------------------------------------------------------------------------------
 */

static rc ask(struct ctx *c, const struct request *request, const char *decision,
              struct response *response)
{
    NEW(c, response->command, 1);
    *response->command = (struct command){
        .decision = catalog_decision(request->catalog, str_from(decision)),
        .input = request->input,
        .target = request->parts[0],
        .actor = *request->actor,
        .cause = -1,
        .expect_seq = -1,
    };
    return OK;
}

static rc serve_activate(struct ctx *c, const struct request *request, struct response *response)
{
    return ask(c, request, "tripwire.activate", response);
}

static rc serve_off(struct ctx *c, const struct request *request, struct response *response)
{
    return ask(c, request, "tripwire.off", response);
}

/* ---- what there is -----------------------------------------------------------------------------
 */

static rc serve_taxonomy(struct ctx *c, const struct request *request, struct response *response)
{
    (void)c;
    taxonomy_put(response->body, request->catalog);
    return OK;
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
    text_put(response->body, str_absent(stand.counts) ? STR("null") : stand.counts);
    text_put_char(response->body, '}');
    return OK;
}

static rc serve_hits(struct ctx *c, const struct request *request, struct response *response)
{
    struct query query;
    struct page page;
    TRY(page_query(c, request, &query));
    query.reader = &request->actor->clearance;
    TRY(picture_list(c, request->picture, &tripwire_hit_shape, &query, &page));
    text_put(response->body, STR("{\"items\":["));
    const struct tripwire_hit *hits = page.records;
    for (size_t i = 0; i < page.count; i++) {
        TRY(page_shown(c, response, "tripwire_hit", hits[i].id, hits[i].label));
        text_put(response->body, i ? STR(",") : STR(""));
        shape_write(response->body, &tripwire_hit_shape, SHAPE_VIEW_SHOWN, &hits[i]);
    }
    text_put_char(response->body, ']');
    if (!str_absent(page.after)) {
        text_put(response->body, STR(",\"after\":"));
        text_put_json(response->body, page.after);
    }
    text_put_char(response->body, '}');
    return OK;
}

#define ONE "/api/v1/tripwires/{id}"
const struct route tripwire_routes[] = {
    ROUTE(GET, "/api/v1/tripwire-hits", PERMIT_TRIPWIRE_READ, "What tripped the tripwires",
          .output = &tripwire_hit_shape, .output_list = true, .serve = serve_hits),
    ROUTE(GET, "/api/v1/tripwire-status", PERMIT_TRIPWIRE_READ,
          "How far the engine has come, and what it counted", .serve = serve_status),
    ROUTE(GET, "/api/v1/tripwire-taxonomy", PERMIT_TRIPWIRE_READ,
          "The log sources and fields that rules can name", .serve = serve_taxonomy),
    ROUTE(POST, "/api/v1/tripwire-check", PERMIT_TRIPWIRE_READ,
          "Say what is wrong with a rule, without keeping it", .input = &tripwire_text_shape,
          .body_max = 1 << 18, .slow = true, .serve = serve_check),
    ROUTE(POST, ONE "/activate", PERMIT_TRIPWIRE_ACTIVATE,
          "Activate it, or confirm that another has", .serve = serve_activate),
    ROUTE(POST, ONE "/off", PERMIT_TRIPWIRE_ACTIVATE, "Switch it off", .input = &tripwire_off_shape,
          .serve = serve_off),
    ROUTE(POST, ONE "/try", PERMIT_TRIPWIRE_READ, "Hold it against the events that are given",
          .input = &tripwire_trial_shape, .body_max = 2 << 20, .slow = true, .serve = serve_try),
    ROUTE(POST, ONE "/backtest", PERMIT_TRIPWIRE_READ, "Hold it against the last days",
          .input = &tripwire_days_shape, .body_max = 1 << 18, .slow = true,
          .serve = serve_backtest),
    ROUTE(POST, ONE "/explain", PERMIT_TRIPWIRE_READ,
          "Why it fires at an event, or what is missing", .input = &tripwire_why_shape,
          .slow = true, .serve = serve_explain),
    {0},
};
