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
SHAPE_DEFINE(source_state, SOURCE_STATE_FIELDS, 1, "How a source is");
SHAPE_DEFINE(gap, GAP_FIELDS, 1, "A time without coverage");
SHAPE_DEFINE(bad_sample, BAD_SAMPLE_FIELDS, 1, "Input that could not be read");
SHAPE_DEFINE(storm_sample, STORM_SAMPLE_FIELDS, 1, "A signal of a storm");
SHAPE_DEFINE(source_pulse, SOURCE_PULSE_FIELDS, 1, "What changes with every signal of a source");
SHAPE_DEFINE(storm_digest, STORM_DIGEST_FIELDS, 1, "Signals of a storm that were counted only");
SHAPE_DEFINE(source_off, SOURCE_OFF_FIELDS, 1, "Why a source is switched off, and until when");
SHAPE_DEFINE(source_bad, SOURCE_BAD_FIELDS, 1, "Input of a source that could not be read");

#define KIND(symbol, name_, shape_, help_)    \
    const struct event_kind symbol##_kind = { \
        .name = name_, .help = help_, .body = &shape_##_shape, .read = WATCH_READ}

KIND(source_expected, "source.expected", source_state, "A source is on the list");
KIND(source_left, "source.left", source_state, "A source is no longer on the list");
KIND(source_heard, "source.heard", source_state, "A source is heard, for the first time or again");
KIND(source_late, "source.late", source_state, "A heartbeat is overdue");
KIND(source_silenced, "source.silenced", source_state, "A source is silent");
KIND(source_settled, "source.settled", source_state, "A source is heard again, and stays so");
KIND(source_disabled, "source.disabled", source_state, "A person switched a source off");
KIND(source_enabled, "source.enabled", source_state, "A source counts again");
KIND(source_stormed, "source.stormed", source_state, "A source says more than is kept");
KIND(source_calmed, "source.calmed", source_state, "A storm is over");
KIND(source_counted, "source.counted", storm_digest, "Signals of a storm that were counted only");
KIND(gap_opened, "gap.opened", gap, "Coverage is lost");
KIND(gap_closed, "gap.closed", gap, "Coverage is back");

static const struct event_kind *const events[] = {
    &source_expected_kind, &source_left_kind,
    &source_heard_kind,    &source_late_kind,
    &source_silenced_kind, &source_settled_kind,
    &source_disabled_kind, &source_enabled_kind,
    &source_stormed_kind,  &source_calmed_kind,
    &source_counted_kind,  &gap_opened_kind,
    &gap_closed_kind,      NULL,
};

/* ---- the picture ------------------------------------------------------------------------------
 */

static rc fold_row(struct ctx *c, struct picture *picture, const struct event *event)
{
    return picture_put(c, picture, event->kind->body, event->body, event);
}

static rc fold_left(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct source_state *state = event->body;
    return picture_retire(c, picture, &source_state_shape, state->id, event);
}

static const struct fold folds[] = {
    {&source_expected_kind, fold_row},
    {&source_left_kind, fold_left},
    {&source_heard_kind, fold_row},
    {&source_late_kind, fold_row},
    {&source_silenced_kind, fold_row},
    {&source_settled_kind, fold_row},
    {&source_disabled_kind, fold_row},
    {&source_enabled_kind, fold_row},
    {&source_stormed_kind, fold_row},
    {&source_calmed_kind, fold_row},
    {&gap_opened_kind, fold_row},
    {&gap_closed_kind, fold_row},
    {0},
};

/* ---- commands ---------------------------------------------------------------------------------
 */

const struct decision source_decisions[SOURCE_DECISIONS + 1] = {
    [SOURCE_DISABLE] = {.name = "source.disable",
                        .help = "Switch a source off for a time",
                        .permission = SOURCE_WRITE,
                        .input = &source_off_shape,
                        .decide = source_disable},
    [SOURCE_ENABLE] = {.name = "source.enable",
                       .help = "Switch a source on again",
                       .permission = SOURCE_WRITE,
                       .decide = source_enable},
    [SOURCE_REFUSE] = {.name = "source.refuse",
                       .help = "Count input of a source that could not be read",
                       .permission = SIGNAL_WRITE,
                       .input = &source_bad_shape,
                       .decide = source_refuse},
    [SOURCE_SWEEP] = {.name = "watch.sweep",
                      .help = "Look who is overdue",
                      .permission = WATCH_WRITE,
                      .decide = source_sweep},
    {0},
};

/* ---- routes -----------------------------------------------------------------------------------
 */

#define COMMAND(path_, permission_, help_, number_, ...)              \
    ROUTE(POST, path_, permission_, help_, .serve = alarm_lane_serve, \
          .arg = &source_decisions[number_], __VA_ARGS__)

static const struct route routes[] = {
    ROUTE(GET, "/api/v1/watch/sources", WATCH_READ, "How each source is",
          .output = &source_now_shape, .output_list = true, .serve = sources_serve_states),
    ROUTE(GET, "/api/v1/watch/sources/{id}", WATCH_READ,
          "One source: state, counters, bad input, gaps", .output = &source_page_shape,
          .serve = sources_serve_one),
    COMMAND("/api/v1/sources/{id}/disable", SOURCE_WRITE, "Switch it off for a time",
            SOURCE_DISABLE, .input = &source_off_shape),
    COMMAND("/api/v1/sources/{id}/enable", SOURCE_WRITE, "Switch it on again", SOURCE_ENABLE, ),
    ROUTE(GET, "/api/v1/watch/gaps", WATCH_READ, "Times without coverage", .output = &gap_shape,
          .output_list = true, .serve = page_serve_list, .arg = &gap_shape),
    {0},
};

/* ---- the module -------------------------------------------------------------------------------
 */

const struct module source_module = {
    .name = "source",
    .help = "What reports to the mission, how each of it is, and when nobody saw",
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
    .folds = folds,
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
