/* A case. */
#include "ledger/ledger.h"
#include "base/rc.h"
