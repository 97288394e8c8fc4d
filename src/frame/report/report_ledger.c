/* Events and their proofs: the extract of the ledger, and the last section of other documents. An
 * entry that carries nothing secret and is not sealed is printed as it is stored, so that the leaf,
 * and with the path the signed root, can be computed from the print alone. */
#include "base/encode.h"
#include "core/seen.h"
#include "frame/report/report_own.h"
#include "shape/shape_older.h"

#include <inttypes.h>
#include <sodium.h>

enum { LIMIT_DEFAULT = 50, LOOKED_MAX = 4000, ENTRY_PRINTED_MAX = 3000, PROOF_TEXT_MAX = 16384 };

SHAPE_DEFINE(ledger_extract, LEDGER_EXTRACT_FIELDS, 1, "Which events an extract shows");

/* ---- events ---------------------------------------------------------------------------------- */

static bool in_time(const struct kept_events *kept, struct wall received)
{
    return (!kept->from_us || received.us >= kept->from_us) &&
           (!kept->to_us || received.us < kept->to_us);
}

static rc keep_event(struct ctx *walk, void *arg, const struct ledger_event *event, bool *stop)
{
    struct kept_events *kept = arg;
    struct ctx *c = kept->c;
    struct reporting *r = kept->r;
    struct event_seen seen;
    if (kept->from_us && event->received.us < kept->from_us)
        *stop = true; /* backwards: the others came earlier */
    if (!in_time(kept, event->received))
        return OK;
    TRY(event_seen(walk, r->request->picture, r->request->actor, event, &seen));
    if (!seen.kind) {
        kept->hidden++;
        return OK;
    }
    if (kept->count == kept->most) {
        kept->more = *stop = true;
        return OK;
    }
    struct kept_event *item = &kept->items[kept->count++];
    *item = (struct kept_event){*event, seen.kind};
    struct str *const texts[] = {&item->event.actor, &item->event.label, &item->event.record,
                                 &item->event.kind, &item->event.subject};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        TRY(str_copy(c, *texts[i], texts[i]));
    item->event.body = (struct str){NULL, 0};
    TRY(str_copy(c, seen.label.compartments, &seen.label.compartments));
    return report_shown(c, r, seen.label);
}

rc report_keep(struct ctx *c, struct reporting *r, struct str record, struct str kind,
               struct kept_events *ret)
{
    /* what was written since the head was read is not in its tree: it cannot be proved by it */
    struct ledger_walk walk = {.from = r->size - 1,
                               .limit = LOOKED_MAX,
                               .backwards = true,
                               .record = record,
                               .kind = kind};
    ret->r = r;
    ret->c = c;
    NEW(c, ret->items, ret->most + 1);
    TRY(ledger_walk(c, picture_store(r->request->picture), &walk, keep_event, ret));
    if (!ret->uncounted)
        document_withhold(r->document, (int64_t)ret->hidden);
    return OK;
}

static rc event_word(struct ctx *c, const struct reporting *r, const char *kind, struct str *ret)
{
    struct str noun, verb = str_from(kind), word;
    struct str whole;
    TRY(str_format(c, &whole, "event.%s", kind));
    word = words_find(r->words, whole.ptr);
    if (!str_absent(word) || !str_split(&verb, '.', &noun)) {
        *ret = str_absent(word) ? str_from(kind) : word;
        return OK;
    }
    TRY(report_name(c, r, &word, NULL, "record.%.*s", STR_ARG(noun)));
    struct str done;
    TRY(report_name(c, r, &done, NULL, "verb.%.*s", STR_ARG(verb)));
    return str_format(c, ret, "%.*s: %.*s", STR_ARG(word), STR_ARG(done));
}

rc report_events_table(struct ctx *c, struct reporting *r, const struct kept_events *events,
                       bool with_record)
{
    const struct document_column columns[] = {{report_word(r, "clock.seq"), 7, true},
                                              {report_word(r, "clock.occurred"), 27, false},
                                              {report_word(r, "report.what"), 26, false},
                                              {report_word(r, "report.who"), 16, false},
                                              {report_word(r, "report.record"), 24, false}};
    size_t count = with_record ? 5 : 4;
    document_table(r->document, count, columns);
    for (size_t i = 0; i < events->count; i++) {
        const struct ledger_event *event = &events->items[i].event;
        struct str cells[5] = {0};
        TRY(str_format(c, &cells[0], "%" PRId64, event->seq));
        TRY(report_time(c, r, event->occurred, &cells[1]));
        TRY(event_word(c, r, events->items[i].kind->name, &cells[2]));
        if (event->drill)
            TRY(str_format(c, &cells[2], "%.*s\n%.*s", STR_ARG(cells[2]),
                           STR_ARG(report_word(r, "drill.word"))));
        TRY(report_who(c, r, event->actor, &cells[3]));
        if (with_record && !str_absent(event->record))
            TRY(report_title(c, r, event->record, &cells[4]));
        document_row(r->document, count, cells);
    }
    if (events->more)
        document_paragraph(r->document, report_word(r, "report.more"));
    return OK;
}

/* ---- proofs ---------------------------------------------------------------------------------- */

/* Has a body of this kind ever carried what is not shown? */
static bool may_hide(const struct event_kind *kind)
{
    for (const struct shape *shape = kind->body; shape;
         shape = shape->older ? shape->older->shape : NULL)
        if (shape_carries(shape, SECRET))
            return true;
    return kind->sealed;
}

static rc put_hex(struct ctx *c, struct text *out, const struct merkle_hash *hash)
{
    struct str hex;
    TRY(encode_bytes(c, ENCODE_HEX, hash->bytes, sizeof hash->bytes, &hex));
    text_put(out, hex);
    return OK;
}

/* SHA-256(0x00 || entry). */
static struct merkle_hash leaf_of(struct str entry)
{
    struct merkle_hash leaf;
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const unsigned char *)"", 1);
    crypto_hash_sha256_update(&state, (const unsigned char *)entry.ptr, entry.len);
    crypto_hash_sha256_final(&state, leaf.bytes);
    return leaf;
}

static rc put_event_proof(struct ctx *c, struct reporting *r, const struct kept_event *kept)
{
    struct store *store = picture_store(r->request->picture);
    struct ledger_proof proof;
    struct str entry, text;
    struct text out;
    TRY(ledger_entry(c, store, kept->event.seq, &entry));
    TRY(ledger_prove_inclusion(c, store, kept->event.seq, r->size, &proof));
    struct merkle_hash leaf = leaf_of(entry);
    text_init(&out, c, PROOF_TEXT_MAX);
    text_printf(&out, "index %" PRId64 "\nleaf  ", kept->event.seq);
    TRY(put_hex(c, &out, &leaf));
    for (size_t i = 0; i < proof.count; i++) {
        text_put(&out, STR("\npath  "));
        TRY(put_hex(c, &out, &proof.hashes[i]));
    }
    if (!may_hide(kept->kind) && str_absent(kept->event.subject) &&
        entry.len <= ENTRY_PRINTED_MAX) {
        text_put(&out, STR("\nentry "));
        text_put(&out, entry);
    }
    TRY(text_done(&out, &text));
    document_fixed(r->document, text);
    return OK;
}

rc report_events_proof(struct ctx *c, struct reporting *r, const struct kept_events *events)
{
    struct str size, key;
    document_heading(r->document, 1, report_word(r, "report.proof"));
    document_paragraph(r->document, report_word(r, "report.proof-text"));
    TRY(str_format(c, &size, "%" PRId64, r->size));
    TRY(ledger_verifier_key(c, &core_options(r->request->core)->ledger, &key));
    document_fact(r->document, report_word(r, "report.origin"), r->origin);
    document_fact(r->document, report_word(r, "report.size"), size);
    document_fact(r->document, report_word(r, "report.root"), r->root);
    document_fact(r->document, report_word(r, "report.key"), key);
    document_heading(r->document, 2, report_word(r, "report.head"));
    document_qr(r->document, r->note);
    document_heading(r->document, 2, report_word(r, "report.events"));
    for (size_t i = 0; i < events->count; i++)
        TRY(put_event_proof(c, r, &events->items[i]));
    return OK;
}

rc report_proof(struct ctx *c, struct reporting *r, struct str record)
{
    struct kept_events events = {.most = REPORT_PROOFS_MAX};
    TRY(report_keep(c, r, record, (struct str){NULL, 0}, &events));
    return report_events_proof(c, r, &events);
}

/* ---- the extract ----------------------------------------------------------------------------- */

static rc put_question(struct ctx *c, struct reporting *r, const struct ledger_extract *asked)
{
    struct str from, to;
    TRY(report_time(c, r, asked->from, &from));
    TRY(report_time(c, r, asked->to, &to));
    document_fact(r->document, report_word(r, "report.record"), asked->record);
    document_fact(r->document, report_word(r, "report.kind"), asked->kind);
    document_fact(r->document, report_word(r, "report.from"), from);
    document_fact(r->document, report_word(r, "report.to"), to);
    return OK;
}

rc report_describe_ledger(struct ctx *c, struct reporting *r, const void *input)
{
    const struct ledger_extract *asked = input;
    struct kept_events events = {
        .from_us = asked->from.us,
        .to_us = asked->to.us,
        .uncounted = !str_absent(asked->record) || !str_absent(asked->kind),
        .most = asked->limit.known ? (size_t)asked->limit.value : LIMIT_DEFAULT,
    };
    r->file_name = STR("ledger");
    TRY(report_open(c, r, report_word(r, "report.ledger"), asked->record,
                    (struct label){TLP_CLEAR, {NULL, 0}}, false));
    TRY(put_question(c, r, asked));
    document_heading(r->document, 1, report_word(r, "report.events"));
    TRY(report_keep(c, r, asked->record, asked->kind, &events));
    TRY(report_events_table(c, r, &events, true));
    return report_events_proof(c, r, &events);
}
