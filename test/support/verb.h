/* A verb that reads its own arguments, run in a test on bytes instead of standard input. */
#ifndef SUPPORT_VERB_H
#define SUPPORT_VERB_H

#include "base/str.h"

#include <stdio.h>

struct verb_outcome {
    int code;
    char out[65536], err[8192];
};

typedef int verb_main(int argc, char **argv, FILE *in, FILE *out, FILE *err);

/* The arguments begin with the verb's name and end with NULL. Valid until the next call. */
struct verb_outcome *verb_run(verb_main *verb, struct str input, const char *const *arguments);

#endif
