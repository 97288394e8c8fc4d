#include "domain/source/source_view.h"

SHAPE_DEFINE(source_now, SOURCE_NOW_FIELDS, 1, "A source and its state");
SHAPE_DEFINE(source_page, SOURCE_PAGE_FIELDS, 1, "A source, its state and its outages");
