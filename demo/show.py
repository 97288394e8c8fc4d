"""The day as a visitor meets it: four scenes at the speed of life, and time that runs between them.

content/demo/scenes.jsonl says when each scene begins and ends, cues.jsonl what is happening in it and on which page it
is seen best: `at` a time, `after` an alarm was answered, when it is `over`. What is told of each is among the words of
the console (web/src/domain/demo). The console tells what the visitor wishes (src/main/demo_stage.h).

In a scene the devices keep to the script. The guard of the script waits for the visitor where that can be the one who
answers, and leaves alone what the visitor has taken. A scene that is to be seen again is played on a new mission: a
ledger has no way back.
"""
import time

from day import BEAT_S, DAY_S, Day, lines_of, second
from player import Refused
from stage import Ended, Stage

ANSWERING = ("post-one", "officer", "duty")  # who can answer an alarm in place of the script's guard
PATIENCE_S = 60  # for the visitor to take what waits
HOLD_S = 180  # for the visitor to answer what they have taken
END_S = 15  # to read what came of a scene
TICK_S = 0.2
HOUR_IN_S = 1.5  # that an hour between two scenes takes


class Leave(Exception):
    """On to another scene, by its number."""

    def __init__(self, scene):
        super().__init__()
        self.scene = scene


class Again(Leave):
    """Back to a scene: everything from the beginning."""


class Alarms:
    """What the guard of the script looks at before doing anything."""

    def __init__(self, api):
        self.api, self.records = api, []
        self.mine = set()  # taken by the script
        self.known = set()  # seen standing

    def look(self):
        self.records = [item.get("record", item) for item in self.api.get("alarms")["items"]]

    def find(self, find):
        """As it was at the last look."""
        _, column, value = find.split("/", 2)
        alarm = next((record for record in self.records if record.get(column) == value), None)
        if alarm:
            self.known.add(find)
        return alarm

    def answered(self, find):
        alarm = self.find(find)
        return find in self.known and (alarm is None or alarm.get("acknowledged", False))

    def over(self, find):
        alarm = self.find(find)
        return find in self.known and (alarm is None or alarm["state"] == "closed")

    def held(self, find):
        """The visitor has it, and has not answered yet."""
        alarm = self.find(find)
        return bool(alarm and alarm.get("claimed_by") and alarm["id"] not in self.mine
                    and not alarm.get("acknowledged"))

    def left_to_visitor(self, line):
        """Has the visitor taken it, or done it?"""
        self.look()
        alarm = self.find(line["find"])
        if alarm is None:
            return line["command"] != "alarm.claim"
        verb = line["command"].split(".")[1]
        if alarm.get("claimed_by") and alarm["id"] not in self.mine:
            return True
        if verb == "end":
            return alarm["state"] == "closed" or not alarm.get("acknowledged")
        return alarm.get("acknowledged", False) or (verb == "claim" and bool(alarm.get("claimed_by")))

    def note(self, line):
        """The script has done it."""
        self.look()
        alarm = self.find(line["find"])
        if alarm and line["command"] == "alarm.claim":
            self.mine.add(alarm["id"])
        elif alarm:
            self.mine.discard(alarm["id"])


class Show:
    def __init__(self, stage):
        self.stage, self.day, self.alarms = stage, Day(stage), Alarms(stage.api)
        self.steps = list(self.day.steps)
        self.scenes = lines_of("scenes.jsonl")
        self.cues = lines_of("cues.jsonl")
        self.told, self.visitor, self.wish, self.at = {}, None, None, 0

    # ---- what visitors are told, and want

    def tell(self, cue, state):
        told = {"scene": cue["scene"], "cue": cue["cue"], "state": state, "look": cue["look"],
                "scenes": [one["scene"] for one in self.scenes], "as": "post-one"}
        if told != self.told:
            self.told = told
            self.listen({"stage": told})

    def let_run(self):
        self.stage.server.ask({"pace": "run"})

    def wait(self):
        time.sleep(TICK_S)

    def await_visitor(self):
        """Nothing is played to an empty house."""
        self.listen()
        while self.visitor is None:
            self.wait()
            self.listen()

    def listen(self, order=None):
        """Tells the server, and hears from it: the time, who visits, and what they wish (at most one thing is kept)."""
        answer = self.stage.server.ask(order or {})
        self.day.note(answer["now"])
        self.visitor = answer.get("visitor", self.visitor)
        self.wish = answer.get("wish", self.wish)

    def heed(self):
        """Do what the visitor wishes. Raises Leave."""
        wish, self.wish = self.wish, None
        if wish is None:
            return
        if wish["wish"] == "pause":
            self.pause()
        elif wish["wish"] == "next":
            self.go_to(self.at + 1)
        elif wish["wish"] == "again":
            self.go_to(self.at)
        elif wish["wish"] == "scene":
            self.go_to([one["scene"] for one in self.scenes].index(wish["scene"]))

    def go_to(self, scene):
        """After the last comes the first."""
        scene %= len(self.scenes)
        raise Leave(scene) if scene > self.at else Again(scene)

    def pause(self):
        before = self.told
        self.told = {**before, "state": "paused"}
        self.listen({"pace": "stand", "stage": self.told})
        while self.wish is None:
            self.wait()
            self.listen()
        if self.wish["wish"] in ("pause", "go-on"):
            self.wish = None
        self.told = before
        self.listen({"stage": before})
        self.let_run()

    # ---- the script

    def is_guard(self, line):
        return line is not None and line.get("as") == "post-one"

    def attempt(self, line):
        """The script's people do what is theirs to do, unless the visitor has it. False: not yet."""
        alarm = line is not None and line.get("command", "").startswith("alarm.")
        if alarm and self.alarms.left_to_visitor(line):
            return True
        try:
            self.day.step(line)
        except Ended:
            raise
        except Refused:
            if line is None or "as" not in line and "scan" not in line:
                raise
            return False
        if alarm:
            self.alarms.note(line)
        return True

    def lead(self, to, hurry):
        """The clock runs there, and whatever the script has on the way is done."""
        self.stage.server.ask({"pace": "stand"})
        while self.steps and self.steps[0][0] <= to:
            at, line = self.steps.pop(0)
            passed = at - self.day.second
            if passed > 0:
                self.day.lead_to(at)
            if not hurry:
                time.sleep(max(0, passed) * HOUR_IN_S / 3600)
            self.attempt(line)
        self.day.lead_to(to)

    # ---- a scene

    def cue(self, cues, so_far):
        """How far the scene is: the last of the cues whose time has come."""
        while so_far + 1 < len(cues):
            cue = cues[so_far + 1]
            if "at" in cue and self.day.second < second(cue["at"]):
                break
            if "after" in cue and not self.alarms.answered(cue["after"]):
                break
            if "over" in cue and not self.alarms.over(cue["over"]):
                break
            so_far += 1
        return so_far

    def play(self, scene, cues, hurry):
        begin, end = second(scene["from"]), second(scene["until"])
        self.tell(cues[0], "setting")
        self.lead(begin - 1, hurry)
        script = [step for step in self.steps if step[0] <= end]
        self.steps = self.steps[len(script):]
        self.await_visitor()
        self.let_run()
        try:
            self.run(cues, script, end)
        finally:
            self.steps = script + self.steps  # what the visitor did not wait for

    def run(self, cues, script, end):
        """Until all of the script is done, and what came of it could be read."""
        finds = {line["find"] for _, line in script if line and line.get("command", "").startswith("alarm.")}
        so_far, done = 0, None
        while done is None or self.day.second < done + END_S:
            self.listen()
            self.heed()
            self.alarms.look()
            patience = PATIENCE_S if self.visitor in ANSWERING else 0
            due = [step for step in script if step[0] <= self.day.second]
            waits = [step for step in due if self.is_guard(step[1]) and self.day.second < step[0] + patience]
            for step in due:
                if step not in waits and self.attempt(step[1]) or self.day.second > step[0] + HOLD_S:
                    script.remove(step)
            held = any(self.alarms.held(find) for find in finds) and self.day.second < end + HOLD_S
            so_far = self.cue(cues, so_far)
            self.tell(cues[so_far], "waiting" if waits or held else "playing")
            if done is None and not script and not held and self.day.second >= end:
                done = self.day.second
            self.wait()

    def perform(self, first):
        """From a scene on. Raises Again."""
        self.at, hurry = first, True
        while self.at < len(self.scenes):
            scene = self.scenes[self.at]
            cues = [cue for cue in self.cues if cue["scene"] == scene["scene"]]
            try:
                self.play(scene, cues, hurry)
                self.at += 1
            except Again:
                raise
            except Leave as leave:
                self.at = leave.scene
            hurry = False
        self.at = len(self.scenes) - 1
        self.go_on(self.cues[-1])

    def go_on(self, cue):
        """After the last scene the devices live on, at the speed of life."""
        self.tell(cue, "over")
        while self.day.second < DAY_S:
            self.listen()
            self.heed()
            while self.steps and self.steps[0][0] <= self.day.second:
                at, line = self.steps.pop(0)
                if line is None and at % BEAT_S == 0:
                    self.attempt(line)
            self.wait()
        raise Again(0)


def welcome(stage):
    shown, places = stage.server.greeting["shown"], stage.places
    print(f"\nThe Embassy of Norland in Vael (all of it fiction) is at\n\n    http://{shown}\n\n"
          "Open it, and be any of its people with one click. What happens in the night is told at the foot of the page.\n"
          f"\nIts panels call 127.0.0.1:{places['panels']} (DC-09), its sensors the broker at 127.0.0.1:"
          f"{places['broker']} (MQTT),\nits servers 127.0.0.1:{places['logs']} (syslog); Suricata writes"
          f" {places['eve']}.\nEnd with Ctrl-C.", flush=True)


def play(program, listen, more):
    scene, greeted = 0, False
    print("Setting up the mission: its records, its people, its devices; about five seconds.", flush=True)
    while True:
        stage = Stage(program, ["--listen", listen, *more])
        try:
            listen = f"{listen.rsplit(':', 1)[0]}:{stage.server.greeting['port']}"
            if not greeted:
                welcome(stage)
            greeted = True
            Show(stage).perform(scene)
        except Again as again:
            scene = again.scene
        finally:
            stage.close()
