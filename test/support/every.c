#include "support/every.h"

SHAPE_DEFINE_CHOICES(every_colour, EVERY_COLOUR, EVERY_COLOURS);
SHAPE_DEFINE(every_span, EVERY_SPAN_FIELDS, 1, "A time of duty");
SHAPE_DEFINE(every_address, EVERY_ADDRESS_FIELDS, 1, "A place to write to");
SHAPE_DEFINE(every, EVERY_FIELDS, 1, "A record with a field of every kind");
