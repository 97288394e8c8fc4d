/* Tripwires: decoded events a second on one core with 100 and 10,000 rules (a detection each, and
 * over them thresholds, different values, sequences and absences), the same from JSON lines, memory
 * a live key with a million of them, and rules of the public kind (parts of command lines). */
#include "engine/sigma/sigma.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { EVENTS = 1000000, LINES = 200000, LIVE_KEYS = 1000000 };

struct bench {
    struct ctx c;
    struct sigma_set *set;
    struct sigma_engine *engine;
    size_t hits;
};

/* CPU seconds, so that neighbours on the machine count less. */
static double now(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

static void must(struct bench *b, rc result)
{
    if (rc_ok(result))
        return;
    fprintf(stderr, "bench: %s\n", b->c.fault.message);
    exit(1);
}

static void count_hit(void *arg, const struct sigma_hit *hit)
{
    struct bench *b = arg;
    b->hits += hit->event_count > 0;
}

static void put_correlation(struct text *t, unsigned i)
{
    unsigned before = i ? i - 1 : 1;
    text_printf(t, "title: c%u\nid: c%u\ncorrelation: {group-by: [user], timespan: 60s, ", i, i);
    if (i % 4 == 0)
        text_printf(t, "type: event_count, rules: [r%u], condition: {gte: 5}}", i);
    else if (i % 4 == 1)
        text_printf(t, "type: value_count, rules: [r%u], condition: {field: host, gte: 4}}", i);
    else if (i % 4 == 2)
        text_printf(t, "type: temporal_ordered, rules: [r%u, r%u]}", i, before);
    else
        text_printf(t, "type: temporal, rules: [r%u]}\nchancery: {absent: r%u}", i, before);
    text_put(t, STR("\n---\n"));
}

/* Half detections, half correlations over them. */
static void open_rules(struct bench *b, unsigned rules)
{
    struct text t;
    struct str text;
    const struct sigma_error *errors;
    *b = (struct bench){.c = {.arena = arena_open((size_t)4 << 30), .clock = &clock_system}};
    text_init(&t, &b->c, (size_t)1 << 26);
    must(b, sigma_set_open(&b->c, NULL, &b->set));
    for (unsigned i = 0; i < rules / 2; i++) {
        text_printf(&t,
                    "title: r%u\nname: r%u\nlogsource: {product: p}\ndetection:\n"
                    "  s: {kind: kind-%u, result: [failure, denied]}\n  condition: s\n---\n",
                    i, i, i);
        put_correlation(&t, i);
        if (i % 100 < 99 && i + 1 < rules / 2)
            continue;
        must(b, text_done(&t, &text));
        must(b, sigma_set_add(&b->c, b->set, STR("bench"), text));
        text_init(&t, &b->c, (size_t)1 << 26);
    }
    must(b, sigma_set_seal(&b->c, b->set));
    if (sigma_set_errors(b->set, &errors)) {
        fprintf(stderr, "bench: %.*s\n", STR_ARG(errors[0].reason));
        exit(1);
    }
    struct sigma_engine_options options = {
        .arg = b, .hit = count_hit, .bytes_max = (size_t)8 << 30};
    must(b, sigma_engine_open(&b->c, b->set, &options, &b->engine));
}

static void close_rules(struct bench *b)
{
    sigma_engine_close(b->engine);
    sigma_set_close(b->set);
    arena_close(b->c.arena);
}

static struct str text_of(struct bench *b, const char *before, unsigned number, const char *behind)
{
    struct str text = STR("");
    must(b, str_format(&b->c, &text, "%s%u%s", before, number, behind));
    return text;
}

/* Events over the kinds that the rules have, `users` people, one in `quiet` of interest. */
static struct sigma_event *make_events(struct bench *b, unsigned kinds, unsigned users,
                                       unsigned quiet, size_t count)
{
    static const char *const names[] = {"kind", "result", "user", "host"};
    struct sigma_event *events = calloc(count, sizeof *events);
    struct sigma_value *values = calloc(count * 4, sizeof *values);
    struct str *kind = calloc(kinds, sizeof *kind), *user = calloc(users, sizeof *user);
    struct str ids[64], hosts[16];
    uint32_t fields[4], seed = 7;
    for (size_t f = 0; f < 4; f++)
        fields[f] = sigma_field(b->set, str_from(names[f]));
    for (unsigned i = 0; i < kinds; i++)
        kind[i] = text_of(b, "kind-", i, "");
    for (unsigned i = 0; i < users; i++)
        user[i] = text_of(b, "user-", i, "@mission.example");
    for (unsigned i = 0; i < 64; i++)
        ids[i] = text_of(b, "", i + 10000000, "");
    for (unsigned i = 0; i < 16; i++)
        hosts[i] = text_of(b, "host-", i, "");
    uint32_t product = sigma_source(b->set, STR("p"));
    for (size_t i = 0; i < count; i++) {
        struct sigma_value *v = &values[4 * i];
        seed = seed * 1664525 + 1013904223;
        uint32_t r = seed >> 8;
        struct str result = r % quiet ? STR("success") : STR("failure");
        v[0] = (struct sigma_value){fields[0], SIGMA_TEXT, kind[r / 7 % kinds]};
        v[1] = (struct sigma_value){fields[1], SIGMA_TEXT, result};
        v[2] = (struct sigma_value){fields[2], SIGMA_TEXT, user[i % users]};
        v[3] = (struct sigma_value){fields[3], SIGMA_TEXT, hosts[r / 3 % 16]};
        events[i] = (struct sigma_event){.id = ids[i % 64],
                                         .time = {1000000000 + (int64_t)i * 100},
                                         .product = product,
                                         .count = 4,
                                         .values = v};
    }
    free(kind);
    free(user);
    return events;
}

static void free_events(struct sigma_event *events)
{
    free((void *)(uintptr_t)events[0].values);
    free(events);
}

static void run_decoded(unsigned rules, unsigned quiet)
{
    struct bench b;
    double started = now();
    open_rules(&b, rules);
    double loaded = now();
    struct sigma_event *events = make_events(&b, rules / 2, 2000, quiet, EVENTS);
    double from = now();
    for (size_t i = 0; i < EVENTS; i++)
        must(&b, sigma_feed(&b.c, b.engine, &events[i]));
    double spent = now() - from;
    struct sigma_counters counters = sigma_count(b.engine);
    printf("%6u rules, 1 in %2u of interest: %5.2f M events/s  (%llu matches, %llu hits, read in "
           "%.2f s)\n",
           rules, quiet, EVENTS / spent / 1e6, (unsigned long long)counters.matches,
           (unsigned long long)counters.hits, loaded - started);
    free_events(events);
    close_rules(&b);
}

static void run_lines(unsigned rules)
{
    static const char form[] =
        "{\"_id\":%u,\"_time\":\"2026-01-01T00:00:%02u.%03uZ\",\"_logsource\":{\"product\":\"p\"},"
        "\"kind\":\"kind-%u\",\"result\":\"%s\",\"user\":\"user-%u\",\"host\":\"h%u\"}";
    struct bench b;
    open_rules(&b, rules);
    struct str *lines = calloc(LINES, sizeof *lines);
    size_t bytes = 0;
    for (unsigned i = 0; i < LINES; i++) {
        must(&b, str_format(&b.c, &lines[i], form, i, i / 4000 % 60, i / 4 % 1000, i % (rules / 2),
                            i % 10 ? "success" : "failure", i % 997, i % 16));
        bytes += lines[i].len;
    }
    struct ctx c = {.arena = arena_open(1 << 20)};
    double from = now();
    for (size_t i = 0; i < LINES; i++) {
        struct sigma_event event;
        arena_reset(c.arena);
        must(&b, sigma_event_read(&c, b.set, lines[i], &event));
        must(&b, sigma_feed(&c, b.engine, &event));
    }
    double spent = now() - from;
    printf("%6u rules, JSON lines          : %5.2f M events/s, %.0f MB/s\n", rules,
           LINES / spent / 1e6, (double)bytes / spent / 1e6);
    arena_close(c.arena);
    free(lines);
    close_rules(&b);
}

static void run_keys(void)
{
    struct bench b;
    open_rules(&b, 2);
    struct sigma_event *events = make_events(&b, 1, LIVE_KEYS, 1, LIVE_KEYS);
    for (size_t i = 0; i < LIVE_KEYS; i++)
        events[i].time.us = 1000000000 + (int64_t)i;
    double from = now();
    for (size_t i = 0; i < LIVE_KEYS; i++)
        must(&b, sigma_feed(&b.c, b.engine, &events[i]));
    double first = now() - from;
    struct sigma_counters counters = sigma_count(b.engine);
    for (size_t i = 0; i < LIVE_KEYS; i++)
        events[i].time.us += LIVE_KEYS;
    from = now();
    for (size_t i = 0; i < LIVE_KEYS; i++)
        must(&b, sigma_feed(&b.c, b.engine, &events[i]));
    printf("%llu live keys: %.1f bytes a key; %.2f M new keys/s, then %.2f M events/s over them\n",
           (unsigned long long)counters.keys, (double)counters.bytes / (double)counters.keys,
           LIVE_KEYS / first / 1e6, LIVE_KEYS / (now() - from) / 1e6);
    free_events(events);
    close_rules(&b);
}

/* Rules as the public ones are: the end of a path and parts of a command line. */
static void run_process(unsigned rules)
{
    static const char form[] =
        "title: p%u\nlogsource: {product: windows, category: process_creation}\ndetection:\n"
        "  img: {Image|endswith: ['\\tool%u.exe', '\\x%u.exe']}\n"
        "  cli: {CommandLine|contains|all: ['-opt%u', ' /q']}\n  condition: img and cli\n---\n";
    struct bench b = {.c = {.arena = arena_open((size_t)1 << 30), .clock = &clock_system}};
    struct text t;
    struct str text;
    text_init(&t, &b.c, (size_t)1 << 26);
    for (unsigned i = 0; i < rules; i++)
        text_printf(&t, form, i, i % 200, i, i);
    must(&b, text_done(&t, &text));
    must(&b, sigma_set_open(&b.c, NULL, &b.set));
    must(&b, sigma_set_add(&b.c, b.set, STR("bench"), text));
    must(&b, sigma_set_seal(&b.c, b.set));
    struct sigma_engine_options options = {.arg = &b, .hit = count_hit};
    must(&b, sigma_engine_open(&b.c, b.set, &options, &b.engine));
    struct sigma_value values[2] = {
        {sigma_field(b.set, STR("Image")), SIGMA_TEXT, STR("C:\\Program Files\\Vendor\\tool7.exe")},
        {sigma_field(b.set, STR("CommandLine")), SIGMA_TEXT,
         STR("\"C:\\Program Files\\Vendor\\tool7.exe\" --input "
             "C:\\Users\\someone\\Documents\\a.docx "
             "-opt207 --threads 4 /q")}};
    struct sigma_event event = {.id = STR("1"),
                                .time = {1},
                                .product = sigma_source(b.set, STR("windows")),
                                .category = sigma_source(b.set, STR("process_creation")),
                                .count = 2,
                                .values = values};
    double from = now();
    for (size_t i = 0; i < EVENTS / 2; i++)
        must(&b, sigma_feed(&b.c, b.engine, &event));
    double spent = now() - from;
    printf("%6u rules of processes         : %5.2f M events/s  (%zu hits)\n", rules,
           EVENTS / 2 / spent / 1e6, b.hits);
    close_rules(&b);
}

int main(void)
{
    run_decoded(100, 10);
    run_decoded(100, 2);
    run_decoded(10000, 10);
    run_decoded(10000, 2);
    run_lines(100);
    run_lines(10000);
    run_process(3000);
    run_keys();
    return 0;
}
