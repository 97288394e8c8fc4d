#!/usr/bin/python3
"""A camera that speaks ONVIF, for tests: device, media and event service over HTTP, with digest authentication or the
token of WS-Security, a clock that can be wrong, subscriptions that it forgets and terms that it does not keep. It
shares no code with the program. Python's standard library alone.

    onvif_device.py USER PASSWORD    serves until its input ends, and prints its address; for a client that is not ours
"""
import base64
import datetime
import hashlib
import http.server
import os
import re
import sys
import threading
import time
import xml.etree.ElementTree as tree

SOAP = "http://www.w3.org/2003/05/soap-envelope"
FRAME = (f'<s:Envelope xmlns:s="{SOAP}" xmlns:a="http://www.w3.org/2005/08/addressing" '
         'xmlns:b="http://docs.oasis-open.org/wsn/b-2" xmlns:d="http://www.onvif.org/ver10/device/wsdl" '
         'xmlns:m="http://www.onvif.org/ver10/media/wsdl" xmlns:e="http://www.onvif.org/ver10/events/wsdl" '
         'xmlns:t="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error" '
         'xmlns:tns1="http://www.onvif.org/ver10/topics" xmlns:x="urn:example:camera">'
         '<s:Body>%s</s:Body></s:Envelope>')


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def find(element, name):
    return next((inner for inner in element.iter() if local(inner) == name), None)


def text(element, name, otherwise=""):
    found = find(element, name) if element is not None else None
    return found.text.strip() if found is not None and found.text else otherwise


def seconds(duration, otherwise=60):
    found = re.fullmatch(r"PT(?:(\d+)M)?(?:(\d+)S)?", duration)
    return int(found[1] or 0) * 60 + int(found[2] or 0) if found else otherwise


class Fault(Exception):
    def __init__(self, code, reason, status=400):
        super().__init__(reason)
        self.code, self.reason, self.status = code, reason, status


class OnvifDevice:
    """how: "token" (WS-UsernameToken) or "digest" (HTTP). `stream` is the RTSP address that it gives away."""

    def __init__(self, user, password, how="token", stream="", host="10.9.8.7"):
        self.user, self.password, self.how, self.stream, self.host = user, password, how, stream, host
        self.offset_s = 0           # its clock less the true time
        self.term_s = None          # what it grants, whatever it is asked for
        self.forgets_after = None   # pulls of a subscription, after which it knows it no more
        self.renews = True
        self.events = True
        self.lock = threading.Condition()
        self.subscriptions, self.numbers, self.standing, self.nonces = {}, 0, {}, set()
        self.counts = {}
        self.deaf = False

    # ---- what it does -------------------------------------------------------------------------

    def now(self):
        return datetime.datetime.utcnow() + datetime.timedelta(seconds=self.offset_s)

    def notify(self, topic, item, value, source=("Source", "vs1")):
        with self.lock:
            message = [topic, source, (item, value), self.now(), "Changed"]
            self.standing[topic, source] = message
            for waiting in self.subscriptions.values():
                waiting["queue"].append(list(message))
            self.lock.notify_all()

    def reboot(self):
        with self.lock:
            self.subscriptions.clear()
            self.lock.notify_all()

    def counted(self, verb):
        return self.counts.get(verb, 0)

    # ---- who may ask ----------------------------------------------------------------------------

    def check_token(self, envelope):
        name, digest, nonce = (text(envelope, part) for part in ("Username", "Password", "Nonce"))
        created = text(envelope, "Created")
        own = hashlib.sha1(base64.b64decode(nonce) + created.encode() + self.password.encode()).digest()
        told = datetime.datetime.strptime(created.split(".")[0].rstrip("Z"), "%Y-%m-%dT%H:%M:%S") if created else None
        late = told is None or abs((told - self.now()).total_seconds()) > 5
        if name != self.user or digest != base64.b64encode(own).decode() or late or nonce in self.nonces:
            raise Fault("ter:NotAuthorized", "Sender not authorized")
        self.nonces.add(nonce)

    def digest_is_right(self, handler):
        fields = dict(re.findall(r'(\w+)="?([^",]+)"?', handler.headers.get("Authorization", "")))
        if fields.get("nonce") != self.http_nonce:
            return False

        def md5(*parts):
            return hashlib.md5(":".join(parts).encode()).hexdigest()
        first, second = md5(self.user, "onvif", self.password), md5("POST", fields["uri"])
        return fields["response"] == md5(first, fields["nonce"], fields["nc"], fields["cnonce"], "auth", second)

    # ---- answers ----------------------------------------------------------------------------------

    def address(self, path):
        return f"http://{self.host}:{self.port}/{path}"

    def do_GetSystemDateAndTime(self, _):
        now = self.now()
        return ("<d:GetSystemDateAndTimeResponse><d:SystemDateAndTime><t:DateTimeType>NTP</t:DateTimeType>"
                "<t:DaylightSavings>true</t:DaylightSavings><t:UTCDateTime>"
                f"<t:Time><t:Hour>{now.hour}</t:Hour><t:Minute>{now.minute}</t:Minute><t:Second>{now.second}</t:Second>"
                f"</t:Time><t:Date><t:Year>{now.year}</t:Year><t:Month>{now.month}</t:Month><t:Day>{now.day}</t:Day>"
                "</t:Date></t:UTCDateTime></d:SystemDateAndTime></d:GetSystemDateAndTimeResponse>")

    def do_GetServices(self, _):
        names = ["device", "media"] + (["events"] if self.events else [])
        rows = "".join(f"<d:Service><d:Namespace>http://www.onvif.org/ver10/{name}/wsdl</d:Namespace><d:XAddr>"
                       f"{self.address(name)}</d:XAddr><d:Version><t:Major>2</t:Major><t:Minor>60</t:Minor>"
                       "</d:Version></d:Service>" for name in names)
        return f"<d:GetServicesResponse>{rows}</d:GetServicesResponse>"

    def do_GetCapabilities(self, _):
        return ("<d:GetCapabilitiesResponse><d:Capabilities><t:Device><t:XAddr>" + self.address("device") +
                "</t:XAddr></t:Device><t:Events><t:XAddr>" + self.address("events") + "</t:XAddr>"
                "<t:WSSubscriptionPolicySupport>false</t:WSSubscriptionPolicySupport>"
                "<t:WSPullPointSupport>true</t:WSPullPointSupport></t:Events><t:Media><t:XAddr>" +
                self.address("media") + "</t:XAddr></t:Media></d:Capabilities></d:GetCapabilitiesResponse>")

    def do_GetDeviceInformation(self, _):
        return ("<d:GetDeviceInformationResponse><d:Manufacturer>Northgate</d:Manufacturer><d:Model>N1 &amp; more"
                "</d:Model><d:FirmwareVersion>2.3</d:FirmwareVersion><d:SerialNumber>7</d:SerialNumber>"
                "<d:HardwareId>1</d:HardwareId></d:GetDeviceInformationResponse>")

    def do_GetProfiles(self, _):
        return ('<m:GetProfilesResponse><m:Profiles token="main" fixed="true"><t:Name>main</t:Name>'
                '<t:VideoSourceConfiguration token="vsc"><t:Name>v</t:Name><t:UseCount>1</t:UseCount><t:SourceToken>vs1'
                '</t:SourceToken><t:Bounds x="0" y="0" width="320" height="240"/></t:VideoSourceConfiguration>'
                '<t:VideoEncoderConfiguration token="vec"><t:Name>e</t:Name><t:UseCount>1</t:UseCount><t:Encoding>H264'
                '</t:Encoding><t:Resolution><t:Width>320</t:Width><t:Height>240</t:Height></t:Resolution><t:Quality>4'
                '</t:Quality></t:VideoEncoderConfiguration></m:Profiles></m:GetProfilesResponse>')

    def do_GetVideoSources(self, _):
        return ('<m:GetVideoSourcesResponse><m:VideoSources token="vs1"><t:Framerate>8</t:Framerate><t:Resolution>'
                '<t:Width>320</t:Width><t:Height>240</t:Height></t:Resolution></m:VideoSources>'
                '</m:GetVideoSourcesResponse>')

    def do_GetStreamUri(self, _):
        if not self.stream:
            raise Fault("ter:NoProfile", "it has no stream")
        return (f"<m:GetStreamUriResponse><m:MediaUri><t:Uri>{self.stream}</t:Uri><t:InvalidAfterConnect>false"
                "</t:InvalidAfterConnect><t:InvalidAfterReboot>false</t:InvalidAfterReboot><t:Timeout>PT0S"
                "</t:Timeout></m:MediaUri></m:GetStreamUriResponse>")

    def do_GetSnapshotUri(self, _):
        raise Fault("ter:ActionNotSupported", "it has no pictures", 500)

    def times(self, term_s):
        def form(when):
            return when.strftime("%Y-%m-%dT%H:%M:%SZ")
        now = self.now()
        return form(now), form(now + datetime.timedelta(seconds=term_s))

    def do_CreatePullPointSubscription(self, body):
        asked = seconds(text(body, "InitialTerminationTime"))
        term_s = asked if self.term_s is None else self.term_s
        with self.lock:
            self.numbers += 1
            queue = [message[:4] + ["Initialized"] for message in self.standing.values()]
            self.subscriptions[str(self.numbers)] = {"queue": queue, "ends": time.monotonic() + max(asked, 5),
                                                     "pulls": 0}
        now, ends = self.times(term_s)
        return ("<e:CreatePullPointSubscriptionResponse><e:SubscriptionReference><a:Address>" +
                self.address("subscription") + "</a:Address><a:ReferenceParameters><x:SubscriptionId>" +
                f"{self.numbers}</x:SubscriptionId></a:ReferenceParameters></e:SubscriptionReference>"
                f"<b:CurrentTime>{now}</b:CurrentTime><b:TerminationTime>{ends}</b:TerminationTime>"
                "</e:CreatePullPointSubscriptionResponse>")

    def subscription(self, envelope):
        with self.lock:
            found = self.subscriptions.get(text(find(envelope, "Header"), "SubscriptionId"))
            if not found or found["ends"] < time.monotonic():
                raise Fault("<b:ResourceUnknownFault/>", "no such subscription", 500)
            return found

    def do_PullMessages(self, body, envelope):
        found = self.subscription(envelope)
        until = time.monotonic() + seconds(text(body, "Timeout"))
        with self.lock:
            while not found["queue"] and found in self.subscriptions.values() and time.monotonic() < until:
                self.lock.wait(0.2)
            taken, found["queue"] = found["queue"][:100], found["queue"][100:]
            found["pulls"] += 1
            if self.forgets_after is not None and found["pulls"] >= self.forgets_after:
                found["ends"] = 0
        now, ends = self.times(60)
        return (f"<e:PullMessagesResponse><e:CurrentTime>{now}</e:CurrentTime><e:TerminationTime>{ends}"
                "</e:TerminationTime>" + "".join(map(self.message, taken)) + "</e:PullMessagesResponse>")

    def message(self, message):
        topic, source, (item, value), when, operation = message
        return ('<b:NotificationMessage><b:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">'
                f'{topic}</b:Topic><b:Message><t:Message UtcTime="{when.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]}Z" '
                f'PropertyOperation="{operation}"><t:Source><t:SimpleItem Name="{source[0]}" Value="{source[1]}"/>'
                f'</t:Source><t:Data><t:SimpleItem Name="{item}" Value="{value}"/></t:Data></t:Message></b:Message>'
                '</b:NotificationMessage>')

    def do_Renew(self, body, envelope):
        if not self.renews:
            raise Fault("ter:ActionNotSupported", "it renews nothing", 500)
        asked = seconds(text(body, "TerminationTime"))
        self.subscription(envelope)["ends"] = time.monotonic() + asked
        now, ends = self.times(asked if self.term_s is None else self.term_s)
        return (f"<b:RenewResponse><b:TerminationTime>{ends}</b:TerminationTime><b:CurrentTime>{now}"
                "</b:CurrentTime></b:RenewResponse>")

    def do_Unsubscribe(self, _, envelope):
        with self.lock:
            self.subscriptions.pop(text(find(envelope, "Header"), "SubscriptionId"), None)
        return "<b:UnsubscribeResponse/>"

    # ---- HTTP -------------------------------------------------------------------------------------

    def verb_of(self, handler, envelope):
        body = next((part for part in envelope if local(part) == "Body"), None)
        first = body[0] if body is not None and len(body) else None
        verb = local(first) if first is not None else ""
        self.counts[verb] = self.counts.get(verb, 0) + 1
        method = getattr(self, "do_" + verb, None)
        if method is None:
            raise Fault("ter:ActionNotSupported", "not here", 500)
        if verb != "GetSystemDateAndTime" and self.how == "token":
            self.check_token(envelope)
        with_header = verb in ("PullMessages", "Renew", "Unsubscribe")
        return method(first, envelope) if with_header else method(first)

    def answer(self, handler):
        data = handler.rfile.read(int(handler.headers.get("Content-Length", "0")))
        if self.how == "digest" and b"GetSystemDateAndTime" not in data and not self.digest_is_right(handler):
            handler.send_response(401)
            handler.send_header("WWW-Authenticate", f'Digest realm="onvif", qop="auth", nonce="{self.http_nonce}"')
            handler.send_header("Content-Length", "0")
            return handler.end_headers()
        try:
            status, body = 200, self.verb_of(handler, tree.fromstring(data))
        except Fault as fault:
            code, detail = fault.code, ""
            if code.startswith("<"):
                code, detail = "ter:Action", f"<s:Detail>{code}</s:Detail>"
            status, body = fault.status, (
                f"<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>{code}</s:Value></s:Subcode>"
                f'</s:Code><s:Reason><s:Text xml:lang="en">{fault.reason}</s:Text></s:Reason>{detail}</s:Fault>')
        sent = (FRAME % body).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/soap+xml; charset=utf-8")
        handler.send_header("Content-Length", str(len(sent)))
        handler.end_headers()
        return handler.wfile.write(sent)

    def __enter__(self):
        device, self.http_nonce = self, os.urandom(8).hex()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                if device.deaf:
                    self.close_connection = True
                    return
                try:
                    device.answer(self)
                except (BrokenPipeError, ConnectionResetError):
                    pass

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that goes away
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/onvif/device_service"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.reboot()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


if __name__ == "__main__":
    with OnvifDevice(sys.argv[1], sys.argv[2], host="127.0.0.1", stream="rtsp://127.0.0.1:8554/1") as served:
        print(served.port, flush=True)
        for line in sys.stdin:
            served.notify("tns1:VideoSource/MotionAlarm", "State", line.strip())
