/* Labels: who may read a record. Written "TLP:AMBER" or "TLP:AMBER/crisis,medical": the marking of
 * TLP 2.0 (FIRST, 2022) and, after the stroke, the compartments whose members alone may read. */
#ifndef SHAPE_LABEL_H
#define SHAPE_LABEL_H

#include "shape/shape.h"

enum { LABEL_COMPARTMENTS_MAX = 16, LABEL_COMPARTMENT_CHARS_MAX = 40 };

/* What somebody may read: everything up to a marking, and of compartments those named. Nothing
 * (TLP_NONE) reads nothing. */
struct clearance {
    enum tlp tlp;
    struct str compartments; /* as in a label */
};

/* Read the written form; compartments are sorted and doubled ones dropped. INVALID says what is
 * wrong. */
rc label_parse(struct ctx *c, struct str text, struct label *ret);

/* Its written form; of the absent label nothing. */
void label_put(struct text *out, struct label label);

/* May somebody with this clearance read under this label? An absent label: nobody may. */
bool label_readable(struct label label, struct clearance reader);

/* Is reading under this label itself worth noting: beyond TLP:AMBER, or in a compartment? */
bool label_restricted(struct label label);

/* The stricter of both markings with the compartments of both: the label of what is made of two. An
 * absent one makes the whole absent: nobody reads it. */
rc label_join(struct ctx *c, struct label a, struct label b, struct label *ret);

#endif
