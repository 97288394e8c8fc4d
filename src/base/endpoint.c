#include "base/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const struct sockaddr_in *as4(const struct endpoint *a)
{
    return (const struct sockaddr_in *)(const void *)&a->bytes;
}

static const struct sockaddr_in6 *as6(const struct endpoint *a)
{
    return (const struct sockaddr_in6 *)(const void *)&a->bytes;
}

bool endpoint_read(struct str text, struct endpoint *ret)
{
    char host[INET6_ADDRSTRLEN];
    int64_t port = 0;
    size_t at = text.len;
    while (at > 0 && text.ptr[at - 1] != ':')
        at--;
    struct str name = str_sub(text, 0, at ? at - 1 : 0);
    if (!str_to_i64(str_sub(text, at, text.len), &port) || port < 0 || port > 65535)
        return false;
    if (str_is(name, "localhost"))
        name = STR("127.0.0.1");
    bool six = str_starts(name, "[") && str_ends(name, "]");
    if (six)
        name = str_sub(name, 1, name.len - 2);
    if (name.len == 0 || name.len >= sizeof host)
        return false;
    memcpy(host, name.ptr, name.len);
    host[name.len] = '\0';
    *ret = (struct endpoint){.len = six ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in)};
    ret->bytes.ss_family = six ? AF_INET6 : AF_INET;
    if (six) {
        struct sockaddr_in6 *to = (struct sockaddr_in6 *)(void *)&ret->bytes;
        to->sin6_port = htons((in_port_t)port);
        return inet_pton(AF_INET6, host, &to->sin6_addr) == 1;
    }
    struct sockaddr_in *to = (struct sockaddr_in *)(void *)&ret->bytes;
    to->sin_port = htons((in_port_t)port);
    return inet_pton(AF_INET, host, &to->sin_addr) == 1;
}

/* The last part of a name is not a number: what looks like an address is one, or is nothing. */
static bool is_name(struct str host)
{
    bool letter = false;
    if (host.len == 0 || host.len > 253)
        return false;
    for (size_t i = 0; i < host.len; i++) {
        char at = host.ptr[i];
        bool alpha = (at >= 'a' && at <= 'z') || (at >= 'A' && at <= 'Z') || at == '_';
        bool edge = i == 0 || host.ptr[i - 1] == '.';
        if (!alpha && !(at >= '0' && at <= '9') && (edge || (at != '.' && at != '-')))
            return false;
        letter = at == '.' ? false : letter || alpha;
    }
    return letter;
}

bool endpoint_read_name(struct str text, struct str *ret_host, unsigned *ret_port)
{
    int64_t port = 0;
    size_t at = text.len;
    while (at > 0 && text.ptr[at - 1] != ':')
        at--;
    struct str host = str_sub(text, 0, at ? at - 1 : 0);
    if (!str_to_i64(str_sub(text, at, text.len), &port) || port < 1 || port > 65535 ||
        !is_name(host))
        return false;
    *ret_host = host;
    *ret_port = (unsigned)port;
    return true;
}

bool endpoint_read_unix(struct str path, struct endpoint *ret)
{
    struct sockaddr_un *to = (struct sockaddr_un *)(void *)&ret->bytes;
    *ret = (struct endpoint){.len = sizeof *to};
    if (path.len >= sizeof to->sun_path)
        return false;
    to->sun_family = AF_UNIX;
    memcpy(to->sun_path, path.ptr, path.len);
    return true;
}

size_t endpoint_write_host(const struct endpoint *a, char ret[ENDPOINT_TEXT_MAX])
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    bool six = a->bytes.ss_family == AF_INET6;
    ret[0] = '\0';
    if (!six && a->bytes.ss_family != AF_INET)
        return 0;
    if (six && memcmp(&as6(a)->sin6_addr, mapped, sizeof mapped) == 0)
        inet_ntop(AF_INET, &as6(a)->sin6_addr.s6_addr[12], ret, ENDPOINT_TEXT_MAX);
    else if (six)
        inet_ntop(AF_INET6, &as6(a)->sin6_addr, ret, ENDPOINT_TEXT_MAX);
    else
        inet_ntop(AF_INET, &as4(a)->sin_addr, ret, ENDPOINT_TEXT_MAX);
    return strlen(ret);
}

unsigned endpoint_port(const struct endpoint *a)
{
    if (a->bytes.ss_family == AF_INET6)
        return ntohs(as6(a)->sin6_port);
    return a->bytes.ss_family == AF_INET ? ntohs(as4(a)->sin_port) : 0;
}

bool endpoint_same_host(const struct endpoint *a, const struct endpoint *b)
{
    if (a->bytes.ss_family != b->bytes.ss_family)
        return false;
    if (a->bytes.ss_family == AF_INET)
        return as4(a)->sin_addr.s_addr == as4(b)->sin_addr.s_addr;
    if (a->bytes.ss_family != AF_INET6)
        return false;
    bool mapped = IN6_IS_ADDR_V4MAPPED(&as6(a)->sin6_addr);
    return memcmp(&as6(a)->sin6_addr, &as6(b)->sin6_addr, mapped ? 16 : 8) == 0;
}

void endpoint_remove_stale(const struct endpoint *a)
{
    const struct sockaddr_un *to = (const struct sockaddr_un *)(const void *)&a->bytes;
    struct stat stat_of;
    if (lstat(to->sun_path, &stat_of) != 0 || !S_ISSOCK(stat_of.st_mode))
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)&a->bytes, a->len) != 0)
        unlink(to->sun_path);
    close(fd);
}

void endpoint_take_both(int fd)
{
    int no = 0;
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof no);
}
