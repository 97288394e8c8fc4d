/* Files that somebody uploads: what they are is judged by their bytes. Whatever is taken is of one
 * known kind, can be sealed, and opens to the same bytes and no others. */
#include "frame/attachment/attachment_own.h"
#include "frame/attachment/media.h"

#include "fuzz.h"

#include <assert.h>

static void check_sealed(struct ctx *c, struct str bytes)
{
    struct attachment_given given;
    struct str again, wrong;
    assert(rc_ok(attachment_seal(c, STR("file"), bytes, &given)));
    struct attachment as_kept = {.id = given.id, .digest = given.digest};
    assert(rc_ok(attachment_open(c, &as_kept, given.key, given.sealed, &again)));
    assert(str_eq(again, bytes));
    wrong = str_sub(given.sealed, 0, given.sealed.len - 1);
    assert(!rc_ok(attachment_open(c, &as_kept, given.key, wrong, &again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c = {.arena = arena_open(32 << 20), .clock = &clock_system};
    struct str bytes = {(const char *)data, size};
    struct attachment_given given;
    const char *type = media_type(bytes);
    assert(c.arena);
    if (type) {
        assert(media_in(str_from(type), "image/jpeg image/png image/gif image/webp application/pdf "
                                        "text/plain"));
        check_sealed(&c, bytes);
    } else {
        assert(!rc_ok(attachment_seal(&c, STR("file"), bytes, &given)));
    }
    arena_close(c.arena);
    return 0;
}
