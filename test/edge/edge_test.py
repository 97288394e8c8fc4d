#!/usr/bin/env python3
"""The web server against real clients: curl, and raw sockets that do not keep to the rules.

usage: edge_test.py EDGE_SERVER      (see edge_server.c; reports as TAP)
"""
import json
import os
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import traceback

TESTS = []
HEAD = "GET /health HTTP/1.1\r\nHost: localhost\r\n"


def test(function):
    TESTS.append(function)
    return function


class Server:
    """One served mission; leaves nothing behind."""

    def __init__(self, *arguments, hits=None, descriptors=None):
        environment = dict(os.environ, **({"EDGE_HITS": hits} if hits else {}))
        command = [sys.argv[1], *arguments]
        if descriptors:
            command = ["prlimit", f"--nofile={descriptors}", *command]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=environment)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        assert self.process.wait(60) == 0, "the server did not end well"

    def order(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def dial(self):
        connection = socket.create_connection(("127.0.0.1", self.port), 60)
        return connection

    def say(self, text):
        """Send, then all that comes until the server closes."""
        with self.dial() as connection:
            try:
                connection.sendall(text if isinstance(text, bytes) else text.encode("latin-1"))
            except (BrokenPipeError, ConnectionResetError):
                pass
            return hear(connection)

    def status(self):
        text = self.say("GET /api/v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        "Authorization: Bearer officer\r\n\r\n")
        return json.loads(text.split("\r\n\r\n", 1)[1])


def hear(connection, end=None):
    text = b""
    while True:
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            part = b""
        text += part
        if not part or (end and end.encode() in text):
            return text.decode("utf-8")


def curl(*arguments):
    done = subprocess.run(["curl", "-sS", "--max-time", "60", *arguments], capture_output=True,
                          text=True, check=False)
    return done.returncode, done.stdout


@test
def requests_that_two_readers_could_understand_in_two_ways():
    with Server() as server:
        smuggled = "GET /api/v1/status HTTP/1.1\r\nHost: a\r\n\r\n"
        rows = [
            (400, "GET /health HTTP/1.1\r\n\r\n"),
            (400, HEAD + "Host: b\r\n\r\n"),
            (400, HEAD + "Content-Length: 0\r\nContent-Length: 5\r\n\r\n" + smuggled),
            (400, HEAD + "Content-Length: 5\r\nContent-Length: 5\r\n\r\n" + smuggled),
            (400, HEAD + "Content-Length: +7\r\n\r\n" + smuggled),
            (400, HEAD + "Content-Length: 7\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            (411, HEAD + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled),
            (411, HEAD + "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n" + smuggled),
            (400, HEAD + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
            (400, HEAD + "X: a\r\n folded: b\r\n\r\n"),
            (400, "GET /health HTTP/1.1\nHost: localhost\n\n"),
            (400, HEAD + "X: a\nContent-Length: 5\r\n\r\n"),
            (400, HEAD + "X: a\0b\r\n\r\n"),
            (400, HEAD + "X: a\rb\r\n\r\n"),
            (400, "GET http://localhost/health HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            (400, "\r\n" + HEAD + "\r\n"),
            (400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
            (505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
            (414, "GET /" + "a" * 4096 + " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            (431, HEAD + "X: " + "a" * 70000 + "\r\n\r\n"),
            (431, HEAD + "X: a\r\n" * 10000 + "\r\n"),
            (417, HEAD + "Expect: a-miracle\r\n\r\n"),
        ]
        for status, text in rows:
            reply = server.say(text)
            assert reply.startswith(f"HTTP/1.1 {status} "), f"{text[:80]!r} -> {reply[:200]!r}"
            assert reply.count("Date: ") == 1, f"{text[:80]!r} got two answers: {reply!r}"
        refused = server.status()["http"]["refused"]
        assert refused["host"] == 2 and refused["coding"] == 2 and refused["framing"] == 4, refused
        assert refused["head_size"] == 1 and refused["head_count"] == 1, refused


@test
def clients_that_are_slow_on_purpose():
    with Server() as server:
        drip_head, drip_body, silent = server.dial(), server.dial(), server.dial()
        body = ("POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer officer\r\n"
                "Content-Type: application/json\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n")
        drip_body.sendall(body.encode())
        assert hear(drip_body, "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n"
        drip_body.sendall(b"{")
        for byte in "GET /" + "a" * 2000:  # each byte in time, all of them not
            try:
                drip_head.sendall(byte.encode())
            except (BrokenPipeError, ConnectionResetError):
                break
            server.order("pass 900")
            server.status()
        else:
            raise AssertionError("who sends a byte now and then is never closed")
        server.order("pass 40000")
        for connection in (drip_head, drip_body, silent):
            assert hear(connection) == ""
            connection.close()
        refused = server.status()["http"]["refused"]
        assert refused["deadline"] == 2 and refused["idle"] >= 1, refused


KNOWN = "GET /api/v1/things HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer officer\r\n\r\n"


def answered(connection, text=KNOWN):
    try:
        connection.sendall(text.encode())
        return hear(connection, "}").startswith("HTTP/1.1 200 ")
    except (BrokenPipeError, ConnectionResetError):
        return False


def strangers(server, context):
    """Each way to hold a connection without saying who one is."""
    yield "silent", lambda connection: connection
    if not context:
        yield "half a head", lambda connection: connection.sendall(b"GET / HTT")
        yield "asked and idle", lambda connection: answered(connection, HEAD + "\r\n")
        yield "half a body", lambda connection: connection.sendall(
            b"POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
    else:
        yield "half a handshake", lambda connection: connection.sendall(b"\x16\x03\x01\x02\x00")
        yield "secured and silent", lambda connection: secured(connection, context)


def secured(connection, context):
    return context.wrap_socket(connection, server_hostname="localhost") if context else connection


def hold_and_ask(server, context, count):
    """With so many strangers of each kind there, those with a session stay, and others come."""
    for kind, hold in strangers(server, context):
        with secured(server.dial(), context) as known:
            assert answered(known), kind
            held = []
            try:
                for _ in range(count):
                    connection = server.dial()
                    held.append(connection)
                    try:
                        held.append(hold(connection))
                    except (BrokenPipeError, ConnectionResetError):
                        pass
                assert answered(known), f"{kind}: who had a session was shut out"
                with secured(server.dial(), context) as fresh:
                    assert answered(fresh), f"{kind}: nobody else comes in"
            finally:
                for connection in held:
                    if isinstance(connection, socket.socket):
                        connection.close()


def enough_descriptors():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@test
def idle_connections_by_the_thousand_shut_nobody_out():
    enough_descriptors()
    with Server() as server:
        hold_and_ask(server, None, 2304)
        refused = server.status()["http"]["refused"]
        assert refused["displaced"] >= 1000 and refused["connections"] == 0, refused


@test
def idle_connections_shut_nobody_out_where_descriptors_are_few():
    with Server(descriptors=200) as server:
        hold_and_ask(server, None, 400)


@test
def connections_that_secure_nothing_shut_nobody_out():
    enough_descriptors()
    with tempfile.TemporaryDirectory() as folder:
        authority = os.path.join(folder, "ca.pem")
        with Server("tls", authority) as server:
            context = ssl.create_default_context(cafile=authority)
            hold_and_ask(server, context, 2304)


@test
def handshakes_and_first_bytes_have_deadlines():
    with tempfile.TemporaryDirectory() as folder:
        authority = os.path.join(folder, "ca.pem")
        with Server("tls", authority) as server:
            context = ssl.create_default_context(cafile=authority)
            silent, late = server.dial(), secured(server.dial(), context)
            known = secured(server.dial(), context)
            assert answered(known)
            server.order("pass 10100")
            for connection in (silent, late):
                assert hear(connection) == ""
                connection.close()
            assert answered(known)
            known.sendall(KNOWN.replace("things", "status").encode())
            whole = hear(known, '"turned_away":0}}')
            refused = json.loads(whole.split("\r\n\r\n", 1)[1])["http"]["refused"]
            assert refused["handshake"] == 1 and refused["idle"] == 1, refused
            known.close()


@test
def bodies_too_large_or_half():
    with Server() as server:
        post = ("POST /api/v1/things HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer officer\r\n"
                "Content-Type: application/json\r\n")
        reply = server.say(post + "Content-Length: 2000000\r\n\r\n" + "a" * 2000000)
        assert reply.startswith("HTTP/1.1 413 "), reply[:200]
        reply = server.say(post + "Content-Length: 999999999999999\r\n\r\n")
        assert reply.startswith("HTTP/1.1 413 "), reply[:200]
        with server.dial() as half:
            half.sendall((post + "Content-Length: 100\r\n\r\n{\"id\":").encode())
        with server.dial() as half:
            half.sendall(b"GET /hea")
        assert server.status()["events"] == 0


@test
def curl_reads_and_writes():
    with Server() as server:
        base = f"http://localhost:{server.port}"
        officer = ["-H", "Authorization: Bearer officer", "-H", "Content-Type: application/json"]
        thing = '{"id":"t1","label":"TLP:GREEN","name":"one"}'
        code, out = curl(*officer, "-d", thing, "-w", "%{http_code}", base + "/api/v1/things")
        assert code == 0 and out.endswith("201") and '"id":"t1"' in out, out
        code, out = curl(*officer, "-H", 'If-None-Match: "0"', "-w", "%{http_code}",
                         base + "/api/v1/things/t1")
        assert out == "304", out
        code, out = curl(*officer, "-T", "-", "-w", "%{http_code}", base + "/api/v1/things/t1")
        assert out.endswith("411"), out  # curl sends what it cannot measure in chunks
        code, out = curl("-I", base + "/health")
        assert out.startswith("HTTP/1.1 200 OK"), out
        code, out = curl(*officer, "--path-as-is", "-w", "%{http_code}",
                         base + "/api/v1/things/../status")
        assert out.endswith("400"), out


@test
def curl_hears_what_happens():
    with Server() as server:
        server.order("add a TLP:GREEN")
        server.order("add b TLP:RED")
        server.order("add c TLP:GREEN")
        arguments = ["curl", "-sSN", "--max-time", "60", "-H", "Authorization: Bearer guard", "-H",
                     "Last-Event-ID: 0", f"http://localhost:{server.port}/api/v1/live"]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as client:
            heard = []
            while not any('"size":3' in line for line in heard):
                heard.append(client.stdout.readline())
            server.order("add d TLP:GREEN")
            while not any("thing/d" in line for line in heard):
                heard.append(client.stdout.readline())
            client.kill()
        told = [json.loads(line[6:])["record"] for line in heard
                if line.startswith("data:") and "record" in line]
        assert told == ["thing/c", "thing/d"], told


@test
def tls_1_3_by_the_missions_authority_and_nothing_older():
    with tempfile.TemporaryDirectory() as folder:
        authority = os.path.join(folder, "ca.pem")
        with Server("tls", authority) as server:
            base = f"https://localhost:{server.port}"
            code, out = curl("--cacert", authority, "-w", "%{http_code} %{ssl_verify_result}",
                             base + "/health")
            assert code == 0 and out.endswith("200 0"), (code, out)
            code, out = curl("--cacert", authority, "-D", "-", base + "/health")
            assert "Strict-Transport-Security: max-age=" in out, out
            assert curl("--cacert", authority, "--tls-max", "1.2", base + "/health")[0] == 35
            assert curl(base + "/health")[0] == 60  # not trusted by others
            context = ssl.create_default_context(cafile=authority)
            context.set_alpn_protocols(["h2", "http/1.1"])
            with context.wrap_socket(server.dial(), server_hostname="127.0.0.1") as connection:
                assert connection.version() == "TLSv1.3"
                assert connection.selected_alpn_protocol() == "http/1.1"
                connection.sendall((HEAD + "\r\n").encode())
                assert hear(connection, "ok\"}").startswith("HTTP/1.1 200 ")
            with server.dial() as plain:
                plain.sendall((HEAD + "\r\n").encode())
                try:
                    assert b"200 OK" not in plain.recv(4096)
                except ConnectionResetError:
                    pass


@test
def every_route_was_met():
    """What the API describes, against what the server noted of a run that asks for all of it."""
    with tempfile.TemporaryDirectory() as folder:
        hits = os.path.join(folder, "hits")
        with Server(hits=hits) as server:
            server.order("add t1 TLP:GREEN")
            reply = server.say("GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n"
                               "Connection: close\r\nAuthorization: Bearer officer\r\n\r\n")
            paths = json.loads(reply.split("\r\n\r\n", 1)[1])["paths"]
            wanted = {f"{method.upper()} {path}" for path, item in paths.items()
                      for method in item}
            left_out = min(wanted)
            for route in sorted(wanted - {left_out}):
                method, path = route.split(" ")
                path = path.replace("{id}", "t1").replace("{seq}", "0")
                server.say(f"{method} {path.split('{')[0]} HTTP/1.1\r\nHost: localhost\r\n"
                           "Connection: close\r\n\r\n")
        with open(hits, encoding="utf-8") as file:
            met = {" ".join(line.split(" ")[:2]) for line in file}
        missing = {route for route in wanted - met if "{name}" not in route}
        assert left_out in missing, "a route that nobody asked for counts as met"
        tool = os.path.join(os.path.dirname(sys.argv[0]), "../../tools/untested-routes")
        openapi = os.path.join(folder, "openapi.json")
        with open(openapi, "w", encoding="utf-8") as file:
            json.dump({"paths": paths}, file)
        said = subprocess.run([tool, openapi, hits], capture_output=True, text=True, check=False)
        assert said.returncode == 1 and left_out in said.stdout, said
        with open(hits, "a", encoding="utf-8") as file:
            file.writelines(f"{route} 200\n" for route in wanted)
        assert subprocess.run([tool, openapi, hits], capture_output=True, check=False).returncode == 0


def main():
    print(f"1..{len(TESTS)}", flush=True)
    failed = 0
    for number, function in enumerate(TESTS, 1):
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
