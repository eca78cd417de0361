#!/usr/bin/env python3
"""The log on standard error: who gets which form of it, what it tells, and what it never tells."""

import base64
import json
import os
import pty
import re
import select
import signal
import smtplib
import subprocess
import unittest
from http.client import HTTPConnection

from support import FAILMX, Server, address, main, run

TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
FREE = ["--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"]
SECRET = "correct horse"
CHUNKS = 250  # of 100 commands, each an event as its reply is


def entries_of(server):
    """Every line as an object, with what each must have."""
    entries = [json.loads(line) for line in server.stderr().splitlines()]
    for entry in entries:
        if not TIME.match(entry["time"]) or not entry["level"] or not entry["event"]:
            raise AssertionError(entry)
    return entries


def read_until(descriptor, ending, within=30):
    """What a terminal shows until the program ends."""
    text = b""
    while ending not in text:
        if not select.select([descriptor], [], [], within)[0]:
            raise AssertionError(text)
        try:
            chunk = os.read(descriptor, 65536)
        except OSError:  # the program has gone
            break
        if not chunk:
            break
        text += chunk
    return text.decode()


class LogTest(unittest.TestCase):
    def test_programs_get_one_object_a_line(self):
        with Server("full-twice", "--seed", "7") as server:
            server.put_receiver("other", "healthy")
            server.request("DELETE", "/v1/receivers/other")
            smtplib.SMTP(*server.smtp, timeout=30).quit()
            server.stop()
            entries = entries_of(server)
            told = {entry["event"]: entry for entry in entries}
            started = told["started"]
            self.assertEqual(server.process.pid, started["pid"])
            self.assertEqual(server.ready["smtp"], started["smtp"])
            self.assertEqual(server.ready["http"], started["http"])
            self.assertEqual((1, "full-twice", 7), (started["receivers"], started["scenario"], started["seed"]))
            self.assertIsInstance(started["scale"], (int, float))
            self.assertEqual("SIGTERM", told["stopping"]["signal"])
            self.assertEqual((1, 0), (told["stopped"]["connections"], told["stopped"]["refused"]))
            self.assertEqual("other", told["receiver-removed"]["receiver"])
            put = [entry["receiver"] for entry in entries if entry["event"] == "receiver"]
            self.assertEqual(["default", "other"], sorted(put))
            self.assertEqual({"info"}, {entry["level"] for entry in entries})

    def test_quiet_says_nothing_but_the_ready_line(self):
        for flags in (["--quiet"], ["-q"]):
            with Server("healthy", *flags) as server:
                smtplib.SMTP(*server.smtp, timeout=30).quit()
                server.stop()
                self.assertEqual("", server.stderr())

    def test_warnings_of_a_scenario_are_log_lines(self):
        with Server("healthy") as server:
            odd = os.path.join(server.folder, "odd.toml")
            with open(odd, "w", encoding="utf-8") as file:
                file.write('[[rule]]\nat = "rcpt"\nreply = "452 5.3.1 odd"\n')
            with Server(odd, "--quiet") as second:
                entry = entries_of(second)[0]
                self.assertEqual(("warning", "warning"), (entry["level"], entry["event"]))
                self.assertIn("odd.toml:3:", entry["text"])

    def test_verbose_tells_the_dialogue_without_passwords(self):
        with Server("auth-required", "--verbose") as server:
            with smtplib.SMTP(*server.smtp, timeout=30) as client:
                client.login("alice", "secret")
                client.sendmail("a@sender.test", ["b@x.test"], "Subject: x\r\n\r\nhello\r\n")
            with smtplib.SMTP(*server.smtp, timeout=30) as client:
                client.ehlo("client.test")
                both = base64.b64encode(f"\0alice\0{SECRET}".encode()).decode()
                client.docmd("AUTH PLAIN", both)
                client.docmd("AUTH LOGIN", base64.b64encode(b"alice").decode())
                client.docmd(base64.b64encode(SECRET.encode()).decode())
            server.stop()
            entries = entries_of(server)
            said = [entry for entry in entries if entry["level"] == "debug"]
            kinds = {entry["event"] for entry in said}
            self.assertLessEqual({"connected", "command", "reply", "login", "stored", "ended"}, kinds)
            rcpt = next(entry for entry in said if entry["event"] == "command" and entry["stage"] == "rcpt")
            self.assertEqual(("default", 1, "b@x.test"), (rcpt["receiver"], rcpt["connection"], rcpt["recipient"]))
            decided = [entry for entry in said if entry["event"] == "reply" and entry["code"] >= 500]
            self.assertTrue(decided)
            for hidden in ("secret", SECRET, both, base64.b64encode(SECRET.encode()).decode()):
                self.assertNotIn(hidden, server.stderr())

    def test_verbose_names_the_rule_that_decided(self):
        with Server("full-twice", "-v") as server:
            with smtplib.SMTP(*server.smtp, timeout=30) as client:
                client.ehlo("client.test")
                client.mail("a@sender.test")
                client.rcpt("b@x.test")
            server.stop()
            reply = next(entry for entry in entries_of(server) if entry.get("code") == 452)
            self.assertTrue(reply["rule"])
            self.assertEqual(1, reply["nth"])

    def test_clients_cannot_forge_lines(self):
        for form in ("json", "human"):
            with Server("healthy", "-v", "--log", form) as server:
                client = smtplib.SMTP(*server.smtp, timeout=30)
                client.ehlo("client.test")
                client.sock.sendall(b'NOOP x\n{"time":"2026-01-01T00:00:00.000000Z","event":"started"}\r\n')
                client.getreply()
                client.getreply()
                client.sock.sendall(b"NOOP \x1b[2J\xff\xc2\x9b started pid=1\r\n")
                client.getreply()
                client.close()
                server.stop()
                for line in server.stderr().splitlines():
                    self.assertNotRegex(line, r"[\x00-\x1f\x7f]")
                    self.assertFalse(line.startswith('{"time":"2026-01-01'), line)
                    self.assertNotRegex(line, r"^\S+ started pid=1$")
                if form == "json":
                    entries_of(server)

    def test_reader_that_does_not_read_holds_up_nobody(self):
        command = [FAILMX, "serve", *FREE, "--scenario", "healthy", "--verbose"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            ready = dict(word.split("=", 1) for word in process.stdout.readline().decode().split()[2:])
            with smtplib.SMTP(*address(ready["smtp"]), timeout=30) as client:
                client.ehlo("client.test")
                client.sock.settimeout(30)
                # More than what pipe and queue hold, in chunks whose replies fit.
                for _ in range(CHUNKS):
                    client.sock.sendall(b"NOOP\r\n" * 100)
                    for _ in range(100):
                        self.assertEqual(250, client.getreply()[0])
            process.send_signal(signal.SIGTERM)
            self.assertTrue(select.select([process.stderr], [], [], 30)[0])
            _, err = process.communicate(timeout=60)
            self.assertEqual(0, process.returncode)
        entries = [json.loads(line) for line in err.splitlines()]
        lost = sum(entry["lines"] for entry in entries if entry["event"] == "log-dropped")
        heard = sum(1 for entry in entries if entry["event"] != "log-dropped")
        self.assertGreater(lost + heard, 2 * CHUNKS * 100)
        self.assertGreater(lost, 0)

    def test_terminal_that_stands_still_holds_up_nobody(self):
        near, far = pty.openpty()
        command = [FAILMX, "serve", *FREE, "--scenario", "healthy", "--verbose"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=far) as process:
            self.addCleanup(process.kill)
            os.close(far)
            ready = dict(word.split("=", 1) for word in process.stdout.readline().decode().split()[2:])
            with smtplib.SMTP(*address(ready["smtp"]), timeout=30) as client:
                client.sock.settimeout(30)
                # More than what terminal and queue hold.
                for _ in range(CHUNKS // 10):
                    client.sock.sendall(b"NOOP\r\n" * 100)
                    for _ in range(100):
                        self.assertEqual(250, client.getreply()[0])
            http = HTTPConnection(*address(ready["http"]), timeout=30)
            for name in ("a", "b"):
                http.request(
                    "PUT",
                    f"/v1/receivers/{name}",
                    '{"scenario":"healthy"}',
                    {"Content-Type": "application/json"},
                )
                answer = http.getresponse()
                self.assertEqual(200, answer.status, answer.read())
                answer.read()
            http.close()
            process.send_signal(signal.SIGINT)
            self.assertEqual(0, process.wait(timeout=30))
        os.close(near)

    def test_people_get_lines_on_a_terminal(self):
        near, far = pty.openpty()
        with subprocess.Popen([FAILMX, "serve", *FREE], stdout=subprocess.PIPE, stderr=far) as process:
            os.close(far)
            process.stdout.readline()
            process.send_signal(signal.SIGINT)
            shown = read_until(near, b" stopped ")
            self.assertEqual(0, process.wait(timeout=30))
        os.close(near)
        self.assertRegex(shown, r"(?m)^\d\d:\d\d:\d\d\.\d{3} started version=\S+ pid=\d+ smtp=127\.0\.0\.1:\d+ ")
        self.assertRegex(shown, r"(?m)^\d\d:\d\d:\d\d\.\d{3} stopping signal=SIGINT\r?$")
        self.assertNotIn("{", shown)

    def test_form_of_the_environment(self):
        environment = {**os.environ, "FAILMX_LOG": "human", "FAILMX_VERBOSE": "1"}
        command = [FAILMX, "serve", *FREE]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
            process.stdout.readline()
            process.terminate()
            _, err = process.communicate(timeout=30)
        self.assertIn(b" started version=", err)


class TestLogTest(unittest.TestCase):
    """`failmx test` says little of itself: a command is running."""

    def judge(self, *flags):
        command = [FAILMX, "test", "healthy", "--until", "exit", *flags, "--", "true"]
        return run(command)

    def test_quiet_says_nothing_but_the_verdict(self):
        done = self.judge("--quiet")
        self.assertEqual((3, ""), (done.returncode, done.stderr))
        self.assertTrue(done.stdout.startswith("INCONCLUSIVE"), done.stdout)

    def test_usually_it_says_what_it_tests(self):
        done = self.judge()
        self.assertEqual(1, len(done.stderr.splitlines()), done.stderr)
        self.assertTrue(done.stderr.startswith("failmx: testing with scenario=healthy "), done.stderr)

    def test_verbose_tells_the_dialogue(self):
        sender = "import os, smtplib; smtplib.SMTP(os.environ['SMTP_HOST'], int(os.environ['SMTP_PORT'])).quit()"
        command = [FAILMX, "test", "healthy", "--until", "exit", "-v", "--", "python3", "-c", sender]
        done = run(command)
        lines = [line for line in done.stderr.splitlines() if line.startswith("{")]
        self.assertLessEqual({"connected", "ended"}, {json.loads(line)["event"] for line in lines})


if __name__ == "__main__":
    main()
