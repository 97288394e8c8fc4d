/* Documents of a small mission, asked for as over HTTP and read back. Every helper fails the test
 * by itself. */
#ifndef SUPPORT_REPORT_SCENE_H
#define SUPPORT_REPORT_SCENE_H

#include "support/documents.h"
#include "support/scene.h"

struct report_answer {
    enum rc_code code;
    const char *message, *type, *file_name;
    struct str body;
    bool restricted;
    struct texts records; /* noted as read */
};

/* GET `path` ("/api/v1/gates/{id}/document") with `part` for {…} and a query ("format=pdf&id=7");
 * both may be NULL. `renderer` may be NULL. */
struct report_answer report_ask(struct scene *s, const struct actor *actor,
                                const struct renderer *renderer, const char *path, const char *part,
                                const char *query);

/* The text that stands in the PDF that is given; kept under `name` (documents.h). */
const char *report_read(struct scene *s, const struct actor *actor, const struct renderer *renderer,
                        const char *path, const char *part, const char *query, const char *name);

#endif
