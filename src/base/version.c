/* The version is set in the root meson.build and nowhere else. */
#include "base/version.h"

const char *chancery_version(void)
{
    return CHANCERY_VERSION;
}
