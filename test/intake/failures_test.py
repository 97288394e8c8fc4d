#!/usr/bin/python3
"""failures_test.py CHANCERY: what breaks around the intake, through the real door: a full disk, a clock a year off, two
devices with one identity, replayed datagrams, a line of 100 MB, peers that drip and peers that do not read. Each has a
clear message, stops nobody else, and loses nothing. TAP on standard output."""
import itertools
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from served import LOGS, PANELS, Served  # noqa: E402
import cli_test  # noqa: E402
from cli_test import PATIENCE_S, Skip, until  # noqa: E402
from dc09_dialler import KEY16, Cipher, frame, opened, seal  # noqa: E402

DISK = 48 << 20
STAMP = "%H:%M:%S,%m-%d-%Y"
FAILURE = "<38>Nov 22 03:00:00 gate sshd[1]: Failed password for root from 192.0.2.7 port 4242 ssh2\n"
STRICT = {"protocol": "dc09", "options": {"unlisted": True}}


def stamp(off_s=0):
    return "_" + time.strftime(STAMP, time.gmtime(time.time() + off_s))


def report(number, event="BA", when=""):
    return frame(f'"SIA-DCS"{number:04d}L0#1234[#1234|Nri1/{event}{number:03d}]{when}')


def acknowledged(reply, number):
    return b'"ACK"%04d' % number in reply


def points(kept):
    return sorted(item.get("point", item["text"]) for item in kept)


def dial(port):
    device = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
    device.settimeout(PATIENCE_S)
    return device


def alert(number):
    return json.dumps({"timestamp": "2026-11-22T03:00:00.%06d+0000" % number, "event_type": "alert", "host": "ids",
                       "src_ip": "192.0.2.7", "dest_ip": "198.51.100.1",
                       "alert": {"signature_id": number, "signature": f"n{number}", "severity": 2}}) + "\n"


# ---- the disk ------------------------------------------------------------------------------------


class SmallDisk:
    """A file system of its own for the mission, which can be filled to the last byte and emptied again."""

    def __enter__(self):
        self.at = tempfile.mkdtemp(prefix="chancery-disk-")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", self.at], capture_output=True)
        if done.returncode:
            os.rmdir(self.at)
            raise Skip("a file system cannot be mounted here")
        tempfile.tempdir = self.at
        self.ballast = os.path.join(self.at, "ballast")
        return self

    def fill(self):
        with open(self.ballast, "ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    pass

    def empty(self):
        os.unlink(self.ballast)

    def __exit__(self, *_):
        tempfile.tempdir = None
        subprocess.run(["umount", "--lazy", self.at], check=True)
        os.rmdir(self.at)


class Ping:
    """Listens to the stream of live events for what the server says of its own disk."""

    def __init__(self, served):
        self.line = socket.create_connection(served.server.address.rsplit(":", 1), PATIENCE_S)
        self.line.settimeout(PATIENCE_S)
        host = "localhost:" + served.server.address.rsplit(":", 1)[1]
        self.line.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {served.token}\r\n\r\n"
                          .encode())

    def hear(self, wanted):
        heard = b""
        while wanted not in heard:
            part = self.line.recv(65536)
            assert part, heard
            heard += part


def has_answered(device):
    return bool(select.select([device], [], [], 0.1)[0])


def is_full(served):
    return served.server.ask("/health")[0] == 503


def first_unanswered(served, device, disk, number):
    """Reports one after the other while the disk fills up: the number of the first that meets a full disk."""
    disk.fill()
    while True:
        device.sendall(report(number))
        until(f"an answer to report {number}, or a full disk", lambda: has_answered(device) or is_full(served))
        if not has_answered(device):
            return number
        answer = device.recv(4096)
        assert acknowledged(answer, number), (number, answer)
        number += 1


def no_answer_without_the_signal(served, device, waiting):
    """What is acknowledged is kept: all reports before, and the one that waits only if it was answered after all."""
    answered = has_answered(device) and acknowledged(device.recv(4096), waiting)
    kept = [item for item in served.kept() if item["code_system"] != "suricata-sid"]
    wanted = [f"{number:03d}" for number in range(1, waiting + (1 if answered else 0))]
    assert points(kept)[:len(wanted)] == wanted and len(kept) <= waiting, (waiting, answered, points(kept))


def hand_in_again(device, waiting):
    """As a panel does that was not answered."""
    device.sendall(report(waiting))
    answer = device.recv(4096)
    assert acknowledged(answer, waiting), (waiting, answer)


def the_person_is_told(served):
    numbers = itertools.count()

    def refused():  # what is small still finds a place for a while
        site = {"label": "TLP:GREEN", "name": f"x{next(numbers)}", "kind": "chancery"}
        status, told = served.told("POST", "sites", site)
        assert status in (201, 507), (status, told)
        return told if status == 507 else None

    def all_full():
        states = served.ask("GET", "listener-states")["items"]
        return all(state["condition"] == "full" and "disk is full" in state["why"] for state in states)

    assert "title" in json.loads(until("a site that is refused", refused))
    until("both listeners are full", all_full, lambda: served.ask("GET", "listener-states"))
    health = served.server.ask("/health")
    assert health[0] == 503 and json.loads(health[1]) == {"status": "full"}, health
    doctor = subprocess.run([cli_test.CHANCERY, "doctor", served.mission.folder, "--passphrase-file",
                             served.mission.secret], capture_output=True, text=True, timeout=PATIENCE_S)
    assert doctor.returncode == 1 and "0 MiB free" in doctor.stdout and "free some space" in doctor.stdout, doctor
    ping = Ping(served)
    ping.hear(b'"writing":"full"')
    return ping


def disk_full_a_panel_gets_no_ack_the_file_waits_and_all_comes_after():
    with tempfile.TemporaryDirectory() as logs, SmallDisk() as disk:
        path = os.path.join(logs, "eve.json")
        with Served({**PANELS, "carrier": "tcp"}, {"id": "ids", "protocol": "eve", "carrier": "file", "address": path},
                    sources=({"id": "s", "identity": "#1234"}, {"id": "ids", "identity": "ids"}),
                    flags=("--plain", "--files", logs)) as served:
            with dial(served.port) as device:
                device.sendall(report(1))
                assert acknowledged(device.recv(4096), 1)
                waiting = first_unanswered(served, device, disk, 2)
                with open(path, "w", encoding="utf-8") as file:
                    file.writelines(alert(n) for n in range(1000, 1050))
                ping = the_person_is_told(served)
                no_answer_without_the_signal(served, device, waiting)
                disk.empty()
                hand_in_again(device, waiting)
            kept = served.until(served.kept, lambda kept: len(kept) >= waiting + 50)
            by_panel = [item for item in kept if item["code_system"] != "suricata-sid"]
            assert points(by_panel) == [f"{n:03d}" for n in range(1, waiting + 1)], by_panel
            assert sorted(int(i["code"]) for i in kept if i not in by_panel) == list(range(1000, 1050)), kept
            assert json.loads(served.server.ask("/health")[1]) == {"status": "ok"}
            ping.hear(b'"size":')
            assert served.until(lambda: served.state("ids")["condition"], lambda is_: is_ == "open")
            assert json.loads(served.mission.run("ledger verify"))["verified"]


def disk_full_at_the_start_the_server_runs_and_says_so():
    with SmallDisk() as disk, Served({**PANELS, "carrier": "tcp"}) as served:
        served.kill()
        disk.fill()
        served.server = cli_test.Server(served.mission, *served.flags)
        with dial(served.port) as device:
            waiting = first_unanswered(served, device, disk, 1)
            no_answer_without_the_signal(served, device, waiting)
            disk.empty()
            hand_in_again(device, waiting)
        assert points(served.kept()) == [f"{n:03d}" for n in range(1, waiting + 1)]


# ---- clocks and identities -----------------------------------------------------------------------


def a_clock_a_year_off_is_refused_with_our_time_and_shown():
    with Served({**STRICT, "carrier": "tcp"}) as served, dial(served.port) as device:
        device.sendall(report(1, when=stamp(-365 * 86400)))
        reply = device.recv(4096).decode()
        assert '"NAK"' in reply and time.strftime("%m-%d-%Y", time.gmtime()) in reply, reply
        device.sendall(report(2, when=stamp()))
        assert acknowledged(device.recv(4096), 2)
        state = served.until(served.state, lambda state: state["bad"] == 1)
        assert "time" in state["samples"][0]["why"], state
        assert points(served.kept()) == ["002"]


def a_clock_a_year_off_that_is_taken_is_marked_and_ours_counts():
    with Served({**PANELS, "carrier": "tcp"}) as served, dial(served.port) as device:
        for number, off in ((1, -365 * 86400), (2, 365 * 86400)):
            device.sendall(report(number, when=stamp(off)))
            assert acknowledged(device.recv(4096), number)
        kept = {item["point"]: item for item in served.wait_for(2)}
        assert [kept["001"]["clock"], kept["002"]["clock"]] == ["wrong", "wrong"], kept
        assert all(item["at"] == item["received"] for item in kept.values()), kept
        pulse = served.ask("GET", "watch/sources/s")["pulse"]
        assert abs(pulse["skew_ms"] - 365 * 86400 * 1000) < 60000, pulse


def two_devices_with_one_identity_are_an_alarm():
    with Served({**PANELS, "carrier": "udp"}) as served:
        devices = []
        for host in ("127.0.0.1", "127.0.0.2"):
            device = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            device.bind((host, 0))
            device.settimeout(PATIENCE_S)
            devices.append(device)
        for number in range(1, 9):
            device = devices[number % 2]
            device.sendto(report(number), ("127.0.0.1", served.port))
            assert acknowledged(device.recv(4096), number)
        for device in devices:
            device.close()
        assert points(served.wait_for(8)) == [f"{n:03d}" for n in range(1, 9)]
        assert "Two devices call themselves s" in served.alarms(), served.alarms()


# ---- replays -------------------------------------------------------------------------------------


def a_replayed_datagram_is_answered_and_kept_once():
    """The same bytes again, later and from elsewhere: an answer, for it may be the panel, and no second signal."""
    with Served({**PANELS, "carrier": "udp"}) as served:
        to = ("127.0.0.1", served.port)
        caught = report(1, when=stamp())
        for number in range(3):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
                device.settimeout(PATIENCE_S)
                for bytes_, sequence in ((caught, 1), (report(number + 2), number + 2), (caught, 1)):
                    device.sendto(bytes_, to)
                    assert acknowledged(device.recv(4096), sequence)
        assert points(served.kept()) == ["001", "002", "003", "004"]
        assert served.ask("GET", "watch/sources/s")["pulse"]["duplicates"] == 5
        served.again()  # also when we have forgotten what the adapter knew
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
            device.settimeout(PATIENCE_S)
            device.sendto(caught, to)
            assert acknowledged(device.recv(4096), 1)
        assert points(served.kept()) == ["001", "002", "003", "004"]


def a_replayed_encrypted_datagram_is_refused_when_old():
    if Cipher is None:
        raise Skip("no python3-cryptography")
    accounts = {"accounts": [{"account": "1234", "key": KEY16}]}
    with Served({"protocol": "dc09", "carrier": "udp", "secret_options": accounts}) as served:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
            device.settimeout(PATIENCE_S)
            device.connect(("127.0.0.1", served.port))
            device.send(seal(KEY16, '"*SIA-DCS"0001L0#1234', "#1234|Nri1/BA001]", stamp()))
            assert "|]" in opened(KEY16, device.recv(4096))
            device.send(seal(KEY16, '"*SIA-DCS"0002L0#1234', "#1234|Nri1/BA002]", stamp(-120)))
            assert b'"NAK"' in device.recv(4096)
        assert points(served.kept()) == ["001"]
        assert served.until(served.state, lambda state: state["bad"] == 1)["samples"]


# ---- peers that are too large, too slow, too deaf ------------------------------------------------


def memory_kib(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def a_line_of_100_mb_is_one_bad_line_and_memory_stays():
    # what a sanitized build has freed, it would hold back for a while
    os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
    with Served({**LOGS, "carrier": "tcp"}, sources=({"id": "gate", "identity": "gate"},)) as served:
        before = memory_kib(served.server.process)
        with dial(served.port) as device:
            for _ in range(1600):
                device.sendall(b"x" * 65536)
            device.sendall(b"\n" + FAILURE.encode())
            served.wait_for(1)
            state = served.until(served.state, lambda state: state["durable"] == 1)
        assert state["frames"] == 2 and state["bad"] == 1 and "longer than the limit" in state["samples"][0]["why"], state
        grown = memory_kib(served.server.process) - before
        assert grown < 64 << 10, grown


def a_slow_loris_is_closed_and_the_others_are_heard():
    """It drips a byte at a time and never ends; meanwhile other panels are answered."""
    with Served({**PANELS, "carrier": "tcp", "frame_ms": 1500}) as served, dial(served.port) as loris:
        ended, number = threading.Event(), 0

        def drip():
            loris.settimeout(0.1)
            for byte in report(999) * 100:
                try:
                    loris.sendall(bytes([byte]) if byte != 13 else b"x")
                    if not loris.recv(1):
                        break
                except socket.timeout:
                    continue
                except OSError:
                    break
            ended.set()

        dripping = threading.Thread(target=drip)
        dripping.start()
        while not ended.is_set():
            number += 1
            with dial(served.port) as device:
                device.sendall(report(number))
                assert acknowledged(device.recv(4096), number)
        dripping.join()
        assert number > 0
        state = served.until(served.state, lambda state: state["links_slow"] == 1 and state["links"] == 0)
        assert state["durable"] == number, state
        assert points(served.kept()) == sorted(f"{n:03d}" for n in range(1, number + 1))


def connections_without_end_leave_room_for_others():
    """One address takes all that it gets; the next one is told, and another address is served."""
    with Served({**PANELS, "carrier": "tcp", "links_each": 8}) as served:
        hoard = [dial(served.port) for _ in range(12)]
        state = served.until(served.state, lambda state: state["links_refused"] == 4)
        assert state["links"] == 8, state
        with socket.socket() as device:
            device.bind(("127.0.0.3", 0))
            device.settimeout(PATIENCE_S)
            device.connect(("127.0.0.1", served.port))
            device.sendall(report(1))
            assert acknowledged(device.recv(4096), 1)
        for one in hoard:
            one.close()


# ---- the process that reads ------------------------------------------------------------------------


def parent(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return int(file.read().rpartition(")")[2].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def ears(served):
    """The processes that read for the listeners of this server: children of its spawner."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as file:
                is_ear = file.read().split(b"\0")[1:2] == [b"--ear"]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if is_ear and parent(parent(pid)) == served.server.process.pid:
            found.append(int(pid))
    return found


def an_ear_that_is_killed_is_replaced_and_nothing_acknowledged_is_lost():
    """Again and again, under a panel that sends until it is answered."""
    for carrier in ("tcp", "udp"):
        with Served({**PANELS, "carrier": carrier}) as served:
            kind = socket.SOCK_STREAM if carrier == "tcp" else socket.SOCK_DGRAM
            for number in range(1, 31):
                if number % 10 == 0:
                    for pid in ears(served):
                        os.kill(pid, signal.SIGKILL)
                for _ in range(200):
                    try:
                        with socket.socket(socket.AF_INET, kind) as device:
                            device.settimeout(0.5)
                            device.connect(("127.0.0.1", served.port))
                            device.sendall(report(number))
                            if acknowledged(device.recv(4096), number):
                                break
                    except (socket.timeout, ConnectionError):
                        continue
                else:
                    raise AssertionError(f"{number} was never acknowledged over {carrier}", served.state())
            assert points(served.wait_for(30)) == [f"{n:03d}" for n in range(1, 31)], served.kept()


def a_file_is_read_on_when_its_ear_is_killed():
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "eve.json")
    with Served({"label": "TLP:GREEN", "protocol": "eve", "carrier": "file", "address": path,
                 "options": {"source": "#1234"}}, flags=("--plain", "--files", folder)) as served:
        for number in range(1, 41):
            with open(path, "a", encoding="utf-8") as file:
                file.write(alert(number))
            if number % 15 == 0:
                served.wait_for(number - 5)
                for pid in ears(served):
                    os.kill(pid, signal.SIGKILL)
        kept = served.wait_for(40)
        assert len(kept) == 40, len(kept)
    shutil.rmtree(folder)


def an_ear_that_hangs_is_ended_and_the_others_are_heard():
    with Served({**PANELS, "carrier": "tcp"}, {**PANELS, "carrier": "tcp", "id": "other"}) as served:
        before = ears(served)
        assert len(before) == 2, before
        with dial(served.port) as device:
            device.sendall(report(1))
            assert acknowledged(device.recv(4096), 1)
            for pid in before:
                os.kill(pid, signal.SIGSTOP)
            device.sendall(report(2))
            served.until(lambda: served.state()["condition"], lambda condition: condition == "failed")
        for pid in set(before) & set(ears(served)):
            os.kill(pid, signal.SIGCONT)  # the one that was asked nothing is well
        with dial(served.ports["other"]) as device:
            device.sendall(report(3))
            assert acknowledged(device.recv(4096), 3)
        served.until(lambda: served.state()["condition"], lambda condition: condition == "open")
        with dial(served.port) as device:
            device.sendall(report(2))
            assert acknowledged(device.recv(4096), 2)
        assert len(ears(served)) == 2 and not set(ears(served)) >= set(before), (before, ears(served))


if __name__ == "__main__":
    shutil.which("mount") or sys.exit("mount(8) is needed")
    sys.exit(cli_test.main([
        disk_full_a_panel_gets_no_ack_the_file_waits_and_all_comes_after,
        disk_full_at_the_start_the_server_runs_and_says_so,
        a_clock_a_year_off_is_refused_with_our_time_and_shown,
        a_clock_a_year_off_that_is_taken_is_marked_and_ours_counts, two_devices_with_one_identity_are_an_alarm,
        a_replayed_datagram_is_answered_and_kept_once, a_replayed_encrypted_datagram_is_refused_when_old,
        a_line_of_100_mb_is_one_bad_line_and_memory_stays, a_slow_loris_is_closed_and_the_others_are_heard,
        connections_without_end_leave_room_for_others,
        an_ear_that_is_killed_is_replaced_and_nothing_acknowledged_is_lost, a_file_is_read_on_when_its_ear_is_killed,
        an_ear_that_hangs_is_ended_and_the_others_are_heard]))
