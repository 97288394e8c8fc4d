/* A hit explains itself: the rule as it was then, each event and what held in it, what the picture
 * was asked, and what has followed. */
#include "domain/tripwire/tripwire_own.h"

#include "assembly/page.h"
#include "core/seen.h"
#include "core/target.h"

#include <inttypes.h>

enum { EVENTS_EXPLAINED_MAX = 50, FOLLOWED_LOOK = 20000, FOLLOWED_MAX = 50 };

struct explaining {
    struct ctx *c;
    const struct request *request;
    struct past past;
    const struct tripwire_hit *hit;
    struct row row;
    struct sigma_set *set; /* NULL: what it was then cannot be read any more */
    struct text *out;
};

/* The rule that was active at the event that completed it; else, at the hit. */
static rc rule_of(struct explaining *x, struct live_rule *ret)
{
    int64_t last = 0, seq;
    for (size_t i = 0; i < x->hit->events.count; i++)
        if (str_to_i64(x->hit->events.items[i], &seq) && seq > last)
            last = seq;
    TRY(rule_at(x->c, x->past.picture, x->request->catalog, x->hit->tripwire, last + 1, ret));
    if (str_absent(ret->text))
        TRY(rule_at(x->c, x->past.picture, x->request->catalog, x->hit->tripwire, x->row.seq, ret));
    return OK;
}

static rc put_rule(struct explaining *x)
{
    struct tripwire now = {0};
    struct live_rule then;
    struct text *out = x->out;
    TRY(rule_of(x, &then));
    TRY(picture_get(x->c, x->past.picture, &tripwire_shape, x->hit->tripwire, NULL, &now));
    /* The hit is as secret as the rule was then; the rule may be more so now. */
    bool may_know = actor_may_read(x->request->actor, now.label);
    if (!may_know)
        then.text = (struct str){NULL, 0};
    text_put(out, STR(",\"name\":"));
    text_put_json(out, may_know ? now.name : x->hit->title);
    text_put(out, STR(",\"rule_text\":"));
    text_put_json(out, then.text);
    text_printf(out, ",\"rule_changed\":%s",
                may_know && str_eq(then.text, now.rule) ? "false" : "true");
    if (str_absent(then.text))
        return OK;
    rc result = tripwire_set(x->c, then.id, then.text, &x->set);
    return result.code == RC_INVALID ? OK : result;
}

static rc put_event(struct explaining *x, int64_t seq)
{
    struct event event;
    text_printf(x->out, "{\"seq\":%" PRId64, seq);
    rc result = past_event(x->c, &x->past, seq, &event);
    if (result.code == RC_NOT_FOUND) { /* not for this reader */
        text_put(x->out, STR(",\"seen\":null,\"rules\":[]}"));
        return OK;
    }
    TRY(result);
    text_put(x->out, STR(",\"seen\":"));
    past_put(x->out, &event);
    text_put(x->out, STR(",\"rules\":"));
    if (x->set)
        TRY(past_explain(x->c, &x->past, x->set, &event, true, x->out));
    else
        text_put(x->out, STR("[]"));
    text_put_char(x->out, '}');
    return OK;
}

static rc put_events(struct explaining *x)
{
    text_put(x->out, STR(",\"events\":["));
    for (size_t i = 0; i < x->hit->events.count && i < EVENTS_EXPLAINED_MAX; i++) {
        int64_t seq = -1;
        text_put(x->out, i ? STR(",") : STR(""));
        (void)str_to_i64(x->hit->events.items[i], &seq);
        TRY(put_event(x, seq));
    }
    text_put_char(x->out, ']');
    return OK;
}

/* ---- what followed --------------------------------------------------------------------------- */

struct following {
    struct explaining *x;
    struct text out; /* a walk gives the memory of its caller back: in an arena of its own */
    size_t count;
};

static rc take_entry(struct ctx *c, void *arg, const struct ledger_event *entry, bool *stop)
{
    struct following *f = arg;
    struct event event;
    if (entry->cause != f->x->row.seq)
        return OK;
    rc result = event_read_for(c, f->x->past.picture, f->x->past.actor, entry, &event);
    if (result.code == RC_NOT_FOUND) /* not for this reader */
        return OK;
    TRY(result);
    text_put(&f->out, f->count++ ? STR(",") : STR(""));
    past_put(&f->out, &event);
    *stop = f->count == FOLLOWED_MAX;
    return OK;
}

/* Events that the hit led to: recorded as its consequences. */
static rc put_followed(struct explaining *x)
{
    struct following f = {.x = x};
    struct ledger_walk walk = {.from = x->row.seq + 1, .limit = FOLLOWED_LOOK};
    struct ctx own = {.arena = arena_open(4 << 20), .clock = x->c->clock};
    struct str followed;
    if (!own.arena)
        FAIL(x->c, NO_MEMORY, "no memory to look for what followed");
    text_init(&f.out, &own, 1 << 20);
    rc result = ledger_walk(x->c, picture_store(x->past.picture), &walk, take_entry, &f);
    if (rc_ok(result))
        result = text_done(&f.out, &followed);
    if (rc_ok(result)) {
        text_put(x->out, STR(",\"followed\":["));
        text_put(x->out, followed);
        text_put_char(x->out, ']');
    }
    arena_close(own.arena);
    return result;
}

static rc put_all(struct explaining *x)
{
    text_put(x->out, STR("{\"hit\":"));
    shape_write(x->out, &tripwire_hit_shape, SHAPE_VIEW_SHOWN, x->hit);
    text_printf(x->out, ",\"seq\":%" PRId64, x->row.seq);
    TRY(put_rule(x));
    TRY(put_events(x));
    TRY(put_followed(x));
    text_put_char(x->out, '}');
    return OK;
}

rc tripwire_serve_hit(struct ctx *c, const struct request *request, struct response *response)
{
    struct tripwire_hit *hit = NULL;
    struct explaining x = {
        .c = c,
        .request = request,
        .past = {request->picture, core_options(request->core)->ledger.seal_key, request->actor},
        .out = response->body,
    };
    NEW(c, hit, 1);
    TRY(request_target(c, request, &tripwire_hit_shape, &x.row, hit));
    x.hit = hit;
    rc result = put_all(&x);
    sigma_set_close(x.set);
    return result;
}
