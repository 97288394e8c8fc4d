/* What the files of this folder have from each other. */
#ifndef FRAME_ATTACHMENT_ATTACHMENT_OWN_H
#define FRAME_ATTACHMENT_ATTACHMENT_OWN_H

#include "core/record.h"
#include "frame/attachment/attachment.h"

enum attachment_decision {
    ATTACHMENT_ADD,
    ATTACHMENT_REMOVE,
    ATTACHMENT_EXPIRE,
    ATTACHMENT_DECISIONS
};
extern const struct decision attachment_decisions[ATTACHMENT_DECISIONS + 1];

/* The bytes, in the vault: `key` opens `sealed`, and is itself sealed under the key of the file and
 * that of its subject. */
#define ATTACHMENT_FILE_FIELDS(F, T)                                            \
    RECORD_FIELDS(F, T)                                                         \
    F(T, text, line, of, REQUIRED | INDEXED, 3, 64, "the record it belongs to") \
    F(T, text, line, subject, INDEXED, 1, 64, "whose key it is sealed under")   \
    F(T, bytes, _, key, REQUIRED | SECRET, 32, 256, "the key, sealed")          \
    F(T, bytes, _, sealed, REQUIRED | SECRET, 1, ATTACHMENT_BYTES_MAX + 64, "its bytes")
SHAPE_DECLARE(attachment_file, ATTACHMENT_FILE_FIELDS);

/* How much there is; one row, whose id is "all". */
#define ATTACHMENT_ROOM_FIELDS(F, T)      \
    RECORD_FIELDS(F, T)                   \
    F(T, i64, _, count, 0, 0, 0, "files") \
    F(T, i64, _, bytes, 0, 0, 0, "their bytes")
SHAPE_DECLARE(attachment_room, ATTACHMENT_ROOM_FIELDS);

/* The permission to attach and to remove. */
static inline const char *attachment_permission(const struct record *record)
{
    return record->attachments.write ? record->attachments.write : record->write;
}

/* The name of the file's own key. */
rc attachment_key_name(struct ctx *c, struct str id, struct str *ret);

/* Open what attachment_seal has sealed. CORRUPT: it is not what the record says. */
rc attachment_open(struct ctx *c, const struct attachment *attachment, struct str key,
                   struct str sealed, struct str *ret);

/* The record that a file belongs to, by its name, if the actor may read it; live or not. NOT_FOUND.
 */
rc owner_get(struct ctx *c, struct picture *picture, const struct actor *actor, struct str name,
             struct named *ret);
/* A file that the actor may read, as its record. NOT_FOUND. */
rc attachment_get(struct ctx *c, struct picture *picture, const struct actor *actor, struct str id,
                  struct named *ret_owner, struct attachment *ret);

decide_fn attachment_decide_add, attachment_decide_remove, attachment_decide_expire;
fold_fn attachment_fold_added, attachment_fold_removed, attachment_fold_subject;
rc attachment_on_subject(struct ctx *c, struct picture *picture, const struct event *event,
                         struct outcome *outcome);
serve_fn attachment_serve_add, attachment_serve_list, attachment_serve_one, attachment_serve_remove;

/* What is given for a file that was attached. */
#define ATTACHMENT_MADE_FIELDS(F, T)                                        \
    F(T, id, _, id, REQUIRED, 0, 0, "the file")                             \
    F(T, text, line, type, REQUIRED, 0, 0, "its type, judged by its bytes") \
    F(T, text, line, digest, REQUIRED, 0, 0, "SHA-256 of its bytes")
SHAPE_DECLARE(attachment_made, ATTACHMENT_MADE_FIELDS);

#endif
