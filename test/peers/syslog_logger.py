#!/usr/bin/env python3
"""logger(1) of util-linux talks syslog in each of its ways, and the adapter reads what it sent.

    syslog_logger.py PROGRAM...

PROGRAM is `chancery decode`. The sockets are here; the bytes go to the program as they came. TAP.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile

PATIENCE_S = 600
FAILURE = "Failed password for invalid user \u00e9va from 192.0.2.7 port 4242 ssh2"
LOGGER = ["logger", "--id=4711", "--tag", "sshd", "--priority", "auth.info"]


def decode(program, data, datagram):
    arguments, given = [*program, "syslog", "--peer", "192.0.2.99"], data
    if datagram:
        arguments.append("--datagrams")
        given = data.hex().encode() + b"\n"
    done = subprocess.run(arguments, input=given, capture_output=True, check=False)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return lines[:-1], lines[-1]


def run_logger(*options):
    subprocess.run([*LOGGER, *options], check=True, timeout=PATIENCE_S)


def over_unix(*options):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "log")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
            server.bind(path)
            server.settimeout(PATIENCE_S)
            run_logger("--socket", path, *options, "--", FAILURE)
            return server.recv(65536)


def over_udp(*options):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(PATIENCE_S)
        run_logger("--udp", "--server", "127.0.0.1", "--port", str(server.getsockname()[1]), *options, "--", FAILURE)
        return server.recv(65536)


def over_tcp(*options):
    """Two messages over one connection: logger sends one for each line of its input."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(PATIENCE_S)
        subprocess.run([*LOGGER, "--tcp", "--server", "127.0.0.1", "--port", str(server.getsockname()[1]), *options],
                       input=f"{FAILURE}\n{FAILURE}\n".encode(), check=True, timeout=PATIENCE_S)
        link, _ = server.accept()
        with link:
            link.settimeout(PATIENCE_S)
            data = b""
            while True:
                piece = link.recv(65536)
                if not piece:
                    return data
                data += piece


CASES = {
    "unix_datagram_as_to_dev_log": (over_unix, [], True, 1),
    "udp_rfc_3164": (over_udp, ["--rfc3164"], True, 1),
    "udp_rfc_5424_with_structured_data": (
        over_udp, ["--rfc5424", "--msgid", "ID1", "--sd-id", "zone@32473", "--sd-param", 'k="a b"'], True, 1),
    "tcp_rfc_5424_by_octet_count": (over_tcp, ["--rfc5424", "--octet-count"], False, 2),
    "tcp_rfc_3164_by_octet_count": (over_tcp, ["--rfc3164", "--octet-count"], False, 2),
    "tcp_rfc_5424_by_line": (over_tcp, ["--rfc5424"], False, 2),
    "tcp_rfc_3164_by_line": (over_tcp, ["--rfc3164"], False, 2),
}


def check(program, send, options, datagram, count):
    data = send(*options)
    signals, figures = decode(program, data, datagram)
    wanted = {"lines": count, "signals": count, "counted": 0, "bad": 0}
    if figures != wanted:
        return f"{figures} from {data!r}"
    for signal in signals:
        found = [signal.get(name) for name in ("code", "user", "address")]
        if found != ["ssh-failed-unknown-user", "\u00e9va", "192.0.2.7"]:
            return f"{found} from {data!r}"
        if signal["attributes"]["process"] != "4711" or "occurred" not in signal:
            return f"{signal} from {data!r}"
        if "--sd-id" in options and ["zone@32473", "k", "a b"] not in signal["attributes"]["structured"]:
            return f"{signal['attributes']} from {data!r}"
    return None


def main():
    print(f"1..{len(CASES)}")
    good = True
    for number, (name, case) in enumerate(CASES.items(), 1):
        if not shutil.which("logger"):
            print(f"ok {number} - {name} # SKIP there is no logger")
            continue
        problem = check(sys.argv[1:], *case)
        if problem:
            print(f"# {problem}")
        print(f"{'not ok' if problem else 'ok'} {number} - {name}", flush=True)
        good = good and not problem
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
