"""A camera's still picture by HTTP with digest authentication (RFC 7616, MD5 as cameras do it), and cameras that send
what they should not. Python's standard library; the picture itself is made by GStreamer."""
import hashlib
import http.server
import os
import re
import threading

from cli_test import Skip


def make_jpeg(width=1920, height=1080):
    try:
        import gi
        gi.require_version("Gst", "1.0")
        gi.require_version("GstApp", "1.0")
        from gi.repository import Gst, GstApp  # noqa: F401
    except (ImportError, ValueError):
        raise Skip("GStreamer is not installed") from None
    Gst.init(None)
    line = Gst.parse_launch(f"videotestsrc num-buffers=1 ! video/x-raw,width={width},height={height} ! jpegenc "
                            "! appsink name=sink")
    line.set_state(Gst.State.PLAYING)
    buffer = line.get_by_name("sink").pull_sample().get_buffer()
    jpeg = buffer.extract_dup(0, buffer.get_size())
    line.set_state(Gst.State.NULL)
    place = b"Exif\0\0" + b"where the camera is" * 10
    return jpeg[:2] + b"\xff\xe1" + (len(place) + 2).to_bytes(2, "big") + place + jpeg[2:]


def md5(*parts):
    return hashlib.md5(":".join(parts).encode()).hexdigest()


class StillPeer:
    """kind: a picture, or "text", "cut", "endless", "bomb" (65,500 points each way), "elsewhere" (a redirect)."""

    def __init__(self, user, password, kind="picture"):
        self.user, self.password, self.kind = user, password, kind
        self.clear = self.asked = self.astray = 0
        jpeg = make_jpeg() if kind in ("picture", "cut", "bomb") else b""
        at = jpeg.find(b"\xff\xc0")
        self.jpeg = {"cut": jpeg[:len(jpeg) // 3], "text": b"<html>no picture</html>",
                     "bomb": jpeg[:at + 5] + b"\xff\xdc\xff\xdc" + jpeg[at + 9:]}.get(kind, jpeg)

    def may(self, handler):
        told = handler.headers.get("Authorization", "")
        if self.user is None:
            return True
        if told.startswith("Basic"):
            self.clear += 1
        fields = dict(re.findall(r'(\w+)="?([^",]+)"?', told))
        if not told.startswith("Digest") or fields.get("nonce") != self.nonce:
            return False
        first = md5(self.user, "camera", self.password)
        second = md5(handler.command, fields["uri"])
        return fields["response"] == md5(first, fields["nonce"], fields["nc"], fields["cnonce"], "auth", second)

    def answer(self, handler):
        self.asked += 1
        if handler.path != "/snap":
            self.astray += 1
        if not self.may(handler):
            handler.send_response(401)
            handler.send_header("WWW-Authenticate", f'Digest realm="camera", qop="auth", nonce="{self.nonce}"')
            handler.send_header("Content-Length", "0")
            return handler.end_headers()
        if self.kind == "elsewhere":
            handler.send_response(302)
            handler.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/astray")
            handler.send_header("Content-Length", "0")
            return handler.end_headers()
        handler.send_response(200)
        handler.send_header("Content-Type", "image/jpeg")
        if self.kind == "endless":
            handler.end_headers()
            try:
                while True:
                    handler.wfile.write(bytes(65536))
            except OSError:
                return None
        handler.send_header("Content-Length", str(len(self.jpeg)))
        handler.end_headers()
        return handler.wfile.write(self.jpeg)

    def __enter__(self):
        peer, self.nonce = self, os.urandom(8).hex()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                peer.answer(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that goes away
        self.url = f"http://127.0.0.1:{self.server.server_port}/snap"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
