#include "main/cli.h"

#include "shape/shape_flags.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

enum { CLI_MEMORY_MAX = 256 << 20, FLAGS_MAX = 128, HELP_MAX = 64 << 10 };

SHAPE_DEFINE(common_flags, COMMON_FLAGS, 1, "Flags of every verb");
SHAPE_DEFINE(unlock_flags, UNLOCK_FLAGS, 1, "Flags of verbs that open a mission");

/* ---- finding the verb
 * ------------------------------------------------------------------------------ */

/* Do the arguments begin with all words of the name? Gives how many there are, or 0. */
static int match_words(const char *name, int count, char **arguments)
{
    struct str rest = str_from(name), word;
    int words = 0;
    while (str_split(&rest, ' ', &word)) {
        if (words == count || !str_is(word, arguments[words]))
            return 0;
        words++;
    }
    return words;
}

const struct verb *cli_find(int count, char **arguments, int *ret_words)
{
    for (const struct verb *verb = cli_verbs; verb->name; verb++) {
        int words = match_words(verb->name, count, arguments);
        if (words > 0) {
            *ret_words = words;
            return verb;
        }
    }
    return NULL;
}

/* How many arguments there have to be, and may be ("[ACCOUNT]" may). */
static void count_words(const char *text, size_t *ret_least, size_t *ret_most)
{
    struct str rest = str_from(text), word;
    *ret_least = *ret_most = 0;
    while (rest.len && str_split(&rest, ' ', &word)) {
        *ret_least += word.ptr[0] != '[';
        *ret_most += 1;
    }
}

/* ---- help
 * -------------------------------------------------------------------------------------------- */

static void print_verbs(FILE *out)
{
    fputs("Chancery, the security operations system of a diplomatic mission.\n\n"
          "usage: chancery VERB [ARGUMENT ...] [--flag VALUE ...]\n\n",
          out);
    for (const struct verb *verb = cli_verbs; verb->name; verb++) {
        char left[64];
        snprintf(left, sizeof left, "%s %s", verb->name, verb->arguments);
        fprintf(out, "  %-34s %s\n", left, verb->help);
    }
    fputs("\nchancery VERB --help lists the flags of a verb.\nExit codes: 0 done, 1 refused or "
          "failed, 2 wrong use.\n",
          out);
}

static rc print_help(struct cli *cli, FILE *out)
{
    const struct verb *verb = cli->verb;
    struct text text;
    struct str flags;
    text_init(&text, cli->c, HELP_MAX);
    shape_flags_help(&text, verb->flags ? verb->flags : &common_flags_shape);
    TRY(text_done(&text, &flags));
    fprintf(out, "usage: chancery %s %s [--flag ...]\n\n%s.\n\nFlags:\n%.*s", verb->name,
            verb->arguments, verb->help, STR_ARG(flags));
    return OK;
}

/* ---- arguments
 * ----------------------------------------------------------------------------------------- */

/* Does the flag `--name` take its value from the next argument? */
static bool takes_value(const struct shape *shape, const char *flag)
{
    char name[64];
    size_t len = strcspn(flag + 2, "=.");
    if (strchr(flag, '=') || len >= sizeof name)
        return false;
    memcpy(name, flag + 2, len);
    name[len] = '\0';
    for (size_t i = 0; i < len; i++)
        if (name[i] == '-')
            name[i] = '_';
    const struct shape_field *field = shape_field(shape, (struct str){name, len});
    return field && field->kind != SHAPE_FLAG;
}

/* Flags may stand anywhere; what is none is an argument. */
static rc sort_arguments(struct cli *cli, const struct shape *shape, int count, char **arguments,
                         size_t *ret_flags, char *flags[FLAGS_MAX])
{
    struct ctx *c = cli->c;
    size_t flag_count = 0;
    for (int i = 0; i < count; i++) {
        bool flag = strncmp(arguments[i], "--", 2) == 0;
        if (!flag && cli->count == CLI_ARGUMENTS_MAX)
            CLI_WRONG(c, "too many arguments");
        if (!flag) {
            cli->arguments[cli->count++] = arguments[i];
            continue;
        }
        if (flag_count + 2 > FLAGS_MAX)
            CLI_WRONG(c, "too many flags");
        flags[flag_count++] = arguments[i];
        if (takes_value(shape, arguments[i]) && i + 1 < count)
            flags[flag_count++] = arguments[++i];
    }
    *ret_flags = flag_count;
    return OK;
}

static rc read_arguments(struct cli *cli, int count, char **arguments)
{
    struct ctx *c = cli->c;
    const struct verb *verb = cli->verb;
    const struct shape *shape = verb->flags ? verb->flags : &common_flags_shape;
    char *flags[FLAGS_MAX];
    size_t flag_count = 0, least = 0, most = 0;
    count_words(verb->arguments, &least, &most);
    TRY(sort_arguments(cli, shape, count, arguments, &flag_count, flags));
    struct common_flags *record = ctx_take(c, 1, shape->size);
    if (!record)
        return fault_again(c);
    rc result = shape_flags(c, shape, flag_count, flags, record);
    if (rc_ok(result)) /* NUL-terminated texts, for names of files */
        result = shape_copy(c, shape, record, record);
    if (!rc_ok(result)) {
        fault_set_rule(c, "use");
        return result;
    }
    if (cli->count < least)
        CLI_WRONG(c, "%s needs %s", verb->name, verb->arguments);
    if (cli->count > most)
        CLI_WRONG(c, "%s takes %s and nothing more", verb->name,
                  verb->arguments[0] ? verb->arguments : "no argument");
    cli->flags = record;
    cli->json = record->json;
    return OK;
}

/* ---- answers
 * ------------------------------------------------------------------------------------------- */

void cli_say(const struct cli *cli, const char *format, ...)
{
    va_list args;
    if (cli->json)
        return;
    va_start(args, format);
    vfprintf(cli->out, format, args);
    va_end(args);
    fputc('\n', cli->out);
}

rc cli_json(const struct cli *cli, struct text *answer)
{
    struct str json;
    TRY(text_done(answer, &json));
    if (cli->json)
        fprintf(cli->out, "%.*s\n", STR_ARG(json));
    return OK;
}

static void put_fault(struct cli *cli)
{
    const struct fault *fault = &cli->c->fault;
    const struct faults *all = cli->c->faults;
    for (size_t i = 0; !cli->json && i < (all ? all->count : 1); i++) {
        const struct fault *one = all ? &all->items[i] : fault;
        fprintf(cli->err, "chancery: %s\n", one->message);
        if (one->pointer[0])
            fprintf(cli->err, "  at %s\n", one->pointer);
    }
    if (!cli->json)
        return;
    struct text text;
    text_init(&text, cli->c, 4096);
    text_printf(&text, "{\"code\":\"%s\",\"detail\":", rc_name(fault->code));
    text_put_json(&text, str_from(fault->message));
    text_put(&text, STR(",\"pointer\":"));
    text_put_json(&text, str_from(fault->pointer));
    text_put(&text, STR("}\n"));
    fwrite(text_str(&text).ptr, 1, text_str(&text).len, cli->err);
}

/* ---- how far it is --------------------------------------------------------------------------- */

/* On a terminal, work that takes long says how much of it is done, in one line that goes again. */
struct telling {
    struct progress progress;
    FILE *err;
    int64_t last; /* percent that stand there; -1: none */
};

static void clear_line(struct telling *telling)
{
    if (telling->last >= 0)
        fputs("\r      \r", telling->err);
    telling->last = -1;
}

static bool tell(struct progress *progress, int64_t done, int64_t total)
{
    struct telling *telling =
        (struct telling *)((char *)progress - offsetof(struct telling, progress));
    int64_t percent = total > 0 ? done * 100 / total : 0;
    if (percent < 100 && percent != telling->last)
        fprintf(telling->err, "\r%3d %%", (int)(telling->last = percent));
    else if (percent >= 100)
        clear_line(telling);
    return true;
}

static rc run_telling(struct cli *cli)
{
    struct telling telling = {.progress.tell = tell, .err = cli->err, .last = -1};
    if (!isatty(fileno(cli->err)))
        return cli->verb->run(cli);
    cli->c->progress = &telling.progress;
    rc result = cli->verb->run(cli);
    cli->c->progress = NULL;
    clear_line(&telling);
    return result;
}

static int run_verb(struct cli *cli, int count, char **arguments)
{
    for (int i = 0; i < count; i++)
        if (strcmp(arguments[i], "--help") == 0)
            return rc_ok(print_help(cli, cli->out)) ? EXIT_DONE : EXIT_REFUSED;
    rc result = read_arguments(cli, count, arguments);
    if (rc_ok(result))
        result = run_telling(cli);
    if (rc_ok(result))
        return fflush(cli->out) == 0 ? EXIT_DONE : EXIT_REFUSED;
    put_fault(cli);
    return strcmp(cli->c->fault.rule, "use") == 0 ? EXIT_WRONG_USE : EXIT_REFUSED;
}

int cli_main(int count, char **arguments, FILE *out, FILE *err)
{
    int words = 0;
    bool help =
        count > 1 && (strcmp(arguments[1], "help") == 0 || strcmp(arguments[1], "--help") == 0);
    if (help) {
        print_verbs(out);
        return EXIT_DONE;
    }
    const struct verb *verb = count > 1 ? cli_find(count - 1, arguments + 1, &words) : NULL;
    if (!verb) {
        if (count > 1)
            fprintf(err, "chancery: unknown verb \"%s\"\n\n", arguments[1]);
        print_verbs(err);
        return EXIT_WRONG_USE;
    }
    if (verb->main)
        return verb->main(count - 1, arguments + 1, stdin, out, err);
    struct ctx c = {
        .arena = arena_open(CLI_MEMORY_MAX), .clock = &clock_system, .every_fault = true};
    if (!c.arena)
        return EXIT_REFUSED;
    struct cli cli = {.c = &c, .verb = verb, .out = out, .err = err};
    int code = run_verb(&cli, count - 1 - words, arguments + 1 + words);
    arena_close(c.arena);
    return code;
}
