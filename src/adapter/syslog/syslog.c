/* The way of a message: frame, header, rule, signal. Nothing is dropped: a message that no rule
 * fits is counted, or becomes a signal by its severity. */
#include "adapter/syslog/syslog.h"

#include "adapter/syslog/message.h"
#include "adapter/syslog/rules.h"

#include <stdlib.h>

SHAPE_DEFINE(syslog_options, SYSLOG_OPTIONS_FIELDS, 1, "Options for a source of syslog messages.");

static const char *const tallies[] = {
    [SYSLOG_5424] = "rfc5424",
    [SYSLOG_3164] = "rfc3164",
    [SYSLOG_APACHE] = "apache",
    [SYSLOG_BARE] = "no_header",
    [SYSLOG_COUNTED_FRAMES] = "octet_counted",
    [SYSLOG_EMPTY] = "empty_lines",
    [SYSLOG_NO_RULE] = "not_notable",
    [SYSLOG_BAD_HEADER] = "bad_header",
    [SYSLOG_BAD_COUNT] = "bad_octet_count",
    [SYSLOG_NOT_TEXT] = "not_text",
    NULL,
};

static const char *const examples[] = {
    "<38>Nov 22 03:00:00 guardpost sshd[4711]: Failed password for root from 192.0.2.1 port 22 "
    "ssh2\n",
    "<165>1 2026-11-22T03:00:00.003Z gate app - ID47 [a@32473 k=\"a \\\"b\\\" \\]\"] "
    "\xef\xbb\xbfhello\n",
    "Nov 22 03:00:01 guardpost kernel: [  12.5] eth0: Link is Down\r\n",
    "96 <86>1 2026-11-22T03:00:00Z gate sshd 99 - - Accepted password for eve from 192.0.2.9 port "
    "4 ssh2",
    "[Sun Nov 22 03:00:02 2026] [error] [client 192.0.2.3] Directory index forbidden by rule: "
    "/a/\n",
    NULL,
};

struct adapter_state {
    char source[808];
    int64_t utc_offset_min, severity_max;
    size_t line_max;
};

/* ---- framing --------------------------------------------------------------------------------- */

static bool is_digit(char ch)
{
    return ch >= '0' && ch <= '9';
}

/* "123 <" at the start of the window: an octet-counted frame (RFC 6587, 3.4.1). 1 yes, 0 too little
 * to see, -1 no. */
static int octet_count(struct str bytes, size_t *ret_head, size_t *ret_count)
{
    size_t digits = 0, count = 0;
    while (digits < bytes.len && digits < 8 && is_digit(bytes.ptr[digits]))
        count = count * 10 + (size_t)(bytes.ptr[digits++] - '0');
    if (digits == 0 || bytes.ptr[0] == '0')
        return -1;
    if (bytes.len < digits + 2)
        return bytes.len == digits || bytes.ptr[digits] == ' ' ? 0 : -1;
    if (bytes.ptr[digits] != ' ' || bytes.ptr[digits + 1] != '<')
        return -1;
    *ret_head = digits + 1;
    *ret_count = count;
    return 1;
}

/* Where in `bytes` an octet-counted frame seems to begin ("123 <34>1 "), SIZE_MAX: nowhere. */
static size_t find_counted(struct str bytes)
{
    for (size_t at = 1; at + 1 < bytes.len; at++) {
        const char *found = memchr(bytes.ptr + at, '<', bytes.len - at);
        if (!found)
            break;
        at = (size_t)(found - bytes.ptr);
        size_t from = at, end = at + 1;
        if (at < 2 || bytes.ptr[at - 1] != ' ')
            continue;
        while (end < bytes.len && is_digit(bytes.ptr[end]))
            end++;
        for (from = at - 1; from > 0 && at - 1 - from < 8 && is_digit(bytes.ptr[from - 1]);)
            from--;
        bool priority = end > at + 1 && end < at + 5 && end < bytes.len && bytes.ptr[end] == '>';
        if (priority && from < at - 1 && bytes.ptr[from] != '0')
            return from;
    }
    return SIZE_MAX;
}

static bool resume(struct str bytes, size_t *ret_skip)
{
    size_t line = 0, counted = find_counted(bytes);
    bool found = adapter_resume_line(bytes, &line);
    if (counted != SIZE_MAX && counted < line) {
        *ret_skip = counted;
        return true;
    }
    *ret_skip = line;
    return found;
}

/* Without what some senders put at the end: CR, LF, NUL. */
static struct str without_trailer(struct str s)
{
    while (s.len > 0 &&
           (s.ptr[s.len - 1] == '\n' || s.ptr[s.len - 1] == '\r' || s.ptr[s.len - 1] == '\0'))
        s.len--;
    return s;
}

/* The message in the window and the bytes it takes. OK, or MORE, or BAD. */
static struct adapter_result frame(const struct adapter_state *state,
                                   const struct adapter_input *in, struct adapter_output *out,
                                   struct str *ret_line)
{
    size_t head = 0, count = 0, used = 0;
    int counted = in->datagram ? -1 : octet_count(in->bytes, &head, &count);
    if (in->datagram) {
        *ret_line = without_trailer(in->bytes);
        return in->last ? adapter_ok(in->bytes.len) : adapter_more(in->bytes.len + 1);
    }
    if (counted == 0 && !in->last)
        return adapter_more(in->bytes.len + 1);
    if (counted == 1) {
        if (count < 5 || count > state->line_max) {
            out->tally[SYSLOG_BAD_COUNT]++;
            struct adapter_result bad = adapter_bad(head, "the octet count is out of range");
            bad.inside = true;
            return bad;
        }
        if (in->bytes.len < head + count)
            return adapter_more(head + count);
        *ret_line = without_trailer(str_sub(in->bytes, head, count));
        return adapter_ok(head + count);
    }
    bool whole = adapter_line(in, ret_line, &used);
    if (in->bytes.ptr[0] != '<') {
        size_t next = find_counted(whole ? *ret_line : in->bytes);
        if (next != SIZE_MAX) {
            out->tally[SYSLOG_BAD_COUNT]++;
            return adapter_bad(next, "it is out of step with the octet counts");
        }
    }
    *ret_line = without_trailer(*ret_line);
    return whole ? adapter_ok(used) : adapter_more(in->bytes.len + 1);
}

/* ---- signals --------------------------------------------------------------------------------- */

/* \" \\ and \] mean the character itself. */
static rc unescape(struct ctx *c, struct str raw, struct str *ret)
{
    if (!memchr(raw.ptr, '\\', raw.len)) {
        *ret = raw;
        return OK;
    }
    char *out = NULL;
    size_t len = 0;
    NEW(c, out, raw.len + 1);
    for (size_t i = 0; i < raw.len; i++) {
        bool escape = raw.ptr[i] == '\\' && i + 1 < raw.len && strchr("\"\\]", raw.ptr[i + 1]);
        out[len++] = raw.ptr[escape ? ++i : i];
    }
    *ret = (struct str){out, len};
    return OK;
}

/* A list of [id, name, value]: a name may stand several times. Beyond 64 they are only in raw. */
static rc put_structured(struct ctx *c, struct text *t, struct str structured)
{
    struct str id = {0}, name, value, parts[3];
    if (str_absent(structured))
        return OK;
    text_put_char(t, t->len > 1 ? ',' : '{');
    text_put(t, STR("\"structured\":["));
    for (int n = 0; n < 64 && syslog_next_parameter(&structured, &id, &name, &value); n++) {
        TRY(signal_line(c, id, 64, &parts[0]));
        TRY(signal_line(c, name, 64, &parts[1]));
        TRY(unescape(c, value, &value));
        TRY(signal_line(c, value, 100, &parts[2]));
        text_put(t, n > 0 ? STR(",[") : STR("["));
        for (size_t i = 0; i < 3; i++) {
            if (i > 0)
                text_put_char(t, ',');
            text_put_json(t, parts[i]);
        }
        text_put_char(t, ']');
    }
    text_put_char(t, ']');
    return OK;
}

static rc set_attributes(struct ctx *c, const struct syslog_message *message, struct str pairs,
                         struct signal *signal)
{
    static const char *const severities[] = {"emergency", "alert",  "critical", "error",
                                             "warning",   "notice", "info",     "debug"};
    struct text t;
    text_init(&t, c, SIGNAL_ATTRIBUTES_MAX);
    TRY(signal_put_attribute(c, &t, "program", message->program));
    TRY(signal_put_attribute(c, &t, "process", message->process));
    TRY(signal_put_attribute(c, &t, "message_id", message->message_id));
    if (message->priority >= 0)
        TRY(signal_put_attribute(c, &t, "severity", str_from(severities[message->priority % 8])));
    TRY(signal_put_attribute(c, &t, "tty", syslog_pair(pairs, "tty")));
    TRY(signal_put_attribute(c, &t, "ruser", syslog_pair(pairs, "ruser")));
    TRY(put_structured(c, &t, message->structured));
    if (t.len == 0)
        return OK;
    text_put_char(&t, '}');
    return text_done(&t, &signal->attributes);
}

/* "message repeated 5 times: [ Failed password … ]" is what it repeats, five times. */
static struct str unwrap_repeated(struct str text, struct str *ret_times)
{
    struct str inner = text, times;
    if (!str_starts(text, "message repeated ") || !str_ends(text, "]"))
        return text;
    inner = str_sub(inner, 17, inner.len);
    if (!str_split(&inner, ' ', &times) || !str_starts(inner, "times: ["))
        return text;
    *ret_times = times;
    return str_trim(str_sub(inner, 8, inner.len - 9));
}

/* The kernel's own clock before its text: "[12345.678901] ". */
static struct str without_uptime(struct str text)
{
    size_t at = 1;
    if (text.len == 0 || text.ptr[0] != '[')
        return text;
    while (at < text.len && (is_digit(text.ptr[at]) || strchr(" .", text.ptr[at])))
        at++;
    return at > 1 && at < text.len && text.ptr[at] == ']'
               ? str_trim(str_sub(text, at + 1, text.len))
               : text;
}

static rc emit(struct ctx *c, const struct syslog_message *message, const struct adapter_input *in,
               struct signal *signal, const struct syslog_captures *captures, struct str times,
               struct adapter_output *out)
{
    struct str user = captures->user, address = captures->address;
    if (str_absent(user))
        user = syslog_pair(captures->pairs, "user");
    if (str_absent(address))
        address = syslog_pair(captures->pairs, "rhost");
    signal->source = out->source;
    signal->peer = in->peer;
    signal->occurred = message->when;
    signal->occurred_inferred = message->inferred;
    TRY(signal_line(c, message->text, 1000, &signal->text));
    if (str_absent(signal->text))
        signal->text = STR("a message of unprintable characters");
    TRY(signal_line(c, user, 200, &signal->user));
    TRY(signal_line(c, address, 200, &signal->address));
    TRY(signal_line(c, captures->zone, 200, &signal->zone));
    TRY(signal_line(c, str_absent(times) ? captures->value : times, 200, &signal->value));
    TRY(set_attributes(c, message, captures->pairs, signal));
    return adapter_emit(c, out, signal);
}

/* A message that no rule fits, but of a severity that must not pass unseen. */
static bool by_severity(const struct adapter_state *state, const struct syslog_message *message,
                        struct signal *ret)
{
    static const char *const codes[] = {"emergency", "alert",  "critical", "error",
                                        "warning",   "notice", "info",     "debug"};
    int severity = message->priority % 8;
    if (message->priority < 0 || severity > state->severity_max || message->text.len == 0)
        return false;
    ret->kind = SIGNAL_KIND_TROUBLE;
    ret->priority = severity < 2 ? SIGNAL_PRIORITY_HIGH : SIGNAL_PRIORITY_MEDIUM;
    ret->code_system = STR("syslog-severity");
    ret->code = str_from(codes[severity]);
    return true;
}

static rc take_message(struct ctx *c, struct adapter_state *state, const struct adapter_input *in,
                       const struct syslog_message *message, struct str raw,
                       struct adapter_output *out)
{
    struct syslog_captures captures = {0};
    struct signal signal = {0};
    struct str times = {0}, text = unwrap_repeated(message->text, &times);
    TRY(signal_line(c, message->host, 200, &out->source));
    if (str_absent(out->source))
        out->source = state->source[0]        ? str_from(state->source)
                      : !str_absent(in->peer) ? in->peer
                                              : STR("unknown");
    if (str_is(message->program, "kernel"))
        text = without_uptime(text);
    signal_set_raw(&signal, raw);
    const struct syslog_rule *rule = syslog_rule_find(message->program, text, &captures);
    if (rule) {
        signal.kind = rule->kind;
        signal.ends = rule->ends;
        signal.priority = rule->priority;
        signal.code_system = STR("syslog-rule");
        signal.code = str_from(rule->code);
    } else if (!by_severity(state, message, &signal)) {
        out->tally[SYSLOG_NO_RULE]++;
        return OK;
    }
    return emit(c, message, in, &signal, &captures, times, out);
}

static void count_dialect(enum syslog_dialect dialect, uint64_t *tally)
{
    switch (dialect) {
    case SYSLOG_IS_5424:
        tally[SYSLOG_5424]++;
        return;
    case SYSLOG_IS_3164:
        tally[SYSLOG_3164]++;
        return;
    case SYSLOG_IS_APACHE:
        tally[SYSLOG_APACHE]++;
        return;
    case SYSLOG_IS_BARE:
        tally[SYSLOG_BARE]++;
        return;
    }
}

static rc feed(struct ctx *c, struct adapter_state *state, const struct adapter_input *in,
               struct adapter_output *out, struct adapter_result *ret)
{
    struct str line = {0};
    struct syslog_message message;
    struct syslog_frame_of_reference by = {in->received, state->utc_offset_min};
    struct adapter_result framed = frame(state, in, out, &line);
    *ret = framed;
    if (framed.outcome != ADAPTER_OK)
        return OK;
    if (str_trim(line).len == 0) {
        out->tally[SYSLOG_EMPTY]++;
        return OK;
    }
    if (memchr(line.ptr, '\0', line.len)) {
        out->tally[SYSLOG_NOT_TEXT]++;
        *ret = adapter_bad(framed.used, "it is not text");
        return OK;
    }
    if (!syslog_read(line, &by, &message, &ret->why)) {
        out->tally[SYSLOG_BAD_HEADER]++;
        *ret = adapter_bad(framed.used, ret->why);
        return OK;
    }
    TRY(take_message(c, state, in, &message, line, out));
    count_dialect(message.dialect, out->tally);
    bool octet_counted = line.ptr > in->bytes.ptr; /* behind its count */
    out->tally[SYSLOG_COUNTED_FRAMES] += octet_counted;
    return OK;
}

static rc syslog_open(struct ctx *c, const void *record, struct adapter_opened *ret)
{
    const struct syslog_options *options = record;
    struct adapter_state *state = calloc(1, sizeof *state);
    if (!state)
        FAIL(c, NO_MEMORY, "no memory for a syslog source");
    struct str source = str_sub(options->source, 0, sizeof state->source - 1);
    if (!str_absent(source))
        memcpy(state->source, source.ptr, source.len);
    state->utc_offset_min = options->utc_offset_min.known ? options->utc_offset_min.value : 0;
    state->severity_max = options->severity_max.known ? options->severity_max.value : 2;
    state->line_max = 65536;
    if (options->line_max_bytes.known)
        state->line_max = (size_t)options->line_max_bytes.value;
    *ret = (struct adapter_opened){.state = state, .frame_max = state->line_max + 16};
    return OK;
}

static void syslog_close(struct adapter_state *state)
{
    free(state);
}

const struct adapter syslog_adapter = {
    .name = "syslog",
    .help = "syslog: RFC 5424, RFC 3164 as used in practice, and log files in these forms",
    .unit = "lines",
    .tallies = tallies,
    .options = &syslog_options_shape,
    .look = "{}",
    .examples = examples,
    .begins = "<0123456789JFMASOND",
    .open = syslog_open,
    .close = syslog_close,
    .feed = feed,
    .resume = resume,
};
