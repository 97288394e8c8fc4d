#include "support/receiver_scene.h"

#include "adapter/registry/registry.h"
#include "agent/ear/ear.h"

#include "base/endpoint.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct module *const modules[] = {&intake_module};

void receiver_scene_open(struct receiver_scene *rs)
{
    rs->receiver = NULL;
    rs->files = NULL;
    scene_open(&rs->s, sizeof modules / sizeof *modules, modules);
}

void receiver_scene_stop(struct receiver_scene *rs)
{
    receiver_close(rs->receiver);
    rs->receiver = NULL;
}

void receiver_scene_close(struct receiver_scene *rs)
{
    receiver_scene_kill(rs);
    scene_close(&rs->s);
}

/* What the writer has not committed is told to nobody. */
void receiver_scene_kill(struct receiver_scene *rs)
{
    if (!rs->receiver)
        return;
    receiver_stop(rs->receiver);
    scene_restart(&rs->s);
    receiver_scene_stop(rs);
}

/* An ear as it is, but in this process: on a thread. */
static void *run_ear(void *arg)
{
    int fd = (int)(intptr_t)arg;
    ear_run(fd, adapter_find);
    close(fd);
    return NULL;
}

static rc start_ear(struct ctx *c, int socket)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, run_ear, (void *)(intptr_t)socket) != 0)
        FAIL(c, NO_MEMORY, "no thread for an ear");
    pthread_detach(thread);
    return OK;
}

void receiver_scene_start(struct receiver_scene *rs)
{
    struct str folder = str_from(rs->files ? rs->files : rs->s.folder);
    struct receiver_options options = {
        .core = rs->s.core, .clock = &rs->s.clock.clock, .note_ms = 1000, .start_ear = start_ear};
    if (!rc_ok(place_folders(&rs->s.c, (struct texts){&folder, 1}, NULL, &options.files)))
        fail_msg("%s", rs->s.c.fault.message);
    if (!rc_ok(receiver_open(&rs->s.c, &options, &rs->receiver)))
        fail_msg("%s", rs->s.c.fault.message);
}

void receiver_scene_listen(struct receiver_scene *rs, const char *protocol, const char *carrier,
                           const char *address, const char *more)
{
    char json[4096];
    snprintf(json, sizeof json,
             "{\"id\":\"l\",\"label\":\"TLP:GREEN\",\"name\":\"l\",\"protocol\":\"%s\","
             "\"carrier\":\"%s\",\"address\":\"%s\"%s}",
             protocol, carrier, address, more);
    scene_do(&rs->s, "listener.add", NULL, json);
    if (!rs->receiver)
        receiver_scene_start(rs);
    receiver_scene_settle(rs);
}

void receiver_scene_read(struct receiver_scene *rs)
{
    for (int quiet = 0; quiet < 3;)
        quiet = receiver_step(rs->receiver) ? 0 : quiet + 1;
}

void receiver_scene_settle(struct receiver_scene *rs)
{
    for (int quiet = 0; quiet < 3;) {
        bool read = receiver_step(rs->receiver);
        bool written = core_step(rs->s.core);
        quiet = read || written ? 0 : quiet + 1;
    }
}

void receiver_scene_pass(struct receiver_scene *rs, int64_t ms)
{
    clock_manual_advance_us(&rs->s.clock, ms * 1000);
    receiver_scene_settle(rs);
}

int receiver_scene_dial(struct receiver_scene *rs, int type)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons((in_port_t)receiver_port(rs->receiver, STR("l")))};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        fail_msg("port %u: %s", ntohs(to.sin_port), strerror(errno));
    receiver_scene_read(rs);
    return fd;
}

void receiver_scene_say(int fd, struct str bytes)
{
    assert_int_equal(send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL), (ssize_t)bytes.len);
}

static uint16_t crc_of(const char *body)
{
    uint16_t crc = 0;
    for (; *body; body++) {
        crc = (uint16_t)(crc ^ (unsigned char)*body);
        for (int bit = 0; bit < 8; bit++)
            crc = (uint16_t)(crc & 1 ? (crc >> 1) ^ 0xA001 : crc >> 1);
    }
    return crc;
}

struct str receiver_scene_frame(const char *number, const char *account, const char *event)
{
    static char bytes[512];
    char body[400];
    snprintf(body, sizeof body, "\"SIA-DCS\"%sL0#%s[#%s|%s]", number, account, account, event);
    int len = snprintf(bytes, sizeof bytes, "\n%04X%04zX%s\r", crc_of(body), strlen(body), body);
    return (struct str){bytes, (size_t)len};
}

const char *receiver_scene_hear(int fd)
{
    static char heard[65536];
    ssize_t got = recv(fd, heard, sizeof heard - 1, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno == ECONNRESET))
        return NULL;
    heard[got > 0 ? got : 0] = '\0';
    return heard;
}

size_t receiver_scene_kept(struct receiver_scene *rs)
{
    struct query query = {.limit = QUERY_LIMIT_MAX};
    struct page page;
    size_t count = 0;
    do {
        struct arena_mark mark = arena_mark(rs->s.c.arena);
        if (!rc_ok(picture_list(&rs->s.c, rs->s.reader.picture, &kept_signal_shape, &query, &page)))
            fail_msg("%s", rs->s.c.fault.message);
        count += page.count;
        static char after[512];
        snprintf(after, sizeof after, "%.*s", STR_ARG(page.after));
        query.after = str_absent(page.after) ? (struct str){NULL, 0} : str_from(after);
        arena_return(rs->s.c.arena, mark);
    } while (!str_absent(query.after));
    return count;
}

struct listener_state receiver_scene_state(struct receiver_scene *rs)
{
    struct listener_state state = {0};
    receiver_scene_pass(rs, 1000);
    if (!rc_ok(picture_get(&rs->s.c, rs->s.reader.picture, &listener_state_shape, STR("l"), NULL,
                           &state)))
        fail_msg("%s", rs->s.c.fault.message);
    return state;
}

struct listener_place receiver_scene_place(struct receiver_scene *rs)
{
    struct listener_place place = {0};
    if (!rc_ok(picture_get(&rs->s.c, rs->s.reader.picture, &listener_place_shape, STR("l"), NULL,
                           &place)))
        fail_msg("%s", rs->s.c.fault.message);
    return place;
}
