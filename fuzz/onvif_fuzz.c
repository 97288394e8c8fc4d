/* Any bytes as the answer of a camera, and as an address it gives. What comes out is made into the
 * next request, as the probe does it: that has to be a document again, and its address the camera's
 * own. */
#include "fuzz.h"

#include "adapter/onvif/address.h"
#include "adapter/onvif/soap.h"
#include "base/text.h"

#include <assert.h>
#include <libxml/parser.h>

static void ask_again(struct ctx *c, const struct onvif_told *told)
{
    struct onvif_ask ask = {.verb = ONVIF_PULL,
                            .to = told->address,
                            .reference = told->reference,
                            .profile = told->profile,
                            .seconds = 20,
                            .user = STR("view"),
                            .password = STR("seven lamps")};
    struct str body;
    const char *action = NULL;
    assert(rc_ok(onvif_make(c, &ask, &body, &action)));
    xmlDoc *doc = xmlReadMemory(body.ptr, (int)body.len, NULL, NULL,
                                XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    assert(doc);
    xmlFreeDoc(doc);
}

static void move(struct ctx *c, struct str given)
{
    struct device_address ours, moved;
    struct str url;
    assert(device_address_read(STR("http://192.0.2.20/onvif"), &ours));
    if (!rc_ok(device_address_move(c, given, &ours, &url)))
        return;
    assert(device_address_read(url, &moved));
    assert(str_is(moved.host, "192.0.2.20"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c = {.arena = arena_open(64 << 20), .clock = &clock_system};
    struct str bytes = {(const char *)data, size};
    struct onvif_told told;
    if (rc_ok(onvif_read(&c, bytes, &told))) {
        ask_again(&c, &told);
        move(&c, told.uri);
        move(&c, told.address);
    }
    move(&c, bytes);
    arena_close(c.arena);
    return 0;
}
