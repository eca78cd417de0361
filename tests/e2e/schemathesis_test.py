#!/usr/bin/env python3
"""The API against its own description: Schemathesis makes requests, right and wrong ones, of
/openapi.json and holds the answers to it. Brings its own virtual environment, made once under
~/.cache (needs python3-venv and, the first time, a package index)."""
# labels: schemathesis

import fcntl
import json
import os
import pathlib
import smtplib
import subprocess
import sys
import tempfile
import unittest

from support import Server, main, run

VERSION = "4.32.5"
PACKAGES = (f"schemathesis=={VERSION}", "jsonschema==4.26.0")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)
TOKEN = "open sesame"
EXAMPLES = "8"  # of every operation; what they are hangs on the description alone
# Long enough for a server to see something, short enough for a test.
WAITS = {"type": "string", "enum": ["0s", "1ms", "20ms"]}

MESSAGE = "From: a@c.test\r\nTo: r@x.test\r\nSubject: a test\r\nMessage-ID: <1@c.test>\r\n\r\nHello.\r\n"

HOOKS = """
import schemathesis

@schemathesis.serializer("application/toml")
def toml(context, value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
"""

VALIDATE = """
import json, sys
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

api = json.load(open(sys.argv[1], encoding="utf-8"))
registry = Registry().with_resource("urn:api", Resource.from_contents(api, DRAFT202012))
seen = 0

def absolute(schema):
    if isinstance(schema, list):
        return [absolute(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {k: "urn:api" + v if k == "$ref" and isinstance(v, str) else absolute(v) for k, v in schema.items()}

def check(where, schema, example):
    global seen
    seen += 1
    for error in Draft202012Validator(absolute(schema), registry=registry).iter_errors(example):
        print(where, error.json_path, error.message)

for name, schema in api["components"]["schemas"].items():
    Draft202012Validator.check_schema(schema)
    for example in schema.get("examples", []):
        check(name, schema, example)
for path, item in api["paths"].items():
    for verb, operation in item.items():
        for parameter in operation["parameters"]:
            if "example" in parameter:
                check((verb, path, parameter["name"]), parameter["schema"], parameter["example"])
        for part in [operation.get("requestBody", {}), *operation["responses"].values()]:
            for media, content in part.get("content", {}).items():
                if "example" in content:
                    check((verb, path, media), content["schema"], content["example"])
print("examples:", seen)
"""


def tools():
    """The folder of programs of the virtual environment, made if it is not there."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    place = cache / "failmx" / f"schemathesis-{VERSION}"
    place.parent.mkdir(parents=True, exist_ok=True)
    with open(f"{place}.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests may run at the same time
        if not (place / "complete-1").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", place], check=True)
            pip = [place / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, *PACKAGES], check=True)
            (place / "complete-1").touch()
    return place / "bin"


def with_short_waits(value):
    """The description with every wait bounded, in parameters and bodies alike."""
    if isinstance(value, list):
        return [with_short_waits(item) for item in value]
    if not isinstance(value, dict):
        return value
    out = {key: with_short_waits(member) for key, member in value.items()}
    if out.get("name") == "wait" and "schema" in out:
        out.update(schema=WAITS, example="1ms")
    if isinstance(out.get("wait"), dict):
        out["wait"] = WAITS
    elif "wait" in out:
        out["wait"] = "1ms"
    return out


class ApiTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Server("full-twice", "--token", TOKEN))
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        status, text = self.ask("GET", "/openapi.json")
        self.assertEqual(status, 200)
        self.api = json.loads(text)

    def ask(self, method, path):
        """(status, text), with the token."""
        command = ["curl", "-sS", "-m", "30", "-X", method, "-w", "\n%{http_code}"]
        host, port = self.server.http
        url = f"http://{host}:{port}{path}"
        done = run([*command, "-H", f"Authorization: Bearer {TOKEN}", url])
        text, status = done.stdout.rsplit("\n", 1)
        return int(status), text

    def written(self, api):
        path = self.folder / "openapi.json"
        path.write_text(json.dumps(api), encoding="utf-8")
        return path

    def send_mail(self):
        """Something of every kind for the lists: refused, then taken."""
        for _ in range(3):
            client = smtplib.SMTP(*self.server.smtp, local_hostname="c.test", timeout=30)
            try:
                client.sendmail("a@c.test", ["r@x.test"], MESSAGE)
            except smtplib.SMTPRecipientsRefused:
                pass
            finally:
                client.close()

    def test_every_example_is_what_its_schema_says(self):
        path = self.written(self.api)
        done = run([str(tools() / "python"), "-c", VALIDATE, str(path)], within=120)
        self.assertRegex(done.stdout, r"\Aexamples: \d\d+\n\Z", done.stderr)

    def test_answers_are_as_described(self):
        self.send_mail()
        path = self.written(with_short_waits(self.api))
        host, port = self.server.http
        command = [str(tools() / "schemathesis"), "--no-color", "run", str(path)]
        command += ["--url", f"http://{host}:{port}", "-H", f"Authorization: Bearer {TOKEN}"]
        command += ["--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing"]
        command += ["--max-examples", EXAMPLES, "--generation-deterministic"]
        command += ["--request-timeout", "20", "--suppress-health-check", "all", "--warnings", "off"]
        command += ["--continue-on-failure", "--no-shrink"]
        (self.folder / "hooks.py").write_text(HOOKS, encoding="utf-8")
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks"}
        done = run(command, within=300, cwd=self.folder, env=environment)
        self.assertEqual(done.returncode, 0, done.stdout[-20000:] + done.stderr)
        status, _ = self.ask("GET", "/readyz")
        self.assertEqual(status, 200)


if __name__ == "__main__":
    main()
