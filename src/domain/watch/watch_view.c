#include "domain/watch/watch_view.h"

SHAPE_DEFINE(signal_fate, SIGNAL_FATE_FIELDS, 1, "What became of a signal");
SHAPE_DEFINE(source_now, SOURCE_NOW_FIELDS, 1, "A source, and how it does");
SHAPE_DEFINE(source_page, SOURCE_PAGE_FIELDS, 1, "A source, how it does, and where it was out");
SHAPE_DEFINE(alarm_queue, ALARM_QUEUE_FIELDS, 1, "The alarms that stand, with counts");
SHAPE_DEFINE(alarm_evidence, ALARM_EVIDENCE_FIELDS, 1, "An alarm with what belongs to it");
SHAPE_DEFINE(alarm_figures, ALARM_FIGURES_FIELDS, 1, "Key figures of the alarms");
SHAPE_DEFINE_CHOICES(zone_verdict, ZONE_VERDICT, ZONE_VERDICTS);
SHAPE_DEFINE(zone_now, ZONE_NOW_FIELDS, 1, "How a zone is");
SHAPE_DEFINE(zone_readiness_view, ZONE_READINESS_FIELDS, 1, "What speaks against arming a zone");
