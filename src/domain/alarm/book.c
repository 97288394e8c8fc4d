/* The book in which one decision keeps the alarms that it is about: what it writes is not yet in
 * the picture. */
#include "domain/alarm/alarm_own.h"

#include "base/random.h"

void book_open(struct book *book, struct ctx *c, struct picture *picture, struct wall now)
{
    *book = (struct book){.c = c, .picture = picture, .now = now};
}

static struct book_entry *among(const struct book *book, struct str key)
{
    for (struct book_entry *entry = book->entries; entry; entry = entry->next)
        if (str_eq(entry->alarm.key, key) && !entry->alarm.closed.us)
            return entry;
    return NULL;
}

static bool has_id(const struct book *book, struct str id)
{
    for (struct book_entry *entry = book->entries; entry; entry = entry->next)
        if (str_eq(entry->alarm.id, id))
            return true;
    return false;
}

static rc enter(struct book *book, const struct alarm *alarm, struct book_entry **ret)
{
    struct ctx *c = book->c;
    struct book_entry *entry = NULL;
    NEW(c, entry, 1);
    entry->alarm = *alarm;
    entry->next = book->entries;
    book->entries = entry;
    *ret = entry;
    return OK;
}

rc book_find(struct book *book, struct str key, struct book_entry **ret)
{
    struct alarm alarm = {0};
    *ret = among(book, key);
    if (*ret)
        return OK;
    rc found = picture_find(book->c, book->picture, &alarm_shape, "key", key, NULL, &alarm);
    if (found.code == RC_NOT_FOUND || (rc_ok(found) && has_id(book, alarm.id)))
        return OK; /* none, or one that this decision has closed */
    TRY(found);
    return enter(book, &alarm, ret);
}

rc book_load(struct book *book, struct str source)
{
    struct alarms alarms;
    for (size_t i = 0; i < book->source_count; i++)
        if (str_eq(book->sources[i], source))
            return OK;
    TRY(alarms_where(book->c, book->picture, "source", source, &alarms));
    for (size_t i = 0; i < alarms.count; i++) {
        struct book_entry *entry = NULL;
        if (!has_id(book, alarms.items[i].id))
            TRY(enter(book, &alarms.items[i], &entry));
    }
    if (book->source_count < sizeof book->sources / sizeof book->sources[0])
        book->sources[book->source_count++] = source;
    return OK;
}

/* Alarms of one cause in one zone are shown as one; what has no zone is by its cause alone. Duress
 * always stands alone. */
static rc find_team(struct book *book, const struct alarm *alarm, struct str *ret)
{
    struct page page;
    struct query query = {.sort = STR("raised"), .limit = 1, .filter_count = 1};
    const struct book_entry *mine = NULL;
    query.filters[0] = (struct filter){STR("cause"), FILTER_EQ, alarm->cause};
    *ret = alarm->id;
    if (alarm->lane)
        return OK;
    bool silence = str_is(alarm->cause, "silence");
    for (struct book_entry *entry = book->entries; entry; entry = entry->next)
        if (entry->raised && str_eq(entry->alarm.cause, alarm->cause) && !entry->alarm.lane &&
            (silence || str_eq(entry->alarm.zone, alarm->zone)))
            mine = entry;
    if (!silence && str_absent(alarm->zone))
        return OK;
    if (!silence)
        query.filters[query.filter_count++] = (struct filter){STR("zone"), FILTER_EQ, alarm->zone};
    query.filters[query.filter_count++] = (struct filter){STR("lane"), FILTER_EQ, STR("false")};
    TRY(picture_list(book->c, book->picture, &alarm_shape, &query, &page));
    if (page.count > 0)
        *ret = ((struct alarm *)page.records)->team;
    else if (mine)
        *ret = mine->alarm.team;
    return OK;
}

static rc make_alarm(struct book *book, const struct raise *raise, struct alarm *ret)
{
    *ret = (struct alarm){
        .label = raise->label,
        .key = raise->key,
        .rule = raise->rule,
        .cause = raise->cause,
        .kind = raise->kind,
        .message = str_from(raise->message),
        .consequence = raise->consequence,
        .action = raise->action,
        .priority = raise->priority,
        .rank = raise->lane ? 0 : (int64_t)raise->priority,
        .respond_ms = raise->respond_ms,
        .escalate_ms = raise->escalate_ms,
        .source = raise->source,
        .zone = raise->zone,
        .site = raise->site,
        .point = raise->point,
        .lane = raise->lane,
        .drill = raise->drill,
        .momentary = raise->momentary && !raise->lane,
        .active = true,
        .suppressed = raise->suppressed && !raise->lane,
        .out_of_service = raise->out_of_service && !raise->lane,
        .began = raise->at,
        .last = raise->at,
        .raised = book->now,
        .signals = 1,
    };
    NEW(book->c, ret->params.items, MESSAGE_PARAMS_MAX);
    memcpy(ret->params.items, raise->params, sizeof raise->params);
    ret->params.count = raise->param_count;
    TRY(id_new(book->c, &ret->id));
    TRY(find_team(book, ret, &ret->team));
    ret->state = alarm_state_of(ret);
    return OK;
}

/* The kinds, the gravest last: several happenings of one decision are told as the gravest. */
static int weight(const struct event_kind *kind)
{
    const struct event_kind *const order[] = {&alarm_repeated_kind, &alarm_returned_kind,
                                              &alarm_cancel_heard_kind, &alarm_recurred_kind};
    for (int i = 0; kind && i < 4; i++)
        if (kind == order[i])
            return i + 1;
    return kind ? 5 : 0;
}

static void happened(struct book_entry *entry, const struct event_kind *kind)
{
    if (weight(kind) > weight(entry->kind))
        entry->kind = kind;
}

rc book_raise(struct book *book, const struct raise *raise, struct book_entry **ret)
{
    struct book_entry *entry = NULL;
    struct alarm alarm;
    TRY(book_find(book, raise->key, &entry));
    if (entry) {
        happened(entry, alarm_trigger(&entry->alarm, raise, 1, book->now));
    } else {
        TRY(make_alarm(book, raise, &alarm));
        TRY(enter(book, &alarm, &entry));
        entry->raised = true;
        entry->kind = &alarm_raised_kind;
    }
    *ret = entry;
    return OK;
}

void book_restore(struct book *book, struct book_entry *entry, struct wall at)
{
    happened(entry, alarm_restore(&entry->alarm, at, book->now));
}

void book_count(struct book_entry *entry, int64_t signals, struct wall last)
{
    entry->alarm.signals += signals;
    entry->alarm.last = last;
    entry->kind = entry->kind ? entry->kind : &alarm_repeated_kind;
}

/* ---- events ---------------------------------------------------------------------------------- */

rc alarm_add_event(struct ctx *c, struct outcome *outcome, const struct event_kind *kind,
                   const struct alarm *alarm)
{
    struct alarm body = *alarm;
    body.state = alarm_state_of(alarm);
    return outcome_add_row(c, outcome, kind, &body);
}

/* How long an alarm may stay untaken, where nothing else is said. */
static int64_t escalate_ms(const struct alarm *alarm)
{
    static const int64_t by_priority[] = {
        [SIGNAL_PRIORITY_URGENT] = 30000,
        [SIGNAL_PRIORITY_HIGH] = 60000,
        [SIGNAL_PRIORITY_MEDIUM] = 300000,
        [SIGNAL_PRIORITY_NOTE] = 0,
    };
    return alarm->escalate_ms ? alarm->escalate_ms : by_priority[alarm->priority];
}

static rc write_entry(struct book *book, struct outcome *outcome, const struct book_entry *entry)
{
    const struct alarm *alarm = &entry->alarm;
    bool rings = entry->kind == &alarm_raised_kind || entry->kind == &alarm_recurred_kind;
    TRY(alarm_add_event(book->c, outcome, entry->kind, alarm));
    int64_t wait_ms = escalate_ms(alarm);
    if (!rings || wait_ms == 0 || alarm_state_of(alarm) != ALARM_STATE_UNACKNOWLEDGED)
        return OK;
    return outcome_set_deadline(book->c, outcome, &alarm_decisions[ALARM_ESCALATE], alarm->id,
                                wall_after(book->now, wait_ms), NULL);
}

rc book_write(struct book *book, struct outcome *outcome)
{
    struct book_entry *reversed = NULL;
    while (book->entries) { /* in the order in which they were entered */
        struct book_entry *entry = book->entries;
        book->entries = entry->next;
        entry->next = reversed;
        reversed = entry;
    }
    book->entries = reversed;
    for (const struct book_entry *entry = reversed; entry; entry = entry->next)
        if (entry->kind)
            TRY(write_entry(book, outcome, entry));
    return OK;
}

/* ---- for other domains ----------------------------------------------------------------------- */

rc alarms_where(struct ctx *c, struct picture *picture, const char *field, struct str value,
                struct alarms *ret)
{
    struct query query = {.filter_count = 1, .limit = QUERY_LIMIT_MAX};
    struct page page;
    query.filters[0] = (struct filter){str_from(field), FILTER_EQ, value};
    *ret = (struct alarms){NULL, 0};
    if (str_absent(value))
        return OK;
    TRY(picture_list(c, picture, &alarm_shape, &query, &page));
    *ret = (struct alarms){page.records, page.count};
    return OK;
}

rc alarm_raise(struct ctx *c, struct picture *picture, struct outcome *outcome,
               const struct raise *raise)
{
    struct book book;
    struct book_entry *entry = NULL;
    book_open(&book, c, picture, clock_now(c));
    TRY(book_raise(&book, raise, &entry));
    return book_write(&book, outcome);
}

rc alarm_return(struct ctx *c, struct picture *picture, struct outcome *outcome, struct str key,
                struct wall at)
{
    struct book book;
    struct book_entry *entry = NULL;
    book_open(&book, c, picture, clock_now(c));
    TRY(book_find(&book, key, &entry));
    if (entry)
        book_restore(&book, entry, at);
    return book_write(&book, outcome);
}

rc alarms_turn(struct ctx *c, struct picture *picture, struct outcome *outcome, struct str source,
               bool off)
{
    struct alarms alarms;
    TRY(alarms_where(c, picture, "source", source, &alarms));
    for (size_t i = 0; i < alarms.count; i++) {
        struct alarm *alarm = &alarms.items[i];
        if (alarm->lane || alarm->out_of_service == off)
            continue;
        alarm->out_of_service = off;
        if (!off)
            alarm->acknowledged = false;
        TRY(alarm_add_event(c, outcome, off ? &alarm_suppressed_kind : &alarm_unsuppressed_kind,
                            alarm));
    }
    return OK;
}
