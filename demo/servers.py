#!/usr/bin/python3
"""servers.py PORT: computers that send syslog over TCP.

The server of the registry speaks by logger(1) of util-linux (RFC 5424, octet counting); it gives neither name nor
time, which are then the listener's and ours. A stranger on no list speaks by a socket of its own. Orders: {"now": TIME,
"beat": ["srv-registry"]} logs what a server does all day, {"now": TIME, "signals": [{"source": "srv-registry", "text":
"Failed password for …"}], "times": 8}. Answered with the number of messages when the last byte is sent: the protocol
acknowledges nothing, so that they are written down is seen at the other end.
"""
import subprocess
import sys

from player import PATIENCE_S, connect, play

KNOWN = "srv-registry"
ROUTINE = [("CRON", "cron.info", "(root) CMD (cd / && run-parts --report /etc/cron.hourly)"),
           ("systemd", "daemon.info", "Finished logrotate.service - Rotate log files.")]


def main():
    port = sys.argv[1]

    def by_logger(tag, priority, text, times):
        words = ["logger", "--server", "127.0.0.1", "--port", port, "--tcp", "--octet-count", "--rfc5424=notime,nohost",
                 "--id=4711", "--tag", tag, "--priority", priority]
        subprocess.run(words, input=f"{text}\n".encode() * times, check=True, timeout=PATIENCE_S)
        return times

    def by_socket(host, text, now):
        line = f"<10>1 {now} {host} printer - - - {text}".encode()
        with connect(int(port)) as link:
            link.sendall(b"%d %s" % (len(line), line))
        return 1

    def handle(order):
        sent = sum(by_logger(*line, 1) for _ in order.get("beat", []) for line in ROUTINE)
        for signal in order.get("signals", []):
            if signal["source"] == KNOWN:
                sent += by_logger("sshd", "auth.info", signal["text"], order.get("times", 1))
            else:
                sent += by_socket(signal["source"], signal["text"], order["now"])
        return sent

    play(handle)


if __name__ == "__main__":
    main()
