#include "base/log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static struct {
    int fd;
    enum log_level least;
    const struct clock *clock;
} sink = {STDERR_FILENO, LOG_INFO, &clock_system};

enum { LINE_MAX_BYTES = 2048 };

struct line {
    char bytes[LINE_MAX_BYTES];
    size_t len;
};

void log_open(int fd, enum log_level least, const struct clock *clock)
{
    sink.fd = fd;
    sink.least = least;
    sink.clock = clock;
}

/* Three bytes stay free for the end of the line. */
static void put(struct line *line, const char *bytes, size_t len)
{
    if (len > sizeof line->bytes - 3 - line->len)
        return;
    memcpy(line->bytes + line->len, bytes, len);
    line->len += len;
}

static void put_text(struct line *line, struct str s)
{
    put(line, "\"", 1);
    for (size_t i = 0; i < s.len && line->len < sizeof line->bytes - 16; i++) {
        unsigned char ch = (unsigned char)s.ptr[i];
        char escaped[8];
        if (ch == '"' || ch == '\\') {
            put(line, (char[]){'\\', (char)ch}, 2);
        } else if (ch < 0x20 || ch == 0x7f) {
            snprintf(escaped, sizeof escaped, "\\u%04x", ch);
            put(line, escaped, 6);
        } else {
            put(line, s.ptr + i, 1);
        }
    }
    put(line, "\"", 1);
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
        char number[24];
        put(&line, ",", 1);
        put_text(&line, str_from(fields[i].key));
        put(&line, ":", 1);
        if (!str_absent(fields[i].text)) {
            put_text(&line, fields[i].text);
            continue;
        }
        int len = snprintf(number, sizeof number, "%" PRId64, fields[i].number);
        put(&line, number, (size_t)len);
    }
    memcpy(line.bytes + line.len, "}\n", 2);
    /* A log that cannot be written must not stop the watch; nothing is left to tell it to. */
    ssize_t written = write(sink.fd, line.bytes, line.len + 2);
    (void)written;
}
