/* Sources: their shapes and events, what those do to the picture, the routes, and the module. */
#include "domain/source/source_own.h"
#include "domain/source/source_view.h"

#include "domain/mission/mission.h"

#include "assembly/page.h"

SHAPE_DEFINE_CHOICES(source_kind, SOURCE_KIND, SOURCE_KINDS);
SHAPE_DEFINE_CHOICES(source_condition, SOURCE_CONDITION, SOURCE_CONDITIONS);
SHAPE_DEFINE_CHOICES(gap_cause, GAP_CAUSE, GAP_CAUSES);

SHAPE_DEFINE(source_point, SOURCE_POINT_FIELDS, 1, "One point of a source");
SHAPE_DEFINE(source, SOURCE_FIELDS, 1, "A device or feed that reports to the mission");
SHAPE_DEFINE(source_state, SOURCE_STATE_FIELDS, 1, "The state of a source");
SHAPE_DEFINE(gap, GAP_FIELDS, 1, "A time without coverage");
SHAPE_DEFINE(bad_sample, BAD_SAMPLE_FIELDS, 1, "Input that could not be read");
SHAPE_DEFINE(storm_sample, STORM_SAMPLE_FIELDS, 1, "A signal of a storm");
SHAPE_DEFINE(source_pulse, SOURCE_PULSE_FIELDS, 1, "What changes with every signal of a source");
SHAPE_DEFINE(storm_digest, STORM_DIGEST_FIELDS, 1, "Signals of a storm that were counted only");
SHAPE_DEFINE(source_off, SOURCE_OFF_FIELDS, 1, "Why a source is switched off, and until when");
SHAPE_DEFINE(source_bad, SOURCE_BAD_FIELDS, 1, "Input of a source that could not be read");

#define KIND(part, row_, help_)                                                 \
    EVENT_KIND(source_##part, "source." #part, source_state, WATCH_READ, help_, \
               .row = EVENT_##row_);
SOURCE_EVENTS(KIND)
EVENT_KIND(source_counted, "source.counted", storm_digest, WATCH_READ,
           "Signals of a storm that were counted only");
EVENT_KIND(gap_opened, "gap.opened", gap, WATCH_READ, "Coverage is lost", .row = EVENT_PUTS_ROW);
EVENT_KIND(gap_closed, "gap.closed", gap, WATCH_READ, "Coverage is back", .row = EVENT_PUTS_ROW);

#define ADDRESS(part, ...) &source_##part##_kind,
static const struct event_kind *const events[] = {&source_counted_kind, &gap_opened_kind,
                                                  &gap_closed_kind, SOURCE_EVENTS(ADDRESS) NULL};

/* ---- commands ---------------------------------------------------------------------------------
 */

const struct decision source_decisions[SOURCE_DECISIONS + 1] = {
    [SOURCE_DISABLE] = DECISION("source.disable", "Switch it off for a time", SOURCE_WRITE,
                                &source_off_shape, source_disable, .lane = true, .grave = true),
    [SOURCE_ENABLE] = DECISION("source.enable", "Switch it on again", SOURCE_WRITE, NULL,
                               source_enable, .lane = true),
    [SOURCE_REFUSE] = DECISION("source.refuse", "Count input of a source that could not be read",
                               SIGNAL_WRITE, &source_bad_shape, source_refuse),
    [SOURCE_SWEEP] =
        DECISION("watch.sweep", "Check who is overdue", WATCH_WRITE, NULL, source_sweep),
    {0},
};

/* ---- routes -----------------------------------------------------------------------------------
 */

static const struct route routes[] = {
    ROUTE(GET, "/api/v1/watch/sources", WATCH_READ, "The state of each source",
          .output = &source_now_shape, .output_list = true, .serve = sources_serve_states),
    ROUTE(GET, "/api/v1/watch/sources/{id}", WATCH_READ,
          "One source: state, counters, bad input, gaps", .output = &source_page_shape,
          .serve = sources_serve_one),
    ROUTE_COMMAND("/api/v1/sources/{id}/disable", "source.disable"),
    ROUTE_COMMAND("/api/v1/sources/{id}/enable", "source.enable"),
    ROUTE(GET, "/api/v1/watch/gaps", WATCH_READ, "Times without coverage", .output = &gap_shape,
          .output_list = true, .lists = &gap_shape, .serve = page_serve_list, .arg = &gap_shape),
    {0},
};

/* ---- the module -------------------------------------------------------------------------------
 */

const struct module source_module = {
    .name = "source",
    .help = "What reports to the mission, its state, and gaps in coverage",
    .needs = NEEDS(&mission_module, &alarm_module),
    .records =
        (const struct record[]){
            RECORD(source, "sources", "source.read", SOURCE_WRITE, .check = source_check),
            {0},
        },
    .tables =
        (const struct table[]){
            {&source_state_shape, TABLE_PICTURE},
            {&gap_shape, TABLE_PICTURE},
            {&source_pulse_shape, TABLE_VAULT},
            {0},
        },
    .events = events,
    .decisions = source_decisions,
    .reactions = source_reactions,
    .routes = routes,
    .permissions =
        (const struct permission[]){
            {"source.read", "See sources"},
            {SIGNAL_WRITE, "Hand in signals"},
            {SOURCE_WRITE, "Add, change, switch off and retire sources"},
            {0},
        },
};
