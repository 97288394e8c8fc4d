/* chancery compute: the engines as Unix tools. */
#ifndef MAIN_VERB_COMPUTE_H
#define MAIN_VERB_COMPUTE_H

#include <stdio.h>

/* argv[0] is "compute". Gives the exit status: 0 answered, 1 an input was bad, 2 wrong use. */
int compute_verb(int argc, char **argv, FILE *in, FILE *out, FILE *err);

#endif
