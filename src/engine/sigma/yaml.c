/* libyaml's events made into a tree. The stack below holds the open lists and maps; a finished node
 * is appended to the one on top. */
#include "engine/sigma/yaml.h"

#include <yaml.h>

enum { ANCHORS_MAX = 64, MEMBERS_MAX = 4000 };

struct open {
    struct yaml *node, *last; /* the collection and its newest child */
    struct str key;           /* the key that waits for its value */
    bool has_key;
};

struct anchor {
    struct str name;
    const struct yaml *node;
};

struct reader {
    struct ctx *c;
    yaml_parser_t parser;
    struct open stack[YAML_DEPTH_MAX];
    size_t depth;
    struct anchor anchors[ANCHORS_MAX];
    size_t anchor_count, weight;
    const struct yaml *root; /* of the document being read */
    unsigned line;
};

static rc text_of(struct reader *r, const yaml_char_t *bytes, size_t len, struct str *ret)
{
    return str_copy(r->c, (struct str){(const char *)bytes, len}, ret);
}

static rc put_anchor(struct reader *r, const yaml_char_t *name, const struct yaml *node)
{
    if (!name)
        return OK;
    if (r->anchor_count == ANCHORS_MAX)
        FAIL(r->c, MALFORMED, "more than %d anchors", ANCHORS_MAX);
    struct anchor *anchor = &r->anchors[r->anchor_count];
    TRY(text_of(r, name, strlen((const char *)name), &anchor->name));
    anchor->node = node;
    r->anchor_count++;
    return OK;
}

static rc check_new_key(struct reader *r, const struct open *top)
{
    if (top->node->count >= MEMBERS_MAX)
        FAIL(r->c, MALFORMED, "more than %d members", MEMBERS_MAX);
    if (str_is(top->key, "<<"))
        FAIL(r->c, MALFORMED, "merge keys (<<) are not part of YAML 1.2");
    YAML_EACH(child, top->node)
    if (str_eq(child->key, top->key))
        FAIL(r->c, MALFORMED, "duplicate key '%.*s'", STR_ARG(top->key));
    return OK;
}

/* Put a node where the document stands: as root, item, key or value. */
static rc place(struct reader *r, struct yaml *node)
{
    r->weight += node->weight;
    if (r->weight > YAML_WEIGHT_MAX)
        FAIL(r->c, MALFORMED, "the file expands to more than %d nodes", YAML_WEIGHT_MAX);
    if (r->depth == 0) {
        r->root = node;
        return OK;
    }
    struct open *top = &r->stack[r->depth - 1];
    if (top->node->kind == YAML_MAP && !top->has_key) {
        if (node->kind != YAML_SCALAR)
            FAIL(r->c, MALFORMED, "a key must be a plain name");
        top->key = node->text;
        top->has_key = true;
        return check_new_key(r, top);
    }
    node->key = top->has_key ? top->key : (struct str){0};
    top->has_key = false;
    if (top->last)
        top->last->next = node;
    else
        top->node->first = node;
    top->last = node;
    top->node->count++;
    return OK;
}

static rc new_node(struct reader *r, enum yaml_kind kind, struct yaml **ret)
{
    struct yaml *node;
    NEW(r->c, node, 1);
    *node = (struct yaml){.kind = kind, .line = r->line, .weight = 1};
    *ret = node;
    return OK;
}

/* Only YAML's own tags mean something here. */
static rc check_tag(struct reader *r, const yaml_char_t *tag)
{
    struct str name = str_from((const char *)tag);
    if (tag && !str_starts(name, "tag:yaml.org,2002:") && !str_is(name, "!"))
        FAIL(r->c, MALFORMED, "tag '%.*s' is not known", STR_ARG(name));
    return OK;
}

static rc read_scalar(struct reader *r, const yaml_event_t *event)
{
    struct yaml *node;
    TRY(check_tag(r, event->data.scalar.tag));
    TRY(new_node(r, YAML_SCALAR, &node));
    TRY(text_of(r, event->data.scalar.value, event->data.scalar.length, &node->text));
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !event->data.scalar.tag;
    TRY(put_anchor(r, event->data.scalar.anchor, node));
    return place(r, node);
}

static rc read_alias(struct reader *r, const yaml_event_t *event)
{
    struct str name = str_from((const char *)event->data.alias.anchor);
    for (size_t i = r->anchor_count; i-- > 0;) {
        if (!str_eq(r->anchors[i].name, name))
            continue;
        for (size_t at = 0; at < r->depth; at++)
            if (r->stack[at].node == r->anchors[i].node)
                FAIL(r->c, MALFORMED, "alias '%.*s' contains itself", STR_ARG(name));
        struct yaml *copy;
        NEW(r->c, copy, 1);
        *copy = *r->anchors[i].node;
        copy->next = NULL;
        return place(r, copy);
    }
    FAIL(r->c, MALFORMED,
         "alias '*%.*s' has no anchor; a value that begins with * must be in quotes",
         STR_ARG(name));
}

static rc open_node(struct reader *r, enum yaml_kind kind, const yaml_char_t *anchor,
                    const yaml_char_t *tag)
{
    struct yaml *node;
    TRY(check_tag(r, tag));
    if (r->depth == YAML_DEPTH_MAX)
        FAIL(r->c, MALFORMED, "nested deeper than %d", YAML_DEPTH_MAX);
    TRY(new_node(r, kind, &node));
    TRY(put_anchor(r, anchor, node));
    TRY(place(r, node));
    r->stack[r->depth++] = (struct open){.node = node};
    return OK;
}

static void close_node(struct reader *r)
{
    struct yaml *node = r->stack[--r->depth].node;
    YAML_EACH(child, node)
    node->weight += child->weight;
}

static rc take_event(struct reader *r, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return read_scalar(r, event);
    case YAML_ALIAS_EVENT:
        return read_alias(r, event);
    case YAML_SEQUENCE_START_EVENT:
        return open_node(r, YAML_LIST, event->data.sequence_start.anchor,
                         event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return open_node(r, YAML_MAP, event->data.mapping_start.anchor,
                         event->data.mapping_start.tag);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_node(r);
        return OK;
    case YAML_DOCUMENT_START_EVENT:
        r->root = NULL;
        r->anchor_count = 0;
        return OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        return OK;
    }
    return OK;
}

/* The character at which the parser stopped, 0 when there is none. */
static char stopped_at(const struct reader *r, struct str text)
{
    size_t at = 0;
    for (size_t line = r->parser.problem_mark.line; line > 0 && at < text.len; at++)
        line -= text.ptr[at] == '\n';
    for (size_t chars = r->parser.problem_mark.column; chars > 0 && at < text.len; chars--)
        for (at++; at < text.len && (text.ptr[at] & 0xc0) == 0x80;)
            at++;
    return at < text.len ? text.ptr[at] : 0;
}

/* What the parser found, in words that a writer of rules knows. */
static rc not_yaml(struct reader *r, struct str text)
{
    const char *problem = r->parser.problem ? r->parser.problem : "unreadable bytes";
    char ch = strstr(problem, "cannot start any token") ? stopped_at(r, text) : 0;
    r->line = (unsigned)r->parser.problem_mark.line + 1;
    if (ch == '\t')
        FAIL(r->c, MALFORMED, "not YAML: a tab cannot indent; use spaces");
    if (ch)
        FAIL(r->c, MALFORMED, "not YAML: a value that begins with %c must be in quotes", ch);
    FAIL(r->c, MALFORMED, "not YAML: %s%s%s", problem, r->parser.context ? " " : "",
         r->parser.context ? r->parser.context : "");
}

static rc read_documents(struct reader *r, struct str text, const struct yaml **ret_first)
{
    struct yaml *last = NULL;
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(&r->parser, &event))
            return not_yaml(r, text);
        r->line = (unsigned)event.start_mark.line + 1;
        more = event.type != YAML_STREAM_END_EVENT;
        rc taken = take_event(r, &event);
        bool ended = event.type == YAML_DOCUMENT_END_EVENT;
        yaml_event_delete(&event);
        TRY(taken);
        if (!ended || !r->root)
            continue;
        struct yaml *document;
        NEW(r->c, document, 1);
        *document = *r->root;
        document->next = NULL;
        if (last)
            last->next = document;
        else
            *ret_first = document;
        last = document;
    }
    return OK;
}

rc yaml_read(struct ctx *c, struct str text, const struct yaml **ret_first, unsigned *ret_line)
{
    *ret_first = NULL;
    *ret_line = 1;
    if (text.len > YAML_BYTES_MAX)
        FAIL(c, TOO_LARGE, "a rule file may have %d bytes", YAML_BYTES_MAX);
    if (!str_is_utf8(text))
        FAIL(c, MALFORMED, "the file is not UTF-8");
    if (str_starts(text, "\xef\xbb\xbf")) /* a byte order mark, as editors on Windows put it */
        text = str_sub(text, 3, text.len);
    struct reader *r;
    NEW(c, r, 1);
    r->c = c;
    if (!yaml_parser_initialize(&r->parser))
        FAIL(c, NO_MEMORY, "no memory for the YAML reader");
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)text.ptr, text.len);
    rc result = read_documents(r, text, ret_first);
    *ret_line = r->line;
    yaml_parser_delete(&r->parser);
    return result;
}

const struct yaml *yaml_member(const struct yaml *map, const char *key)
{
    if (map && map->kind == YAML_MAP)
        YAML_EACH(child, map)
    if (str_is(child->key, key))
        return child;
    return NULL;
}

static bool is_one_of(struct str s, const char *a, const char *b, const char *c)
{
    return str_is(s, a) || str_is(s, b) || str_is(s, c);
}

static bool all_in(struct str s, const char *set)
{
    for (size_t i = 0; i < s.len; i++)
        if (!s.ptr[i] || !strchr(set, s.ptr[i]))
            return false;
    return s.len > 0;
}

static bool is_int(struct str s)
{
    if (str_starts(s, "0x"))
        return all_in(str_sub(s, 2, s.len), "0123456789abcdefABCDEF");
    if (str_starts(s, "0o"))
        return all_in(str_sub(s, 2, s.len), "01234567");
    size_t sign = s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+');
    return all_in(str_sub(s, sign, s.len), "0123456789");
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_float(struct str s)
{
    size_t i = 0, digits = 0;
    if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+'))
        i++;
    for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
        digits++;
    if (i < s.len && s.ptr[i] == '.')
        for (i++; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++)
            digits++;
    if (digits == 0)
        return false;
    if (i == s.len)
        return true;
    if (s.ptr[i] != 'e' && s.ptr[i] != 'E')
        return false;
    i++;
    if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+'))
        i++;
    return all_in(str_sub(s, i, s.len), "0123456789");
}

enum yaml_type yaml_type(const struct yaml *node)
{
    struct str s = node->text;
    if (node->kind != YAML_SCALAR || !node->plain)
        return YAML_TEXT;
    if (s.len == 0 || str_is(s, "~") || is_one_of(s, "null", "Null", "NULL"))
        return YAML_NULL;
    if (is_one_of(s, "true", "True", "TRUE") || is_one_of(s, "false", "False", "FALSE"))
        return YAML_BOOL;
    if (is_int(s))
        return YAML_INT;
    return is_float(s) ? YAML_FLOAT : YAML_TEXT;
}

bool yaml_true(const struct yaml *node)
{
    return yaml_type(node) == YAML_BOOL && (node->text.ptr[0] | 0x20) == 't';
}

bool yaml_int(const struct yaml *node, int64_t *ret)
{
    struct str s = node->text;
    if (yaml_type(node) != YAML_INT)
        return false;
    unsigned base = str_starts(s, "0x") ? 16 : str_starts(s, "0o") ? 8 : 10;
    if (base == 10)
        return str_to_i64(s.ptr[0] == '+' ? str_sub(s, 1, s.len) : s, ret);
    uint64_t value = 0;
    for (size_t i = 2; i < s.len; i++) {
        unsigned char ch = (unsigned char)s.ptr[i];
        unsigned digit = ch <= '9' ? ch - 48u : (ch | 0x20u) - 87u;
        if (value > (uint64_t)INT64_MAX / base)
            return false;
        value = value * base + digit;
    }
    if (value > INT64_MAX)
        return false;
    *ret = (int64_t)value;
    return true;
}
