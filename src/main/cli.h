/* The command line: one row per verb, from which dispatch, --help and the manual page are made. The
 * flags of a verb are a shape, so they are read, checked and explained like any record. */
#ifndef MAIN_CLI_H
#define MAIN_CLI_H

#include "base/ctx.h"
#include "shape/shape.h"

#include <stdio.h>

enum { CLI_ARGUMENTS_MAX = 8 };

/* How a verb ended, as the exit code tells it. */
enum cli_exit { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_WRONG_USE = 2 };

struct verb;

struct cli {
    struct ctx *c;
    const struct verb *verb;
    FILE *out, *err;
    size_t count; /* of the arguments that are not flags */
    char *arguments[CLI_ARGUMENTS_MAX];
    const void *flags; /* struct of verb->flags; its texts end with a NUL */
    bool json;
};

struct verb {
    const char *name;      /* "ledger verify" */
    const char *arguments; /* "DIR SEQ": as many words as there have to be */
    const char *help;
    const struct shape *flags; /* begins with COMMON_FLAGS; NULL: only those */
    rc (*run)(struct cli *cli);
    /* A verb that reads its own arguments (it has a language of its own); instead of `run`. */
    int (*main)(int count, char **arguments, FILE *in, FILE *out, FILE *err);
};

/* The flags that every verb has. */
#define COMMON_FLAGS(F, T) F(T, flag, _, json, 0, 0, 0, "answer in JSON, for programs")
SHAPE_DECLARE(common_flags, COMMON_FLAGS);

/* The flags of verbs that open a mission's folder. */
#define UNLOCK_FLAGS(F, T)                                                          \
    COMMON_FLAGS(F, T)                                                              \
    F(T, text, line, passphrase_file, 0, 1, 4000, "file that holds the passphrase") \
    F(T, text, line, key_file, 0, 1, 4000, "key file of a key-file slot")           \
    F(T, text, line, credential, 0, 1, 4000, "file of a systemd credential")
SHAPE_DECLARE(unlock_flags, UNLOCK_FLAGS);

/* Run `chancery …`. Gives the exit code. */
int cli_main(int count, char **arguments, FILE *out, FILE *err);

/* All verbs, in the order of the manual; the list ends with a row of zeros (verbs.c). */
extern const struct verb cli_verbs[];

/* The verb that the arguments begin with, and how many of them are its name; NULL: none. */
const struct verb *cli_find(int count, char **arguments, int *ret_words);

/* Print a line for people, or nothing when JSON is asked for. */
void cli_say(const struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Print the answer for programs, with a newline, or nothing when JSON was not asked for. */
rc cli_json(const struct cli *cli, struct text *answer);

/* Raise that the verb was used wrongly (exit 2). */
#define CLI_WRONG(c, ...)                                                          \
    do {                                                                           \
        rc wrong_ = fault_raise(c, RC_MALFORMED, __FILE__, __LINE__, __VA_ARGS__); \
        fault_set_rule(c, "use");                                                  \
        return wrong_;                                                             \
    } while (0)

#endif
