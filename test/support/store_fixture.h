/* For tests: an empty database of either kind, in a folder or a schema of its own. */
#ifndef SUPPORT_STORE_FIXTURE_H
#define SUPPORT_STORE_FIXTURE_H

#include "store/store.h"

#include "unit.h"

struct fixture {
    struct ctx ctx;
    struct clock_manual clock;
    char folder[32];
    unsigned char key[32];
    struct store_options options;
};

/* Skips the test, by name, when there is no PostgreSQL to test with. */
void fixture_open(struct fixture *f, enum store_kind kind);
void fixture_close(struct fixture *f);

/* Run a statement on the tests' PostgreSQL, without being its one writer: tests run side by side.
 */
void fixture_postgres(struct ctx *c, const char *sql);

/* A connection to it. */
struct store *fixture_store(struct fixture *f, bool read_only);

/* The call must succeed, or must fail with this code. */
#define MUST(c, call)                                                                            \
    do {                                                                                         \
        rc must_ = (call);                                                                       \
        if (!rc_ok(must_))                                                                       \
            fail_msg("%s: %s (%s:%d)", rc_name(must_.code), (c)->fault.message, (c)->fault.file, \
                     (c)->fault.line);                                                           \
    } while (0)
#define MUST_FAIL(c, CODE, call)                                                 \
    do {                                                                         \
        rc must_ = (call);                                                       \
        if (must_.code != RC_##CODE)                                             \
            fail_msg("%s where %s was expected: %s", rc_name(must_.code), #CODE, \
                     rc_ok(must_) ? "" : (c)->fault.message);                    \
    } while (0)

/* One test, run on both kinds: TEST_STORES(name) { … f … c … } */
#define TEST_STORES(name)                                    \
    static void name##_on(struct fixture *f, struct ctx *c); \
    TEST(name##_on_sqlite)                                   \
    {                                                        \
        struct fixture f;                                    \
        fixture_open(&f, STORE_SQLITE);                      \
        name##_on(&f, &f.ctx);                               \
        fixture_close(&f);                                   \
    }                                                        \
    TEST(name##_on_postgres)                                 \
    {                                                        \
        struct fixture f;                                    \
        fixture_open(&f, STORE_POSTGRES);                    \
        name##_on(&f, &f.ctx);                               \
        fixture_close(&f);                                   \
    }                                                        \
    static void name##_on(struct fixture *f, struct ctx *c)

#endif
