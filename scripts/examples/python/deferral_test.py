#!/usr/bin/env python3
"""A worked example: is mail delivered that was deferred twice? Run it beside a failmx:

  failmx serve &
  python3 scripts/examples/python/deferral_test.py      (FAILMX_HTTP may name another failmx)

The test makes a receiver of its own, so many of these run side by side; lets the sender under test,
here smtplib in a loop, send one message to it; looks at what the sender saw and at what failmx saw;
asks for the verdict; and removes the receiver. Python 3.8 or later, nothing to install.
"""

import json
import os
import smtplib
import time
import unittest
import urllib.request
from email.message import EmailMessage
from email.utils import make_msgid

HTTP = os.environ.get("FAILMX_HTTP", "http://127.0.0.1:8025")

# Every delivery is deferred twice; a second stands for a minute.
SCENARIO = {
    "time": {"scale": 60},
    "rule": [{"at": "rcpt", "times": 2, "reply": "452 4.3.1 Mail system full"}],
    "expect": [
        {"check": "retried", "within": "1h"},
        {"check": "delivered-once", "within": "2h"},
    ],
}


def api(method, path, body=None):
    """What failmx answers, decoded; urllib raises HTTPError if it is not a success."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        HTTP + path, data, {"Content-Type": "application/json"}, method=method
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def deliver(host, port, message, attempts=5):
    """The sender under test: tries again, later and later. The reply codes that it met."""
    seen = []
    for attempt in range(1, attempts + 1):
        try:
            with smtplib.SMTP(host, port, timeout=60) as client:
                client.send_message(message)
            return [*seen, 250]
        except smtplib.SMTPRecipientsRefused as refused:
            seen += [code for code, text in refused.recipients.values()]
        time.sleep(attempt)
    return seen


class DeferralTest(unittest.TestCase):
    def setUp(self):
        self.receiver = f"python-example-{os.getpid()}"
        made = api(
            "PUT", f"/v1/receivers/{self.receiver}",
            {"scenario": SCENARIO, "listeners": [{"address": "127.0.0.1:0"}]},
        )
        self.addCleanup(api, "DELETE", f"/v1/receivers/{self.receiver}")
        host, port = made["listeners"][0]["address"].rsplit(":", 1)
        self.host, self.port = host, int(port)

    def test_deferred_mail_is_delivered(self):
        message = EmailMessage()
        message["From"] = "me@sender.test"
        message["To"] = "you@receiver.test"
        message["Message-ID"] = make_msgid(domain="sender.test")
        message.set_content("Hi.")

        seen = deliver(self.host, self.port, message)
        self.assertEqual([452, 452, 250], seen)

        deliveries = api("GET", f"/v1/deliveries?receiver={self.receiver}")["items"]
        self.assertEqual(["accepted"], [delivery["state"] for delivery in deliveries])
        outcomes = [attempt["outcome"] for attempt in deliveries[0]["attempts"]]
        self.assertEqual(["deferred", "deferred", "accepted"], outcomes)

        report = api("POST", "/v1/verify", {"receiver": self.receiver, "wait": "30s"})
        self.assertEqual("pass", report["verdict"], report["checks"])


if __name__ == "__main__":
    unittest.main()
