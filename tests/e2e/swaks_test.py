#!/usr/bin/env python3
"""swaks over every stage and every way to fail: what its exit status says.

Each cell is a receiver of its own on one server, made by PUT with a scenario in the request. swaks
has a status per stage (21 greeting, 22 EHLO, 23 MAIL, 24 RCPT, 25 DATA, 26 after the dot) and 6
for a connection that is gone; the odd ones are written down in the tables as they are.
"""
# labels: swaks-table

import unittest

from support import Server, main, run

# How a stage fails: the actions of its rule.
FAULTS = {
    "4xx": [{"reply": "451 4.3.0 Try again later"}],
    "5xx": [{"reply": "554 5.3.0 No"}],
    "421": [{"reply": "421 4.3.2 Service not available"}],
    "FIN": [{"close": True}],
    "RST": [{"reset": True}],
}


class SwaksTest(unittest.TestCase):
    def check_stage(self, stage, expected):
        self.assertEqual(set(expected), set(FAULTS))
        with Server("healthy") as server:
            for fault, status in expected.items():
                with self.subTest(stage=stage, fault=fault):
                    self.check_cell(server, stage, fault, status)

    def check_cell(self, server, stage, fault, status):
        name = f"{stage}-{fault}".lower()
        rule = {"name": "fault", "at": stage, "do": FAULTS[fault]}
        host, port = server.put_receiver(name, {"name": name, "rule": [rule]})
        command = ["swaks", "--server", host, "--port", str(port), "--helo", "c.test"]
        command += ["--from", "a@c.test", "--to", "b@x.test", "--timeout", "20"]
        done = run(command)
        said = done.stdout + done.stderr
        allowed = status if isinstance(status, tuple) else (status,)
        self.assertIn(done.returncode, allowed, said)
        fired = server.get("/v1/events", receiver=name, rule="fault")["items"]
        self.assertTrue(fired, f"the rule did not act\n{said}")
        self.assertEqual({event["stage"] for event in fired}, {stage})

    def test_connect(self):
        # RST may come while swaks still waits for connect to be confirmed (2), or behind it (6).
        self.check_stage("connect", {"4xx": 21, "5xx": 21, "421": 21, "FIN": 6, "RST": (2, 6)})

    def test_ehlo(self):
        # After a refused EHLO swaks tries HELO, which 421 leaves no connection for.
        self.check_stage("ehlo", {"4xx": 22, "5xx": 22, "421": 6, "FIN": 6, "RST": 6})

    def test_mail(self):
        self.check_stage("mail", {"4xx": 23, "5xx": 23, "421": 23, "FIN": 6, "RST": 6})

    def test_rcpt(self):
        self.check_stage("rcpt", {"4xx": 24, "5xx": 24, "421": 24, "FIN": 6, "RST": 6})

    def test_data(self):
        self.check_stage("data", {"4xx": 25, "5xx": 25, "421": 25, "FIN": 6, "RST": 6})

    def test_message(self):
        self.check_stage("message", {"4xx": 26, "5xx": 26, "421": 26, "FIN": 6, "RST": 6})

    def test_quit(self):
        # The message is through: what QUIT is told does not matter, but an end without a word does.
        self.check_stage("quit", {"4xx": 0, "5xx": 0, "421": 0, "FIN": 6, "RST": 6})

    def test_partial_refusal_counts_as_success(self):
        with Server("partial-recipients") as server:
            host, port = server.smtp
            command = ["swaks", "--server", host, "--port", str(port), "--helo", "c.test"]
            command += ["--from", "a@c.test", "--to", "ok@x.test,later@x.test,never@x.test"]
            done = run(command)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            outcomes = {d["recipient"]: d["state"] for d in server.deliveries()}
            self.assertEqual(
                outcomes,
                {"ok@x.test": "accepted", "later@x.test": "deferred", "never@x.test": "rejected"},
            )


if __name__ == "__main__":
    main()
