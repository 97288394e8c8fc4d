/* Answers of ONVIF devices: a table of what each is called and who reads it. Elements are looked up
 * by name in whatever name space: devices get those wrong more often than the names. */
#include "adapter/onvif/soap.h"

#include "adapter/kit/document.h"
#include "adapter/onvif/own.h"

enum { ANSWER_MAX = 1 << 20, WORD_MAX = 200 };

/* ---- times ----------------------------------------------------------------------------------- */

bool onvif_time(struct str text, struct wall *ret)
{
    char zoned[WALL_TEXT_MAX + 2];
    if (wall_parse(text, ret))
        return true;
    if (text.len == 0 || text.len >= WALL_TEXT_MAX)
        return false;
    memcpy(zoned, text.ptr, text.len);
    zoned[text.len] = 'Z';
    return wall_parse((struct str){zoned, text.len + 1}, ret);
}

static rc number_of(struct ctx *c, const xmlNode *parent, const char *name, int64_t most,
                    int64_t *ret)
{
    struct str text;
    TRY(document_text(c, document_child(parent, name, NULL), WORD_MAX, &text));
    if (str_absent(text) || !str_to_i64(text, ret) || *ret < 0 || *ret > most)
        FAIL(c, MALFORMED, "the camera's clock cannot be read");
    return OK;
}

/* Its parts are elements; the time of its own zone is of no use to us. */
static rc read_clock(struct ctx *c, const xmlNode *answer, struct onvif_told *ret)
{
    const xmlNode *utc =
        document_child(document_child(answer, "SystemDateAndTime", NULL), "UTCDateTime", NULL);
    const xmlNode *date = document_child(utc, "Date", NULL);
    const xmlNode *time = document_child(utc, "Time", NULL);
    int64_t year, month, day, hour, minute, second;
    char text[WALL_TEXT_MAX];
    TRY(number_of(c, date, "Year", 9999, &year));
    TRY(number_of(c, date, "Month", 12, &month));
    TRY(number_of(c, date, "Day", 31, &day));
    TRY(number_of(c, time, "Hour", 23, &hour));
    TRY(number_of(c, time, "Minute", 59, &minute));
    TRY(number_of(c, time, "Second", 60, &second));
    snprintf(text, sizeof text, "%04lld-%02lld-%02lldT%02lld:%02lld:%02lldZ", (long long)year,
             (long long)month, (long long)day, (long long)hour, (long long)minute,
             (long long)second);
    if (!wall_parse(str_from(text), &ret->time))
        FAIL(c, MALFORMED, "the camera's clock cannot be read");
    return OK;
}

static rc read_times(struct ctx *c, const xmlNode *answer, struct onvif_told *ret)
{
    struct str now, ends;
    TRY(document_text(c, document_child(answer, "CurrentTime", NULL), WORD_MAX, &now));
    TRY(document_text(c, document_child(answer, "TerminationTime", NULL), WORD_MAX, &ends));
    if (!onvif_time(now, &ret->time))
        ret->time = (struct wall){0};
    if (!onvif_time(ends, &ret->ends))
        ret->ends = (struct wall){0};
    return OK;
}

/* ---- faults ---------------------------------------------------------------------------------- */

static bool says(struct str text, const char *word)
{
    return str_find(text, str_from(word)) != SIZE_MAX;
}

/* Its codes stand in one another; what is inside says more. Some give nothing but words. */
static rc read_fault(struct ctx *c, const xmlNode *fault, struct onvif_told *ret)
{
    const xmlNode *code = document_child(fault, "Code", NULL);
    struct text codes;
    text_init(&codes, c, 4096);
    for (int depth = 0; code && depth < 4; depth++) {
        struct str value;
        TRY(document_text(c, document_child(code, "Value", NULL), WORD_MAX, &value));
        text_put(&codes, value);
        text_put_char(&codes, ' ');
        code = document_child(code, "Subcode", NULL);
    }
    const xmlNode *detail = document_child(fault, "Detail", NULL);
    for (const xmlNode *node = detail ? detail->children : NULL; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE)
            text_put(&codes, str_sub(str_from((const char *)node->name), 0, WORD_MAX));
    struct str all;
    TRY(text_done(&codes, &all));
    const xmlNode *reason = document_child(fault, "Reason", NULL);
    TRY(document_text(c, document_child(reason, "Text", NULL), WORD_MAX, &ret->why));
    if (str_absent(ret->why)) /* SOAP 1.1 */
        TRY(document_text(c, document_child(fault, "faultstring", NULL), WORD_MAX, &ret->why));
    if (str_absent(ret->why))
        TRY(signal_line(c, str_trim(all), WORD_MAX, &ret->why));
    ret->fault = true;
    ret->refused = says(all, "NotAuthorized") || says(all, "FailedAuthentication");
    ret->unknown = says(all, "ResourceUnknown") || says(all, "ResourceUnavailable");
    ret->unsupported = says(all, "ActionNotSupported") || says(all, "OptionalActionNotImplemented");
    return OK;
}

/* ---- answers --------------------------------------------------------------------------------- */

static rc read_services(struct ctx *c, const xmlNode *answer, struct onvif_told *ret)
{
    for (const xmlNode *s = document_child(answer, "Service", NULL); s;
         s = document_child(answer, "Service", s)) {
        struct str space, address;
        TRY(document_text(c, document_child(s, "Namespace", NULL), WORD_MAX, &space));
        TRY(document_text(c, document_child(s, "XAddr", NULL), ONVIF_ADDRESS_MAX, &address));
        if (str_ends(space, "/ver10/events/wsdl"))
            ret->events = address;
        else if (str_ends(space, "/ver10/media/wsdl"))
            ret->media = address;
    }
    return OK;
}

static rc read_device(struct ctx *c, const xmlNode *answer, struct onvif_told *ret)
{
    struct str make, model, version, all;
    TRY(document_text(c, document_child(answer, "Manufacturer", NULL), 60, &make));
    TRY(document_text(c, document_child(answer, "Model", NULL), 60, &model));
    TRY(document_text(c, document_child(answer, "FirmwareVersion", NULL), 60, &version));
    TRY(str_format(c, &all, "%.*s %.*s %.*s", STR_ARG(make), STR_ARG(model), STR_ARG(version)));
    return signal_line(c, all, WORD_MAX, &ret->model);
}

/* The elements that the subscription wants to see again in each header, as they are. */
static rc read_reference(struct ctx *c, const xmlNode *manager, struct onvif_told *ret)
{
    const xmlNode *all = document_child(manager, "ReferenceParameters", NULL);
    xmlBuffer *buffer = xmlBufferCreate();
    rc result = OK;
    if (!buffer)
        FAIL(c, NO_MEMORY, "no memory for a subscription");
    for (xmlNode *node = all ? all->children : NULL; node; node = node->next) {
        if (node->type != XML_ELEMENT_NODE)
            continue;
        xmlNode *own = xmlDocCopyNode(node, node->doc, 1); /* brings its name spaces along */
        if (own)
            xmlNodeDump(buffer, node->doc, own, 0, 0);
        xmlFreeNode(own);
    }
    struct str text = {(const char *)xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer)};
    if (text.len > ONVIF_REFERENCE_MAX)
        result = fault_raise(c, RC_TOO_LARGE, __FILE__, __LINE__,
                             "the camera's subscription wants %zu bytes in each header", text.len);
    else if (text.len > 0)
        result = str_copy(c, text, &ret->reference);
    xmlBufferFree(buffer);
    return result;
}

static rc read_subscription(struct ctx *c, const xmlNode *answer, struct onvif_told *ret)
{
    const xmlNode *manager = document_child(answer, "SubscriptionReference", NULL);
    TRY(document_text(c, document_child(manager, "Address", NULL), ONVIF_ADDRESS_MAX,
                      &ret->address));
    TRY(read_reference(c, manager, ret));
    return read_times(c, answer, ret);
}

static rc read_profiles(struct ctx *c, const xmlNode *answer, struct onvif_told *ret)
{
    return document_attribute(c, document_child(answer, "Profiles", NULL), "token", WORD_MAX,
                              &ret->profile);
}

static rc read_uri(struct ctx *c, const xmlNode *answer, struct onvif_told *ret)
{
    const xmlNode *media = document_child(answer, "MediaUri", NULL);
    return document_text(c, document_child(media, "Uri", NULL), ONVIF_ADDRESS_MAX, &ret->uri);
}

static const struct {
    const char *name;
    rc (*read)(struct ctx *c, const xmlNode *answer, struct onvif_told *ret);
} answers[] = {
    {"Fault", read_fault},
    {"GetSystemDateAndTimeResponse", read_clock},
    {"GetServicesResponse", read_services},
    {"GetDeviceInformationResponse", read_device},
    {"GetProfilesResponse", read_profiles},
    {"GetStreamUriResponse", read_uri},
    {"GetSnapshotUriResponse", read_uri},
    {"CreatePullPointSubscriptionResponse", read_subscription},
    {"PullMessagesResponse", read_times},
    {"RenewResponse", read_times},
    {"UnsubscribeResponse", NULL},
};

const xmlNode *onvif_body(const xmlDoc *doc)
{
    const xmlNode *root = xmlDocGetRootElement(doc);
    if (!root || !str_is(str_from((const char *)root->name), "Envelope"))
        return NULL;
    const xmlNode *body = document_child(root, "Body", NULL);
    const xmlNode *first = body ? body->children : NULL;
    while (first && first->type != XML_ELEMENT_NODE)
        first = first->next;
    return first;
}

static rc read_answer(struct ctx *c, const xmlDoc *doc, struct onvif_told *ret)
{
    const xmlNode *answer = doc ? onvif_body(doc) : NULL;
    for (size_t i = 0; answer && i < sizeof answers / sizeof answers[0]; i++)
        if (str_is(str_from((const char *)answer->name), answers[i].name))
            return answers[i].read ? answers[i].read(c, answer, ret) : OK;
    FAIL(c, MALFORMED, "the camera's answer is not ONVIF");
}

rc onvif_read(struct ctx *c, struct str bytes, struct onvif_told *ret)
{
    enum document_fault fault;
    const char *why = NULL;
    xmlDoc *doc = NULL;
    *ret = (struct onvif_told){.fault = false};
    if (bytes.len > ANSWER_MAX)
        FAIL(c, TOO_LARGE, "an answer of %zu bytes", bytes.len);
    TRY(document_open(c, bytes, &doc, &fault, &why));
    rc result = read_answer(c, doc, ret);
    document_close(doc);
    return result;
}
