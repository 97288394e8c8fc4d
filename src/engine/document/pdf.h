/* A document as PDF: A4, fonts embedded, both writing directions, tagged. The same document and
 * fonts give the same bytes. */
#ifndef ENGINE_DOCUMENT_PDF_H
#define ENGINE_DOCUMENT_PDF_H

#include "engine/document/document.h"
#include "engine/document/libs.h"

/* UNSUPPORTED when this machine has no font for the document's language; TOO_LARGE beyond
 * DOCUMENT_PAGES_MAX or `bytes_max`. A letter in a value that no font has is written by its number.
 * Not for two threads at once. */
rc document_pdf(struct ctx *c, const struct document_libs *libs, const struct document *d,
                size_t bytes_max, struct str *ret);

#endif
