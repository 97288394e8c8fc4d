#!/usr/bin/env python3
"""What a usual script does with the same bytes: one line a peer, "name count seconds-of-CPU".

    adapter_peers.py eve|syslog FILE ROUNDS

eve: json.loads of every line, the event's type and, of alerts, signature and addresses.
syslog: a regular expression for the header and one for OpenSSH's failures, in the way of a fail2ban filter.
Neither keeps evidence, checks bounds, counts what is bad, or finds its way back after it.
"""

import json
import re
import sys
import time

HEADER = re.compile(r"^(\w{3}\s+\d+ \d\d:\d\d:\d\d) (\S+) ([^\[:( ]+)(?:\([^)]*\))?(?:\[(\d+)\])?: (.*)$")
FAILED = re.compile(r"^Failed \S+ for (?:invalid user )?(.*) from (\S+) port \d+")


def eve(lines):
    found = 0
    for line in lines:
        event = json.loads(line)
        if event["event_type"] == "alert":
            found += bool((event["alert"]["signature"], event.get("src_ip"), event.get("dest_ip")))
    return found


def syslog(lines):
    found = 0
    for line in lines:
        header = HEADER.match(line)
        if header:
            time.strptime("2026 " + header.group(1), "%Y %b %d %H:%M:%S")
            found += bool(FAILED.match(header.group(5)))
    return found


def main():
    peer, path, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    start = time.process_time()
    for _ in range(rounds):
        (eve if peer == "eve" else syslog)(lines)
    print(len(lines) * rounds, time.process_time() - start)


if __name__ == "__main__":
    main()
