/* Signals and alarm rules: shapes, the event, what it does to the picture, the routes, the module.
 */
#include "domain/signal/signal_own.h"
#include "domain/signal/signal_view.h"

#include "assembly/page.h"
#include "domain/arming/arming.h"

enum { SIGNALS_BODY_MAX = 4 << 20 };

SHAPE_DEFINE_CHOICES(signal_clock, SIGNAL_CLOCK, SIGNAL_CLOCKS);

SHAPE_DEFINE(kept_signal, KEPT_SIGNAL_FIELDS, 1, "A signal as it is kept");
SHAPE_DEFINE(signal_link, SIGNAL_LINK_FIELDS, 1, "A signal of several alarms");
SHAPE_DEFINE(signal_batch, SIGNAL_BATCH_FIELDS, 1, "Signals to be taken");
SHAPE_DEFINE(signal_delivery, SIGNAL_DELIVERY_FIELDS, 1, "Signals to be taken, and their way");
SHAPE_DEFINE(alarm_rule, ALARM_RULE_FIELDS, 1, "Which signals raise which alarm");
SHAPE_DEFINE(unknown_sender, UNKNOWN_SENDER_FIELDS, 1, "An unknown source");
SHAPE_DEFINE(signals_taken, SIGNALS_TAKEN_FIELDS, 1, "Signals of one source");

EVENT_KIND(signal_taken, "signal.taken", signals_taken, SIGNAL_READ, "Signals of one source");

/* ---- the picture ------------------------------------------------------------------------------
 */

static rc put_links(struct ctx *c, struct picture *picture, const struct event *event,
                    const struct kept_signal *kept)
{
    for (size_t i = 0; i < kept->also.count; i++) {
        struct signal_link link = {
            .label = kept->label, .alarm = kept->also.items[i], .signal = kept->id, .at = kept->at};
        TRY(report_hash(c, kept->id, link.alarm, &link.id));
        TRY(picture_put(c, picture, &signal_link_shape, &link, event));
    }
    return OK;
}

static rc fold_taken(struct ctx *c, struct picture *picture, const struct event *event)
{
    const struct signals_taken *taken = event->body;
    for (size_t i = 0; i < taken->items.count; i++) {
        TRY(picture_put(c, picture, &kept_signal_shape, &taken->items.items[i], event));
        TRY(put_links(c, picture, event, &taken->items.items[i]));
    }
    return OK;
}

static const struct fold folds[] = {
    {&signal_taken_kind, fold_taken},
    {0},
};

/* ---- the module -------------------------------------------------------------------------------
 */

const struct decision signal_decisions[] = {
    {.name = "signal.take",
     .help = "Take signals: keep them, and raise or return alarms",
     .permission = SIGNAL_WRITE,
     .input = &signal_delivery_shape,
     .decide = signal_take},
    {0},
};

static const struct route routes[] = {
    ROUTE(POST, "/api/v1/signals", SIGNAL_WRITE,
          "Hand in one signal or many; the same key is the same signal",
          .input = &signal_batch_shape, .raw = true, .body_max = SIGNALS_BODY_MAX,
          .output = &signal_fate_shape, .output_list = true, .serve = signals_serve_take),
    ROUTE(GET, "/api/v1/signals", SIGNAL_READ, "Signals as they came", .output = &kept_signal_shape,
          .output_list = true, .lists = &kept_signal_shape, .serve = page_serve_list,
          .arg = &kept_signal_shape),
    ROUTE(GET, "/api/v1/alarms/{id}", WATCH_READ,
          "One alarm with its signals, what is shown with it, and gaps in coverage",
          .output = &alarm_evidence_shape, .serve = evidence_serve),
    ROUTE(GET, "/api/v1/watch/unknown", WATCH_READ, "Sources that report and are on no list",
          .output = &unknown_sender_shape, .output_list = true, .serve = page_serve_list,
          .arg = &unknown_sender_shape),
    {0},
};

const struct module signal_module = {
    .name = "signal",
    .help = "What sources reported, and which alarms it raised",
    .needs = NEEDS(&source_module, &arming_module),
    .records =
        (const struct record[]){
            RECORD(alarm_rule, "alarm-rules", WATCH_READ, WATCH_WRITE, .check = rule_check),
            {0},
        },
    .tables =
        (const struct table[]){
            {&kept_signal_shape, TABLE_PICTURE},
            {&signal_link_shape, TABLE_PICTURE},
            {&unknown_sender_shape, TABLE_VAULT},
            {0},
        },
    .events = (const struct event_kind *const[]){&signal_taken_kind, NULL},
    .decisions = signal_decisions,
    .folds = folds,
    .routes = routes,
    .permissions =
        (const struct permission[]){
            {SIGNAL_READ, "See raw signals"},
            {0},
        },
};
