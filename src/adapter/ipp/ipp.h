/* IPP 1.1 (RFC 8010, RFC 8011) as far as a printer needs it: make the requests, read the answers.
 * Pure: bytes in, bytes out. */
#ifndef ADAPTER_IPP_IPP_H
#define ADAPTER_IPP_IPP_H

#include "base/text.h"

enum ipp_operation { IPP_PRINT_JOB = 0x02, IPP_GET_JOB = 0x09, IPP_GET_JOBS = 0x0a };

/* RFC 8011, 5.3.7. */
enum ipp_state {
    IPP_PENDING = 3,
    IPP_HELD,
    IPP_PROCESSING,
    IPP_STOPPED,
    IPP_CANCELED,
    IPP_ABORTED,
    IPP_COMPLETED,
};

enum { IPP_NAME_MAX = 255, IPP_JOBS_MAX = 500 };

struct ipp_request {
    enum ipp_operation operation;
    int32_t id;
    struct str printer;  /* ipp://host:631/printers/office */
    struct str name;     /* PRINT_JOB: the job's; at most IPP_NAME_MAX bytes */
    struct str format;   /* PRINT_JOB: application/pdf */
    struct str document; /* PRINT_JOB: its bytes, behind the request */
    int32_t job;         /* GET_JOB */
    bool completed;      /* GET_JOBS: those that are over, instead of those that are not */
};
void ipp_put_request(struct text *out, const struct ipp_request *request);

struct ipp_job {
    int32_t id; /* 0: the answer says nothing of it */
    int32_t state;
    struct str name, reason; /* absent: not said; of several reasons the first */
};

struct ipp_answer {
    unsigned status; /* below 0x100: it was done */
    size_t count;
    struct ipp_job jobs[IPP_JOBS_MAX]; /* those that do not fit are left out */
};
/* MALFORMED with the byte where it stops being an answer. Texts point into the bytes. */
rc ipp_read_answer(struct ctx *c, struct str bytes, struct ipp_answer *ret);

/* What a status says, in words: "the printer refuses it (not authorized)". */
const char *ipp_status_words(unsigned status);

#endif
