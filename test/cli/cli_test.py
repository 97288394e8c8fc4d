#!/usr/bin/python3
"""cli_test.py CHANCERY: the command line from outside, on real folders and a real server.

Every test is a function; TAP on standard output."""
import base64
import html
import json
import os
import re
import resource
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.request

CHANCERY = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(os.path.join(ROOT, "demo"))
from passkey import Session  # noqa: E402
from ports import free_port  # noqa: E402

HITS = os.environ.get("CHANCERY_HITS")  # of all tests together
PASSPHRASE = "correct horse battery staple"
PATIENCE_S = 600  # for whatever must come: no test is about how soon
LOG_TAIL = 4000


def finish(*arguments, code=0):
    """Run a verb, and check how it ended."""
    ended = subprocess.run([CHANCERY, *arguments], capture_output=True, text=True, timeout=PATIENCE_S,
                           stdin=subprocess.DEVNULL, start_new_session=True)
    told = f"chancery {' '.join(arguments)}: {ended.returncode}\n{ended.stdout}{ended.stderr}"
    assert ended.returncode == code, told
    return ended


def run(*arguments, code=0, output=None):
    """Run a verb; its standard output (with `output`, also of one that fails)."""
    ended = finish(*arguments, code=code)
    return ended.stdout if code == 0 or output else ended.stderr


class Skip(Exception):
    """This machine cannot do what the test needs."""


class Mission:
    """A mission in a temporary folder."""

    def __init__(self, *flags):
        self.home = tempfile.mkdtemp(prefix="chancery-cli-")
        self.folder = os.path.join(self.home, "mission")
        self.secret = os.path.join(self.home, "passphrase")
        with open(self.secret, "w", encoding="utf-8") as file:
            file.write(PASSPHRASE + "\n")
        self.made = json.loads(self.run("init", *flags))

    def run(self, verb, *more, code=0, folder=None):
        return run(*verb.split(), folder or self.folder, *more, "--passphrase-file", self.secret,
                   "--json", code=code)

    def path(self, name):
        return os.path.join(self.folder, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.home)


def until(what, found, why=lambda: ""):
    """Asks again until there is something; what there is. `why` tells more when it does not come."""
    end = time.monotonic() + PATIENCE_S
    while not (value := found()):
        assert time.monotonic() < end, f"waited {PATIENCE_S} s for: {what}; last came: {str(value)[:800]} {why()}"
        time.sleep(0.01)
    return value


class Server:
    """A mission being served on loopback."""

    started = []  # by the test that runs, so that their logs are shown when it fails

    def __init__(self, mission, *flags, before=None):
        self.address = f"127.0.0.1:{free_port()}"
        # What is written while serving is in the folder; nothing else may be.
        self.hits = os.path.join(mission.folder, "hits")
        self.log_file = os.memfd_create("log of a server")  # no pipe, which would be full one day
        Server.started.append(self)
        self.process = subprocess.Popen(
            [CHANCERY, "serve", mission.folder, "--passphrase-file", mission.secret, "--listen",
             self.address, "--check-replies", "--hits", self.hits, *flags], stdout=subprocess.PIPE,
            stderr=self.log_file, text=True, preexec_fn=before, cwd=mission.home)
        self.line = self.process.stdout.readline()
        if "serving at" not in self.line:
            raise AssertionError(f"waited for: serving at …; came: {self.line!r}")
        self.base = "http://" + self.address if "--plain" in flags else "https://" + self.address

    def log(self):
        """All that it has said on standard error."""
        return os.pread(self.log_file, os.fstat(self.log_file).st_size, 0).decode(errors="replace")

    def ask(self, path, token=None, body=None, method=None, context=None):
        headers = {"Host": "localhost:" + self.address.split(":")[1]}
        if token:
            headers["Authorization"] = "Bearer " + token
        data = None
        if body is not None:
            headers["Content-Type"] = "application/json"
            data = json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE_S, context=context) as answer:
                return answer.status, answer.read().decode(errors="surrogateescape")
        except urllib.error.HTTPError as refusal:
            return refusal.code, refusal.read().decode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(timeout=PATIENCE_S) == 0, "the server did not end well"
        if HITS:
            with open(self.hits, "rb") as mine, open(HITS, "ab", buffering=0) as all_of_them:
                all_of_them.write(mine.read())


# ---- use -----------------------------------------------------------------------------------------

def every_wrong_flag_is_told_at_once():
    told = run("init", "nowhere", "--address", "ftp://x", "--time-zone", "a//b", code=2)
    flags = [line.split(":")[1].strip() for line in told.splitlines() if ":" in line]
    assert flags == ["--time-zone", "--address"], told


def wrong_use_is_told_with_exit_code_2():
    assert "usage" in run(code=2)
    assert "nonsense" in run("nonsense", code=2)
    assert "--nonsense" in run("init", "somewhere", "--nonsense", "x", code=2)
    assert "DIR" in run("serve", code=2)
    assert "number" in run("ledger", "prove", "somewhere", "x", code=2)
    assert "terminal" in run("init", "/nonexistent/folder", code=2)
    assert "nothing more" in run("token", "somewhere", "officer", "and more", code=2)


def help_is_made_from_the_verbs():
    text = run("help")
    for verb in ("init", "serve", "demo", "token", "key add", "rebuild", "ledger verify", "backup",
                 "restore", "doctor"):
        assert verb in text, verb
        assert "json" in run(*verb.split(), "--help"), verb
    assert ".TH CHANCERY" in run("manual")
    assert json.loads(run("version", "--json"))["version"]


def the_page_of_the_api_is_what_the_program_says():
    with open(os.path.join(ROOT, "docs", "api.md"), encoding="utf-8") as page:
        assert page.read() == run("api"), "make it anew: chancery api > docs/api.md"
    assert json.loads(run("api", "--json"))["openapi"].startswith("3.1")


# ---- a mission and its keys ----------------------------------------------------------------------

def a_folder_holds_one_mission():
    with Mission("--name", "Embassy", "--city", "Vael") as mission:
        assert "already holds a mission" in mission.run("init", code=1)
        assert "#" in mission.made["link"]
        modes = {name: os.stat(mission.path(name)).st_mode & 0o777
                 for name in ("chancery.json", "keys.json", "record.db")}
        assert set(modes.values()) == {0o600}, modes


def a_wrong_secret_opens_nothing():
    with Mission() as mission:
        wrong = os.path.join(mission.home, "wrong")
        with open(wrong, "w", encoding="utf-8") as file:
            file.write("not the passphrase")
        told = run("ledger", "verify", mission.folder, "--passphrase-file", wrong, code=1)
        assert "passphrase" in told, told
        assert b"SQLite format 3" not in open(mission.path("record.db"), "rb").read(4096)


def a_key_slot_can_be_added_and_destroyed():
    with Mission() as mission:
        key = os.path.join(mission.home, "key")
        with open(key, "wb") as file:
            file.write(os.urandom(64))
        added = json.loads(mission.run("key add", "--new-key-file", key, "--label", "safe"))
        slots = json.loads(run("key", "list", mission.folder, "--json"))["slots"]
        assert [slot["kind"] for slot in slots] == ["passphrase", "key-file"], slots
        changed = os.path.join(mission.home, "changed")
        with open(changed, "w", encoding="utf-8") as file:
            file.write("another passphrase altogether")
        instead = json.loads(mission.run("key replace", slots[0]["id"], "--new-passphrase-file", changed))
        assert "no slot" in mission.run("key replace", slots[0]["id"], "--new-key-file", key, code=1)
        run("ledger", "verify", mission.folder, "--passphrase-file", changed)
        run("key", "remove", mission.folder, instead["id"])
        mission.run("ledger verify", code=1)
        run("ledger", "verify", mission.folder, "--key-file", key)
        assert "last" in run("key", "remove", mission.folder, added["id"], code=1)


# ---- the record ------------------------------------------------------------------------------------

def the_record_is_verified_proved_and_exported():
    with Mission() as mission:
        report = json.loads(mission.run("ledger verify"))
        assert report["verified"] and report["events"] > 5, report
        proof = json.loads(mission.run("ledger prove", "1"))["proof"]
        assert proof.startswith("c2sp.org/tlog-proof@v1\n"), proof
        assert "999" in mission.run("ledger prove", "999", code=1)
        tree = os.path.join(mission.home, "tree")
        key = json.loads(mission.run("ledger export", tree, "--with-entries"))["verifier_key"]
        kept = os.path.join(mission.home, "kept")  # what an auditor takes away …
        shutil.copy(os.path.join(tree, "checkpoint"), kept)
        older = os.path.join(mission.home, "older")
        shutil.copytree(mission.folder, older)
        mission.run("token")  # … before the record grows
        mission.run("ledger verify", "--checkpoint", kept)
        later = os.path.join(mission.home, "later")
        mission.run("ledger export", later)
        told = run("ledger", "verify", older, "--passphrase-file", mission.secret, "--checkpoint",
                   os.path.join(later, "checkpoint"), code=1)
        assert "shortened" in told, told
        same = json.loads(run("ledger", "check", tree, "--verifier-key", key, "--json"))
        assert same["root"] == report["root"] and same["events"] == report["events"], same
        bundle = os.path.join(tree, "tile", "entries")
        bundle = [os.path.join(at, name) for at, _, names in os.walk(bundle) for name in names][0]
        with open(bundle, "r+b") as file:
            file.seek(40)
            file.write(b"\x00")
        run("ledger", "check", tree, "--verifier-key", key, code=1)


def the_picture_is_folded_anew():
    with Mission() as mission:
        assert json.loads(mission.run("rebuild"))["same"] is True


def damage_is_named_and_refused():
    with Mission() as mission, Mission() as other:
        record = mission.path("record.db")
        kept = os.path.join(mission.home, "kept")
        shutil.copy(record, kept)
        shutil.copy(other.path("record.db"), record)
        assert "record.db" in mission.run("ledger verify", code=1)
        shutil.copy(kept, record)
        with open(record, "r+b") as file:
            file.truncate(os.path.getsize(record) // 2)
        assert "record.db" in mission.run("ledger verify", code=1)
        shutil.copy(kept, record)
        with open(record, "r+b") as file:
            file.seek(os.path.getsize(record) // 2)
            file.write(os.urandom(64))
        told = mission.run("doctor", code=1)
        assert "wrong" in told, told
        shutil.copy(kept, record)
        with open(record + "-wal", "wb") as log:
            log.truncate(600 << 20)
        os.chmod(record + "-wal", 0o600)
        log = [f for f in json.loads(mission.run("doctor"))["findings"] if f["what"] == "log"][0]
        assert (log["kind"], log["found"]) == ("warning", "600 MiB"), log
        os.unlink(record + "-wal")
        mission.run("ledger verify")


# ---- serving -----------------------------------------------------------------------------------------

ZONE = {"label": "TLP:GREEN", "site": "s1", "name": "Hall", "kind": "general"}
SITE = {"id": "s1", "label": "TLP:GREEN", "name": "Chancery", "kind": "chancery"}


def a_token_opens_the_served_mission():
    with Mission() as mission:
        token = json.loads(mission.run("token"))["token"]
        with Server(mission, "--plain") as server:
            assert server.ask("/health") == (200, '{"status":"ok"}')
            assert server.ask("/api/v1/sites")[0] == 401
            assert server.ask("/api/v1/sites", token)[0] == 200
            assert server.ask("/api/v1/sites", token, SITE)[0] == 201
            status, told = server.ask("/api/v1/zones", token, dict(ZONE, site="elsewhere"))
            assert status == 422 and json.loads(told)["pointer"] == "/site", told
            status, told = server.ask("/api/v1/zones", token, dict(ZONE, colour="red"))
            assert status == 422 and json.loads(told)["pointer"] == "/colour", told
            assert server.ask("/api/v1/zones", token, ZONE)[0] == 201
            status, csv = server.ask("/api/v1/zones?format=csv", token)
            assert status == 200 and "Hall" in csv, csv
        assert json.loads(mission.run("ledger verify"))["verified"]


def a_folder_that_others_can_read_is_not_served():
    def refused(mission, path, doctor=True):
        told = run("serve", mission.folder, "--passphrase-file", mission.secret, "--listen",
                   f"127.0.0.1:{free_port()}", "--plain", code=1)
        assert path in told, told
        if not doctor:  # as root it would open the record, and give its log to that other user
            return
        told = json.loads(run("doctor", mission.folder, "--passphrase-file", mission.secret, "--json",
                              code=1, output=True))["findings"]
        assert [f["kind"] for f in told if f["what"] == "rights"] == ["wrong"], told

    with Mission() as mission:
        with Server(mission, "--plain"):
            pass
        for path in [mission.folder, *(mission.path(name) for name in os.listdir(mission.folder))]:
            mode = os.stat(path).st_mode & 0o777
            os.chmod(path, mode | 0o040)
            refused(mission, path)
            os.chmod(path, mode)
            if os.geteuid() == 0:
                os.chown(path, 65534, -1)
                refused(mission, path, doctor=False)
                os.chown(path, 0, -1)
        with Server(mission, "--plain") as server:
            assert server.ask("/health")[0] == 200


def no_process_of_a_served_mission_has_a_capability():
    """Also not as root, and whatever agents there are: each is found by its parent."""
    bind_service = 1 << 10

    def family(pid):
        yield pid
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as file:
                for child in file.read().split():
                    yield from family(int(child))

    with Mission() as mission, Server(mission, "--plain") as server:
        assert server.ask("/health")[0] == 200
        members = list(family(server.process.pid))
        assert len(members) >= 5, members  # the server, opener, spawner, renderer, outlets
        for pid in members:
            for task in os.listdir(f"/proc/{pid}/task"):
                with open(f"/proc/{pid}/task/{task}/status", encoding="ascii") as file:
                    told = dict(line.split(":\t", 1) for line in file.read().splitlines())
                for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
                    if kind == "CapBnd" and os.geteuid() != 0:
                        continue  # only root can lower what nobody else has
                    assert int(told[kind], 16) & ~bind_service == 0, (told["Name"], kind, told[kind])


def computed(engine, value):
    done = subprocess.run([CHANCERY, "compute", engine], input=json.dumps(value), check=True,
                          capture_output=True, text=True)
    return json.loads(done.stdout)


def a_record_is_a_document_from_within_the_sandbox():
    def text_of(pdf):
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(pdf.encode(errors="surrogateescape"))
            file.flush()
            return subprocess.run(["pdftotext", "-layout", file.name, "-"], check=True,
                                  capture_output=True, text=True).stdout

    with Mission() as mission:
        token = json.loads(mission.run("token"))["token"]
        with Server(mission, "--plain") as server:
            made = json.loads(server.ask("/api/v1/sites", token, SITE)[1])["id"]
            place = f"/api/v1/sites/{made}/document"
            for language, word in (("en", "Kind"), ("fr", "Page 1 sur"), ("ar", "تسليم|1")):
                status, pdf = server.ask(f"{place}?format=pdf&history=true&language={language}", token)
                assert status == 200 and pdf.startswith("%PDF-"), pdf[:300]
                told = text_of(pdf)
                assert SITE["name"] in told and any(one in told for one in word.split("|")), told
            status, page = server.ask(place, token)
            assert status == 200 and page.startswith("<!doctype html>") and SITE["name"] in page
            assert "<script" not in page
            assert server.ask(place + "?format=docx", token)[0] == 422
            assert server.ask("/api/v1/sites/none/document", token)[0] == 404
            assert server.ask(place)[0] == 401
            names = [one["name"] for one in json.loads(server.ask("/api/v1/reports", token)[1])["items"]]
            assert "ledger" in names and "handover" in names, names
            status, pdf = server.ask(f"/api/v1/reports/ledger?format=pdf&record=site/{made}", token)
            assert status == 200 and "leaf " in text_of(pdf), pdf[:300]
            page = server.ask(f"/api/v1/reports/ledger?record=site/{made}", token)[1]
            told = html.unescape(re.search(r"<pre>(index .*?)</pre>", page, re.S)[1])
            lines = [line.split(None, 1) for line in told.splitlines()]
            root = re.search(r"<td><bdi>([0-9a-f]{64})</bdi>", page)[1]
            head = html.unescape(re.search(r"</svg><pre>(.*?)</pre>", page, re.S)[1]).splitlines()
            proof = {"index": int(lines[0][1]), "size": int(head[1]), "root": root,
                     "path": [what for name, what in lines if name == "path"]}
            assert base64.b64decode(head[2]).hex() == root, head
            for name, what in (lines[1], lines[-1]):
                assert name in ("leaf", "entry"), told
                assert computed("merkle-inclusion", {**proof, name: what}) == {"proved": True}
            changed = lines[-1][1].replace("chancery", "chancary")
            assert computed("merkle-inclusion", {**proof, "entry": changed}) == {"proved": False}
            assert server.ask("/api/v1/reports/ledger?colour=red", token)[0] == 422
            assert server.ask("/api/v1/reports/none", token)[0] == 404


def a_scoped_token_may_no_more_than_its_scopes():
    with Mission() as mission:
        token = json.loads(mission.run("token", "officer", "--scope", "mission.read"))["token"]
        with Server(mission, "--plain") as server:
            assert server.ask("/api/v1/sites", token)[0] == 200
            assert server.ask("/api/v1/sites", token, SITE)[0] == 403
            assert server.ask("/api/v1/persons", token)[0] == 403


def a_token_leaves_its_owners_sessions_alone():
    with Mission() as mission:
        token = json.loads(mission.run("token"))["token"]
        other = json.loads(mission.run("token"))["token"]
        with Server(mission, "--plain") as server:
            me = json.loads(server.ask("/api/v1/session", token)[1])
            spare = json.loads(server.ask("/api/v1/session", other)[1])["session"]
            for method, path in (("GET", "sessions"), ("GET", "passkeys"), ("GET", "tokens"),
                                 ("POST", "sessions/end-others"), ("DELETE", "sessions/x"),
                                 ("DELETE", "tokens/" + spare), ("POST", "recovery-codes"),
                                 ("POST", f"accounts/{me['account']}/enrolment")):
                status, told = server.ask("/api/v1/" + path, token, method=method)
                assert status == 403 and json.loads(told)["rule"] == "session", (path, told)
            assert server.ask("/api/v1/tokens/" + me["session"], token, method="DELETE")[0] == 204
            assert server.ask("/api/v1/sites", token)[0] == 401
            assert server.ask("/api/v1/sites", other)[0] == 200


def tokens_are_listed_and_revoked():
    with Mission() as mission:
        token = json.loads(mission.run("token", "officer", "--name", "the gate", "--clearance", "TLP:GREEN"))["token"]
        [row] = json.loads(mission.run("token list"))["items"]
        assert (row["name"], row["clearance"]) == ("the gate", "TLP:GREEN") and "hash" not in row, row
        assert json.loads(mission.run("token list", "officer"))["items"] == [row]
        run("token", mission.folder, "officer", "--days", "366", "--passphrase-file", mission.secret, code=2)
        with Server(mission, "--plain") as server:
            assert json.loads(server.ask("/api/v1/session", token)[1])["clearance"] == "TLP:GREEN"
            mission.run("token revoke", row["id"])
            assert server.ask("/api/v1/session", token)[0] == 401
        assert json.loads(mission.run("token list"))["items"] == []
        mission.run("token revoke", row["id"], code=1)


ROLE = {"id": "clerk", "label": "TLP:GREEN", "name": "Clerk", "clearance": "TLP:GREEN",
        "permissions": ["ledger.read", "mission.read"]}


def browsing_the_record_tells_nothing_of_what_is_hidden():
    with Mission() as mission:
        token = json.loads(mission.run("token"))["token"]
        with Server(mission, "--plain") as server:
            def browse(asked, who):
                status, told = server.ask("/api/v1/ledger/events?" + asked, who)
                assert status == 200, told
                return json.loads(told)
            account = json.loads(server.ask("/api/v1/session", token)[1])
            assert server.ask("/api/v1/sites", token, SITE)[0] == 201
            assert server.ask("/api/v1/zones", token, dict(ZONE, id="z1", label="TLP:RED"))[0] == 201
            officer = Session(int(server.address.split(":")[1]), mission.made["link"])
            officer.ask("POST", "roles", ROLE)
            clerk = {"id": "clerk", "label": "TLP:GREEN", "kind": "program", "login": "clerk",
                     "person": account["person"], "roles": ["clerk"], "status": "active"}
            officer.ask("POST", "accounts", clerk)
            clerk = json.loads(mission.run("token", "clerk"))["token"]
            assert len(browse("record=zone/z1", token)["items"]) == 1
            assert browse("record=site/s1", clerk)["items"][0]["kind"] == "site.added"
            nothing = {"items": []}
            for asked in ("record=zone/z1", "record=zone/none", "kind=token.made",
                          "kind=zone.added", "kind=zone.retired", "record=zone/z1&backwards=true"):
                assert browse(asked, clerk) == nothing, asked
            first = browse("limit=1", clerk)
            again = browse(f"limit=1&from={first['next']}", clerk)
            assert again["items"][0]["seq"] > first["items"][0]["seq"], (first, again)


def a_token_made_while_serving_is_good_at_once():
    with Mission() as mission:
        with Server(mission, "--plain") as server:
            token = json.loads(mission.run("token"))["token"]
            assert server.ask("/api/v1/sites", token, SITE)[0] == 201
            assert server.ask("/api/v1/sites", token)[0] == 200
        assert json.loads(mission.run("ledger verify"))["verified"]


def tls_is_the_missions_own():
    with Mission() as mission:
        with Server(mission) as server:
            try:
                server.ask("/health", context=ssl.create_default_context())
                raise AssertionError("a foreign authority was believed")
            except urllib.error.URLError as refusal:
                assert "certificate" in str(refusal).lower(), refusal
            blind = ssl.create_default_context()
            blind.check_hostname = False
            blind.verify_mode = ssl.CERT_NONE
            assert server.ask("/health", context=blind)[0] == 200
            blind.maximum_version = ssl.TLSVersion.TLSv1_2
            try:
                server.ask("/health", context=blind)
                raise AssertionError("TLS 1.2 was accepted")
            except urllib.error.URLError:
                pass


def a_certificate_of_somebody_else_is_used():
    with Mission() as mission:
        certificate, key = (os.path.join(mission.home, name) for name in ("cert.pem", "key.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=post.example.org",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True)
        given = ("--certificate", certificate, "--private-key", key)
        assert "go together" in mission.run("serve", *given[:2], code=2)
        with Server(mission, *given) as server:
            known = ssl.create_default_context(cafile=certificate)
            assert server.ask("/health", context=known)[0] == 200


def a_crash_leaves_no_keys_behind():
    """The kernel does not write the memory of the program to a file, however it ends."""
    with open("/proc/sys/kernel/core_pattern", encoding="utf-8") as pattern:
        piped = pattern.read().startswith("|")
    with Mission() as mission:
        def allow_cores():
            most = resource.getrlimit(resource.RLIMIT_CORE)[1]
            resource.setrlimit(resource.RLIMIT_CORE, (most, most))
        server = Server(mission, "--plain", before=allow_cores)
        server.process.send_signal(signal.SIGABRT)
        _, status = os.waitpid(server.process.pid, 0)
        assert os.WIFSIGNALED(status), status
        sanitized = b"__asan_init" in open(CHANCERY, "rb").read()
        assert not os.WCOREDUMP(status) or (piped and sanitized), "a core was dumped"


def a_full_disk_is_told_and_survived():
    with Mission() as mission:
        disk = os.path.join(mission.home, "disk")
        os.mkdir(disk)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk],
                          capture_output=True, check=False).returncode != 0:
            raise Skip("no small disk can be mounted here")
        try:
            fill_and_empty(mission, disk)
        finally:
            subprocess.run(["umount", disk], check=True)


def fill_and_empty(mission, disk):
    token = json.loads(mission.run("token"))["token"]
    mission.folder = shutil.copytree(mission.folder, os.path.join(disk, "mission"))
    with Server(mission, "--plain") as server:
        assert server.ask("/api/v1/sites", token, SITE)[0] == 201
        with open(os.path.join(disk, "filler"), "wb", buffering=0) as filler:
            try:
                while filler.write(bytes(65536)):
                    pass
            except OSError:
                pass
        for number in range(200):
            status, told = server.ask("/api/v1/zones", token, dict(ZONE, name=f"Hall {number}"))
            if status != 201:
                break
        assert status == 507 and "full" in told and disk not in told, (status, told)
        assert server.ask("/api/v1/sites", token)[0] == 200
        os.unlink(os.path.join(disk, "filler"))
        assert server.ask("/api/v1/zones", token, ZONE)[0] == 201
    assert json.loads(mission.run("ledger verify"))["verified"]


def plain_is_for_loopback_only():
    with Mission() as mission:
        told = mission.run("serve", "--plain", "--listen", "0.0.0.0:8022", code=2)
        assert "loopback" in told, told


def folders_for_listeners_are_never_the_missions():
    with Mission() as mission:
        for folder in (mission.folder, os.path.dirname(mission.folder), mission.folder + "/../"):
            told = mission.run("serve", "--plain", "--files", folder, code=1)
            assert "the mission's own folder" in told, told
        told = mission.run("serve", "--plain", "--files", "/not/there", code=1)
        assert "this folder is not there" in told, told
        token = json.loads(mission.run("token"))["token"]
        with Server(mission, "--plain") as server:
            listener = {"id": "l", "label": "TLP:GREEN", "name": "l", "protocol": "syslog",
                        "carrier": "file", "address": mission.secret}
            assert server.ask("/api/v1/listeners", token, listener)[0] == 201
            told = until("the state of the listener", lambda: (
                "failed" in server.ask("/api/v1/listeners/l/state", token)[1]
                and server.ask("/api/v1/listeners/l/state", token)[1]))
            assert "--files" in told and json.loads(told)["frames"] == 0, told


def a_copy_is_consistent_while_serving():
    with Mission() as mission:
        token = json.loads(mission.run("token"))["token"]
        copy, back = os.path.join(mission.home, "copy"), os.path.join(mission.home, "back")
        with Server(mission, "--plain") as server:
            server.ask("/api/v1/sites", token, SITE)
            for number in range(20):
                server.ask("/api/v1/zones", token, dict(ZONE, name=f"Hall {number}"))
            before = json.loads(mission.run("backup", copy))
            assert before["verified"]
            server.ask("/api/v1/zones", token, dict(ZONE, name="after the copy"))
        run("restore", copy, back, "--passphrase-file", mission.secret)
        report = json.loads(mission.run("ledger verify", folder=back))
        assert report["events"] == before["events"], (report, before)
        assert "already" in mission.run("backup", copy, code=1)


def what_was_acknowledged_survives_a_kill():
    with Mission() as mission:
        token = json.loads(mission.run("token"))["token"]
        kept = []
        for round_number in range(5):
            server = Server(mission, "--plain")
            server.ask("/api/v1/sites", token, SITE)
            for _ in range(4 * (round_number + 1)):
                zone = dict(ZONE, id=f"z{len(kept)}", name=f"Hall {len(kept)}")
                if server.ask("/api/v1/zones", token, zone)[0] == 201:
                    kept.append(zone["id"])
            server.process.kill()
            server.process.wait()
        assert json.loads(mission.run("ledger verify"))["verified"]
        with Server(mission, "--plain") as server:
            for zone in kept:
                assert server.ask(f"/api/v1/zones/{zone}", token)[0] == 200, zone


def tests_here():
    return [test for name, test in list(globals().items())
            if callable(test) and getattr(test, "__module__", "") == "__main__"
            and name not in ("run", "finish", "free_port", "main", "Mission", "Server", "Skip", "computed",
                             "fill_and_empty", "until", "tests_here")]


NIGHT = """title: A tripwire of the night is added
id: night-added
logsource: {product: chancery, category: tripwire, service: added}
detection:
    selection: {name|contains: night}
    other: {name|contains: nowhere to be found}
    condition: selection and other
"""


def rules_of_a_folder_are_held_against_the_record_and_say_what_was_missing():
    with Mission() as mission:
        folder = os.path.join(mission.home, "rules", "below")
        os.makedirs(folder)
        for name, text in (("one.yml", NIGHT), ("note.txt", "no rule"),
                           ("two.yaml", NIGHT.replace("night-added", "any-added").replace(
                               "selection and other", "selection or other"))):
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        rules = ("--rules", os.path.join(mission.home, "rules"))
        was = json.loads(mission.run("tripwire backtest", *rules))
        assert {row["rule"] for row in was["items"]} == {"any-added"}, was
        assert "nearest" not in was and was["events"] > 40, was
        near = json.loads(mission.run("tripwire nearest", *rules, "--days", "1"))
        parts = {row["rule"]: row for row in near["parts"]}
        assert parts["night-added"]["matches"] == 0, near
        assert parts["night-added"]["why"]["held"] == 1, near
        later = mission.run("tripwire backtest", *rules, "--from", "2000-01-01T00:00:00Z",
                            "--until", "2000-01-02T00:00:00Z")
        assert json.loads(later)["events"] == 0, later
        os.remove(os.path.join(folder, "one.yml"))
        os.remove(os.path.join(folder, "two.yaml"))
        assert "no rules" in mission.run("tripwire backtest", *rules, code=1)


def main(tests):
    wanted = sys.argv[2:]
    tests = [test for test in tests if not wanted or test.__name__ in wanted]
    print(f"1..{len(tests)}")
    failed = False
    for number, test in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} - {test.__name__}", flush=True)
        except Skip as why:
            print(f"ok {number} - {test.__name__} # SKIP {why}", flush=True)
        except Exception as fault:  # every fault of a test is its failure
            failed = True
            print(f"not ok {number} - {test.__name__}", flush=True)
            print("# " + repr(fault).replace("\\n", "\n# "), flush=True)
            print("# " + traceback.format_exc().replace("\n", "\n# "), flush=True)
            for server in Server.started:
                print("# its server said, at last: " + server.log()[-LOG_TAIL:].replace("\n", "\n# "), flush=True)
        for server in Server.started:
            os.close(server.log_file)
        Server.started.clear()
    return failed


if __name__ == "__main__":
    sys.exit(main(tests_here()))
