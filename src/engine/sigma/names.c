#include "engine/sigma/names.h"

static uint64_t names_hash(struct str text)
{
    uint64_t hash = str_hash(text);
    return hash ^ hash >> 29;
}

uint32_t names_find(const struct names *names, struct str text)
{
    if (!names->room)
        return 0;
    uint32_t mask = 2 * names->room - 1;
    for (uint32_t at = (uint32_t)names_hash(text) & mask; names->slots[at]; at = (at + 1) & mask)
        if (str_eq(names->texts[names->slots[at] - 1], text))
            return names->slots[at];
    return 0;
}

static void put_slot(struct names *names, uint32_t number)
{
    uint32_t mask = 2 * names->room - 1;
    uint32_t at = (uint32_t)names_hash(names->texts[number - 1]) & mask;
    while (names->slots[at])
        at = (at + 1) & mask;
    names->slots[at] = number;
}

/* Twice the room; the old tables stay in the arena. */
static rc grow(struct ctx *c, struct names *names)
{
    struct names wider = {.count = names->count, .room = names->room ? 2 * names->room : 64};
    NEW(c, wider.slots, 2 * (size_t)wider.room);
    NEW(c, wider.texts, wider.room);
    for (uint32_t i = 0; i < names->count; i++) {
        wider.texts[i] = names->texts[i];
        put_slot(&wider, i + 1);
    }
    *names = wider;
    return OK;
}

rc names_put(struct ctx *c, struct names *names, struct str text, uint32_t *ret)
{
    uint32_t number = names_find(names, text);
    if (!number) {
        struct str copy;
        if (names->count == names->room)
            TRY(grow(c, names));
        TRY(str_copy(c, text, &copy));
        names->texts[names->count++] = copy;
        number = names->count;
        put_slot(names, number);
    }
    *ret = number;
    return OK;
}
