"""The stage of the demonstration's day: the server, the broker, the players. All of them end with the conductor."""
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from api import Api
from player import PATIENCE_S, Refused
from ports import free_port

HERE = os.path.dirname(os.path.abspath(__file__))
PR_SET_PDEATHSIG = 1


class Ended(Refused):
    """A program that is needed is there no more."""


def wait_until(what, happened):
    """Ask again until it is so. What is waited for has been set in motion; this is never for time to pass."""
    limit = time.monotonic() + PATIENCE_S
    while not happened():
        if time.monotonic() > limit:
            raise Refused(f"waited {PATIENCE_S} s for nothing: {what}")
        time.sleep(0.001)


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def start(words, **more):
    """Ctrl-C is the conductor's alone to hear."""
    return subprocess.Popen(words, start_new_session=True, preexec_fn=die_with_parent, **more)


class Program:
    """A program that answers each line with a line."""

    def __init__(self, name, words):
        self.name = name
        self.process = start(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise Ended(f"{self.name} has ended, with {self.process.wait()}")
        return json.loads(line)

    def tell(self, order):
        try:
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # what became of it is read with its answer

    def ask(self, order):
        self.tell(order)
        return self.read()

    def end(self):
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.stdout.close()
        self.process.wait(timeout=PATIENCE_S)


class Player(Program):
    def __init__(self, name, *words, secret=None):
        super().__init__(name, [sys.executable, os.path.join(HERE, name), *map(str, words)])
        if secret is not None:
            self.tell(secret)

    def read(self):
        answer = super().read()
        if "failed" in answer:
            raise Refused(f"{self.name}: {answer['failed']}")
        return answer["done"]


class Server(Program):
    """`chancery demo --conducted`: only we can lead its clock (src/main/demo_conduct.c)."""

    def __init__(self, program, flags):
        super().__init__("chancery", [program, "demo", "--conducted", *flags])
        self.greeting = self.read()


class Broker:
    """Debian's mosquitto on a port of its own."""

    def __init__(self, port, folder):
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        config = os.path.join(folder, "mosquitto.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nlog_dest none\n")
        self.process = start([program, "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.port = port
        wait_until("the broker", self.answers)

    def answers(self):
        if self.process.poll() is not None:
            raise Ended(f"mosquitto has ended, with {self.process.returncode}")
        with socket.socket() as link:
            return link.connect_ex(("127.0.0.1", self.port)) == 0

    def end(self):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE_S)


class Stage:
    """Everything that is on it, by name; closing ends it in the reverse order."""

    def __init__(self, program, flags):
        self.folder = tempfile.mkdtemp(prefix="chancery-demo-stage-")
        self.open = []
        try:
            self.build(program, flags)
        except BaseException:
            self.close()
            raise

    def keep(self, part):
        self.open.append(part)
        return part

    def build(self, program, flags):
        panels, broker, logs = free_port(), free_port(), free_port()
        eve = os.path.join(self.folder, "eve.json")
        self.places = {"panels": panels, "broker": broker, "logs": logs, "eve": eve}
        self.keep(Broker(broker, self.folder))
        self.server = self.keep(Server(program, ["--files", self.folder, *flags]))
        greeting = self.server.greeting
        self.api = Api(greeting["port"], greeting["tokens"]["officer"])
        accounts = self.listen()
        self.devices = {
            "panels": self.keep(Player("panels.py", panels, secret=accounts)),
            "sensors": self.keep(Player("sensors.py", broker)),
            "suricata": self.keep(Player("suricata.py", eve)),
            "servers": self.keep(Player("servers.py", logs)),
        }
        self.people = {name: self.keep(Player("person.py", greeting["port"], secret=token))
                       for name, token in greeting["tokens"].items()}
        for port in (panels, logs):
            wait_until(f"port {port}", lambda port=port: self.is_open(port))

    @staticmethod
    def is_open(port):
        with socket.socket() as link:
            return link.connect_ex(("127.0.0.1", port)) == 0

    def listen(self):
        """The mission is told where its devices are, as its administrator does it; gives the panels' keys."""
        with open(os.path.join(HERE, "listeners.json"), encoding="utf-8") as file:
            listeners = json.load(file)
        for listener in listeners:
            listener["address"] = listener["address"].format(**self.places)
            self.api.post("listeners", listener)
        return {one["account"]: one.get("key") for listener in listeners
                for one in listener.get("secret_options", {}).get("accounts", [])}

    def close(self):
        for part in reversed(self.open):
            part.end()
        shutil.rmtree(self.folder, ignore_errors=True)
