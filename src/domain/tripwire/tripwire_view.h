/* The bodies that the pages of tripwires give. What rules say is text of several lines; members
 * whose names are not known beforehand are free JSON. */
#ifndef DOMAIN_TRIPWIRE_TRIPWIRE_VIEW_H
#define DOMAIN_TRIPWIRE_TRIPWIRE_VIEW_H

#include "domain/tripwire/tripwire.h"

/* ---- why ------------------------------------------------------------------------------------- */

#define TRIPWIRE_SEEN_FIELDS(F, T)                                   \
    F(T, i64, _, seq, 0, 0, 0, "number in the ledger")               \
    F(T, text, line, kind, REQUIRED, 0, 0, "kind of event")          \
    F(T, time, _, occurred, REQUIRED, 0, 0, "by the source's clock") \
    F(T, time, _, received, REQUIRED, 0, 0, "by the server's clock") \
    F(T, text, line, actor, REQUIRED, 0, 0, "who made it happen")    \
    F(T, text, line, record, 0, 0, 0, "what it is about")            \
    F(T, label, _, label, REQUIRED, 0, 0, "who may read it")         \
    F(T, flag, _, drill, 0, 0, 0, "it belongs to a drill")
SHAPE_DECLARE(tripwire_seen, TRIPWIRE_SEEN_FIELDS);

#define TRIPWIRE_PART_KINDS(X, E)                             \
    X(E, SOURCE, "source", "the log source is what is asked") \
    X(E, ITEM, "item", "a field has a value")                 \
    X(E, ALL, "all", "all of the parts below")                \
    X(E, ONE, "one", "one of the parts below")                \
    X(E, NOT, "not", "the part below does not hold")
SHAPE_DECLARE_CHOICES(tripwire_part_kind, TRIPWIRE_PART_KIND, TRIPWIRE_PART_KINDS);

#define TRIPWIRE_WHY_LINE_FIELDS(F, T)                                     \
    F(T, i64, _, depth, 0, 0, 0, "how deep it is nested")                  \
    F(T, flag, _, held, 0, 0, 0, "it holds of the event")                  \
    F(T, choice, tripwire_part_kind, kind, REQUIRED, 0, 0, "kind of part") \
    F(T, i64, _, line, 0, 0, 0, "line of the text; 0: none of its own")    \
    F(T, text, block, name, 0, 0, 0, "field or part of the log source")    \
    F(T, text, block, wanted, 0, 0, 0, "what the rule asks for")           \
    F(T, json, _, found, 0, 0, 0, "what the event has: a list of texts or null")
SHAPE_DECLARE(tripwire_why_line, TRIPWIRE_WHY_LINE_FIELDS);

#define TRIPWIRE_HOLDS_FIELDS(F, T)                       \
    F(T, flag, _, fires, 0, 0, 0, "the whole rule holds") \
    F(T, i64, _, held, 0, 0, 0, "parts that hold")        \
    F(T, i64, _, parts, 0, 0, 0, "parts it has")          \
    F(T, list, tripwire_why_line, lines, 0, 0, 0, "each part")
SHAPE_DECLARE(tripwire_holds, TRIPWIRE_HOLDS_FIELDS);

#define TRIPWIRE_RULE_HOLDS_FIELDS(F, T)                               \
    F(T, text, block, rule, REQUIRED, 0, 0, "its name, or its number") \
    F(T, text, block, title, REQUIRED, 0, 0, "its title")              \
    TRIPWIRE_HOLDS_FIELDS(F, T)
SHAPE_DECLARE(tripwire_rule_holds, TRIPWIRE_RULE_HOLDS_FIELDS);

#define TRIPWIRE_EXPLAINED_FIELDS(F, T)                                        \
    F(T, record, tripwire_seen, seen, 0, 0, 0, "the event of the ledger")      \
    F(T, list, tripwire_rule_holds, rules, 0, 0, 0, "what of each rule holds") \
    F(T, text, block, text, 0, 0, 0, "the same in lines for people")
SHAPE_DECLARE(tripwire_explained, TRIPWIRE_EXPLAINED_FIELDS);

/* ---- check ----------------------------------------------------------------------------------- */

#define TRIPWIRE_ERROR_FIELDS(F, T)      \
    F(T, i64, _, line, 0, 0, 0, "where") \
    F(T, text, block, reason, REQUIRED, 0, 0, "what is wrong")
SHAPE_DECLARE(tripwire_error, TRIPWIRE_ERROR_FIELDS);

#define TRIPWIRE_WISH_FIELDS(F, T)                                \
    F(T, text, block, what, REQUIRED, 0, 0, "what is to be done") \
    F(T, json, _, with, 0, 0, 0, "with what: names and texts")
SHAPE_DECLARE(tripwire_wish, TRIPWIRE_WISH_FIELDS);

#define TRIPWIRE_ASKS_FIELDS(F, T)                                    \
    F(T, text, block, name, REQUIRED, 0, 0, "state of the situation") \
    F(T, flag, _, known, 0, 0, 0, "something here can answer")
SHAPE_DECLARE(tripwire_asks, TRIPWIRE_ASKS_FIELDS);

#define TRIPWIRE_ABOUT_FIELDS(F, T)                                           \
    F(T, text, block, rule, REQUIRED, 0, 0, "its name, or its number")        \
    F(T, text, block, title, REQUIRED, 0, 0, "its title")                     \
    F(T, text, block, level, 0, 0, 0, "how grave")                            \
    F(T, text, block, purpose, 0, 0, 0, "what it is for")                     \
    F(T, text, block, source, 0, 0, 0, "the log source it looks at")          \
    F(T, i64, _, line, 0, 0, 0, "where it begins")                            \
    F(T, flag, _, correlation, 0, 0, 0, "it correlates hits of other rules")  \
    F(T, flag, _, output, 0, 0, 0, "its hits are hits of the tripwire")       \
    F(T, ms, _, span_ms, 0, 0, 0, "how far it looks back")                    \
    F(T, list, tripwire_wish, actions, 0, 0, 0, "what is done when it trips") \
    F(T, list, tripwire_asks, states, 0, 0, 0, "what it asks of the situation")
SHAPE_DECLARE(tripwire_about, TRIPWIRE_ABOUT_FIELDS);

#define TRIPWIRE_TRIED_RULE_FIELDS(F, T)                               \
    F(T, text, block, rule, REQUIRED, 0, 0, "its name, or its number") \
    F(T, i64, _, events, 0, 0, 0, "events of the trial")               \
    F(T, flag, _, fires, 0, 0, 0, "it is to fire")                     \
    F(T, flag, _, well, 0, 0, 0, "it went as it should")
SHAPE_DECLARE(tripwire_tried_rule, TRIPWIRE_TRIED_RULE_FIELDS);

#define TRIPWIRE_CHECKED_FIELDS(F, T)                                        \
    F(T, i64, _, rules, 0, 0, 0, "rules in the text")                        \
    F(T, list, tripwire_error, errors, 0, 0, 0, "what is wrong")             \
    F(T, list, tripwire_about, about, 0, 0, 0, "what each rule does")        \
    F(T, list, tripwire_tried_rule, trials, 0, 0, 0, "its own trials")       \
    F(T, flag, _, two_persons, 0, 0, 0, "a second person has to confirm it") \
    F(T, text, block, cannot_fire, 0, 0, 0, "why it could not fire; absent: it could")
SHAPE_DECLARE(tripwire_checked, TRIPWIRE_CHECKED_FIELDS);

/* ---- past events ----------------------------------------------------------------------------- */

#define TRIPWIRE_PAST_HIT_FIELDS(F, T)                                          \
    F(T, text, block, tripwire, REQUIRED, 0, 0, "of which tripwire")            \
    F(T, text, block, rule, REQUIRED, 0, 0, "of which rule")                    \
    F(T, text, block, title, REQUIRED, 0, 0, "its title")                       \
    F(T, texts, line, events, 0, 0, 0, "events that completed it")              \
    F(T, i64, _, event_count, 0, 0, 0, "how many there were")                   \
    F(T, text, block, level, 0, 0, 0, "how grave")                              \
    F(T, time, _, at, 0, 0, 0, "when")                                          \
    F(T, json, _, joined, 0, 0, 0, "what they have in common: names and texts") \
    F(T, texts, line, unknown, 0, 0, 0, "states that nobody knew")              \
    F(T, flag, _, late, 0, 0, 0, "found after its time")
SHAPE_DECLARE(tripwire_past_hit, TRIPWIRE_PAST_HIT_FIELDS);

#define TRIPWIRE_TRIED_FIELDS(F, T)                                 \
    F(T, list, tripwire_past_hit, items, 0, 0, 0, "the first hits") \
    F(T, i64, _, hits, 0, 0, 0, "how many there were")              \
    F(T, i64, _, events, 0, 0, 0, "events that were given")
SHAPE_DECLARE(tripwire_tried, TRIPWIRE_TRIED_FIELDS);

#define TRIPWIRE_DAY_FIELDS(F, T)                       \
    F(T, text, line, day, REQUIRED, 0, 0, "2026-11-22") \
    F(T, i64, _, hits, 0, 0, 0, "hits of that day")
SHAPE_DECLARE(tripwire_day, TRIPWIRE_DAY_FIELDS);

#define TRIPWIRE_MISS_FIELDS(F, T)                                        \
    F(T, text, block, rule, REQUIRED, 0, 0, "of which rule")              \
    F(T, text, block, title, REQUIRED, 0, 0, "its title")                 \
    F(T, text, line, without, REQUIRED, 0, 0, "what was left out to hit") \
    F(T, text, block, name, 0, 0, 0, "of what")                           \
    F(T, i64, _, wanted, 0, 0, 0, "what the rule asks for")               \
    F(T, i64, _, given, 0, 0, 0, "what there was")                        \
    F(T, i64, _, times, 0, 0, 0, "how often")                             \
    F(T, i64, _, event_count, 0, 0, 0, "events of the last time")         \
    F(T, time, _, at, REQUIRED, 0, 0, "the last time")                    \
    F(T, texts, line, events, 0, 0, 0, "its events")
SHAPE_DECLARE(tripwire_miss, TRIPWIRE_MISS_FIELDS);

#define TRIPWIRE_REACHED_FIELDS(F, T)                                        \
    F(T, text, block, rule, REQUIRED, 0, 0, "its name, or its number")       \
    F(T, text, block, title, REQUIRED, 0, 0, "its title")                    \
    F(T, flag, _, correlation, 0, 0, 0, "it correlates hits of other rules") \
    F(T, flag, _, output, 0, 0, 0, "its hits are hits of the tripwire")      \
    F(T, i64, _, matches, 0, 0, 0, "how often it came true")                 \
    F(T, opt_i64, _, looked, 0, 0, 0, "events of its log source")            \
    F(T, opt_i64, _, seq, 0, 0, 0, "the event that came nearest")            \
    F(T, record, tripwire_holds, why, 0, 0, 0, "what of it held there")
SHAPE_DECLARE(tripwire_reached, TRIPWIRE_REACHED_FIELDS);

#define TRIPWIRE_REPLAYED_FIELDS(F, T)                                     \
    F(T, time, _, from, REQUIRED, 0, 0, "events received since")           \
    F(T, time, _, until, REQUIRED, 0, 0, "and before")                     \
    F(T, i64, _, events, 0, 0, 0, "events looked at")                      \
    F(T, flag, _, whole, 0, 0, 0, "all of that time was looked at")        \
    F(T, i64, _, hits, 0, 0, 0, "hits")                                    \
    F(T, i64, _, late, 0, 0, 0, "events that came too late")               \
    F(T, i64, _, us, 0, 0, 0, "how long it took, in microseconds")         \
    F(T, list, tripwire_day, days, 0, 0, 0, "hits by day")                 \
    F(T, list, tripwire_past_hit, items, 0, 0, 0, "the newest hits")       \
    F(T, json, _, by_rule, 0, 0, 0, "what each rule cost")                 \
    F(T, list, tripwire_miss, nearest, 0, 0, 0, "what was missing")        \
    F(T, list, tripwire_reached, parts, 0, 0, 0, "how far each part came") \
    F(T, json, _, seen, 0, 0, 0, "events that are named, by their number")
SHAPE_DECLARE(tripwire_replayed, TRIPWIRE_REPLAYED_FIELDS);

/* ---- hit, board, status, taxonomy ------------------------------------------------------------ */

#define TRIPWIRE_HIT_EVENT_FIELDS(F, T)                                                  \
    F(T, i64, _, seq, 0, 0, 0, "number in the ledger")                                   \
    F(T, record, tripwire_seen, seen, 0, 0, 0, "the event; absent: not for this reader") \
    F(T, list, tripwire_rule_holds, rules, 0, 0, 0, "what of each rule holds")
SHAPE_DECLARE(tripwire_hit_event, TRIPWIRE_HIT_EVENT_FIELDS);

#define TRIPWIRE_HIT_VIEW_FIELDS(F, T)                                           \
    F(T, record, tripwire_hit, hit, REQUIRED, 0, 0, "the hit")                   \
    F(T, i64, _, seq, 0, 0, 0, "number in the ledger")                           \
    F(T, text, block, name, REQUIRED, 0, 0, "name of its tripwire")              \
    F(T, text, block, rule_text, 0, 0, 0, "the rule as it was then")             \
    F(T, flag, _, rule_changed, 0, 0, 0, "it reads differently now")             \
    F(T, list, tripwire_hit_event, events, 0, 0, 0, "its events, and what held") \
    F(T, list, tripwire_seen, followed, 0, 0, 0, "events that it led to")
SHAPE_DECLARE(tripwire_hit_view, TRIPWIRE_HIT_VIEW_FIELDS);

#define TRIPWIRE_LINE_FIELDS(F, T)                                             \
    F(T, id, _, id, REQUIRED, 0, 0, "stable identifier")                       \
    F(T, text, block, name, REQUIRED, 0, 0, "what it is called")               \
    F(T, label, _, label, REQUIRED, 0, 0, "who may read it")                   \
    F(T, choice, tripwire_status, status, REQUIRED, 0, 0, "its state")         \
    F(T, flag, _, changing, 0, 0, 0, "a new text waits")                       \
    F(T, flag, _, proposed, 0, 0, 0, "a second person has to confirm it")      \
    F(T, text, block, fault, 0, 0, 0, "why it cannot fire")                    \
    F(T, time, _, fault_since, 0, 0, 0, "since when")                          \
    F(T, time, _, changed, 0, 0, 0, "when it was last written")                \
    F(T, text, block, level, 0, 0, 0, "how grave")                             \
    F(T, opt_i64, _, trials, 0, 0, 0, "trials that it carries")                \
    F(T, flag, _, two_persons, 0, 0, 0, "it takes two persons to activate it") \
    F(T, i64, _, hits_24h, 0, 0, 0, "hits of the last 24 hours")               \
    F(T, json, _, hits, REQUIRED, 0, 0, "hits of each of the last seven days") \
    F(T, id, _, last_hit, 0, 0, 0, "the last hit")                             \
    F(T, time, _, last_at, 0, 0, 0, "and when it was")
SHAPE_DECLARE(tripwire_line, TRIPWIRE_LINE_FIELDS);

#define TRIPWIRE_BOARD_FIELDS(F, T)                                      \
    F(T, list, tripwire_line, items, 0, 0, 0, "tripwires")               \
    F(T, time, _, next_test, 0, 0, 0, "when all of them are tried next") \
    F(T, text, line, after, 0, 0, 0, "where the next page begins")
SHAPE_DECLARE(tripwire_board, TRIPWIRE_BOARD_FIELDS);

#define TRIPWIRE_PROGRESS_FIELDS(F, T)                       \
    F(T, i64, _, position, 0, 0, 0, "events that were seen") \
    F(T, i64, _, size, 0, 0, 0, "events there are")          \
    F(T, json, _, counts, 0, 0, 0, "what the engine has counted")
SHAPE_DECLARE(tripwire_progress, TRIPWIRE_PROGRESS_FIELDS);

#define TRIPWIRE_LOG_SOURCE_FIELDS(F, T)                                   \
    F(T, text, line, category, REQUIRED, 0, 0, "category")                 \
    F(T, text, line, service, REQUIRED, 0, 0, "service")                   \
    F(T, text, line, event, REQUIRED, 0, 0, "kind of event")               \
    F(T, text, block, help, 0, 0, 0, "what it tells")                      \
    F(T, texts, line, fields, 0, 0, 0, "its fields")                       \
    F(T, flag, _, open, 0, 0, 0, "it may have fields of the device's own") \
    F(T, texts, line, resolved, 0, 0, 0, "records whose fields come along")
SHAPE_DECLARE(tripwire_log_source, TRIPWIRE_LOG_SOURCE_FIELDS);

#define TRIPWIRE_TAXONOMY_FIELDS(F, T)                                         \
    F(T, text, line, product, REQUIRED, 0, 0, "product")                       \
    F(T, texts, line, every, 0, 0, 0, "fields of every event")                 \
    F(T, texts, line, states, 0, 0, 0, "what a rule can ask of the situation") \
    F(T, list, tripwire_log_source, sources, 0, 0, 0, "log sources")
SHAPE_DECLARE(tripwire_taxonomy, TRIPWIRE_TAXONOMY_FIELDS);

#endif
