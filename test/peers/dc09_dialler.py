#!/usr/bin/env python3
"""A panel's dialler for SIA DC-09 that shares no code with the receiver.

    dc09_dialler.py PROGRAM...

PROGRAM is a receiver on standard input and output: `chancery decode`. Each case
starts one, sends it frames as a panel would, and checks the answers byte by byte and the signals by
their fields. The results are written as TAP. Needs Python's cryptography for the encrypted cases.
"""

import json
import subprocess
import sys

try:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
except ImportError:
    Cipher = None

NOW = "2026-11-22T03:00:00Z"
STAMP = "_03:00:00,11-22-2026"
KEY16, KEY24, KEY32 = "0123456789ABCDEF", "0123456789ABCDEF01234567", "0123456789ABCDEF" * 2


def crc16(body):
    """Reflected 0x8005, from 0."""
    crc = 0
    for byte in body:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def crc_ccitt(body):
    """What some simulators use instead: 0x1021, not reflected."""
    crc = 0
    for byte in body:
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc


def frame(body, crc=crc16, binary=False, length=None):
    if isinstance(body, str):
        body = body.encode("latin1")
    length = len(body) if length is None else length
    digits = b"%04X" % crc(body)
    if binary:
        digits = bytes([crc(body) >> 8, crc(body) & 0xFF])
    return b"\n" + digits + b"%04X" % length + body + b"\r"


def aes(key, data, encrypt):
    cipher = Cipher(algorithms.AES(key.encode()), modes.CBC(bytes(16)))
    work = cipher.encryptor() if encrypt else cipher.decryptor()
    return work.update(data) + work.finalize()


def seal(key, head, content, stamp=STAMP):
    """An encrypted frame: `head` to the bracket, then filling, stroke, content, stamp."""
    clear = "|" + content + stamp
    filling = "x" * (-len(clear) % 16)
    return frame(head + "[" + aes(key, (filling + clear).encode("latin1"), True).hex().upper())


def opened(key, reply):
    return aes(key, bytes.fromhex(reply[reply.index(b"[") + 1:-1].decode()), False).decode()


class Receiver:
    def __init__(self, program, *options):
        self.process = subprocess.Popen(
            [*program, "dc09", "--replies", "--received", NOW, *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.signals = []

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def answer(self):
        """The next answer; signals that come before it are kept."""
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError("no answer came")
            record = json.loads(line)
            if "reply" in record:
                return bytes.fromhex(record["reply"])
            self.signals.append(record)

    def ask(self, data):
        self.send(data)
        return self.answer()

    def end(self):
        """Close the link: the figures."""
        out, self.complaints = self.process.communicate()
        lines = [json.loads(line) for line in out.splitlines()]
        self.signals += [line for line in lines[:-1] if "reply" not in line]
        self.answers_unread = [line for line in lines[:-1] if "reply" in line]
        self.code = self.process.returncode
        return lines[-1]


def figures(frames, signals, bad):
    return {"frames": frames, "signals": signals, "counted": 0, "bad": bad}


def equal(found, expected):
    assert found == expected, f"expected {expected!r}, found {found!r}"


def accounts(*rows):
    return ["--no-unlisted", "--no-any-time", "--accounts", json.dumps(list(rows))]


LISTED = accounts({"account": "1234"})


# ---- cases -----------------------------------------------------------------------------------------


def plain_sia_is_acknowledged(start):
    r = start(*LISTED)
    equal(r.ask(frame('"SIA-DCS"0007R0L0#1234[#1234|Nri1/BA05]' + STAMP)),
          frame('"ACK"0007R0L0#1234[]'))
    equal(r.end(), figures(1, 1, 0))
    s = r.signals[0]
    equal((s["source"], s["code"], s["kind"], s["zone"], s["area"]), ("#1234", "BA", "alarm", "05", "1"))
    equal(s["occurred"], NOW)


def plain_contact_id_is_acknowledged(start):
    r = start(*LISTED)
    equal(r.ask(frame('"ADM-CID"0008R0L0#1234[#1234|3130 02 017]')), frame('"ACK"0008R0L0#1234[]'))
    r.end()
    s = r.signals[0]
    equal((s["code"], s["kind"], s["ends"], s["zone"]), ("3130", "restore", "alarm", "017"))


def null_is_supervision(start):
    r = start(*LISTED)
    equal(r.ask(frame('"NULL"0001L0#1234[]')), frame('"ACK"0001L0#1234[]'))
    r.end()
    equal(r.signals[0]["kind"], "supervision")


def receiver_number_is_echoed_only_if_sent(start):
    r = start(*LISTED)
    equal(r.ask(frame('"SIA-DCS"0001L0#1234[#1234|NRP00]')), frame('"ACK"0001L0#1234[]'))
    equal(r.ask(frame('"SIA-DCS"0002R1F#1234[#1234|NRP00]')), frame('"ACK"0002R1FL0#1234[]'))


def frames_without_line_are_taken_and_answered_with_l0(start):
    r = start(*LISTED)
    equal(r.ask(frame('"SIA-DCS"0001#1234[#1234|NBA01]')), frame('"ACK"0001L0#1234[]'))


def wrong_crc_gets_no_answer_and_ccitt_is_wrong(start):
    r = start(*LISTED)
    r.send(frame('"SIA-DCS"0001L0#1234[#1234|NBA01]', crc=crc_ccitt))
    r.send(frame('"SIA-DCS"0002L0#1234[#1234|NBA02]', crc=lambda body: crc16(body) ^ 1))
    equal(r.ask(frame('"SIA-DCS"0003L0#1234[#1234|NBA03]')), frame('"ACK"0003L0#1234[]'))
    equal(r.end(), figures(3, 1, 2))
    equal(r.answers_unread, [])


def binary_crc_is_answered_in_kind(start):
    r = start(*LISTED)
    equal(r.ask(frame('"SIA-DCS"0001L0#1234[#1234|NBA01]', binary=True)),
          frame('"ACK"0001L0#1234[]', binary=True))


def wrong_length_does_not_hide_the_next_frame(start):
    for length in (10, 200):
        r = start(*LISTED)
        r.send(frame('"SIA-DCS"0001L0#1234[#1234|NBA01]', length=length))
        equal(r.ask(frame('"SIA-DCS"0002L0#1234[#1234|NBA02]')), frame('"ACK"0002L0#1234[]'))
        equal(r.end()["bad"], 1)


def unlisted_account_is_refused(start):
    r = start(*LISTED)
    equal(r.ask(frame('"SIA-DCS"0001L0#9999[#9999|NBA01]')), frame('"NAK"0000L0A0[]' + STAMP))
    equal(r.end(), figures(1, 0, 1))


def empty_list_of_accounts_is_nobody(start):
    r = start("--no-unlisted")
    equal(r.ask(frame('"SIA-DCS"0001L0#1234[#1234|NBA01]')), frame('"NAK"0000L0A0[]' + STAMP))
    equal(r.end(), figures(1, 0, 1))
    equal(r.code, 1)


def time_outside_of_the_window_is_refused_with_our_time(start):
    r = start(*LISTED)
    late, old = "_03:00:22,11-22-2026", "_02:59:19,11-22-2026"
    for stamp, good in ((late, False), (old, False), ("_03:00:20,11-22-2026", True),
                        ("_02:59:20,11-22-2026", True), ("_03:00:00,11-22-2025", False)):
        reply = r.ask(frame('"SIA-DCS"0001L0#1234[#1234|NBA01]' + stamp))
        equal(reply, frame('"ACK"0001L0#1234[]' if good else '"NAK"0000L0A0[]' + STAMP))


def unknown_kind_is_answered_duh(start):
    r = start(*LISTED)
    equal(r.ask(frame('"ADM-41E"0001L0#1234[1234|xyz]')), frame('"DUH"0001L0#1234[]'))
    equal(r.ask(frame('"SIA-DCS"0002L0#1234[#1234|]')), frame('"DUH"0002L0#1234[]'))


def unknown_code_is_kept_not_refused(start):
    r = start(*LISTED)
    equal(r.ask(frame('"SIA-DCS"0001L0#1234[#1234|NQQ01]')), frame('"ACK"0001L0#1234[]'))
    r.end()
    equal((r.signals[0]["kind"], r.signals[0]["code"]), ("status", "QQ"))


def encrypted_is_opened_and_answered_encrypted(start):
    for key in (KEY16, KEY24, KEY32):
        r = start(*accounts({"account": "1234", "line": "5", "key": key}))
        for head, content in (('"*SIA-DCS"0009R1L5#1234', "#1234|Nri1/PA07]"),
                              ('"*ADM-CID"0010R1L5#1234', "#1234|1120 01 007]"),
                              ('"*NULL"0011R1L5#1234', "]")):
            reply = r.ask(seal(key, head, content))
            sequence = head[head.index('"', 1) + 1:][:4]
            assert reply[9:].startswith(b'"*ACK"' + sequence.encode() + b"R1L5#1234["), reply
            equal(frame(reply[9:-1]), reply)
            assert opened(key, reply).endswith("|]" + STAMP), opened(key, reply)
        equal(r.end(), figures(3, 3, 0))
        equal([s["kind"] for s in r.signals], ["duress", "duress", "supervision"])


def encrypted_answers_differ_with_the_time(start):
    replies = []
    for now in (NOW, "2026-11-22T03:00:01Z"):
        r = start(*accounts({"account": "1234", "key": KEY16}), "--received", now)
        replies.append(r.ask(seal(KEY16, '"*SIA-DCS"0001L0#1234', "#1234|NBA01]")))
    assert replies[0] != replies[1]


def encrypted_with_another_key_is_refused(start):
    r = start(*accounts({"account": "1234", "key": KEY16}))
    equal(r.ask(seal(KEY16[::-1], '"*SIA-DCS"0001L0#1234', "#1234|NBA01]")),
          frame('"NAK"0000L0A0[]' + STAMP))
    equal(r.end(), figures(1, 0, 1))


def encrypted_without_time_is_refused(start):
    r = start(*accounts({"account": "1234", "key": KEY16}))
    equal(r.ask(seal(KEY16, '"*SIA-DCS"0001L0#1234', "#1234|NBA01]", stamp="")),
          frame('"NAK"0000L0A0[]' + STAMP))


def replayed_encrypted_frame_is_refused_when_old(start):
    old = seal(KEY16, '"*SIA-DCS"0001L0#1234', "#1234|NOP01]", stamp="_02:58:00,11-22-2026")
    r = start(*accounts({"account": "1234", "key": KEY16}))
    equal(r.ask(old), frame('"NAK"0000L0A0[]' + STAMP))


def plain_from_an_account_with_a_key_is_refused(start):
    r = start(*accounts({"account": "1234", "key": KEY16}))
    equal(r.ask(frame('"SIA-DCS"0001L0#1234[#1234|NOP01]')), frame('"NAK"0000L0A0[]' + STAMP))
    equal(r.end(), figures(1, 0, 1))


def lost_answer_makes_a_repeat_under_one_name(start):
    r = start(*LISTED)
    body = frame('"SIA-DCS"0001L0#1234[#1234|NBA01]')
    equal(r.ask(body), r.ask(body))
    r.ask(frame('"SIA-DCS"0002L0#1234[#1234|NBA01]'))
    r.ask(body)
    r.end()
    equal([s["repeat"] for s in r.signals], [False, True, False, True])
    equal(len({s["dedupe"] for s in r.signals}), 2)


def repeat_with_a_new_time_stamp_is_a_repeat(start):
    r = start(*LISTED)
    r.ask(frame('"SIA-DCS"0001L0#1234[#1234|NBA01]_02:59:50,11-22-2026'))
    r.ask(frame('"SIA-DCS"0001L0#1234[#1234|NBA01]_02:59:58,11-22-2026'))
    r.end()
    equal(len({s["dedupe"] for s in r.signals}), 1)


def panel_that_starts_anew_is_not_a_repeat(start):
    r = start(*LISTED)
    r.ask(frame('"SIA-DCS"0001L0#1234[#1234|NBA01]'))
    r.ask(frame('"SIA-DCS"0001L0#1234[#1234|NBR01]'))
    r.end()
    equal([s["repeat"] for s in r.signals], [False, False])


def frames_in_drips_and_in_one_piece(start):
    r = start(*LISTED)
    both = frame('"SIA-DCS"0001L0#1234[#1234|NBA01]') + frame('"NULL"0002L0#1234[]')
    for byte in both:
        r.send(bytes([byte]))
    r.answer()
    r.answer()
    r.send(both)
    equal(r.end(), figures(4, 4, 0))


def extended_data_are_read(start):
    r = start(*LISTED)
    r.ask(frame('"SIA-DCS"0001L0#1234[#1234|NBA01][X024E56.340][Y60N10.194][M001122AABBCC]'
                '[Vhttps://cam.example/1][H02:59:58,11-22-2026][SChancery][RVault]' + STAMP))
    r.end()
    s = r.signals[0]
    equal(s["position"], {"lat": 60.1699, "lon": 24.939})
    equal(s["attributes"]["mac"], "001122AABBCC")
    equal(s["attributes"]["verification"], "https://cam.example/1")
    equal(s["occurred"], "2026-11-22T02:59:58Z")
    equal(s["location"], "Chancery, Vault")


def several_events_in_one_frame(start):
    r = start(*LISTED)
    r.ask(frame('"SIA-DCS"0001L0#1234[#1234|Nri1^Ground floor^id7/BA01^Hall^/TA02|Aglass broken]'))
    equal(r.end(), figures(1, 2, 0))
    equal([s["zone"] for s in r.signals], ["01 Hall", "02"])
    equal([s["area"] for s in r.signals], ["1 Ground floor"] * 2)
    equal(r.signals[1]["text"], "tamper alarm: glass broken")


CASES = [value for name, value in list(globals().items())
         if callable(value) and getattr(value, "__code__", None) and
         value.__code__.co_varnames[:1] == ("start",)]


def run(number, case, program):
    started = []

    def start(*options):
        started.append(Receiver(program, *options))
        return started[-1]

    if Cipher is None and "encrypted" in case.__name__:
        print(f"ok {number} - {case.__name__} # SKIP no python3-cryptography")
        return True
    good = True
    try:
        case(start)
    except AssertionError as problem:
        good = False
        print(f"# {problem}")
    for receiver in started:
        if receiver.process.poll() is None:
            receiver.process.communicate()
    print(f"{'ok' if good else 'not ok'} {number} - {case.__name__}", flush=True)
    return good


def main():
    print(f"1..{len(CASES)}")
    results = [run(i + 1, case, sys.argv[1:]) for i, case in enumerate(CASES)]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
