/* The renderer: a small process that makes PDFs for a server that has closed its sandbox behind it.
 * It has no key, no file of the mission and no network; it reads the machine's fonts.
 *
 *     server ──the document, over a socket of its own──▶ renderer ──▶ a child for this document
 *     server ◀──the PDF, or why not──────────────────────────────────┘
 *
 * Each document is drawn by a child of its own, with bounded memory and processor time: what a
 * hostile text does to a font library ends with that child. When the server is gone, it ends. */
#ifndef AGENT_RENDERER_RENDERER_H
#define AGENT_RENDERER_RENDERER_H

#include "agent/kit/agent.h"
#include "engine/document/document.h"
#include "engine/document/libs.h"

#define RENDERER_ROLE "--document-renderer"

enum { RENDERER_PDF_MAX = 8 << 20 };

struct renderer {
    struct agent agent; /* fd -1: there is none */
};

/* Start it: the program at `path` in its role. */
rc renderer_start(struct ctx *c, const char *path, struct renderer *ret);
void renderer_stop(struct renderer *renderer);

/* The document as PDF, in the arena of c. From any thread; waits, so not on a loop. UNSUPPORTED
 * without a renderer (NULL too) or fonts; TOO_LARGE; IO when it does not answer. */
rc renderer_pdf(struct ctx *c, const struct renderer *renderer, const struct document *d,
                struct str *ret);

/* Be the renderer, with libraries that are loaded. Returns in the renderer and in each of its
 * children: the caller ends the process with what it gives, by _exit. */
int renderer_run(const struct document_libs *libs, int fd);

#endif
