#!/usr/bin/python3
"""probe_test.py CHANCERY: the processes that call cameras, seen from outside: whose end is told, and whose is not. TAP on
standard output."""
import os
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
sys.path.insert(0, HERE)

import cli_test  # noqa: E402
from camera_test import Served, probes_of  # noqa: E402
from still_peer import StillPeer  # noqa: E402


def change(served, **fields):
    camera = served.ask("GET", "cameras/gate")["record"]
    served.ask("PUT", "cameras/gate", {**camera, **fields})


def a_probe_that_is_ended_on_purpose_is_no_trouble():
    with StillPeer(None, None, "text") as still, Served() as served:
        served.camera(still=still.url)
        first = served.wait("probe", lambda: probes_of(served))
        change(served, note="changed")
        second = served.wait("another probe", lambda: set(probes_of(served)) - set(first))
        change(served, disabled=True)
        served.until("disabled")
        served.wait("its end", lambda: not probes_of(served))
        change(served, disabled=False)
        served.wait("the third", lambda: set(probes_of(served)) - second)
        assert served.codes() == [], served.codes()
        assert served.state()["deaths"] == 0, served.state()


def every_end_of_a_probe_is_counted():
    with StillPeer(None, None, "text") as still, Served() as served:
        served.camera(still=still.url)
        for count in range(1, 4):
            probe = served.wait("probe", lambda: probes_of(served))[0]
            os.kill(probe, signal.SIGKILL)
            served.wait("its end", lambda n=count: served.state().get("deaths") == n)
        assert served.codes() == ["eye.ended"], served.codes()


def what_stands_in_the_environment_stays_with_the_server():
    os.environ["PGPASSWORD"] = "seven lamps"
    with StillPeer(None, None, "text") as still, Served() as served:
        del os.environ["PGPASSWORD"]
        served.camera(still=still.url)
        probe = served.wait("probe", lambda: probes_of(served))[0]
        with open(f"/proc/{served.server.process.pid}/environ", "rb") as file:
            assert b"seven lamps" in file.read()
        with open(f"/proc/{probe}/environ", "rb") as file:
            assert file.read() == b""


if __name__ == "__main__":
    sys.exit(cli_test.main([
        a_probe_that_is_ended_on_purpose_is_no_trouble,
        every_end_of_a_probe_is_counted,
        what_stands_in_the_environment_stays_with_the_server,
    ]))
