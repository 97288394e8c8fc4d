"""Missions that an older program has made: how they are opened, served and read (old_test.py, tools/make-old-mission)."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "demo"))
from api import Api  # noqa: E402
from ports import free_port  # noqa: E402

PASSPHRASE = "a mission of long ago"
PATIENCE_S = 600
SAMPLES = 3  # records of each noun that are looked at again


def run(program, *arguments, secret):
    """A verb that must succeed; its standard output."""
    words = [program, *arguments, "--passphrase-file", secret]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def seal(tool, order, folder):
    """Puts the record under its key, or takes the key off it (seal.c)."""
    done = subprocess.run([tool, order, folder], input=PASSPHRASE + "\n", capture_output=True, text=True, check=False,
                          timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr


class Served:
    """A mission that a program serves on loopback, and its API for the first officer."""

    def __init__(self, program, folder, secret):
        self.folder, self.secret = folder, secret
        token = json.loads(run(program, "token", folder, "--json", secret=secret))["token"]
        self.port = free_port()
        self.process = subprocess.Popen(
            [program, "serve", folder, "--passphrase-file", secret, "--listen", f"127.0.0.1:{self.port}", "--plain"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder)
        line = self.process.stdout.readline()
        if "serving at" not in line:
            raise AssertionError(f"waited for: serving at …; came: {line}{self.process.communicate()[1]}")
        self.api = Api(self.port, token)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        told = self.process.communicate(timeout=PATIENCE_S)[1]
        assert self.process.returncode == 0, told


def kinds_of(api):
    """How many events of each kind the ledger has; each of them is read."""
    kinds, start = {}, 0
    while start is not None:
        page = api.get(f"ledger/events?limit=500&from={start}")
        for event in page["items"]:
            kinds[event["kind"]] = kinds.get(event["kind"], 0) + 1
        start = page.get("next") if page["items"] else None
    return kinds


def records_of(api):
    """{plural: {id: record}} of some records of each noun."""
    return {plural: {item["record"]["id"]: item["record"] for item in api.get(f"{plural}?limit={SAMPLES}")["items"]}
            for plural in (noun["plural"] for noun in api.get("catalog")["records"])}
