/* All tripwires at a glance: what state each is in, how often it was tripped in the last seven days
 * and when last, and whether it could still fire when it was last tried. */
#include "domain/tripwire/tripwire_own.h"

#include "assembly/page.h"
#include "core/catalog.h"
#include "core/system.h"

#include <inttypes.h>

enum { DAYS = 7, HITS_MAX = 20000 };

struct line {
    const struct tripwire *tripwire;
    struct row row;
    int64_t hits_24h, hits[DAYS]; /* hits: by day back from now */
    struct tripwire_hit last;     /* id absent: none */
};

struct board {
    const struct request *request;
    struct wall now;
    size_t count;
    struct line *lines;
};

/* ---- hits ------------------------------------------------------------------------------------ */

static struct line *line_of(const struct board *b, struct str id)
{
    for (size_t i = 0; i < b->count; i++)
        if (str_eq(b->lines[i].tripwire->id, id))
            return &b->lines[i];
    return NULL;
}

static void note_hits(const struct board *b, const struct page *page)
{
    const struct tripwire_hit *hits = page->records;
    for (size_t i = 0; i < page->count; i++) {
        struct line *line = line_of(b, hits[i].tripwire);
        int64_t back = b->now.us - hits[i].at.us;
        if (!line)
            continue;
        if (str_absent(line->last.id))
            line->last = hits[i];
        int64_t day = back < 0 ? 0 : back / DAY_US;
        line->hits_24h += day == 0;
        if (day < DAYS)
            line->hits[day]++;
    }
}

/* Those of the last seven days, the newest first. */
static rc count_hits(struct ctx *c, const struct board *b)
{
    struct text since;
    struct page page;
    struct query query = {.filter_count = 1,
                          .filters = {{STR("at"), FILTER_GE, {NULL, 0}}},
                          .sort = STR("at"),
                          .descending = true,
                          .limit = QUERY_LIMIT_MAX,
                          .reader = &b->request->actor->clearance};
    int64_t seen = 0;
    text_init(&since, c, 64);
    text_put_wall(&since, (struct wall){b->now.us - DAYS * DAY_US});
    TRY(text_done(&since, &query.filters[0].value));
    do {
        TRY(picture_list(c, b->request->picture, &tripwire_hit_shape, &query, &page));
        note_hits(b, &page);
        seen += (int64_t)page.count;
        query.after = page.after;
    } while (!str_absent(page.after) && seen < HITS_MAX);
    return OK;
}

/* The last one of those that had none in these days. */
static rc find_last(struct ctx *c, const struct board *b, struct line *line)
{
    struct query query = {.filter_count = 1,
                          .filters = {{STR("tripwire"), FILTER_EQ, line->tripwire->id}},
                          .sort = STR("at"),
                          .descending = true,
                          .limit = 1,
                          .reader = &b->request->actor->clearance};
    struct page page;
    if (!str_absent(line->last.id))
        return OK;
    TRY(picture_list(c, b->request->picture, &tripwire_hit_shape, &query, &page));
    if (page.count > 0)
        line->last = *(const struct tripwire_hit *)page.records;
    return OK;
}

/* ---- writing it out -------------------------------------------------------------------------- */

static void put_member(struct text *out, const char *name, struct str value)
{
    if (str_absent(value))
        return;
    text_printf(out, ",\"%s\":", name);
    text_put_json(out, value);
}

static void put_when(struct text *out, const char *name, struct wall when)
{
    if (!when.us)
        return;
    text_printf(out, ",\"%s\":\"", name);
    text_put_wall(out, when);
    text_put_char(out, '"');
}

/* What the text says: how grave, what it is for, how many trials it carries. */
static rc put_rule(struct ctx *c, struct text *out, const struct tripwire *tripwire)
{
    struct sigma_set *set = NULL;
    struct str level = {NULL, 0};
    size_t trials = 0;
    rc result = tripwire_set(c, tripwire->id, tripwire->rule, &set);
    if (result.code == RC_INVALID)
        return OK; /* an older version of Chancery took it; its fault says so */
    TRY(result);
    for (size_t i = 0; i < sigma_set_count(set); i++) {
        const struct sigma_rule *rule = sigma_set_rule(set, i);
        trials += rule->trial_count;
        if (rule->output && !str_absent(rule->level))
            level = rule->level;
    }
    put_member(out, "level", level);
    text_printf(out, ",\"trials\":%zu,\"two_persons\":%s", trials,
                rules_are_grave(set) ? "true" : "false");
    sigma_set_close(set);
    return OK;
}

static rc put_line(struct ctx *c, struct text *out, const struct line *line)
{
    const struct tripwire *t = line->tripwire;
    text_put(out, STR("{\"id\":"));
    text_put_json(out, t->id);
    put_member(out, "name", t->name);
    text_put(out, STR(",\"label\":\""));
    label_put(out, t->label);
    text_printf(out, "\",\"status\":\"%s\",\"changing\":%s,\"proposed\":%s",
                t->status ? shape_choice_name(&tripwire_status_choices, t->status) : "draft",
                str_absent(t->next) ? "false" : "true",
                t->status == TRIPWIRE_STATUS_PROPOSED || !str_absent(t->next_by) ? "true"
                                                                                 : "false");
    put_member(out, "fault", t->fault);
    put_when(out, "fault_since", t->fault_since);
    put_when(out, "changed", line->row.changed);
    TRY(put_rule(c, out, t));
    text_printf(out, ",\"hits_24h\":%" PRId64 ",\"hits\":[", line->hits_24h);
    for (size_t i = 0; i < DAYS; i++)
        text_printf(out, "%s%" PRId64, i ? "," : "", line->hits[i]);
    text_put_char(out, ']');
    put_member(out, "last_hit", line->last.id);
    put_when(out, "last_at", line->last.at);
    text_put_char(out, '}');
    return OK;
}

/* When all of them are tried next. */
static rc put_next_test(struct ctx *c, const struct request *request, struct text *out)
{
    const struct decision *decision = catalog_decision(request->catalog, STR("tripwire.self-test"));
    struct deadline deadline = {0};
    struct str id;
    TRY(deadline_id(c, decision, STR(SELF_TEST_RHYTHM), &id));
    rc found = picture_get(c, request->picture, &deadline_shape, id, NULL, &deadline);
    if (rc_ok(found))
        put_when(out, "next_test", deadline.due);
    return found.code == RC_NOT_FOUND ? OK : found;
}

rc tripwire_serve_board(struct ctx *c, const struct request *request, struct response *response)
{
    struct board b = {.request = request, .now = clock_now(c)};
    struct text *out = response->body;
    struct query query;
    struct page page;
    TRY(page_query(c, request, &query));
    if (query_counts(&query))
        return page_put_list(c, request, &tripwire_shape, &query, true, response);
    TRY(picture_list(c, request->picture, &tripwire_shape, &query, &page));
    NEW(c, b.lines, page.count + 1);
    const struct tripwire *tripwires = page.records;
    for (b.count = 0; b.count < page.count; b.count++)
        b.lines[b.count] =
            (struct line){.tripwire = &tripwires[b.count], .row = page.rows[b.count]};
    TRY(count_hits(c, &b));
    text_put(out, STR("{\"items\":["));
    for (size_t i = 0; i < b.count; i++) {
        TRY(find_last(c, &b, &b.lines[i]));
        text_put(out, i ? STR(",") : STR(""));
        TRY(put_line(c, out, &b.lines[i]));
    }
    text_put_char(out, ']');
    TRY(put_next_test(c, request, out));
    put_member(out, "after", page.after);
    text_put_char(out, '}');
    return OK;
}
