#!/usr/bin/env python3
"""The scripts of scripts/drive against a live failmx, with a sender beside each that copes or not.

What they leave behind is part of it: nothing, also when they are interrupted. The sender is
bad_sender.py; the scripts take their own time (a few seconds each), nothing here sleeps.
"""
# labels: drive

import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import unittest

from support import Server, at_once, main, run

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(TOP, "scripts", "drive")
SENDER = os.path.join(TOP, "tests", "e2e", "bad_sender.py")
SCRIPTS = sorted(p for p in glob.glob(os.path.join(FOLDER, "*.sh")) if not p.endswith("/lib.sh"))
SHORT = {
    "outage-and-recovery": ["--for", "3"],
    "maintenance-window": ["--for", "3"],
    "throttle-ramp": ["--steps", "50 100 50", "--step", "1"],
    "fail-the-next-one": ["--count", "2"],
    "brown-out": ["--levels", "2", "--level", "1", "--delay", "50"],
}
MESSAGES = 6  # so many that each throttling step meets one
LONGEST = 120  # seconds: an end for what hangs

README = re.compile(
    r"^```sh drive:exit=(?P<status>\d+)\n(?P<script>.*? (?P<port>127\.0\.0\.1:\d+).*?)^```"
    r".*?^```sh drive:send\n(?P<send>.*?)^```"
    r".*?^```text\n(?P<shown>.*?)^```", re.S | re.M,
)


def environment(server, **more):
    env = {k: v for k, v in os.environ.items() if not k.startswith("FAILMX")}
    return {**env, "FAILMX_HTTP": "http://%s:%d" % server.http, **more}


class Script:
    """One run of a script as a context manager; what it says is read as it comes."""

    def __init__(self, server, name, *options, **more):
        command = [os.path.join(FOLDER, name + ".sh"), *options]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env=environment(server, **more),
        )
        self.said = []
        self.deadline = threading.Timer(LONGEST, self.process.kill)
        self.deadline.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.deadline.cancel()
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def until(self, text):
        """What follows `text` in the first line that has it."""
        for line in self.process.stdout:
            self.said.append(line)
            if text in line:
                return line.split(text, 1)[1].strip()
        raise AssertionError(f"never said {text!r} but:\n{self.told()}")

    def end(self):
        """(exit status, all that was said)."""
        self.said += self.process.stdout.readlines()
        return self.process.wait(), self.told()

    def told(self):
        return "".join(self.said)


def send(address, *habits, messages=range(MESSAGES)):
    """A sender with these messages, until its queue is empty."""
    orders = [{"from": f"a{k}@s.test", "to": [f"b{k}@r.test"]} for k in messages]
    run(
        [sys.executable, SENDER, "--smtp", address, *habits], within=LONGEST,
        input="\n".join(json.dumps(order) for order in orders) + "\n",
    )


class DriveCase(unittest.TestCase):
    def driven(self, server, name, *options, habits=()):
        """(exit status, what was said) with a sender of these habits."""
        with Script(server, name, *SHORT[name], *options) as script:
            address = script.until("send mail to ")
            script.until("waiting for ")  # by now the receiver fails
            send(address, *habits)
            return script.end()

    def assert_clean(self, server, receivers=("default",)):
        """No receiver but these is left, and no rule that was pushed to them."""
        names = {receiver["name"] for receiver in server.get("/v1/receivers")["items"]}
        self.assertEqual(set(receivers), names)
        for name in names:
            rules = server.get(f"/v1/receivers/{name}/rules")["items"]
            self.assertEqual([], [rule for rule in rules if rule["origin"] == "pushed"])


class SendersTest(DriveCase):
    def comes_back(self, name, *steps):
        with Server("healthy") as server:
            status, said = self.driven(server, name)
            self.assert_clean(server)
        self.assertEqual(0, status, said)
        for step in ("PASS receiver ", "PASS retried", "PASS delivered-once", *steps):
            self.assertIn(step, said)

    def gives_up(self, name):
        """Three minutes of the receiver's are three seconds: nobody comes back within them."""
        with Server("healthy") as server:
            status, said = self.driven(server, name, "--within", "3m", habits=["--never-retry"])
            self.assert_clean(server)
        self.assertEqual(1, status, said)
        self.assertIn("FAIL retried", said)

    def test_outage_and_a_sender_that_comes_back(self):
        self.comes_back("outage-and-recovery", "the outage goes on for 3 s", "healthy again")

    def test_outage_and_a_sender_that_gives_up(self):
        self.gives_up("outage-and-recovery")

    def test_maintenance_and_a_sender_that_comes_back(self):
        """The greeting announces the end of the window once it is fixed."""
        with Server("healthy") as server:
            status, said = self.driven(server, "maintenance-window", "--keep")
            self.assertEqual(0, status, said)
            name = re.search(r"kept the receiver ([^:]+):", said)[1]
            greetings = server.get("/v1/events", receiver=name, kind="reply", code=421)["items"]
        self.assertRegex(greetings[0]["text"], r"Closed for maintenance$")
        announced = re.search(r"closed until (.*)", said)[1]
        self.assertIn("until " + announced, greetings[-1]["text"])

    def test_maintenance_and_a_sender_that_gives_up(self):
        self.gives_up("maintenance-window")

    def test_throttling_and_a_sender_that_comes_back(self):
        steps = ["step 1: 50 of 100", "step 2: 100 of 100", "step 3: 50 of 100", "open again"]
        self.comes_back("throttle-ramp", *steps)

    def test_throttling_and_a_sender_that_gives_up(self):
        self.gives_up("throttle-ramp")

    def test_next_one_fails_and_the_sender_comes_back(self):
        self.comes_back("fail-the-next-one", "refused: 2, still to come: 0; the rule is used up")

    def test_next_one_fails_and_the_sender_gives_up(self):
        self.gives_up("fail-the-next-one")

    def test_next_one_is_rejected(self):
        """Whoever takes that as final passes, whoever tries the same message again does not."""
        options = ["--at", "message", "--reply", "554 5.6.0 No such thing", "--within", "3m"]
        with Server("healthy") as server:
            for habits, verdict in (([], "PASS"), (["--ignore-5xx"], "FAIL")):
                with self.subTest(verdict):
                    status, said = self.driven(server, "fail-the-next-one", *options, habits=habits)
                    self.assertEqual({"PASS": 0, "FAIL": 1}[verdict], status, said)
                    self.assertIn(verdict + " not-retried", said)

    def test_brown_out_and_a_sender_that_comes_back(self):
        level = "level 2: replies 100 ms late, 2 in 2 messages deferred"
        self.comes_back("brown-out", level, "well again")

    def test_brown_out_and_a_sender_that_gives_up(self):
        self.gives_up("brown-out")

    def test_outage_after_a_healthy_time(self):
        """The message before the outage is accepted, those in it come back."""
        with Server("healthy") as server:
            options = ["--for", "2", "--healthy", "1"]
            with Script(server, "outage-and-recovery", *options) as script:
                address = script.until("send mail to ")
                send(address, messages=[100])
                script.until("full: ")
                send(address)
                status, said = script.end()
        self.assertEqual(0, status, said)
        self.assertIn("healthy for 1 s", said)


class ReadmeTest(DriveCase):
    def test_readme_example_goes_as_told(self):
        """Its two commands, on a free port instead of the one it names, print what it shows."""
        with open(os.path.join(TOP, "README.md"), encoding="utf-8") as file:
            told = README.search(file.read())
        self.assertIsNotNone(told, "README.md has no such example")
        name, *options = told["script"].replace(told["port"], "127.0.0.1:0").split()
        name = re.fullmatch(r"scripts/drive/(.+)\.sh", name)[1]
        with Server("healthy") as server, Script(server, name, *options) as script:
            address = script.until("send mail to ")
            script.until("waiting for ")
            send_it = told["send"].replace(told["port"], address)
            run(["sh", "-c", send_it], within=LONGEST)
            status, said = script.end()
            self.assertEqual(int(told["status"]), status, said)
            self.assert_clean(server)
        self.assertIn(timeless(told["shown"]), timeless(said.replace(address, told["port"])))


def timeless(text):
    """Without what differs from run to run: the time, the receiver's name, how often was tried."""
    text = re.sub(r"(?m)^\d\d:\d\d:\d\d ", "", text)
    return re.sub(r"-\d+-\d+:|so far: \d+", "", text)


class ReceiverThatIsThereTest(DriveCase):
    """--receiver: driven by rules, left as it was, judged by what the script expects."""

    def test_it_is_left_as_it_was(self):
        """All scripts at once, each with a receiver that expects nothing itself."""
        with Server("healthy") as server:
            for name in SHORT:
                server.put_receiver("my-" + name, "addresses")
            results = at_once({
                name: lambda name=name: self.driven(server, name, "--receiver", "my-" + name)
                for name in SHORT
            })
            self.assert_clean(server, ["default", *("my-" + name for name in SHORT)])
            for name, (status, said) in results.items():
                with self.subTest(name):
                    self.assertEqual(0, status, said)
                    self.assertIn("PASS receiver my-" + name, said)
                    receiver = server.get("/v1/receivers/my-" + name)
                    self.assertEqual("addresses", receiver["scenario"])
                    self.assertLess(0, receiver["counts"]["deferred"])

    def test_what_was_there_before_is_not_taken_for_the_sender(self):
        with Server("healthy") as server:
            send(server.ready["smtp"], messages=[100])
            options = ["--receiver", "default", "--timeout", "1"]
            with Script(server, "throttle-ramp", *options) as script:
                status, said = script.end()
            self.assertEqual(3, status, said)
            self.assert_clean(server)

    def test_receiver_that_is_not_there(self):
        with Server("healthy") as server:
            with Script(server, "brown-out", "--receiver", "nobody") as script:
                status, said = script.end()
            self.assertEqual(2, status, said)
            self.assertIn("nobody", said)


class EndsTest(DriveCase):
    def ends_by(self, number, status):
        with Server("healthy") as server:
            for name in SHORT:
                for options in ([], ["--receiver", "default"]):
                    case = self.subTest(name, options=options)
                    with case, Script(server, name, *options) as script:
                        script.until("waiting for ")
                        script.process.send_signal(number)
                        ended, said = script.end()
                        self.assertEqual(status, ended, said)
                        self.assertRegex(said, r"removed the receiver|lifted the rule")
                        self.assert_clean(server)

    def test_interrupted_it_cleans_up(self):
        self.ends_by(signal.SIGINT, 130)

    def test_terminated_it_cleans_up(self):
        self.ends_by(signal.SIGTERM, 143)

    def test_nobody_comes(self):
        with Server("healthy") as server:
            for name in SHORT:
                with self.subTest(name), Script(server, name, "--timeout", "1") as script:
                    status, said = script.end()
                    self.assertEqual(3, status, said)
                    self.assertRegex(said, r"inconclusive: waited 1 s for .* in vain")
                    self.assert_clean(server)

    def test_failmx_is_not_there(self):
        with Server("healthy") as server:
            server.stop()
            for name in SHORT:
                with self.subTest(name), Script(server, name) as script:
                    status, said = script.end()
                    self.assertEqual(5, status, said)
                    self.assertIn("cannot reach failmx at http://%s:%d" % server.http, said)
                    self.assertEqual(1, said.count("curl: "), said)
                    self.assertNotIn("could not clean up", said)

    def test_failmx_goes_away_meanwhile(self):
        with Server("healthy") as server:
            with Script(server, "outage-and-recovery") as script:
                script.until("waiting for ")
                server.stop()
                status, said = script.end()
        self.assertEqual(5, status, said)
        self.assertIn("could not clean up", said)
        self.assertEqual(1, said.count("curl: "), said)

    def test_curl_is_missing(self):
        with Server("healthy") as server, tempfile.TemporaryDirectory() as folder:
            for tool in ("dirname", "date", "sed", "awk", "cat", "sleep"):
                os.symlink(shutil.which(tool), os.path.join(folder, tool))
            for name in SHORT:
                with self.subTest(name), Script(server, name, PATH=folder) as script:
                    status, said = script.end()
                    self.assertEqual(5, status, said)
                    self.assertIn("curl is not installed", said)


class UsageTest(DriveCase):
    def test_every_script_is_tried_here(self):
        self.assertEqual(sorted(SHORT), [os.path.basename(p)[:-3] for p in SCRIPTS])

    def test_posix_shell_can_read_them(self):
        for path in [*SCRIPTS, os.path.join(FOLDER, "lib.sh")]:
            with self.subTest(path):
                done = run(["dash", "-n", path])
                self.assertEqual((0, ""), (done.returncode, done.stderr))

    def test_help(self):
        """It names every option that the script reads."""
        with Server("healthy") as server:
            for name in SHORT:
                with self.subTest(name), Script(server, name, "--help") as script:
                    status, said = script.end()
                    self.assertEqual(0, status)
                    with open(os.path.join(FOLDER, name + ".sh"), encoding="utf-8") as file:
                        own = re.findall(r"^ +(--\w+)\)", file.read(), re.M)
                    self.assertTrue(own)
                    common = ["FAILMX_HTTP", "FAILMX_TOKEN", "Exit status", "--receiver", "--keep"]
                    for word in (f"usage: {name}.sh", *common, *own):
                        self.assertIn(word, said)

    def test_bad_usage(self):
        cases = {
            "outage-and-recovery": [["--forever"], ["--for"], ["--for", "x"], ["--timeout", "-1"]],
            "maintenance-window": [["--scale", "fast"], ["--receiver", "a/b"], ["--within"]],
            "throttle-ramp": [["--steps", "10 0"], ["--steps", "101"]],
            "fail-the-next-one": [["--count", "2.5"], ["--at", "rcptt"], ["--reply", '"']],
            "brown-out": [["--levels", "0"], ["word"], ["--by", "tomorrow"]],
        }
        with Server("healthy") as server:
            for name, rows in cases.items():
                for options in rows:
                    case = self.subTest(name, options=options)
                    with case, Script(server, name, *options) as script:
                        status, said = script.end()
                        self.assertEqual(2, status, said)
                        self.assert_clean(server)

    def test_token(self):
        with Server("healthy", "--token", 'se"cret\\') as server:
            for token, expected in (('se"cret\\', 3), ("wrong", 2), ("", 2)):
                options = ["--timeout", "0"]
                with self.subTest(token), Script(
                    server, "fail-the-next-one", *options, FAILMX_TOKEN=token
                ) as script:
                    status, said = script.end()
                    self.assertEqual(expected, status, said)


if __name__ == "__main__":
    main()
