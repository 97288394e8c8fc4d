/* Pictures: who is asked for one, what is kept, and what makes room. */
#include "domain/camera/camera_own.h"

#include "base/encode.h"
#include "base/random.h"
#include "core/target.h"

#include <sodium.h>

enum { SWEEP_MS_LEAST = 3600 * 1000, SWEEP_MS_MORE = 10000, SWEEP_EACH = 50, ROOM_EACH = 20 };

#define ROOM_ID STR("all")
/* What Chancery itself says. */
#define ROOM_LABEL ((struct label){TLP_AMBER, {NULL, 0}})

/* ---- who sees it ----------------------------------------------------------------------------- */

static bool sees(const struct source *source, const struct alarm *alarm)
{
    bool there = str_eq(source->zone, alarm->zone) && !str_absent(alarm->zone);
    for (size_t i = 0; i < source->points.count && !str_absent(alarm->zone); i++)
        there = there || str_eq(source->points.items[i].zone, alarm->zone);
    return there;
}

/* Its own source is asked first; but not when it is the camera itself that is in trouble. */
static int rank(const struct source *source, const struct alarm *alarm)
{
    bool own = str_eq(source->id, alarm->source);
    bool ill = alarm->kind == SIGNAL_KIND_TROUBLE || alarm->kind == SIGNAL_KIND_SUPERVISION;
    if (own)
        return ill ? 0 : 2;
    return sees(source, alarm);
}

static rc find_cameras(struct ctx *c, struct picture *picture, const struct alarm *alarm,
                       struct texts *ret)
{
    struct query query = {.limit = QUERY_LIMIT_MAX};
    struct page page;
    struct texts first = {.count = 0};
    size_t own = 0;
    TRY(picture_list(c, picture, &camera_shape, &query, &page));
    const struct camera *cameras = page.records;
    NEW(c, first.items, CAMERAS_EACH + 1);
    for (size_t i = 0; i < page.count; i++) {
        struct source source = {0};
        if (cameras[i].disabled ||
            !rc_ok(picture_get(c, picture, &source_shape, cameras[i].source, NULL, &source)))
            continue;
        int place = rank(&source, alarm);
        if (place == 2 && own == 0) {
            memmove(first.items + 1, first.items, first.count * sizeof *first.items);
            first.items[0] = cameras[i].id;
            own = 1;
        } else if (place > 0 && first.count < CAMERAS_EACH) {
            first.items[first.count] = cameras[i].id;
        } else {
            continue;
        }
        first.count = first.count < CAMERAS_EACH ? first.count + 1 : first.count;
    }
    *ret = first;
    return OK;
}

/* All that was looked through is given back: an alarm is one of hundreds of a decision. */
rc cameras_of(struct ctx *c, struct picture *picture, const struct alarm *alarm, struct texts *ret)
{
    struct arena_mark mark = arena_mark(c->arena);
    char ids[CAMERAS_EACH][ID_LEN + 1];
    struct texts found = {.count = 0};
    TRY(find_cameras(c, picture, alarm, &found));
    size_t count = found.count;
    for (size_t i = 0; i < count; i++)
        snprintf(ids[i], sizeof ids[i], "%.*s", STR_ARG(found.items[i]));
    arena_return(c->arena, mark);
    found = (struct texts){.count = count};
    NEW(c, found.items, CAMERAS_EACH);
    for (size_t i = 0; i < count; i++)
        TRY(str_copy(c, str_from(ids[i]), &found.items[i]));
    *ret = found;
    return OK;
}

/* ---- asking ---------------------------------------------------------------------------------- */

rc alarm_readable(struct ctx *c, struct picture *picture, const struct actor *actor, struct str id,
                  struct alarm *ret)
{
    TRY(picture_get(c, picture, &alarm_shape, id, NULL, ret));
    return actor_may_read(actor, ret->label) ? OK : picture_absent(c, &alarm_shape);
}

static rc add_ask(struct ctx *c, struct outcome *outcome, const struct alarm *alarm,
                  struct texts cameras, bool by_itself)
{
    struct snapshot_ask ask = {
        .label = alarm->label, .alarm = alarm->id, .cameras = cameras, .by_itself = by_itself};
    TRY(id_new(c, &ask.id));
    return outcome_add_row(c, outcome, &snapshot_asked_kind, &ask);
}

/* The pictures there are of an alarm, whether they are deleted or not. */
static rc count_of(struct ctx *c, struct picture *picture, struct str alarm, size_t *ret)
{
    struct query query = {.filter_count = 1, .limit = SNAPSHOTS_EACH};
    struct page page;
    query.filters[0] = (struct filter){STR("alarm"), FILTER_EQ, alarm};
    TRY(picture_list(c, picture, &snapshot_shape, &query, &page));
    *ret = page.count;
    return OK;
}

rc snapshot_ask_one(struct ctx *c, struct picture *picture, const struct command *command,
                    struct outcome *outcome)
{
    struct alarm alarm = {0};
    struct texts cameras = {.count = 0};
    size_t count = 0;
    TRY(alarm_readable(c, picture, &command->actor, command->target, &alarm));
    TRY(cameras_of(c, picture, &alarm, &cameras));
    if (cameras.count == 0)
        REFUSE(c, CONFLICT, "no-camera", "", "no camera covers the place of this alarm");
    TRY(count_of(c, picture, alarm.id, &count));
    if (count >= SNAPSHOTS_EACH)
        REFUSE(c, CONFLICT, "enough", "", "this alarm already has %d pictures", SNAPSHOTS_EACH);
    return add_ask(c, outcome, &alarm, cameras, false);
}

rc snapshot_on_alarm(struct ctx *c, struct picture *picture, const struct event *event,
                     struct outcome *outcome)
{
    const struct alarm *alarm = event->body;
    struct texts cameras = {.count = 0};
    size_t count = 0;
    if (!alarm || alarm->state == ALARM_STATE_SUPPRESSED ||
        alarm->state == ALARM_STATE_OUT_OF_SERVICE)
        return OK;
    TRY(count_of(c, picture, alarm->id, &count));
    if (count >= SNAPSHOTS_EACH)
        return OK;
    TRY(cameras_of(c, picture, alarm, &cameras));
    return cameras.count > 0 ? add_ask(c, outcome, alarm, cameras, true) : OK;
}

/* ---- room ------------------------------------------------------------------------------------ */

static rc room_get(struct ctx *c, struct picture *picture, struct snapshot_room *ret)
{
    rc found = picture_get(c, picture, &snapshot_room_shape, ROOM_ID, NULL, ret);
    if (found.code != RC_NOT_FOUND)
        return found;
    *ret = (struct snapshot_room){.id = ROOM_ID, .label = ROOM_LABEL};
    return OK;
}

static rc add_deleted(struct ctx *c, struct outcome *outcome, const struct snapshot *snapshot,
                      struct str why, struct snapshot_room *room)
{
    struct snapshot body = *snapshot;
    body.deleted = true;
    body.deleted_why = why;
    room->count -= room->count > 0;
    room->bytes = room->bytes > snapshot->bytes ? room->bytes - snapshot->bytes : 0;
    TRY(outcome_vault_delete(c, outcome, &snapshot_image_shape, snapshot->id));
    return outcome_add_row(c, outcome, &snapshot_deleted_kind, &body);
}

/* The pictures that are held, by a column, the least first. */
static rc held(struct ctx *c, struct picture *picture, const char *sort, int64_t limit,
               struct page *ret)
{
    struct query query = {.filter_count = 1, .limit = limit, .sort = str_from(sort)};
    query.filters[0] = (struct filter){STR("deleted"), FILTER_EQ, STR("false")};
    return picture_list(c, picture, &snapshot_shape, &query, ret);
}

/* The oldest go until the new one fits. */
static rc make_room(struct ctx *c, struct picture *picture, struct outcome *outcome, int64_t bytes,
                    struct snapshot_room *room)
{
    struct page page;
    if (room->bytes + bytes <= SNAPSHOT_ROOM_BYTES)
        return OK;
    TRY(held(c, picture, "at", ROOM_EACH, &page));
    const struct snapshot *oldest = page.records;
    for (size_t i = 0; i < page.count && room->bytes + bytes > SNAPSHOT_ROOM_BYTES; i++)
        TRY(add_deleted(c, outcome, &oldest[i], STR("newer pictures needed the room"), room));
    return OK;
}

/* Once an hour, but soon when more are over than go in one turn. */
static rc sweep_at(struct ctx *c, struct outcome *outcome, struct wall due,
                   struct snapshot_room *room)
{
    struct wall now = clock_now(c);
    struct wall least = wall_after(now, due.us <= now.us ? SWEEP_MS_MORE : SWEEP_MS_LEAST);
    if (due.us < least.us)
        due = least;
    if (room->sweep.us > now.us && room->sweep.us <= due.us)
        return OK;
    room->sweep = due;
    return outcome_set_deadline(c, outcome, &camera_decisions[SNAPSHOT_SWEEP], ROOM_ID, due, NULL);
}

rc snapshot_sweep(struct ctx *c, struct picture *picture, const struct command *,
                  struct outcome *outcome)
{
    struct snapshot_room room = {0};
    struct page page;
    struct wall now = clock_now(c), next = {0};
    TRY(room_get(c, picture, &room));
    room.sweep = (struct wall){0};
    TRY(held(c, picture, "expires", SWEEP_EACH + 1, &page));
    const struct snapshot *items = page.records;
    for (size_t i = 0; i < page.count && next.us == 0; i++) {
        if (items[i].expires.us <= now.us && i < SWEEP_EACH)
            TRY(add_deleted(c, outcome, &items[i], STR("its time was over"), &room));
        else
            next = items[i].expires;
    }
    if (next.us)
        TRY(sweep_at(c, outcome, next, &room));
    return outcome_vault_put(c, outcome, &snapshot_room_shape, &room);
}

/* ---- keeping --------------------------------------------------------------------------------- */

static rc digest_of(struct ctx *c, struct str jpeg, struct str *ret)
{
    unsigned char hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(hash, (const unsigned char *)jpeg.ptr, jpeg.len);
    return encode_bytes(c, ENCODE_HEX, hash, sizeof hash, ret);
}

/* Whoever may not read of the alarm, or not see through the camera, does not see the picture. */
static rc fill(struct ctx *c, const struct camera *camera, const struct alarm *alarm,
               const struct snapshot_given *given, struct snapshot *ret)
{
    int64_t keep_ms = camera->keep_ms ? camera->keep_ms : CAMERA_KEEP_DAYS * DAY_MS;
    *ret = (struct snapshot){
        .alarm = alarm->id,
        .camera = camera->id,
        .source = camera->source,
        .at = given->at,
        .width = given->width,
        .height = given->height,
        .bytes = (int64_t)given->jpeg.len,
        .expires = wall_after(clock_now(c), keep_ms),
    };
    TRY(label_join(c, alarm->label, camera->label, &ret->label));
    TRY(digest_of(c, given->jpeg, &ret->digest));
    return id_new(c, &ret->id);
}

static bool is_jpeg(struct str bytes)
{
    return bytes.len > 4 && memcmp(bytes.ptr, "\xff\xd8\xff", 3) == 0 &&
           memcmp(bytes.ptr + bytes.len - 2, "\xff\xd9", 2) == 0;
}

rc snapshot_keep(struct ctx *c, struct picture *picture, const struct command *command,
                 struct outcome *outcome)
{
    const struct snapshot_given *given = command->input;
    struct alarm alarm = {0};
    struct camera camera = {0};
    struct snapshot_room room = {0};
    struct snapshot snapshot = {0};
    if (!is_jpeg(given->jpeg))
        REFUSE(c, INVALID, "jpeg", "jpeg", "this is not a JPEG picture");
    TRY(picture_get(c, picture, &alarm_shape, given->alarm, NULL, &alarm));
    TRY(picture_get(c, picture, &camera_shape, given->camera, NULL, &camera));
    TRY(fill(c, &camera, &alarm, given, &snapshot));
    const struct snapshot_image image = {snapshot.id, snapshot.label, given->jpeg};
    TRY(room_get(c, picture, &room));
    TRY(make_room(c, picture, outcome, snapshot.bytes, &room));
    TRY(outcome_add_row(c, outcome, &snapshot_taken_kind, &snapshot));
    TRY(outcome_vault_put(c, outcome, &snapshot_image_shape, &image));
    room.count++;
    room.bytes += snapshot.bytes;
    TRY(sweep_at(c, outcome, snapshot.expires, &room));
    return outcome_vault_put(c, outcome, &snapshot_room_shape, &room);
}

rc snapshot_miss(struct ctx *c, struct picture *picture, const struct command *command,
                 struct outcome *outcome)
{
    struct alarm alarm = {0};
    struct camera camera = {0};
    struct snapshot_missed missed = *(const struct snapshot_missed *)command->input;
    TRY(picture_get(c, picture, &alarm_shape, missed.alarm, NULL, &alarm));
    TRY(picture_get(c, picture, &camera_shape, missed.camera, NULL, &camera));
    TRY(label_join(c, alarm.label, camera.label, &missed.label));
    TRY(id_new(c, &missed.id));
    missed.source = camera.source;
    return outcome_add_row(c, outcome, &snapshot_missed_kind, &missed);
}

rc snapshot_delete(struct ctx *c, struct picture *picture, const struct command *command,
                   struct outcome *outcome)
{
    const struct snapshot_end *end = command->input;
    struct snapshot snapshot = {0};
    struct snapshot_room room = {0};
    TRY(command_target(c, picture, command, &snapshot_shape, NULL, &snapshot));
    if (snapshot.deleted)
        REFUSE(c, CONFLICT, "deleted", "", "this picture is already deleted");
    TRY(room_get(c, picture, &room));
    TRY(add_deleted(c, outcome, &snapshot, end->why, &room));
    return outcome_vault_put(c, outcome, &snapshot_room_shape, &room);
}
