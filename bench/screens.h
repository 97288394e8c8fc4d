/* Screens: many connections to /api/v1/live over TLS, as the console's own, on one thread. Each
 * notes when it hears a mark: eight digits that were sent as the user of a signal. */
#ifndef BENCH_SCREENS_H
#define BENCH_SCREENS_H

#include "bench.h"

#include <openssl/ssl.h>

/* A connection to a server on loopback; over TLS when there is a context. */
int web_dial(unsigned port);
SSL_CTX *web_context(void);
SSL *web_dial_tls(SSL_CTX *context, unsigned port);

/* One request on a connection that stays; gives the body of the reply, in the arena. */
struct str web_ask(struct bench *b, SSL *ssl, const char *method, const char *path,
                   struct str token, struct str body);

struct screens;

/* As soon as each is live. The marks are 0 to marks_max - 1. */
struct screens *screens_open(unsigned port, size_t count, size_t token_count,
                             const struct str *tokens, size_t marks_max);

/* A mark is about to be sent. From any thread, each mark once. */
void screens_sent(struct screens *screens, size_t mark);

double screens_sent_at(const struct screens *screens, size_t mark);

/* How many of these marks have been heard, by all screens together. */
size_t screens_heard(const struct screens *screens, size_t from, size_t to);

/* Milliseconds from the sending of these marks to each screen, in the arena. */
double *screens_waited(struct bench *b, const struct screens *screens, size_t from, size_t to,
                       size_t *ret_count);

/* Connections that the server closed and that were made again; bytes heard by all. */
size_t screens_lost(const struct screens *screens);
double screens_megabytes(const struct screens *screens);

void screens_close(struct screens *screens);

#endif
