#include "domain/escalation/escalation.h"

#include "core/catalog.h"
#include "domain/alarm/alarm.h"
#include "frame/delivery/delivery.h"

#define READ  "escalation.read"
#define WRITE "escalation.write"

SHAPE_DEFINE_CHOICES(escalation_tell, ESCALATION_TELL, ESCALATION_TELLS);
SHAPE_DEFINE(escalation, ESCALATION_FIELDS, 1, "Who is told about an alarm that nobody takes");

/* ---- the setting ----------------------------------------------------------------------------- */

/* A step of the ladder and the outlet that it names do not go together. */
static rc check_outlet(struct ctx *c, struct picture *picture, const struct escalation *escalation,
                       struct outlet *ret)
{
    TRY(picture_get(c, picture, &outlet_shape, escalation->outlet, NULL, ret));
    if (ret->kind == DELIVERY_KIND_PRINT)
        REFUSE(c, INVALID, "kind", "outlet",
               "nobody stands at a printer: choose mail or a webhook");
    if (ret->kind == DELIVERY_KIND_MAIL && str_absent(escalation->to))
        REFUSE(c, INVALID, "required", "to", "mail needs a recipient");
    return OK;
}

static rc check(struct ctx *c, struct picture *picture, const struct command *, const void *,
                const void *after)
{
    struct outlet outlet = {0};
    return after ? check_outlet(c, picture, after, &outlet) : OK;
}

/* ---- the message ----------------------------------------------------------------------------- */

enum sentence { WAITS, PRIORITY, SINCE, LOOK, SENTENCES };

static const struct language {
    const char *name, *sentences[SENTENCES];
    const char *priorities[SIGNAL_PRIORITY_NOTE + 1];
} languages[] = {
    {"en",
     {"An alarm waits and nobody has taken it", "Priority", "Since", "Look at the control post."},
     {"", "urgent", "high", "medium", "low", "note"}},
    {"fr",
     {"Une alarme attend et personne ne l’a prise", "Priorité", "Depuis",
      "Consultez le PC sécurité."},
     {"", "urgente", "haute", "moyenne", "basse", "note"}},
    {"ar",
     {"إنذار بانتظار من يستلمه", "الأولوية", "منذ", "راجعوا غرفة المراقبة."},
     {"", "عاجلة", "عالية", "متوسطة", "منخفضة", "ملاحظة"}},
};

static const struct language *language_of(const struct escalation *escalation)
{
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (str_starts(escalation->language, languages[i].name))
            return &languages[i];
    return &languages[0];
}

/* Does this permission let anything be read that is about a person? */
static bool is_personal(const struct catalog *catalog, const char *permission)
{
    for (size_t i = 0; i < catalog_record_count(catalog); i++) {
        const struct record *row = catalog_record_at(catalog, i);
        if ((record_sealed(row) || shape_carries(row->shape, PERSONAL)) &&
            strcmp(row->read, permission) == 0)
            return true;
    }
    return false;
}

/* A message is kept in clear where no erasure reaches it, so its reader knows nobody by name. */
static rc permissions_of_message(struct ctx *c, const struct catalog *catalog, struct texts *ret)
{
    size_t most = catalog_record_count(catalog);
    *ret = (struct texts){0};
    NEW(c, ret->items, most + 1);
    for (size_t i = 0; i < most; i++) {
        const char *read = catalog_record_at(catalog, i)->read;
        if (!is_personal(catalog, read))
            ret->items[ret->count++] = str_from(read);
    }
    return OK;
}

/* What the alarm says, with the names of those things that its own label lets a reader know. */
static rc put_sentence(struct ctx *c, struct picture *picture, const struct escalation *escalation,
                       const struct alarm *alarm, struct text *out)
{
    struct str sentence;
    struct texts permissions;
    TRY(permissions_of_message(c, picture_catalog(picture), &permissions));
    const struct actor reader = {
        .id = STR("escalation"),
        .permissions = permissions,
        .clearance = {alarm->label.tlp, alarm->label.compartments},
    };
    const struct request request = {.actor = &reader,
                                    .language = str_from(language_of(escalation)->name),
                                    .picture = picture,
                                    .catalog = picture_catalog(picture)};
    const struct alarm_message message = {alarm->message, alarm->params.items, alarm->params.count};
    TRY(message_say(c, &request, &message, "", &sentence));
    text_put(out, sentence);
    text_put_char(out, '\n');
    return OK;
}

static rc put_text(struct ctx *c, struct picture *picture, const struct escalation *escalation,
                   const struct alarm *alarm, struct str *ret)
{
    const struct language *l = language_of(escalation);
    struct text out;
    text_init(&out, c, DELIVERY_TEXT_MAX);
    text_printf(&out, "%s.\n", l->sentences[WAITS]);
    if (escalation->tell == ESCALATION_TELL_WHOLE)
        TRY(put_sentence(c, picture, escalation, alarm, &out));
    text_printf(&out, "%s: %s\n%s: ", l->sentences[PRIORITY], l->priorities[alarm->priority],
                l->sentences[SINCE]);
    text_put_wall(&out, alarm->raised);
    text_printf(&out, "\n%s\n", l->sentences[LOOK]);
    return text_done(&out, ret);
}

static rc tell(struct ctx *c, struct picture *picture, const struct escalation *escalation,
               enum delivery_kind kind, const struct alarm *alarm, struct outcome *outcome)
{
    bool whole = escalation->tell == ESCALATION_TELL_WHOLE;
    struct delivery_want want = {
        .kind = kind,
        .label = whole ? alarm->label : (struct label){.tlp = TLP_GREEN},
        .outlet = escalation->outlet,
        .to = escalation->to,
        .drill = alarm->drill,
        .subject = str_from(language_of(escalation)->sentences[WAITS]),
    };
    TRY(put_text(c, picture, escalation, alarm, &want.text));
    TRY(str_format(c, &want.about, "alarm/%.*s", STR_ARG(alarm->id)));
    return delivery_want(c, outcome, &want);
}

static bool concerns(const struct escalation *escalation, const struct alarm *alarm)
{
    enum signal_priority least = escalation->least ? escalation->least : SIGNAL_PRIORITY_HIGH;
    int64_t after = escalation->after.known ? escalation->after.value : 1;
    return !escalation->disabled && alarm->escalations == after && alarm->priority <= least;
}

static rc on_escalated(struct ctx *c, struct picture *picture, const struct event *event,
                       struct outcome *outcome)
{
    const struct alarm *alarm = event->body;
    struct query query = {.limit = QUERY_LIMIT_MAX};
    struct page page;
    struct outlet outlet = {0};
    TRY(picture_list(c, picture, &escalation_shape, &query, &page));
    const struct escalation *escalations = page.records;
    for (size_t i = 0; i < page.count; i++) {
        if (!concerns(&escalations[i], alarm))
            continue;
        rc fits = check_outlet(c, picture, &escalations[i], &outlet);
        if (fits.code == RC_INVALID || fits.code == RC_NOT_FOUND)
            continue; /* of no use by now: the other steps are told all the same */
        TRY(fits);
        TRY(tell(c, picture, &escalations[i], outlet.kind, alarm, outcome));
    }
    return OK;
}

const struct module escalation_module = {
    .name = "escalation",
    .help = "Who is told about an alarm that nobody takes",
    .needs = NEEDS(&delivery_module, &alarm_module),
    .records =
        (const struct record[]){
            RECORD(escalation, "escalations", READ, WRITE, .check = check),
            {0},
        },
    .reactions =
        (const struct reaction[]){
            {.on = "alarm.escalated", .react = on_escalated},
            {0},
        },
    .permissions =
        (const struct permission[]){
            {READ, "See who is told about an alarm that nobody takes"},
            {WRITE, "Change who is told about an alarm that nobody takes"},
            {0},
        },
};
