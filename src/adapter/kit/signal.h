/* A signal: what a device said, in one neutral form. Adapters make them from foreign bytes; what
 * they mean for the mission is decided elsewhere. Everything "as the device gives it" is a claim of
 * the device, not a fact. */
#ifndef ADAPTER_KIT_SIGNAL_H
#define ADAPTER_KIT_SIGNAL_H

#include "shape/shape.h"

#define SIGNAL_KINDS(X, E)                                                               \
    X(E, ALARM, "alarm", "intrusion, or an alarm of no other kind")                      \
    X(E, DURESS, "duress", "duress, hold-up, panic or a call for help")                  \
    X(E, FIRE, "fire", "fire, smoke or heat")                                            \
    X(E, MEDICAL, "medical", "medical emergency")                                        \
    X(E, HAZARD, "hazard", "gas, water, cold or another danger to the building")         \
    X(E, RESTORE, "restore", "the condition named in `ends` is over")                    \
    X(E, TROUBLE, "trouble", "the device or its line does not work as it should")        \
    X(E, TAMPER, "tamper", "somebody is tampering with the device")                      \
    X(E, BYPASS, "bypass", "a point was taken out of service")                           \
    X(E, ARM, "arm", "an area was armed")                                                \
    X(E, DISARM, "disarm", "an area was disarmed")                                       \
    X(E, ACCESS, "access", "a door or a credential: granted, denied, forced, held open") \
    X(E, LOGIN, "login", "somebody signed in to a computer, or tried to")                \
    X(E, PRIVILEGE, "privilege", "somebody uses another account's rights on a computer") \
    X(E, ATTACK, "attack",                                                               \
      "hostile or forbidden traffic, or an attempted break-in over the network")         \
    X(E, MOTION, "motion", "something moves in view")                                    \
    X(E, SUPERVISION, "supervision", "the device reports that it is alive")              \
    X(E, TEST, "test", "a test of the device or its line")                               \
    X(E, CHANGE, "change", "a clock, a code, a schedule or the programming was changed") \
    X(E, STATUS, "status", "anything else that the device reports")
SHAPE_DECLARE_CHOICES(signal_kind, SIGNAL_KIND, SIGNAL_KINDS);

#define SIGNAL_PRIORITIES(X, E)                                      \
    X(E, URGENT, "urgent", "life or duress: before everything else") \
    X(E, HIGH, "high", "act at once")                                \
    X(E, MEDIUM, "medium", "act within the shift's next minutes")    \
    X(E, LOW, "low", "look at it during the shift")                  \
    X(E, NOTE, "note", "for the record; nobody is alerted")
SHAPE_DECLARE_CHOICES(signal_priority, SIGNAL_PRIORITY, SIGNAL_PRIORITIES);

enum {
    SIGNAL_RAW_MAX = 64 * 1024,       /* evidence beyond it is cut, and marked as cut */
    SIGNAL_ATTRIBUTES_MAX = 32 * 1024 /* bytes of the attributes' JSON */
};

#define SIGNAL_FIELDS(F, T)                                                                       \
    F(T, text, heard, source, REQUIRED | INDEXED, 1, 200, "what the device calls itself")         \
    F(T, text, heard, peer, 0, 1, 200, "the network address that it came from")                   \
    F(T, choice, signal_kind, kind, REQUIRED | INDEXED, 0, 0, "what it is about")                 \
    F(T, choice, signal_kind, ends, 0, 0, 0, "for a restore: the kind of condition that is over") \
    F(T, choice, signal_priority, priority, REQUIRED, 0, 0, "as in the adapter's table")          \
    F(T, text, slug, code_system, REQUIRED, 1, 40, "the code system")                             \
    F(T, text, heard, code, 0, 1, 80, "the device's own code")                                    \
    F(T, text, heard, text, REQUIRED | TITLE, 1, 1000, "what happened, in words")                 \
    F(T, text, heard, zone, 0, 1, 200, "zone, point or door, as the device gives it")             \
    F(T, text, heard, area, 0, 1, 200, "area or partition, as the device gives it")               \
    F(T, text, heard, user, PERSONAL, 1, 200, "user or account, as the device gives it")          \
    F(T, text, heard, address, 0, 1, 200, "the remote end it is about: an address or a host")     \
    F(T, text, heard, location, 0, 1, 1000, "where, in the device's words")                       \
    F(T, place, _, position, 0, 0, 0, "where, in coordinates")                                    \
    F(T, time, _, occurred, 0, 0, 0, "the source's own time; absent when it gave none")           \
    F(T, flag, _, occurred_inferred, 0, 0, 0, "we inferred the year or zone of `occurred`")       \
    F(T, text, heard, value, 0, 1, 200, "a measured value or a count")                            \
    F(T, text, heard, dedupe, 0, 1, 120, "equal for certainly identical reports")                 \
    F(T, text, heard, dedupe_before, 0, 1, 120,                                                   \
      "what `dedupe` would be if this had been reported before")                                  \
    F(T, flag, _, repeat, 0, 0, 0, "the adapter has given this report before")                    \
    F(T, flag, _, drill, 0, 0, 0, "the source marks it as an exercise")                           \
    F(T, bytes, _, raw, 0, 0, SIGNAL_RAW_MAX, "the bytes it was made from")                       \
    F(T, flag, _, raw_cut, 0, 0, 0, "there were more bytes than are kept")                        \
    F(T, json, _, attributes, 0, 0, SIGNAL_ATTRIBUTES_MAX, "what else the device said")
SHAPE_DECLARE(signal, SIGNAL_FIELDS);

/* Foreign bytes made fit for a `line` of at most `most` characters: what is not UTF-8 becomes
 * U+FFFD, control characters of ASCII become spaces, other hidden characters (base/glyph.h) are
 * written by their numbers, both ends are trimmed, the rest is cut. Absent or empty gives the
 * absent str. Without anything to mend it is a part of `bytes`, else a copy in the arena.
 */
rc signal_line(struct ctx *c, struct str bytes, size_t most, struct str *ret);

/* Put a member into the text of a signal's attributes, its value as signal_line gives it, of at
 * most 300 characters; nothing for an absent one. The closing brace is the caller's. */
rc signal_put_attribute(struct ctx *c, struct text *attributes, const char *name, struct str value);

/* The evidence: as much of `bytes` as is kept. Not a copy. */
void signal_set_raw(struct signal *signal, struct str bytes);

#endif
