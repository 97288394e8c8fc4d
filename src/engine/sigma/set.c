/* A rule set: documents read one by one, errors kept as a list. */
#include "engine/sigma/index.h"

#include <stdio.h>

enum { SET_BYTES_MAX = 1 << 30, LOGSOURCE_CHARS_MAX = 200 };

rc sigma_set_open(struct ctx *c, const struct sigma_options *options, struct sigma_set **ret)
{
    struct arena *arena = arena_open(SET_BYTES_MAX);
    struct sigma_set *set = arena ? arena_take(arena, sizeof *set) : NULL;
    if (!set) {
        arena_close(arena);
        FAIL(c, NO_MEMORY, "no memory for a rule set");
    }
    set->arena = arena;
    if (options)
        set->options = *options;
    *ret = set;
    return OK;
}

void sigma_set_close(struct sigma_set *set)
{
    if (!set)
        return;
    for (size_t i = 0; i < set->regex_count; i++)
        regex_free(set->regexes[i]);
    arena_close(set->arena);
}

rc set_note_error(struct sigma_set *set, struct ctx *c, struct str file, unsigned line)
{
    if (set->error_count == set->error_room) {
        struct sigma_error *wider;
        size_t room = set->error_room ? 2 * set->error_room : 16;
        NEW(c, wider, room);
        for (size_t i = 0; i < set->error_count; i++)
            wider[i] = set->errors[i];
        set->errors = wider;
        set->error_room = room;
    }
    struct sigma_error *error = &set->errors[set->error_count];
    TRY(str_copy(c, str_from(c->fault.message), &error->reason));
    error->file = file;
    error->line = line;
    set->error_count++;
    return OK;
}

static uint64_t yaml_digest(const struct yaml *node, uint64_t digest)
{
    digest = (digest ^ str_hash(node->key)) * 0x9e3779b97f4a7c15u;
    digest = (digest ^ str_hash(node->text)) * 0x9e3779b97f4a7c15u;
    digest =
        (digest ^ ((uint64_t)node->kind << 1 | node->plain)) * 0x9e3779b97f4a7c15u + node->count;
    YAML_EACH(child, node)
    digest = yaml_digest(child, digest ^ digest >> 31);
    return digest;
}

static rc read_source(struct reading *r, const struct yaml *node, uint32_t *ret)
{
    char low[LOGSOURCE_CHARS_MAX];
    if (node->kind != YAML_SCALAR || node->text.len == 0 || node->text.len > sizeof low)
        REFUSE(r, node, "'%.*s' must be a name", STR_ARG(node->key));
    for (size_t i = 0; i < node->text.len; i++) {
        char ch = node->text.ptr[i];
        low[i] = (char)(ch >= 'A' && ch <= 'Z' ? ch | 0x20 : ch);
    }
    return names_put(r->c, &r->set->sources, (struct str){low, node->text.len}, ret);
}

static rc read_logsource(struct reading *r, const struct yaml *node, struct logsource *ret)
{
    struct logsource source = {0};
    if (!node)
        REFUSE(r, r->doc, "'logsource' is missing");
    if (node->kind != YAML_MAP)
        REFUSE(r, node, "'logsource' must be a map");
    YAML_EACH(member, node)
    {
        if (str_is(member->key, "product"))
            TRY(read_source(r, member, &source.product));
        else if (str_is(member->key, "category"))
            TRY(read_source(r, member, &source.category));
        else if (str_is(member->key, "service"))
            TRY(read_source(r, member, &source.service));
    }
    if (!source.product && !source.category && !source.service)
        REFUSE(r, node, "'logsource' names no product, category or service");
    *ret = source;
    return OK;
}

static rc read_detection(struct reading *r, struct rule *rule)
{
    static const char *const skip[] = {"condition", NULL};
    const struct yaml *detection = yaml_member(r->doc, "detection");
    if (!detection)
        REFUSE(r, r->doc, "'detection' is missing");
    TRY(read_logsource(r, yaml_member(r->doc, "logsource"), &rule->logsource));
    TRY(detect_read_all(r, detection, skip));
    const struct yaml *condition = yaml_member(detection, "condition");
    if (!condition)
        REFUSE(r, detection, "the detection has no 'condition'");
    if (r->selection_count == 0)
        REFUSE(r, detection, "the detection has no search identifier");
    return condition_read(r, condition, &rule->expr);
}

static rc read_filter(struct reading *r, struct rule *rule)
{
    static const char *const skip[] = {"condition", "rules", NULL};
    const struct yaml *node = yaml_member(r->doc, "filter"), *condition;
    struct sigma_set *set = r->set;
    struct filter filter = {.title = rule->about.title, .file = r->file, .line = r->doc->line};
    TRY(read_logsource(r, yaml_member(r->doc, "logsource"), &filter.logsource));
    TRY(detect_read_all(r, node, skip));
    filter.rules = yaml_member(node, "rules");
    condition = yaml_member(node, "condition");
    if (!condition || r->selection_count == 0)
        REFUSE(r, node, "the filter needs a search identifier and a 'condition'");
    if (!filter.rules)
        REFUSE(r, node, "the filter names no 'rules' (a list, or any)");
    if (filter.rules->kind == YAML_MAP || yaml_type(filter.rules) == YAML_NULL ||
        (filter.rules->kind == YAML_LIST && filter.rules->count == 0))
        REFUSE(r, filter.rules, "'rules' of a filter is a list, or any");
    TRY(condition_read(r, condition, &filter.expr));
    if (set->filter_count == set->filter_room) {
        struct filter *wider;
        size_t room = set->filter_room ? 2 * set->filter_room : 8;
        NEW(r->c, wider, room);
        for (size_t i = 0; i < set->filter_count; i++)
            wider[i] = set->filters[i];
        set->filters = wider;
        set->filter_room = room;
    }
    set->filters[set->filter_count++] = filter;
    return OK;
}

static rc put_rule(struct reading *r, struct rule *rule)
{
    struct sigma_set *set = r->set;
    if (set->rule_count == RULES_MAX)
        REFUSE(r, r->doc, "a rule set may have %d rules", RULES_MAX);
    if (set->rule_count == set->rule_room) {
        struct rule **wider;
        size_t room = set->rule_room ? 2 * set->rule_room : 64;
        NEW(r->c, wider, room);
        for (size_t i = 0; i < set->rule_count; i++)
            wider[i] = set->rules[i];
        set->rules = wider;
        set->rule_room = room;
    }
    set->rules[set->rule_count++] = rule;
    return OK;
}

static rc read_document(struct reading *r)
{
    struct rule *rule;
    if (r->doc->kind != YAML_MAP)
        REFUSE(r, r->doc, "a rule is a map with 'title', 'logsource' and 'detection'");
    NEW(r->c, rule, 1);
    TRY(meta_read(r, rule));
    const struct yaml *correlation = yaml_member(r->doc, "correlation");
    const struct yaml *extension = yaml_member(r->doc, "chancery");
    bool filter = yaml_member(r->doc, "filter") != NULL;
    if ((correlation != NULL) + filter + (yaml_member(r->doc, "detection") != NULL) > 1)
        REFUSE(r, r->doc, "a document is one of detection, correlation and filter");
    if (filter)
        return read_filter(r, rule);
    if (correlation)
        TRY(correlation_read(r, correlation, rule));
    else
        TRY(read_detection(r, rule));
    if (extension)
        TRY(extension_read(r, extension, rule));
    rule->digest = yaml_digest(r->doc, 1);
    return put_rule(r, rule);
}

static bool is_fatal(rc result)
{
    return result.code == RC_NO_MEMORY;
}

/* The arena of the set, with the clock of the caller. */
static struct ctx own_ctx(const struct ctx *c, struct sigma_set *set)
{
    return (struct ctx){.arena = set->arena, .clock = c->clock};
}

rc sigma_set_add(struct ctx *c, struct sigma_set *set, struct str file, struct str text)
{
    struct ctx own = own_ctx(c, set);
    struct reading r = {.c = &own, .set = set};
    const struct yaml *first;
    unsigned line;
    TRY(str_copy(&own, file, &r.file));
    rc whole = yaml_read(&own, text, &first, &line);
    if (is_fatal(whole))
        FAIL(c, NO_MEMORY, "%s", own.fault.message);
    if (!rc_ok(whole))
        TRY(set_note_error(set, &own, r.file, line));
    for (const struct yaml *doc = first; doc; doc = doc->next) {
        if (doc->kind == YAML_SCALAR && doc->plain && doc->text.len == 0)
            continue; /* nothing between two --- */
        r.doc = doc;
        r.line = doc->line;
        rc read = read_document(&r);
        if (is_fatal(read))
            FAIL(c, NO_MEMORY, "%s", own.fault.message);
        if (!rc_ok(read))
            TRY(set_note_error(set, &own, r.file, r.line));
    }
    if (rc_ok(whole) && !first) {
        snprintf(own.fault.message, sizeof own.fault.message, "the file holds no rule");
        TRY(set_note_error(set, &own, r.file, 1));
    }
    return OK;
}

rc sigma_set_seal(struct ctx *c, struct sigma_set *set)
{
    struct ctx own = own_ctx(c, set);
    rc result = set_link(&own, set);
    if (rc_ok(result))
        result = index_build(&own, set);
    if (!rc_ok(result))
        FAIL(c, NO_MEMORY, "%s", own.fault.message);
    set->sealed = true;
    return OK;
}

size_t sigma_set_errors(const struct sigma_set *set, const struct sigma_error **ret)
{
    *ret = set->errors;
    return set->error_count;
}

size_t sigma_set_count(const struct sigma_set *set)
{
    return set->rule_count;
}

const struct sigma_rule *sigma_set_rule(const struct sigma_set *set, size_t number)
{
    return &set->rules[number]->about;
}

uint32_t sigma_field(const struct sigma_set *set, struct str name)
{
    return names_find(&set->fields, name);
}

uint32_t sigma_source(const struct sigma_set *set, struct str name)
{
    char low[LOGSOURCE_CHARS_MAX];
    if (name.len > sizeof low)
        return 0;
    for (size_t i = 0; i < name.len; i++)
        low[i] =
            (char)(name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? name.ptr[i] | 0x20 : name.ptr[i]);
    return names_find(&set->sources, (struct str){low, name.len});
}
