"""The mission's day: its script, its clock, and who plays what of it.

The script is content/demo/day.jsonl: who says or does what at which time of the day. A line with signals goes to the
program that plays that device, a line `as` somebody to the program that plays that person; heartbeats.jsonl says which
devices live when. The server's clock is led from line to line, and each step begins when everything of the one before
is written down.
"""
import json
import os
from datetime import datetime, timedelta

from player import Refused
from stage import wait_until

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "content", "demo")
DAY_S, BEAT_S, ROUTINE_S = 86400, 600, 3600
# Which program plays the devices that speak so, and which listener hears it.
DEVICES = {"sia-dc-03": "panels", "mqtt": "sensors", "frigate": "sensors", "suricata-sid": "suricata",
           "syslog-rule": "servers", "syslog-severity": "servers"}
LISTENERS = {"panels": "panels", "sensors": "sensors", "suricata": "ids", "servers": "logs"}
UNANSWERED = ("servers",)  # their protocol acknowledges nothing
GRAVE = ("account", "compartment", "role")  # nouns whose commands take a proof of who does it
PHONE = "patrol-phone"


def lines_of(name):
    with open(os.path.join(SCRIPT, name), encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def second(at):
    """HH:MM or HH:MM:SS as seconds of the day."""
    return int(at[:2]) * 3600 + int(at[3:5]) * 60 + int(at[6:8] or 0)


def program_of(identity):
    """Which program plays a device, by what the device calls itself."""
    if identity.startswith("#"):
        return "panels"
    return "suricata" if identity.startswith("ids") else "sensors"


class Day:
    def __init__(self, stage):
        self.stage = stage
        self.start = datetime.fromisoformat(stage.server.greeting["now"].replace("Z", "+00:00"))
        self.second = 0
        self.pulses = lines_of("heartbeats.jsonl")
        self.signals = {}  # sent by each source
        self.frames = {name: 0 for name in stage.devices}
        self.steps = self.programme()
        self.assess()

    # ---- time

    def stamp(self):
        """What the clocks of devices and guards show."""
        return (self.start + timedelta(seconds=self.second)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def lead_to(self, when):
        """The clock goes there by way of everything that falls due."""
        self.second = max(self.second, when)
        self.stage.server.ask({"to": self.stamp()})

    def note(self, now):
        """The clock runs by itself, and is there now."""
        moment = datetime.fromisoformat(now.replace("Z", "+00:00"))
        self.second = max(self.second, int((moment - self.start).total_seconds()))

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
        # without the Z: decimals come after nothing, and before it
        return all(pulses[name].get("heard", "").rstrip("Z") >= now.rstrip("Z") for name in names)

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
                wait_until(f"signals of {line['at']}: {items}", self.signals_written)

    # ---- people

    def act(self, line):
        """Who does it. What the script leaves to Chancery itself, the officer does at the desk."""
        order = {name: line[name] for name in ("command", "target", "find", "input") if name in line}
        self.stage.people[line.get("as", "officer")].ask(order)

    def assess(self):
        """The level of security, as somebody says it in the evening before."""
        until = (self.start + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.stage.people["officer"].ask({"command": "level.add", "input": {
            "label": "TLP:GREEN", "level": "low", "until": until,
            "why": "Two thefts near the market last month; nothing is aimed at us."}})

    def set_out(self, line):
        guard, officer = self.stage.people[line["as"]], self.stage.people["officer"]
        key = guard.ask({"command": "phone.key", "phone": PHONE})
        phone = {"id": PHONE, "label": "TLP:GREEN", "name": "Phone of the patrol", "guard": line["as"], "key": key}
        officer.ask({"command": "guard_phone.add", "input": phone})
        guard.ask({"command": "phone.begin", "tour": line["walk"]})

    # ---- the script

    def play_line(self, line):
        """What Chancery itself does in somebody's name."""
        self.stage.server.ask({"play": {name: line[name] for name in line if name != "at"}})

    def do(self, line):
        if "scan" in line:
            self.stage.people[line["scan"]].ask({"command": "phone.scan", "now": self.stamp()})
        elif "walk" in line:
            self.set_out(line)
        elif line.get("drill"):  # only Chancery itself marks an exercise
            self.play_line(line)
        elif line["command"].split(".")[0] in GRAVE:  # no program proves who it is
            self.play_line({"as": "officer", **line})
        elif line["command"] == "signal.take":
            self.say(line)
        else:
            self.act(line)

    def programme(self):
        """Everything in the order of the day: (second, the line, or None for a heartbeat)."""
        steps = [(at, None) for at in range(0, DAY_S, BEAT_S)]
        tours = {item["record"]["id"]: item["record"] for item in self.stage.api.get("guard-tours")["items"]}
        for line in lines_of("day.jsonl"):
            at = second(line["at"])
            steps.append((at, line))
            for number in range(len(tours[line["walk"]]["checkpoints"]) if "walk" in line else 0):
                steps.append((at + (number + 1) * line["every_s"], {"scan": line["as"]}))
        return sorted(steps, key=lambda step: step[0])  # of one second, heartbeats go first, then the lines in their order

    def step(self, line):
        """A line, or the heartbeat that None is."""
        if line is None:
            self.beat()
            return
        try:
            self.do(line)
        except Refused as why:
            raise type(why)(f"{json.dumps(line, ensure_ascii=False)}: {why}") from why

    # ---- afterwards

    def frames_read(self):
        """Has each listener read all that was sent to it, and nothing else? Its figures are noted from time to time."""
        told = {item["id"]: item for item in self.stage.api.get("listener-states")["items"]}
        return all(told[LISTENERS[name]]["frames"] == count and told[LISTENERS[name]]["bad"] == 0
                   for name, count in self.frames.items())
