#!/usr/bin/python3
"""lossless_test.py CHANCERY: nothing lost and nothing twice, counted to the last line: real logs through files that are
rotated and cut under a served mission, and a panel, plain and encrypted, over links that drop, double and delay while
the server is killed. TAP on standard output."""
import base64
import collections
import gzip
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from served import Served  # noqa: E402
import cli_test  # noqa: E402
from cli_test import PATIENCE_S, Skip  # noqa: E402
from dc09_dialler import KEY32, Cipher, aes, frame, seal  # noqa: E402

DATA = os.path.join(cli_test.ROOT, "..", "shared", "data")
REPORTS = 24

# ---- files ---------------------------------------------------------------------------------------


def real(path):
    path = os.path.join(DATA, path)
    if not os.path.exists(path):
        raise Skip(f"{path} is not there")
    with gzip.open(path) if path.endswith(".gz") else open(path, "rb") as file:
        return [line.rstrip(b"\n") + b"\n" for line in file]  # the last one as well


def decoded(protocol, lines):
    """What the adapter makes of the lines, by the command line: signals, and the closing figures."""
    done = subprocess.run([cli_test.CHANCERY, "decode", protocol], input=b"".join(lines), capture_output=True,
                          check=True, timeout=PATIENCE_S)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    return told[:-1], told[-1]


def in_full(signal_):
    """What is the same of a signal before and after it was kept. Its time may have been inferred from ours."""
    time_ = signal_["occurred"][4:] if "occurred" in signal_ else None
    raw = signal_.get("raw", "")
    return (signal_.get("identity") or signal_["source"], signal_["kind"], signal_.get("code"), signal_["text"], time_,
            base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4))[:4096])


class Log:
    """A file as another program writes it: whole lines and half ones, renamed or cut in the middle."""

    def __init__(self, folder, name):
        self.path = os.path.join(folder, name)

    def write(self, data):
        with open(self.path, "ab") as file:
            file.write(data)

    def rotate(self):
        os.rename(self.path, self.path + ".1")


def write_rotated(served, log, lines, read):
    """The file is rotated in the middle, its writer goes on in the old one for some lines, and Chancery is killed."""
    half, late = len(lines) // 2, 7
    with open(log.path, "ab") as old:
        for at in range(0, half, 211):
            old.write(b"".join(lines[at:min(at + 211, half)]))
            old.flush()
        served.until(read)  # it reads it: of a file that was rotated before, nothing was ever promised
        log.rotate()
        old.write(b"".join(lines[half:half + late]))
    rest = lines[half + late:]
    log.write(b"".join(rest[:len(rest) // 2]) + rest[len(rest) // 2][:9])  # the last one is not whole yet
    served.until(read, lambda many: many > half)
    served.again(signal.SIGKILL)
    log.write(rest[len(rest) // 2][9:] + b"".join(rest[len(rest) // 2 + 1:]))


def through_a_rotated_file(protocol, lines):
    expected, figures = decoded(protocol, lines)
    assert figures["lines"] == len(lines) and figures["bad"] == 0, figures
    names = sorted({signal_["source"] for signal_ in expected})
    sources = [{"id": f"s{n}", "identity": name} for n, name in enumerate(names)]
    with tempfile.TemporaryDirectory() as folder:
        log = Log(folder, protocol + ".log")
        with Served({"protocol": protocol, "carrier": "file", "address": log.path}, sources=sources,
                    flags=("--plain", "--files", folder)) as served:
            seen = []

            def read():
                """Lines so far, of all runs of the program: it counts from its start."""
                return sum(seen) + served.state()["frames"]

            write_rotated(served, log, lines, read)
            kept = served.wait_for(len(expected))
            state = served.until(served.state, lambda state: state["frames"] and state["condition"] == "open")
            total = served.until(lambda: served.ask("GET", "listeners/l/place"),
                                 lambda place: place["frames"] == len(lines))
            assert (total["signals"], total["counted"], total["bad"]) == (
                len(expected), figures["counted"], 0), (total, figures)
            assert total["rotations"] == 1 and state["refused"] == state["dropped"] == 0, (total, state)
            found = collections.Counter(map(in_full, kept))
            wanted = collections.Counter(map(in_full, expected))
            assert found == wanted, ((found - wanted).most_common(3), (wanted - found).most_common(3))
            print(f"# {protocol}: {len(lines)} lines, {len(kept)} kept, {total['counted']} counted, 0 bad")


def real_eve_events_through_a_rotated_file_none_lost_none_twice():
    through_a_rotated_file("eve", real("eve/suricata-7.0.10.jsonl.gz"))


def real_openssh_log_through_a_rotated_file_none_lost_none_twice():
    through_a_rotated_file("syslog", real("syslog/OpenSSH_2k.log"))


def real_linux_log_through_a_rotated_file_none_lost_none_twice():
    through_a_rotated_file("syslog", real("syslog/Linux_2k.log"))


def real_apache_log_through_a_rotated_file_none_lost_none_twice():
    through_a_rotated_file("syslog", real("syslog/Apache_2k.log"))


# ---- a panel -------------------------------------------------------------------------------------


class Panel:
    """Sends one report until it is acknowledged, then the next, as panels do."""

    def __init__(self, served, key, link):
        self.served, self.key, self.link = served, key, link

    def report(self, number):
        when = time.strftime("_%H:%M:%S,%m-%d-%Y", time.gmtime())
        event = f"#1234|Nri1/BA{number:03d}]"
        if self.key:
            return seal(self.key, f'"*SIA-DCS"{number:04d}L0#1234', event, when)
        return frame(f'"SIA-DCS"{number:04d}L0#1234[{event}{when}')

    def answers(self, data):
        """Numbers that are acknowledged in what came. An encrypted answer has to open with our key."""
        numbers = set()
        for kind, number, sealed in re.findall(rb'"(\*?ACK)"(\d{4})L0#1234\[([0-9A-F]*)', data):
            if self.key and (kind != b"*ACK" or "|]" not in aes(self.key, bytes.fromhex(sealed.decode()),
                                                               False).decode("latin1")):
                continue
            numbers.add(int(number))
        return numbers

    def deliver(self, number):
        for _ in range(4000):
            if number in self.answers(self.attempt(number)) and self.link.random() < 0.7:  # or the answer is lost
                return
        raise AssertionError(f"{number} was never acknowledged")


class UdpPanel(Panel):
    """Of the datagrams a third is lost, a third doubled, and some overtake others."""

    def __init__(self, *given):
        super().__init__(*given)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(0.3)
        self.late = []

    def attempt(self, number):
        report = self.report(number)
        for _ in range(self.link.choice((0, 1, 2))):
            self.socket.sendto(report, ("127.0.0.1", self.served.port))
        if self.link.random() < 0.3:
            self.late.append(report)
        elif self.late and self.link.random() < 0.5:
            self.socket.sendto(self.late.pop(self.link.randrange(len(self.late))), ("127.0.0.1", self.served.port))
        try:
            return self.socket.recv(4096)
        except (socket.timeout, ConnectionRefusedError):
            return b""

    def close(self):
        self.socket.close()


class TcpPanel(Panel):
    """Of the connections many end: before the report is whole, after it, before the answer; reports come doubled,
    and in pieces."""

    def __init__(self, *given):
        super().__init__(*given)
        self.socket = None

    def attempt(self, number):
        report = self.report(number)
        what = self.link.choice(("well", "well", "doubled", "pieces", "half", "unheard"))
        try:
            if self.socket is None:
                self.socket = socket.create_connection(("127.0.0.1", self.served.port), PATIENCE_S)
                self.socket.settimeout(PATIENCE_S)
            if what == "half":
                self.socket.sendall(report[:self.link.randrange(1, len(report))])
                return self.end()
            pieces = [report[at:at + 5] for at in range(0, len(report), 5)] if what == "pieces" else [report]
            for piece in pieces * (2 if what == "doubled" else 1):
                self.socket.sendall(piece)
            if what == "unheard":
                return self.end()
            return self.socket.recv(4096)
        except OSError:
            return self.end()

    def end(self):
        if self.socket:
            self.socket.close()
        self.socket = None
        return b""

    def close(self):
        self.end()


def over_a_bad_link(carrier, key):
    if key and Cipher is None:
        raise Skip("no python3-cryptography")
    listener = {"protocol": "dc09", "carrier": carrier}
    if key:
        listener["secret_options"] = {"accounts": [{"account": "1234", "key": key}]}
    else:
        listener["options"] = {"unlisted": True}
    with Served(listener) as served:
        panel = (UdpPanel if carrier == "udp" else TcpPanel)(served, key, random.Random(carrier + str(key)))
        for number in range(1, REPORTS + 1):
            panel.deliver(number)
            if number % 8 == 0:  # it has its ACK; whatever happens now, it is in the record
                served.again(signal.SIGKILL)
                assert len({item["point"] for item in served.kept()}) == number
        panel.close()
        found = sorted(item["point"] for item in served.kept())
        assert found == [f"{number:03d}" for number in range(1, REPORTS + 1)], found
        assert json.loads(served.mission.run("ledger verify"))["verified"]


def a_plain_panel_over_udp_that_drops_doubles_and_delays():
    over_a_bad_link("udp", None)


def an_encrypted_panel_over_udp_that_drops_doubles_and_delays():
    over_a_bad_link("udp", KEY32)


def a_plain_panel_over_tcp_that_drops_doubles_and_delays():
    over_a_bad_link("tcp", None)


def an_encrypted_panel_over_tcp_that_drops_doubles_and_delays():
    over_a_bad_link("tcp", KEY32)


if __name__ == "__main__":
    sys.exit(cli_test.main([
        real_eve_events_through_a_rotated_file_none_lost_none_twice,
        real_openssh_log_through_a_rotated_file_none_lost_none_twice,
        real_linux_log_through_a_rotated_file_none_lost_none_twice,
        real_apache_log_through_a_rotated_file_none_lost_none_twice,
        a_plain_panel_over_udp_that_drops_doubles_and_delays,
        an_encrypted_panel_over_udp_that_drops_doubles_and_delays,
        a_plain_panel_over_tcp_that_drops_doubles_and_delays,
        an_encrypted_panel_over_tcp_that_drops_doubles_and_delays]))
