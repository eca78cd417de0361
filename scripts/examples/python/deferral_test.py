#!/usr/bin/env python3
"""A worked example: is mail delivered that was deferred twice? With failmx on the PATH, or running
where FAILMX_HTTP says:

  python3 scripts/examples/python/deferral_test.py

The test makes a receiver of its own, so many of these run side by side; lets the sender under test,
here smtplib in a loop, send one message to it; looks at what the sender saw and at what failmx saw;
asks for the verdict; and removes the receiver. What talks to failmx is failmx.py, to be copied.
Python 3.8 or later, nothing to install.
"""

import contextlib
import smtplib
import time
import unittest
from email.message import EmailMessage
from email.utils import make_msgid

import failmx

# Every delivery is deferred twice; a second stands for a minute.
SCENARIO = {
    "time": {"scale": 60},
    "rule": [{"at": "rcpt", "times": 2, "reply": "452 4.3.1 Mail system full"}],
    "expect": [
        {"check": "retried", "within": "1h"},
        {"check": "delivered-once", "within": "2h"},
    ],
}


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
        blocks = contextlib.ExitStack()
        self.addCleanup(blocks.close)
        mx = blocks.enter_context(failmx.running())
        self.receiver = blocks.enter_context(mx.receiver(SCENARIO))

    def test_deferred_mail_is_delivered(self):
        message = EmailMessage()
        message["From"] = "me@sender.test"
        message["To"] = "you@receiver.test"
        message["Message-ID"] = make_msgid(domain="sender.test")
        message.set_content("Hi.")

        seen = deliver(self.receiver.host, self.receiver.port, message)
        self.assertEqual([452, 452, 250], seen)

        deliveries = self.receiver.deliveries()
        self.assertEqual(["accepted"], [delivery["state"] for delivery in deliveries])
        outcomes = [attempt["outcome"] for attempt in deliveries[0]["attempts"]]
        self.assertEqual(["deferred", "deferred", "accepted"], outcomes)

        report = self.receiver.verify("30s")
        self.assertEqual("pass", report["verdict"], self.receiver.told())


if __name__ == "__main__":
    unittest.main()
