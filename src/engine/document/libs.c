#include "engine/document/libs.h"

#include <dlfcn.h>

enum library { LIB_FONTCONFIG, LIB_CAIRO, LIB_GOBJECT, LIB_PANGO, LIB_PANGOCAIRO, LIBRARIES };

static const char *const names[LIBRARIES] = {
    [LIB_FONTCONFIG] = "libfontconfig.so.1",     [LIB_CAIRO] = "libcairo.so.2",
    [LIB_GOBJECT] = "libgobject-2.0.so.0",       [LIB_PANGO] = "libpango-1.0.so.0",
    [LIB_PANGOCAIRO] = "libpangocairo-1.0.so.0",
};

static const struct {
    enum library library;
    const char *name;
    size_t offset;
} functions[] = {
#define LIBS_ROW(library, name) {LIB_##library, #name, offsetof(struct document_libs, name##_)},
    DOCUMENT_LIBS_FUNCTIONS(LIBS_ROW)};

rc document_libs_load(struct ctx *c, struct document_libs *ret)
{
    void *open[LIBRARIES] = {0};
    struct document_libs libs;
    for (size_t i = 0; i < LIBRARIES; i++) {
        open[i] = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (!open[i])
            FAIL(c, NOT_FOUND, "a library for documents is missing: %s", dlerror());
    }
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *at = dlsym(open[functions[i].library], functions[i].name);
        if (!at)
            FAIL(c, NOT_FOUND, "%s has no %s", names[functions[i].library], functions[i].name);
        memcpy((char *)&libs + functions[i].offset, &at, sizeof at);
    }
    if (!libs.FcInit_())
        FAIL(c, NOT_FOUND, "the fonts of this machine cannot be read: install fonts-noto-core");
    *ret = libs;
    return OK;
}
