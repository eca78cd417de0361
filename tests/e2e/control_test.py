"""The program from outside: how it starts, what it refuses, how it is driven over HTTP, how it ends."""

import http.client
import json
import os
import signal
import smtplib
import subprocess
import tempfile
import threading
import unittest

from support import FAILMX, Server, address, main, run

# Five different mistakes; the places where they are.
BAD = """name = "bad"
colour = "red"
[[rule]]
at = "rcptt"
reply = "452 4.3.1 Mail system full"
[[rule]]
at = "rcpt"
  delay = "2 parsecs"
[[rule]]
at = "rcpt"
reply = "999 no"
[[rule]]
at = "connect"
match = { recipient = "*@a.test" }
reply = "421 4.4.2 no"
"""
PLACES = ["2:1", "4:6", "8:11", "11:9", "14:23"]


def raw_request(server, method, path, headers, body=None):
    """(status, decoded JSON) with exactly these headers."""
    connection = http.client.HTTPConnection(*server.http, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


class StartTest(unittest.TestCase):
    def test_ready_line_and_ready_file_agree(self):
        with Server("healthy", "--seed", "7") as server:
            self.assertRegex(
                server.ready_line,
                r"^failmx ready smtp=127\.0\.0\.1:\d+ http=127\.0\.0\.1:\d+ receiver=default"
                r" scenario=healthy seed=7$",
            )
            with open(server.ready_file, encoding="utf-8") as file:
                ready = json.load(file)
            smtp = {"receiver": "default", "address": server.ready["smtp"]}
            smtp.update({"protocol": "smtp", "tls": "none", "shared": True})
            self.assertEqual([smtp], ready["listeners"])
            self.assertEqual(server.ready["http"], ready["http"])
            self.assertEqual(server.process.pid, ready["pid"])
            self.assertEqual(("healthy", 7, 1), (ready["scenario"], ready["seed"], ready["scale"]))
            self.assertEqual({"status": "ready"}, server.get("/readyz"))

    def test_health_of_a_running_server(self):
        with Server("healthy") as server:
            result = run([FAILMX, "health", "--http", "http://%s:%d" % server.http])
            self.assertEqual(0, result.returncode, result.stderr)

    def test_port_in_use(self):
        with Server("healthy") as server:
            for option, taken in (("--smtp", server.ready["smtp"]), ("--http", server.ready["http"])):
                other = "--http" if option == "--smtp" else "--smtp"
                result = run([FAILMX, "serve", option, taken, other, "127.0.0.1:0"])
                self.assertEqual(2, result.returncode)
                self.assertIn(taken, result.stderr)
                self.assertEqual("", result.stdout)

    def test_start_that_fails_leaves_files_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            journal = os.path.join(folder, "run.ndjson")
            ready = os.path.join(folder, "ready.json")
            with open(journal, "w", encoding="utf-8") as file:
                file.write("of a former run\n")
            with open(ready, "w", encoding="utf-8") as file:
                file.write("{}")
            with Server("healthy") as server:
                files = ["--journal", journal, "--ready-file", ready]
                addresses = ["--smtp", "127.0.0.1:0", "--http", server.ready["http"]]
                result = run([FAILMX, "serve", *addresses, *files])
                self.assertEqual(2, result.returncode)
            with open(journal, encoding="utf-8") as file:
                self.assertEqual("of a former run\n", file.read())
            # It may be that of the one which runs.
            with open(ready, encoding="utf-8") as file:
                self.assertEqual("{}", file.read())

    def test_journal_of_a_running_server_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "run.ndjson")
            with Server("healthy", "--journal", path):
                free = ["--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"]
                result = run([FAILMX, "serve", *free, "--journal", path])
                self.assertEqual(2, result.returncode)
                self.assertIn("is written by another failmx", result.stderr)

    # labels: diagnostics
    def test_bad_scenario_is_refused_by_check_and_serve(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "bad.toml")
            with open(path, "w", encoding="utf-8") as file:
                file.write(BAD)
            serve = ["serve", "--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--scenario", path]
            for command in (["check", path], serve):
                result = run([FAILMX, *command])
                self.assertEqual(2, result.returncode)
                lines = result.stderr.splitlines()
                found = [":".join(line[len(path) + 1 :].split(":")[:2]) for line in lines]
                self.assertEqual(PLACES, found, result.stderr)


class ReceiverTest(unittest.TestCase):
    # labels: diagnostics
    def test_bad_put_changes_nothing(self):
        with Server("full-twice") as server:
            before = server.get("/v1/receivers/default")
            last = server.get("/v1/events")["last"]
            body = {"scenario_toml": BAD, "listeners": [{"address": "127.0.0.1:0"}]}
            status, answer = server.request("PUT", "/v1/receivers/default", body)
            self.assertEqual(422, status)
            places = [error["at"].split(":", 1)[1] for error in answer["errors"]]
            self.assertEqual(PLACES, places)
            after = server.get("/v1/receivers/default")
            for state in (before, after):
                del state["state"]["clock"]
            self.assertEqual(before, after)
            self.assertEqual(last, server.get("/v1/events")["last"])

    def test_put_makes_a_receiver_with_a_port_of_its_own(self):
        with Server("healthy") as server:
            scenario = {"name": "gone", "rule": [{"at": "rcpt", "reply": "550 5.1.1 gone"}]}
            body = {"scenario": scenario, "listeners": [{"address": "127.0.0.1:0"}]}
            made = server.put("/v1/receivers/mine", body)
            host, port = address(made["listeners"][0]["address"])
            with smtplib.SMTP(host, port, timeout=30) as client:
                with self.assertRaises(smtplib.SMTPRecipientsRefused):
                    client.sendmail("a@sender.test", ["b@mine.test"], "Subject: x\r\n\r\nhi\r\n")
            with smtplib.SMTP(*server.smtp, timeout=30) as client:
                client.sendmail("a@sender.test", ["b@mine.test"], "Subject: x\r\n\r\nhi\r\n")
            mine = server.get("/v1/deliveries", receiver="mine")["items"]
            self.assertEqual(["rejected"], [delivery["state"] for delivery in mine])
            default = server.get("/v1/deliveries", receiver="default")["items"]
            self.assertEqual(["accepted"], [delivery["state"] for delivery in default])

            again = server.put("/v1/receivers/mine", body)
            self.assertEqual(made["listeners"], again["listeners"])
            self.assertEqual(1, again["counts"]["rejected"])

            other = server.put("/v1/receivers/mine", {"scenario": "healthy"})
            self.assertEqual(made["listeners"], other["listeners"])
            with smtplib.SMTP(host, port, timeout=30) as client:
                client.sendmail("a@sender.test", ["b@mine.test"], "Subject: x\r\n\r\nhi\r\n")

    def test_put_of_a_taken_port_changes_nothing(self):
        with Server("healthy") as server:
            body = {"scenario": "full-twice", "listeners": [{"address": server.ready["http"]}]}
            status, answer = server.request("PUT", "/v1/receivers/default", body)
            self.assertEqual(409, status)
            self.assertIn(server.ready["http"], answer["errors"][0]["message"])
            receiver = server.get("/v1/receivers/default")
            self.assertEqual("healthy", receiver["scenario"])
            self.assertEqual(server.ready["smtp"], receiver["listeners"][0]["address"])
            status, answer = server.request("PUT", "/v1/receivers/other", body)
            self.assertEqual(409, status)
            self.assertEqual(404, server.request("GET", "/v1/receivers/other")[0])


class EventsTest(unittest.TestCase):
    def test_wait_returns_with_the_event(self):
        with Server("healthy") as server:
            answers = []

            def wait():
                answers.append(server.get("/v1/events", kind="stored", wait="30s"))

            waiting = threading.Thread(target=wait)
            waiting.start()
            with smtplib.SMTP(*server.smtp, timeout=30) as client:
                client.sendmail("a@sender.test", ["b@x.test"], "Subject: x\r\n\r\nhi\r\n")
            waiting.join(30)
            self.assertEqual(["stored"], [event["kind"] for event in answers[0]["items"]])

    def test_event_is_seen_after_its_reply(self):
        with Server("healthy") as server:
            with smtplib.SMTP(*server.smtp, timeout=30) as client:
                for number in range(20):
                    client.mail("a@sender.test")
                    client.rset()
                    page = server.get("/v1/events", kind="command", stage="mail")
                    self.assertEqual(number + 1, len(page["items"]))


class AdmissionTest(unittest.TestCase):
    def test_host_header_must_name_the_server(self):
        with Server("healthy", "--allow-host", "failmx.test") as server:
            for host, expected in (
                ("127.0.0.1:8025", 200),
                ("localhost", 200),
                ("failmx.test:8025", 200),
                ("evil.example", 421),
            ):
                status, answer = raw_request(server, "GET", "/v1/receivers", {"Host": host})
                self.assertEqual(expected, status, host)
            self.assertIn("--allow-host", answer["errors"][0]["hint"])

    def test_token_is_demanded(self):
        with Server("healthy", "--token", "s3cret") as server:
            status, _ = raw_request(server, "GET", "/v1/receivers", {"Host": "localhost"})
            self.assertEqual(401, status)
            status, _ = raw_request(server, "GET", "/livez", {"Host": "localhost"})
            self.assertEqual(200, status)
            headers = {"Host": "localhost", "Authorization": "Bearer s3cret"}
            status, _ = raw_request(server, "GET", "/v1/receivers", headers)
            self.assertEqual(200, status)

    def test_other_machines_need_token_or_open(self):
        for option in ("--smtp", "--http"):
            result = run([FAILMX, "serve", option, "0.0.0.0:0"])
            self.assertEqual(2, result.returncode)
            self.assertIn("--open", result.stderr)
        with Server("healthy", "--open", "--smtp", "0.0.0.0:0") as server:
            self.assertTrue(server.ready["smtp"].startswith("0.0.0.0:"))


class EndTest(unittest.TestCase):
    def test_drain_lets_a_transaction_finish(self):
        with Server("healthy") as server:
            idle = smtplib.SMTP(*server.smtp, timeout=30)
            busy = smtplib.SMTP(*server.smtp, timeout=30)
            busy.ehlo("busy.test")
            busy.mail("a@sender.test")
            server.process.send_signal(signal.SIGTERM)
            # The idle connection is told at once: then the drain has begun.
            self.assertEqual(421, idle.getreply()[0])
            self.assertEqual(250, busy.rcpt("b@x.test")[0])
            self.assertEqual(250, busy.data("Subject: x\r\n\r\nhi\r\n")[0])
            self.assertEqual(421, busy.getreply()[0])
            self.assertEqual(0, server.process.wait(timeout=30))
            idle.close()
            busy.close()

    def test_second_signal_ends_at_once(self):
        with Server("healthy", "--drain", "60s") as server:
            idle = smtplib.SMTP(*server.smtp, timeout=30)
            busy = smtplib.SMTP(*server.smtp, timeout=30)
            busy.ehlo("busy.test")
            busy.mail("a@sender.test")
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(421, idle.getreply()[0])
            server.process.send_signal(signal.SIGTERM)
            server.exit_status = server.process.wait(timeout=30)
            self.assertEqual(130, server.exit_status)
            idle.close()
            busy.close()

    def test_hangup_ends_in_order_and_ready_file_goes(self):
        with Server("healthy") as server:
            server.process.send_signal(signal.SIGHUP)
            server.exit_status = server.process.wait(timeout=30)
            self.assertEqual(0, server.exit_status)
            self.assertFalse(os.path.exists(server.ready_file))

    def test_journal_file_is_complete(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "run.ndjson")
            with Server("healthy", "--journal", path) as server:
                with smtplib.SMTP(*server.smtp, timeout=30) as client:
                    client.sendmail("a@sender.test", ["b@x.test"], "Subject: x\r\n\r\nhi\r\n")
                server.wait_for_count("ended", 1)
                shown = server.get("/v1/events")["items"]
                server.stop()
            with open(path, encoding="utf-8") as file:
                events = [json.loads(line) for line in file]
            self.assertEqual("run", events[0]["kind"])
            self.assertEqual("receiver", events[1]["kind"])
            self.assertEqual("observed", events[-1]["kind"])
            self.assertEqual(list(range(1, len(events) + 1)), [event["seq"] for event in events])
            self.assertEqual(shown, events[: len(shown)])

    def test_journal_that_cannot_be_written_is_loud(self):
        with tempfile.TemporaryDirectory() as folder:
            pipe = os.path.join(folder, "pipe")
            os.mkfifo(pipe)
            reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
            with Server("healthy", "--journal", pipe) as server:
                os.close(reader)
                status, answer = 200, {}
                with smtplib.SMTP(*server.smtp, timeout=30) as client:
                    # Written once a second: by then some of these have been asked.
                    while status == 200:
                        client.noop()
                        status, answer = server.request("GET", "/readyz")
                self.assertEqual(503, status)
                self.assertIn(pipe, answer["errors"][0]["message"])
                server.process.send_signal(signal.SIGTERM)
                server.exit_status = server.process.wait(timeout=30)
                self.assertEqual(1, server.exit_status)
                told = {entry["event"]: entry for entry in map(json.loads, server.stderr().splitlines())}
                for event in ("journal-lost", "failed"):
                    self.assertEqual("error", told[event]["level"])
                    self.assertIn(pipe, told[event]["problem"])
                self.assertIn("the journal file is not complete", told["failed"]["problem"])

    def test_output_that_cannot_be_written_is_a_failure(self):
        for command in ("schema", "list", "show", "help"):
            arguments = [command, "healthy"] if command == "show" else [command]
            with open("/dev/full", "wb") as full:
                process = subprocess.run([FAILMX, *arguments], stdout=full, stderr=subprocess.PIPE)
            self.assertEqual(1, process.returncode, command)
            self.assertIn(b"cannot write to standard output", process.stderr)

    def test_reader_of_standard_output_may_leave(self):
        command = [FAILMX, "serve", "--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
            self.assertTrue(process.stdout.readline().startswith(b"failmx ready "))
            process.stdout.close()
            process.send_signal(signal.SIGINT)
            self.assertEqual(0, process.wait(timeout=30))


if __name__ == "__main__":
    main()
