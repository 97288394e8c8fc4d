/* Addresses, queries, cookies and lists with weights, as they come in a request. Pure. */
#ifndef EDGE_HTTP_URL_H
#define EDGE_HTTP_URL_H

#include "base/ctx.h"

/* What a percent-encoded text means, in the arena of c when it differs; `plus`: "+" is a space.
 * MALFORMED for a broken escape, a control character, or what is not UTF-8. */
rc http_unescape(struct ctx *c, struct str raw, bool plus, struct str *ret);

/* Cut the next "name=value" off a raw query; false at the end. Empty pairs are skipped. */
bool http_query_next(struct str *rest, struct str *ret_raw_name, struct str *ret_raw_value);

/* Is it a path with nothing to be understood in two ways: no empty, "." or ".." part, no encoded
 * or turned stroke? */
bool http_path_is_plain(struct str path);

/* The value of a cookie in a Cookie header (RFC 6265, 4.2.1); absent when it is not there or is
 * there twice. */
struct str http_cookie(struct str header, const char *name);

/* Does a list with weights (Accept-Encoding, Accept-Language; RFC 9110, 12.4.2) take `token`? The
 * weight in thousandths, 0 for "no"; a "*" counts unless the token itself is named. */
int http_weight(struct str list, const char *token);

/* Does an If-None-Match or If-Match list name this tag? Weak comparison; "*" names every tag. */
bool http_tag_matches(struct str list, struct str tag);

#endif
