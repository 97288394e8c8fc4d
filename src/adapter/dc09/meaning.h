/* What the codes of SIA (DC-03) and Contact ID (DC-05) mean. The tables are content: wording, kind
 * and priority are ours, the codes are the standards'. */
#ifndef ADAPTER_DC09_MEANING_H
#define ADAPTER_DC09_MEANING_H

#include "adapter/kit/signal.h"

/* What the number behind a code is. */
enum dc09_number { DC09_ZONE, DC09_USER, DC09_AREA };

struct dc09_meaning {
    enum signal_kind kind, ends;
    enum signal_priority priority;
    enum dc09_number number;
    char text[96];
};

/* Two letters of SIA; false: not known. */
bool dc09_sia_meaning(struct str code, struct dc09_meaning *ret);

/* Three digits of Contact ID with its qualifier: '1' new or opening, '3' restored or closing, '6'
 * still there. False: not known. */
bool dc09_cid_meaning(char qualifier, struct str code, struct dc09_meaning *ret);

#endif
