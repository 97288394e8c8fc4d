"""For the tests of the intake from outside: a mission with listeners that is served, killed and served again, and
what it says about itself."""
import json
import os
import shutil
import signal
import ssl
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
sys.path.insert(0, os.path.join(HERE, "..", "peers"))

from cli_test import HITS, PATIENCE_S, Mission, Server, free_port, until  # noqa: E402

UNCHECKED = ssl._create_unverified_context()  # the mission's own authority

PANELS = {"label": "TLP:GREEN", "protocol": "dc09", "options": {"unlisted": True, "any_time": True}}
LOGS = {"label": "TLP:GREEN", "protocol": "syslog", "options": {"severity_max": 7}}
SOURCE = {"id": "s", "identity": "#1234"}


class Served:
    """Each listener is a dict; what it lacks is filled in: id "l", a free port. `ports` has them by id."""

    def __init__(self, *listeners, sources=(SOURCE,), flags=("--plain",)):
        self.mission, self.flags, self.ports = Mission(), flags, {}
        self.token = json.loads(self.mission.run("token"))["token"]
        self.server = Server(self.mission, *flags)
        for listener in listeners:
            self.listen(**listener)
        for source in sources:
            self.ask("POST", "sources", {"label": "TLP:GREEN", "name": source["id"], "kind": "other",
                                         "keep_per_s": 10000, "keep_burst": 100000, **source}, 201)
        self.again()  # sockets are opened at the start

    def listen(self, **listener):
        name = listener.setdefault("id", "l")
        if "address" not in listener:
            self.ports[name] = free_port()
            listener["address"] = f"127.0.0.1:{self.ports[name]}"
        self.ask("POST", "listeners", {"label": "TLP:GREEN", "name": name, **listener}, 201)

    @property
    def port(self):
        return self.ports["l"]

    def kill(self):
        self.server.process.kill()
        self.server.process.wait(timeout=PATIENCE_S)

    def again(self, how=signal.SIGTERM):
        self.server.process.send_signal(how)
        self.server.process.wait(timeout=PATIENCE_S)
        self.server = Server(self.mission, *self.flags)

    def told(self, method, path, body=None):
        """Status and text of an answer, whatever it is."""
        return self.server.ask("/api/v1/" + path, self.token, body, method, UNCHECKED)

    def ask(self, method, path, body=None, want=200):
        status, told = self.told(method, path, body)
        assert status == want, (method, path, status, told)
        return json.loads(told) if told else None

    def all_of(self, path):
        items, after = [], ""
        while after is not None:
            page = self.ask("GET", f"{path}?limit=500" + (f"&after={after}" if after else ""))
            items += page["items"]
            after = page.get("after")
        return items

    def kept(self):
        return self.all_of("signals")

    def state(self, listener="l"):
        """How a listener does; it is not known before it has told so."""
        return self.until(lambda: self.told("GET", f"listeners/{listener}/state"), lambda told: told[0] == 200,
                          lambda told: json.loads(told[1]))

    def alarms(self):
        return [alarm["title"] for alarm in self.all_of("alarms")]

    def until(self, found, what=lambda value: value, then=lambda value: value):
        """Look again until it is so; what was found."""
        last = None

        def looked():
            nonlocal last
            last = found()
            return what(last)

        until(f"what {what.__qualname__} says", looked, lambda: (str(last)[:800], self.told("GET", "listener-states")))
        return then(last)

    def wait_for(self, many):
        return self.until(self.kept, lambda kept: len(kept) >= many)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.process.terminate()
        self.server.process.wait(timeout=PATIENCE_S)
        if HITS:
            with open(self.server.hits, "rb") as mine, open(HITS, "ab", buffering=0) as all_of_them:
                all_of_them.write(mine.read())
        shutil.rmtree(self.mission.home)
