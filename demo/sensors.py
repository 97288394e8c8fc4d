#!/usr/bin/python3
"""sensors.py PORT: sensors, buttons and cameras (by Frigate) as clients of an MQTT 3.1.1 broker.

Each device is a client with a connection of its own and publishes with QoS 1: an order is answered, with the number of
messages, when the broker has acknowledged all of it. Signs of life are retained, so that whoever subscribes later has
the last one. Orders: {"now": TIME, "beat": ["fence-north", "frigate/gate"]} and {"now": TIME, "signals": [{"source":
"fence-north", "kind": "alarm"}], "times": 1}. What the messages mean is the mission's mapping (listeners.json).
"""
import json
import struct
import sys
from datetime import datetime

from player import Refused, connect, play, take

# What a sensor publishes: its topic, the word for "it is so", for "it is over", and the word between, a sign of life.
SENSORS = {
    "fence-north": ("norland/fence-north/vibration", "on", "off", "quiet"),
    "pir-stores": ("norland/pir-stores/supply", "low", "good", "3.1 V"),
    "button-visa": ("norland/button-visa/panic", "pressed", "reset", "ready"),
}
FRIGATE = "frigate/"


def text(value):
    data = value.encode()
    return struct.pack(">H", len(data)) + data


def packet(kind, body):
    """Fixed header of MQTT 3.1.1 (section 2.2): the length in groups of seven bits."""
    length, digits = len(body), b""
    while True:
        length, low = divmod(length, 128)
        digits += bytes([low | (128 if length else 0)])
        if not length:
            return bytes([kind]) + digits + body


class Client:
    def __init__(self, port, name):
        self.link, self.number = connect(port), 0
        self.link.sendall(packet(0x10, text("MQTT") + b"\x04\x02\x00\x00" + text(name)))  # clean session, no keepalive
        answer = take(self.link, 4)
        if answer != b"\x20\x02\x00\x00":
            raise Refused(f"{name}: CONNECT was answered {answer!r}")

    def publish(self, topic, payload, retain):
        self.number = self.number % 65535 + 1
        head = text(topic) + struct.pack(">H", self.number)
        self.link.sendall(packet(0x33 if retain else 0x32, head + payload.encode()))
        answer = take(self.link, 4)
        if answer != b"\x40\x02" + struct.pack(">H", self.number):
            raise Refused(f"{topic}: PUBLISH was answered {answer!r}")


def sign_of_life(source):
    if source.startswith(FRIGATE):
        return f"cameras/{source[len(FRIGATE):]}/fps", "5"
    topic, _, _, alive = SENSORS[source]
    return topic, alive


def frigate_event(signal, now, number):
    """As Frigate publishes what it has seen: https://docs.frigate.video/integrations/mqtt"""
    start = datetime.fromisoformat(now.replace("Z", "+00:00")).timestamp()
    seen = {"id": f"{start}-{number}", "camera": signal["source"][len(FRIGATE):], "label": signal["text"].split()[0],
            "top_score": float(signal["value"]), "start_time": start}
    return FRIGATE + "events", json.dumps({"type": "new", "before": seen, "after": seen})


def main():
    port, clients, number = int(sys.argv[1]), {}, 0

    def send(source, topic, payload, retain):
        if source not in clients:
            clients[source] = Client(port, "device-" + source.replace("/", "-"))
        clients[source].publish(topic, payload, retain)
        return 1

    def message(signal, now):
        nonlocal number
        number += 1
        if signal["source"].startswith(FRIGATE):
            return frigate_event(signal, now, number)
        topic, begins, ends, _ = SENSORS[signal["source"]]
        return topic, ends if signal["kind"] == "restore" else begins

    def handle(order):
        sent = sum(send(source, *sign_of_life(source), True) for source in order.get("beat", []))
        for _ in range(order.get("times", 1)):
            for signal in order.get("signals", []):
                sent += send(signal["source"], *message(signal, order["now"]), False)
        return sent

    play(handle)


if __name__ == "__main__":
    main()
