/* syslog: RFC 5424, and RFC 3164 as it is really written; over datagrams, streams (RFC 6587) and
 * out of files, Apache's error log among them. docs/adapters/syslog.md. */
#ifndef ADAPTER_SYSLOG_SYSLOG_H
#define ADAPTER_SYSLOG_SYSLOG_H

#include "adapter/kit/adapter.h"

#define SYSLOG_OPTIONS_FIELDS(F, T)                                                            \
    F(T, text, line, source, 0, 1, 200, "the name of a sender whose messages carry no host")   \
    F(T, opt_i64, _, utc_offset_min, 0, -840, 840, "time zone of time stamps without one (0)") \
    F(T, opt_i64, _, line_max_bytes, 0, 480, 1048576, "longer messages are skipped (65536)")   \
    F(T, opt_i64, _, severity_max, 0, -1, 7,                                                   \
      "a message without a rule is a signal up to this severity (2)")
SHAPE_DECLARE(syslog_options, SYSLOG_OPTIONS_FIELDS);

enum syslog_tally {
    SYSLOG_5424,
    SYSLOG_3164,
    SYSLOG_APACHE,
    SYSLOG_BARE,           /* text without any header */
    SYSLOG_COUNTED_FRAMES, /* framed by an octet count */
    SYSLOG_EMPTY,
    SYSLOG_NO_RULE, /* read, but nothing notable */
    SYSLOG_BAD_HEADER,
    SYSLOG_BAD_COUNT,
    SYSLOG_NOT_TEXT,
};

extern const struct adapter syslog_adapter;

#endif
