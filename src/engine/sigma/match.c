#include "engine/sigma/match.h"

#include "engine/sigma/fold.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    EVENT_BYTES_MAX = 16 << 20,
    REGEX_STEPS_MAX = 200000,
    REGEX_STEPS_BYTE = 32, /* and so many for each byte of the text: long scripts are matched too */
    REGEX_HEAP_KIB_MAX = 65536,
};

rc sigma_matcher_open(struct ctx *c, const struct sigma_set *set, struct sigma_matcher **ret)
{
    struct sigma_matcher *m = calloc(1, sizeof *m);
    if (!m)
        FAIL(c, NO_MEMORY, "no memory for a matcher");
    m->set = set;
    m->slot_count = (size_t)set->fields.count + 1;
    m->arena = arena_open(EVENT_BYTES_MAX);
    m->slots = calloc(m->slot_count, sizeof *m->slots);
    m->tried = calloc(set->rule_count + 1, sizeof *m->tried);
    m->meters = calloc(set->rule_count + 1, sizeof *m->meters);
    m->found = calloc(set->rule_count + 1, sizeof *m->found);
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    m->regex_limits = limits;
    m->regex_data = pcre2_match_data_create(1, NULL);
    if (!m->arena || !m->slots || !m->tried || !m->meters || !m->found || !limits ||
        !m->regex_data) {
        sigma_matcher_close(m);
        FAIL(c, NO_MEMORY, "no memory for a matcher");
    }
    pcre2_set_depth_limit(limits, UINT32_MAX); /* the heap is what bounds it */
    pcre2_set_heap_limit(limits, REGEX_HEAP_KIB_MAX);
    *ret = m;
    return OK;
}

void sigma_matcher_close(struct sigma_matcher *m)
{
    if (!m)
        return;
    pcre2_match_data_free(m->regex_data);
    pcre2_match_context_free(m->regex_limits);
    arena_close(m->arena);
    free(m->slots);
    free(m->tried);
    free(m->meters);
    free(m->found);
    free(m->cells);
    free(m);
}

rc matcher_load(struct ctx *c, struct sigma_matcher *m, const struct sigma_event *event)
{
    arena_reset(m->arena);
    if (++m->stamp == 0) { /* once in four thousand million events */
        memset(m->slots, 0, m->slot_count * sizeof *m->slots);
        memset(m->tried, 0, m->set->rule_count * sizeof *m->tried);
        m->stamp = 1;
    }
    if (event->count > m->cell_room) {
        size_t room = 2 * event->count;
        struct cell *wider = realloc(m->cells, room * sizeof *wider);
        if (!wider)
            FAIL(c, NO_MEMORY, "no memory for an event");
        m->cells = wider;
        m->cell_room = room;
    }
    m->cell_count = event->count;
    for (size_t i = event->count; i-- > 0;) {
        uint32_t field = event->values[i].field;
        m->cells[i] = (struct cell){.value = &event->values[i]};
        if (field == 0 || field >= m->slot_count)
            continue;
        struct slot *slot = &m->slots[field];
        m->cells[i].next = slot->stamp == m->stamp ? slot->first : 0;
        *slot = (struct slot){m->stamp, (uint32_t)i + 1};
    }
    return OK;
}

struct cell *matcher_first(const struct sigma_matcher *m, uint32_t field)
{
    const struct slot *slot = &m->slots[field];
    return slot->stamp == m->stamp ? &m->cells[slot->first - 1] : NULL;
}

struct cell *matcher_next(const struct sigma_matcher *m, const struct cell *cell)
{
    return cell->next ? &m->cells[cell->next - 1] : NULL;
}

static bool has_text(const struct cell *cell)
{
    return cell->value->kind != SIGMA_NULL && cell->value->kind != SIGMA_OBJECT;
}

/* The value's text without regard to case, made when it is first asked for. */
static struct str folded(struct sigma_matcher *m, struct cell *cell)
{
    if (!cell->folded.ptr) {
        struct str text = cell->value->text;
        char *bytes = arena_take(m->arena, text.len + GRAM_MAX);
        if (!bytes)
            return text; /* an event beyond the limit: matched as it is written */
        fold_text(text, bytes);
        cell->folded = (struct str){bytes, text.len};
    }
    return cell->folded;
}

/* ---- atoms ----------------------------------------------------------------------------------- */

bool compare_numbers(enum compare compare, double a, double b)
{
    switch (compare) {
    case COMPARE_EQ:
        return !(a < b) && !(a > b);
    case COMPARE_LT:
        return a < b;
    case COMPARE_LTE:
        return a <= b;
    case COMPARE_GT:
        return a > b;
    case COMPARE_GTE:
        return a >= b;
    case COMPARE_NEQ:
        return a < b || a > b;
    }
    return false;
}

bool value_number(const struct sigma_value *value, double *ret)
{
    char text[64];
    int64_t ignored;
    struct str digits = value->text;
    if ((value->kind != SIGMA_NUMBER && value->kind != SIGMA_TEXT) || digits.len >= sizeof text)
        return false;
    if (value->kind == SIGMA_TEXT && !str_to_decimal(digits, 0, &ignored))
        return false;
    snprintf(text, sizeof text, "%.*s", STR_ARG(digits));
    *ret = strtod(text, NULL);
    return true;
}

static bool match_compare(const struct atom *atom, const struct sigma_value *value)
{
    double number;
    if (atom->part) {
        if (!date_part(value->text, value->kind == SIGMA_NUMBER, atom->part, &number))
            return false;
    } else if (!value_number(value, &number)) {
        return false;
    }
    return compare_numbers(atom->compare, number, atom->number);
}

static bool match_cidr(const struct atom *atom, struct str text)
{
    char address[INET6_ADDRSTRLEN + 1];
    unsigned char bytes[16];
    if (text.len == 0 || text.len >= sizeof address)
        return false;
    memcpy(address, text.ptr, text.len);
    address[text.len] = 0;
    if (inet_pton(atom->v6 ? AF_INET6 : AF_INET, address, bytes) != 1)
        return false;
    unsigned whole = atom->prefix / 8, rest = atom->prefix % 8;
    if (memcmp(bytes, atom->address, whole) != 0)
        return false;
    return rest == 0 || (bytes[whole] ^ atom->address[whole]) >> (8 - rest) == 0;
}

static bool match_regex(struct sigma_matcher *m, const struct atom *atom, struct str text)
{
    pcre2_set_match_limit(m->regex_limits, REGEX_STEPS_MAX + REGEX_STEPS_BYTE * (uint32_t)text.len);
    int result = pcre2_match(atom->regex, (PCRE2_SPTR)(text.ptr ? text.ptr : ""), text.len, 0,
                             PCRE2_NO_UTF_CHECK, m->regex_data, m->regex_limits);
    if (result < 0 && result != PCRE2_ERROR_NOMATCH)
        m->regex_given_up++;
    return result >= 0;
}

static bool match_field(struct sigma_matcher *m, const struct atom *atom, struct cell *cell)
{
    for (struct cell *other = matcher_first(m, atom->field); other;
         other = matcher_next(m, other)) {
        if (!has_text(other))
            continue;
        struct pattern p = {.kind = atom->how, .cased = atom->cased};
        p.text = atom->cased ? other->value->text : folded(m, other);
        if (pattern_match(&p, cell->value->text, atom->cased ? (struct str){0} : folded(m, cell)))
            return true;
    }
    return false;
}

static bool match_number(struct sigma_matcher *m, const struct atom *atom, struct cell *cell)
{
    double number;
    if (cell->value->kind == SIGMA_NUMBER && value_number(cell->value, &number) &&
        compare_numbers(COMPARE_EQ, number, atom->number))
        return true;
    return pattern_match(&atom->pattern, cell->value->text, folded(m, cell));
}

/* Does one value satisfy an atom? */
static bool match_cell(struct sigma_matcher *m, const struct atom *atom, struct cell *cell)
{
    if (atom->kind == ATOM_NULL)
        return cell->value->kind == SIGMA_NULL;
    if (!has_text(cell))
        return false;
    switch (atom->kind) {
    case ATOM_PATTERN:
        return pattern_match(&atom->pattern, cell->value->text,
                             atom->pattern.cased ? (struct str){0} : folded(m, cell));
    case ATOM_NUMBER:
        return match_number(m, atom, cell);
    case ATOM_COMPARE:
        return match_compare(atom, cell->value);
    case ATOM_CIDR:
        return match_cidr(atom, cell->value->text);
    case ATOM_REGEX:
        return match_regex(m, atom, cell->value->text);
    case ATOM_FIELD:
        return match_field(m, atom, cell);
    case ATOM_NULL:
    case ATOM_EXISTS:
    case ATOM_NEVER:
        return false;
    }
    return false;
}

static bool match_atom(struct sigma_matcher *m, uint32_t field, const struct atom *atom)
{
    if (field == FIELD_KEYWORD) {
        for (size_t i = 0; i < m->cell_count; i++)
            if (match_cell(m, atom, &m->cells[i]))
                return true;
        return false;
    }
    struct cell *cell = matcher_first(m, field);
    if (atom->kind == ATOM_EXISTS)
        return (cell != NULL) == atom->flag;
    if (!cell)
        return atom->kind == ATOM_NULL;
    for (; cell; cell = matcher_next(m, cell))
        if (match_cell(m, atom, cell))
            return true;
    return false;
}

bool match_item(struct sigma_matcher *m, const struct item *item)
{
    bool any = false;
    for (size_t i = 0; i < item->count && !any; i++)
        any = match_atom(m, item->field, &item->atoms[i]);
    return any != item->negate;
}

bool match_expr(struct sigma_matcher *m, const struct expr *expr)
{
    switch (expr->kind) {
    case EXPR_ITEM:
        return match_item(m, expr->item);
    case EXPR_NOT:
        return !match_expr(m, expr->kids[0]);
    case EXPR_AND:
        for (size_t i = 0; i < expr->count; i++)
            if (!match_expr(m, expr->kids[i]))
                return false;
        return true;
    case EXPR_OR:
        for (size_t i = 0; i < expr->count; i++)
            if (match_expr(m, expr->kids[i]))
                return true;
        return false;
    }
    return false;
}

/* ---- candidates ------------------------------------------------------------------------------ */

static void try_rule(struct sigma_matcher *m, uint32_t number)
{
    if (m->tried[number] == m->stamp)
        return;
    m->tried[number] = m->stamp;
    m->meters[number].looked++;
    int64_t began_us = meter_begin(m);
    if (match_expr(m, m->set->rules[number]->expr))
        m->found[m->found_count++] = number;
    meter_end(m, number, began_us);
}

static void try_key(struct sigma_matcher *m, const struct shelf *shelf, uint64_t key)
{
    uint32_t bit = (uint32_t)(key >> 32) & shelf->bloom_mask;
    if (!(shelf->bloom[bit / 64] >> bit % 64 & 1))
        return;
    for (uint32_t at = index_find(shelf, key); at; at = shelf->links[at].next)
        if (shelf->links[at].also & m->has)
            try_rule(m, shelf->links[at].rule);
}

static void try_grams(struct sigma_matcher *m, const struct shelf *shelf, uint32_t field,
                      uint8_t filed, struct str text)
{
    for (unsigned len = 1; len <= GRAM_MAX; len++) {
        if (!(filed & FILED_GRAM << (len - 1)))
            continue;
        for (size_t i = 0; i + len <= text.len; i++)
            try_key(m, shelf, index_gram_key(field, len, index_gram(text.ptr + i, len)));
    }
}

static uint64_t cell_key(struct sigma_matcher *m, struct cell *cell)
{
    if (!cell->key)
        cell->key = index_text_key(cell->value->field, folded(m, cell));
    return cell->key;
}

/* The bits of the event's whole values in the fields that the shelf asks for beside its texts. */
static void find_values(struct sigma_matcher *m, const struct shelf *shelf)
{
    m->has = (uint64_t)1 << 63; /* never none, so that "nothing is known" passes */
    for (size_t i = 0; i < m->cell_count; i++) {
        struct cell *cell = &m->cells[i];
        uint32_t field = cell->value->field;
        if (field && shelf->filed[field & 255] & FILED_ALSO && has_text(cell))
            m->has |= index_bit(cell_key(m, cell));
    }
}

static void try_shelf(struct sigma_matcher *m, const struct shelf *shelf)
{
    find_values(m, shelf);
    for (uint32_t i = 0; i < shelf->always_count; i++)
        try_rule(m, shelf->always[i]);
    for (size_t i = 0; i < m->cell_count && shelf->also & m->has; i++) {
        struct cell *cell = &m->cells[i];
        uint32_t field = cell->value->field;
        uint8_t filed = field ? shelf->filed[field & 255] : 0;
        if (filed & FILED_PRESENT)
            try_key(m, shelf, index_present_key(field));
        if (!has_text(cell))
            continue;
        if (filed & FILED_IS)
            try_key(m, shelf, cell_key(m, cell));
        if (filed & FILED_GRAMS)
            try_grams(m, shelf, field, filed, folded(m, cell));
        if (shelf->keyword)
            try_grams(m, shelf, FIELD_KEYWORD, shelf->keyword, folded(m, cell));
    }
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

rc sigma_match(struct ctx *c, struct sigma_matcher *m, const struct sigma_event *event,
               const uint32_t **ret_rules, size_t *ret_count)
{
    TRY(matcher_load(c, m, event));
    m->found_count = 0;
    for (unsigned part = 0; part < 8; part++) {
        struct logsource source = {part & 1 ? event->product : 0, part & 2 ? event->category : 0,
                                   part & 4 ? event->service : 0};
        if ((part & 1 && !event->product) || (part & 2 && !event->category) ||
            (part & 4 && !event->service))
            continue;
        const struct shelf *shelf = index_shelf(m->set->index, source);
        if (shelf)
            try_shelf(m, shelf);
    }
    if (m->found_count > 1)
        qsort(m->found, m->found_count, sizeof *m->found, by_number);
    *ret_rules = m->found;
    *ret_count = m->found_count;
    return OK;
}
