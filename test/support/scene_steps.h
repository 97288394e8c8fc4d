/* What holds of every step of every record, tried on each: it is refused from every other state, to
 * whoever may not see the record (in the words of an absent one) or may not do it, when the record
 * was changed meanwhile or is retired, to whoever asked for it and to a program where another
 * person is needed, and without its reason; and a refusal writes nothing. */
#ifndef SUPPORT_SCENE_STEPS_H
#define SUPPORT_SCENE_STEPS_H

#include "support/scene.h"

/* `members`: those of a record beside id, label, state and asked_by, as JSON with a comma between;
 * each "%s" in it becomes the id, for what has to be unique. */
void scene_steps_test(struct scene *scene, const struct shape *shape, const char *members);

#endif
