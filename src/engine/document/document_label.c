/* Labels as their chips say them. */
#include "engine/document/document_own.h"

/* The colours of TLP 2.0 (FIRST, 2022), which stand on black. */
uint32_t document_label_colour(enum tlp tlp)
{
    switch (tlp) {
    case TLP_GREEN:
        return 0x33ff00;
    case TLP_AMBER:
    case TLP_AMBER_STRICT:
        return 0xffc000;
    case TLP_RED:
        return 0xff2b2b;
    case TLP_NONE:
    case TLP_CLEAR:
        break;
    }
    return 0xffffff;
}

rc document_label_text(struct ctx *c, struct label label, struct str *ret)
{
    struct text t;
    struct str part, rest = label.compartments;
    text_init(&t, c, 4096);
    label_put(&t, (struct label){label.tlp, {NULL, 0}});
    for (bool first = true; rest.len > 0 && str_split(&rest, ',', &part); first = false) {
        text_put(&t, first ? STR(" · ") : STR(", "));
        text_put(&t, part);
    }
    return text_done(&t, ret);
}
