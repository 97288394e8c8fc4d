/* What must be true of every shape. The tests of a domain ask for all of its shapes at once, and
 * for their rows on both databases, with scene_property_test (scene_property.h). */
#ifndef TEST_SUPPORT_SHAPE_PROPERTY_H
#define TEST_SUPPORT_SHAPE_PROPERTY_H

#include "shape/shape.h"

/* The description is sound (names, bounds, flags, columns), and for many random records: they keep
 * their own rules; JSON and back is the same, and byte for byte when written again; columns and
 * back, in any order, is the same; a copy is the same; what is shown hides every secret and is
 * valid by the shape's JSON Schema. Fails the running cmocka test, naming shape and seed. */
void shape_property_test(const struct shape *shape);

/* Every text of the shape that comes from outside, also of its nested records, is refused when it
 * has a hidden character (base/glyph.h), unless its form says that it may. */
void shape_hidden_test(const struct shape *shape);

#endif
