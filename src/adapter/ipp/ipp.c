#include "adapter/ipp/ipp.h"

enum tag {
    TAG_OPERATION = 0x01,
    TAG_JOB = 0x02,
    TAG_END = 0x03,
    TAG_DELIMITERS = 0x10, /* the tags below it begin a group */
    TAG_INTEGER = 0x21,
    TAG_ENUM = 0x23,
    TAG_NAME = 0x42,
    TAG_KEYWORD = 0x44,
    TAG_URI = 0x45,
    TAG_CHARSET = 0x47,
    TAG_LANGUAGE = 0x48,
    TAG_MIME = 0x49,
};

/* ---- requests -------------------------------------------------------------------------------- */

static void put_16(struct text *out, size_t value)
{
    text_put_char(out, (char)(value >> 8 & 0xff));
    text_put_char(out, (char)(value & 0xff));
}

static void put_32(struct text *out, int32_t value)
{
    put_16(out, (uint32_t)value >> 16);
    put_16(out, (uint32_t)value & 0xffff);
}

static void put_text(struct text *out, enum tag tag, const char *name, struct str value)
{
    value = str_sub(value, 0, 0xffff);
    text_put_char(out, (char)tag);
    put_16(out, strlen(name));
    text_put(out, str_from(name));
    put_16(out, value.len);
    text_put(out, value);
}

static void put_number(struct text *out, const char *name, int32_t value)
{
    text_put_char(out, (char)TAG_INTEGER);
    put_16(out, strlen(name));
    text_put(out, str_from(name));
    put_16(out, 4);
    put_32(out, value);
}

static void put_wanted(struct text *out)
{
    put_text(out, TAG_KEYWORD, "requested-attributes", STR("job-id"));
    put_text(out, TAG_KEYWORD, "", STR("job-name"));
    put_text(out, TAG_KEYWORD, "", STR("job-state"));
    put_text(out, TAG_KEYWORD, "", STR("job-state-reasons"));
}

void ipp_put_request(struct text *out, const struct ipp_request *request)
{
    put_16(out, 0x0101); /* version 1.1: every printer knows it */
    put_16(out, request->operation);
    put_32(out, request->id);
    text_put_char(out, (char)TAG_OPERATION);
    put_text(out, TAG_CHARSET, "attributes-charset", STR("utf-8"));
    put_text(out, TAG_LANGUAGE, "attributes-natural-language", STR("en"));
    put_text(out, TAG_URI, "printer-uri", request->printer);
    if (request->operation == IPP_GET_JOB)
        put_number(out, "job-id", request->job);
    put_text(out, TAG_NAME, "requesting-user-name", STR("chancery"));
    switch (request->operation) {
    case IPP_PRINT_JOB:
        put_text(out, TAG_NAME, "job-name", str_sub(request->name, 0, IPP_NAME_MAX));
        put_text(out, TAG_MIME, "document-format", request->format);
        break;
    case IPP_GET_JOBS:
        put_number(out, "limit", IPP_JOBS_MAX);
        put_text(out, TAG_KEYWORD, "which-jobs",
                 request->completed ? STR("completed") : STR("not-completed"));
        put_wanted(out);
        break;
    case IPP_GET_JOB:
        put_wanted(out);
        break;
    }
    text_put_char(out, (char)TAG_END);
    text_put(out, request->document);
}

/* ---- answers --------------------------------------------------------------------------------- */

struct reader {
    struct str bytes;
    size_t at;
    bool bad; /* sticky: nothing is read any more */
};

static unsigned take(struct reader *r, size_t count)
{
    unsigned value = 0;
    if (r->bad || r->bytes.len - r->at < count) {
        r->bad = true;
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        value = value << 8 | (unsigned char)r->bytes.ptr[r->at++];
    return value;
}

static struct str take_text(struct reader *r)
{
    size_t len = take(r, 2);
    if (r->bad || r->bytes.len - r->at < len) {
        r->bad = true;
        return (struct str){NULL, 0};
    }
    struct str text = {r->bytes.ptr + r->at, len};
    r->at += len;
    return text;
}

static int32_t number(struct str value)
{
    uint32_t result = 0;
    for (size_t i = 0; i < 4; i++)
        result = result << 8 | (unsigned char)value.ptr[i];
    return (int32_t)result;
}

/* A value with a type other than the standard's is one that was not said. */
static void note(struct ipp_job *job, unsigned tag, struct str name, struct str value)
{
    bool counts = (tag == TAG_INTEGER || tag == TAG_ENUM) && value.len == 4;
    if (str_is(name, "job-id") && counts)
        job->id = number(value);
    else if (str_is(name, "job-state") && counts)
        job->state = number(value);
    else if (str_is(name, "job-name") && !counts)
        job->name = value;
    else if (str_is(name, "job-state-reasons") && tag == TAG_KEYWORD)
        job->reason = value;
}

rc ipp_read_answer(struct ctx *c, struct str bytes, struct ipp_answer *ret)
{
    struct reader r = {.bytes = bytes};
    struct ipp_job spare, *job = NULL; /* of the group that is being read; NULL: of none */
    unsigned version = take(&r, 2), tag = 0;
    ret->status = take(&r, 2);
    ret->count = 0;
    take(&r, 4);
    if (!r.bad && version >> 8 != 1 && version >> 8 != 2)
        FAIL(c, MALFORMED, "this is not an IPP response: version %u", version >> 8);
    while (!r.bad && (tag = take(&r, 1)) != TAG_END && !r.bad) {
        if (tag < TAG_DELIMITERS) {
            job = tag != TAG_JOB               ? NULL
                  : ret->count == IPP_JOBS_MAX ? &spare
                                               : &ret->jobs[ret->count++];
            if (job)
                *job = (struct ipp_job){.id = 0};
            continue;
        }
        struct str name = take_text(&r), value = take_text(&r);
        if (job && !r.bad)
            note(job, tag, name, value);
    }
    if (r.bad)
        FAIL(c, MALFORMED, "the response is cut short at byte %zu", r.at);
    return OK;
}

const char *ipp_status_words(unsigned status)
{
    static const struct {
        unsigned status;
        const char *words;
    } known[] = {
        {0x400, "the printer does not understand the request"},
        {0x401, "the printer forbids it"},
        {0x402, "the printer requires a password"},
        {0x403, "the printer does not let this user print"},
        {0x404, "the printer cannot do it now"},
        {0x406, "there is no such printer or job"},
        {0x408, "the document is too large for the printer"},
        {0x40a, "the printer does not support this document type"},
        {0x503, "the printer is out of service"},
        {0x504, "the printer has an internal error"},
        {0x506, "the printer does not accept jobs"},
        {0x507, "the printer is busy"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].status == status)
            return known[i].words;
    return status < 0x100   ? "done"
           : status < 0x500 ? "the printer refuses the request"
                            : "the printer has failed";
}
