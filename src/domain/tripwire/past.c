/* Events of the ledger, read again: for those who ask what a rule saw in them. */
#include "domain/tripwire/tripwire_own.h"

#include "core/seen.h"

#include <inttypes.h>

rc past_event(struct ctx *c, const struct past *past, int64_t seq, struct event *ret)
{
    struct store *store = picture_store(past->picture);
    struct ledger_event entry;
    struct str bytes;
    TRY(ledger_entry(c, store, seq, &bytes));
    TRY(ledger_decode(c, store, past->seal_key, bytes, &entry));
    return event_read_for(c, past->picture, past->actor, &entry, ret);
}

static void put_time(struct text *out, const char *name, struct wall when)
{
    text_printf(out, ",\"%s\":\"", name);
    text_put_wall(out, when);
    text_put_char(out, '"');
}

void past_put(struct text *out, const struct event *event)
{
    text_printf(out, "{\"seq\":%" PRId64 ",\"kind\":\"%s\"", event->seq, event->kind->name);
    put_time(out, "occurred", event->occurred);
    put_time(out, "received", event->received);
    text_put(out, STR(",\"actor\":"));
    text_put_json(out, event->actor);
    if (!str_absent(event->record)) {
        text_put(out, STR(",\"record\":"));
        text_put_json(out, event->record);
    }
    text_put(out, STR(",\"label\":\""));
    label_put(out, event->label);
    text_printf(out, "\",\"drill\":%s}", event->drill ? "true" : "false");
}

/* ---- why ------------------------------------------------------------------------------------- */

static rc explain_part(struct ctx *c, const struct sigma_set *set, const struct sigma_event *seen,
                       bool only_fires, struct text *out)
{
    for (size_t i = 0; i < sigma_set_count(set); i++) {
        const struct sigma_rule *rule = sigma_set_rule(set, i);
        struct text lines;
        struct str json;
        if (rule->correlation || rule->relaxed.what != SIGMA_WHOLE)
            continue;
        text_init(&lines, c, 1 << 20);
        TRY(sigma_explain_json(c, set, i, seen, &lines));
        TRY(text_done(&lines, &json));
        if (only_fires && !str_starts(json, "{\"fires\":true"))
            continue;
        if (out->len && out->ptr[out->len - 1] == '}')
            text_put_char(out, ',');
        text_put(out, STR("{\"rule\":"));
        text_put_json(out, rule->label);
        text_put(out, STR(",\"title\":"));
        text_put_json(out, rule->title);
        text_put_char(out, ',');
        text_put(out, str_sub(json, 1, json.len));
    }
    return OK;
}

rc past_explain(struct ctx *c, const struct past *past, const struct sigma_set *set,
                const struct event *event, bool only_fires, struct text *out)
{
    struct seeing seeing = {.set = set, .picture = past->picture};
    struct sigma_event seen;
    TRY(taxonomy_zone(c, past->picture, &seeing.zone));
    text_put_char(out, '[');
    for (size_t part = 0; part < taxonomy_parts(event); part++) {
        TRY(taxonomy_event(c, &seeing, event, part, &seen));
        TRY(explain_part(c, set, &seen, only_fires, out));
    }
    text_put_char(out, ']');
    return OK;
}
