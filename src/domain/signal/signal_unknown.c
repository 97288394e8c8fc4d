/* Who speaks and is on no list: an alarm, and a bounded list of them in the vault. */
#include "domain/signal/signal_own.h"

static rc ring_unknown(struct taking *t, const struct unknown_sender *sender)
{
    struct book_entry *entry = NULL;
    struct raise raise = {
        .key = STR("unknown-source"),
        .message = "unknown-source",
        .cause = STR("unknown-source"),
        .kind = SIGNAL_KIND_TAMPER,
        .priority = SIGNAL_PRIORITY_MEDIUM,
        .respond_ms = 1800000,
        .label = WATCH_LABEL,
        .at = t->h.now,
    };
    raise_quote(&raise, "sender", sender->identity);
    return book_raise(&t->h.book, &raise, &entry);
}

/* The list of them is bounded; beyond it they are one row together. */
rc unknown_note(struct taking *t, const struct signal *signal)
{
    struct unknown_sender sender = {0};
    struct query query = {.limit = UNKNOWN_MAX};
    struct page page;
    TRY(report_hash(t->h.c, signal->source, STR("sender"), &sender.id));
    rc found = picture_get(t->h.c, t->h.picture, &unknown_sender_shape, sender.id, NULL, &sender);
    if (!rc_ok(found) && found.code != RC_NOT_FOUND)
        return found;
    if (!rc_ok(found)) {
        struct str id = sender.id;
        TRY(picture_list(t->h.c, t->h.picture, &unknown_sender_shape, &query, &page));
        bool full = page.count >= UNKNOWN_MAX;
        sender = (struct unknown_sender){.id = full ? STR("others") : id,
                                         .label = WATCH_LABEL,
                                         .identity = full ? STR("(others)") : signal->source,
                                         .first = t->h.now};
        if (full && rc_ok(picture_get(t->h.c, t->h.picture, &unknown_sender_shape, STR("others"),
                                      NULL, &sender)))
            found = OK;
        if (!rc_ok(found))
            TRY(ring_unknown(t, &sender));
    }
    sender.peer = signal->peer;
    sender.code_system = signal->code_system;
    sender.text = signal->text;
    sender.last = t->h.now;
    sender.count++;
    return outcome_vault_put(t->h.c, t->h.outcome, &unknown_sender_shape, &sender);
}
