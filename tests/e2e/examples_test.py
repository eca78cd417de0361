#!/usr/bin/env python3
"""The worked examples of scripts/examples pass against a live failmx, and can fail.

Each runs in a copy of its folder, by the commands that its own comment gives. What a language's
package manager fetches stays in its cache (~/.npm, ~/.m2): only a first run needs its registry.
"""
# labels: examples

import glob
import os
import re
import shutil
import tempfile
import unittest

from support import FAILMX, Server, main, run

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(TOP, "scripts", "examples")
LONGEST = 180  # seconds for one command: a first run downloads
# Tried by senders_test.py, exchangers_test.py and recipes_test.py.
OTHERS = {"README.md", "senders", "ci"}
LANGUAGES = set(os.listdir(FOLDER)) - OTHERS
IGNORED = {"node_modules", "target", "__pycache__", ".pytest_cache"}
NOT_LINKED = {"README.md", "package.json", "package-lock.json", "go.mod", "pom.xml"}
TWICE = re.compile(r'(times"?: )2')  # how often the examples' scenario defers


class ExamplesTest(unittest.TestCase):
    def check(self, language, *commands, tools=(), starts_its_own=False):
        """The last command runs the test: it passes, and fails if mail is deferred once only.
        `starts_its_own`: it passes too where no failmx is running."""
        for tool in tools:
            self.assertIsNotNone(shutil.which(tool), f"{tool} is not installed")
        with Server("healthy") as server, tempfile.TemporaryDirectory() as folder:
            copy = os.path.join(folder, language)
            shutil.copytree(
                os.path.join(FOLDER, language), copy,
                ignore=shutil.ignore_patterns(*IGNORED),
            )
            self.assert_readable(copy)
            env = dict(os.environ, FAILMX_HTTP="http://%s:%d" % server.http)
            # All that is needed is there: a Go that would fetch another Go, or a module, fails.
            env.update({"GOTOOLCHAIN": "local", "GOPROXY": "off"})
            for command in commands:
                done = self.carry_out(command, copy, env)
                self.assertEqual(0, done.returncode, f"{command}\n{done.stdout}\n{done.stderr}")
            accepted = server.get("/v1/receivers/default")["counts"]["accepted"]
            self.assertEqual(0, accepted, "it went to the receiver of others")
            self.assert_removed(server)
            if starts_its_own:
                alone = {**env, "FAILMX": os.path.abspath(FAILMX)}
                del alone["FAILMX_HTTP"]
                # What is left running would hold standard error, and be waited for.
                done = self.carry_out(commands[-1], copy, alone)
                self.assertEqual(0, done.returncode, f"alone\n{done.stdout}\n{done.stderr}")
                self.assertNotIn('"level":', done.stdout + done.stderr, "a log that nobody reads")

            self.assertEqual(1, self.defer_once(copy))
            done = self.carry_out(commands[-1], copy, env)
            self.assertNotEqual(0, done.returncode, f"it cannot fail\n{done.stdout}\n{done.stderr}")
            self.assertRegex(done.stdout + done.stderr, r"452\D+250")
            self.assert_removed(server)

    def carry_out(self, command, folder, env):
        done = run(command, within=LONGEST, cwd=folder, env=env)
        if command[0] == "mvn" and "offline mode" in done.stdout:
            command = [word for word in command if word != "--offline"]
            done = run(command, within=LONGEST, cwd=folder, env=env)
        return done

    def assert_removed(self, server):
        names = [receiver["name"] for receiver in server.get("/v1/receivers")["items"]]
        self.assertEqual(["default"], names)

    def assert_readable(self, folder):
        """Short enough to be read at once, and no lock file names the host it was made with."""
        for path in glob.glob(os.path.join(folder, "**", "*"), recursive=True):
            if not os.path.isfile(path):
                continue
            with open(path, encoding="utf-8") as file:
                text = file.read()
            self.assertNotIn('"resolved"', text, path)
            lines = [line.strip() for line in text.splitlines()]
            code = [line for line in lines if line and not line.startswith(("//", "#"))]
            self.assertLess(len(code), 120, path)

    def defer_once(self, folder):
        """In how many files the scenario was changed to defer once only."""
        count = 0
        for path in glob.glob(os.path.join(folder, "**", "*eferral*"), recursive=True):
            if not os.path.isfile(path) or os.sep + "target" + os.sep in path:
                continue
            with open(path, encoding="utf-8") as file:
                text, found = TWICE.subn(r"\g<1>1", file.read())
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            count += found
        return count

    def test_shell(self):
        self.check("shell", ["sh", "deferral_test.sh"], tools=["curl", "jq"])

    def test_shell_says_that_no_failmx_is_there(self):
        with Server("healthy") as server:
            gone = "http://%s:%d" % server.http
        script = os.path.join(FOLDER, "shell", "deferral_test.sh")
        done = run(["sh", script], env={**os.environ, "FAILMX_HTTP": gone})
        self.assertEqual(1, done.returncode)
        self.assertIn(f"FAILED: no failmx is ready at {gone}", done.stderr)
        self.assertEqual(1, len(done.stderr.splitlines()), done.stderr)

    def test_python(self):
        self.check("python", ["python3", "deferral_test.py"], starts_its_own=True)

    def test_python_says_why_failmx_does_not_start(self):
        program = "import failmx\nwith failmx.running(): pass"
        env = {**os.environ, "FAILMX": os.path.abspath(FAILMX), "FAILMX_SCENARIO": "no-such"}
        env.pop("FAILMX_HTTP", None)
        done = run(["python3", "-B", "-c", program], cwd=os.path.join(FOLDER, "python"), env=env)
        last = done.stderr.strip().splitlines()[-1]
        self.assertRegex(last, r"^RuntimeError: failmx did not start: .*no scenario 'no-such'")

    def test_node(self):
        fetch = ["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund"]
        self.check("node", fetch, ["npm", "test"], tools=["node"], starts_its_own=True)

    def test_go(self):
        test = ["go", "test", "-count=1", "./..."]
        self.check("go", ["go", "vet", "./..."], test, starts_its_own=True)

    def test_java(self):
        self.check("java", ["mvn", "--offline", "-B", "-ntp", "test"], tools=["javac"])

    def test_readme_and_comment_give_the_same_command(self):
        with open(os.path.join(TOP, "README.md"), encoding="utf-8") as file:
            block = re.search(r"^```sh examples\n(.*?)^```", file.read(), re.S | re.M)
        commands = block[1].splitlines()
        self.assertEqual(len(LANGUAGES), len(commands))
        for command in commands:
            language = re.search(r"scripts/examples/(\w+)", command)[1]
            paths = glob.glob(os.path.join(FOLDER, language, "**", "*eferral*"), recursive=True)
            (path,) = [path for path in paths if os.path.isfile(path)]
            with open(path, encoding="utf-8") as file:
                self.assertIn(command, file.read(), path)

    def test_every_example_is_tried_here(self):
        tried = {name.replace("test_", "") for name in dir(self) if name.startswith("test_")}
        for language in LANGUAGES:
            self.assertIn(language, tried)

    def test_index_names_every_file(self):
        """Of scripts/examples, with the test that carries it out."""
        with open(os.path.join(FOLDER, "README.md"), encoding="utf-8") as file:
            index = file.read()
        linked = set(re.findall(r"\]\(([^)#]+)\)", index))
        for link in linked:
            self.assertTrue(os.path.exists(os.path.join(FOLDER, link)), link)
        for folder, _, names in os.walk(FOLDER):
            if set(os.path.relpath(folder, FOLDER).split(os.sep)) & IGNORED:
                continue
            for name in set(names) - NOT_LINKED:
                self.assertIn(os.path.relpath(os.path.join(folder, name), FOLDER), linked)
        for test in set(re.findall(r"`(\w+_test\.py)`", index)):
            self.assertTrue(os.path.exists(os.path.join(TOP, "tests", "e2e", test)), test)


if __name__ == "__main__":
    main()
