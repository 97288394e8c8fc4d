#include "outlet/post/packet.h"

#include "agent/kit/packet.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* ---- jobs ------------------------------------------------------------------------------------ */

static rc write_all(struct ctx *c, int file, struct str bytes)
{
    while (bytes.len > 0) {
        ssize_t written = write(file, bytes.ptr, bytes.len);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            FAIL(c, IO, "no room for a message: %s", strerror(errno));
        bytes = str_sub(bytes, (size_t)written, bytes.len);
    }
    return OK;
}

static rc send_file(struct ctx *c, int fd, const struct packet_job *job, int file)
{
    const struct packet packet = {
        .parts = {{(const char *)job, sizeof *job}}, .with_fd = true, .fd = file};
    if (!rc_ok(packet_send(c, fd, &packet)))
        FAIL(c, IO, "the process of the outlets does not listen");
    return OK;
}

rc packet_send_job(struct ctx *c, int fd, int64_t number, const struct outlet_job *job,
                   struct str document)
{
    struct text out;
    struct str json;
    text_init(&out, c, PACKET_JSON_MAX);
    shape_write(&out, &outlet_job_shape, SHAPE_VIEW_WHOLE, job);
    TRY(text_done(&out, &json));
    struct packet_job packet = {number, json.len, document.len};
    int file = memfd_create("message", MFD_CLOEXEC);
    if (file < 0)
        FAIL(c, IO, "no file in memory: %s", strerror(errno));
    rc result = write_all(c, file, json);
    if (rc_ok(result))
        result = write_all(c, file, document);
    if (rc_ok(result))
        result = send_file(c, fd, &packet, file);
    close(file);
    return result;
}

bool packet_take_job(int fd, struct packet_job *ret, int *ret_file)
{
    struct ctx c = {.arena = NULL};
    const struct packet_room room = {
        .bytes = ret, .size = sizeof *ret, .exact = true, .wait = true};
    size_t len;
    return rc_ok(packet_take(&c, fd, &room, &len, ret_file)) && *ret_file >= 0;
}

static rc read_part(struct ctx *c, int file, uint64_t from, size_t len, struct str *ret)
{
    char *bytes = ctx_take(c, len + 1, 1);
    size_t have = 0;
    if (!bytes)
        return fault_again(c);
    while (have < len) {
        ssize_t got = pread(file, bytes + have, len - have, (off_t)(from + have));
        if (got <= 0)
            FAIL(c, MALFORMED, "a message ends in the middle");
        have += (size_t)got;
    }
    *ret = (struct str){bytes, len};
    return OK;
}

rc packet_read_job(struct ctx *c, const struct packet_job *packet, int file, struct outlet_job *ret,
                   struct str *ret_document)
{
    struct str json;
    if (packet->json > PACKET_JSON_MAX || packet->bytes > DELIVERY_DOCUMENT_MAX)
        FAIL(c, MALFORMED, "a message that is too long");
    TRY(read_part(c, file, 0, packet->json, &json));
    *ret_document = (struct str){NULL, 0};
    if (packet->bytes > 0)
        TRY(read_part(c, file, packet->json, packet->bytes, ret_document));
    return shape_read(c, &outlet_job_shape, SHAPE_FROM_RECORD, json, ret);
}

/* ---- answers --------------------------------------------------------------------------------- */

static void put_line(char *to, size_t room, struct str text)
{
    struct str part = str_sub(text, 0, room - 1);
    while (part.len > 0 && !str_is_utf8(part))
        part.len--;
    for (size_t i = 0; i < part.len; i++)
        to[i] = (unsigned char)part.ptr[i] < ' ' || part.ptr[i] == 0x7f ? ' ' : part.ptr[i];
    to[part.len] = '\0';
}

bool packet_send_answer(int fd, int64_t number, enum delivery_verdict verdict, bool over,
                        struct str why, struct str peer)
{
    struct packet_answer answer = {.number = number, .verdict = verdict, .over = over};
    put_line(answer.why, sizeof answer.why, why);
    put_line(answer.peer, sizeof answer.peer, peer);
    struct ctx c = {.arena = NULL};
    return rc_ok(packet_send(
        &c, fd, &(struct packet){.parts = {{(const char *)&answer, sizeof answer}}, .wait = true}));
}

rc packet_take_answer(struct ctx *c, int fd, struct packet_answer *ret)
{
    const struct packet_room room = {.bytes = ret, .size = sizeof *ret, .exact = true};
    size_t len;
    TRY(packet_take(c, fd, &room, &len, NULL));
    if (ret->verdict >= delivery_verdict_choices.count)
        FAIL(c, MALFORMED, "an answer with a verdict that there is not: %u", ret->verdict);
    ret->why[sizeof ret->why - 1] = ret->peer[sizeof ret->peer - 1] = '\0';
    return OK;
}
