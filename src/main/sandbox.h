/* What the serving program gives up: after this it reads and writes its folder and nothing else,
 * makes no socket, starts no program. */
#ifndef MAIN_SANDBOX_H
#define MAIN_SANDBOX_H

#include "shape/shape.h"

/* The leak checker of a sanitized build looks at its own threads as a debugger would, at the end.
 */
#if defined(__SANITIZE_ADDRESS__)
enum { SANDBOX_SANITIZED = 1 };
#elif defined(__has_feature)
enum { SANDBOX_SANITIZED = __has_feature(address_sanitizer) };
#else
enum { SANDBOX_SANITIZED = 0 };
#endif

/* Nobody looks into the memory of this program, where its keys are: it leaves no core dump, and no
 * other program of the same user may attach to it. False: the kernel refuses. */
bool sandbox_hide_memory(void);

/* Give up every capability that root has, for good and for what is started afterwards: root is then
 * a user like others, who owns its own files. `listens`: all but that to listen at a port below
 * 1024. Before any thread is started: each has its own. */
rc sandbox_drop_capabilities(struct ctx *c, bool listens);

/* Before any thread is started: only this folder may be read and written, and these others be read
 * (Landlock, as far as the kernel has it), beside the machine's time zones, no program be started,
 * no other process be touched (seccomp). One of the others that is not there cannot be read later
 * either. Gives in words what is in force ("seccomp, landlock 3"). */
rc sandbox_enter(struct ctx *c, const char *folder, struct texts readable, const char **ret_level);

/* Once all that listens listens: no socket is made any more, by any thread. Where somebody has to
 * be called (`calls`), sockets may be made and connected, but none listens. */
rc sandbox_cut_network(struct ctx *c, bool calls);

/* For a probe, which reads what a camera sends, once its libraries are loaded and before any thread
 * is started: no file is opened, made or cut, nothing listens, no program or child is started, no
 * other process signalled or slowed; sockets of the Internet may be made and connected. Its memory
 * is bounded, and it leaves no core dump. */
rc sandbox_enter_probe(struct ctx *c);

/* For the opener, before any thread is started: nothing is read but what names are looked up with,
 * nothing written, no connection accepted, no program started. */
rc sandbox_enter_opener(struct ctx *c);

/* For the process of the outlets, once libcurl is loaded and before any thread is started: it reads
 * what names and certificates are looked up with, starts copies of itself, and connects; it writes
 * nothing, listens at nothing and starts no program. And for such a copy, which has one message: it
 * starts no further one, leaves other processes alone, and has sockets of the Internet only. */
rc sandbox_enter_outlets(struct ctx *c);
rc sandbox_enter_message(struct ctx *c);
/* For an ear, which reads what devices send: system calls that are needed to read, compute and
 * answer over the socket that is open, by a list of those that are allowed; everything else is
 * refused: no file, no socket, no other process, no program, no thread. */
rc sandbox_enter_ear(struct ctx *c);
/* For the renderer, once its libraries are loaded and before any thread is started: nothing is read
 * but fonts and how they are set up, nothing written, no socket made, no program started. It may
 * make children, which have the same bounds. */
rc sandbox_enter_renderer(struct ctx *c);

#endif
