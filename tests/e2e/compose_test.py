#!/usr/bin/env python3
"""The files of the containers, as far as they can be judged without an engine: they name every flag
of `failmx serve`, publish nothing beyond the loopback, and install the libraries that failmx is
linked with. scripts/test-container runs them."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import unittest
from unittest import mock

import python_env
from support import FAILMX, Server, main, run

TOP = pathlib.Path(__file__).resolve().parents[2]
COMPOSE = TOP / "docker-compose.yml"
DOCKERFILE = TOP / "scripts" / "Dockerfile"

# Where a container must differ from what the flag does by itself.
OF_A_CONTAINER = {
    "FAILMX_LISTEN_SMTP": "0.0.0.0:1025",
    "FAILMX_LISTEN_HTTP": "0.0.0.0:8025",
    "FAILMX_OPEN": "1",
}
# The variable names the folder of the host, which is mounted here.
SCENARIOS = "/scenarios"

# In every Debian: apt itself needs them.
IN_THE_BASE = {"libc6", "libgcc-s1", "libstdc++6"}

# Parameters of Compose's own that are no flags.
PORTS = {"SMTP_PORT", "HTTP_PORT"}


def services():
    """The services of docker-compose.yml, as a dictionary."""
    python = python_env.programs("yaml-6.0.2", "PyYAML==6.0.2") / "python"
    code = "import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)"
    text = COMPOSE.read_text(encoding="utf-8")
    done = subprocess.run([python, "-c", code], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"docker-compose.yml cannot be read: {done.stderr}")
    return json.loads(done.stdout)["services"]


def variables_of_serve():
    """{variable: the flag's default, "" for none}, as the program's help tells them."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FAILMX_")}
    text = run([FAILMX, "serve", "--help"], env=environment).stdout
    option = r"(?m)^ +(?:-\w,)?--[a-z-]+[^\n]*?(?:=([^\s=]+))? \(Env:(FAILMX_\w+)\)"
    found = re.findall(option, text)
    return {name: default for default, name in found}


def last_stage():
    """The instructions of the image that is kept, with continued lines joined."""
    text = DOCKERFILE.read_text(encoding="utf-8").replace("\\\n", " ")
    return text[text.rindex("\nFROM ") :]


class ComposeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.services = services()
        cls.failmx = cls.services["failmx"]

    def test_every_flag_is_a_variable_and_every_variable_a_flag(self):
        known = variables_of_serve()
        self.assertGreater(len(known), 15)
        self.assertEqual(set(known), set(self.failmx["environment"]))

    def test_variables_are_passed_on_with_the_defaults_of_the_flags(self):
        expected = {
            name: f"${{{name}:-{OF_A_CONTAINER.get(name, default)}}}"
            for name, default in variables_of_serve().items()
        }
        expected["FAILMX_SCENARIOS"] = SCENARIOS
        self.assertEqual(expected, self.failmx["environment"])

    def test_failmx_takes_the_environment_of_the_file(self):
        given = {
            name: re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", value)
            for name, value in self.failmx["environment"].items()
        }
        given["FAILMX_LISTEN_SMTP"] = "127.0.0.1:0"
        given["FAILMX_SCENARIOS"] = str(TOP / "scenarios")
        with mock.patch.dict(os.environ, given), Server(None) as server:
            self.assertEqual("addresses", server.ready["scenario"])

    def test_ports_are_on_the_loopback_only(self):
        published = [port for one in self.services.values() for port in one.get("ports", [])]
        self.assertEqual(
            ["127.0.0.1:${SMTP_PORT:-1025}:1025", "127.0.0.1:${HTTP_PORT:-8025}:8025"], published
        )
        self.assertFalse([name for name, one in self.services.items() if "network_mode" in one])

    def test_failmx_may_write_nothing_and_become_nothing(self):
        for name in ("failmx", "verdict"):
            with self.subTest(service=name):
                one = self.services[name]
                self.assertIs(True, one["read_only"])
                self.assertEqual(["ALL"], one["cap_drop"])
                self.assertEqual(["no-new-privileges:true"], one["security_opt"])
                self.assertNotIn("user", one)
                self.assertNotIn("privileged", one)

    def test_scenarios_are_mounted_read_only(self):
        self.assertIn("${FAILMX_SCENARIOS:-./scenarios}:/scenarios:ro", self.failmx["volumes"])

    def test_only_the_demo_needs_a_profile(self):
        profiles = {name: one.get("profiles", []) for name, one in self.services.items()}
        self.assertEqual([], profiles.pop("failmx"))
        self.assertEqual({"postfix", "sender", "verdict"}, set(profiles))
        self.assertEqual([["demo"]] * 3, list(profiles.values()))

    def test_the_demo_waits_for_health_never_for_time(self):
        for name in ("postfix", "sender", "verdict"):
            with self.subTest(service=name):
                conditions = self.services[name]["depends_on"].values()
                self.assertEqual({"service_healthy"}, {one["condition"] for one in conditions})

    def test_every_variable_of_the_file_is_known(self):
        used = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text(encoding="utf-8")))
        self.assertEqual(set(variables_of_serve()) | PORTS | {"DEMO_SENDER"}, used)

    def test_every_compose_that_is_here_accepts_the_file(self):
        here = [["docker-compose"], ["docker", "compose"]]
        here = [one for one in here if shutil.which(one[0]) and works([*one, "version"])]
        if not here:
            self.skipTest("no Compose is installed")
        for compose in here:
            with self.subTest(compose=compose):
                command = [*compose, "-f", COMPOSE, "--profile", "demo", "config", "--quiet"]
                done = subprocess.run(command, capture_output=True, text=True)
                self.assertEqual((0, ""), (done.returncode, done.stderr))


class ImageTest(unittest.TestCase):
    def test_the_image_has_the_libraries_that_failmx_is_linked_with(self):
        listed = re.search(r"--no-install-recommends\s+(.*?)\s+&&", last_stage()).group(1)
        self.assertEqual(packages_of_libraries() - IN_THE_BASE, set(listed.split()))

    def test_the_image_runs_as_a_number_that_is_not_root(self):
        self.assertRegex(last_stage(), r"(?m)^USER [1-9]\d*:[1-9]\d*$")

    def test_the_image_asks_failmx_for_its_health(self):
        self.assertRegex(last_stage(), r'(?m)^HEALTHCHECK .*CMD \["failmx", "health"\]$')

    def test_variables_of_the_image_are_those_of_flags(self):
        set_here = dict(re.findall(r"(FAILMX_\w+)=(\S+)", last_stage()))
        self.assertEqual({**OF_A_CONTAINER, "FAILMX_SCENARIOS": SCENARIOS}, set_here)
        self.assertLessEqual(set(set_here), set(variables_of_serve()))

    def test_one_base_image_is_enough(self):
        script = (TOP / "scripts" / "test-container").read_text(encoding="utf-8")
        imported = re.search(r"(?m)^base=(\S+)$", script).group(1)
        files = [DOCKERFILE, TOP / "scripts" / "demo" / "Dockerfile"]
        text = "\n".join(file.read_text(encoding="utf-8") for file in files)
        self.assertEqual({imported}, set(re.findall(r"(?m)^FROM (\S+)", text)))

    def test_the_sender_of_the_demo_refuses_what_it_does_not_know(self):
        done = subprocess.run(
            [TOP / "scripts" / "demo" / "send", "hasty"], capture_output=True, text=True
        )
        self.assertEqual(
            (2, "send: DEMO_SENDER is 'postfix' or 'naive', not 'hasty'\n"),
            (done.returncode, done.stderr),
        )


class ReadmeTest(unittest.TestCase):
    """What README says of containers is what scripts/test-container does."""

    README = (TOP / "README.md").read_text(encoding="utf-8")
    SCRIPT = (TOP / "scripts" / "test-container").read_text(encoding="utf-8")

    def test_commands_are_those_that_are_tried(self):
        blocks = "".join(re.findall(r"(?ms)^```sh container\n(.*?)^```", self.README))
        commands = re.findall(r"(?m)^(.*?)docker compose (.*?)(?: *#.*)?$", blocks)
        self.assertEqual(5, len(commands))
        for settings, arguments in commands:
            for word in arguments.split():
                self.assertRegex(self.SCRIPT, rf"(?<![\w-]){re.escape(word)}(?![\w-])")
            for name in re.findall(r"(\w+)=", settings):
                self.assertIn(f"{name}=", self.SCRIPT)

    def test_verdicts_are_those_that_come(self):
        demos = re.findall(r"(?m)^  demo \w+ .*? \d '(.*)'$", self.SCRIPT)
        self.assertEqual(2, len(demos))
        for line in demos:
            self.assertRegex(self.README, rf"(?m)^{re.escape(line)}")


def works(command):
    return subprocess.run(command, capture_output=True).returncode == 0


def packages_of_libraries():
    """The packages that the libraries come from which failmx is linked with."""
    release = pathlib.Path("/etc/os-release").read_text(encoding="utf-8")
    if 'VERSION_ID="12"' not in release or shutil.which("dpkg") is None:
        raise unittest.SkipTest("the packages are those of Debian 12")
    linked = subprocess.run(["ldd", FAILMX], capture_output=True, text=True, check=True).stdout
    packages = set()
    for path in re.findall(r"=> (/\S+)", linked):
        # A file is known by one of its names when /lib is a link to /usr/lib.
        for name in (path, os.path.realpath(path), path.removeprefix("/usr"), "/usr" + path):
            known = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True)
            if known.returncode == 0:
                packages.add(known.stdout.split(":")[0])
                break
        else:
            raise AssertionError(f"no package has {path}")
    return packages


if __name__ == "__main__":
    main()
