#include "core/system.h"

#include "base/encode.h"

#include <sodium.h>

SHAPE_DEFINE(deadline, DEADLINE_FIELDS, 1, "A decision that falls due");
SHAPE_DEFINE(deadline_end, DEADLINE_END_FIELDS, 1, "The end of a deadline");
SHAPE_DEFINE(reactions_skipped, REACTIONS_SKIPPED_FIELDS, 1, "What an alarm did not set off");
SHAPE_DEFINE(follower_position, FOLLOWER_POSITION_FIELDS, 1, "The position of a follower");
SHAPE_DEFINE(reading, READING_FIELDS, 1, "The reading of a restricted record");
SHAPE_DEFINE(subject_erased, SUBJECT_ERASED_FIELDS, 1, "The erasure of a person's data");

EVENT_KIND(deadline_set, "deadline.set", deadline, PERMIT_SYSTEM_READ, "A decision will fall due",
           .row = EVENT_PUTS_ROW);
EVENT_KIND(deadline_cleared, "deadline.cleared", deadline_end, PERMIT_SYSTEM_READ,
           "It will not fall due");
EVENT_KIND(deadline_passed, "deadline.passed", deadline_end, PERMIT_SYSTEM_READ,
           "It fell due and was decided");
EVENT_KIND(reactions_skipped, "reactions.skipped", reactions_skipped, PERMIT_SYSTEM_READ,
           "A follow-up to an alarm failed");
EVENT_KIND(subject_erased, "subject.erased", subject_erased, PERMIT_LEDGER_READ,
           "A person's data was erased");
EVENT_KIND(reading_noted, "reading.noted", reading, PERMIT_LEDGER_READ,
           "A restricted record was shown");

/* ---- deadlines
 * ------------------------------------------------------------------------------------- */

rc deadline_id(struct ctx *c, const struct decision *decision, struct str record_id,
               struct str *ret)
{
    struct str name, hex;
    unsigned char hash[crypto_hash_sha256_BYTES];
    TRY(str_format(c, &name, "%s/%.*s", decision->name, STR_ARG(record_id)));
    crypto_hash_sha256(hash, (const unsigned char *)name.ptr, name.len);
    TRY(encode_bytes(c, ENCODE_HEX, hash, 13, &hex));
    *ret = hex;
    return OK;
}
