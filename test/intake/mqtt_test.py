#!/usr/bin/python3
"""mqtt_test.py CHANCERY: the Debian broker between a device and a served mission: TLS by an authority of one's own,
password, names, MQTT 3.1.1 and 5, last will, and the broker killed. TAP on standard output."""
import datetime
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from served import Served  # noqa: E402
import cli_test  # noqa: E402
from cli_test import PATIENCE_S, Skip, free_port  # noqa: E402

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID
except ImportError:
    x509 = None

BROKER, PASSWD = "/usr/sbin/mosquitto", "/usr/bin/mosquitto_passwd"
RULES = {"rules": [{"topic": "home/+/door", "source": "door *", "kind": "access", "priority": "low"},
                   {"topic": "home/+/state", "source": "door *", "kind": "trouble", "priority": "high",
                    "values": ["offline"], "ends": ["online"]}]}
SOURCE = {"id": "hall", "identity": "door hall"}


# ---- certificates --------------------------------------------------------------------------------


def subject(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Authority:
    """Signs certificates of brokers."""

    def __init__(self, folder, name):
        self.folder, self.key, self.name = folder, ec.generate_private_key(ec.SECP256R1()), subject(name)
        self.certificate = self.sign(self.name, self.key.public_key(), 30, [
            (x509.BasicConstraints(ca=True, path_length=0), True)])
        self.pem = self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def sign(self, name, key, days, extensions):
        now = datetime.datetime.now(datetime.timezone.utc)
        builder = (x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(key)
                   .serial_number(x509.random_serial_number())
                   .not_valid_before(now - datetime.timedelta(days=60))
                   .not_valid_after(now + datetime.timedelta(days=days)))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(self.key, hashes.SHA256())

    def give(self, names, days=30):
        """Files with a certificate for these names, and its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.sign(subject(names[0]), key.public_key(), days, [
            (x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), False)])
        paths = []
        for kind, pem in (("crt", certificate.public_bytes(serialization.Encoding.PEM)),
                          ("key", key.private_bytes(serialization.Encoding.PEM,
                                                    serialization.PrivateFormat.PKCS8,
                                                    serialization.NoEncryption()))):
            paths.append(os.path.join(self.folder, f"{names[0]}-{days}.{kind}"))
            with open(paths[-1], "wb") as file:
                file.write(pem)
        return paths


# ---- the broker ----------------------------------------------------------------------------------


class Broker:
    """The Debian broker on a port of its own; its sessions are on the disk, so that they outlive it."""

    def __init__(self, user=None, files=None):
        if not os.path.exists(BROKER):
            raise Skip("mosquitto is not installed")
        self.folder = tempfile.mkdtemp(prefix="chancery-mqtt-")
        self.port, self.user, self.process = free_port(), user, None
        self.config = os.path.join(self.folder, "mosquitto.conf")
        lines = [f"listener {self.port} 127.0.0.1", "persistence true", f"persistence_location {self.folder}/",
                 "log_dest none", "user root", f"allow_anonymous {'false' if user else 'true'}"]
        if user:
            path = os.path.join(self.folder, "passwords")
            subprocess.run([PASSWD, "-c", "-b", path, *user], check=True, timeout=PATIENCE_S, capture_output=True)
            lines.append(f"password_file {path}")
        if files:
            lines += [f"certfile {files[0]}", f"keyfile {files[1]}"]
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        self.tls = bool(files)
        self.start()

    def start(self):
        self.process = subprocess.Popen([BROKER, "-c", self.config], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)

    def end(self, how="terminate"):
        getattr(self.process, how)()
        self.process.wait(timeout=PATIENCE_S)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.end()
        shutil.rmtree(self.folder)


def text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def packet(kind, body):
    length, left = b"", len(body)
    while True:
        length += bytes([left % 128 | (128 if left > 127 else 0)])
        left //= 128
        if not left:
            return bytes([kind]) + length + body


class Device:
    """Speaks MQTT 3.1.1 by itself: signs in, with a last will, and publishes with QoS 1."""

    def __init__(self, served, broker, will=None):
        self.number = 0
        # the broker may only just have been started
        self.line = served.until(lambda: self.dial(broker))
        flags, tail = 2, text("device")
        if will:
            flags |= 4 | 8
            tail += text(will) + text("offline")
        if broker.user:
            flags |= 128 | 64
            tail += text(broker.user[0]) + text(broker.user[1])
        self.line.sendall(packet(0x10, text("MQTT") + bytes([4, flags, 0, 60]) + tail))
        assert self.line.recv(4) == b"\x20\x02\x00\x00"

    @staticmethod
    def dial(broker):
        try:
            line = socket.create_connection(("127.0.0.1", broker.port), PATIENCE_S)
        except OSError:
            return None
        line.settimeout(PATIENCE_S)
        return ssl._create_unverified_context().wrap_socket(line) if broker.tls else line

    def say(self, topic, payload):
        self.number += 1
        self.line.sendall(packet(0x32, text(topic) + struct.pack(">H", self.number) + payload.encode()))
        assert self.line.recv(4) == b"\x40\x02" + struct.pack(">H", self.number)

    def die(self):
        self.line.close()  # without a word: the broker tells its last will


def listening(broker, **more):
    return {"protocol": "mqtt", "carrier": "broker", "address": f"localhost:{broker.port}", "options": RULES, **more}


def is_open(served):
    return served.until(served.state, lambda state: state["condition"] == "open")


def refused_because(served, why):
    return served.until(served.state, lambda state: state["condition"] == "calling" and why in state.get("why", ""))


# ---- cases ---------------------------------------------------------------------------------------


def over_tls_with_a_password(version_5):
    if x509 is None:
        raise Skip("no python3-cryptography")
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(folder, "Mission")
        with Broker(("chancery", "pass word"), authority.give(["localhost"])) as broker:
            with Served(listening(broker, user="chancery", password="pass word", authority=authority.pem,
                                  options={**RULES, "version_5": version_5}), sources=[SOURCE]) as served:
                is_open(served)
                device = Device(served, broker)
                for number in range(5):
                    device.say("home/hall/door", f"open {number}")
                kept = served.wait_for(5)
                assert sorted(item["value"] for item in kept) == [f"open {n}" for n in range(5)], kept
                told = served.told("GET", "listeners/l")[1] + served.told("GET", "ledger/events?limit=100")[1]
                assert "pass word" not in told


def mqtt_3_1_1_over_tls_with_a_password_by_name():
    over_tls_with_a_password(False)


def mqtt_5_over_tls_with_a_password_by_name():
    over_tls_with_a_password(True)


def a_wrong_password_is_told_and_nothing_else_happens():
    for version_5 in (False, True):
        with Broker(("chancery", "right")) as broker:
            with Served(listening(broker, user="chancery", password="wrong",
                                  options={**RULES, "version_5": version_5})) as served:
                refused_because(served, "uthori")  # not authorised, as the broker has it


def wrong_certificate(names, days, address, why, other=False):
    if x509 is None:
        raise Skip("no python3-cryptography")
    with tempfile.TemporaryDirectory() as folder:
        authority, stranger = Authority(folder, "Mission"), Authority(folder, "Somebody")
        with Broker(None, (stranger if other else authority).give(names, days)) as broker:
            listener = listening(broker, authority=authority.pem)
            listener["address"] = f"{address}:{broker.port}"
            with Served(listener) as served:
                state = refused_because(served, "certificate")
                assert why in state["why"], state


def a_certificate_for_another_name_is_refused_and_told():
    wrong_certificate(["elsewhere.example"], 30, "localhost", "hostname mismatch")


def a_certificate_for_a_name_is_not_one_for_the_address():
    wrong_certificate(["localhost"], 30, "127.0.0.1", "IP address mismatch")


def an_expired_certificate_is_refused_and_told():
    wrong_certificate(["localhost"], -1, "localhost", "expired")


def a_certificate_of_another_authority_is_refused_and_told():
    wrong_certificate(["localhost"], 30, "localhost", "signed by another authority", other=True)


def a_name_that_is_not_there_is_told():
    with Broker() as broker:
        listener = listening(broker)
        listener["address"] = f"no-such-broker.invalid:{broker.port}"
        with Served(listener) as served:
            served.until(served.state, lambda state: "no-such-broker.invalid: " in state.get("why", ""))


def a_last_will_is_an_alarm_and_its_return_ends_it():
    with Broker() as broker, Served(listening(broker), sources=[SOURCE]) as served:
        is_open(served)
        device = Device(served, broker, will="home/hall/state")
        device.say("home/hall/state", "online")
        device.die()
        served.until(served.alarms)
        alarm = served.all_of("alarms")[0]
        assert alarm["kind"] == "trouble" and alarm["source"] == "hall" and alarm["active"], alarm
        Device(served, broker).say("home/hall/state", "online")
        served.until(lambda: served.all_of("alarms")[0], lambda alarm: alarm["state"] == "returned")


def the_broker_is_killed_and_back_and_nothing_is_lost():
    with Broker() as broker, Served(listening(broker), sources=[SOURCE]) as served:
        is_open(served)
        Device(served, broker).say("home/hall/door", "before")
        served.wait_for(1)
        broker.end("kill")
        state = served.until(served.state, lambda state: state["condition"] == "calling")
        assert state["why"], state
        broker.start()
        is_open(served)
        Device(served, broker).say("home/hall/door", "after")
        kept = served.wait_for(2)
        assert sorted(item["value"] for item in kept) == ["after", "before"], kept


def what_came_while_we_were_dead_is_there_afterwards():
    with Broker() as broker, Served(listening(broker), sources=[SOURCE]) as served:
        is_open(served)
        served.kill()
        device = Device(served, broker)
        for number in range(20):
            device.say("home/hall/door", f"{number}")
        served.server = cli_test.Server(served.mission, *served.flags)
        kept = served.wait_for(20)
        assert sorted(int(item["value"]) for item in kept) == list(range(20)), kept


if __name__ == "__main__":
    sys.exit(cli_test.main([
        mqtt_3_1_1_over_tls_with_a_password_by_name, mqtt_5_over_tls_with_a_password_by_name,
        a_wrong_password_is_told_and_nothing_else_happens, a_certificate_for_another_name_is_refused_and_told,
        a_certificate_for_a_name_is_not_one_for_the_address, an_expired_certificate_is_refused_and_told,
        a_certificate_of_another_authority_is_refused_and_told, a_name_that_is_not_there_is_told,
        a_last_will_is_an_alarm_and_its_return_ends_it, the_broker_is_killed_and_back_and_nothing_is_lost,
        what_came_while_we_were_dead_is_there_afterwards]))
