/* Every line is read in full as strict JSON, so that a broken one is known as broken; of most
 * events nothing but the type is then needed. A line that is cut short by the sender's limit or by
 * rotation often has the next event glued to it. The next event begins with {"timestamp" and these
 * bytes cannot stand inside of a JSON string (its quotes would be escaped), so it is found again
 * there. */
#include "adapter/eve/eve.h"

#include "base/json.h"

#include <stdlib.h>

SHAPE_DEFINE(eve_options, EVE_OPTIONS_FIELDS, 1, "Options for a source of EVE events.");

#define EVE_TYPE_NAME(name) #name,
static const char *const tallies[] = {EVE_TYPES(EVE_TYPE_NAME) "other_type",
                                      "empty_lines",
                                      "not_json",
                                      "no_event_type",
                                      "recovered",
                                      NULL};
#undef EVE_TYPE_NAME

static const char *const examples[] = {
    "{\"timestamp\":\"2026-11-22T03:00:00.000001+0000\",\"flow_id\":1850631319839907123,"
    "\"event_type\":\"alert\",\"src_ip\":\"192.0.2.7\",\"src_port\":40000,\"dest_ip\":"
    "\"198.51.100.1\",\"dest_port\":22,\"proto\":\"TCP\",\"alert\":{\"action\":\"allowed\",\"gid\":"
    "1,"
    "\"signature_id\":2019876,\"rev\":3,\"signature\":\"SSH scan \\u2013 "
    "outbound\",\"severity\":2}}\n",
    "{\"timestamp\":\"2026-11-22T03:00:01.5+0100\",\"event_type\":\"flow\",\"flow\":{\"pkts\":1}}"
    "\n",
    "{\"timestamp\":\"2026-11-22T03:00:02+0000\",\"host\":\"sensor-2\",\"event_type\":\"anomaly\","
    "\"anomaly\":{\"type\":\"decode\",\"event\":\"ipv4.trunc_pkt\",\"layer\":\"proto_parser\"}}"
    "\r\n",
    NULL,
};

enum { TYPES_MAX = 64, NAME_ROOM = 64 };

struct adapter_state {
    char signals[TYPES_MAX][NAME_ROOM];
    size_t signal_count;
    char source[808];
};

/* Members as they are written, strings with their quotes; absent when not there. */
struct event {
    struct str timestamp, event_type, flow_id, host, in_iface, proto, app_proto;
    struct str src_ip, src_port, dest_ip, dest_port;
    struct str alert, anomaly;
};

static const struct member {
    const char *name;
    size_t offset;
} members[] = {
    {"timestamp", offsetof(struct event, timestamp)},
    {"event_type", offsetof(struct event, event_type)},
    {"flow_id", offsetof(struct event, flow_id)},
    {"host", offsetof(struct event, host)},
    {"in_iface", offsetof(struct event, in_iface)},
    {"proto", offsetof(struct event, proto)},
    {"app_proto", offsetof(struct event, app_proto)},
    {"src_ip", offsetof(struct event, src_ip)},
    {"src_port", offsetof(struct event, src_port)},
    {"dest_ip", offsetof(struct event, dest_ip)},
    {"dest_port", offsetof(struct event, dest_port)},
    {"alert", offsetof(struct event, alert)},
    {"anomaly", offsetof(struct event, anomaly)},
};

static struct str *member_of(struct event *event, struct str name)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        if (str_is(name, members[i].name))
            return (struct str *)(void *)((char *)event + members[i].offset);
    return NULL;
}

/* The first of a doubled member counts. */
static bool read_event(struct str line, struct event *ret)
{
    struct json j;
    struct str key, value;
    json_init(&j, line);
    json_object(&j);
    while (json_next_key(&j, &key)) {
        struct str *to = member_of(ret, key);
        if (json_skip(&j, &value) && to && str_absent(*to))
            *to = value;
    }
    return json_end(&j);
}

/* A string or a number as text, of at most `most` characters; absent for anything else. */
static rc plain(struct ctx *c, struct str raw, size_t most, struct str *ret)
{
    struct str text = {0};
    if (raw.len >= 2 && raw.ptr[0] == '"')
        TRY(json_unescape(c, str_sub(raw, 1, raw.len - 2), &text));
    else if (raw.len > 0 && (raw.ptr[0] == '-' || (raw.ptr[0] >= '0' && raw.ptr[0] <= '9')))
        text = raw;
    return signal_line(c, text, most, ret);
}

/* One member of an object that was read before. */
static struct str inner(struct str object, const char *name)
{
    struct json j;
    struct str key, value, found = {0};
    json_init(&j, object);
    if (json_peek(&j) != JSON_OBJECT)
        return found;
    json_object(&j);
    while (json_next_key(&j, &key))
        if (json_skip(&j, &value) && str_is(key, name) && str_absent(found))
            found = value;
    return found;
}

/* "2016-07-13T22:42:07.199672+0000", or with a colon in the offset. */
static bool read_time(struct str text, struct wall *ret)
{
    char rfc[48];
    if (wall_parse(text, ret))
        return true;
    if (text.len < 24 || text.len >= sizeof rfc - 1)
        return false;
    memcpy(rfc, text.ptr, text.len - 2);
    rfc[text.len - 2] = ':';
    memcpy(rfc + text.len - 1, text.ptr + text.len - 2, 2);
    return wall_parse((struct str){rfc, text.len + 1}, ret);
}

static rc put_member(struct ctx *c, struct text *t, const char *name, struct str raw)
{
    struct str text;
    TRY(plain(c, raw, 300, &text));
    return signal_put_attribute(c, t, name, text);
}

/* Numbers are written as texts: a flow_id has 64 bits, which many readers of JSON do not. */
static rc set_attributes(struct ctx *c, const struct event *event, struct signal *signal)
{
    struct text t;
    text_init(&t, c, SIGNAL_ATTRIBUTES_MAX);
    TRY(put_member(c, &t, "event_type", event->event_type));
    TRY(put_member(c, &t, "flow_id", event->flow_id));
    TRY(put_member(c, &t, "in_iface", event->in_iface));
    TRY(put_member(c, &t, "proto", event->proto));
    TRY(put_member(c, &t, "app_proto", event->app_proto));
    TRY(put_member(c, &t, "src_ip", event->src_ip));
    TRY(put_member(c, &t, "src_port", event->src_port));
    TRY(put_member(c, &t, "dest_ip", event->dest_ip));
    TRY(put_member(c, &t, "dest_port", event->dest_port));
    static const char *const of_alert[] = {"gid", "rev", "category", "severity", "action"};
    for (size_t i = 0; i < sizeof of_alert / sizeof of_alert[0]; i++)
        TRY(put_member(c, &t, of_alert[i], inner(event->alert, of_alert[i])));
    static const char *const of_anomaly[] = {"type", "layer", "code"};
    for (size_t i = 0; i < sizeof of_anomaly / sizeof of_anomaly[0]; i++)
        TRY(put_member(c, &t, of_anomaly[i], inner(event->anomaly, of_anomaly[i])));
    text_put_char(&t, '}');
    return text_done(&t, &signal->attributes);
}

static rc set_alert(struct ctx *c, const struct event *event, struct signal *signal,
                    struct str *ret_words)
{
    struct str severity;
    TRY(plain(c, inner(event->alert, "severity"), 8, &severity));
    TRY(plain(c, inner(event->alert, "signature_id"), 80, &signal->code));
    TRY(plain(c, inner(event->alert, "signature"), 400, ret_words));
    signal->kind = SIGNAL_KIND_ATTACK;
    signal->code_system = STR("suricata-sid");
    signal->priority = str_is(severity, "1")   ? SIGNAL_PRIORITY_HIGH
                       : str_is(severity, "3") ? SIGNAL_PRIORITY_LOW
                       : str_is(severity, "4") ? SIGNAL_PRIORITY_NOTE
                                               : SIGNAL_PRIORITY_MEDIUM;
    return OK;
}

static rc set_other(struct ctx *c, const struct event *event, struct str type,
                    struct signal *signal, struct str *ret_words)
{
    bool anomaly = str_is(type, "anomaly"), drop = str_is(type, "drop");
    signal->kind = anomaly || drop ? SIGNAL_KIND_ATTACK : SIGNAL_KIND_STATUS;
    signal->priority = drop ? SIGNAL_PRIORITY_LOW : SIGNAL_PRIORITY_NOTE;
    signal->code_system = anomaly ? STR("suricata-anomaly") : STR("suricata-event");
    signal->code = type;
    *ret_words = drop ? STR("a packet was dropped") : type;
    if (!anomaly)
        return OK;
    TRY(plain(c, inner(event->anomaly, "event"), 80, &signal->code));
    return str_format(c, ret_words, "anomaly in the traffic: %.*s", STR_ARG(signal->code));
}

static rc make_signal(struct ctx *c, const struct adapter_input *in, const struct event *event,
                      struct str type, struct str line, struct adapter_output *out)
{
    struct signal signal = {.source = out->source, .peer = in->peer};
    struct str words, to, when;
    if (str_is(type, "alert"))
        TRY(set_alert(c, event, &signal, &words));
    else
        TRY(set_other(c, event, type, &signal, &words));
    TRY(plain(c, event->src_ip, 60, &signal.address));
    TRY(plain(c, event->dest_ip, 60, &to));
    if (str_absent(words))
        words = STR("an alert without a name");
    if (!str_absent(signal.address) && !str_absent(to))
        TRY(str_format(c, &words, "%.*s (%.*s to %.*s)", STR_ARG(words), STR_ARG(signal.address),
                       STR_ARG(to)));
    TRY(signal_line(c, words, 1000, &signal.text));
    TRY(plain(c, event->timestamp, 40, &when));
    if (!str_absent(when))
        (void)read_time(when, &signal.occurred);
    signal_set_raw(&signal, line);
    TRY(set_attributes(c, event, &signal));
    return adapter_emit(c, out, &signal);
}

static size_t tally_of(struct str type)
{
    for (size_t i = 0; i < EVE_OTHER_TYPE; i++)
        if (str_is(type, tallies[i]))
            return i;
    return EVE_OTHER_TYPE;
}

static bool is_signal(const struct adapter_state *state, struct str type)
{
    for (size_t i = 0; i < state->signal_count; i++)
        if (str_is(type, state->signals[i]))
            return true;
    return false;
}

/* Give up a broken line, or only the front of it when another event follows in it. */
static struct adapter_result give_up(struct str line, size_t used, struct adapter_output *out)
{
    static const struct str front = {"{\"timestamp\"", 12};
    size_t next = str_find(str_sub(line, 1, line.len), front);
    out->tally[EVE_NOT_JSON]++;
    if (next == SIZE_MAX)
        return adapter_bad(used, "the line is not JSON");
    out->tally[EVE_RECOVERED]++;
    return adapter_bad(next + 1, "the line is broken; another event begins in it");
}

static rc take_event(struct ctx *c, struct adapter_state *state, const struct adapter_input *in,
                     struct str line, size_t used, struct adapter_output *out,
                     struct adapter_result *ret)
{
    struct event event = {0};
    struct str type;
    if (!read_event(line, &event)) {
        *ret = give_up(line, used, out);
        return OK;
    }
    TRY(plain(c, event.event_type, NAME_ROOM - 1, &type));
    if (str_absent(type)) {
        out->tally[EVE_NO_TYPE]++;
        *ret = adapter_bad(used, "the event has no event_type");
        return OK;
    }
    TRY(plain(c, event.host, 200, &out->source));
    if (str_absent(out->source))
        out->source = str_from(state->source);
    if (is_signal(state, type))
        TRY(make_signal(c, in, &event, type, line, out));
    out->tally[tally_of(type)]++;
    *ret = adapter_ok(used);
    return OK;
}

static rc feed(struct ctx *c, struct adapter_state *state, const struct adapter_input *in,
               struct adapter_output *out, struct adapter_result *ret)
{
    struct str line;
    size_t used;
    if (!adapter_line(in, &line, &used)) {
        *ret = adapter_more(in->bytes.len + 1);
        return OK;
    }
    struct str trimmed = str_trim(line);
    if (trimmed.len > 0)
        return take_event(c, state, in, line, used, out, ret);
    out->tally[EVE_EMPTY]++;
    *ret = adapter_ok(used);
    return OK;
}

static void put_name(char *out, size_t room, struct str s)
{
    struct str kept = str_sub(s, 0, room - 1);
    memcpy(out, kept.ptr, kept.len);
    out[kept.len] = '\0';
}

static rc eve_open(struct ctx *c, const void *record, struct adapter_opened *ret)
{
    const struct eve_options *options = record;
    struct adapter_state *state = calloc(1, sizeof *state);
    if (!state)
        FAIL(c, NO_MEMORY, "no memory for an EVE source");
    static const char *const usual[] = {"alert", "anomaly", "drop"};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++)
        put_name(state->signals[i], NAME_ROOM, str_from(usual[i]));
    state->signal_count = sizeof usual / sizeof usual[0];
    if (options->signals.count > 0) {
        state->signal_count = options->signals.count;
        for (size_t i = 0; i < state->signal_count; i++)
            put_name(state->signals[i], NAME_ROOM, options->signals.items[i]);
    }
    put_name(state->source, sizeof state->source,
             str_absent(options->source) ? STR("suricata") : options->source);
    int64_t most = options->line_max_bytes.known ? options->line_max_bytes.value : 1 << 20;
    *ret = (struct adapter_opened){.state = state, .frame_max = (size_t)most};
    return OK;
}

static void eve_close(struct adapter_state *state)
{
    free(state);
}

const struct adapter eve_adapter = {
    .name = "eve",
    .help = "Suricata EVE JSON: network detection events, one per line",
    .unit = "lines",
    .tallies = tallies,
    .options = &eve_options_shape,
    .look = "{}",
    .examples = examples,
    .begins = "{",
    .open = eve_open,
    .close = eve_close,
    .feed = feed,
    .resume = adapter_resume_line,
};
