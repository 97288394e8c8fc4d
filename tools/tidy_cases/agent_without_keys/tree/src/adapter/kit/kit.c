/* A parser stands below the agents that it runs in. */
#include "agent/kit/agent.h"
