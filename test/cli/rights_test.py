#!/usr/bin/python3
"""rights_test.py CHANCERY: who may do what, tried on every route there is; a new route is tried by
itself. TAP on standard output."""
import json
import socket
import sys

import cli_test
from api_test import Demo, another

BODY = b'{"why":"tried"}'


def second_officer(demo, name):
    """An account with all that the officer may, of a person of its own; gives its cookie."""
    me = demo.ask("GET", "accounts/" + demo.ask("GET", "session")["account"])["record"]
    person = another(demo.ask("GET", "persons/p01")["record"], 2)
    account = {"id": name, "login": name, "roles": me["roles"], "label": me["label"],
               "kind": "person", "status": "active",
               "person": demo.ask("POST", "persons", person)["id"]}
    demo.ask("POST", "accounts", account)
    demo.links[name] = demo.ask("POST", f"accounts/{name}/enrolment", {})["link"].split("#")[-1]
    mine, demo.cookie = demo.cookie, ""  # a session gives way to a new one on the same device
    demo.enrol(name)
    theirs, demo.cookie = demo.cookie, mine
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
        cookie = second_officer(demo, "late")
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


TESTS = [nobody_acts_who_was_suspended_between_head_and_body]

if __name__ == "__main__":
    sys.exit(cli_test.main(TESTS))
