/* The handing in of signals by HTTP, answered one by one. */
#include "domain/signal/signal_own.h"

#include "base/json.h"
#include "base/random.h"

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

static rc find_kept(struct ctx *c, const struct request *request, const struct command *command,
                    const struct signal *signal, struct row *ret_row, struct kept_signal *ret,
                    bool *ret_found)
{
    struct hearing h = {.c = c, .picture = request->picture, .now = clock_now(c)};
    struct heard_source from = {.known = false};
    enum report_fate fate = REPORT_NEW;
    struct str key;
    TRY(signal_way(c, command, command->input, &h.way));
    TRY(source_find(&h, signal->source, &from));
    TRY(report_key(c, &h, &from, signal->source, signal->dedupe, &key));
    TRY(report_look_up(c, request->picture, key, signal, &fate, ret_row, ret));
    if (fate == REPORT_OTHER) {
        TRY(report_key_beside(c, key, signal, &key));
        TRY(report_look_up(c, request->picture, key, signal, &fate, ret_row, ret));
    }
    *ret_found = fate == REPORT_SAME;
    return OK;
}

static rc put_status(struct ctx *c, const struct request *request, const struct command *command,
                     const struct signal *signal, struct text *out)
{
    struct kept_signal kept = {0};
    struct row row = {0};
    const char *status = "counted";
    bool found = false;
    TRY(find_kept(c, request, command, signal, &row, &kept, &found));
    bool now = found && row.seq >= command->first_seq &&
               row.seq < command->first_seq + command->event_count;
    if (signal->kind == SIGNAL_KIND_SUPERVISION)
        status = "heartbeat";
    else if (now || signal_is_lane(signal))
        status = "kept";
    else if (found)
        status = "duplicate";
    text_put(out, STR("{\"key\":"));
    text_put_json(out, signal->dedupe);
    text_printf(out, ",\"status\":\"%s\"", status);
    if (found) {
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
    const struct signal_delivery *batch = command->input;
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
    struct signal_delivery *delivery = NULL;
    NEW(c, batch, 1);
    NEW(c, delivery, 1);
    NEW(c, response->command, 1);
    TRY(read_batch(c, request->body, batch));
    delivery->items.items = batch->items.items;
    delivery->items.count = batch->items.count;
    *response->command = (struct command){
        .decision = signal_decisions,
        .input = delivery,
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
