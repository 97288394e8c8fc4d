/* Elements are looked up by name: real senders do not keep the order of the schema. */
#include "adapter/cap/cap.h"

#include "adapter/kit/document.h"

#include <stdlib.h>

SHAPE_DEFINE(cap_options, CAP_OPTIONS_FIELDS, 1, "Options for a source of CAP alerts.");

static const char *const tallies[] = {
    [CAP_ALERTS] = "alerts",
    [CAP_UPDATES] = "updates",
    [CAP_CANCELS] = "cancels",
    [CAP_ACKS] = "acks",
    [CAP_EXERCISES] = "exercises",
    [CAP_EXPIRED] = "expired_when_sent",
    [CAP_NOT_XML] = "not_xml",
    [CAP_DOCTYPE] = "doctype_refused",
    [CAP_NOT_CAP] = "not_cap",
    [CAP_CUT] = "cut_short",
    NULL,
};

static const char *const examples[] = {
    "<?xml version=\"1.0\"?>\n<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">"
    "<identifier>A1</identifier><sender>police@example.org</sender>"
    "<sent>2026-11-22T02:59:00-00:00</sent><status>Actual</status><msgType>Alert</msgType>"
    "<scope>Public</scope><info><category>Security</category><event>Riot</event>"
    "<urgency>Immediate</urgency><severity>Severe</severity><certainty>Likely</certainty>"
    "<expires>2026-11-22T05:00:00+00:00</expires><headline>Riot in the old town</headline>"
    "<area><areaDesc>Old town</areaDesc><polygon>60.1,24.9\n 60.2,24.9\t60.2,25.0 60.1,24.9"
    "</polygon></area></info></alert>\n",
    "<cap:alert xmlns:cap='urn:oasis:names:tc:emergency:cap:1.2'><cap:sender>police@example.org"
    "</cap:sender><cap:identifier>A2</cap:identifier><cap:sent>2026-11-22T03:00:00+00:00</cap:sent>"
    "<cap:msgType>Cancel</cap:msgType><cap:status>Exercise</cap:status><cap:references>"
    "police@example.org,A1,2026-11-22T02:59:00-00:00</cap:references></cap:alert>",
    NULL,
};

static const struct document_kind alerts = {
    .root = "alert",
    .no_root = "no alert begins in it",
    .cut = "the alert is cut short; another one begins",
};

struct adapter_state {
    char language[32];
};

/* ---- the document ---------------------------------------------------------------------------- */

static bool resume(struct str bytes, size_t *ret_skip)
{
    return document_resume(bytes, &alerts, ret_skip);
}

static rc child_text(struct ctx *c, const xmlNode *parent, const char *name, struct str *ret)
{
    return document_text(c, document_child(parent, name, NULL), 1000, ret);
}

static rc put_member(struct ctx *c, struct text *t, const xmlNode *parent, const char *name)
{
    struct str value;
    TRY(child_text(c, parent, name, &value));
    if (str_absent(value))
        return OK;
    text_put_char(t, t->len > 1 ? ',' : '{');
    text_printf(t, "\"%s\":", name);
    text_put_json(t, value);
    return OK;
}

/* All texts of that name under every `area`, as a list; as many as fit. */
static rc put_areas(struct ctx *c, struct text *t, const xmlNode *info, const char *name)
{
    enum { AREAS_BYTES_MAX = 8192 };
    size_t from = t->len;
    for (const xmlNode *a = document_child(info, "area", NULL); a;
         a = document_child(info, "area", a)) {
        for (const xmlNode *n = document_child(a, name, NULL); n; n = document_child(a, name, n)) {
            struct str value;
            TRY(document_text(c, n, 4000, &value));
            if (str_absent(value) || t->len - from + value.len > AREAS_BYTES_MAX)
                continue;
            if (t->len == from)
                text_printf(t, "%c\"%s\":[", t->len > 1 ? ',' : '{', name);
            else
                text_put_char(t, ',');
            text_put_json(t, value);
        }
    }
    if (t->len > from)
        text_put_char(t, ']');
    return OK;
}

static rc set_attributes(struct ctx *c, const xmlNode *alert, const xmlNode *info, bool expired,
                         struct signal *signal)
{
    static const char *const of_alert[] = {"identifier", "sent",   "status",     "msgType",
                                           "scope",      "source", "references", "incidents"};
    static const char *const of_info[] = {"language",  "category",   "event",       "urgency",
                                          "severity",  "certainty",  "onset",       "expires",
                                          "effective", "senderName", "description", "instruction",
                                          "web",       "contact"};
    struct text t;
    text_init(&t, c, SIGNAL_ATTRIBUTES_MAX);
    for (size_t i = 0; i < sizeof of_alert / sizeof of_alert[0]; i++)
        TRY(put_member(c, &t, alert, of_alert[i]));
    for (size_t i = 0; i < sizeof of_info / sizeof of_info[0]; i++)
        TRY(put_member(c, &t, info, of_info[i]));
    TRY(put_areas(c, &t, info, "polygon"));
    TRY(put_areas(c, &t, info, "circle"));
    if (expired)
        text_put(&t, STR(",\"expired_when_sent\":true"));
    text_put_char(&t, '}');
    return text_done(&t, &signal->attributes);
}

static enum signal_kind kind_of(struct str category)
{
    static const struct {
        const char *name;
        enum signal_kind kind;
    } kinds[] = {{"Fire", SIGNAL_KIND_FIRE},       {"Health", SIGNAL_KIND_MEDICAL},
                 {"Security", SIGNAL_KIND_ALARM},  {"Safety", SIGNAL_KIND_ALARM},
                 {"Rescue", SIGNAL_KIND_ALARM},    {"Geo", SIGNAL_KIND_HAZARD},
                 {"Met", SIGNAL_KIND_HAZARD},      {"Env", SIGNAL_KIND_HAZARD},
                 {"CBRNE", SIGNAL_KIND_HAZARD},    {"Infra", SIGNAL_KIND_TROUBLE},
                 {"Transport", SIGNAL_KIND_STATUS}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (str_is(category, kinds[i].name))
            return kinds[i].kind;
    return SIGNAL_KIND_STATUS;
}

static enum signal_priority priority_of(struct str severity)
{
    return str_is(severity, "Extreme")  ? SIGNAL_PRIORITY_URGENT
           : str_is(severity, "Severe") ? SIGNAL_PRIORITY_HIGH
           : str_is(severity, "Minor")  ? SIGNAL_PRIORITY_LOW
                                        : SIGNAL_PRIORITY_MEDIUM;
}

/* The info block in the language wanted, else the first. */
static rc choose_info(struct ctx *c, const struct adapter_state *state, const xmlNode *alert,
                      const xmlNode **ret)
{
    *ret = document_child(alert, "info", NULL);
    for (const xmlNode *i = *ret; i && state->language[0]; i = document_child(alert, "info", i)) {
        struct str language;
        TRY(child_text(c, i, "language", &language));
        if (str_starts(language, state->language)) {
            *ret = i;
            return OK;
        }
    }
    return OK;
}

static rc set_words(struct ctx *c, const xmlNode *info, bool cancel, struct signal *signal)
{
    struct str category, severity, event;
    TRY(child_text(c, info, "category", &category));
    TRY(child_text(c, info, "severity", &severity));
    TRY(child_text(c, info, "event", &event));
    TRY(child_text(c, info, "headline", &signal->text));
    TRY(child_text(c, document_child(info, "area", NULL), "areaDesc", &signal->location));
    TRY(signal_line(c, event, 80, &signal->code));
    signal->kind = cancel ? SIGNAL_KIND_RESTORE : kind_of(category);
    if (cancel)
        signal->ends = info ? kind_of(category) : SIGNAL_KIND_UNSET;
    signal->priority = cancel ? SIGNAL_PRIORITY_LOW : priority_of(severity);
    if (str_absent(signal->text))
        signal->text = event;
    if (str_absent(signal->text))
        signal->text = cancel ? STR("an alert is cancelled") : STR("an alert without a headline");
    return OK;
}

static bool is_expired(struct ctx *c, const xmlNode *info, struct wall sent)
{
    struct str expires;
    struct wall when;
    return rc_ok(child_text(c, info, "expires", &expires)) && !str_absent(expires) &&
           wall_parse(expires, &when) && sent.us != 0 && when.us <= sent.us;
}

static rc take_alert(struct ctx *c, const struct adapter_state *state,
                     const struct adapter_input *in, const xmlNode *alert,
                     struct adapter_output *out, struct adapter_result *ret)
{
    struct str sender, identifier, sent, status, type;
    const xmlNode *info = NULL;
    struct signal signal = {.peer = in->peer, .code_system = STR("cap")};
    TRY(document_text(c, document_child(alert, "sender", NULL), 200, &sender));
    TRY(child_text(c, alert, "identifier", &identifier));
    TRY(child_text(c, alert, "sent", &sent));
    TRY(child_text(c, alert, "status", &status));
    TRY(child_text(c, alert, "msgType", &type));
    if (str_absent(sender) || str_absent(identifier) || str_absent(type) ||
        !wall_parse(sent, &signal.occurred)) {
        out->tally[CAP_NOT_CAP]++;
        *ret = adapter_bad(ret->used, "sender, identifier, sent or msgType is missing");
        return OK;
    }
    out->source = signal.source = sender;
    bool cancel = str_is(type, "Cancel"), update = str_is(type, "Update");
    if (!cancel && !update && !str_is(type, "Alert")) {
        out->tally[CAP_ACKS]++;
        return OK;
    }
    TRY(choose_info(c, state, alert, &info));
    TRY(set_words(c, info, cancel, &signal));
    signal.drill = !str_is(status, "Actual");
    bool expired = is_expired(c, info, signal.occurred);
    TRY(set_attributes(c, alert, info, expired, &signal));
    struct str key;
    TRY(str_format(c, &key, "cap/%.*s,%.*s,%.*s", STR_ARG(sender), STR_ARG(identifier),
                   STR_ARG(sent)));
    if (key.len <= 120) /* a longer one could not be told from its like when cut */
        signal.dedupe = key;
    signal_set_raw(&signal, str_sub(in->bytes, 0, ret->used));
    TRY(adapter_emit(c, out, &signal));
    out->tally[cancel ? CAP_CANCELS : update ? CAP_UPDATES : CAP_ALERTS]++;
    out->tally[CAP_EXERCISES] += signal.drill;
    out->tally[CAP_EXPIRED] += expired;
    return OK;
}

static bool is_cap(const xmlNode *root)
{
    struct str name = str_from(root ? (const char *)root->name : NULL);
    struct str space = str_from(root && root->ns ? (const char *)root->ns->href : NULL);
    return str_is(name, "alert") && str_starts(space, "urn:oasis:names:tc:emergency:cap:1.");
}

static void count_fault(enum document_fault fault, uint64_t *tally)
{
    static const enum cap_tally tallies_of[] = {[DOCUMENT_NOT_XML] = CAP_NOT_XML,
                                                [DOCUMENT_DOCTYPE] = CAP_DOCTYPE,
                                                [DOCUMENT_NO_ROOT] = CAP_NOT_CAP,
                                                [DOCUMENT_CUT] = CAP_CUT};
    if (fault != DOCUMENT_GOOD)
        tally[tallies_of[fault]]++;
}

static rc feed(struct ctx *c, struct adapter_state *state, const struct adapter_input *in,
               struct adapter_output *out, struct adapter_result *ret)
{
    enum document_fault fault = DOCUMENT_GOOD;
    const char *why = NULL;
    xmlDoc *doc = NULL;
    rc result = OK;
    *ret = document_frame(in, &alerts, &fault);
    if (ret->outcome == ADAPTER_OK)
        TRY(document_open(c, str_sub(in->bytes, 0, ret->used), &doc, &fault, &why));
    if (doc && !is_cap(xmlDocGetRootElement(doc))) {
        fault = DOCUMENT_NO_ROOT;
        why = "the document is not a CAP alert";
    } else if (doc) {
        result = take_alert(c, state, in, xmlDocGetRootElement(doc), out, ret);
    }
    if (why)
        *ret = adapter_bad(ret->used, why);
    count_fault(fault, out->tally);
    document_close(doc);
    return result;
}

static rc cap_open(struct ctx *c, const void *record, struct adapter_opened *ret)
{
    const struct cap_options *options = record;
    struct adapter_state *state = calloc(1, sizeof *state);
    if (!state)
        FAIL(c, NO_MEMORY, "no memory for a CAP source");
    struct str language = str_sub(options->language, 0, sizeof state->language - 1);
    if (!str_absent(language))
        memcpy(state->language, language.ptr, language.len);
    int64_t most = options->document_max_bytes.known ? options->document_max_bytes.value : 1 << 20;
    *ret = (struct adapter_opened){.state = state, .frame_max = (size_t)most};
    return OK;
}

static void cap_close(struct adapter_state *state)
{
    free(state);
}

const struct adapter cap_adapter = {
    .name = "cap",
    .help = "CAP 1.2: alerts of authorities and weather services, in XML",
    .unit = "frames",
    .tallies = tallies,
    .options = &cap_options_shape,
    .look = "{}",
    .examples = examples,
    .begins = "<",
    .open = cap_open,
    .close = cap_close,
    .feed = feed,
    .resume = resume,
};
