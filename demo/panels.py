#!/usr/bin/python3
"""panels.py PORT: the alarm panels, as SIA DC-09 diallers over TCP.

The first line is their keys, {"1234": null, "2200": "KEY AS TYPED"}; a panel with a key encrypts (AES, CBC). Each has a
connection of its own that it keeps. Orders: {"now": TIME, "beat": ["#1234"]} sends a NULL frame of each, {"now": TIME,
"signals": [{"source": "#1234", "code": "BA", "zone": "2", "area": "1"}]} one frame for all of a panel's. Answered with
the number of frames when the receiver's ACK of each has come.
"""
import os
import subprocess
import sys
from datetime import datetime

from player import Refused, connect, play, read_secret

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "test", "peers"))
from dc09_dialler import frame  # noqa: E402  pylint: disable=wrong-import-position


def aes(key, data):
    """By openssl(1): Python's own library has no cipher."""
    words = ["openssl", "enc", "-e", f"-aes-{len(key) * 8}-cbc", "-nopad", "-K", key.encode().hex(), "-iv", "00" * 16]
    return subprocess.run(words, input=data, capture_output=True, check=True).stdout


class Panel:
    def __init__(self, port, account, key):
        self.port, self.account, self.key = port, account, key
        self.link, self.number = None, 0

    def dial(self, kind, content, now):
        """Send a frame and wait for its ACK; over a new connection if the old one has gone."""
        self.number = self.number % 9999 + 1
        stamp = datetime.fromisoformat(now.replace("Z", "+00:00")).strftime("_%H:%M:%S,%m-%d-%Y")
        head = f'"{"*" if self.key else ""}{kind}"{self.number:04}L0#{self.account}['
        if self.key:
            clear = f"|{content}]{stamp}"
            clear = "7" * (-len(clear) % 16) + clear
            body = head + aes(self.key, clear.encode()).hex().upper()
        else:
            body = f"{head}{content}]{stamp}"
        for attempt in (1, 2, 3):
            try:
                return self.ask(frame(body))
            except OSError as why:
                self.link = None
                if attempt == 3:
                    raise Refused(f"panel {self.account}: {why}") from why

    def ask(self, data):
        self.link = self.link or connect(self.port)
        self.link.sendall(data)
        answer = b""
        while not answer.endswith(b"\r"):
            part = self.link.recv(4096)
            if not part:
                raise ConnectionResetError("the receiver has closed the line")
            answer += part
        wanted = f'"{"*" if self.key else ""}ACK"{self.number:04}L0#{self.account}['.encode()
        if wanted not in answer or frame(answer[9:-1]) != answer:
            raise Refused(f"panel {self.account}: {data!r} was answered {answer!r}")
        return 1


def content(account, signals):
    """SIA data of one frame: an area goes before its events."""
    text, area = f"#{account}|N", None
    for signal in signals:
        if signal.get("area") != area:
            area = signal["area"]
            text += f"ri{area}/"
        text += f"{signal['code']}{signal['zone']}/"
    return text[:-1]


def main():
    port, accounts = int(sys.argv[1]), read_secret()
    panels = {f"#{account}": Panel(port, account, key) for account, key in accounts.items()}

    def handle(order):
        sent = sum(panels[name].dial("NULL", "", order["now"]) for name in order.get("beat", []))
        for name, panel in panels.items():
            mine = [signal for signal in order.get("signals", []) if signal["source"] == name]
            if mine:
                sent += panel.dial("SIA-DCS", content(panel.account, mine), order["now"])
        return sent

    play(handle)


if __name__ == "__main__":
    main()
