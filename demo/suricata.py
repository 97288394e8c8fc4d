#!/usr/bin/python3
"""suricata.py FILE: a Suricata sensor that writes its EVE log.

Orders: {"now": TIME, "beat": ["ids-1"]} writes what a quiet network gives (statistics, names looked up, flows), {"now":
TIME, "signals": [{"source": "ids-1", "text": "ET SCAN …", "code": "2010935", "address": "198.51.100.23", "priority":
"medium"}]} an alert each. Answered with the number of lines when they are in the file, in one piece.
"""
import json
import os
import sys

from player import play

SEVERITY = {"high": 1, "medium": 2, "low": 3, "note": 4}
OUTSIDE = "192.0.2.1"
NAMES = ("mfa.norland.example", "time.norland.example", "mail.norland.example", "updates.norland.example")


class Log:
    def __init__(self, path):
        self.file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self.flow = 0

    def event(self, now, host, kind, **members):
        self.flow += 1
        return {"timestamp": now.replace("Z", ".000000+0000"), "flow_id": 1400000000000000 + self.flow, "host": host,
                "event_type": kind, **members}

    def quiet(self, now, host):
        yield self.event(now, host, "stats", stats={"uptime": self.flow, "decoder": {"pkts": 1000 * self.flow}})
        for name in NAMES:
            ends = {"src_ip": "192.0.2.40", "src_port": 50000 + self.flow % 1000, "dest_ip": "192.0.2.53",
                    "dest_port": 53, "proto": "UDP"}
            yield self.event(now, host, "dns", **ends, dns={"type": "query", "rrname": name, "rrtype": "A"})
            yield self.event(now, host, "flow", **ends, flow={"pkts_toserver": 1, "pkts_toclient": 1})
            yield self.event(now, host, "tls", **dict(ends, dest_port=443, proto="TCP"), tls={"sni": name})

    def alert(self, now, signal):
        return self.event(now, signal["source"], "alert", src_ip=signal["address"], src_port=41000, dest_ip=OUTSIDE,
                          dest_port=443, proto="TCP",
                          alert={"action": "allowed", "gid": 1, "signature_id": int(signal["code"]), "rev": 4,
                                 "signature": signal["text"].split(" (")[0],
                                 "category": "Attempted Information Leak", "severity": SEVERITY[signal["priority"]]})

    def write(self, events):
        data = "".join(json.dumps(event) + "\n" for event in events).encode()
        assert os.write(self.file, data) == len(data)
        return len(events)


def main():
    log = Log(sys.argv[1])

    def handle(order):
        events = [event for host in order.get("beat", []) for event in log.quiet(order["now"], host)]
        return log.write(events + [log.alert(order["now"], signal) for signal in order.get("signals", [])])

    play(handle)


if __name__ == "__main__":
    main()
