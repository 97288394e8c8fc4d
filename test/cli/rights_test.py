#!/usr/bin/python3
"""rights_test.py CHANCERY: who may do what, tried on every route there is; a new route is tried by
itself. TAP on standard output."""
import http.client
import json
import socket
import sys

import cli_test
from api_test import FIRST, IN_A_MONTH, OUTLET, Demo, another, own_of

BODY = b'{"why":"tried"}'


def all_by_name(demo):
    """All permissions, but not the one for everything: what is hidden stays hidden."""
    return sorted({row["name"].split(".")[0] + ".*" for row in demo.ask("GET", "permissions")["items"]})


def somebody(demo, name, role):
    """An account of a person of its own, with this role; gives its cookie. What it may do comes when
    it is in: a link into the account of an officer takes two."""
    demo.ask("POST", "roles", {"label": "TLP:GREEN", "name": name, **role, "permissions": []})
    me = demo.ask("GET", "accounts/" + demo.ask("GET", "session")["account"])["record"]
    person = another(demo.ask("GET", "persons/p01")["record"], 2)
    account = {"id": name, "login": name, "roles": [role["id"]], "label": me["label"],
               "kind": "person", "status": "active",
               "person": demo.ask("POST", "persons", person)["id"]}
    demo.ask("POST", "accounts", account)
    demo.links[name] = demo.ask("POST", f"accounts/{name}/enrolment", {})["link"].split("#")[-1]
    mine, demo.cookie = demo.cookie, ""  # a session gives way to a new one on the same device
    demo.enrol(name)
    theirs, demo.cookie = demo.cookie, mine
    empty = demo.ask("GET", "roles/" + role["id"])
    demo.ask("PUT", "roles/" + role["id"], {**empty["record"], "permissions": role["permissions"]},
             headers={"If-Match": f'"{empty["seq"]}"'})
    return theirs


def suspend(demo, name):
    one = demo.ask("GET", "accounts/" + name)
    demo.ask("PUT", "accounts/" + name, {**one["record"], "status": "suspended"},
             headers={"If-Match": f'"{one["seq"]}"'})


def routes_with_a_body(demo):
    for path, methods in demo.ask("GET", "openapi.json")["paths"].items():
        for method, route in methods.items():
            if method in ("post", "put") and route["x-permission"] != "anyone":
                yield method.upper(), path


def begin(demo, cookie, method, path):
    """A request whose last byte is kept back. The server has admitted its head: it asks for the
    body."""
    call = socket.create_connection(("127.0.0.1", demo.port), timeout=cli_test.PATIENCE_S)
    place = "/".join("late" if part.startswith("{") else part for part in path.split("/"))
    call.sendall((f"{method} {place} HTTP/1.1\r\nHost: localhost:{demo.port}\r\nX-Chancery: 1\r\n"
                  f"Cookie: {cookie}\r\nContent-Type: application/json\r\n"
                  f"Content-Length: {len(BODY)}\r\nExpect: 100-continue\r\n\r\n").encode())
    told = call.recv(4096)
    assert told.startswith(b"HTTP/1.1 100 "), (method, path, told)
    call.sendall(BODY[:-1])
    return call


def finish(call):
    call.sendall(BODY[-1:])
    told = b""
    while b"\r\n" not in told:
        more = call.recv(4096)
        if not more:
            break
        told += more
    call.close()
    return told.split(b"\r\n")[0].decode()


def nobody_acts_who_was_suspended_between_head_and_body():
    with Demo() as demo:
        cookie = somebody(demo, "late", {"id": "late", "permissions": all_by_name(demo), "clearance": "TLP:RED"})
        routes = list(routes_with_a_body(demo))
        assert len(routes) > 100, len(routes)
        calls = [begin(demo, cookie, *route) for route in routes]
        suspend(demo, "late")
        before = demo.ask("GET", "ledger")["size"]
        answers = {route: finish(call) for route, call in zip(routes, calls)}
        wrong = {" ".join(route): status for route, status in answers.items()
                 if status.split(" ")[1] not in ("401", "403")}
        assert wrong == {}, wrong
        events = demo.ask("GET", "ledger/events?limit=100")["items"]
        theirs = [event for event in events if event["seq"] >= before and event["actor"] == "late"]
        assert theirs == [], theirs


# What has no record that can be hidden: there is one mission, and everybody is told the level.
OPEN = {"missions", "levels"}
ABSENT = "01JXXXXXXXXXXXXXXXXXXXXXXX"


def hide_one_of_each(demo):
    """A record of every noun that only the officer may read: the ids by plural."""
    hidden = {}
    demo.ask("POST", "outlets", OUTLET)
    for noun in demo.ask("GET", "catalog")["records"]:
        plural = noun["plural"]
        if plural in OPEN or "write" not in noun:
            continue
        items = demo.ask("GET", plural)["items"]
        record = own_of(noun, items[0]["record"]) if items else FIRST[plural]
        hidden[plural] = demo.ask("POST", plural, {**another(record, 9), "label": "TLP:RED"})["id"]
    return hidden


def example(schemas, schema, depth=0):
    """Something that the schema takes."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].split("/")[-1]]
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        wanted = schema.get("required", []) if depth else schema.get("properties", {})
        return {name: example(schemas, schema["properties"][name], depth + 1) for name in wanted
                if not schema["properties"][name].get("readOnly")}
    if kind == "array":
        return []
    if kind in ("integer", "number"):
        return max(1, schema.get("minimum", 1))
    if kind == "boolean":
        return True
    return IN_A_MONTH if schema.get("format") == "date-time" else ABSENT


def tell(demo, cookie, method, path, body, port=0):
    """The status and the text of the answer; a grave act is proved first."""
    call = http.client.HTTPConnection("127.0.0.1", demo.port, timeout=cli_test.PATIENCE_S)
    text = None if body is None else json.dumps(body)
    call.request(method, path, text, {
        "Host": f"localhost:{port or demo.port}", "X-Chancery": "1", "Cookie": cookie,
        **({} if body is None else {"Content-Type": "application/json"})})
    answer = call.getresponse()
    told = answer.read().decode(errors="replace")
    if answer.status == 403 and '"rule":"proof"' in told and not port:
        demo.prove(cookie, json.loads(told)["value"])
        return tell(demo, cookie, method, path, body)
    return answer.status, told


def bodies(demo, api, plural, route, one):
    """None for a route without a body; else none of the fields, the record itself, all fields."""
    if "requestBody" not in route:
        return [None]
    schema = route["requestBody"]["content"].get("application/json", {}).get("schema", {})
    return [{}, {"why": "tried"}, demo.ask("GET", f"{plural}/{one}")["record"],
            example(api["components"]["schemas"], schema)]


def what_is_hidden_answers_as_what_is_absent():
    with Demo() as demo:
        cookie = somebody(demo, "narrow", {"id": "narrow", "permissions": all_by_name(demo),
                                           "clearance": "TLP:AMBER"})
        hidden = hide_one_of_each(demo)
        api = demo.ask("GET", "openapi.json")
        differ, tried = {}, 0
        for path, methods in api["paths"].items():
            parts = path.split("/")
            if len(parts) < 5 or parts[3] not in hidden or parts[4] != "{id}":
                continue
            one = hidden[parts[3]]
            for method, route in methods.items():
                for body in bodies(demo, api, parts[3], route, one):
                    place = "/".join(ABSENT if part.startswith("{") else part for part in parts)
                    text = json.dumps(body).replace(one, ABSENT)
                    absent = tell(demo, cookie, method.upper(), place,
                                  None if body is None else json.loads(text))
                    place = place.replace(ABSENT, one, 1)
                    there = tell(demo, cookie, method.upper(), place, body)
                    tried += 1
                    if (there[0], there[1].replace(one, ABSENT)) != absent:
                        differ[f"{method.upper()} {path}"] = [absent, there]
        assert tried > 200, tried
        assert differ == {}, json.dumps(differ, indent=1)[:6000]


def an_id_that_is_taken_tells_nobody_of_what_is_hidden():
    with Demo() as demo:
        hidden = demo.ask("POST", "zones", {"id": "vault", "label": "TLP:RED", "name": "Vault",
                                            "site": "chancery", "kind": "controlled"})
        demo.cookie = somebody(demo, "clerk", {"id": "clerk", "permissions": ["mission.*"],
                                               "clearance": "TLP:GREEN"})
        zone = {"label": "TLP:GREEN", "name": "Hall", "site": "chancery", "kind": "controlled"}
        taken = demo.ask("POST", "zones", {**zone, "id": hidden["id"]}, want=(422,))
        assert demo.ask("POST", "zones", {**zone, "id": "nothing"}, want=(422,)) == taken
        assert taken["rule"] == "id", taken
        demo.ask("POST", "zones", zone)


def a_passkey_is_of_a_whole_origin():
    """Another service of this machine, at another port, does not pass ours on."""
    with Demo() as demo:
        for path in ("auth/passkey/options", "passkeys/options"):
            ours = tell(demo, demo.cookie, "POST", "/api/v1/" + path, {})
            theirs = tell(demo, demo.cookie, "POST", "/api/v1/" + path, {}, port=demo.port + 1)
            assert ours[0] == 200, ours
            assert theirs[0] == 403 and json.loads(theirs[1])["rule"] == "origin", theirs


TESTS = [nobody_acts_who_was_suspended_between_head_and_body,
         what_is_hidden_answers_as_what_is_absent,
         an_id_that_is_taken_tells_nobody_of_what_is_hidden, a_passkey_is_of_a_whole_origin]

if __name__ == "__main__":
    sys.exit(cli_test.main(TESTS))
