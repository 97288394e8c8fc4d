/*
 * The main of every unit test executable: runs what registered itself and reports as TAP.
 *
 * Each test is a cmocka group of its own, and the report is ours: cmocka 1.1.5 writes a skipped
 * test as "not ok". What went wrong is written by cmocka to standard error; its running commentary
 * on standard output is dropped.
 */
#include "unit.h"

#include <fnmatch.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

static struct unit *first;
static struct unit **last = &first;
static const char *skipped;

void unit_register(struct unit *unit)
{
    *last = unit;
    last = &unit->next;
}

void unit_skip_at(const char *why, const char *file, int line)
{
    skipped = why;
    _skip(file, line);
    abort();
}

static bool selected(const struct unit *unit, const char *pattern)
{
    return fnmatch(pattern, unit->test.name, 0) == 0;
}

/* True unless the test failed. */
static bool run(FILE *tap, int number, struct unit *unit)
{
    skipped = NULL;
    bool good = _cmocka_run_group_tests(unit->test.name, &unit->test, 1, NULL, NULL) == 0;
    fprintf(tap, "%s %d - %s", good ? "ok" : "not ok", number, unit->test.name);
    if (skipped != NULL)
        fprintf(tap, " # SKIP %s", skipped);
    fprintf(tap, "\n");
    return good;
}

int main(int argc, char **argv)
{
    const char *pattern = argc > 1 ? argv[1] : "*";
    FILE *tap = fdopen(dup(STDOUT_FILENO), "w");
    int count = 0;
    int number = 0;
    bool good = true;

    if (tap == NULL || freopen("/dev/null", "w", stdout) == NULL)
        return 2;
    setvbuf(tap, NULL, _IOLBF, 0);
    for (struct unit *unit = first; unit != NULL; unit = unit->next)
        count += selected(unit, pattern);
    fprintf(tap, "1..%d\n", count);
    for (struct unit *unit = first; unit != NULL; unit = unit->next) {
        if (selected(unit, pattern))
            good &= run(tap, ++number, unit);
    }
    fclose(tap);
    return good ? 0 : 1;
}
