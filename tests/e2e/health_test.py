#!/usr/bin/env python3
"""`failmx health`: its exit status for a supervisor, and its one line for people."""

import socket
import subprocess
import unittest

from namespace import private_network
from start_support import clean_environment
from support import FAILMX, Server, main, run


class HealthTest(unittest.TestCase):
    def health(self, *args, status=0, **variables):
        done = run([FAILMX, "health", *args], env=clean_environment(**variables))
        said = done.stdout + done.stderr
        self.assertEqual(status, done.returncode, said)
        self.assertLessEqual(len(said.splitlines()), 1, said)
        return said

    def test_ready(self):
        with Server("healthy") as server:
            url = "http://" + server.ready["http"]
            said = self.health("--http", url)
            self.assertRegex(said, r"^http://\S+ is ready: failmx \S+, 1 receiver: default\n$")
            self.assertEqual("", self.health("--http", url, "--quiet"))
            self.assertEqual(said, self.health(FAILMX_HTTP=url))
            self.assertIn("is ready", self.health(FAILMX_LISTEN_HTTP=f"0.0.0.0:{server.http[1]}", FAILMX_HTTP=""))

    def test_token(self):
        with Server("healthy", "--token", "open sesame") as server:
            url = "http://" + server.ready["http"]
            self.assertIn("is ready (", self.health("--http", url))
            self.assertIn("1 receiver: default", self.health("--http", url, FAILMX_TOKEN="open sesame"))

    def test_nobody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as found:
            port = found.getsockname()[1]
        said = self.health("--http", f"http://127.0.0.1:{port}", status=1)
        self.assertIn("Connection refused; is 'failmx serve' running", said)
        said = self.health("--http", "http://no-such-host.invalid:8025", "--timeout", "20s", status=1)
        self.assertIn("no answer from http://no-such-host.invalid:8025", said)

    def test_no_answer_in_time(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = "http://127.0.0.1:%d" % silent.getsockname()[1]
            self.assertIn("none within 50ms;", self.health("--http", url, "--timeout", "50ms", status=1))

    def test_silent_name_server(self):
        with private_network("127.0.0.1"), socket.socket(type=socket.SOCK_DGRAM) as silent:
            silent.bind(("127.0.0.1", 53))
            # Longer than anybody lets this test run.
            slow = {"RES_OPTIONS": "timeout:30 attempts:5"}
            said = self.health("--http", "http://mx.example:8025", "--timeout", "500ms", status=1, **slow)
        self.assertIn("no answer from http://mx.example:8025: none within 500ms;", said)

    def answered(self, octets, *args):
        """What health says to a server that gives this answer; it must be told as a failure."""
        with socket.create_server(("127.0.0.1", 0)) as other:
            command = [FAILMX, "health", "--timeout", "20s", "--http", "127.0.0.1:%d" % other.getsockname()[1]]
            with subprocess.Popen([*command, *args], stderr=subprocess.PIPE, text=True) as process:
                connection, _ = other.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(octets)
                _, err = process.communicate(timeout=30)
        self.assertEqual(1, process.returncode, err)
        return err

    def test_another_program_answers(self):
        for body in (b"<html>ready</html>", b"[]", b'{"status":"alive"}'):
            head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
            self.assertIn("is another program listening there?", self.answered(head + body))
        self.assertIn("does not speak HTTP; is that the SMTP port?", self.answered(b"220 mx.example ESMTP\r\n"))

    def test_draining(self):
        body = b'{"errors":[{"at":"server","message":"the server is stopping\\u001b[2J"}]}'
        head = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: %d\r\n\r\n" % len(body)
        said = self.answered(head + body)
        self.assertIn("is not ready: the server is stopping\\x1B[2J\n", said)

    def test_bad_url(self):
        for url in ("https://127.0.0.1:8025", "http://", "http://a b:1", "http://a:0", "http://a:x", "ftp://a", "a/b"):
            with self.subTest(url):
                self.assertIn("write it as http://127.0.0.1:8025", self.health("--http", url, status=2))
        self.assertIn("speaks no TLS", self.health("--http", "https://127.0.0.1:8025", status=2))


if __name__ == "__main__":
    main()
