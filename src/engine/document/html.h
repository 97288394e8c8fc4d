/* A document as one HTML page: no script, nothing from elsewhere, laid out for a screen and for A4
 * paper. */
#ifndef ENGINE_DOCUMENT_HTML_H
#define ENGINE_DOCUMENT_HTML_H

#include "engine/document/document.h"

void document_html(struct text *out, const struct document *d);

/* The Content-Security-Policy under which such a page shows all of itself and nothing else: its one
 * style is named by its hash. */
rc document_html_policy(struct ctx *c, struct str *ret);

#endif
