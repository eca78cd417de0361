#!/usr/bin/env python3
"""Clients without a queue: whoever tries once fails `retried` on a deferral, and nothing else.

Each sends one message (smtplib also a campaign of several) to every scenario, a receiver for each.
The scenarios are taken as they are but for their time: one real second stands for half an hour, so
what must happen within the hour has not happened after two seconds.
"""
# labels: verdict-clients

import smtplib
import subprocess
import tempfile
import unittest

from support import Server, at_once, main, shipped_scenario, table, verdicts

SCALE = 1800
HOUR = 3600 / SCALE  # real seconds
WAIT = 30.0  # real seconds; two or three are needed

# The recipients that are deferred, lost or turned away at the first attempt.
DEFERRALS = {
    "full-twice": "reader@full.test",
    "disk-full": "reader@full.test",
    "disk-full-431": "reader@full.test",
    "maintenance": "reader@closed.test",
    "mailbox-full": "full@quota.test",
    "lost-final-reply": "reader@lost.test",
    "partial-recipients": "later@list.test",
    "deferral-then-bounce": "reader@gone.test",
    "drop-mid-data": "reader@drop.test",
}
REJECTIONS = {
    "decommissioned": "reader@gone.test",
    "partial-recipients": "never@list.test",
}
EXPECT = [
    {"check": "retried", "within": "1h"},
    {"check": "not-hasty"},
    {"check": "backs-off"},
    {"check": "not-retried", "quiet": "1h"},
    {"check": "suppressed", "quiet": "1h"},
    {"check": "delivered-once"},
]


def letter(sender, recipient, number=1):
    return (
        f"From: {sender}\r\nTo: {recipient}\r\nSubject: a test\r\n"
        f"Message-ID: <{number}@client.test>\r\n\r\nHello.\r\n"
    )


def by_smtplib(smtp, recipient, messages=1, first=0):
    for k in range(first, first + messages):
        sender = f"author{k}@client.test"
        try:
            with smtplib.SMTP(*smtp, local_hostname="client.test", timeout=30) as client:
                client.sendmail(sender, [recipient], letter(sender, recipient, k))
        except (smtplib.SMTPException, OSError):
            pass  # as far as this client is concerned, that was it


def by_loop(smtp, recipient):
    """Comes back without a pause until it is taken or rejected."""
    text = letter("author@client.test", recipient)
    while True:
        try:
            with smtplib.SMTP(*smtp, local_hostname="client.test", timeout=30) as client:
                client.sendmail("author@client.test", [recipient], text)
            return
        except smtplib.SMTPRecipientsRefused as refused:
            if refused.recipients[recipient][0] >= 500:
                return


def by_curl(smtp, recipient):
    host, port = smtp
    with tempfile.NamedTemporaryFile("w", suffix=".eml", newline="") as file:
        file.write(letter("author@client.test", recipient))
        file.flush()
        command = ["curl", "--silent", "--max-time", "30", "--noproxy", "*"]
        command += ["--url", f"smtp://{host}:{port}/client.test", "--upload-file", file.name]
        command += ["--mail-from", "author@client.test", "--mail-rcpt", recipient]
        subprocess.run(command, timeout=60, check=False, stderr=subprocess.DEVNULL)


def by_campaign(smtp, recipient):
    by_smtplib(smtp, recipient, messages=3)


class VerdictOnClientsTest(unittest.TestCase):
    def reports(self, recipients, send, wait):
        """{scenario: report} after `send` has been at each of them."""
        with Server("healthy") as server:

            def judged(name, recipient):
                smtp = server.put_receiver_text(name, shipped_scenario(name, SCALE))
                send(smtp, recipient)
                return server.verify(name, wait=wait, expect=EXPECT)

            reports = at_once({n: lambda n=n, r=r: judged(n, r) for n, r in recipients.items()})
        rows = [["scenario", "verdict", *verdicts(next(iter(reports.values())))]]
        rows += [[n, r["verdict"], *verdicts(r).values()] for n, r in sorted(reports.items())]
        print(f"{send.__name__} at scale {SCALE}:\n{table(rows)}")
        return reports

    def check_deferrals(self, send):
        for name, report in self.reports(DEFERRALS, send, WAIT).items():
            with self.subTest(name):
                found = verdicts(report)
                failed = {check for check, verdict in found.items() if verdict == "fail"}
                self.assertEqual(failed, {"retried"}, report["checks"])
                self.assertEqual(report["verdict"], "fail")

    def check_rejections(self, send):
        # What never has its occasion waits for it: not longer than the others need.
        for name, report in self.reports(REJECTIONS, send, 2 * HOUR).items():
            with self.subTest(name):
                found = verdicts(report)
                self.assertNotIn("fail", found.values(), report["checks"])
                self.assertEqual(found["not-retried"], "pass", report["checks"])
                # Nothing says that there was more mail to send.
                self.assertEqual(found["suppressed"], "inconclusive", report["checks"])

    def test_smtplib_fails_retried_on_deferrals(self):
        self.check_deferrals(by_smtplib)

    def test_curl_fails_retried_on_deferrals(self):
        self.check_deferrals(by_curl)

    def test_smtplib_campaign_fails_retried_on_deferrals(self):
        # mailbox-full counts for all messages together, the others for each or for the time.
        self.check_deferrals(by_campaign)

    def test_loop_without_a_pause_is_failed_by_what_the_scenarios_expect(self):
        """Of those that defer each delivery or one mailbox, whoever writes: their own not-hasty."""
        with Server("healthy") as server:
            for name in ("full-twice", "mailbox-full"):
                with self.subTest(name):
                    smtp = server.put_receiver_text(name, shipped_scenario(name, 60))
                    by_loop(smtp, DEFERRALS[name])
                    report = server.verify(name, wait=WAIT)
                    failed = {c for c, verdict in verdicts(report).items() if verdict == "fail"}
                    self.assertEqual(failed, {"not-hasty"}, report["checks"])

    def test_smtplib_does_not_fail_on_rejections(self):
        self.check_rejections(by_smtplib)

    def test_curl_does_not_fail_on_rejections(self):
        self.check_rejections(by_curl)

    def test_offered_mail_that_is_not_sent_passes_suppressed(self):
        """The application knows that the address is gone, and says so to the harness."""
        recipient = "reader@gone.test"
        for send in (by_smtplib, by_curl):
            with self.subTest(send.__name__), Server("healthy") as server:
                smtp = server.put_receiver_text("gone", shipped_scenario("decommissioned", SCALE))
                send(smtp, recipient)
                server.wait_for(lambda e: e["kind"] == "ended", "the end", receiver="gone")
                status, _ = server.request(
                    "POST", "/v1/receivers/gone/offered", {"recipient": recipient}
                )
                self.assertEqual(status, 200)
                # The scenario's own is advice, and nobody waits for advice.
                expect = [{"check": name, "quiet": "30m"} for name in ("not-retried", "suppressed")]
                report = server.verify("gone", wait=WAIT, expect=expect)
                self.assertEqual(
                    (report["verdict"], verdicts(report)),
                    ("pass", {"not-retried": "pass", "suppressed": "pass"}),
                    report["checks"],
                )

    def test_next_message_to_an_address_that_is_gone_fails_suppressed(self):
        with Server("healthy") as server:
            smtp = server.put_receiver_text("gone", shipped_scenario("decommissioned", SCALE))
            by_smtplib(smtp, "reader@gone.test")
            # What comes within the slack might have been on its way.
            server.verify("gone", wait=WAIT, expect=[{"check": "not-retried", "quiet": "5m"}])
            by_smtplib(smtp, "reader@gone.test", first=1)
            expect = [{"check": "not-retried"}, {"check": "suppressed"}]
            report = server.verify("gone", wait=WAIT, expect=expect)
            self.assertEqual(verdicts(report)["suppressed"], "fail", report["checks"])
            # Another message with another Message-ID, so the first was not tried again.
            self.assertNotEqual(verdicts(report)["not-retried"], "fail", report["checks"])


if __name__ == "__main__":
    main()
