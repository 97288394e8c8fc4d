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

/* Agents. Each has a list of the system calls that it may use, and every other is refused (EPERM);
 * of the file system what Landlock leaves; bounds of memory and descriptors; no core dump, no
 * capability. None sends to an address that its socket does not lead to (sendto), starts a program
 * (but the spawner its own), or signals another process (outlets and spawners: other than their
 * children, since Landlock 6). Before any thread is started. */

/* For a probe, which reads what a camera sends, once its libraries are loaded: no file is opened,
 * nothing listens, no child is started; sockets of the Internet may be made and connected. */
rc sandbox_enter_probe(struct ctx *c);

/* For the opener: nothing is read but what names are looked up with, no connection accepted. */
rc sandbox_enter_opener(struct ctx *c);

/* For the process of the outlets, once libcurl is loaded: it reads what names and certificates are
 * looked up with, starts copies of itself, and connects; it listens at nothing. And for such a
 * copy, which has one message: it starts no further one. */
rc sandbox_enter_outlets(struct ctx *c);
rc sandbox_enter_message(struct ctx *c);

/* For an ear, which reads what devices send: it computes and answers over the socket that is open;
 * no file, no socket, no thread. */
rc sandbox_enter_ear(struct ctx *c);

/* For the renderer, once its libraries are loaded: nothing is read but fonts and how they are set
 * up, no socket made. It may make children, which have the same bounds. */
rc sandbox_enter_renderer(struct ctx *c);

/* For a spawner: it starts this program, with the libraries that it needs, and ends it. What it
 * starts may do no more than it may itself. */
rc sandbox_enter_spawner(struct ctx *c);

#endif
