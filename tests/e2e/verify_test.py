"""Verdicts over HTTP, about real little senders: asked for, waited for, reported in three forms."""

import http.client
import json
import os
import smtplib
import threading
import unittest
import xml.etree.ElementTree as ElementTree

from support import Server, main

MESSAGE = "Subject: x\r\nMessage-ID: <%s@sender.test>\r\n\r\nhi\r\n"
# A wait that nothing may take: an answer within the client's own patience ended it early.
LONG = "10m"


def full(times=1, **expectation):
    """A scenario that refuses the first attempts at every recipient, and what it expects then."""
    rule = {"at": "rcpt", "times": times, "reply": "452 4.3.1 Mail system full"}
    scenario = {"name": "full", "rule": [rule]}
    if expectation:
        scenario["expect"] = [expectation]
    return scenario


GONE = {"name": "gone", "rule": [{"at": "rcpt", "reply": "550 5.1.1 gone"}]}


def send(host, port, recipient, number=1):
    """One attempt; the reply code of its RCPT."""
    with smtplib.SMTP(host, port, timeout=30) as client:
        client.ehlo("sender.test")
        client.mail("a@sender.test")
        code = client.rcpt(recipient)[0]
        if code == 250:
            client.data(MESSAGE % number)
        return code


def ask(server, method, path, body=None, accept=None):
    """(status, content type, text) of a request with this Accept header."""
    connection = http.client.HTTPConnection(*server.http, timeout=60)
    try:
        headers = {} if accept is None else {"Accept": accept}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        text = response.read().decode()
        return response.status, response.headers["Content-Type"], text
    finally:
        connection.close()


def verify(server, **question):
    status, answer = server.request("POST", "/v1/verify", question)
    if status != 200:
        raise AssertionError(f"{status} {answer}")
    return answer


def cpu_seconds(pid):
    """Processor time that a process has used, its threads together."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class VerdictTest(unittest.TestCase):
    def test_sender_that_comes_back_passes(self):
        with Server("healthy") as server:
            host, port = server.put_receiver("mine", full(check="retried", within="30s"))
            self.assertEqual(452, send(host, port, "b@full.test"))
            self.assertEqual(250, send(host, port, "b@full.test"))
            report = verify(server, receiver="mine", wait=LONG)
            self.assertEqual("pass", report["verdict"], report)
            self.assertEqual("scenario full", report["source"])
            self.assertEqual(["retried"], [check["check"] for check in report["checks"]])

    def test_sender_without_a_queue_fails_when_its_time_is_over(self):
        with Server("healthy") as server:
            host, port = server.put_receiver("mine", full(check="retried", within="1s"))
            self.assertEqual(452, send(host, port, "b@full.test"))
            report = verify(server, receiver="mine", wait=LONG)
            self.assertEqual("fail", report["verdict"], report)
            check = report["checks"][0]
            self.assertEqual("fail", check["verdict"])
            self.assertTrue(check["expected"])
            self.assertTrue(check["observed"])
            events = server.get("/v1/events", receiver="mine", limit=1000)["items"]
            known = {event["seq"] for event in events}
            self.assertTrue(check["evidence"])
            self.assertLessEqual(set(check["evidence"]), known)

    def test_wait_ends_early_when_certain(self):
        with Server("healthy") as server:
            host, port = server.put_receiver("mine", full(check="retried", within="60s"))
            answers = []
            waiting = threading.Thread(
                target=lambda: answers.append(verify(server, receiver="mine", wait=LONG))
            )
            waiting.start()
            self.assertEqual(452, send(host, port, "b@full.test"))
            self.assertEqual(250, send(host, port, "b@full.test"))
            waiting.join(30)
            self.assertFalse(waiting.is_alive())
            self.assertEqual("pass", answers[0]["verdict"])

    def test_wait_that_is_over_is_inconclusive(self):
        with Server("healthy") as server:
            host, port = server.put_receiver("mine", full(check="retried", within="60s"))
            self.assertEqual(452, send(host, port, "b@full.test"))
            report = verify(server, receiver="mine", wait="300ms")
            self.assertEqual("inconclusive", report["verdict"])
            self.assertGreaterEqual(report["observed"]["real"], 0.3)

    def test_expectations_of_the_question_replace_those_of_the_scenario(self):
        with Server("healthy") as server:
            host, port = server.put_receiver("mine", full(check="retried", within="60s"))
            self.assertEqual(452, send(host, port, "b@full.test"))
            self.assertEqual(250, send(host, port, "b@full.test"))
            hasty = {"check": "not-hasty", "min_gap": "60s"}
            # A message that sets out within a second might have flushed the sender's queue.
            report = verify(server, receiver="mine", expect=[hasty], wait=LONG)
            self.assertEqual("fail", report["verdict"], report)
            self.assertEqual(["not-hasty"], [check["check"] for check in report["checks"]])

    def test_policies_judge_instead_of_the_scenario(self):
        with Server("healthy") as server:
            host, port = server.put_receiver("mine", full(check="retried", within="60s"))
            self.assertEqual(452, send(host, port, "b@full.test"))
            self.assertEqual(250, send(host, port, "b@full.test"))
            report = verify(server, receiver="mine", policy=["mta"], wait=LONG)
            self.assertEqual("policy mta", report["source"])
            self.assertEqual({"mta"}, {check["policy"] for check in report["checks"]})
            # It came back at once: an MTA waits.
            self.assertEqual("fail", report["verdict"], report)

    def test_many_waits_at_once_are_all_answered(self):
        with Server("healthy") as server:
            host, port = server.put_receiver("mine", full(check="retried", within="60s"))
            answers = []
            waits = [
                threading.Thread(
                    target=lambda: answers.append(verify(server, receiver="mine", wait=LONG))
                )
                for _ in range(8)
            ]
            for wait in waits:
                wait.start()
            self.assertEqual(452, send(host, port, "b@full.test"))
            self.assertEqual(250, send(host, port, "b@full.test"))
            for wait in waits:
                wait.join(30)
            self.assertEqual(["pass"] * 8, [answer["verdict"] for answer in answers])

    # labels: serial
    def test_idle_wait_costs_nothing(self):
        with Server("healthy") as server:
            expect = [{"check": "retried"}]
            before = cpu_seconds(server.process.pid)
            report = verify(server, expect=expect, wait="3s")
            used = cpu_seconds(server.process.pid) - before
            self.assertEqual("inconclusive", report["verdict"])
            self.assertLess(used, 0.05)


class OccasionTest(unittest.TestCase):
    def offer(self, server, recipient):
        status, answer = server.request(
            "POST", "/v1/receivers/mine/offered", {"recipient": recipient}
        )
        self.assertEqual(200, status, answer)
        # It is in force: the event is there.
        events = server.get("/v1/events", kind="offered")["items"]
        self.assertEqual(answer["seq"], events[-1]["seq"])

    def test_offer_is_the_occasion_for_suppressed(self):
        with Server("healthy") as server:
            host, port = server.put_receiver("mine", GONE)
            self.assertEqual(550, send(host, port, "b@gone.test"))
            expect = [{"check": "suppressed", "quiet": "500ms"}]
            report = verify(server, receiver="mine", expect=expect)
            self.assertEqual("inconclusive", report["verdict"], report)
            self.offer(server, "b@gone.test")
            report = verify(server, receiver="mine", expect=expect, wait=LONG)
            self.assertEqual("pass", report["verdict"], report)

    def test_sender_that_goes_on_after_a_rejection_fails_suppressed(self):
        with Server("healthy") as server:
            host, port = server.put_receiver("mine", GONE)
            self.assertEqual(550, send(host, port, "b@gone.test"))
            self.offer(server, "b@gone.test")
            expect = [{"check": "suppressed", "quiet": "60s"}]
            # What begins within the slack may have been on its way.
            report = verify(server, receiver="mine", expect=expect, wait="400ms")
            self.assertEqual("inconclusive", report["verdict"], report)
            self.assertEqual(550, send(host, port, "b@gone.test", 2))
            report = verify(server, receiver="mine", expect=expect, wait=LONG)
            self.assertEqual("fail", report["verdict"], report)

    def test_missed_deadline_that_spans_an_advance_is_inconclusive(self):
        with Server("healthy") as server:
            host, port = server.put_receiver("mine", full())
            self.assertEqual(452, send(host, port, "b@full.test"))
            path = "/v1/receivers/mine/state"
            status, answer = server.request("PATCH", path, {"clock": {"advance": "24h"}})
            self.assertEqual(200, status, answer)
            self.assertEqual("mine", answer["receiver"])
            self.assertGreaterEqual(answer["clock"]["now"], 24 * 3600)
            retried = {"check": "retried", "within": "500ms"}
            report = verify(server, receiver="mine", expect=[retried], wait=LONG)
            self.assertEqual("inconclusive", report["verdict"], report)
            # On the clock that was advanced a day has passed.
            retried = {"check": "retried", "within": "1h", "clock": "receiver"}
            report = verify(server, receiver="mine", expect=[retried])
            self.assertEqual("fail", report["verdict"], report)


class ReportTest(unittest.TestCase):
    def test_report_in_three_forms(self):
        with Server("healthy") as server:
            host, port = server.put_receiver("mine", full(check="retried", within="100ms"))
            self.assertEqual(452, send(host, port, "b@full.test"))
            # Afterwards the verdict stands, whoever asks.
            self.assertEqual("fail", verify(server, receiver="mine", wait=LONG)["verdict"])
            path = "/v1/report?receiver=mine"
            status, kind, text = ask(server, "GET", path)
            self.assertEqual((200, "application/json"), (status, kind))
            self.assertEqual("fail", json.loads(text)["verdict"])
            status, kind, text = ask(server, "GET", path, accept="text/plain")
            self.assertEqual((200, "text/plain; charset=utf-8"), (status, kind))
            self.assertIn("FAIL", text)
            self.assertIn("b@full.test", text)
            status, kind, text = ask(server, "GET", path, accept="application/xml, */*;q=0.1")
            self.assertEqual((200, "application/xml"), (status, kind))
            self.assertEqual(1, len(ElementTree.fromstring(text.encode()).findall(".//failure")))
            status, kind, text = ask(server, "POST", "/v1/verify", {"receiver": "mine"}, "text/*")
            self.assertEqual((200, "text/plain; charset=utf-8"), (status, kind))
            status, kind, text = ask(server, "GET", path, accept="image/png")
            self.assertEqual(406, status)
            self.assertEqual("Accept", json.loads(text)["errors"][0]["at"])

    def test_report_of_one_domain(self):
        with Server("healthy") as server:
            host, port = server.put_receiver("mine", full(check="retried", within="60s"))
            for recipient in ("b@one.test", "b@two.test", "b@one.test"):
                send(host, port, recipient)
            verdicts = {}
            for domain in ("one.test", "two.test", "three.test"):
                report = server.get("/v1/report", receiver="mine", domain=domain)
                verdicts[domain] = (report["verdict"], report["figures"]["attempts"])
            expected = {
                "one.test": ("pass", 2),
                "two.test": ("inconclusive", 1),
                "three.test": ("inconclusive", 0),
            }
            self.assertEqual(expected, verdicts)


class RefusalTest(unittest.TestCase):
    def test_mistakes_are_told_all_at_once_and_leave_no_trace(self):
        with Server("healthy") as server:
            last = server.get("/v1/events")["last"]
            question = {
                "receivr": "default",
                "expect": [{"check": "retired"}, {"check": "retried", "within": 3}],
                "policy": "no such policy",
                "wait": "1h",
            }
            status, answer = server.request("POST", "/v1/verify", question)
            self.assertEqual(422, status)
            places = [error["at"] for error in answer["errors"]]
            expected = ["/receivr", "/expect/0/check", "/expect/1/within", "/policy", "/wait"]
            self.assertEqual(expected, places)
            self.assertEqual(last, server.get("/v1/events")["last"])

    def test_receiver_must_be_named_when_there_are_several(self):
        with Server("healthy") as server:
            server.put_receiver("mine", GONE)
            status, answer = server.request("POST", "/v1/verify", {})
            self.assertEqual(422, status)
            self.assertIn("default, mine", answer["errors"][0]["hint"])
            status, answer = server.request("GET", "/v1/report")
            self.assertEqual(422, status)
            self.assertIn("default, mine", answer["errors"][0]["hint"])

    def test_wrong_verbs_paths_and_sizes(self):
        with Server("healthy") as server:
            for method, path, body, expected in (
                ("GET", "/v1/verify", None, 405),
                ("POST", "/v1/report", {}, 405),
                ("POST", "/v1/receivers/default/state", {}, 405),
                ("POST", "/v1/receivers/nobody/offered", {"recipient": "a@b.test"}, 404),
                ("PATCH", "/v1/receivers/nobody/state", {"clock": {"advance": "1s"}}, 404),
                ("POST", "/v1/receivers/default/offered", {"recipient": "no address"}, 400),
                ("PATCH", "/v1/receivers/default/state", {"phase": "x"}, 422),
                ("POST", "/v1/verify?wait=3s", {}, 422),
                ("POST", "/v1/verify", {"expect": ["x" * 1100000]}, 413),
                ("HEAD", "/v1/report", None, 200),
            ):
                status, _, _ = ask(server, method, path, body)
                self.assertEqual(expected, status, f"{method} {path}")


if __name__ == "__main__":
    main()
