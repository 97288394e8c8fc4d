/* What every document of a mission has: words, times, names, head. The frame stands below the
 * domains, so it finds the mission, its people and their accounts by the names of their shapes; a
 * program without one of them has documents without its part. */
#include "frame/report/report.h"

#include "base/encode.h"
#include "engine/merkle/note.h"
#include "frame/report/report_own.h"

#include <stdarg.h>
#include <stdio.h>

enum { KEY_MAX = 160 };

/* ---- words ----------------------------------------------------------------------------------- */

struct str report_word(const struct reporting *r, const char *key)
{
    struct str word = words_find(r->words, key);
    const char *last = strrchr(key, '.');
    return str_absent(word) ? str_from(last ? last + 1 : key) : word;
}

rc report_name(struct ctx *c, const struct reporting *r, struct str *ret, const char *otherwise,
               const char *format, ...)
{
    char key[KEY_MAX];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(key, sizeof key, format, args);
    va_end(args);
    struct str word = len < KEY_MAX ? words_find(r->words, key) : (struct str){NULL, 0};
    if (str_absent(word) && otherwise)
        word = words_find(r->words, otherwise);
    return str_absent(word) ? str_copy(c, report_word(r, key), ret) : str_copy(c, word, ret);
}

static struct document_words document_words_of(const struct reporting *r)
{
    return (struct document_words){
#define WORD(name) .name = report_word(r, "document." #name),
        DOCUMENT_WORDS(WORD)
#undef WORD
    };
}

/* ---- the mission ----------------------------------------------------------------------------- */

static struct str text_field(const struct shape *shape, const char *name, const void *record)
{
    const struct shape_field *field = shape_field(shape, str_from(name));
    return field && field->kind == SHAPE_TEXT ? *(const struct str *)shape_in(field, record)
                                              : (struct str){NULL, 0};
}

static rc prepare_mission(struct ctx *c, struct reporting *r)
{
    struct picture *picture = r->request->picture;
    const struct record *record = catalog_record(r->request->catalog, STR("mission"));
    r->mission = picture_mission(picture);
    void *mission = record ? ctx_take(c, 1, record->shape->size) : NULL;
    if (!record)
        return OK;
    if (!mission)
        return fault_again(c);
    rc found = picture_get(c, picture, record->shape, r->mission, NULL, mission);
    if (found.code == RC_NOT_FOUND)
        return OK;
    TRY(found);
    r->mission = text_field(record->shape, "name", mission);
    struct str zone = text_field(record->shape, "time_zone", mission);
    if (!str_absent(zone)) {
        rc opened = tz_open(c, &files_system, zone, &r->zone);
        if (opened.code == RC_NO_MEMORY)
            return opened;
        r->zoned = rc_ok(opened);
    }
    return OK;
}

static rc prepare_ledger(struct ctx *c, struct reporting *r)
{
    struct note note;
    struct checkpoint head;
    TRY(ledger_checkpoint(c, picture_store(r->request->picture), &r->note));
    TRY(note_parse(c, r->note, &note));
    TRY(checkpoint_parse(c, note.text, &head));
    r->origin = head.origin;
    r->size = head.size;
    return encode_bytes(c, ENCODE_HEX, head.root.bytes, MERKLE_HASH_LEN, &r->root);
}

rc report_prepare(struct ctx *c, const struct request *request, struct response *response,
                  struct reporting *ret)
{
    struct str language = request_param(request, "language");
    struct request *asked;
    NEW(c, asked, 1);
    *asked = *request;
    *ret = (struct reporting){.request = asked, .response = response};
    TRY(words_open(c, str_absent(language) ? request->language : language, &ret->words));
    asked->language = words_language(ret->words); /* also what alarms say */
    TRY(prepare_mission(c, ret));
    return prepare_ledger(c, ret);
}

/* ---- times and names ------------------------------------------------------------------------- */

static rc put_utc(struct ctx *c, struct wall second, struct str *ret)
{
    char text[WALL_TEXT_MAX];
    wall_format(second, text);
    return str_format(c, ret, LEFT_TO_RIGHT "%.10s %.8sZ", text, text + 11);
}

rc report_time(struct ctx *c, const struct reporting *r, struct wall when, struct str *ret)
{
    struct wall second = {when.us - (when.us % 1000000 + 1000000) % 1000000};
    char text[WALL_TEXT_MAX];
    if (!when.us) {
        *ret = (struct str){NULL, 0};
        return OK;
    }
    if (!r->zoned)
        return put_utc(c, second, ret);
    int32_t offset = tz_offset(&r->zone, second);
    int minutes = (offset < 0 ? -offset : offset) / 60;
    wall_format(tz_local(&r->zone, second), text);
    return str_format(c, ret, LEFT_TO_RIGHT "%.10s %.8s %c%02d:%02d", text, text + 11,
                      offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

/* A live or retired record by the name of its shape, if there is such a shape and record. */
static rc find_record(struct ctx *c, struct reporting *r, struct str noun, struct str id,
                      const struct record **ret_record, struct record_head **ret)
{
    const struct record *record = catalog_record(r->request->catalog, noun);
    *ret_record = record;
    *ret = NULL;
    if (!record || str_absent(id))
        return OK;
    struct record_head *head = ctx_take(c, 1, record->shape->size);
    if (!head)
        return fault_again(c);
    rc found = picture_get(c, r->request->picture, record->shape, id, NULL, head);
    if (rc_ok(found))
        *ret = head;
    return found.code == RC_NOT_FOUND ? OK : found;
}

static struct str title_of(const struct record *record, const struct record_head *head)
{
    for (size_t i = 0; i < record->shape->count; i++) {
        const struct shape_field *field = &record->shape->fields[i];
        if ((field->flags & TITLE) && field->kind == SHAPE_TEXT && !(field->flags & SECRET))
            return *(const struct str *)shape_in(field, head);
    }
    return head->id;
}

rc report_shown(struct ctx *c, struct reporting *r, struct label label)
{
    struct label *whole = &r->document->head.label;
    return label_join(c, *whole, label, whole);
}

rc report_who(struct ctx *c, struct reporting *r, struct str account, struct str *ret)
{
    const struct record *record = NULL, *people = NULL;
    struct record_head *head = NULL, *person = NULL;
    *ret = account;
    if (str_is(account, "system"))
        return report_name(c, r, ret, NULL, "actor.system");
    TRY(find_record(c, r, STR("account"), account, &record, &head));
    const struct shape_field *field = head ? shape_field(record->shape, STR("person")) : NULL;
    if (!field || field->kind != SHAPE_REF)
        return OK;
    TRY(find_record(c, r, STR("person"), *(const struct str *)shape_in(field, head), &people,
                    &person));
    if (!person || !actor_may(r->request->actor, people->read) ||
        !actor_may_read(r->request->actor, person->label))
        return OK;
    *ret = title_of(people, person);
    return r->document ? report_shown(c, r, person->label) : OK;
}

rc report_title(struct ctx *c, struct reporting *r, struct str name, struct str *ret)
{
    struct str noun, id = name;
    const struct record *record = NULL;
    struct record_head *head = NULL;
    *ret = name;
    if (!str_split(&id, '/', &noun))
        return OK;
    TRY(find_record(c, r, noun, id, &record, &head));
    if (!head)
        return OK;
    if (!actor_may(r->request->actor, record->read) ||
        !actor_may_read(r->request->actor, head->label)) {
        document_withhold(r->document, 1);
        *ret = document_black;
        return OK;
    }
    *ret = title_of(record, head);
    return report_shown(c, r, head->label);
}

/* ---- the document ---------------------------------------------------------------------------- */

rc report_open(struct ctx *c, struct reporting *r, struct str title, struct str number,
               struct label label, bool drill)
{
    struct wall now = clock_now(c);
    struct document_head head = {
        .mission = r->mission,
        .title = title,
        .number = number,
        .language = words_language(r->words),
        .label = label,
        .clearance = r->request->actor->clearance,
        .drill = drill,
        .made = now,
        .ledger_size = r->size,
        .ledger_root = r->root,
        .words = document_words_of(r),
    };
    struct wall second = {now.us - now.us % 1000000};
    TRY(put_utc(c, second, &head.as_of_utc));
    TRY(report_time(c, r, now, &head.as_of));
    TRY(report_who(c, r, r->request->actor->id, &head.reader));
    if (!r->zoned)
        head.as_of = (struct str){NULL, 0};
    return document_begin(c, &head, &r->document);
}
