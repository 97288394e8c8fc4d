#include "words/words.h"

#include "unit.h"

static const struct words *open_words(struct ctx *c, const char *language)
{
    const struct words *words = NULL;
    rc result = words_open(c, str_from(language), &words);
    if (!rc_ok(result))
        fail_msg("%s", c->fault.message);
    return words;
}

TEST(words_are_those_of_the_console_in_each_language)
{
    struct ctx c = {.arena = arena_open(16 << 20), .clock = &clock_system};
    const struct words *en = open_words(&c, "en"), *fr = open_words(&c, "fr-CA"),
                       *ar = open_words(&c, "ar");
    assert_true(str_is(words_find(en, "value.yes"), "Yes"));
    assert_true(str_is(words_find(fr, "value.yes"), "Oui"));
    assert_true(str_is(words_find(ar, "value.yes"), "نعم"));
    assert_true(str_is(words_language(fr), "fr"));
    assert_true(str_is(words_find(en, "record.guard_post"), "Guard post"));
    arena_close(c.arena);
}

TEST(an_unknown_language_is_english_and_an_unknown_key_is_absent)
{
    struct ctx c = {.arena = arena_open(16 << 20), .clock = &clock_system};
    const struct words *words = open_words(&c, "tlh");
    assert_true(str_is(words_language(words), "en"));
    assert_true(str_absent(words_find(words, "no.such.key")));
    assert_true(str_absent(words_find(words, "")));
    arena_close(c.arena);
}
