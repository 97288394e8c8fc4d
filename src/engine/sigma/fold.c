#include "engine/sigma/fold.h"

/* Capitals of the two-byte range, U+0080 to U+07FF. */
static unsigned fold_two(unsigned ch)
{
    if (ch >= 0xc0 && ch <= 0xde && ch != 0xd7)
        return ch + 0x20;
    if ((ch >= 0x100 && ch <= 0x12f) || (ch >= 0x132 && ch <= 0x137) ||
        (ch >= 0x14a && ch <= 0x177))
        return ch | 1;
    if ((ch >= 0x139 && ch <= 0x148) || (ch >= 0x179 && ch <= 0x17e))
        return ch + (ch & 1);
    if (ch == 0x178)
        return 0xff;
    if ((ch >= 0x1cd && ch <= 0x1dc))
        return ch + (ch & 1);
    if ((ch >= 0x1de && ch <= 0x1ef) || (ch >= 0x1f8 && ch <= 0x21f) ||
        (ch >= 0x222 && ch <= 0x233))
        return ch | 1;
    if (ch >= 0x391 && ch <= 0x3ab && ch != 0x3a2)
        return ch + 0x20;
    if (ch == 0x386)
        return 0x3ac;
    if (ch >= 0x388 && ch <= 0x38a)
        return ch + 0x25;
    if (ch == 0x38c)
        return 0x3cc;
    if (ch == 0x38e || ch == 0x38f)
        return ch + 0x3f;
    if (ch == 0x3c2)
        return 0x3c3;
    if (ch >= 0x410 && ch <= 0x42f)
        return ch + 0x20;
    if (ch >= 0x400 && ch <= 0x40f)
        return ch + 0x50;
    if ((ch >= 0x460 && ch <= 0x481) || (ch >= 0x48a && ch <= 0x4bf) ||
        (ch >= 0x4d0 && ch <= 0x52f))
        return ch | 1;
    if (ch >= 0x4c1 && ch <= 0x4ce)
        return ch + (ch & 1);
    if (ch >= 0x531 && ch <= 0x556)
        return ch + 0x30;
    return ch;
}

/* Latin Extended Additional, U+1E00 to U+1EFF, and full-width Latin. */
static unsigned fold_three(unsigned ch)
{
    if ((ch >= 0x1e00 && ch <= 0x1e95) || (ch >= 0x1ea0 && ch <= 0x1eff))
        return ch | 1;
    if (ch >= 0xff21 && ch <= 0xff3a)
        return ch + 0x20;
    return ch;
}

static bool is_tail(char ch)
{
    return ((unsigned char)ch & 0xc0) == 0x80;
}

void fold_text(struct str s, char *out)
{
    size_t i = 0;
    while (i < s.len) {
        unsigned char ch = (unsigned char)s.ptr[i];
        if (ch < 0x80) {
            out[i++] = (char)(ch >= 'A' && ch <= 'Z' ? ch | 0x20 : ch);
        } else if ((ch & 0xe0) == 0xc0 && i + 1 < s.len && is_tail(s.ptr[i + 1])) {
            unsigned folded = fold_two((ch & 0x1fu) << 6 | (s.ptr[i + 1] & 0x3fu));
            out[i++] = (char)(0xc0 | folded >> 6);
            out[i++] = (char)(0x80 | (folded & 0x3f));
        } else if ((ch & 0xf0) == 0xe0 && i + 2 < s.len && is_tail(s.ptr[i + 1]) &&
                   is_tail(s.ptr[i + 2])) {
            unsigned folded = fold_three((ch & 0x0fu) << 12 | (s.ptr[i + 1] & 0x3fu) << 6 |
                                         (s.ptr[i + 2] & 0x3fu));
            out[i++] = (char)(0xe0 | folded >> 12);
            out[i++] = (char)(0x80 | (folded >> 6 & 0x3f));
            out[i++] = (char)(0x80 | (folded & 0x3f));
        } else {
            out[i] = s.ptr[i];
            i++;
        }
    }
}
