/* What is said to an ONVIF device and what it answers: SOAP 1.2, the few operations that a camera's
 * events, stream and picture need. Pure: text in, text out. ONVIF Core Specification 23.06,
 * chapters 5 (security), 8 (device) and 9 (events); Media Service 21.12; WS-BaseNotification 1.3.
 */
#ifndef ADAPTER_ONVIF_SOAP_H
#define ADAPTER_ONVIF_SOAP_H

#include "base/ctx.h"

enum onvif_verb {
    ONVIF_GET_TIME,     /* the one thing that is told without a password */
    ONVIF_GET_SERVICES, /* addresses of its services */
    ONVIF_GET_DEVICE,   /* make, model, version */
    ONVIF_GET_PROFILES,
    ONVIF_GET_STREAM, /* of a profile */
    ONVIF_GET_STILL,  /* of a profile */
    ONVIF_SUBSCRIBE,  /* CreatePullPointSubscription */
    ONVIF_PULL,
    ONVIF_RENEW,
    ONVIF_UNSUBSCRIBE,
    ONVIF_VERBS
};

enum {
    ONVIF_ADDRESS_MAX = 1000,
    ONVIF_REFERENCE_MAX = 4096,
    ONVIF_NONCE = 16,
};

/* A request. Name and password are sent as the digest of WS-UsernameToken (Web Services Security
 * UsernameToken Profile 1.0, 3.1: Base64(SHA-1(nonce + created + password))); without a name there
 * is none. `created` has to be the device's time: it refuses a token of another. */
struct onvif_ask {
    enum onvif_verb verb;
    struct str to;        /* the address that it is sent to */
    struct str reference; /* of a subscription: what it wants to see in each header, as XML */
    struct str profile;
    int64_t seconds; /* ONVIF_SUBSCRIBE and ONVIF_RENEW: how long; ONVIF_PULL: how long to wait */
    struct str user, password;
    unsigned char nonce[ONVIF_NONCE];
    struct wall created;
};
rc onvif_make(struct ctx *c, const struct onvif_ask *ask, struct str *ret_body,
              const char **ret_action);

/* An answer: what was in it; the rest is absent. Texts are in the arena of c. */
struct onvif_told {
    bool fault;
    bool refused;             /* of a fault: our name, password or time */
    bool unknown;             /* of a fault: there is no such subscription (any more) */
    bool unsupported;         /* of a fault: it cannot do that at all */
    struct str why;           /* of a fault, in its words */
    struct wall time;         /* ONVIF_GET_TIME; elsewhere CurrentTime */
    struct wall ends;         /* TerminationTime */
    struct str address;       /* of the subscription */
    struct str reference;     /* as XML, at most ONVIF_REFERENCE_MAX */
    struct str events, media; /* addresses of services */
    struct str model;
    struct str profile;
    struct str uri;
};

/* MALFORMED when it is no SOAP answer, TOO_LARGE. */
rc onvif_read(struct ctx *c, struct str bytes, struct onvif_told *ret);

/* xs:dateTime; without an offset it is UTC, as devices mean it. */
bool onvif_time(struct str text, struct wall *ret);

#endif
