#include "domain/alarm/alarm_view.h"

SHAPE_DEFINE(alarm_queue, ALARM_QUEUE_FIELDS, 1, "The alarms that stand, with counts");
SHAPE_DEFINE(alarm_figures, ALARM_FIGURES_FIELDS, 1, "Key figures of the alarms");
