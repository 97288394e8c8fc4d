/* Texts as QR codes, by libqrencode. */
#include "engine/document/document_own.h"

#include <qrencode.h>

/* Version 25 has 117 modules a side: at 40 mm one is 0.34 mm, which a phone still reads from paper.
 */
enum { VERSION_MAX = 25 };

rc document_qr_bits(struct ctx *c, struct str text, struct str *ret, int64_t *ret_width)
{
    QRcode *code =
        text.len > 0 && text.len < 4096
            ? QRcode_encodeData((int)text.len, (const unsigned char *)text.ptr, 0, QR_ECLEVEL_M)
            : NULL;
    *ret = (struct str){NULL, 0};
    *ret_width = 0;
    if (!code || code->version > VERSION_MAX) {
        QRcode_free(code);
        return OK;
    }
    size_t count = (size_t)code->width * (size_t)code->width;
    char *bits = ctx_take(c, count, 1);
    if (!bits) {
        QRcode_free(code);
        return fault_again(c);
    }
    for (size_t i = 0; i < count; i++)
        bits[i] = (char)(code->data[i] & 1);
    *ret = (struct str){bits, count};
    *ret_width = code->width;
    QRcode_free(code);
    return OK;
}
