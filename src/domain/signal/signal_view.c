#include "domain/signal/signal_view.h"

SHAPE_DEFINE(signal_fate, SIGNAL_FATE_FIELDS, 1, "What became of a signal");
SHAPE_DEFINE(alarm_evidence, ALARM_EVIDENCE_FIELDS, 1, "An alarm with what belongs to it");
