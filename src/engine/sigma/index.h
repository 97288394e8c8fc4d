/* Which rules can match an event at all: each detection is filed under texts of which its event
 * must have at least one (a whole value, or a few bytes inside one), so that ten thousand rules
 * cost little more than the few whose text is there. */
#ifndef ENGINE_SIGMA_INDEX_H
#define ENGINE_SIGMA_INDEX_H

#include "engine/sigma/rule.h"

enum { GRAM_MAX = 4 };

/* What a field is filed under in a shelf, by the low bits of its number: a quick "nothing". */
enum {
    FILED_IS = 1 << 0,
    FILED_PRESENT = 1 << 1,
    FILED_GRAM = 1 << 2, /* shifted by length - 1 */
    FILED_GRAMS = 15 << 2,
    FILED_ALSO = 1 << 6, /* whole values that are asked for beside the text a rule is filed under */
};

/* `also`: bits of whole values, one of which the event must have too; all ones: nothing is known.
 */
struct link {
    uint32_t rule, next; /* 0 ends; links count from 1 */
    uint64_t also;
};

/* The bit of a whole value. */
static inline uint64_t index_bit(uint64_t key)
{
    return (uint64_t)1 << (key >> 58);
}

/* The detections of one log source. */
struct shelf {
    struct logsource source;
    uint8_t filed[256];
    uint8_t keyword; /* grams sought in any value */
    uint64_t *keys;  /* open addressing; 0 is free */
    uint32_t *heads;
    uint32_t mask;
    uint64_t *bloom; /* of gram keys */
    uint32_t bloom_mask;
    uint64_t also; /* of all its links together */
    uint32_t always_count;
    const uint32_t *always;
    const struct link *links;
};

struct index {
    size_t shelf_count;
    struct shelf *shelves;
    uint32_t *by_source; /* shelf number + 1, open addressing */
    uint32_t source_mask;
};

rc index_build(struct ctx *c, struct sigma_set *set);

/* The shelf of exactly this source, or NULL. */
const struct shelf *index_shelf(const struct index *index, struct logsource source);

static inline uint64_t index_mix(uint64_t key)
{
    key *= 0x9e3779b97f4a7c15u;
    key ^= key >> 32;
    key *= 0xd6e8feb86659fd93u;
    return (key ^ key >> 29) | 1;
}

static inline uint64_t index_gram_key(uint32_t field, unsigned len, uint32_t gram)
{
    return index_mix((uint64_t)field << 35 | (uint64_t)len << 32 | gram);
}

/* The first `len` bytes as a number. */
static inline uint32_t index_gram(const char *bytes, unsigned len)
{
    uint32_t gram = 0;
    memcpy(&gram, bytes, len);
    return gram;
}

uint64_t index_text_key(uint32_t field, struct str folded);

static inline uint64_t index_present_key(uint32_t field)
{
    return index_mix((uint64_t)field << 35 | (uint64_t)7 << 32);
}

/* The head of the links filed under a key, 0 when there is none. */
static inline uint32_t index_find(const struct shelf *shelf, uint64_t key)
{
    for (uint32_t at = (uint32_t)key & shelf->mask; shelf->keys[at]; at = (at + 1) & shelf->mask)
        if (shelf->keys[at] == key)
            return shelf->heads[at];
    return 0;
}

#endif
