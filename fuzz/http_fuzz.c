/* Everything that is read of a request before anybody is asked who it is from: the head, however
 * its bytes come, then its path, query, cookies and lists. The first byte says where the input is
 * cut in two. */
#include "edge/http/http_head.h"
#include "edge/http/http_url.h"

#include "fuzz.h"

#include <assert.h>

/* The same end, or the same refusal, in one piece and in two. */
static size_t scan_both_ways(struct str text, size_t cut, enum http_refusal *ret_refusal)
{
    struct http_scan whole = {0}, parts = {0};
    enum http_refusal first = HTTP_REFUSAL_NONE, second = HTTP_REFUSAL_NONE;
    size_t len = http_scan(&whole, text, &first);
    size_t early = http_scan(&parts, str_sub(text, 0, cut), &second);
    if (early == 0 && second == HTTP_REFUSAL_NONE)
        early = http_scan(&parts, text, &second);
    assert(early == len && second == first);
    *ret_refusal = first;
    return len;
}

static bool lies_in(struct str part, struct str text)
{
    return str_absent(part) || (part.ptr >= text.ptr && part.ptr + part.len <= text.ptr + text.len);
}

static void check_plain(struct str s)
{
    assert(str_is_utf8(s));
    for (size_t i = 0; i < s.len; i++)
        assert((unsigned char)s.ptr[i] >= 0x20 && s.ptr[i] != 0x7f);
}

static void read_address(struct ctx *c, const struct http_head *head)
{
    struct str rest = head->query, name, value, out;
    if (http_path_is_plain(head->path) && rc_ok(http_unescape(c, head->path, false, &out)))
        check_plain(out);
    while (http_query_next(&rest, &name, &value)) {
        if (rc_ok(http_unescape(c, name, true, &out)))
            check_plain(out);
        if (rc_ok(http_unescape(c, value, true, &out)))
            check_plain(out);
    }
}

static void read_values(const struct http_head *head, struct str text)
{
    for (size_t i = 0; i < head->count; i++) {
        struct str value = head->headers[i].value;
        assert(lies_in(head->headers[i].name, text) && lies_in(value, text));
        assert(lies_in(http_cookie(value, "session"), text));
        int weight = http_weight(value, "br");
        assert(weight >= 0 && weight <= 1000);
        http_tag_matches(value, STR("\"1\""));
        http_list_has(value, "close");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct http_head head;
    if (size < 1)
        return 0;
    struct str text = {(const char *)data + 1, size - 1};
    enum http_refusal refusal;
    size_t len = scan_both_ways(text, data[0], &refusal);
    assert(len == 0 || refusal == HTTP_REFUSAL_NONE);
    if (len == 0)
        return 0;
    assert(len <= HTTP_HEAD_MAX + 2);
    text = str_sub(text, 0, len);
    if (http_head_parse(text, &head) != HTTP_REFUSAL_NONE)
        return 0;
    assert(http_header_count(&head, "host") == 1);
    assert(http_header_count(&head, "content-length") <= 1 && head.content_length >= -1);
    assert(http_header_count(&head, "transfer-encoding") == 0);
    assert(lies_in(head.path, text) && lies_in(head.query, text) && lies_in(head.host, text));
    struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
    read_address(&c, &head);
    read_values(&head, text);
    arena_close(c.arena);
    return 0;
}
