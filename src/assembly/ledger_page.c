/* The routes of the record: its head, its events, proofs, and verifying all of it. */
#include "assembly/core_module.h"

#include "assembly/page.h"
#include "base/encode.h"
#include "core/core.h"

#include <inttypes.h>

/* How many events a page may look at to find those that may be shown. */
enum { EVENTS_LIMIT_DEFAULT = 100, EVENTS_LOOKED_MAX = 4000 };

static rc put_hash(struct ctx *c, struct text *out, struct merkle_hash hash)
{
    struct str hex;
    TRY(encode_bytes(c, ENCODE_HEX, hash.bytes, sizeof hash.bytes, &hex));
    text_put_json(out, hex);
    return OK;
}

/* The three lines that a checkpoint begins with: origin, size, root in base 64. */
static struct str note_line(struct str note, int number)
{
    struct str line = {NULL, 0};
    for (int i = 0; i <= number; i++)
        if (!str_split(&note, '\n', &line))
            return (struct str){NULL, 0};
    return line;
}

rc ledger_serve_head(struct ctx *c, const struct request *request, struct response *response)
{
    const struct ledger_options *options = &core_options(request->core)->ledger;
    struct str note, key;
    TRY(ledger_checkpoint(c, picture_store(request->picture), &note));
    TRY(ledger_verifier_key(c, options, &key));
    text_put(response->body, STR("{\"size\":"));
    text_put(response->body, note_line(note, 1));
    text_put(response->body, STR(",\"root\":"));
    text_put_json(response->body, note_line(note, 2));
    text_put(response->body, STR(",\"origin\":"));
    text_put_json(response->body, options->origin);
    text_put(response->body, STR(",\"verifier_key\":"));
    text_put_json(response->body, key);
    text_put(response->body, STR(",\"checkpoint\":"));
    text_put_json(response->body, note);
    text_put_char(response->body, '}');
    return OK;
}

/* ---- events
 * -------------------------------------------------------------------------------------------- */

/* May the caller read events of this kind at all? Absent: of any kind. */
static bool may_ask_for(const struct request *request, struct str name)
{
    const struct event_kind *kind = catalog_event(request->catalog, name);
    return str_absent(name) || (kind && actor_may(request->actor, kind->read));
}

/* `next` goes on behind the last event that was shown. One behind an event that was stepped over
 * would tell that there is one of the kind or record that was asked for. */
static void put_next(struct text *out, const struct event_page *page, bool backwards)
{
    bool looked_enough = page->looked == EVENTS_LOOKED_MAX;
    int64_t last = looked_enough ? page->last_looked : page->last;
    int64_t next = backwards ? last - 1 : last + 1;
    if (last >= 0 && next >= 0)
        text_printf(out, ",\"next\":%" PRId64, next);
}

rc ledger_serve_events(struct ctx *c, const struct request *request, struct response *response)
{
    struct event_page page = {.c = c, .request = request, .response = response, .last = -1};
    struct ledger_walk walk = {
        .kind = request_param(request, "kind"),
        .record = request_param(request, "record"),
        .limit = EVENTS_LOOKED_MAX,
        .backwards = str_is(request_param(request, "backwards"), "true"),
        .seal_key = core_options(request->core)->ledger.seal_key,
    };
    TRY(page_number(c, request, "from", 0, INT64_MAX, walk.backwards ? INT64_MAX : 0, &walk.from));
    TRY(page_number(c, request, "limit", 1, QUERY_LIMIT_MAX, EVENTS_LIMIT_DEFAULT, &page.most));
    text_put(response->body, STR("{\"items\":["));
    if (may_ask_for(request, walk.kind))
        TRY(ledger_walk(c, picture_store(request->picture), &walk, page_put_event, &page));
    text_put_char(response->body, ']');
    put_next(response->body, &page, walk.backwards);
    text_put_char(response->body, '}');
    return OK;
}

static rc read_seq(struct ctx *c, const struct request *request, int64_t *ret)
{
    if (!str_to_i64(request->parts[0], ret) || *ret < 0)
        FAIL(c, NOT_FOUND, "\"%.*s\" is not the number of an event", STR_ARG(request->parts[0]));
    return OK;
}

rc ledger_serve_event(struct ctx *c, const struct request *request, struct response *response)
{
    struct store *store = picture_store(request->picture);
    struct event_page page = {.c = c, .request = request, .response = response, .last = -1};
    struct ledger_event event;
    struct str entry;
    int64_t seq = 0;
    bool stop = false;
    TRY(read_seq(c, request, &seq));
    TRY(ledger_entry(c, store, seq, &entry));
    TRY(ledger_decode(c, store, core_options(request->core)->ledger.seal_key, entry, &event));
    TRY(page_put_event(c, &page, &event, &stop));
    if (page.shown == 0)
        FAIL(c, NOT_FOUND, "there is no event %" PRId64, seq);
    return OK;
}

/* ---- proofs
 * -------------------------------------------------------------------------------------------- */

rc ledger_serve_proof(struct ctx *c, const struct request *request, struct response *response)
{
    struct str proof, name;
    int64_t seq = 0;
    TRY(read_seq(c, request, &seq));
    TRY(ledger_proof_file(c, picture_store(request->picture), seq, &proof));
    TRY(str_format(c, &name, "event-%" PRId64 ".tlog-proof", seq));
    response->type = "text/plain; charset=utf-8";
    response->file_name = name.ptr;
    text_put(response->body, proof);
    return OK;
}

rc ledger_serve_verify(struct ctx *c, const struct request *request, struct response *response)
{
    struct ledger_report report;
    TRY(ledger_verify(c, picture_store(request->picture), &core_options(request->core)->ledger,
                      &report));
    text_printf(response->body,
                "{\"verified\":true,\"events\":%" PRId64 ",\"checkpoints\":%" PRId64
                ",\"sealed\":%" PRId64 ",\"erased\":%" PRId64 ",\"root\":",
                report.events, report.checkpoints, report.sealed, report.erased);
    TRY(put_hash(c, response->body, report.root));
    text_put_char(response->body, '}');
    return OK;
}
