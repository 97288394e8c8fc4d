#include "base/version.h"

#include "unit.h"

TEST(version_has_three_numbers)
{
    unsigned major, minor, patch;
    char rest;
    const char *version = chancery_version();
    assert_int_equal(sscanf(version, "%u.%u.%u%c", &major, &minor, &patch, &rest), 3);
}
