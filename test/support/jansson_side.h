/* The part of json_oracle that knows jansson. */
#ifndef TEST_SUPPORT_JANSSON_SIDE_H
#define TEST_SUPPORT_JANSSON_SIDE_H

#include <stddef.h>

enum jansson_answer {
    JANSSON_REFUSED,
    JANSSON_BEYOND, /* JSON, but of a kind that jansson does not hold: a huge number, a NUL in a
                       name */
    JANSSON_READ,
};

/* Read a text; *ret_written is the value written anew, to be freed by the caller. */
enum jansson_answer jansson_read(const char *bytes, size_t len, char **ret_written);

/* Read `count` texts and forget them: how many were JSON. For benches. */
size_t jansson_read_all(size_t count, const char *const *bytes, const size_t *lens);

#endif
