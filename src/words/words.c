#include "words/words.h"

#include "base/asset.h"
#include "base/json.h"
#include "base/text.h"

/* The table that tools/embed makes of web/src. */
extern const struct asset messages[];
extern const size_t messages_count;

enum { SLOTS = 16384, FILLED_MAX = SLOTS / 2 };

struct word {
    struct str key, message;
};

struct words {
    char language[4];
    size_t filled;
    struct word slots[SLOTS];
};

static const char *const languages[] = {"en", "fr", "ar"};
enum { LANGUAGES = sizeof languages / sizeof languages[0] };

static struct word *slot_of(struct words *words, struct str key)
{
    size_t at = str_hash(key) % SLOTS;
    while (!str_absent(words->slots[at].key) && !str_eq(words->slots[at].key, key))
        at = (at + 1) % SLOTS;
    return &words->slots[at];
}

/* Of {"one": …, "other": …} the last; of a text the text. */
static rc read_message(struct ctx *c, struct json *j, struct str *ret)
{
    struct str key, raw = {NULL, 0}, form;
    if (json_peek(j) == JSON_STRING) {
        json_string(j, &raw);
    } else {
        json_object(j);
        while (json_next_key(j, &key) && json_string(j, &form))
            if (str_is(key, "other"))
                raw = form;
    }
    return j->error || str_absent(raw) ? json_fault(c, j) : json_unescape(c, raw, ret);
}

static rc read_file(struct ctx *c, struct words *words, struct str text)
{
    struct json j;
    struct str raw;
    json_init(&j, text);
    json_object(&j);
    while (json_next_key(&j, &raw)) {
        struct str message;
        TRY(read_message(c, &j, &message));
        struct word *word = slot_of(words, raw);
        if (!str_absent(word->key))
            continue;
        if (words->filled++ == FILLED_MAX)
            FAIL(c, INTERNAL, "more than %d words in a language", FILLED_MAX);
        *word = (struct word){raw, message};
    }
    return json_end(&j) ? OK : json_fault(c, &j);
}

/* Is it `<part>.<language>.json`, or `<language>.json`? */
static bool is_of(const char *path, const char *language)
{
    struct str name = str_from(path);
    return str_ends(name, ".json") && name.len > 8 &&
           str_is(str_sub(name, name.len - 7, 2), language) &&
           memchr("./", name.ptr[name.len - 8], 2);
}

static rc read_language(struct ctx *c, struct words *words, const char *language)
{
    for (size_t i = 0; i < messages_count; i++)
        if (is_of(messages[i].path, language))
            TRY(read_file(c, words,
                          (struct str){(const char *)messages[i].body, messages[i].body_len}));
    return OK;
}

rc words_open(struct ctx *c, struct str language, const struct words **ret)
{
    struct words *words = NULL;
    const char *found = languages[0];
    NEW(c, words, 1);
    for (size_t i = 0; i < LANGUAGES; i++)
        if (str_starts(language, languages[i]))
            found = languages[i];
    memcpy(words->language, found, 2);
    TRY(read_language(c, words, found));
    TRY(read_language(c, words, languages[0])); /* what is there already stays */
    *ret = words;
    return OK;
}

struct str words_language(const struct words *words)
{
    return str_from(words->language);
}

struct str words_find(const struct words *words, const char *key)
{
    struct str name = str_from(key);
    for (size_t at = str_hash(name) % SLOTS;; at = (at + 1) % SLOTS) {
        const struct word *word = &words->slots[at];
        if (str_absent(word->key) || str_eq(word->key, name))
            return word->message;
    }
}
