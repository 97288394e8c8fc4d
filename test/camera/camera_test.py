#!/usr/bin/python3
"""camera_test.py CHANCERY: cameras over real sockets to a served mission: a stream that freezes, goes dark, dies and
returns, pictures for alarms, a camera that sends what it should not. TAP on standard output."""
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
sys.path.insert(0, HERE)

import cli_test  # noqa: E402
from cli_test import Mission, Server, Skip  # noqa: E402
from onvif_device import OnvifDevice  # noqa: E402
from passkey import Session  # noqa: E402
from still_peer import StillPeer  # noqa: E402



class Stream:
    """A camera's stream by GStreamer's RTSP server, in a process of its own."""

    def __init__(self, *flags, port=None):
        try:
            import gi
            gi.require_version("GstRtspServer", "1.0")
        except (ImportError, ValueError):
            raise Skip("GStreamer's RTSP server is not installed") from None
        self.flags = flags
        self.start(port)

    def start(self, port=None):
        more = ["--port", str(port)] if port else []
        self.process = subprocess.Popen([sys.executable, os.path.join(HERE, "rtsp_peer.py"), *self.flags, *more],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        self.url = f"rtsp://127.0.0.1:{self.port}/1"

    def play(self, mode):
        print(mode, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == "ok\n"

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Served:
    """A mission with a yard, a panel there, and cameras."""

    def __init__(self):
        self.mission = Mission()
        self.token = json.loads(self.mission.run("token"))["token"]
        self.server = Server(self.mission, "--plain")
        self.ask("POST", "sites", {"id": "s1", "label": "TLP:GREEN", "name": "Chancery", "kind": "chancery"}, 201)
        self.ask("POST", "zones", {"id": "yard", "label": "TLP:GREEN", "site": "s1", "name": "Yard",
                                   "kind": "general"}, 201)
        self.source("panel", "panel")

    def source(self, name, kind, **more):
        self.ask("POST", "sources", {"id": name, "label": "TLP:GREEN", "name": name, "kind": kind, "identity": name,
                                     "zone": "yard", **more}, 201)

    def camera(self, name="gate", **fields):
        self.source(name, "camera")
        self.ask("POST", "cameras", {"id": name, "label": "TLP:GREEN", "name": name, "source": name,
                                     "freeze_ms": 3000, "blip_ms": 2000, **fields}, 201)

    def ask(self, method, path, body=None, want=200):
        status, told = self.server.ask("/api/v1/" + path, self.token, body, method)
        assert status == want, (method, path, status, told)
        return json.loads(told) if told.startswith(("{", "[")) else told

    def state(self, name="gate"):
        return next((s for s in self.ask("GET", "camera-states")["items"] if s["id"] == name), {})

    def wait(self, what, test):
        return cli_test.until(what, test, lambda: (self.ask("GET", "camera-states"), self.kinds()))

    def until(self, condition, name="gate"):
        return self.wait(condition, lambda: self.state(name).get("condition") == condition and self.state(name))

    def kinds(self):
        return [event["kind"] for event in self.ask("GET", "ledger/events?limit=60")["items"]]

    def signals(self):
        return self.ask("GET", "signals?limit=100&sort=received")["items"]

    def codes(self, name="gate"):
        return [item["code"] for item in self.signals() if item.get("source") == name and "code" in item]

    def alarm(self):
        """A fire that the panel reports (a break-in would be none: the yard is not armed); gives its id."""
        self.ask("POST", "signals", {"source": "panel", "kind": "fire", "priority": "high", "code_system": "test",
                                     "text": "Smoke"})
        return next(item["id"] for item in self.ask("GET", "alarms")["items"] if item["source"] == "panel")

    def snapshots(self, alarm):
        return self.ask("GET", f"alarms/{alarm}/snapshots")["items"]

    def image(self, snapshot):
        got = subprocess.run(
            ["curl", "-sS", "-D", "-", "-o", self.mission.home + "/image", "-H", f"Authorization: Bearer {self.token}",
             "-H", "Host: localhost:" + self.server.address.split(":")[1],
             f"http://{self.server.address}/api/v1/snapshots/{snapshot['id']}/image"],
            capture_output=True, text=True, check=True).stdout.lower()
        with open(self.mission.home + "/image", "rb") as file:
            return got, file.read()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            if self.server.process.poll() is None:
                self.server.__exit__()
        finally:
            shutil.rmtree(self.mission.home)


def a_stream_is_watched_freezes_and_moves_again():
    with Stream() as stream, Served() as served:
        served.camera(stream=stream.url)
        state = served.until("watched")
        assert (state["codec"], state["width"], state["height"]) == ("h264", 320, 240), state
        assert served.ask("GET", "cameras/gate/state")["id"] == "gate"
        served.wait("alive", lambda: served.state()["samples"] > 5 and served.state()["alive"] > 2000)
        stream.play("clock")
        served.until("frozen")
        assert served.codes() == ["picture.frozen"]
        stands = [a for a in served.ask("GET", "alarms")["items"] if a["source"] == "gate"]
        assert [(a["kind"], a["priority"], a["state"]) for a in stands] == [("tamper", "high", "unacknowledged")]
        stream.play("live")
        served.until("watched")
        assert served.codes() == ["picture.frozen", "picture.moves"]


def a_dead_stream_is_told_once_and_its_return_too():
    with Stream() as stream, Served() as served:
        served.camera(stream=stream.url)
        served.until("watched")
        stream.stop()
        served.until("lost")
        stream.start(stream.port)
        served.until("watched")
        assert served.codes() == ["stream.lost", "stream.back"], served.codes()


def a_stream_that_goes_dark_but_stays_connected_is_lost():
    with Stream() as stream, Served() as served:
        served.camera(stream=stream.url)
        served.until("watched")
        stream.play("mute")
        served.until("lost")
        stream.play("live")
        served.until("watched")


def a_wrong_password_is_told_as_such():
    with Stream("--user", "view:seven lamps") as stream, Served() as served:
        served.camera(stream=stream.url, user="view", password="wrong")
        assert "name and password" in served.until("refused")["why"]
        camera = served.ask("GET", "cameras/gate")["record"]
        assert "password" not in camera, camera
        served.ask("PUT", "cameras/gate", {**camera, "password": "seven lamps"})
        served.until("watched")
        served.server.process.terminate()
        served.server.process.wait(timeout=cli_test.PATIENCE_S)
        assert "seven lamps" not in served.server.log()


def an_alarm_has_the_picture_of_its_camera():
    with Stream() as stream, Served() as served:
        served.camera(stream=stream.url)
        served.until("watched")
        alarm = served.alarm()
        shot = served.wait("picture", lambda: served.snapshots(alarm))[0]
        head, image = served.image(shot)
        assert "content-type: image/jpeg" in head and "cache-control: no-store" in head, head
        assert image[:3] == b"\xff\xd8\xff" and len(image) == shot["bytes"]
        assert hashlib.sha256(image).hexdigest() == shot["digest"]
        assert (shot["source"], shot["width"], shot["height"]) == ("gate", 320, 240)
        served.ask("POST", f"alarms/{alarm}/snapshot")
        served.wait("second picture", lambda: len(served.snapshots(alarm)) == 2)
        # What is destroyed takes a person who proves who they are; a token is none.
        why = {"why": "asked by the visitor"}
        served.ask("POST", f"snapshots/{shot['id']}/delete", why, want=403)
        officer = Session(int(served.server.address.split(":")[1]), served.mission.made["link"])
        officer.ask("POST", f"snapshots/{shot['id']}/delete", why)
        served.ask("GET", f"snapshots/{shot['id']}/image", want=404)
        assert [s.get("deleted", False) for s in served.snapshots(alarm)] == [True, False]


def a_picture_comes_from_where_the_camera_gives_one():
    with StillPeer("view", "seven lamps") as still, Served() as served:
        served.camera(still=still.url, user="view", password="seven lamps")
        alarm = served.alarm()
        shot = served.wait("picture", lambda: served.snapshots(alarm))[0]
        assert (shot["width"], shot["height"]) == (1280, 720), shot
        assert b"Exif" not in served.image(shot)[1]
        assert still.clear == 0, "the password was sent in clear"


def a_picture_that_cannot_be_had_is_in_the_record():
    with StillPeer("view", "other") as still, Served() as served:
        served.camera(still=still.url, user="view", password="wrong")
        served.alarm()
        missed = served.wait("missed", lambda: served.ask(
            "GET", "ledger/events?kind=snapshot.missed&limit=10")["items"])
        assert "name and password" in missed[0]["body"]["why"], missed


def a_camera_that_sends_what_it_should_not_is_not_believed():
    for kind in ("text", "cut", "endless", "bomb", "elsewhere"):
        with StillPeer(None, None, kind) as still, Served() as served:
            served.camera(still=still.url)
            alarm = served.alarm()
            served.wait("missed", lambda: served.ask(
                "GET", "ledger/events?kind=snapshot.missed&limit=10")["items"])
            assert served.snapshots(alarm) == [], kind
            assert served.state()["deaths"] == 0, kind


MOTION = "tns1:RuleEngine/CellMotionDetector/Motion"
SCENE = "tns1:VideoSource/GlobalSceneChange/ImagingService"
SIGN_IN = {"user": "view", "password": "seven lamps"}


def what_a_camera_notices_becomes_a_signal():
    for how in ("token", "digest"):
        with OnvifDevice("view", "seven lamps", how) as device, Served() as served:
            served.camera(onvif=device.url, **SIGN_IN)
            served.wait("subscribed", lambda: served.state().get("subscribed"))
            device.notify(SCENE, "State", "true")
            served.wait("tamper", lambda: served.codes() == ["VideoSource/GlobalSceneChange/ImagingService"])
            alarm = next(a for a in served.ask("GET", "alarms")["items"] if a["source"] == "gate")
            assert (alarm["kind"], alarm["active"]) == ("tamper", True), alarm
            device.notify(SCENE, "State", "false")
            served.wait("restore", lambda: not served.ask("GET", f"alarms/{alarm['id']}")["alarm"].get("active"))
            state = served.wait("figures", lambda: served.state()["notifications"] == 2 and served.state())
            assert (state["model"], state["condition"]) == ("Northgate N1 & more 2.3", "watched"), state


def a_camera_that_was_started_again_is_subscribed_to_again():
    """It has forgotten the subscription; what changed meanwhile is told when it is made anew."""
    with OnvifDevice("view", "seven lamps") as device, Served() as served:
        served.camera(onvif=device.url, **SIGN_IN)
        served.wait("subscribed", lambda: served.state().get("subscribed"))
        device.notify(SCENE, "State", "true")
        served.wait("tamper", lambda: len(served.codes()) == 1)
        with device.lock:
            device.subscriptions.clear()
            device.standing[SCENE, ("Source", "vs1")][2] = ("State", "false")
            device.standing[SCENE, ("Source", "vs1")][3] = device.now()
        served.wait("restore", lambda: len(served.codes()) == 2)
        assert served.wait("state", lambda: served.state().get("subscriptions") == 2)
        assert served.signals()[-1]["kind"] == "restore"


def a_clock_that_is_wrong_and_then_jumps_is_followed():
    with OnvifDevice("view", "seven lamps") as device, Served() as served:
        device.offset_s = -400 * 86400
        served.camera(onvif=device.url, **SIGN_IN)
        served.wait("subscribed", lambda: served.state().get("subscribed"))
        assert abs(served.state()["skew_ms"] + 400 * 86400 * 1000) < 5000, served.state()
        device.offset_s = 3600  # and now an hour ahead: the token is refused until its time is read anew
        device.reboot()
        served.wait("again", lambda: abs(served.state()["skew_ms"] - 3600 * 1000) < 5000)
        device.offset_s = 0
        device.reboot()
        served.wait("right", lambda: abs(served.state()["skew_ms"]) < 5000)
        device.notify(MOTION, "IsMotion", "true")
        served.wait("motion", lambda: "RuleEngine/CellMotionDetector/Motion" in served.codes())
        assert served.codes()[:2] == ["clock.wrong", "clock.right"], served.codes()


def terms_that_are_not_kept_do_not_stop_it():
    """It grants an hour and forgets after two answers; it grants less than nothing; it renews nothing."""
    for lie in ({"term_s": 3600, "forgets_after": 2}, {"term_s": -500}, {"renews": False, "term_s": 20}):
        with OnvifDevice("view", "seven lamps") as device, Served() as served:
            for name, value in lie.items():
                setattr(device, name, value)
            served.camera(onvif=device.url, **SIGN_IN)
            served.wait("subscribed", lambda: served.state().get("subscribed"))
            for number in range(6):
                device.notify(MOTION, "IsMotion", "true" if number % 2 == 0 else "false", ("Rule", f"r{number}"))
                served.wait(f"{lie} {number}", lambda: len(served.codes()) == number + 1)
            made = device.counted("CreatePullPointSubscription")
            assert made >= 3 if "forgets_after" in lie else made <= 3, (lie, made)


def a_subscription_is_renewed_at_half_of_its_term():
    with OnvifDevice("view", "seven lamps") as device, Served() as served:
        device.term_s = 10
        served.camera(onvif=device.url, **SIGN_IN)
        served.wait("subscribed", lambda: served.state().get("subscribed"))
        served.wait("renewed", lambda: device.notify(MOTION, "IsMotion", "true") or device.counted("Renew") >= 1)
        assert device.counted("CreatePullPointSubscription") == 1


def a_camera_gives_its_stream_and_nobody_elses():
    """It says that its stream is at another host: that one is not called, and has our password not."""
    with Stream() as stream, Served() as served:
        with OnvifDevice("view", "seven lamps", stream=f"rtsp://192.0.2.77:{stream.port}/1") as device:
            served.camera(onvif=device.url, **SIGN_IN)
            state = served.until("watched")
            assert served.wait("stream", lambda: served.state().get("samples", 0) > 0), state
            alarm = served.alarm()
            assert served.wait("picture", lambda: served.snapshots(alarm))


def a_wrong_password_by_onvif_is_told_as_such():
    with OnvifDevice("view", "other") as device, Served() as served:
        served.camera(onvif=device.url, **SIGN_IN)
        assert "refuses" in served.until("refused")["why"]
        served.wait("told", lambda: "events.lost" in served.codes())
        device.password = "seven lamps"
        served.until("watched")
        served.wait("told", lambda: "events.back" in served.codes())


def a_client_that_is_not_ours_believes_the_test_device():
    """The npm package `onvif` signs in, finds the stream and gets events: the device is what it plays."""
    node = shutil.which("node")
    package = os.path.join(cli_test.ROOT, "node_modules", "onvif", "package.json")
    if not node or not os.path.exists(package):
        raise Skip("node or its package onvif is not installed")
    with OnvifDevice("view", "seven lamps", host="127.0.0.1", stream="rtsp://127.0.0.1:8554/1") as device:
        client = subprocess.Popen([node, os.path.join(HERE, "onvif_client.mjs"), str(device.port), *SIGN_IN.values()],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            told = [json.loads(client.stdout.readline()) for _ in range(2)]
            assert {"model": "N1 & more", "fault": None} in told, told
            assert {"uri": "rtsp://127.0.0.1:8554/1", "fault": None} in told, told
            cli_test.until("a client that pulls", lambda: device.counted("PullMessages"), lambda: device.counts)
            for value in ("true", "false"):
                device.notify("tns1:VideoSource/MotionAlarm", "State", value)
                event = json.loads(client.stdout.readline())
                assert event == {"topic": "tns1:VideoSource/MotionAlarm", "value": value == "true",
                                 "operation": "Changed"}, event
        finally:
            client.stdin.close()
            client.wait(timeout=cli_test.PATIENCE_S)
            client.stdout.close()


def children_of(pid):
    told = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in told.splitlines()[1:]]
    below = [int(row[0]) for row in rows if int(row[1]) == pid]
    return [(p, next(row[2] for row in rows if int(row[0]) == p)) for p in below]


def probes_of(served):
    return [pid for spawner, args in children_of(served.server.process.pid) if "--camera-spawner" in args
            for pid, inner in children_of(spawner) if "--camera-probe" in inner]


def a_probe_that_dies_is_told_and_started_again():
    with Stream() as stream, Served() as served:
        served.camera(stream=stream.url)
        served.until("watched")
        first = served.wait("probe", lambda: probes_of(served))
        os.kill(first[0], signal.SIGSEGV)
        served.wait("death", lambda: served.state()["deaths"] == 1)
        served.until("watched")
        assert probes_of(served) != first
        assert served.codes() == ["eye.ended"], served.codes()


def the_doctor_tries_whether_cameras_can_be_called():
    with Mission() as mission:
        findings = json.loads(mission.run("doctor"))["findings"]
        cameras = [finding for finding in findings if finding["what"] == "cameras"]
        assert [finding["kind"] for finding in cameras] == ["good"], cameras


def a_probe_has_no_file_and_no_key():
    with Stream() as stream, Served() as served:
        served.camera(stream=stream.url)
        served.until("watched")
        probe = served.wait("probe", lambda: probes_of(served))[0]
        with open(f"/proc/{probe}/status", encoding="utf-8") as file:
            status = file.read()
        assert "Seccomp:\t2" in status and "NoNewPrivs:\t1" in status, status
        open_files = {os.readlink(f"/proc/{probe}/fd/{fd}") for fd in os.listdir(f"/proc/{probe}/fd")}
        assert not [path for path in open_files if path.startswith(served.mission.home)], open_files
        with open(f"/proc/{served.server.process.pid}/maps", encoding="utf-8") as file:
            assert "libav" not in file.read()


def is_ours(pid):
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:
            return "chancery" in file.read()
    except (FileNotFoundError, ProcessLookupError):
        return False  # it has ended


def when_the_server_is_killed_nothing_of_it_is_left():
    with Stream() as stream, Served() as served:
        served.camera(stream=stream.url)
        served.until("watched")
        left = [pid for pid, _ in children_of(served.server.process.pid)] + probes_of(served)
        served.server.process.kill()
        served.server.process.wait()
        served.wait = None
        cli_test.until("the end of all of them", lambda: not [pid for pid in left if is_ours(pid)], lambda: left)


if __name__ == "__main__":
    sys.exit(cli_test.main([
        a_stream_is_watched_freezes_and_moves_again,
        a_dead_stream_is_told_once_and_its_return_too,
        a_stream_that_goes_dark_but_stays_connected_is_lost,
        a_wrong_password_is_told_as_such,
        an_alarm_has_the_picture_of_its_camera,
        a_picture_comes_from_where_the_camera_gives_one,
        a_picture_that_cannot_be_had_is_in_the_record,
        a_camera_that_sends_what_it_should_not_is_not_believed,
        what_a_camera_notices_becomes_a_signal,
        a_camera_that_was_started_again_is_subscribed_to_again,
        a_clock_that_is_wrong_and_then_jumps_is_followed,
        terms_that_are_not_kept_do_not_stop_it,
        a_subscription_is_renewed_at_half_of_its_term,
        a_camera_gives_its_stream_and_nobody_elses,
        a_wrong_password_by_onvif_is_told_as_such,
        a_client_that_is_not_ours_believes_the_test_device,
        a_probe_that_dies_is_told_and_started_again,
        the_doctor_tries_whether_cameras_can_be_called,
        a_probe_has_no_file_and_no_key,
        when_the_server_is_killed_nothing_of_it_is_left,
    ]))
