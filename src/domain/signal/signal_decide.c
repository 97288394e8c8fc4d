/* Taking signals: many in one decision. Each goes this way:
 *
 *     whose is it?    a source by its identity, or unknown: kept and shown all the same; over
 *                     another way than that source's, as a stranger's that says so
 *     duress?         then nothing below may drop it
 *     seen before?    the same (identity, key) is counted, not kept twice
 *     a heartbeat?    noted in the vault, costs the record nothing
 *     what is its time worth?
 *     which alarms?   signal_match.c
 *     a storm?        signal_storm.c
 *     kept            as an item of the event signal.taken of its source
 *
 * All of it is in one transaction, so whoever is answered may forget the signal. */
#include "domain/signal/signal_own.h"

#include "base/random.h"

#include <sodium.h>

enum {
    CLOCK_WRONG_MS = 7 * 24 * 3600 * 1000,
    EVENT_BYTES_MAX = 40000, /* of items; an entry of the ledger has room for 65535 */
};

/* ---- who may say it -------------------------------------------------------------------------- */

static rc find_source(struct taking *t, const struct signal *signal, struct taking_source **ret);

static bool may_speak_for(const struct actor *actor, const struct taking_source *from)
{
    for (size_t i = 0; i < actor->sources.count && from->heard.known; i++)
        if (str_eq(actor->sources.items[i], from->heard.source.id))
            return true;
    return false;
}

/* A token that is for some sources hands in nothing for others: not for one of them, not for
 * somebody on no list. */
static rc check_speaker(struct taking *t, const struct actor *actor,
                        const struct signal_delivery *batch)
{
    for (size_t i = 0; i < batch->items.count && actor->sources_only; i++) {
        const struct signal *signal = &batch->items.items[i];
        struct taking_source *from = NULL;
        TRY(find_source(t, signal, &from));
        if (may_speak_for(actor, from))
            continue;
        rc refused = fault_raise(t->h.c, RC_FORBIDDEN, __FILE__, __LINE__,
                                 "this token does not speak for \"%.*s\"", STR_ARG(signal->source));
        fault_set_rule(t->h.c, "source");
        fault_enter_name(t->h.c, STR("source"));
        fault_enter_index(t->h.c, i);
        fault_enter_name(t->h.c, STR("items"));
        return refused;
    }
    return OK;
}

/* ---- whose it is ----------------------------------------------------------------------------- */

static struct taking_source *taken_before(const struct taking *t, struct str identity)
{
    for (struct taking_source *from = t->sources; from; from = from->next)
        if (from->heard.known && str_eq(from->heard.source.identity, identity))
            return from;
    return NULL;
}

static struct taking_source *add_source(struct taking *t, struct taking_source *from)
{
    from->next = t->sources;
    return t->sources = from;
}

/* All unknown ones share one entry, so that they share one bucket. */
static struct taking_source *taken_unknown(const struct taking *t)
{
    struct taking_source *from = t->sources;
    while (from && from->heard.known)
        from = from->next;
    return from;
}

static rc find_source(struct taking *t, const struct signal *signal, struct taking_source **ret)
{
    struct taking_source *from = taken_before(t, signal->source);
    *ret = from;
    if (from)
        return OK;
    NEW(t->h.c, from, 1);
    TRY(source_find(&t->h, signal->source, &from->heard));
    struct taking_source *unknown = from->heard.known ? NULL : taken_unknown(t);
    *ret = unknown ? unknown : add_source(t, from);
    return OK;
}

/* Who is held to have said it: the source, or a stranger in its name. */
static rc find_speaker(struct taking *t, struct taking_source *from, struct taking_source **ret)
{
    *ret = from->heard.foreign ? taken_unknown(t) : from;
    if (*ret)
        return OK;
    NEW(t->h.c, *ret, 1);
    TRY(source_find_unknown(&t->h, &(*ret)->heard));
    add_source(t, *ret);
    return OK;
}

/* ---- what its time is worth ------------------------------------------------------------------ */

static void judge_clock(struct taking *t, struct taking_source *from, const struct signal *signal,
                        struct kept_signal *kept)
{
    int64_t behind_ms = (t->h.now.us - signal->occurred.us) / 1000;
    kept->received = kept->at = t->h.now;
    kept->occurred = signal->occurred;
    kept->clock = SIGNAL_CLOCK_ABSENT;
    if (signal->occurred.us == 0)
        return;
    from->heard.pulse.skew_ms.known = true;
    from->heard.pulse.skew_ms.value = -behind_ms;
    if (behind_ms > CLOCK_WRONG_MS || behind_ms < -CLOCK_WRONG_MS)
        kept->clock = SIGNAL_CLOCK_WRONG;
    else if (behind_ms < -CLOCK_GOOD_MS)
        kept->clock = SIGNAL_CLOCK_FUTURE;
    else
        kept->clock = behind_ms > CLOCK_GOOD_MS ? SIGNAL_CLOCK_LATE : SIGNAL_CLOCK_GOOD;
    if (kept->clock == SIGNAL_CLOCK_GOOD || kept->clock == SIGNAL_CLOCK_LATE)
        kept->at = signal->occurred;
}

/* ---- what is kept ---------------------------------------------------------------------------- */

static void place_it(const struct taking_source *from, const struct signal *signal,
                     struct kept_signal *kept)
{
    kept->point = signal->zone;
    kept->zone = from->heard.source.zone;
    kept->position = signal->position.known ? signal->position : from->heard.source.position;
    for (size_t i = 0; i < from->heard.source.points.count; i++) {
        const struct source_point *point = &from->heard.source.points.items[i];
        if (!str_eq(point->point, signal->zone))
            continue;
        if (!str_absent(point->zone))
            kept->zone = point->zone;
        if (point->position.known)
            kept->position = point->position;
    }
}

/* As much of the evidence as there is room for; of the rest the hash. */
static rc keep_evidence(struct ctx *c, const struct signal *signal, struct kept_signal *kept)
{
    unsigned char *hash = NULL;
    kept->raw = str_sub(signal->raw, 0, KEPT_RAW_MAX);
    kept->raw_size = (int64_t)signal->raw.len;
    if (signal->attributes.len <= KEPT_ATTRIBUTES_MAX)
        kept->attributes = signal->attributes;
    if (signal->raw.len <= KEPT_RAW_MAX)
        return OK;
    NEW(c, hash, crypto_hash_sha256_BYTES);
    crypto_hash_sha256(hash, (const unsigned char *)signal->raw.ptr, signal->raw.len);
    kept->raw_hash = (struct str){(const char *)hash, crypto_hash_sha256_BYTES};
    return OK;
}

/* `claimed` is the source that it names, where that is not `from`: what tells of it is no less
 * secret than it is. */
static rc make_kept(struct taking *t, struct taking_source *from,
                    const struct taking_source *claimed, const struct signal *signal,
                    struct kept_signal *ret)
{
    *ret = (struct kept_signal){
        .label = from->heard.source.label,
        .way = from->heard.known ? (struct str){NULL, 0} : t->h.way.name,
        .source = from->heard.known ? from->heard.source.id : (struct str){NULL, 0},
        .identity = signal->source,
        .peer = signal->peer,
        .kind = signal->kind,
        .ends = signal->ends,
        .priority = signal->priority,
        .code_system = signal->code_system,
        .code = signal->code,
        .text = signal->text,
        .area = signal->area,
        .user_code = signal->user,
        .address = signal->address,
        .location = signal->location,
        .value = signal->value,
        .dedupe = signal->dedupe,
        .lane = signal_is_lane(signal),
        .repeat = signal->repeat,
        .drill = signal->drill,
    };
    if (claimed != from) {
        ret->claimed = claimed->heard.source.id;
        TRY(label_join(t->h.c, ret->label, claimed->heard.source.label, &ret->label));
    }
    place_it(from, signal, ret);
    judge_clock(t, from, signal, ret);
    return keep_evidence(t->h.c, signal, ret);
}

static rc keep(struct taking *t, struct taking_source *from, const struct kept_signal *kept)
{
    if (from->kept_count == from->kept_room) {
        struct kept_signal *more = NULL;
        from->kept_room = from->kept_room ? from->kept_room * 4 : 4;
        NEW(t->h.c, more, from->kept_room);
        if (from->kept_count)
            memcpy(more, from->kept, from->kept_count * sizeof *more);
        from->kept = more;
    }
    from->kept[from->kept_count++] = *kept;
    from->heard.pulse.signals++;
    return OK;
}

/* ---- seen before ----------------------------------------------------------------------------- */

/* A table of the keys in this batch. */
static enum report_fate in_batch(struct taking *t, struct str key, const struct signal *signal)
{
    size_t at = str_hash(key) % t->key_room;
    while (!str_absent(t->keys[at].key)) {
        const struct signal *other = t->keys[at].signal;
        if (str_eq(t->keys[at].key, key))
            return other->kind == signal->kind && other->priority == signal->priority &&
                           str_eq(other->text, signal->text)
                       ? REPORT_SAME
                       : REPORT_OTHER;
        at = (at + 1) % t->key_room;
    }
    t->keys[at] = (struct batch_key){key, signal};
    return REPORT_NEW;
}

static rc is_known(struct taking *t, struct str key, const struct signal *signal,
                   enum report_fate *ret)
{
    struct kept_signal kept = {0};
    struct row row;
    return report_look_up(t->h.c, t->h.picture, key, signal, ret, &row, &kept);
}

/* Of those that were only counted, the whole report is remembered. */
static rc was_counted(struct taking *t, const struct taking_source *from, struct str key,
                      const struct signal *signal, bool *ret)
{
    struct str whole = {NULL, 0};
    if (from->heard.pulse.counted_keys.len > 0)
        TRY(report_key_beside(t->h.c, key, signal, &whole));
    *ret = storm_has_counted(&from->heard, whole);
    return OK;
}

/* As somebody's report with this key. What has the key of another report gets one of its own. */
static rc seen_as(struct taking *t, const struct signal *signal, struct str *key, bool *ret)
{
    enum report_fate fate = in_batch(t, *key, signal);
    if (fate == REPORT_NEW)
        TRY(is_known(t, *key, signal, &fate));
    if (fate == REPORT_OTHER) {
        TRY(report_key_beside(t->h.c, *key, signal, key));
        fate = in_batch(t, *key, signal);
        if (fate == REPORT_NEW)
            TRY(is_known(t, *key, signal, &fate));
    }
    *ret = fate == REPORT_SAME;
    return OK;
}

/* Duress is kept twice rather than not at all. */
static rc seen_before(struct taking *t, const struct taking_source *from,
                      const struct taking_source *claimed, const struct signal *signal,
                      struct str *ret_key, bool *ret)
{
    struct str before;
    enum report_fate fate = REPORT_NEW;
    *ret = false;
    if (str_absent(signal->dedupe))
        return OK;
    TRY(report_key(t->h.c, &t->h, &claimed->heard, signal->source, signal->dedupe, ret_key));
    if (signal_is_lane(signal))
        return OK;
    TRY(was_counted(t, from, *ret_key, signal, ret));
    if (!*ret)
        TRY(seen_as(t, signal, ret_key, ret));
    if (*ret || str_absent(signal->dedupe_before))
        return OK;
    TRY(report_key(t->h.c, &t->h, &claimed->heard, signal->source, signal->dedupe_before, &before));
    TRY(was_counted(t, from, before, signal, ret));
    if (*ret)
        return OK;
    TRY(is_known(t, before, signal, &fate));
    *ret = fate == REPORT_SAME;
    return OK;
}

/* ---- alarms ---------------------------------------------------------------------------------- */

/* The first alarm of a signal is its own; of the others it keeps a list. */
static rc belong(struct ctx *c, struct kept_signal *kept, struct str alarm)
{
    if (str_absent(kept->alarm)) {
        kept->alarm = alarm;
        return OK;
    }
    if (str_eq(kept->alarm, alarm) || kept->also.count == KEPT_ALSO_MAX)
        return OK;
    if (!kept->also.items)
        NEW(c, kept->also.items, KEPT_ALSO_MAX);
    kept->also.items[kept->also.count++] = alarm;
    return OK;
}

/* All that it raises. Its own alarm is the first that is in sight. */
static rc raise_all(struct taking *t, const struct raises *raises, struct kept_signal *kept)
{
    struct str ids[RAISES_MAX];
    size_t own = 0;
    for (size_t i = 0; i < raises->count; i++) {
        struct book_entry *entry = NULL;
        TRY(book_raise(&t->h.book, &raises->items[i], &entry));
        ids[i] = entry->alarm.id;
        if (raises->items[own].suppressed && !raises->items[i].suppressed)
            own = i;
    }
    if (raises->count)
        TRY(belong(t->h.c, kept, ids[own]));
    for (size_t i = 0; i < raises->count; i++)
        TRY(belong(t->h.c, kept, ids[i]));
    return OK;
}

/* A restore ends what it names, at its point; one without a point all of its source. */
static bool is_ended_by(const struct alarm *alarm, const struct kept_signal *kept)
{
    bool here = str_absent(kept->point) || str_eq(alarm->point, kept->point);
    bool what = kept->ends == SIGNAL_KIND_UNSET ? !alarm->lane : alarm->kind == kept->ends;
    bool own = !str_starts(alarm->key, "silence/") && !str_starts(alarm->key, "storm/") &&
               !str_starts(alarm->key, "doubled/") && !str_starts(alarm->key, "foreign/");
    return here && what && own && !alarm->closed.us;
}

static rc restore(struct taking *t, struct taking_source *from, struct kept_signal *kept)
{
    if (!from->heard.known)
        return OK;
    TRY(book_load(&t->h.book, from->heard.source.id));
    for (struct book_entry *entry = t->h.book.entries; entry; entry = entry->next)
        if (str_eq(entry->alarm.source, from->heard.source.id) &&
            is_ended_by(&entry->alarm, kept)) {
            TRY(belong(t->h.c, kept, entry->alarm.id));
            book_restore(&t->h.book, entry, kept->at);
        }
    return OK;
}

/* Would it ring? Then it is kept whatever the bucket says. */
static rc is_news(struct taking *t, const struct raises *raises, bool *ret)
{
    *ret = false;
    for (size_t i = 0; i < raises->count && !*ret; i++) {
        struct book_entry *entry = NULL;
        TRY(book_find(&t->h.book, raises->items[i].key, &entry));
        *ret = !entry ||
               (entry->alarm.suppressed && !raises->items[i].suppressed && !entry->alarm.active);
    }
    return OK;
}

/* Of a storm: counted, and not kept. */
static rc count(struct taking *t, struct taking_source *from, const struct signal *signal,
                const struct kept_signal *kept)
{
    struct str whole = {NULL, 0};
    struct storm_sample sample = {
        .at = kept->at, .kind = kept->kind, .point = kept->point, .text = kept->text};
    if (!str_absent(kept->report))
        TRY(report_key_beside(t->h.c, kept->report, signal, &whole));
    return storm_count(&t->h, &from->heard, &sample, whole);
}

static rc take_event(struct taking *t, struct taking_source *from, const struct signal *signal,
                     struct kept_signal *kept)
{
    struct raises raises = {.count = 0};
    bool news = false;
    if (kept->kind != SIGNAL_KIND_RESTORE)
        TRY(signal_match(t, from, signal, kept, &raises));
    TRY(is_news(t, &raises, &news));
    if (!kept->lane && !storm_has_room(&from->heard, t->h.now) && !news)
        return count(t, from, signal, kept);
    if (kept->kind == SIGNAL_KIND_RESTORE)
        TRY(restore(t, from, kept));
    TRY(raise_all(t, &raises, kept));
    kept->suppressed = raises.all_suppressed;
    return keep(t, from, kept);
}

/* ---- one ------------------------------------------------------------------------------------- */

static rc hear(struct taking *t, struct taking_source *from, const struct signal *signal)
{
    if (from->heard.foreign)
        return source_hear_foreign(&t->h, &from->heard, signal->peer);
    from->heard.pulse.heard = t->h.now;
    if (signal->kind == SIGNAL_KIND_SUPERVISION)
        from->heard.pulse.last_heartbeat = t->h.now;
    else
        from->heard.pulse.last_signal = t->h.now;
    TRY(source_hear(&t->h, &from->heard, signal->peer));
    return from->heard.known ? OK : unknown_note(t, signal);
}

static rc take_one(struct taking *t, const struct signal *signal)
{
    struct taking_source *claimed = NULL, *from = NULL;
    struct kept_signal kept = {0};
    bool seen = false;
    struct str report = {NULL, 0};
    TRY(find_source(t, signal, &claimed));
    TRY(find_speaker(t, claimed, &from));
    TRY(hear(t, claimed, signal));
    if (signal->kind == SIGNAL_KIND_SUPERVISION) {
        from->heard.pulse.heartbeats++;
        judge_clock(t, from, signal, &kept);
        return OK;
    }
    TRY(seen_before(t, from, claimed, signal, &report, &seen));
    if (seen) {
        from->heard.pulse.duplicates++;
        return OK;
    }
    TRY(make_kept(t, from, claimed, signal, &kept));
    kept.report = report;
    TRY(id_new(t->h.c, &kept.id));
    return take_event(t, from, signal, &kept);
}

/* ---- writing it down ------------------------------------------------------------------------- */

/* No less than the item takes as JSON. */
static size_t size_of(const struct kept_signal *kept)
{
    const struct str texts[] = {kept->identity, kept->peer,  kept->code,    kept->text,
                                kept->point,    kept->area,  kept->address, kept->user_code,
                                kept->location, kept->value, kept->dedupe,  kept->way};
    size_t size = 900 + kept->raw.len * 4 / 3 + kept->attributes.len;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        size += 2 * texts[i].len;
    return size + kept->also.count * sizeof "\"01M80Z24A8JD4PRM9BPDRW56R1\",";
}

static bool is_same_label(struct label a, struct label b)
{
    bool open = str_absent(a.compartments) && str_absent(b.compartments);
    return a.tlp == b.tlp && (open || str_eq(a.compartments, b.compartments));
}

/* As few events as the size of an entry and the labels allow. */
static rc write_source(struct taking *t, struct taking_source *from)
{
    size_t at = 0;
    while (at < from->kept_count) {
        size_t first = at, size = size_of(&from->kept[at++]);
        while (at < from->kept_count && size + size_of(&from->kept[at]) <= EVENT_BYTES_MAX &&
               is_same_label(from->kept[at].label, from->kept[first].label))
            size += size_of(&from->kept[at++]);
        struct signals_taken taken = {.label = from->kept[first].label};
        if (from->heard.known)
            taken.source = from->heard.source.id;
        taken.items.items = from->kept + first;
        taken.items.count = at - first;
        TRY(outcome_add(t->h.c, t->h.outcome,
                        &(struct outcome_event){.kind = &signal_taken_kind,
                                                .body = &taken,
                                                .record_id = from->heard.known
                                                                 ? from->heard.source.id
                                                                 : UNKNOWN_SOURCE}));
    }
    return outcome_vault_put(t->h.c, t->h.outcome, &source_pulse_shape, &from->heard.pulse);
}

rc signal_take(struct ctx *c, struct picture *picture, const struct command *command,
               struct outcome *outcome)
{
    const struct signal_delivery *batch = command->input;
    struct taking *t = NULL;
    NEW(c, t, 1);
    t->h = (struct hearing){.c = c, .picture = picture, .outcome = outcome, .now = clock_now(c)};
    t->key_room = batch->items.count * 4 + 1; /* a signal may have two */
    NEW(c, t->keys, t->key_room);
    TRY(signal_way(c, command, batch, &t->h.way));
    book_open(&t->h.book, c, picture, t->h.now);
    TRY(check_speaker(t, &command->actor, batch));
    for (int lane = 1; lane >= 0; lane--) /* duress first */
        for (size_t i = 0; i < batch->items.count; i++)
            if (signal_is_lane(&batch->items.items[i]) == (lane == 1))
                TRY(take_one(t, &batch->items.items[i]));
    for (struct taking_source *from = t->sources; from; from = from->next)
        TRY(write_source(t, from));
    TRY(book_write(&t->h.book, outcome));
    return t->h.sweep.us ? source_sweep_by(c, picture, outcome, t->h.sweep) : OK;
}
