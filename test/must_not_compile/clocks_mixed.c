/* Wall time and monotonic time are different types. */
#include "base/clock.h"

struct wall caller(struct mono now);

struct wall caller(struct mono now)
{
#ifdef MUST_NOT_COMPILE
    return now;
#else
    return (struct wall){now.us};
#endif
}
