#!/usr/bin/env python3
"""A good sender is never accused: one real Postfix queue against every way of failing at once.

Postfix runs with its own default times, divided by the scale: it waits 300 to 4000 s between
attempts and looks into its queue every 300 s, so one real second has to stand for 150. It reckons
in whole seconds and takes what is due in the next one, so it may be two seconds early, which is
nothing beside 300 s and much beside 2 s: they are added to its least time. The shipped scenarios
are taken as they are but for that scale, and no bound is widened beyond the usual slack.
"""
# labels: verdict-postfix

import unittest

from postfix import Postfix
from support import Server, at_once, main, shipped_scenario, table, verdicts

SCALE = 150
TIMES = {
    "minimal_backoff_time": f"{300 // SCALE + 2}s",
    "maximal_backoff_time": f"{-(-4000 // SCALE)}s",
    "queue_run_delay": f"{300 // SCALE}s",
    "smtp_connection_cache_on_demand": "yes",
}
AUTHORS = "sender.test"  # where notices about failures go
CERTAIN_WITHIN = 200.0  # real seconds; about 50 are needed

# What Postfix is sent into: the recipients of each message, each message with an author of its own.
MAIL = {
    "full-twice": [["a"], ["b"], ["c"]],
    "disk-full": [["a"], ["b"], ["c"]],
    "disk-full-431": [["a"], ["b"]],
    "maintenance": [["a"], ["b"], ["c"]],
    "mailbox-full": [["full"], ["other"], ["another"]],
    "flapping": [["first"]],
    "lost-final-reply": [["a"], ["b"]],
    "partial-recipients": [["ok", "later", "never"], ["later", "ok"]],
    "deferral-then-bounce": [["a"], ["b"]],
    "decommissioned": [["a"], ["b"]],
}

# The checks of the policy that have nothing to look at; all others pass.
BESIDE_THE_POINT = {
    "full-twice": {"backs-off", "not-retried"},
    "disk-full": {"not-retried"},
    "disk-full-431": {"backs-off", "not-retried"},
    # A greeting fails the host, never a delivery.
    "maintenance": {"not-hasty", "backs-off", "not-retried"},
    "mailbox-full": {"not-retried"},
    "flapping": {"not-hasty", "backs-off", "not-retried"},
    "lost-final-reply": {"backs-off", "not-retried"},
    "partial-recipients": {"backs-off"},
    "deferral-then-bounce": {"delivered-once"},
    "decommissioned": {"retried", "not-hasty", "backs-off", "delivered-once"},
}
POLICY = ("retried", "not-hasty", "backs-off", "not-retried", "delivered-once")

# Own expectations of a scenario that do not apply: nobody offers more mail to an address that is
# gone, and Postfix has none.
OPTIONAL = {"suppressed"}


def domain(scenario):
    return scenario + ".test"


class VerdictOnPostfixTest(unittest.TestCase):
    def test_postfix_passes_mta_on_every_scenario(self):
        with Server("healthy") as server:
            routes = {
                domain(name): server.put_receiver_text(name, shipped_scenario(name, SCALE))
                for name in MAIL
            }
            routes[AUTHORS] = server.smtp
            with Postfix(server.smtp, routes, **TIMES) as postfix:
                jobs = {name: lambda n=name: self.judged(server, postfix, n) for name in MAIL}
                for name, messages in MAIL.items():
                    for k, recipients in enumerate(messages):
                        send(postfix, name, k, recipients)
                reports = at_once(jobs)
        print(story_of(reports))
        for name, (own, mta) in reports.items():
            with self.subTest(name):
                self.check_own(own)
                self.check_mta(name, mta)
        self.check_second_copies(reports["lost-final-reply"][1])

    def judged(self, server, postfix, name):
        """The report by the scenario's own expectations, when it is certain, and by the policy."""
        if name == "flapping":
            sent = meet_the_outage(server, postfix, name)
            server.wait_for_count("message", sent, CERTAIN_WITHIN, receiver=name)
        # A host that refuses connections is told nothing of the messages that wait for it.
        left = recipients_sent_to(name)
        server.wait_for(
            lambda event: left.discard(event.get("recipient")) or not left,
            "an attempt for the last recipient",
            CERTAIN_WITHIN,
            receiver=name,
        )
        own = server.verify(name, wait=CERTAIN_WITHIN)
        # By now every window has run; a moment more must not change anything.
        return own, server.verify(name, wait=1.0, policy="mta")

    def check_own(self, report):
        self.assertEqual(report["verdict"], "pass", said(report))
        for check in report["checks"]:
            if check["verdict"] != "pass":
                self.assertIn(check["name"], OPTIONAL, said(report))
                self.assertEqual(check["verdict"], "not applicable")

    def check_mta(self, name, report):
        self.assertEqual(report["verdict"], "pass", said(report))
        expected = {
            check: "not applicable" if check in BESIDE_THE_POINT[name] else "pass"
            for check in POLICY
        }
        self.assertEqual(verdicts(report), expected, said(report))

    def check_second_copies(self, report):
        (once,) = (check for check in report["checks"] if check["name"] == "delivered-once")
        self.assertIn("was kept 2 times, rightfully", once["observed"])
        self.assertIn("and 1 more", once["observed"])


def send(postfix, scenario, k, recipients):
    addresses = [f"{name}@{domain(scenario)}" for name in recipients]
    postfix.send(f"{scenario}-{k}@{AUTHORS}", addresses)


def recipients_sent_to(scenario):
    return {f"{name}@{domain(scenario)}" for names in MAIL[scenario] for name in names}


def meet_the_outage(server, postfix, name):
    """Sends a message after every half second without news, until one is turned away; how many."""
    after, k = 0, 0
    while True:
        page = server.get("/v1/events", receiver=name, after=after, wait="500ms")
        for event in page["items"]:
            after = event["seq"]
            if event["kind"] == "reply" and str(event.get("code")) == "421":
                return len(MAIL[name]) + k
        if not page["items"]:
            k += 1
            if k > 60:
                raise AssertionError("the receiver never was away")
            send(postfix, name, k, ["reader"])


def said(report):
    """What a person has to know about a verdict that nobody expected."""
    rows = [
        f"{check['name']}: {check['verdict']}: {check['observed']} (expected {check['expected']})"
        for check in report["checks"]
    ]
    return "\n".join(rows)


def story_of(reports):
    """The table of verdicts."""
    rows = [["scenario", "own", "mta", *POLICY, "attempts", "judge time", "real"]]
    for name, (own, mta) in sorted(reports.items()):
        found = verdicts(mta)
        seen = mta["observed"]
        cells = [found[check].replace("not applicable", "-") for check in POLICY]
        attempts = mta["figures"]["attempts"]
        times = (round(seen["judge"]), round(seen["real"]))
        rows.append([name, own["verdict"], mta["verdict"], *cells, attempts, *times])
    return f"Postfix at scale {SCALE}:\n" + table(rows)


if __name__ == "__main__":
    main()
