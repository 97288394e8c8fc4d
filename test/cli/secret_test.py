#!/usr/bin/python3
"""secret_test.py CHANCERY: a kept secret goes nowhere but where it was given for. Every noun with a
secret that is sent is tried, with every field that says where it goes. TAP on standard output."""
import json
import sys

import cli_test
from api_test import FIRST, OUTLET, Demo, own_of

# One of each noun that has a secret that is sent, with every field that says where it goes.
SECRET = "seven lamps, quiet harbour"
SENT = {
    "cameras": {**FIRST["cameras"], "onvif": "https://192.0.2.20/onvif/device_service",
                "still": "https://192.0.2.20/still", "user": "view", "authority": "PEM",
                "password": SECRET},
    "listeners": {"label": "TLP:GREEN", "name": "Sensors", "protocol": "mqtt", "carrier": "broker",
                  "address": "192.0.2.30:8883", "user": "chancery", "disabled": True,
                  "authority": "PEM", "options": {"rules": [
                      {"topic": "home/+/door", "source": "door *", "kind": "access",
                       "priority": "low"}]}, "password": SECRET},
    "outlets": {**OUTLET, "id": "mail", "name": "Mail", "port": 587, "user": "post",
                "authority": "PEM", "secret": SECRET},
}


def elsewhere(field, value):
    """Another destination than this."""
    if field["kind"] == "choice":
        names = [choice["name"] if isinstance(choice, dict) else choice for choice in field["choices"]]
        return next(name for name in names if name != value)
    if isinstance(value, int):
        return value + 1
    return value.replace("192.0.2.", "198.51.100.") if "192.0.2." in value else value + "x"


def a_secret_goes_nowhere_else_unless_it_is_given_again():
    with Demo() as demo:
        tried = 0
        for noun in demo.ask("GET", "catalog")["records"]:
            fields = noun["shape"]["fields"]
            secrets = [field["name"] for field in fields if field.get("outgoing")]
            if not secrets:
                continue
            plural = noun["plural"]
            assert plural in SENT, f"{plural}: say in SENT what one with a secret is"
            one = f"{plural}/{demo.ask('POST', plural, SENT[plural])['id']}"
            kept = demo.ask("GET", one)
            assert SECRET not in json.dumps(kept), kept
            record = own_of(noun, kept["record"])
            demo.ask("PUT", one, {**record, "name": "Another"})  # its secret stays
            record["name"] = "Another"
            for field in fields:
                if not field.get("destination"):
                    continue
                name = field["name"]
                assert name in record, f"{plural}: SENT says nothing of {name}"
                for changed in ({**record, name: elsewhere(field, record[name])},
                                {key: value for key, value in record.items() if key != name}):
                    refused = demo.ask("PUT", one, changed, want=(422,))
                    if name in changed or not field.get("required"):
                        assert refused["rule"] == "again", (one, name, refused)
                        assert refused["pointer"] == "/" + secrets[0], (one, name, refused)
                    tried += 1
        assert tried > 20, tried


TESTS = [a_secret_goes_nowhere_else_unless_it_is_given_again]

if __name__ == "__main__":
    sys.exit(cli_test.main(TESTS))
