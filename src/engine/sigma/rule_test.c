/* What is refused, where, and why; and what must not be refused. */
#include "engine/sigma/sigma_test.h"

#include "unit.h"

#define HEAD       "title: t\nlogsource: {product: p}\n"
#define BASE       HEAD "name: a\ndetection: {s: {F: 1}, condition: s}\n---\n"
#define SEL(body)  HEAD "detection:\n  s:\n    " body "\n  condition: s\n"
#define CORR(body) BASE "title: c\ncorrelation:\n" body

static const struct {
    const char *rules, *error; /* the error's beginning */
} refused[] = {
    /* YAML */
    {"title: [", "2: not YAML"},
    {"title: t\ntitle: u\n", "2: duplicate key 'title'"},
    {"a: &x [*x]\n", "1: alias 'x' contains itself"},
    {"a: *x\n", "1: alias '*x' has no anchor; a value that begins with * must be in quotes"},
    {"a:\n\tb: c\n", "2: not YAML: a tab cannot indent"},
    {"\xc3\xa9: 1\na: \xc3\xa9\nb: %c%\n",
     "3: not YAML: a value that begins with % must be in quotes"},
    {"a: @b\n", "1: not YAML: a value that begins with @ must be in quotes"},
    {"a: !tag b\n", "1: tag"},
    {"<<: {a: b}\n", "1: merge keys"},
    {"? [a, b]\n: c\n", "1: a key must be"},
    {"- a\n", "1: a rule is a map"},
    {"", "1: the file holds no rule"},
    {"\xff\xfe", "1: the file is not UTF-8"},
    /* the rule as a whole */
    {"logsource: {product: p}\ndetection: {s: {F: 1}, condition: s}\n", "1: 'title' is missing"},
    {"title: t\ndetection: {s: {F: 1}, condition: s}\n", "1: 'logsource' is missing"},
    {"title: t\nlogsource: {definition: x}\ndetection: {s: {F: 1}, condition: s}\n",
     "2: 'logsource' names no"},
    {HEAD, "1: 'detection' is missing"},
    {HEAD "detection: {condition: s}\n", "3: the detection has no search identifier"},
    {HEAD "detection: {s: {F: 1}}\n", "3: the detection has no 'condition'"},
    {HEAD "level: hihg\ndetection: {s: {F: 1}, condition: s}\n", "3: level 'hihg' is not known"},
    {HEAD "status: done\ndetection: {s: {F: 1}, condition: s}\n", "3: status 'done' is not known"},
    {HEAD "lvel: high\ndetection: {s: {F: 1}, condition: s}\n",
     "3: field 'lvel' is not known; did"},
    {HEAD "lveel: high\ndetection: {s: {F: 1}, condition: s}\n",
     "3: field 'lveel' is not known; did"},
    {HEAD "Level: high\ndetection: {s: {F: 1}, condition: s}\n",
     "3: field 'Level' is not known; did"},
    {HEAD "detections: {s: {F: 1}, condition: s}\n", "3: field 'detections' is not known; did"},
    {HEAD "date: 2024-13-01\ndetection: {s: {F: 1}, condition: s}\n",
     "3: '2024-13-01' is not a date"},
    {HEAD "related: [{id: x, type: cousin}]\ndetection: {s: {F: 1}, condition: s}\n",
     "3: 'cousin' is not a relation"},
    {HEAD "action: global\n", "3: 'action' belonged to Sigma 1"},
    {HEAD "id: x\ndetection: {s: {F: 1}, condition: s}\n---\n" HEAD
          "id: x\ndetection: {s: {F: 1}, condition: s}\n",
     "6: id 'x' is already used in test.yml:1"},
    /* modifiers */
    {SEL("F|contain: x"), "5: modifier 'contain' is not known"},
    {SEL("F|: x"), "5: modifier '' is not known"},
    {SEL("F|Contains: x"), "5: modifier 'Contains' is not known"},
    {SEL("F|contains|startswith: x"), "5: modifier 'startswith' does not go with 'contains'"},
    {SEL("F|contains|contains: x"), "5: modifier 'contains' does not go with 'contains'"},
    {SEL("F|re|base64: x"), "5: modifier 'base64' does not go with 're'"},
    {SEL("F|cidr|contains: 10.0.0.0/8"), "5: modifier 'contains' does not go with 'cidr'"},
    {SEL("F|gt|contains: 1"), "5: modifier 'contains' does not go with 'gt'"},
    {SEL("F|gt|lt: 1"), "5: modifier 'lt' does not go with 'gt'"},
    {SEL("F|exists|contains: true"), "5: modifier 'contains' does not go with 'exists'"},
    {SEL("F|exists|all: [true, true]"), "5: modifier 'all' does not go with 'exists'"},
    {SEL("F|i: x"), "5: modifier 'i' may only follow 're'"},
    {SEL("F|exists: 'true'"), "5: 'exists' needs true or false"},
    {SEL("F|exists: 1"), "5: 'exists' needs true or false"},
    {SEL("F|contains|all: x"), "5: modifier 'all' needs a list"},
    {SEL("F|contains|all: [x]"), "5: modifier 'all' needs a list"},
    {SEL("F|contains: null"), "5: null cannot be modified"},
    {SEL("F|gt: abc"), "5: 'abc' is not a number"},
    {SEL("F|gt: '5'"), "5: '5' is not a number"},
    {SEL("F|hour: 24"), "5: 24 is not a value of that part"},
    {SEL("F|cidr: 10.0.0.0/33"), "5: '10.0.0.0/33' is not a network"},
    {SEL("F|cidr: 10.0.0.1/8"), "5: '10.0.0.1/8' is not a network"},
    {SEL("F|cidr: 300.0.0.0/8"), "5: '300.0.0.0/8' is not a network"},
    {SEL("F|re: 'a('"), "5: the regular expression is wrong at character 2"},
    {SEL("F|base64: 'a*'"), "5: a wildcard cannot be encoded"},
    {SEL("F|base64offset|contains: a"), "5: 'a' is too short to be found inside base 64"},
    {SEL("'|contains': ['a', '']"), "5: the keyword '' would match every event"},
    {HEAD "detection: {k: [a, '*'], condition: k}\n", "3: the keyword '*' would match every event"},
    {SEL("F|fieldref: 5"), "5: 'fieldref' needs the name of a field"},
    {SEL("F|fieldref: G*"), "5: the field that 'fieldref' names has a wildcard"},
    {SEL("F: {a: b}"), "5: field 'F' needs a value"},
    {SEL("F: [[a]]"), "5: a value must be text"},
    {SEL("F: []"), "5: field 'F' has an empty list"},
    {SEL("'|exists': true"), "5: modifier 'exists' needs a field"},
    {HEAD "detection: {s: {}, condition: s}\n", "3: an empty map"},
    {HEAD "detection: {s: [], condition: s}\n", "3: an empty list"},
    {HEAD "detection: {s: {F: 1}, timeframe: 5m, condition: s}\n", "3: 'timeframe' belonged"},
    /* conditions */
    {HEAD "detection:\n  s: {F: 1}\n  condition: t\n", "5: the condition names 't'"},
    {HEAD "detection:\n  s: {F: 1}\n  condition: s and\n", "5: the condition lacks an operand"},
    {HEAD "detection:\n  s: {F: 1}\n  condition: (s\n", "5: a bracket"},
    {HEAD "detection:\n  s: {F: 1}\n  condition: s s\n", "5: the condition has 's' where"},
    {HEAD "detection:\n  s: {F: 1}\n  condition: s)\n", "5: the condition has ')' where"},
    {HEAD "detection:\n  s: {F: 1}\n  condition: 1 of x*\n",
     "5: no search identifier is named 'x*'"},
    {HEAD "detection:\n  s: {F: 1}\n  condition: 2 of s*\n", "5: '2 of' is not known"},
    {HEAD "detection:\n  s: {F: 1}\n  condition: s | count() > 5\n", "5: aggregations"},
    {HEAD "detection:\n  s: {F: 1}\n  condition: ''\n", "5: the condition lacks an operand"},
    /* correlations */
    {CORR("  rules: [a]\n  timespan: 1m\n  condition: {gte: 1}\n"),
     "8: the correlation has no 'type'"},
    {CORR("  type: counting\n  rules: [a]\n  timespan: 1m\n"), "8: correlation type 'counting'"},
    {CORR("  type: temporal\n  timespan: 1m\n"), "8: the correlation names no 'rules'"},
    {CORR("  type: temporal\n  rules: [a]\n"), "8: the correlation has no 'timespan'"},
    {CORR("  type: temporal\n  rules: [a]\n  timespan: 1x\n"), "10: '1x' is not a time span"},
    {CORR("  type: temporal\n  rules: [a]\n  timespan: 60\n"), "10: '60' is not a time span"},
    {CORR("  type: temporal\n  rules: [a, b]\n  timespan: 1m\n"),
     "9: no rule has the id or name 'b'"},
    {CORR("  type: event_count\n  rules: [a]\n  timespan: 1m\n"),
     "8: the correlation has no 'condition'"},
    {CORR("  type: event_count\n  rules: [a]\n  timespan: 1m\n  condition: {ge: 1}\n"),
     "11: 'ge' is not known in a correlation's condition"},
    {CORR("  type: value_count\n  rules: [a]\n  timespan: 1m\n  condition: {gte: 1}\n"),
     "11: the condition must name the 'field'"},
    {CORR("  type: event_count\n  rules: [a]\n  timespan: 1m\n  groupby: x\n  condition: {gte: "
          "1}\n"),
     "11: 'groupby' is not known in a correlation"},
    {CORR("  type: temporal\n  rules: [a]\n  timespan: 1m\n  group-by: [x]\n  aliases: {x: {b: "
          "y}}\n"),
     "12: the alias names rule 'b'"},
    {CORR("  type: temporal\n  rules: [a, b]\n  timespan: 1m\n  condition: a\n---\n" HEAD
          "name: b\ndetection: {s: {F: 2}, condition: s}\n"),
     "11: rule 'b' is not in the condition"},
    {CORR("  type: temporal\n  timespan: 1m\n  condition: a and b\n"),
     "10: no rule has the id or name 'b'"},
    {CORR("  type: event_count\n  timespan: 1m\n  condition: a\n"),
     "8: the correlation names no 'rules'"},
    {CORR("  type: temporal_ordered\n  timespan: 1m\n  condition: a or b or c or d or e or f or g "
          "or h or i or j or k\n"),
     "10: a condition in words over an order may have 10 rules"},
    {CORR("  type: temporal\n  rules: [a]\n  timespan: 11y\n"),
     "10: a time span of '11y' is longer"},
    {CORR("  type: event_count\n  rules: [a]\n  timespan: 1d\n  condition: {gte: 2000000}\n"),
     "8: a window may count to"},
    {"title: c\nname: c\ncorrelation: {type: temporal, rules: [c], timespan: 1m}\n",
     "1: the correlation names itself"},
    /* filters */
    {HEAD "filter: {s: {F: 1}, condition: not s}\n", "3: the filter names no 'rules'"},
    {HEAD "filter: {rules: , s: {F: 1}, condition: not s}\n", "3: 'rules' of a filter is a list"},
    {HEAD "filter: {rules: [], s: {F: 1}, condition: not s}\n", "3: 'rules' of a filter is a list"},
    /* the extension */
    {HEAD "detection: {s: {F: 1}, condition: s}\nchancery: {purpos: x}\n",
     "4: 'purpos' is not known"},
    {HEAD "detection: {s: {F: 1}, condition: s}\nchancery: {near: {metres: 5}}\n",
     "4: 'near' of a det"},
    {HEAD "detection: {s: {F: 1}, condition: s}\nchancery: {absent: a}\n", "4: 'absent' belongs"},
    {CORR("  type: temporal\n  rules: [a]\n  timespan: 1m\nchancery: {absent: a}\n"),
     "11: rule 'a' is among those that must occur"},
    {HEAD "detection: {s: {F: 1}, condition: s}\nchancery: {self-test: {fire: []}}\n",
     "4: 'fire' is not"},
};

TEST(what_is_wrong_is_refused_with_its_line_and_a_reason)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct ctx c = {.arena = arena_open(1 << 24)};
        struct str error = first_error(&c, refused[i].rules);
        if (!str_starts(error, refused[i].error))
            fail_msg("row %zu: '%.*s' should begin with '%s'", i, STR_ARG(error), refused[i].error);
        arena_close(c.arena);
    }
}

static const char *const accepted[] = {
    /* every field of a rule, and two of somebody's own */
    ("title: t\nid: 929a690e-bef0-4204-a928-ef5e620d6fcc\nname: n\nrelated:\n"
     "  - id: 08fbc97d-0a2f-491c-ae21-8ffcfd3174e9\n    type: derived\ntaxonomy: sigma\nstatus: "
     "test\n"
     "description: |\n  two\n  lines\nlicense: MIT\nreferences: [https://example.org]\nauthor: A, "
     "B\n"
     "date: 2024-01-31\nmodified: 2024/02/01\ntags: [attack.t1059, cve.2024-1]\nscope: [server]\n"
     "logsource: {product: p, category: c, service: s, definition: d, more: x}\n"
     "detection: {s: {F: 1}, condition: s}\nfields: [F]\nfalsepositives: [Unknown]\nlevel: high\n"
     "regression_tests_path: a/b\nsimulation:\n  - type: atomic\n    name: x\n"),
    (HEAD "falsepositives: None\ndetection: {s: {F: 1}, condition: [s, not s]}\n"),
    /* anchors; several documents; an empty one between */
    (HEAD "detection:\n  s: &s {F: 1}\n  t: *s\n  condition: s and t\n---\n---\n" HEAD
          "detection: {s: [a, 1, {F: 2}], condition: 1 of them}\n"),
    /* correlations of every kind, by id and by name, over correlations */
    (HEAD
     "id: 1d\nname: a\ndetection: {s: {F: 1}, condition: s}\n---\n" HEAD
     "name: b\ndetection: {s: {F: 2}, condition: s}\n---\n"
     "title: c\nname: c\nstatus: test\nlevel: low\ntags: [a.b]\ncorrelation:\n  type: event_count\n"
     "  rules: 1d\n  group-by: x\n  timespan: 1h\n  condition: {gt: 100, lte: 200}\n---\n"
     "title: d\nname: d\ncorrelation:\n  type: value_count\n  rules: [a, b]\n  group-by: [x, y]\n"
     "  timespan: 2d\n  condition: {field: [u, v], gte: 3}\n---\n"
     "title: e\ngenerate: true\ncorrelation:\n  type: temporal_ordered\n  rules: [c, d]\n"
     "  timespan: 30s\n---\n"
     "title: f\ncorrelation:\n  type: temporal\n  rules: [a, b]\n  group-by: [ip]\n  timespan: 1w\n"
     "  aliases:\n    ip:\n      a: src\n      b: dst\n  condition: a and b\n---\n"
     "title: g\ncorrelation:\n  type: value_percentile\n  rules: [a]\n  group-by: [x]\n"
     "  timespan: 15m\n  condition: {field: n, percentile: 95, gte: 1.5}\n"),
    /* a filter */
    (HEAD "id: 1d\ndetection: {s: {F: 1}, condition: s}\n---\n"
          "title: f\nlogsource: {product: p}\nfilter:\n  rules: [1d]\n  s: {U: adm}\n  condition: "
          "not s\n"),
    /* a filter for all rules */
    (HEAD "filter:\n  rules: any\n  s: {U: adm}\n  condition: not s\n"),
    /* words of one's own that are near to known ones, and are words all the same */
    (HEAD "detection: {s: {F: 1}, condition: s}\nscore: 70\nuid: 7\ndata: x\nrate: 1\nrole: x\n"
          "created: 2024-01-31\ntag: x\ntags: [a.b]\n"),
    /* spans of months and years; the rules only in the condition; a count of a hundred thousand */
    (BASE "title: c\ncorrelation: {type: event_count, rules: a, timespan: 2M, condition: {gte: "
          "100000}}\n---\n"
          "title: d\ncorrelation: {type: temporal, timespan: 10y, condition: (a or b) and not b}\n"
          "---\n" HEAD "name: b\ndetection: {s: {F: 2}, condition: s}\n"),
    /* a byte order mark */
    ("\xef\xbb\xbf" HEAD "detection: {s: {F: 1}, condition: s}\n"),
    /* a carriage return before each line feed */
    ("title: t\r\nlogsource:\r\n  product: p\r\ndetection:\r\n  s:\r\n    F: 1\r\n  condition: "
     "s\r\n"),
};

TEST(what_the_specification_allows_is_accepted)
{
    for (size_t i = 0; i < sizeof accepted / sizeof *accepted; i++) {
        struct ctx c = {.arena = arena_open(1 << 24)};
        struct str error = first_error(&c, accepted[i]);
        if (error.len)
            fail_msg("text %zu is refused: %.*s", i, STR_ARG(error));
        arena_close(c.arena);
    }
}

TEST(a_file_that_unfolds_without_end_is_refused)
{
    static const char laughs[] =
        "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
        "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
        "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    struct ctx c = {.arena = arena_open(1 << 24)};
    struct str error = first_error(&c, laughs);
    assert_true(str_find(error, STR("expands to more than")) != SIZE_MAX);
    arena_close(c.arena);
}

TEST(one_wrong_document_does_not_take_the_others_along)
{
    struct ctx c = {.arena = arena_open(1 << 24)};
    struct sigma_set *set;
    const struct sigma_error *errors;
    static const char rules[] =
        HEAD "detection: {s: {F: 1}, condition: s}\n---\ntitle: broken\n---\n" HEAD
             "detection: {s: {F: 2}, condition: s}\n";
    assert_true(rc_ok(sigma_set_open(&c, NULL, &set)));
    assert_true(rc_ok(sigma_set_add(&c, set, STR("f"), str_from(rules))));
    assert_true(rc_ok(sigma_set_seal(&c, set)));
    assert_int_equal(sigma_set_count(set), 2);
    assert_int_equal(sigma_set_errors(set, &errors), 1);
    assert_int_equal(errors[0].line, 5);
    sigma_set_close(set);
    arena_close(c.arena);
}

TEST(placeholders_take_their_values)
{
    static const struct str servers[] = {{"srv*", 4}, {"db1", 3}};
    static const struct sigma_placeholder list[] = {{{"Servers", 7}, 2, servers}};
    const struct sigma_options options = {.placeholder_count = 1, .placeholders = list};
    static const struct {
        const char *event;
        bool matches;
    } rows[] = {{"srv7.x", true}, {"db1.x", true}, {"%Servers%.x", false}, {"ws1.x", false}};
    struct ctx c = {.arena = arena_open(1 << 24)};
    struct sigma_set *set;
    struct sigma_matcher *matcher;
    assert_true(rc_ok(sigma_set_open(&c, &options, &set)));
    assert_true(rc_ok(sigma_set_add(&c, set, STR("f"), STR(SEL("H|expand: '%Servers%.x'")))));
    assert_true(rc_ok(sigma_set_seal(&c, set)));
    assert_true(rc_ok(sigma_matcher_open(&c, set, &matcher)));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sigma_event event;
        struct str line;
        const uint32_t *found;
        size_t count;
        assert_true(rc_ok(str_format(&c, &line, "{\"_logsource\":{\"product\":\"p\"},\"H\":\"%s\"}",
                                     rows[i].event)));
        assert_true(rc_ok(sigma_event_read(&c, set, line, &event)));
        assert_true(rc_ok(sigma_match(&c, matcher, &event, &found, &count)));
        assert_int_equal(count, rows[i].matches);
    }
    sigma_matcher_close(matcher);
    sigma_set_close(set);
    arena_close(c.arena);
}

TEST(placeholders_are_read_from_a_map)
{
    static const struct {
        const char *text, *said; /* the values, or the error */
    } rows[] = {
        {"# ours\nServers: ['srv,1', \"db\"]\nAdmins:\n  - eve\n  - 'bob: x'\none: 7\n",
         "Servers=srv,1;db; Admins=eve;bob: x; one=7; "},
        {"", "1: placeholders are one map"},
        {"- a\n", "1: placeholders are one map"},
        {"a: 1\nb: {c: d}\n", "2: 'b' must be a value or a list of values"},
        {"a: [[1]]\n", "1: 'a' must be a value or a list of values"},
        {"a: 1\na: 2\n", "2: duplicate key 'a'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct ctx c = {.arena = arena_open(1 << 24)};
        struct sigma_options options = {0};
        struct text t;
        text_init(&t, &c, 1000);
        if (!rc_ok(sigma_placeholders_read(&c, str_from(rows[i].text), &options)))
            text_put(&t, str_from(c.fault.message));
        for (size_t p = 0; p < options.placeholder_count; p++) {
            const struct sigma_placeholder *one = &options.placeholders[p];
            text_printf(&t, "%.*s=", STR_ARG(one->name));
            for (size_t v = 0; v < one->count; v++)
                text_printf(&t, "%.*s;", STR_ARG(one->values[v]));
            text_put_char(&t, ' ');
        }
        if (!str_starts(text_str(&t), rows[i].said))
            fail_msg("row %zu: '%.*s' should begin with '%s'", i, STR_ARG(text_str(&t)),
                     rows[i].said);
        arena_close(c.arena);
    }
}
