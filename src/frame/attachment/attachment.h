/* Files that belong to a record: what they are is in the ledger (name, type, size, digest), their
 * bytes lie beside it, sealed. A record has them by `.attachments` (core/module.h). */
#ifndef FRAME_ATTACHMENT_ATTACHMENT_H
#define FRAME_ATTACHMENT_ATTACHMENT_H

#include "core/module.h"

extern const struct module attachment_module;

enum { ATTACHMENT_BYTES_MAX = 6 << 20 };
/* Of all files of the mission together. */
static const int64_t ATTACHMENT_ROOM_BYTES = (int64_t)4 << 30;

/* A file, as the record has it: body of "<noun>.attached" and "<noun>.detached". */
#define ATTACHMENT_FIELDS(F, T)                                                                  \
    RECORD_FIELDS(F, T)                                                                          \
    F(T, text, line, of, REQUIRED | INDEXED, 3, 64, "the record it belongs to: site/01J…")       \
    F(T, text, line, subject, INDEXED, 1, 64, "whose key it is sealed under, beside its own")    \
    F(T, text, line, name, REQUIRED | TITLE, 1, 120, "what the file is called")                  \
    F(T, text, line, type, REQUIRED, 1, 60, "its type, judged by its bytes")                     \
    F(T, i64, _, bytes, 0, 1, ATTACHMENT_BYTES_MAX, "how long it is")                            \
    F(T, text, slug, digest, REQUIRED | INDEXED, 64, 64, "SHA-256 of its bytes, in hexadecimal") \
    F(T, id, _, added_by, REQUIRED, 0, 0, "who brought it")                                      \
    F(T, time, _, added, REQUIRED, 0, 0, "when")                                                 \
    F(T, time, _, expires, INDEXED, 0, 0, "when it is removed by itself")                        \
    F(T, time, _, removed, INDEXED, 0, 0, "when it was removed: only its digest is left")        \
    F(T, text, line, removed_why, 0, 1, 240, "why")
SHAPE_DECLARE(attachment, ATTACHMENT_FIELDS);

/* A file on its way in, sealed by whoever had the bytes; input of "attachment.add", whose target is
 * the record ("site/01J…"). */
#define ATTACHMENT_GIVEN_FIELDS(F, T)                                                   \
    RECORD_FIELDS(F, T)                                                                 \
    F(T, text, line, name, REQUIRED, 1, 120, "what the file is called")                 \
    F(T, text, line, type, REQUIRED, 1, 60, "what it is")                               \
    F(T, i64, _, bytes, 0, 1, ATTACHMENT_BYTES_MAX, "how long it is")                   \
    F(T, text, slug, digest, REQUIRED, 64, 64, "SHA-256 of its bytes")                  \
    F(T, time, _, expires, 0, 0, 0, "when it is removed by itself")                     \
    F(T, bytes, _, key, REQUIRED | SECRET, 32, 32, "the key its bytes are sealed with") \
    F(T, bytes, _, sealed, REQUIRED | SECRET, 1, ATTACHMENT_BYTES_MAX + 64, "its bytes")
SHAPE_DECLARE(attachment_given, ATTACHMENT_GIVEN_FIELDS);

#define ATTACHMENT_END_FIELDS(F, T) \
    F(T, text, line, why, REQUIRED, 3, 240, "why it is removed before its time")
SHAPE_DECLARE(attachment_end, ATTACHMENT_END_FIELDS);

/* Inspect bytes, seal them, and fill in `ret` except expiry and label; a label joins that of the
 * record. INVALID: an unknown type, or an invalid name; TOO_LARGE. It is slow: do not call it on
 * the writer. */
rc attachment_seal(struct ctx *c, struct str name, struct str bytes, struct attachment_given *ret);

/* Attach it, within a decision of another domain; the actor needs no permission for it. */
struct attachment_add {
    struct str of; /* "snapshot/01J…" */
    const struct actor *actor;
    const struct attachment_given *given;
};
rc attachment_add(struct ctx *c, struct picture *picture, struct outcome *outcome,
                  const struct attachment_add *add);

/* Does it have a file that was not removed? */
rc attachment_any(struct ctx *c, struct picture *picture, struct str of, bool *ret);

/* The record is erased: its files go with it. For the decision, and for the fold of its event. */
rc attachment_erase_all(struct ctx *c, struct picture *picture, struct outcome *outcome,
                        struct str of);
rc attachment_fold_erased(struct ctx *c, struct picture *picture, struct str of);

#endif
