#!/usr/bin/python3
"""intake_test.py CHANCERY: devices over real sockets to a served mission: a panel over a link that drops, doubles and
delays while the server is killed, logger(1), TLS, rsyslog. TAP on standard output."""
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from served import LOGS, PANELS, UNCHECKED, Served  # noqa: E402
import cli_test  # noqa: E402
from cli_test import PATIENCE_S, Server, Skip, free_port, until  # noqa: E402
from dc09_dialler import frame  # noqa: E402

FAILURE = "Failed password for root from 192.0.2.7 port 4242 ssh2"


def zones(items):
    return sorted(item.get("point") or item.get("zone") for item in items)


def panel(number):
    return frame(f'"SIA-DCS"{number:04d}L0#1234[#1234|Nri1/BA{number:03d}]_'
                 f'{time.strftime("%H:%M:%S,%m-%d-%Y", time.gmtime())}')


def acknowledged(reply, number):
    return f'"ACK"{number:04d}'.encode() in reply


def over_udp(served, link):
    """Each report until it is acknowledged. The link loses a third of what goes either way, and doubles a third."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        device.settimeout(0.3)
        for number in range(1, 41):
            if number == 20:
                served.again(signal.SIGKILL)
            report, late = panel(number), None
            for attempt in range(2000):
                for _ in range(link.choice((0, 1, 2))):
                    device.sendto(report, ("127.0.0.1", served.port))
                if late is None and link.random() < 0.3:  # an old one overtaken by a new one
                    late = report
                try:
                    reply = device.recv(4096)
                except (socket.timeout, ConnectionRefusedError):
                    continue
                if acknowledged(reply, number) and link.random() < 0.7:
                    break
            else:
                raise AssertionError(f"{number} was never acknowledged")
            if late:
                device.sendto(late, ("127.0.0.1", served.port))


def a_panel_over_a_bad_link_is_heard_once_each_time():
    with Served({**PANELS, "carrier": "udp"}) as served:
        over_udp(served, random.Random(3))
        found = zones(served.wait_for(40))
        assert found == [f"{number:03d}" for number in range(1, 41)], found


def killed_at_any_moment_nothing_acknowledged_is_lost():
    """The server dies under the panel's reports; what had its ACK is in the record afterwards."""
    with Served({**PANELS, "carrier": "tcp"}) as served:
        sure, number, chance = [], 0, random.Random(5)
        for _ in range(4):
            with socket.create_connection(("127.0.0.1", served.port), PATIENCE_S) as device:
                many = chance.randrange(5, 40)
                for _ in range(many):
                    number += 1
                    device.sendall(panel(number))
                served_pid = served.server.process
                heard, wanted = b"", chance.randrange(1, many)
                while heard.count(b"ACK") < wanted:
                    heard += device.recv(4096)
                served_pid.send_signal(signal.SIGKILL)
                served_pid.wait(timeout=PATIENCE_S)
                try:
                    while part := device.recv(4096):
                        heard += part
                except ConnectionResetError:
                    pass
            sure += [f"{n:03d}" for n in range(1, number + 1) if acknowledged(heard, n)]
            served.server = Server(served.mission, *served.flags)
        found = zones(served.kept())
        assert len(found) == len(set(found)), found
        assert set(sure) <= set(found), (sure, found)


def logger_over_udp_and_tcp():
    for carrier, flags in (("udp", ["--udp"]), ("tcp", ["--tcp", "--octet-count"]), ("tcp", ["--tcp"])):
        with Served({**LOGS, "carrier": carrier}) as served:
            subprocess.run(["logger", "--server", "127.0.0.1", "--port", str(served.port), "--tag", "sshd",
                            "--priority", "auth.info", *flags, FAILURE], check=True, timeout=PATIENCE_S)
            kept = served.wait_for(1)
            assert kept[0]["kind"] == "login" and kept[0]["address"] == "192.0.2.7", kept


def syslog_over_tls():
    with Served({**LOGS, "carrier": "tls"}, flags=()) as served:
        with socket.create_connection(("127.0.0.1", served.port), PATIENCE_S) as plain:
            with UNCHECKED.wrap_socket(plain, server_hostname="localhost") as device:
                line = f"<38>1 2026-11-22T03:00:00Z gate sshd 1 - - {FAILURE}".encode()
                device.sendall(b"%d %s" % (len(line), line) * 2)
        served.wait_for(2)


def openssl(home, *words):
    subprocess.run(["openssl", *words], check=True, cwd=home, capture_output=True, timeout=PATIENCE_S)


def make_device(home, name, signed_by=None):
    """A key and a certificate, of its own or signed by another; returned as text."""
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key", "-subj", f"/CN={name}"]
    if signed_by:
        openssl(home, "req", "-new", *key, "-out", f"{name}.csr")
        openssl(home, "x509", "-req", "-in", f"{name}.csr", "-CA", f"{signed_by}.pem", "-CAkey", f"{signed_by}.key",
                "-CAcreateserial", "-days", "2", "-out", f"{name}.pem")
    else:
        openssl(home, "req", "-x509", *key, "-days", "2", "-out", f"{name}.pem")
    with open(os.path.join(home, f"{name}.pem"), encoding="utf-8") as file:
        return file.read()


def a_device_without_a_certificate_is_not_heard():
    """Where the listener names an authority: by none, by its own, or by a session of a listener that wants none."""
    with Served({**LOGS, "carrier": "tls", "id": "open"}, flags=()) as served:
        home = served.mission.home
        authority = make_device(home, "authority")
        make_device(home, "gate", "authority")
        make_device(home, "stranger")
        served.listen(**{**LOGS, "carrier": "tls", "authority": authority})
        served.again()
        line = f"<38>1 2026-11-22T03:00:00Z gate sshd 1 - - {FAILURE}".encode()

        def say(name=None, listener="l", session=None):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context = session[0] if session else context
            if name:
                context.load_cert_chain(os.path.join(home, f"{name}.pem"), os.path.join(home, f"{name}.key"))
            try:
                with socket.create_connection(("127.0.0.1", served.ports[listener]), PATIENCE_S) as plain:
                    with context.wrap_socket(plain, session=session[1] if session else None) as device:
                        device.sendall(b"%d %s" % (len(line), line))
                        device.settimeout(0.5)
                        try:
                            device.recv(1)
                        except socket.timeout:
                            pass
                        return context, device.session
            except (ssl.SSLError, ConnectionError):
                return None

        assert say() is None
        assert say("stranger") is None
        session = say(listener="open")
        assert session
        served.wait_for(1)
        say(session=session)
        assert say("gate")
        served.wait_for(2)
        served.until(lambda: served.state()["durable"], lambda count: count == 1)
        assert len(served.kept()) == 2, served.kept()


def rsyslog_over_tls():
    program = shutil.which("rsyslogd")
    if not program:
        raise Skip("rsyslogd is not installed")
    modules = os.path.join(os.path.dirname(program), "../lib/x86_64-linux-gnu/rsyslog")
    if not os.path.exists(os.path.join(modules, "lmnsd_ossl.so")):
        raise Skip("rsyslog-openssl is not installed")
    with Served({**LOGS, "carrier": "tls"}, flags=()) as served:
        local, home = free_port(), served.mission.home
        config = os.path.join(home, "rsyslog.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'global(workDirectory="{home}" defaultNetstreamDriver="ossl")\nmodule(load="imudp")\n'
                       f'input(type="imudp" address="127.0.0.1" port="{local}")\n'
                       f'action(type="omfwd" target="127.0.0.1" port="{served.port}" protocol="tcp" '
                       'TCP_Framing="octet-counted" StreamDriver="ossl" StreamDriverMode="1" '
                       'StreamDriverAuthMode="anon" template="RSYSLOG_SyslogProtocol23Format")\n')
        relay = subprocess.Popen([program, "-n", "-M", modules, "-f", config, "-i", os.path.join(home, "pid")])
        try:
            def logged():
                subprocess.run(["logger", "--server", "127.0.0.1", "--port", str(local), "--udp", "--tag", "sshd",
                                "--priority", "auth.info", FAILURE], check=True, timeout=PATIENCE_S)
                return served.kept()

            until("a line by way of rsyslog", logged, lambda: served.ask("GET", "listener-states"))
        finally:
            relay.terminate()
            relay.wait(timeout=PATIENCE_S)


def a_listener_that_is_added_moved_or_switched_on_opens_at_once():
    """Without a restart: the sandbox is closed, and its sockets come from the opener."""
    with Served({**PANELS, "carrier": "tcp"}) as served:
        def dial(port):
            try:
                return socket.create_connection(("127.0.0.1", port), PATIENCE_S)
            except ConnectionRefusedError:
                return None

        def hears(port, number):
            with served.until(lambda: dial(port)) as device:
                device.sendall(panel(number))
                assert acknowledged(device.recv(4096), number)

        hears(served.port, 1)
        assert "seccomp" in served.ask("GET", "status")["sandbox"]
        served.listen(**{**PANELS, "id": "more", "carrier": "tcp"})
        served.until(lambda: served.state("more")["condition"], lambda condition: condition == "open")
        hears(served.ports["more"], 2)
        served.listen(**{**LOGS, "id": "logs", "carrier": "udp"})
        assert served.until(lambda: served.state("logs")["condition"], lambda condition: condition == "open")

        def change(**fields):
            now = served.ask("GET", "listeners/more")
            record = {name: value for name, value in now["record"].items() if name not in ("id",)}
            served.ask("PUT", "listeners/more", {**record, **fields})

        other = free_port()
        change(address=f"127.0.0.1:{other}")
        hears(other, 3)
        change(disabled=True)
        served.until(lambda: served.state("more")["condition"], lambda condition: condition == "disabled")
        change(disabled=False)
        served.until(lambda: served.state("more")["condition"], lambda condition: condition == "open")
        hears(other, 4)
        served.listen(**{**PANELS, "id": "taken", "carrier": "tcp", "address": f"127.0.0.1:{other}"})
        state = served.until(lambda: served.state("taken"), lambda state: state["condition"] == "failed")
        assert "in use" in state["why"], state
        assert zones(served.wait_for(4)) == ["001", "002", "003", "004"]


if __name__ == "__main__":
    sys.exit(cli_test.main([a_panel_over_a_bad_link_is_heard_once_each_time,
                            killed_at_any_moment_nothing_acknowledged_is_lost,
                            a_listener_that_is_added_moved_or_switched_on_opens_at_once,
                            logger_over_udp_and_tcp, syslog_over_tls,
                            a_device_without_a_certificate_is_not_heard, rsyslog_over_tls]))
