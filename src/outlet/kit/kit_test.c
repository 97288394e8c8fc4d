#include "outlet/kit/address.h"
#include "outlet/kit/job.h"

#include "unit.h"

#include <arpa/inet.h>

static bool is_public(const char *text)
{
    struct sockaddr_in four = {.sin_family = AF_INET};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6};
    if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
        return address_is_public((const struct sockaddr *)&four);
    assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
    return address_is_public((const struct sockaddr *)&six);
}

TEST(outlet_tells_public_addresses_from_others)
{
    static const char *const of_the_public[] = {
        "1.1.1.1",         "9.255.255.255", "11.0.0.0",       "100.63.255.255",
        "100.128.0.0",     "126.0.0.1",     "172.15.0.1",     "172.32.0.1",
        "192.0.1.1",       "192.167.1.1",   "192.169.0.1",    "198.17.0.1",
        "223.255.255.255", "2606:4700::1",  "::ffff:1.1.1.1", "64:ff9b::101:101",
        "2002:101:101::1",
    };
    static const char *const of_others[] = {
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "192.0.2.1",
        "198.18.0.1",
        "198.19.255.255",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fc00::1",
        "fdff::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::1",
        "2001:db8::1",
        "2001::1",
    };
    struct sockaddr unknown = {.sa_family = AF_UNIX};
    for (size_t i = 0; i < sizeof of_the_public / sizeof *of_the_public; i++)
        if (!is_public(of_the_public[i]))
            fail_msg("%s is public", of_the_public[i]);
    for (size_t i = 0; i < sizeof of_others / sizeof *of_others; i++)
        if (is_public(of_others[i]))
            fail_msg("%s is not public", of_others[i]);
    assert_false(address_is_public(&unknown));
}

TEST(outlet_tries_again_what_was_not_refused_for_good)
{
    assert_int_equal(outlet_verdict((rc){RC_FORBIDDEN}), DELIVERY_VERDICT_FAILED);
    assert_int_equal(outlet_verdict((rc){RC_INVALID}), DELIVERY_VERDICT_FAILED);
    assert_int_equal(outlet_verdict((rc){RC_BUSY}), DELIVERY_VERDICT_LATER);
    assert_int_equal(outlet_verdict((rc){RC_IO}), DELIVERY_VERDICT_LATER);
    assert_int_equal(outlet_verdict((rc){RC_NO_MEMORY}), DELIVERY_VERDICT_LATER);
}
