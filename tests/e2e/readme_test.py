"""The README does what it says: its tour is carried out, its tables are the program's own."""
# labels: readme

import json
import os
import re
import smtplib
import subprocess
import tempfile
import unittest

from support import FAILMX, Server

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VERDICT = re.compile(r"^```sh verdict:exit=(?P<status>\d+)\n(?P<text>.*?)^```", re.S | re.M)
STEP = re.compile(r"^```sh tour:(?P<kind>serve|exit=(?P<status>\d+))\n(?P<text>.*?)^```", re.S | re.M)
FOLDER = re.compile(r"^```sh tour:folder\n(?P<text>.*?)^```", re.S | re.M)
RULES = re.compile(r"^### How rules are written.*?^```toml\n(?P<text>.*?)^```", re.S | re.M)
SHOWN = re.compile(r"^```(?:text|json)\n(?P<text>.*?)^```", re.S | re.M)


def readme():
    with open(os.path.join(TOP, "README.md"), encoding="utf-8") as file:
        return file.read()


def run(command, folder, env):
    return subprocess.run(
        ["bash", "-c", "set -o pipefail\n" + command],
        cwd=folder, env=env, capture_output=True, text=True, timeout=150, check=False,
    )


def set_up(checkout):
    """A folder where scripts/build was called, and the environment that the page asks for."""
    os.mkdir(os.path.join(checkout, "build"))
    os.symlink(os.path.abspath(FAILMX), os.path.join(checkout, "build", "failmx"))
    block = re.search(r"^```sh setup\n(?P<text>.*?)^```", readme(), re.S | re.M)["text"]
    (export,) = re.findall(r"^export PATH=.*$", block, re.M)
    path = run(f'{export}\nprintf %s "$PATH"', checkout, dict(os.environ)).stdout
    return dict(os.environ, PATH=path)


def shows(shown, said):
    """Is `shown` all that was said, but for what each of its lines "…" stands for?"""
    pieces = [re.escape(piece) for piece in re.split(r"^…\n", shown, flags=re.M)]
    return re.fullmatch(r"(?:.+\n|\n)+".join(pieces), said) is not None


class Readme(unittest.TestCase):
    def test_five_minute_tour_goes_as_told(self):
        """Each command of the tour, in order, against free ports instead of the usual ones."""
        steps = list(STEP.finditer(readme()))
        self.assertEqual([step["kind"] for step in steps].count("serve"), 1)
        self.assertGreater(len(steps), 5)
        serve = steps[0]["text"].split()
        self.assertEqual(serve[:2], ["scripts/run", "--scenario"])
        with Server(*serve[2:]) as server, tempfile.TemporaryDirectory() as checkout:
            env = set_up(checkout)
            (change,) = FOLDER.finditer(readme())
            done = run(change["text"] + "pwd", checkout, {**env, "TMPDIR": checkout})
            folder = done.stdout.strip()
            self.assertNotEqual(folder, checkout)
            before = os.listdir(checkout)
            said = []
            for step in steps[1:]:
                command = step["text"].replace("127.0.0.1:1025", server.ready["smtp"])
                command = command.replace("127.0.0.1:8025", server.ready["http"])
                done = run(command, folder, env)
                said.append(done.stdout)
                told = f"{command}\n{done.stdout}\n{done.stderr}"
                self.assertEqual(done.returncode, int(step["status"]), told)
            (refusal,) = [t["text"] for t in SHOWN.finditer(readme()) if "<** " in t["text"]]
            self.assertTrue(shows(refusal, said[0]), said[0])
            gaps = re.compile(r'(?<="gap":)\d+(\.\d)?(?=})')
            (table,) = [t["text"] for t in SHOWN.finditer(readme()) if '"copies"' in t["text"]]
            self.assertEqual(gaps.sub("", table), gaps.sub("", said[3]))
            self.assertEqual(before, os.listdir(checkout), "what is not in the tour's own folder")
            (mine,) = [i for i, step in enumerate(steps[1:]) if "receivers/mine" in step["text"]]
            self.assertRegex(said[mine], r'"127\.0\.0\.1:\d+"')
            (login,) = [i for i, step in enumerate(steps[1:]) if "kind=login" in step["text"]]
            self.assertIn('["tls","TLSv1.3",null]', said[login])
            self.assertIn('["login",null,"alice"]', said[login])
            (clock,) = [i for i, step in enumerate(steps[1:]) if '"advance"' in step["text"]]
            self.assertGreaterEqual(json.loads(said[clock])["now"], 7200)

    def test_verdicts_are_as_told(self):
        """The runs of `failmx test` that open the page: each prints the lines shown below it."""
        text = readme()
        steps = list(VERDICT.finditer(text))
        self.assertEqual([step["status"] for step in steps], ["0", "0", "1", "0"])
        following = [SHOWN.match(text, step.end() + len("\n\n")) for step in steps]
        self.assertEqual([shown is not None for shown in following], [True, False, True, True])
        with tempfile.TemporaryDirectory() as folder:
            env = set_up(folder)
            for step, shown in zip(steps, following):
                done = run(step["text"], folder, env)
                told = f"{step['text']}\n{done.stdout}\n{done.stderr}"
                self.assertEqual(done.returncode, int(step["status"]), told)
                if shown is None:
                    self.assertIn("PASS receiver default: ", done.stdout)
                    continue
                # How long the shortest gap was depends on the machine.
                both = (shown["text"], done.stdout)
                timeless = [re.sub(r"gap was .*", "gap was", t) for t in both]
                self.assertTrue(shows(*timeless), told)

    def test_rules_win_as_told(self):
        """The rules of the reference: what adds, what decides, a window that an advance ends."""
        with Server("healthy") as server:
            smtp = server.put_receiver_text("rules", RULES.search(readme())["text"])

            def reply(recipient):
                with smtplib.SMTP(*smtp) as client:
                    client.helo()
                    client.mail("me@sender.test")
                    code, _ = client.rcpt(recipient)
                told = server.get("/v1/events", receiver="rules", kind="reply", stage="rcpt")
                return code, told["items"][-1].get("rule")

            self.assertEqual(reply("you@r.test"), (452, "full for two hours"))
            self.assertEqual(reply("postmaster@r.test"), (250, "postmaster"))
            slow = server.get("/v1/receivers/rules/rules")["items"][0]
            self.assertEqual((slow["name"], slow["hits"]), ("slow", 2))
            status, _ = server.request(
                "PATCH", "/v1/receivers/rules/state", {"clock": {"advance": "2h"}}
            )
            self.assertEqual(status, 200)
            self.assertEqual(reply("you@r.test"), (250, None))

    def test_values_of_per_are_all_listed(self):
        (listed,) = re.findall(r"^- \*\*`per`\*\*.*? count by: (.*?)\. `", readme(), re.S | re.M)
        named = set(re.findall(r"`([\w/]+)`", listed))
        with tempfile.TemporaryDirectory() as folder:
            schema = json.loads(run("failmx schema", TOP, set_up(folder)).stdout)
        self.assertEqual(named, set(schema["$defs"]["per"]["enum"]))

    def test_ready_line_is_the_one_shown(self):
        shown = [block["text"] for block in SHOWN.finditer(readme())]
        with Server("full-twice") as server:
            line = server.ready_line.strip()
            line = line.replace(server.ready["smtp"], "127.0.0.1:1025")
            line = line.replace(server.ready["http"], "127.0.0.1:8025")
            self.assertIn(line + "\n", shown)

    def test_tables_are_printed_by_the_program(self):
        env = dict(os.environ, FAILMX=os.path.abspath(FAILMX))
        done = run(f"{TOP}/scripts/readme --check", TOP, env)
        self.assertEqual(done.returncode, 0, "run scripts/readme\n" + done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
