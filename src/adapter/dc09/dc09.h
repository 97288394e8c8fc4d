/* SIA DC-09: alarm panels report over IP. This is the receiver's side: frames in, signals and the
 * bytes to answer with out. docs/adapters/dc09.md tells what is accepted. */
#ifndef ADAPTER_DC09_DC09_H
#define ADAPTER_DC09_DC09_H

#include "adapter/kit/adapter.h"

#define DC09_ACCOUNT_FIELDS(F, T)                                                           \
    F(T, text, line, account, REQUIRED, 3, 16, "the number that the panel sends after #")   \
    F(T, text, line, line, 0, 1, 6, "its line number (after L); absent: 0")                 \
    F(T, text, line, key, SECRET, 16, 32, "AES key as typed: 16, 24 or 32 characters")      \
    F(T, text, line, key_hex, SECRET, 32, 64, "AES key as 32, 48 or 64 hexadecimal digits") \
    F(T, flag, _, plain_too, 0, 0, 0, "accept it unencrypted even though it has a key")     \
    F(T, flag, _, time_required, 0, 0, 0, "require a time stamp even when unencrypted")
SHAPE_DECLARE(dc09_account, DC09_ACCOUNT_FIELDS);

#define DC09_OPTIONS_FIELDS(F, T)                                                               \
    F(T, list, dc09_account, accounts, 0, 0, 4096, "the only accounts that may report")         \
    F(T, flag, _, unlisted, 0, 0, 0, "accept unlisted accounts, unencrypted")                   \
    F(T, flag, _, any_time, 0, 0, 0, "accept any time stamp: for inspecting old data")          \
    F(T, opt_i64, _, past_s, 0, 0, 86400, "a time stamp may be this much behind ours (40)")     \
    F(T, opt_i64, _, future_s, 0, 0, 86400, "a time stamp may be this much ahead of ours (20)") \
    F(T, opt_i64, _, repeat_s, 0, 0, 86400, "the same report within this time is a repeat (300)")
SHAPE_DECLARE(dc09_options, DC09_OPTIONS_FIELDS);

enum dc09_tally {
    DC09_EVENTS,    /* frames with events */
    DC09_POLLS,     /* NULL frames */
    DC09_REPEATS,   /* of events, given again */
    DC09_GAPS,      /* sequence numbers jumped over */
    DC09_ENCRYPTED, /* frames that came encrypted */
    DC09_CRC,       /* refused from here on */
    DC09_LENGTH,
    DC09_SYNTAX,
    DC09_UNKNOWN_ACCOUNT,
    DC09_PLAIN,
    DC09_KEY,
    DC09_TIME,
    DC09_NO_TIME,
    DC09_UNSUPPORTED,
};

extern const struct adapter dc09_adapter;

#endif
