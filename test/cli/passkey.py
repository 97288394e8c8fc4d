"""A passkey in software, for tests of the API: Ed25519, bytes as WebAuthn has them."""
import base64
import hashlib
import http.client
import json
import os
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PATIENCE_S = 300


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Passkey:
    def __init__(self, origin):
        self.origin, self.id, self.count = origin, os.urandom(16), 0
        self.key = Ed25519PrivateKey.generate()

    def data(self, flags):
        self.count += 1
        return hashlib.sha256(b"localhost").digest() + struct.pack(">BI", flags, self.count)

    def client(self, kind, challenge):
        return json.dumps({"type": f"webauthn.{kind}", "challenge": challenge, "origin": self.origin,
                           "crossOrigin": False}).encode()

    def credential(self, **response):
        return {"type": "public-key", "rawId": text(self.id),
                "response": {name: text(value) for name, value in response.items()}}

    def registration(self, challenge):
        """What a browser answers to passkeys/options: attestation "none"."""
        public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        key = bytes.fromhex("a4010103272006215820") + public
        data = self.data(0x45) + bytes(17) + bytes([len(self.id)]) + self.id + key
        told = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + bytes([len(data)]) + data
        return self.credential(clientDataJSON=self.client("create", challenge), attestationObject=told)

    def assertion(self, challenge):
        """What it answers to auth/passkey/options and auth/prove/options."""
        client, data = self.client("get", challenge), self.data(0x05)
        signature = self.key.sign(data + hashlib.sha256(client).digest())
        return self.credential(clientDataJSON=client, authenticatorData=data, signature=signature)


class Session:
    """Somebody who came in by a link, over plain HTTP. What is grave is proved."""

    def __init__(self, port, link):
        self.port, self.cookie, self.key = port, "", Passkey(f"http://localhost:{port}")
        link = link.split("#")[-1]
        given = self.ask("POST", "auth/enrol/options", {"link": link})["publicKey"]
        self.ask("POST", "auth/enrol", {"link": link, "name": "Key",
                                        "credential": self.key.registration(given["challenge"])})

    def prove(self, act):
        given = self.ask("POST", "auth/prove/options", {})["publicKey"]
        self.ask("POST", "auth/prove", {"act": act, "credential": self.key.assertion(given["challenge"])})

    def ask(self, method, path, body=None):
        call = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        call.request(method, "/api/v1/" + path, None if body is None else json.dumps(body), {
            "Host": f"localhost:{self.port}", "X-Chancery": "1", "Cookie": self.cookie,
            "Content-Type": "application/json"})
        answer = call.getresponse()
        told = answer.read().decode()
        if answer.status == 403 and '"rule":"proof"' in told:
            self.prove(json.loads(told)["value"])
            return self.ask(method, path, body)
        assert answer.status < 300, (method, path, answer.status, told)
        if answer.getheader("Set-Cookie"):
            self.cookie = answer.getheader("Set-Cookie").split(";")[0]
        return json.loads(told) if told else None
