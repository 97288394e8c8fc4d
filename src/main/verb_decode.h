/* chancery decode: what an adapter makes of bytes, on paper. The same code as live. */
#ifndef MAIN_VERB_DECODE_H
#define MAIN_VERB_DECODE_H

#include <stdio.h>

/* `decode ADAPTER [--received TIME] [--peer ADDRESS] [--datagrams] [--replies] [--OPTION…]`, the
 * options being those of the adapter's shape. Writes each signal as a line of JSON and then one
 * line of figures; tells of bad input on `err` with its place and reason, and goes on. Gives the
 * exit code: 0 done, 1 nothing could be read, 2 wrong use. */
int decode_verb(int argc, char **argv, FILE *in, FILE *out, FILE *err);

#endif
