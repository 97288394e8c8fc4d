/* An event as the bytes that are stored and hashed: members in one order, written once and never
 * again. Reading is strict: the same order, nothing unknown, nothing twice. */
#include "base/json.h"
#include "base/text.h"
#include "ledger/ledger_inner.h"

/* ---- writing -------------------------------------------------------------------------------- */

static void put_text(struct text *t, struct str key, struct str value)
{
    if (str_absent(value))
        return;
    text_put(t, key);
    text_put_json(t, value);
}

static void put_wall(struct text *t, struct str key, struct wall when)
{
    if (when.us == 0)
        return;
    text_put(t, key);
    text_put_char(t, '"');
    text_put_wall(t, when);
    text_put_char(t, '"');
}

static size_t expected_len(const struct ledger_event *e, struct str sealed)
{
    return 256 + e->kind.len + e->actor.len + e->label.len + e->record.len + e->subject.len +
           (str_absent(sealed) ? e->body.len : sealed.len);
}

rc ledger_write_entry(struct ctx *c, const struct ledger_event *event, struct str sealed,
                      struct str *ret)
{
    struct text t;
    text_init(&t, c, LEDGER_ENTRY_MAX);
    size_t expected = expected_len(event, sealed);
    text_expect(&t, expected < LEDGER_ENTRY_MAX ? expected : 0);
    text_put(&t, STR("{\"seq\":"));
    text_put_i64(&t, event->seq);
    put_text(&t, STR(",\"kind\":"), event->kind);
    text_put(&t, STR(",\"version\":"));
    text_put_i64(&t, event->version);
    put_wall(&t, STR(",\"occurred\":"), event->occurred);
    put_wall(&t, STR(",\"received\":"), event->received);
    put_text(&t, STR(",\"actor\":"), event->actor);
    if (event->cause >= 0) {
        text_put(&t, STR(",\"cause\":"));
        text_put_i64(&t, event->cause);
    }
    if (event->drill)
        text_put(&t, STR(",\"drill\":true"));
    put_text(&t, STR(",\"label\":"), event->label);
    put_text(&t, STR(",\"record\":"), event->record);
    put_text(&t, STR(",\"subject\":"), event->subject);
    if (str_absent(sealed)) {
        text_put(&t, STR(",\"body\":"));
        text_put(&t, event->body);
    } else {
        put_text(&t, STR(",\"sealed\":"), sealed);
    }
    text_put_char(&t, '}');
    return text_done(&t, ret);
}

/* ---- reading -------------------------------------------------------------------------------- */

enum member {
    SEQ,
    KIND,
    VERSION,
    OCCURRED,
    RECEIVED,
    ACTOR,
    CAUSE,
    DRILL,
    LABEL,
    RECORD,
    SUBJECT,
    BODY,
    SEALED,
    MEMBERS
};

static const char *const names[MEMBERS] = {
    [SEQ] = "seq",           [KIND] = "kind",     [VERSION] = "version", [OCCURRED] = "occurred",
    [RECEIVED] = "received", [ACTOR] = "actor",   [CAUSE] = "cause",     [DRILL] = "drill",
    [LABEL] = "label",       [RECORD] = "record", [SUBJECT] = "subject", [BODY] = "body",
    [SEALED] = "sealed",
};

static rc read_number(struct ctx *c, struct json *j, int64_t *ret)
{
    struct str digits = {0};
    if (!json_number(j, &digits) || !str_to_i64(digits, ret) || *ret < 0)
        FAIL(c, CORRUPT, "an entry with a wrong number at byte %zu", j->at);
    return OK;
}

static rc read_text(struct ctx *c, struct json *j, struct str *ret)
{
    struct str raw = {0};
    if (!json_string(j, &raw))
        FAIL(c, CORRUPT, "an entry with a wrong text at byte %zu", j->at);
    return json_unescape(c, raw, ret);
}

static rc read_wall(struct ctx *c, struct json *j, struct wall *ret)
{
    struct str raw = {0};
    if (!json_string(j, &raw) || !wall_parse(raw, ret))
        FAIL(c, CORRUPT, "an entry with a wrong time at byte %zu", j->at);
    return OK;
}

static rc read_member(struct ctx *c, struct json *j, enum member member, struct ledger_parsed *p)
{
    struct ledger_event *e = &p->event;
    switch (member) {
    case SEQ:
        return read_number(c, j, &e->seq);
    case KIND:
        return read_text(c, j, &e->kind);
    case VERSION:
        return read_number(c, j, &e->version);
    case OCCURRED:
        return read_wall(c, j, &e->occurred);
    case RECEIVED:
        return read_wall(c, j, &e->received);
    case ACTOR:
        return read_text(c, j, &e->actor);
    case CAUSE:
        return read_number(c, j, &e->cause);
    case DRILL:
        if (!json_bool(j, &e->drill) || !e->drill)
            break;
        return OK;
    case LABEL:
        return read_text(c, j, &e->label);
    case RECORD:
        return read_text(c, j, &e->record);
    case SUBJECT:
        return read_text(c, j, &e->subject);
    case BODY:
        if (json_peek(j) != JSON_OBJECT || !json_skip(j, &e->body))
            break;
        return OK;
    case SEALED:
        return read_text(c, j, &p->sealed);
    case MEMBERS:
        break;
    }
    FAIL(c, CORRUPT, "an entry with a wrong value at byte %zu", j->at);
}

rc ledger_parse_entry(struct ctx *c, struct str entry, struct ledger_parsed *ret)
{
    struct ledger_parsed p = {.event = {.seq = -1, .version = -1, .cause = -1}};
    struct json j;
    struct str key;
    json_init(&j, entry);
    json_object(&j);
    unsigned next = SEQ;
    while (json_next_key(&j, &key)) {
        while (next < MEMBERS && !str_is(key, names[next]))
            next++;
        if (next == MEMBERS)
            FAIL(c, CORRUPT, "an entry with an unknown or misplaced member '%.*s'", STR_ARG(key));
        TRY(read_member(c, &j, (enum member)next, &p));
        next++;
    }
    if (!json_end(&j))
        FAIL(c, CORRUPT, "an entry that is not JSON: %s at byte %zu", j.error, j.at);
    if (p.event.seq < 0 || p.event.version < 0 || str_absent(p.event.kind) ||
        str_absent(p.event.body) == str_absent(p.sealed) ||
        (!str_absent(p.sealed) && str_absent(p.event.subject)))
        FAIL(c, CORRUPT, "an entry without seq, kind, version or body");
    *ret = p;
    return OK;
}
