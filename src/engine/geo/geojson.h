/* GeoJSON (RFC 7946), as plans use it: is a text a FeatureCollection that a map can draw? */
#ifndef ENGINE_GEO_GEOJSON_H
#define ENGINE_GEO_GEOJSON_H

#include "base/ctx.h"

/* Called for each feature with the text of its `properties` (a JSON object, or null). */
typedef rc geojson_each(struct ctx *c, void *arg, size_t index, struct str properties);

/* Check a FeatureCollection: geometry types and their nesting, positions of two or three numbers
 * within WGS 84, rings of polygons closed with at least four positions, at most 5,000 features and
 * 50,000 positions. INVALID says what is wrong, with the JSON Pointer of the feature. `each` may be
 * NULL. */
rc geojson_check(struct ctx *c, struct str text, geojson_each *each, void *arg);

#endif
