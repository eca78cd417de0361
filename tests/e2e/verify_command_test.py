"""failmx verify: a running server over HTTP and a journal file, with the same words."""

import json
import os
import smtplib
import tempfile
import threading
import unittest

from support import FAILMX, Server, main, run

ONCE = """name = "once"
[delivery]
unique = true
[[rule]]
name  = "full once"
at    = "rcpt"
times = 1
match = { recipient_domain = "full.test" }
reply = "452 4.3.1 Mail system full"
[[expect]]
check  = "retried"
within = "1s"
select = { recipient_domain = "full.test" }
[[expect]]
check  = "delivered-once"
within = "20s"
quiet  = "300ms"
"""
MESSAGE = "Message-ID: <%s@s.test>\r\n\r\nhi\r\n"


def send(server, recipient):
    """One try; True when it was taken."""
    try:
        with smtplib.SMTP(*server.smtp, timeout=30) as client:
            client.sendmail("a@s.test", [recipient], MESSAGE % recipient.split("@")[0])
            return True
    except smtplib.SMTPRecipientsRefused:
        return False


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="failmx-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.scenario = self.write("once.toml", ONCE)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def verify(self, status, *args, **options):
        environment = {key: value for key, value in os.environ.items() if key[:7] != "FAILMX_"}
        environment.update(options.pop("env", {}))
        result = run([FAILMX, "verify", *args], env=environment, **options)
        self.assertEqual(status, result.returncode, f"{args}\n{result.stdout}\n{result.stderr}")
        return result

    def live(self, server, status, *args, **options):
        return self.verify(status, "--http", "http://%s:%d" % server.http, *args, **options)

    @staticmethod
    def parts(text):
        """The report, and its last sentence: where to look, which differs by where it was asked."""
        report, _, where = text.partition("\nLook at: ")
        return report.rstrip("\n"), where

    def journal_until_last_observed(self, name, events):
        """The journal file as it was when the last of these events was written."""
        until = [event["seq"] for event in events if event["kind"] == "observed"][-1]
        with open(self.path(name), encoding="utf-8") as file:
            lines = [line for line in file if json.loads(line)["seq"] <= until]
        return self.write("cut.ndjson", "".join(lines))


class SameTest(Case):
    # labels: verdict journal-file
    def test_live_and_offline_are_the_same_bytes(self):
        policy = self.write("mine.toml", '[[expect]]\ncheck = "attempt-limit"\nat_most = 1\n')
        given = {
            "own": [],
            "policy": ["--policy", "mta", "--policy", "transactional"],
            "file": ["--expect", policy, "--policy", "mta"],
            "domain": ["--domain", "full.test"],
        }
        for name, options in given.items():
            with self.subTest(name):
                with Server(self.scenario, "--journal", self.path("run.ndjson")) as server:
                    for recipient in ("one@full.test", "two@full.test", "one@full.test", "x@y.test"):
                        send(server, recipient)
                    server.settle()
                    files = ["--junit", self.path("live.xml"), "--report", self.path("live.json")]
                    url = "http://%s:%d" % server.http
                    live = run([FAILMX, "verify", "--http", url, *files, *options])
                    events = server.get("/v1/events", limit=10000)["items"]
                journal = self.journal_until_last_observed("run.ndjson", events)
                files = ["--junit", self.path("file.xml"), "--report", self.path("file.json")]
                offline = self.verify(live.returncode, journal, *files, *options)
                self.assertEqual(("", ""), (live.stderr, offline.stderr))
                there, where = self.parts(live.stdout)
                self.assertEqual((there, where != ""), (self.parts(offline.stdout)[0], live.returncode != 0))
                if where:
                    self.assertIn(f"{url}/v1/events?receiver=default", where)
                    self.assertIn('"seq":', self.parts(offline.stdout)[1])
                self.assertEqual(self.read("live.xml"), self.read("file.xml"))
                self.assertEqual(self.read("live.json"), self.read("file.json"))
                self.assertTrue(json.loads(self.read("live.json"))["checks"])

    def test_exit_status_tells_the_verdict(self):
        with Server(self.scenario) as server:
            self.live(server, 3)
            late = self.live(server, 3, "--wait", "300ms")
            self.assertIn("the time is over (--wait 300ms); the report", late.stderr)
            self.assertFalse(send(server, "one@full.test"))
            self.assertEqual("", self.live(server, 1, "--wait", "30s").stderr)
        with Server(self.scenario) as server:
            self.assertFalse(send(server, "one@full.test"))
            answers = []
            waiting = threading.Thread(
                target=lambda: answers.append(self.live(server, 0, "--wait", "20s"))
            )
            waiting.start()
            server.wait_for_count("ended", 1)
            with smtplib.SMTP(*server.smtp, timeout=30) as client:
                # Later than what could have been on its way when the refusal came.
                server.get("/v1/events", after=10**9, wait="400ms")
                client.sendmail("a@s.test", ["one@full.test"], MESSAGE % "one")
            waiting.join(60)
            self.assertTrue(answers[0].stdout.startswith("PASS"), answers[0].stdout)

    def test_url_and_token_come_from_the_environment(self):
        with Server(self.scenario, "--token", "s3cret") as server:
            url = "%s:%d" % server.http
            refused = self.verify(2, "--http", url)
            self.assertIn("answers 401", refused.stderr)
            self.verify(3, "--http", url, "--token", "s3cret")
            self.verify(3, env={"FAILMX_HTTP": url, "FAILMX_TOKEN": "s3cret"})


class ReceiversTest(Case):
    def test_several_receivers(self):
        with Server(self.scenario, "--journal", self.path("run.ndjson")) as server:
            server.put_receiver("other", "healthy")
            send(server, "one@y.test")
            server.settle()
            which = self.live(server, 2)
            self.assertEqual(
                "failmx: http://%s:%d answers 422\n" % server.http
                + "  which receiver is meant?; add --receiver with one of: default, other\n",
                which.stderr,
            )
            self.live(server, 2, "--receiver", "othr")
            report = ["--report", self.path("report.json")]
            # The other one has seen nothing.
            self.live(server, 3, "--receiver", "other", *report)
            self.assertEqual("other", json.loads(self.read("report.json"))["receiver"])
            server.stop()
            journal = self.path("run.ndjson")
            self.verify(3, journal, *report)
            reports = json.loads(self.read("report.json"))["reports"]
            self.assertEqual(["default", "other"], [one["receiver"] for one in reports])
            self.verify(3, journal, "--receiver", "default", *report)
            self.assertEqual("default", json.loads(self.read("report.json"))["receiver"])
            wrong = self.verify(2, journal, "--receiver", "defualt")
            self.assertIn("did you mean 'default'?", wrong.stderr)


class RefusalTest(Case):
    def test_what_cannot_be_asked(self):
        bad = self.write("bad.toml", '[[expect]]\ncheck = "retreid"\nwithin = "1h"\n')
        with Server(self.scenario) as server:
            wrong = self.live(server, 2, "--expect", bad)
            self.assertIn(f"{bad}:2:9: there is no check 'retreid'; did you mean 'retried'?",
                          wrong.stderr)
            self.assertIn("did you mean 'mta'?", self.live(server, 2, "--policy", "mda").stderr)
            self.assertIn("'wait' is longer than 10m", self.live(server, 2, "--wait", "1h").stderr)
            url = "http://%s:%d" % server.http
            mail = self.verify(2, "--http", "http://%s:%d" % server.smtp)
            self.assertIn("does not speak HTTP; is that the SMTP port?", mail.stderr)
        gone = self.verify(2, "--http", url)
        self.assertIn(f"no answer from {url}", gone.stderr)
        self.assertEqual("", gone.stdout)

    def test_what_is_no_journal(self):
        for text, part in (
            ("", "it is empty"),
            ("nonsense\n", "run.ndjson:1:1: "),
            ('{"seq":1,"kind":"observed"}\n', "run.ndjson:1:1: "),
        ):
            result = self.verify(2, self.write("run.ndjson", text))
            self.assertIn(part, result.stderr)
            self.assertIn("cannot be judged", result.stderr)

    def test_journal_that_was_cut_short_is_judged_with_a_warning(self):
        with Server(self.scenario, "--journal", self.path("run.ndjson")) as server:
            send(server, "one@y.test")
        text = self.read("run.ndjson").decode()
        result = self.verify(3, self.write("cut.ndjson", text[:-20]))
        self.assertIn("warning: the last line is cut short", result.stderr)


if __name__ == "__main__":
    main()
