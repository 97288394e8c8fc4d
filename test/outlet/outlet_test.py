#!/usr/bin/python3
"""outlet_test.py CHANCERY: what leaves a served mission, seen from where it arrives: by mail, by webhook, at a printer;
and what must not leave. TAP on standard output."""
import email
import email.policy
import os
import sys
import tempfile
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "intake"))
from served import Served  # noqa: E402
import cli_test  # noqa: E402
from cli_test import Skip  # noqa: E402
from mqtt_test import Authority, x509  # noqa: E402
from peers import Hook, MailServer, OneWay, PrintServer, Silent  # noqa: E402

KEY = "0123456789abcdef"


class Certificates:
    """An authority, and a certificate of it for localhost."""

    def __init__(self, name="Mission"):
        self.name = name

    def __enter__(self):
        if x509 is None:
            raise Skip("python3-cryptography is not installed")
        self.folder = tempfile.TemporaryDirectory()
        self.authority = Authority(self.folder.name, self.name)
        self.paths = self.authority.give(["localhost"])
        self.pem = self.authority.pem
        return self

    def __exit__(self, *_):
        self.folder.cleanup()


def outlet(served, **more):
    made = {"label": "TLP:GREEN", "enabled": True, "carries": "TLP:GREEN", "host": "localhost", **more}
    served.ask("POST", "outlets", {"id": made["kind"], "name": made["kind"], **made}, 201)


def mail_outlet(served, server, **more):
    outlet(served, kind="mail", port=server.port, sender="chancery@mission.example", **more)


def hook_outlet(served, server, **more):
    outlet(served, **{"kind": "webhook", "port": server.port, "tls": "implicit", "path": "/hooks/mission", "secret": KEY,
                      "inside": True, **more})


def trial(served, name, **more):
    served.ask("POST", f"outlets/{name}/try", more)


def is_so(served, state, many=1):
    """All deliveries, when so many of them are in this state."""
    return served.until(lambda: served.all_of("deliveries"),
                        lambda all_of_them: sum(one["state"] == state for one in all_of_them) == many)


def has_why(served, words):
    """The one delivery, when it waits and says so."""
    return served.until(lambda: served.all_of("deliveries"), lambda found: found and words in found[0].get("why", "")
                        and found[0]["state"] != "sending")[0]


def again(served, delivery):
    served.ask("POST", f"deliveries/{delivery['id']}/retry")


def try_mail(served):
    trial(served, "mail", to="duty@mission.example")


# ---- mail ----------------------------------------------------------------------------------------


def mail_arrives_by_starttls_and_is_what_was_wanted():
    with Certificates() as own, MailServer(own.paths) as server, Served() as served:
        mail_outlet(served, server, tls="upgrade", authority=own.pem)
        try_mail(served)
        delivery = is_so(served, "sent")[0]
        assert delivery["peer"] == "250 2.0.0 queued as 1", delivery
        assert served.ask("GET", f"deliveries/{delivery['id']}") == delivery
        tls, sender, to, content = server.letters.got[0]
        assert (tls, sender, to) == (True, "chancery@mission.example", ["duty@mission.example"])
        letter = email.message_from_bytes(content, policy=email.policy.default)
        assert letter["Subject"] == "[TLP:CLEAR] Trial", letter["Subject"]
        assert letter["Message-ID"] == f"<{delivery['id']}@mission.example>"
        assert not letter.defects and "TLP:CLEAR" in letter.get_content()


def mail_that_is_greylisted_is_tried_again_as_the_same_letter():
    with Certificates() as own, MailServer(own.paths, ["450 4.7.1 greylisted, come again"]) as server, \
            Served() as served:
        mail_outlet(served, server, tls="upgrade", authority=own.pem)
        try_mail(served)
        waiting = has_why(served, "450 4.7.1 greylisted")
        assert waiting["state"] == "wanted" and waiting["next"], waiting
        again(served, waiting)
        assert is_so(served, "sent")[0]["id"] == waiting["id"]
        assert len(server.letters.got) == 1 and server.letters.asked == 2


def mail_that_is_refused_fails_with_the_words_of_the_server():
    with Certificates() as own, MailServer(own.paths, ["550 5.1.1 no such office"]) as server, Served() as served:
        mail_outlet(served, server, tls="upgrade", authority=own.pem)
        try_mail(served)
        failed = is_so(served, "failed")[0]
        assert "550 5.1.1 no such office" in failed["why"], failed


def mail_is_not_downgraded_when_the_server_has_no_tls():
    with MailServer() as server, Served() as served:
        mail_outlet(served, server, tls="upgrade")
        try_mail(served)
        has_why(served, "STARTTLS not supported")
        assert server.letters.asked == 0


def mail_is_not_given_to_a_server_that_somebody_else_vouches_for():
    with Certificates() as own, Certificates("Other") as other, MailServer(other.paths) as server, Served() as served:
        mail_outlet(served, server, tls="upgrade", authority=own.pem)
        try_mail(served)
        has_why(served, "local issuer certificate")
        assert server.letters.asked == 0


# ---- programs ------------------------------------------------------------------------------------


def webhook_is_called_signed_and_once():
    with Certificates() as own, Hook(own.paths, KEY) as hook, Served() as served:
        hook_outlet(served, hook, authority=own.pem)
        trial(served, "webhook")
        delivery = is_so(served, "delivered")[0]
        path, key, body = hook.got[0]
        assert path == "/hooks/mission" and key == delivery["id"] == body["id"], hook.got
        assert body["label"] == "TLP:CLEAR" and body["about"] == "outlet/webhook", body
        served.again()
        trial(served, "webhook")
        is_so(served, "delivered", 2)
        assert len(hook.got) == 2 and not hook.wrong, hook.wrong


def webhook_follows_no_redirect_and_tries_an_overload_again():
    with Certificates() as own, Hook(own.paths, KEY, [503, 302]) as hook, Served() as served:
        hook_outlet(served, hook, authority=own.pem)
        trial(served, "webhook")
        waiting = has_why(served, "status 503")
        assert waiting["state"] == "wanted", waiting
        again(served, waiting)
        assert "redirect" in is_so(served, "failed")[0]["why"]
        assert [path for path, _, _ in hook.got] == ["/hooks/mission"] * 2
        assert len({key for _, key, _ in hook.got}) == 1


def webhook_does_not_reach_inside_unless_that_is_set():
    with Certificates() as own, Hook(own.paths, KEY) as hook, Served() as served:
        hook_outlet(served, hook, authority=own.pem, inside=False)
        trial(served, "webhook")
        assert "private network" in is_so(served, "failed")[0]["why"]
        assert not hook.got


def webhook_under_way_when_we_die_is_sent_again_under_the_same_key():
    hold = threading.Event()
    with Certificates() as own, Hook(own.paths, KEY, hold=hold) as hook, Served() as served:
        hook_outlet(served, hook, authority=own.pem)
        trial(served, "webhook")
        served.until(lambda: len(hook.got) == 1)
        served.kill()
        hold.set()
        served.server = cli_test.Server(served.mission, *served.flags)
        waiting = has_why(served, "Chancery ended while it was being sent")
        again(served, waiting)
        is_so(served, "delivered")
        assert len(hook.got) == 2 and hook.got[0][1] == hook.got[1][1], hook.got


def outlet_that_hangs_holds_up_no_other():
    with Certificates() as own, Silent() as silent, Hook(own.paths, KEY) as hook, Served() as served:
        hook_outlet(served, silent, id="silent", name="silent", authority=own.pem)
        for _ in range(6):
            trial(served, "silent")
        is_so(served, "sending", 3)
        hook_outlet(served, hook, authority=own.pem)
        trial(served, "webhook")
        is_so(served, "delivered")


# ---- printers ------------------------------------------------------------------------------------


def printer_prints_the_page_and_its_job_is_followed():
    with PrintServer() as printer, Served() as served:
        outlet(served, kind="print", host="127.0.0.1", port=printer.port, tls="none", path="/printers/office")
        trial(served, "print")
        delivery = is_so(served, "delivered")[0]
        assert delivery["peer"] == "job 1", delivery
        with open(printer.page, "rb") as file:
            assert file.read().startswith(b"%PDF-1.4\n1 0 obj")
        assert printer.jobs() == 1


def printer_that_knows_the_job_does_not_print_it_twice():
    with PrintServer() as printer, OneWay(printer.port) as way, Served() as served:
        outlet(served, kind="print", host="127.0.0.1", port=way.port, tls="none", path="/printers/office")
        trial(served, "print")
        served.until(lambda: printer.printed() == 1)  # and nobody knows of it here
        served.kill()
        way.back.set()
        served.server = cli_test.Server(served.mission, *served.flags)
        again(served, has_why(served, "Chancery ended while it was being sent"))
        delivery = is_so(served, "delivered")[0]
        assert delivery["peer"] == "job 1" and printer.jobs() == 1, (delivery, printer.jobs())


def printer_that_is_not_there_is_told():
    with PrintServer() as printer, Served() as served:
        outlet(served, kind="print", host="127.0.0.1", port=printer.port, tls="none", path="/printers/none")
        trial(served, "print")
        assert "no such printer" in is_so(served, "failed")[0]["why"]


# ---- what stays ----------------------------------------------------------------------------------

RULE = {"id": "r", "label": "TLP:GREEN", "name": "Vault", "kind": "alarm", "cause": "intrusion", "priority": "high",
        "consequence": "Somebody is inside.", "action": "Look.", "escalate_ms": 1000}
SIGNAL = {"source": "s", "kind": "alarm", "priority": "high", "code_system": "test", "text": "the door of the vault"}


def alarm_that_nobody_takes_is_told_outside_and_its_drill_is_not():
    with Certificates() as own, Hook(own.paths, KEY) as hook, \
            Served(sources=[{"id": "s", "identity": "s"}, {"id": "t", "identity": "t"}]) as served:
        hook_outlet(served, hook, authority=own.pem)
        served.ask("POST", "alarm-rules", RULE, 201)
        served.ask("POST", "escalations", {"id": "e", "label": "TLP:GREEN", "name": "Duty officer", "tell": "notice",
                                           "outlet": "webhook", "language": "fr"}, 201)
        served.ask("POST", "signals", {"items": [{**SIGNAL, "source": "t", "drill": True}]})
        withheld = is_so(served, "withheld")[0]
        assert withheld["drill"] and "drill" in withheld["why"], withheld
        served.ask("POST", "signals", {"items": [SIGNAL]})
        is_so(served, "delivered")
        assert len(hook.got) == 1
        body = hook.got[0][2]
        assert body["label"] == "TLP:GREEN" and body["subject"].startswith("Une alarme attend"), body
        followers = served.ask("GET", "status")["followers"]
        assert set(followers) == {"cameras", "intake", "post", "tripwires"}, followers
        assert not any(one["failing"] or one["failures"] for one in followers.values()), followers
        assert "vault" not in str(body) and body["about"].startswith("alarm/"), body


def nothing_leaves_where_no_label_is_set():
    with Certificates() as own, Hook(own.paths, KEY) as hook, Served() as served:
        hook_outlet(served, hook, authority=own.pem, carries=None)
        trial(served, "webhook")
        assert "no label is set" in is_so(served, "withheld")[0]["why"]
        assert not hook.got


if __name__ == "__main__":
    sys.exit(cli_test.main([
        mail_arrives_by_starttls_and_is_what_was_wanted, mail_that_is_greylisted_is_tried_again_as_the_same_letter,
        mail_that_is_refused_fails_with_the_words_of_the_server, mail_is_not_downgraded_when_the_server_has_no_tls,
        mail_is_not_given_to_a_server_that_somebody_else_vouches_for, webhook_is_called_signed_and_once,
        webhook_follows_no_redirect_and_tries_an_overload_again, webhook_does_not_reach_inside_unless_that_is_set,
        webhook_under_way_when_we_die_is_sent_again_under_the_same_key, outlet_that_hangs_holds_up_no_other,
        printer_prints_the_page_and_its_job_is_followed, printer_that_knows_the_job_does_not_print_it_twice,
        printer_that_is_not_there_is_told, alarm_that_nobody_takes_is_told_outside_and_its_drill_is_not,
        nothing_leaves_where_no_label_is_set]))
