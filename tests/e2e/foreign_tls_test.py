#!/usr/bin/env python3
"""Mail clients of others log in and send over STARTTLS and over implicit TLS, certificates checked.

Each with the right and with a wrong password, by every mechanism it has; and once trusting another
authority, so that a client which does not look at certificates is found out. Then the journal must
say what came encrypted and from whom, and must have kept no password in any form.
"""
# labels: foreign-tls

import base64
import json
import tempfile
import unittest

from foreign import (
    NAME, Curl, GoSmtp, JakartaMail, Msmtp, Nodemailer, PhpMailer, Smtplib, Swaks, Wish, send,
)
from support import main
from tls_server import TlsServer, stranger

USER = "alice"
PASSWORD = "correct horse, battery"
WRONG = "staple, incorrectly"
SCENARIO = f"""
name = "logins"
[server]
extensions = ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "STARTTLS", "AUTH PLAIN LOGIN"]
auth = {{ users = {{ {USER} = "{PASSWORD}" }}, needs_tls = true, required = true }}
"""


def traces(password):
    """Texts of which one is in anything that shows this password, plain or in base64, whatever
    stands before it in the encoded text."""
    secret = password.encode()
    found = [password, json.dumps(password)[1:-1]]
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + secret).decode()
        # The characters at the edges hang on what stands next to the password.
        found.append(encoded.rstrip("=")[(before * 8 + 5) // 6 : -1])
    return sorted(set(found))


class ForeignTlsTest(unittest.TestCase):
    def check(self, kind):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="failmx-client-"))
        client = kind(folder)
        with TlsServer(SCENARIO) as server:
            for tls in ("starttls", "implicit"):
                for mechanism in client.mechanisms:
                    with self.subTest(client.name, tls=tls, mechanism=mechanism):
                        self.check_login(server, client, tls, mechanism)
                with self.subTest(client.name, tls=tls, trusts="another authority"):
                    self.check_distrust(server, client, tls, stranger(folder))
            self.assert_no_password(server)

    def wish(self, server, tls, **more):
        host, port = server.ports[tls]
        told = {"ca": server.ca, "user": USER, "password": PASSWORD, **more}
        return Wish(host, port, tls, **told)

    def check_login(self, server, client, tls, mechanism):
        before = len(server.messages())
        wish = self.wish(server, tls, auth=mechanism, password=WRONG)
        refused = send(client, wish)
        self.assertFalse(refused.sent, refused.said)
        self.assertRegex(refused.error, r"\b535\b", refused.said)
        self.assertEqual(len(server.messages()), before)

        subject = f"{client.name} {tls} {mechanism}"
        accepted = send(client, self.wish(server, tls, auth=mechanism, subject=subject))
        self.assertTrue(accepted.sent, accepted.said)
        messages = server.messages()
        self.assertEqual(len(messages), before + 1, accepted.said)
        message = messages[-1]
        self.assertEqual(
            (message["sender"], message["recipients"]), (wish.sender, [wish.recipient])
        )
        _, raw = server.exchange("GET", f"/v1/messages/{message['id']}/raw")
        self.assertIn(f"Subject: {subject}\r\n".encode(), raw)
        (attempt,) = [a for a in server.attempts() if a["connection"] == message["connection"]]
        self.assertEqual((attempt["outcome"], attempt["tls"]), ("accepted", True), attempt)
        self.check_record(server, client, tls, mechanism, message["connection"])

    def check_record(self, server, client, tls, mechanism, connection):
        """What the journal says of the connection that brought the message."""
        events = server.events(connection=connection)
        story = "\n".join(map(json.dumps, events))
        (encrypted,) = [event for event in events if event["kind"] == "tls"]
        self.assertNotIn("failed", encrypted, story)
        self.assertIn(encrypted["protocol"], ("TLSv1.2", "TLSv1.3"), story)
        facts = dict(encrypted["parameters"])
        self.assertTrue(facts["cipher"], story)
        if client.knows_name:
            self.assertEqual(facts.get("sni"), NAME, story)
        (login,) = [event for event in events if event["kind"] == "login"]
        self.assertEqual((login["user"], login["mechanism"]), (USER, mechanism), story)
        (stored,) = [event for event in events if event["kind"] == "stored"]
        self.assertLess(encrypted["seq"], login["seq"], story)
        self.assertLess(login["seq"], stored["seq"], story)
        asked = [e for e in events if e["kind"] == "command" and e["stage"] == "starttls"]
        self.assertEqual(len(asked), 1 if tls == "starttls" else 0, story)
        said = [e["text"] for e in events if e["kind"] == "command" and e["stage"] == "auth"]
        self.assertTrue(said and all(self.is_masked(text) for text in said), story)

    def is_masked(self, text):
        words = text.split()
        return words == ["***"] or (words[0] == "AUTH" and words[2:] in ([], ["***"]))

    def check_distrust(self, server, client, tls, authority):
        before = len(server.messages())
        mechanism = client.mechanisms[0]
        outcome = send(client, self.wish(server, tls, ca=authority, auth=mechanism))
        self.assertFalse(outcome.sent, outcome.said)
        self.assertRegex(outcome.error, r"(?i)certificate|authority|PKIX", outcome.said)
        server.settle()
        self.assertEqual(len(server.messages()), before)
        # TLS 1.3: the server has finished before the client looks at the certificate.
        last = server.events(kind="connected")[-1]["connection"]
        kinds = [event["kind"] for event in server.events(connection=last)]
        self.assertNotIn("login", kinds)
        self.assertNotIn("message", kinds)

    def assert_no_password(self, server):
        server.settle()
        shown = {"/v1/events": server.exchange("GET", "/v1/events?limit=10000")[1].decode()}
        for event in server.events(kind="connected"):
            path = f"/v1/connections/{event['connection']}"
            shown[path] = server.exchange("GET", path)[1].decode()
        for path in ("/v1/attempts", "/v1/messages", "/v1/receivers", "/v1/receivers/default"):
            shown[path] = server.exchange("GET", path)[1].decode()
        server.stop()
        shown["standard error"] = server.stderr()
        with open(server.journal, encoding="utf-8") as file:
            shown["the journal file"] = file.read()
        # They show something at all.
        for place in ("/v1/events", "the journal file"):
            self.assertIn(f'"user":"{USER}"', shown[place].replace(" ", ""), place)
        for place, text in shown.items():
            for trace in traces(PASSWORD) + traces(WRONG):
                self.assertNotIn(trace, text, place)

    def test_smtplib(self):
        self.check(Smtplib)

    def test_nodemailer(self):
        self.check(Nodemailer)

    def test_go(self):
        self.check(GoSmtp)

    def test_jakarta_mail(self):
        self.check(JakartaMail)

    def test_phpmailer(self):
        self.check(PhpMailer)

    def test_curl(self):
        self.check(Curl)

    def test_swaks(self):
        self.check(Swaks)

    def test_msmtp(self):
        self.check(Msmtp)

    def test_traces_of_a_password_are_found(self):
        """What the search for passwords looks for is in what clients send."""
        for before in ("", f"\0{USER}\0", f"{USER}\0{USER}\0", "x\0"):
            sent = before + PASSWORD
            encoded = base64.b64encode(sent.encode()).decode()
            self.assertTrue(any(trace in encoded for trace in traces(PASSWORD)), encoded)


if __name__ == "__main__":
    main()
