#include "adapter/onvif/soap.h"

#include "unit.h"

#include <libxml/parser.h>
#include <string.h>

static struct ctx open_ctx(void)
{
    return (struct ctx){.arena = arena_open(8 << 20), .clock = &clock_system};
}

#define ANSWER(body)                                                                         \
    STR("<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'><s:Body>" body "</s:" \
        "Body></s:Envelope>")

/* Nonce, created, password and digest are the example of ONVIF's Application Programmer's
 * Guide 1.0, 6.1.1.3. */
TEST(the_digest_is_that_of_the_programmers_guide)
{
    struct ctx c = open_ctx();
    struct onvif_ask ask = {
        .verb = ONVIF_GET_DEVICE, .user = STR("user"), .password = STR("userpassword")};
    static const unsigned char nonce[ONVIF_NONCE + 1] = "\x2c\xaa\x88\xe8\x6f\xc0\x8a\x42"
                                                        "\x82\x42\xb3\x74\xce\xa6\x45\x96";
    struct str body;
    const char *action = NULL;
    memcpy(ask.nonce, nonce, ONVIF_NONCE);
    assert_true(wall_parse(STR("2010-09-16T07:50:45Z"), &ask.created));
    assert_true(rc_ok(onvif_make(&c, &ask, &body, &action)));
    assert_non_null(strstr(body.ptr, ">LKqI6G/AikKCQrN0zqZFlg==</wsse:Nonce>"));
    assert_non_null(strstr(body.ptr, "<wsu:Created>2010-09-16T07:50:45Z</wsu:Created>"));
    assert_non_null(strstr(body.ptr, ">tuOSpGlFlIXsozq4HFNeeGeFLEI=</wsse:Password>"));
    assert_null(strstr(body.ptr, "userpassword"));
    assert_non_null(strstr(action, "/GetDeviceInformation"));
    arena_close(c.arena);
}

/* Whatever names, passwords and addresses are: what is made is well-formed. */
TEST(every_request_is_a_document)
{
    struct ctx c = open_ctx();
    for (int verb = 0; verb < ONVIF_VERBS; verb++) {
        struct onvif_ask ask = {.verb = (enum onvif_verb)verb,
                                .to = STR("http://192.0.2.20/e?a=1&b=<2>"),
                                .reference = STR("<d:Id xmlns:d=\"urn:d\">7</d:Id>"),
                                .profile = STR("\"main\"&<sub>"),
                                .seconds = 120,
                                .user = STR("o'neil & <co>"),
                                .password = STR("]]>&\"")};
        struct str body;
        const char *action = NULL;
        assert_true(rc_ok(onvif_make(&c, &ask, &body, &action)));
        xmlDoc *doc = xmlReadMemory(body.ptr, (int)body.len, NULL, NULL, XML_PARSE_NOERROR);
        if (!doc)
            fail_msg("%s", body.ptr);
        xmlFreeDoc(doc);
        bool asks = strstr(body.ptr, "UsernameToken") != NULL;
        assert_true(asks == (verb != ONVIF_GET_TIME));
        assert_true((strstr(body.ptr, "<d:Id") != NULL) == (verb >= ONVIF_SUBSCRIBE));
    }
    arena_close(c.arena);
}

TEST(a_subscription_is_read_with_what_it_wants_to_see_again)
{
    struct ctx c = open_ctx();
    struct onvif_told told;
    assert_true(rc_ok(onvif_read(
        &c,
        ANSWER("<t:CreatePullPointSubscriptionResponse xmlns:t='urn:t' xmlns:w='urn:w' "
               "xmlns:a='urn:a' xmlns:d='urn:d'><t:SubscriptionReference><a:Address> "
               "http://10.0.0.5/sub/3 </a:Address><a:ReferenceParameters><d:Id>7</d:Id>"
               "</a:ReferenceParameters></t:SubscriptionReference><w:CurrentTime>"
               "2026-11-22T03:00:00Z</w:CurrentTime><w:TerminationTime>2026-11-22T03:02:00"
               "</w:TerminationTime></t:CreatePullPointSubscriptionResponse>"),
        &told)));
    assert_true(str_is(told.address, "http://10.0.0.5/sub/3"));
    assert_string_equal(told.reference.ptr, "<d:Id xmlns:d=\"urn:d\">7</d:Id>");
    assert_true(told.ends.us - told.time.us == 120000000);
    arena_close(c.arena);
}

TEST(answers_of_the_device_and_its_media)
{
    struct ctx c = open_ctx();
    struct onvif_told told;
    assert_true(rc_ok(onvif_read(
        &c,
        ANSWER("<GetSystemDateAndTimeResponse><SystemDateAndTime><UTCDateTime><Time><Hour>3</Hour>"
               "<Minute>0</Minute><Second>5</Second></Time><Date><Year>2026</Year><Month>11"
               "</Month><Day>22</Day></Date></UTCDateTime></SystemDateAndTime>"
               "</GetSystemDateAndTimeResponse>"),
        &told)));
    assert_true(told.time.us == 1795316405000000);
    assert_true(rc_ok(onvif_read(
        &c,
        ANSWER("<GetServicesResponse><Service><Namespace>http://www.onvif.org/ver10/events/wsdl"
               "</Namespace><XAddr>http://c/e</XAddr></Service><Service><Namespace>"
               "http://www.onvif.org/ver10/media/wsdl</Namespace><XAddr>http://c/m</XAddr>"
               "</Service></GetServicesResponse>"),
        &told)));
    assert_true(str_is(told.events, "http://c/e") && str_is(told.media, "http://c/m"));
    assert_true(rc_ok(onvif_read(&c,
                                 ANSWER("<GetProfilesResponse><Profiles fixed='true' token='main'/>"
                                        "<Profiles token='sub'/></GetProfilesResponse>"),
                                 &told)));
    assert_true(str_is(told.profile, "main"));
    assert_true(rc_ok(onvif_read(&c,
                                 ANSWER("<GetSnapshotUriResponse><MediaUri><Uri>http://c/s?a=1&amp;"
                                        "b=2</Uri></MediaUri></GetSnapshotUriResponse>"),
                                 &told)));
    assert_true(str_is(told.uri, "http://c/s?a=1&b=2"));
    assert_true(rc_ok(onvif_read(
        &c,
        ANSWER("<GetDeviceInformationResponse><Manufacturer>Northgate</Manufacturer><Model>N1"
               "</Model><FirmwareVersion>2.3</FirmwareVersion></GetDeviceInformationResponse>"),
        &told)));
    assert_true(str_is(told.model, "Northgate N1 2.3"));
    arena_close(c.arena);
}

TEST(faults_are_told_apart)
{
    struct ctx c = open_ctx();
    struct onvif_told told;
    assert_true(rc_ok(onvif_read(
        &c,
        ANSWER("<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized"
               "</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang='en'>Sender not "
               "authorized</s:Text></s:Reason></s:Fault>"),
        &told)));
    assert_true(told.fault && told.refused && !told.unknown);
    assert_true(str_is(told.why, "Sender not authorized"));
    assert_true(rc_ok(onvif_read(
        &c,
        ANSWER("<s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Reason/><s:Detail>"
               "<w:ResourceUnknownFault xmlns:w='urn:w'/></s:Detail></s:Fault>"),
        &told)));
    assert_true(told.fault && told.unknown && !told.refused && told.why.len > 0);
    assert_true(
        rc_ok(onvif_read(&c,
                         ANSWER("<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>"
                                "ter:ActionNotSupported</s:Value></s:Subcode></s:Code></s:Fault>"),
                         &told)));
    assert_true(told.unsupported);
    arena_close(c.arena);
}

TEST(what_is_no_answer_is_refused)
{
    static const char *const answers[] = {
        "",
        "<html/>",
        "<s:Envelope xmlns:s='x'/>",
        "<s:Envelope xmlns:s='x'><s:Body/></s:Envelope>",
        "<s:Envelope xmlns:s='x'><s:Body><Other/></s:Body></s:Envelope>",
        ("<!DOCTYPE x SYSTEM 'file:///etc/passwd'><s:Envelope xmlns:s='x'><s:Body>"
         "<UnsubscribeResponse/></s:Body></s:Envelope>"),
        "<s:Envelope xmlns:s='x'><s:Body><GetSystemDateAndTimeResponse/></s:Body></s:Envelope>",
    };
    struct ctx c = open_ctx();
    struct onvif_told told;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if (onvif_read(&c, str_from(answers[i]), &told).code != RC_MALFORMED)
            fail_msg("%s was read", answers[i]);
    arena_close(c.arena);
}
