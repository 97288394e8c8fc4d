/* Documents of a mission: every record as it stands, and the reports that modules describe. A
 * report is one row in its module (struct report in core/module.h) and one function:
 *
 *     static rc describe(struct ctx *c, struct reporting *r, const void *asked)
 *     {
 *         TRY(report_open(c, r, report_word(r, "report.handover"), number, label, false));
 *         document_heading(r->document, 1, report_word(r, "report.open"));
 *         …
 *         return report_proof(c, r, "handover/01J…");
 *     }
 *
 * The frame then ends the document, makes HTML or PDF of it, and notes the reading. What the caller
 * may not read is left out by document_may and document_marked, and counted. */
#ifndef FRAME_REPORT_REPORT_H
#define FRAME_REPORT_REPORT_H

#include "base/tz.h"
#include "core/module.h"
#include "engine/document/document.h"
#include "words/words.h"

extern const struct module report_module;

struct reporting {
    const struct request *request; /* a copy, in the document's language */
    struct response *response;
    const struct words *words;
    struct document *document; /* from report_open on */
    struct str mission;
    bool zoned; /* the mission has a time zone that this machine knows */
    struct tz zone;
    struct str origin; /* of the ledger, as signed last: … */
    int64_t size;
    struct str root;      /* … in hexadecimal */
    struct str note;      /* the same, signed */
    struct str file_name; /* without its ending */
};

/* Begin the document. Its label is this one, joined with that of all that is shown. */
rc report_open(struct ctx *c, struct reporting *r, struct str title, struct str number,
               struct label label, bool drill);

/* The word for a key, or the key's last part if there is none. */
struct str report_word(const struct reporting *r, const char *key);
/* The same for a key in pieces: the first of `format` and, if there is none, of `otherwise`. */
rc report_name(struct ctx *c, const struct reporting *r, struct str *ret, const char *otherwise,
               const char *format, ...) __attribute__((format(printf, 5, 6)));

/* "2026-11-30 05:12:45 +02:00" by the mission's clock. Absent stays absent. */
rc report_time(struct ctx *c, const struct reporting *r, struct wall when, struct str *ret);

/* The name of an account's person, if the caller may see it, else the account's id. */
rc report_who(struct ctx *c, struct reporting *r, struct str account, struct str *ret);

/* What a record is called: of "zone/01J…" the field marked TITLE. A black bar, counted, where the
 * caller may not read it; the name itself where there is no such record. */
rc report_title(struct ctx *c, struct reporting *r, struct str record, struct str *ret);

/* What is under this label is shown: join it to the document's. */
rc report_shown(struct ctx *c, struct reporting *r, struct label label);

/* A field's value as a person reads it; absent when it is. */
rc report_value(struct ctx *c, struct reporting *r, const struct shape *shape,
                const struct shape_field *field, const void *value, struct str *ret);

/* All fields of a record that may be shown. */
rc report_fields(struct ctx *c, struct reporting *r, const struct shape *shape, const void *record);

/* A section with the signed head of the ledger and, for each event of this record that the caller
 * may see, what proves it. At most REPORT_PROOFS_MAX, the newest first. */
enum { REPORT_PROOFS_MAX = 200 };
rc report_proof(struct ctx *c, struct reporting *r, struct str record);

#endif
