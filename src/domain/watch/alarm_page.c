/* The queue of the control post, and one alarm with all that belongs to it. */
#include "domain/watch/watch_own.h"

#include "core/page.h"

#include <inttypes.h>
#include <stdlib.h>

enum { QUEUE_MAX = 200, ALARMS_MAX = 5000, SIGNALS_SHOWN = 200, GAPS_SHOWN = 50 };

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
    TRY(rows_readable(c, request, &alarm_shape, ALARMS_MAX, &alarms, &count));
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
        shape_write(response->body, &alarm_shape, SHAPE_VIEW_SHOWN, alarm);
        TRY(page_shown(c, response, "alarm", alarm->id, alarm->label));
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

/* ---- one ------------------------------------------------------------------------------------- */

static void put_items(struct text *out, const struct shape *shape, const void *records,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_put_char(out, ',');
        shape_write(out, shape, SHAPE_VIEW_SHOWN, (const char *)records + i * shape->size);
    }
}

static rc put_where(struct ctx *c, const struct request *request, struct text *out,
                    const struct shape *shape, struct query query, const char *field,
                    struct str value)
{
    struct page page = {0};
    query.filters[query.filter_count++] = (struct filter){str_from(field), FILTER_EQ, value};
    query.reader = &request->actor->clearance;
    if (!str_absent(value))
        TRY(picture_list(c, request->picture, shape, &query, &page));
    put_items(out, shape, page.records, page.count);
    return OK;
}

static int latest_first(const void *a, const void *b)
{
    const struct kept_signal *x = a, *y = b;
    if (x->at.us != y->at.us)
        return x->at.us > y->at.us ? -1 : 1;
    return -str_compare(x->id, y->id);
}

/* Its own signals, and those of several alarms of which it is one. */
static rc put_signals(struct ctx *c, const struct request *request, const struct alarm *alarm,
                      struct text *out)
{
    struct query query = {.limit = SIGNALS_SHOWN, .sort = STR("at"), .descending = true};
    struct page own, links;
    struct kept_signal *signals = NULL;
    query.reader = &request->actor->clearance;
    query.filters[query.filter_count++] = (struct filter){STR("alarm"), FILTER_EQ, alarm->id};
    TRY(picture_list(c, request->picture, &kept_signal_shape, &query, &own));
    TRY(picture_list(c, request->picture, &signal_link_shape, &query, &links));
    NEW(c, signals, own.count + links.count + 1);
    if (own.count)
        memcpy(signals, own.records, own.count * sizeof *signals);
    const struct signal_link *link = links.records;
    for (size_t i = 0; i < links.count; i++)
        TRY(picture_get(c, request->picture, &kept_signal_shape, link[i].signal, NULL,
                        &signals[own.count + i]));
    size_t count = own.count + links.count;
    qsort(signals, count, sizeof *signals, latest_first);
    put_items(out, &kept_signal_shape, signals, count < SIGNALS_SHOWN ? count : SIGNALS_SHOWN);
    return OK;
}

/* The gaps of its zone that lasted into its last hour. */
static rc put_gaps(struct ctx *c, const struct request *request, const struct alarm *alarm,
                   struct text *out)
{
    struct query query = {.limit = GAPS_SHOWN, .sort = STR("began"), .descending = true};
    struct page page = {0};
    size_t shown = 0;
    query.reader = &request->actor->clearance;
    query.filters[query.filter_count++] = (struct filter){STR("zone"), FILTER_EQ, alarm->zone};
    if (!str_absent(alarm->zone))
        TRY(picture_list(c, request->picture, &gap_shape, &query, &page));
    const struct gap *gaps = page.records;
    for (size_t i = 0; i < page.count; i++) {
        bool over = gaps[i].ended.us && gaps[i].ended.us < alarm->began.us - 3600 * SECOND_US;
        if (over)
            continue;
        if (shown++ > 0)
            text_put_char(out, ',');
        shape_write(out, &gap_shape, SHAPE_VIEW_SHOWN, &gaps[i]);
    }
    return OK;
}

rc alarm_serve_one(struct ctx *c, const struct request *request, struct response *response)
{
    struct alarm alarm = {0};
    struct row row;
    struct text *out = response->body;
    struct query team = {.limit = SIGNALS_SHOWN, .sort = STR("raised")};
    TRY(picture_get(c, request->picture, &alarm_shape, request->parts[0], &row, &alarm));
    if (!label_readable(alarm.label, request->actor->clearance))
        FAIL(c, NOT_FOUND, "there is no alarm %.*s", STR_ARG(request->parts[0]));
    TRY(page_shown(c, response, "alarm", alarm.id, alarm.label));
    TRY(str_format(c, &response->etag, "\"%" PRId64 "\"", row.seq));
    text_put(out, STR("{\"alarm\":"));
    shape_write(out, &alarm_shape, SHAPE_VIEW_SHOWN, &alarm);
    text_put(out, STR(",\"signals\":["));
    if (actor_may(request->actor, PERMIT_SIGNAL_READ))
        TRY(put_signals(c, request, &alarm, out));
    text_put(out, STR("],\"team\":["));
    TRY(put_where(c, request, out, &alarm_shape, team, "team", alarm.team));
    text_put(out, STR("],\"gaps\":["));
    TRY(put_gaps(c, request, &alarm, out));
    text_put(out, STR("]}"));
    return OK;
}
