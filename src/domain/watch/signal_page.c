/* The routes of the watch, what they share, and the handing in of signals. */
#include "domain/watch/watch_own.h"
#include "domain/watch/watch_view.h"

#include "base/json.h"
#include "base/random.h"
#include "core/catalog.h"
#include "core/core.h"
#include "core/page.h"

enum { SIGNALS_BODY_MAX = 4 << 20 };

/* ---- shared ---------------------------------------------------------------------------------- */

/* People's answers do not queue behind noise, so they go by the alarm lane as well. */
rc watch_serve_command(struct ctx *c, const struct request *request, struct response *response)
{
    const enum watch_decision *decision = request->route->arg;
    struct command *command = NULL;
    NEW(c, command, 1);
    *command = (struct command){
        .decision = &watch_decisions[*decision],
        .input = request->input,
        .target = request->parts[0],
        .actor = *request->actor,
        .cause = -1,
        .expect_seq = -1,
        .alarm = true,
    };
    response->command = command;
    return OK;
}

rc rows_readable(struct ctx *c, const struct request *request, const struct shape *shape,
                 size_t most, void *ret_items, size_t *ret_count)
{
    struct query query = {.limit = QUERY_LIMIT_MAX, .reader = &request->actor->clearance};
    struct page page;
    char *items = ctx_take(c, most, shape->size);
    size_t count = 0;
    if (!items)
        return fault_again(c);
    do {
        TRY(picture_list(c, request->picture, shape, &query, &page));
        size_t add = page.count < most - count ? page.count : most - count;
        memcpy(items + count * shape->size, page.records, add * shape->size);
        count += add;
        query.after = page.after;
    } while (!str_absent(query.after) && count < most);
    *(void **)ret_items = items;
    *ret_count = count;
    return OK;
}

/* ---- taking ---------------------------------------------------------------------------------- */

static bool has_items(struct str body)
{
    struct json j;
    struct str key;
    json_init(&j, body);
    json_object(&j);
    while (json_next_key(&j, &key)) {
        if (str_is(key, "items"))
            return true;
        json_skip(&j, NULL);
    }
    return false;
}

/* One signal, a list of them, or {"items": […]}. */
static rc read_batch(struct ctx *c, struct str body, struct signal_batch *ret)
{
    struct json j;
    struct text whole;
    struct str json = body;
    json_init(&j, body);
    bool list = json_peek(&j) == JSON_ARRAY;
    if (list || !has_items(body)) {
        text_init(&whole, c, body.len + 32);
        text_put(&whole, list ? STR("{\"items\":") : STR("{\"items\":["));
        text_put(&whole, body);
        text_put(&whole, list ? STR("}") : STR("]}"));
        TRY(text_done(&whole, &json));
    }
    return shape_read(c, &signal_batch_shape, SHAPE_FROM_INPUT, json, ret);
}

static rc put_status(struct ctx *c, const struct request *request, const struct command *command,
                     const struct signal *signal, struct text *out)
{
    struct kept_signal kept = {0};
    struct row row = {0};
    struct str report;
    const char *status = "counted";
    TRY(signal_report(c, signal->source, signal->dedupe, &report));
    rc found = picture_find(c, request->picture, &kept_signal_shape, "report", report, &row, &kept);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    bool now = rc_ok(found) && row.seq >= command->first_seq &&
               row.seq < command->first_seq + command->event_count;
    if (signal->kind == SIGNAL_KIND_SUPERVISION)
        status = "heartbeat";
    else if (now || signal_is_lane(signal))
        status = "kept";
    else if (rc_ok(found))
        status = "duplicate";
    text_put(out, STR("{\"key\":"));
    text_put_json(out, signal->dedupe);
    text_printf(out, ",\"status\":\"%s\"", status);
    if (rc_ok(found)) {
        text_put(out, STR(",\"id\":"));
        text_put_json(out, kept.id);
        if (!str_absent(kept.alarm)) {
            text_put(out, STR(",\"alarm\":"));
            text_put_json(out, kept.alarm);
        }
    }
    text_put_char(out, '}');
    return OK;
}

static rc answer_take(struct ctx *c, const struct request *request, struct response *response)
{
    const struct command *command = response->command;
    const struct signal_batch *batch = command->input;
    text_put(response->body, STR("{\"items\":["));
    for (size_t i = 0; i < batch->items.count; i++) {
        if (i > 0)
            text_put_char(response->body, ',');
        TRY(put_status(c, request, command, &batch->items.items[i], response->body));
    }
    text_put(response->body, STR("]}"));
    return OK;
}

rc signals_serve_take(struct ctx *c, const struct request *request, struct response *response)
{
    struct signal_batch *batch = NULL;
    NEW(c, batch, 1);
    NEW(c, response->command, 1);
    TRY(read_batch(c, request->body, batch));
    *response->command = (struct command){
        .decision = &watch_decisions[SIGNAL_TAKE],
        .input = batch,
        .actor = *request->actor,
        .cause = -1,
        .expect_seq = -1,
    };
    for (size_t i = 0; i < batch->items.count; i++) {
        struct signal *signal = &batch->items.items[i];
        if (str_absent(signal->dedupe))
            TRY(id_new(c, &signal->dedupe));
        if (signal_is_lane(signal))
            response->command->alarm = true;
    }
    response->answer = answer_take;
    return OK;
}

/* ---- the routes ------------------------------------------------------------------------------ */

#define COMMAND(path_, permission_, help_, number_, ...)                 \
    ROUTE(POST, path_, permission_, help_, .serve = watch_serve_command, \
          .arg = &(const enum watch_decision){number_}, __VA_ARGS__)

const struct route watch_routes[] = {
    ROUTE(POST, "/api/v1/signals", PERMIT_SIGNAL_WRITE,
          "Hand in one signal or many; the same key is the same signal",
          .input = &signal_batch_shape, .raw = true, .body_max = SIGNALS_BODY_MAX,
          .output = &signal_fate_shape, .output_list = true, .serve = signals_serve_take),
    ROUTE(GET, "/api/v1/signals", PERMIT_SIGNAL_READ, "Signals as they came",
          .output = &kept_signal_shape, .output_list = true, .serve = page_serve_list,
          .arg = &kept_signal_shape),
    ROUTE(GET, "/api/v1/watch/queue", PERMIT_WATCH_READ,
          "The alarms that stand, the most urgent first, with counts", .output = &alarm_queue_shape,
          .serve = alarm_serve_queue),
    ROUTE(GET, "/api/v1/alarms", PERMIT_WATCH_READ, "Alarms; retired=true: with those closed",
          .output = &alarm_shape, .output_list = true, .serve = page_serve_list,
          .arg = &alarm_shape),
    ROUTE(GET, "/api/v1/alarms/{id}", PERMIT_WATCH_READ,
          "One alarm with its signals, what is shown with it, and gaps in coverage",
          .output = &alarm_evidence_shape, .serve = alarm_serve_one),
    COMMAND("/api/v1/alarms/{id}/claim", PERMIT_ALARM_ACT, "Take an alarm: I see to it",
            ALARM_CLAIM, .input = &alarm_claim_shape),
    COMMAND("/api/v1/alarms/{id}/release", PERMIT_ALARM_ACT, "Give it back", ALARM_RELEASE, ),
    COMMAND("/api/v1/alarms/{id}/acknowledge", PERMIT_ALARM_ACT,
            "Answer it: what it was and what is done", ALARM_ACKNOWLEDGE,
            .input = &alarm_ack_shape),
    COMMAND("/api/v1/alarms/{id}/shelve", PERMIT_ALARM_SHELVE, "Put it aside for a time",
            ALARM_SHELVE, .input = &alarm_shelf_shape),
    COMMAND("/api/v1/alarms/{id}/unshelve", PERMIT_ALARM_SHELVE, "Bring it back", ALARM_UNSHELVE, ),
    COMMAND("/api/v1/alarms/{id}/end", PERMIT_ALARM_END,
            "Say that it is over; of duress only a person may", ALARM_END,
            .input = &alarm_end_shape),
    COMMAND("/api/v1/alarms/{id}/merge", PERMIT_ALARM_ACT, "Show it under another", ALARM_MERGE,
            .input = &alarm_team_shape),
    COMMAND("/api/v1/alarms/{id}/split", PERMIT_ALARM_ACT, "Show it by itself; again: undo that",
            ALARM_SPLIT, ),
    ROUTE(GET, "/api/v1/watch/figures", PERMIT_WATCH_READ,
          "Key figures of the alarms (EEMUA 191) over `hours`", .output = &alarm_figures_shape,
          .serve = figures_serve),
    ROUTE(GET, "/api/v1/watch/sources", PERMIT_WATCH_READ, "How each source is",
          .output = &source_now_shape, .output_list = true, .serve = sources_serve_states),
    ROUTE(GET, "/api/v1/watch/sources/{id}", PERMIT_WATCH_READ,
          "One source: state, counters, bad input, gaps", .output = &source_page_shape,
          .serve = sources_serve_one),
    COMMAND("/api/v1/sources/{id}/disable", "source.write", "Switch it off for a time",
            SOURCE_DISABLE, .input = &source_off_shape),
    COMMAND("/api/v1/sources/{id}/enable", "source.write", "Switch it on again", SOURCE_ENABLE, ),
    ROUTE(GET, "/api/v1/watch/unknown", PERMIT_WATCH_READ, "Who speaks and is on no list",
          .output = &unknown_sender_shape, .output_list = true, .serve = page_serve_list,
          .arg = &unknown_sender_shape),
    ROUTE(GET, "/api/v1/watch/gaps", PERMIT_WATCH_READ, "Times without coverage",
          .output = &gap_shape, .output_list = true, .serve = page_serve_list, .arg = &gap_shape),
    ROUTE(GET, "/api/v1/watch/zones", PERMIT_WATCH_READ, "How each zone is",
          .output = &zone_now_shape, .output_list = true, .serve = zones_serve_states),
    ROUTE(GET, "/api/v1/zones/{id}/readiness", PERMIT_WATCH_READ, "What speaks against arming it",
          .output = &zone_readiness_view_shape, .serve = zones_serve_readiness),
    COMMAND("/api/v1/zones/{id}/arm", PERMIT_ZONE_ARM,
            "Arm it; what is not ready is refused, or accepted with a reason", ZONE_ARM,
            .input = &zone_arm_shape),
    COMMAND("/api/v1/zones/{id}/disarm", PERMIT_ZONE_ARM, "Disarm it", ZONE_DISARM, ),
    {0},
};

/* ---- the rules a mission starts with --------------------------------------------------------- */

static rc add_rule(struct ctx *c, struct core *core, struct str json, bool *ret_new)
{
    struct alarm_rule rule = {0};
    TRY(shape_read(c, &alarm_rule_shape, SHAPE_FROM_INPUT, json, &rule));
    rc result =
        core_command(c, core, "alarm_rule.add", &actor_system, (struct str){NULL, 0}, &rule);
    *ret_new = rc_ok(result);
    return result.code == RC_CONFLICT ? OK : result;
}

rc watch_add_rules(struct ctx *c, struct core *core, struct str text, size_t *ret_count)
{
    struct json json;
    struct str rule;
    size_t count = 0;
    json_init(&json, text);
    json_array(&json);
    while (json_next_item(&json)) {
        bool new = false;
        if (!json_skip(&json, &rule))
            break;
        TRY(add_rule(c, core, rule, &new));
        count += new;
    }
    if (!json_end(&json))
        return json_fault(c, &json);
    *ret_count = count;
    return OK;
}
