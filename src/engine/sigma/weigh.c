/* Is the condition of a correlation true of some entries of a window? Pure, so that it can be asked
 * with and without the newest entry: a hit is where the answer changes. */
#include "engine/sigma/engine.h"

#include <math.h>
#include <stdlib.h>

/* ---- places ---------------------------------------------------------------------------------- */

/* Great-circle distance on a sphere of the mean Earth radius (haversine; Sinnott, Sky & Telescope
 * 68, 1984). */
double metres_between(double lat1, double lon1, double lat2, double lon2)
{
    const double radian = 0.017453292519943295, radius = 6371008.8;
    double half_lat = sin((lat2 - lat1) * radian / 2), half_lon = sin((lon2 - lon1) * radian / 2);
    double a = half_lat * half_lat + cos(lat1 * radian) * cos(lat2 * radian) * half_lon * half_lon;
    return 2 * radius * asin(sqrt(a < 1 ? a : 1));
}

/* Two angles in 10^-7 degrees, which is about a centimetre. */
uint64_t place_pack(double lat, double lon)
{
    uint32_t y = (uint32_t)(int32_t)(lat * 1e7), x = (uint32_t)(int32_t)(lon * 1e7);
    return (uint64_t)y << 32 | x;
}

static double place_lat(uint64_t place)
{
    return (int32_t)(uint32_t)(place >> 32) / 1e7;
}

static double place_lon(uint64_t place)
{
    return (int32_t)(uint32_t)place / 1e7;
}

static bool is_near(const struct corr *corr, const struct window *w, uint32_t a, uint32_t b)
{
    if (!(corr->near_m > 0))
        return true;
    uint64_t from = w->values[a], to = w->values[b];
    return metres_between(place_lat(from), place_lon(from), place_lat(to), place_lon(to)) <=
           corr->near_m;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static bool scratch(struct sigma_engine *e, size_t count)
{
    if (count <= e->scratch_room)
        return true;
    uint64_t *wider = realloc(e->scratch, 2 * count * sizeof *wider);
    if (!wider)
        return false;
    e->scratch = wider;
    e->scratch_room = 2 * count;
    return true;
}

/* Different values, by a small open table that is cleared for each question. */
static double count_distinct(struct sigma_engine *e, const struct window *w, uint32_t from,
                             uint32_t end)
{
    size_t size = 8, count = 0;
    bool zero = false;
    while (size < 2 * (size_t)(end - from))
        size *= 2;
    if (!scratch(e, size))
        return 0;
    memset(e->scratch, 0, size * sizeof *e->scratch);
    for (uint32_t i = from; i < end; i++) {
        uint64_t value = w->values[i];
        size_t at = value & (size - 1);
        if (value == 0) {
            count += !zero;
            zero = true;
            continue;
        }
        while (e->scratch[at] && e->scratch[at] != value)
            at = (at + 1) & (size - 1);
        count += e->scratch[at] == 0;
        e->scratch[at] = value;
    }
    return (double)count;
}

static double number_of(const struct window *w, uint32_t at)
{
    double number;
    memcpy(&number, &w->values[at], sizeof number);
    return number;
}

static int by_size(const void *a, const void *b)
{
    double x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

/* Linear interpolation between the closest ranks (Hyndman and Fan 1996, definition 7). */
static double percentile(struct sigma_engine *e, const struct window *w, uint32_t from,
                         uint32_t end, double percent)
{
    size_t count = end - from;
    if (!scratch(e, count))
        return 0;
    memcpy(e->scratch, w->values + from, count * sizeof *e->scratch);
    qsort(e->scratch, count, sizeof *e->scratch, by_size);
    double rank = percent / 100 * (double)(count - 1), low, high;
    size_t below = (size_t)rank;
    memcpy(&low, &e->scratch[below], sizeof low);
    memcpy(&high, &e->scratch[below + 1 < count ? below + 1 : below], sizeof high);
    return low + (rank - (double)below) * (high - low);
}

static double aggregate(const struct corr *corr, const struct window *w, uint32_t from,
                        uint32_t end)
{
    double sum = 0, least = number_of(w, from), most = least;
    for (uint32_t i = from; i < end; i++) {
        double number = number_of(w, i);
        sum += number;
        least = number < least ? number : least;
        most = number > most ? number : most;
    }
    if (corr->type == CORR_VALUE_SUM)
        return sum;
    if (corr->type == CORR_VALUE_AVG)
        return sum / (end - from);
    return corr->type == CORR_VALUE_MIN ? least : most;
}

static double count_near(const struct corr *corr, const struct window *w, uint32_t from,
                         uint32_t end, uint32_t centre)
{
    uint32_t count = 0;
    if (!(corr->near_m > 0) && !corr->between)
        return end - from;
    for (uint32_t i = from; i < end; i++)
        count += !(w->entries[i].mask & corr->between) && is_near(corr, w, i, centre);
    return count;
}

/* ---- kinds of events ------------------------------------------------------------------------- */

static uint32_t present(const struct corr *corr, const struct window *w, uint32_t from,
                        uint32_t end, uint32_t centre)
{
    uint32_t mask = 0;
    for (uint32_t i = end; i-- > from && (mask & corr->required) != corr->required;)
        if (is_near(corr, w, i, centre))
            mask |= w->entries[i].mask;
    return mask & corr->required;
}

/* The longest run of rules, in their order, for which the entries have an event each, in order. */
static unsigned longest_chain(const struct corr *corr, const struct window *w, uint32_t from,
                              uint32_t end, uint32_t centre)
{
    unsigned best[TEMPORAL_MAX] = {0}, longest = 0;
    for (uint32_t i = from; i < end; i++) {
        uint32_t mask = w->entries[i].mask & corr->required;
        if (!mask || !is_near(corr, w, i, centre))
            continue;
        for (unsigned bit = TEMPORAL_MAX; bit-- > 0;) { /* downwards: an event takes one place */
            if (!(mask >> bit & 1))
                continue;
            unsigned before = 0;
            for (unsigned lower = 0; lower < bit; lower++)
                before = best[lower] > before ? best[lower] : before;
            best[bit] = before + 1 > best[bit] ? before + 1 : best[bit];
            longest = best[bit] > longest ? best[bit] : longest;
        }
    }
    return longest;
}

/* Is the condition in words true of the kinds that are chosen? What it denies must not even be
 * there. */
static bool words_true(const struct expr *expr, uint32_t chosen, uint32_t there)
{
    bool all = true, any = false;
    if (expr->kind == EXPR_ITEM)
        return chosen >> expr->count & 1;
    if (expr->kind == EXPR_NOT)
        return !words_true(expr->kids[0], there, chosen);
    for (size_t i = 0; i < expr->count; i++) {
        bool kid = words_true(expr->kids[i], chosen, there);
        all = all && kid;
        any = any || kid;
    }
    return expr->kind == EXPR_AND ? all : any;
}

/* Do the entries have an event of each of the kinds, in the order of the rules? */
static bool has_chain(const struct corr *corr, const struct window *w, uint32_t from, uint32_t end,
                      uint32_t centre, uint32_t kinds)
{
    for (uint32_t i = from; i < end && kinds; i++)
        if (w->entries[i].mask & kinds & -kinds && is_near(corr, w, i, centre))
            kinds &= kinds - 1;
    return kinds == 0;
}

/* Do some of the kinds that are there come in order and make the condition true? One that comes
 * out of order takes nothing away from the others. */
static bool words_in_order(const struct corr *corr, const struct window *w, uint32_t from,
                           uint32_t end, uint32_t centre, uint32_t there)
{
    for (uint32_t chosen = there; chosen; chosen = (chosen - 1) & there)
        if (words_true(corr->condition, chosen, there) &&
            has_chain(corr, w, from, end, centre, chosen))
            return true;
    return false;
}

static bool in_bounds(const struct corr *corr, double number)
{
    for (size_t i = 0; i < corr->bound_count; i++)
        if (!compare_numbers(corr->bounds[i].compare, number, corr->bounds[i].value))
            return false;
    return true;
}

static bool weigh_temporal(const struct corr *corr, const struct window *w, uint32_t from,
                           uint32_t end, uint32_t centre)
{
    uint32_t mask = present(corr, w, from, end, centre);
    unsigned count = (unsigned)__builtin_popcount(mask);
    unsigned all = (unsigned)__builtin_popcount(corr->required);
    if (corr->condition && corr->type == CORR_TEMPORAL_ORDERED)
        return words_in_order(corr, w, from, end, centre, mask);
    if (corr->condition)
        return words_true(corr->condition, mask, mask);
    if (!corr->bound_count && count < all)
        return false;
    if (corr->type == CORR_TEMPORAL_ORDERED)
        count = longest_chain(corr, w, from, end, centre);
    return corr->bound_count ? in_bounds(corr, count) : count == all;
}

bool weigh(struct sigma_engine *e, const struct corr *corr, const struct window *w, uint32_t from,
           uint32_t end, uint32_t centre)
{
    if (from >= end)
        return false;
    switch (corr->type) {
    case CORR_TEMPORAL:
    case CORR_TEMPORAL_ORDERED:
        return weigh_temporal(corr, w, from, end, centre);
    case CORR_EVENT_COUNT:
        return in_bounds(corr, count_near(corr, w, from, end, centre));
    case CORR_VALUE_COUNT:
        return in_bounds(corr, count_distinct(e, w, from, end));
    case CORR_VALUE_MEDIAN:
        return in_bounds(corr, percentile(e, w, from, end, 50));
    case CORR_VALUE_PERCENTILE:
        return in_bounds(corr, percentile(e, w, from, end, corr->percentile));
    case CORR_VALUE_SUM:
    case CORR_VALUE_AVG:
    case CORR_VALUE_MIN:
    case CORR_VALUE_MAX:
        return in_bounds(corr, aggregate(corr, w, from, end));
    }
    return false;
}

/* ---- which entries made it ------------------------------------------------------------------- */

/* The rules that must be met, in order. */
static size_t stages_of(const struct corr *corr, uint32_t stages[TEMPORAL_MAX])
{
    size_t count = 0;
    for (unsigned bit = 0; bit < TEMPORAL_MAX; bit++)
        if (corr->required >> bit & 1)
            stages[count++] = 1u << bit;
    return count;
}

/* Entries that stand on some whole chain: behind the earliest end of what comes before, and before
 * the latest beginning of what comes after. */
static void chain_parts(const struct corr *corr, const struct window *w, uint32_t from,
                        uint32_t end, bool *ret_parts)
{
    const struct entry *entries = w->entries;
    uint32_t stages[TEMPORAL_MAX];
    int64_t earliest[TEMPORAL_MAX + 1], latest[TEMPORAL_MAX + 2];
    size_t count = stages_of(corr, stages), at = 0;
    earliest[0] = (int64_t)from - 1;
    for (uint32_t i = from; i < end && at < count; i++)
        if (entries[i].mask & stages[at])
            earliest[++at] = i;
    if (at < count)
        return;
    latest[count] = end;
    at = count;
    for (uint32_t i = end; i-- > from && at > 0;)
        if (entries[i].mask & stages[at - 1])
            latest[--at] = i;
    for (uint32_t i = from; i < end; i++)
        for (size_t s = 0; s < count; s++)
            if (entries[i].mask & stages[s] && i > earliest[s] && i < latest[s + 1])
                ret_parts[i - from] = true;
}

void weigh_parts(const struct corr *corr, const struct window *w, uint32_t from, uint32_t end,
                 bool *ret_parts)
{
    bool temporal = corr->type == CORR_TEMPORAL || corr->type == CORR_TEMPORAL_ORDERED;
    bool any = false;
    for (uint32_t i = from; i < end; i++)
        ret_parts[i - from] = false;
    if (corr->type == CORR_TEMPORAL_ORDERED && !corr->bound_count && !corr->condition)
        chain_parts(corr, w, from, end, ret_parts);
    for (uint32_t i = from; i < end; i++)
        any = any || ret_parts[i - from];
    for (uint32_t i = from; i < end; i++) {
        bool part = temporal ? (w->entries[i].mask & corr->required) != 0
                             : !(w->entries[i].mask & corr->between);
        ret_parts[i - from] = (any ? ret_parts[i - from] : part) && is_near(corr, w, i, end - 1);
    }
}
