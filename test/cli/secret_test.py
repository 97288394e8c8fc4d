#!/usr/bin/python3
"""secret_test.py CHANCERY: a kept secret goes nowhere but where it was given for, and what is in the
record does not leave with its proof. Every noun with a secret is tried. TAP on standard output."""
import json
import os
import re
import stat
import sys

import cli_test
from api_test import FIRST, OUTLET, Demo, own_of

# One of each noun that has a secret that is sent, with every field that says where it goes.
SECRET = "seven lamps, quiet harbour"
SENT = {
    "cameras": {**FIRST["cameras"], "onvif": "https://192.0.2.20/onvif/device_service",
                "still": "https://192.0.2.20/still", "user": "view", "authority": "PEM",
                "password": SECRET},
    "listeners": {"label": "TLP:GREEN", "name": "Sensors", "protocol": "mqtt", "carrier": "broker",
                  "address": "192.0.2.30:8883", "user": "chancery", "disabled": True,
                  "authority": "PEM", "options": {"rules": [
                      {"topic": "home/+/door", "source": "door *", "kind": "access",
                       "priority": "low"}]}, "password": SECRET},
    "outlets": {**OUTLET, "id": "mail", "name": "Mail", "port": 587, "user": "post",
                "authority": "PEM", "secret": SECRET},
}


def elsewhere(field, value):
    """Another destination than this."""
    if field["kind"] == "choice":
        names = [choice["name"] if isinstance(choice, dict) else choice for choice in field["choices"]]
        return next(name for name in names if name != value)
    if isinstance(value, int):
        return value + 1
    return value.replace("192.0.2.", "198.51.100.") if "192.0.2." in value else value + "x"


def a_secret_goes_nowhere_else_unless_it_is_given_again():
    with Demo() as demo:
        tried = 0
        for noun in demo.ask("GET", "catalog")["records"]:
            fields = noun["shape"]["fields"]
            secrets = [field["name"] for field in fields if field.get("outgoing")]
            if not secrets:
                continue
            plural = noun["plural"]
            assert plural in SENT, f"{plural}: say in SENT what one with a secret is"
            one = f"{plural}/{demo.ask('POST', plural, SENT[plural])['id']}"
            kept = demo.ask("GET", one)
            assert SECRET not in json.dumps(kept), kept
            record = own_of(noun, kept["record"])
            demo.ask("PUT", one, {**record, "name": "Another"})  # its secret stays
            record["name"] = "Another"
            for field in fields:
                if not field.get("destination"):
                    continue
                name = field["name"]
                assert name in record, f"{plural}: SENT says nothing of {name}"
                for changed in ({**record, name: elsewhere(field, record[name])},
                                {key: value for key, value in record.items() if key != name}):
                    refused = demo.ask("PUT", one, changed, want=(422,))
                    if name in changed or not field.get("required"):
                        assert refused["rule"] == "again", (one, name, refused)
                        assert refused["pointer"] == "/" + secrets[0], (one, name, refused)
                    tried += 1
        assert tried > 20, tried


# ---- exports of the record -------------------------------------------------------------------------

# One more of each noun whose further secrets are not sent anywhere.
HELD = {
    "listeners": {**FIRST["listeners"], "name": "Panels with keys", "secret_options": {
        "accounts": [{"account": "4711", "key": SECRET[:16]}]}},
}
RED = {"label": "TLP:RED", "title": "Nobody else may know that the ambassador leaves on Friday"}


def files_of(tree):
    for at, _, names in os.walk(tree):
        for name in names:
            path = os.path.join(at, name)
            assert stat.S_IMODE(os.stat(path).st_mode) == 0o600, path
            with open(path, "rb") as file:
                yield os.path.relpath(path, tree), file.read()


def entries_of(tree):
    for name, data in files_of(tree):
        while name.startswith("tile/entries/") and data:
            length = int.from_bytes(data[:2], "big")
            yield json.loads(data[2:2 + length])
            data = data[2 + length:]


def texts_of(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts_of(part)


def plant(mission):
    """A record of every noun with secrets, with all of them given; and one of TLP:RED."""
    token = json.loads(mission.run("token"))["token"]
    with cli_test.Server(mission, "--plain") as server:
        def add(noun, record):
            status, told = server.ask("/api/v1/" + noun, token, record)
            assert status == 201, (noun, status, told)
        add("sources", {**{k: v for k, v in FIRST["sources"].items() if k not in ("zone", "points")},
                        "id": FIRST["cameras"]["source"]})
        add("tasks", RED)
        for noun in json.loads(server.ask("/api/v1/catalog", token)[1])["records"]:
            secrets = {field["name"] for field in noun["shape"]["fields"]
                       if field.get("secret") and not field.get("system")}
            plural = noun["plural"]
            given = [one[plural] for one in (SENT, HELD) if plural in one]
            left = secrets - {name for record in given for name in record}
            assert not left, f"{plural}: say in SENT or HELD what one with {left} is"
            for record in given:
                add(plural, record)


def an_export_has_no_word_of_the_record_unless_it_is_asked_for():
    with cli_test.Mission() as mission:
        plant(mission)
        bare, full = (os.path.join(mission.home, name) for name in ("bare", "full"))
        made = json.loads(mission.run("ledger export", bare))
        assert made["entries"] is False, made
        told = json.loads(mission.run("ledger export", full, "--with-entries"))
        assert told["entries"] is True and told["verifier_key"] == made["verifier_key"], told

        entries = list(entries_of(full))
        words = {text for entry in entries for text in texts_of(entry)}
        assert SECRET in words and RED["title"] not in words  # a task is sealed, a password is not
        assert any(SECRET[:16] in word for word in words), words
        left = dict(files_of(bare))
        for name, data in left.items():
            if name != "checkpoint":
                assert re.fullmatch(r"tile/[0-7]/[x0-9/]+(\.p/\d+)?", name), name
                assert len(data) % 32 == 0, name
        origin, size, _ = left.pop("checkpoint").decode().split("\n")[:3]
        assert int(size) == len(entries), (origin, size)
        hashes = b"".join(left.values())
        for word in words:
            assert len(word) < 8 or word.encode() not in hashes, word

        for tree, given in ((bare, False), (full, True)):
            seen = json.loads(cli_test.run("ledger", "check", tree, "--verifier-key",
                                           made["verifier_key"], "--json"))
            assert seen["events"] == len(entries) and seen["entries"] is given, seen
            assert seen["root"] == json.loads(mission.run("ledger verify"))["root"], seen


def whoever_asks_for_the_entries_is_told_what_leaves():
    with cli_test.Mission() as mission:
        bare, full = (os.path.join(mission.home, name) for name in ("bare", "full"))
        given = ["--passphrase-file", mission.secret]
        assert cli_test.finish("ledger", "export", mission.folder, bare, *given).stderr == ""
        for json_too in ([], ["--json"]):
            warned = cli_test.finish("ledger", "export", mission.folder, full + str(len(json_too)),
                                   "--with-entries", *given, *json_too).stderr
            for what in ("warning", "passwords", "TLP:RED", "personal data"):
                assert what in warned, warned


TESTS = [a_secret_goes_nowhere_else_unless_it_is_given_again,
         an_export_has_no_word_of_the_record_unless_it_is_asked_for,
         whoever_asks_for_the_entries_is_told_what_leaves]

if __name__ == "__main__":
    sys.exit(cli_test.main(TESTS))
