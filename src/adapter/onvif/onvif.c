/* A property of a camera (motion, tamper) is Initialized when we subscribe, then Changed, at last
 * Deleted. While it stands it is a signal, and when it does not a restore of the same kind at the
 * same point, also at the beginning: what ended while nobody was subscribed has ended. */
#include "adapter/onvif/onvif.h"

#include "adapter/kit/document.h"
#include "adapter/onvif/own.h"
#include "adapter/onvif/soap.h"

#include "base/encode.h"

#include <sodium.h>
#include <stdlib.h>

SHAPE_DEFINE(onvif_options, ONVIF_OPTIONS_FIELDS, 1, "How a camera's ONVIF events are read.");

static const char *const tallies[] = {
    [ONVIF_NOTIFICATIONS] = "notifications",
    [ONVIF_BEGINNINGS] = "initialized",
    [ONVIF_CHANGES] = "changed",
    [ONVIF_UNKNOWN] = "unknown_topics",
    [ONVIF_ANSWERS] = "other_answers",
    [ONVIF_NOT_XML] = "not_xml",
    [ONVIF_DOCTYPE] = "doctype_refused",
    [ONVIF_NOT_SOAP] = "not_soap",
    [ONVIF_CUT] = "cut_short",
    [ONVIF_NO_TOPIC] = "not_readable",
    NULL,
};

static const struct document_kind envelopes = {
    .root = "Envelope",
    .no_root = "no SOAP envelope begins in it",
    .cut = "the envelope is cut short; another one begins",
};

#define EXAMPLE(topic, operation, source, data)                                               \
    "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" " \
    "xmlns:wsnt=\"http://docs.oasis-open.org/wsn/b-2\" "                                      \
    "xmlns:tt=\"http://www.onvif.org/ver10/schema\" "                                         \
    "xmlns:tns1=\"http://www.onvif.org/ver10/topics\"><s:Body><tev:PullMessagesResponse "     \
    "xmlns:tev=\"http://www.onvif.org/ver10/events/wsdl\"><tev:CurrentTime>"                  \
    "2026-11-22T03:00:00Z</tev:CurrentTime><tev:TerminationTime>2026-11-22T03:02:00Z"         \
    "</tev:TerminationTime><wsnt:NotificationMessage><wsnt:Topic Dialect=\""                  \
    "http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet\">" topic                     \
    "</wsnt:Topic><wsnt:Message><tt:Message UtcTime=\"2026-11-22T02:59:58Z\" "                \
    "PropertyOperation=\"" operation "\"><tt:Source><tt:SimpleItem " source                   \
    "/></tt:Source><tt:Data><tt:SimpleItem " data "/></tt:Data></tt:Message></wsnt:Message>"  \
    "</wsnt:NotificationMessage></tev:PullMessagesResponse></s:Body></s:Envelope>\n"

static const char *const examples[] = {
    EXAMPLE("tns1:RuleEngine/CellMotionDetector/Motion", "Changed",
            "Name=\"Rule\" Value=\"MyMotion\"", "Name=\"IsMotion\" Value=\"true\""),
    EXAMPLE("tns1:VideoSource/GlobalSceneChange/ImagingService", "Changed",
            "Name=\"Source\" Value=\"vs1\"", "Name=\"State\" Value=\"1\""),
    EXAMPLE("tns1:VideoSource/GlobalSceneChange/ImagingService", "Initialized",
            "Name=\"Source\" Value=\"vs1\"", "Name=\"State\" Value=\"false\""),
    NULL,
};

/* Of characters, which are of up to four bytes: two times sixteen items, names and values, fit the
 * attributes of a signal. */
enum {
    WORD_MAX = 80,
    TOPIC_MAX = 400,
    ITEMS_MAX = 16,
    MESSAGES_MAX = 256,
    FRAME_MAX = 1 << 20,
    RAW_MAX = 4096 /* of one notification */
};

struct adapter_state {
    char source[201];
    bool all;
};

/* ---- one notification ------------------------------------------------------------------------ */

struct item {
    struct str name, value;
};

struct message {
    struct str topic, time, operation;
    struct item source[ITEMS_MAX], data[ITEMS_MAX];
    size_t source_count, data_count;
};

static rc read_items(struct ctx *c, const xmlNode *from, struct item *items, size_t *ret_count)
{
    *ret_count = 0;
    for (const xmlNode *node = document_child(from, "SimpleItem", NULL);
         node && *ret_count < ITEMS_MAX; node = document_child(from, "SimpleItem", node)) {
        struct item *item = &items[*ret_count];
        TRY(document_attribute(c, node, "Name", WORD_MAX, &item->name));
        TRY(document_attribute(c, node, "Value", WORD_MAX, &item->value));
        *ret_count += !str_absent(item->name);
    }
    return OK;
}

/* "tns1:RuleEngine/tnsx:Detector/Motion" is "RuleEngine/Detector/Motion" here. */
static rc strip_prefixes(struct ctx *c, struct str topic, struct str *ret)
{
    struct text out;
    struct str part, name;
    text_init(&out, c, TOPIC_MAX * 4);
    while (str_split(&topic, '/', &part)) {
        size_t colon = str_find(part, STR(":"));
        name = colon == SIZE_MAX ? part : str_sub(part, colon + 1, part.len);
        if (out.len > 0)
            text_put_char(&out, '/');
        text_put(&out, name);
    }
    return text_done(&out, ret);
}

static rc read_message(struct ctx *c, const xmlNode *notification, struct message *ret)
{
    struct str topic;
    const xmlNode *inner =
        document_child(document_child(notification, "Message", NULL), "Message", NULL);
    TRY(document_text(c, document_child(notification, "Topic", NULL), TOPIC_MAX, &topic));
    TRY(strip_prefixes(c, topic, &ret->topic));
    TRY(document_attribute(c, inner, "UtcTime", WORD_MAX, &ret->time));
    TRY(document_attribute(c, inner, "PropertyOperation", WORD_MAX, &ret->operation));
    TRY(read_items(c, document_child(inner, "Source", NULL), ret->source, &ret->source_count));
    return read_items(c, document_child(inner, "Data", NULL), ret->data, &ret->data_count);
}

/* ---- what it means --------------------------------------------------------------------------- */

enum truth { TRUTH_UNKNOWN, TRUTH_NO, TRUTH_YES };

static enum truth truth_of(struct str value)
{
    static const char *const yes[] = {"true", "1", "active", "on", NULL};
    static const char *const no[] = {"false", "0", "inactive", "off", NULL};
    for (size_t i = 0; yes[i]; i++)
        if (str_eq_nocase(value, str_from(yes[i])))
            return TRUTH_YES;
    for (size_t i = 0; no[i]; i++)
        if (str_eq_nocase(value, str_from(no[i])))
            return TRUTH_NO;
    return TRUTH_UNKNOWN;
}

/* The item that says whether it stands: the one of the specification, or, for makers who call it
 * something else, the first that is a truth value. */
static struct str value_of(const struct message *m, const char *name)
{
    for (size_t i = 0; i < m->data_count; i++)
        if (str_is(m->data[i].name, name))
            return m->data[i].value;
    for (size_t i = 0; i < m->data_count; i++)
        if (truth_of(m->data[i].value) != TRUTH_UNKNOWN)
            return m->data[i].value;
    return (struct str){NULL, 0};
}

/* Where: the last two parts of the topic and what its source is called. The same for a condition
 * and its end, other for any two conditions. */
static rc set_point(struct ctx *c, const struct message *m, struct signal *signal)
{
    struct str topic = m->topic, last = {NULL, 0}, part, all;
    struct text out;
    for (struct str rest = topic; str_split(&rest, '/', &part);)
        last = rest.len > 0 ? part : last;
    size_t from = str_absent(last) ? 0 : (size_t)(last.ptr - topic.ptr);
    text_init(&out, c, 8192);
    text_put(&out, str_sub(topic, from, topic.len));
    for (size_t i = 0; i < m->source_count; i++) {
        text_put_char(&out, ' ');
        text_put(&out, m->source[i].value);
    }
    TRY(text_done(&out, &all));
    return signal_line(c, all, 200, &signal->zone);
}

static void put_items(struct text *out, const char *name, const struct item *items, size_t count)
{
    text_printf(out, ",\"%s\":{", name);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            text_put_char(out, ',');
        text_put_json(out, items[i].name);
        text_put_char(out, ':');
        text_put_json(out, items[i].value);
    }
    text_put_char(out, '}');
}

static rc set_attributes(struct ctx *c, const struct message *m, struct signal *signal)
{
    struct text out;
    text_init(&out, c, SIGNAL_ATTRIBUTES_MAX);
    text_put(&out, STR("{\"topic\":"));
    text_put_json(&out, m->topic);
    if (!str_absent(m->operation)) {
        text_put(&out, STR(",\"operation\":"));
        text_put_json(&out, m->operation);
    }
    put_items(&out, "source", m->source, m->source_count);
    put_items(&out, "data", m->data, m->data_count);
    text_put_char(&out, '}');
    return text_done(&out, &signal->attributes);
}

/* The notification by itself, written anew: the envelope around it says nothing of it. */
static rc set_raw(struct ctx *c, const xmlNode *notification, struct signal *signal)
{
    xmlBuffer *buffer = xmlBufferCreate();
    struct str raw = {NULL, 0};
    if (!buffer)
        FAIL(c, NO_MEMORY, "no memory for a notification");
    xmlNodeDump(buffer, notification->doc, (xmlNode *)(uintptr_t)notification, 0, 0);
    struct str all = {(const char *)xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer)};
    rc result = all.len > 0 ? str_copy(c, str_sub(all, 0, RAW_MAX), &raw) : OK;
    signal->raw_cut = all.len > RAW_MAX;
    signal->raw = raw;
    xmlBufferFree(buffer);
    return result;
}

static void hash_part(crypto_hash_sha256_state *hash, struct str part)
{
    uint32_t len = (uint32_t)part.len;
    crypto_hash_sha256_update(hash, (const unsigned char *)&len, sizeof len);
    if (part.len > 0)
        crypto_hash_sha256_update(hash, (const unsigned char *)part.ptr, part.len);
}

/* The same report given again after a new subscription is the same: how it is told is left out. */
static rc set_dedupe(struct ctx *c, const struct message *m, struct signal *signal)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    struct str hex;
    crypto_hash_sha256_state hash;
    if (str_absent(m->time))
        return OK;
    crypto_hash_sha256_init(&hash);
    hash_part(&hash, m->topic);
    hash_part(&hash, m->time);
    for (size_t i = 0; i < m->source_count; i++)
        hash_part(&hash, m->source[i].value);
    for (size_t i = 0; i < m->data_count; i++)
        hash_part(&hash, m->data[i].value);
    crypto_hash_sha256_final(&hash, digest);
    TRY(encode_bytes(c, ENCODE_HEX, digest, sizeof digest, &hex));
    return str_format(c, &signal->dedupe, "onvif/%.*s", STR_ARG(hex));
}

/* What does not say whether it stands is not over. */
static void set_meaning(const struct message *m, const struct onvif_topic *topic,
                        struct signal *signal)
{
    static const struct onvif_topic other = {
        .kind = SIGNAL_KIND_STATUS, .priority = SIGNAL_PRIORITY_NOTE, .text = "something changed"};
    if (!topic)
        topic = &other;
    bool over = topic->item &&
                (truth_of(value_of(m, topic->item)) == TRUTH_NO || str_is(m->operation, "Deleted"));
    signal->kind = over ? SIGNAL_KIND_RESTORE : topic->kind;
    signal->ends = over ? topic->kind : SIGNAL_KIND_UNSET;
    signal->priority = over ? SIGNAL_PRIORITY_NOTE : topic->priority;
    signal->text = str_from(topic->text);
}

static rc take_message(struct ctx *c, const struct adapter_state *state,
                       const struct adapter_input *in, const xmlNode *notification,
                       struct adapter_output *out)
{
    struct message *m = NULL;
    struct signal signal = {.source = str_from(state->source), .peer = in->peer};
    NEW(c, m, 1);
    TRY(read_message(c, notification, m));
    out->tally[ONVIF_NOTIFICATIONS]++;
    if (m->topic.len == 0) {
        out->tally[ONVIF_NO_TOPIC]++;
        return OK;
    }
    bool begins = str_is(m->operation, "Initialized");
    const struct onvif_topic *topic = onvif_topic_find(m->topic);
    out->tally[begins ? ONVIF_BEGINNINGS : ONVIF_CHANGES]++;
    out->tally[ONVIF_UNKNOWN] += !topic;
    if ((!topic && (begins || !state->all)) || (topic && !topic->item && begins))
        return OK; /* how it is at the beginning, where nothing can stand */
    signal.code_system = STR("onvif");
    set_meaning(m, topic, &signal);
    if (!onvif_time(m->time, &signal.occurred))
        signal.occurred = (struct wall){0};
    TRY(signal_line(c, m->topic, WORD_MAX, &signal.code));
    if (topic && topic->item)
        TRY(str_copy(c, value_of(m, topic->item), &signal.value));
    TRY(set_point(c, m, &signal));
    TRY(set_attributes(c, m, &signal));
    TRY(set_dedupe(c, m, &signal));
    TRY(set_raw(c, notification, &signal));
    return adapter_emit(c, out, &signal);
}

/* ---- the envelope ---------------------------------------------------------------------------- */

static rc take_answer(struct ctx *c, const struct adapter_state *state,
                      const struct adapter_input *in, const xmlNode *answer,
                      struct adapter_output *out)
{
    size_t count = 0;
    struct str name = str_from((const char *)answer->name);
    out->source = str_from(state->source);
    if (!str_is(name, "PullMessagesResponse") && !str_is(name, "Notify")) {
        out->tally[ONVIF_ANSWERS]++;
        return OK;
    }
    for (const xmlNode *node = document_child(answer, "NotificationMessage", NULL);
         node && count < MESSAGES_MAX;
         node = document_child(answer, "NotificationMessage", node), count++)
        TRY(take_message(c, state, in, node, out));
    return OK;
}

static void count_fault(enum document_fault fault, uint64_t *tally)
{
    static const enum onvif_tally tallies_of[] = {[DOCUMENT_NOT_XML] = ONVIF_NOT_XML,
                                                  [DOCUMENT_DOCTYPE] = ONVIF_DOCTYPE,
                                                  [DOCUMENT_NO_ROOT] = ONVIF_NOT_SOAP,
                                                  [DOCUMENT_CUT] = ONVIF_CUT};
    if (fault != DOCUMENT_GOOD)
        tally[tallies_of[fault]]++;
}

static rc feed_once(struct ctx *c, struct adapter_state *state, const struct adapter_input *in,
                    struct adapter_output *out, struct adapter_result *ret)
{
    enum document_fault fault = DOCUMENT_GOOD;
    const char *why = NULL;
    xmlDoc *doc = NULL;
    rc result = OK;
    *ret = document_frame(in, &envelopes, &fault);
    if (ret->outcome == ADAPTER_OK)
        TRY(document_open(c, str_sub(in->bytes, 0, ret->used), &doc, &fault, &why));
    const xmlNode *answer = doc ? onvif_body(doc) : NULL;
    if (doc && !answer) {
        fault = DOCUMENT_NO_ROOT;
        why = "the document is not a SOAP envelope";
    } else if (answer) {
        result = take_answer(c, state, in, answer, out);
    }
    if (why)
        *ret = adapter_bad(ret->used, why);
    count_fault(fault, out->tally);
    document_close(doc);
    return result;
}

/* Many notifications are counted one after the other: after a failure none is. */
static rc feed(struct ctx *c, struct adapter_state *state, const struct adapter_input *in,
               struct adapter_output *out, struct adapter_result *ret)
{
    uint64_t before[ONVIF_NO_TOPIC + 1];
    memcpy(before, out->tally, sizeof before);
    rc result = feed_once(c, state, in, out, ret);
    if (!rc_ok(result))
        memcpy(out->tally, before, sizeof before);
    return result;
}

static bool resume(struct str bytes, size_t *ret_skip)
{
    return document_resume(bytes, &envelopes, ret_skip);
}

static rc onvif_open(struct ctx *c, const void *record, struct adapter_opened *ret)
{
    const struct onvif_options *options = record;
    struct adapter_state *state = calloc(1, sizeof *state);
    if (!state)
        FAIL(c, NO_MEMORY, "no memory for a camera's events");
    struct str source = str_absent(options->source) ? STR("camera") : options->source;
    source = str_sub(source, 0, sizeof state->source - 1);
    while (!str_is_utf8(source))
        source.len--;
    memcpy(state->source, source.ptr, source.len);
    state->all = options->all;
    *ret = (struct adapter_opened){.state = state, .frame_max = FRAME_MAX};
    return OK;
}

static void onvif_close(struct adapter_state *state)
{
    free(state);
}

const struct adapter onvif_adapter = {
    .name = "onvif",
    .help = "ONVIF: what a camera detects by itself (answers to PullMessages)",
    .unit = "frames",
    .tallies = tallies,
    .options = &onvif_options_shape,
    .look = "{\"all\":true}",
    .examples = examples,
    .outside = true,
    .open = onvif_open,
    .close = onvif_close,
    .feed = feed,
    .resume = resume,
};
