/* Core's own module: deadlines, followers, readings, erasure, and the pages of the record itself.
 * Every catalog has it. */
#ifndef ASSEMBLY_CORE_MODULE_H
#define ASSEMBLY_CORE_MODULE_H

#include "core/module.h"

extern const struct module core_module;

/* The pages (ledger_page.c, catalog_page.c). */
serve_fn ledger_serve_head, ledger_serve_events, ledger_serve_event, ledger_serve_proof,
    ledger_serve_verify, catalog_serve;

#endif
