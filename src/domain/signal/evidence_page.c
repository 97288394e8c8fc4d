/* One alarm with its evidence: its signals, what is shown with it, and the gaps in coverage. */
#include "domain/signal/signal_own.h"

#include "assembly/page.h"

#include <inttypes.h>
#include <stdlib.h>

enum { SIGNALS_SHOWN = 200, GAPS_SHOWN = 50, GAP_BEFORE_MS = 3600000 };

static void put_items(struct text *out, const struct shape *shape, const void *records,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_put_char(out, ',');
        shape_write(out, shape, SHAPE_VIEW_SHOWN, (const char *)records + i * shape->size);
    }
}

static rc put_team(struct ctx *c, const struct request *request, struct response *response,
                   const struct alarm *alarm)
{
    struct page page = {0};
    struct query query = {.limit = SIGNALS_SHOWN, .sort = STR("raised")};
    query.filters[query.filter_count++] = (struct filter){STR("team"), FILTER_EQ, alarm->team};
    query.reader = &request->actor->clearance;
    if (!str_absent(alarm->team))
        TRY(picture_list(c, request->picture, &alarm_shape, &query, &page));
    const struct alarm *mates = page.records;
    for (size_t i = 0; i < page.count; i++) {
        if (i > 0)
            text_put_char(response->body, ',');
        TRY(alarm_put(c, request, response, &mates[i]));
    }
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
        if (gaps[i].ended.us && wall_after(gaps[i].ended, GAP_BEFORE_MS).us < alarm->began.us)
            continue;
        if (shown++ > 0)
            text_put_char(out, ',');
        shape_write(out, &gap_shape, SHAPE_VIEW_SHOWN, &gaps[i]);
    }
    return OK;
}

rc evidence_serve(struct ctx *c, const struct request *request, struct response *response)
{
    struct alarm alarm = {0};
    struct row row;
    struct text *out = response->body;
    TRY(picture_get(c, request->picture, &alarm_shape, request->parts[0], &row, &alarm));
    if (!label_readable(alarm.label, request->actor->clearance))
        FAIL(c, NOT_FOUND, "there is no alarm %.*s", STR_ARG(request->parts[0]));
    TRY(str_format(c, &response->etag, "\"%" PRId64 "\"", row.seq));
    text_put(out, STR("{\"alarm\":"));
    TRY(alarm_put(c, request, response, &alarm));
    text_put(out, STR(",\"signals\":["));
    if (actor_may(request->actor, SIGNAL_READ))
        TRY(put_signals(c, request, &alarm, out));
    text_put(out, STR("],\"team\":["));
    TRY(put_team(c, request, response, &alarm));
    text_put(out, STR("],\"gaps\":["));
    TRY(put_gaps(c, request, &alarm, out));
    text_put(out, STR("]}"));
    return OK;
}
