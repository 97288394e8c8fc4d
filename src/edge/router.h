/* From method and path to a route. The rows are put into a tree of path parts once, at start. */
#ifndef EDGE_ROUTER_H
#define EDGE_ROUTER_H

#include "core/route.h"

struct router;

enum { ROUTER_METHODS = ROUTE_DELETE + 1 };

/* INTERNAL when two rows have the same method and path, or a path has more than
 * REQUEST_PATH_PARTS parts in braces. The routes outlive the router. */
rc router_open(struct ctx *c, size_t count, const struct route *const *routes, struct router **ret);
void router_close(struct router *router);

struct router_match {
    const struct route *routes[ROUTER_METHODS]; /* by method; NULL: not offered */
    struct str parts[REQUEST_PATH_PARTS];       /* what stood for {…}, decoded */
};

/* The routes of a path as it was sent, a literal part before one in braces. *ret_found false when
 * there is none; MALFORMED when a part cannot be decoded. */
rc router_find(struct ctx *c, const struct router *router, struct str path,
               struct router_match *ret, bool *ret_found);

/* "GET", … and the value of an Allow header ("GET, HEAD, PUT"). */
const char *route_method_name(enum route_method method);
rc router_allow(struct ctx *c, const struct router_match *match, struct str *ret);

#endif
