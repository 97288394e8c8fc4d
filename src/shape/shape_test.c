#include "unit.h"

#include "support/every.h"
#include "support/shape_property.h"

TEST(every_kind_of_field_keeps_its_promises)
{
    shape_property_test(&every_shape);
    shape_property_test(&every_address_shape);
    shape_property_test(&every_span_shape);
}
