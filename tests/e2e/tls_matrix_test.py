#!/usr/bin/env python3
"""What clients say of every way in which TLS can fail: one row for each fault and way to TLS, one
column for each client, in a cell the kind of error that the client's own words tell.

Every kind is a pattern, and an error must match one of them alone: faults with different kinds in
a column are told apart by that client. Where two faults are the same kind, the client cannot tell
them apart: swaks says of a certificate only that it did not verify, msmtp of an alert not which.
"""
# labels: tls-matrix

import json
import re
import tempfile
import unittest
from dataclasses import dataclass

from foreign import Msmtp, Nodemailer, Smtplib, Swaks, Wish, send
from support import at_once, main, table
from tls_server import TlsServer

CLIENTS = (Smtplib, Nodemailer, Swaks, Msmtp)
WAYS = ("starttls", "implicit")

# How the clients word it.
KINDS = {
    "expired": r"certificate has expired|uses expired certificate",
    "not yet valid": r"not yet valid",
    "wrong name": r"(address|Hostname) mismatch|not match (certificate's altnames|the expected)",
    "untrusted": r"self-signed certificate|issuer is unknown",
    "weak": r"key too weak|insecure algorithm",
    "unverified": r"certificate verify failed\)$",
    "version": r"alert protocol version|unsupported protocol",
    "refused": r"alert handshake failure",
    "alert": r"TLS fatal alert",
    "gone": r"\(EOF\)|unexpected eof|reset by peer|ECONNRESET|SIGPIPE|lib\(0\)|socket disconnected"
    r"|non-properly terminated|in the pull function|unexpectedly closed",
    "not TLS": r"wrong version number|unexpected TLS packet",
    "stray text": r"Unexpected Response: hello|command STARTTLS failed$",
    "timeout": r"timed out|ETIMEDOUT|still waiting",
    "454": r"\b454 |\(454,",
    "not offered": r"not supported by server|did not advertise|does not support TLS|STARTTLS: 502 ",
    "": r"^$",  # it was sent
}


@dataclass(frozen=True)
class Fault:
    name: str
    tls: str = ""  # of the receiver, in a scenario file
    rule: str = ""
    # The kind of error of each client; several: which one is chance.
    smtplib: str = ""
    nodemailer: str = ""
    swaks: str = ""
    msmtp: str = ""
    ways: tuple = WAYS
    timeout: int = 60

    def scenario(self):
        text = 'name = "fault"\n[server]\nextensions = ["PIPELINING", "8BITMIME", "STARTTLS"]\n'
        if self.tls:
            text += f"tls = {{ {self.tls} }}\n"
        if self.rule:
            text += f'[[rule]]\nname = "fault"\n{self.rule}\n'
        return text

    def kinds(self, client):
        return getattr(self, client).split(" or ")


def same(kind, **others):
    """This kind in every client, but in those that are named."""
    return {"smtplib": kind, "nodemailer": kind, "swaks": kind, "msmtp": kind, **others}


def certificate(name, kind, swaks="unverified"):
    return Fault(
        f"certificate {name}", tls=f'certificate = "{name}"', **same(kind, swaks=swaks)
    )


def at_starttls(name, actions, kinds, timeout=60):
    return Fault(name, rule=f'at = "starttls"\ndo = [{actions}]', timeout=timeout, **kinds)


def behind_220(name, actions, kind, timeout=60):
    return at_starttls(name, "{ healthy = true }, " + actions, same(kind), timeout)


# Of an alert msmtp says only that there was one.
VERSION = same("version", msmtp="alert")
REFUSED = same("refused", msmtp="alert")

FAULTS = (
    Fault("none: everybody sends"),
    certificate("expired", "expired"),
    certificate("not-yet-valid", "not yet valid"),
    # Newer ones of swaks look at the name.
    certificate("wrong-name", "wrong name", swaks=" or unverified"),
    certificate("self-signed", "untrusted"),
    certificate("weak", "weak"),
    Fault("TLSv1.1 at most", tls='max_version = "TLSv1.1"', **VERSION),
    Fault(
        "no cipher in common", tls='max_version = "TLSv1.2", ciphers = "ECDHE-ECDSA-NULL-SHA"',
        **REFUSED,
    ),
    at_starttls("alert handshake_failure", '{ alert = "handshake_failure" }', REFUSED),
    behind_220("closed before the handshake", "{ close = true }", "gone"),
    behind_220("reset after the ClientHello", "{ await_input = true }, { reset = true }", "gone"),
    # In one segment with the 220 it is taken for a part of the reply, or thrown away with it.
    behind_220(
        "text before the ClientHello", '{ text = "hello\\r\\n" }, { close = true }',
        "not TLS or stray text or gone",
    ),
    behind_220(
        "text after the ClientHello",
        '{ await_input = true }, { text = "hello\\r\\n" }, { close = true }', "not TLS",
    ),
    behind_220("stall", "{ stall = true }", "timeout", timeout=2),
    Fault(
        "454 to STARTTLS", ways=("starttls",),
        rule='at = "starttls"\nreply = "454 4.7.0 TLS not available due to temporary reason"',
        **same("454"),
    ),
    Fault(
        "STARTTLS withheld", ways=("starttls",),
        rule='at = "ehlo"\ndo = [{ withhold = "STARTTLS" }]',
        **same("not offered"),
    ),
)


def kinds_of(error):
    return [kind for kind, pattern in KINDS.items() if re.search(pattern, error)]


class TlsMatrixTest(unittest.TestCase):
    def test_every_fault_has_its_error_in_every_client(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="failmx-client-"))
        clients = [kind(folder) for kind in CLIENTS]
        names = [client.name for client in clients]
        rows = [["fault", "TLS", *names]]
        words = []
        for fault in FAULTS:
            with TlsServer(fault.scenario()) as server:
                for way in fault.ways:
                    outcomes = self.outcomes(server, clients, fault, way)
                    kinds = {name: kinds_of(outcomes[name].error) for name in names}
                    cells = [[kind or "(sent)" for kind in kinds[name]] or ["?"] for name in names]
                    rows.append([fault.name, way, *map(" + ".join, cells)])
                    words.append(f"{fault.name}, {way}")
                    words += [f"    {n:11} {outcomes[n].error or '(sent)'}" for n in names]
                    self.check(server, fault, way, outcomes, kinds)
        print(table(rows), "\n".join(words), sep="\n\n")

    def outcomes(self, server, clients, fault, way):
        """{name of a client: what came of it}; each writes to a recipient of its own."""
        host, port = server.ports[way]

        def go(client):
            recipient = f"{client.name}@{way}.test"
            return send(
                client,
                Wish(host, port, way, server.ca, timeout=fault.timeout, recipient=recipient),
            )

        return at_once({client.name: lambda c=client: go(c) for client in clients})

    def check(self, server, fault, way, outcomes, kinds):
        with self.subTest(fault.name, tls=way, what="every connection ends"):
            server.settle()
        events = self.events(server, way)
        story = "\n".join(map(json.dumps, events))
        reached = {recipient for m in server.messages() for recipient in m["recipients"]}
        if fault.rule:
            with self.subTest(fault.name, tls=way, what="the journal names the rule"):
                self.assertIn("fault", {event.get("rule") for event in events}, story)
        for name, outcome in outcomes.items():
            with self.subTest(fault.name, tls=way, client=name):
                self.assertEqual(len(kinds[name]), 1, outcome.said)
                self.assertIn(kinds[name][0], fault.kinds(name), outcome.said)
                self.assertEqual(outcome.sent, f"{name}@{way}.test" in reached, story)
                self.assertEqual(outcome.sent, kinds[name] == [""], outcome.said)

    def events(self, server, way):
        """Of the connections that came this way."""
        port = "%s:%d" % server.ports[way]
        connected = server.events(kind="connected")
        mine = {event["connection"] for event in connected if event["listener"] == port}
        return [event for event in server.events() if event.get("connection") in mine]

    def test_three_clients_or_more_see_every_fault(self):
        for fault in FAULTS[1:]:
            blind = [client.name for client in CLIENTS if "" in fault.kinds(client.name)]
            self.assertLessEqual(len(blind), len(CLIENTS) - 3, fault.name)


if __name__ == "__main__":
    main()
