"""failmx test: little senders as commands, good ones and bad ones, and how the run ends."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import xml.etree.ElementTree

from support import FAILMX, Server, main, run

# What a sender has to do in these tests takes fractions of a second.
ONCE = """name = "once"
[[rule]]
name  = "full once"
at    = "rcpt"
times = 1
reply = "452 4.3.1 Mail system full"
[[expect]]
check  = "retried"
within = "4s"
[[expect]]
check  = "delivered-once"
within = "8s"
quiet  = "500ms"
"""
GONE = """name = "gone"
[delivery]
unique = true
[[rule]]
name  = "no such user"
at    = "rcpt"
reply = "550 5.1.1 No such user"
[[expect]]
check = "not-retried"
quiet = "700ms"
"""
SILENT = """name = "silent"
"""

# send.py TRIES GAP [RECIPIENT]: tries so often, until the message is taken. The pause is the sender's
# own, and what is judged: no test waits by it.
SENDER = """
import os, smtplib, sys, time
tries, gap = int(sys.argv[1]), float(sys.argv[2])
recipient = sys.argv[3] if len(sys.argv) > 3 else "b@r.test"
for n in range(tries):
    if n:
        time.sleep(gap)
    try:
        with smtplib.SMTP(os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"]), timeout=20) as smtp:
            smtp.sendmail("a@s.test", [recipient], "Message-ID: <1@s.test>\\r\\n\\r\\nhi\\r\\n")
            break
    except (smtplib.SMTPException, OSError):
        pass
"""


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Folder(unittest.TestCase):
    """A folder with the scenarios and the sender, and failmx test started in it."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="failmx-e2e-")
        self.addCleanup(self.folder.cleanup)
        for name, text in (("once", ONCE), ("gone", GONE), ("silent", SILENT)):
            self.write(name + ".toml", text)
        self.write("send.py", SENDER)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path(name)

    def read(self, name, mode="r"):
        with open(self.path(name), mode) as file:
            return file.read()

    def sender(self, *args):
        return [sys.executable, self.path("send.py"), *args]

    def command(self, scenario, options, command):
        return [FAILMX, "test", self.path(scenario + ".toml"), *options, "--", *command]

    def judge(self, scenario, options, command, **more):
        return run(self.command(scenario, options, command), within=90, **more)

    def expect(self, status, result):
        said = f"{result.args}\n{result.stdout}\n{result.stderr}"
        self.assertEqual(status, result.returncode, said)
        return result


class VerdictTest(Folder):
    # labels: verdict
    def test_good_sender_passes(self):
        began = time.monotonic()
        result = self.expect(0, self.judge("once", [], self.sender("5", "0.4")))
        # Certain long before the timeout.
        self.assertLess(time.monotonic() - began, 30)
        self.assertTrue(result.stdout.upper().startswith("PASS"), result.stdout)
        self.assertIn("scenario=once seed=1 scale=1 smtp=127.0.0.1:", result.stderr)
        self.assertIn("timeout=", result.stderr)

    def test_sender_that_gives_up_fails_and_is_ended(self):
        script = f"echo $$ > {self.path('pid')}; {' '.join(self.sender('1', '0'))}; exec sleep 300"
        began = time.monotonic()
        result = self.expect(1, self.judge("once", [], ["sh", "-c", script]))
        self.assertLess(time.monotonic() - began, 60)
        self.assertIn("FAIL retried", result.stdout)
        self.assertFalse(is_alive(int(self.read("pid"))))
        self.assertNotIn("the command", result.stderr)

    def test_nothing_sent_is_inconclusive(self):
        result = self.expect(3, self.judge("once", ["--timeout", "500ms"], ["true"]))
        self.assertRegex(
            result.stderr, r"no mail has been seen; waiting up to \d+ms \(--timeout\)\n"
        )
        self.assertIn("the time is over (--timeout 500ms); the report", result.stderr)
        self.assertIn("To see all that came, run again with --journal FILE\n", result.stdout)

    def test_command_that_failed_with_nobody_connecting_is_not_waited_for(self):
        result = self.expect(4, self.judge("once", ["--timeout", "80s"], ["sh", "-c", "exit 7"]))
        said = result.stderr.splitlines()[1:]
        self.assertEqual(
            [
                "failmx: the command failed with exit status 7",
                "failmx: no mail has been seen; waiting up to 5s (the command has failed)",
            ],
            said[:2],
        )
        self.assertTrue(said[2].startswith("failmx: nothing connected within 5s of the end"), said)
        self.assertEqual(
            "failmx: exit status 4: the verdict is inconclusive, but the command failed with exit "
            "status 7",
            said[-1],
        )

    def test_what_a_failed_command_has_left_running_is_waited_for(self):
        script = f"(sleep 6; {' '.join(self.sender('5', '0.4'))}) & exit 7"
        result = self.expect(4, self.judge("once", ["--timeout", "80s"], ["sh", "-c", script]))
        self.assertTrue(result.stdout.upper().startswith("PASS"), result.stdout)

    def test_command_that_fails_while_the_checks_pass(self):
        script = f"{' '.join(self.sender('5', '0.4'))}; exit 7"
        result = self.expect(4, self.judge("once", [], ["sh", "-c", script]))
        self.assertIn("failmx: the command failed with exit status 7\n", result.stderr)
        self.assertEqual(
            "failmx: exit status 4: all checks passed, but the command failed with exit status 7",
            result.stderr.splitlines()[-1],
        )
        self.assertTrue(result.stdout.upper().startswith("PASS"), result.stdout)

    def test_failed_check_counts_more_than_the_command(self):
        script = f"{' '.join(self.sender('1', '0'))}; exit 7"
        self.expect(1, self.judge("once", [], ["sh", "-c", script]))

    def test_command_failed_counts_more_than_not_knowing(self):
        self.expect(4, self.judge("once", ["--timeout", "500ms"], ["false"]))

    def test_rejected_message_is_left_alone(self):
        result = self.expect(0, self.judge("gone", [], self.sender("1", "0")))
        self.assertTrue(result.stdout.upper().startswith("PASS"), result.stdout)

    def test_more_messages_are_awaited(self):
        first = " ".join(self.sender("5", "0.4", "one@r.test"))
        second = " ".join(self.sender("5", "0.4", "two@r.test"))
        # The second one comes from the background, when the verdict on the first is certain.
        script = f"{first}; (sleep 1.5; {second}) & exit 0"
        report = self.path("report.json")
        options = ["--messages", "2", "--report", report]
        self.expect(0, self.judge("once", options, ["sh", "-c", script]))
        self.assertEqual(2, json.loads(self.read("report.json"))["figures"]["deliveries"])

    def test_queue_that_retries_after_the_command_has_exited(self):
        script = f"{' '.join(self.sender('5', '0.4'))} & exit 0"
        self.expect(0, self.judge("once", [], ["sh", "-c", script]))

    def test_policy_instead_of_the_scenario(self):
        text = '[[expect]]\ncheck = "attempt-limit"\nat_most = 1\n'
        strict = self.write("strict.toml", text)
        result = self.expect(1, self.judge("once", ["--expect", strict], self.sender("5", "0.4")))
        self.assertIn("attempt-limit", result.stdout)
        self.assertNotIn("delivered-once", result.stdout)

    def test_until_exit_judges_when_the_command_has_ended(self):
        began = time.monotonic()
        result = self.expect(3, self.judge("once", ["--until", "exit"], self.sender("1", "0")))
        self.assertLess(time.monotonic() - began, 60)
        self.assertIn("retried", result.stdout)


class RefusalTest(Folder):
    def test_command_that_cannot_be_run(self):
        plain = self.write("plain.txt", "hi")
        strange = self.write("strange", "\x01\x02 no program\n")
        os.chmod(strange, 0o755)
        for command in (["no-such-program"], [plain], [strange], [self.folder.name]):
            result = self.expect(2, self.judge("once", [], command))
            self.assertIn(f"failmx: cannot run '{command[0]}': ", result.stderr)
            self.assertEqual("", result.stdout)

    def test_scenario_without_expectations(self):
        result = self.expect(2, self.judge("silent", [], ["true"]))
        self.assertIn("expects nothing of a sender", result.stderr)
        self.assertIn("--policy", result.stderr)
        self.assertNotIn("testing with", result.stderr)

    def test_html_is_not_there_yet(self):
        result = self.expect(2, self.judge("once", ["--html", "x.html"], ["true"]))
        self.assertIn("'--html' is not in this version", result.stderr)

    def test_port_in_use(self):
        with Server("healthy") as server:
            for option, taken in (("--smtp", server.ready["smtp"]), ("--http", server.ready["http"])):
                result = self.expect(2, self.judge("once", [option, taken], ["true"]))
                self.assertIn(taken, result.stderr)


class ChildTest(Folder):
    def test_environment_and_streams_of_the_command(self):
        script = "echo $FAILMX_SMTP $FAILMX_HTTP $SMTP_HOST $SMTP_PORT; cat; echo err >&2"
        options = ["--timeout", "300ms"]
        result = self.judge("once", options, ["sh", "-c", script], input="from standard input\n")
        words = result.stdout.splitlines()[0].split()
        self.assertRegex(words[0], r"^127\.0\.0\.1:\d+$")
        self.assertRegex(words[1], r"^http://127\.0\.0\.1:\d+$")
        self.assertEqual(words[0], ":".join(words[2:4]))
        self.assertEqual("from standard input", result.stdout.splitlines()[1])
        self.assertIn("err\n", result.stderr)
        self.assertIn(f"smtp={words[0]} ", result.stderr)

    def test_command_inherits_no_socket(self):
        script = (
            "import os\n"
            "names = ['/proc/self/fd/%d' % n for n in range(3, 50)]\n"
            "print(*[os.readlink(name) for name in names if os.path.lexists(name)])\n"
        )
        result = self.judge("once", ["--timeout", "300ms"], [sys.executable, "-c", script])
        self.assertEqual("", result.stdout.splitlines()[0])

    def test_command_that_reads_from_the_terminal_gets_it(self):
        # A session of its own, so that the terminal is a controlling one.
        inner = self.command("once", ["--timeout", "20s"], ["sh", "-c", "read x; echo got $x; exit 3"])
        pid, leader = pty.fork()
        if pid == 0:
            os.execv(inner[0], inner)
        said = b""
        os.write(leader, b"hello\n")
        while b"got hello" not in said:
            said += os.read(leader, 4096)
        # The command has ended and the terminal is ours again: this interrupts us.
        while b"checks 0/2" not in said.partition(b"got hello")[2]:
            said += os.read(leader, 4096)
        os.write(leader, b"\x03")
        try:
            while os.read(leader, 4096):
                pass
        except OSError:
            pass
        self.assertEqual(130, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
        os.close(leader)

    def test_command_can_ask_the_control_api(self):
        script = (
            "import os, urllib.request\n"
            "url = os.environ['FAILMX_HTTP'] + '/v1/receivers/default'\n"
            "print(urllib.request.urlopen(url, timeout=20).read().decode())\n"
        )
        result = self.judge("once", ["--timeout", "2s"], [sys.executable, "-c", script])
        self.assertIn('"scenario":"once"', result.stdout)

    def test_command_may_go_on_until_the_timeout(self):
        script = f"echo $$ > {self.path('pid')}; {' '.join(self.sender('5', '0.4'))}; exec sleep 300"
        began = time.monotonic()
        result = self.expect(0, self.judge("once", ["--timeout", "4s"], ["sh", "-c", script]))
        self.assertGreaterEqual(time.monotonic() - began, 4)
        self.assertFalse(is_alive(int(self.read("pid"))))
        # Ended by us: no failure of its own.
        self.assertNotIn("the command", result.stderr)

    def test_command_that_does_not_mind_sigterm_is_killed(self):
        script = f"trap '' TERM; echo $$ > {self.path('pid')}; while :; do sleep 300; done"
        began = time.monotonic()
        self.expect(3, self.judge("once", ["--timeout", "300ms"], ["sh", "-c", script]))
        self.assertGreaterEqual(time.monotonic() - began, 5)
        self.assertFalse(is_alive(int(self.read("pid"))))

    def test_what_the_command_leaves_behind_is_ended(self):
        script = f"sleep 300 & echo $! > {self.path('pid')}; exec {' '.join(self.sender('5', '0.4'))}"
        self.expect(0, self.judge("once", [], ["sh", "-c", script]))
        self.assertFalse(is_alive(int(self.read("pid"))))

    def test_interrupt_gives_the_report_so_far(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            script = f"echo $$ > {self.path('pid')}; echo begun; exec sleep 300"
            command = self.command("once", ["--junit", self.path("junit.xml")], ["sh", "-c", script])
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                self.assertEqual(b"begun\n", process.stdout.readline())
                process.send_signal(number)
                out, err = process.communicate(timeout=60)
                self.assertEqual(130, process.returncode, err)
            self.assertIn(b"INCONCLUSIVE", out.upper())
            self.assertIn(b"interrupted", err)
            self.assertEqual(b"failmx: exit status 130: interrupted", err.splitlines()[-1])
            self.assertTrue(os.path.exists(self.path("junit.xml")))
            self.assertFalse(is_alive(int(self.read("pid"))))

    def test_interrupt_after_the_command_has_failed(self):
        command = self.command("once", ["--timeout", "80s"], ["sh", "-c", "exit 7"])
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            for line in process.stderr:
                if "no mail has been seen" in line:
                    break
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
        self.assertEqual(130, process.returncode, err)
        self.assertEqual(
            "failmx: exit status 130: interrupted; before that the command failed with exit status 7",
            err.splitlines()[-1],
        )


class FileTest(Folder):
    # labels: verdict journal-file
    def test_journal_gives_the_same_report(self):
        for scenario, tries, status in (("once", "5", 0), ("once", "1", 1), ("gone", "3", 1)):
            files = ["--journal", self.path("run.ndjson"), "--junit", self.path("live.xml")]
            files += ["--report", self.path("live.json")]
            live = self.expect(status, self.judge(scenario, files, self.sender(tries, "0.4")))
            files = ["--junit", self.path("file.xml"), "--report", self.path("file.json")]
            offline = run([FAILMX, "verify", self.path("run.ndjson"), *files])
            self.expect(status, offline)
            self.assertEqual("", offline.stderr)
            # But for the last sentence of a failure, which names the file or a server.
            there, here = (text.partition("\nLook at: ") for text in (live.stdout, offline.stdout))
            self.assertEqual(there[0].strip(), here[0].strip())
            self.assertEqual(status != 0, self.path("run.ndjson") in there[2])
            self.assertEqual(self.read("live.xml", "rb"), self.read("file.xml", "rb"))
            self.assertEqual(self.read("live.json", "rb"), self.read("file.json", "rb"))

    def test_junit_and_json_tell_the_verdict(self):
        files = ["--junit", self.path("junit.xml"), "--report", self.path("report.json")]
        self.expect(1, self.judge("once", files, self.sender("1", "0")))
        suite = xml.etree.ElementTree.parse(self.path("junit.xml")).getroot()
        failed = [case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None]
        self.assertEqual(["retried"], failed)
        report = json.loads(self.read("report.json"))
        self.assertEqual("fail", report["verdict"])
        checks = {check["name"]: check["verdict"] for check in report["checks"]}
        self.assertEqual({"retried": "fail", "delivered-once": "inconclusive"}, checks)

    def test_files_that_cannot_be_written_are_told_at_the_start(self):
        for option in ("--junit", "--report", "--journal"):
            result = self.expect(2, self.judge("once", [option, self.path("no/such")], ["true"]))
            self.assertIn(self.path("no/such"), result.stderr)
            self.assertNotIn("testing with", result.stderr)

    def test_device_as_a_file(self):
        result = self.expect(
            0, self.judge("once", ["--report", "/dev/stdout"], self.sender("5", "0.4"))
        )
        self.assertIn('{"verdict":"pass"', result.stdout)


def on_terminal(command, environment=None):
    """(exit status, what a terminal was sent): standard output and error are the same terminal."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        command, stdin=follower, stdout=follower, stderr=follower, env=environment
    ) as process:
        os.close(follower)
        said = b""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if not select.select([leader], [], [], 5)[0]:
                continue
            try:
                chunk = os.read(leader, 4096)
            except OSError:  # the last process has closed it
                break
            if not chunk:
                break
            said += chunk
        os.close(leader)
        return process.wait(timeout=30), said.decode("utf-8", "replace")


class TerminalTest(Folder):
    def test_terminal_shows_progress_and_colour(self):
        environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"}
        command = self.command("once", [], self.sender("5", "0.4"))
        status, said = on_terminal(command, environment)
        self.assertEqual(0, status, said)
        self.assertIn("\r\033[K", said)
        self.assertRegex(said, r"\d+ attempts?; deliveries \d+ open, \d+ accepted, \d+ rejected; ")
        # Cleared before the report begins.
        line, _, report = said.rpartition("\r\033[K")
        self.assertIn(" left", line)
        self.assertNotIn(" left", report)
        self.assertRegex(report, "\033\\[[0-9;]+m[^\n]*PASS")

    def test_no_color_is_obeyed(self):
        command = self.command("once", [], self.sender("5", "0.4"))
        status, said = on_terminal(command, {**os.environ, "NO_COLOR": "1"})
        self.assertEqual(0, status, said)
        self.assertNotRegex(said, "\033\\[[0-9;]*m")

    def test_pipe_gets_neither(self):
        result = self.expect(0, self.judge("once", [], self.sender("5", "0.4")))
        self.assertNotIn("\033", result.stdout + result.stderr)
        self.assertNotIn("\r", result.stdout + result.stderr)
        self.assertEqual(1, len(result.stderr.splitlines()))


if __name__ == "__main__":
    main()
