/* Each form's check and its pattern must say the same: the pattern is tried by an ECMA 262 machine
 * (node), with the `u` mark of JSON Schema and the `v` mark of HTML where it is known. */
#include "unit.h"

#include "shape/shape_random.h"
#include "shape/shape_random_text.h"
#include "support/scratch.h"

#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXTS = 400 };

static const struct text_form *const forms[] = {
    &text_form_line,    &text_form_block,  &text_form_slug,  &text_form_email, &text_form_phone,
    &text_form_country, &text_form_locale, &text_form_https, &text_form_zone,
};

/* Exit code 1 when our verdict, the last of a line, and the machine's differ. */
static const char program[] =
    "let bad = 0;"
    "const marks = ['u']; try { new RegExp('a', 'v'); marks.push('v'); } catch (e) {}"
    "const lines = require('fs').readFileSync(process.argv[1], 'utf8').trim().split('\\n');"
    "for (const line of lines) {"
    "  const [pattern, text, verdict] = JSON.parse(line);"
    "  for (const mark of marks)"
    "    if (new RegExp(pattern, mark).test(text) !== verdict) {"
    "      bad = 1; console.error(mark, line); }"
    "}"
    "process.exit(bad);";

static void put_case(FILE *out, struct ctx *c, const struct text_form *form, struct str text)
{
    struct text line;
    text_init(&line, c, 1 << 20);
    text_put_char(&line, '[');
    text_put_json(&line, str_from(form->pattern));
    text_put_char(&line, ',');
    text_put_json(&line, text);
    text_put(&line, form->check(text) ? STR(",true]\n") : STR(",false]\n"));
    assert_false(line.failed);
    fwrite(line.ptr, 1, line.len, out);
}

/* A text of the form, and that text with one byte put in, taken out or changed. */
static void put_cases(FILE *out, struct ctx *c, const struct text_form *form, uint64_t *seed)
{
    static const char odd[] = "\0\n\t\r\x01\x7f -_+/.@A9z\"\\^`{}()|<>%";
    const struct shape_field field = {.name = "f", .kind = SHAPE_TEXT, .form = form};
    struct str text;
    assert_true(rc_ok(random_text(c, &field, seed, 0, 40, &text)));
    put_case(out, c, form, text);
    size_t at = (size_t)shape_random_i64(seed, 0, (int64_t)text.len);
    char one = odd[shape_random_i64(seed, 0, sizeof odd - 2)];
    struct str before = str_sub(text, 0, at), after = str_sub(text, at, text.len);
    struct text changed[2];
    for (size_t i = 0; i < 2; i++) {
        text_init(&changed[i], c, 1000);
        text_put(&changed[i], before);
        text_put_char(&changed[i], one);
        text_put(&changed[i], str_sub(after, i, after.len));
        if (str_is_utf8(text_str(&changed[i])))
            put_case(out, c, form, text_str(&changed[i]));
    }
    after = str_sub(after, 1, after.len);
    struct str shorter;
    assert_true(rc_ok(str_format(c, &shorter, "%.*s%.*s", STR_ARG(before), STR_ARG(after))));
    if (str_is_utf8(shorter))
        put_case(out, c, form, shorter);
}

/* The program's exit code; -1 when there is no node. */
static int run_node(const char *path)
{
    char *arguments[] = {(char[]){"node"}, (char[]){"-e"}, (char *)(uintptr_t)program,
                         (char *)(uintptr_t)path, NULL};
    pid_t child = 0;
    int status = 0;
    if (posix_spawnp(&child, "node", NULL, NULL, arguments, environ) != 0)
        return -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

TEST(a_pattern_says_what_its_check_does)
{
    struct ctx c = scratch_open(0);
    uint64_t seed = 11;
    char path[] = "/tmp/chancery-forms-XXXXXX";
    FILE *cases = fdopen(mkstemp(path), "w");
    assert_non_null(cases);
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        assert_true(forms[i]->check(str_from(forms[i]->sample)));
        put_case(cases, &c, forms[i], STR(""));
        for (int n = 0; n < TEXTS; n++) {
            struct arena_mark mark = arena_mark(c.arena);
            put_cases(cases, &c, forms[i], &seed);
            arena_return(c.arena, mark);
        }
    }
    assert_int_equal(fclose(cases), 0);
    int code = run_node(path);
    remove(path);
    scratch_close(&c);
    if (code == -1)
        unit_skip("no node here to try the patterns with");
    assert_int_equal(code, 0);
}
