#!/usr/bin/python3
"""conduct.py PROGRAM [--fast] [--listen ADDRESS]: the mission's day, played over real sockets.

With --fast the whole day is played at once (day.py), and at the end the mission is compared with
content/demo/seen.jsonl: what a guard must have seen. Otherwise its scenes are played for a visitor (show.py).
"""
import argparse
import json
import signal
import sys
import time

import seen
import show
from day import DAY_S, Day, lines_of
from player import Refused
from stage import Stage, wait_until

HOUR_S = 3600


def play_fast(program, check, more):
    began = time.monotonic()
    say = lambda text: print(f"[{time.monotonic() - began:4.0f} s] {text}", flush=True)  # noqa: E731
    say("the mission and its devices are set up")
    stage = Stage(program, ["--fast", "--listen", "127.0.0.1:0", *more])
    try:
        day = Day(stage)
        told = 0
        for at, line in day.steps:
            if at >= told:
                say(f"{at // HOUR_S:02}:00 of 24:00")
                told = at - at % HOUR_S + 4 * HOUR_S
            if at > day.second:
                day.lead_to(at)
            day.step(line)
        day.lead_to(DAY_S)
        say("the day is over; what was seen is compared with what had to be seen")
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


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("--fast", action="store_true")
    arguments.add_argument("--listen", default="127.0.0.1:8022")
    arguments.add_argument("--seen", default="seen.jsonl", help="what must have been seen, beside the script")
    given, more = arguments.parse_known_args()  # the rest are flags of the program
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, lambda *_: sys.exit(0))
    try:
        if given.fast:
            return play_fast(given.program, given.seen, more)
        show.play(given.program, given.listen, more)
        return 0
    except Refused as why:
        print(f"the day could not be played: {why}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
