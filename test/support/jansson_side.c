#include "support/jansson_side.h"

#include <assert.h>
#include <dlfcn.h>
#include <jansson.h>
#include <stdbool.h>

static void *symbol(void *library, const char *name)
{
    void *found = dlsym(library, name);
    assert(found);
    return found;
}

enum jansson_answer jansson_read(const char *bytes, size_t len, char **ret_written)
{
    void *library = dlopen("libjansson.so.4", RTLD_NOW | RTLD_LOCAL);
    assert(library);
    typeof(json_loadb) *loadb = (typeof(json_loadb) *)symbol(library, "json_loadb");
    typeof(json_dumps) *dumps = (typeof(json_dumps) *)symbol(library, "json_dumps");
    typeof(json_delete) *drop = (typeof(json_delete) *)symbol(library, "json_delete");
    json_error_t error;
    json_t *value = loadb(bytes, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!value) {
        enum json_error_code code = json_error_code(&error);
        bool beyond = code == json_error_numeric_overflow || code == json_error_null_byte_in_key;
        return beyond ? JANSSON_BEYOND : JANSSON_REFUSED;
    }
    *ret_written = dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    assert(*ret_written);
    drop(value);
    return JANSSON_READ;
}
