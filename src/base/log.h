/* The program's own log: one JSON object a line on standard error, for the operator of the machine.
 * It is not the record (that is the ledger) and never holds a personal datum or a secret. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/clock.h"
#include "base/str.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *key;
    struct str text; /* absent: the number counts */
    int64_t number;
};
#define LOG_TEXT(key, s)   ((struct log_field){key, s, 0})
#define LOG_NUMBER(key, n) ((struct log_field){key, {NULL, 0}, n})

/* Lines below `least` are dropped. The clock gives each line its time. The one mutable global of
 * the program is this sink. */
void log_open(int fd, enum log_level least, const struct clock *clock);

/* One line, at most 2 KiB, written with one call so that threads do not mix. A text that does not
 * fit is cut, a field that does not is left out, and the line then ends with "cut":true. */
void log_line(enum log_level level, const char *event, size_t count,
              const struct log_field *fields);

/* LOG(WARN, "edge.refused", LOG_TEXT("peer", peer), LOG_NUMBER("status", 403)); */
#define LOG(level, event, ...)                                                                \
    log_line(LOG_##level, event,                                                              \
             sizeof((struct log_field[]){{0}, ##__VA_ARGS__}) / sizeof(struct log_field) - 1, \
             (struct log_field[]){{0}, ##__VA_ARGS__} + 1)

#endif
