/* The type of bytes, judged by the bytes alone: a claimed type is not trusted. Pure. */
#ifndef FRAME_ATTACHMENT_MEDIA_H
#define FRAME_ATTACHMENT_MEDIA_H

#include "base/str.h"

/* "image/jpeg", …; NULL: none of the kinds below, or not whole. JPEG, PNG, GIF, WebP, PDF, and text
 * in UTF-8 without control characters. */
const char *media_type(struct str bytes);

/* Is it in the list "image/jpeg application/pdf"? */
bool media_in(struct str type, const char *list);

#endif
