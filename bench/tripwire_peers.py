#!/usr/bin/env python3
"""Tripwires beside other correlators, on the same rules and the same events: SEC, and syslog-ng with its patterndb.

    tripwire_peers.py PROGRAM        PROGRAM is the built bench_tripwire, which runs ours

Rules of four types: every failure; five failures of one user; a failure and then a success of one user; four different
hosts of one user (which syslog-ng cannot say). Nine events in ten are of no interest, the tenth belongs to the story of a
user who occurs in no other, so that what a correlator does after a hit (fire again, begin anew, keep still) makes no
difference: the hits must be equal, and are compared. All windows are an hour, longer than all the events and than any run,
because SEC goes by the time at which it reads a line.

A rate is events a second of processor time, without that of a run on no events, the median of three. Slow ones are given
the beginning of the events only. Memory is the most that the process held, likewise.
"""

import collections
import glob
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile

RUNS = 3
EVENTS = 400_000
KEYS = 1_000_000
OF_INTEREST = 10
HOUR = 3600
CONTEXT = f"context-timeout='{HOUR}' context-scope='global'"
HERE = os.path.dirname(os.path.abspath(__file__))


# ---- events -------------------------------------------------------------------------------------


def story(type_, choice):
    """What one user does: (result, host) in its order."""
    if type_ == "threshold":
        return [("failure", 1)] * choice.randint(1, 8)
    if type_ == "sequence":
        return [(result, 1) for result in choice.choice(["f", "s", "fs", "sf", "ffs", "fsf"])]
    if type_ == "distinct":
        few = choice.randint(1, 6)
        return [("failure", i % few) for i in range(choice.randint(1, 8))]
    return [("failure", 1)]


def make_events(types):
    """(kind, result, user, host), of which every tenth belongs to a story."""
    choice = random.Random(20261122)
    steps = []
    while len(steps) < EVENTS // OF_INTEREST:
        kind, user = choice.randrange(len(types)), len(steps) + 10000
        told = story(types[kind], choice)
        moments = sorted(choice.random() for _ in told)
        steps += [(at, kind, result, user, host) for at, (result, host) in zip(moments, told)]
    steps = sorted(steps)[: EVENTS // OF_INTEREST]
    for i in range(EVENTS):
        if i % OF_INTEREST == 0:
            yield steps[i // OF_INTEREST][1:]
        else:
            yield choice.randrange(len(types)), "ok", choice.randrange(2000), choice.randrange(16)


def write_events(folder, events, count):
    """The same events as syslog lines and as JSON lines."""
    words = {"f": "failure", "s": "success"}
    with open(f"{folder}/log", "w") as log, open(f"{folder}/jsonl", "w") as lines:
        for i, (kind, result, user, host) in enumerate(events):
            second, result = i * (HOUR - 60) // count, words.get(result, result)
            time = f"2026-01-01T00:{second // 60:02d}:{second % 60:02d}"
            log.write(f"{time}+00:00 post watch: kind-{kind:05d} {result} user=user-{user} host=host-{host}\n")
            lines.write(f'{{"_id":{i},"_time":"{time}Z","_logsource":{{"product":"p"}},"kind":"kind-{kind:05d}",'
                        f'"result":"{result}","user":"user-{user}","host":"host-{host}"}}\n')


# ---- the rules in the language of each ----------------------------------------------------------


def forget(pattern):
    for path in glob.glob(pattern):
        os.unlink(path)


def sigma_rules(folder, types):
    def detection(name, kind, result):
        return (f"title: {name}\nname: {name}\nlogsource: {{product: p}}\ndetection:\n"
                f"  s: {{kind: kind-{kind:05d}, result: {result}}}\n  condition: s\n---\n")
    forget(f"{folder}/*.yml")
    for kind, type_ in enumerate(types):
        with open(f"{folder}/{kind // 100}.yml", "a") as out:
            head = f"title: r{kind}\nid: r{kind}\ncorrelation: {{group-by: [user], timespan: {HOUR}s, "
            out.write(detection(f"{'r' if type_ == 'single' else 'a'}{kind}", kind, "failure"))
            if type_ == "threshold":
                out.write(head + f"type: event_count, rules: [a{kind}], condition: {{gte: 5}}}}\n---\n")
            elif type_ == "sequence":
                out.write(detection(f"b{kind}", kind, "success"))
                out.write(head + f"type: temporal_ordered, rules: [a{kind}, b{kind}]}}\n---\n")
            elif type_ == "distinct":
                out.write(head + f"type: value_count, rules: [a{kind}], condition: {{field: host, gte: 4}}}}\n---\n")


def sec_rule(kind, type_):
    def rule(what, result, *more):
        pattern = f"pattern=kind-{kind:05d} {result} user=(\\S+) host=(\\S+)"
        return "\n".join([f"type={what}", "ptype=RegExp", pattern, *more, "", ""])
    hit = f"action=write - r{kind}"
    if type_ == "threshold":
        return rule("SingleWithThreshold", "failure", f"desc=r{kind} $1", hit, f"window={HOUR}", "thresh=5")
    if type_ == "sequence":  # its own type Pair would hold each line against every pair that is open
        return (rule("Single", "failure", f"desc=a{kind}", f"action=create A{kind}_$1 {HOUR}") +
                rule("Single", "success", f"context=A{kind}_$1", f"desc=r{kind}", f"{hit}; delete A{kind}_$1"))
    if type_ == "distinct":
        return (rule("Single", "failure", f"context=!D{kind}_$1_$2", f"desc=d{kind}",
                     f"action=create D{kind}_$1_$2 {HOUR}; event new-{kind:05d} $1") +
                f"type=SingleWithThreshold\nptype=RegExp\npattern=new-{kind:05d} (\\S+)\ndesc=r{kind} $1\n{hit}\n"
                f"window={HOUR}\nthresh=4\n\n")
    return rule("Single", "failure", f"desc=r{kind}", hit)


def sec_rules(folder, types, in_sets):
    """All in one row; or, as its manual has it for many, in sets of a hundred to which one pattern leads."""
    forget(f"{folder}/*.sec")
    for first in range(0, len(types), 100):
        with open(f"{folder}/{first:05d}.sec", "w") as out:
            if in_sets:
                out.write(f"type=Options\njoincfset=set{first // 100:03d}\nprocallin=no\n\n")
            for kind in range(first, min(first + 100, len(types))):
                out.write(sec_rule(kind, types[kind]))
    if in_sets:
        with open(f"{folder}/to-sets.sec", "w") as out:
            out.write("type=Jump\nptype=RegExp\npattern=(?:kind|new)-(\\d{3})\\d\\d\ncfset=set$1\nconstset=no\n")


def syslog_ng_rules(folder, types):
    def rule(name, kind, result, context, condition=None):
        action = ""
        if condition is not None:
            action = (f"<actions><action trigger='match'{condition}><message inherit-properties='TRUE'><values>"
                      f"<value name='hit'>r{kind}</value></values></message></action></actions>")
        return (f"<rule id='{name}{kind}' class='c' provider='p'{context}><patterns><pattern>kind-{kind:05d} {result} "
                f"user=@ESTRING:user: @host=@ANYSTRING:host@</pattern></patterns>{action}</rule>\n")
    with open(f"{folder}/rules.xml", "w") as out:
        out.write("<patterndb version='5' pub_date='2026-01-01'><ruleset name='watch' id='watch'>"
                  "<patterns><pattern>watch</pattern></patterns><rules>\n")
        for kind, type_ in enumerate(types):
            context = f" context-id='{kind}-${{user}}' {CONTEXT}"
            if type_ == "threshold":
                condition = " condition='\"$(context-length)\" == \"5\"'"
                out.write(rule("r", kind, "failure", context, condition))
            elif type_ == "sequence":
                condition = " condition='\"$(context-length)\" &gt;= \"2\"'"
                out.write(rule("a", kind, "failure", context) + rule("r", kind, "success", context, condition))
            else:
                out.write(rule("r", kind, "failure", "", ""))
        out.write("</rules></ruleset></patterndb>\n")
    with open(f"{folder}/syslog-ng.conf", "w") as out:
        out.write(f"""@version: 3.38
options {{ stats-freq(0); keep-timestamp(yes); keep-hostname(yes); use-dns(no); }};
source lines {{ stdin(); }};
parser rules {{ db-parser(file("{folder}/rules.xml") inject-mode("pass-through")); }};
filter hit {{ "${{hit}}" ne "" }};
destination hits {{ file("{folder}/hits" template("${{hit}}\\n")); }};
log {{ source(lines); parser(rules); filter(hit); destination(hits); }};
""")


# ---- running ------------------------------------------------------------------------------------


class Peer:
    """A program that reads lines from standard input: its processor seconds, the most memory it held, its hits."""

    def __init__(self, name, command, hits=None, environment=None):
        self.name, self.command, self.hits = name, command, hits
        self.environment = {**os.environ, **(environment or {})}

    def run(self, folder, count):
        if self.hits and os.path.exists(self.hits):
            os.unlink(self.hits)
        with open(f"{folder}/out", "w+") as out:
            head = subprocess.Popen(["head", "-n", str(count), f"{folder}/log"], stdout=subprocess.PIPE)
            child = subprocess.Popen(self.command, stdin=head.stdout, stdout=out, stderr=subprocess.DEVNULL,
                                     env=self.environment)
            head.stdout.close()
            _, status, used = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            head.wait()
            out.seek(0)
            hits = out.read().split()
        if self.hits:
            hits = open(self.hits).read().split() if os.path.exists(self.hits) else []
        return used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, collections.Counter(hits)

    def measure(self, folder, count, runs=RUNS):
        start_seconds, start_bytes, _ = self.run(folder, 0)
        found = [self.run(folder, count) for _ in range(runs)]
        seconds = statistics.median(seconds for seconds, _, _ in found) - start_seconds
        return count / max(seconds, 1e-6), found[0][1] - start_bytes, found[0][2]


def sec_peer(folder):
    if not shutil.which("sec"):
        return None
    return Peer("SEC", ["sec", f"--conf={folder}/*.sec", "--input=-", "--notail", "--bufsize=1", "--debug=1",
                        "--nointevents"])


def syslog_ng_peer(folder, unpacked):
    """Installed, or unpacked beside a machine's own log server, which Debian does not let it stand beside."""
    program, more, environment = shutil.which("syslog-ng"), [], None
    if not program and os.path.exists(f"{unpacked}/usr/sbin/syslog-ng"):
        program = f"{unpacked}/usr/sbin/syslog-ng"
        libraries = f"{unpacked}/usr/lib/syslog-ng"
        environment = {"LD_LIBRARY_PATH": libraries}
        more = ["--module-path=" + path for path in glob.glob(f"{libraries}/[0-9]*")]
    if not program:
        return None
    return Peer("syslog-ng", [program, "-F", "--no-caps", f"--cfgfile={folder}/syslog-ng.conf", *more,
                              f"--persist-file={folder}/persist", f"--pidfile={folder}/pid",
                              f"--control={folder}/control"], f"{folder}/hits", environment)


def ours(program, folder, count, runs=RUNS):
    """Rates decoded and from JSON lines, the bytes a key (counted, held), the hits by rule."""
    found = []
    for _ in range(runs):
        out = subprocess.run([program, folder, f"{folder}/jsonl", str(count)], check=True,
                             stdout=subprocess.PIPE, text=True).stdout
        found.append(json.loads(out))
    median = {name: statistics.median(one[name] for one in found) for name in found[0] if name != "hits"}
    return median, collections.Counter(found[0]["hits"])


def tell(name, rate, note):
    print(f"    {name:<28}{rate:>12,.0f} events/s  {note}", flush=True)


def compare(program, folder, peer, name, count):
    if not peer:
        print(f"    {name} is not installed: left out", flush=True)
        return
    rate, _, hits = peer.measure(folder, count)
    _, expected = ours(program, folder, count, 1)
    same = "the same hits" if hits == expected else f"OTHER HITS: {sum(hits.values())}, ours {sum(expected.values())}"
    tell(name, rate, f"{same} in the first {count:,}")


# ---- what is compared ---------------------------------------------------------------------------


def row(program, folder, title, types, counts):
    print(f"{title}")
    write_events(folder, make_events(types), EVENTS)
    sigma_rules(folder, types)
    rates, hits = ours(program, folder, EVENTS)
    tell("Chancery, decoded", rates["decoded"], f"{sum(hits.values()):,} hits in {EVENTS:,}")
    tell("Chancery, from JSON lines", rates["lines"], "")
    if "sec" in counts:
        sec_rules(folder, types, False)
        compare(program, folder, sec_peer(folder), "SEC", counts["sec"])
    if "sec in sets" in counts:
        sec_rules(folder, types, True)
        compare(program, folder, sec_peer(folder), "SEC, rules in sets", counts["sec in sets"])
    if "syslog-ng" in counts:
        syslog_ng_rules(folder, types)
        compare(program, folder, syslog_ng_peer(folder, counts["unpacked"]), "syslog-ng", counts["syslog-ng"])


def memory(program, folder, unpacked):
    print(f"{KEYS:,} users, one failure each, where five would fire")
    write_events(folder, ((0, "failure", user, 1) for user in range(KEYS)), KEYS)
    types = ["threshold"]
    sigma_rules(folder, types)
    sec_rules(folder, types, False)
    syslog_ng_rules(folder, types)
    found, _ = ours(program, folder, KEYS, 1)
    print(f"    {'Chancery':<28}{found['key_bytes']:>12,.0f} bytes a key, {found['key_held']:,.0f} held", flush=True)
    for name, peer in (("SEC", sec_peer(folder)), ("syslog-ng", syslog_ng_peer(folder, unpacked))):
        if not peer:
            print(f"    {name} is not installed: left out", flush=True)
            continue
        _, held, _ = peer.measure(folder, KEYS, 1)
        print(f"    {name:<28}{held / KEYS:>12,.0f} bytes a key", flush=True)


def main():
    program, unpacked = sys.argv[1], os.path.join(os.path.dirname(HERE), "build/peers")
    mixed = ["single", "threshold", "sequence"]
    with tempfile.TemporaryDirectory(prefix="chancery-bench-") as folder:
        row(program, folder, "100 rules: single, five of one user, one after the other", (mixed * 34)[:100],
            {"sec": 40_000, "syslog-ng": EVENTS, "unpacked": unpacked})
        row(program, folder, "10,000 rules of the same", (mixed * 3334)[:10_000],
            {"sec": 150, "sec in sets": 15_000, "syslog-ng": EVENTS, "unpacked": unpacked})
        row(program, folder, "100 rules: four different hosts of one user", ["distinct"] * 100, {"sec": 40_000})
        memory(program, folder, unpacked)


if __name__ == "__main__":
    main()
