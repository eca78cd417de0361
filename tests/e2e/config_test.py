"""Receivers declared in a file: what --config makes of it, and what it refuses."""

import json
import os
import smtplib
import tempfile
import unittest

from support import FAILMX, Server, address, main, run

FILE = """
smtp = "127.0.0.1:0"

[receivers.full]
scenario = "disk-full"
domains = ["full.test"]

[receivers.busy]
scenario = "./busy.toml"
seed = 7
listeners = [{ address = "127.0.0.1:0" }]
"""
BUSY = """
[[rule]]
at = "rcpt"
reply = "450 4.2.1 busy as can be"
"""


class ConfigTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.write("busy.toml", BUSY)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def try_recipient(self, place, recipient):
        with smtplib.SMTP(*place, timeout=30) as client:
            client.ehlo("client.test")
            client.mail("a@sender.test")
            return client.rcpt(recipient)[0]

    def test_declared_receivers_are_there_beside_default(self):
        path = self.write("failmx.toml", FILE)
        with Server(None, "--config", path) as server:
            self.assertIn(" receiver=default scenario=addresses ", server.ready_line)
            with open(server.ready_file, encoding="utf-8") as file:
                listeners = json.load(file)["listeners"]
            self.assertEqual(
                [("default", True), ("busy", False)],
                [(listener["receiver"], listener["shared"]) for listener in listeners],
            )
            self.assertEqual(server.ready["smtp"], listeners[0]["address"])
            busy = address(listeners[1]["address"])
            self.assertEqual(450, self.try_recipient(busy, "b@x.test"))
            self.assertEqual(452, self.try_recipient(server.smtp, "b@full.test"))
            self.assertEqual(250, self.try_recipient(server.smtp, "b@x.test"))
            self.assertEqual(7, server.get("/v1/receivers/busy")["seed"])
            self.assertEqual(["full.test"], server.get("/v1/receivers/full")["domains"])

    def test_default_can_be_declared(self):
        path = self.write(
            "failmx.toml",
            '[receivers.default]\nscenario = "busy.toml"\nseed = 3\n'
            'listeners = [{ address = "127.0.0.1:0" }, { address = "127.0.0.1:0", shared = false }]\n',
        )
        with Server(None, "--config", path) as server:
            self.assertIn(" receiver=default scenario=busy seed=3", server.ready_line)
            self.assertEqual(2, len(server.get("/v1/receivers/default")["listeners"]))
        # What the command line says goes before the file.
        with Server("healthy", "--seed", "4", "--config", path) as server:
            self.assertIn(" receiver=default scenario=healthy seed=4", server.ready_line)
            self.assertEqual(1, len(server.get("/v1/receivers/default")["listeners"]))

    def test_all_mistakes_are_told_and_nothing_starts(self):
        path = self.write(
            "failmx.toml",
            'token = "x"\n[receivers.a]\nscenario = "helthy"\n'
            '[receivers.b]\nscenario = "healthy"\nlisteners = [{ address = "0.0.0.0:0" }]\n',
        )
        result = run([FAILMX, "serve", "--config", path])
        self.assertEqual(2, result.returncode)
        self.assertEqual("", result.stdout)
        lines = result.stderr.splitlines()
        self.assertEqual(
            [f"{path}:1:9", f"{path}:3:12", f"{path}:6:14"], [line.split(": ")[0] for line in lines]
        )
        self.assertIn("--open", lines[2])

    def test_address_of_the_file_needs_token_or_open(self):
        path = self.write("failmx.toml", 'http = "0.0.0.0:0"\nsmtp = "127.0.0.1:0"\n')
        result = run([FAILMX, "serve", "--config", path])
        self.assertEqual(2, result.returncode)
        self.assertIn("--open", result.stderr)

    def test_missing_file(self):
        result = run([FAILMX, "serve", "--config", os.path.join(self.folder, "gone.toml")])
        self.assertEqual(2, result.returncode)
        self.assertIn("gone.toml", result.stderr)


if __name__ == "__main__":
    main()
