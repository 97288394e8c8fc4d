#!/usr/bin/python3
"""watch_test.py CHANCERY: the watch over HTTP: sources, signals, alarms, zones, on a served mission whose
replies are all compared with their declared shapes. TAP on standard output."""
import base64
import json
import os
import sys
import traceback
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from cli_test import Mission, Server, run  # noqa: E402
from passkey import Session  # noqa: E402

SITE = {"id": "s1", "label": "TLP:GREEN", "name": "Chancery", "kind": "chancery"}
ZONE = {"id": "hall", "label": "TLP:GREEN", "site": "s1", "name": "Hall", "kind": "general"}
SOURCE = {"id": "panel", "label": "TLP:GREEN", "name": "Panel", "kind": "panel", "identity": "1234", "zone": "hall",
          "heartbeat_ms": 60000}
RULE = {"id": "break-in", "label": "TLP:GREEN", "name": "Break-in", "kind": "alarm", "cause": "intrusion",
        "priority": "high", "consequence": "Somebody is inside.", "respond_ms": 60000, "action": "Look."}
SIGNAL = {"source": "1234", "kind": "alarm", "priority": "high", "code_system": "sia", "text": "Burglary", "zone": "1"}
ANSWER = {"why": "went to look", "disposition": "false"}


def signal(**members):
    return dict(SIGNAL, **members)


class Post:
    """A guard's terminal: every call says what it expects."""

    def __init__(self, server, token):
        self.server, self.token = server, token
        self.met = set()

    def text(self, method, path, body=None, status=200, route=None):
        got, told = self.server.ask(path, self.token, body, method)
        assert got == status, f"{method} {path}: {got} {told}"
        if 200 <= got < 300:
            self.met.add((method, route or path.split("?")[0]))
        return told

    def do(self, method, path, body=None, status=200, route=None):
        told = self.text(method, path, body, status, route)
        return json.loads(told) if told else None

    def act(self, noun, record, verb, body=None, status=200):
        return self.do("POST", f"/api/v1/{noun}/{record}/{verb}", body, status, f"/api/v1/{noun}/{{id}}/{verb}")

    def one(self, path, record, end=""):
        return self.do("GET", f"{path}/{record}{end}", route=f"{path}/{{id}}{end}")

    def queue(self):
        return self.do("GET", "/api/v1/watch/queue")

    def furnish(self):
        self.do("POST", "/api/v1/sites", SITE, 201)
        self.do("POST", "/api/v1/zones", ZONE, 201)
        self.do("POST", "/api/v1/sources", SOURCE, 201)
        self.do("DELETE", "/api/v1/alarm-rules/intrusion")  # of those a mission starts with
        self.do("POST", "/api/v1/alarm-rules", RULE, 201)

    def raise_alarm(self, **members):
        answer = self.do("POST", "/api/v1/signals", signal(**members))
        return answer["items"][0]["alarm"]


def handing_in(post):
    first = post.do("POST", "/api/v1/signals", signal(dedupe="a"))["items"][0]
    again = post.do("POST", "/api/v1/signals", [signal(dedupe="a"), signal(dedupe="b", kind="supervision")])["items"]
    assert first["status"] == "kept" and again[0]["status"] == "duplicate", (first, again)
    assert again[0]["id"] == first["id"] and again[1]["status"] == "heartbeat", again
    post.do("POST", "/api/v1/signals", {"kind": "alarm"}, 422)
    assert len(post.do("GET", "/api/v1/signals?kind=alarm")["items"]) == 1
    post.do("POST", "/api/v1/signals", signal(source="stranger", kind="status"))
    assert post.do("GET", "/api/v1/watch/unknown")["items"][0]["identity"] == "stranger"
    return first["alarm"]


def speaking_for_some(post, mission):
    """A token for one source hands in nothing for another, and nothing for somebody on no list."""
    narrow = json.loads(mission.run("token", "--scope", "signal.write", "--source", "panel"))["token"]
    wide, post.token = post.token, narrow
    post.do("POST", "/api/v1/signals", signal(kind="status"))
    refusal = post.do("POST", "/api/v1/signals", [signal(kind="status"), signal(source="stranger")], 403)
    assert refusal["rule"] == "source" and refusal["pointer"] == "/items/1/source", refusal
    post.token = wide
    made = post.do("POST", "/api/v1/sources", dict(SOURCE, id="other", name="Other", identity="o-1"), 201)
    post.token = narrow
    post.do("POST", "/api/v1/signals", signal(source="o-1", kind="duress"), 403)
    post.token = wide
    post.one("/api/v1/sources", made["id"])
    post.do("DELETE", "/api/v1/sources/other")


def answering(post, alarm):
    post.act("alarms", alarm, "claim", {})
    post.act("alarms", alarm, "release")
    post.act("alarms", alarm, "shelve", {"for_ms": 60000, "why": "repair"})
    post.act("alarms", alarm, "unshelve")
    post.act("alarms", alarm, "acknowledge", ANSWER)
    post.act("alarms", alarm, "acknowledge", ANSWER, 409)
    other = post.raise_alarm(zone="2")
    post.act("alarms", other, "split", status=200)
    post.act("alarms", other, "merge", {"into": alarm})
    page = post.one("/api/v1/alarms", alarm)
    assert page["alarm"]["state"] == "acknowledged" and len(page["signals"]) == 1, page
    assert len(page["team"]) == 2, page
    post.act("alarms", other, "end", dict(ANSWER))
    assert post.do("GET", "/api/v1/alarms?retired=true&state=closed")["items"][0]["id"] == other
    assert post.do("GET", "/api/v1/watch/figures?hours=1")["judged"] == 2


def duress(post):
    """A token is a program's: it may raise duress and answer it, and cannot end it."""
    alarm = post.raise_alarm(kind="duress")
    queue = post.queue()
    assert queue["items"][0]["id"] == alarm and queue["lane"] == 1, queue
    post.act("alarms", alarm, "shelve", {"for_ms": 60000, "why": "loud"}, 403)
    post.act("alarms", alarm, "end", dict(ANSWER), 422 if post.person else 403)


def places(post):
    assert post.one("/api/v1/watch/sources", "panel")["state"]["condition"] == "healthy"
    assert post.do("GET", "/api/v1/watch/sources")["items"][0]["pulse"]["signals"] >= 3
    ready = post.one("/api/v1/zones", "hall", "/readiness")
    assert not ready["ready"] and ready["items"][0]["what"] == "open", ready
    post.act("zones", "hall", "arm", {}, 409)
    post.act("zones", "hall", "arm", {"accept": True, "why": "night"})
    zone = post.do("GET", "/api/v1/watch/zones")["items"][0]
    assert zone["verdict"] == "duress" and zone["armed"], zone
    post.act("zones", "hall", "disarm")
    until = "2099-01-01T00:00:00Z"
    post.act("sources", "panel", "disable", {"until": until, "why": "for ever"}, 403)  # not by a token
    soon = datetime.fromisoformat(post.queue()["now"][:19] + "+00:00") + timedelta(hours=1)
    post.officer.ask("POST", "sources/panel/disable", {"until": soon.isoformat(), "why": "paint"})
    post.met.add(("POST", "/api/v1/sources/{id}/disable"))
    assert post.do("GET", "/api/v1/watch/gaps")["items"][0]["cause"] == "disabled"
    post.act("sources", "panel", "enable")


def record(post, plural, body):
    """All that can be done with a plain record."""
    path = "/api/v1/" + plural
    one = f"{path}/{body['id']}"
    post.do("POST", path, body, 201)
    post.do("GET", path)
    post.do("GET", one, route=path + "/{id}")
    post.do("GET", one + "/history", route=path + "/{id}/history")
    assert body["id"] in post.text("GET", one + "/document", route=path + "/{id}/document")
    post.do("PUT", one, body, route=path + "/{id}")
    return lambda: post.do("DELETE", one, route=path + "/{id}")


def scan_of(key, round_id, tag, at):
    text = f"chancery-scan\n{round_id}\n{tag}\n{at}"
    signature = base64.urlsafe_b64encode(key.sign(text.encode())).rstrip(b"=").decode()
    return {"tag": tag, "at": at, "phone": "phone", "signature": signature}


def records(post):
    record(post, "sources", dict(SOURCE, id="x", name="x", identity="x"))()
    record(post, "alarm-rules", dict(RULE, id="x", name="x"))()


def walking(post, guard):
    key = Ed25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    head = {"label": "TLP:GREEN"}
    drop = [
        record(post, "guard-posts", dict(head, id="p", name="Post One", zone="hall")),
        record(post, "guard-shifts", dict(head, id="s", post="p", guard=guard, begins="2026-11-22T06:00:00Z",
                                          ends="2026-11-22T18:00:00Z")),
        record(post, "guard-phones", dict(head, id="phone", name="Phone", guard=guard,
                                          key=base64.urlsafe_b64encode(public).rstrip(b"=").decode())),
        record(post, "guard-tours", dict(head, id="t", name="Round", checkpoints=[
            {"tag": "gate", "name": "Gate", "by_ms": 600000}])),
    ]
    walked = post.act("guard-tours", "t", "start")["id"]
    now = post.queue()["now"]
    scan = scan_of(key, walked, "gate", now)
    post.act("rounds", walked, "scan", dict(scan, tag="gaol"), 403)
    post.act("rounds", walked, "scan", scan)
    assert post.do("GET", "/api/v1/rounds")["items"][0]["state"] == "complete"
    post.do("POST", "/api/v1/lone-guards/begin", {"every_ms": 60000})
    post.do("POST", "/api/v1/lone-guards/word", {})
    assert post.do("GET", "/api/v1/lone-guards")["items"][0]["id"] == guard
    post.do("POST", "/api/v1/lone-guards/end")
    post.do("POST", "/api/v1/guards/help", {"call": "c1", "position": {"lat": 58.62, "lon": 19.9}})
    assert any(one["cause"] == "help" and one["lane"] for one in post.do("GET", "/api/v1/alarms")["items"])
    post.do("POST", "/api/v1/persons", dict(head, id="bela", name="Bela", category="guard"), 201)
    post.officer.ask("POST", "accounts", dict(head, id="bela", kind="person", person="bela", login="bela",
                                              status="active"))
    post.do("POST", "/api/v1/handovers", {"to": "nobody"}, 422)
    made = post.do("POST", "/api/v1/handovers", {"to": "bela"})["id"]
    post.act("handovers", made, "sign")
    assert post.do("GET", "/api/v1/handovers")["items"][0]["signed_from"]
    for one in reversed(drop):
        one()


def every_route_of_the_watch_is_met(post):
    wanted = set()
    for path, item in json.loads(run("api", "--json"))["paths"].items():
        ours = ("/signals", "/watch/", "/alarm", "/arm", "/disarm", "/readiness", "/sources", "/guard-", "/rounds",
                "/lone-guards", "/handovers")
        if any(part in path for part in ours) and "snapshot" not in path:  # those are the cameras'
            wanted |= {(method.upper(), path) for method in item}
    assert wanted <= post.met, sorted(wanted - post.met)


def whose(post):
    """The account that the token is of: who takes an alarm with it."""
    post.act("alarms", post.queue()["items"][0]["id"], "claim", {"over_why": "relieving"})
    return post.queue()["items"][0]["claimed_by"]


def the_watch_over_http():
    with Mission() as mission:
        made = json.loads(mission.run("token"))
        with Server(mission, "--plain") as server:
            post = Post(server, made["token"])
            post.person = True  # the officer's own token: a person's account
            post.officer = Session(int(server.address.split(":")[1]), mission.made["link"])
            post.furnish()
            alarm = handing_in(post)
            speaking_for_some(post, mission)
            answering(post, alarm)
            duress(post)
            places(post)
            records(post)
            walking(post, whose(post))
            every_route_of_the_watch_is_met(post)
        assert json.loads(mission.run("ledger verify"))["verified"]
        assert json.loads(mission.run("rebuild"))["same"]


def the_day_of_the_demonstration():
    day = json.loads(run("demo", "--fast"))
    told = {name: day[name] for name in ("signals", "alarms", "silences", "tours", "verified")}
    assert told == {"signals": 354, "alarms": 14, "silences": 1, "tours": 1, "verified": True}, told


def main():
    tests = [the_watch_over_http, the_day_of_the_demonstration]
    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, function in enumerate(tests, 1):
        good = True
        try:
            function()
        except Exception:  # pylint: disable=broad-except
            good = False
            failed += 1
            print("".join("# " + line for line in traceback.format_exc().splitlines(True)))
        print(f"{'ok' if good else 'not ok'} {number} - {function.__name__}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
