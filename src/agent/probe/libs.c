#include "agent/probe/libs.h"

#include "base/text.h"

#include <dlfcn.h>

enum library { LIB_UTIL, LIB_CODEC, LIB_FORMAT, LIB_SCALE, LIB_CURL, LIBRARIES };

#define WORDS(x)            #x
#define NAMED(name, number) "lib" name ".so." WORDS(number)

static const char *const names[LIBRARIES] = {
    [LIB_UTIL] = NAMED("avutil", LIBAVUTIL_VERSION_MAJOR),
    [LIB_CODEC] = NAMED("avcodec", LIBAVCODEC_VERSION_MAJOR),
    [LIB_FORMAT] = NAMED("avformat", LIBAVFORMAT_VERSION_MAJOR),
    [LIB_SCALE] = NAMED("swscale", LIBSWSCALE_VERSION_MAJOR),
    [LIB_CURL] = "libcurl.so.4",
};

static const struct {
    enum library library;
    const char *name;
    size_t offset;
} functions[] = {
#define LIBS_ROW(library, name) {LIB_##library, #name, offsetof(struct libs, call_##name)},
    LIBS_FUNCTIONS(LIBS_ROW)};

rc libs_load(struct ctx *c, struct libs *ret)
{
    void *open[LIBRARIES] = {0};
    struct libs libs;
    for (size_t i = 0; i < LIBRARIES; i++) {
        open[i] = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (!open[i])
            FAIL(c, NOT_FOUND, "a library for cameras is missing: %s", dlerror());
    }
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        void *at = dlsym(open[functions[i].library], functions[i].name);
        if (!at)
            FAIL(c, NOT_FOUND, "%s has no %s", names[functions[i].library], functions[i].name);
        memcpy((char *)&libs + functions[i].offset, &at, sizeof at);
    }
    libs.call_av_log_set_level(AV_LOG_QUIET);
    libs.call_avformat_network_init();
    if (libs.call_curl_global_init(CURL_GLOBAL_ALL) != 0)
        FAIL(c, INTERNAL, "libcurl does not start");
    *ret = libs;
    return OK;
}
