/* A result cannot be left unlooked at, nor used as a condition. */
#include "base/rc.h"

rc fails(void);
int caller(void);

rc fails(void)
{
    return (rc){RC_IO};
}

int caller(void)
{
#ifdef MUST_NOT_COMPILE
    fails();
    return 0;
#else
    return rc_ok(fails());
#endif
}
