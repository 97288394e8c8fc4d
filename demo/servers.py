#!/usr/bin/python3
"""servers.py PORT: computers that send syslog over TCP.

The server of the registry speaks by logger(1) of util-linux (RFC 5424, octet counting); it gives neither name nor time, which
are then the listener's and ours. A stranger on no list speaks by a socket of its own. Orders: {"now": TIME, "signals":
[{"source": "srv-registry", "text": "Failed password for …"}], "times": 8}. Answered when the connection was closed by us after the
last byte; that it was written down is seen at the other end.
"""
import subprocess
import sys

from player import PATIENCE_S, connect, play

KNOWN = "srv-registry"


def main():
    port = sys.argv[1]

    def by_logger(text, times):
        subprocess.run(["logger", "--server", "127.0.0.1", "--port", port, "--tcp", "--octet-count", "--rfc5424=notime,nohost",
                        "--id=4711", "--tag", "sshd", "--priority", "auth.info"],
                       input=f"{text}\n".encode() * times, check=True, timeout=PATIENCE_S)

    def by_socket(host, text, now):
        line = f"<10>1 {now} {host} printer - - - {text}".encode()
        with connect(int(port)) as link:
            link.sendall(b"%d %s" % (len(line), line))

    def handle(order):
        for signal in order.get("signals", []):
            if signal["source"] == KNOWN:
                by_logger(signal["text"], order.get("times", 1))
            else:
                by_socket(signal["source"], signal["text"], order["now"])
        return len(order.get("signals", [])) * order.get("times", 1)

    play(handle)


if __name__ == "__main__":
    main()
