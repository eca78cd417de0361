#!/usr/bin/env python3
"""Twenty sessions of Postfix's load generator against a healthy receiver: no message is lost."""
# labels: load serial

import unittest

import support

MESSAGES = 20_000
JOURNAL_EVENTS = 50_000  # far fewer than the messages bring


class Load(unittest.TestCase):
    def send(self, *options):
        """The receiver as the API shows it after the load."""
        with support.Server("healthy", "--journal-events", str(JOURNAL_EVENTS)) as server:
            command = ["smtp-source", "-s", "20", "-m", str(MESSAGES), "-l", "1000", *options]
            command += ["-f", "a@sender.test", "-t", "b@receiver.test", "%s:%d" % server.smtp]
            finished = support.run(command, within=150)
            self.assertEqual((finished.returncode, finished.stderr), (0, ""))
            receiver = server.get("/v1/receivers/default")
            events = server.get("/v1/events", limit=1)
        self.assertEqual(receiver["counts"]["messages"], MESSAGES)
        self.assertEqual(receiver["counts"]["stored"], MESSAGES)
        self.assertEqual(receiver["counts"]["refused"], 0)
        # Three commands a message: much more happened than the journal may keep, and it says so.
        self.assertEqual(events["dropped"], receiver["dropped"])
        self.assertGreater(events["dropped"], MESSAGES)
        print(f"{MESSAGES} messages {' '.join(options)}: {events['dropped']} events dropped")
        return receiver

    def test_every_message_over_reused_connections_is_counted(self):
        receiver = self.send("-d")
        self.assertLess(receiver["counts"]["connections"], MESSAGES)

    def test_every_message_over_a_connection_of_its_own_is_counted(self):
        receiver = self.send()
        self.assertGreaterEqual(receiver["counts"]["connections"], MESSAGES)


if __name__ == "__main__":
    support.main()
