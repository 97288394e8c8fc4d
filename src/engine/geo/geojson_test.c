#include "engine/geo/geojson.h"

#include "unit.h"

#define COLLECTION(features) "{\"type\":\"FeatureCollection\",\"features\":[" features "]}"

#define FEATURE(geometry) "{\"type\":\"Feature\",\"geometry\":" geometry ",\"properties\":null}"

#define GEOMETRY(type, coordinates) "{\"type\":\"" type "\",\"coordinates\":" coordinates "}"
#define ONE(type, coordinates)      COLLECTION(FEATURE(GEOMETRY(type, coordinates)))

static const struct {
    const char *name, *text, *pointer; /* pointer NULL: it is good */
} rows[] = {
    {"an empty plan", COLLECTION(""), NULL},
    {"a point", ONE("Point", "[24.94,60.17]"), NULL},
    {"a point with height", ONE("Point", "[24.94,60.17,12.5]"), NULL},
    {"a line", ONE("LineString", "[[1,2],[3,4]]"), NULL},
    {"a polygon", ONE("Polygon", "[[[0,0],[1,0],[1,1],[0,0]]]"), NULL},
    {"several polygons", ONE("MultiPolygon", "[[[[0,0],[1,0],[1,1],[0,0]]]]"), NULL},
    {"no place", COLLECTION(FEATURE("null")), NULL},
    {"the type behind the features", "{\"features\":[],\"type\":\"FeatureCollection\"}", NULL},
    {"not a collection", FEATURE("null"), ""},
    {"an open ring", ONE("Polygon", "[[[0,0],[1,0],[1,1],[0,1]]]"), "/features/0"},
    {"a ring of three", ONE("Polygon", "[[[0,0],[1,0],[0,0]]]"), "/features/0"},
    {"a line of one", ONE("LineString", "[[1,2]]"), "/features/0"},
    {"beyond the pole", ONE("Point", "[24.94,90.17]"), "/features/0"},
    {"one number", ONE("Point", "[24.94]"), "/features/0"},
    {"four numbers", ONE("Point", "[1,2,3,4]"), "/features/0"},
    {"a text for a number", ONE("Point", "[\"1\",2]"), "/features/0"},
    {"a wrong nesting", ONE("Point", "[[1,2]]"), "/features/0"},
    {"an unknown type", ONE("Circle", "[1,2]"), "/features/0"},
    {"no coordinates", COLLECTION(FEATURE("{\"type\":\"Point\"}")), "/features/0"},
    {"the second feature", COLLECTION(FEATURE("null") ",{\"type\":\"Thing\"}"), "/features/1"},
    {"cut off", "{\"type\":\"FeatureCollection\",\"features\":[", ""},
    {"something behind it", COLLECTION("") " x", ""},
    {"nothing", "", ""},
};

TEST(geojson_accepts_what_can_be_drawn_and_names_what_cannot)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct ctx c = {.arena = arena_open(1 << 20), .clock = &clock_system};
        rc result = geojson_check(&c, str_from(rows[i].text), NULL, NULL);
        if (rc_ok(result) != (rows[i].pointer == NULL))
            fail_msg("%s: %s", rows[i].name, c.fault.message);
        if (rows[i].pointer)
            assert_string_equal(c.fault.pointer, rows[i].pointer);
        arena_close(c.arena);
    }
}
