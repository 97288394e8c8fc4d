#!/usr/bin/python3
"""reading_test.py CHANCERY: what is made stricter later is not read by what was written before, and
the reading of what is restricted is noted, on every way out there is; a new route or noun is tried
by itself. TAP on standard output."""
import http.client
import json
import socket
import sys

import cli_test
from api_test import FIRST, OUTLET, Demo, another, own_of
from rights_test import example, somebody, tell

# Whose label cannot be made stricter: there is one mission, and everybody is told the level.
OPEN = {"missions", "levels"}


def narrow_reader(demo):
    demo.ask("POST", "roles", {"id": "narrow", "label": "TLP:GREEN", "name": "Narrow",
                               "permissions": ["*"], "clearance": "TLP:AMBER"})
    return somebody(demo, "narrow", ["narrow"])


def make_one_of_each(demo):
    """A record of every noun that can be changed, open to all: (noun, id) by plural."""
    made = {}
    demo.ask("POST", "outlets", OUTLET)
    for noun in demo.ask("GET", "catalog")["records"]:
        plural = noun["plural"]
        if plural in OPEN or "write" not in noun or noun.get("editable") == []:
            continue
        items = demo.ask("GET", plural)["items"]
        record = own_of(noun, items[0]["record"]) if items else FIRST[plural]
        record = {**another(record, 9), "label": "TLP:GREEN"}
        made[plural] = (noun, demo.ask("POST", plural, record)["id"])
    return made


def make_stricter(demo, made):
    for plural, (noun, one) in made.items():
        was = demo.ask("GET", f"{plural}/{one}")
        demo.ask("PUT", f"{plural}/{one}", {**own_of(noun, was["record"]), "label": "TLP:RED"},
                 headers={"If-Match": f'"{was["seq"]}"'})


def told_live(demo, cookie, position):
    """What a live connection is told from a position on, up to the first ping: until then it reads
    the record."""
    call = socket.create_connection(("127.0.0.1", demo.port), timeout=cli_test.PATIENCE_S)
    call.sendall((f"GET /api/v1/live?after={position} HTTP/1.1\r\nHost: localhost:{demo.port}\r\n"
                  f"X-Chancery: 1\r\nCookie: {cookie}\r\n\r\n").encode())
    told = b""
    while b"event: ping" not in told:
        more = call.recv(65536)
        assert more, told[-200:]
        told += more
    call.close()
    return told.decode(errors="replace")


def rule_of(nouns):
    """A rule that meets the first event of every one of these nouns."""
    parts = "\n---\n".join(
        f"title: Any {noun}\nid: any-{noun.replace('_', '-')}\n"
        f"logsource: {{product: chancery, category: {noun}, service: added}}\n"
        "detection:\n    any:\n        _kind: '*'\n    condition: any\nlevel: low" for noun in nouns)
    return parts + "\n"


def events_of(demo, made):
    """The numbers of all events of the records, as the officer is told."""
    numbers = []
    for noun, one in made.values():
        items = demo.ask("GET", f"ledger/events?record={noun['name']}/{one}")["items"]
        assert items, noun["name"]
        numbers += [item["seq"] for item in items]
    return numbers


def places(demo, made, numbers):
    """Every address that the API gives something at: its method, path and body."""
    api = demo.ask("GET", "openapi.json")
    for path, methods in api["paths"].items():
        for method, route in methods.items():
            if path in ("/api/v1/live", "/api/v1/lengthy"):
                continue
            if method == "get":
                yield from [("GET", at, None) for at in filled(path, made, numbers)]
            elif method == "post" and reads(path):
                schema = route["requestBody"]["content"]["application/json"]["schema"]
                body = example(api["components"]["schemas"], schema)
                for at in filled(path, made, numbers):
                    yield from [("POST", at, each) for each in asked(path, body, made, numbers)]
    for plural in made:
        for question in ("?format=csv", "?retired=true", "?q=9", "?sort=label"):
            yield "GET", f"/api/v1/{plural}{question}", None
    for noun, one in made.values():
        yield "GET", f"/api/v1/ledger/events?record={noun['name']}/{one}", None
        yield "GET", f"/api/v1/ledger/events?kind={noun['name']}.added", None
        yield "GET", f"/api/v1/reports/ledger?record={noun['name']}/{one}", None
        yield "GET", f"/api/v1/reports/ledger?kind={noun['name']}.added", None
    yield "GET", "/api/v1/ledger/events?backwards=true&limit=500", None


def reads(path):
    """Routes that answer a question put in a body."""
    return path.endswith(("/explain", "/backtest", "-replay", "/try", "-check"))


def asked(path, body, made, numbers):
    if path.endswith("/explain"):
        return [{"seq": seq} for seq in numbers]
    if path.endswith("-replay"):
        return [{"rule": rule_of([noun["name"]]), "days": 1} for noun, _ in made.values()]
    if path.endswith("/backtest"):
        return [{"days": 1}]
    return [body]


def filled(path, made, numbers):
    """The path with what may stand in its braces."""
    parts = path.split("/")
    if "{" not in path:
        return [path]
    if parts[3] in made:
        return ["/".join(made[parts[3]][1] if part == "{id}" else part for part in parts)]
    if "{seq}" in path:
        return [path.replace("{seq}", str(seq)) for seq in numbers]
    ids = [one for _, one in made.values()]
    return [path.replace("{id}", one).replace("{name}", one) for one in ids]


def what_is_made_stricter_is_read_by_no_older_event():
    with Demo() as demo:
        cookie = narrow_reader(demo)
        before = demo.ask("GET", "ledger")["size"] - 1
        made = make_one_of_each(demo)
        names = [noun["name"] for noun, _ in made.values()]
        rule = "tripwires/" + demo.ask("POST", "tripwires", {
            "label": "TLP:GREEN", "name": "All", "rule": rule_of(names)})["id"]
        open_to_all = told_live(demo, cookie, before)
        missing = [plural for plural, (_, one) in made.items() if one not in open_to_all]
        assert missing == [], missing
        make_stricter(demo, made)
        made["tripwires"] = ({"name": "tripwire"}, rule.split("/")[1])
        numbers = events_of(demo, made)
        del made["tripwires"]
        ways = list(places(demo, {**made, "tripwires": ({"name": "tripwire"}, rule.split("/")[1])},
                           numbers))
        assert len(ways) > 300, len(ways)
        told = [(method, path, tell(demo, cookie, method, path, body))
                for method, path, body in ways]
        told.append(("GET", "/api/v1/live", (200, told_live(demo, cookie, before))))
        leaks = []
        for method, path, (status, text) in told:
            assert status != 500, (method, path, text)
            for plural, (_, one) in made.items():
                # a document repeats what it was asked for
                if status < 300 and one in text and one not in path.split("?")[-1]:
                    at = text.index(one)
                    leaks.append(f"{method} {path}: {plural}: {text[max(0, at - 300):at + 100]}")
        assert leaks == [], f"{len(leaks)} leaks: " + "\n".join(leaks)[:6000]


def readings_by(demo, account):
    """What each event says that this account read: (number, records). To read that is noted, too."""
    told, position, end = [], 0, demo.ask("GET", "ledger")["size"]
    while position < end:
        page = demo.ask("GET", f"ledger/events?kind=reading.noted&from={position}&limit=500")
        told += [(event["seq"], event["body"]["records"]) for event in page["items"]
                 if event["actor"] == account]
        position = page.get("next", end)
    return told


def shown_by(made, path, status, text):
    """The restricted records that an answer is about: it names them, or was asked for them."""
    plural = (path.split("/") + [""] * 3)[3]
    return [f"{noun['name']}/{one}" for name, (noun, one) in made.items()
            if status == 200 and text and (one in text or (one in path and name == plural))
            and one not in path.split("?")[-1]]


def what_is_restricted_is_read_by_no_way_that_is_not_noted():
    with Demo() as demo:
        cookie = somebody(demo, "reader")
        made = make_one_of_each(demo)
        cli_test.until("the state of the listener",
                       lambda: made["listeners"][1] in json.dumps(demo.ask("GET", "listener-states")))
        make_stricter(demo, made)
        ways = list(places(demo, made, events_of(demo, made)))
        shown = []
        for method, path, body in ways:
            before = demo.ask("GET", "ledger")["size"]
            status, text = tell(demo, cookie, method, path, body)
            assert status != 500, (method, path, text)
            after = demo.ask("GET", "ledger")["size"]
            shown += [(before, after, f"{method} {path}", record)
                      for record in shown_by(made, path, status, text)]
        noted = readings_by(demo, "reader")
        assert len({way for _, _, way, _ in shown}) > 200, len(shown)
        silent = {}
        for before, after, way, record in shown:
            noun, one = record.split("/")
            # a row of another table may go by the record's id
            if not any(before <= seq < after and any(name in (noun, name.split("/")[0] + "/" + one)
                                                     for name in records) for seq, records in noted):
                silent.setdefault(way, []).append(noun)
        assert silent == {}, f"{len(silent)} ways: " + json.dumps(silent, indent=1)[:4000]


TESTS = [what_is_made_stricter_is_read_by_no_older_event,
         what_is_restricted_is_read_by_no_way_that_is_not_noted]

if __name__ == "__main__":
    sys.exit(cli_test.main(TESTS))
