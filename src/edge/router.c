#include "edge/router.h"

#include "base/text.h"
#include "edge/http/http_url.h"

#include <stdlib.h>

/* One part of a path below its parent. Siblings are few (the nouns of the mission). */
struct node {
    struct str part; /* literal */
    struct node *child, *sibling;
    struct node *any; /* the child for a part in braces */
    const struct route *routes[ROUTER_METHODS];
};

struct router {
    struct node root;
};

static void free_node(struct node *node)
{
    while (node) {
        struct node *next = node->sibling;
        free_node(node->child);
        free_node(node->any);
        free(node);
        node = next;
    }
}

void router_close(struct router *router)
{
    if (!router)
        return;
    free_node(router->root.child);
    free_node(router->root.any);
    free(router);
}

static struct node *find_child(const struct node *node, struct str part)
{
    struct node *child = node->child;
    while (child && !str_eq(child->part, part))
        child = child->sibling;
    return child;
}

static rc descend(struct ctx *c, struct node *node, struct str part, struct node **ret)
{
    bool any = str_starts(part, "{") && str_ends(part, "}");
    struct node *child = any ? node->any : find_child(node, part);
    if (!child) {
        child = calloc(1, sizeof *child);
        if (!child)
            FAIL(c, NO_MEMORY, "no memory for the table of routes");
        child->part = part;
        if (any) {
            node->any = child;
        } else {
            child->sibling = node->child;
            node->child = child;
        }
    }
    *ret = child;
    return OK;
}

static rc add_route(struct ctx *c, struct router *router, const struct route *route)
{
    struct node *node = &router->root;
    struct str rest = str_from(route->path), part;
    size_t braces = 0;
    if (!str_starts(rest, "/"))
        FAIL(c, INTERNAL, "the path of a route begins with a stroke: \"%s\"", route->path);
    rest = str_sub(rest, 1, rest.len);
    while (str_split(&rest, '/', &part)) {
        braces += str_starts(part, "{");
        TRY(descend(c, node, part, &node));
    }
    if (braces > REQUEST_PATH_PARTS)
        FAIL(c, INTERNAL, "%s has more than %d parts in braces", route->path, REQUEST_PATH_PARTS);
    if (node->routes[route->method])
        FAIL(c, INTERNAL, "there are two routes %s %s", route_method_name(route->method),
             route->path);
    node->routes[route->method] = route;
    return OK;
}

rc router_open(struct ctx *c, size_t count, const struct route *const *routes, struct router **ret)
{
    struct router *router = calloc(1, sizeof *router);
    if (!router)
        FAIL(c, NO_MEMORY, "no memory for the table of routes");
    for (size_t i = 0; i < count; i++) {
        rc result = add_route(c, router, routes[i]);
        if (!rc_ok(result)) {
            router_close(router);
            return result;
        }
    }
    *ret = router;
    return OK;
}

static bool has_route(const struct node *node)
{
    for (size_t i = 0; i < ROUTER_METHODS; i++)
        if (node->routes[i])
            return true;
    return false;
}

/* The node of a path, trying the literal part first. `raw` takes the parts that stood for {…}. */
static const struct node *walk(const struct node *node, struct str rest, size_t depth,
                               struct str raw[REQUEST_PATH_PARTS])
{
    struct str part;
    if (!str_split(&rest, '/', &part)) {
        for (size_t i = depth; i < REQUEST_PATH_PARTS; i++)
            raw[i] = (struct str){0}; /* of a way that led nowhere */
        return has_route(node) ? node : NULL;
    }
    const struct node *child = find_child(node, part);
    const struct node *found = child ? walk(child, rest, depth, raw) : NULL;
    if (found || !node->any || depth == REQUEST_PATH_PARTS)
        return found;
    raw[depth] = part;
    return walk(node->any, rest, depth + 1, raw);
}

rc router_find(struct ctx *c, const struct router *router, struct str path,
               struct router_match *ret, bool *ret_found)
{
    struct str raw[REQUEST_PATH_PARTS] = {0};
    struct router_match match = {0};
    const struct node *node = NULL;
    if (str_starts(path, "/"))
        node = walk(&router->root, str_sub(path, 1, path.len), 0, raw);
    if (node) {
        memcpy(match.routes, node->routes, sizeof match.routes);
        for (size_t i = 0; i < REQUEST_PATH_PARTS; i++)
            if (!str_absent(raw[i]))
                TRY(http_unescape(c, raw[i], false, &match.parts[i]));
        *ret = match;
    }
    *ret_found = node != NULL;
    return OK;
}

const char *route_method_name(enum route_method method)
{
    static const char *const names[] = {"GET", "POST", "PUT", "DELETE"};
    return names[method];
}

rc router_allow(struct ctx *c, const struct router_match *match, struct str *ret)
{
    struct text out;
    text_init(&out, c, 64);
    for (size_t i = 0; i < ROUTER_METHODS; i++) {
        if (!match->routes[i])
            continue;
        text_put(&out, out.len ? STR(", ") : STR(""));
        text_put(&out, str_from(route_method_name((enum route_method)i)));
        if (i == ROUTE_GET)
            text_put(&out, STR(", HEAD"));
    }
    return text_done(&out, ret);
}
