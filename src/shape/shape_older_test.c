/* Three versions of one record, and what each wrote, kept in cases/ for ever. */
#include "unit.h"

#include "base/file.h"
#include "shape/shape_older.h"
#include "support/scratch.h"

#include <inttypes.h>

#define GATE_V1_FIELDS(F, T)                             \
    F(T, text, line, label, REQUIRED, 1, 80, "its name") \
    F(T, i64, _, hold_s, 0, 0, 600, "seconds until the alarm")
SHAPE_DECLARE(gate_v1, GATE_V1_FIELDS);
SHAPE_DEFINE(gate_v1, GATE_V1_FIELDS, 1, "A gate");

#define GATE_V2_FIELDS(F, T)                            \
    F(T, text, line, name, REQUIRED, 1, 80, "its name") \
    F(T, ms, _, hold_ms, 0, 0, 600000, "time until the alarm")
SHAPE_DECLARE(gate_v2, GATE_V2_FIELDS);

static rc gate_v2_from_v1(struct ctx *c, const void *old, void *ret_new)
{
    const struct gate_v1 *before = old;
    struct gate_v2 *after = ret_new;
    (void)c;
    after->name = before->label;
    after->hold_ms = before->hold_s * 1000;
    return OK;
}

static const struct shape_older gate_v2_older = {&gate_v1_shape, gate_v2_from_v1};
SHAPE_DEFINE_AFTER(gate_v2, GATE_V2_FIELDS, 2, &gate_v2_older, "A gate");

#define GATE_FIELDS(F, T)                                      \
    F(T, text, line, name, REQUIRED, 1, 40, "its name")        \
    F(T, ms, _, hold_ms, 0, 0, 600000, "time until the alarm") \
    F(T, label, _, label, REQUIRED, 0, 0, "who may read it")
SHAPE_DECLARE(gate, GATE_FIELDS);

/* What had no label before is for those who may read everything. */
static rc gate_from_v2(struct ctx *c, const void *old, void *ret_new)
{
    const struct gate_v2 *before = old;
    struct gate *after = ret_new;
    if (str_is(before->name, "lost"))
        FAIL(c, CONFLICT, "a lost gate");
    after->name = before->name;
    after->hold_ms = before->hold_ms;
    after->label.tlp = TLP_RED;
    return OK;
}

static const struct shape_older gate_older = {&gate_v2_shape, gate_from_v2};
SHAPE_DEFINE_AFTER(gate, GATE_FIELDS, 3, &gate_older, "A gate");

TEST(what_any_version_has_written_is_read)
{
    struct ctx c = scratch_open(0);
    for (int64_t version = 1; version <= 3; version++) {
        struct str path, json;
        struct gate gate = {0};
        assert_true(rc_ok(str_format(&c, &path, "src/shape/cases/gate_%" PRId64 ".json", version)));
        assert_true(rc_ok(file_read(&c, &files_system, path.ptr, 1000, &json)));
        assert_true(rc_ok(shape_read_version(&c, &gate_shape, version, json, &gate)));
        assert_true(str_is(gate.name, "north g\xc3\xa2te"));
        assert_int_equal(gate.hold_ms, 30000);
        assert_int_equal(gate.label.tlp, version < 3 ? TLP_RED : TLP_AMBER);
        if (version < 3)
            continue;
        struct text out;
        text_init(&out, &c, 1000);
        shape_write(&out, &gate_shape, SHAPE_VIEW_WHOLE, &gate);
        assert_true(str_eq(text_str(&out), str_trim(json)));
    }
    scratch_close(&c);
}

TEST(a_version_that_cannot_be_read_is_told)
{
    static const struct {
        int64_t version;
        const char *json;
        enum rc_code code;
    } rows[] = {
        {4, "{\"name\":\"a\",\"label\":\"TLP:RED\"}", RC_UNSUPPORTED},
        {0, "{\"name\":\"a\"}", RC_UNSUPPORTED},
        {-1, "{}", RC_UNSUPPORTED},
        {3, "{\"name\":\"a\"}", RC_CORRUPT},
        {2, "{\"label\":\"a\"}", RC_CORRUPT},
        {1, "{\"label\":\"a\"", RC_CORRUPT},
        {1, "{\"label\":\"lost\"}", RC_CONFLICT},
        /* 41 characters were fine once; an upgrade has to shorten them */
        {1, "{\"label\":\"12345678901234567890123456789012345678901\"}", RC_CORRUPT},
    };
    struct ctx c = scratch_open(0);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gate gate = {0};
        rc result =
            shape_read_version(&c, &gate_shape, rows[i].version, str_from(rows[i].json), &gate);
        assert_int_equal(result.code, rows[i].code);
        assert_int_equal(c.fault.code, rows[i].code);
    }
    scratch_close(&c);
}
