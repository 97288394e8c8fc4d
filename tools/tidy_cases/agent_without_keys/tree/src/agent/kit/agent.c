/* What agents share knows none of them. */
#include "agent/mailer/mailer.h"
#include "base/str.h"
