/* Values of fields as a person reads them. */
#include "base/encode.h"
#include "frame/report/report_own.h"

#include <inttypes.h>

enum { VALUE_MAX = 256 << 10, BYTES_SHOWN_MAX = 64 };

static rc put_title(struct ctx *c, struct reporting *r, const char *target, struct str id,
                    struct str *ret)
{
    struct str name;
    TRY(str_format(c, &name, "%s/%.*s", target, STR_ARG(id)));
    TRY(report_title(c, r, name, ret));
    if (str_eq(*ret, name))
        *ret = id;
    return OK;
}

static rc join(struct ctx *c, struct reporting *r, const struct shape_field *field,
               struct texts texts, struct str *ret)
{
    struct text out;
    text_init(&out, c, VALUE_MAX);
    for (size_t i = 0; i < texts.count; i++) {
        struct str one = texts.items[i];
        if (field->kind == SHAPE_REFS)
            TRY(put_title(c, r, field->target, one, &one));
        text_put(&out, i > 0 ? STR("\n") : STR(""));
        text_put(&out, document_is_black(one) ? STR("█████") : one);
    }
    return text_done(&out, ret);
}

/* "1 d 2 h 3 min": the units that are not zero, of a duration the two largest. */
static rc put_duration(struct ctx *c, int64_t ms, struct str *ret)
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "min"}, {1000, "s"}, {1, "ms"}};
    struct text out;
    text_init(&out, c, 128);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        int64_t count = ms / units[i].ms;
        ms %= units[i].ms;
        if (count != 0)
            text_printf(&out, "%s%" PRId64 " %s", text_str(&out).len ? " " : "", count,
                        units[i].unit);
    }
    if (text_str(&out).len == 0)
        text_put(&out, STR("0 s"));
    return text_done(&out, ret);
}

/* Decimals of a currency (ISO 4217), where they are not two. */
static unsigned currency_places(const char *currency)
{
    static const char none[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF "
                               "XPF",
                      three[] = "BHD IQD JOD KWD LYD OMR TND";
    return strstr(none, currency) ? 0 : strstr(three, currency) ? 3 : 2;
}

static rc put_money(struct ctx *c, const struct money *money, struct str *ret)
{
    unsigned places = currency_places(money->currency);
    int64_t whole = money->minor, unit = 1;
    for (unsigned i = 0; i < places; i++)
        unit *= 10;
    int64_t part = whole % unit;
    if (places == 0)
        return str_format(c, ret, "%" PRId64 " %s", whole, money->currency);
    return str_format(c, ret, "%s%" PRId64 ".%0*" PRId64 " %s", whole < 0 ? "-" : "",
                      whole < 0 ? -(whole / unit) : whole / unit, (int)places,
                      part < 0 ? -part : part, money->currency);
}

static rc put_written(struct ctx *c, const struct shape_field *field, const void *value,
                      struct str *ret)
{
    struct text out;
    text_init(&out, c, VALUE_MAX);
    if (field->kind == SHAPE_LABEL) {
        label_put(&out, *(const struct label *)value);
    } else if (field->kind == SHAPE_PLACE) {
        const struct place *place = value;
        text_put(&out, STR(LEFT_TO_RIGHT));
        text_put_decimal(&out, place->lat_e7, 7);
        text_put(&out, STR(", "));
        text_put_decimal(&out, place->lon_e7, 7);
    } else {
        text_put_decimal(&out, *(const int64_t *)value, 2);
        text_put(&out, STR(" %"));
    }
    return text_done(&out, ret);
}

static rc put_bytes(struct ctx *c, struct str bytes, struct str *ret)
{
    if (bytes.len > BYTES_SHOWN_MAX)
        return str_format(c, ret, "%zu B", bytes.len);
    return encode_bytes(c, ENCODE_HEX, bytes.ptr, bytes.len, ret);
}

static rc put_choice(struct ctx *c, const struct reporting *r, const struct shape *shape,
                     const struct shape_field *field, unsigned value, struct str *ret)
{
    const char *name = shape_choice_name(field->choices, value);
    struct str any;
    TRY(str_format(c, &any, "choice.any.%s.%s", field->name, name));
    return report_name(c, r, ret, any.ptr, "choice.%s.%s.%s", shape->name, field->name, name);
}

rc report_value(struct ctx *c, struct reporting *r, const struct shape *shape,
                const struct shape_field *field, const void *value, struct str *ret)
{
    *ret = (struct str){NULL, 0};
    if (shape_absent(field, value))
        return OK;
    switch (field->kind) {
    case SHAPE_TEXT:
    case SHAPE_ID:
    case SHAPE_JSON:
        *ret = *(const struct str *)value;
        return OK;
    case SHAPE_REF:
        return put_title(c, r, field->target, *(const struct str *)value, ret);
    case SHAPE_REFS:
    case SHAPE_TEXTS:
        return join(c, r, field, *(const struct texts *)value, ret);
    case SHAPE_I64:
        return str_format(c, ret, "%" PRId64, *(const int64_t *)value);
    case SHAPE_OPT_I64:
        return str_format(c, ret, "%" PRId64, ((const struct opt_i64 *)value)->value);
    case SHAPE_MS:
        return put_duration(c, *(const int64_t *)value, ret);
    case SHAPE_FLAG:
        *ret = report_word(r, *(const bool *)value ? "value.yes" : "value.no");
        return OK;
    case SHAPE_MONEY:
        return put_money(c, value, ret);
    case SHAPE_CHOICE:
        return put_choice(c, r, shape, field, *(const unsigned *)value, ret);
    case SHAPE_TIME:
        return report_time(c, r, *(const struct wall *)value, ret);
    case SHAPE_BP:
    case SHAPE_PLACE:
    case SHAPE_LABEL:
        return put_written(c, field, value, ret);
    case SHAPE_BYTES:
        return put_bytes(c, *(const struct str *)value, ret);
    case SHAPE_RECORD:
    case SHAPE_LIST:
        return OK; /* report_fields goes into them */
    }
    return OK;
}
