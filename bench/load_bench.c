/* The served mission under load from real devices, as people at their screens meet it: a program of
 * its own over TLS and in its sandbox, panels and log senders on real sockets, 50 screens.
 *
 *   live     2,000 signals a second, all kept: from the last byte at the device's socket to each
 *            screen, and to the panel's acknowledgement; then once more with a real browser beside
 *            them, which takes its share of the processor
 *   storm    a million signals of one broken sensor as fast as they are taken, over TCP and over
 * UDP, with duress from another source meanwhile: to its acknowledgement, to each screen; the
 *            memory; and that every signal was kept or counted
 *
 * Arguments: live or storm, for one of them. It is to be run from the root of the repository. */
#include "ground.h"

#include "adapter/dc09/frame.h"

#include <arpa/inet.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    SCREENS = 50,
    PANELS = 4,
    RATE = 2000,
    LIVE_S = 10,
    WEB_EVERY = 40, /* one signal of so many comes by HTTP */
    STORM = 1000000,
    STORM_LINKS = 2,
    STORM_LINES = 200, /* a write */
    LANE_EVERY_MS = 100,
    LANE_MAX = 3000,
    NOTED_MS = 6000,
    FRAME_MAX = 400,
};

static void print_waits(const char *what, size_t count, double *waited)
{
    printf("%-44s %8zu  p50 %7.1f ms  p99 %7.1f ms  most %7.1f ms\n", what, count,
           bench_share(0.5, count, waited), bench_share(0.99, count, waited),
           bench_share(1, count, waited));
}

/* ---- what devices say -------------------------------------------------------------------------
 */

static int panel_frame(char *frame, size_t room, int account, size_t number, size_t mark,
                       const char *code)
{
    char when[32], body[FRAME_MAX - 20];
    struct tm now = ground_utc();
    strftime(when, sizeof when, "%H:%M:%S,%m-%d-%Y", &now);
    int len = snprintf(body, sizeof body, "\"SIA-DCS\"%04zuL0#%d[#%d|Nri1id%08zu/%s05]_%s",
                       number % 9999 + 1, account, account, mark, code, when);
    struct str b = {body, (size_t)len};
    return snprintf(frame, room, "\n%04X%04zX%.*s\r", dc09_crc(b), b.len, STR_ARG(b));
}

/* A panel's connection: acknowledgements come in the order of the reports. */
struct panel {
    int fd, account;
    pthread_t thread;
    _Atomic size_t sent, heard;
    size_t room;
    double *sent_at, *waited_ms;
};

static void *hear_acks(void *arg)
{
    struct panel *panel = arg;
    char bytes[4096];
    ssize_t got;
    while ((got = recv(panel->fd, bytes, sizeof bytes, 0)) > 0)
        for (ssize_t i = 0; i < got; i++) {
            if (bytes[i] != '\r' || panel->heard >= panel->room)
                continue;
            panel->waited_ms[panel->heard] = (bench_now() - panel->sent_at[panel->heard]) * 1e3;
            panel->heard++;
        }
    return NULL;
}

static void panel_open(struct panel *panel, unsigned port, int account, size_t room)
{
    *panel = (struct panel){.fd = web_dial(port), .account = account, .room = room};
    panel->sent_at = calloc(room, sizeof *panel->sent_at);
    panel->waited_ms = calloc(room, sizeof *panel->waited_ms);
    if (!panel->sent_at || !panel->waited_ms ||
        pthread_create(&panel->thread, NULL, hear_acks, panel) != 0)
        exit(1);
}

static void panel_say(struct panel *panel, size_t mark, const char *code)
{
    char frame[FRAME_MAX];
    int len = panel_frame(frame, sizeof frame, panel->account, panel->sent, mark, code);
    panel->sent_at[panel->sent] = bench_now();
    panel->sent++;
    ground_say(panel->fd, frame, (size_t)len);
}

/* Waits for the acknowledgements that are still out, for a while. */
static void panel_close(struct panel *panel)
{
    for (int i = 0; i < 200 && panel->heard < panel->sent; i++)
        bench_rest_ms(50);
    shutdown(panel->fd, SHUT_RDWR);
    pthread_join(panel->thread, NULL);
    close(panel->fd);
    free(panel->sent_at);
    free(panel->waited_ms);
}

/* ---- live -------------------------------------------------------------------------------------
 */

struct web_sender {
    struct ground *g;
    struct bench b;
    struct screens *screens;
    size_t from, to;
    double began, waited_ms[LIVE_S * RATE / WEB_EVERY];
};

/* Signals by HTTP, each its own request on a connection that stays. */
static void *send_by_web(void *arg)
{
    struct web_sender *w = arg;
    SSL *ssl = web_dial_tls(w->g->context, w->g->web);
    for (size_t mark = w->from; mark < w->to; mark++) {
        char body[400];
        double due = w->began + (double)(mark - w->from) * WEB_EVERY / RATE;
        while (bench_now() < due)
            bench_rest_ms(1);
        int len =
            snprintf(body, sizeof body,
                     "{\"items\":[{\"source\":\"web\",\"kind\":\"status\",\"priority\":\"note\","
                     "\"code_system\":\"bench\",\"text\":\"Movement in the corridor\","
                     "\"user\":\"%08zu\",\"dedupe\":\"%.0f/%zu\"}]}",
                     mark, w->began * 1e3, mark);
        struct arena_mark before = arena_mark(w->b.c.arena);
        screens_sent(w->screens, mark);
        double start = bench_now();
        web_ask(&w->b, ssl, "POST", "/api/v1/signals", w->g->tokens[0],
                (struct str){body, (size_t)len});
        w->waited_ms[mark - w->from] = (bench_now() - start) * 1e3;
        arena_return(w->b.c.arena, before);
    }
    close(SSL_get_fd(ssl));
    SSL_free(ssl);
    return NULL;
}

/* ---- a real browser ---------------------------------------------------------------------------
 */

/* False when there is none on this machine. */
static bool browser_open(struct ground *g, struct bench_child *ret)
{
    char url[64], word[16] = "";
    snprintf(url, sizeof url, "https://localhost:%u", g->web);
    setenv("NODE_NO_WARNINGS", "1", 1);
    *ret =
        bench_child((const char *const[]){"node", "bench/load_page.mjs", url, g->link, "/", NULL});
    if (fscanf(ret->told, "%15s", word) == 1 && strcmp(word, "ready") == 0)
        return true;
    bench_child_wait(ret);
    printf("no browser could be started: left out\n");
    return false;
}

/* Ends it, and tells what its page had heard when. */
static void browser_close(struct ground *g, struct bench_child *browser,
                          const struct screens *screens, size_t marks)
{
    double heard_ms = 0, painted_ms = 0;
    double offset_ms = (double)clock_system.wall(&clock_system).us / 1e3 - bench_now() * 1e3;
    size_t count = 0, painted = 0, mark = 0;
    double *heard = ctx_take(&g->b.c, 2 * marks, sizeof *heard);
    if (!heard)
        exit(1);
    bench_child_release(browser);
    while (count < marks &&
           fscanf(browser->told, "%zu %lf %lf", &mark, &heard_ms, &painted_ms) == 3) {
        double sent_ms = screens_sent_at(screens, mark) * 1e3 + offset_ms;
        heard[count++] = heard_ms - sent_ms;
        if (painted_ms > 0)
            heard[marks + painted++] = painted_ms - sent_ms;
    }
    print_waits("from the socket to Chromium's page", count, heard);
    print_waits("to its next drawn frame", painted, heard + marks);
    bench_child_wait(browser);
}

static void send_live(struct ground *g, struct screens *screens, struct panel *panels, size_t count)
{
    int tcp = web_dial(g->syslog_tcp), udp = ground_dial_udp(g->syslog_udp);
    double start = bench_now();
    for (size_t i = 0; i < count; i++) {
        char line[FRAME_MAX], host[16];
        double due = start + (double)i / RATE;
        if (bench_now() < due)
            bench_rest_ms(1);
        snprintf(host, sizeof host, "host%zu", i % 10);
        screens_sent(screens, i);
        if (i % 4 == 3) {
            panel_say(&panels[i / 4 % PANELS], i, "OP");
            continue;
        }
        int len = ground_syslog_line(line, sizeof line, host, i);
        ground_say(i % 4 == 2 ? udp : tcp, line, (size_t)len - (i % 4 == 2));
    }
    printf("sent %zu signals in %.1f s\n", count, bench_now() - start);
    close(tcp);
    close(udp);
}

static void wait_for_screens(const struct screens *screens, size_t from, size_t to)
{
    size_t wanted = SCREENS * (to - from);
    for (int i = 0; i < 200 && screens_heard(screens, from, to) < wanted; i++)
        bench_rest_ms(100);
    printf("heard of %zu marks on %d screens: %zu of %zu\n", to - from, SCREENS,
           screens_heard(screens, from, to), wanted);
}

static void print_acks(struct ground *g, const struct panel *panels)
{
    size_t count = 0;
    double *waited = ctx_take(&g->b.c, (size_t)LIVE_S * RATE, sizeof *waited);
    if (!waited)
        exit(1);
    for (int i = 0; i < PANELS; i++)
        for (size_t n = 0; n < panels[i].heard && count < (size_t)LIVE_S * RATE; n++)
            waited[count++] = panels[i].waited_ms[n];
    print_waits("from a panel's socket to its ACK", count, waited);
}

static void print_screens(struct ground *g, const char *what, const struct screens *screens,
                          size_t marks)
{
    size_t count = 0;
    double *waited = screens_waited(&g->b, screens, 0, marks, &count);
    print_waits(what, count, waited);
}

static void bench_live(struct ground *g, bool with_browser)
{
    const size_t count = (size_t)LIVE_S * RATE, web = count / WEB_EVERY, all = count + web;
    static struct web_sender sender;
    struct bench_child browser;
    struct panel panels[PANELS];
    pthread_t sending;
    bool browsing = with_browser && browser_open(g, &browser);
    struct screens *screens = screens_open(g->web, SCREENS, g->token_count, g->tokens, all);
    for (int i = 0; i < PANELS; i++)
        panel_open(&panels[i], g->panel_tcp, 1000 + i, count);
    sender = (struct web_sender){
        .g = g, .screens = screens, .from = count, .to = all, .began = bench_now()};
    bench_open(&sender.b);
    double cpu = ground_cpu(g), own = bench_busy(), start = bench_now();
    if (pthread_create(&sending, NULL, send_by_web, &sender) != 0)
        exit(1);
    printf("\nlive: %d signals a second over TCP, UDP and HTTPS, %d screens over TLS%s\n",
           RATE + RATE / WEB_EVERY, SCREENS, browsing ? ", Chromium beside them" : "");
    send_live(g, screens, panels, count);
    pthread_join(sending, NULL);
    wait_for_screens(screens, 0, all);
    double took = bench_now() - start;
    print_screens(g, "from the socket to each screen", screens, all);
    if (browsing)
        browser_close(g, &browser, screens, all);
    print_acks(g, panels);
    print_waits("from the POST to its answer", web, sender.waited_ms);
    printf("server: %.2f of a core, bench: %.2f; %.0f MB to the screens, %zu connections lost\n",
           (ground_cpu(g) - cpu) / took, (bench_busy() - own) / took, screens_megabytes(screens),
           screens_lost(screens));
    for (int i = 0; i < PANELS; i++)
        panel_close(&panels[i]);
    bench_close(&sender.b);
    screens_close(screens);
}

/* ---- storm ------------------------------------------------------------------------------------
 */

struct storm {
    struct ground *g;
    struct screens *screens;
    bool udp;
    _Atomic bool over;
    _Atomic size_t links_done;
    size_t lane_from, lane_count;
    struct panel lane;
};

static void *send_storm(void *arg)
{
    struct storm *s = arg;
    static const size_t each = STORM / STORM_LINKS;
    char block[STORM_LINES * 128];
    int fd = s->udp ? ground_dial_udp(s->g->syslog_udp) : web_dial(s->g->syslog_tcp);
    for (size_t done = 0; done < each; done += STORM_LINES) {
        size_t len = 0;
        for (size_t i = 0; i < STORM_LINES; i++) {
            size_t from = len;
            len += (size_t)ground_syslog_line(block + len, sizeof block - len, "broken", 0);
            if (s->udp && send(fd, block + from, len - from - 1, MSG_NOSIGNAL) < 0)
                bench_rest_ms(1);
        }
        if (!s->udp)
            ground_say(fd, block, len);
    }
    close(fd);
    s->links_done++;
    return NULL;
}

static void *send_lane(void *arg)
{
    struct storm *s = arg;
    while (!s->over && s->lane_count < LANE_MAX) {
        screens_sent(s->screens, s->lane_from + s->lane_count);
        panel_say(&s->lane, s->lane_from + s->lane_count, "PA");
        s->lane_count++;
        bench_rest_ms(LANE_EVERY_MS);
    }
    return NULL;
}

/* Until all is written down: what came is durable, or dropped and counted. */
static int64_t settled(struct ground *g, const char *listener)
{
    return ground_listener(g, listener, "durable") + ground_listener(g, listener, "dropped");
}

static void watch_storm(struct storm *s, const char *listener, int64_t before)
{
    struct ground *g = s->g;
    double start = bench_now(), sent = 0, most = 0, log = 0, next = 0;
    for (;;) {
        double now = bench_now() - start, mb = bench_resident_mb(g->server);
        double log_mb = ground_log_mb(g);
        most = fmax(most, mb);
        log = fmax(log, log_mb);
        if (now >= next) {
            printf("  after %5.1f s: %6.0f MB resident, write-ahead log %4.0f MB\n", now, mb,
                   log_mb);
            next += 5;
        }
        if (s->links_done == STORM_LINKS && sent <= 0)
            sent = now;
        if (sent > 0 && (settled(g, listener) - before >= STORM || now > sent + 90))
            break;
        bench_rest_ms(250);
    }
    printf("sent in %.1f s (%.0f a second); memory at most %.0f MB, log %.0f MB\n", sent,
           STORM / sent, most, log);
}

static void print_sums(struct ground *g, const char *listener, int64_t before)
{
    int64_t durable = ground_listener(g, listener, "durable");
    int64_t dropped = ground_listener(g, listener, "dropped");
    int64_t kept = ground_number(g, "/api/v1/watch/sources/broken", "\"pulse\"", "\"signals\":");
    int64_t counted = ground_number(g, "/api/v1/watch/sources/broken", "\"pulse\"", "\"counted\":");
    printf("of %d: %lld durable and %lld dropped by this listener (%lld before); the source has "
           "%lld kept and %lld counted, together %lld\n",
           STORM, (long long)durable, (long long)dropped, (long long)before, (long long)kept,
           (long long)counted, (long long)(kept + counted));
}

static void bench_storm(struct ground *g, bool udp)
{
    const char *listener = udp ? "syslog-udp" : "syslog-tcp";
    static struct storm s;
    pthread_t links[STORM_LINKS], lane;
    s = (struct storm){.g = g, .udp = udp};
    s.screens = screens_open(g->web, SCREENS, g->token_count, g->tokens, LANE_MAX);
    panel_open(&s.lane, g->lane_tcp, 2000, LANE_MAX);
    printf("\nstorm: %d signals of a broken sensor over %s, duress every %d ms, %d screens\n",
           STORM, udp ? "UDP" : "TCP", LANE_EVERY_MS, SCREENS);
    bench_rest_ms(NOTED_MS); /* the figures of listeners are noted now and then */
    int64_t before = settled(g, listener);
    double cpu = ground_cpu(g), own = bench_busy(), start = bench_now();
    if (pthread_create(&lane, NULL, send_lane, &s) != 0)
        exit(1);
    for (int i = 0; i < STORM_LINKS; i++)
        if (pthread_create(&links[i], NULL, send_storm, &s) != 0)
            exit(1);
    watch_storm(&s, listener, before);
    s.over = true;
    for (int i = 0; i < STORM_LINKS; i++)
        pthread_join(links[i], NULL);
    pthread_join(lane, NULL);
    wait_for_screens(s.screens, 0, s.lane_count);
    double took = bench_now() - start;
    print_waits("duress: to its acknowledgement", s.lane.heard, s.lane.waited_ms);
    print_screens(g, "duress: to each screen", s.screens, s.lane_count);
    printf("server: %.2f of a core, bench: %.2f; %zu connections lost\n",
           (ground_cpu(g) - cpu) / took, (bench_busy() - own) / took, screens_lost(s.screens));
    print_sums(g, listener, before);
    panel_close(&s.lane);
    screens_close(s.screens);
}

int main(int argc, char **argv)
{
    static struct ground g;
    const char *only = argc > 1 ? argv[1] : "";
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    ground_start(&g, argv[0]);
    if (strcmp(only, "storm") != 0)
        for (int with_browser = 0; with_browser < 2; with_browser++)
            bench_live(&g, with_browser);
    if (strcmp(only, "live") != 0) {
        bench_storm(&g, false);
        bench_storm(&g, true);
    }
    ground_end(&g);
    return 0;
}
