#include "base/rc.h"

#include <assert.h>

#define RC_ROW(name, http, title) {#name, http, title},
static const struct {
    const char *name;
    int http;
    const char *title;
} rc_rows[] = {RC_CODES(RC_ROW)};

const char *rc_name(enum rc_code code)
{
    assert(code < RC_COUNT);
    return rc_rows[code].name;
}

int rc_http(enum rc_code code)
{
    assert(code < RC_COUNT);
    return rc_rows[code].http;
}

const char *rc_title(enum rc_code code)
{
    assert(code < RC_COUNT);
    return rc_rows[code].title;
}
