/* The bytes are read in pieces as they come, so a pipe can be watched; each piece is led through
 * the adapter's stream as a socket's would be. Without a time of receipt the machine's clock is
 * taken, and the options are those for looking at bytes outside of any mission (adapter.look). */
#include "main/verb_decode.h"

#include "adapter/registry/registry.h"
#include "base/encode.h"
#include "shape/shape_flags.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    MEMORY_MAX = 64 << 20, /* of one frame, and of the options */
    PIECE_BYTES = 64 * 1024,
    DATAGRAM_MAX = 65536,
    EXIT_READ = 0,
    EXIT_NOTHING_READ = 1,
    EXIT_USE = 2
};

struct decoding {
    struct ctx *c;
    const struct adapter *adapter;
    struct intake *intake;
    struct stream *stream;
    struct clock_manual clock; /* stands at the time of receipt that was asked for */
    struct str peer;
    bool datagrams, replies;
    FILE *in, *out, *err;
};

static void print_use(FILE *err)
{
    fprintf(err, "usage: chancery decode ADAPTER [--received TIME] [--peer ADDRESS] [--datagrams] "
                 "[--replies] [--OPTION VALUE…] < bytes\n\n"
                 "--datagrams   each line of input is one datagram, in hexadecimal digits\n"
                 "--replies     also write what would be sent back\n\nadapters:\n");
    for (size_t i = 0; adapters[i]; i++)
        fprintf(err, "  %-8s %s\n", adapters[i]->name, adapters[i]->help);
}

static void print_options(struct ctx *c, const struct adapter *adapter, FILE *err)
{
    struct text t;
    struct str help;
    text_init(&t, c, 64 * 1024);
    shape_flags_help(&t, adapter->options);
    if (rc_ok(text_done(&t, &help)))
        fprintf(err, "\noptions of %s:\n%.*s", adapter->name, STR_ARG(help));
}

/* ---- arguments ------------------------------------------------------------------------------- */

/* Is it `--name VALUE` or `--name=VALUE`? Takes it, and gives the value. */
static bool take_value(int argc, char **argv, int *at, const char *name, struct str *ret)
{
    struct str word = str_from(argv[*at]), wanted = str_from(name);
    if (str_is(word, name) && *at + 1 < argc) {
        *ret = str_from(argv[++*at]);
        return true;
    }
    if (!str_starts(word, name) || word.len <= wanted.len || word.ptr[wanted.len] != '=')
        return false;
    *ret = str_sub(word, wanted.len + 1, word.len);
    return true;
}

/* Take what is ours from the arguments; the rest are options of the adapter. */
static rc read_arguments(struct decoding *d, int argc, char **argv, char **rest, size_t *ret_count)
{
    struct str received = {0};
    struct wall when;
    size_t count = 0;
    for (int i = 2; i < argc; i++) {
        if (str_is(str_from(argv[i]), "--datagrams"))
            d->datagrams = true;
        else if (str_is(str_from(argv[i]), "--replies"))
            d->replies = true;
        else if (!take_value(argc, argv, &i, "--received", &received) &&
                 !take_value(argc, argv, &i, "--peer", &d->peer))
            rest[count++] = argv[i];
    }
    *ret_count = count;
    if (str_absent(received))
        return OK;
    if (!wall_parse(received, &when))
        FAIL(d->c, INVALID, "--received: not a time as 2026-11-22T03:00:00Z");
    clock_manual_init(&d->clock, when);
    d->c->clock = &d->clock.clock;
    return OK;
}

static rc open_all(struct decoding *d, int argc, char **argv)
{
    void *options = NULL;
    char **rest = NULL;
    size_t count = 0;
    NEW(d->c, rest, (size_t)argc);
    TRY(read_arguments(d, argc, argv, rest, &count));
    TRY(intake_options(d->c, d->adapter, str_from(d->adapter->look), &options));
    TRY(shape_flags(d->c, d->adapter->options, count, rest, options));
    TRY(intake_open(d->c, d->adapter, options, &d->intake));
    return stream_open(d->c, d->intake, &d->stream);
}

/* ---- output ---------------------------------------------------------------------------------- */

static rc print_reply(struct decoding *d, struct str reply)
{
    struct text t;
    struct str line;
    text_init(&t, d->c, 1 << 20);
    text_put(&t, STR("{\"reply\":\""));
    for (size_t i = 0; i < reply.len; i++)
        text_printf(&t, "%02x", (unsigned char)reply.ptr[i]);
    text_put(&t, STR("\"}\n"));
    TRY(text_done(&t, &line));
    fwrite(line.ptr, 1, line.len, d->out);
    return OK;
}

static rc print_item(struct decoding *d, const struct stream_item *item)
{
    if (item->kind == STREAM_BAD)
        fprintf(d->err, "%.*s %" PRIu64 ", byte %" PRIu64 ": %s\n",
                (int)strlen(d->adapter->unit) - 1, d->adapter->unit, item->frame, item->at,
                item->why);
    for (size_t i = 0; i < item->out.count; i++) {
        struct text t;
        struct str line;
        text_init(&t, d->c, 1 << 20);
        shape_write(&t, &signal_shape, SHAPE_VIEW_WHOLE, &item->out.signals[i]);
        text_put_char(&t, '\n');
        TRY(text_done(&t, &line));
        fwrite(line.ptr, 1, line.len, d->out);
    }
    if (d->replies && !str_absent(item->out.reply))
        TRY(print_reply(d, item->out.reply));
    return OK;
}

static void print_counts(struct decoding *d)
{
    const struct intake_counts *counts = intake_counts(d->intake);
    fprintf(d->out,
            "{\"%s\":%" PRIu64 ",\"signals\":%" PRIu64 ",\"counted\":%" PRIu64 ",\"bad\":%" PRIu64
            "}\n",
            d->adapter->unit, counts->frames, counts->signals, counts->counted, counts->bad);
}

/* ---- input ----------------------------------------------------------------------------------- */

static rc lead(struct decoding *d, struct str bytes, bool last)
{
    struct stream_item item = {.kind = STREAM_FRAME};
    stream_give(d->stream, bytes,
                (struct stream_given){.peer = d->peer, .last = last, .datagram = d->datagrams});
    while (item.kind != STREAM_EMPTY) {
        struct arena_mark mark = arena_mark(d->c->arena);
        TRY(stream_next(d->c, d->stream, clock_now(d->c), &item));
        TRY(print_item(d, &item));
        arena_return(d->c->arena, mark);
    }
    return OK;
}

static rc lead_pieces(struct decoding *d)
{
    char *piece = NULL;
    NEW(d->c, piece, PIECE_BYTES);
    for (;;) {
        ssize_t len = read(fileno(d->in), piece, PIECE_BYTES);
        if (len < 0)
            FAIL(d->c, IO, "the input cannot be read");
        TRY(lead(d, (struct str){piece, (size_t)len}, len == 0));
        if (len == 0)
            return OK;
        fflush(d->out);
    }
}

static rc lead_datagrams(struct decoding *d)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t len;
    rc result = OK;
    while (rc_ok(result) && (len = getline(&line, &room, d->in)) > 0) {
        struct str bytes, hex = str_trim((struct str){line, (size_t)len});
        if (hex.len == 0)
            continue;
        struct arena_mark mark = arena_mark(d->c->arena);
        result = hex.len / 2 > DATAGRAM_MAX
                     ? fault_raise(d->c, RC_TOO_LARGE, __FILE__, __LINE__,
                                   "a datagram has at most %d bytes", DATAGRAM_MAX)
                     : decode_bytes(d->c, ENCODE_HEX, hex, &bytes);
        if (rc_ok(result))
            result = lead(d, bytes, true);
        arena_return(d->c->arena, mark);
    }
    free(line);
    return result;
}

static int run(struct decoding *d, int argc, char **argv)
{
    rc result = open_all(d, argc, argv);
    if (!rc_ok(result)) {
        fprintf(d->err, "decode: %s\n", d->c->fault.message);
        print_options(d->c, d->adapter, d->err);
        return EXIT_USE;
    }
    result = d->datagrams ? lead_datagrams(d) : lead_pieces(d);
    if (!rc_ok(result))
        fprintf(d->err, "decode: %s\n", d->c->fault.message);
    print_counts(d);
    const struct intake_counts *counts = intake_counts(d->intake);
    bool nothing = counts->signals == 0 && counts->counted == 0 && counts->bytes > 0;
    return !rc_ok(result) || nothing || fflush(d->out) != 0 ? EXIT_NOTHING_READ : EXIT_READ;
}

int decode_verb(int argc, char **argv, FILE *in, FILE *out, FILE *err)
{
    struct ctx c = {.arena = arena_open(MEMORY_MAX), .clock = &clock_system};
    struct decoding d = {.c = &c, .in = in, .out = out, .err = err};
    d.adapter = argc > 1 ? adapter_find(str_from(argv[1])) : NULL;
    int code = EXIT_USE;
    if (!c.arena)
        code = EXIT_NOTHING_READ;
    else if (!d.adapter)
        print_use(err);
    else
        code = run(&d, argc, argv);
    stream_close(d.stream);
    intake_close(d.intake);
    arena_close(c.arena);
    return code;
}
