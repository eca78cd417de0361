"""GET /metrics against the parser that defines the format, and against what was really sent."""

# labels: metrics

import json
import smtplib
import subprocess
import unittest

from python_env import programs
from support import Server, main

VERSION = "0.21.1"
# {"failmx_connections_total": [[{"receiver": "default"}, 1.0], ...], ...} and the types of all.
PARSE = """
import json, sys
from prometheus_client.parser import text_string_to_metric_families
samples, types = {}, {}
for family in text_string_to_metric_families(sys.stdin.read()):
    if family.name in types:
        raise SystemExit(f"{family.name} twice")
    types[family.name] = family.type
    if not family.documentation:
        raise SystemExit(f"{family.name} has no HELP")
    for sample in family.samples:
        samples.setdefault(sample.name, []).append([sample.labels, sample.value])
print(json.dumps([samples, types]))
"""


class MetricsTest(unittest.TestCase):
    def scrape(self, server):
        status, raw = server.exchange("GET", "/metrics")
        self.assertEqual(200, status)
        python = str(programs(f"prometheus-{VERSION}", f"prometheus_client=={VERSION}") / "python")
        done = subprocess.run(
            [python, "-c", PARSE], input=raw.decode(), capture_output=True, text=True, timeout=60
        )
        self.assertEqual(0, done.returncode, done.stderr)
        self.samples, self.types = json.loads(done.stdout)

    def value(self, name, **labels):
        found = [value for has, value in self.samples.get(name, []) if has == labels]
        self.assertLessEqual(len(found), 1)
        return found[0] if found else None

    def test_figures_are_what_was_sent(self):
        with Server("full-twice") as server:
            for _ in range(3):
                with smtplib.SMTP(*server.smtp, local_hostname="c.test", timeout=30) as client:
                    client.ehlo()
                    client.mail("a@c.test")
                    code, _ = client.rcpt("r@x.test")
                    if code == 250:
                        client.data("Subject: x\r\n\r\nx\r\n")
            server.wait_for_count("ended", 3)
            events = server.get("/v1/events", limit=10000)["items"]
            self.scrape(server)

        mine = {"receiver": "default"}
        self.assertEqual(3, self.value("failmx_connections_total", **mine))
        self.assertEqual(0, self.value("failmx_connections_open", **mine))
        self.assertEqual(1, self.value("failmx_deliveries_total", **mine))
        self.assertEqual(0, self.value("failmx_dropped_events_total", **mine))
        self.assertEqual(3, self.value("failmx_commands_total", verb="MAIL", **mine))
        self.assertEqual(1, self.value("failmx_commands_total", verb="DATA", **mine))
        self.assertEqual(1, self.value("failmx_attempts_total", outcome="accepted", **mine))
        self.assertEqual(2, self.value("failmx_attempts_total", outcome="deferred", **mine))
        self.assertEqual(0, self.value("failmx_attempts_total", outcome="lost", **mine))
        self.assertEqual(3, self.value("failmx_smtp_accepted_total"))
        self.assertEqual(0, self.value("failmx_smtp_refused_total"))
        self.assertEqual(1, len(self.samples["failmx_build_info"]))

        replies = [event for event in events if event["kind"] == "reply"]
        for code in {event["code"] for event in replies}:
            counted = [v for has, v in self.samples["failmx_replies_total"] if has["code"] == str(code)]
            self.assertEqual(sum(1 for event in replies if event["code"] == code), sum(counted))
        self.assertEqual(len(replies), self.value("failmx_reply_seconds_count", **mine))
        self.assertEqual(3, self.value("failmx_connection_seconds_count", **mine))
        octets = sum(event.get("octets", 0) for event in events if event["kind"] == "ended")
        self.assertEqual(octets, self.value("failmx_received_bytes_total", **mine))
        for name in ("failmx_reply_seconds", "failmx_connection_seconds"):
            self.assertEqual("histogram", self.types[name])
            buckets = [value for _, value in self.samples[name + "_bucket"]]
            self.assertEqual(sorted(buckets), buckets)
            self.assertEqual(buckets[-1], self.value(name + "_count", **mine))

    def test_every_receiver_has_its_lines(self):
        with Server("healthy") as server:
            server.put_receiver("other", "healthy")
            self.scrape(server)
        for name in ("default", "other"):
            self.assertEqual(0, self.value("failmx_connections_total", receiver=name))
        self.assertEqual("counter", self.types["failmx_replies"])


if __name__ == "__main__":
    main()
