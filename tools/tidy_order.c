/*
 * The order of domains. The list of modules in src/main/modules.c is the one place that says it: a
 * domain may need, and include, what stands further left in it, and it includes nothing that its
 * module does not name in `.needs = NEEDS(&people_module, …)`. The module of src/domain/people is
 * people_module. Tests may include any domain further left.
 */
#include "tidy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MODULES_MAX = 128, NAME_BYTES_MAX = 64, NOWHERE = -1 };

static const char modules_path[] = "src/main/modules.c";

/* What one file says: that a domain is there, needs another, or includes it. */
enum word { IS_THERE, NEEDS, INCLUDES, INCLUDES_IN_TEST };

struct said {
    enum word word;
    char path[PATH_BYTES_MAX];
    int line;
    char domain[NAME_BYTES_MAX];
    char other[NAME_BYTES_MAX];
    struct said *next;
};

static struct said *first, **last = &first;

static char order[MODULES_MAX][NAME_BYTES_MAX];
static int order_count;
static bool needs[MODULES_MAX][MODULES_MAX];    /* by their numbers in the order … */
static bool leads_to[MODULES_MAX][MODULES_MAX]; /* … and through others */

static void note(enum word word, const char *path, int line, const char *domain, const char *other)
{
    struct said *said = calloc(1, sizeof *said);
    if (said == NULL)
        abort();
    said->word = word;
    said->line = line;
    snprintf(said->path, sizeof said->path, "%s", path);
    snprintf(said->domain, sizeof said->domain, "%s", domain);
    snprintf(said->other, sizeof said->other, "%s", other);
    *last = said;
    last = &said->next;
}

/* The next `&NAME_module` before `end`. */
static bool next_module(const char **at, const char *end, char ret_name[NAME_BYTES_MAX])
{
    static const char tail[] = "_module";
    while (*at < end) {
        const char *word = memchr(*at, '&', (size_t)(end - *at));
        if (word == NULL)
            return false;
        const char *stop = ++word;
        while (stop < end && is_word_byte(*stop))
            stop++;
        *at = stop;
        size_t length = (size_t)(stop - word);
        size_t name = length > strlen(tail) ? length - strlen(tail) : 0;
        if (name > 0 && name < NAME_BYTES_MAX && starts_with(word + name, tail)) {
            snprintf(ret_name, NAME_BYTES_MAX, "%.*s", (int)name, word);
            return true;
        }
    }
    return false;
}

static void note_needs(const struct file *file, const char *domain)
{
    const char *code = file->code.bytes;
    const char *needs_of = strstr(code, ".needs =");
    const char *at = needs_of != NULL ? strstr(needs_of, "NEEDS(") : NULL;
    const char *end = at != NULL ? strchr(at, ')') : NULL;
    char name[NAME_BYTES_MAX];
    int line = 1;

    for (const char *byte = code; byte < at; byte++)
        line += *byte == '\n';
    while (end != NULL && next_module(&at, end, name))
        note(NEEDS, file->path, line, domain, name);
}

static bool is_noted(const char *domain)
{
    for (const struct said *said = first; said != NULL; said = said->next)
        if (said->word == IS_THERE && strcmp(said->domain, domain) == 0)
            return true;
    return false;
}

void order_note(const struct file *file, const char *domain, bool of_tests)
{
    if (!is_noted(domain))
        note(IS_THERE, file->path, 1, domain, "");
    if (!of_tests)
        note_needs(file, domain);
}

void order_note_include(const struct file *file, int line, const char *domain, const char *other,
                        bool of_tests)
{
    note(of_tests ? INCLUDES_IN_TEST : INCLUDES, file->path, line, domain, other);
}

/* ---- holding it against the list ---- */

static void read_order(void)
{
    struct text all;
    if (!read_whole(modules_path, &all))
        return;
    struct text code = blanked(all);
    const char *at = strstr(code.bytes, "_modules[] = {");
    const char *end = at != NULL ? strchr(at, '}') : NULL;
    while (end != NULL && order_count < MODULES_MAX && next_module(&at, end, order[order_count]))
        order_count++;
    free(code.bytes);
    free(all.bytes);
}

static int number_of(const char *name)
{
    for (int i = 0; i < order_count; i++)
        if (strcmp(order[i], name) == 0)
            return i;
    return NOWHERE;
}

/* Every need of a need, Warshall's way. */
static void close_needs(void)
{
    memcpy(leads_to, needs, sizeof leads_to);
    for (int middle = 0; middle < order_count; middle++)
        for (int from = 0; from < order_count; from++)
            for (int to = 0; leads_to[from][middle] && to < order_count; to++)
                leads_to[from][to] = leads_to[from][to] || leads_to[middle][to];
}

static void check_need(const struct said *said, int domain, int other)
{
    if (other == NOWHERE)
        complain(said->path, said->line, "%s needs %s, which is not in the list of %s",
                 said->domain, said->other, modules_path);
    else if (other >= domain)
        complain(said->path, said->line, "%s needs %s, which stands no further left in %s%s",
                 said->domain, said->other, modules_path,
                 leads_to[other][domain] ? ": a circle" : "");
}

static void check_include(const struct said *said, int domain, int other)
{
    if (other == NOWHERE || other >= domain)
        complain(said->path, said->line, "%s may not include %s: it stands no further left in %s",
                 said->domain, said->other, modules_path);
    else if (said->word == INCLUDES && !needs[domain][other])
        complain(said->path, said->line, "%s may not include %s: %s_module does not need it",
                 said->domain, said->other, said->domain);
}

static void check_said(const struct said *said)
{
    int domain = number_of(said->domain);
    if (said->word == IS_THERE && domain == NOWHERE)
        complain(said->path, said->line, "%s_module is not in the list of %s, the order of domains",
                 said->domain, modules_path);
    if (said->word == IS_THERE || domain == NOWHERE)
        return;
    if (said->word == NEEDS)
        check_need(said, domain, number_of(said->other));
    else
        check_include(said, domain, number_of(said->other));
}

void order_check(void)
{
    read_order();
    for (const struct said *said = first; said != NULL; said = said->next) {
        int domain = number_of(said->domain);
        int other = number_of(said->other);
        if (said->word == NEEDS && domain != NOWHERE && other != NOWHERE)
            needs[domain][other] = true;
    }
    close_needs();
    for (const struct said *said = first; said != NULL; said = said->next)
        check_said(said);
    while (first != NULL) {
        struct said *next = first->next;
        free(first);
        first = next;
    }
}
