#!/usr/bin/python3
"""demo_test.py CHANCERY: the mission's day over real sockets, by the programs of demo/. TAP on standard output."""
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", "cli"), os.path.join(HERE, "..", "..", "demo")]
import api_test  # noqa: E402
import cli_test  # noqa: E402
import day  # noqa: E402
import seen  # noqa: E402
import show  # noqa: E402
from api import Api  # noqa: E402
from cli_test import CHANCERY, HITS, PATIENCE_S, ROOT, Skip, run  # noqa: E402
from stage import Stage  # noqa: E402

CONDUCTOR = os.path.join(ROOT, "demo", "conduct.py")
SEEN = os.path.join(ROOT, "content", "demo", "seen.jsonl")
# What both ways of playing the day must agree on.
FIGURES = ("people", "sites", "signals", "alarms", "silences", "tours", "tripwire_hits", "verified")


def has_broker():
    if not shutil.which("mosquitto", path=os.environ["PATH"] + ":/usr/sbin"):
        raise Skip("mosquitto is not installed")


def conduct(*flags):
    has_broker()
    more = ["--check-replies", *(["--hits", HITS] if HITS else [])]
    return subprocess.run([sys.executable, CONDUCTOR, CHANCERY, "--fast", *flags, *more],
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)


def told_by(done):
    return json.loads(done.stdout.splitlines()[-1])


def the_day_over_real_sockets_is_seen_as_it_must_be():
    done = conduct()
    assert done.returncode == 0, done.stderr
    told, within = told_by(done), json.loads(run("demo", "--fast"))
    assert {name: told[name] for name in FIGURES} == {name: within[name] for name in FIGURES}, (told, within)
    with open(SEEN, encoding="utf-8") as file:
        assert told["seen"] == len(file.readlines()), told


def what_was_not_seen_is_named_and_so_is_what_nobody_was_to_see():
    """One line is of another day, one is missing: two faults, and no other."""
    with open(SEEN, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    door = next(line for line in lines if line.get("alarm", "").startswith("Door forced"))
    door["answers"][0]["by"] = "patrol"
    gap = next(line for line in lines if "gap" in line)
    lines.remove(gap)
    with tempfile.NamedTemporaryFile("w", suffix=".jsonl", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
        file.flush()
        done = conduct("--seen", file.name)
    faults = [line for line in done.stderr.splitlines() if line.startswith("not as it was to be seen")]
    assert done.returncode == 1 and len(faults) == 2, done.stderr
    assert "Door forced" in faults[0] and '"by": "patrol"' in faults[0], faults
    assert "nobody was to see" in faults[1] and gap["gap"] in faults[1], faults


def ordered(flags, *orders):
    """Orders to a program that is conducted; gives how it ended, its answers, and what it said."""
    done = subprocess.run([CHANCERY, "demo", "--conducted", "--listen", "127.0.0.1:0", *flags],
                          input="".join(json.dumps(order) + "\n" for order in orders), capture_output=True,
                          text=True, timeout=PATIENCE_S, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def only_who_started_it_leads_the_clock_and_never_back():
    code, answers, _ = ordered([], {"to": "2026-11-23T06:00:00Z"}, {"tell": True})
    assert code == 0 and answers[1]["now"] == "2026-11-23T06:00:00Z" and answers[2]["verified"], answers
    code, answers, told = ordered([], {"to": "2026-11-23T06:00:00Z"}, {"to": "2026-11-23T05:00:00Z"})
    assert code == 1 and len(answers) == 2 and "not led back" in told, told


def the_clock_runs_as_fast_as_life_and_stands_again():
    code, answers, told = ordered([], {"to": "2026-11-23T06:00:00Z"}, {"pace": "run"}, {"pace": "stand"},
                                  {"to": "2026-11-23T07:00:00Z"})
    assert code == 0 and len(answers) == 5, told
    times = [answer["now"].rstrip("Z") for answer in answers]
    assert "2026-11-23T06:00:00" == times[1] < times[3] < "2026-11-23T06:30:00", answers
    assert answers[4]["now"] == "2026-11-23T07:00:00Z", answers


SCENE = {"scene": "quiet", "cue": "night", "state": "playing", "scenes": ["quiet", "break-in"]}


class Visited:
    """A conducted demonstration and a visitor of it."""

    def __enter__(self):
        more = ["--check-replies", *(["--hits", HITS] if HITS else [])]
        self.program = subprocess.Popen([CHANCERY, "demo", "--conducted", "--listen", "127.0.0.1:0", *more],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.greeting = json.loads(self.program.stdout.readline())
        self.cookie = ""
        return self

    def __exit__(self, *_):
        self.program.stdin.close()
        assert self.program.wait(timeout=PATIENCE_S) == 0
        self.program.stdout.close()

    def order(self, order):
        self.program.stdin.write(json.dumps(order) + "\n")
        self.program.stdin.flush()
        return json.loads(self.program.stdout.readline())

    @staticmethod
    def sign_in(port, account):
        visit = Visited()
        visit.greeting, visit.cookie = {"port": port}, ""
        assert visit.ask("POST", "demo/sign-in", {"account": account})[0] == 204

    def ask(self, method, path, body=None):
        """The status and what was answered."""
        call = http.client.HTTPConnection("127.0.0.1", self.greeting["port"], timeout=PATIENCE_S)
        sent = {"Host": "localhost", "X-Chancery": "1", "Cookie": self.cookie, "Content-Type": "application/json"}
        call.request(method, "/api/v1/" + path, None if body is None else json.dumps(body), sent)
        answer = call.getresponse()
        told = answer.read().decode()
        self.cookie = (answer.getheader("Set-Cookie") or self.cookie).split(";")[0]
        call.close()
        return answer.status, json.loads(told) if told else None


def a_visitor_is_anybody_of_the_mission_with_one_click():
    with Visited() as visit:
        people = visit.ask("GET", "demo")[1]["people"]
        assert {"officer", "head", "duty", "post-one", "desk", "analyst", "auditor", "patrol"} == \
            {one["account"] for one in people}, people
        assert all(one["name"] and one["role"] for one in people), people
        for one in people:
            status, _ = visit.ask("POST", "demo/sign-in", {"account": one["account"]})
            assert status == 204, (one, status)
            status, who = visit.ask("GET", "session")
            assert status == 200 and who["account"] == one["account"], who
            assert who["method"] == "demonstration", who
            assert visit.order({})["visitor"] == one["account"]
        before = visit.cookie
        assert visit.ask("POST", "demo/sign-in", {"account": "nobody"})[0] == 401
        assert visit.cookie == before


def what_visitors_wish_is_told_once():
    with Visited() as visit:
        assert "stage" not in visit.ask("GET", "demo")[1]
        visit.order({"stage": SCENE})
        assert visit.ask("GET", "demo")[1]["stage"] == SCENE
        assert visit.ask("POST", "demo/wish", {"wish": "next"})[0] == 401
        visit.ask("POST", "demo/sign-in", {"account": "desk"})
        assert visit.ask("POST", "demo/wish", {"wish": "next"})[0] == 204
        assert visit.order({})["wish"] == {"wish": "next"}
        assert "wish" not in visit.order({})
        assert visit.ask("POST", "demo/wish", {"wish": "scene", "scene": "break-in"})[0] == 204
        assert visit.order({})["wish"] == {"wish": "scene", "scene": "break-in"}
        assert visit.ask("POST", "demo/wish", {"wish": "scene", "scene": "other"})[0] == 404
        assert visit.ask("POST", "demo/wish", {"wish": "pause", "scene": "quiet"})[0] == 422
        assert "wish" not in visit.order({})


def nobody_signs_in_without_proof_where_nothing_is_conducted():
    with api_test.Demo() as demo:
        demo.ask("GET", "demo", want=(404,))
        demo.ask("POST", "demo/sign-in", {"account": "officer"}, want=(404,))


class Led(show.Show):
    """Its scenes go by a clock that is led a second at a time; somebody may visit them."""

    def __init__(self, stage, visit):
        super().__init__(stage)
        self.visit, self.seen = visit, []

    def await_visitor(self):
        pass

    def let_run(self):
        pass

    def wait(self):
        self.visit(self)
        self.day.lead_to(self.day.second + 1)

    def tell(self, cue, state):
        super().tell(cue, state)
        if (cue["cue"], state) not in self.seen:
            self.seen.append((cue["cue"], state))

    def go_on(self, cue):
        self.tell(cue, "over")


def shown(first, visit):
    """What was told of the scenes, and how the alarms were answered: by cause or source, why."""
    has_broker()
    more = ["--check-replies", *(["--hits", HITS] if HITS else [])]
    stage = Stage(CHANCERY, ["--listen", "127.0.0.1:0", *more])
    try:
        led = Led(stage, visit)
        led.perform(first)
        records = [item.get("record", item) for item in stage.api.all("alarms?retired=true")]
        alarms = {record["id"]: record for record in records}
        answers = [(alarms[event["body"]["id"]], event["body"]["ack_why"])
                   for event in seen.Mission(stage.api, led.day.start).events("alarm.acknowledged")]
        return led.seen, answers
    finally:
        stage.close()


def the_scenes_play_by_themselves_when_nobody_acts():
    told, answers = shown(0, lambda _: None)
    with open(os.path.join(ROOT, "content", "demo", "cues.jsonl"), encoding="utf-8") as file:
        cues = [json.loads(line)["cue"] for line in file]
    assert [cue for cue, state in told if state == "playing"] == cues, told
    assert told[-1] == (cues[-1], "over") and not any(state == "waiting" for _, state in told), told
    causes = [alarm["cause"] for alarm, _ in answers]
    assert {"help", "tripwire", "attack", "storm", "intrusion"} <= set(causes), causes


def what_a_visitor_has_taken_the_script_leaves_alone():
    mine = "I was there."

    def visit(led):
        if led.visitor is None:
            Visited.sign_in(led.stage.server.greeting["port"], "post-one")
        guard = Api(led.stage.server.greeting["port"], led.stage.server.greeting["tokens"]["post-one"])
        led.alarms.look()
        alarm = led.alarms.find("alarm/cause/help")
        if alarm and not alarm.get("claimed_by"):
            guard.post(f"alarms/{alarm['id']}/claim")
        # long after the script would have answered
        if alarm and not alarm.get("acknowledged") and led.day.second > day.second("05:49:40"):
            guard.post(f"alarms/{alarm['id']}/acknowledge", {"why": mine, "disposition": "real"})

    told, answers = shown(2, visit)
    assert ("help", "waiting") in told and told[-1][1] == "over", told
    assert [why for alarm, why in answers if alarm["cause"] == "help"] == [mine], answers


def children_of(parent):
    found = []
    for process in (name for name in os.listdir("/proc") if name.isdigit()):
        try:
            with open(f"/proc/{process}/status", encoding="utf-8") as file:
                if f"\nPPid:\t{parent}\n" in file.read():
                    found.append(process)
        except (FileNotFoundError, ProcessLookupError):
            pass  # it has ended meanwhile
    return found


def the_day_to_look_at_goes_when_it_is_ended():
    """Ctrl-C: the server, the broker and the players end, and their folders are gone."""
    has_broker()
    words = [sys.executable, CONDUCTOR, CHANCERY, "--listen", "127.0.0.1:0"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as conductor:
        said = ""
        for line in conductor.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        folder = re.search(r"writes (\S+)/eve.json", said)
        ports = [int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", said)]
        assert folder and len(ports) == 3 and "http://localhost:" in said, said
        assert os.path.isdir(folder[1])
        children = children_of(conductor.pid)
        conductor.send_signal(signal.SIGINT)
        assert conductor.wait(timeout=PATIENCE_S) == 0
    assert not os.path.exists(folder[1]), folder[1]
    left = [child for child in children if os.path.exists(f"/proc/{child}")]
    assert len(children) >= 8 and not left, (children, left)


if __name__ == "__main__":
    sys.exit(cli_test.main([the_day_over_real_sockets_is_seen_as_it_must_be,
                            what_was_not_seen_is_named_and_so_is_what_nobody_was_to_see,
                            only_who_started_it_leads_the_clock_and_never_back,
                            the_clock_runs_as_fast_as_life_and_stands_again,
                            a_visitor_is_anybody_of_the_mission_with_one_click,
                            what_visitors_wish_is_told_once,
                            the_scenes_play_by_themselves_when_nobody_acts,
                            what_a_visitor_has_taken_the_script_leaves_alone,
                            nobody_signs_in_without_proof_where_nothing_is_conducted,
                            the_day_to_look_at_goes_when_it_is_ended]))
