#include "adapter/onvif/address.h"

#include "base/text.h"

#include <arpa/inet.h>
#include <string.h>

enum { HOST_MAX = 45, PORT_DIGITS = 5, ADDRESS_MAX = 1000 };

static const struct {
    const char *name;
    unsigned port;
} schemes[] = {{"http", 80}, {"https", 443}, {"rtsp", 554}};

/* Takes "name://" off the front. */
static bool take_scheme(struct str *rest, struct device_address *ret)
{
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t len = strlen(schemes[i].name);
        if (rest->len > len + 3 && str_is(str_sub(*rest, 0, len), schemes[i].name) &&
            str_is(str_sub(*rest, len, 3), "://")) {
            ret->scheme = str_sub(*rest, 0, len);
            ret->port = schemes[i].port;
            *rest = str_sub(*rest, len + 3, rest->len);
            return true;
        }
    }
    return false;
}

static bool is_number(struct str host, int family)
{
    unsigned char bytes[16];
    char text[HOST_MAX + 1] = "";
    if (host.len == 0 || host.len > HOST_MAX)
        return false;
    memcpy(text, host.ptr, host.len);
    return inet_pton(family, text, bytes) == 1;
}

static bool take_host(struct str *rest, struct device_address *ret)
{
    bool six = rest->ptr[0] == '[';
    size_t from = six, end = from;
    while (end < rest->len && (six ? rest->ptr[end] != ']' : !strchr(":/?", rest->ptr[end])))
        end++;
    ret->host = str_sub(*rest, from, end - from);
    if ((six && end == rest->len) || !is_number(ret->host, six ? AF_INET6 : AF_INET))
        return false;
    *rest = str_sub(*rest, end + six, rest->len);
    return true;
}

static bool take_port(struct str *rest, struct device_address *ret)
{
    unsigned port = 0;
    size_t end = 1;
    if (rest->len == 0 || rest->ptr[0] != ':')
        return true;
    for (; end < rest->len && rest->ptr[end] >= '0' && rest->ptr[end] <= '9'; end++)
        port = end <= PORT_DIGITS ? port * 10 + (unsigned)(rest->ptr[end] - '0') : UINT16_MAX + 1U;
    ret->port = port;
    *rest = str_sub(*rest, end, rest->len);
    return port > 0 && port <= UINT16_MAX;
}

static bool is_path(struct str path)
{
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] <= ' ' || path.ptr[i] > '~' || strchr("\"<>\\^`{|}", path.ptr[i]))
            return false;
    return path.len == 0 || path.ptr[0] == '/' || path.ptr[0] == '?';
}

bool device_address_read(struct str text, struct device_address *ret)
{
    struct device_address address = {.port = 0};
    struct str rest = text;
    if (text.len > ADDRESS_MAX || !take_scheme(&rest, &address) || !take_host(&rest, &address) ||
        !take_port(&rest, &address) || !is_path(rest))
        return false;
    address.path = rest.len == 0 ? STR("/") : rest;
    *ret = address;
    return true;
}

/* The host in a camera's own word may be a name, which we do not need to understand. */
static bool read_foreign(struct str text, struct device_address *ret)
{
    struct str rest = text;
    if (text.len > ADDRESS_MAX || !take_scheme(&rest, ret) || rest.len == 0)
        return false;
    size_t end = 0;
    for (bool inside = false; end < rest.len && (inside || !strchr(":/?", rest.ptr[end])); end++)
        inside = rest.ptr[end] == '[' || (inside && rest.ptr[end] != ']');
    rest = str_sub(rest, end, rest.len);
    if (!take_port(&rest, ret) || !is_path(rest))
        return false;
    ret->path = rest.len == 0 ? STR("/") : rest;
    return true;
}

rc device_address_move(struct ctx *c, struct str given, const struct device_address *ours,
                       struct str *ret)
{
    struct device_address theirs = {.port = 0};
    if (!read_foreign(given, &theirs))
        FAIL(c, INVALID, "the camera gives an unusable address");
    bool six = memchr(ours->host.ptr, ':', ours->host.len) != NULL;
    return str_format(c, ret, "%.*s://%s%.*s%s:%u%.*s%.*s", STR_ARG(theirs.scheme), six ? "[" : "",
                      STR_ARG(ours->host), six ? "]" : "", theirs.port,
                      theirs.path.ptr[0] == '?' ? 1 : 0, "/", STR_ARG(theirs.path));
}
