"""Real peers for the outlets, all on loopback: Debian's aiosmtpd, Python's HTTPS server with a check of signatures of
its own, and Debian's cupsd with folders and a printer of its own."""
import datetime
import hashlib
import hmac
import http.server
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading

from cli_test import Skip, free_port

try:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP
except ImportError:
    Controller = None

CUPSD = "/usr/sbin/cupsd"


def context_of(paths):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*paths)
    return context


# ---- mail ----------------------------------------------------------------------------------------


class Letters:
    """What the mail server does with what it gets: it answers each recipient with the next of `answers`, then 250."""

    def __init__(self, answers=()):
        self.answers, self.got, self.asked = list(answers), [], 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        self.asked += 1
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        self.got.append((session.ssl is not None, envelope.mail_from, envelope.rcpt_tos, bytes(envelope.content)))
        return f"250 2.0.0 queued as {len(self.got)}"


class MailServer:
    """STARTTLS, without which it takes no mail; or none at all."""

    def __init__(self, paths=None, answers=()):
        if Controller is None:
            raise Skip("python3-aiosmtpd is not installed")
        self.letters, self.port = Letters(answers), free_port()
        letters, tls = self.letters, context_of(paths) if paths else None

        class Here(Controller):
            def factory(self):
                return SMTP(letters, hostname="localhost", tls_context=tls, require_starttls=tls is not None)

        self.controller = Here(letters, hostname="127.0.0.1", port=self.port)

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()


# ---- programs that are called --------------------------------------------------------------------


class Hook:
    """An HTTPS server that verifies each signature by itself and answers with the next of `answers`, then 204."""

    def __init__(self, paths, key, answers=(), hold=None):
        self.key, self.answers, self.got, self.wrong, self.hold = key, list(answers), [], [], hold
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.take(self.path, self.headers, body)
                if hook.hold:
                    hook.hold.wait(60)
                status = hook.answers.pop(0) if hook.answers else 204
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.socket = context_of(paths).wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]

    def take(self, path, headers, body):
        stamp, mac = (part.split("=", 1)[1] for part in headers["X-Chancery-Signature"].split(","))
        want = hmac.new(self.key.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
        now = datetime.datetime.now(datetime.timezone.utc).timestamp()
        if not hmac.compare_digest(want, mac) or abs(now - int(stamp)) > 300:
            self.wrong.append(dict(headers))
        self.got.append((path, headers["Idempotency-Key"], json.loads(body)))

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Silent:
    """Accepts connections and never says a word."""

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=20)
        self.port = self.socket.getsockname()[1]
        return self

    def __exit__(self, *_):
        self.socket.close()


class OneWay:
    """Passes on what is said to a port, and of the answers nothing before `back` is set."""

    def __init__(self, port):
        self.to, self.back = port, threading.Event()

    def carry(self, source, target, back):
        try:
            while data := source.recv(65536):
                if back:
                    self.back.wait(60)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def serve(self):
        while True:
            try:
                one, _ = self.socket.accept()
            except OSError:
                return
            other = socket.create_connection(("127.0.0.1", self.to))
            for pair in ((one, other, False), (other, one, True)):
                threading.Thread(target=self.carry, args=pair, daemon=True).start()

    def __enter__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.back.set()
        self.socket.close()


# ---- printers ------------------------------------------------------------------------------------


class PrintServer:
    """Debian's cupsd with a queue `office`, whose printer is a program that keeps the page."""

    def __init__(self):
        if not os.path.exists(CUPSD):
            raise Skip("cups-daemon is not installed")
        self.folder, self.port = tempfile.mkdtemp(prefix="chancery-cups-"), free_port()
        self.page = os.path.join(self.folder, "out", "page.pdf")
        for name in ("root", "cache", "state", "spool", "tmp", "out", "bin/backend"):
            os.makedirs(os.path.join(self.folder, name))
        os.symlink("/usr/lib/cups/daemon", os.path.join(self.folder, "bin/daemon"))
        self.write("bin/backend/paper", f'#!/bin/sh\n[ $# -eq 0 ] || cp "$6" {self.page}\n')
        os.chmod(os.path.join(self.folder, "bin/backend/paper"), 0o755)
        self.write("cupsd.conf", f"""Listen 127.0.0.1:{self.port}
LogLevel debug
WebInterface No
Browsing No
<Location />
  Order allow,deny
  Allow from 127.0.0.1
</Location>
<Policy default>
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
""")
        self.write("files.conf", f"""ServerBin {self.folder}/bin
ServerRoot {self.folder}/root
CacheDir {self.folder}/cache
StateDir {self.folder}/state
RequestRoot {self.folder}/spool
TempDir {self.folder}/tmp
ErrorLog {self.folder}/error.log
AccessLog {self.folder}/access.log
PageLog {self.folder}/page.log
""")
        self.write("root/printers.conf", f"""<Printer office>
UUID urn:uuid:5b1a2b3c-0000-4000-8000-000000000001
Info Office
DeviceURI paper://office
State Idle
Type 4
Accepting Yes
OpPolicy default
ErrorPolicy abort-job
</Printer>
""")
        os.chmod(self.folder, 0o755)
        os.chmod(os.path.join(self.folder, "out"), 0o777)

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def log(self):
        with open(os.path.join(self.folder, "error.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def jobs(self):
        """How many jobs were ever queued."""
        return self.log().count('Queued on "office"')

    def printed(self):
        return self.log().count("Job completed.")

    def is_there(self):
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return True
        except OSError:
            return False

    def __enter__(self):
        self.process = subprocess.Popen([CUPSD, "-f", "-c", os.path.join(self.folder, "cupsd.conf"), "-s",
                                         os.path.join(self.folder, "files.conf")],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self.is_there():
            if self.process.poll() is not None:
                raise Skip("cupsd does not run here")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=30)
        shutil.rmtree(self.folder)
