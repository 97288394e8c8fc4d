#include "main/modules.h"

#include "assembly/core_module.h"
#include "domain/account/account.h"
#include "domain/alarm/alarm.h"
#include "domain/arming/arming.h"
#include "domain/camera/camera.h"
#include "domain/escalation/escalation.h"
#include "domain/mission/mission.h"
#include "domain/people/people.h"
#include "domain/posture/posture.h"
#include "domain/round/round.h"
#include "domain/signal/signal.h"
#include "domain/source/source.h"
#include "domain/task/task.h"
#include "domain/tripwire/tripwire.h"
#include "edge/auth/auth.h"
#include "edge/edge.h"
#include "edge/intake/listener.h"
#include "frame/attachment/attachment.h"
#include "frame/delivery/delivery.h"
#include "frame/report/report.h"
#include "frame/retention/retention.h"
#include "frame/rhythm/rhythm.h"

/* The order of domains: each needs only what stands before it (tools/tidy_order.c). */
const struct module *const chancery_modules[] = {
    &core_module,

    &rhythm_module,   &attachment_module, &retention_module,  &delivery_module, &report_module,

    &mission_module,  &people_module,     &account_module,    &task_module,     &alarm_module,
    &source_module,   &arming_module,     &signal_module,     &camera_module,   &round_module,
    &tripwire_module, &posture_module,    &escalation_module,

    &edge_module,     &auth_module,       &intake_module,
};

const size_t chancery_module_count = sizeof chancery_modules / sizeof chancery_modules[0];
