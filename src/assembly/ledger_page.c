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

/* What events are asked for beyond their kind and record, which have postings. The two times bound
 * the walk; all else is looked at event by event, as many as a page may. */
struct asked {
    struct str actor, not_actor, not_kind;
    struct label label, not_label; /* absent: any */
    struct str drill;              /* "true", "false"; absent: any */
    struct wall from, until;       /* received at or after, and at or before; 0: any */
};

struct browsing {
    struct event_page page; /* first: what page_put_event is given */
    struct asked asked;
    bool backwards, ended;
};

static rc read_time(struct ctx *c, const struct request *request, const char *name,
                    struct wall *ret)
{
    struct str text = request_param(request, name);
    if (!str_absent(text) && !wall_parse(text, ret))
        return page_refuse_param(c, str_from(name), text, "a time such as 2026-11-22T03:00:00Z");
    return OK;
}

static rc read_label(struct ctx *c, const struct request *request, const char *name,
                     struct label *ret)
{
    struct str text = request_param(request, name);
    if (!str_absent(text) && !rc_ok(label_parse(c, text, ret)))
        return page_refuse_param(c, str_from(name), text, "a marking such as TLP:AMBER");
    return OK;
}

static rc read_asked(struct ctx *c, const struct request *request, struct asked *ret)
{
    struct asked asked = {.actor = request_param(request, "actor"),
                          .not_actor = request_param(request, "actor.ne"),
                          .not_kind = request_param(request, "kind.ne"),
                          .drill = request_param(request, "drill")};
    if (!str_absent(asked.drill) && !str_is(asked.drill, "true") && !str_is(asked.drill, "false"))
        return page_refuse_param(c, STR("drill"), asked.drill, "true or false");
    TRY(read_label(c, request, "label", &asked.label));
    TRY(read_label(c, request, "label.ne", &asked.not_label));
    TRY(read_time(c, request, "received", &asked.from));
    asked.until = asked.from;
    TRY(read_time(c, request, "received.ge", &asked.from));
    TRY(read_time(c, request, "received.le", &asked.until));
    *ret = asked;
    return OK;
}

/* The same marking; compartments count where they are asked for. */
static bool is_marked(struct label label, struct label asked)
{
    return label.tlp == asked.tlp &&
           (str_absent(asked.compartments) || str_eq(label.compartments, asked.compartments));
}

static rc fits(struct ctx *c, const struct asked *asked, const struct ledger_event *event,
               bool *ret)
{
    struct label label = {0};
    if (asked->label.tlp || asked->not_label.tlp)
        TRY(label_parse(c, event->label, &label));
    *ret = (str_absent(asked->actor) || str_eq(event->actor, asked->actor)) &&
           (str_absent(asked->not_actor) || !str_eq(event->actor, asked->not_actor)) &&
           (str_absent(asked->not_kind) || !str_eq(event->kind, asked->not_kind)) &&
           (!asked->label.tlp || is_marked(label, asked->label)) &&
           (!asked->not_label.tlp || !is_marked(label, asked->not_label)) &&
           (str_absent(asked->drill) || str_is(asked->drill, "true") == event->drill) &&
           event->received.us >= asked->from.us &&
           (!asked->until.us || event->received.us <= asked->until.us);
    return OK;
}

/* Behind the other end of the time that is asked for there is nothing more. */
static bool is_behind(const struct browsing *b, const struct ledger_event *event)
{
    return b->backwards ? event->received.us < b->asked.from.us
                        : b->asked.until.us && event->received.us > b->asked.until.us;
}

static rc browse(struct ctx *c, void *arg, const struct ledger_event *event, bool *stop)
{
    struct browsing *b = arg;
    bool fit = false;
    if (is_behind(b, event)) {
        b->ended = *stop = true;
        return OK;
    }
    TRY(fits(c, &b->asked, event, &fit));
    if (fit)
        return page_put_event(c, &b->page, event, stop);
    b->page.looked++;
    b->page.last_looked = event->seq;
    return OK;
}

/* Where the time that is asked for begins, or, backwards, ends. */
static rc bound_walk(struct ctx *c, const struct request *request, const struct asked *asked,
                     struct ledger_walk *walk)
{
    struct store *store = picture_store(request->picture);
    int64_t seq = 0;
    if (!walk->backwards && asked->from.us) {
        TRY(ledger_first_since(c, store, asked->from, &seq));
        walk->from = seq > walk->from ? seq : walk->from;
    }
    if (walk->backwards && asked->until.us) {
        TRY(ledger_first_since(c, store, (struct wall){asked->until.us + 1}, &seq));
        walk->from = seq - 1 < walk->from ? seq - 1 : walk->from;
    }
    return OK;
}

rc ledger_serve_events(struct ctx *c, const struct request *request, struct response *response)
{
    struct browsing b = {.page = {.request = request, .response = response, .last = -1}};
    struct ledger_walk walk = {
        .kind = request_param(request, "kind"),
        .record = request_param(request, "record"),
        .limit = EVENTS_LOOKED_MAX,
        .backwards = str_is(request_param(request, "backwards"), "true"),
        .seal_key = core_options(request->core)->ledger.seal_key,
    };
    b.backwards = walk.backwards;
    TRY(page_number(c, request, "from", 0, INT64_MAX, walk.backwards ? INT64_MAX : 0, &walk.from));
    TRY(page_number(c, request, "limit", 1, QUERY_LIMIT_MAX, EVENTS_LIMIT_DEFAULT, &b.page.most));
    TRY(read_asked(c, request, &b.asked));
    TRY(bound_walk(c, request, &b.asked, &walk));
    text_put(response->body, STR("{\"items\":["));
    if (may_ask_for(request, walk.kind) && walk.from >= 0)
        TRY(ledger_walk(c, picture_store(request->picture), &walk, browse, &b));
    text_put_char(response->body, ']');
    if (!b.ended)
        put_next(response->body, &b.page, walk.backwards);
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
    struct event_page page = {.request = request, .response = response, .last = -1};
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
