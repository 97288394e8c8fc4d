/* Which messages are notable, and what they say: a table of patterns. */
#ifndef ADAPTER_SYSLOG_RULES_H
#define ADAPTER_SYSLOG_RULES_H

#include "adapter/kit/signal.h"

/* What a pattern cuts out of a message. */
struct syslog_captures {
    struct str user, address, zone, value, pairs;
};

struct syslog_rule {
    const char *program; /* the program's name begins so; NULL: any */
    const char *pattern;
    enum signal_kind kind, ends;
    enum signal_priority priority;
    const char *code;
};

/* Match the whole text against a pattern. In it stand {user} {value} {zone} {pairs} and {*} for any
 * text, {name} (a user's) and {word} for anything without a space, {address} for the characters of
 * an address or a host's name, {count} and {port} for digits. {*} takes as little as it can, the
 * others as much, so that what an enemy puts into a user's name cannot pass for the rest of the
 * line. Texts are looked at up to SYSLOG_MATCH_MAX bytes. */
enum { SYSLOG_MATCH_MAX = 2048 };
bool syslog_match(const char *pattern, struct str text, struct syslog_captures *ret);

/* The first rule that fits, NULL when the message is nothing notable. */
const struct syslog_rule *syslog_rule_find(struct str program, struct str text,
                                           struct syslog_captures *ret);

/* All rules, for a test that each is met by its example. */
size_t syslog_rule_count(void);
const struct syslog_rule *syslog_rule_at(size_t index);

/* The value of name= in "a=1 user=root rhost=192.0.2.1"; absent when it is not there or empty. */
struct str syslog_pair(struct str pairs, const char *name);

#endif
