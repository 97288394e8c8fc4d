#include "edge/http/http_url.h"

#include "unit.h"

static struct ctx context(void)
{
    return (struct ctx){.arena = arena_open(1 << 16), .clock = &clock_system};
}

static bool unescapes(const char *raw, bool plus, const char *wanted)
{
    struct ctx c = context();
    struct str got = {0};
    rc result = http_unescape(&c, str_from(raw), plus, &got);
    bool right = wanted ? rc_ok(result) && str_is(got, wanted) : !rc_ok(result);
    arena_close(c.arena);
    return right;
}

TEST(unescape_reads_what_is_right_and_nothing_else)
{
    assert_true(unescapes("a%20b+c", true, "a b c"));
    assert_true(unescapes("a%20b+c", false, "a b+c"));
    assert_true(unescapes("%C3%A9%41", true, "éA"));
    assert_true(unescapes("", true, ""));
    assert_true(unescapes("100%", true, NULL));
    assert_true(unescapes("%4", true, NULL));
    assert_true(unescapes("%zz", true, NULL));
    assert_true(unescapes("%4g", true, NULL));
    assert_true(unescapes("a%00b", true, NULL));
    assert_true(unescapes("a%0ab", true, NULL));
    assert_true(unescapes("%7f", true, NULL));
    assert_true(unescapes("%c3", true, NULL));
    assert_true(unescapes("%c0%af", true, NULL));
}

TEST(query_gives_its_pairs)
{
    struct str rest = STR("a=1&&b&c=x=y&=z"), name, value;
    assert_true(http_query_next(&rest, &name, &value));
    assert_true(str_is(name, "a") && str_is(value, "1"));
    assert_true(http_query_next(&rest, &name, &value));
    assert_true(str_is(name, "b") && str_is(value, ""));
    assert_true(http_query_next(&rest, &name, &value));
    assert_true(str_is(name, "c") && str_is(value, "x=y"));
    assert_true(http_query_next(&rest, &name, &value));
    assert_true(str_is(name, "") && str_is(value, "z"));
    assert_false(http_query_next(&rest, &name, &value));
}

TEST(path_with_two_meanings_is_not_plain)
{
    assert_true(http_path_is_plain(STR("/")));
    assert_true(http_path_is_plain(STR("/api/v1/zones/01J-x_%20.js")));
    assert_false(http_path_is_plain(STR("")));
    assert_false(http_path_is_plain(STR("//")));
    assert_false(http_path_is_plain(STR("/a/")));
    assert_false(http_path_is_plain(STR("/a/../b")));
    assert_false(http_path_is_plain(STR("/a/./b")));
    assert_false(http_path_is_plain(STR("/a/%2e%2E/b")));
    assert_false(http_path_is_plain(STR("/a%2Fb")));
    assert_false(http_path_is_plain(STR("/a%5cb")));
    assert_false(http_path_is_plain(STR("/a\\b")));
}

TEST(cookie_is_found_once_or_not_at_all)
{
    struct str header = STR("a=1; session=xyz==;b=; session2=q");
    assert_true(str_is(http_cookie(header, "session"), "xyz=="));
    assert_true(str_is(http_cookie(header, "b"), ""));
    assert_true(str_absent(http_cookie(header, "sess")));
    assert_true(str_absent(http_cookie(STR("a=1; a=2"), "a")));
    assert_true(str_absent(http_cookie((struct str){0}, "a")));
}

TEST(weight_of_a_list)
{
    struct str list = STR("gzip;q=0.5, br, identity ; q=0, *;q=0.1");
    assert_int_equal(http_weight(list, "gzip"), 500);
    assert_int_equal(http_weight(list, "BR"), 1000);
    assert_int_equal(http_weight(list, "identity"), 0);
    assert_int_equal(http_weight(list, "zstd"), 100);
    assert_int_equal(http_weight(STR("gzip;q=2"), "gzip"), 0);
    assert_int_equal(http_weight((struct str){0}, "gzip"), 0);
}

TEST(tag_is_compared_weakly)
{
    assert_true(http_tag_matches(STR("\"1\", W/\"2\""), STR("\"2\"")));
    assert_true(http_tag_matches(STR("*"), STR("\"2\"")));
    assert_false(http_tag_matches(STR("\"12\""), STR("\"2\"")));
    assert_false(http_tag_matches(STR("*"), (struct str){0}));
    assert_false(http_tag_matches((struct str){0}, STR("\"2\"")));
}
