/* Text without regard to case: ASCII, and the simple case pairs of Latin, Greek and Cyrillic
 * (Unicode CaseFolding.txt, status C and S) as far as both letters have the same number of bytes in
 * UTF-8, so that positions stay what they were. */
#ifndef ENGINE_SIGMA_FOLD_H
#define ENGINE_SIGMA_FOLD_H

#include "base/str.h"

/* Write the folded s to `out`, which has room for s.len bytes. */
void fold_text(struct str s, char *out);

#endif
