#!/usr/bin/python3
"""person.py PORT: somebody of the mission, who acts over HTTP: the guard at the post, a guard with a phone, the officer.

The first line is their token, as JSON. Orders are lines of the day's script: {"command": "alarm.claim", "find":
"alarm/source/fence"}, {"command": "zone.arm", "target": "perimeter"}, and those of a phone: {"command": "phone.key",
"phone": "patrol-phone"} gives its public key, {"command": "phone.begin", "tour": "night-round"} sets out, {"command":
"phone.scan", "now": TIME} scans the next tag. Answered with what the server answered.
"""
import base64
import os
import subprocess
import sys
import tempfile
from urllib.parse import quote

from api import Api
from player import Refused, play, read_secret

BODILESS = {"zone.disarm", "handover.sign", "lone.end"}
PATHS = {"lone.begin": "lone-guards/begin", "lone.word": "lone-guards/word", "lone.end": "lone-guards/end",
         "guard.help": "guards/help"}
LISTED = {"handover": "handovers", "alarm": "alarms"}  # of nouns that are not in the catalog of records


class Phone:
    """Signs what it scans with a key of its own (docs/rounds.md); by openssl(1), which has Ed25519."""

    def __init__(self, folder, name):
        self.folder, self.name = folder, name
        self.key = os.path.join(folder, "key.pem")
        self.openssl("genpkey", "-algorithm", "ed25519", "-out", self.key)

    @staticmethod
    def openssl(*words):
        return subprocess.run(["openssl", *words], capture_output=True, check=True).stdout

    @staticmethod
    def text(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    def public(self):
        return self.text(self.openssl("pkey", "-in", self.key, "-pubout", "-outform", "DER")[-32:])

    def scan(self, run, tag, now):
        message = os.path.join(self.folder, "message")
        with open(message, "w", encoding="utf-8") as file:
            file.write(f"chancery-scan\n{run}\n{tag}\n{now}")
        signature = self.openssl("pkeyutl", "-sign", "-inkey", self.key, "-rawin", "-in", message)
        return {"tag": tag, "at": now, "phone": self.name, "signature": self.text(signature)}


class Person:
    def __init__(self, api, folder):
        self.api, self.folder = api, folder
        self.phone = self.run = None
        self.tags = []

    def plural(self, noun):
        if noun not in LISTED:
            LISTED.update({one["name"]: one["plural"] for one in self.api.get("catalog")["records"]})
        return LISTED[noun]

    def target(self, order):
        """The record that is meant, also where only a column of it is known."""
        if "find" not in order:
            return order["target"]
        noun, column, value = order["find"].split("/", 2)
        for item in self.api.get(self.plural(noun))["items"]:
            record = item.get("record") or item.get("alarm") or item
            if record.get(column) == value:
                return record["id"]
        raise Refused(f"there is no {order['find']}")

    def begin(self, order):
        """Set out. The phone was made known to the mission by whoever keeps its list."""
        self.run = self.api.post(f"guard-tours/{order['tour']}/start")["id"]
        rounds = self.api.get("rounds")["items"]
        self.tags = [visit["tag"] for one in rounds if one["id"] == self.run for visit in one["visits"]]
        return self.run

    def scan(self, order):
        return self.api.post(f"rounds/{self.run}/scan", self.phone.scan(self.run, self.tags.pop(0), order["now"]))

    def key(self, order):
        self.phone = Phone(self.folder, order["phone"])
        return self.phone.public()

    def act(self, order):
        deed = {"phone.key": self.key, "phone.begin": self.begin, "phone.scan": self.scan}.get(order["command"])
        if deed:
            return deed(order)
        noun, verb = order["command"].split(".")
        body = order.get("input", None if order["command"] in BODILESS else {})
        if order["command"] in PATHS:
            return self.api.post(PATHS[order["command"]], body)
        plural = self.plural(noun)
        if verb in ("add", "make"):
            return self.api.post(plural, body)
        path = f"{plural}/{self.target(order)}"
        if verb == "change":
            return self.api.put(path, body)
        if verb == "retire":
            return self.api.delete(f"{path}?why={quote(body['why'])}")
        return self.api.post(f"{path}/{verb}", body)


def main():
    with tempfile.TemporaryDirectory() as folder:
        person = Person(Api(int(sys.argv[1]), read_secret()), folder)
        play(person.act)


if __name__ == "__main__":
    main()
