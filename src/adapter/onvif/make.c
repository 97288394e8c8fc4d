/* Requests to ONVIF devices: a table of what each is called and what stands in it, and the token
 * that says who asks. They are few and fixed, so they are written, not made from the WSDL. */
#include "adapter/onvif/soap.h"

#include "base/encode.h"
#include "base/text.h"

#include <openssl/sha.h>

enum { BODY_MAX = 16384, PASSWORD_MAX = 1024 };

#define DEVICE "http://www.onvif.org/ver10/device/wsdl"
#define MEDIA  "http://www.onvif.org/ver10/media/wsdl"
#define EVENTS "http://www.onvif.org/ver10/events/wsdl"
#define WSN    "http://docs.oasis-open.org/wsn/bw-2"
#define WSS    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"

/* The action of each, and its body up to what is filled in. */
static const struct {
    const char *action, *body;
} verbs[ONVIF_VERBS] = {
    [ONVIF_GET_TIME] = {DEVICE "/GetSystemDateAndTime",
                        "<GetSystemDateAndTime xmlns=\"" DEVICE "\"/>"},
    [ONVIF_GET_SERVICES] = {DEVICE "/GetServices",
                            "<GetServices xmlns=\"" DEVICE
                            "\"><IncludeCapability>false</IncludeCapability></GetServices>"},
    [ONVIF_GET_DEVICE] = {DEVICE "/GetDeviceInformation",
                          "<GetDeviceInformation xmlns=\"" DEVICE "\"/>"},
    [ONVIF_GET_PROFILES] = {MEDIA "/GetProfiles", "<GetProfiles xmlns=\"" MEDIA "\"/>"},
    [ONVIF_GET_STREAM] = {MEDIA "/GetStreamUri",
                          "<GetStreamUri xmlns=\"" MEDIA "\"><StreamSetup><Stream xmlns=\""
                          "http://www.onvif.org/ver10/schema\">RTP-Unicast</Stream><Transport "
                          "xmlns=\"http://www.onvif.org/ver10/schema\"><Protocol>RTSP</Protocol>"
                          "</Transport></StreamSetup><ProfileToken>%.*s</ProfileToken>"
                          "</GetStreamUri>"},
    [ONVIF_GET_STILL] = {MEDIA "/GetSnapshotUri",
                         "<GetSnapshotUri xmlns=\"" MEDIA "\"><ProfileToken>%.*s</ProfileToken>"
                         "</GetSnapshotUri>"},
    [ONVIF_SUBSCRIBE] = {EVENTS "/EventPortType/CreatePullPointSubscriptionRequest",
                         "<CreatePullPointSubscription xmlns=\"" EVENTS "\">"
                         "<InitialTerminationTime>PT%lldS</InitialTerminationTime>"
                         "</CreatePullPointSubscription>"},
    [ONVIF_PULL] = {EVENTS "/PullPointSubscription/PullMessagesRequest",
                    "<PullMessages xmlns=\"" EVENTS "\"><Timeout>PT%lldS</Timeout>"
                    "<MessageLimit>100</MessageLimit></PullMessages>"},
    [ONVIF_RENEW] = {WSN "/SubscriptionManager/RenewRequest",
                     "<Renew xmlns=\"http://docs.oasis-open.org/wsn/b-2\"><TerminationTime>"
                     "PT%lldS</TerminationTime></Renew>"},
    [ONVIF_UNSUBSCRIBE] = {WSN "/SubscriptionManager/UnsubscribeRequest",
                           "<Unsubscribe xmlns=\"http://docs.oasis-open.org/wsn/b-2\"/>"},
};

/* ---- who asks -------------------------------------------------------------------------------- */

static rc digest_of(struct ctx *c, const struct onvif_ask *ask, struct str created, struct str *ret)
{
    unsigned char hash[SHA_DIGEST_LENGTH];
    struct text all;
    struct str bytes;
    text_init(&all, c, ONVIF_NONCE + WALL_TEXT_MAX + PASSWORD_MAX);
    text_put(&all, (struct str){(const char *)ask->nonce, ONVIF_NONCE});
    text_put(&all, created);
    text_put(&all, ask->password);
    TRY(text_done(&all, &bytes));
    SHA1((const unsigned char *)bytes.ptr, bytes.len, hash);
    return encode_bytes(c, ENCODE_BASE64, hash, sizeof hash, ret);
}

static rc put_token(struct ctx *c, const struct onvif_ask *ask, struct text *out)
{
    char time[WALL_TEXT_MAX];
    struct wall whole = {ask->created.us / 1000 * 1000}; /* more decimals confuse some */
    struct str created = {time, wall_format(whole, time)}, digest, nonce;
    TRY(digest_of(c, ask, created, &digest));
    TRY(encode_bytes(c, ENCODE_BASE64, ask->nonce, ONVIF_NONCE, &nonce));
    text_put(out, STR("<wsse:Security s:mustUnderstand=\"1\" xmlns:wsse=\"" WSS
                      "wssecurity-secext-1.0.xsd\" xmlns:wsu=\"" WSS
                      "wssecurity-utility-1.0.xsd\"><wsse:UsernameToken><wsse:Username>"));
    text_put_markup(out, ask->user);
    text_printf(out,
                "</wsse:Username><wsse:Password Type=\"" WSS
                "username-token-profile-1.0#PasswordDigest\">%.*s</wsse:Password>"
                "<wsse:Nonce EncodingType=\"" WSS
                "soap-message-security-1.0#Base64Binary\">%.*s</wsse:Nonce>"
                "<wsu:Created>%.*s</wsu:Created></wsse:UsernameToken></wsse:Security>",
                STR_ARG(digest), STR_ARG(nonce), STR_ARG(created));
    return OK;
}

/* ---- what is asked --------------------------------------------------------------------------- */

static rc put_body(struct ctx *c, const struct onvif_ask *ask, struct text *out)
{
    const char *body = verbs[ask->verb].body;
    struct str head = str_from(body), profile;
    struct text quoted;
    size_t at = str_find(head, STR("%"));
    text_put(out, str_sub(head, 0, at));
    if (at == SIZE_MAX)
        return OK;
    if (head.ptr[at + 1] == 'l') {
        text_printf(out, "%lld", (long long)ask->seconds);
        text_put(out, str_sub(head, at + strlen("%lld"), head.len));
        return OK;
    }
    text_init(&quoted, c, BODY_MAX);
    text_put_markup(&quoted, ask->profile);
    TRY(text_done(&quoted, &profile));
    text_put(out, profile);
    text_put(out, str_sub(head, at + strlen("%.*s"), head.len));
    return OK;
}

rc onvif_make(struct ctx *c, const struct onvif_ask *ask, struct str *ret_body,
              const char **ret_action)
{
    struct text out;
    text_init(&out, c, BODY_MAX);
    text_put(&out, STR("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                       "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
                       "xmlns:a=\"http://www.w3.org/2005/08/addressing\"><s:Header>"));
    if (ask->verb >= ONVIF_SUBSCRIBE) {
        text_printf(&out, "<a:Action>%s</a:Action><a:To>", verbs[ask->verb].action);
        text_put_markup(&out, ask->to);
        text_put(&out, STR("</a:To>"));
        text_put(&out, ask->reference);
    }
    if (!str_absent(ask->user) && ask->verb != ONVIF_GET_TIME)
        TRY(put_token(c, ask, &out));
    text_put(&out, STR("</s:Header><s:Body>"));
    TRY(put_body(c, ask, &out));
    text_put(&out, STR("</s:Body></s:Envelope>"));
    *ret_action = verbs[ask->verb].action;
    return text_done(&out, ret_body);
}
