/* What the files of the domain share. */
#ifndef DOMAIN_POSTURE_POSTURE_OWN_H
#define DOMAIN_POSTURE_POSTURE_OWN_H

#include "domain/posture/posture.h"
#include "frame/report/report.h"

#define MORNING_ASKED_FIELDS(F, T) \
    F(T, opt_i64, _, hours, 0, 1, 168, "hours back for alarms, and ahead for what is due; 24")
SHAPE_DECLARE(morning_asked, MORNING_ASKED_FIELDS);

/* The report (core/module.h). */
rc morning_describe(struct ctx *c, struct reporting *r, const void *asked);

#endif
