/* The API described from the rows that serve it: as OpenAPI 3.1, and as text for docs/api.md. */
#ifndef EDGE_OPENAPI_H
#define EDGE_OPENAPI_H

#include "core/catalog.h"

rc openapi_write(struct ctx *c, const struct catalog *catalog, struct text *out);
rc openapi_markdown(struct ctx *c, const struct catalog *catalog, struct text *out);

#endif
