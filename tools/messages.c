/*
 * messages: puts the words of alarms into the program.
 *
 *     messages OUT.c FILE.en.json FILE.fr.json …
 *
 * Each FILE is one object of texts, one member a line, the keys in order: what the console reads as
 * it is. OUT.c is the table of domain/alarm/message_own.h, one row a key, one text a language. A
 * key that one language has and another has not is an error, and so is an escape other than \" and
 * \\: the words are UTF-8.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LANGUAGES_MAX = 8, LINE_BYTES = 4096 };

struct words {
    const char *path;
    FILE *file;
    int line;
    char text[LINE_BYTES];
};

static void stop(const struct words *w, const char *why)
{
    fprintf(stderr, "%s:%d: %s\n", w->path, w->line, why);
    exit(1);
}

/* The literal at *at, quotes included; *at moves behind it. */
static char *take_literal(struct words *w, char **at)
{
    char *begin = *at, *end = begin;
    if (*begin != '"')
        stop(w, "a text in quotes is expected");
    for (end++; *end != '"'; end++) {
        if (*end == '\0')
            stop(w, "the text does not end");
        if (*end == '\\' && *++end != '"' && *end != '\\')
            stop(w, "of escapes only \\\" and \\\\ are known here");
    }
    *at = end + 1;
    return begin;
}

/* The next member, as two literals; false at the end. */
static bool next_member(struct words *w, char **ret_key, char **ret_text)
{
    while (fgets(w->text, sizeof w->text, w->file)) {
        char *at = w->text + strspn(w->text, " \t");
        w->line++;
        if (strlen(w->text) + 1 == sizeof w->text)
            stop(w, "the line is too long");
        if (*at == '{' || *at == '}')
            continue;
        *ret_key = take_literal(w, &at);
        if (strncmp(at, ": ", 2) != 0)
            stop(w, "\": \" is expected after the key");
        *at = '\0';
        at += 2;
        *ret_text = take_literal(w, &at);
        *at = '\0';
        return true;
    }
    return false;
}

int main(int argc, char **argv)
{
    static struct words words[LANGUAGES_MAX];
    char last[LINE_BYTES] = "";
    int count = argc - 2;
    FILE *out = count > 0 && count <= LANGUAGES_MAX ? fopen(argv[1], "w") : NULL;
    if (!out) {
        fprintf(stderr, "messages OUT.c FILE.json…\n");
        return 1;
    }
    for (int i = 0; i < count; i++) {
        words[i] = (struct words){.path = argv[i + 2], .file = fopen(argv[i + 2], "r")};
        if (!words[i].file)
            stop(&words[i], "cannot be read");
    }
    fprintf(out, "#include \"domain/alarm/message_own.h\"\n\n"
                 "const struct message_words message_words[] = {\n");
    char *key, *text, *other;
    while (next_member(&words[0], &key, &text)) {
        if (strcmp(key, last) <= 0)
            stop(&words[0], "the keys are not in order, or one is there twice");
        snprintf(last, sizeof last, "%s", key);
        fprintf(out, "    {%s, {%s", key, text);
        for (int i = 1; i < count; i++) {
            if (!next_member(&words[i], &other, &text) || strcmp(other, key) != 0)
                stop(&words[i], "this key is not the one that the first language has here");
            fprintf(out, ", %s", text);
        }
        fprintf(out, "}},\n");
    }
    for (int i = 1; i < count; i++)
        if (next_member(&words[i], &key, &text))
            stop(&words[i], "the first language does not have this key");
    fprintf(out, "    {0},\n};\n");
    return fclose(out) == 0 ? 0 : 1;
}
