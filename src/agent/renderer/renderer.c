/* The server's side: one socket a document, handed over to the renderer. */
#include "agent/renderer/renderer.h"

#include "agent/kit/packet.h"
#include "agent/renderer/renderer_own.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MS = 60000 };

rc renderer_start(struct ctx *c, const char *path, struct renderer *ret)
{
    return agent_start(c, path, RENDERER_ROLE, &ret->agent);
}

void renderer_stop(struct renderer *renderer)
{
    agent_end(&renderer->agent);
}

bool renderer_send(int to, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0) {
        ssize_t sent = send(to, at, len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        at += sent;
        len -= (size_t)sent;
    }
    return true;
}

bool renderer_take(int from, void *bytes, size_t len)
{
    char *at = bytes;
    while (len > 0) {
        struct pollfd wait = {.fd = from, .events = POLLIN};
        int many = poll(&wait, 1, ANSWER_MS);
        ssize_t got = many > 0 ? recv(from, at, len, 0) : many;
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        at += got;
        len -= (size_t)got;
    }
    return true;
}

static rc ask(struct ctx *c, int socket, struct str packed, struct str *ret)
{
    struct renderer_answer answer;
    uint64_t len = packed.len;
    char *bytes = NULL;
    if (!renderer_send(socket, &len, sizeof len) ||
        !renderer_send(socket, packed.ptr, packed.len) ||
        !renderer_take(socket, &answer, sizeof answer))
        FAIL(c, IO, "the renderer gave up on this document: it is too large or too hard to draw");
    answer.why[sizeof answer.why - 1] = '\0';
    if (answer.code != RC_OK || answer.len > RENDERER_PDF_MAX)
        return fault_raise(c, answer.code > RC_OK && answer.code < RC_COUNT ? answer.code : RC_IO,
                           __FILE__, __LINE__, "%s", answer.why);
    NEW(c, bytes, answer.len + 1);
    if (!renderer_take(socket, bytes, answer.len))
        FAIL(c, IO, "the renderer ended within its answer");
    *ret = (struct str){bytes, answer.len};
    return OK;
}

static rc hand_over(struct ctx *c, int to, int socket)
{
    const struct packet packet = {.parts = {STR("d")}, .with_fd = true, .wait = true, .fd = socket};
    if (!rc_ok(packet_send(c, to, &packet)))
        FAIL(c, UNSUPPORTED,
             "the renderer is gone: take the document as html, or start Chancery again");
    return OK;
}

rc renderer_pdf(struct ctx *c, const struct renderer *renderer, const struct document *d,
                struct str *ret)
{
    struct str packed;
    int pair[2];
    if (!renderer || renderer->agent.fd < 0)
        FAIL(c, UNSUPPORTED, "there is no renderer here: take the document as html");
    TRY(document_pack(c, d, &packed));
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        FAIL(c, IO, "no pair of sockets: %s", strerror(errno));
    rc result = hand_over(c, renderer->agent.fd, pair[1]);
    close(pair[1]);
    if (rc_ok(result))
        result = ask(c, pair[0], packed, ret);
    close(pair[0]);
    return result;
}
