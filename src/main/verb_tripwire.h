/* chancery tripwire check|test|explain|try: rules checked and run over recorded events. */
#ifndef MAIN_VERB_TRIPWIRE_H
#define MAIN_VERB_TRIPWIRE_H

#include <stdio.h>

/* argv[0] is "tripwire"; `in` is read where a file of events is named "-". Gives the exit status: 0
 * all is well, 1 something was refused or failed, 2 wrong use. */
int tripwire_verb(int argc, char **argv, FILE *in, FILE *out, FILE *err);

#endif
