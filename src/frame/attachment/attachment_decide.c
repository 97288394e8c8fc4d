/* Attaching, removing, expiring, and what goes with a person or a record that is erased. */
#include "core/record.h"
#include "core/system.h"
#include "frame/attachment/attachment_own.h"
#include "frame/attachment/media.h"

#define ROOM_ID STR("all")

/* ---- the record that it belongs to ----------------------------------------------------------- */

rc owner_get(struct ctx *c, struct picture *picture, const struct actor *actor, struct str name,
             struct named *ret)
{
    TRY(record_named(c, picture, actor, name, ret));
    if (ret->record->attachments.most == 0)
        FAIL(c, NOT_FOUND, "a %s cannot have files", ret->record->shape->name);
    return OK;
}

rc attachment_get(struct ctx *c, struct picture *picture, const struct actor *actor, struct str id,
                  struct named *ret_owner, struct attachment *ret)
{
    TRY(picture_get(c, picture, &attachment_shape, id, NULL, ret));
    rc found = owner_get(c, picture, actor, ret->of, ret_owner);
    if (found.code == RC_NOT_FOUND || !actor_may_read(actor, ret->label))
        return picture_absent(c, &attachment_shape);
    return found;
}

static rc event_of(struct ctx *c, struct picture *picture, const struct record *record,
                   const char *verb, const struct event_kind **ret)
{
    struct str name;
    TRY(str_format(c, &name, "%s.%s", record->shape->name, verb));
    *ret = catalog_event(picture_catalog(picture), name);
    return OK;
}

static rc add_event(struct ctx *c, struct picture *picture, const struct named *owner,
                    const char *verb, const struct attachment *body, struct outcome *outcome)
{
    struct outcome_event event = {.body = body, .record_id = owner->head->id};
    TRY(event_of(c, picture, owner->record, verb, &event.kind));
    TRY(record_subject(c, owner->record, owner->head, &event.subject));
    return outcome_add(c, outcome, &event);
}

/* ---- adding ---------------------------------------------------------------------------------- */

rc attachment_key_name(struct ctx *c, struct str id, struct str *ret)
{
    return str_format(c, ret, "attachment/%.*s", STR_ARG(id));
}

static rc room_get(struct ctx *c, struct picture *picture, struct attachment_room *ret)
{
    rc found = picture_get(c, picture, &attachment_room_shape, ROOM_ID, NULL, ret);
    if (found.code != RC_NOT_FOUND)
        return found;
    *ret = (struct attachment_room){.id = ROOM_ID, .label = SYSTEM_LABEL};
    return OK;
}

static rc list_of(struct ctx *c, struct picture *picture, const char *field, struct str value,
                  struct page *ret)
{
    struct query query = {.filter_count = 1, .limit = QUERY_LIMIT_MAX};
    query.filters[0] = (struct filter){str_from(field), FILTER_EQ, value};
    return picture_list(c, picture, &attachment_shape, &query, ret);
}

rc attachment_any(struct ctx *c, struct picture *picture, struct str of, bool *ret)
{
    struct page page;
    *ret = false;
    TRY(list_of(c, picture, "of", of, &page));
    const struct attachment *files = page.records;
    for (size_t i = 0; i < page.count; i++)
        *ret = *ret || !files[i].removed.us;
    return OK;
}

/* Of files that the actor may not read it is not told that they are the same. */
static rc check_room(struct ctx *c, struct picture *picture, const struct record *record,
                     const struct actor *actor, const struct attachment *a)
{
    struct attachment_room room = {0};
    struct page page;
    int64_t count = 0;
    TRY(list_of(c, picture, "of", a->of, &page));
    const struct attachment *others = page.records;
    for (size_t i = 0; i < page.count; i++) {
        if (others[i].removed.us)
            continue;
        count++;
        if (str_eq(others[i].digest, a->digest) && actor_may_read(actor, others[i].label))
            REFUSE(c, CONFLICT, "twice", "digest", "this %s already has the same file",
                   record->shape->name);
    }
    if (count >= record->attachments.most || page.count == QUERY_LIMIT_MAX)
        REFUSE(c, CONFLICT, "most", "", "a %s has at most %lld files", record->shape->name,
               (long long)record->attachments.most);
    TRY(room_get(c, picture, &room));
    if (room.bytes + a->bytes > ATTACHMENT_ROOM_BYTES)
        REFUSE(c, CONFLICT, "room", "", "there is no space for more files in the mission");
    return OK;
}

static rc check_kind(struct ctx *c, const struct record *record, const struct attachment_given *g)
{
    const struct attachments *rules = &record->attachments;
    int64_t most = rules->bytes_max ? rules->bytes_max : ATTACHMENT_BYTES_MAX;
    if (!media_in(g->type, rules->kinds))
        REFUSE(c, INVALID, "type", "type", "this is %.*s; a %s accepts %s", STR_ARG(g->type),
               record->shape->name, rules->kinds);
    if (g->bytes > most)
        REFUSE(c, TOO_LARGE, "size", "bytes", "a file of a %s can have at most %lld bytes",
               record->shape->name, (long long)most);
    return OK;
}

static rc put_file(struct ctx *c, struct outcome *outcome, const struct attachment *a,
                   const struct attachment_given *given)
{
    struct vault_seal seal = {.field = "key", .outer = a->subject};
    struct attachment_file file = {.id = a->id,
                                   .label = a->label,
                                   .of = a->of,
                                   .subject = a->subject,
                                   .key = given->key,
                                   .sealed = given->sealed};
    TRY(attachment_key_name(c, a->id, &seal.inner));
    return outcome_vault_seal(c, outcome, &attachment_file_shape, &file, &seal);
}

static rc add_to(struct ctx *c, struct picture *picture, struct outcome *outcome,
                 const struct named *owner, const struct attachment_add *add)
{
    const struct attachment_given *given = add->given;
    struct wall now = clock_now(c);
    if (owner->row.retired.us)
        FAIL(c, CONFLICT, "this %s is retired", owner->record->shape->name);
    TRY(check_kind(c, owner->record, given));
    if (given->expires.us && given->expires.us <= now.us)
        REFUSE(c, INVALID, "order", "expires", "that time has already passed");
    struct attachment a = {
        .id = given->id,
        .label = owner->head->label,
        .of = add->of,
        .name = given->name,
        .type = given->type,
        .bytes = given->bytes,
        .digest = given->digest,
        .added_by = add->actor->id,
        .added = now,
        .expires = given->expires,
    };
    if (given->label.tlp != TLP_NONE)
        TRY(label_join(c, a.label, given->label, &a.label));
    if (!actor_may_read(add->actor, a.label))
        REFUSE(c, FORBIDDEN, "label", "label", "this label exceeds your own clearance");
    TRY(record_subject(c, owner->record, owner->head, &a.subject));
    TRY(check_room(c, picture, owner->record, add->actor, &a));
    TRY(add_event(c, picture, owner, "attached", &a, outcome));
    TRY(put_file(c, outcome, &a, given));
    if (!a.expires.us)
        return OK;
    return outcome_set_deadline(c, outcome, &attachment_decisions[ATTACHMENT_EXPIRE], a.id,
                                a.expires, NULL);
}

rc attachment_add(struct ctx *c, struct picture *picture, struct outcome *outcome,
                  const struct attachment_add *add)
{
    struct named owner;
    TRY(owner_get(c, picture, add->actor, add->of, &owner));
    return add_to(c, picture, outcome, &owner, add);
}

static rc check_may(struct ctx *c, const struct command *command, const struct record *record)
{
    const char *permission = attachment_permission(record);
    if (!actor_may(&command->actor, permission))
        FAIL(c, FORBIDDEN, "this needs the permission %s", permission);
    return OK;
}

rc attachment_decide_add(struct ctx *c, struct picture *picture, const struct command *command,
                         struct outcome *outcome)
{
    struct named owner;
    TRY(owner_get(c, picture, &command->actor, command->target, &owner));
    TRY(check_may(c, command, owner.record));
    return add_to(c, picture, outcome, &owner,
                  &(struct attachment_add){
                      .of = command->target, .actor = &command->actor, .given = command->input});
}

/* ---- removing -------------------------------------------------------------------------------- */

/* CONFLICT: its record is held. */
static rc check_held(struct ctx *c, struct picture *picture, const struct named *owner)
{
    const struct catalog *catalog = picture_catalog(picture);
    for (size_t i = 0; i < catalog_module_count(catalog); i++) {
        check_removal_fn *check = catalog_module(catalog, i)->check_removal;
        if (check)
            TRY(check(c, picture, owner->record, owner->head));
    }
    return OK;
}

static rc remove_one(struct ctx *c, struct picture *picture, struct outcome *outcome,
                     const struct named *owner, struct attachment *a)
{
    struct str key;
    a->removed = clock_now(c);
    TRY(attachment_key_name(c, a->id, &key));
    TRY(outcome_vault_delete(c, outcome, &attachment_file_shape, a->id));
    TRY(outcome_destroy(c, outcome, key));
    return add_event(c, picture, owner, "detached", a, outcome);
}

/* What a record stood on when it was closed, stays with it. */
static rc check_open(struct ctx *c, const struct named *owner)
{
    const struct record *record = owner->record;
    const char *state = step_state(record, owner->head);
    if (owner->row.retired.us)
        FAIL(c, CONFLICT, "this %s is retired", record->shape->name);
    if (record->editable && !step_from(record->editable, state))
        REFUSE(c, CONFLICT, "state", "", "this %s is %s; to remove a file, it has to be %s",
               record->shape->name, state, record->editable);
    return OK;
}

rc attachment_decide_remove(struct ctx *c, struct picture *picture, const struct command *command,
                            struct outcome *outcome)
{
    const struct attachment_end *end = command->input;
    struct attachment a = {0};
    struct named owner;
    TRY(attachment_get(c, picture, &command->actor, command->target, &owner, &a));
    TRY(check_may(c, command, owner.record));
    if (a.removed.us)
        FAIL(c, CONFLICT, "this file is already removed");
    TRY(check_open(c, &owner));
    TRY(check_held(c, picture, &owner));
    a.removed_why = end->why;
    if (a.expires.us)
        TRY(outcome_clear_deadline(c, outcome, &attachment_decisions[ATTACHMENT_EXPIRE], a.id));
    return remove_one(c, picture, outcome, &owner, &a);
}

/* It may be gone by then, with its record; or it is held, and looked at again in a day. */
rc attachment_decide_expire(struct ctx *c, struct picture *picture, const struct command *command,
                            struct outcome *outcome)
{
    struct attachment a = {0};
    struct named owner;
    rc found = attachment_get(c, picture, &command->actor, command->target, &owner, &a);
    if (found.code == RC_NOT_FOUND)
        return OK;
    TRY(found);
    if (a.removed.us || a.expires.us > clock_now(c).us)
        return OK;
    rc free_to_go = check_held(c, picture, &owner);
    if (free_to_go.code == RC_CONFLICT)
        return outcome_set_deadline(c, outcome, &attachment_decisions[ATTACHMENT_EXPIRE], a.id,
                                    (struct wall){clock_now(c).us + DAY_US}, NULL);
    TRY(free_to_go);
    a.removed_why = STR("its time was over");
    return remove_one(c, picture, outcome, &owner, &a);
}

/* ---- erased with its record or its person ---------------------------------------------------- */

rc attachment_erase_all(struct ctx *c, struct picture *picture, struct outcome *outcome,
                        struct str of)
{
    struct page page;
    TRY(list_of(c, picture, "of", of, &page));
    const struct attachment *items = page.records;
    for (size_t i = 0; i < page.count; i++) {
        struct str key;
        if (items[i].removed.us)
            continue;
        TRY(attachment_key_name(c, items[i].id, &key));
        TRY(outcome_destroy(c, outcome, key));
    }
    return outcome_vault_delete_where(c, outcome, &attachment_file_shape, "of", of);
}

rc attachment_on_subject(struct ctx *c, struct picture *, const struct event *event,
                         struct outcome *outcome)
{
    const struct subject_erased *erased = event->body;
    return outcome_vault_delete_where(c, outcome, &attachment_file_shape, "subject",
                                      erased->subject);
}

/* ---- folds ----------------------------------------------------------------------------------- */

/* The row of the room depends on what there is and on nothing else, so that a picture folded anew,
 * where erased files never were, has the same. */
static rc room_add(struct ctx *c, struct picture *picture, int64_t count, int64_t bytes)
{
    struct attachment_room room = {0};
    TRY(room_get(c, picture, &room));
    room.count += count;
    room.bytes += bytes;
    if (room.count == 0)
        return picture_delete(c, picture, &attachment_room_shape, ROOM_ID);
    return picture_put(c, picture, &attachment_room_shape, &room, NULL);
}

rc attachment_fold_added(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct attachment *a = event->body;
    if (!a)
        return OK; /* erased */
    TRY(picture_put(c, picture, &attachment_shape, a, event));
    return room_add(c, picture, 1, a->bytes);
}

rc attachment_fold_removed(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct attachment *a = event->body;
    if (!a)
        return OK;
    TRY(picture_put(c, picture, &attachment_shape, a, event));
    return room_add(c, picture, -1, -a->bytes);
}

static rc forget(struct ctx *c, struct picture *picture, const char *field, struct str value)
{
    struct page page;
    do {
        TRY(list_of(c, picture, field, value, &page));
        const struct attachment *items = page.records;
        for (size_t i = 0; i < page.count; i++) {
            TRY(picture_delete(c, picture, &attachment_shape, items[i].id));
            if (!items[i].removed.us)
                TRY(room_add(c, picture, -1, -items[i].bytes));
        }
    } while (page.count == QUERY_LIMIT_MAX);
    return OK;
}

rc attachment_fold_erased(struct ctx *c, struct picture *picture, struct str of)
{
    return forget(c, picture, "of", of);
}

rc attachment_fold_subject(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct subject_erased *erased = event->body;
    return forget(c, picture, "subject", erased->subject);
}
