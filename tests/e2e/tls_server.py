"""A failmx with TLS for end-to-end tests: a port that may offer STARTTLS, one with implicit TLS,
and the file of the authority that signed its certificates. Not a test."""

import json
import os
import subprocess

from support import Server, address


class TlsServer(Server):
    """Server(...) for the text of a scenario. Once it runs: `ports` {"starttls", "implicit"}."""

    def __init__(self, scenario, *args):
        super().__init__("", *args)
        self.ca = os.path.join(self.folder, "ca.pem")
        self.journal = os.path.join(self.folder, "journal.ndjson")
        self.scenario = os.path.join(self.folder, "scenario.toml")
        self.args = ("--smtps", "127.0.0.1:0", "--tls-ca", self.ca, *args)
        self.args += ("--journal", self.journal)
        with open(self.scenario, "w", encoding="utf-8") as file:
            file.write(scenario)

    def start(self):
        super().start()
        with open(self.ready_file, encoding="utf-8") as file:
            listeners = json.load(file)["listeners"]
        self.ports = {}
        for listener in listeners:
            way = "implicit" if listener["tls"] == "implicit" else "starttls"
            self.ports[way] = address(listener["address"])

    def events(self, **filters):
        """All of them, or of some kinds or connections."""
        return self.get("/v1/events", limit=10000, **filters)["items"]

    def messages(self):
        return self.get("/v1/messages", limit=1000)["items"]


def stranger(folder):
    """The file of an authority that has signed nothing, though it is named as failmx's is."""
    place = os.path.join(folder, "stranger.pem")
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "2", "-subj", "/CN=failmx", "-out", place]
    command += ["-keyout", os.path.join(folder, "stranger.key")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return place
