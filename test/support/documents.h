/* PDFs in tests: a renderer in a process of its own, and Poppler, which shares no code with what
 * drew them. Every helper fails the test by itself. */
#ifndef SUPPORT_DOCUMENTS_H
#define SUPPORT_DOCUMENTS_H

#include "agent/renderer/renderer.h"

/* A renderer as the program starts it, without its sandbox. End it with renderer_stop. */
struct renderer documents_renderer(void);

/* What a reader sees (pdftotext -layout; pages end with a form feed), what pdfinfo says, and how
 * many pages there are. Valid until the next call. CHANCERY_TEST_DOCUMENTS names a folder in which
 * each PDF is kept under `name`, to be looked at. */
const char *documents_text(struct str pdf, const char *name);
const char *documents_info(struct str pdf);
int documents_pages(struct str pdf);

/* How often a text stands in another. */
int documents_count(const char *text, const char *part);

/* The words of documents in English, without the frame. */
extern const struct document_words documents_words;

#endif
