/* The queue of the control post, and the list of all alarms. */
#include "domain/alarm/alarm_own.h"

#include "assembly/page.h"

#include <inttypes.h>
#include <stdlib.h>

enum { QUEUE_MAX = 200, ALARMS_MAX = 5000 };

static void put_counts(struct text *out, const struct shape_choices *choices, const int64_t *counts)
{
    const char *comma = "";
    for (size_t i = 1; i < choices->count; i++, comma = ",")
        text_printf(out, "%s\"%s\":%" PRId64, comma, choices->rows[i].name, counts[i]);
}

static int by_rank(const void *a, const void *b)
{
    const struct alarm *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank < y->rank ? -1 : 1;
    return str_compare(x->id, y->id);
}

/* Standing ones first by rank; what is put aside, suppressed or out of service is counted, and
 * listed by state on its own page. */
rc alarm_serve_queue(struct ctx *c, const struct request *request, struct response *response)
{
    int64_t states[ALARM_STATE_CLOSED + 1] = {0}, waiting[SIGNAL_PRIORITY_NOTE + 1] = {0};
    struct alarm *alarms = NULL;
    size_t count = 0, shown = 0;
    int64_t lane = 0;
    TRY(page_rows(c, request, &alarm_shape, ALARMS_MAX, &alarms, &count));
    qsort(alarms, count, sizeof *alarms, by_rank);
    text_put(response->body, STR("{\"items\":["));
    for (size_t i = 0; i < count; i++) {
        const struct alarm *alarm = &alarms[i];
        states[alarm->state]++;
        lane += alarm->lane;
        if (alarm->state == ALARM_STATE_UNACKNOWLEDGED || alarm->state == ALARM_STATE_RETURNED)
            waiting[alarm->priority]++;
        bool hidden = alarm->state >= ALARM_STATE_SHELVED;
        if (hidden || shown == QUEUE_MAX)
            continue;
        if (shown++ > 0)
            text_put_char(response->body, ',');
        TRY(alarm_put(c, request, response, alarm));
    }
    text_put(response->body, STR("],\"states\":{"));
    put_counts(response->body, &alarm_state_choices, states);
    text_put(response->body, STR("},\"waiting\":{"));
    put_counts(response->body, &signal_priority_choices, waiting);
    text_printf(response->body, "},\"lane\":%" PRId64 ",\"all\":%zu,\"now\":\"", lane, count);
    text_put_wall(response->body, clock_now(c));
    text_put(response->body, STR("\"}"));
    return OK;
}

rc alarm_serve_list(struct ctx *c, const struct request *request, struct response *response)
{
    struct query query;
    struct page page;
    TRY(page_query(c, request, &query));
    TRY(picture_list(c, request->picture, &alarm_shape, &query, &page));
    const struct alarm *alarms = page.records;
    text_put(response->body, STR("{\"items\":["));
    for (size_t i = 0; i < page.count; i++) {
        if (i > 0)
            text_put_char(response->body, ',');
        TRY(alarm_put(c, request, response, &alarms[i]));
    }
    return page_put_end(response->body, &page);
}

/* ---- commands -------------------------------------------------------------------------------- */

rc alarm_lane_serve(struct ctx *c, const struct request *request, struct response *response)
{
    NEW(c, response->command, 1);
    *response->command = (struct command){
        .decision = request->route->arg,
        .input = request->input,
        .target = request->parts[0],
        .actor = *request->actor,
        .cause = -1,
        .expect_seq = -1,
        .alarm = true,
    };
    return OK;
}
