#include "adapter/onvif/address.h"

#include "base/arena.h"

#include "unit.h"

TEST(addresses_in_numbers_are_read)
{
    struct device_address a;
    assert_true(device_address_read(STR("http://192.0.2.20/onvif/device_service"), &a));
    assert_true(str_is(a.scheme, "http") && str_is(a.host, "192.0.2.20") && a.port == 80);
    assert_true(str_is(a.path, "/onvif/device_service"));
    assert_true(device_address_read(STR("rtsp://[2001:db8::20]:8554/1?a=b&c"), &a));
    assert_true(str_is(a.host, "2001:db8::20") && a.port == 8554 && str_is(a.path, "/1?a=b&c"));
    assert_true(device_address_read(STR("https://192.0.2.20"), &a));
    assert_true(a.port == 443 && str_is(a.path, "/"));
}

TEST(what_a_camera_cannot_be_called_at_is_refused)
{
    static const char *const wrong[] = {
        "",
        "192.0.2.20",
        "ftp://192.0.2.20/",
        "file:///etc/passwd",
        "rtsp://",
        "rtsp://gate.example/1",
        "rtsp://admin:secret@192.0.2.20/1",
        "rtsp://192.0.2.20:0/1",
        "rtsp://192.0.2.20:65536/1",
        "rtsp://192.0.2.20:5545545545544/1",
        "rtsp://192.0.2.20:/1",
        "rtsp://192.0.2.20:55x/1",
        "rtsp://192.0.2.20/a b",
        "rtsp://192.0.2.20/\r\nHost: x",
        "rtsp://[2001:db8::20/1",
        "rtsp://[192.0.2.20]/1",
        "http://192.0.2.20#x",
    };
    struct device_address a;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        if (device_address_read(str_from(wrong[i]), &a))
            fail_msg("%s was read", wrong[i]);
}

/* However a camera calls itself, it is called where it was reached. */
TEST(a_camera_cannot_send_us_to_somebody_else)
{
    static const struct {
        const char *given, *moved;
    } rows[] = {
        {"rtsp://10.0.0.5:8554/live/1", "rtsp://192.0.2.20:8554/live/1"},
        {"http://cam.evil.example/snap?ch=1", "http://192.0.2.20:80/snap?ch=1"},
        {"http://[fe80::1]:8080/s", "http://192.0.2.20:8080/s"},
        {"http://cam", "http://192.0.2.20:80/"},
        {"http://cam?x", "http://192.0.2.20:80/?x"},
    };
    struct device_address ours;
    struct ctx c = {.arena = arena_open(1 << 20)};
    struct str moved;
    assert_true(device_address_read(STR("http://192.0.2.20/onvif"), &ours));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_true(rc_ok(device_address_move(&c, str_from(rows[i].given), &ours, &moved)));
        assert_string_equal(moved.ptr, rows[i].moved);
    }
    assert_true(device_address_move(&c, STR("javascript:1"), &ours, &moved).code == RC_INVALID);
    assert_true(device_address_move(&c, STR("rtsp://a/\n"), &ours, &moved).code == RC_INVALID);
    arena_close(c.arena);
}
