/* What an alarm says: a message and what stands in its holes become a sentence in the language of
 * the reader, who is told the names of those records only that they may read. */
#include "domain/alarm/alarm_own.h"
#include "domain/alarm/message_own.h"

#include "assembly/page.h"
#include "core/catalog.h"

#include <assert.h>
#include <stdio.h>

enum { KEY_MAX = 120, SENTENCE_MAX = 4096 };

/* ---- making one ------------------------------------------------------------------------------ */

static struct message_param *next_param(struct raise *raise, const char *hole)
{
    struct message_param *param = &raise->params[raise->param_count++];
    *param = (struct message_param){.name = str_from(hole)};
    return param;
}

rc raise_refer(struct ctx *c, struct raise *raise, const char *hole, const char *noun,
               struct str id)
{
    struct message_param *param = next_param(raise, hole);
    return str_format(c, &param->ref, "%s/%.*s", noun, STR_ARG(id));
}

void raise_quote(struct raise *raise, const char *hole, struct str text)
{
    size_t len = 0;
    for (size_t chars = 0; len < text.len && chars < MESSAGE_TEXT_MAX; chars++) {
        size_t next = str_first_char(str_sub(text, len, text.len));
        len += next ? next : 1;
    }
    next_param(raise, hole)->text = str_sub(text, 0, len);
}

void raise_phrases(struct raise *raise, const char *hole, struct texts phrases)
{
    next_param(raise, hole)->phrases = phrases;
}

/* ---- words ----------------------------------------------------------------------------------- */

static size_t language_of(struct str name)
{
    static const char *const languages[] = {MESSAGE_LANGUAGES};
    for (size_t i = 0; i < MESSAGE_LANGUAGE_COUNT; i++)
        if (str_is(name, languages[i]))
            return i;
    return 0;
}

static const char *words_of(const char *key, size_t language)
{
    for (const struct message_words *row = message_words; row->key; row++)
        if (strcmp(row->key, key) == 0)
            return row->texts[language];
    return NULL;
}

/* "alarm.silence.never.action", or else "alarm.silence.action". */
static const char *find_words(const char *prefix, struct str name, const char *part,
                              size_t language)
{
    char key[KEY_MAX];
    for (struct str stem = name; stem.len > 0;) {
        snprintf(key, sizeof key, "%s%.*s%s", prefix, STR_ARG(stem), part);
        const char *words = words_of(key, language);
        if (words)
            return words;
        while (stem.len > 0 && stem.ptr[--stem.len] != '.')
            ;
    }
    return NULL;
}

const char *message_phrase_of(const char *stem, struct str english)
{
    size_t len = strlen(stem);
    for (const struct message_words *row = message_words; row->key; row++)
        if (strncmp(row->key, stem, len) == 0 && row->key[len] == '.' &&
            str_is(english, row->texts[0]))
            return row->key;
    return NULL;
}

bool message_is(const char *key, const char *part, struct str english)
{
    const char *words = find_words("alarm.", str_from(key), part, 0);
    return words && str_is(english, words);
}

/* ---- names ----------------------------------------------------------------------------------- */

/* What a reader of alarms sees of these by other ways as well: their names are no secret to them.
 */
static bool may_know(const struct actor *reader, const struct record *record)
{
    const char *noun = record->shape->name;
    bool of_watch =
        strcmp(noun, "source") == 0 || strcmp(noun, "zone") == 0 || strcmp(noun, "site") == 0;
    return actor_may(reader, record->read) || (of_watch && actor_may(reader, WATCH_READ));
}

static const struct shape_field *field_of(const struct shape *shape, const char *name,
                                          unsigned flag)
{
    for (size_t i = 0; i < shape->count; i++)
        if (flag ? (shape->fields[i].flags & flag) != 0 : strcmp(shape->fields[i].name, name) == 0)
            return &shape->fields[i];
    return NULL;
}

static rc read_row(struct ctx *c, const struct request *request, const struct record *record,
                   struct str id, const char **ret)
{
    char *row = record ? ctx_take(c, 1, record->shape->size) : NULL;
    *ret = NULL;
    if (!record)
        return OK; /* no module knows such things */
    if (!row)
        return fault_again(c);
    rc found = picture_get(c, request->picture, record->shape, id, NULL, row);
    if (rc_ok(found))
        *ret = row;
    return found.code == RC_NOT_FOUND ? OK : found;
}

static rc name_of(struct ctx *c, const struct request *request, struct str noun, struct str id,
                  struct str *ret)
{
    const struct record *record = catalog_record(request->catalog, noun);
    const char *row = NULL;
    *ret = (struct str){NULL, 0};
    if (!record || !may_know(request->actor, record))
        return OK;
    TRY(read_row(c, request, record, id, &row));
    const struct record_head *head = (const void *)row;
    const struct shape_field *title = field_of(record->shape, NULL, TITLE);
    if (!row || !title || !label_readable(head->label, request->actor->clearance))
        return OK;
    *ret = *(const struct str *)(const void *)(row + title->offset);
    return OK;
}

/* People know each other by name, not by account: whoever may read the person may know who it is.
 */
static rc person_of(struct ctx *c, const struct request *request, struct str account,
                    struct str *ret)
{
    const struct record *record = catalog_record(request->catalog, STR("account"));
    const char *row = NULL;
    TRY(read_row(c, request, record, account, &row));
    const struct shape_field *person = row ? field_of(record->shape, "person", 0) : NULL;
    *ret =
        person ? *(const struct str *)(const void *)(row + person->offset) : (struct str){NULL, 0};
    return OK;
}

static rc resolve(struct ctx *c, const struct request *request, struct str ref, struct str *ret)
{
    struct str id = ref, noun, person = {NULL, 0};
    str_split(&id, '/', &noun);
    *ret = (struct str){NULL, 0};
    if (str_is(noun, "account"))
        TRY(person_of(c, request, id, &person));
    if (!str_absent(person))
        TRY(name_of(c, request, STR("person"), person, ret));
    return str_absent(*ret) ? name_of(c, request, noun, id, ret) : OK;
}

/* A thing of its kind; with a capital at the beginning of the sentence. */
static void put_unnamed(struct text *out, struct str ref, size_t language)
{
    char key[KEY_MAX];
    struct str noun;
    str_split(&ref, '/', &noun);
    snprintf(key, sizeof key, "unnamed.%.*s", STR_ARG(noun));
    const char *words = words_of(key, language);
    words = words ? words : words_of("unnamed.any", language);
    bool capital = out->len == 0 && words[0] >= 'a' && words[0] <= 'z';
    if (capital)
        text_put_char(out, (char)(words[0] - 'a' + 'A'));
    text_put(out, str_from(words + capital));
}

/* ---- phrases --------------------------------------------------------------------------------- */

static void put_phrase(struct text *out, struct str phrase, size_t language)
{
    struct str what = phrase, name, before, hole;
    str_split(&what, '/', &name);
    const char *words = find_words("", name, "", language);
    struct str rest = str_from(words ? words : words_of("unnamed.any", language));
    while (str_split(&rest, '{', &before)) {
        text_put(out, before);
        if (str_split(&rest, '}', &hole))
            text_put(out, what);
    }
}

static void put_phrases(struct text *out, const struct texts *phrases, size_t language)
{
    for (size_t i = 0; i < phrases->count; i++) {
        text_put(out, i ? STR(" ") : STR(""));
        put_phrase(out, phrases->items[i], language);
    }
}

/* ---- the sentence ---------------------------------------------------------------------------- */

static rc fill_hole(struct ctx *c, const struct request *request,
                    const struct alarm_message *message, struct str hole, struct text *out)
{
    size_t language = language_of(request->language);
    for (size_t i = 0; i < message->param_count; i++) {
        const struct message_param *param = &message->params[i];
        struct str name = param->text;
        if (!str_eq(param->name, hole))
            continue;
        if (param->phrases.count > 0) {
            put_phrases(out, &param->phrases, language);
            return OK;
        }
        if (!str_absent(param->ref))
            TRY(resolve(c, request, param->ref, &name));
        if (str_absent(name))
            put_unnamed(out, param->ref, language);
        else
            text_put(out, name);
        return OK;
    }
    put_unnamed(out, (struct str){NULL, 0}, language);
    return OK;
}

rc message_say(struct ctx *c, const struct request *request, const struct alarm_message *message,
               const char *part, struct str *ret)
{
    const char *words = find_words("alarm.", message->key, part, language_of(request->language));
    struct str rest = words ? str_from(words) : (struct str){NULL, 0}, before;
    struct text out;
    *ret = (struct str){NULL, 0};
    if (!words)
        return OK;
    text_init(&out, c, SENTENCE_MAX);
    while (str_split(&rest, '{', &before)) {
        struct str hole;
        text_put(&out, before);
        if (str_split(&rest, '}', &hole))
            TRY(fill_hole(c, request, message, hole, &out));
    }
    return text_done(&out, ret);
}

rc alarm_put(struct ctx *c, const struct request *request, struct response *response,
             const struct alarm *alarm)
{
    static_assert(offsetof(struct alarm_shown, title) == sizeof(struct alarm),
                  "an alarm that is shown begins like one that is kept");
    struct alarm_shown shown = {.id = {NULL, 0}};
    const struct alarm_message message = {alarm->message, alarm->params.items, alarm->params.count};
    memcpy(&shown, alarm, sizeof *alarm);
    TRY(message_say(c, request, &message, "", &shown.title));
    shown.consequence_said = shown.consequence;
    if (str_absent(shown.consequence))
        TRY(message_say(c, request, &message, ".consequence", &shown.consequence_said));
    shown.action_said = shown.action;
    if (str_absent(shown.action))
        TRY(message_say(c, request, &message, ".action", &shown.action_said));
    shape_write(response->body, &alarm_shown_shape, SHAPE_VIEW_SHOWN, &shown);
    return OK;
}
