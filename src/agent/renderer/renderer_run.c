/* The renderer's own process. It stays single-threaded and draws nothing itself, so that each child
 * begins from the same state: libraries loaded, fonts listed, nothing drawn. */
#include "agent/renderer/renderer.h"

#include "agent/renderer/renderer_own.h"
#include "engine/document/pdf.h"

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PACKED_MAX = 48 << 20,
    MEMORY_MAX = 256 << 20, /* of the arena; what the libraries take is bounded by the sandbox */
    SECONDS_MAX = 30,       /* of the processor, a document */
    CHILDREN_MAX = 4,
};

static rc take_document(struct ctx *c, int from, struct document **ret)
{
    uint64_t len = 0;
    char *bytes = NULL;
    if (!renderer_take(from, &len, sizeof len))
        FAIL(c, IO, "no document came");
    if (len > PACKED_MAX)
        FAIL(c, TOO_LARGE, "a document has at most %d bytes", PACKED_MAX);
    NEW(c, bytes, len + 1);
    if (!renderer_take(from, bytes, len))
        FAIL(c, IO, "the document ended early");
    return document_unpack(c, (struct str){bytes, len}, ret);
}

static void draw_one(const struct document_libs *libs, int socket)
{
    const struct rlimit seconds = {SECONDS_MAX, SECONDS_MAX};
    struct ctx c = {.arena = arena_open(MEMORY_MAX), .clock = &clock_system};
    struct document *d = NULL;
    struct str pdf = {NULL, 0};
    struct renderer_answer answer = {.code = RC_NO_MEMORY};
    if (!c.arena || setrlimit(RLIMIT_CPU, &seconds) != 0)
        return;
    rc result = take_document(&c, socket, &d);
    if (rc_ok(result))
        result = document_pdf(&c, libs, d, RENDERER_PDF_MAX, &pdf);
    answer.code = result.code;
    answer.len = (uint32_t)pdf.len;
    snprintf(answer.why, sizeof answer.why, "%s", c.fault.message);
    if (renderer_send(socket, &answer, sizeof answer) && pdf.len > 0)
        renderer_send(socket, pdf.ptr, pdf.len);
}

/* The next document's socket; -1: the server is gone. */
static int next_socket(int fd)
{
    for (;;) {
        struct renderer_message m;
        int socket = -1;
        renderer_message(&m);
        ssize_t got = recvmsg(fd, &m.message, MSG_CMSG_CLOEXEC);
        struct cmsghdr *head = CMSG_FIRSTHDR(&m.message);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        if (head && head->cmsg_type == SCM_RIGHTS) {
            memcpy(&socket, CMSG_DATA(head), sizeof socket);
            return socket;
        }
    }
}

int renderer_run(const struct document_libs *libs, int fd)
{
    int children = 0, socket;
    while ((socket = next_socket(fd)) >= 0) {
        while (children > 0 && waitpid(-1, NULL, children >= CHILDREN_MAX ? 0 : WNOHANG) > 0)
            children--;
        pid_t child = fork();
        if (child == 0) {
            close(fd);
            draw_one(libs, socket);
            return 0; /* the caller ends this process, as it ends the renderer */
        }
        children += child > 0;
        close(socket); /* no child: the server sees the end of it */
    }
    while (children > 0 && waitpid(-1, NULL, 0) > 0)
        children--;
    return 0;
}
