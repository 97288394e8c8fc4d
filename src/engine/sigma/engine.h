/* The inside of the correlator. A *window* is the list of entries of one key of one correlation, in
 * order of event time; an *entry* points to the *record* of the event, which is kept once. Entries
 * of a correlation that looks at values have theirs in a list behind the entries. */
#ifndef ENGINE_SIGMA_ENGINE_H
#define ENGINE_SIGMA_ENGINE_H

#include "engine/sigma/match.h"
#include "engine/sigma/pool.h"

enum {
    ENTRY_HIT = 1,     /* a hit was told for it, or belongs to one that was */
    ENTRY_DERIVED = 2, /* the correlations above know of it */
    ENTRY_PENDING = 4, /* waits for the end of an absence */
};

enum {
    ID_BYTES_MAX = 255,
    TUPLES_MAX = 16,
    VALUE_BYTES_MAX = 1000,
    DERIVED_MAX = 16000,
    CAPACITY_FREE = 31 /* of a key that is not in use */
};

struct entry {
    int64_t time;
    uint32_t record : 28, flags : 4;
    uint32_t mask; /* rules that the event matched, of temporal types */
};

struct window {
    struct entry *entries;
    uint64_t *values; /* hash, number or place, as the correlation needs; NULL: it needs none */
    uint32_t count;
};

struct key {
    uint32_t hash[3];
    uint32_t entries; /* pool; the capacity is a power of two. Of a free key: the next free one */
    uint32_t group;   /* record of the group's values, kept by correlations that wait */
    uint32_t count : 27, capacity : 5;
};

/* With its place in the index, which is half empty. */
enum { KEY_BYTES = sizeof(struct key) + 2 * sizeof(uint32_t) };

struct table {
    struct key *keys; /* from 1 */
    uint32_t room, top, live, free;
    uint32_t *slots;
    uint32_t mask, hand;
    size_t bytes; /* of its keys, their entries and what waits for them */
    uint64_t refused, evicted;
};

/* What is kept of an event: its id, and the values that correlations above need. Of a hit below:
 * the records that made it. Of a group: its values. */
enum record_kind { RECORD_EVENT, RECORD_DERIVED, RECORD_GROUP };
struct record {
    uint32_t refs;
    uint16_t size; /* of bytes */
    uint8_t id_len, kind;
    unsigned char bytes[];
};

struct deadline {
    int64_t at, time; /* time: of the entry that waits; INT64_MIN: the window's end */
    uint32_t corr, hash[3];
};

/* The values by which an occurrence is grouped. */
struct tuple {
    struct str values[GROUP_MAX];
    uint8_t kinds[GROUP_MAX]; /* enum sigma_kind */
};

/* A rule happened: an event matched a detection, or a correlation came true. */
struct occurrence {
    uint32_t corr; /* that it is for */
    uint32_t ref;  /* as which of its rules */
    uint32_t record;
    int64_t time;
    bool edge;       /* false: a correlation that stays true */
    bool live_event; /* the fields are those of the event in the matcher */
    uint32_t below;  /* corr it comes from, with the values of its group */
    struct tuple tuple;
};

struct sigma_engine {
    const struct sigma_set *set;
    struct sigma_engine_options options;
    struct sigma_matcher *matcher;
    struct pool pool;
    struct table *tables;       /* by corr */
    uint32_t greediest;         /* of them: has the most bytes, as far as is known */
    struct deadline *deadlines; /* a heap, the earliest first */
    size_t deadline_count, deadline_room;
    size_t deadlines_awaited; /* when it was last looked */
    struct occurrence *queue;
    size_t queue_count, queue_room;
    int64_t watermark;
    bool started, late_now; /* the present event came behind newer ones */
    char *picture;
    size_t picture_len;
    struct sigma_asked asked[STATES_MAX]; /* what was asked last, and told */
    size_t asked_count;
    struct sigma_counters counters;
    uint64_t *rule_matches, *rule_hits;
    uint64_t calls; /* of feed and advance */
    uint64_t *scratch;
    size_t scratch_room;
    struct arena *arena; /* for one event's hits */
    struct ctx own;
};

/* keys.c: windows by key. */
void group_hash(const struct tuple *tuple, size_t count, uint32_t hash[3]);
uint64_t text_hash(struct str text, uint64_t seed);
void table_close(struct table *table);
void table_put(struct table *table, uint32_t number);
void table_grow(struct sigma_engine *e, uint32_t corr, size_t bytes);
void table_shrink(struct table *table, size_t bytes);
bool table_widen(struct table *table);
uint32_t table_find(const struct table *table, const uint32_t hash[3]);
struct key *key_of(struct sigma_engine *e, uint32_t corr, const uint32_t hash[3], bool *ret_new);
void key_remove(struct sigma_engine *e, uint32_t corr, uint32_t number);
struct entry *key_entries(const struct sigma_engine *e, const struct key *key);
struct window key_window(const struct sigma_engine *e, const struct corr *corr,
                         const struct key *key);
bool key_insert(struct sigma_engine *e, const struct corr *corr, struct key *key,
                const struct entry *entry, uint64_t value, uint32_t *ret_at);
void key_drop(struct sigma_engine *e, const struct corr *corr, struct key *key, uint32_t count);
uint32_t key_from(const struct sigma_engine *e, const struct key *key, int64_t time);
size_t engine_bytes(const struct sigma_engine *e);

/* record.c */
uint32_t record_of_event(struct sigma_engine *e, const struct sigma_event *event);
uint32_t record_of_list(struct sigma_engine *e, const uint32_t *records, size_t count);
uint32_t record_of_group(struct sigma_engine *e, const struct tuple *tuple, size_t count);
struct record *record_at(const struct sigma_engine *e, uint32_t number);
void record_keep(const struct sigma_engine *e, uint32_t number);
void record_give(struct sigma_engine *e, uint32_t number);
bool record_carried(const struct sigma_engine *e, uint32_t number, uint32_t field, struct str *ret);
void record_group(const struct sigma_engine *e, uint32_t number, size_t count, struct tuple *ret);

/* weigh.c: is a correlation's condition true of the entries from..end-1 of a window, as far as they
 * are near the one at `centre`? */
bool weigh(struct sigma_engine *e, const struct corr *corr, const struct window *w, uint32_t from,
           uint32_t end, uint32_t centre);
double metres_between(double lat1, double lon1, double lat2, double lon2);
uint64_t place_pack(double lat, double lon);
/* Marks (true) which of the entries made it. */
void weigh_parts(const struct corr *corr, const struct window *w, uint32_t from, uint32_t end,
                 bool *ret_parts);

/* deadline.c */
rc push_deadline(struct ctx *c, struct sigma_engine *e, const struct deadline *deadline);
struct deadline pop_deadline(struct sigma_engine *e); /* there is one */
void forget_deadlines(struct sigma_engine *e);        /* those that nothing waits for any more */

/* correlate.c */
rc correlate(struct ctx *c, struct sigma_engine *e);
rc push_occurrence(struct ctx *c, struct sigma_engine *e, const struct occurrence *o);
rc run_deadlines(struct ctx *c, struct sigma_engine *e, int64_t before);

/* tell.c: hits. */
bool state_holds(struct sigma_engine *e, const struct rule *rule, const struct corr *corr,
                 const struct tuple *tuple, uint32_t record);
rc tell_single(struct ctx *c, struct sigma_engine *e, uint32_t rule,
               const struct sigma_event *event);
rc tell_window(struct ctx *c, struct sigma_engine *e, const struct corr *corr,
               const struct tuple *tuple, const uint32_t *records, size_t count, int64_t time);
rc gather_records(struct ctx *c, struct sigma_engine *e, const struct entry *entries, uint32_t from,
                  uint32_t end, const bool *parts, const uint32_t **ret, size_t *ret_count);

#endif
