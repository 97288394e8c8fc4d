/* Words for searching: decompose (NFKD, folding case), drop what people leave out when they type,
 * compose again, cut at all that is neither letter nor digit. Marks are dropped where they are
 * accents; where they are vowels (Hindi, Thai) they stay. */
#include "engine/words/words.h"

#include <utf8proc.h>

enum { WORD_BYTES_MAX = 4 * WORDS_CHARS_MAX };

struct range {
    int32_t first, last;
};

/* Accents of Latin, Greek and Cyrillic; points of Hebrew; vowel signs of Arabic. */
static const struct range accents[] = {
    {0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05c7}, {0x0610, 0x061a},
    {0x064b, 0x065f}, {0x0670, 0x0670}, {0x06d6, 0x06ed}, {0x08d3, 0x08ff},
    {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe20, 0xfe2f},
};

/* Letters that only change the sound of the one before (ʿ, ʼ), and what stretches an Arabic word.
 */
static const struct range silent[] = {{0x02b0, 0x02ff}, {0x0640, 0x0640}};

/* Thai and Lao, Burmese, Khmer, kana and bopomofo, Chinese, Korean. */
static const struct range paired[] = {
    {0x0e00, 0x0eff}, {0x1000, 0x109f}, {0x1780, 0x17ff}, {0x3005, 0x3007},   {0x3040, 0x312f},
    {0x31a0, 0x31ff}, {0x3400, 0x9fff}, {0xac00, 0xd7af}, {0x20000, 0x3ffff},
};

/* Letters that are another one with a stroke or a hook, which no decomposition tells; and letters
 * and digits of Arabic that people type for each other. */
static const struct {
    int32_t letter;
    const char *as;
} alike[] = {
    {0x00e6, "ae"}, {0x00f0, "d"}, {0x00f8, "o"},  {0x00fe, "th"}, {0x0111, "d"}, {0x0127, "h"},
    {0x0131, "i"},  {0x0142, "l"}, {0x0153, "oe"}, {0x0167, "t"},  {0x0621, ""},  {0x0629, "ه"},
    {0x0649, "ي"},  {0x0660, "0"}, {0x0661, "1"},  {0x0662, "2"},  {0x0663, "3"}, {0x0664, "4"},
    {0x0665, "5"},  {0x0666, "6"}, {0x0667, "7"},  {0x0668, "8"},  {0x0669, "9"}, {0x0671, "ا"},
    {0x06a9, "ك"},  {0x06be, "ه"}, {0x06c0, "ه"},  {0x06c1, "ه"},  {0x06cc, "ي"}, {0x06f0, "0"},
    {0x06f1, "1"},  {0x06f2, "2"}, {0x06f3, "3"},  {0x06f4, "4"},  {0x06f5, "5"}, {0x06f6, "6"},
    {0x06f7, "7"},  {0x06f8, "8"}, {0x06f9, "9"},
};

#define IN(ranges, letter) is_in(ranges, sizeof(ranges) / sizeof *(ranges), letter)
static bool is_in(const struct range *ranges, size_t count, int32_t letter)
{
    for (size_t i = 0; i < count; i++)
        if (letter >= ranges[i].first && letter <= ranges[i].last)
            return true;
    return false;
}

static bool is_word(int32_t letter)
{
    utf8proc_category_t category = utf8proc_category(letter);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
}

/* The text as letters, in the arena of c. */
static rc read_letters(struct ctx *c, struct str text, int32_t **ret, size_t *ret_count)
{
    static const utf8proc_option_t how =
        UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text.ptr;
    utf8proc_ssize_t len = (utf8proc_ssize_t)text.len;
    utf8proc_ssize_t room = utf8proc_decompose(bytes, len, NULL, 0, how), count = 0;
    int32_t *letters = NULL;
    if (room < 0)
        FAIL(c, INVALID, "the text to look for is not UTF-8");
    NEW(c, letters, (size_t)room + 1);
    room = utf8proc_decompose(bytes, len, letters, room, how);
    for (utf8proc_ssize_t i = 0; i < room; i++)
        if (!IN(accents, letters[i]) && !IN(silent, letters[i]))
            letters[count++] = letters[i];
    *ret = letters;
    *ret_count = (size_t)utf8proc_normalize_utf32(letters, count, UTF8PROC_COMPOSE);
    return OK;
}

static void put_letter(struct text *out, int32_t letter)
{
    utf8proc_uint8_t bytes[4];
    for (size_t i = 0; letter > 0x7f && i < sizeof alike / sizeof *alike; i++)
        if (alike[i].letter == letter) {
            text_put(out, str_from(alike[i].as));
            return;
        }
    size_t len = (size_t)utf8proc_encode_char(letter, bytes);
    text_put(out, (struct str){(const char *)bytes, len});
}

/* False: there is no room for another word. */
static bool put_word(struct text *out, const int32_t *letters, size_t count)
{
    size_t before = out->len;
    if (out->limit - out->len <= WORD_BYTES_MAX)
        return false;
    if (before > 0)
        text_put_char(out, ' ');
    size_t start = out->len;
    for (size_t i = 0; i < count && i < WORDS_CHARS_MAX; i++)
        put_letter(out, letters[i]);
    if (out->len == start) /* a letter that is left out, alone */
        out->len = before;
    return !out->failed;
}

/* A run of letters that are written without blanks. */
static bool put_pairs(struct text *out, const int32_t *letters, size_t count, enum words_use use)
{
    bool room = true;
    for (size_t i = 0; i + 1 < count && room; i++)
        room = put_word(out, letters + i, 2);
    if (room && (use == WORDS_KEPT || count == 1))
        room = put_word(out, letters + count - 1, 1);
    return room;
}

rc words_put(struct ctx *c, struct str text, enum words_use use, struct text *out)
{
    int32_t *letters = NULL;
    size_t count = 0;
    bool room = true;
    if (text.len == 0)
        return OK;
    TRY(read_letters(c, text, &letters, &count));
    for (size_t at = 0, end = 0; at < count && room; at = end) {
        bool pairs = IN(paired, letters[at]);
        for (end = at; end < count && is_word(letters[end]) && IN(paired, letters[end]) == pairs;)
            end++;
        if (end == at)
            end++;
        else if (pairs)
            room = put_pairs(out, letters + at, end - at, use);
        else
            room = put_word(out, letters + at, end - at);
    }
    return OK;
}

const char *words_version(void)
{
    return utf8proc_unicode_version();
}
