/* The renderer's own process. It stays single-threaded and draws nothing itself, so that each child
 * begins from the same state: libraries loaded, fonts listed, nothing drawn. */
#include "agent/renderer/renderer.h"

#include "agent/kit/packet.h"
#include "agent/renderer/renderer_own.h"
#include "engine/document/pdf.h"

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

int renderer_run(const struct document_libs *libs, int fd)
{
    struct ctx c = {.arena = NULL};
    char byte;
    const struct packet_room room = {.bytes = &byte, .size = 1, .exact = true, .wait = true};
    size_t len;
    int children = 0, socket = -1;
    agent_begin(fd);
    while (rc_ok(packet_take(&c, fd, &room, &len, &socket))) {
        if (socket < 0)
            continue;
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
