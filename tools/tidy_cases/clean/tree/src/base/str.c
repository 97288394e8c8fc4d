#include "base/str.h"

/* strcpy() in a comment, and "sprintf()" in a text, are no calls. */
const char *str_about(void)
{
    return "atoi(strtol())" "\"time()";
}
