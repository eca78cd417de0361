#!/usr/bin/env python3
"""A real queue against failmx: what the receiver saw, beside what Postfix itself wrote down."""
# labels: postfix-queue

import unittest

from postfix import Postfix
from support import Server, main

# What a loaded machine may add between Postfix's clock readings and the wire.
SLACK = 0.5


class PostfixTest(unittest.TestCase):
    def test_full_twice_is_retried_until_delivered_once(self):
        mail = [(f"author{n}@sender.test", f"reader{n}@full.test") for n in range(3)]
        with Server("full-twice") as server, Postfix(server.smtp) as postfix:
            for sender, recipient in mail:
                postfix.send(sender, recipient)
            postfix.wait_until_empty(len(mail))

            deliveries = {(d["sender"], d["recipient"]): d for d in server.deliveries()}
            self.assertEqual(set(deliveries), set(mail))
            for (_, recipient), delivery in deliveries.items():
                with self.subTest(recipient):
                    self.check_story(delivery, postfix.attempts(recipient))

    def check_story(self, delivery, logged):
        attempts = delivery["attempts"]
        self.assertEqual(delivery["state"], "accepted")
        self.assertEqual(delivery["copies"], 1)
        self.assertEqual([a["outcome"] for a in attempts], ["deferred", "deferred", "accepted"])
        self.assertEqual([a["code"] for a in attempts], [452, 452, 250])
        self.assertEqual([a["enhanced"] for a in attempts][:2], ["4.3.1", "4.3.1"])
        self.assertEqual([a["stored"] for a in attempts], [False, False, True])

        self.assertEqual([a.status for a in logged], ["deferred", "deferred", "sent"])
        self.assertEqual([a.dsn for a in logged][:2], ["4.3.1", "4.3.1"])
        for k in (1, 2):
            before, after = logged[k - 1], logged[k]
            self.assertAlmostEqual(
                attempts[k]["gap"],
                after.begin - before.end,
                delta=before.precision + after.precision + SLACK,
                msg=f"{before.line}\n{after.line}",
            )

    def test_decommissioned_is_tried_once_and_its_notice_passes(self):
        with Server("decommissioned") as server, Postfix(server.smtp) as postfix:
            postfix.send("author@sender.test", "reader@gone.test")
            # The message and the notice about it.
            postfix.wait_until_empty(2)

            refused, notice = sorted(server.deliveries(), key=lambda d: d["id"])
            self.assertEqual(refused["recipient"], "reader@gone.test")
            self.assertEqual(refused["state"], "rejected")
            self.assertEqual(len(refused["attempts"]), 1)
            self.assertEqual(refused["attempts"][0]["code"], 550)
            self.assertEqual(refused["copies"], 0)

            self.assertIn(notice["sender"], ("", "<>"))
            self.assertEqual(notice["recipient"], "author@sender.test")
            self.assertEqual(notice["state"], "accepted")
            self.assertEqual(notice["copies"], 1)

            logged = postfix.attempts("reader@gone.test")
            self.assertEqual([(a.status, a.dsn) for a in logged], [("bounced", "5.3.1")])

    def test_one_of_three_recipients_is_retried_alone(self):
        with Server("partial-recipients") as server, Postfix(server.smtp) as postfix:
            for name in ("ok", "later"):
                postfix.send("author@sender.test", f"{name}@list.test")
            postfix.send("other@sender.test", "never@list.test")
            postfix.wait_until_empty(4)  # three messages and a notice
            found = {d["recipient"]: d for d in server.deliveries() if d["sender"]}
            outcomes = {
                recipient: [a["outcome"] for a in delivery["attempts"]]
                for recipient, delivery in found.items()
                if delivery["sender"] != "<>"
            }
            self.assertEqual(
                outcomes,
                {
                    "ok@list.test": ["accepted"],
                    "later@list.test": ["deferred", "deferred", "accepted"],
                    "never@list.test": ["rejected"],
                },
            )

    def test_lost_final_reply_makes_a_second_copy_of_the_same_message(self):
        with Server("lost-final-reply") as server, Postfix(server.smtp) as postfix:
            postfix.send("author@sender.test", "reader@full.test")
            postfix.wait_until_empty(1)
            (delivery,) = server.deliveries()
            self.assertEqual([a["outcome"] for a in delivery["attempts"]], ["lost", "accepted"])
            self.assertEqual([a["stored"] for a in delivery["attempts"]], [True, True])
            self.assertEqual(delivery["copies"], 2)
            self.assertFalse(delivery["ambiguous"])


if __name__ == "__main__":
    main()
