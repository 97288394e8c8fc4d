/* What came of the demonstration's day. */
#include "main/demo.h"

#include "base/encode.h"
#include "domain/mission/mission.h"
#include "domain/people/people.h"
#include "domain/signal/signal.h"
#include "domain/tripwire/tripwire.h"

#include <inttypes.h>

/* Of all, with what is retired where the column has this value. */
static rc count_where(struct ctx *c, struct picture *picture, const struct shape *shape,
                      const char *column, const char *value, int64_t *ret)
{
    struct query query = {.with_retired = column};
    struct counts counts;
    if (column)
        query.filters[query.filter_count++] =
            (struct filter){str_from(column), FILTER_EQ, str_from(value)};
    TRY(picture_count(c, picture, shape, &query, &counts));
    *ret = counts.total;
    return OK;
}

static rc put_outcome(struct demo *d, struct reader *reader, struct text *out)
{
    struct ledger_report report;
    struct str root;
    const struct {
        const char *name;
        const struct shape *shape;
        const char *column, *value;
    } figures[] = {
        {"people", &person_shape, NULL, NULL},
        {"sites", &site_shape, NULL, NULL},
        {"signals", &kept_signal_shape, NULL, NULL},
        {"alarms", &alarm_shape, "drill", "false"},
        {"silences", &alarm_shape, "cause", "silence"},
        {"tours", &tour_run_shape, "state", "complete"},
        {"tripwire_hits", &tripwire_hit_shape, NULL, NULL},
    };
    TRY(ledger_verify(d->c, reader->store, &d->folder.options.ledger, &report));
    TRY(encode_bytes(d->c, ENCODE_HEX, report.root.bytes, sizeof report.root.bytes, &root));
    text_printf(out, "{\"events\":%" PRId64, report.events);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        int64_t count = 0;
        TRY(count_where(d->c, reader->picture, figures[i].shape, figures[i].column,
                        figures[i].value, &count));
        text_printf(out, ",\"%s\":%" PRId64, figures[i].name, count);
    }
    text_printf(out, ",\"ledger_root\":\"%.*s\",\"verified\":true}", STR_ARG(root));
    return OK;
}

rc demo_tell(struct demo *d, struct text *out)
{
    struct reader reader;
    core_settle(d->core); /* nothing is left to be written */
    TRY(core_reader_open(d->c, d->core, &reader));
    rc result = put_outcome(d, &reader, out);
    core_reader_close(&reader);
    return result;
}
