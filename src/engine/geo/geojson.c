#include "engine/geo/geojson.h"

#include "base/json.h"

enum { FEATURES_MAX = 5000, POSITIONS_MAX = 50000 };

struct checking {
    struct ctx *c;
    struct json j;
    size_t features, positions;
};

struct position {
    int64_t lon_e7, lat_e7;
};

/* What the RFC says of each type: how deep positions are nested, and whether a line is a ring. */
static const struct geometry {
    const char *name;
    int depth; /* of arrays around a position */
    size_t least;
    bool ring;
} geometries[] = {
    {"Point", 0, 1, false},           {"MultiPoint", 1, 0, false}, {"LineString", 1, 2, false},
    {"MultiLineString", 2, 2, false}, {"Polygon", 2, 4, true},     {"MultiPolygon", 3, 4, true},
};

static rc refuse(struct checking *g, const char *why)
{
    struct ctx *c = g->c;
    rc failed = fault_raise(c, RC_INVALID, __FILE__, __LINE__, "not a plan: %s", why);
    fault_set_rule(c, "geojson");
    return failed;
}

static rc broken(struct checking *g)
{
    return json_fault(g->c, &g->j);
}

static rc read_degrees(struct checking *g, int64_t most, int64_t *ret)
{
    struct str digits;
    if (!json_number(&g->j, &digits))
        return broken(g);
    if (!str_to_decimal(digits, 7, ret) || *ret < -most || *ret > most)
        return refuse(g, "a position beyond 180 degrees east or west, or 90 north or south");
    return OK;
}

static rc read_position(struct checking *g, struct position *ret)
{
    struct str ignored;
    int numbers = 0;
    if (g->positions++ == POSITIONS_MAX)
        return refuse(g, "too many positions");
    json_array(&g->j);
    while (json_next_item(&g->j)) {
        if (numbers < 2)
            TRY(read_degrees(g, numbers == 0 ? 1800000000 : 900000000,
                             numbers == 0 ? &ret->lon_e7 : &ret->lat_e7));
        else if (!json_number(&g->j, &ignored))
            return broken(g);
        numbers++;
    }
    if (g->j.error)
        return broken(g);
    return numbers == 2 || numbers == 3 ? OK : refuse(g, "a position has two or three numbers");
}

/* A line or ring: its positions, of which the last closes a ring. */
static rc read_line(struct checking *g, const struct geometry *geometry)
{
    struct position first = {0, 0}, last = {0, 0};
    size_t count = 0;
    json_array(&g->j);
    for (; json_next_item(&g->j); count++) {
        TRY(read_position(g, &last));
        if (count == 0)
            first = last;
    }
    if (g->j.error)
        return broken(g);
    if (count < geometry->least)
        return refuse(g, "a line has at least two positions, a ring four");
    if (geometry->ring && (first.lon_e7 != last.lon_e7 || first.lat_e7 != last.lat_e7))
        return refuse(g, "a ring ends where it begins");
    return OK;
}

static rc read_coordinates(struct checking *g, const struct geometry *geometry, int depth)
{
    struct position position;
    if (depth == 0)
        return read_position(g, &position);
    if (depth == 1)
        return read_line(g, geometry);
    json_array(&g->j);
    while (json_next_item(&g->j))
        TRY(read_coordinates(g, geometry, depth - 1));
    return g->j.error ? broken(g) : OK;
}

/* The text of a member of the object that comes next, absent when there is none; the object is read
 * to its end. */
static rc find_members(struct checking *g, size_t count, const char *const *names, struct str *ret)
{
    struct str key, raw;
    json_object(&g->j);
    while (json_next_key(&g->j, &key)) {
        if (!json_skip(&g->j, &raw))
            break;
        for (size_t i = 0; i < count; i++)
            if (str_is(key, names[i]))
                ret[i] = raw;
    }
    return g->j.error ? broken(g) : OK;
}

static bool is_type(struct str raw, const char *name)
{
    return raw.len == strlen(name) + 2 && str_is(str_sub(raw, 1, raw.len - 2), name);
}

/* Go on reading inside a part that was stepped over. */
static struct checking inside(const struct checking *g, struct str part)
{
    struct checking inner = *g;
    json_init(&inner.j, part);
    return inner;
}

static rc check_geometry(struct checking *g, struct str text)
{
    static const char *const names[] = {"type", "coordinates"};
    struct str members[2] = {{NULL, 0}, {NULL, 0}};
    if (str_absent(text) || str_is(text, "null"))
        return OK; /* an unlocated feature */
    struct checking outer = inside(g, text);
    TRY(find_members(&outer, 2, names, members));
    for (size_t i = 0; i < sizeof geometries / sizeof geometries[0]; i++) {
        if (!is_type(members[0], geometries[i].name))
            continue;
        struct checking inner = inside(g, members[1]);
        TRY(read_coordinates(&inner, &geometries[i], geometries[i].depth));
        g->positions = inner.positions;
        return OK;
    }
    return refuse(g, "a geometry is a Point, LineString or Polygon, or several of one of them");
}

static rc check_feature(struct checking *g, geojson_each *each, void *arg)
{
    static const char *const names[] = {"type", "geometry", "properties"};
    struct str members[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    TRY(find_members(g, 3, names, members));
    if (!is_type(members[0], "Feature"))
        return refuse(g, "each of `features` is a Feature");
    TRY(check_geometry(g, members[1]));
    return each ? each(g->c, arg, g->features, members[2]) : OK;
}

static rc check_features(struct checking *g, struct str features, geojson_each *each, void *arg)
{
    struct checking inner = inside(g, features);
    json_array(&inner.j);
    while (json_next_item(&inner.j)) {
        if (inner.features == FEATURES_MAX)
            return refuse(g, "too many features");
        rc result = check_feature(&inner, each, arg);
        if (!rc_ok(result)) {
            fault_enter_index(g->c, inner.features);
            fault_enter_name(g->c, STR("features"));
            return result;
        }
        inner.features++;
    }
    return inner.j.error ? broken(&inner) : OK;
}

rc geojson_check(struct ctx *c, struct str text, geojson_each *each, void *arg)
{
    static const char *const names[] = {"type", "features"};
    struct str members[2] = {{NULL, 0}, {NULL, 0}};
    struct checking g = {.c = c};
    json_init(&g.j, text);
    TRY(find_members(&g, 2, names, members));
    if (!json_end(&g.j))
        return broken(&g);
    if (!is_type(members[0], "FeatureCollection") || str_absent(members[1]))
        return refuse(&g, "it is a FeatureCollection with its `features`");
    return check_features(&g, members[1], each, arg);
}
