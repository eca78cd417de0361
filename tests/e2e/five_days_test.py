#!/usr/bin/env python3
"""Five days of a real Postfix in about a minute: when it gives up, how long it waits, what arrives.

One real second stands for two hours. Postfix gets the times of an ordinary queue divided by that,
but it goes by whole seconds: it cuts fractions off, and takes what is due in the next second as
due, so an attempt may come up to two seconds early, four hours of its life here. The scenarios
allow for that with a slack of 2.25 s: two for Postfix and the usual quarter for the machine. All
bounds are those that it would have to keep unscaled.
"""
# labels: five-days

import unittest

from postfix import Postfix
from support import Server, main, verdicts

SCALE = 7200
HOUR = 3600 / SCALE  # real seconds
DAY = 24 * HOUR
SLACK_MS = 2250

# Of the sender's life: an attempt after 8 to 10 hours, looked for every two, for four and a half
# days. Its last attempt comes when that time is over, so before the fifth day is.
TIMES = {
    "minimal_backoff_time": f"{round(8 * HOUR)}s",
    "maximal_backoff_time": f"{round(10 * HOUR)}s",
    "queue_run_delay": f"{round(2 * HOUR)}s",
    "maximal_queue_lifetime": f"{round(4.5 * DAY)}s",
    "bounce_queue_lifetime": f"{round(4.5 * DAY)}s",
}

TIME = f"""
[time]
scale = {SCALE}
slack = "{SLACK_MS}ms"
"""

FULL_FOR_EVER = f"""
name = "full-for-ever"
{TIME}
[[rule]]
at    = "rcpt"
reply = "452 4.3.1 Mail system full"

[[expect]]
check = "gives-up"
after = ["4d", "5d"]

[[expect]]
check  = "retried"
within = "1d"
"""

FULL_FOR_THREE_DAYS = f"""
name = "full-for-three-days"
{TIME}
[[phase]]
name = "full"
for  = "3d"

[[phase]]
name = "healthy"

[[rule]]
at     = "rcpt"
during = "full"
reply  = "452 4.3.1 Mail system full"

[[expect]]
check  = "delivered-once"
within = "4d"
quiet  = "1d"

[[expect]]
check   = "not-hasty"
min_gap = "8h"
quiet   = "1d"

[[expect]]
check = "backs-off"
gaps  = 4
quiet = "1d"

[[expect]]
check  = "retried"
within = "1d"
"""

WAIT_THREE = 100.0  # real seconds: four days and a quiet one are 60
WITHIN = 160.0  # real seconds, so that all takes less than three minutes
MESSAGES = 3


class FiveDaysTest(unittest.TestCase):
    def test_postfix_gives_up_on_the_fifth_day_and_delivers_once_on_the_fourth(self):
        with Server("healthy") as server:
            routes = {
                "ever.test": server.put_receiver_text("ever", FULL_FOR_EVER),
                "three.test": server.put_receiver_text("three", FULL_FOR_THREE_DAYS),
            }
            # The default receiver is where the authors get their notices.
            with Postfix(server.smtp, routes, **TIMES) as postfix:
                for receiver in ("ever", "three"):
                    for k in range(MESSAGES):
                        postfix.send(f"{receiver}{k}@sender.test", f"reader{k}@{receiver}.test")
                three = server.verify("three", wait=WAIT_THREE)
                ever = server.verify("ever", wait=WITHIN - three["observed"]["real"])
                self.check_notices(server)
            text = b"".join(server.verify(name, accept="text/plain") for name in ("three", "ever"))
        print(f"{SLACK_MS} ms of slack are for Postfix's whole seconds, {SCALE} s each here.")
        print(text.decode())
        for report in (three, ever):
            self.assertEqual(report["verdict"], "pass", report["checks"])
            self.assertEqual(set(verdicts(report).values()), {"pass"}, report["checks"])
            self.assertEqual(report["figures"]["deliveries"], MESSAGES)
        self.assertEqual(three["figures"]["copies"], MESSAGES)
        self.assertEqual(ever["figures"]["copies"], 0)
        self.assertLess(ever["observed"]["real"], 180)

    def check_notices(self, server):
        """Whose message was given up is told so once, from the null sender; the others are not."""
        server.wait_for_count("message", MESSAGES, receiver="default")
        server.settle()
        notices = server.deliveries("default")
        self.assertEqual({notice["sender"].strip("<>") for notice in notices}, {""})
        self.assertEqual(
            sorted(notice["recipient"] for notice in notices),
            [f"ever{k}@sender.test" for k in range(MESSAGES)],
        )
        for notice in notices:
            self.assertEqual((notice["state"], notice["copies"]), ("accepted", 1))



if __name__ == "__main__":
    main()
