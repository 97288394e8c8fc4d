#!/usr/bin/python3
"""api_test.py CHANCERY: every route of the API once, on the fictional mission, each reply compared
with the shape that its route declares. TAP on standard output."""
import base64
import datetime
import hmac
import http.client
import json
import re
import struct
import subprocess
import sys
import time

import cli_test
from passkey import Passkey

PASSWORD = "quiet harbour, seven lamps"


def six_digits(secret):
    """The code of RFC 6238 for a secret in base 32, now."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    mac = hmac.new(key, struct.pack(">Q", int(time.time() // 30)), "sha1").digest()
    at = mac[19] & 15
    return f"{(struct.unpack('>I', mac[at:at + 4])[0] & 0x7fffffff) % 1000000:06}"


class Demo:
    """The fictional mission, and one of its people who is signed in."""

    def __init__(self):
        hits = ["--hits", cli_test.HITS] if cli_test.HITS else []
        self.process = subprocess.Popen(
            [cli_test.CHANCERY, "demo", "--listen", "127.0.0.1:0", "--minutes", "1440",
             "--check-replies", *hits], stdout=subprocess.PIPE, text=True)
        self.links, self.cookie, self.passkeys = {}, "", {}
        for line in self.process.stdout:
            link = re.match(r"\s*(\S+)\s+http://localhost:(\d+)/enrol#(\S+)", line)
            if link:
                self.port = int(link[2])
                self.links[link[1]] = link[3]
            if "Ctrl-C" in line:
                break

    def prove(self, cookie, act):
        """By the passkey of whoever has this cookie, for one act."""
        mine = {"Cookie": cookie}
        given = self.ask("POST", "auth/prove/options", {}, headers=mine)["publicKey"]
        credential = self.passkeys[cookie].assertion(given["challenge"])
        self.ask("POST", "auth/prove", {"act": act, "credential": credential}, headers=mine)

    def ask(self, method, path, body=None, want=(200, 201, 204), headers=None):
        call = http.client.HTTPConnection("127.0.0.1", self.port, timeout=cli_test.PATIENCE_S)
        sent = {"Host": f"localhost:{self.port}", "X-Chancery": "1", "Cookie": self.cookie,
                **(headers or {})}
        text = None
        if body is not None:
            raw = isinstance(body, bytes)
            sent["Content-Type"] = "application/octet-stream" if raw else "application/json"
            text = body if raw else json.dumps(body)
        call.request(method, "/api/v1/" + path, text, sent)
        answer = call.getresponse()
        told = answer.read().decode()
        if answer.status == 403 and '"rule":"proof"' in told and sent["Cookie"] in self.passkeys:
            self.prove(sent["Cookie"], json.loads(told)["value"])
            return self.ask(method, path, body, want, headers)
        assert answer.status in want, (method, path, answer.status, told)
        if answer.getheader("Set-Cookie"):
            self.cookie = answer.getheader("Set-Cookie").split(";")[0]
        return json.loads(told) if told.startswith(("{", "[")) else told

    def enrol(self, account):
        given = self.ask("POST", "auth/enrol/options", {"link": self.links[account]})["password"]
        self.ask("POST", "auth/enrol", {
            "link": self.links[account], "password": PASSWORD, "challenge": given["challenge"],
            "code": six_digits(given["secret"])})
        key = Passkey(f"http://localhost:{self.port}")
        challenge = self.ask("POST", "passkeys/options", {})["publicKey"]["challenge"]
        self.ask("POST", "passkeys", {"name": "Key", "credential": key.registration(challenge)})
        self.passkeys[self.cookie] = key

    def __enter__(self):
        self.enrol("officer")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        assert self.process.wait(timeout=cli_test.PATIENCE_S) == 0


IN_A_MONTH = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(time.time() + 30 * 86400))

# Of nouns that the fictional mission has none of.
# Steps that end a record from its first state.
ENDS = {"drop"}

FIRST = {
    "sources": {"label": "TLP:GREEN", "name": "Panel", "kind": "panel", "identity": "p-1",
                "zone": "comms", "points": [{"point": "2", "zone": "main-gate"}]},
    "listeners": {"label": "TLP:GREEN", "name": "Panels", "protocol": "dc09", "carrier": "tcp",
                  "address": "127.0.0.1:0", "disabled": True},
    "cameras": {"label": "TLP:GREEN", "name": "Parking", "source": "cam-parking",
                "stream": "rtsp://192.0.2.20/1", "disabled": True},
    "guard-shifts": {"label": "TLP:GREEN", "post": "post-one", "guard": "post-one",
                     "begins": "2026-11-23T06:00:00Z", "ends": "2026-11-23T14:00:00Z"},
    "guard-phones": {"label": "TLP:GREEN", "name": "Phone", "guard": "post-one", "key": "A" * 43},
    "alarm-rules": {"label": "TLP:GREEN", "name": "Fire there", "kind": "fire", "cause": "fire",
                    "priority": "urgent", "consequence": "It burns.", "action": "Go and see."},
    "routines": {"label": "TLP:GREEN", "name": "Try the generator", "every": 1, "unit": "weeks",
                 "at": "10:00", "weekdays": ["tuesday"]},
    "holidays": {"label": "TLP:GREEN", "name": "National day", "day": "2026-12-06"},
    "retentions": {"label": "TLP:GREEN", "kind": "task", "days": 400, "why": "by law"},
    "holds": {"label": "TLP:GREEN", "on": "task", "why": "an inquiry"},
    "levels": {"label": "TLP:GREEN", "level": "low", "why": "Nothing is aimed at us.",
               "until": IN_A_MONTH},
    "tasks": {"label": "TLP:GREEN", "title": "Try the generator"},
    "escalations": {"label": "TLP:GREEN", "name": "Duty officer", "outlet": "post", "tell": "notice",
                    "to": "duty@mission.example"},
}
# One that others of them name.
OUTLET = {"id": "post", "label": "TLP:GREEN", "name": "Post", "kind": "mail", "tls": "upgrade",
          "host": "mail.mission.example", "sender": "post@mission.example"}

PDF = b"%PDF-1.7\nmeter readings\n%%EOF\n"


def another(record, number):
    """The same again: without its id, and with other texts where the noun says that they are one
    record's alone, or are likely to be."""
    made = {name: value for name, value in record.items() if name != "id"}
    for name in ("name", "short_name", "slug", "login", "identity"):
        if name in made:
            made[name] += f"-{number}"
    if "login" in made:  # a second account of a person takes two to open
        made["status"] = "suspended"
    return made


def own_of(noun, record):
    """What people may write of a record: not what only Chancery sets."""
    system = [field["name"] for field in noun["shape"]["fields"] if field.get("system")]
    return {name: value for name, value in record.items() if name not in system}


def one_mission_is_all_there_is(demo, mission):
    one = "missions/" + mission["id"]
    demo.ask("POST", "missions", another(mission, 2), want=(409,))
    demo.ask("PUT", one, demo.ask("GET", one)["record"])
    demo.ask("DELETE", one, want=(409,))
    assert demo.ask("GET", one + "/history")["items"]
    assert demo.ask("GET", one + "/document").startswith("<!doctype html>")


def end_of(demo, noun, one):
    """Ends it, by a step where that is the only way; gives the last word of the event, "" when it
    ends by itself alone."""
    if noun.get("retire", True):
        demo.ask("DELETE", one + "?why=tried")
        return "retired"
    demo.ask("DELETE", one + "?why=tried", want=(405,))
    step = next((step for step in noun["steps"] if step["name"] in ENDS), None)
    if step is None:
        return ""
    demo.ask("POST", f"{one}/{step['name']}", {"why": "tried"})
    return step["event"].split(".")[1]


def every_noun_is_listed_made_changed_and_retired():
    with Demo() as demo:
        demo.ask("POST", "outlets", OUTLET)
        for noun in demo.ask("GET", "catalog")["records"]:
            plural = noun["plural"]
            items = demo.ask("GET", plural)["items"]
            record = own_of(noun, items[0]["record"]) if items else FIRST[plural]
            made = another(record, 2)
            if plural == "missions":
                one_mission_is_all_there_is(demo, record)
                continue
            one = f"{plural}/{demo.ask('POST', plural, made)['id']}"
            kept = demo.ask("GET", one)
            own = own_of(noun, kept["record"])
            fixed = noun.get("editable") == []
            demo.ask("PUT", one, own, want=(405,) if fixed else (200,),
                     headers={"If-Match": f'"{kept["seq"]}"'})
            demo.ask("PUT", one, own, want=(405,) if fixed else (412,), headers={"If-Match": '"0"'})
            end = end_of(demo, noun, one)
            assert bool(demo.ask("GET", one).get("retired")) == bool(end), one
            words = [event["kind"].split(".")[1]
                     for event in demo.ask("GET", one + "/history")["items"]]
            told = [word for word in words if word in (end, "changed", "added")]
            assert told == [end] * bool(end) + ["changed"] * (not fixed) + ["added"], words
            assert demo.ask("GET", one + "/document?history=true").startswith("<!doctype html>"), one
            assert demo.ask("GET", plural + "?format=csv").startswith("id,label,"), plural


def every_report_is_listed_and_refuses_what_it_does_not_know():
    with Demo() as demo:
        names = [report["name"] for report in demo.ask("GET", "reports")["items"]]
        assert "ledger" in names and "handover" in names, names
        assert demo.ask("GET", "reports/ledger").startswith("<!doctype html>")
        for name in names:
            demo.ask("GET", f"reports/{name}?colour=red", want=(422,))
            demo.ask("GET", f"reports/{name}?format=docx", want=(422,))


def the_record_can_be_browsed_and_proved():
    with Demo() as demo:
        head = demo.ask("GET", "ledger")
        assert head["size"] > 100
        event = demo.ask("GET", "ledger/events?limit=1")["items"][0]
        assert demo.ask("GET", f"ledger/events/{event['seq']}") == event
        assert "tlog-proof" in demo.ask("GET", f"ledger/events/{event['seq']}/proof")
        assert demo.ask("POST", "ledger/verify")["verified"]
        assert any(row["held"] for row in demo.ask("GET", "permissions")["items"])
        assert demo.ask("GET", "status")["faults"] == 0
        api = demo.ask("GET", "openapi.json")
        assert api["openapi"].startswith("3.1")
        silent = [f"{method} {path}" for path, methods in api["paths"].items()
                  for method, route in methods.items()
                  if not route["responses"]["200"].get("content")]
        assert silent == [], f"routes that do not say what they give: {silent}"


def an_erased_person_cannot_be_read_any_more():
    with Demo() as demo:
        person = another(demo.ask("GET", "persons/p01")["record"], 3)
        one = "persons/" + demo.ask("POST", "persons", person)["id"]
        demo.ask("POST", one + "/erase", {"why": "at their wish"}, want=(409,))
        demo.ask("DELETE", one)
        demo.ask("POST", one + "/erase", {"why": "at their wish"})
        events = demo.ask("GET", "ledger/events?record=" + one.replace("persons", "person"))
        told = json.dumps(events)
        assert "person.erased" in told and person["name"] not in told, told


def somebody_looks_after_their_own_ways_in():
    with Demo() as demo:
        first = demo.ask("GET", "session")["session"]
        demo.enrol("desk")
        demo.enrol("post-one")
        assert demo.ask("GET", "session")["session"] != first
        given = demo.ask("POST", "password/options", {})
        demo.ask("PUT", "password", {"password": PASSWORD + "!", "challenge": given["challenge"],
                                     "code": six_digits(given["secret"])})
        token = demo.ask("POST", "tokens", {"name": "a program"})
        assert [row["id"] for row in demo.ask("GET", "tokens")["items"]] == [token["id"]]
        demo.ask("DELETE", "tokens/" + token["id"])
        demo.ask("POST", "tokens", {"name": "some", "sources": ["gate", "hall"]})
        demo.ask("POST", "tokens", {"name": "none", "sources": []})  # something else than none given
        demo.ask("POST", "tokens", {"name": "any"})
        demo.ask("POST", "tokens", {"name": "wrong", "sources": "gate"}, want=(422,))
        rows = {row["name"]: row for row in demo.ask("GET", "tokens")["items"]}
        assert [rows[name]["sources_only"] for name in ("some", "none", "any")] == [True, True, False], rows
        assert rows["some"]["sources"] == ["gate", "hall"] and not rows["none"].get("sources"), rows
        demo.ask("DELETE", "passkeys/" + demo.ask("GET", "passkeys")["items"][0]["id"])
        refused = demo.ask("DELETE", "password", want=(409,))
        assert refused["rule"] == "last-way", refused
        mine = [row["id"] for row in demo.ask("GET", "sessions")["items"] if row["current"]]
        demo.ask("DELETE", "sessions/" + mine[0])
        demo.ask("GET", "session", want=(401,))


def in_an_hour():
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def an_alarm_is_taken_answered_and_ended():
    with Demo() as demo:
        demo.ask("POST", "alarm-rules", FIRST["alarm-rules"])
        source = demo.ask("POST", "sources", FIRST["sources"])["id"]
        alarms = []
        for point in ("1", "2"):
            taken = demo.ask("POST", "signals", {"items": [
                {"source": "p-1", "kind": "fire", "priority": "urgent", "code_system": "test",
                 "text": "Smoke", "zone": point}]})
            alarms.append(taken["items"][0]["alarm"])
        assert demo.ask("GET", "signals")["items"]
        assert "post-one" in [one["id"] for one in demo.ask("GET", "guards")["items"]]
        assert set(alarms) <= {row["id"] for row in demo.ask("GET", "alarms")["items"]}
        one = "alarms/" + alarms[0]
        demo.ask("GET", one)
        demo.ask("POST", one + "/claim", {})
        demo.ask("POST", one + "/release")
        demo.ask("POST", one + "/shelve", {"for_ms": 60000, "why": "hot work"})
        demo.ask("POST", one + "/unshelve")
        demo.ask("POST", one + "/merge", {"into": alarms[1]})
        demo.ask("POST", one + "/split")
        answer = {"why": "toast", "disposition": "false"}
        demo.ask("POST", one + "/acknowledge", answer)
        demo.ask("POST", one + "/end", answer)
        for path in ("queue", "figures", "sources", "sources/" + source, "unknown", "gaps",
                     "zones"):
            demo.ask("GET", "watch/" + path)
        demo.ask("POST", f"sources/{source}/disable", {"until": in_an_hour(), "why": "repair"})
        demo.ask("POST", f"sources/{source}/enable")
        demo.ask("GET", "zones/comms/readiness")
        demo.ask("POST", "zones/comms/arm", {"accept": True, "why": "as it is"})
        demo.ask("POST", "zones/comms/disarm")


def a_listener_tells_how_it_does():
    with Demo() as demo:
        listener = demo.ask("POST", "listeners", FIRST["listeners"])["id"]
        cli_test.until("the state of a listener", lambda: demo.ask("GET", "listener-states")["items"])
        state = demo.ask("GET", f"listeners/{listener}/state")
        assert state["condition"] == "disabled", state


RULE = """title: A zone on the roof
id: roof-test
logsource: {product: chancery, category: zone, service: added}
detection:
    selection: {name|contains: roof}
    condition: selection
level: low
"""


def a_tripwire_is_tried_activated_fires_and_explains_itself():
    with Demo() as demo:
        checked = demo.ask("POST", "tripwire-check", {"rule": RULE})
        assert checked["errors"] == [] and checked["cannot_fire"] is None, checked
        wrong = demo.ask("POST", "tripwire-check", {"rule": RULE.replace("contains", "has")})
        assert wrong["errors"][0]["line"] == 5, wrong
        one = "tripwires/" + demo.ask("POST", "tripwires", {
            "label": "TLP:GREEN", "name": "Roof", "rule": RULE})["id"]
        source = {"product": "chancery", "category": "zone", "service": "added"}
        tried = demo.ask("POST", one + "/try", {"events": [
            {"_id": "a", "_logsource": source, "name": "Flat roof"},
            {"_id": "b", "_logsource": source, "name": "Cellar"}]})
        assert [hit["events"] for hit in tried["items"]] == [["a"]], tried
        zone = {"label": "TLP:GREEN", "site": "chancery", "kind": "controlled"}
        demo.ask("POST", "zones", {**zone, "name": "Old roof"})
        was = demo.ask("POST", one + "/backtest", {"days": 1})
        assert was["hits"] >= 1 and was["events"] > 100, was
        assert was["seen"][was["items"][0]["events"][0]]["kind"] == "zone.added", was
        near = demo.ask("POST", "tripwire-replay", {
            "rule": RULE.replace("contains: roof", "contains: spire"), "days": 1})
        assert near["hits"] == 0 and near["parts"][0]["why"]["parts"] == 1, near
        demo.ask("POST", "tripwire-replay", {"rule": RULE}, want=(422,))
        demo.ask("POST", one + "/activate")
        demo.ask("POST", one + "/activate", want=(409,))
        demo.ask("POST", "zones", {**zone, "name": "New roof"})
        hits = cli_test.until("the tripwire's hit", lambda: [
            row for row in demo.ask("GET", "tripwire-hits")["items"] if row["tripwire"] == one.split("/")[1]])
        assert len(hits) == 1 and hits[0]["event_count"] == 1, hits
        why = demo.ask("POST", one + "/explain", {"seq": int(hits[0]["events"][0])})
        assert "roof-test fires" in why["text"] and why["rules"][0]["fires"], why
        hit = demo.ask("GET", "tripwire-hits/" + hits[0]["id"])
        assert hit["rule_text"] == RULE and not hit["rule_changed"], hit
        held = [line for line in hit["events"][0]["rules"][0]["lines"] if line["kind"] == "item"]
        assert held[0]["held"] and held[0]["found"] == ["New roof"], held
        board = {row["id"]: row for row in demo.ask("GET", "tripwire-board")["items"]}
        row = board[one.split("/")[1]]
        assert row["hits_24h"] == 1 and row["last_hit"] == hits[0]["id"], row
        demo.ask("POST", one + "/test")
        demo.ask("POST", one + "/explain", {}, want=(422,))
        demo.ask("POST", one + "/off", {"why": "it was a test"})
        grave = RULE.replace("roof-test", "roof-lock") + "chancery: {actions: [{do: lock}]}\n"
        two = "tripwires/" + demo.ask("POST", "tripwires", {
            "label": "TLP:GREEN", "name": "Roof lock", "rule": grave})["id"]
        assert demo.ask("POST", "tripwire-check", {"rule": grave})["two_persons"]
        demo.ask("POST", two + "/activate")
        assert demo.ask("GET", two)["record"]["status"] == "proposed"
        demo.ask("POST", two + "/activate", want=(403,))
        demo.ask("POST", two + "/withdraw", {"why": "which doors?"})
        assert demo.ask("GET", "tripwire-status")["position"] > 0
        assert demo.ask("GET", "tripwire-taxonomy")["product"] == "chancery"


def records_have_files_and_are_removed_in_time():
    with Demo() as demo:
        task = demo.ask("POST", "tasks", FIRST["tasks"])["id"]
        of = {"tasks": task}
        for noun in demo.ask("GET", "catalog")["records"]:
            if "attachments" not in noun:
                continue
            plural = noun["plural"]
            one = of.get(plural) or demo.ask("GET", plural)["items"][0]["record"]["id"]
            files = f"{plural}/{one}/attachments"
            made = demo.ask("POST", files + "?name=meter.pdf", PDF)
            assert made["type"] == "application/pdf", made
            assert demo.ask("GET", f"{files}/{made['id']}").encode() == PDF
            demo.ask("DELETE", f"{files}/{made['id']}?why=tried")
            assert [row["removed_why"] for row in demo.ask("GET", files)["items"]] == ["tried"]
        rules = {row["kind"]: row for row in demo.ask("GET", "retention-rules")["items"]}
        assert rules["task"]["after"] == "retired", rules
        demo.ask("GET", "retention-due")
        demo.ask("POST", f"tasks/{task}/erase", {"why": "it was a test"})
        demo.ask("GET", "tasks/" + task, want=(404,))


def a_task_is_done_by_one_and_verified_by_another():
    with Demo() as demo:
        role = demo.ask("GET", "roles/receptionist")["record"]
        role["permissions"] += ["task.verify"]
        demo.ask("PUT", "roles/receptionist", role)
        tasks = [demo.ask("POST", "tasks", {**FIRST["tasks"], "owner": "officer"})["id"]
                 for _ in range(3)]
        demo.ask("POST", f"tasks/{tasks[2]}/drop", {"why": "sold"})
        for task in tasks[:2]:
            demo.ask("POST", f"tasks/{task}/finish", {"proof": "it runs"})
        demo.ask("POST", f"tasks/{tasks[0]}/verify", {}, want=(403,))
        demo.enrol("desk")
        demo.ask("POST", f"tasks/{tasks[0]}/return", {"why": "it does not"})
        demo.ask("POST", f"tasks/{tasks[1]}/verify", {})
        assert demo.ask("GET", "tasks/" + tasks[1])["record"]["state"] == "verified"


def what_comes_round_is_seen_and_moved():
    with Demo() as demo:
        rows = {row["id"]: row for row in demo.ask("GET", "rhythms")["items"]}
        assert {"retention", "tripwire-self-test"} <= set(rows), rows
        demo.ask("POST", "rhythms/tripwire-self-test/pace", {"factor_bp": 5000})
        rows = {row["id"]: row for row in demo.ask("GET", "rhythms")["items"]}
        assert rows["tripwire-self-test"]["schedule"] == "every 3 hours", rows


TESTS = [every_report_is_listed_and_refuses_what_it_does_not_know, records_have_files_and_are_removed_in_time, a_task_is_done_by_one_and_verified_by_another,
         what_comes_round_is_seen_and_moved,
         a_tripwire_is_tried_activated_fires_and_explains_itself, every_noun_is_listed_made_changed_and_retired, the_record_can_be_browsed_and_proved,
         an_erased_person_cannot_be_read_any_more, somebody_looks_after_their_own_ways_in,
         an_alarm_is_taken_answered_and_ended, a_listener_tells_how_it_does]

if __name__ == "__main__":
    sys.exit(cli_test.main(TESTS))
