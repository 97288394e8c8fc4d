/* What the files of this folder have from each other. */
#ifndef DOMAIN_ROUND_ROUND_OWN_H
#define DOMAIN_ROUND_ROUND_OWN_H

#include "domain/arming/arming.h"
#include "domain/round/round.h"
#include "domain/source/source.h"

#define ROUND_WALK "round.walk"

#define ROUND_LABEL ((struct label){TLP_AMBER, {NULL, 0}})

/* Where a guard was seen last, on whatever round. Its id is the account's. */
#define GUARD_SEEN_FIELDS(F, T)                             \
    RECORD_FIELDS(F, T)                                     \
    F(T, time, _, at, REQUIRED, 0, 0, "when, by the phone") \
    F(T, text, line, tag, REQUIRED, 1, 100, "at which tag") \
    F(T, place, _, position, 0, 0, 0, "where that is")
SHAPE_DECLARE(guard_seen, GUARD_SEEN_FIELDS);

/* A hand-over of the first version, with the English of its alarms. */
#define HANDOVER_ITEM_V1_FIELDS(F, T)                                               \
    F(T, text, slug, what, REQUIRED, 1, 40, "state of an alarm or a source; armed") \
    F(T, text, line, record, REQUIRED, 1, 80, "alarm/…, source/…, zone/…")          \
    F(T, text, line, name, REQUIRED, 1, 300, "for a person")                        \
    F(T, text, line, who, 0, 1, 120, "whoever put it into that state")
SHAPE_DECLARE(handover_item_v1, HANDOVER_ITEM_V1_FIELDS);
#define HANDOVER_V1_FIELDS(F, T) \
    HANDOVER_HEAD_FIELDS(F, T)   \
    F(T, list, handover_item_v1, items, 0, 0, HANDOVER_ITEMS_MAX, "what was open")
SHAPE_DECLARE(handover_v1, HANDOVER_V1_FIELDS);

#define LONE_BEGIN_FIELDS(F, T) \
    F(T, ms, _, every_ms, 0, 60000, 7200000, "how often a word is due: a minute to two hours")
SHAPE_DECLARE(lone_begin, LONE_BEGIN_FIELDS);

#define LONE_WORD_FIELDS(F, T) F(T, place, _, position, 0, 0, 0, "where the guard is")
SHAPE_DECLARE(lone_word, LONE_WORD_FIELDS);

#define GUARD_HELP_FIELDS(F, T)                                                               \
    F(T, text, slug, call, REQUIRED, 1, 40, "the phone's own id of this call: once an alarm") \
    F(T, time, _, at, 0, 0, 0, "when the guard called, if the phone had no net then")         \
    F(T, place, _, position, 0, 0, 0, "where the guard is")
SHAPE_DECLARE(guard_help, GUARD_HELP_FIELDS);

#define HANDOVER_MAKE_FIELDS(F, T)                                          \
    F(T, ref, account, to, REQUIRED, 0, 0, "account of the incoming guard") \
    F(T, text, block, note, 0, 0, 2000, "what the list does not say")
SHAPE_DECLARE(handover_make, HANDOVER_MAKE_FIELDS);

#define HANDOVER_ASKED_FIELDS(F, T) F(T, id, _, id, REQUIRED, 0, 0, "of which hand-over")
SHAPE_DECLARE(handover_asked, HANDOVER_ASKED_FIELDS);
rc handover_describe(struct ctx *c, struct reporting *r, const void *asked);

enum round_decision {
    TOUR_START,
    TOUR_SCAN,
    TOUR_CHECK,
    LONE_BEGIN,
    LONE_WORD,
    LONE_END,
    LONE_OVERDUE,
    GUARD_HELP,
    HANDOVER_MAKE,
    HANDOVER_SIGN,
    ROUND_DECISIONS
};
extern const struct decision round_decisions[ROUND_DECISIONS + 1];

extern const struct event_kind tour_started_kind, tour_scanned_kind, tour_missed_kind,
    tour_ended_kind, guard_seen_kind, lone_begun_kind, lone_heard_kind, lone_overdue_kind,
    lone_ended_kind, handover_made_kind, handover_signed_kind;

record_check tour_check_record, shift_check;
decide_fn tour_start, tour_scan_take, tour_check, lone_decide_begin, lone_decide_word,
    lone_decide_end, lone_decide_overdue, guard_decide_help, handover_decide_make,
    handover_decide_sign;
serve_fn handovers_serve, guards_serve;
extern const struct route round_routes[];

#define GUARD_FIELDS(F, T)                                  \
    F(T, id, _, id, REQUIRED, 0, 0, "account of the guard") \
    F(T, text, line, name, 0, 0, 0, "what the reader may call them by")
SHAPE_DECLARE(guard, GUARD_FIELDS);

#endif
