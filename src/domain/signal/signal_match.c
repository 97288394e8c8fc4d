/* Which alarms a signal is, by the rules of the mission; and, where no rule knows it, by what it
 * says itself: what is grave must not be lost because somebody forgot a rule. */
#include "domain/signal/signal_own.h"

#include "base/random.h"
#include "domain/arming/arming.h"

/* Alarms of one rule and one source that may stand at once; what comes more joins one line. */
enum { KEYS_MAX = 20 };

/* ---- rules ----------------------------------------------------------------------------------- */

static rc rules_of(struct taking *t, enum signal_kind kind, const struct rule_list **ret)
{
    struct rule_list *list = &t->rules[kind];
    struct query query = {.filter_count = 1, .limit = QUERY_LIMIT_MAX};
    struct page page;
    *ret = list;
    if (list->loaded)
        return OK;
    query.filters[0] = (struct filter){STR("kind"), FILTER_EQ,
                                       str_from(shape_choice_name(&signal_kind_choices, kind))};
    TRY(picture_list(t->h.c, t->h.picture, &alarm_rule_shape, &query, &page));
    *list = (struct rule_list){true, page.records, page.count};
    return OK;
}

static bool among(struct texts list, struct str item)
{
    for (size_t i = 0; i < list.count; i++)
        if (str_eq(list.items[i], item))
            return true;
    return list.count == 0;
}

static bool fits(const struct alarm_rule *rule, const struct taking_source *from,
                 const struct kept_signal *kept)
{
    bool of_kind =
        !rule->source_kind || (from->heard.known && rule->source_kind == from->heard.source.kind);
    return of_kind && among(rule->codes, kept->code) && among(rule->sources, kept->source) &&
           among(rule->zones, kept->zone);
}

/* ---- often enough ---------------------------------------------------------------------------- */

/* The latest signals of a rule's kind from a source, of those that were kept before this batch: as
 * many as the rule wants, or all since `begin`. */
struct earlier {
    const struct alarm_rule *rule;
    struct str source;
    struct wall begin;
    size_t count;
    const struct kept_signal *signals;
    struct earlier *next;
};

static size_t count_since(const struct earlier *earlier, struct wall begin)
{
    size_t count = 0;
    for (size_t i = 0; i < earlier->count; i++)
        count += earlier->signals[i].at.us >= begin.us;
    return count;
}

/* The latest are looked through first, and none that came before the time: what is shown at a time
 * came no more than CLOCK_GOOD_MS earlier, and ids are in the order of coming. */
static rc read_earlier(struct taking *t, const struct kept_signal *kept, struct earlier *earlier)
{
    const struct alarm_rule *rule = earlier->rule;
    char since[WALL_TEXT_MAX];
    struct query query = {.filter_count = 4, .limit = rule->least, .descending = true};
    struct page page;
    struct wall came = {earlier->begin.us - CLOCK_GOOD_MS * 1000};
    query.filters[0] = (struct filter){STR("source"), FILTER_EQ, kept->source};
    query.filters[1] = (struct filter){
        STR("kind"), FILTER_EQ, str_from(shape_choice_name(&signal_kind_choices, kept->kind))};
    query.filters[2] =
        (struct filter){STR("at"), FILTER_GE, {since, wall_format(earlier->begin, since)}};
    query.filters[3] = (struct filter){STR("id"), FILTER_GE, {NULL, 0}};
    TRY(id_least(t->h.c, came, &query.filters[3].value));
    if (rule->codes.count == 1)
        query.filters[query.filter_count++] =
            (struct filter){STR("code"), FILTER_EQ, rule->codes.items[0]};
    TRY(picture_list(t->h.c, t->h.picture, &kept_signal_shape, &query, &page));
    earlier->count = page.count;
    earlier->signals = page.records;
    return OK;
}

/* How many were there before this batch, since `begin`? At least as many as the rule wants, or
 * exactly so many. They are read once for all signals of the batch, unless one looks back further,
 * or so late that of the latest not all count any more and there may be others. */
static rc count_earlier(struct taking *t, const struct alarm_rule *rule,
                        const struct kept_signal *kept, struct wall begin, size_t *ret)
{
    struct earlier *earlier = t->earlier;
    while (earlier && (earlier->rule != rule || !str_eq(earlier->source, kept->source)))
        earlier = earlier->next;
    if (!earlier) {
        NEW(t->h.c, earlier, 1);
        *earlier = (struct earlier){.rule = rule, .source = kept->source, .next = t->earlier};
        t->earlier = earlier;
    }
    *ret = count_since(earlier, begin);
    bool all =
        earlier->begin.us && earlier->begin.us <= begin.us && (int64_t)earlier->count < rule->least;
    if (all || (int64_t)*ret >= rule->least)
        return OK;
    earlier->begin = begin;
    TRY(read_earlier(t, kept, earlier));
    *ret = earlier->count;
    return OK;
}

/* Are there, with this one, so many of its kind from its source within the time? */
static rc often_enough(struct taking *t, const struct alarm_rule *rule,
                       const struct taking_source *from, const struct kept_signal *kept, bool *ret)
{
    struct wall begin = {kept->at.us - rule->within_ms * 1000};
    size_t before = 0;
    int64_t found = 1;
    *ret = rule->least < 2;
    if (*ret || str_absent(kept->source))
        return OK;
    for (size_t i = 0; i < from->kept_count; i++)
        found += from->kept[i].kind == kept->kind && among(rule->codes, from->kept[i].code) &&
                 from->kept[i].at.us >= begin.us;
    *ret = found >= rule->least;
    if (*ret)
        return OK;
    TRY(count_earlier(t, rule, kept, begin, &before));
    *ret = found + (int64_t)before >= rule->least;
    return OK;
}

static rc is_armed(struct taking *t, struct str zone, bool *ret)
{
    struct armed_zone *known = t->zones;
    while (known && !str_eq(known->zone, zone))
        known = known->next;
    if (!known && !str_absent(zone)) {
        NEW(t->h.c, known, 1);
        known->zone = zone;
        TRY(zone_is_armed(t->h.c, t->h.picture, zone, &known->armed));
        known->next = t->zones;
        t->zones = known;
    }
    *ret = !known || known->armed; /* without a zone nothing is ever disarmed */
    return OK;
}

/* ---- keys ------------------------------------------------------------------------------------ */

/* One alarm for each rule, source and point. A source that makes up points without end gets one
 * line for all the rest. */
static rc make_key(struct taking *t, struct str rule, const struct taking_source *from,
                   const struct kept_signal *kept, struct str *ret)
{
    struct book_entry *entry = NULL;
    size_t stand = 0;
    const char *drill = kept->drill ? "drill/" : "";
    struct str source = from->heard.known ? from->heard.source.id : UNKNOWN_SOURCE;
    if (!str_absent(kept->claimed)) /* of strangers in its name: as secret as it is */
        TRY(str_format(t->h.c, &source, "foreign:%.*s", STR_ARG(kept->claimed)));
    TRY(str_format(t->h.c, ret, "%s%.*s/%.*s/%.*s", drill, STR_ARG(rule), STR_ARG(source),
                   STR_ARG(kept->point)));
    TRY(book_find(&t->h.book, *ret, &entry));
    if (entry || kept->lane)
        return OK;
    struct str stem;
    TRY(str_format(t->h.c, &stem, "%s%.*s/%.*s/", drill, STR_ARG(rule), STR_ARG(source)));
    if (from->heard.known)
        TRY(book_load(&t->h.book, from->heard.source.id));
    for (entry = t->h.book.entries; entry; entry = entry->next)
        stand += !entry->alarm.closed.us && str_starts(entry->alarm.key, stem.ptr);
    if (stand >= KEYS_MAX || !from->heard.known)
        return str_format(t->h.c, ret, "%.*s*", STR_ARG(stem));
    return OK;
}

/* Where it is: what people call the point, or else the source; of somebody unknown what it calls
 * itself. */
static rc add_place(struct ctx *c, const struct taking_source *from, const struct kept_signal *kept,
                    struct raise *raise)
{
    const struct source *source = &from->heard.source;
    for (size_t i = 0; i < source->points.count; i++) {
        const struct source_point *point = &source->points.items[i];
        if (!str_eq(point->point, kept->point) || str_absent(point->name))
            continue;
        raise_quote(raise, "place", point->name);
        return OK;
    }
    if (from->heard.known)
        return raise_refer(c, raise, "place", "source", source->id);
    raise_quote(raise, "place", kept->identity);
    return OK;
}

static rc add_raise(struct ctx *c, const struct taking_source *from, const struct kept_signal *kept,
                    struct raise raise, struct raises *ret)
{
    if (ret->count == RAISES_MAX)
        return OK; /* an eighth alarm for one signal says nothing new */
    raise.kind = kept->kind;
    raise.source = kept->source;
    raise.zone = kept->zone;
    raise.point = kept->point;
    raise.lane = kept->lane;
    raise.drill = kept->drill;
    raise.at = kept->at;
    raise.out_of_service =
        raise.out_of_service || from->heard.state.condition == SOURCE_CONDITION_DISABLED;
    TRY(add_place(c, from, kept, &raise));
    ret->items[ret->count++] = raise;
    return OK;
}

/* A rule as Chancery ships it speaks the language of its reader; one that the mission has written
 * or changed says what the mission wrote. */
static rc put_words(struct ctx *c, const struct alarm_rule *rule, struct raise *raise)
{
    struct str message;
    const char *name = message_phrase_of("rule-name", rule->name);
    struct texts phrases = {.count = 1};
    TRY(str_format(c, &message, "rule.%.*s", STR_ARG(rule->id)));
    if (message_is(message.ptr, ".consequence", rule->consequence) &&
        message_is(message.ptr, ".action", rule->action)) {
        raise->message = message.ptr;
    } else {
        raise->consequence = rule->consequence;
        raise->action = rule->action;
    }
    if (!name)
        return raise_refer(c, raise, "rule", "alarm_rule", rule->id);
    NEW(c, phrases.items, 1);
    phrases.items[0] = str_from(name);
    raise_phrases(raise, "rule", phrases);
    return OK;
}

static rc match_rule(struct taking *t, const struct alarm_rule *rule,
                     const struct taking_source *from, const struct kept_signal *kept,
                     struct raises *ret)
{
    bool armed = true;
    struct raise raise = {
        .message = "rule",
        .rule = rule->id,
        .cause = rule->cause,
        .priority = kept->lane ? SIGNAL_PRIORITY_URGENT : rule->priority,
        .respond_ms = rule->respond_ms,
        .escalate_ms = rule->escalate_ms,
        .momentary = rule->momentary,
        .out_of_service = !str_absent(rule->out_of_service),
    };
    if (rule->armed_only && !kept->lane)
        TRY(is_armed(t, kept->zone, &armed));
    raise.suppressed = !armed;
    if (!armed && rule->momentary) {
        ret->all_suppressed = true; /* nothing stands that arming could find open */
        return OK;
    }
    TRY(label_join(t->h.c, rule->label, kept->label, &raise.label));
    TRY(make_key(t, rule->id, from, kept, &raise.key));
    TRY(put_words(t->h.c, rule, &raise));
    return add_raise(t->h.c, from, kept, raise, ret);
}

/* ---- without a rule -------------------------------------------------------------------------- */

static bool is_grave(const struct kept_signal *kept)
{
    bool event = kept->kind != SIGNAL_KIND_RESTORE && kept->kind != SIGNAL_KIND_SUPERVISION &&
                 kept->kind != SIGNAL_KIND_TEST && kept->kind != SIGNAL_KIND_ARM &&
                 kept->kind != SIGNAL_KIND_DISARM && kept->kind != SIGNAL_KIND_BYPASS;
    return kept->lane || (event && kept->priority <= SIGNAL_PRIORITY_MEDIUM);
}

static rc match_built_in(struct taking *t, const struct taking_source *from,
                         const struct kept_signal *kept, struct raises *ret)
{
    struct str kind = str_from(shape_choice_name(&signal_kind_choices, kept->kind)), message;
    struct raise raise = {
        .cause = kind,
        .label = kept->label,
        .priority = kept->lane ? SIGNAL_PRIORITY_URGENT : kept->priority,
        .respond_ms = 300000,
    };
    TRY(make_key(t, kind, from, kept, &raise.key));
    TRY(str_format(t->h.c, &message, "signal.%.*s", STR_ARG(kind)));
    raise.message = message.ptr;
    return add_raise(t->h.c, from, kept, raise, ret);
}

rc signal_match(struct taking *t, struct taking_source *from, const struct signal *signal,
                const struct kept_signal *kept, struct raises *ret)
{
    const struct rule_list *rules = NULL;
    bool known = false;
    *ret = (struct raises){.count = 0};
    TRY(rules_of(t, signal->kind, &rules));
    for (size_t i = 0; i < rules->count; i++) {
        bool often = false;
        if (!fits(&rules->items[i], from, kept))
            continue;
        known = true;
        TRY(often_enough(t, &rules->items[i], from, kept, &often));
        if (often || kept->lane)
            TRY(match_rule(t, &rules->items[i], from, kept, ret));
    }
    if (ret->count == 0 && (!known || kept->lane) && is_grave(kept))
        TRY(match_built_in(t, from, kept, ret));
    ret->all_suppressed = ret->all_suppressed && ret->count == 0;
    return OK;
}
