/* One syslog message, taken apart; the same for all dialects. */
#ifndef ADAPTER_SYSLOG_MESSAGE_H
#define ADAPTER_SYSLOG_MESSAGE_H

#include "base/ctx.h"

enum syslog_dialect { SYSLOG_IS_BARE, SYSLOG_IS_3164, SYSLOG_IS_5424, SYSLOG_IS_APACHE };

struct syslog_message {
    enum syslog_dialect dialect;
    int priority;          /* facility * 8 + severity; -1: not given */
    struct wall when;      /* 0: not given */
    bool inferred;         /* the year or the zone is not in the message */
    struct str host;       /* absent: not given */
    struct str program;    /* without path, qualifier and process number */
    struct str process;    /* digits */
    struct str message_id; /* RFC 5424 only */
    struct str structured; /* RFC 5424: the structured data as they are written */
    struct str text;       /* trimmed */
};

/* What a message that says less is completed with. */
struct syslog_frame_of_reference {
    struct wall received;
    int64_t utc_offset_min;
};

/* False, with the reason, when it claims to be RFC 5424 and is not. Anything else is a message of
 * some kind, if need be only a text. */
bool syslog_read(struct str line, const struct syslog_frame_of_reference *by,
                 struct syslog_message *ret, const char **ret_why);

/* Walk through structured data: the next parameter of *rest. False at the end. `*ret_id` is kept
 * from call to call; values are given as written, with their escapes. */
bool syslog_next_parameter(struct str *rest, struct str *ret_id, struct str *ret_name,
                           struct str *ret_value);

#endif
