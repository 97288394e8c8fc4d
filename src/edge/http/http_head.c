#include "edge/http/http_head.h"

#define NAME(name, text, status, title)   text,
#define STATUS(name, text, status, title) status,
#define TITLE(name, text, status, title)  title,

const char *http_refusal_name(enum http_refusal refusal)
{
    static const char *const names[] = {"none", HTTP_REFUSALS(NAME)};
    return names[refusal];
}

int http_refusal_status(enum http_refusal refusal)
{
    static const int statuses[] = {0, HTTP_REFUSALS(STATUS)};
    return statuses[refusal];
}

const char *http_refusal_title(enum http_refusal refusal)
{
    static const char *const titles[] = {"", HTTP_REFUSALS(TITLE)};
    return titles[refusal];
}

/* A head is a number of lines that end with CR LF, the last of them empty. */
size_t http_scan(struct http_scan *scan, struct str text, enum http_refusal *ret_refusal)
{
    size_t at = scan->at;
    while (at < text.len) {
        unsigned char ch = (unsigned char)text.ptr[at];
        if (ch == '\0' || ch == '\n') {
            *ret_refusal = HTTP_REFUSAL_SYNTAX;
            return 0;
        }
        if (at >= HTTP_HEAD_MAX) {
            *ret_refusal = HTTP_REFUSAL_HEAD_SIZE;
            return 0;
        }
        if (ch != '\r') {
            at++;
            continue;
        }
        if (at + 1 == text.len)
            break;
        if (text.ptr[at + 1] != '\n') {
            *ret_refusal = HTTP_REFUSAL_SYNTAX;
            return 0;
        }
        at += 2;
        if (at == 2 || (at >= 4 && text.ptr[at - 3] == '\n')) {
            scan->at = at;
            return at;
        }
        if (++scan->lines > HTTP_HEADERS_MAX + 1) {
            *ret_refusal = HTTP_REFUSAL_HEAD_COUNT;
            return 0;
        }
    }
    scan->at = at;
    return 0;
}

/* RFC 9110, 5.6.2. */
static bool is_token_char(char ch)
{
    if ((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9'))
        return true;
    return ch != '\0' && strchr("!#$%&'*+-.^_`|~", ch) != NULL;
}

static bool is_token(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_token_char(s.ptr[i]))
            return false;
    return s.len > 0;
}

/* The part before `end`, which is cut off with it; false when `end` is not there. */
static bool cut(struct str *rest, const char *end, struct str *ret)
{
    struct str mark = str_from(end);
    size_t at = str_find(*rest, mark);
    if (at == SIZE_MAX)
        return false;
    *ret = str_sub(*rest, 0, at);
    *rest = str_sub(*rest, at + mark.len, SIZE_MAX);
    return true;
}

static enum http_method method_of(struct str text)
{
    static const char *const names[] = {"GET", "HEAD", "POST", "PUT", "DELETE"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (str_is(text, names[i]))
            return (enum http_method)i;
    return HTTP_OTHER;
}

/* Only the origin form ("/path?query") in visible ASCII. */
static enum http_refusal read_target(struct str target, struct http_head *head)
{
    if (target.len > HTTP_TARGET_MAX)
        return HTTP_REFUSAL_TARGET;
    if (!str_starts(target, "/"))
        return HTTP_REFUSAL_SYNTAX;
    for (size_t i = 0; i < target.len; i++)
        if (target.ptr[i] <= 0x20 || target.ptr[i] >= 0x7f || target.ptr[i] == '#')
            return HTTP_REFUSAL_SYNTAX;
    head->path = target;
    head->query = (struct str){0};
    struct str rest = target;
    if (cut(&rest, "?", &head->path))
        head->query = rest;
    return HTTP_REFUSAL_NONE;
}

static enum http_refusal read_request_line(struct str line, struct http_head *head)
{
    struct str target;
    if (!cut(&line, " ", &head->method_text) || !is_token(head->method_text) ||
        !cut(&line, " ", &target))
        return line.len > HTTP_TARGET_MAX ? HTTP_REFUSAL_TARGET : HTTP_REFUSAL_SYNTAX;
    head->method = method_of(head->method_text);
    head->keep_alive = str_is(line, "HTTP/1.1");
    if (!head->keep_alive && !str_is(line, "HTTP/1.0"))
        return str_starts(line, "HTTP/") ? HTTP_REFUSAL_VERSION : HTTP_REFUSAL_SYNTAX;
    return read_target(target, head);
}

static enum http_refusal read_header(struct str line, struct http_head *head)
{
    struct str name;
    if (!cut(&line, ":", &name) || !is_token(name))
        return HTTP_REFUSAL_SYNTAX;
    for (size_t i = 0; i < line.len; i++) {
        unsigned char ch = (unsigned char)line.ptr[i];
        if ((ch < 0x20 && ch != '\t') || ch == 0x7f)
            return HTTP_REFUSAL_SYNTAX;
    }
    if (head->count == HTTP_HEADERS_MAX)
        return HTTP_REFUSAL_HEAD_COUNT;
    head->headers[head->count++] = (struct http_header){name, str_trim(line)};
    return HTTP_REFUSAL_NONE;
}

static bool is_host(struct str host)
{
    for (size_t i = 0; i < host.len; i++) {
        char ch = host.ptr[i];
        bool good = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
                    (ch >= '0' && ch <= '9') || (ch != '\0' && strchr(".-_:[]", ch) != NULL);
        if (!good)
            return false;
    }
    return host.len > 0 && host.len <= 255;
}

/* The headers that decide where a request ends and whom it is for. */
static enum http_refusal read_framing(struct http_head *head)
{
    head->host = http_header(head, "host");
    if (str_absent(head->host) || !is_host(head->host))
        return HTTP_REFUSAL_HOST;
    if (http_header_count(head, "transfer-encoding") > 0)
        return http_header_count(head, "content-length") > 0 ? HTTP_REFUSAL_FRAMING
                                                             : HTTP_REFUSAL_CODING;
    head->content_length = -1;
    if (http_header_count(head, "content-length") > 0) {
        struct str digits = http_header(head, "content-length");
        for (size_t i = 0; i < digits.len; i++)
            if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
                return HTTP_REFUSAL_FRAMING;
        if (digits.len > 18 || !str_to_i64(digits, &head->content_length))
            return HTTP_REFUSAL_FRAMING;
    }
    if (http_header_count(head, "expect") > 0) {
        head->expect_continue = str_eq_nocase(http_header(head, "expect"), STR("100-continue"));
        if (!head->expect_continue)
            return HTTP_REFUSAL_EXPECT;
    }
    for (size_t i = 0; i < head->count; i++)
        if (str_eq_nocase(head->headers[i].name, STR("connection")) &&
            http_list_has(head->headers[i].value, "close"))
            head->keep_alive = false;
    return HTTP_REFUSAL_NONE;
}

enum http_refusal http_head_parse(struct str text, struct http_head *ret)
{
    struct str line;
    ret->count = 0;
    ret->expect_continue = false;
    if (!cut(&text, "\r\n", &line))
        return HTTP_REFUSAL_SYNTAX;
    enum http_refusal refusal = read_request_line(line, ret);
    while (refusal == HTTP_REFUSAL_NONE) {
        if (!cut(&text, "\r\n", &line))
            return HTTP_REFUSAL_SYNTAX;
        if (line.len == 0)
            break;
        refusal = read_header(line, ret);
    }
    return refusal == HTTP_REFUSAL_NONE ? read_framing(ret) : refusal;
}

size_t http_header_count(const struct http_head *head, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < head->count; i++)
        count += str_eq_nocase(head->headers[i].name, str_from(name));
    return count;
}

struct str http_header(const struct http_head *head, const char *name)
{
    struct str found = {0};
    for (size_t i = 0; i < head->count; i++) {
        if (!str_eq_nocase(head->headers[i].name, str_from(name)))
            continue;
        if (!str_absent(found))
            return (struct str){0};
        found = head->headers[i].value;
    }
    return found;
}

bool http_list_has(struct str list, const char *token)
{
    struct str part;
    while (str_split(&list, ',', &part))
        if (str_eq_nocase(str_trim(part), str_from(token)))
            return true;
    return false;
}
