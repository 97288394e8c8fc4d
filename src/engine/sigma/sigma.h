/* Tripwires: Sigma rules (specification 2) over events, and correlation of what they match.
 *
 *     sigma_set_open → sigma_set_add (a file) … → sigma_set_seal   the rules, read and compiled
 *     sigma_engine_open(set) → sigma_feed (an event) → hits        the windows
 *     sigma_save / sigma_load                                      the windows as bytes
 *
 * Everything is a function of the rules and of the order of events: no clock, no thread, no file. A
 * set may be read by several threads once it is sealed; an engine belongs to one. DESIGN.md has the
 * idea, docs/tripwires.md what a user may write. */
#ifndef ENGINE_SIGMA_SIGMA_H
#define ENGINE_SIGMA_SIGMA_H

#include "base/ctx.h"
#include "base/text.h"

/* ---- rules ----------------------------------------------------------------------------------- */

struct sigma_set;
struct yaml;

/* Why a document was refused. The texts live as long as the set. */
struct sigma_error {
    struct str file, reason;
    unsigned line;
};

/* Values for one %placeholder% of the `expand` modifier. */
struct sigma_placeholder {
    struct str name;
    size_t count;
    const struct str *values;
};

struct sigma_options {
    size_t placeholder_count;
    const struct sigma_placeholder *placeholders;
    bool relax; /* beside each rule, copies that ask for one thing less: for the nearest miss */
};

/* Placeholders from YAML: a map of names, each with a value or a list of values. INVALID with
 * "LINE: reason". Everything lives in the arena of c. */
rc sigma_placeholders_read(struct ctx *c, struct str text, struct sigma_options *ret);

/* What a rule wants done, as data: a name and parameters. */
struct sigma_action {
    struct str name;
    size_t count;
    const struct str *keys, *values;
};

/* Events that must make the rule fire, or must leave it silent: each a JSON object. */
struct sigma_trial {
    bool fires;
    size_t count;
    const struct str *events;
};

/* What a copy of a rule does without, in a set that was opened with `relax`. */
enum sigma_without {
    SIGMA_WHOLE, /* it is no copy */
    SIGMA_WITH_LESS,
    SIGMA_WITHOUT_STATE,
    SIGMA_WITHOUT_NEAR,
    SIGMA_WITHOUT_BETWEEN,
    SIGMA_WITHOUT_ABSENT,
    SIGMA_WITHOUT_ORDER,
    SIGMA_WITH_MORE_TIME,
    SIGMA_WITHOUT_GROUP,
    SIGMA_WITHOUT_PART,
};
struct sigma_relaxed {
    enum sigma_without what;
    uint32_t rule;        /* the number of the rule that it is a copy of */
    struct str name;      /* of the state, the fields, or the rule that is left out */
    double wanted, given; /* counts, metres or seconds: as the rule has it, as the copy does */
};

struct sigma_rule {
    struct str id, name, title, level, status, file;
    struct str label; /* the id, or else the name, or else the title */
    struct str purpose, source;
    unsigned line;
    bool correlation;
    bool output; /* gives hits of its own: false when only a correlation uses it */
    size_t action_count, trial_count;
    const struct sigma_action *actions;
    const struct sigma_trial *trials;
    int64_t span_us; /* so far back it looks from the event that completes it; 0 of a detection */
    size_t state_count;
    const struct str *states; /* names of what it asks of the picture */
    struct sigma_relaxed relaxed;
};

/* A set without rules. `options` may be NULL; what it points to outlives the set. */
rc sigma_set_open(struct ctx *c, const struct sigma_options *options, struct sigma_set **ret);
void sigma_set_close(struct sigma_set *set);

/* Read the documents of a file. A document that is refused is listed as an error, and the others
 * are kept; the call itself fails only when memory is out. */
rc sigma_set_add(struct ctx *c, struct sigma_set *set, struct str file, struct str text);

/* Join the rules to the correlations and filters that name them, and build the index. A document
 * that names what is not there is dropped and listed. No rule can be added afterwards. */
rc sigma_set_seal(struct ctx *c, struct sigma_set *set);

size_t sigma_set_errors(const struct sigma_set *set, const struct sigma_error **ret);
size_t sigma_set_count(const struct sigma_set *set);
const struct sigma_rule *sigma_set_rule(const struct sigma_set *set, size_t number);

/* Can the rule still come true, when only some events can come? `has` says whether there is any
 * event of this log source (a part is absent when any will do) with this field (absent: with any at
 * all). If not, *ret_why says what is missing. The set must be sealed. */
typedef bool sigma_has(void *arg, struct str product, struct str category, struct str service,
                       struct str field);
rc sigma_set_reach(struct ctx *c, const struct sigma_set *set, size_t number, sigma_has *has,
                   void *arg, bool *ret, struct str *ret_why);

/* ---- events ---------------------------------------------------------------------------------- */

enum sigma_kind { SIGMA_NULL, SIGMA_BOOL, SIGMA_NUMBER, SIGMA_TEXT, SIGMA_OBJECT };

/* One value of a field; a list is several of the same field. Text is UTF-8; a number is its digits,
 * a bool "true" or "false"; null and object have none. */
struct sigma_value {
    uint32_t field; /* 0: a field that no rule names; only keywords see it */
    enum sigma_kind kind;
    struct str text;
};

struct sigma_event {
    struct str id;
    bool id_is_number;
    struct wall time;
    uint32_t product, category, service; /* numbers of names, 0 when no rule names it */
    size_t count;
    const struct sigma_value *values;
    struct str picture; /* JSON, for state tests without a callback; absent otherwise */
};

/* The number by which events name a field, or a log source's product, category or service. 0: no
 * rule of the set uses it. The set must be sealed. */
uint32_t sigma_field(const struct sigma_set *set, struct str name);
uint32_t sigma_source(const struct sigma_set *set, struct str name);

/* Decode one JSON object. Values live in the arena of c, or in `line`. MALFORMED, INVALID. */
rc sigma_event_read(struct ctx *c, const struct sigma_set *set, struct str line,
                    struct sigma_event *ret);

/* ---- matching -------------------------------------------------------------------------------- */

/* Room for matching; belongs to one thread. */
struct sigma_matcher;
rc sigma_matcher_open(struct ctx *c, const struct sigma_set *set, struct sigma_matcher **ret);
void sigma_matcher_close(struct sigma_matcher *matcher);

/* The numbers of the detections that match, ascending; valid until the next call. */
rc sigma_match(struct ctx *c, struct sigma_matcher *matcher, const struct sigma_event *event,
               const uint32_t **ret_rules, size_t *ret_count);

/* ---- correlation ----------------------------------------------------------------------------- */

struct sigma_group {
    struct str name, value;
    enum sigma_kind kind;
};

enum sigma_truth { SIGMA_FALSE, SIGMA_TRUE, SIGMA_UNKNOWN };

/* What a rule asked of the picture before it fired, and what it was told. Not known counts as
 * fulfilled, and the hit says so. */
struct sigma_asked {
    struct str name, thing; /* thing: empty when it is the mission as a whole */
    enum sigma_truth truth;
    bool numeric;
    double number; /* where it is numeric and known */
};

struct sigma_hit {
    uint32_t rule;
    struct wall time; /* of the event that completed it; of an absence, the end of the wait */
    bool late;        /* found by an event that came behind newer ones: not to be paged as live */
    size_t event_count, group_count;
    const struct str *events;
    const struct sigma_group *group;
    size_t asked_count;
    const struct sigma_asked *asked;
};

struct sigma_engine_options {
    int64_t lateness_us; /* how far behind the newest an event may be and still join windows */
    int64_t grace_us;    /* how far behind it may be without its hits being marked late */
    size_t bytes_max;    /* of all windows; 0: 1 GiB. Above it, no key is new */
    unsigned time_every; /* see sigma_rule_cost; 0: 1,024 */
    void *arg;
    void (*hit)(void *arg, const struct sigma_hit *hit);
    /* State of the picture: is `name` true of `thing` (or its number in *ret_number for a numeric
     * test)? NULL: the event's own picture is asked. */
    enum sigma_truth (*state)(void *arg, struct str name, struct str thing, double *ret_number);
};

struct sigma_counters {
    uint64_t events, matches, hits, late, too_late, keys, keys_refused, keys_evicted,
        events_dropped;
    uint64_t untimed;        /* events without a time: in no window */
    uint64_t regex_given_up; /* regular expressions that ran into their limits: no match */
    uint64_t bytes;          /* of windows, keys and records */
};

struct sigma_engine;
rc sigma_engine_open(struct ctx *c, const struct sigma_set *set,
                     const struct sigma_engine_options *options, struct sigma_engine **ret);
void sigma_engine_close(struct sigma_engine *engine);

/* One event: hits are told before the call returns. */
rc sigma_feed(struct ctx *c, struct sigma_engine *engine, const struct sigma_event *event);

/* It is now `now`: what waited for that moment is decided. */
rc sigma_advance(struct ctx *c, struct sigma_engine *engine, struct wall now);

/* The moment at which the next thing that waits is decided: an absence, or the end of a window.
 * INT64_MAX when nothing waits. */
struct wall sigma_next_due(const struct sigma_engine *engine);

struct sigma_counters sigma_count(const struct sigma_engine *engine);

/* What a rule has done and cost, for the profiler. A detection looks at the events that have a text
 * it is filed under, a correlation at what the rules it names have found. The time is measured on
 * one call in `time_every` of sigma_feed and sigma_advance, by the monotonic clock of the context
 * that the engine was opened with (none: 0), and multiplied: an estimate, good once some thousands
 * of events have been looked at. It is that of holding the event against the rule and of its
 * windows, without what the callback does with a hit. That the clock has only microseconds does not
 * matter: a piece of 0.1 of one is caught by every tenth measurement, as one. */
struct sigma_cost {
    uint64_t looked, matches, hits;
    uint64_t us;
};
struct sigma_cost sigma_rule_cost(const struct sigma_engine *engine, uint32_t rule);

/* The windows as bytes (versioned, with a checksum), and back into an engine that is still empty.
 * The windows of a correlation that is gone or was changed are left out; CORRUPT when the bytes are
 * not whole. */
rc sigma_save(struct ctx *c, const struct sigma_engine *engine, struct str *ret);
rc sigma_load(struct ctx *c, struct sigma_engine *engine, struct str bytes);

/* Run a trial of a rule through an engine of its own, and say whether the rule came true. Beside
 * the reserved keys, an event of a trial may have `_after` (a time span since the event before it)
 * and `_rule` (the rule whose log source it has; of a detection, its own). */
rc sigma_try(struct ctx *c, const struct sigma_set *set, uint32_t rule,
             const struct sigma_trial *trial, bool *ret_fired);

/* ---- explaining ------------------------------------------------------------------------------ */

/* Why a detection matches the event or what is missing, as lines of text. */
rc sigma_explain(struct ctx *c, const struct sigma_set *set, size_t rule,
                 const struct sigma_event *event, struct text *out);

/* The same as JSON: {"fires","held","parts","lines":[{"depth","held","kind","line","name","wanted",
 * "found":[…]}]}. A line is a part of the log source (source), a test (item), or what joins those
 * that follow one step deeper (all, one, not). */
rc sigma_explain_json(struct ctx *c, const struct sigma_set *set, size_t rule,
                      const struct sigma_event *event, struct text *out);

/* How near an event comes to a detection: is it of its log source, and how many parts of its
 * condition hold? */
struct sigma_nearness {
    bool source;
    size_t held, parts;
};
rc sigma_measure(struct ctx *c, struct sigma_matcher *matcher, size_t count, const uint32_t *rules,
                 const struct sigma_event *event, struct sigma_nearness *ret);

#endif
