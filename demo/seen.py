"""What must have been seen, compared with what the mission shows at the end of the day.

content/demo/seen.jsonl has a line for everything that a guard must have seen: alarms with place, priority, by whom answered and
when, gaps in coverage, storms, rounds, hand-overs, what the tripwires found and which systems they joined. A line that the
mission does not show is a fault, and so is something that the mission shows and no line names. Times are of the day.
"""
import json


def clock(start, text):
    """HH:MM of a time, with its seconds where it has any."""
    if text is None:
        return None
    at = text[len("2026-11-23T"):].rstrip("Z")
    assert text.startswith(start.strftime("%Y-%m-%dT")), text
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
        for alarm in self.api.get("alarms?retired=true&limit=500")["items"]:
            alarm = alarm.get("record", alarm)
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
            if item["pulse"]["counted"]:
                yield {"storm": item["source"]["id"], "kept": item["pulse"]["signals"], "counted": item["pulse"]["counted"]}

    def rounds(self):
        for one in self.api.get("rounds")["items"]:
            yield {"round": one["tour"], "by": one["guard"], "state": one["state"], "from": self.at(one["started"]),
                   "to": self.at(one.get("ended")), "visits": [visit["verdict"] for visit in one["visits"]]}

    def handovers(self):
        for one in self.api.get("handovers")["items"]:
            yield {"handover": one["from"], "to": one["to"], "at": self.at(one["made"]),
                   "signed": [self.at(one.get("signed_from")), self.at(one.get("signed_to"))],
                   "left": sorted(f"{item['name']}: {item['what']}" for item in one["items"])}

    def explains(self, hit, seq):
        """Does the rule's own explanation of this event say that a part of it fires?"""
        told = self.api.post(f"tripwires/{hit['tripwire']}/explain", {"seq": seq})["text"]
        return any(line.split(" ")[1:2] == ["fires:"] for line in told.splitlines())

    def hits(self):
        """Each with the systems whose events made it, by the records that these are of."""
        for hit in self.api.get("tripwire-hits?limit=500")["items"]:
            hit, joins = hit.get("record", hit), {}
            for seq in hit["events"]:
                joins.setdefault(self.api.get(f"ledger/events/{seq}")["record"], []).append(int(seq))
            yield {"tripwire": hit["tripwire"], "title": hit["title"], "level": hit["level"], "at": self.at(hit["at"]),
                   "joins": {record: len(seqs) for record, seqs in joins.items()},
                   "explained": all(self.explains(hit, seqs[0]) for seqs in joins.values())}

    def everything(self):
        for part in (self.alarms, self.gaps, self.storms, self.rounds, self.handovers, self.hits):
            yield from part()


def say(line):
    return json.dumps(line, ensure_ascii=False, sort_keys=True)


def nearest(line, others):
    """What of the same name is there instead."""
    kind = next(iter(line))
    return [say(other) for other in others if other.get(kind) == line[kind]]


def compare(api, start, wanted):
    """The faults, in words."""
    found = [say(line) for line in Mission(api, start).everything()]
    faults, rest = [], list(found)
    for line in wanted:
        if say(line) in rest:
            rest.remove(say(line))
        else:
            there = nearest(line, [json.loads(text) for text in found])
            faults.append(f"{say(line)} was not seen" + "".join(f"\n  but {text}" for text in there))
    named = {json.loads(fault[:fault.index(" was not seen")])[kind] for fault in faults
             for kind in ("alarm", "gap", "storm", "round", "handover", "tripwire") if kind in json.loads(fault[:fault.index(" was not seen")])}
    for text in rest:
        if json.loads(text)[next(kind for kind in ("alarm", "gap", "storm", "round", "handover", "tripwire") if kind in json.loads(text))] not in named:
            faults.append(f"nobody was to see {text}")
    return faults


def heard(api, start, script):
    """Did the bytes on the wire say what the script says? Each signal of it is kept at its time, with all that the line has."""
    kept = {}
    for item in api.all("signals"):
        signal = item.get("record", item)
        kept.setdefault((clock(start, signal["at"]), signal["identity"]), []).append(signal)
    names = {"zone": "point", "area": "area", "source": "identity"}  # the device's own words for them
    faults = []
    for line in script:
        if line.get("command") != "signal.take":
            continue
        for wanted in line["input"]["items"]:
            wanted = {names.get(name, name): value for name, value in wanted.items()}
            there = kept.get((line["at"], wanted["identity"]), [])
            if not any(all(signal.get(name) == value for name, value in wanted.items()) for signal in there):
                faults.append(f"{line['at']} {say(wanted)} was not heard\n  but {say(there[0]) if there else 'nothing'}")
    return faults
