#!/usr/bin/env python3
"""A sender with a queue of its own that behaves well, unless a switch gives it a bad habit.

Reads messages to send from standard input, one a line: {"from": "a@s.test", "to": ["b@r.test"]}.
Ends when the input has ended and nothing is left in its queue. Without a habit it waits longer and
longer between attempts, sends a retry only to whom it has to, takes a 5yz as final for the message
and for the address, sends again what may have been lost, and gives up in the end.
"""

import argparse
import heapq
import json
import os
import select
import smtplib
import sys
import time
from dataclasses import dataclass, field

GAPS = (1.3, 1.6, 2.0, 3.0)  # seconds between attempts; the last one stays
SHRINKING_GAPS = (2.4, 2.2, 0.9)
CONSTANT_GAPS = (1.15,)
LIFETIME = 7.0  # seconds from the first attempt on in which a message is tried

HABITS = {
    "retry-at-once": "the first retry of a message comes without any pause",
    "too-often": "retries at short and constant intervals",
    "shrinking-gaps": "the intervals become shorter",
    "never-retry": "gives a message up after one attempt",
    "never-give-up": "tries for ever",
    "ignore-5xx": "takes a refusal for good like one for now",
    "no-suppression": "sends the next message to an address that was refused for good",
    "resend-to-all": "a retry goes to those who have accepted, too",
    "duplicate": "sends what was accepted once more, a little later",
    "lost-is-done": "takes a broken connection for a delivery",
}


@dataclass
class Message:
    number: int
    sender: str
    recipients: list
    pending: list = field(default_factory=list)
    accepted: list = field(default_factory=list)
    attempts: int = 0
    born: float = 0.0
    repeated: bool = False


class Sender:
    def __init__(self, smtp, habits):
        self.smtp, self.habits = smtp, habits
        self.queue = []  # (when, number, message)
        self.suppressed = set()
        self.messages = 0

    def run(self, lines):
        """Until nothing is left: what is due goes out, what is submitted meanwhile comes in."""
        while lines.open or self.queue:
            now = time.monotonic()
            while self.queue and self.queue[0][0] <= now:
                self.attempt(heapq.heappop(self.queue)[2])
            due = self.queue[0][0] - time.monotonic() if self.queue else None
            for line in lines.within(due):
                self.submit(json.loads(line))

    def submit(self, order):
        to = [address for address in order["to"] if address not in self.suppressed]
        if not to:
            return
        self.messages += 1
        message = Message(self.messages, order["from"], to, pending=list(to))
        self.attempt(message)

    def attempt(self, message):
        message.attempts += 1
        now = time.monotonic()
        message.born = message.born or now
        to = list(message.pending)
        if "resend-to-all" in self.habits:
            to += message.accepted
        for address, outcome in self.hand_over(message, to).items():
            self.note(message, address, outcome)
        self.plan(message)

    def note(self, message, address, outcome):
        if outcome == "rejected" and "ignore-5xx" in self.habits:
            outcome = "deferred"
        if outcome == "lost" and "lost-is-done" in self.habits:
            outcome = "accepted"
        if outcome in ("deferred", "lost"):
            return
        if address in message.pending:
            message.pending.remove(address)
        if outcome == "accepted" and address not in message.accepted:
            message.accepted.append(address)
        if outcome == "rejected" and "no-suppression" not in self.habits:
            self.suppressed.add(address)

    def plan(self, message):
        """The next attempt, if there is to be one."""
        if not message.pending:
            if "duplicate" not in self.habits or message.repeated or not message.accepted:
                return
            message.repeated = True
            message.pending, message.accepted = message.accepted, []
        elif "never-retry" in self.habits:
            return
        now = time.monotonic()
        when = now + self.gap(message.attempts)
        if when - message.born > LIFETIME and "never-give-up" not in self.habits:
            return
        heapq.heappush(self.queue, (when, message.number, message))

    def gap(self, attempts):
        gaps = GAPS
        if "too-often" in self.habits:
            gaps = CONSTANT_GAPS
        if "shrinking-gaps" in self.habits:
            gaps = SHRINKING_GAPS
        if "retry-at-once" in self.habits and attempts == 1:
            return 0.0
        return gaps[min(attempts, len(gaps)) - 1]

    def hand_over(self, message, to):
        """One connection and transaction: {recipient: accepted, deferred, rejected or lost}."""
        outcomes = dict.fromkeys(to, "lost")
        client = smtplib.SMTP(local_hostname="bad.sender.test", timeout=30)
        try:
            code, _ = client.connect(*self.smtp)
            if code // 100 == 2:
                code, _ = client.ehlo()
            if code // 100 == 2:
                code, _ = client.mail(message.sender)
            if code // 100 != 2:
                return dict.fromkeys(to, self.outcome(code))
            for address in to:
                outcomes[address] = self.outcome(client.rcpt(address)[0])
            good = [address for address in to if outcomes[address] == "accepted"]
            if good:
                outcomes.update(dict.fromkeys(good, "lost"))
                code, _ = client.data(self.text(message))
                outcomes.update(dict.fromkeys(good, self.outcome(code)))
            client.quit()
        except (smtplib.SMTPException, OSError):
            pass  # whoever had no reply is lost
        finally:
            client.close()
        return outcomes

    @staticmethod
    def outcome(code):
        return {2: "accepted", 5: "rejected"}.get(code // 100, "deferred")

    @staticmethod
    def text(message):
        return (
            f"From: {message.sender}\r\nTo: {', '.join(message.recipients)}\r\n"
            f"Message-ID: <{message.number}.{os.getpid()}@sender.test>\r\n"
            f"Subject: number {message.number}\r\n\r\nHello.\r\n"
        )


class Lines:
    """Lines of a descriptor as they come."""

    def __init__(self, descriptor):
        self.descriptor, self.open, self.partial = descriptor, True, b""

    def within(self, seconds):
        """What comes first within that time (None: however long it takes); [] after it."""
        if seconds is not None:
            seconds = max(0.0, seconds)
        wanted = [self.descriptor] if self.open else []
        if not wanted and seconds is None:
            return []
        if not select.select(wanted, [], [], seconds)[0]:
            return []
        chunk = os.read(self.descriptor, 65536)
        self.open = bool(chunk)
        *lines, self.partial = (self.partial + chunk).split(b"\n")
        return [line for line in lines if line.strip()]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--smtp", required=True, metavar="ADDR:PORT")
    for name, doc in HABITS.items():
        parser.add_argument("--" + name, action="store_true", help=doc)
    options = parser.parse_args()
    host, port = options.smtp.rsplit(":", 1)
    habits = {name for name in HABITS if getattr(options, name.replace("-", "_"))}
    Sender((host, int(port)), habits).run(Lines(sys.stdin.fileno()))


if __name__ == "__main__":
    main()
