#!/usr/bin/env python3
"""The control port under attack, as far as it takes the whole program; tests of the parts are in
tests/control. scripts/mutate guards shows that those notice when a guard is taken away."""
# labels: security

import http.client
import json
import os
import socket
import tempfile
import unittest

from support import FAILMX, Server, main, run

TOKEN = "open sesame"
PROBES = {"/livez", "/readyz"}
ELSEWHERE = "https://evil.example"


def ask(server, method, path, headers=None, body=None):
    """The response, read to its end, with exactly this path."""
    connection = http.client.HTTPConnection(*server.http, timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        response.text = response.read().decode("utf-8", "replace")
        return response
    finally:
        connection.close()


def ask_raw(server, octets):
    """All that the server says to these octets until it closes."""
    with socket.create_connection(server.http, timeout=30) as connection:
        connection.sendall(octets)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer.decode("utf-8", "replace")


def bearer(token=TOKEN):
    return {"Authorization": f"Bearer {token}"}


class StartTest(unittest.TestCase):
    """What other machines can reach takes a token or a word."""

    def refused(self, *command, **variables):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("FAILMX_")}
        done = run([FAILMX, *command], env={**environment, **variables})
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("can be reached from other machines", done.stderr)
        self.assertIn("--open", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_serve_refuses_to_be_open_unasked(self):
        for flag in ("--http", "--smtp"):
            for address in ("0.0.0.0:0", "[::]:0"):
                with self.subTest(flag=flag, address=address):
                    self.refused("serve", flag, address)
        self.refused("serve", FAILMX_LISTEN_HTTP="0.0.0.0:0")

    def test_test_refuses_to_be_open_unasked(self):
        self.refused("test", "healthy", "--http", "0.0.0.0:0", "--", "true")
        self.refused("test", "healthy", "--smtp", "0.0.0.0:0", "--", "true")

    def test_a_configuration_refuses_to_be_open_unasked(self):
        text = '[[receiver]]\nname = "a"\nscenario = "healthy"\nlisteners = [{ address = "0.0.0.0:0" }]\n'
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "failmx.toml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            done = run([FAILMX, "serve", "--http", "127.0.0.1:0", "--config", path])
        self.assertEqual(done.returncode, 2, done.stderr)

    def test_a_receiver_refuses_to_be_open_unasked(self):
        body = {"scenario": "healthy", "listeners": [{"address": "0.0.0.0:0"}]}
        with Server("healthy") as server:
            status, answer = server.request("PUT", "/v1/receivers/x", body)
            self.assertEqual(status, 422)
            self.assertIn("other machines", answer["errors"][0]["message"])
            self.assertEqual(server.request("GET", "/v1/receivers/x")[0], 404)

    def test_a_token_or_a_word_opens(self):
        for opened in (("--open",), ("--token", TOKEN)):
            with self.subTest(opened=opened), Server("healthy", "--http", "0.0.0.0:0", *opened):
                pass


class TokenTest(unittest.TestCase):
    def test_every_route_but_the_probes_needs_the_token(self):
        with Server("healthy", "--token", TOKEN) as server:
            api = json.loads(ask(server, "GET", "/openapi.json", bearer()).text)
            asked = 0
            for pattern, item in api["paths"].items():
                path = pattern.replace("{name}", "default").replace("{id}", "1").replace("{seq}", "1")
                for verb in item:
                    for headers in ({}, bearer("open sesamE"), bearer(TOKEN + "x"), bearer("")):
                        with self.subTest(verb=verb, path=path, headers=headers):
                            response = ask(server, verb.upper(), path, headers)
                            self.assertEqual(response.status == 401, pattern not in PROBES)
                            asked += 1
            self.assertGreater(asked, 40)
            self.assertEqual(ask(server, "GET", "/v1/receivers/default", bearer()).status, 200)

    def test_what_there_is_not_needs_the_token_too(self):
        with Server("healthy", "--token", TOKEN) as server:
            for verb, path in (("GET", "/nowhere"), ("DELETE", "/version"), ("OPTIONS", "/version")):
                self.assertEqual(ask(server, verb, path).status, 401)


class BrowserTest(unittest.TestCase):
    """A page of another origin, in the browser of whoever runs this."""

    def test_a_name_that_was_rebound_is_no_name_of_this_server(self):
        with Server("healthy", "--allow-host", "mx.test") as server:
            for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example"):
                with self.subTest(host=host):
                    for path in ("/v1/receivers", "/livez", "/nowhere"):
                        self.assertEqual(ask(server, "GET", path, {"Host": host}).status, 421)
            for host in ("127.0.0.1", "localhost:1", "[::1]:8025", "mx.test"):
                self.assertEqual(ask(server, "GET", "/v1/receivers", {"Host": host}).status, 200)

    def test_no_answer_lets_another_origin_read(self):
        with Server("healthy") as server:
            preflight = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "PUT"}
            for verb, path in (
                ("OPTIONS", "/v1/receivers/x"),
                ("GET", "/v1/receivers"),
                ("GET", "/nowhere"),
                ("DELETE", "/version"),
            ):
                with self.subTest(verb=verb, path=path):
                    response = ask(server, verb, path, preflight)
                    names = [name.lower() for name, _ in response.getheaders()]
                    self.assertFalse([n for n in names if n.startswith("access-control")])


class RequestTest(unittest.TestCase):
    def setUp(self):
        self.server = self.enterContext(Server("healthy"))

    def still_there(self):
        self.assertEqual(ask(self.server, "GET", "/livez").status, 200)

    def test_paths_lead_to_no_file(self):
        secret = "root:"
        for name in (
            "..%2f..%2f..%2fetc%2fpasswd",
            "%2e%2e%2f%2e%2e%2f%2e%2e%2fetc%2fpasswd",
            "..%5c..%5cetc%5cpasswd",
            "%2fetc%2fpasswd",
            "../../../etc/passwd",
            "..",
            "%2e%2e",
            "healthy%00.toml",
        ):
            for path in (f"/v1/scenarios/{name}", f"/v1/receivers/{name}", f"/{name}"):
                with self.subTest(path=path):
                    response = ask(self.server, "GET", path)
                    self.assertIn(response.status, (400, 404))
                    self.assertNotIn(secret, response.text)

    def test_no_name_is_a_path(self):
        for name in ("..%2fx", "%2e%2e", ".", "a%2fb", "a%00b", "a%0d%0ab", "%20", "x" * 65):
            for area, body, kind in (
                ("receivers", '{"scenario":"healthy"}', "application/json"),
                ("scenarios", 'name = "x"', "application/toml"),
            ):
                with self.subTest(name=name, area=area):
                    path = f"/v1/{area}/{name}"
                    response = ask(self.server, "PUT", path, {"Content-Type": kind}, body)
                    self.assertEqual(response.status, 422, response.text)

    def test_a_scenario_that_is_named_is_no_file(self):
        for name in ("/etc/passwd", "../../../etc/passwd", "./x.toml", "/dev/zero"):
            with self.subTest(name=name):
                status, answer = self.server.request("PUT", "/v1/receivers/x", {"scenario": name})
                self.assertEqual(status, 422)
                self.assertNotIn("root:", json.dumps(answer))

    def test_no_answer_is_split(self):
        evil = "%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0aHTTP/1.1%20200%20OK"
        for path in (f"/v1/receivers/{evil}", f"/v1/events?receiver={evil}", f"/{evil}"):
            for verb in ("GET", "DELETE", "OPTIONS"):
                with self.subTest(verb=verb, path=path):
                    request = f"{verb} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    head, *_ = ask_raw(self.server, request.encode()).split("\r\n\r\n")
                    self.assertNotIn("Set-Cookie", head)
                    self.assertEqual(head.count("HTTP/1.1"), 1)

    def test_hostile_bodies_are_refused(self):
        for name, body, status in (
            ("deep lists", "[" * 500_000, 400),
            ("deep objects", '{"a":' * 100_000 + "1" + "}" * 100_000, 400),
            ("deep scenario", '{"scenario":' + "[" * 300 + "]" * 300 + "}", 400),
            ("two values", "{}{}", 400),
            ("no UTF-8", b'{"scenario":"\xff\xfe"}', 400),
            ("too much", " " * (2 << 20), 413),
            ("a number beyond all", '{"scenario":"healthy","seed":1e999}', 422),
        ):
            with self.subTest(name=name):
                response = ask(self.server, "PUT", "/v1/receivers/x", {}, body)
                self.assertEqual(response.status, status, response.text[:300])
                self.still_there()

    def test_hostile_headers_are_refused(self):
        for name, head, status in (
            ("one long", "X: " + "x" * 100_000, "431"),
            ("many", "\r\n".join(f"X-{i}: {'x' * 50}" for i in range(5000)), "431"),
            ("two lengths", "Content-Length: 2\r\nContent-Length: 3", "400"),
            ("length and chunks", "Content-Length: 2\r\nTransfer-Encoding: chunked", "400"),
            ("a length that is none", "Content-Length: -1", "400"),
        ):
            with self.subTest(name=name):
                request = f"PUT /v1/receivers/x HTTP/1.1\r\nHost: localhost\r\n{head}\r\n\r\n{{}}"
                answer = ask_raw(self.server, request.encode())
                self.assertTrue(answer.startswith(f"HTTP/1.1 {status}"), answer[:200])
                self.still_there()

    def test_many_connections_leave_room_for_probes(self):
        crowd = [socket.create_connection(self.server.http, timeout=30) for _ in range(100)]
        try:
            self.assertEqual(ask(self.server, "GET", "/livez").status, 200)
            self.assertEqual(ask(self.server, "GET", "/v1/receivers").status, 503)
        finally:
            for connection in crowd:
                connection.close()


if __name__ == "__main__":
    main()
