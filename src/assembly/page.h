/* What the pages of all modules share: queries from parameters, records and events as JSON and CSV.
 */
#ifndef ASSEMBLY_PAGE_H
#define ASSEMBLY_PAGE_H

#include "core/catalog.h"
#include "core/route.h"
#include "ledger/ledger.h"

/* Read a list's parameters: q, sort, order (asc, desc), after, limit, retired, count, sum, and
 * `column`, `column.ne`, `.lt`, `.le`, `.gt`, `.ge`, `.has` as filters. INVALID names what is
 * wrong. */
rc page_query(struct ctx *c, const struct request *request, struct query *ret);

/* {"record":{…},"seq":7,"changed":"…","retired":"…","drill":false} */
void page_put_record(struct text *out, const struct shape *shape, const void *record,
                     const struct row *row);

/* {"items":[…],"after":"…"}: what a query finds, each one `whole` as page_put_record writes it, or
 * its fields alone. A query with
 * `count` or `sum` gives {"counts":[{"value":"open","count":3,"sum":7}],"total":3,"sum":7} instead
 * (the sums where one is asked, null where no row has a number); that is noted of nobody. */
rc page_put_list(struct ctx *c, const struct request *request, const struct shape *shape,
                 const struct query *query, bool whole, struct response *response);

/* Close {"items":[…: with where the next page begins. */
rc page_put_end(struct text *out, const struct page *page);

/* Such a list of bare records, of the shape that is the route's `arg`. */
serve_fn page_serve_list;

/* All live rows of a table that the caller may read, up to `most`. */
rc page_rows(struct ctx *c, const struct request *request, const struct shape *shape, size_t most,
             void *ret_items, size_t *ret_count);

/* Events on a page: begin with request, response and last = -1. */
struct event_page {
    const struct request *request;
    struct response *response;
    int64_t most; /* stop when so many are shown; 0: show all */
    int64_t shown, looked;
    int64_t last, last_looked; /* the seq of the last one shown, and of the last one met */
};

/* Write an event as JSON (for ledger_walk), as far as the caller may see it, and note the reading
 * if its label asks for that. Nothing is written of one that may not be seen at all. */
ledger_each page_put_event;

/* The parameter `name` is wrong: INVALID, with what would be right. */
rc page_refuse_param(struct ctx *c, struct str name, struct str value, const char *want);

/* A whole number from a parameter, or `otherwise` when it was not given. INVALID. */
rc page_number(struct ctx *c, const struct request *request, const char *name, int64_t least,
               int64_t most, int64_t otherwise, int64_t *ret);

#endif
