/* ONVIF: what a camera notices by itself, as it answers PullMessages: SOAP envelopes with
 * notifications. docs/adapters/onvif.md. */
#ifndef ADAPTER_ONVIF_ONVIF_H
#define ADAPTER_ONVIF_ONVIF_H

#include "adapter/kit/adapter.h"

#define ONVIF_OPTIONS_FIELDS(F, T)                                                           \
    F(T, text, line, source, 0, 1, 200, "what the camera is called; its answers do not say") \
    F(T, flag, _, all, 0, 0, 0, "unknown topics become signals too")
SHAPE_DECLARE(onvif_options, ONVIF_OPTIONS_FIELDS);

enum onvif_tally {
    ONVIF_NOTIFICATIONS, /* in all answers */
    ONVIF_BEGINNINGS,    /* that say how it is (Initialized) */
    ONVIF_CHANGES,       /* that say that it has changed */
    ONVIF_UNKNOWN,       /* of topics that are not in the table */
    ONVIF_ANSWERS,       /* of other kinds: counted only */
    ONVIF_NOT_XML,       /* bad from here on */
    ONVIF_DOCTYPE,
    ONVIF_NOT_SOAP,
    ONVIF_CUT,
    ONVIF_NO_TOPIC, /* notifications that could not be read: left out */
};

extern const struct adapter onvif_adapter;

#endif
