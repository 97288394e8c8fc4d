/* What the files of this folder have from each other. */
#ifndef ENGINE_DOCUMENT_DOCUMENT_OWN_H
#define ENGINE_DOCUMENT_DOCUMENT_OWN_H

#include "engine/document/document.h"

/* A text as it is shown, cut at DOCUMENT_TEXT_MAX with the word `cut`. */
rc document_clean(struct ctx *c, struct str text, struct str cut, struct str *ret);

/* A QR code: width * width bytes of 0 and 1; absent for a text too long for a code that a phone
 * reads from paper. */
rc document_qr_bits(struct ctx *c, struct str text, struct str *ret, int64_t *ret_width);

/* The label as its chip says it, "TLP:AMBER · crisis, medical", and its colour by TLP 2.0. */
rc document_label_text(struct ctx *c, struct label label, struct str *ret);
uint32_t document_label_colour(enum tlp tlp);

#endif
