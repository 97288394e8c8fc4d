#!/usr/bin/python3
"""demo_test.py CHANCERY: the mission's day over real sockets, by the programs of demo/. TAP on standard output."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "cli"))
import cli_test  # noqa: E402
from cli_test import CHANCERY, HITS, PATIENCE_S, ROOT, Skip, run  # noqa: E402

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


def only_who_started_it_leads_the_clock_and_never_back():
    def ordered(flags, *orders):
        done = subprocess.run([CHANCERY, "demo", "--conducted", "--listen", "127.0.0.1:0", *flags],
                              input="".join(json.dumps(order) + "\n" for order in orders), capture_output=True,
                              text=True, timeout=PATIENCE_S, check=False)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr

    code, answers, _ = ordered(["--fast"], {"to": "2026-11-23T06:00:00Z"}, {"tell": True})
    assert code == 0 and answers[1]["now"] == "2026-11-23T06:00:00Z" and answers[2]["verified"], answers
    code, answers, told = ordered(["--fast"], {"to": "2026-11-23T06:00:00Z"}, {"to": "2026-11-23T05:00:00Z"})
    assert code == 1 and len(answers) == 2 and "not led back" in told, told
    code, answers, told = ordered([], {"to": "2036-11-23T06:00:00Z"})
    assert code == 1 and len(answers) == 1 and "not led" in told, told


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
    words = [sys.executable, CONDUCTOR, CHANCERY, "--listen", "127.0.0.1:0", "--minutes", "1440"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as conductor:
        said = ""
        for line in conductor.stdout:
            said += line
            if "Ctrl-C" in line:
                break
        folder = re.search(r"writes (\S+)/eve.json", said)
        ports = [int(port) for port in re.findall(r"127\.0\.0\.1:(\d+)", said)]
        assert folder and len(ports) == 3 and said.count("/enrol#") == 3, said
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
                            the_day_to_look_at_goes_when_it_is_ended]))
