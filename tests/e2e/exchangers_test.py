#!/usr/bin/env python3
"""MX records, several exchangers and port 25, as scripts/examples/senders/README.md tells: each case
in a network of its own, where 127.0.0.1:53 and port 25 are free and the blocks of the page hold as
they stand. Needs root, as Postfix does.
"""
# labels: senders

import contextlib
import os
import shutil
import signal
import smtplib
import subprocess

from exim import Exim, exim_program
from namespace import private_network
from postfix import Postfix
from senders import FOLDER, PAGE, SendersCase
from support import FAILMX, Server, main, run

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


class MailExchangersTest(SendersCase):
    @contextlib.contextmanager
    def names(self):
        """The page's dnsmasq answers for the time being."""
        pid_file = os.path.join(self.folder, "dnsmasq.pid")
        with private_network(name_server="127.0.0.1"):
            command = PAGE.block("mx:dns").strip()
            # It returns when it answers.
            self.shell(f"{command} --user=root --pid-file={pid_file}")
            try:
                yield
            finally:
                with open(pid_file, encoding="ascii") as file:
                    os.kill(int(file.read()), signal.SIGTERM)

    def exchangers(self):
        words = PAGE.block("mx:serve").split()
        self.assertEqual(["failmx", "serve", "--config"], words[:3])
        return Server(None, "--config", os.path.join(FOLDER, words[3]))

    def assert_honoured(self, server):
        """The page's commands say so: the first exchanger was tried, the second has the mail."""
        self.shell(PAGE.block("mx:second", http=server.http))
        told = self.shell(PAGE.block("mx:first", http=server.http))
        self.assertEqual(PAGE.block("mx:first-answer"), told)
        (delivery,) = server.deliveries("mx2")
        (taken,) = delivery["attempts"]
        (refused,) = server.attempts("mx1")
        self.assertLess(refused["at"], taken["at"])

    def test_dnsmasq_answers(self):
        with self.names():
            told = self.shell(PAGE.block("mx:ask"))
            self.assertEqual(sorted(PAGE.block("mx:answer").split("\n")), sorted(told.split("\n")))
            self.assertEqual("127.0.0.2\n", self.shell("dig +short mx1.receiver.test A"))
            self.assertEqual("", self.shell("dig +short anywhere.example MX"))
            self.assertEqual("127.0.0.3\n", self.shell("dig +short anywhere.example A"))

    def test_postfix_goes_on_to_the_second_exchanger(self):
        with self.names(), self.exchangers() as server:
            with Postfix(("", 0), relayhost="", smtp_host_lookup="dns") as postfix:
                postfix.send("me@sender.test", "you@receiver.test")
                self.assert_honoured(server)

    def test_exim_goes_on_to_the_second_exchanger(self):
        router = "dns:\n  driver = dnslookup\n  transport = remote_smtp\n"
        exim_program()  # not in there, where every name leads here
        with self.names(), self.exchangers() as server:
            with Exim(router, PAGE.block("exim:retry")) as exim:
                exim.send("me@sender.test", "you@receiver.test")
                self.assert_honoured(server)

    def test_every_other_domain_leads_to_failmx_too(self):
        with self.names(), self.exchangers() as server:
            with Postfix(("", 0), relayhost="", smtp_host_lookup="dns") as postfix:
                postfix.send("me@sender.test", "you@single.test")
                postfix.send("me@sender.test", "you@anywhere.example")
                postfix.wait_until_empty(2)
            self.assert_passes(server, "mx2", deliveries=2)
            self.assertEqual([], server.attempts("mx1"))

    def test_a_sender_that_knows_one_exchanger_only_is_told_apart(self):
        """The commands of the page can fail: this one stops at the preferred exchanger."""
        with self.names(), self.exchangers() as server:
            with self.assertRaises(smtplib.SMTPConnectError):
                smtplib.SMTP("127.0.0.2", 25, timeout=30)
            report = server.verify("mx2")
            self.assertEqual("inconclusive", report["verdict"])

    def test_shell_with_names_of_its_own(self):
        with open("/etc/resolv.conf", encoding="utf-8") as file:
            before = file.read()
        with private_network():
            if run(["unshare", "--mount", "true"]).returncode != 0:
                self.skipTest("unshare cannot make mounts private here: this is a chroot")
            told = self.shell(
                PAGE.block("mx:namespace"), folder=self.folder, env={"SHELL": "/bin/sh"},
                input="cat /etc/resolv.conf; ip -brief address\n",
            )
        self.assertTrue(told.startswith("nameserver 127.0.0.1\nlo "), told)
        with open("/etc/resolv.conf", encoding="utf-8") as file:
            self.assertEqual(before, file.read())


class Port25Test(SendersCase):
    """With failmx as a user who is nobody."""

    def setUp(self):
        super().setUp()
        # A file of its own, because a capability is one of the file.
        shutil.copy(FAILMX, os.path.join(self.folder, "failmx"))

    @contextlib.contextmanager
    def serving(self, command):
        """The page's command as nobody; None if it ends at once, else the HTTP address."""
        words = command.split()
        self.assertEqual(["failmx", "serve"], words[:2])
        program = [os.path.join(self.folder, "failmx"), *words[1:], "--http", "127.0.0.1:0"]
        process = subprocess.Popen(
            [*NOBODY, *program], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            line = process.stdout.readline()
            yield dict(word.split("=") for word in line.split()[2:])
        finally:
            process.terminate()
            process.stdout.close()
            process.wait(timeout=30)

    def assert_refused(self):
        with self.serving(PAGE.block("port25:serve")) as ready:
            self.assertEqual({}, ready, "port 25 is for everybody here")

    def assert_port_25(self, ready, smtp):
        self.assertEqual(smtp, ready.get("smtp"))
        with smtplib.SMTP("127.0.0.1", 25, timeout=30) as client:
            client.sendmail("me@sender.test", ["you@receiver.test"], "Subject: Hello\n\nHello.\n")
        url = f"http://{ready['http']}/v1/deliveries"
        states = self.shell(f"curl -s {url} | jq -c '[.items[].state]'")
        self.assertEqual('["accepted"]\n', states)

    def test_capability(self):
        with private_network():
            self.assert_refused()
            self.shell(PAGE.block("port25:capability"))
            with self.serving(PAGE.block("port25:serve")) as ready:
                self.assert_port_25(ready, "127.0.0.1:25")

    def test_sysctl(self):
        with private_network():
            self.assert_refused()
            self.shell(PAGE.block("port25:sysctl"))
            with self.serving(PAGE.block("port25:serve")) as ready:
                self.assert_port_25(ready, "127.0.0.1:25")

    def test_redirect(self):
        with private_network(), self.serving("failmx serve") as ready:
            with self.assertRaises(ConnectionRefusedError):
                smtplib.SMTP("127.0.0.1", 25, timeout=30)
            self.shell(PAGE.block("port25:redirect"))
            self.assert_port_25(ready, "127.0.0.1:1025")
            self.shell(PAGE.block("port25:undo"))
            with self.assertRaises(ConnectionRefusedError):
                smtplib.SMTP("127.0.0.1", 25, timeout=30)


if __name__ == "__main__":
    main()
