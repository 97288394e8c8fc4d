#include "main/verb_tripwire.h"

#include "main/rule_files.h"

#include "base/file.h"
#include "base/json.h"
#include "engine/sigma/sigma.h"

#include <stdlib.h>

enum { EVENT_LINE_MAX = 8 << 20 };
static const size_t MEMORY_MAX = (size_t)8 << 30;
static const size_t EVENTS_FILE_MAX = (size_t)2 << 30;
static const int64_t LATENESS_STATE_US = 86400000000;

static const char usage[] =
    "tripwire check PATH... [--json]\n"
    "    reads rules (files, or folders with *.yml and *.yaml) and reports what is wrong with "
    "them\n"
    "tripwire try PATH... [--json]\n"
    "    runs the self-tests that the rules carry\n"
    "tripwire test --rules PATH... --events FILE [--json] [--lateness SECONDS] [--state FILE] "
    "[--flush] [--profile]\n"
    "    runs rules over events (one JSON object per line) and prints one JSON line per hit.\n"
    "    --state reads the windows from a file and writes them back, so that the next run\n"
    "    continues; windows are then closed only with --flush. --profile prints on standard\n"
    "    error what each rule has cost\n"
    "tripwire explain --rule FILE --event JSON\n"
    "    says why a rule fires or does not\n"
    "--placeholders FILE: values for the expand modifier, as YAML (name: [value, ...])\n";

struct asked {
    const char *verb;
    const char **paths; /* room for every argument */
    size_t path_count;
    const char *events, *event, *state, *placeholders;
    bool json, flush, profile;
    int64_t lateness_us; /* -1: not given */
};

struct run {
    struct ctx c;
    struct asked asked;
    FILE *in, *out, *err;
    struct sigma_set *set;
    struct sigma_options options;
    size_t file_count;
};

/* ---- arguments ------------------------------------------------------------------------------- */

static bool take_value(int argc, char **argv, int *at, const char *name, const char **ret)
{
    if (strcmp(argv[*at], name) != 0 || *at + 1 >= argc)
        return false;
    *ret = argv[++*at];
    return true;
}

static void add_path(struct asked *asked, const char *path)
{
    asked->paths[asked->path_count++] = path;
}

static bool read_arguments(int argc, char **argv, const char **paths, struct asked *ret)
{
    struct asked asked = {.paths = paths, .lateness_us = -1};
    const char *seconds = NULL, *rule = NULL;
    bool listing = false; /* after --rules, every word without -- is a path */
    if (argc < 2)
        return false;
    asked.verb = argv[1];
    bool bare = strcmp(asked.verb, "check") == 0 || strcmp(asked.verb, "try") == 0;
    for (int i = 2; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0) {
            if (!bare && !listing)
                return false;
            add_path(&asked, argv[i]);
            continue;
        }
        listing = strcmp(argv[i], "--rules") == 0;
        if (strcmp(argv[i], "--json") == 0)
            asked.json = true;
        else if (strcmp(argv[i], "--flush") == 0)
            asked.flush = true;
        else if (strcmp(argv[i], "--profile") == 0)
            asked.profile = true;
        else if (take_value(argc, argv, &i, "--rule", &rule))
            add_path(&asked, rule);
        else if (!listing && !take_value(argc, argv, &i, "--events", &asked.events) &&
                 !take_value(argc, argv, &i, "--event", &asked.event) &&
                 !take_value(argc, argv, &i, "--state", &asked.state) &&
                 !take_value(argc, argv, &i, "--placeholders", &asked.placeholders) &&
                 !take_value(argc, argv, &i, "--lateness", &seconds))
            return false;
    }
    if (seconds) {
        int64_t number;
        if (!str_to_i64(str_from(seconds), &number) || number < 0 || number > 315360000)
            return false;
        asked.lateness_us = number * 1000000;
    }
    *ret = asked;
    return asked.path_count > 0;
}

/* ---- rules from files ------------------------------------------------------------------------ */

static rc read_placeholders(struct run *run, const char *path)
{
    struct str text, why;
    TRY(file_read(&run->c, &files_system, path, RULE_FILE_MAX, &text));
    if (rc_ok(sigma_placeholders_read(&run->c, text, &run->options)))
        return OK;
    TRY(str_copy(&run->c, str_from(run->c.fault.message), &why));
    FAIL(&run->c, INVALID, "%s:%.*s", path, STR_ARG(why));
}

static rc load_rules(struct run *run)
{
    if (run->asked.placeholders)
        TRY(read_placeholders(run, run->asked.placeholders));
    TRY(sigma_set_open(&run->c, &run->options, &run->set));
    for (size_t i = 0; i < run->asked.path_count; i++)
        TRY(rule_files_add(&run->c, run->set, run->asked.paths[i], &run->file_count));
    return sigma_set_seal(&run->c, run->set);
}

static size_t print_errors(struct run *run)
{
    const struct sigma_error *errors;
    size_t count = sigma_set_errors(run->set, &errors);
    for (size_t i = 0; i < count; i++)
        fprintf(run->err, "%.*s:%u: %.*s\n", STR_ARG(errors[i].file), errors[i].line,
                STR_ARG(errors[i].reason));
    return count;
}

static void print_text(struct run *run, struct text *t)
{
    struct str s = text_str(t);
    fwrite(s.ptr, 1, s.len, run->out);
}

/* ---- check ----------------------------------------------------------------------------------- */

static int verb_check(struct run *run)
{
    const struct sigma_error *errors;
    size_t correlations = 0, count = sigma_set_count(run->set), refused = print_errors(run);
    sigma_set_errors(run->set, &errors);
    for (size_t i = 0; i < count; i++)
        correlations += sigma_set_rule(run->set, i)->correlation;
    if (!run->asked.json) {
        fprintf(run->out, "%zu files, %zu rules (%zu correlations), %zu refused\n", run->file_count,
                count, correlations, refused);
        return refused > 0;
    }
    struct text t;
    text_init(&t, &run->c, MEMORY_MAX);
    text_printf(&t,
                "{\"files\":%zu,\"rules\":%zu,\"correlations\":%zu,\"refused\":%zu,\"errors\":[",
                run->file_count, count, correlations, refused);
    for (size_t i = 0; i < refused; i++) {
        text_put(&t, i ? STR(",{\"file\":") : STR("{\"file\":"));
        text_put_json(&t, errors[i].file);
        text_printf(&t, ",\"line\":%u,\"reason\":", errors[i].line);
        text_put_json(&t, errors[i].reason);
        text_put_char(&t, '}');
    }
    text_put(&t, STR("]}\n"));
    print_text(run, &t);
    return refused > 0;
}

/* ---- try ------------------------------------------------------------------------------------- */

/* One rule's trials. False when one went wrong. */
static bool try_rule(struct run *run, uint32_t number, size_t *ret_trials)
{
    const struct sigma_rule *rule = sigma_set_rule(run->set, number);
    bool well = true;
    for (size_t i = 0; i < rule->trial_count; i++) {
        bool fired = false;
        struct arena_mark mark = arena_mark(run->c.arena);
        rc result = sigma_try(&run->c, run->set, number, &rule->trials[i], &fired);
        ++*ret_trials;
        if (!rc_ok(result) || fired != rule->trials[i].fires) {
            fprintf(run->err, "%.*s:%u: trial %zu of '%.*s' %s\n", STR_ARG(rule->file), rule->line,
                    i + 1, STR_ARG(rule->title),
                    !rc_ok(result) ? run->c.fault.message
                    : fired        ? "fires and should be silent"
                                   : "is silent and should fire");
            well = false;
        }
        arena_return(run->c.arena, mark);
    }
    return well;
}

static int verb_try(struct run *run)
{
    size_t trials = 0, failed = 0, without = 0, refused = print_errors(run);
    for (uint32_t i = 0; i < sigma_set_count(run->set); i++) {
        const struct sigma_rule *rule = sigma_set_rule(run->set, i);
        without += rule->trial_count == 0 && rule->output;
        failed += !try_rule(run, i, &trials);
    }
    if (run->asked.json)
        fprintf(run->out, "{\"trials\":%zu,\"failed\":%zu,\"without\":%zu,\"refused\":%zu}\n",
                trials, failed, without, refused);
    else
        fprintf(run->out, "%zu trials, %zu rules failed, %zu rules without a trial, %zu refused\n",
                trials, failed, without, refused);
    return failed + refused > 0;
}

/* ---- test ------------------------------------------------------------------------------------ */

/* A line of the events file. */
struct line {
    struct str text;
    size_t number;        /* of the line, from 1 */
    int64_t time, newest; /* newest: time seen before it in the file */
};

struct testing {
    struct run *run;
    struct ctx event_c; /* emptied for every event */
    struct line *lines;
    size_t count, bad, id_mask;
    struct id_slot *ids; /* by id, open addressing: where the event stands in the file */
    struct text hits;
};

struct id_slot {
    struct str id;
    const struct line *line;
};

static struct id_slot *id_slot(const struct testing *t, struct str id)
{
    size_t at = str_hash(id) & t->id_mask;
    while (t->ids[at].line && !str_eq(t->ids[at].id, id))
        at = (at + 1) & t->id_mask;
    return &t->ids[at];
}

/* The hit was found late when the last of its events to come came behind newer ones than the hit.
 */
static bool is_late(const struct testing *t, const struct sigma_hit *hit)
{
    const struct line *last = NULL;
    for (size_t i = 0; i < hit->event_count; i++) {
        const struct line *line = id_slot(t, hit->events[i])->line;
        if (line && (!last || line->number > last->number))
            last = line;
    }
    return hit->late || (last && last->newest > hit->time.us && hit->time.us != 0);
}

static void put_hit(void *arg, const struct sigma_hit *hit)
{
    struct testing *t = arg;
    struct text *out = &t->hits;
    text_put(out, STR("{\"rule\":"));
    text_put_json(out, sigma_set_rule(t->run->set, hit->rule)->label);
    text_put(out, STR(",\"events\":["));
    for (size_t i = 0; i < hit->event_count; i++) {
        text_put(out, i ? STR(",") : STR(""));
        text_put(out, hit->events[i]);
    }
    text_put(out, STR("],\"time\":"));
    if (hit->time.us) {
        text_put_char(out, '"');
        text_put_wall(out, hit->time);
        text_put_char(out, '"');
    } else {
        text_put(out, STR("null"));
    }
    text_put(out, STR(",\"group\":{"));
    for (size_t i = 0; i < hit->group_count; i++) {
        const struct sigma_group *group = &hit->group[i];
        text_put(out, i ? STR(",") : STR(""));
        text_put_json(out, group->name);
        text_put_char(out, ':');
        if (group->kind == SIGMA_NUMBER || group->kind == SIGMA_BOOL)
            text_put(out, group->value);
        else
            text_put_json(out, group->value);
    }
    text_put(out, is_late(t, hit) ? STR("},\"late\":true}\n") : STR("}}\n"));
}

/* The id as it stands in JSON: a number stays one. Without an id, the number of the line. */
static rc json_id(struct ctx *c, struct sigma_event *event, size_t line)
{
    struct text t;
    if (event->id_is_number && event->id.len)
        return OK;
    text_init(&t, c, 2048);
    if (event->id.len)
        text_put_json(&t, str_sub(event->id, 0, 200));
    else
        text_put_i64(&t, (int64_t)line);
    return text_done(&t, &event->id);
}

static void note_bad(struct testing *t, size_t line, const char *why)
{
    fprintf(t->run->err, "%s:%zu: %s\n", t->run->asked.events, line, why);
    t->bad++;
}

/* First pass: which lines are events, when they were, and what was newest before them. */
static rc index_lines(struct testing *t, struct str text)
{
    struct ctx *c = &t->run->c;
    size_t lines = 1, number = 0;
    int64_t newest = INT64_MIN;
    struct str line;
    for (size_t i = 0; i < text.len; i++)
        lines += text.ptr[i] == '\n';
    NEW(c, t->lines, lines);
    for (t->id_mask = 15; t->id_mask < 2 * lines; t->id_mask = 2 * t->id_mask + 1)
        continue;
    NEW(c, t->ids, t->id_mask + 1);
    while (str_split(&text, '\n', &line)) {
        struct sigma_event event;
        number++;
        if (str_trim(line).len == 0)
            continue;
        arena_reset(t->event_c.arena);
        if (line.len > EVENT_LINE_MAX) {
            note_bad(t, number, "the line is too long");
            continue;
        }
        if (!rc_ok(sigma_event_read(&t->event_c, t->run->set, line, &event))) {
            note_bad(t, number, t->event_c.fault.message);
            continue;
        }
        t->lines[t->count] = (struct line){line, number, event.time.us, newest};
        newest = event.time.us > newest && event.time.us ? event.time.us : newest;
        t->count++;
    }
    return OK;
}

static int by_time(const void *a, const void *b)
{
    const struct line *x = a, *y = b;
    if (x->time != y->time)
        return x->time < y->time ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* Too late to join a window: it comes after all others, and the engine says so too. */
static bool is_too_late(const struct testing *t, const struct line *line)
{
    int64_t lateness = t->run->asked.lateness_us;
    return lateness >= 0 && line->time && line->newest != INT64_MIN &&
           line->time < line->newest - lateness;
}

/* Remember where an event stands, for as long as the run lasts. */
static rc note_id(struct testing *t, struct str id, const struct line *line)
{
    struct id_slot *slot = id_slot(t, id);
    if (!slot->line)
        TRY(str_copy(&t->run->c, id, &slot->id));
    slot->line = line;
    return OK;
}

static rc feed_lines(struct testing *t, struct sigma_engine *engine, bool too_late)
{
    for (size_t i = 0; i < t->count; i++) {
        struct sigma_event event;
        const struct line *line = &t->lines[i];
        if (is_too_late(t, line) != too_late)
            continue;
        arena_reset(t->event_c.arena);
        TRY(sigma_event_read(&t->event_c, t->run->set, line->text, &event));
        TRY(json_id(&t->event_c, &event, line->number));
        TRY(note_id(t, event.id, line));
        TRY(sigma_feed(&t->run->c, engine, &event));
        print_text(t->run, &t->hits);
        t->hits.len = 0;
    }
    return OK;
}

static rc run_events(struct testing *t, struct sigma_engine *engine)
{
    struct ctx *c = &t->run->c;
    const struct asked *asked = &t->run->asked;
    struct str bytes;
    if (asked->state && file_exists(asked->state)) {
        TRY(file_read(c, &files_system, asked->state, MEMORY_MAX, &bytes));
        TRY(sigma_load(c, engine, bytes));
    }
    qsort(t->lines, t->count, sizeof *t->lines, by_time);
    TRY(feed_lines(t, engine, false));
    TRY(feed_lines(t, engine, true));
    if (!asked->state || asked->flush) {
        TRY(sigma_advance(c, engine, (struct wall){INT64_MAX / 2}));
        print_text(t->run, &t->hits);
    }
    if (!asked->state)
        return OK;
    TRY(sigma_save(c, engine, &bytes));
    return file_write(c, &files_system, asked->state, bytes, 0600);
}

static rc read_events(struct run *run, struct str *ret)
{
    struct text t;
    char bytes[4096];
    if (strcmp(run->asked.events, "-") != 0)
        return file_read(&run->c, &files_system, run->asked.events, EVENTS_FILE_MAX, ret);
    text_init(&t, &run->c, EVENTS_FILE_MAX);
    for (size_t len; (len = fread(bytes, 1, sizeof bytes, run->in)) > 0;)
        text_put(&t, (struct str){bytes, len});
    return text_done(&t, ret);
}

struct cost_line {
    struct sigma_cost cost;
    struct str label;
};

static int by_cost(const void *a, const void *b)
{
    const struct cost_line *x = a, *y = b;
    if (x->cost.us != y->cost.us)
        return x->cost.us > y->cost.us ? -1 : 1;
    return x->cost.looked > y->cost.looked ? -1 : x->cost.looked < y->cost.looked;
}

/* The costliest first; rules that no event came near are only counted. */
static rc print_profile(struct run *run, const struct sigma_engine *engine)
{
    struct cost_line *lines;
    size_t all = sigma_set_count(run->set), count = 0;
    NEW(&run->c, lines, all + 1);
    for (uint32_t i = 0; i < all; i++) {
        struct cost_line *line = &lines[count];
        *line = (struct cost_line){sigma_rule_cost(engine, i), sigma_set_rule(run->set, i)->label};
        count += line->cost.looked > 0;
    }
    qsort(lines, count, sizeof *lines, by_cost);
    fprintf(run->err, "%12s %12s %12s %12s  rule\n", "looked", "matches", "hits", "us");
    for (size_t i = 0; i < count; i++)
        fprintf(run->err, "%12llu %12llu %12llu %12llu  %.*s\n",
                (unsigned long long)lines[i].cost.looked, (unsigned long long)lines[i].cost.matches,
                (unsigned long long)lines[i].cost.hits, (unsigned long long)lines[i].cost.us,
                STR_ARG(lines[i].label));
    fprintf(run->err, "%zu rules; no event came near %zu of them\n", all, all - count);
    return OK;
}

static int verb_test(struct run *run)
{
    struct testing t = {.run = run};
    struct sigma_engine *engine = NULL;
    struct str text;
    struct sigma_engine_options options = {.arg = &t, .hit = put_hit, .bytes_max = MEMORY_MAX};
    if (!run->asked.events) {
        fputs(usage, run->err);
        return 2;
    }
    size_t refused = print_errors(run);
    options.time_every = run->asked.profile ? 1 : 0; /* a file is not so long that it matters */
    options.lateness_us = run->asked.lateness_us >= 0 ? run->asked.lateness_us
                          : run->asked.state          ? LATENESS_STATE_US
                                                      : 0;
    t.event_c = (struct ctx){.arena = arena_open(EVENT_LINE_MAX * 16), .clock = run->c.clock};
    if (!t.event_c.arena)
        return 1;
    text_init(&t.hits, &run->c, EVENTS_FILE_MAX);
    rc result = read_events(run, &text);
    if (rc_ok(result))
        result = index_lines(&t, text);
    if (rc_ok(result))
        result = sigma_engine_open(&run->c, run->set, &options, &engine);
    if (rc_ok(result))
        result = run_events(&t, engine);
    if (rc_ok(result) && run->asked.profile)
        result = print_profile(run, engine);
    struct sigma_counters counters = engine ? sigma_count(engine) : (struct sigma_counters){0};
    sigma_engine_close(engine);
    arena_close(t.event_c.arena);
    if (!rc_ok(result)) {
        fprintf(run->err, "tripwire: %s\n", run->c.fault.message);
        return 1;
    }
    if (t.bad)
        fprintf(run->err, "tripwire: %zu bad event lines\n", t.bad);
    if (counters.untimed)
        fprintf(run->err, "tripwire: %llu events without a time, which join no window\n",
                (unsigned long long)counters.untimed);
    if (counters.regex_given_up)
        fprintf(run->err,
                "tripwire: a regular expression was given up %llu times; it takes too many steps\n",
                (unsigned long long)counters.regex_given_up);
    if (refused)
        fprintf(run->err, "tripwire: %zu documents refused\n", refused);
    return 0;
}

/* ---- explain --------------------------------------------------------------------------------- */

static int verb_explain(struct run *run)
{
    struct sigma_event event;
    struct text t;
    if (!run->asked.event) {
        fputs(usage, run->err);
        return 2;
    }
    size_t refused = print_errors(run);
    text_init(&t, &run->c, RULE_FILE_MAX);
    rc result = sigma_event_read(&run->c, run->set, str_from(run->asked.event), &event);
    for (size_t i = 0; rc_ok(result) && i < sigma_set_count(run->set); i++)
        result = sigma_explain(&run->c, run->set, i, &event, &t);
    if (!rc_ok(result)) {
        fprintf(run->err, "tripwire: %s\n", run->c.fault.message);
        return 1;
    }
    print_text(run, &t);
    return refused > 0;
}

int tripwire_verb(int argc, char **argv, FILE *in, FILE *out, FILE *err)
{
    static const struct {
        const char *name;
        int (*run)(struct run *run);
    } verbs[] = {
        {"check", verb_check}, {"try", verb_try}, {"test", verb_test}, {"explain", verb_explain}};
    struct run run = {.in = in, .out = out, .err = err};
    size_t verb = 0;
    run.c = (struct ctx){.arena = arena_open(MEMORY_MAX), .clock = &clock_system};
    const char **paths = run.c.arena ? arena_take(run.c.arena, argc * sizeof *paths) : NULL;
    bool understood = paths && read_arguments(argc, argv, paths, &run.asked);
    while (understood && verb < 4 && strcmp(verbs[verb].name, run.asked.verb) != 0)
        verb++;
    if (!understood || verb == 4) {
        fputs(usage, err);
        arena_close(run.c.arena);
        return 2;
    }
    int status;
    rc loaded = load_rules(&run);
    if (rc_ok(loaded)) {
        status = verbs[verb].run(&run);
    } else {
        fprintf(err, "tripwire: %s\n", run.c.fault.message);
        status = loaded.code == RC_NOT_FOUND ? 2 : 1;
    }
    sigma_set_close(run.set);
    arena_close(run.c.arena);
    return status;
}
