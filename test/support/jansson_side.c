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

struct jansson {
    typeof(json_loadb) *loadb;
    typeof(json_dumps) *dumps;
    typeof(json_delete) *drop;
};

static struct jansson load(void)
{
    void *library = dlopen("libjansson.so.4", RTLD_NOW | RTLD_LOCAL);
    assert(library);
    return (struct jansson){
        (typeof(json_loadb) *)symbol(library, "json_loadb"),
        (typeof(json_dumps) *)symbol(library, "json_dumps"),
        (typeof(json_delete) *)symbol(library, "json_delete"),
    };
}

enum jansson_answer jansson_read(const char *bytes, size_t len, char **ret_written)
{
    struct jansson jansson = load();
    json_error_t error;
    json_t *value = jansson.loadb(bytes, len, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (!value) {
        enum json_error_code code = json_error_code(&error);
        bool beyond = code == json_error_numeric_overflow || code == json_error_null_byte_in_key;
        return beyond ? JANSSON_BEYOND : JANSSON_REFUSED;
    }
    *ret_written = jansson.dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
    assert(*ret_written);
    jansson.drop(value);
    return JANSSON_READ;
}

size_t jansson_read_all(size_t count, const char *const *bytes, const size_t *lens)
{
    struct jansson jansson = load();
    size_t good = 0;
    for (size_t i = 0; i < count; i++) {
        json_t *value = jansson.loadb(bytes[i], lens[i], JSON_ALLOW_NUL, NULL);
        good += value != NULL;
        if (value)
            jansson.drop(value);
    }
    return good;
}
