/* What must be true of every shape. One line in the tests of each domain:
 *
 *     TEST(the_shapes_of_visits_keep_their_promises)
 *     {
 *         shape_property_test(&visit_shape);
 *     }
 */
#ifndef TEST_SUPPORT_SHAPE_PROPERTY_H
#define TEST_SUPPORT_SHAPE_PROPERTY_H

#include "shape/shape.h"

/* The description is sound (names, bounds, flags, columns), and for many random records: they keep
 * their own rules; JSON and back is the same, and byte for byte when written again; columns and
 * back, in any order, is the same; a copy is the same; what is shown hides every secret and is
 * valid by the shape's JSON Schema. Fails the running cmocka test, naming shape and seed. */
void shape_property_test(const struct shape *shape);

#endif
