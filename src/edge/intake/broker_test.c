/* Against Debian's broker, started here on a port of its own. Waiting for another process is done
 * by looking again, never by a time. */
#include "support/receiver_scene.h"

#include <arpa/inet.h>
#include <mosquitto.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOOKS = 3000 };
#define BROKER "/usr/sbin/mosquitto"

struct other_end {
    struct receiver_scene rs;
    int port;
    pid_t pid;
    char config[160];
    struct mosquitto *device;
};

static int free_port(void)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    close(fd);
    return ntohs(at.sin_port);
}

/* Its sessions are on the disk, so that they outlive it. */
static void start_broker(struct other_end *o)
{
    FILE *config = fopen(o->config, "w");
    assert_non_null(config);
    fprintf(config,
            "listener %d 127.0.0.1\nallow_anonymous true\npersistence true\n"
            "persistence_location %s/\nlog_dest none\nuser root\n",
            o->port, o->rs.s.folder);
    fclose(config);
    char program[] = BROKER, flag[] = "-c";
    char *words[] = {program, flag, o->config, NULL};
    assert_int_equal(posix_spawn(&o->pid, BROKER, NULL, NULL, words, environ), 0);
}

static void end_broker(struct other_end *o)
{
    kill(o->pid, SIGTERM);
    assert_int_equal(waitpid(o->pid, NULL, 0), o->pid);
}

static void open_ends(struct other_end *o, const char *more)
{
    char address[40];
    if (access(BROKER, X_OK) != 0)
        unit_skip("mosquitto is not installed");
    receiver_scene_open(&o->rs);
    o->port = free_port();
    snprintf(o->config, sizeof o->config, "%s/mosquitto.conf", o->rs.s.folder);
    start_broker(o);
    mosquitto_lib_init();
    snprintf(address, sizeof address, "127.0.0.1:%d", o->port);
    receiver_scene_listen(&o->rs, "mqtt", "broker", address, more);
}

static void close_ends(struct other_end *o)
{
    mosquitto_destroy(o->device);
    end_broker(o);
    receiver_scene_close(&o->rs);
    mosquitto_lib_cleanup();
}

/* Look until it is so. */
#define UNTIL(o, settle, condition)              \
    do {                                         \
        int look_ = 0;                           \
        while (settle(&(o)->rs), !(condition)) { \
            assert_true(look_++ < LOOKS);        \
            poll(NULL, 0, 10);                   \
        }                                        \
    } while (0)

static bool is_open(struct other_end *o)
{
    return receiver_scene_state(&o->rs).condition == LISTENER_CONDITION_OPEN;
}

/* A device that speaks; with a last will when `will` is given. */
static void connect_device(struct other_end *o, const char *will)
{
    mosquitto_destroy(o->device);
    o->device = mosquitto_new("device", true, NULL);
    assert_non_null(o->device);
    if (will)
        mosquitto_will_set(o->device, will, 7, "offline", 1, false);
    for (int look = 0; mosquitto_connect(o->device, "127.0.0.1", o->port, 60) != 0; look++) {
        assert_true(look < LOOKS);
        poll(NULL, 0, 10);
    }
}

static void say(struct other_end *o, const char *topic, const char *payload)
{
    assert_int_equal(
        mosquitto_publish(o->device, NULL, topic, (int)strlen(payload), payload, 1, false), 0);
    do
        assert_int_equal(mosquitto_loop(o->device, 10, 1), 0);
    while (mosquitto_want_write(o->device));
}

#define DOOR                                                                                  \
    ",\"options\":{\"frigate\":\"frigate\",\"rules\":[{\"topic\":\"home/+/door\",\"source\":" \
    "\"door *\",\"kind\":\"access\",\"priority\":\"low\"}]}"
#define DOOR_5                                                                           \
    ",\"options\":{\"version_5\":true,\"rules\":[{\"topic\":\"home/+/door\",\"source\":" \
    "\"door *\",\"kind\":\"access\",\"priority\":\"low\"}]}"

TEST(messages_become_signals_and_a_last_will_is_trouble)
{
    struct other_end o = {.device = NULL};
    open_ends(&o, DOOR);
    UNTIL(&o, receiver_scene_settle, is_open(&o));
    connect_device(&o, "frigate/available");
    say(&o, "home/hall/door", "OPEN");
    UNTIL(&o, receiver_scene_settle, receiver_scene_kept(&o.rs) == 1);
    shutdown(mosquitto_socket(o.device), SHUT_RDWR); /* it dies without a word */
    UNTIL(&o, receiver_scene_settle, receiver_scene_kept(&o.rs) == 2);
    close_ends(&o);
}

static void a_message_survives(const char *options)
{
    struct other_end o = {.device = NULL};
    open_ends(&o, options);
    UNTIL(&o, receiver_scene_settle, is_open(&o));
    connect_device(&o, NULL);
    say(&o, "home/hall/door", "OPEN");
    /* it has come and is with the writer, but is not written; then we are killed */
    UNTIL(&o, receiver_scene_read, core_counts(o.rs.s.core).waiting > 0);
    receiver_scene_kill(&o.rs);
    assert_int_equal(receiver_scene_kept(&o.rs), 0);
    receiver_scene_start(&o.rs);
    UNTIL(&o, receiver_scene_settle, receiver_scene_kept(&o.rs) == 1);
    close_ends(&o);
}

TEST(a_message_is_acknowledged_only_when_it_is_written)
{
    a_message_survives(DOOR);
}

TEST(a_message_is_acknowledged_only_when_it_is_written_in_version_5)
{
    a_message_survives(DOOR_5);
}

TEST(a_broker_that_was_killed_is_called_again)
{
    struct other_end o = {.device = NULL};
    open_ends(&o, DOOR);
    UNTIL(&o, receiver_scene_settle, is_open(&o));
    end_broker(&o);
    UNTIL(&o, receiver_scene_settle, !is_open(&o));
    start_broker(&o);
    UNTIL(&o, receiver_scene_settle, is_open(&o));
    connect_device(&o, NULL);
    say(&o, "home/hall/door", "OPEN");
    UNTIL(&o, receiver_scene_settle, receiver_scene_kept(&o.rs) == 1);
    close_ends(&o);
}
