#!/usr/bin/env python3
"""A mission that is served as it is used, for load_bench.c to load and to measure.

    load_ground.py CHANCERY FOLDER SESSIONS

Makes it under FOLDER with listeners, sources and so many sessions (API tokens, each of its own), serves it over TLS in
its sandbox, and tells on standard output where everything is: lines of "name value", then "ready". It ends the server
when standard input ends, and then itself."""
import json
import os
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.request

CHANCERY, FOLDER, SESSIONS = os.path.abspath(sys.argv[1]), sys.argv[2], int(sys.argv[3])
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../test/cli"))
sys.argv[1:] = [CHANCERY]
tempfile.tempdir = FOLDER

from cli_test import Mission, free_port  # noqa: E402

UNCHECKED = ssl._create_unverified_context()  # the mission's own authority
KEEP_ALL = {"keep_per_s": 10000, "keep_burst": 100000}


class Ground:
    def __init__(self):
        self.mission = Mission()
        self.tokens = [json.loads(self.mission.run("token"))["token"] for _ in range(SESSIONS)]
        self.web = free_port()
        self.process = None

    def serve(self):
        self.process = subprocess.Popen(
            [CHANCERY, "serve", self.mission.folder, "--passphrase-file", self.mission.secret,
             "--listen", f"127.0.0.1:{self.web}"], stdout=subprocess.PIPE, text=True, cwd=self.mission.home)
        line = self.process.stdout.readline()
        assert "serving at" in line, line

    def end(self):
        self.process.terminate()
        assert self.process.wait(timeout=120) == 0

    def post(self, path, body):
        request = urllib.request.Request(
            f"https://localhost:{self.web}/api/v1/{path}", json.dumps(body).encode(),
            {"Authorization": "Bearer " + self.tokens[0], "Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30, context=UNCHECKED) as answer:
            return json.loads(answer.read())

    def listener(self, name, protocol, carrier, options):
        port = free_port()
        self.post("listeners", {"id": name, "name": name, "label": "TLP:GREEN", "protocol": protocol, "carrier": carrier,
                                "address": f"127.0.0.1:{port}", "options": options})
        print(name, port)

    def source(self, name, identity, **more):
        self.post("sources", {"id": name, "name": name, "label": "TLP:GREEN", "kind": "other", "identity": identity,
                              **more})


def prepare(ground):
    logs, panels = {"severity_max": 7}, {"unlisted": True, "any_time": True}
    ground.listener("syslog-tcp", "syslog", "tcp", logs)
    ground.listener("syslog-udp", "syslog", "udp", logs)
    ground.listener("panel-tcp", "dc09", "tcp", panels)
    ground.listener("lane-tcp", "dc09", "tcp", panels)
    for number in range(10):
        ground.source(f"host-{number}", f"host{number}", **KEEP_ALL)
        ground.source(f"panel-{number}", f"#{1000 + number}", **KEEP_ALL)
    ground.source("web", "web", **KEEP_ALL)
    ground.source("broken", "broken")
    ground.source("lane", "#2000")
    for token in ground.tokens:
        print("session", token)


def main():
    ground = Ground()
    ground.serve()
    prepare(ground)
    ground.end()
    ground.serve()  # sockets of devices are opened at the start
    print("web", ground.web)
    print("link", ground.mission.made["link"].split("#")[1])
    print("pid", ground.process.pid)
    print("record", ground.mission.path("record.db"))
    print("ready", 1, flush=True)
    sys.stdin.read()
    ground.end()
    shutil.rmtree(ground.mission.home)


if __name__ == "__main__":
    main()
