/* The record that a command or a request is about. Hidden and absent are answered in the same
 * words: NOT_FOUND, "there is no such zone". */
#ifndef CORE_TARGET_H
#define CORE_TARGET_H

#include "core/decide.h"
#include "core/route.h"

/* The live record `command->target`, readable to its actor, and not written since the event that
 * the command expects. NOT_FOUND; CONFLICT when it is retired; STALE. `ret` is a struct of the
 * shape, whose first two fields are those of every record; `ret_row` may be NULL. */
rc command_target(struct ctx *c, struct picture *picture, const struct command *command,
                  const struct shape *shape, struct row *ret_row, void *ret);

/* The same for another record that the command names, without an expected version. */
rc command_other(struct ctx *c, struct picture *picture, const struct command *command,
                 const struct shape *shape, struct str id, struct row *ret_row, void *ret);

/* The record that stands first in braces in the path, as far as the caller may read it; it may be
 * retired. NOT_FOUND. */
rc request_target(struct ctx *c, const struct request *request, const struct shape *shape,
                  struct row *ret_row, void *ret);

/* The command that a request asks for: by its caller, about what stands first in braces, with the
 * route's input, with the version that If-Match expects. STALE for an invalid tag. */
rc request_command(struct ctx *c, const struct request *request, const struct decision *decision,
                   struct command **ret);

/* The handler of ROUTE_COMMAND and of steps: its `arg` is the decision. */
serve_fn request_serve_command;

#endif
