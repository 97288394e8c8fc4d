/* Rules from files and folders, for the verbs that take them. */
#ifndef MAIN_RULE_FILES_H
#define MAIN_RULE_FILES_H

#include "engine/sigma/sigma.h"

/* A file of rules may be larger than the engine takes (4 MiB), so that it is refused by name. */
enum { RULE_FILE_MAX = 64 << 20 };

/* Add a file, whatever it is called, or the *.yml and *.yaml of a folder and those below it, in the
 * order of their names; *count grows by the files. NOT_FOUND, IO, TOO_LARGE. */
rc rule_files_add(struct ctx *c, struct sigma_set *set, const char *path, size_t *count);

#endif
