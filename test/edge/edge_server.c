/* A served mission for edge_test.py: says where it listens, then does what its input says, a line
 * each, and answers each with a line:
 *
 *     pass MS        the clock moves on
 *     add ID LABEL   a thing is added
 *
 * `edge_server tls AUTHORITY` serves over TLS and writes the authority's certificate there. It ends
 * with its input. */
#include "edge/tlsca.h"
#include "support/edge_scene.h"

#include <stdio.h>
#include <stdlib.h>

static const unsigned char key[32] = "the key of the test, not secret";

static void need(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "edge_server: %s\n", what);
    exit(1);
}

static struct tlsca *open_tls(const char *authority, const char *state, const char *authority_key)
{
    static struct str names[] = {STR("localhost"), STR("127.0.0.1")};
    struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
    struct tlsca_options options = {.files = &files_system,
                                    .path = state,
                                    .authority = authority_key,
                                    .key = key,
                                    .mission = STR("Test"),
                                    .names = {names, 2},
                                    .clock = &clock_system};
    struct tlsca *tls = NULL;
    struct str pem;
    need(rc_ok(tlsca_open(&c, &options, &tls)) && rc_ok(tlsca_authority(&c, tls, &pem)) &&
             rc_ok(file_write(&c, &files_system, authority, pem, 0600)),
         c.fault.message);
    arena_close(c.arena);
    return tls;
}

static void obey(struct edge_scene *s, const char *line)
{
    char id[32], label[32], json[256];
    long long ms;
    if (sscanf(line, "pass %lld", &ms) == 1) {
        clock_manual_advance_us(&s->scene.clock, ms * 1000);
    } else if (sscanf(line, "add %31s %31s", id, label) == 2) {
        snprintf(json, sizeof json, "{\"id\":\"%s\",\"label\":\"%s\",\"name\":\"%s\"}", id, label,
                 id);
        scene_do(&s->scene, "thing.add", NULL, json);
    } else {
        need(false, line);
    }
    puts("done");
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static struct edge_scene s;
    struct edge_options options = {.hits_path = getenv("EDGE_HITS")};
    struct tlsca *tls = NULL;
    char line[256], state[256], authority_key[256];
    if (argc == 3) {
        snprintf(state, sizeof state, "%s.json", argv[2]);
        snprintf(authority_key, sizeof authority_key, "%s.key.json", argv[2]);
        tls = open_tls(argv[2], state, authority_key);
        options.tls = tlsca_context(tls);
    }
    sem_init(&edge_scene_lengthy, 0, 1 << 20); /* here nobody is kept waiting */
    edge_scene_open(&s, options);
    printf("%u\n", edge_port(s.edge));
    fflush(stdout);
    while (fgets(line, sizeof line, stdin))
        obey(&s, line);
    edge_scene_close(&s);
    tlsca_close(tls);
    return 0;
}
