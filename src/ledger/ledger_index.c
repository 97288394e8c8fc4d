/* Finding events by kind or record without an index tree. A tree by record would be touched at as
 * many places as there are records, and each place is a page that is encrypted, logged and synced
 * with the commit: it cost more than the record itself. Instead every 4,096 events get two rows of
 * postings, written once: for each event a hash of its kind (or record) and its place in the block,
 * sorted. A search takes a few microseconds a block; the events of the last, unfinished block are
 * read. */
#include "ledger/ledger_inner.h"

#include <stdlib.h>

enum { POSTING_LEN = 6 };

static uint32_t term_of(struct str value)
{
    uint64_t hash = str_hash(value);
    return (uint32_t)(hash ^ hash >> 32);
}

static int by_bytes(const void *a, const void *b)
{
    return memcmp(a, b, POSTING_LEN);
}

static void put_posting(unsigned char *out, uint32_t term, unsigned place)
{
    for (int i = 0; i < 4; i++)
        out[i] = (unsigned char)(term >> (24 - 8 * i));
    out[4] = (unsigned char)(place >> 8);
    out[5] = (unsigned char)place;
}

rc ledger_index_block(struct ctx *c, struct store *store, int64_t block, struct str ret_postings[2])
{
    struct store_value range[] = {STORE_VALUE_I64(block * LEDGER_BLOCK),
                                  STORE_VALUE_I64((block + 1) * LEDGER_BLOCK)};
    unsigned char *bytes[2];
    size_t len[2] = {0, 0};
    struct store_rows *rows = NULL;
    bool more = false;
    for (int i = 0; i < 2; i++)
        NEW(c, bytes[i], (size_t)LEDGER_BLOCK * POSTING_LEN);
    rc result = store_query(
        c, store, STR("SELECT seq, kind, record FROM ledger_events WHERE seq >= $1 AND seq < $2"),
        2, range, &rows);
    while (rc_ok(result) && rc_ok(result = store_next(c, rows, &more)) && more) {
        unsigned place = (unsigned)(store_column(rows, 0).i64 % LEDGER_BLOCK);
        for (int i = 0; i < 2; i++) {
            struct store_value value = store_column(rows, 1 + (size_t)i);
            if (value.type == STORE_NULL)
                continue;
            put_posting(bytes[i] + len[i], term_of(value.bytes), place);
            len[i] += POSTING_LEN;
        }
    }
    store_end(rows);
    TRY(result);
    for (int i = 0; i < 2; i++) {
        qsort(bytes[i], len[i] / POSTING_LEN, POSTING_LEN, by_bytes);
        ret_postings[i] = (struct str){(const char *)bytes[i], len[i]};
    }
    return OK;
}

rc ledger_index_find(struct ctx *c, struct store *store, int64_t block, enum ledger_part part,
                     struct str value, struct ledger_found *ret)
{
    struct store_value row, id = STORE_VALUE_I64(ledger_part_id(block, part));
    rc result = ledger_one_row(c, store, STR("SELECT postings FROM ledger_index WHERE part = $1"),
                               1, &id, 1, &row);
    ret->indexed = rc_ok(result);
    ret->count = 0;
    if (result.code == RC_NOT_FOUND)
        return OK;
    TRY(result);
    const unsigned char *bytes = (const unsigned char *)row.bytes.ptr;
    unsigned char wanted[POSTING_LEN];
    put_posting(wanted, term_of(value), 0);
    size_t low = 0, high = row.bytes.len / POSTING_LEN;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(bytes + middle * POSTING_LEN, wanted, POSTING_LEN) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < row.bytes.len / POSTING_LEN && ret->count < LEDGER_BLOCK; low++) {
        const unsigned char *at = bytes + low * POSTING_LEN;
        if (memcmp(at, wanted, 4) != 0)
            break;
        ret->places[ret->count++] = (uint16_t)(at[4] << 8 | at[5]);
    }
    return OK;
}
