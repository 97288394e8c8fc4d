#!/usr/bin/python3
"""rtsp_peer.py [--user NAME:PASSWORD] [--port N] [--launch LINE]: a camera's stream, played by GStreamer's RTSP server (H.264, a whole picture
each half second). Prints its port; then does what it reads, a line each, and says "ok":

    live      a picture of an empty room: always the same but for the noise of its sensor
    frozen    the last picture again and again, as a camera that hangs sends it
    clock     the same, with a clock that runs on in a corner
    mute      no pictures, the connection stays

LINE is another source than that, as GStreamer writes it, for measuring.
"""
import os
import random
import sys
import threading

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402

WIDTH, HEIGHT, RATE = 320, 240, 8
GRAY = bytes([128]) * (WIDTH * HEIGHT // 2)
STAIRS = bytes((x // 40 * 24 + y // 60 * 10 + 20) & 255 for y in range(HEIGHT) for x in range(WIDTH))
DARKER = bytes(max(value - 6, 0) for value in range(256))


def noisy(chance):
    """A room seen by a sensor: every point a little brighter or darker, each time another way."""
    noise = chance.randbytes(WIDTH * HEIGHT)
    return bytes(value + (step & 7) for value, step in zip(STAIRS, noise))


class Camera:
    def __init__(self):
        chance = random.Random(7)
        self.rooms = [noisy(chance) for _ in range(24)]
        self.mode, self.count, self.last = "live", 0, self.rooms[0]

    def picture(self):
        self.count += 1
        if self.mode == "live":
            self.last = self.rooms[random.randrange(len(self.rooms))]
        if self.mode != "clock":
            return self.last
        clock = bytes([40 + self.count * 37 % 200]) * 30
        rows = [self.last[y * WIDTH:(y + 1) * WIDTH] for y in range(HEIGHT)]
        for y in range(4, 20):
            rows[y] = rows[y][:4] + clock + rows[y][34:]
        return b"".join(rows)

    def push(self, source):
        if self.mode == "mute":
            return True
        buffer = Gst.Buffer.new_wrapped(self.picture() + GRAY)
        buffer.duration = Gst.SECOND // RATE
        return source.emit("push-buffer", buffer) == Gst.FlowReturn.OK

    def configure(self, _, media):
        source = media.get_element().get_by_name_recurse_up("source")
        GLib.timeout_add(1000 // RATE, self.push, source)


def main():
    Gst.init(None)
    camera, loop = Camera(), GLib.MainLoop()
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(sys.argv[sys.argv.index("--port") + 1] if "--port" in sys.argv else "0")
    factory = GstRtspServer.RTSPMediaFactory()
    source = (
        f"appsrc name=source is-live=true do-timestamp=true format=time "
        f"caps=video/x-raw,format=I420,width={WIDTH},height={HEIGHT},framerate={RATE}/1 "
        f"! x264enc tune=zerolatency speed-preset=ultrafast pass=qual quantizer=20 key-int-max={RATE // 2} "
        f"! rtph264pay name=pay0 pt=96 config-interval=-1")
    given = sys.argv[sys.argv.index("--launch") + 1] if "--launch" in sys.argv else source
    factory.set_launch(f"( {given} )")
    factory.set_shared(True)
    if given is source:
        factory.connect("media-configure", camera.configure)
    if "--user" in sys.argv:
        name, password = sys.argv[sys.argv.index("--user") + 1].split(":")
        auth, token = GstRtspServer.RTSPAuth(), GstRtspServer.RTSPToken()
        token.set_string("media.factory.role", name)
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(name, password, token)
        server.set_auth(auth)
        rights = GstRtspServer.RTSPPermissions()
        rights.add_permission_for_role(name, "media.factory.access", True)
        rights.add_permission_for_role(name, "media.factory.construct", True)
        factory.set_permissions(rights)
    server.get_mount_points().add_factory("/1", factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)

    def read_orders():
        for line in sys.stdin:
            camera.mode = line.strip()
            print("ok", flush=True)
        os._exit(0)

    threading.Thread(target=read_orders, daemon=True).start()
    loop.run()


main()
