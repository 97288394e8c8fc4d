/* What the renderer unpacks. A document that comes of it is packed and unpacked again. */
#include "engine/document/document.h"
#include "engine/document/html.h"

#include "fuzz.h"

#include <stdlib.h>

static void unpack(struct ctx *c, struct str bytes)
{
    struct document *d = NULL, *again = NULL;
    struct str packed;
    struct text out;
    if (!rc_ok(document_unpack(c, bytes, &d)))
        return;
    text_init(&out, c, 16 << 20);
    document_html(&out, d);
    if (rc_ok(document_pack(c, d, &packed)) && !rc_ok(document_unpack(c, packed, &again)) &&
        c->fault.code != RC_NO_MEMORY)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct ctx c = {.arena = arena_open(128 << 20), .clock = &clock_system};
    if (c.arena)
        unpack(&c, (struct str){(const char *)bytes, len});
    arena_close(c.arena);
    return 0;
}
