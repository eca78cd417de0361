#!/usr/bin/env python3
"""Many connections that do nothing: held, bounded, and cheap enough to say how cheap."""
# labels: idle-connections serial

import resource
import socket
import unittest

import support

IDLE = 10_000
LIMIT = 50
OVER = 10


def raise_file_limit():
    """The files this process may open from now on."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def resident_octets(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise AssertionError(f"/proc/{pid}/status has no VmRSS")


def line_from(connection):
    """One reply line; all that the server has to say before it waits for more."""
    line = b""
    while not line.endswith(b"\n"):
        octets = connection.recv(1024)
        if not octets:
            raise AssertionError(f"the server left after {line!r}")
        line += octets
    return line


class IdleConnections(unittest.TestCase):
    def setUp(self):
        self.connections = []
        self.addCleanup(lambda: [connection.close() for connection in self.connections])

    def connect(self, server):
        connection = socket.create_connection(server.smtp, timeout=30)
        self.connections.append(connection)
        return connection

    def open_connections(self, server):
        return server.get("/v1/receivers/default")["state"]["open_connections"]

    def test_ten_thousand_idle_connections_are_held(self):
        allowed = raise_file_limit()
        if allowed < IDLE + 100:
            self.skipTest(f"only {allowed} files may be open, {IDLE + 100} are needed")
        with support.Server("healthy") as server:
            before = resident_octets(server.process.pid)
            for _ in range(IDLE):
                self.assertTrue(line_from(self.connect(server)).startswith(b"220 "))
            each = (resident_octets(server.process.pid) - before) / IDLE
            print(f"{IDLE} idle connections: {each:.0f} octets of resident memory each")

            self.assertEqual(self.open_connections(server), IDLE)
            for connection in self.connections:
                connection.sendall(b"NOOP\r\n")
            for connection in self.connections:
                self.assertTrue(line_from(connection).startswith(b"250 "))
            for connection in self.connections:
                connection.close()
            server.wait_for_count("ended", IDLE)
            self.assertEqual(self.open_connections(server), 0)

    def test_connections_over_the_limit_are_refused_and_counted(self):
        with support.Server("healthy", "--max-connections", str(LIMIT)) as server:
            for _ in range(LIMIT):
                self.assertTrue(line_from(self.connect(server)).startswith(b"220 "))
            for _ in range(OVER):
                refused = self.connect(server)
                self.assertRegex(line_from(refused), rb"^421 4\.3\.2 \S+ .*\r\n$")
                self.assertEqual(refused.recv(1), b"")

            event = server.wait_for_count("refused", OVER)
            self.assertEqual((event["code"], event["client"]), (421, "127.0.0.1"))
            self.assertEqual(server.get("/v1/receivers/default")["counts"]["refused"], OVER)
            self.assertEqual(self.open_connections(server), LIMIT)

            # One place becomes free, one client gets in.
            self.connections[0].sendall(b"QUIT\r\n")
            self.assertTrue(line_from(self.connections[0]).startswith(b"221 "))
            self.connections[0].close()
            server.wait_for_count("ended", 1)
            self.assertTrue(line_from(self.connect(server)).startswith(b"220 "))


if __name__ == "__main__":
    support.main()
