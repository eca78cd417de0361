"""One host that plays many clients: the PROXY protocol and XCLIENT, and who is believed."""

# labels: peers

import os
import socket
import ssl
import struct
import tempfile
import unittest

from support import Server, address, main

SCENARIO = """name = "peers"
[server]
xclient = ["127.0.0.1"]
[[rule]]
name = "this one is not welcome"
at = "connect"
match = { client = "192.0.2.66" }
reply = "554 5.7.1 Not you"
"""


class Line:
    """A client that reads replies line by line."""

    def __init__(self, to, source=None):
        self.socket = socket.create_connection(to, timeout=30, source_address=source)
        self.stream = self.socket.makefile("rb")

    def secure(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.socket = context.wrap_socket(self.socket)
        self.stream = self.socket.makefile("rb")

    def say(self, octets):
        self.socket.sendall(octets)

    def hear(self):
        """The lines of the next reply."""
        lines = [self.stream.readline().decode()]
        while lines[-1][3:4] == "-":
            lines.append(self.stream.readline().decode())
        return lines

    def ask(self, command):
        self.say(command.encode() + b"\r\n")
        return self.hear()

    def close(self):
        self.stream.close()
        self.socket.close()


class PeersTest(unittest.TestCase):
    def setUp(self):
        file = tempfile.NamedTemporaryFile("w", suffix=".toml")
        self.addCleanup(file.close)
        file.write(SCENARIO)
        file.flush()
        server = Server(file.name)
        self.server = server.__enter__()
        self.addCleanup(server.__exit__, None, None, None)

    def listen(self, **service):
        body = {"scenario_toml": SCENARIO, "listeners": [{"address": "127.0.0.1:0", **service}]}
        answer = self.server.put("/v1/receivers/behind", body)
        self.assertEqual("smtp", answer["listeners"][0]["protocol"])
        return address(answer["listeners"][0]["address"])

    def events(self, kind):
        return self.server.get("/v1/events", kind=kind, receiver="behind")["items"]

    def line(self, to, source=None):
        line = Line(to, source)
        self.addCleanup(line.close)
        return line

    def connected(self, client):
        """The `connected` event of this client."""
        return self.server.wait_for(lambda e: e.get("client") == client, client, kind="connected")

    # -- PROXY

    def test_a_proxy_says_whose_connection_it_is(self):
        to = self.listen(proxies="127.0.0.1")
        line = self.line(to)
        line.say(b"PROXY TCP4 192.0.2.7 198.51.100.2 4711 25\r\nEHLO c.test\r\n")
        self.assertTrue(line.hear()[0].startswith("220 "))
        self.assertTrue(line.hear()[0].startswith("250-"), "what follows the header is not lost")
        self.assertEqual("behind", self.connected("192.0.2.7")["receiver"])

    def test_rules_meet_the_client_behind_the_proxy(self):
        line = self.line(self.listen(proxies="127.0.0.0/8"))
        line.say(b"PROXY TCP4 192.0.2.66 198.51.100.2 4711 25\r\n")
        self.assertEqual(["554 5.7.1 Not you\r\n"], line.hear())

    def test_the_header_comes_before_the_handshake(self):
        line = self.line(self.listen(proxies="127.0.0.1", tls="implicit"))
        line.say(b"PROXY TCP4 192.0.2.8 198.51.100.2 4711 465\r\n")
        line.secure()
        self.assertTrue(line.hear()[0].startswith("220 "))
        connection = self.connected("192.0.2.8")["connection"]
        self.server.wait_for(
            lambda e: e["connection"] == connection and e["protocol"] == "TLSv1.3", "TLS", kind="tls"
        )

    def test_a_lie_gets_no_word_and_no_conversation(self):
        to = self.listen(proxies="127.0.0.1")
        lies = [
            b"EHLO c.test\r\n",
            b"PROXY TCP4 192.0.2.7 198.51.100.2 4711 25\n",
            b"PROXY TCP4 192.0.2.300 198.51.100.2 4711 25\r\n",
            b"PROXY TCP6 192.0.2.7 198.51.100.2 4711 25\r\n",
            b"PROXY TCP4 192.0.2.7 198.51.100.2 4711 25 PROXY\r\n",
            b"PROXY " + b"x" * 300,
        ]
        for lie in lies:
            with self.subTest(lie=lie[:60]):
                line = self.line(to)
                line.say(lie)
                try:
                    self.assertEqual(b"", line.socket.recv(100))
                except ConnectionResetError:
                    pass  # it had not read all of it
        self.server.wait_for_count("note", len(lies), receiver="behind")
        events = self.server.get("/v1/events", receiver="behind", kind="connected")
        self.assertEqual([], events["items"])

    def test_who_is_no_proxy_is_no_proxy(self):
        line = self.line(self.listen(proxies="127.0.0.9"))
        self.assertTrue(line.hear()[0].startswith("220 "))
        reply = line.ask("PROXY TCP4 192.0.2.7 198.51.100.2 4711 25")
        self.assertTrue(reply[0].startswith("500 "), reply)

    # -- XCLIENT

    def test_one_connection_plays_several_clients(self):
        line = self.line(self.server.smtp)
        line.hear()
        self.assertIn("XCLIENT", "".join(line.ask("EHLO c.test")))
        for client in ("192.0.2.20", "192.0.2.21"):
            self.assertTrue(line.ask(f"XCLIENT ADDR={client} NAME=[UNAVAILABLE]")[0].startswith("220 "))
            self.assertTrue(line.ask("MAIL FROM:<a@c.test>")[0].startswith("503 "), "EHLO is needed anew")
            line.ask("EHLO other.test")
            for command in ("MAIL FROM:<a@c.test>", "RCPT TO:<b@r.test>"):
                self.assertTrue(line.ask(command)[0].startswith("250 "))
            self.assertTrue(line.ask("DATA")[0].startswith("354 "))
            self.assertTrue(line.ask("Subject: x\r\n\r\nx\r\n.")[0].startswith("250 "))
        line.ask("QUIT")
        self.server.settle()
        clients = [attempt["client"] for attempt in self.server.attempts("default")]
        self.assertEqual(["192.0.2.20", "192.0.2.21"], clients)
        endings = [e["ending"] for e in self.server.get("/v1/events", kind="ended")["items"]]
        self.assertEqual(["renamed", "renamed", "quit"], endings)

    def test_the_other_client_gets_a_greeting_of_its_own(self):
        line = self.line(self.server.smtp)
        line.hear()
        line.ask("EHLO c.test")
        self.assertEqual(["554 5.7.1 Not you\r\n"], line.ask("XCLIENT ADDR=192.0.2.66"))

    def test_xclient_goes_on_inside_tls(self):
        line = self.line(self.listen(tls="implicit"))
        line.secure()
        line.hear()
        line.ask("EHLO c.test")
        self.assertTrue(line.ask("XCLIENT ADDR=192.0.2.30")[0].startswith("220 "))
        line.ask("EHLO other.test")
        for command in ("MAIL FROM:<a@c.test>", "RCPT TO:<b@r.test>"):
            self.assertTrue(line.ask(command)[0].startswith("250 "))
        line.ask("QUIT")
        self.server.wait_for_count("ended", 2, receiver="behind")
        (attempt,) = self.server.attempts("behind")
        self.assertEqual(("192.0.2.30", True), (attempt["client"], attempt["tls"]))

    def test_what_is_said_behind_xclient_is_nobodys(self):
        line = self.line(self.server.smtp)
        line.hear()
        line.ask("EHLO c.test")
        line.say(b"XCLIENT ADDR=192.0.2.40\r\nEHLO other.test\r\nMAIL FROM:<a@c.test>\r\n")
        self.assertTrue(line.hear()[0].startswith("220 "))
        self.assertTrue(line.ask("MAIL FROM:<a@c.test>")[0].startswith("503 "))
        self.server.wait_for(
            lambda e: e["finding"] == "illegal_pipelining", "illegal_pipelining", kind="finding"
        )

    def test_what_is_no_tls_inside_of_tls_ends_the_connection(self):
        line = self.line(self.listen(tls="implicit"))
        line.secure()
        line.hear()
        for command in ("EHLO c.test", "MAIL FROM:<a@c.test>", "RCPT TO:<b@r.test>", "DATA"):
            line.ask(command)
        line.say(b"Subject: half of it\r\n\r\nand no more\r\n")
        # Past the encryption, on the same socket.
        with socket.socket(fileno=os.dup(line.socket.fileno())) as bare:
            bare.sendall(b"\r\n.\r\nQUIT\r\n")
        self.server.wait_for_count("ended", 1, receiver="behind")
        shaken, broken = self.events("tls")
        self.assertNotIn("failed", shaken)
        self.assertTrue(broken["failed"])
        self.assertEqual([], self.events("stored"))
        (attempt,) = self.server.attempts("behind")
        self.assertEqual(("abandoned", "data"), (attempt["outcome"], attempt["stage"]))
        self.assertEqual((False, True), (attempt["stored"], attempt["tls"]))
        report = self.server.verify("behind", expect=[{"check": "keeps-tls"}])
        self.assertIn("there was no trouble with it", report["checks"][0]["observed"])

    def test_who_resets_within_the_handshake_has_left_by_itself(self):
        line = self.line(self.listen(tls="starttls"))
        line.hear()
        for command in ("EHLO c.test", "STARTTLS"):
            line.ask(command)
        line.say(b"\x16\x03\x01")
        line.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.close()
        self.server.wait_for_count("ended", 1, receiver="behind")
        (broken,) = self.events("tls")
        self.assertTrue(broken["failed"])
        self.assertEqual("client_reset", broken["ending"])
        self.assertEqual([], self.server.attempts("behind"))
        report = self.server.verify("behind", expect=[{"check": "keeps-tls"}])
        (check,) = report["checks"]
        self.assertIn("there was no trouble with it", check["observed"])

    def test_a_probe_of_the_port_is_no_attempt(self):
        to = self.listen(tls="implicit")
        self.line(to).close()
        self.server.wait_for_count("ended", 1, receiver="behind")
        self.assertEqual([], self.server.attempts("behind"))

    def test_a_probe_has_met_no_certificate(self):
        expired = "server = { tls = { certificate = 'expired' } }\n"
        listeners = [{"address": "127.0.0.1:0", "tls": "implicit"}]
        asked = {"scenario_toml": expired, "listeners": listeners}
        answer = self.server.put("/v1/receivers/behind", asked)
        self.line(address(answer["listeners"][0]["address"])).close()
        self.server.wait_for_count("ended", 1, receiver="behind")
        self.assertEqual([], self.server.attempts("behind"))
        expect = [{"check": "keeps-tls"}, {"check": "retried"}]
        report = self.server.verify("behind", expect=expect)
        self.assertEqual(["inconclusive"] * 2, [check["verdict"] for check in report["checks"]])

    def test_xclient_is_taken_from_allowed_clients_only(self):
        line = self.line(self.server.smtp, ("127.0.0.2", 0))
        line.hear()
        self.assertNotIn("XCLIENT", "".join(line.ask("EHLO c.test")))
        self.assertTrue(line.ask("XCLIENT ADDR=192.0.2.20")[0].startswith("5"))
        self.assertTrue(line.ask("MAIL FROM:<a@c.test>")[0].startswith("250 "), "nothing has changed")

    def test_an_open_transaction_stays_whose_it_is(self):
        line = self.line(self.server.smtp)
        line.hear()
        line.ask("EHLO c.test")
        line.ask("MAIL FROM:<a@c.test>")
        self.assertTrue(line.ask("XCLIENT ADDR=192.0.2.20")[0].startswith("503 "))
        self.assertTrue(line.ask("RCPT TO:<b@r.test>")[0].startswith("250 "))


if __name__ == "__main__":
    main()
