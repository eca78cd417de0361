"""GET /v1/events as a stream: readers that come and go miss nothing, slow ones are told what they
missed, and neither keeps SMTP waiting."""

# labels: sse

import json
import random
import socket
import threading
import time
import unittest

from support import Server, main

CONNECTIONS = 4  # senders at the same time
TRANSACTIONS = 600  # of each, in pipelined batches of BATCH
BATCH = 20
ONE = b"MAIL FROM:<a@s.test>\r\nRCPT TO:<b@r.test>\r\nDATA\r\n"
BODY = b"Subject: x\r\n\r\nx\r\n.\r\n"


class Sender(threading.Thread):
    """Transactions over one connection, several given up and pipelined with each that is done."""

    def __init__(self, smtp, transactions=TRANSACTIONS):
        super().__init__()
        self.smtp, self.transactions, self.accepted, self.problem = smtp, transactions, 0, None

    def run(self):
        try:
            self.talk()
        except (OSError, AssertionError) as problem:
            self.problem = problem

    def talk(self):
        with socket.create_connection(self.smtp, timeout=60) as connection:
            self.stream = connection.makefile("rb")
            self.expect(b"220")
            connection.sendall(b"EHLO s.test\r\n")
            while not self.expect(b"250").startswith(b"250 "):
                pass
            for done in range(0, self.transactions, BATCH):
                # All but the message of each transaction is pipelined: RSET ends it.
                reset = b"MAIL FROM:<a@s.test>\r\nRCPT TO:<b@r.test>\r\nRSET\r\n" * (BATCH - 1)
                connection.sendall(reset + ONE)
                for _ in range(3 * (BATCH - 1) + 2):
                    self.expect(b"250")
                self.expect(b"354")
                connection.sendall(BODY)
                self.expect(b"250")
                self.accepted += 1
            connection.sendall(b"QUIT\r\n")
            self.expect(b"221")

    def expect(self, code):
        line = self.stream.readline()
        if not line.startswith(code):
            raise AssertionError(f"{line!r} instead of {code!r}")
        return line


class Load:
    """Several senders at once; the rate of events they caused."""

    def __init__(self, server, transactions=TRANSACTIONS):
        self.server = server
        self.senders = [Sender(server.smtp, transactions) for _ in range(CONNECTIONS)]
        self.first = last_seq(server)
        self.began = time.monotonic()
        for sender in self.senders:
            sender.start()

    def busy(self):
        return any(sender.is_alive() for sender in self.senders)

    def finish(self):
        """(number of the last event, events per second)."""
        for sender in self.senders:
            sender.join()
            if sender.problem:
                raise AssertionError(f"a sender failed: {sender.problem}")
        took = time.monotonic() - self.began
        last = last_seq(self.server)
        return last, (last - self.first) / took


def last_seq(server):
    return server.get("/v1/events", kind="dropped", limit=1)["last"]


class Stream:
    """A reader of the stream over a raw socket; what it reads is in `blocks`."""

    def __init__(self, server, last_id=None, path="/v1/events", buffer=None, version="1.1"):
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(60)
        self.socket.connect(server.http)
        more = "" if last_id is None else f"Last-Event-ID: {last_id}\r\n"
        request = f"GET {path} HTTP/{version}\r\nHost: localhost\r\nAccept: text/event-stream\r\n{more}\r\n"
        self.socket.sendall(request.encode())
        self.raw, self.text, self.over = b"", b"", False
        while b"\r\n\r\n" not in self.raw:
            if not self.receive():
                raise AssertionError(f"no answer but {self.raw!r}")
        self.head, self.raw = self.raw.split(b"\r\n\r\n", 1)
        if b" 200 " not in self.head.split(b"\r\n")[0]:
            raise AssertionError(self.head.decode())
        self.chunked = b"Transfer-Encoding: chunked" in self.head

    def receive(self, most=65536):
        got = self.socket.recv(most)
        self.raw += got
        return got

    def blocks(self):
        """Whole blocks that are there: (id or None, event, data); comments are left out."""
        self.take_chunks()
        *whole, self.text = self.text.split(b"\n\n")
        out = []
        for block in whole:
            if block.startswith(b":"):
                continue
            fields = dict(line.split(": ", 1) for line in block.decode().split("\n"))
            seq = int(fields["id"]) if "id" in fields else None
            out.append((seq, fields["event"], json.loads(fields["data"])))
        return out

    def take_chunks(self):
        if not self.chunked:
            self.text, self.raw = self.text + self.raw, b""
            return
        while b"\r\n" in self.raw:
            size, rest = self.raw.split(b"\r\n", 1)
            length = int(size, 16)
            if len(rest) < length + 2:
                return
            if length == 0:
                self.over = True
            self.text += rest[:length]
            self.raw = rest[length + 2 :]

    def close(self):
        self.socket.close()


class ReaderTest(unittest.TestCase):
    def test_reader_that_comes_and_goes_misses_nothing(self):
        draw = random.Random(7)
        with Server("healthy") as server:
            load = Load(server)
            seen, returns, last = [], 0, None
            while load.busy() or last is None or not seen or seen[-1] < last:
                stream = Stream(server, seen[-1] if seen else None)
                returns += 1
                # Leaves after so many octets, in the middle of whatever is there.
                left = draw.randint(1, 400_000)
                while left > 0:
                    got = stream.receive(min(left, 65536))
                    self.assertTrue(got)
                    left -= len(got)
                    for seq, kind, data in stream.blocks():
                        self.assertNotEqual("dropped", kind)
                        self.assertEqual(seq, data["seq"])
                        seen.append(seq)
                    if last is None and not load.busy():
                        last, rate = load.finish()
                    if last is not None and seen and seen[-1] >= last:
                        break
                stream.close()
            self.assertEqual(list(range(1, last + 1)), seen[: seen.index(last) + 1])
            self.assertEqual(len(seen), len(set(seen)))
            print(f"\n{rate:.0f} events/s, {len(seen)} events, {returns} visits")
            accepted = sum(sender.accepted for sender in load.senders)
            self.assertEqual(CONNECTIONS * TRANSACTIONS // BATCH, accepted)

    def test_slow_reader_is_told_what_it_missed_and_smtp_goes_on(self):
        with Server("healthy", "--journal-events", "500") as server:
            stream = Stream(server, buffer=4096)
            load = Load(server, transactions=2000)
            # It reads nothing until all transactions are complete: they do not wait for it.
            last, rate = load.finish()
            seen, missed = [], 0
            while not seen or seen[-1] < last:
                self.assertTrue(stream.receive())
                for seq, kind, data in stream.blocks():
                    if kind == "dropped":
                        missed += data["count"]
                    else:
                        seen.append(seq)
            stream.close()
            self.assertEqual(sorted(set(seen)), seen)
            self.assertGreater(missed, 0)
            self.assertEqual(seen[-1], len(seen) + missed)
            print(f"\n{rate:.0f} events/s, {len(seen)} read, {missed} missed")
            accepted = sum(sender.accepted for sender in load.senders)
            self.assertEqual(CONNECTIONS * 2000 // BATCH, accepted)


class EndTest(unittest.TestCase):
    def test_stop_of_the_server_ends_a_stream_with_its_last_chunk(self):
        with Server("healthy") as server:
            stream = Stream(server)
            self.assertTrue(stream.chunked)
            while not stream.blocks():
                stream.receive()
            server.stop()
            while stream.receive():
                pass
            stream.blocks()
            self.assertTrue(stream.over)
            stream.close()

    def test_http_1_0_reads_until_the_connection_closes(self):
        with Server("healthy") as server:
            stream = Stream(server, version="1.0")
            self.assertFalse(stream.chunked)
            found = []
            while not found:
                stream.receive()
                found = stream.blocks()
            self.assertEqual(1, found[0][0])
            server.stop()
            while stream.receive():
                pass
            stream.close()

    def test_head_has_no_stream(self):
        with Server("healthy") as server:
            with socket.create_connection(server.http, timeout=30) as connection:
                connection.sendall(
                    b"HEAD /v1/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
                )
                answer = b""
                while got := connection.recv(4096):
                    answer += got
            self.assertIn(b"Content-Type: text/event-stream", answer)
            self.assertTrue(answer.endswith(b"\r\n\r\n"))


if __name__ == "__main__":
    main()
