/* RFC 5424 is read strictly. RFC 3164 is a description of habits, and is read by looking for what
 * is there: a priority, a time in one of several forms, a host, a program. */
#include "adapter/syslog/message.h"

static bool is_digit(char ch)
{
    return ch >= '0' && ch <= '9';
}

static struct str cut(struct str *rest, size_t len)
{
    struct str part = str_sub(*rest, 0, len);
    *rest = str_sub(*rest, len, rest->len);
    return part;
}

static void skip_spaces(struct str *rest)
{
    while (rest->len > 0 && rest->ptr[0] == ' ')
        cut(rest, 1);
}

/* Up to the next space, which is taken as well. */
static struct str take_word(struct str *rest)
{
    size_t end = str_find(*rest, STR(" "));
    struct str word = cut(rest, end == SIZE_MAX ? rest->len : end);
    if (rest->len > 0)
        cut(rest, 1);
    return word;
}

/* "<34>" */
static int take_priority(struct str *rest)
{
    size_t end = 1;
    int64_t value = 0;
    if (rest->len < 3 || rest->ptr[0] != '<')
        return -1;
    while (end < rest->len && end <= 3 && is_digit(rest->ptr[end]))
        end++;
    if (end == 1 || end >= rest->len || rest->ptr[end] != '>')
        return -1;
    if (!str_to_i64(str_sub(*rest, 1, end - 1), &value) || value > 191)
        return -1;
    cut(rest, end + 1);
    return (int)value;
}

/* ---- time ------------------------------------------------------------------------------------ */

static int month_number(struct str name)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int i = 0; i < 12; i++)
        if (name.len == 3 && str_eq_nocase(name, (struct str){months + 3 * i, 3}))
            return i + 1;
    return 0;
}

struct stamp {
    int year, month, day; /* year 0: not given */
    struct str clock;     /* "15:16:01" or with decimals */
};

static bool is_clock(struct str s)
{
    static const char form[] = "00:00:00";
    if (s.len < 8 || s.len > 18)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        bool mark = i < 8 ? form[i] == ':' : i == 8;
        if (mark ? s.ptr[i] != (i < 8 ? ':' : '.') : !is_digit(s.ptr[i]))
            return false;
    }
    return s.len != 9;
}

static struct wall wall_of(const struct stamp *stamp, int year, int64_t offset_min)
{
    char text[48] = "0000-00-00T";
    struct wall when = {0};
    text[0] = (char)('0' + year / 1000 % 10);
    text[1] = (char)('0' + year / 100 % 10);
    text[2] = (char)('0' + year / 10 % 10);
    text[3] = (char)('0' + year % 10);
    text[5] = (char)('0' + stamp->month / 10);
    text[6] = (char)('0' + stamp->month % 10);
    text[8] = (char)('0' + stamp->day / 10);
    text[9] = (char)('0' + stamp->day % 10);
    memcpy(text + 11, stamp->clock.ptr, stamp->clock.len);
    text[11 + stamp->clock.len] = 'Z';
    if (wall_parse((struct str){text, 12 + stamp->clock.len}, &when))
        when.us -= offset_min * 60000000;
    return when;
}

/* The year of a stamp without one: the latest in which it is not more than a day after receipt. */
static struct wall infer_year(const struct stamp *stamp, const struct syslog_frame_of_reference *by)
{
    char now[WALL_TEXT_MAX];
    int64_t year = 0;
    size_t len = wall_format(by->received, now);
    if (!str_to_i64(str_sub((struct str){now, len}, 0, 4), &year))
        return (struct wall){0};
    for (int back = -1; back < 8; back++) {
        struct wall when = wall_of(stamp, (int)year - back, by->utc_offset_min);
        if (when.us != 0 && when.us <= by->received.us + 86400000000)
            return when;
    }
    return (struct wall){0};
}

static bool take_year(struct str *rest, struct stamp *stamp)
{
    struct str after = *rest, word = take_word(&after);
    int64_t year;
    if (word.len != 4 || !str_to_i64(word, &year) || year < 1970 || year > 9998)
        return false;
    stamp->year = (int)year;
    *rest = after;
    return true;
}

/* "Jun  9 15:16:01", with a year before, between or after, decimals, and a zone's name or a colon.
 */
static bool take_stamp(struct str *rest, struct stamp *ret)
{
    struct str at = *rest;
    struct stamp stamp = {0};
    int64_t day;
    take_year(&at, &stamp);
    stamp.month = month_number(take_word(&at));
    skip_spaces(&at);
    if (stamp.month == 0 || !str_to_i64(take_word(&at), &day) || day < 1 || day > 31)
        return false;
    stamp.day = (int)day;
    if (stamp.year == 0)
        take_year(&at, &stamp);
    struct str clock = take_word(&at);
    if (clock.len > 0 && clock.ptr[clock.len - 1] == ':')
        clock = str_sub(clock, 0, clock.len - 1);
    if (!is_clock(clock))
        return false;
    stamp.clock = clock;
    if (stamp.year == 0)
        take_year(&at, &stamp);
    *ret = stamp;
    *rest = at;
    return true;
}

static bool take_time(struct str *rest, const struct syslog_frame_of_reference *by,
                      struct syslog_message *message)
{
    struct str at = *rest;
    struct stamp stamp;
    if (wall_parse(take_word(&at), &message->when)) {
        *rest = at;
        return true;
    }
    if (!take_stamp(rest, &stamp))
        return false;
    message->inferred = true;
    message->when =
        stamp.year ? wall_of(&stamp, stamp.year, by->utc_offset_min) : infer_year(&stamp, by);
    return true;
}

/* ---- RFC 5424 -------------------------------------------------------------------------------- */

/* The end of the structured data at the front of `rest`; 0 when they are not well formed. */
static size_t structured_end(struct str rest)
{
    size_t at = 0;
    bool quoted = false;
    if (rest.len > 0 && rest.ptr[0] == '-')
        return 1;
    while (at < rest.len && rest.ptr[at] == '[') {
        for (at++; at < rest.len && (quoted || rest.ptr[at] != ']'); at++) {
            if (rest.ptr[at] == '"')
                quoted = !quoted;
            else if (quoted && rest.ptr[at] == '\\')
                at++;
        }
        if (at >= rest.len)
            return 0;
        at++;
    }
    return at;
}

bool syslog_next_parameter(struct str *rest, struct str *ret_id, struct str *ret_name,
                           struct str *ret_value)
{
    skip_spaces(rest);
    while (rest->len > 0 && (rest->ptr[0] == ']' || rest->ptr[0] == '[')) {
        if (cut(rest, 1).ptr[0] == ']')
            continue;
        size_t end = 0;
        while (end < rest->len && rest->ptr[end] != ' ' && rest->ptr[end] != ']')
            end++;
        *ret_id = cut(rest, end);
        skip_spaces(rest);
    }
    size_t equals = str_find(*rest, STR("=\""));
    if (equals == SIZE_MAX)
        return false;
    *ret_name = cut(rest, equals);
    cut(rest, 2);
    size_t end = 0;
    while (end < rest->len && rest->ptr[end] != '"')
        end += rest->ptr[end] == '\\' ? 2 : 1;
    *ret_value = cut(rest, end);
    if (rest->len > 0)
        cut(rest, 1);
    return true;
}

static struct str or_absent(struct str word)
{
    return word.len == 0 || str_is(word, "-") ? (struct str){0} : word;
}

static bool read_5424(struct str rest, struct syslog_message *message, const char **ret_why)
{
    struct str time = take_word(&rest);
    message->dialect = SYSLOG_IS_5424;
    if (!str_is(time, "-") && !wall_parse(time, &message->when)) {
        *ret_why = "the time is not valid RFC 5424";
        return false;
    }
    message->host = or_absent(take_word(&rest));
    message->program = or_absent(take_word(&rest));
    message->process = or_absent(take_word(&rest));
    message->message_id = or_absent(take_word(&rest));
    size_t end = structured_end(rest);
    if (end == 0) {
        *ret_why = rest.len == 0 ? "the header of RFC 5424 is cut short"
                                 : "the structured data are not well formed";
        return false;
    }
    message->structured = or_absent(cut(&rest, end));
    if (rest.len > 0 && rest.ptr[0] != ' ') {
        *ret_why = "the structured data are not well formed";
        return false;
    }
    skip_spaces(&rest);
    if (str_starts(rest, "\xef\xbb\xbf"))
        cut(&rest, 3);
    message->text = str_trim(rest);
    return true;
}

/* ---- the others ------------------------------------------------------------------------------ */

/* "sshd[123]: ", "sshd(pam_unix)[123]: ", "/usr/sbin/cron[1]: ". False: no program is named. */
static bool take_program(struct str *rest, struct syslog_message *message)
{
    size_t at = 0;
    while (at < rest->len && !strchr("[(: ", rest->ptr[at]))
        at++;
    struct str name = str_sub(*rest, 0, at), process = {0};
    if (at == 0 || at >= rest->len || rest->ptr[at] == ' ' || at > 64)
        return false;
    if (rest->ptr[at] == '(') {
        while (at < rest->len && rest->ptr[at] != ')' && rest->ptr[at] != ' ')
            at++;
        at += at < rest->len && rest->ptr[at] == ')';
    }
    if (at < rest->len && rest->ptr[at] == '[') {
        size_t from = at + 1;
        while (at < rest->len && rest->ptr[at] != ']' && rest->ptr[at] != ' ')
            at++;
        process = str_sub(*rest, from, at - from);
        at += at < rest->len && rest->ptr[at] == ']';
    }
    if (at >= rest->len || rest->ptr[at] != ':')
        return false;
    for (size_t i = name.len; i > 0; i--) {
        if (name.ptr[i - 1] == '/') {
            name = str_sub(name, i, name.len);
            break;
        }
    }
    message->program = name;
    message->process = process;
    cut(rest, at + 1);
    return true;
}

/* Is the first word a host, or is the host left out and it names a program? */
static bool is_host(struct str word)
{
    if (word.len == 0 || word.len > 255 || word.ptr[word.len - 1] == ':')
        return false;
    return !memchr(word.ptr, '[', word.len) && !memchr(word.ptr, '(', word.len);
}

/* Cisco's: a counter, a mark of an unset clock, both before the time. */
static void skip_counter(struct str *rest)
{
    struct str at = *rest;
    size_t digits = 0;
    while (digits < at.len && is_digit(at.ptr[digits]))
        digits++;
    if (digits > 0 && digits + 1 < at.len && at.ptr[digits] == ':' && at.ptr[digits + 1] == ' ')
        cut(&at, digits + 2);
    if (at.len > 0 && (at.ptr[0] == '*' || at.ptr[0] == '.'))
        cut(&at, 1);
    struct stamp ignored;
    struct str probe = at;
    if (take_stamp(&probe, &ignored))
        *rest = at;
}

static void read_3164(struct str rest, const struct syslog_frame_of_reference *by,
                      struct syslog_message *message)
{
    skip_counter(&rest);
    bool timed = take_time(&rest, by, message);
    message->dialect = timed || message->priority >= 0 ? SYSLOG_IS_3164 : SYSLOG_IS_BARE;
    skip_spaces(&rest);
    struct str after = rest, word = take_word(&after);
    if (timed && is_host(word)) {
        message->host = word;
        rest = after;
        skip_spaces(&rest);
    }
    if (message->dialect != SYSLOG_IS_BARE)
        (void)take_program(&rest, message);
    message->text = str_trim(rest);
}

/* Apache's error log: "[Sun Dec 04 04:47:44 2005] [error] [client 192.0.2.1] text". */
static bool read_apache(struct str line, const struct syslog_frame_of_reference *by,
                        struct syslog_message *message)
{
    static const char *const levels[] = {"emerg", "alert",  "crit", "error",
                                         "warn",  "notice", "info", "debug"};
    size_t end = str_find(line, STR("]"));
    struct str inside = str_sub(line, 1, end == SIZE_MAX ? 0 : end - 1);
    struct stamp stamp = {0};
    if (line.len == 0 || line.ptr[0] != '[' || inside.len < 20 || inside.len > 40)
        return false;
    take_word(&inside);
    if (!take_stamp(&inside, &stamp) || stamp.year == 0)
        return false;
    struct str rest = str_sub(line, end + 1, line.len);
    skip_spaces(&rest);
    end = str_find(rest, STR("]"));
    if (rest.len == 0 || rest.ptr[0] != '[' || end == SIZE_MAX)
        return false;
    struct str level = str_sub(rest, 1, end - 1);
    size_t colon = str_find(level, STR(":"));
    if (colon != SIZE_MAX)
        level = str_sub(level, colon + 1, level.len);
    for (int i = 0; i < 8; i++)
        if (str_is(level, levels[i]))
            message->priority = 16 * 8 + i;
    rest = str_trim(str_sub(rest, end + 1, rest.len));
    if (str_starts(rest, "[pid ")) {
        end = str_find(rest, STR("]"));
        rest = str_trim(str_sub(rest, end == SIZE_MAX ? 0 : end + 1, rest.len));
    }
    message->dialect = SYSLOG_IS_APACHE;
    message->when = wall_of(&stamp, stamp.year, by->utc_offset_min);
    message->inferred = true;
    message->program = STR("apache");
    message->text = rest;
    return true;
}

bool syslog_read(struct str line, const struct syslog_frame_of_reference *by,
                 struct syslog_message *ret, const char **ret_why)
{
    struct str rest = line;
    *ret = (struct syslog_message){.priority = -1};
    if (read_apache(line, by, ret))
        return true;
    *ret = (struct syslog_message){.priority = take_priority(&rest)};
    if (ret->priority >= 0 && str_starts(rest, "1 "))
        return read_5424(str_sub(rest, 2, rest.len), ret, ret_why);
    read_3164(rest, by, ret);
    return true;
}
