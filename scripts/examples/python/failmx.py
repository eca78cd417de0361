"""failmx in Python tests: one file to copy, nothing to install. Python 3.8 or later.

  with failmx.running() as mx, mx.receiver("full-twice") as receiver:
      ...                                    # send to receiver.host, receiver.port
      receiver.deliveries(), receiver.verify("30s")

running() is the failmx that FAILMX_HTTP names; where it names none, one of its own on free ports
(`failmx` on the PATH, or the program that FAILMX names), ended with the block.
"""

import contextlib
import itertools
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

_numbers = itertools.count(1)


@contextlib.contextmanager
def running():
    if os.environ.get("FAILMX_HTTP"):
        yield Failmx(os.environ["FAILMX_HTTP"])
        return
    command = [os.environ.get("FAILMX", "failmx"), "serve", "--quiet"]
    command += ["--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    with tempfile.TemporaryFile("w+") as log:  # nobody would read a pipe while the tests run
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True) as process:
            # failmx ready smtp=127.0.0.1:1025 http=127.0.0.1:8025 ...; nothing if it cannot start
            ready = process.stdout.readline()
            if not ready:
                process.wait()
                log.seek(0)
                raise RuntimeError("failmx did not start: " + log.read().strip())
            try:
                words = dict(word.split("=", 1) for word in ready.split()[2:])
                yield Failmx("http://" + words["http"])
            finally:
                process.terminate()
                process.wait()
                log.seek(0)
                sys.stderr.write(log.read())


class Failmx:
    """The control API. `token`: where failmx demands one."""

    def __init__(self, http, token=os.environ.get("FAILMX_TOKEN")):
        self.http, self.token = http, token

    def api(self, method, path, body=None, accept="application/json"):
        """What failmx answers, JSON decoded; what it refuses is raised with every mistake."""
        headers = {"Content-Type": "application/json", "Accept": accept}
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.http + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=600) as answer:
                text = answer.read().decode()
                return json.loads(text) if accept == "application/json" else text
        except urllib.error.HTTPError as refused:
            said = refused.read().decode()
            raise RuntimeError(f"{method} {path}: {refused.code} {said}") from None

    @contextlib.contextmanager
    def receiver(self, scenario, domains=()):
        """A receiver of its own with this scenario (a name, or its keys as a dictionary) on a free
        port; or, with `domains`, for mail to these on the port of the receiver `default`."""
        path = f"/v1/receivers/python-{os.getpid()}-{next(_numbers)}"
        body = {"scenario": scenario, "listeners": [{"address": "127.0.0.1:0"}]}
        if domains:
            body = {"scenario": scenario, "domains": list(domains)}
        made = self.api("PUT", path, body)
        try:
            yield Receiver(self, made)
        finally:
            self.api("DELETE", path)


class Receiver:
    def __init__(self, mx, made):
        self.mx, self.name = mx, made["name"]
        self.host = self.port = None  # with domains: those of `default`
        for listener in made["listeners"][:1]:
            self.host, port = listener["address"].rsplit(":", 1)
            self.port = int(port)

    def deliveries(self):
        return self.mx.api("GET", f"/v1/deliveries?receiver={self.name}")["items"]

    def verify(self, wait="0s", **asked):
        """The report when the verdict is certain, or after `wait`; `asked`: policy or expect."""
        return self.mx.api("POST", "/v1/verify", {"receiver": self.name, "wait": wait, **asked})

    def told(self):
        """The verdict by the scenario's own expectations as it stands, in words."""
        return self.mx.api("GET", f"/v1/report?receiver={self.name}", accept="text/plain")
