/* Key figures of the alarm system, as EEMUA 191 (2013) and ISA-18.2 ask for: alarms an hour, floods
 * (more than ten in ten minutes), what stands and for how long, how long answers take, the ten
 * worst sources, and of what share the alarms were false. Suppressed ones are no alarms and not
 * counted; exercises neither. */
#include "domain/alarm/alarm_own.h"

#include "assembly/page.h"

#include <inttypes.h>
#include <stdlib.h>

enum { FIGURES_MAX = 20000, WORST = 10, HOURS_MAX = 24 * 92, FLOOD_ALARMS = 10 };
static const int64_t FLOOD_US = 600 * 1000000LL, STALE_US = 86400 * 1000000LL;

struct worst {
    struct str source;
    int64_t count;
};

struct figures {
    struct alarm *alarms;
    size_t count;
    bool cut;
    int64_t standing, stale, floods, answered, judged, not_real;
    int64_t *answer_ms;
    struct worst *worst;
    size_t worst_count;
};

static rc gather(struct ctx *c, const struct request *request, struct wall since, struct figures *f)
{
    char text[WALL_TEXT_MAX];
    struct page page;
    struct query query = {.limit = QUERY_LIMIT_MAX, .sort = STR("raised"), .with_retired = true};
    query.reader = &request->actor->clearance;
    query.filters[query.filter_count++] =
        (struct filter){STR("raised"), FILTER_GE, {text, wall_format(since, text)}};
    NEW(c, f->alarms, FIGURES_MAX);
    do {
        TRY(picture_list(c, request->picture, &alarm_shape, &query, &page));
        const struct alarm *alarms = page.records;
        for (size_t i = 0; i < page.count && f->count < FIGURES_MAX; i++)
            if (!alarms[i].suppressed && !alarms[i].drill)
                f->alarms[f->count++] = alarms[i];
        query.after = page.after;
    } while (!str_absent(query.after) && f->count < FIGURES_MAX);
    f->cut = !str_absent(query.after);
    return OK;
}

/* In the order of their raising. */
static void count_floods(struct figures *f)
{
    bool flood = false;
    for (size_t i = FLOOD_ALARMS; i < f->count; i++) {
        bool dense = f->alarms[i].raised.us - f->alarms[i - FLOOD_ALARMS].raised.us < FLOOD_US;
        f->floods += dense && !flood;
        flood = dense;
    }
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static int by_count(const void *a, const void *b)
{
    const struct worst *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    return str_compare(x->source, y->source);
}

static int by_source(const void *a, const void *b)
{
    const struct worst *x = a, *y = b;
    return str_compare(x->source, y->source);
}

static rc find_worst(struct ctx *c, struct figures *f)
{
    size_t rows = 0, kinds = 0;
    NEW(c, f->worst, f->count + 1);
    for (size_t i = 0; i < f->count; i++)
        if (!str_absent(f->alarms[i].source))
            f->worst[rows++] = (struct worst){f->alarms[i].source, 1};
    qsort(f->worst, rows, sizeof *f->worst, by_source);
    for (size_t i = 0; i < rows; i++) {
        if (kinds > 0 && str_eq(f->worst[kinds - 1].source, f->worst[i].source))
            f->worst[kinds - 1].count++;
        else
            f->worst[kinds++] = f->worst[i];
    }
    qsort(f->worst, kinds, sizeof *f->worst, by_count);
    f->worst_count = kinds < WORST ? kinds : WORST;
    return OK;
}

static rc reckon(struct ctx *c, struct figures *f)
{
    struct wall now = clock_now(c);
    NEW(c, f->answer_ms, f->count + 1);
    for (size_t i = 0; i < f->count; i++) {
        const struct alarm *alarm = &f->alarms[i];
        bool stands = !alarm->closed.us && alarm->active;
        f->standing += stands;
        f->stale += stands && now.us - alarm->raised.us > STALE_US;
        if (alarm->acked.us)
            f->answer_ms[f->answered++] = (alarm->acked.us - alarm->raised.us) / 1000;
        bool judged = alarm->disposition != ALARM_DISPOSITION_UNSET &&
                      alarm->disposition != ALARM_DISPOSITION_UNKNOWN &&
                      alarm->disposition != ALARM_DISPOSITION_TEST;
        f->judged += judged;
        f->not_real += judged && (alarm->disposition == ALARM_DISPOSITION_FALSE ||
                                  alarm->disposition == ALARM_DISPOSITION_NUISANCE);
    }
    qsort(f->answer_ms, (size_t)f->answered, sizeof *f->answer_ms, by_number);
    count_floods(f);
    return find_worst(c, f);
}

static void put_figures(struct text *out, const struct figures *f, int64_t hours)
{
    text_printf(out, "{\"hours\":%" PRId64 ",\"alarms\":%zu,\"complete\":%s,\"per_hour\":", hours,
                f->count, f->cut ? "false" : "true");
    text_put_decimal(out, (int64_t)f->count * 100 / hours, 2);
    text_printf(out,
                ",\"standing\":%" PRId64 ",\"stale\":%" PRId64 ",\"floods\":%" PRId64
                ",\"answered\":%" PRId64,
                f->standing, f->stale, f->floods, f->answered);
    if (f->answered > 0)
        text_printf(out, ",\"answer_ms\":{\"median\":%" PRId64 ",\"p90\":%" PRId64 "}",
                    f->answer_ms[f->answered / 2], f->answer_ms[f->answered * 9 / 10]);
    text_printf(out, ",\"judged\":%" PRId64, f->judged);
    if (f->judged > 0) /* of nothing there is no share */
        text_printf(out, ",\"false_bp\":%" PRId64, f->not_real * 10000 / f->judged);
    text_put(out, STR(",\"worst\":["));
    for (size_t i = 0; i < f->worst_count; i++) {
        text_put(out, i > 0 ? STR(",{\"source\":") : STR("{\"source\":"));
        text_put_json(out, f->worst[i].source);
        text_printf(out, ",\"alarms\":%" PRId64 "}", f->worst[i].count);
    }
    text_put(out, STR("]}"));
}

rc figures_serve(struct ctx *c, const struct request *request, struct response *response)
{
    struct figures figures = {.count = 0};
    int64_t hours = 0;
    TRY(page_number(c, request, "hours", 1, HOURS_MAX, 24, &hours));
    TRY(gather(c, request, wall_after(clock_now(c), -hours * 3600000), &figures));
    TRY(reckon(c, &figures));
    put_figures(response->body, &figures, hours);
    return OK;
}
