/* A small module that the tests of core share: gates with every flag a field can have, keepers
 * whose data is sealed, a vault, a bell that rings by itself, and a fold that fails on demand. */
#ifndef SUPPORT_SAMPLE_H
#define SUPPORT_SAMPLE_H

#include "core/module.h"
#include "support/scene.h"

#define GATE_LOCK_FIELDS(F, T)                                         \
    F(T, text, line, maker, REQUIRED | SEARCHED, 1, 40, "who made it") \
    F(T, text, line, pin, SECRET, 1, 40, "what opens it")              \
    F(T, ref, keeper, holder, 0, 0, 0, "who has the key of it")
SHAPE_DECLARE(gate_lock, GATE_LOCK_FIELDS);

#define GATE_FIELDS(F, T)                                                         \
    RECORD_FIELDS(F, T)                                                           \
    F(T, text, line, name, REQUIRED | TITLE | UNIQUE, 1, 80, "what it is called") \
    F(T, text, slug, street, INDEXED, 1, 20, "where it is")                       \
    F(T, text, line, code, SECRET, 1, 40, "what opens it")                        \
    F(T, text, line, state, SYSTEM, 0, 20, "as Chancery knows it")                \
    F(T, ref, gate, within, INDEXED, 0, 0, "the gate before it")                  \
    F(T, refs, keeper, keepers, 0, 0, 5, "who looks after it")                    \
    F(T, opt_i64, _, height_cm, INDEXED, 0, 0, "how high")                        \
    F(T, i64, _, rank, 0, 0, 0, "an order")                                       \
    F(T, time, _, since, INDEXED, 0, 0, "since when")                             \
    F(T, flag, _, manned, 0, 0, 0, "is somebody there")                           \
    F(T, text, block, note, SEARCHED, 0, 2000, "anything")                        \
    F(T, texts, line, tags, SEARCHED, 0, 5, "words for it")                       \
    F(T, money, _, cost, 0, 0, 0, "what it cost")                                 \
    F(T, record, gate_lock, lock, 0, 0, 0, "its lock")                            \
    F(T, list, gate_lock, spares, 0, 0, 3, "other locks")                         \
    F(T, place, _, at, 0, 0, 0, "where it stands")
SHAPE_DECLARE(gate, GATE_FIELDS);

#define KEEPER_FIELDS(F, T) \
    RECORD_FIELDS(F, T)     \
    F(T, text, line, name, REQUIRED | TITLE | PERSONAL, 1, 80, "name")
SHAPE_DECLARE(keeper, KEEPER_FIELDS);

#define SHIFT_FIELDS(F, T)                                       \
    RECORD_FIELDS(F, T)                                          \
    F(T, ref, keeper, keeper, REQUIRED | INDEXED, 0, 0, "whose") \
    F(T, text, block, remark, PERSONAL, 0, 500, "what was said of it")
SHAPE_DECLARE(shift, SHIFT_FIELDS);

#define PASS_FIELDS(F, T)                                            \
    F(T, id, _, id, REQUIRED, 0, 0, "whose")                         \
    F(T, text, line, hash, REQUIRED | SECRET, 1, 100, "of the pass") \
    F(T, text, line, colour, INDEXED, 0, 20, "of its cover")
SHAPE_DECLARE(pass, PASS_FIELDS);

/* How often a bell has rung: a table that is no record. */
#define BELL_FIELDS(F, T)                        \
    F(T, id, _, id, REQUIRED, 0, 0, "which one") \
    F(T, i64, _, times, 0, 0, 0, "how often")
SHAPE_DECLARE(bell, BELL_FIELDS);

/* "bell.rung": in its first version it rang once. */
#define BELL_RUNG_V1_FIELDS(F, T) F(T, id, _, bell, REQUIRED, 0, 0, "which one")
SHAPE_DECLARE(bell_rung_v1, BELL_RUNG_V1_FIELDS);
#define BELL_RUNG_FIELDS(F, T)                     \
    F(T, id, _, bell, REQUIRED, 0, 0, "which one") \
    F(T, i64, _, times, 0, 0, 1000, "how often; after each it rings once less")
SHAPE_DECLARE(bell_rung, BELL_RUNG_FIELDS);
#define BELL_RING_FIELDS(F, T)                         \
    F(T, label, _, label, REQUIRED, 0, 0, "who hears") \
    F(T, i64, _, times, 0, 0, 1000, "how often")
SHAPE_DECLARE(bell_ring, BELL_RING_FIELDS);

enum { BELL_UNLUCKY = 13 }; /* so often, and what follows from it fails */

/* "gate.open": it will shut by itself, for a reason; "never" is refused, "jam" cannot be folded. */
#define GATE_OPEN_FIELDS(F, T)                            \
    F(T, label, _, label, REQUIRED, 0, 0, "who may know") \
    F(T, time, _, until, REQUIRED, 0, 0, "when it shuts") \
    F(T, text, line, why, REQUIRED, 1, 40, "why it shuts")
SHAPE_DECLARE(gate_open, GATE_OPEN_FIELDS);
#define GATE_SHUT_FIELDS(F, T) F(T, text, line, why, REQUIRED, 1, 60000, "why it shuts")
SHAPE_DECLARE(gate_shut, GATE_SHUT_FIELDS);

extern const struct module sample_module;

/* core's module and the sample's. */
extern const struct module *const sample_modules[2];

/* May do everything and read up to TLP:RED/crisis; up to TLP:GREEN; nothing. */
extern const struct actor sample_officer, sample_clerk, sample_nobody;

#define GATE(id, name, more) \
    "{\"id\":\"" id "\",\"label\":\"TLP:GREEN\",\"name\":\"" name "\"" more "}"
#define RING(times) "{\"label\":\"TLP:AMBER\",\"times\":" times "}"
#define OPEN(until, why) \
    "{\"label\":\"TLP:AMBER\",\"until\":\"2026-11-22T" until "Z\",\"why\":\"" why "\"}"

/* Keeps what subscribers are told. */
struct sample_told {
    size_t count;
    int64_t seqs[4096];
    char kinds[4096][32];
};
subscriber_fn sample_listen;

/* The event of this seq, as the ledger has it. */
struct ledger_event sample_event(struct scene *s, int64_t seq);

/* How many events of the ledger are of this kind. */
int64_t sample_count(struct scene *s, const char *kind);

#endif
