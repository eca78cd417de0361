#!/usr/bin/env python3
"""The same journal gives the same report, byte for byte, live or from the file; in every form.

A live report is made at an `observed` event. The journal file, cut after that event, must give the
same octets offline. And it is all one whether a client sends whole packets or single octets: the
same events, the same report, but for the times in it. Journals that were recorded once are judged
as it was found right.
"""
# labels: same-report

import json
import os
import re
import smtplib
import socket
import tempfile
import unittest

from support import FAILMX, Server, main, run, verdicts

FORMS = {
    "text/plain": None,  # what `failmx verify` prints
    "application/json": "--report",
    "application/xml": "--junit",
}
JOURNALS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "journals")
EXIT = {"pass": 0, "fail": 1, "inconclusive": 3}

EXPECT = [
    {"check": "retried", "within": "2h"},
    {"check": "not-hasty", "min_gap": "5m", "quiet": "1m"},
    {"check": "not-retried", "quiet": "1m"},
    {"check": "delivered-once", "within": "2h", "quiet": "1m"},
    {"check": "attempt-limit", "at_most": 2, "quiet": "1m"},
    {"check": "gives-up", "after": ["1d", "2d"]},
    {"check": "suppressed", "optional": True},
]
TO = ["ok@list.test", "later@list.test", "never@list.test", '"odd <name>"@list.test']


def letter(number):
    return f"Subject: {number}\r\nMessage-ID: <{number}@client.test>\r\n\r\n..Hello.\r\n"


def send(smtp, number):
    with smtplib.SMTP(*smtp, local_hostname="client.test", timeout=30) as client:
        client.sendmail(f"author{number}@client.test", TO, letter(number))


class LiveAndOfflineTest(unittest.TestCase):
    def check(self, receiver, options, wait=0.0, **asked):
        """Sends, asks live for every form, and the file for the same."""
        with tempfile.TemporaryDirectory(prefix="failmx-bytes-") as folder:
            path = os.path.join(folder, "run.ndjson")
            with Server("partial-recipients", "--journal", path) as server:
                ports = {"default": server.smtp}
                ports["other"] = server.put_receiver("other", "disk-full")
                live = {}
                for k, form in enumerate(FORMS):
                    for smtp in ports.values():
                        try:
                            send(smtp, k)
                        except smtplib.SMTPException:
                            pass
                    body = server.verify(receiver, wait=wait, accept=form, **asked)
                    query = {"kind": "observed", "receiver": receiver, "limit": 10000}
                    live[form] = (body, server.get("/v1/events", **query)["items"][-1]["seq"])
                send(server.smtp, 9)  # the file goes on behind what was judged
            with open(path, "rb") as file:
                lines = file.readlines()
            for form, (body, seq) in live.items():
                with self.subTest(form):
                    cut = os.path.join(folder, "cut.ndjson")
                    with open(cut, "wb") as file:
                        file.writelines(up_to(lines, seq))
                    offline = judged_offline(cut, receiver, options, FORMS[form])
                    self.assertEqual(body.decode(), offline.decode())

    def test_expectations_of_the_scenario(self):
        self.check("default", [])

    def test_policies(self):
        policies = ["mta", "rfc5321", "transactional", "list-mailer"]
        self.check("other", ["--policy", ",".join(policies)], policy=policies)

    def test_given_expectations_and_a_wait(self):
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"expect": EXPECT}, file)
            file.flush()
            self.check("default", ["--expect", file.name], wait=1.0, expect=EXPECT)


class CorpusTest(unittest.TestCase):
    """tests/journals/NAME.ndjson, misjudged once, and NAME.json: what each check has to say."""

    def test_recorded_journals_are_judged_rightly(self):
        journals = [name for name in os.listdir(JOURNALS) if name.endswith(".ndjson")]
        self.assertNotEqual(journals, [])
        for name in sorted(journals):
            with self.subTest(name):
                journal = os.path.join(JOURNALS, name)
                with open(os.path.splitext(journal)[0] + ".json", encoding="utf-8") as file:
                    expected = json.load(file)
                report = json.loads(judged_offline(journal, "default", [], "--report"))
                self.assertEqual(verdicts(report), expected, report["checks"])


def up_to(lines, seq):
    """The lines of a journal file until that event, and itself."""
    numbers = [json.loads(line)["seq"] for line in lines]
    return lines[: numbers.index(seq) + 1]


def judged_offline(journal, receiver, options, option):
    """What `failmx verify` says about a file, in one of its forms."""
    with tempfile.NamedTemporaryFile() as report, tempfile.NamedTemporaryFile() as also:
        command = [FAILMX, "verify", journal, "--receiver", receiver, *options]
        command += ["--report", report.name]
        command += ["--junit", also.name]
        done = run(command)
        with open(report.name, "rb") as file:
            as_json = file.read()
        with open(also.name, "rb") as file:
            as_junit = file.read()
    verdict = json.loads(as_json)["verdict"]
    if done.returncode != EXIT[verdict]:
        raise AssertionError(f"{verdict}, but exit status {done.returncode}\n{done.stderr}")
    return {"--report": as_json, "--junit": as_junit, None: done.stdout.encode()}[option]


# What a client says, and how many replies it then waits for.
CONVERSATION = [
    (b"", 1),
    (b"HELO client.test\r\n", 1),
    (b"EHLO client.test\r\n", 1),
    (b"MAIL FROM:<>\r\nRCPT TO:<ok@list.test>\r\nRSET\r\n", 3),
    (
        b"MAIL FROM:<author@client.test> SIZE=100\r\nRCPT TO:<ok@list.test>\r\n"
        b"RCPT TO:<later@list.test>\r\nRCPT TO:<never@list.test>\r\nDATA\r\n",
        5,
    ),
    (b"Message-ID: <1@client.test>\r\n\r\n..\r\nHello\r\n.\r\n", 1),
    (b"MAIL FROM:<author@client.test>\r\nRCPT TO:<later@list.test>\r\n", 2),
    (b"DATA\r\n", 1),
    (b"RSET\r\nNONSENSE\r\n", 2),
    (b"mail from:<author@client.test>\r\nrcpt to:<later@LIST.test>\r\nDATA\r\n", 3),
    (b"Message-ID: <1@client.test>\r\n\r\n..\r\nHello\r\n.\r\n", 1),
    (b"QUIT\r\n", 1),
]


def converse(smtp, octets_at_once):
    """Has the conversation, in pieces of that size; all replies as text."""
    said = []
    with socket.create_connection(smtp, timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        replies = connection.makefile("rb")
        for octets, count in CONVERSATION:
            for k in range(0, len(octets), octets_at_once):
                connection.sendall(octets[k : k + octets_at_once])
            while count:
                line = replies.readline()
                if not line:
                    raise AssertionError(f"the connection ended after {said}")
                said.append(line.decode())
                count -= line[3:4] != b"-"
        replies.close()
    return said


# What differs from run to run: times, and the numbers of a port or process.
TIMES = [
    (r"\d+(\.\d+)? (ms|s|min|h|d)\b( \d+(\.\d+)? (ms|s|min|h|d)\b)*", "TIME"),
    (r" ?\(TIME real\)", ""),
    (r'"\d{4}-\d\d-\d\dT[^"]*"', '"WHEN"'),
    (r'"(judge|real)":[0-9.e+-]+', r'"\1":0'),
    (r' (time|timestamp)="[^"]*"', ""),
    (r" +", " "),
    (r"\n *", "\n"),
]


def without_times(text):
    for pattern, other in TIMES:
        text = re.sub(pattern, other, text)
    return text


def event_without_times(event):
    varying = ("at", "elapsed", "judge", "clock", "began", "listener")
    return {key: value for key, value in event.items() if key not in varying}


class PiecesTest(unittest.TestCase):
    maxDiff = None

    def test_single_octets_give_the_same_report_as_whole_packets(self):
        whole, single = self.story(octets_at_once=4096), self.story(octets_at_once=1)
        for part in whole:
            with self.subTest(part):
                self.assertEqual(whole[part], single[part])

    def story(self, octets_at_once):
        with Server("partial-recipients") as server:
            said = converse(server.smtp, octets_at_once)
            server.settle()
            # A failed check makes the run certain: each is waited for on its own.
            for expectation in EXPECT:
                if expectation["check"] in ("not-hasty", "not-retried", "delivered-once"):
                    server.verify("default", wait=30.0, expect=[expectation])
            events = server.get("/v1/events", limit=10000)["items"]
            story = {"replies": said}
            for form in FORMS:
                report = server.verify("default", accept=form, expect=EXPECT)
                story[form] = without_times(report.decode())
            story["events"] = [
                event_without_times(event) for event in events if event["kind"] != "observed"
            ]
        return story


if __name__ == "__main__":
    main()
