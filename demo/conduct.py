#!/usr/bin/python3
"""conduct.py PROGRAM [--fast] [--minutes N] [--listen ADDRESS]: the mission's day, played over real sockets.

The script is content/demo/day.jsonl: who says or does what at which time of the day. A line with signals goes to the
program that plays that device, a line `as` somebody to the program that plays that person; heartbeats.jsonl says which
devices live when. With --fast the server's clock stands and is led from line to line, each step begins when everything
of the one before is written down, and at the end the mission is compared with content/demo/seen.jsonl: what a guard must
have seen. Otherwise the day takes some minutes, and stays to be looked at.
"""
import argparse
import json
import os
import sys
import threading
from datetime import datetime, timedelta

import seen
from player import Refused
from stage import Stage, wait_until

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "content", "demo")
DAY_S, BEAT_S = 86400, 600
DEVICES = {"sia-dc-03": "panels", "mqtt": "sensors", "frigate": "sensors", "suricata-sid": "suricata",
           "syslog-rule": "servers", "syslog-severity": "servers"}
PHONE = "patrol-phone"


def lines_of(name):
    with open(os.path.join(SCRIPT, name), encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def second(at):
    return int(at[:2]) * 3600 + int(at[3:]) * 60


def program_of(identity):
    """Which program plays a device, by what the device calls itself."""
    if identity.startswith("#"):
        return "panels"
    return "suricata" if identity.startswith("ids") else "sensors"


class Day:
    def __init__(self, stage, minutes, fast):
        self.stage, self.minutes, self.fast = stage, minutes, fast
        self.start = datetime.fromisoformat(stage.server.greeting["now"].replace("Z", "+00:00"))
        self.second = 0
        self.pulses = lines_of("heartbeats.jsonl")
        self.sent = {}  # signals by source
        self.over = threading.Event()

    # ---- time

    def stamp(self):
        """What the clocks of devices and guards show."""
        if not self.fast:
            return datetime.utcnow().strftime("%Y-%m-%dT%H:%M:%SZ")
        return (self.start + timedelta(seconds=self.second)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def pass_to(self, when):
        if self.fast:
            self.second = when
            self.stage.server.ask({"to": self.stamp()})
        elif self.over.wait((when - self.second) * self.minutes * 60 / DAY_S):
            raise KeyboardInterrupt
        self.second = when

    def shorten(self, value):
        """Durations of an input, where the day is shorter than one (as src/main/script.c)."""
        if isinstance(value, list):
            return [self.shorten(item) for item in value]
        if not isinstance(value, dict):
            return value
        least = {"every_ms": 60000}
        return {name: max(item * self.minutes * 60 // DAY_S, least.get(name, 1000)) if name.endswith("_ms") else self.shorten(item)
                for name, item in value.items()}

    # ---- devices

    def heard(self):
        """What is written down of each source, by what it calls itself."""
        told = {item["source"]["identity"]: item["pulse"] for item in self.stage.api.get("watch/sources")["items"]}
        for item in self.stage.api.get("watch/unknown")["items"]:
            told.setdefault(item["identity"], {"signals": item["count"]})
        return told

    def signals_written(self):
        pulses = self.heard()
        return all(sum(pulses.get(name, {}).get(column, 0) for column in ("signals", "counted", "duplicates")) >= count
                   for name, count in self.sent.items())

    def beats_written(self, names, now):
        pulses = self.heard()
        return all(pulses[name].get("heard", "") >= now for name in names)

    def beat(self):
        """A sign of life of every device that is alive; they speak at the same time."""
        alive = [pulse["source"] for pulse in self.pulses if "until" not in pulse or self.second < second(pulse["until"]) or
                 self.second >= second(pulse.get("again", "24:00"))]
        now, asked = self.stamp(), []
        for name, player in self.stage.devices.items():
            mine = [source for source in alive if program_of(source) == name]
            if mine:
                player.tell({"now": now, "beat": mine})
                asked.append(player)
        for player in asked:
            player.heard()
        if self.fast:
            wait_until(f"heartbeats of {now}", lambda: self.beats_written(alive, now))

    def signals(self, line):
        times = line.get("repeat", 1)
        for device in sorted({DEVICES[item["code_system"]] for item in line["input"]["items"]}):
            items = [item for item in line["input"]["items"] if DEVICES[item["code_system"]] == device]
            # where a protocol acknowledges nothing, one after the other, so that they come one by one
            parts = times if device == "servers" else 1
            for _ in range(parts):
                self.stage.devices[device].ask({"now": self.stamp(), "signals": items, "times": times // parts})
                for item in items:
                    self.sent[item["source"]] = self.sent.get(item["source"], 0) + times // parts
                if self.fast:
                    wait_until(f"signals of {line['at']}: {items}", self.signals_written)

    # ---- people

    def someone(self, line):
        """Who does it. What the script leaves to Chancery itself, the officer does at the desk."""
        order = {name: line[name] for name in ("command", "target", "find", "input") if name in line}
        if not self.fast and "input" in order:
            order["input"] = self.shorten(order["input"])
        self.stage.people[line.get("as", "officer")].ask(order)

    def set_out(self, line):
        guard, officer = self.stage.people[line["as"]], self.stage.people["officer"]
        key = guard.ask({"command": "phone.key", "phone": PHONE})
        officer.ask({"command": "guard_phone.add", "input": {"id": PHONE, "label": "TLP:GREEN", "name": "Phone of the patrol",
                                                              "guard": line["as"], "key": key}})
        guard.ask({"command": "phone.begin", "tour": line["walk"]})

    # ---- the script

    def do(self, line):
        if line.get("scan"):
            self.stage.people[line["as"]].ask({"command": "phone.scan", "now": self.stamp()})
        elif "walk" in line:
            self.set_out(line)
        elif line.get("drill"):
            # only Chancery itself marks an exercise
            self.stage.server.ask({"play": {name: line[name] for name in line if name != "at"}})
        elif line["command"] == "signal.take":
            self.signals(line)
        else:
            self.someone(line)

    def attempt(self, line):
        """A visitor may have been quicker than the script: the day goes on."""
        try:
            self.do(line)
        except Refused as why:
            if self.fast:
                raise Refused(f"{json.dumps(line, ensure_ascii=False)}: {why}") from why
            print(f"{line['at']} {why}", file=sys.stderr)

    def programme(self):
        """Everything in the order of the day: (second, what to do)."""
        steps = [(at, None) for at in range(0, DAY_S, BEAT_S)]
        for line in lines_of("day.jsonl"):
            steps.append((second(line["at"]), line))
            if "walk" in line:
                tour = next(item["record"] for item in self.stage.api.get("guard-tours")["items"] if item["record"]["id"] == line["walk"])
                for number in range(len(tour["checkpoints"])):
                    steps.append((second(line["at"]) + (number + 1) * line["every_s"], dict(line, scan=True)))
        return sorted(steps, key=lambda step: step[0])  # stable: a heartbeat goes before a line of its minute

    def play(self):
        for at, line in self.programme():
            if at > self.second:
                self.pass_to(at)
            if line is None:
                self.beat()
            else:
                self.attempt(line)
        self.pass_to(DAY_S)

    def live_on(self):
        while True:
            self.beat()
            self.pass_to(self.second + BEAT_S)


def play_fast(program, check, more):
    stage = Stage(program, ["--fast", "--listen", "127.0.0.1:0", *more])
    try:
        day = Day(stage, 1440, True)
        day.play()
        faults = seen.heard(stage.api, day.start, lines_of("day.jsonl"))
        faults += seen.compare(stage.api, day.start, lines_of(check))
        outcome = stage.server.ask({"tell": True})
    finally:
        stage.close()
    for fault in faults:
        print(f"not as it was to be seen: {fault}", file=sys.stderr)
    print(json.dumps({**outcome, "seen": len(lines_of(check)) - len(faults)}, separators=(",", ":")))
    return 1 if faults else 0


def welcome(stage, minutes):
    shown = stage.server.greeting["shown"]
    print(f"\nThe Embassy of Norland in Vael (all of it fiction) is at http://{shown}\n"
          "Sign in by enrolling once, with a passkey or a password:\n")
    for account, link in stage.server.greeting["links"].items():
        print(f"  {account:<9} http://{shown}/enrol#{link}")
    places = stage.places
    print(f"\nIts panels call 127.0.0.1:{places['panels']} (DC-09), its sensors the broker at 127.0.0.1:{places['broker']} (MQTT), its\n"
          f"servers 127.0.0.1:{places['logs']} (syslog); Suricata writes {places['eve']}.\n"
          f"\nIts day takes {minutes} minutes. End with Ctrl-C.", flush=True)


def play_live(program, listen, minutes, more):
    stage = Stage(program, ["--listen", listen, "--minutes", str(minutes), *more])
    try:
        welcome(stage, minutes)
        day = Day(stage, minutes, False)
        day.play()
        day.live_on()
    except KeyboardInterrupt:
        pass
    finally:
        stage.close()
    return 0


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("--fast", action="store_true")
    arguments.add_argument("--minutes", type=int, default=12)
    arguments.add_argument("--listen", default="127.0.0.1:8022")
    arguments.add_argument("--seen", default="seen.jsonl", help="what must have been seen, beside the script")
    given, more = arguments.parse_known_args()  # the rest are flags of the program
    try:
        if given.fast:
            return play_fast(given.program, given.seen, more)
        return play_live(given.program, given.listen, given.minutes, more)
    except Refused as why:
        print(f"the day could not be played: {why}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
