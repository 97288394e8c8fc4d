#include "unit.h"

#include "shape/label.h"
#include "support/scratch.h"

static struct label parsed(struct ctx *c, const char *text)
{
    struct label label = {TLP_NONE, {NULL, 0}};
    if (text && !rc_ok(label_parse(c, str_from(text), &label)))
        fail_msg("%s: %s", text, c->fault.message);
    return label;
}

static struct str written(struct ctx *c, struct label label)
{
    struct text out;
    struct str text = {NULL, 0};
    text_init(&out, c, 2000);
    label_put(&out, label);
    assert_true(rc_ok(text_done(&out, &text)));
    return text;
}

TEST(labels_are_read_tidied_and_written)
{
    static const char *const rows[][2] = {
        {"TLP:CLEAR", "TLP:CLEAR"},
        {"TLP:AMBER+STRICT", "TLP:AMBER+STRICT"},
        {"TLP:RED/medical,crisis,medical", "TLP:RED/crisis,medical"},
        {"TLP:GREEN/a", "TLP:GREEN/a"},
    };
    struct ctx c = scratch_open(0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_true(str_is(written(&c, parsed(&c, rows[i][0])), rows[i][1]));
    assert_int_equal(written(&c, parsed(&c, NULL)).len, 0);
    scratch_close(&c);
}

TEST(what_is_no_label_is_refused)
{
    static const char *const bad[] = {
        "",
        "TLP",
        "TLP:AMBER ",
        "tlp:amber",
        "AMBER",
        "TLP:WHITE",
        "TLP:RED/",
        "TLP:RED/a,",
        "TLP:RED/,a",
        "TLP:RED/A",
        "TLP:RED/a b",
        "TLP:RED/a/b",
        "TLP:RED/-",
        "/a",
        "TLP:RED/a--b",
        "TLP:RED/a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q",
        "TLP:RED/a2345678901234567890123456789012345678901",
    };
    struct ctx c = scratch_open(0);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct label label = {TLP_GREEN, {NULL, 0}};
        if (label_parse(&c, str_from(bad[i]), &label).code != RC_INVALID)
            fail_msg("\"%s\" is taken for a label", bad[i]);
        assert_int_equal(label.tlp, TLP_GREEN);
    }
    scratch_close(&c);
}

TEST(who_may_read)
{
    static const struct {
        const char *label, *clearance;
        bool readable;
    } rows[] = {
        {"TLP:CLEAR", "TLP:CLEAR", true},
        {"TLP:AMBER", "TLP:GREEN", false},
        {"TLP:AMBER", "TLP:AMBER", true},
        {"TLP:AMBER+STRICT", "TLP:AMBER", false},
        {"TLP:RED", "TLP:AMBER+STRICT", false},
        {"TLP:GREEN/crisis", "TLP:RED", false},
        {"TLP:GREEN/crisis", "TLP:RED/crisis", true},
        {"TLP:GREEN/crisis", "TLP:RED/crisis-2", false},
        {"TLP:GREEN/crisis,medical", "TLP:RED/crisis", false},
        {"TLP:GREEN/crisis,medical", "TLP:RED/a,crisis,medical", true},
        {"TLP:GREEN", "TLP:GREEN/crisis", true},
        {"TLP:CLEAR", NULL, false}, /* no clearance reads nothing */
        {NULL, "TLP:RED", false},   /* no label, no reader */
        {NULL, NULL, false},
    };
    struct ctx c = scratch_open(0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct label reader = parsed(&c, rows[i].clearance);
        struct clearance clearance = {reader.tlp, reader.compartments};
        if (label_readable(parsed(&c, rows[i].label), clearance) != rows[i].readable)
            fail_msg("%s by %s", rows[i].label, rows[i].clearance);
    }
    scratch_close(&c);
}

TEST(what_is_made_of_two_is_as_strict_as_both)
{
    static const char *const rows[][3] = {
        {"TLP:GREEN", "TLP:RED", "TLP:RED"},
        {"TLP:AMBER+STRICT", "TLP:AMBER", "TLP:AMBER+STRICT"},
        {"TLP:GREEN/b", "TLP:CLEAR", "TLP:GREEN/b"},
        {"TLP:GREEN", "TLP:CLEAR/a", "TLP:GREEN/a"},
        {"TLP:GREEN/b,c", "TLP:AMBER/a,b", "TLP:AMBER/a,b,c"},
        {NULL, "TLP:CLEAR", ""},
        {"TLP:CLEAR", NULL, ""},
    };
    struct ctx c = scratch_open(0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct label joined;
        assert_true(rc_ok(label_join(&c, parsed(&c, rows[i][0]), parsed(&c, rows[i][1]), &joined)));
        assert_true(str_is(written(&c, joined), rows[i][2]));
    }
    struct label many = parsed(&c, "TLP:RED/a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p"), untouched = many;
    assert_int_equal(label_join(&c, many, parsed(&c, "TLP:RED/q"), &untouched).code, RC_INVALID);
    assert_true(str_eq(untouched.compartments, many.compartments));
    scratch_close(&c);
}
