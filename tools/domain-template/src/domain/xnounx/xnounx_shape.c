/* The records of this domain. */
#include "domain/xnounx/xnounx.h"

SHAPE_DEFINE_CHOICES(xnounx_kind, XNOUNX_KIND, XNOUNX_KINDS);
SHAPE_DEFINE(xnounx, XNOUNX_FIELDS, 1, "Xnounx: what it is");
