#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static struct {
    int fd;
    enum log_level least;
    const struct clock *clock;
} sink = {STDERR_FILENO, LOG_INFO, &clock_system};

/* The end of a line that could not hold all: room for it is always kept. */
static const char cut_end[] = ",\"cut\":true}\n";

enum { LINE_MAX_BYTES = 2048, LINE_ROOM = LINE_MAX_BYTES - sizeof cut_end };

struct line {
    char bytes[LINE_MAX_BYTES];
    size_t len;
    bool cut; /* something was left out */
};

void log_open(int fd, enum log_level least, const struct clock *clock)
{
    sink.fd = fd;
    sink.least = least;
    sink.clock = clock;
}

/* All of it or nothing. */
static bool put(struct line *line, const char *bytes, size_t len)
{
    if (len > LINE_ROOM - line->len) {
        line->cut = true;
        return false;
    }
    memcpy(line->bytes + line->len, bytes, len);
    line->len += len;
    return true;
}

/* One character as JSON; what is not UTF-8 is written as U+FFFD. */
static bool put_char(struct line *line, struct str one)
{
    char escaped[8];
    unsigned char ch = (unsigned char)one.ptr[0];
    if (one.len == 0)
        return put(line, "\xef\xbf\xbd", 3);
    if (ch == '"' || ch == '\\')
        return put(line, (char[]){'\\', (char)ch}, 2);
    if (ch >= 0x20 && ch != 0x7f)
        return put(line, one.ptr, one.len);
    snprintf(escaped, sizeof escaped, "\\u%04x", ch);
    return put(line, escaped, 6);
}

/* A JSON string, cut at a character's edge when the line is full. */
static bool put_text(struct line *line, struct str s)
{
    if (line->len + 2 > LINE_ROOM || !put(line, "\"", 1))
        return false;
    for (size_t i = 0; i < s.len;) {
        size_t len = str_first_char(str_sub(s, i, s.len));
        size_t before = line->len;
        if (!put_char(line, str_sub(s, i, len)) || line->len == LINE_ROOM) {
            line->len = before;
            line->cut = true;
            break;
        }
        i += len ? len : 1;
    }
    return put(line, "\"", 1);
}

static bool put_field(struct line *line, const struct log_field *field)
{
    char number[24];
    if (!put(line, ",", 1) || !put_text(line, str_from(field->key)) || !put(line, ":", 1))
        return false;
    if (!str_absent(field->text))
        return put_text(line, field->text);
    int len = snprintf(number, sizeof number, "%" PRId64, field->number);
    return put(line, number, (size_t)len);
}

void log_line(enum log_level level, const char *event, size_t count, const struct log_field *fields)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};
    if (level < sink.least)
        return;
    struct line line = {.len = 0};
    char when[WALL_TEXT_MAX];
    size_t when_len = wall_format(sink.clock->wall(sink.clock), when);
    put(&line, "{\"time\":\"", 9);
    put(&line, when, when_len);
    put(&line, "\",\"level\":", 10);
    put_text(&line, str_from(names[level]));
    put(&line, ",\"event\":", 9);
    put_text(&line, str_from(event));
    for (size_t i = 0; i < count; i++) {
        size_t before = line.len;
        if (!put_field(&line, &fields[i]))
            line.len = before;
    }
    const char *end = line.cut ? cut_end : "}\n";
    memcpy(line.bytes + line.len, end, strlen(end));
    line.len += strlen(end);
    /* A log that cannot be written must not stop the watch; nothing is left to tell it to. */
    ssize_t written = write(sink.fd, line.bytes, line.len);
    (void)written;
}
