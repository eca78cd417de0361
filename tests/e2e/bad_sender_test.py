#!/usr/bin/env python3
"""A bad habit fails exactly the checks that it breaks, whoever has none passes them all.

bad_sender.py sends four messages per habit to a receiver of its own, and all eight checks judge all
of it. What each habit must be failed for is written down in HABITS.
"""
# labels: bad-sender

import json
import os
import subprocess
import sys
import unittest

from support import Server, at_once, main, table, verdicts

SENDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bad_sender.py")

# One real second is one second of the sender's life.
SCENARIO = """
name = "habits"

[delivery]
unique = true

[[rule]]
name  = "soft"
at    = "rcpt"
match = { recipient = "soft@*" }
times = 3
per   = "delivery"
reply = "452 4.3.1 Mail system full"

[[rule]]
name  = "never"
at    = "rcpt"
match = { recipient = "never@*" }
reply = "452 4.3.1 Mail system full"

[[rule]]
name  = "hard"
at    = "rcpt"
match = { recipient = "hard@*" }
reply = "550 5.1.1 No such user"

[[rule]]
name  = "lost"
at    = "message"
match = { recipient = "lost@*" }
times = 1
per   = "delivery"
do    = [{ accept = true }, { reset = true }]
"""

# never@ never gets through, which is what gives-up is about.
BUT_NEVER = {"not": {"recipient": "never@*"}}
EXPECT = [
    {"check": "retried", "within": "4s"},
    {"check": "not-hasty", "min_gap": "800ms", "quiet": "1s", "select": BUT_NEVER},
    # soft@ has three gaps, the first of which a message that sets out meanwhile may excuse.
    {"check": "backs-off", "gaps": 2, "quiet": "1s", "select": BUT_NEVER},
    {"check": "not-retried", "quiet": "3s"},
    {"check": "suppressed", "quiet": "2s"},
    {"check": "delivered-once", "within": "8s", "quiet": "2s", "select": BUT_NEVER},
    {"check": "attempt-limit", "at_most": 5, "quiet": "3500ms"},
    {"check": "gives-up", "after": ["4s", "7s"], "quiet": "3600ms"},
]
CHECKS = [expectation["check"] for expectation in EXPECT]

# The switches: what fails, what nobody can say anything about; all else passes.
HABITS = {
    "": (set(), set()),
    "retry-at-once": ({"not-hasty"}, set()),
    "too-often": ({"attempt-limit"}, set()),
    "shrinking-gaps": ({"backs-off"}, set()),
    "ignore-5xx": ({"not-retried", "suppressed"}, set()),
    "no-suppression": ({"suppressed"}, set()),
    "resend-to-all": ({"delivered-once"}, set()),
    "duplicate": ({"delivered-once"}, set()),
    # It is stopped before it is offered mail to an address that is gone.
    "never-give-up": ({"gives-up"}, {"suppressed"}),
    # All are given up too soon, soft@ and lost@ do not arrive; there is no gap to judge.
    "never-retry": ({"retried", "delivered-once", "gives-up"}, {"not-hasty", "backs-off"}),
    # For lost@ alone, which is not tried again.
    "lost-is-done": ({"retried", "delivered-once", "gives-up"}, {"not-hasty"}),
    "retry-at-once ignore-5xx resend-to-all": (
        {"not-hasty", "not-retried", "suppressed", "delivered-once"},
        set(),
    ),
}

CERTAIN_WITHIN = 60.0  # real seconds; about 15 are needed


class BadSenderTest(unittest.TestCase):
    def test_each_habit_fails_exactly_its_checks(self):
        with Server("healthy") as server:
            reports = at_once({habit: lambda h=habit: judged(server, h) for habit in HABITS})
        rows = [["habit", "verdict", *CHECKS]]
        for habit, report in reports.items():
            found = verdicts(report)
            rows.append([habit or "(none)", report["verdict"], *(found[name] for name in CHECKS)])
        print(table(rows))
        for habit, report in reports.items():
            with self.subTest(habit or "none"):
                self.check(habit, report)

    def check(self, habit, report):
        fails, unclear = HABITS[habit]
        expected = dict.fromkeys(CHECKS, "pass")
        expected.update(dict.fromkeys(unclear, "inconclusive"))
        expected.update(dict.fromkeys(fails, "fail"))
        story = "\n".join(
            f"{check['name']}: {check['verdict']}: {check['observed']}"
            for check in report["checks"]
        )
        self.assertEqual(verdicts(report), expected, story)
        worst = "fail" if fails else "inconclusive" if unclear else "pass"
        self.assertEqual(report["verdict"], worst)


def judged(server, habit):
    """The report on the sender with these habits, when nothing can change it any more."""
    name = habit.replace(" ", "-") or "none"
    host, port = server.put_receiver_text(name, SCENARIO)
    command = [sys.executable, SENDER, "--smtp", f"{host}:{port}"]
    command += ["--" + switch for switch in habit.split()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as sender:
        try:
            submit(sender, "one", "fine", "soft", "hard")
            submit(sender, "two", "never")
            submit(sender, "three", "lost")
            # By then all this is over, but for the sender that would never end by itself.
            await_verdicts(server, name, ["gives-up"])
            if "never-give-up" in habit:
                sender.terminate()
            else:
                offer_again(server, name, sender)
                sender.wait(timeout=CERTAIN_WITHIN)
        finally:
            sender.terminate()
    await_verdicts(server, name, set(CHECKS) - HABITS[habit][1])
    return server.verify(name, expect=EXPECT)


def submit(sender, author, *readers):
    order = {"from": f"{author}@sender.test", "to": [f"{name}@habits.test" for name in readers]}
    sender.stdin.write(json.dumps(order) + "\n")
    sender.stdin.flush()


def offer_again(server, name, sender):
    """Another message to the address that was refused."""
    body = {"recipient": "hard@habits.test"}
    status, answer = server.request("POST", f"/v1/receivers/{name}/offered", body)
    if status != 200:
        raise AssertionError(f"offered: {status} {answer}")
    submit(sender, "four", "hard")
    sender.stdin.close()


def await_verdicts(server, name, checks):
    """One by one: together they would be certain as soon as one has failed."""
    for expectation in EXPECT:
        if expectation["check"] in checks:
            server.verify(name, wait=CERTAIN_WITHIN, expect=[expectation])


if __name__ == "__main__":
    main()
