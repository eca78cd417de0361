#!/usr/bin/env python3
"""Direct clients (no queue, one try): what each sees of a failure, and what the receiver wrote."""

import json
import os
import smtplib
import tempfile
import unittest

from support import FAILMX, Server, main, run

BODY = "From: a@c.test\r\nTo: b@x.test\r\nSubject: a test\r\nMessage-ID: <1@c.test>\r\n\r\nHello.\r\n"


def send(server, sender="a@c.test", recipients=("b@x.test",), body=BODY):
    """One smtplib session; returns the refused recipients."""
    client = smtplib.SMTP(*server.smtp, local_hostname="c.test", timeout=30)
    try:
        return client.sendmail(sender, list(recipients), body)
    finally:
        client.close()


class SmtplibTest(unittest.TestCase):
    def test_two_refusals_and_a_delivery(self):
        with Server("full-twice") as server:
            for _ in range(2):
                with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
                    send(server)
                (code, text) = refused.exception.recipients["b@x.test"]
                self.assertEqual((code, text), (452, b"4.3.1 Mail system full"))
            self.assertEqual(send(server), {})
            server.settle()
            (delivery,) = server.deliveries()
            self.assertEqual(
                [a["outcome"] for a in delivery["attempts"]], ["deferred", "deferred", "accepted"]
            )
            self.assertEqual(delivery["copies"], 1)
            self.assertEqual(delivery["message_id"].strip("<>"), "1@c.test")

    def test_refused_greeting(self):
        with Server("maintenance") as server:
            with self.assertRaises(smtplib.SMTPConnectError) as refused:
                send(server)
            self.assertEqual(refused.exception.smtp_code, 421)
            server.settle()
            (attempt,) = server.attempts()
            self.assertEqual((attempt["scope"], attempt["outcome"]), ("client", "deferred"))

    def test_refused_sender(self):
        with Server("disk-full-431") as server:
            for _ in range(2):
                with self.assertRaises(smtplib.SMTPSenderRefused) as refused:
                    send(server)
                self.assertEqual(refused.exception.smtp_code, 431)
            self.assertEqual(send(server), {})
            server.settle()
            self.assertEqual(
                [(a["scope"], a["outcome"]) for a in server.attempts()],
                [("sender", "deferred"), ("sender", "deferred"), ("delivery", "accepted")],
            )

    def test_lost_final_reply(self):
        with Server("lost-final-reply") as server:
            # RST: the reading end sees either an error or the end of the stream.
            with self.assertRaises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
                send(server)
            self.assertEqual(send(server), {})
            server.settle()
            (delivery,) = server.deliveries()
            self.assertEqual([a["outcome"] for a in delivery["attempts"]], ["lost", "accepted"])
            self.assertEqual(delivery["copies"], 2)

    def test_some_recipients(self):
        with Server("partial-recipients") as server:
            refused = send(server, recipients=("ok@x.test", "later@x.test", "never@x.test"))
            self.assertEqual(
                {who: code for who, (code, _) in refused.items()},
                {"later@x.test": 452, "never@x.test": 550},
            )
            server.settle()
            states = {d["recipient"]: (d["state"], d["copies"]) for d in server.deliveries()}
            self.assertEqual(states["ok@x.test"], ("accepted", 1))
            self.assertEqual(states["later@x.test"], ("deferred", 0))
            self.assertEqual(states["never@x.test"], ("rejected", 0))

    def test_reset_during_data(self):
        with Server("drop-mid-data") as server:
            for _ in range(2):
                with self.assertRaises((smtplib.SMTPServerDisconnected, OSError)):
                    send(server)
            self.assertEqual(send(server), {})
            server.settle()
            (delivery,) = server.deliveries()
            self.assertEqual(
                [a["outcome"] for a in delivery["attempts"]], ["lost", "lost", "accepted"]
            )
            self.assertEqual(delivery["copies"], 1)

    def test_address_that_asks_for_a_reply(self):
        with Server("addresses") as server:
            with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
                send(server, recipients=("anyone+550-5.3.1@any.test",))
            self.assertEqual(refused.exception.recipients["anyone+550-5.3.1@any.test"][0], 550)

    def test_blackhole_is_given_up(self):
        with Server("blackhole") as server:
            with self.assertRaises((TimeoutError, smtplib.SMTPServerDisconnected)):
                smtplib.SMTP(*server.smtp, local_hostname="c.test", timeout=0.5)
            ended = server.wait_for(lambda e: e["kind"] == "ended", "the end of a connection")
            self.assertTrue(ended["held"])
            server.settle()
            (attempt,) = server.attempts()
            self.assertEqual((attempt["scope"], attempt["outcome"]), ("client", "lost"))


class CurlTest(unittest.TestCase):
    """curl folds most of SMTP into a few codes: 55 RCPT refused, 8 odd reply, 56 receive error."""

    def curl(self, server):
        host, port = server.smtp
        with tempfile.NamedTemporaryFile("w", suffix=".eml", newline="") as file:
            file.write(BODY)
            file.flush()
            command = ["curl", "--silent", "--show-error", "--max-time", "30", "--noproxy", "*"]
            command += ["--url", f"smtp://{host}:{port}/c.test", "--mail-from", "a@c.test"]
            command += ["--mail-rcpt", "b@x.test", "--upload-file", file.name]
            return run(command)

    def check(self, scenario, status):
        with Server(scenario) as server:
            done = self.curl(server)
            self.assertEqual(done.returncode, status, done.stderr)
            server.settle()
            return server.attempts()

    def test_curl_accepted(self):
        self.assertEqual([a["outcome"] for a in self.check("healthy", 0)], ["accepted"])

    def test_curl_refused_recipient(self):
        self.assertEqual([a["code"] for a in self.check("decommissioned", 55)], [550])

    def test_curl_refused_greeting(self):
        self.assertEqual([a["code"] for a in self.check("maintenance", 8)], [421])

    def test_curl_lost_final_reply(self):
        (attempt,) = self.check("lost-final-reply", 56)
        self.assertEqual((attempt["outcome"], attempt["stored"]), ("lost", True))


class JournalFileTest(unittest.TestCase):
    # labels: journal-file
    def test_file_gives_the_deliveries_that_the_api_gave(self):
        with tempfile.TemporaryDirectory(prefix="failmx-journal-") as folder:
            file = os.path.join(folder, "run.ndjson")
            with Server("partial-recipients", "--journal", file) as server:
                for _ in range(4):
                    send(server, recipients=("ok@x.test", "later@x.test", "never@x.test"))
                host, port = server.put_receiver("other", "lost-final-reply")
                for _ in range(2):
                    run(["swaks", "--server", host, "--port", str(port), "--helo", "c.test",
                         "--from", "s@c.test", "--to", "r@x.test"])
                live = {name: server.deliveries(name) for name in ("default", "other")}
                server.stop()
            with open(file, encoding="utf-8") as lines:
                for line in lines:
                    json.loads(line)
            reader = find_reader()
            read = {}
            for line in run([reader, file]).stdout.splitlines():
                delivery = json.loads(line)
                read.setdefault(delivery["receiver"], []).append(delivery)
            self.assertEqual(read, live)


def find_reader():
    """The test program journal_deliveries, built beside failmx."""
    folder = os.path.dirname(os.path.abspath(FAILMX))
    path = os.path.join(folder, "tests", "journal_deliveries")
    if not os.path.exists(path):
        raise AssertionError(f"{path} is not built")
    return path


if __name__ == "__main__":
    main()
