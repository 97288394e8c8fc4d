/* One object, or with --jsonl one a line. What is wrong with an input is told as one JSON object:
 * on standard error for one input, in the place of its answer for a line among many, so that the
 * lines of both files stay side by side. */
#include "main/verb_compute.h"

#include "engine/registry/registry.h"

#include <stdlib.h>

enum {
    MEMORY_MAX = 512 << 20,
    INPUT_MAX = 8 << 20,  /* bytes of one input */
    OUTPUT_MAX = 8 << 20, /* bytes of one answer */
    HELP_MAX = 1 << 20,
    EXIT_ANSWERED = 0,
    EXIT_BAD_INPUT = 1,
    EXIT_USE = 2
};

struct computing {
    struct ctx *c;
    const struct compute *compute;
    FILE *in, *out, *err;
};

static void print(const struct text *t, FILE *to)
{
    fwrite(text_str(t).ptr, 1, text_str(t).len, to);
}

static int print_help(struct ctx *c, const struct compute *compute, FILE *to)
{
    struct text t;
    text_init(&t, c, HELP_MAX);
    if (compute) {
        compute_put_help(&t, compute);
    } else {
        text_put(&t, STR("usage: chancery compute NAME [--jsonl] < input\n"
                         "       chancery compute NAME --help\n\n"
                         "--jsonl   one input per line, one answer per line, in order\n\n"));
        compute_put_list(&t);
    }
    print(&t, to);
    return fflush(to) == 0 ? EXIT_ANSWERED : EXIT_BAD_INPUT;
}

static void print_fault(const struct computing *p, FILE *to)
{
    const struct fault *fault = &p->c->fault;
    struct text t;
    text_init(&t, p->c, 4096);
    text_put(&t, STR("{\"error\":"));
    text_put_json(&t, str_from(fault->message));
    text_put(&t, STR(",\"pointer\":"));
    text_put_json(&t, str_from(fault->pointer));
    text_put(&t, STR(",\"rule\":"));
    text_put_json(&t, str_from(fault->rule[0] ? fault->rule : rc_name(fault->code)));
    text_put(&t, STR("}\n"));
    print(&t, to);
}

/* Answers, or says in `bad` why not. */
static bool answer(const struct computing *p, struct str json, FILE *bad)
{
    struct arena_mark mark = arena_mark(p->c->arena);
    struct text t;
    struct str line;
    rc result;
    p->c->fault = (struct fault){0};
    text_init(&t, p->c, OUTPUT_MAX);
    if (json.len > INPUT_MAX)
        result = fault_raise(p->c, RC_TOO_LARGE, __FILE__, __LINE__,
                             "an input has at most %d bytes", INPUT_MAX);
    else
        result = compute_run(p->c, p->compute, json, &t);
    if (rc_ok(result))
        result = text_done(&t, &line);
    if (rc_ok(result))
        fprintf(p->out, "%.*s\n", STR_ARG(line));
    else
        print_fault(p, bad);
    arena_return(p->c->arena, mark);
    return rc_ok(result);
}

/* The whole input, or as much of it as shows that it is too long. */
static bool answer_one(const struct computing *p)
{
    struct text t;
    char piece[65536];
    size_t len = 1;
    text_init(&t, p->c, 2 * INPUT_MAX);
    while (len > 0 && text_str(&t).len <= INPUT_MAX) {
        len = fread(piece, 1, sizeof piece, p->in);
        text_put(&t, (struct str){piece, len});
    }
    return answer(p, text_str(&t), p->err);
}

/* The rest of a line that is too long is read and dropped. Gives whether there was a line. */
static bool read_line(FILE *in, char *line, size_t room, size_t *ret_len)
{
    size_t len = 0;
    int ch = getc_unlocked(in);
    if (ch == EOF)
        return false;
    for (; ch != EOF && ch != '\n'; ch = getc_unlocked(in))
        if (len < room)
            line[len++] = (char)ch;
    *ret_len = len;
    return true;
}

static bool answer_lines(const struct computing *p)
{
    size_t len = 0;
    bool all = true;
    char *line = ctx_take(p->c, 1, INPUT_MAX + 1);
    if (!line) {
        print_fault(p, p->err);
        return false;
    }
    while (read_line(p->in, line, INPUT_MAX + 1, &len))
        if (str_trim((struct str){line, len}).len > 0)
            all &= answer(p, (struct str){line, len}, p->out);
    return all;
}

static int run(struct computing *p, int argc, char **argv)
{
    bool lines = false;
    if (argc < 2 || str_is(str_from(argv[1]), "--help"))
        return print_help(p->c, NULL, p->out);
    p->compute = compute_find(str_from(argv[1]));
    if (!p->compute) {
        fprintf(p->err, "compute: there is no engine \"%s\"\n\n", argv[1]);
        print_help(p->c, NULL, p->err);
        return EXIT_USE;
    }
    for (int i = 2; i < argc; i++) {
        struct str flag = str_from(argv[i]);
        if (str_is(flag, "--help"))
            return print_help(p->c, p->compute, p->out);
        if (!str_is(flag, "--jsonl")) {
            fprintf(p->err, "compute: there is no flag \"%s\"\n\n", argv[i]);
            print_help(p->c, p->compute, p->err);
            return EXIT_USE;
        }
        lines = true;
    }
    bool good = lines ? answer_lines(p) : answer_one(p);
    return good && !ferror(p->in) && fflush(p->out) == 0 ? EXIT_ANSWERED : EXIT_BAD_INPUT;
}

int compute_verb(int argc, char **argv, FILE *in, FILE *out, FILE *err)
{
    struct ctx c = {.arena = arena_open(MEMORY_MAX), .clock = &clock_system};
    struct computing p = {.c = &c, .in = in, .out = out, .err = err};
    if (!c.arena)
        return EXIT_BAD_INPUT;
    int code = run(&p, argc, argv);
    arena_close(c.arena);
    return code;
}
