/* A probe: the process that calls one camera. It holds that camera's password and nothing else; it
 * may connect, and may not open a file, listen, or start a program. What it sees it tells the
 * server in packets (talk.h).
 *
 *     stream   RTSP: is there an image, does it change (FFmpeg)
 *     device   ONVIF: what the camera itself notices (libcurl, libxml2)
 *     still    one image when it is asked for (libcurl or the stream, FFmpeg)
 *     main     packets; the state every few seconds; ends the process when a part is stuck
 */
#ifndef AGENT_PROBE_PROBE_H
#define AGENT_PROBE_PROBE_H

#include "base/ctx.h"

#define PROBE_ROLE "--camera-probe"

struct libs;

/* Take the order from the socket and look until the server is gone. What it returns is to be the
 * process's exit status: 0 when the server is gone, else why it had to end. */
enum { PROBE_GONE = 0, PROBE_NO_ORDER = 10, PROBE_NO_MEMORY = 11, PROBE_STUCK = 12 };
int probe_run(const struct libs *libs, const struct clock *clock, int fd);

#endif
