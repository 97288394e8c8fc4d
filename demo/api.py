"""The mission's API over HTTP, for whoever has a token."""
import http.client
import json

from player import PATIENCE_S, Refused


class Api:
    def __init__(self, port, token):
        self.port = port
        self.headers = {"Host": f"localhost:{port}", "Authorization": f"Bearer {token}", "Connection": "close"}

    def ask(self, method, path, body=None):
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        sent = dict(self.headers)
        if body is not None:
            sent["Content-Type"] = "application/json"
        link.request(method, "/api/v1/" + path, None if body is None else json.dumps(body), sent)
        answer = link.getresponse()
        told = answer.read().decode()
        link.close()
        if not 200 <= answer.status < 300:
            raise Refused(f"{method} {path}: {answer.status} {told}")
        return json.loads(told) if told else None

    def get(self, path):
        return self.ask("GET", path)

    def post(self, path, body=None):
        return self.ask("POST", path, body)

    def put(self, path, body):
        return self.ask("PUT", path, body)

    def delete(self, path):
        return self.ask("DELETE", path)

    def all(self, path):
        """Every page of a list."""
        items, after = [], ""
        while after is not None:
            page = self.get(path + ("&" if "?" in path else "?") + "limit=500" + (f"&after={after}" if after else ""))
            items += page["items"]
            after = page.get("after")
        return items
