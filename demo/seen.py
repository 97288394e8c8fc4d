"""What must have been seen, compared with what the mission shows at the end of the day.

content/demo/seen.jsonl has a line for everything that a guard must have seen: alarms with place, priority, by whom
answered and when, gaps in coverage, storms, rounds, hand-overs, what the tripwires found and which systems they joined.
A line that the mission does not show is a fault, and so is something that the mission shows and no line names. Times
are of the day.
"""
import json

KINDS = ("alarm", "gap", "storm", "round", "handover", "tripwire")  # what a line is about, by its first member


def clock(start, text):
    """HH:MM of a time of this day, with its seconds where it has any."""
    if text is None:
        return None
    day, at = text.rstrip("Z").split("T")
    if day != start.strftime("%Y-%m-%d"):
        return text
    return at[:5] if at.endswith(":00") else at


def minutes(begin, end):
    return (int(end[:2]) - int(begin[:2])) * 60 + int(end[3:5]) - int(begin[3:5])


class Mission:
    """What it shows, in the words of the script."""

    def __init__(self, api, start):
        self.api, self.start = api, start
        self.answers = {}
        for event in self.events("alarm.acknowledged"):
            self.answers.setdefault(event["body"]["id"], []).append(event)

    def events(self, kind):
        items, after = [], 0
        while after is not None:
            page = self.api.get(f"ledger/events?kind={kind}&from={after}")
            items += page["items"]
            after = page.get("next") if page["items"] else None
        return items

    def at(self, text):
        return clock(self.start, text)

    def alarms(self):
        for item in self.api.all("alarms?retired=true"):
            alarm = item.get("record", item)
            raised = self.at(alarm["raised"])
            answers = [{"at": self.at(event["occurred"]), "by": event["actor"], "was": event["body"]["disposition"]}
                       for event in self.answers.get(alarm["id"], [])]
            found = {"alarm": alarm["title"], "at": raised, "zone": alarm.get("zone"), "priority": alarm["priority"],
                     "signals": alarm["signals"], "answers": answers, "state": alarm["state"]}
            if answers:
                found["minutes"] = minutes(raised, answers[0]["at"])
            if alarm["escalations"]:
                found["told_others"] = alarm["escalations"]
            if "word_of" in alarm:
                found["word_of"] = alarm["word_of"]
            yield found

    def gaps(self):
        for gap in self.api.get("watch/gaps")["items"]:
            yield {"gap": gap["source"], "zone": gap["zone"], "cause": gap["cause"], "from": self.at(gap["began"]),
                   "to": self.at(gap.get("ended"))}

    def storms(self):
        for item in self.api.get("watch/sources")["items"]:
            pulse = item["pulse"]
            if pulse["counted"]:
                yield {"storm": item["source"]["id"], "kept": pulse["signals"], "counted": pulse["counted"]}

    def rounds(self):
        for one in self.api.get("rounds")["items"]:
            yield {"round": one["tour"], "by": one["guard"], "state": one["state"], "from": self.at(one["started"]),
                   "to": self.at(one.get("ended")), "visits": [visit["verdict"] for visit in one["visits"]]}

    def handovers(self):
        for one in self.api.get("handovers")["items"]:
            yield {"handover": one["from"], "to": one["to"], "at": self.at(one["made"]),
                   "signed": [self.at(one.get("signed_from")), self.at(one.get("signed_to"))],
                   "left": sorted(f"{item['name']}: {item['what']}" for item in one["items"])}

    def hits(self):
        """Each with what it joined, by its own explanation: which part of the rule holds for whose event."""
        for item in self.api.all("tripwire-hits"):
            hit, joins = item.get("record", item), {}
            for event in self.api.get(f"tripwire-hits/{hit['id']}")["events"]:
                for part in event["rules"]:
                    if part["fires"]:
                        joins.setdefault(part["title"], set()).add(event["seen"]["record"])
            yield {"tripwire": hit["tripwire"], "title": hit["title"], "level": hit["level"], "at": self.at(hit["at"]),
                   "events": hit["event_count"], "joins": {part: sorted(records) for part, records in joins.items()}}

    def everything(self):
        for part in (self.alarms, self.gaps, self.storms, self.rounds, self.handovers, self.hits):
            yield from part()


def say(line):
    return json.dumps(line, ensure_ascii=False, sort_keys=True)


def name_of(line):
    return next((kind, line[kind]) for kind in KINDS if kind in line)


def compare(api, start, wanted):
    """The faults, in words."""
    found = list(Mission(api, start).everything())
    missing = [line for line in wanted if line not in found]
    surplus = [line for line in found if line not in wanted]
    faults = []
    for line in missing:
        instead = [other for other in surplus if name_of(other) == name_of(line)]
        surplus = [other for other in surplus if name_of(other) != name_of(line)]
        faults.append(f"{say(line)} was not seen" + "".join(f"\n  but {say(other)}" for other in instead))
    return faults + [f"nobody was to see {say(line)}" for line in surplus]


def unheard(api, start, script):
    """Did the bytes on the wire say what the script says? Each signal of it is kept, at its time, with all that its
    line has; what is missing, in words."""
    kept, faults = {}, []
    for item in api.all("signals"):
        signal = item.get("record", item)
        kept.setdefault((clock(start, signal["at"]), signal["identity"]), []).append(signal)
    names = {"zone": "point", "source": "identity"}  # the device's own words
    for line in (line for line in script if line.get("command") == "signal.take"):
        for item in line["input"]["items"]:
            wanted = {names.get(name, name): value for name, value in item.items()}
            there = kept.get((line["at"], wanted["identity"]), [])
            if not any(all(signal.get(name) == value for name, value in wanted.items()) for signal in there):
                faults.append(f"{line['at']} {say(wanted)} was not heard, but {say(there)}")
    return faults
