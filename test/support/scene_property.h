/* What must be true of every shape of a module: of the last one given; those before are what it
 * needs, and have tests of their own. One line in the tests of each domain:
 *
 *     TEST(what_visits_are_made_of_keeps_its_promises)
 *     {
 *         scene_property_test(2, modules);
 *     }
 */
#ifndef SUPPORT_SCENE_PROPERTY_H
#define SUPPORT_SCENE_PROPERTY_H

#include "support/scene.h"

/* For every record, table, event and input of the last module: shape_property_test. For those that
 * have a table: many random records, put into the picture and read back, are the same, on SQLite
 * and, where CHANCERY_TEST_POSTGRES names one, on PostgreSQL. */
void scene_property_test(size_t count, const struct module *const *modules);

#endif
