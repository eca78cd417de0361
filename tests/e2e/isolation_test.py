"""Two hundred receivers in one failmx, used at once by SMTP clients of their own: no test sees
another's mail, rules or counts, and a receiver that is deleted leaves nothing behind."""

import concurrent.futures
import smtplib
import socket
import unittest

from support import Server, address, main

RECEIVERS = 200
AT_ONCE = 20  # clients, and requests to the API
PATIENCE = 120  # seconds, for anything: a sanitizer makes all of this slow


class Tenant:
    """One receiver: over a port of its own, over its domain at the shared port, or both."""

    def __init__(self, number):
        self.name = f"tenant-{number:03}"
        self.has_domain = number % 2 == 0 or number % 5 == 0
        self.has_port = number % 2 == 1 or number % 5 == 0
        self.domain = f"{self.name}.test"
        self.recipient = f"user-{number}@{self.domain}"
        self.sender = f"from-{number}@sender.test"
        self.port = None

    def wish(self):
        """Its first recipient is deferred, in words of its own."""
        rule = {"at": "rcpt", "times": 1, "per": "receiver", "reply": f"450 4.2.1 {self.name} is busy"}
        wish = {"scenario": {"name": f"for-{self.name}", "rule": [rule]}}
        if self.has_domain:
            wish["domains"] = [self.domain]
        if self.has_port:
            wish["listeners"] = [{"address": "127.0.0.1:0"}]
        return wish

    def doors(self, shared):
        return [self.port] * self.has_port + [shared] * self.has_domain

    def send(self, shared):
        """A message through every door; the first try of all is deferred by its own rule."""
        for count, door in enumerate(self.doors(shared)):
            with smtplib.SMTP(*door, timeout=PATIENCE) as client:
                if count == 0:
                    client.ehlo("client.test")
                    client.mail(self.sender)
                    code, text = client.rcpt(self.recipient)
                    assert (code, text) == (450, f"4.2.1 {self.name} is busy".encode()), (code, text)
                    client.rset()
                body = f"Subject: {self.name}\r\nMessage-ID: <{count}@{self.domain}>\r\n\r\nhi\r\n"
                client.sendmail(self.sender, [self.recipient], body)


def for_each(job, items):
    """Calls job for all items, many at once; the results in order."""
    with concurrent.futures.ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        return list(pool.map(job, items))


def is_refused(place):
    try:
        socket.create_connection(place, timeout=PATIENCE).close()
    except ConnectionRefusedError:
        return True
    return False


class IsolationTest(unittest.TestCase):
    def check_tenant(self, server, tenant):
        copies = len(tenant.doors(server.smtp))
        events = self.get(server, "/v1/events", receiver=tenant.name, limit=10000)["items"]
        self.assertEqual({tenant.name}, {event["receiver"] for event in events})
        self.assertEqual({tenant.sender}, {e["sender"] for e in events if "sender" in e})
        self.assertEqual({tenant.recipient}, {e["recipient"] for e in events if "recipient" in e})
        rules = {event["rule"] for event in events if event.get("rule")}
        self.assertEqual({"rule-1"}, rules)

        attempts = self.get(server, "/v1/attempts", receiver=tenant.name)["items"]
        self.assertEqual(
            ["deferred"] + ["accepted"] * copies, [attempt["outcome"] for attempt in attempts]
        )
        deliveries = self.get(server, "/v1/deliveries", receiver=tenant.name)["items"]
        self.assertEqual({tenant.recipient}, {delivery["recipient"] for delivery in deliveries})
        self.assertEqual(copies, len(deliveries))
        messages = self.get(server, "/v1/messages", receiver=tenant.name)["items"]
        self.assertEqual([[tenant.recipient]] * copies, [m["recipients"] for m in messages])
        counts = self.get(server, f"/v1/receivers/{tenant.name}")["counts"]
        self.assertEqual((copies + 1, copies), (counts["attempts"], counts["stored"]))

    def check_gone(self, server, tenant):
        self.assertEqual(404, server.request("GET", f"/v1/receivers/{tenant.name}")[0])
        for evidence in ("events", "attempts", "messages"):
            status, _ = server.request("GET", f"/v1/{evidence}", receiver=tenant.name)
            self.assertEqual(422, status, evidence)
        if tenant.has_port:
            self.assertTrue(is_refused(tenant.port), tenant.name)

    def get(self, server, path, **query):
        status, answer = server.request("GET", path, **query)
        self.assertEqual(200, status, answer)
        return answer

    # labels: isolation
    def test_two_hundred_receivers_at_once(self):
        tenants = [Tenant(number) for number in range(RECEIVERS)]
        with Server("healthy") as server:

            def put(tenant):
                made = server.put(f"/v1/receivers/{tenant.name}", tenant.wish())
                self.assertEqual([tenant.domain] * tenant.has_domain, made["domains"])
                self.assertEqual(int(tenant.has_port), len(made["listeners"]))
                if tenant.has_port:
                    tenant.port = address(made["listeners"][0]["address"])

            def delete(tenant):
                status, report = server.request("DELETE", f"/v1/receivers/{tenant.name}")
                self.assertEqual(200, status, report)
                self.assertEqual(tenant.name, report["receiver"])
                self.check_gone(server, tenant)

            for_each(put, tenants)
            for_each(lambda tenant: tenant.send(server.smtp), tenants)
            server.settle()
            for_each(lambda tenant: self.check_tenant(server, tenant), tenants)
            # Nothing of their mail is the shared port's own.
            own = self.get(server, "/v1/attempts", receiver="default")["items"]
            self.assertEqual([], [attempt for attempt in own if attempt["scope"] == "delivery"])

            for_each(delete, tenants)
            left = self.get(server, "/v1/receivers")["items"]
            self.assertEqual(["default"], [receiver["name"] for receiver in left])
            events = self.get(server, "/v1/events", limit=10000)["items"]
            self.assertEqual({"default"}, {e["receiver"] for e in events if "receiver" in e})
            # What was theirs is nobody's, so it is the shared port's.
            with smtplib.SMTP(*server.smtp, timeout=PATIENCE) as client:
                client.sendmail("a@sender.test", [tenants[0].recipient], "Subject: x\r\n\r\nhi\r\n")
            own = self.get(server, "/v1/deliveries")["items"]
            self.assertEqual([tenants[0].recipient], [delivery["recipient"] for delivery in own])

    # labels: isolation
    def test_domain_has_one_owner(self):
        with Server("healthy") as server:
            wish = {"scenario": "healthy", "domains": ["a.test"]}
            server.put("/v1/receivers/one", wish)
            status, answer = server.request("PUT", "/v1/receivers/two", wish)
            self.assertEqual(409, status)
            self.assertEqual("/domains/0", answer["errors"][0]["at"])
            self.assertIn("'one'", answer["errors"][0]["message"])
            self.assertEqual(404, server.request("GET", "/v1/receivers/two")[0])
            self.assertEqual(200, server.request("DELETE", "/v1/receivers/one")[0])
            server.put("/v1/receivers/two", wish)

    # labels: isolation
    def test_deletion_ends_connections_in_order(self):
        with Server("healthy") as server:
            port = server.put_receiver("going", "healthy")
            idle = smtplib.SMTP(*port, timeout=PATIENCE)
            busy = smtplib.SMTP(*port, timeout=PATIENCE)
            busy.ehlo("busy.test")
            busy.mail("a@sender.test")
            with concurrent.futures.ThreadPoolExecutor() as pool:
                deletion = pool.submit(server.request, "DELETE", "/v1/receivers/going")
                # Told at once: then the deletion has begun.
                self.assertEqual(421, idle.getreply()[0])
                self.assertTrue(is_refused(port))
                self.assertEqual(409, server.request("DELETE", "/v1/receivers/going")[0])
                self.assertEqual(250, busy.rcpt("b@x.test")[0])
                self.assertEqual(250, busy.data("Subject: x\r\n\r\nhi\r\n")[0])
                self.assertEqual(421, busy.getreply()[0])
                status, report = deletion.result(PATIENCE)
            self.assertEqual((200, "going"), (status, report["receiver"]))
            self.assertEqual(404, server.request("GET", "/v1/receivers/going")[0])
            idle.close()
            busy.close()

    # labels: isolation
    def test_transaction_older_than_a_deletion_is_the_shared_ports(self):
        """Begun there while the domain was another's, and left open."""
        rule = {"at": "rcpt", "reply": "550 5.1.1 Nobody"}
        wish = {"scenario": {"name": "going", "rule": [rule]}, "domains": ["gone.test"]}
        with Server("healthy") as server:
            server.put("/v1/receivers/going", wish)
            with smtplib.SMTP(*server.smtp, timeout=PATIENCE) as client:
                client.ehlo("client.test")
                client.mail("a@sender.test")
                status, _ = server.request("DELETE", "/v1/receivers/going")
                self.assertEqual(200, status)
                self.assertEqual(250, client.rcpt("b@gone.test")[0])
                client.rset()
            server.settle()
            events = self.get(server, "/v1/events")["items"]
            self.assertEqual({"default"}, {e["receiver"] for e in events if "receiver" in e})
            server.put("/v1/receivers/going", wish)
            self.assertEqual([], self.get(server, "/v1/attempts", receiver="going")["items"])


if __name__ == "__main__":
    main()
