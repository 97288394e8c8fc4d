#!/usr/bin/python3
"""conduct.py PROGRAM [--fast] [--minutes N] [--listen ADDRESS]: the mission's day, played over real sockets.

The script is content/demo/day.jsonl: who says or does what at which time of the day. A line with signals goes to the
program that plays that device, a line `as` somebody to the program that plays that person; heartbeats.jsonl says which
devices live when. With --fast the server's clock stands and is led from line to line, each step begins when everything
of the one before is written down, and at the end the mission is compared with content/demo/seen.jsonl: what a guard
must have seen. Otherwise the day takes some minutes, and goes on to be looked at.
"""
import argparse
import heapq
import json
import os
import signal
import sys
import time
from datetime import datetime, timedelta, timezone

import seen
from player import Refused
from stage import Ended, Stage, wait_until

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "content", "demo")
DAY_S, BEAT_S, ROUTINE_S = 86400, 600, 3600
AGAIN, AGAIN_S = 30, 120  # what could not be done is tried so often, and so much later
# Which program plays the devices that speak so, and which listener hears it.
DEVICES = {"sia-dc-03": "panels", "mqtt": "sensors", "frigate": "sensors", "suricata-sid": "suricata",
           "syslog-rule": "servers", "syslog-severity": "servers"}
LISTENERS = {"panels": "panels", "sensors": "sensors", "suricata": "ids", "servers": "logs"}
UNANSWERED = ("servers",)  # their protocol acknowledges nothing
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


def shorten(value, minutes):
    """Durations of an input, where the day is shorter than one (as src/main/script.c)."""
    if isinstance(value, list):
        return [shorten(item, minutes) for item in value]
    if not isinstance(value, dict):
        return value
    least = {"every_ms": 60000}
    return {name: max(item * minutes * 60 // DAY_S, least.get(name, 1000)) if name.endswith("_ms") else
            shorten(item, minutes) for name, item in value.items()}


class Day:
    def __init__(self, stage, minutes, fast):
        self.stage, self.minutes, self.fast = stage, minutes, fast
        self.start = datetime.fromisoformat(stage.server.greeting["now"].replace("Z", "+00:00"))
        self.began = time.monotonic()
        self.second = 0
        self.pulses = lines_of("heartbeats.jsonl")
        self.signals = {}  # sent by each source
        self.frames = {name: 0 for name in stage.devices}

    # ---- time

    def stamp(self):
        """What the clocks of devices and guards show."""
        now = self.start + timedelta(seconds=self.second) if self.fast else datetime.now(timezone.utc)
        return now.strftime("%Y-%m-%dT%H:%M:%SZ")

    def pass_to(self, when):
        self.second = when
        if self.fast:
            self.stage.server.ask({"to": self.stamp()})
        else:
            time.sleep(max(0, self.began + when * self.minutes * 60 / DAY_S - time.monotonic()))

    # ---- devices

    def play(self, device, order):
        self.frames[device] += self.stage.devices[device].ask(order)

    def written(self):
        """What is written down of each source, by what it calls itself."""
        told = {item["source"]["identity"]: item["pulse"] for item in self.stage.api.get("watch/sources")["items"]}
        for item in self.stage.api.get("watch/unknown")["items"]:
            told.setdefault(item["identity"], {"signals": item["count"]})
        return told

    def signals_written(self):
        pulses = self.written()
        return all(sum(pulses.get(name, {}).get(column, 0) for column in ("signals", "counted", "duplicates")) >= count
                   for name, count in self.signals.items())

    def beats_written(self, names, now):
        pulses = self.written()
        return all(pulses[name].get("heard", "") >= now for name in names)

    def is_alive(self, pulse):
        return "until" not in pulse or self.second < second(pulse["until"]) or self.second >= second(pulse["again"])

    def beat(self):
        """A sign of life of every device that is alive; they speak at the same time."""
        alive = [pulse["source"] for pulse in self.pulses if self.is_alive(pulse)]
        now, asked = self.stamp(), []
        for name, player in self.stage.devices.items():
            mine = [source for source in alive if program_of(source) == name]
            if mine:
                player.tell({"now": now, "beat": mine})
                asked.append(name)
        for name in asked:
            self.frames[name] += self.stage.devices[name].read()
        if self.fast:
            wait_until(f"heartbeats of {now}", lambda: self.beats_written(alive, now))
        if self.second % ROUTINE_S == 0:
            self.play("servers", {"now": now, "beat": ["srv-registry"]})

    def say(self, line):
        """The signals of a line, by the programs that play their devices."""
        times = line.get("repeat", 1)
        for device in sorted({DEVICES[item["code_system"]] for item in line["input"]["items"]}):
            items = [item for item in line["input"]["items"] if DEVICES[item["code_system"]] == device]
            parts = times if device in UNANSWERED else 1  # one by one, so that each is waited for
            for _ in range(parts):
                self.play(device, {"now": self.stamp(), "signals": items, "times": times // parts})
                for item in items:
                    self.signals[item["source"]] = self.signals.get(item["source"], 0) + times // parts
                if self.fast:
                    wait_until(f"signals of {line['at']}: {items}", self.signals_written)

    # ---- people

    def act(self, line):
        """Who does it. What the script leaves to Chancery itself, the officer does at the desk."""
        order = {name: line[name] for name in ("command", "target", "find", "input") if name in line}
        if "input" in order and not self.fast:
            order["input"] = shorten(order["input"], self.minutes)
        self.stage.people[line.get("as", "officer")].ask(order)

    def set_out(self, line):
        guard, officer = self.stage.people[line["as"]], self.stage.people["officer"]
        key = guard.ask({"command": "phone.key", "phone": PHONE})
        phone = {"id": PHONE, "label": "TLP:GREEN", "name": "Phone of the patrol", "guard": line["as"], "key": key}
        officer.ask({"command": "guard_phone.add", "input": phone})
        guard.ask({"command": "phone.begin", "tour": line["walk"]})

    # ---- the script

    def do(self, line):
        if "scan" in line:
            self.stage.people[line["scan"]].ask({"command": "phone.scan", "now": self.stamp()})
        elif "walk" in line:
            self.set_out(line)
        elif line.get("drill"):  # only Chancery itself marks an exercise
            self.stage.server.ask({"play": {name: line[name] for name in line if name != "at"}})
        elif line["command"] == "signal.take":
            self.say(line)
        else:
            self.act(line)

    def attempt(self, line):
        """False: it could not be done, yet. A guard who looks for an alarm may be too early where the clock runs, and
        a visitor may have been quicker than the script."""
        try:
            self.do(line)
        except Ended:
            raise
        except Refused as why:
            if self.fast:
                raise Refused(f"{json.dumps(line, ensure_ascii=False)}: {why}") from why
            return False
        return True

    def programme(self):
        """Everything in the order of the day: (second, the line, or None for a heartbeat)."""
        steps = [(at, None) for at in range(0, DAY_S, BEAT_S)]
        tours = {item["record"]["id"]: item["record"] for item in self.stage.api.get("guard-tours")["items"]}
        for line in lines_of("day.jsonl"):
            at = second(line["at"])
            steps.append((at, line))
            for number in range(len(tours[line["walk"]]["checkpoints"]) if "walk" in line else 0):
                steps.append((at + (number + 1) * line["every_s"], {"scan": line["as"]}))
        return steps

    def perform(self):
        steps = [(at, number, line) for number, (at, line) in enumerate(self.programme())]
        heapq.heapify(steps)  # of one second, heartbeats go first, then the lines in their order
        again = {}
        while steps:
            at, number, line = heapq.heappop(steps)
            if at > self.second:
                self.pass_to(at)
            if line is None:
                self.beat()
            elif not self.attempt(line) and again.setdefault(number, AGAIN) > 0:
                again[number] -= 1
                heapq.heappush(steps, (self.second + AGAIN_S, number, line))
        self.pass_to(DAY_S)

    def live_on(self):
        while True:
            self.beat()
            self.pass_to(self.second + BEAT_S)

    # ---- afterwards

    def frames_read(self):
        """Has each listener read all that was sent to it, and nothing else? Its figures are noted from time to time."""
        told = {item["id"]: item for item in self.stage.api.get("listener-states")["items"]}
        return all(told[LISTENERS[name]]["frames"] == count and told[LISTENERS[name]]["bad"] == 0
                   for name, count in self.frames.items())


def play_fast(program, check, more):
    stage = Stage(program, ["--fast", "--listen", "127.0.0.1:0", *more])
    try:
        day = Day(stage, 1440, True)
        day.perform()
        wait_until(f"all that was sent is read: {day.frames}", day.frames_read)
        script, wanted = lines_of("day.jsonl"), lines_of(check)
        faults = seen.unheard(stage.api, day.start, script) + seen.compare(stage.api, day.start, wanted)
        outcome = stage.server.ask({"tell": True})
    finally:
        stage.close()
    for fault in faults:
        print(f"not as it was to be seen: {fault}", file=sys.stderr)
    told = {**outcome, "frames": sum(day.frames.values()), "seen": 0 if faults else len(wanted)}
    print(json.dumps(told, separators=(",", ":")))
    return 1 if faults else 0


def welcome(stage, minutes):
    shown, places = stage.server.greeting["shown"], stage.places
    print(f"\nThe Embassy of Norland in Vael (all of it fiction) is at http://{shown}\n"
          "Sign in by enrolling once, with a passkey or a password:\n")
    for account, link in stage.server.greeting["links"].items():
        print(f"  {account:<9} http://{shown}/enrol#{link}")
    print(f"\nIts panels call 127.0.0.1:{places['panels']} (DC-09), its sensors the broker at 127.0.0.1:"
          f"{places['broker']} (MQTT),\nits servers 127.0.0.1:{places['logs']} (syslog); Suricata writes"
          f" {places['eve']}.\n\nIts day takes {minutes} minutes. End with Ctrl-C.", flush=True)


def play_live(program, listen, minutes, more):
    stage = Stage(program, ["--listen", listen, "--minutes", str(minutes), *more])
    try:
        welcome(stage, minutes)
        day = Day(stage, minutes, False)
        day.perform()
        day.live_on()
    finally:
        stage.close()


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("--fast", action="store_true")
    arguments.add_argument("--minutes", type=int, default=12)
    arguments.add_argument("--listen", default="127.0.0.1:8022")
    arguments.add_argument("--seen", default="seen.jsonl", help="what must have been seen, beside the script")
    given, more = arguments.parse_known_args()  # the rest are flags of the program
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit(0))
    try:
        if given.fast:
            return play_fast(given.program, given.seen, more)
        play_live(given.program, given.listen, given.minutes, more)
        return 0
    except Refused as why:
        print(f"the day could not be played: {why}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
