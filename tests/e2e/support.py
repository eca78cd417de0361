"""What every end-to-end test shares: a failmx of its own on free ports, asked over HTTP.

Nothing here sleeps or polls on a timer: a server is ready when its ready line comes, and what
happens later is awaited with GET /v1/events?wait=. Not a test itself, not a client library.
"""

import concurrent.futures
import http.client
import json
import os
import re
import select
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
from urllib.parse import urlencode

FAILMX = os.environ.get("FAILMX", "build/failmx")
READY_WITHIN = 20.0  # seconds, generous: a loaded machine under sanitizers


class Server:
    """`failmx serve` as a context manager. Leaving it stops the program and checks its exit."""

    def __init__(self, scenario="healthy", *args, name="default"):
        self.scenario, self.args, self.name = scenario, args, name
        self.folder = tempfile.mkdtemp(prefix="failmx-e2e-")
        self.ready_file = os.path.join(self.folder, "ready.json")
        self.process = None
        self.exit_status = None

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self._kill()
            self._clean()
            raise
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.stop()
            else:
                self._kill()
                print(f"failmx said on standard error:\n{self.stderr()}")
        finally:
            self._clean()

    def start(self):
        command = [FAILMX, "serve"]
        if self.scenario is not None:  # otherwise a file of --config says both
            command += ["--scenario", self.scenario, "--smtp", "127.0.0.1:0"]
        command += ["--http", "127.0.0.1:0", "--ready-file", self.ready_file, *self.args]
        with open(self._stderr_path(), "wb") as stderr:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr)
        self.ready_line = self._read_line(READY_WITHIN)
        words = self.ready_line.split()
        if words[:2] != ["failmx", "ready"]:
            raise AssertionError(f"no ready line but {self.ready_line!r}\n{self.stderr()}")
        self.ready = dict(word.split("=", 1) for word in words[2:])
        self.smtp = address(self.ready["smtp"])
        self.http = address(self.ready["http"])

    def stop(self):
        """SIGTERM, then the exit status, which must be 0. Calling it again does nothing."""
        if self.process is None or self.exit_status is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        self.exit_status = self.process.wait(timeout=30)
        self.process.stdout.close()
        if self.exit_status != 0:
            raise AssertionError(f"failmx exited with {self.exit_status}\n{self.stderr()}")

    def stderr(self):
        if not os.path.exists(self._stderr_path()):
            return ""
        with open(self._stderr_path(), encoding="utf-8", errors="replace") as file:
            return file.read()

    # -- HTTP

    def request(self, method, path, body=None, **query):
        """(status, decoded JSON or text)."""
        if query:
            path += "?" + urlencode(query, doseq=True)
        status, raw = self.exchange(method, path, body)
        try:
            return status, json.loads(raw)
        except ValueError:
            return status, raw.decode("utf-8", "replace")

    def exchange(self, method, path, body=None, accept=None, patience=30.0):
        """(status, the octets of the answer); an answer may take `patience` seconds."""
        connection = http.client.HTTPConnection(*self.http, timeout=patience)
        try:
            data = None if body is None else json.dumps(body)
            headers = {} if body is None else {"Content-Type": "application/json"}
            if accept is not None:
                headers["Accept"] = accept
            connection.request(method, path, data, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def get(self, path, **query):
        return self._expect_ok("GET", path, None, query)

    def put(self, path, body):
        return self._expect_ok("PUT", path, body, {})

    def put_receiver(self, name, scenario):
        """A receiver of its own for `scenario` (a name or the scenario itself); its (host, port)."""
        return self._put_receiver(name, {"scenario": scenario})

    def put_receiver_text(self, name, text):
        """The same for the text of a scenario file."""
        return self._put_receiver(name, {"scenario_toml": text})

    def verify(self, receiver, wait=0.0, accept=None, **asked):
        """The report of POST /v1/verify; `asked`: `expect` or `policy`. With `accept`: as octets."""
        body = {"receiver": receiver, "wait": f"{round(wait * 1000)}ms", **asked}
        status, raw = self.exchange("POST", "/v1/verify", body, accept, patience=wait + 60)
        if status != 200:
            raise AssertionError(f"POST /v1/verify {body}: {status} {raw.decode()}")
        return raw if accept else json.loads(raw)

    def deliveries(self, receiver=None):
        return self._items("/v1/deliveries", receiver)

    def attempts(self, receiver=None):
        return self._items("/v1/attempts", receiver)

    def wait_for(self, wanted, what, within=60.0, **filters):
        """The first event for which wanted(event) holds; looks at all from the beginning."""
        deadline = time.monotonic() + within
        after, seen = 0, []
        while True:
            page = self.get("/v1/events", after=after, wait="5s", limit=1000, **filters)
            for event in page["items"]:
                seen.append(event)
                after = event["seq"]
                if wanted(event):
                    return event
            if time.monotonic() > deadline:
                story = "\n".join(json.dumps(event) for event in seen[-40:])
                raise AssertionError(f"within {within} s no event that is {what}; the last ones:\n{story}")

    def wait_for_count(self, kind, count, within=60.0, **filters):
        """Waits until `count` events of this kind have happened."""
        left = [count]

        def is_last(_event):
            left[0] -= 1
            return left[0] == 0

        return self.wait_for(is_last, f"number {count} of kind {kind}", within, kind=kind, **filters)

    def settle(self):
        """Waits until every connection so far has ended: only then are their attempts all told."""
        connections = len(self.get("/v1/events", kind="connected", limit=10000)["items"])
        if connections:
            self.wait_for_count("ended", connections)

    # -- inside

    def _put_receiver(self, name, scenario):
        body = {**scenario, "listeners": [{"address": "127.0.0.1:0"}]}
        answer = self.put(f"/v1/receivers/{name}", body)
        return address(answer["listeners"][0]["address"])

    def _items(self, path, receiver):
        query = {"limit": 1000}
        if receiver:
            query["receiver"] = receiver
        items = []
        while True:
            page = self.get(path, **query)
            items += page["items"]
            if not page.get("next"):
                return items
            query["after"] = page["next"]

    def _expect_ok(self, method, path, body, query):
        status, answer = self.request(method, path, body, **query)
        if status not in (200, 201):
            raise AssertionError(f"{method} {path}: {status} {answer}")
        return answer

    def _stderr_path(self):
        return os.path.join(self.folder, "stderr")

    def _read_line(self, within):
        """One line from standard output, or an error when the program ends or takes too long."""
        deadline = time.monotonic() + within
        line = b""
        descriptor = self.process.stdout.fileno()
        while not line.endswith(b"\n"):
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise AssertionError(f"no ready line within {within} s\n{self.stderr()}")
            chunk = os.read(descriptor, 1)
            if not chunk:
                status = self.process.wait(timeout=10)
                raise AssertionError(f"failmx ended with {status} at once\n{self.stderr()}")
            line += chunk
        return line.decode().strip()

    def _kill(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(timeout=10)
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()

    def _clean(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def address(text):
    """("127.0.0.1", 1025) of "127.0.0.1:1025"."""
    host, port = text.rsplit(":", 1)
    return host.strip("[]"), int(port)


def shipped_scenario(name, scale, slack=None):
    """The text of a shipped scenario, in another time: so many simulated seconds in a real one."""
    shown = run([FAILMX, "show", name])
    if shown.returncode != 0:
        raise AssertionError(f"failmx show {name}: {shown.stderr}")
    time_table = f"scale = {scale}" + (f'\nslack = "{slack}"' if slack else "")
    text, count = re.subn(r"(?m)^scale = .*$", time_table, shown.stdout)
    if count != 1:
        raise AssertionError(f"{name} has no scale to replace")
    return text


def verdicts(report):
    """{name of a check: its verdict} of a report."""
    return {check["name"]: check["verdict"] for check in report["checks"]}


def at_once(jobs):
    """Calls every job of {name: callable} in a thread of its own; {name: what it returned}."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, len(jobs))) as pool:
        running = {name: pool.submit(job) for name, job in jobs.items()}
        return {name: job.result() for name, job in running.items()}


def table(rows):
    """Rows of cells as text, in columns."""
    widths = [max(len(str(cell)) for cell in column) for column in zip(*rows)]
    lines = ["  ".join(str(c).ljust(w) for c, w in zip(row, widths)).rstrip() for row in rows]
    return "\n".join(lines)


def run(command, within=60, **options):
    """A finished program with its text; a missing program is a failure with a clear reason."""
    if shutil.which(command[0], path=options.get("env", os.environ).get("PATH")) is None:
        raise AssertionError(f"{command[0]} is not installed")
    return subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=within, **options
    )


def main():
    unittest.main(verbosity=2)
