/* Not even for a test. */
#include "domain/desk/desk.h"
