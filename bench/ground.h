/* A mission that is served as it is used, by a process of its own (load_ground.py), and what
 * devices say to it. */
#ifndef BENCH_GROUND_H
#define BENCH_GROUND_H

#include "screens.h"

#include <time.h>

enum { SESSIONS = 10 };

struct ground {
    struct bench b;
    struct bench_child python;
    unsigned syslog_tcp, syslog_udp, panel_tcp, lane_tcp, web;
    int server;
    char record[256], link[128];
    struct str tokens[SESSIONS];
    size_t token_count;
    SSL_CTX *context;
};

/* `own` is the path of the bench: the program lies beside it. */
void ground_start(struct ground *g, const char *own);
void ground_end(struct ground *g);

/* Seconds of processor time of the server with its agents. */
double ground_cpu(const struct ground *g);
double ground_log_mb(const struct ground *g);

/* A whole number in what the API tells, after two words that are met in this order; 0: none. */
int64_t ground_number(struct ground *g, const char *path, const char *first, const char *name);
/* One of a listener's figures. */
int64_t ground_listener(struct ground *g, const char *listener, const char *name);

/* Gives its length, with the line feed at its end. */
int ground_syslog_line(char *line, size_t room, const char *host, size_t mark);
struct tm ground_utc(void);

void ground_say(int fd, const char *bytes, size_t len);
int ground_dial_udp(unsigned port);

#endif
