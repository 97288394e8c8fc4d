/* The one list of adapters. What stands in it is at once in the conformance kit, the fuzzer, the
 * benches and `chancery decode`. */
#ifndef ADAPTER_REGISTRY_REGISTRY_H
#define ADAPTER_REGISTRY_REGISTRY_H

#include "adapter/kit/adapter.h"

/* All of them, NULL at the end. */
extern const struct adapter *const adapters[];

/* By name; NULL when there is none. */
const struct adapter *adapter_find(struct str name);

#endif
