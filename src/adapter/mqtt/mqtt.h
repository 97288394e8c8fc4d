/* Messages of an MQTT broker: generic sensors by a mapping of topics, and Frigate's events, reviews
 * and camera status. A message is a datagram "TOPIC NUL PAYLOAD", or a line "TOPIC SPACE PAYLOAD"
 * as `mosquitto_sub -v` writes it. The client of the broker is elsewhere. */
#ifndef ADAPTER_MQTT_MQTT_H
#define ADAPTER_MQTT_MQTT_H

#include "adapter/kit/adapter.h"

#define MQTT_RULE_FIELDS(F, T)                                                                  \
    F(T, text, line, topic, REQUIRED, 1, 200, "topic pattern, with MQTT's + and #")             \
    F(T, text, line, source, 0, 1, 200, "the sender's name; * stands for what + and # matched") \
    F(T, text, line, member, 0, 1, 200,                                                         \
      "path in a JSON payload: \"a.b\"; the whole payload if unset")                            \
    F(T, choice, signal_kind, kind, REQUIRED, 0, 0, "what it is about")                         \
    F(T, choice, signal_priority, priority, REQUIRED, 0, 0, "how urgent")                       \
    F(T, texts, line, values, 0, 0, 20,                                                         \
      "values that raise it; any value if unset and no limit is set")                           \
    F(T, texts, line, ends, 0, 0, 20, "values that end it")                                     \
    F(T, text, line, above, 0, 1, 20, "a number above this raises it, any other ends it")       \
    F(T, text, line, below, 0, 1, 20, "a number below this raises it, any other ends it")       \
    F(T, text, slug, code, 0, 1, 40, "its code; \"value\" if unset")                            \
    F(T, text, line, text, 0, 1, 200, "what happened, in words")
SHAPE_DECLARE(mqtt_rule, MQTT_RULE_FIELDS);

#define MQTT_OPTIONS_FIELDS(F, T)                                                                 \
    F(T, list, mqtt_rule, rules, 0, 0, 200, "topics and what they mean; the first match applies") \
    F(T, text, line, frigate, 0, 1, 80, "the first part of Frigate's topics; none if unset")      \
    F(T, flag, _, version_5, 0, 0, 0, "speak MQTT 5 to the broker instead of 3.1.1")              \
    F(T, opt_i64, _, payload_max_bytes, 0, 64, 1048576, "longer messages are skipped (262144)")
SHAPE_DECLARE(mqtt_options, MQTT_OPTIONS_FIELDS);

enum mqtt_tally {
    MQTT_RULED,    /* messages that a rule fits */
    MQTT_FRIGATE,  /* messages of Frigate */
    MQTT_UNRULED,  /* of neither */
    MQTT_NO_VALUE, /* the rule's member is not there, or not a number */
    MQTT_BAD_TOPIC
};

extern const struct adapter mqtt_adapter;

/* The topics to subscribe to, for the client. */
rc mqtt_topics(struct ctx *c, const struct mqtt_options *options, struct texts *ret);

/* ---- within the folder ----------------------------------------------------------------------- */

/* Does the pattern fit, and what did its wildcards stand for (joined by /)? */
bool mqtt_fits(struct str pattern, struct str topic, struct str ret_stood[8], size_t *ret_count);

/* A member of an object by its path, as written; absent when it is not there. */
struct str mqtt_member(struct str json, struct str path);
/* The same as text, of at most `most` characters; absent unless it is a string, number or truth. */
rc mqtt_member_text(struct ctx *c, struct str json, const char *path, size_t most, struct str *ret);

/* A message of Frigate below its prefix. False: none that we know. */
struct mqtt_message {
    struct str topic, payload, rest; /* `rest`: the topic behind the prefix */
    struct str prefix;
};
rc frigate_take(struct ctx *c, const struct adapter_input *in, const struct mqtt_message *message,
                struct adapter_output *out, bool *ret_known);

#endif
