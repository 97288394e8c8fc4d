/* What the files of tidy have from each other: a file in memory, the finding, and the order of
 * domains. */
#ifndef TIDY_H
#define TIDY_H

#include <stdbool.h>
#include <stddef.h>

enum { PATH_BYTES_MAX = 1024 };

struct text {
    char *bytes;
    size_t length;
};

struct file {
    const char *path;
    struct text all;  /* as it is on disk */
    struct text code; /* the same length, comments and literals blanked; only for C */
};

/* Say what is wrong where, and count it. */
extern int findings;
[[gnu::format(printf, 3, 4)]] void complain(const char *path, int line, const char *format, ...);

bool starts_with(const char *text, const char *start);
bool ends_with(const char *text, const char *end);
bool is_word_byte(char byte);

/* The next line of `text` from `*at`: its length without the newline; false at the end. */
bool next_line(struct text text, size_t *at, const char **ret_line, size_t *ret_length);

/* A copy with comments and literals replaced by blanks, line for line and column for column. */
struct text blanked(struct text all);

/* False when the path is no regular file (deleted, a link, a folder). */
bool read_whole(const char *path, struct text *ret_text);

/* ---- the order of domains (tidy_order.c) ----
 * First everything is noted, then it is held against the list of modules. */

/* A file of a domain: what its module needs, if it says so. */
void order_note(const struct file *file, const char *domain, bool of_tests);

/* It includes the header of another domain. */
void order_note_include(const struct file *file, int line, const char *domain, const char *other,
                        bool of_tests);

void order_check(void);

#endif
