/* What the camera itself notices, by ONVIF. */
#include "edge/eye/eye_own.h"

void *eye_device(void *eye)
{
    return eye;
}
