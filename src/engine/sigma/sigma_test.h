/* What the tests of this folder share: rules and events from text, hits as text. */
#ifndef ENGINE_SIGMA_TEST_H
#define ENGINE_SIGMA_TEST_H

#include "base/text.h"
#include "engine/sigma/sigma.h"

struct bench {
    struct ctx c;
    struct sigma_set *set;
    struct sigma_engine *engine;
    struct text hits; /* "rule:1,2@2026-01-01T00:00:00Z user=eve late\n" */
};

/* Rules from YAML; the test fails when one is refused. */
void bench_open(struct bench *b, const char *rules);
void bench_close(struct bench *b);

/* Feed lines of events; the hits are collected. */
void bench_feed(struct bench *b, const char *lines);
void bench_end(struct bench *b);
void bench_restart(struct bench *b, int64_t lateness_us);

/* Begin anew with so much memory for all windows. */
void bench_limit(struct bench *b, size_t bytes_max);
struct str bench_hits(struct bench *b);

/* The first error of some rules: "LINE: REASON", or "" when there is none. */
struct str first_error(struct ctx *c, const char *rules);

/* Does the one detection `detection: {sel: BODY, condition: sel}` match an event? BODY is indented.
 */
bool detects(const char *body, const char *event);

#endif
