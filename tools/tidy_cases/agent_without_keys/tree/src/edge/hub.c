/* The server's side of an agent. */
#include "agent/mailer/mailer.h"
