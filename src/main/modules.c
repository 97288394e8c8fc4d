#include "main/modules.h"

#include "core/own.h"
#include "domain/alarm/alarm.h"
#include "domain/arming/arming.h"
#include "domain/camera/camera.h"
#include "domain/mission/mission.h"
#include "domain/people/people.h"
#include "domain/rounds/rounds.h"
#include "domain/signal/signal.h"
#include "domain/source/source.h"
#include "domain/tripwire/tripwire.h"
#include "edge/auth/auth.h"
#include "edge/edge.h"
#include "edge/intake/listener.h"

const struct module *const chancery_modules[] = {
    &core_module,   &edge_module,     &auth_module,   &mission_module, &people_module,
    &alarm_module,  &source_module,   &arming_module, &signal_module,  &rounds_module,
    &intake_module, &tripwire_module, &camera_module,
};

const size_t chancery_module_count = sizeof chancery_modules / sizeof chancery_modules[0];
