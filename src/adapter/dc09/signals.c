/* What a panel said, as signals. */
#include "adapter/dc09/work.h"

#include <inttypes.h>

static struct str extended_value(const struct dc09_frame *frame, char id)
{
    for (size_t i = 0; i < frame->extended_count; i++)
        if (frame->extended[i].id == id)
            return frame->extended[i].value;
    return (struct str){0};
}

/* Degrees: "5.9699", "-5.97", or degrees, a letter of the compass, minutes: "005E58.194". */
static bool parse_degrees(struct str text, const char *letters, int64_t limit, int32_t *ret)
{
    int64_t e7 = 0, minutes_e7 = 0, degrees = 0;
    size_t at = 0;
    while (at < text.len && !strchr("NESWnesw", text.ptr[at]))
        at++;
    if (at == text.len) {
        if (!str_to_decimal(text, 7, &e7))
            return false;
    } else {
        char letter = (char)(text.ptr[at] & ~0x20);
        if (!memchr(letters, letter, 2) || !str_to_i64(str_sub(text, 0, at), &degrees) ||
            degrees < 0 || degrees > 180)
            return false;
        struct str minutes = str_sub(text, at + 1, text.len);
        while (minutes.len > 1 && minutes.ptr[0] == '0' && minutes.ptr[1] != '.')
            minutes = str_sub(minutes, 1, minutes.len);
        if (minutes.len > 0 && !str_to_decimal(minutes, 7, &minutes_e7))
            return false;
        if (minutes_e7 < 0 || minutes_e7 >= 600000000)
            return false;
        e7 = degrees * 10000000 + minutes_e7 / 60;
        if (letter == letters[1])
            e7 = -e7;
    }
    if (e7 > limit || e7 < -limit)
        return false;
    *ret = (int32_t)e7;
    return true;
}

static void set_position(const struct dc09_frame *frame, struct signal *signal)
{
    struct str x = extended_value(frame, 'X'), y = extended_value(frame, 'Y');
    struct place place = {.known = true};
    if (!str_absent(x) && !str_absent(y) && parse_degrees(x, "EW", 1800000000, &place.lon_e7) &&
        parse_degrees(y, "NS", 900000000, &place.lat_e7))
        signal->position = place;
}

/* What the extended data are called, by their letter. */
static const char *extended_name(char id)
{
    static const struct {
        char id;
        const char *name;
    } names[] = {{'A', "authentication"},
                 {'C', "supervision_category"},
                 {'H', "occurred"},
                 {'I', "alarm_text"},
                 {'J', "network_path"},
                 {'L', "location"},
                 {'M', "mac"},
                 {'N', "network_address"},
                 {'O', "building"},
                 {'P', "programming"},
                 {'R', "room"},
                 {'S', "site"},
                 {'T', "trigger"},
                 {'V', "verification"},
                 {'X', "longitude"},
                 {'Y', "latitude"},
                 {'Z', "altitude"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].id == id)
            return names[i].name;
    return NULL;
}

static rc put_extended(struct dc09_work *w, struct text *t)
{
    struct str others = {0};
    for (size_t i = 0; i < w->frame.extended_count; i++) {
        const struct dc09_extended *one = &w->frame.extended[i];
        const char *name = extended_name(one->id);
        bool doubled = one->value.ptr != extended_value(&w->frame, one->id).ptr;
        if (one->id == 'K') /* a key travels in it: never kept in the open */
            continue;
        if (name && !doubled)
            TRY(signal_put_attribute(w->c, t, name, one->value));
        else
            TRY(str_format(w->c, &others, "%.*s[%c%.*s]", STR_ARG(others), one->id,
                           STR_ARG(one->value)));
    }
    return signal_put_attribute(w->c, t, "extended", others);
}

static rc set_attributes(struct dc09_work *w, const struct dc09_event *event,
                         const struct dc09_block *block, struct signal *signal)
{
    struct text t;
    text_init(&t, w->c, SIGNAL_ATTRIBUTES_MAX);
    TRY(signal_put_attribute(w->c, &t, "sequence", w->frame.sequence));
    TRY(signal_put_attribute(w->c, &t, "receiver", w->frame.receiver));
    if (w->frame.encrypted)
        TRY(signal_put_attribute(w->c, &t, "encrypted", STR("yes")));
    if (w->sighting.missing) {
        struct str missing;
        TRY(str_format(w->c, &missing, "%d", w->sighting.missing));
        TRY(signal_put_attribute(w->c, &t, "sequence_missing", missing));
    }
    if (event) {
        if (!str_absent(block->account) && !str_eq_nocase(block->account, w->frame.account))
            TRY(signal_put_attribute(w->c, &t, "inner_account", block->account));
        TRY(signal_put_attribute(w->c, &t, "area_name", event->area_name));
        TRY(signal_put_attribute(w->c, &t, "user_name", event->user_name));
        TRY(signal_put_attribute(w->c, &t, "zone_name", event->name));
        TRY(signal_put_attribute(w->c, &t, "peripheral", event->peripheral));
        TRY(signal_put_attribute(w->c, &t, "panel_clock", event->clock));
        TRY(signal_put_attribute(w->c, &t, "panel_date", event->date));
        if (event->old)
            TRY(signal_put_attribute(w->c, &t, "stored", STR("yes")));
        TRY(signal_put_attribute(w->c, &t, "unread", block->unread));
    }
    TRY(put_extended(w, &t));
    text_put_char(&t, '}');
    return text_done(&t, &signal->attributes);
}

/* The time of occurrence (H) is the event's; else the time stamp, which is that of sending. */
static struct wall occurred(const struct dc09_frame *frame)
{
    struct str given = extended_value(frame, 'H');
    struct wall when;
    if (!str_absent(given) &&
        dc09_parse_time(str_starts(given, "_") ? str_sub(given, 1, given.len) : given, &when))
        return when;
    return frame->stamp;
}

/* A report is named by what it says and the span of time in which it was first told: a panel that
 * was not heard tells it again with another time stamp. */
static rc name_report(struct dc09_work *w, size_t index, int64_t span, struct str *ret)
{
    return str_format(w->c, ret, "dc09/%.*s/%.*s/%016" PRIx64 "/%" PRId64 "/%zu",
                      STR_ARG(w->source), STR_ARG(w->frame.sequence), w->sighting.digest, span,
                      index);
}

/* What was told before a start is remembered by nobody here, so a report of that time has two
 * names: that of its own span, and that of the one before it. */
static rc name_both(struct dc09_work *w, size_t index, struct signal *signal)
{
    int64_t length_us = w->state->repeat_us > 0 ? w->state->repeat_us : 1;
    int64_t span = w->sighting.name.us / length_us;
    TRY(name_report(w, index, span, &signal->dedupe));
    return w->sighting.young ? name_report(w, index, span - 1, &signal->dedupe_before) : OK;
}

static rc set_common(struct dc09_work *w, size_t index, struct signal *signal)
{
    *signal = (struct signal){.source = w->source,
                              .peer = w->in->peer,
                              .occurred = occurred(&w->frame),
                              .repeat = w->sighting.repeat};
    TRY(name_both(w, index, signal));
    signal_set_raw(signal, w->raw);
    set_position(&w->frame, signal);
    return OK;
}

static rc set_location(struct dc09_work *w, struct signal *signal)
{
    struct text t;
    text_init(&t, w->c, 4096);
    static const char ids[] = "SOLR";
    for (size_t i = 0; i < sizeof ids - 1; i++) {
        struct str value = extended_value(&w->frame, ids[i]);
        if (str_absent(value) || value.len == 0)
            continue;
        if (t.len)
            text_put(&t, STR(", "));
        text_put(&t, value);
    }
    struct str made;
    TRY(text_done(&t, &made));
    return signal_line(w->c, made, 1000, &signal->location);
}

/* A number with the name that the panel has for it. */
static rc numbered(struct ctx *c, struct str number, struct str name, struct str *ret)
{
    struct str both = str_absent(number) ? name : number;
    if (!str_absent(number) && !str_absent(name))
        TRY(str_format(c, &both, "%.*s %.*s", STR_ARG(number), STR_ARG(name)));
    return signal_line(c, both, 200, ret);
}

static rc set_places(struct dc09_work *w, const struct dc09_event *event, enum dc09_number number,
                     struct signal *signal)
{
    struct str zone = {0};
    TRY(numbered(w->c, event->area, event->area_name, &signal->area));
    TRY(numbered(w->c, event->user, event->user_name, &signal->user));
    struct str *to = number == DC09_USER && str_absent(signal->user)   ? &signal->user
                     : number == DC09_AREA && str_absent(signal->area) ? &signal->area
                                                                       : &zone;
    TRY(numbered(w->c, event->number, event->name, to));
    signal->zone = zone;
    return set_location(w, signal);
}

rc dc09_emit_event(struct dc09_work *w, const struct dc09_block *block, size_t index, bool cid)
{
    const struct dc09_event *event = &block->events[index];
    struct dc09_meaning meaning = {.kind = SIGNAL_KIND_STATUS, .priority = SIGNAL_PRIORITY_MEDIUM};
    bool known = cid ? dc09_cid_meaning(event->qualifier, event->code, &meaning)
                     : dc09_sia_meaning(event->code, &meaning);
    struct signal signal;
    TRY(set_common(w, index, &signal));
    signal.kind = meaning.kind;
    signal.ends = meaning.ends;
    signal.priority = meaning.priority;
    signal.code_system = cid ? STR("contact-id") : STR("sia-dc-03");
    if (cid)
        TRY(str_format(w->c, &signal.code, "%c%.*s", event->qualifier, STR_ARG(event->code)));
    else
        signal.code = event->code;
    TRY(set_places(w, event, meaning.number, &signal));
    struct str alarm_text = extended_value(&w->frame, 'I'), words, text;
    TRY(str_format(w->c, &words, "%s", known ? meaning.text : "a code unknown to us"));
    struct str more = str_absent(event->text) ? alarm_text : event->text;
    if (!str_absent(more) && more.len > 0)
        TRY(str_format(w->c, &words, "%.*s: %.*s", STR_ARG(words), STR_ARG(more)));
    TRY(signal_line(w->c, words, 1000, &text));
    signal.text = text;
    TRY(signal_line(w->c, event->value, 200, &signal.value));
    TRY(set_attributes(w, event, block, &signal));
    return adapter_emit(w->c, w->out, &signal);
}

rc dc09_emit_poll(struct dc09_work *w)
{
    struct signal signal;
    TRY(set_common(w, 0, &signal));
    signal.kind = SIGNAL_KIND_SUPERVISION;
    signal.priority = SIGNAL_PRIORITY_NOTE;
    signal.code_system = STR("sia-dc-09");
    signal.code = STR("NULL");
    signal.text = STR("the panel is there");
    TRY(set_attributes(w, NULL, NULL, &signal));
    return adapter_emit(w->c, w->out, &signal);
}
