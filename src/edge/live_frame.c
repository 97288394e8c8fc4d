/* The text of an event, as it goes to everybody who may see it. */
#include "edge/live_own.h"

#include "base/glyph.h"

#include <inttypes.h>

static void put_member(struct text *out, const char *name, struct str value)
{
    if (str_absent(value))
        return;
    text_printf(out, ",\"%s\":", name);
    text_put_json(out, value);
}

/* The body in one line: what JSON breaks a line for is only space. */
static void put_body(struct text *out, const struct event *event)
{
    size_t from = out->len;
    shape_write(out, event->kind->body, SHAPE_VIEW_SHOWN, event->body);
    for (size_t i = from; i < out->len; i++)
        if (out->ptr[i] == '\n' || out->ptr[i] == '\r')
            out->ptr[i] = ' ';
}

void live_put_frame(struct text *out, const struct event *event)
{
    size_t from = out->len;
    text_printf(out, "id: %" PRId64 "\nevent: %s\ndata: {\"seq\":%" PRId64 ",\"kind\":\"%s\"",
                event->seq, event->kind->name, event->seq, event->kind->name);
    put_member(out, "record", event->record);
    text_put(out, STR(",\"occurred\":\""));
    text_put_wall(out, event->occurred);
    text_put(out, STR("\",\"received\":\""));
    text_put_wall(out, event->received);
    text_put_char(out, '"');
    put_member(out, "actor", event->actor);
    if (event->cause >= 0)
        text_printf(out, ",\"cause\":%" PRId64, event->cause);
    text_put(out, event->drill ? STR(",\"drill\":true") : STR(",\"drill\":false"));
    text_put(out, STR(",\"label\":\""));
    label_put(out, event->label);
    text_put_char(out, '"');
    if (label_restricted(event->label)) {
        text_put(out, STR(",\"restricted\":true"));
    } else if (event->body && event->kind->body) {
        text_put(out, STR(",\"body\":"));
        put_body(out, event);
    } else {
        text_put(out, STR(",\"erased\":true"));
    }
    text_show(out, from, GLYPH_JSON);
    text_put(out, STR("}\n\n"));
}
