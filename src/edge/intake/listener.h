/* What is set about a listener, how it does, and how far it has read: the records of the intake. */
#ifndef EDGE_INTAKE_LISTENER_H
#define EDGE_INTAKE_LISTENER_H

#include "adapter/kit/adapter.h"
#include "core/module.h"
#include "domain/signal/signal.h"

#define LISTENER_CARRIERS(X, E)                                        \
    X(E, TCP, "tcp", "connections to an address and port")             \
    X(E, TLS, "tls", "the same, encrypted with the mission's own key") \
    X(E, UDP, "udp", "datagrams to an address and port")               \
    X(E, UNIX, "unix", "connections to a socket in the file system")   \
    X(E, FILE, "file", "a file that another program keeps writing to") \
    X(E, BROKER, "broker", "we connect to a broker and subscribe")
SHAPE_DECLARE_CHOICES(listener_carrier, LISTENER_CARRIER, LISTENER_CARRIERS);

/* The adapters of the registry that are not in a process of their own. */
#define LISTENER_PROTOCOLS(X, E)                          \
    X(E, DC09, "dc09", "alarm panels (ANSI/SIA DC-09)")   \
    X(E, EVE, "eve", "Suricata's EVE JSON")               \
    X(E, SYSLOG, "syslog", "syslog (RFC 5424, RFC 3164)") \
    X(E, CAP, "cap", "warnings (OASIS CAP)")              \
    X(E, MQTT, "mqtt", "sensors and Frigate through a broker")
SHAPE_DECLARE_CHOICES(listener_protocol, LISTENER_PROTOCOL, LISTENER_PROTOCOLS);

enum {
    LISTENER_LINKS = 256,
    LISTENER_LINKS_EACH = 32,
    LISTENER_FRAME_MS = 30000,
    LISTENER_OPTIONS_MAX = 16384
};

#define LISTENER_FIELDS(F, T)                                                                     \
    RECORD_FIELDS(F, T)                                                                           \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 80, "what people call it")               \
    F(T, choice, listener_protocol, protocol, REQUIRED, 0, 0, "what the bytes mean")              \
    F(T, choice, listener_carrier, carrier, REQUIRED | DESTINATION, 0, 0, "how the bytes arrive") \
    F(T, text, line, address, REQUIRED | SEARCHED | DESTINATION, 1, 400,                          \
      "address and port, or the path of the file")                                                \
    F(T, flag, _, disabled, 0, 0, 0, "switched off")                                              \
    F(T, json, _, options, 0, 2, LISTENER_OPTIONS_MAX, "options of the protocol")                 \
    F(T, json, _, secret_options, SECRET, 2, LISTENER_OPTIONS_MAX,                                \
      "further options of the protocol, never shown again: the keys of panels")                   \
    F(T, text, line, user, DESTINATION, 1, 200, "user name at a broker")                          \
    F(T, text, line, password, SECRET | OUTGOING, 1, 200, "its password")                         \
    F(T, text, block, authority, SECONDARY | DESTINATION, 1, 16384,                               \
      "authority that must have signed the certificate of a broker, or with TLS of each "         \
      "device (PEM)")                                                                             \
    F(T, opt_i64, _, links_max, SECONDARY, 1, 4096, "connections at a time; 256 if unset")        \
    F(T, opt_i64, _, links_each, SECONDARY, 1, 4096, "of them from one address; 32 if unset")     \
    F(T, ms, _, idle_ms, SECONDARY, 0, 86400000,                                                  \
      "a connection silent for this long is closed; 0: never")                                    \
    F(T, ms, _, frame_ms, SECONDARY, 0, 3600000,                                                  \
      "a report must be complete within this time; 0: 30 s")                                      \
    F(T, text, block, note, SEARCHED, 0, 2000, "what a newcomer should know")
SHAPE_DECLARE(listener, LISTENER_FIELDS);

/* How far a file has been read, and what was in it. Written with the signals themselves, so that a
 * line is counted once and its signal taken once, whatever happens in between. */
#define LISTENER_PLACE_FIELDS(F, T)                                                  \
    RECORD_FIELDS(F, T)                                                              \
    F(T, i64, _, device, 0, 0, 0, "the file: its device …")                          \
    F(T, i64, _, inode, 0, 0, 0, "… and its number there")                           \
    F(T, bytes, _, head_hash, 0, 32, 32, "SHA-256 of its beginning …")               \
    F(T, i64, _, head_bytes, 0, 0, 0, "… of so many bytes: the file may be another") \
    F(T, i64, _, offset, 0, 0, 0, "so many bytes of it are read")                    \
    F(T, i64, _, frames, 0, 0, 0, "lines of all files so far: with signals …")       \
    F(T, i64, _, signals, 0, 0, 0, "their signals")                                  \
    F(T, i64, _, counted, 0, 0, 0, "… counted only …")                               \
    F(T, i64, _, bad, 0, 0, 0, "… and not readable")                                 \
    F(T, i64, _, rotations, 0, 0, 0, "times another file took its place")            \
    F(T, i64, _, truncations, 0, 0, 0, "times it was cut")
SHAPE_DECLARE(listener_place, LISTENER_PLACE_FIELDS);

#define LISTENER_CONDITIONS(X, E)                                                 \
    X(E, OPEN, "open", "it accepts input")                                        \
    X(E, CALLING, "calling", "the other side does not answer; it is tried again") \
    X(E, ABSENT, "absent", "the file is not there yet")                           \
    X(E, FULL, "full", "more arrives than can be written; reading waits")         \
    X(E, FAILED, "failed", "it could not be opened")                              \
    X(E, DISABLED, "disabled", "switched off")
SHAPE_DECLARE_CHOICES(listener_condition, LISTENER_CONDITION, LISTENER_CONDITIONS);

#define LISTENER_SAMPLE_FIELDS(F, T)                                   \
    F(T, time, _, at, REQUIRED, 0, 0, "when it came")                  \
    F(T, text, line, why, REQUIRED, 1, 200, "what is wrong with it")   \
    F(T, i64, _, frame, 0, 0, 0, "its number in its stream")           \
    F(T, i64, _, whole, 0, 0, 0, "how many bytes there were in sight") \
    F(T, bytes, _, bytes, 0, 0, INTAKE_SAMPLE_BYTES, "the first of it")
SHAPE_DECLARE(listener_sample, LISTENER_SAMPLE_FIELDS);

/* How a listener does; its id is the listener's. Since the start of the program. */
#define LISTENER_STATE_FIELDS(F, T)                                                       \
    RECORD_FIELDS(F, T)                                                                   \
    F(T, choice, listener_condition, condition, REQUIRED, 0, 0, "how it is")              \
    F(T, text, line, why, 0, 1, 240, "why")                                               \
    F(T, time, _, since, REQUIRED, 0, 0, "since when")                                    \
    F(T, time, _, noted, REQUIRED, 0, 0, "as of then")                                    \
    F(T, time, _, heard, 0, 0, 0, "when bytes last came")                                 \
    F(T, i64, _, links, 0, 0, 0, "connections now")                                       \
    F(T, i64, _, links_taken, 0, 0, 0, "connections so far")                              \
    F(T, i64, _, links_refused, 0, 0, 0, "turned away: too many")                         \
    F(T, i64, _, links_idle, 0, 0, 0, "closed: nothing came")                             \
    F(T, i64, _, links_slow, 0, 0, 0, "closed: a report never became whole")              \
    F(T, i64, _, bytes, 0, 0, 0, "bytes")                                                 \
    F(T, i64, _, frames, 0, 0, 0, "frames or lines: with signals, counted only, and bad") \
    F(T, i64, _, signals, 0, 0, 0, "signals in them")                                     \
    F(T, i64, _, counted, 0, 0, 0, "counted only")                                        \
    F(T, i64, _, bad, 0, 0, 0, "not readable")                                            \
    F(T, i64, _, bad_bytes, 0, 0, 0, "bytes of those")                                    \
    F(T, i64, _, durable, 0, 0, 0, "signals that are written down")                       \
    F(T, i64, _, replies, 0, 0, 0, "acknowledgements sent")                               \
    F(T, i64, _, replies_late, 0, 0, 0, "acknowledgements whose recipient was gone")      \
    F(T, i64, _, refused, 0, 0, 0, "frames that the watch refused")                       \
    F(T, i64, _, dropped, 0, 0, 0, "datagrams dropped for lack of space")                 \
    F(T, i64, _, waits, 0, 0, 0, "times that reading waited")                             \
    F(T, json, _, tallies, 0, 0, 4000, "the protocol's own counters")                     \
    F(T, list, listener_sample, samples, 0, 0, INTAKE_SAMPLES, "the latest that were bad")
SHAPE_DECLARE(listener_state, LISTENER_STATE_FIELDS);

/* What could not be read of somebody who had said before who it is. */
#define LISTENER_BLAME_FIELDS(F, T)                                              \
    F(T, text, line, identity, REQUIRED, 1, 200, "what the device calls itself") \
    F(T, record, source_bad, bad, 0, 0, 0, "how much, and some of it")
SHAPE_DECLARE(listener_blame, LISTENER_BLAME_FIELDS);

/* Input of "intake.note". */
enum { LISTENER_BLAMES = 8 };
#define LISTENER_NOTE_FIELDS(F, T)                                          \
    F(T, record, listener_state, state, 0, 0, 0, "the state of a listener") \
    F(T, list, listener_blame, blames, 0, 0, LISTENER_BLAMES, "whose bytes were bad")
SHAPE_DECLARE(listener_note, LISTENER_NOTE_FIELDS);

/* Input of "intake.take": signals of a listener, with how far a file was read. */
#define LISTENER_TAKE_FIELDS(F, T)                                                   \
    F(T, id, _, listener, REQUIRED, 0, 0, "whose they are")                          \
    F(T, flag, _, proves, 0, 0, 0, "its senders prove who they are")                 \
    F(T, list, signal, items, 0, 0, SIGNAL_BATCH_MAX, "signals, the earliest first") \
    F(T, record, listener_place, place, 0, 0, 0, "of a file: how far it is read with them")
SHAPE_DECLARE(listener_take, LISTENER_TAKE_FIELDS);

extern const struct module intake_module;

/* The adapter and the checked options of a listener. INVALID says what is wrong. */
rc listener_adapter(struct ctx *c, const struct listener *listener, const struct adapter **ret,
                    void **ret_options);

/* Must a sender prove who he is before this listener hears him: by its carrier, or its protocol? */
bool listener_proves(const struct listener *listener, const struct adapter *adapter,
                     const void *options);

/* INVALID, with the field of a listener that is wrong. */
rc listener_refuse(struct ctx *c, const char *field, const char *why);

/* Is its address one with a port, or the path of a file? INVALID. */
rc listener_check_endpoint(struct ctx *c, const struct listener *listener);
rc listener_check_path(struct ctx *c, const struct listener *listener);

/* Pages. */
serve_fn listener_serve_state, listener_serve_states, listener_serve_place;

#endif
