#!/usr/bin/env python3
"""The recipes of scripts/examples/ci, and pytest's fixtures, do what they say.

What needs no container engine is run: the commands of the YAML files too, as they stand, against a
live failmx, with stand-ins for apt-get and git. The files themselves are checked against the public
schemas that check-jsonschema carries. Each recipe is seen to fail with a sender that does not cope.
"""
# labels: recipes

import os
import re
import shutil
import tempfile
import unittest

from python_env import programs
from support import FAILMX, Server, main, run
from yaml_files import load

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXAMPLES = os.path.join(TOP, "scripts", "examples")
FOLDER = os.path.join(EXAMPLES, "ci")

# The scenario that the recipes name, in less time: its hour is a second, and haste is no fault.
QUICK = """
[time]
scale = 3600
[[rule]]
at = "rcpt"
times = 2
reply = "452 4.3.1 Mail system full"
[[expect]]
check = "retried"
within = "1h"
[[expect]]
check = "delivered-once"
within = "2h"
"""
SENDER = """#!/usr/bin/python3 -I
import os, smtplib
for attempt in range({attempts}):
    try:
        with smtplib.SMTP(os.environ["SMTP_HOST"], int(os.environ["SMTP_PORT"])) as client:
            client.sendmail("me@sender.test", ["you@receiver.test"], "Subject: x\\n\\nHello.\\n")
        break
    except smtplib.SMTPRecipientsRefused:
        pass
"""
GOOD, NAIVE = SENDER.format(attempts=5), SENDER.format(attempts=1)
# Leaves what a checkout and scripts/build leave.
CHECKOUT = """#!/bin/sh
mkdir -p failmx/scripts failmx/build
printf '#!/bin/sh\\n' > failmx/scripts/build
chmod +x failmx/scripts/build
ln -s "$FAILMX" failmx/build/failmx
"""


class RecipesCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="failmx-recipes-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for name in ("scenarios", "bin", "work"):
            os.mkdir(os.path.join(self.folder, name))
        self.work = os.path.join(self.folder, "work")
        self.write("scenarios/full-twice.toml", QUICK)
        os.symlink(os.path.abspath(FAILMX), os.path.join(self.folder, "bin", "failmx"))
        self.env = {
            **os.environ,
            "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
            "FAILMX": os.path.abspath(FAILMX),
            "FAILMX_SCENARIOS": os.path.join(self.folder, "scenarios"),
        }

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)
        return path

    def carry_out(self, command, **env):
        return run(command, within=120, cwd=self.work, env={**self.env, **env})

    def expect(self, status, command, **env):
        done = self.carry_out(command, **env)
        self.assertEqual(status, done.returncode, f"{command}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def assert_junit(self, failures, name="failmx.xml"):
        with open(os.path.join(self.work, name), encoding="utf-8") as file:
            self.assertEqual(failures, len(re.findall("<failure", file.read())))


class ShellTest(RecipesCase):
    def test_scenarios(self):
        sender = self.write("work/send-mail", GOOD)
        script = os.path.join(FOLDER, "scenarios.sh")
        self.expect(0, [script, "healthy full-twice", sender])
        self.assert_junit(0, "failmx-healthy.xml")
        self.assert_junit(0, "failmx-full-twice.xml")
        self.write("work/send-mail", NAIVE)
        self.expect(1, [script, "full-twice healthy", sender])
        self.assert_junit(1, "failmx-full-twice.xml")
        self.assert_junit(0, "failmx-healthy.xml")

    def test_scenarios_end_with_the_gravest_status(self):
        """In the order of `failmx test`, whichever came last; what is not its own at once."""
        os.remove(os.path.join(self.folder, "bin", "failmx"))  # a link to the real one
        self.write("bin/failmx", "#!/bin/sh\nexit ${2#s}\n")
        script = os.path.join(FOLDER, "scenarios.sh")
        told = {"s1 s3": 1, "s3 s1 s0": 1, "s0 s3 s0": 3, "s4 s3": 4, "s1 s4": 1, "s2 s1": 2}
        told["s130 s1"] = 130
        for scenarios, status in told.items():
            self.expect(status, [script, scenarios, "true"])

    def test_ctest_fixture(self):
        sender = self.write("work/send-mail", GOOD)
        source = os.path.join(FOLDER, "ctest")
        # Whatever CMake takes by itself is not on every machine; this one builds failmx.
        configure = ["cmake", "-S", source, "-B", "build", f"-DSENDER={sender}"]
        self.expect(0, configure, CMAKE_GENERATOR="Ninja")
        test = ["ctest", "--test-dir", "build", "--output-on-failure"]
        self.assertIn("100% tests passed", self.expect(0, test))
        # One alone brings the others that it needs.
        self.assertIn("out of 4", self.expect(0, [*test, "-R", "mail-verdict"]))
        self.write("work/send-mail", NAIVE)
        said = self.carry_out(test).stdout
        self.assertRegex(said, r"mail-verdict \(Failed\)")
        self.assertRegex(said, r"failmx-stop \.+ +Passed")
        self.assertFalse(os.path.exists(os.path.join(self.work, "build", "failmx.json")))

    def test_ctest_fixture_says_why_failmx_does_not_start(self):
        script = os.path.join(FOLDER, "ctest", "failmx.sh")
        done = self.carry_out(["sh", script, "start", "--scenario", "no-such"])
        self.assertEqual(1, done.returncode)
        self.assertIn("no-such", done.stderr)


class YamlTest(RecipesCase):
    """GitHub's and GitLab's files: their commands in order, for a good sender and a naive one."""

    def from_sources(self, commands, env):
        for program, text in (("apt-get", "#!/bin/sh\n"), ("git", CHECKOUT)):
            self.write(f"bin/{program}", text)
        for sender, passes in ((GOOD, True), (NAIVE, False)):
            shutil.rmtree(self.work)
            os.mkdir(self.work)
            self.write("work/send-mail", sender)
            if not any("git clone" in command for command in commands):  # an action did it
                self.expect(0, ["git"])
            self.assert_ends(passes, commands, env)
            self.assert_junit(0 if passes else 1)

    def service(self, commands, env, service_env):
        self.assert_known(service_env)
        self.write("bin/apt-get", "#!/bin/sh\n")
        for sender, passes in ((GOOD, True), (NAIVE, False)):
            self.write("work/send-mail", sender)
            arguments = ["--scenarios", self.env["FAILMX_SCENARIOS"]]
            with Server(service_env["FAILMX_SCENARIO"], *arguments) as server:
                self.assertLessEqual({"SMTP_HOST", "SMTP_PORT", "FAILMX_HTTP"}, set(env))
                here = {
                    "SMTP_HOST": server.smtp[0],
                    "SMTP_PORT": str(server.smtp[1]),
                    "FAILMX_HTTP": "http://%s:%d" % server.http,
                }
                self.assert_ends(passes, commands, {**env, **here})
            self.assert_junit(0 if passes else 1)

    def assert_ends(self, passes, commands, env):
        """All commands but the last succeed, whoever sends."""
        for command in commands[:-1]:
            self.expect(0, ["bash", "-eo", "pipefail", "-c", command], **env)
        last = ["bash", "-eo", "pipefail", "-c", commands[-1]]
        said = self.expect(0 if passes else 1, last, **env)
        self.assertRegex(said, r"(?m)^(PASS|FAIL) receiver default")

    def assert_known(self, service_env):
        flags = run([FAILMX, "serve", "--help"]).stdout
        for name in service_env:
            self.assertIn(f"(Env:{name})", flags)

    def assert_ports(self, ports):
        """As the image exposes them and docker-compose.yml publishes them."""
        with open(os.path.join(TOP, "scripts", "Dockerfile"), encoding="utf-8") as file:
            image = file.read()
        exposed = re.search(r"^EXPOSE (.+)$", image, re.M)[1].split()
        compose = load(os.path.join(TOP, "docker-compose.yml"))
        published = compose["services"]["failmx"]["ports"]
        for port in ("1025", "8025"):
            self.assertIn(f"{port}:{port}", ports)
            self.assertIn(port, exposed)
            self.assertIn(port, [text.rsplit(":", 1)[1] for text in published])
        self.assertRegex(image, r"(?m)^HEALTHCHECK ")

    def test_github_from_sources(self):
        job = load(os.path.join(FOLDER, "github-actions.yml"))["jobs"]["from-sources"]
        self.from_sources([step["run"] for step in job["steps"] if "run" in step], {})

    def test_github_service_container(self):
        job = load(os.path.join(FOLDER, "github-actions.yml"))["jobs"]["service-container"]
        service = job["services"]["failmx"]
        self.assert_ports(service["ports"])
        commands = [step["run"] for step in job["steps"] if "run" in step]
        self.service(commands, job["env"], service["env"])

    def test_gitlab_from_sources(self):
        job = load(os.path.join(FOLDER, "gitlab-ci.yml"))["mail, from-sources"]
        commands = job["before_script"] + job["script"]
        self.from_sources(commands, {"FAILMX_REPOSITORY": "failmx"})

    def test_gitlab_service(self):
        job = load(os.path.join(FOLDER, "gitlab-ci.yml"))["mail, service"]
        env = job["variables"]
        (service,) = job["services"]
        # The name it is called by is the one that it is told of.
        names = (service["alias"], env["FAILMX_ALLOW_HOST"], env["SMTP_HOST"])
        self.assertEqual({"failmx"}, set(names))
        self.assertEqual("http://failmx:8025", env["FAILMX_HTTP"])
        told = {k: v for k, v in env.items() if k.startswith("FAILMX_") and k != "FAILMX_HTTP"}
        commands = job["before_script"] + job["script"]
        self.service(commands, env, told)

    def test_schemas(self):
        check = programs("check-jsonschema-0.34.1", "check-jsonschema==0.34.1") / "check-jsonschema"
        for file, schema in (("github-actions", "github-workflows"), ("gitlab-ci", "gitlab-ci")):
            command = [str(check), "--builtin-schema", f"vendor.{schema}"]
            path = os.path.join(FOLDER, f"{file}.yml")
            self.expect(0, [*command, path])
            with open(path, encoding="utf-8") as lines:
                text = lines.read()
            wrong = re.sub(r"(?m)^( +)services:", r"\1services: wrong\n\1needs:", text)
            self.assertNotEqual(text, wrong)
            self.expect(1, [*command, self.write("wrong.yml", wrong)])


class PytestTest(RecipesCase):
    def environment(self):
        packages = ("pytest==8.4.2", "testcontainers==4.13.3", "mypy==1.18.2")
        return programs("pytest-8.4.2-testcontainers-4.13.3", *packages)

    def test_fixtures(self):
        shutil.copytree(os.path.join(EXAMPLES, "python"), os.path.join(self.work, "python"))
        python = str(self.environment() / "python")
        command = [python, "-m", "pytest", "-q", "python/fixture_test.py"]
        self.assertIn("2 passed", self.expect(0, command))
        with Server("healthy") as server:  # one that is named is taken, not started
            url = "http://%s:%d" % server.http
            self.assertIn("2 passed", self.expect(0, command, FAILMX_HTTP=url, FAILMX="/nowhere"))
            names = [receiver["name"] for receiver in server.get("/v1/receivers")["items"]]
            self.assertEqual(["default"], names)
        path = os.path.join(self.work, "python", "fixture_test.py")
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.write("work/python/fixture_test.py", text.replace("550 5.1.1", "250 2.1.5"))
        self.assertIn("1 failed, 1 passed", self.expect(1, command))

    def test_testcontainers_fits_its_library(self):
        """The types of its calls are right; what it does is tried where there is an engine."""
        mypy = [str(self.environment() / "python"), "-m", "mypy", "--strict-optional"]
        mypy += ["--disallow-untyped-defs", "--follow-untyped-imports", "--follow-imports=silent"]
        path = os.path.join(FOLDER, "testcontainers_test.py")
        ours = os.path.join(EXAMPLES, "python")
        env = {"MYPYPATH": ours, "MYPY_CACHE_DIR": os.path.join(self.folder, "mypy")}
        self.expect(0, [*mypy, path], **env)
        with open(path, encoding="utf-8") as file:
            wrong = file.read().replace(".for_status_code(", ".for_status_codes(")
        said = self.expect(1, [*mypy, self.write("wrong_test.py", wrong)], **env)
        self.assertIn('has no attribute "for_status_codes"', said)

    def test_testcontainers(self):
        if shutil.which("docker") is None or self.carry_out(["docker", "info"]).returncode != 0:
            self.skipTest("no container engine answers here")
        image = os.environ.get("FAILMX_IMAGE", "failmx")
        if self.carry_out(["docker", "image", "inspect", image]).returncode != 0:
            self.skipTest(f"the engine has no image '{image}'")
        shutil.copy(os.path.join(FOLDER, "testcontainers_test.py"), self.work)
        python = str(self.environment() / "python")
        command = [python, "-m", "pytest", "-q", "testcontainers_test.py"]
        ours = os.path.join(EXAMPLES, "python")
        # Ryuk, which removes what is left behind, would be another image.
        env = {"PYTHONPATH": ours, "TESTCONTAINERS_RYUK_DISABLED": "true"}
        self.assertIn("1 passed", self.expect(0, command, **env))


class FolderTest(unittest.TestCase):
    def test_every_recipe_is_tried_here(self):
        with open(__file__, encoding="utf-8") as file:
            tests = file.read()
        for name in os.listdir(FOLDER):
            self.assertIn(f'"{name}"', tests)


if __name__ == "__main__":
    main()
