/* A result is not a number: zero does not mean that all is well. */
#include "base/rc.h"

int caller(rc result);

int caller(rc result)
{
#ifdef MUST_NOT_COMPILE
    if (result)
        return 1;
    return 0;
#else
    return rc_ok(result);
#endif
}
