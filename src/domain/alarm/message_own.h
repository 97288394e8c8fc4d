/* The words of messages, as tools/messages makes them of content/alarms/. */
#ifndef DOMAIN_ALARM_MESSAGE_OWN_H
#define DOMAIN_ALARM_MESSAGE_OWN_H

#define MESSAGE_LANGUAGES "en", "fr", "ar"
enum { MESSAGE_LANGUAGE_COUNT = 3 };

struct message_words {
    const char *key;                           /* "alarm.silence.action", "unnamed.source" */
    const char *texts[MESSAGE_LANGUAGE_COUNT]; /* in the order of MESSAGE_LANGUAGES */
};
extern const struct message_words message_words[]; /* in the order of the keys, NULL at the end */

#endif
