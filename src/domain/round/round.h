/* Rounds and posts: guard posts and their shifts, guard tours with their checkpoints, the timer of
 * a guard who is alone, and the hand-over from one shift to the next. */
#ifndef DOMAIN_ROUND_ROUND_H
#define DOMAIN_ROUND_ROUND_H

#include "domain/alarm/alarm.h"

extern const struct module round_module;

#define GUARD_POST_FIELDS(F, T)                                                   \
    RECORD_FIELDS(F, T)                                                           \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 80, "what it is called") \
    F(T, ref, zone, zone, INDEXED, 0, 0, "where it stands")                       \
    F(T, text, block, orders, SEARCHED, 0, 4000, "post orders: what the guard here does")
SHAPE_DECLARE(guard_post, GUARD_POST_FIELDS);

#define GUARD_SHIFT_FIELDS(F, T)                                                \
    RECORD_FIELDS(F, T)                                                         \
    F(T, ref, guard_post, post, REQUIRED | INDEXED, 0, 0, "where")              \
    F(T, ref, account, guard, REQUIRED | INDEXED, 0, 0, "account of the guard") \
    F(T, time, _, begins, REQUIRED | INDEXED, 0, 0, "from")                     \
    F(T, time, _, ends, REQUIRED, 0, 0, "to")
SHAPE_DECLARE(guard_shift, GUARD_SHIFT_FIELDS);

/* The phone that a guard scans with; it signs what it scans. */
#define GUARD_PHONE_FIELDS(F, T)                                                               \
    RECORD_FIELDS(F, T)                                                                        \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 80, "what it is called")              \
    F(T, ref, account, guard, REQUIRED | INDEXED, 0, 0, "account of the guard who carries it") \
    F(T, bytes, _, key, REQUIRED, 32, 32, "its Ed25519 public key")
SHAPE_DECLARE(guard_phone, GUARD_PHONE_FIELDS);

enum { CHECKPOINTS_MAX = 50, TOUR_MS_MAX = 24 * 3600 * 1000 };
#define CHECKPOINT_FIELDS(F, T)                                                             \
    F(T, text, line, tag, REQUIRED, 1, 100, "what its NFC or QR tag says")                  \
    F(T, text, line, name, REQUIRED | SEARCHED, 1, 80, "what people call it")               \
    F(T, ref, zone, zone, 0, 0, 0, "where it is")                                           \
    F(T, place, _, position, 0, 0, 0, "where it is on the plan")                            \
    F(T, ms, _, from_ms, 0, 0, TOUR_MS_MAX, "not before this, from the start of the round") \
    F(T, ms, _, by_ms, 0, 1000, TOUR_MS_MAX, "and not after this")
SHAPE_DECLARE(checkpoint, CHECKPOINT_FIELDS);

#define GUARD_TOUR_FIELDS(F, T)                                                               \
    RECORD_FIELDS(F, T)                                                                       \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 80, "what it is called")             \
    F(T, ref, guard_post, post, INDEXED, 0, 0, "from which post it is walked")                \
    F(T, flag, _, random_order, 0, 0, 0,                                                      \
      "in a different order each time; the windows then belong to the position in the order") \
    F(T, list, checkpoint, checkpoints, REQUIRED, 1, CHECKPOINTS_MAX, "in their order")
SHAPE_DECLARE(guard_tour, GUARD_TOUR_FIELDS);

#define VISIT_VERDICTS(X, E)                      \
    X(E, AWAITED, "awaited", "not yet")           \
    X(E, ON_TIME, "on-time", "within its window") \
    X(E, EARLY, "early", "before its window")     \
    X(E, LATE, "late", "after its window")        \
    X(E, MISSED, "missed", "its window passed")
SHAPE_DECLARE_CHOICES(visit_verdict, VISIT_VERDICT, VISIT_VERDICTS);

/* A picture of a QR code does as well as the code: it is the weaker proof, and shown as such. */
#define SCAN_MEANS(X, E)                                      \
    X(E, NFC, "nfc", "an NFC tag was touched")                \
    X(E, QR, "qr", "a QR code was read, or a picture of one") \
    X(E, TYPED, "typed", "what the tag says was typed in")
SHAPE_DECLARE_CHOICES(scan_means, SCAN_MEANS, SCAN_MEANS);

/* A checkpoint on one round. */
#define TOUR_VISIT_FIELDS(F, T)                                                 \
    F(T, text, line, tag, REQUIRED, 1, 100, "the checkpoint")                   \
    F(T, text, line, name, REQUIRED | SEARCHED, 1, 80, "what people call it")   \
    F(T, time, _, from, REQUIRED, 0, 0, "not before")                           \
    F(T, time, _, by, REQUIRED, 0, 0, "not after")                              \
    F(T, choice, visit_verdict, verdict, REQUIRED, 0, 0, "how it was")          \
    F(T, time, _, at, 0, 0, 0, "when it was scanned, by the phone")             \
    F(T, time, _, received, 0, 0, 0, "when we received it")                     \
    F(T, choice, scan_means, means, 0, 0, 0, "how the tag was read")            \
    F(T, flag, _, late_data, 0, 0, 0, "the phone reported it only later")       \
    F(T, flag, _, out_of_order, 0, 0, 0, "another one should have come before") \
    F(T, flag, _, too_fast, 0, 0, 0, "too fast for the distance from where the guard was last")
SHAPE_DECLARE(tour_visit, TOUR_VISIT_FIELDS);

#define TOUR_STATES(X, E)                                      \
    X(E, WALKED, "walked", "being walked")                     \
    X(E, COMPLETE, "complete", "every checkpoint was visited") \
    X(E, INCOMPLETE, "incomplete", "over, and some were missed")
SHAPE_DECLARE_CHOICES(tour_state, TOUR_STATE, TOUR_STATES);

#define TOUR_RUN_FIELDS(F, T)                                                              \
    RECORD_FIELDS(F, T)                                                                    \
    F(T, id, _, tour, REQUIRED | INDEXED, 0, 0, "which tour")                              \
    F(T, ref, account, guard, REQUIRED | INDEXED | LOOSE, 0, 0, "account of who walks it") \
    F(T, time, _, started, REQUIRED | INDEXED, 0, 0, "since when")                         \
    F(T, time, _, ended, 0, 0, 0, "until when")                                            \
    F(T, choice, tour_state, state, REQUIRED | INDEXED, 0, 0, "how it is")                 \
    F(T, i64, _, missed, 0, 0, 0, "checkpoints whose window passed")                       \
    F(T, list, tour_visit, visits, REQUIRED, 1, CHECKPOINTS_MAX, "in the order asked for")
SHAPE_DECLARE(tour_run, TOUR_RUN_FIELDS);

/* A guard who is alone says from time to time that all is well. Its id is the account's. */
#define LONE_GUARD_FIELDS(F, T)                                               \
    RECORD_FIELDS(F, T)                                                       \
    F(T, ms, _, every_ms, 0, 60000, 7200000, "how often")                     \
    F(T, time, _, due, REQUIRED | INDEXED, 0, 0, "when the next word is due") \
    F(T, time, _, heard, REQUIRED, 0, 0, "the last one")                      \
    F(T, flag, _, overdue, 0, 0, 0, "it did not come")                        \
    F(T, place, _, position, 0, 0, 0, "where the guard was then")
SHAPE_DECLARE(lone_guard, LONE_GUARD_FIELDS);

/* An alarm is kept as its message, and its name is made for whoever reads the list. */
#define HANDOVER_ITEM_FIELDS(F, T)                                                                \
    F(T, text, slug, what, REQUIRED, 1, 40, "state of an alarm or a source; armed")               \
    F(T, text, line, record, REQUIRED, 1, 80, "alarm/…, source/…, zone/…")                        \
    F(T, text, line, name, 0, 1, 2000, "for a person")                                            \
    F(T, text, line, message, 0, 1, 60, "of an alarm: what it says")                              \
    F(T, list, message_param, params, 0, 0, MESSAGE_PARAMS_MAX, "the values of its placeholders") \
    F(T, text, line, who, 0, 1, 120, "whoever put it into that state")
SHAPE_DECLARE(handover_item, HANDOVER_ITEM_FIELDS);

enum { HANDOVER_ITEMS_MAX = 200 };
#define HANDOVER_HEAD_FIELDS(F, T)                                                              \
    RECORD_FIELDS(F, T)                                                                         \
    F(T, ref, account, from, REQUIRED | INDEXED | LOOSE, 0, 0, "account of the outgoing guard") \
    F(T, ref, account, to, REQUIRED | INDEXED | LOOSE, 0, 0, "account of the incoming guard")   \
    F(T, time, _, made, REQUIRED | INDEXED, 0, 0, "when the list was frozen")                   \
    F(T, time, _, signed_from, 0, 0, 0, "signed by the outgoing guard")                         \
    F(T, time, _, signed_to, 0, 0, 0, "signed by the incoming guard")                           \
    F(T, text, block, note, SEARCHED, 0, 2000, "what the list does not say")                    \
    F(T, i64, _, not_listed, 0, 0, 0, "what does not fit, or is not for this label")
#define HANDOVER_FIELDS(F, T)                                  \
    HANDOVER_HEAD_FIELDS(F, T)                                 \
    F(T, list, handover_item, items, 0, 0, HANDOVER_ITEMS_MAX, \
      "open, shelved, disabled, silent, armed")
SHAPE_DECLARE(handover, HANDOVER_FIELDS);

/* What a phone signs: this, of the round, the tag and the time of the scan. */
struct tour_scan;
rc tour_scan_message(struct ctx *c, struct str run, const struct tour_scan *scan, struct str *ret);

/* A scan as the phone hands it in, at once or when it has a net again. */
#define TOUR_SCAN_FIELDS(F, T)                                                      \
    F(T, text, line, tag, REQUIRED, 1, 100, "what was read")                        \
    F(T, time, _, at, REQUIRED, 0, 0, "when, by the phone's clock")                 \
    F(T, ref, guard_phone, phone, REQUIRED, 0, 0, "by which phone")                 \
    F(T, choice, scan_means, means, 0, 0, 0, "how; absent: the phone does not say") \
    F(T, bytes, _, signature, REQUIRED, 64, 64, "Ed25519, of tour_scan_message")
SHAPE_DECLARE(tour_scan, TOUR_SCAN_FIELDS);

#endif
