#!/usr/bin/python3
"""old_test.py CHANCERY OLD_SEAL: a mission of every head that has landed is opened by the program of today, and all that
was written then is read. test/old/README.md. TAP on standard output."""
import json
import os
import shutil
import sys
import tarfile
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
import cli_test  # noqa: E402
from old import PASSPHRASE, Served, kinds_of, run, seal  # noqa: E402

PROGRAM, SEAL = (os.path.abspath(path) for path in sys.argv[1:3])
del sys.argv[2]


def heads():
    return sorted(name for name in os.listdir(HERE) if os.path.exists(os.path.join(HERE, name, "mission.tar.xz")))


class Old:
    """A copy of a fixture, under its key again."""

    def __init__(self, head):
        with open(os.path.join(HERE, head, "expected.json"), encoding="utf-8") as file:
            self.expected = json.load(file)
        self.home = tempfile.mkdtemp(prefix="chancery-old-")
        self.folder, self.secret = os.path.join(self.home, "mission"), os.path.join(self.home, "passphrase")
        with open(self.secret, "w", encoding="utf-8") as file:
            file.write(PASSPHRASE + "\n")
        with tarfile.open(os.path.join(HERE, head, "mission.tar.xz")) as archive:
            archive.extractall(self.folder)
        for path in [self.folder, *(os.path.join(self.folder, name) for name in os.listdir(self.folder))]:
            os.chmod(path, 0o700 if os.path.isdir(path) else 0o600)
        seal(SEAL, "seal", self.folder)

    def run(self, *verb):
        return json.loads(run(PROGRAM, *verb, self.folder, "--json", secret=self.secret))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.home)


def differences(then, now, at=""):
    """What is there no more, or is something else; a field that is new says nothing."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name, value in then.items():
            yield from differences(value, now.get(name), f"{at}/{name}")
    elif then != now:
        yield f"{at} was {json.dumps(then)} and is {json.dumps(now)}"


def opens_and_folds_to_the_same_picture(head):
    with Old(head) as old:
        report = old.run("ledger", "verify")  # as it was left: not a byte is written yet
        assert report["verified"] and report["events"] == old.expected["events"], report
        with Served(PROGRAM, old.folder, old.secret) as served:
            size = served.api.get("ledger")["size"]
            assert size >= old.expected["events"], size
        told = old.run("rebuild")
        assert told["same"] and told["before"] == told["after"], told
        assert old.run("ledger", "verify")["verified"]


def every_event_and_record_is_read(head):
    with Old(head) as old, Served(PROGRAM, old.folder, old.secret) as served:
        kinds = kinds_of(served.api)
        lost = {kind: (many, kinds.get(kind, 0)) for kind, many in old.expected["kinds"].items()
                if kinds.get(kind, 0) < many}
        assert not lost, f"kinds of events: (then, now) {lost}"
        changed = []
        for plural, records in old.expected["records"].items():
            for name, record in records.items():
                now = served.api.get(f"{plural}/{name}")["record"]
                changed += differences(record, now, f"{plural}/{name}")
        assert not changed, changed


def of_head(test, head):
    def one():
        test(head)

    one.__name__ = f"{head}_{test.__name__}"
    return one


if __name__ == "__main__":
    assert heads(), "no fixture"
    sys.exit(cli_test.main([of_head(test, head) for head in heads()
                            for test in (opens_and_folds_to_the_same_picture, every_event_and_record_is_read)]))
