#include "engine/sigma/index.h"

#include "engine/sigma/fold.h"

enum { LITERALS_MAX = 4096, POPULAR_SIZE = 1 << 16 };

/* A text that must be there, or the presence of a field. */
struct literal {
    uint64_t key;
    uint32_t field;
    uint8_t filed; /* FILED_… */
};

struct guard {
    bool usable; /* else the rule must always be tried */
    uint64_t cost;
    size_t count;
    struct literal *list;
    size_t also_count; /* whole values, one of which must be there beside one of the list */
    const struct literal *also;
};

struct building {
    struct ctx *c;
    struct sigma_set *set;
    uint16_t *popular; /* how often each key was seen, by its hash */
};

uint64_t index_text_key(uint32_t field, struct str folded)
{
    uint64_t hash = 0xcbf29ce484222325u ^ (uint64_t)field * 0x9e3779b97f4a7c15u;
    size_t i = 0;
    for (; i + 8 <= folded.len; i += 8) {
        uint64_t word;
        memcpy(&word, folded.ptr + i, 8);
        hash = (hash ^ word) * 0xd6e8feb86659fd93u;
        hash ^= hash >> 32;
    }
    uint64_t tail = 0;
    for (; i < folded.len; i++)
        tail = tail << 8 | (unsigned char)folded.ptr[i];
    return index_mix((hash ^ tail) + folded.len);
}

static uint16_t *popularity(const struct building *b, uint64_t key)
{
    return &b->popular[key >> 20 & (POPULAR_SIZE - 1)];
}

static uint64_t cost_of(const struct building *b, uint64_t key, unsigned base)
{
    return base + 4u * (uint64_t)*popularity(b, key);
}

/* ---- literals of an atom --------------------------------------------------------------------- */

static rc put_literal(struct building *b, struct guard *guard, struct literal literal,
                      uint64_t cost)
{
    if ((guard->count & (guard->count - 1)) == 0) {
        struct literal *wider;
        NEW(b->c, wider, guard->count ? 2 * guard->count : 1);
        for (size_t i = 0; i < guard->count; i++)
            wider[i] = guard->list[i];
        guard->list = wider;
    }
    guard->list[guard->count++] = literal;
    guard->cost += cost;
    guard->usable = guard->usable && guard->count <= LITERALS_MAX;
    return OK;
}

static rc put_present(struct building *b, uint32_t field, struct guard *guard)
{
    uint64_t key = index_present_key(field);
    if (field == FIELD_KEYWORD) {
        guard->usable = false;
        return OK;
    }
    return put_literal(b, guard, (struct literal){key, field, FILED_PRESENT},
                       cost_of(b, key, 2000));
}

static rc fold_copy(struct building *b, struct str s, struct str *ret)
{
    char *bytes;
    NEW(b->c, bytes, s.len + 1);
    fold_text(s, bytes);
    *ret = (struct str){bytes, s.len};
    return OK;
}

/* File a text that stands inside the value under its rarest gram. */
static rc put_gram(struct building *b, uint32_t field, struct str text, struct guard *guard)
{
    unsigned len = text.len < GRAM_MAX ? (unsigned)text.len : GRAM_MAX;
    uint64_t best = 0, best_cost = UINT64_MAX;
    for (size_t i = 0; i + len <= text.len; i++) {
        uint64_t key = index_gram_key(field, len, index_gram(text.ptr + i, len));
        uint64_t cost = cost_of(b, key, 4 + 200 * (GRAM_MAX - len));
        if (cost < best_cost) {
            best = key;
            best_cost = cost;
        }
    }
    return put_literal(b, guard, (struct literal){best, field, (uint8_t)(FILED_GRAM << (len - 1))},
                       best_cost);
}

static rc guard_text(struct building *b, uint32_t field, const struct pattern *p,
                     struct guard *guard)
{
    struct str folded;
    if (p->kind == PATTERN_IS && field != FIELD_KEYWORD) {
        TRY(fold_copy(b, p->text, &folded));
        uint64_t key = index_text_key(field, folded);
        return put_literal(b, guard, (struct literal){key, field, FILED_IS}, cost_of(b, key, 1));
    }
    TRY(fold_copy(b, pattern_literal(b->c, p), &folded));
    if (folded.len == 0)
        return put_present(b, field, guard);
    return put_gram(b, field, folded, guard);
}

static rc guard_atom(struct building *b, uint32_t field, const struct atom *atom,
                     struct guard *guard)
{
    switch (atom->kind) {
    case ATOM_PATTERN:
        return guard_text(b, field, &atom->pattern, guard);
    case ATOM_NUMBER:
        if (atom->number > -9e15 && atom->number < 9e15 &&
            atom->number == (double)(int64_t)atom->number)
            return guard_text(b, field, &atom->pattern, guard);
        return put_present(b, field, guard);
    case ATOM_EXISTS:
        if (atom->flag)
            return put_present(b, field, guard);
        guard->usable = false;
        return OK;
    case ATOM_NULL:
        guard->usable = false;
        return OK;
    case ATOM_COMPARE:
    case ATOM_CIDR:
    case ATOM_REGEX:
    case ATOM_FIELD:
        return put_present(b, field, guard);
    case ATOM_NEVER:
        return OK;
    }
    return OK;
}

/* ---- guards of an expression ----------------------------------------------------------------- */

static rc guard_expr(struct building *b, const struct expr *expr, struct guard *ret);

static rc guard_item(struct building *b, const struct item *item, struct guard *ret)
{
    struct guard guard = {.usable = !item->negate};
    for (size_t i = 0; i < item->count && guard.usable; i++)
        TRY(guard_atom(b, item->field, &item->atoms[i], &guard));
    *ret = guard;
    return OK;
}

static bool is_whole_values(const struct guard *guard)
{
    for (size_t i = 0; i < guard->count; i++)
        if (guard->list[i].filed != FILED_IS || guard->list[i].field == FIELD_KEYWORD)
            return false;
    return guard->usable && guard->count > 0;
}

/* The cheapest of what must all be true; and beside it, another that is made of whole values. */
static rc guard_and(struct building *b, const struct expr *expr, struct guard *ret)
{
    struct guard best = {0}, guard, loser = {0};
    for (size_t i = 0; i < expr->count; i++) {
        TRY(guard_expr(b, expr->kids[i], &guard));
        bool wins = guard.usable && (!best.usable || guard.cost < best.cost);
        struct guard lost = wins ? best : guard;
        if (is_whole_values(&lost) && (!loser.usable || lost.cost < loser.cost))
            loser = lost;
        if (wins)
            best = guard;
    }
    if (loser.usable && !best.also) {
        best.also = loser.list;
        best.also_count = loser.count;
    }
    *ret = best;
    return OK;
}

/* All of what may be true. */
static rc guard_or(struct building *b, const struct expr *expr, struct guard *ret)
{
    struct guard all = {.usable = true}, guard;
    for (size_t i = 0; i < expr->count && all.usable; i++) {
        TRY(guard_expr(b, expr->kids[i], &guard));
        all.usable = guard.usable;
        all.cost += guard.cost;
        uint64_t cost = all.cost;
        for (size_t k = 0; k < guard.count && all.usable; k++)
            TRY(put_literal(b, &all, guard.list[k], 0));
        all.cost = cost;
    }
    *ret = all;
    return OK;
}

static rc guard_expr(struct building *b, const struct expr *expr, struct guard *ret)
{
    switch (expr->kind) {
    case EXPR_AND:
        return guard_and(b, expr, ret);
    case EXPR_OR:
        return guard_or(b, expr, ret);
    case EXPR_ITEM:
        return guard_item(b, expr->item, ret);
    case EXPR_NOT:
        *ret = (struct guard){0};
        return OK;
    }
    return OK;
}

/* ---- counting -------------------------------------------------------------------------------- */

static void count_key(struct building *b, uint64_t key)
{
    uint16_t *seen = popularity(b, key);
    *seen = (uint16_t)(*seen + (*seen < UINT16_MAX));
}

static rc count_atom(struct building *b, uint32_t field, const struct atom *atom)
{
    struct str folded;
    if (atom->kind != ATOM_PATTERN && atom->kind != ATOM_NUMBER)
        return OK;
    TRY(fold_copy(b, pattern_literal(b->c, &atom->pattern), &folded));
    if (atom->pattern.kind == PATTERN_IS) {
        count_key(b, index_text_key(field, folded));
        return OK;
    }
    unsigned len = folded.len < GRAM_MAX ? (unsigned)folded.len : GRAM_MAX;
    for (size_t i = 0; len && i + len <= folded.len; i++)
        count_key(b, index_gram_key(field, len, index_gram(folded.ptr + i, len)));
    return OK;
}

static rc count_expr(struct building *b, const struct expr *expr)
{
    if (expr->kind == EXPR_ITEM) {
        for (size_t i = 0; i < expr->item->count; i++)
            TRY(count_atom(b, expr->item->field, &expr->item->atoms[i]));
        return OK;
    }
    for (size_t i = 0; i < expr->count && expr->kind != EXPR_NOT; i++)
        TRY(count_expr(b, expr->kids[i]));
    return OK;
}

/* ---- shelves --------------------------------------------------------------------------------- */

static uint64_t source_key(struct logsource s)
{
    return index_mix((uint64_t)s.product << 42 ^ (uint64_t)s.category << 21 ^ s.service);
}

static bool same_source(struct logsource a, struct logsource b)
{
    return a.product == b.product && a.category == b.category && a.service == b.service;
}

static uint32_t *source_slot(const struct index *index, struct logsource source)
{
    uint32_t at = (uint32_t)source_key(source) & index->source_mask;
    while (index->by_source[at] &&
           !same_source(index->shelves[index->by_source[at] - 1].source, source))
        at = (at + 1) & index->source_mask;
    return &index->by_source[at];
}

const struct shelf *index_shelf(const struct index *index, struct logsource source)
{
    uint32_t slot = *source_slot(index, source);
    return slot ? &index->shelves[slot - 1] : NULL;
}

/* The rules of one shelf while it is built. */
struct filing {
    size_t count, literals;
    uint32_t *rules;
    struct guard *guards;
};

static uint32_t power_of_two(size_t least)
{
    uint32_t size = 16;
    while (size < least)
        size *= 2;
    return size;
}

static void file_literal(struct shelf *shelf, const struct literal *l, struct link link,
                         struct link *links, uint32_t *link_count)
{
    uint32_t at = (uint32_t)l->key & shelf->mask;
    while (shelf->keys[at] && shelf->keys[at] != l->key)
        at = (at + 1) & shelf->mask;
    if (shelf->keys[at] && links[shelf->heads[at]].rule == link.rule)
        return;
    shelf->keys[at] = l->key;
    link.next = shelf->heads[at];
    links[++*link_count] = link;
    shelf->heads[at] = *link_count;
    if (l->field == FIELD_KEYWORD)
        shelf->keyword |= l->filed;
    else
        shelf->filed[l->field & 255] |= l->filed;
    uint32_t bit = (uint32_t)(l->key >> 32) & shelf->bloom_mask;
    shelf->bloom[bit / 64] |= (uint64_t)1 << bit % 64;
}

static rc fill_shelf(struct building *b, struct shelf *shelf, const struct filing *filing)
{
    struct link *links;
    uint32_t link_count = 0, *always, size = power_of_two(2 * filing->literals + 1);
    NEW(b->c, links, filing->literals + 1);
    NEW(b->c, always, filing->count + 1);
    NEW(b->c, shelf->keys, size);
    NEW(b->c, shelf->heads, size);
    shelf->mask = size - 1;
    shelf->bloom_mask = 16 * size - 1;
    NEW(b->c, shelf->bloom, size / 4);
    for (size_t i = 0; i < filing->count; i++) {
        const struct guard *guard = &filing->guards[i];
        if (!guard->usable)
            always[shelf->always_count++] = filing->rules[i];
        struct link link = {.rule = filing->rules[i], .also = guard->also_count ? 0 : UINT64_MAX};
        for (size_t k = 0; k < guard->also_count; k++) {
            link.also |= index_bit(guard->also[k].key);
            shelf->filed[guard->also[k].field & 255] |= FILED_ALSO;
        }
        shelf->also |= guard->usable ? link.also : 0;
        for (size_t k = 0; k < guard->count && guard->usable; k++)
            file_literal(shelf, &guard->list[k], link, links, &link_count);
    }
    shelf->always = always;
    shelf->links = links;
    return OK;
}

static rc open_shelves(struct building *b, struct index *index, struct filing **ret)
{
    struct sigma_set *set = b->set;
    size_t room = set->rule_count + 1;
    struct filing *filings;
    uint32_t size = power_of_two(2 * room);
    NEW(b->c, index->shelves, room);
    NEW(b->c, index->by_source, size);
    NEW(b->c, filings, room);
    index->source_mask = size - 1;
    for (uint32_t i = 0; i < set->rule_count; i++) {
        const struct rule *rule = set->rules[i];
        if (rule->corr)
            continue;
        uint32_t *slot = source_slot(index, rule->logsource);
        if (!*slot) {
            index->shelves[index->shelf_count].source = rule->logsource;
            *slot = (uint32_t)++index->shelf_count;
        }
        filings[*slot - 1].count++;
    }
    for (size_t s = 0; s < index->shelf_count; s++) {
        NEW(b->c, filings[s].rules, filings[s].count);
        NEW(b->c, filings[s].guards, filings[s].count);
        filings[s].count = 0;
    }
    *ret = filings;
    return OK;
}

rc index_build(struct ctx *c, struct sigma_set *set)
{
    struct building b = {.c = c, .set = set};
    struct index *index;
    struct filing *filings;
    NEW(c, index, 1);
    NEW(c, b.popular, POPULAR_SIZE);
    TRY(open_shelves(&b, index, &filings));
    for (uint32_t i = 0; i < set->rule_count; i++)
        if (!set->rules[i]->corr)
            TRY(count_expr(&b, set->rules[i]->expr));
    for (uint32_t i = 0; i < set->rule_count; i++) {
        if (set->rules[i]->corr)
            continue;
        struct filing *filing = &filings[*source_slot(index, set->rules[i]->logsource) - 1];
        struct guard *guard = &filing->guards[filing->count];
        TRY(guard_expr(&b, set->rules[i]->expr, guard));
        filing->rules[filing->count++] = i;
        filing->literals += guard->usable ? guard->count : 0;
    }
    for (size_t s = 0; s < index->shelf_count; s++)
        TRY(fill_shelf(&b, &index->shelves[s], &filings[s]));
    set->index = index;
    return OK;
}
