#include "support/verb.h"

#include "unit.h"

#include <stdlib.h>

static void slurp(FILE *file, char *into, size_t room)
{
    rewind(file);
    size_t len = fread(into, 1, room - 1, file);
    into[len] = '\0';
    fclose(file);
}

struct verb_outcome *verb_run(verb_main *verb, struct str input, const char *const *arguments)
{
    static struct verb_outcome outcome;
    FILE *in = tmpfile(), *out = tmpfile(), *err = tmpfile();
    char *copies[16] = {0};
    int count = 0;
    assert_true(in && out && err);
    assert_int_equal(fwrite(input.ptr, 1, input.len, in), input.len);
    rewind(in);
    for (; arguments[count]; count++)
        copies[count] = strdup(arguments[count]);
    outcome.code = verb(count, copies, in, out, err);
    while (count > 0)
        free(copies[--count]);
    slurp(out, outcome.out, sizeof outcome.out);
    slurp(err, outcome.err, sizeof outcome.err);
    fclose(in);
    return &outcome;
}
