#!/usr/bin/env python3
"""The page scripts/examples/senders/README.md does what it says: each of its blocks is carried out, by
a real sender where it is about one, and failmx's own verdict or record says whether mail came. What
needs a network of its own is in exchangers_test.py.
"""
# labels: senders

import os
import unittest

import foreign
from exim import Exim
from postfix import Postfix
from python_env import programs
from senders import FOLDER, PAGE, TOP, SendersCase
from support import FAILMX, Server, main, run
from yaml_files import load, parse


def parameters(text):
    """{name: value} of lines of main.cf."""
    return dict(line.split(" = ", 1) for line in text.splitlines())


class ApplicationsTest(SendersCase):
    def judged(self, *command, **env):
        """The command, judged by failmx test: one message delivered, once."""
        self.shell(f"failmx test healthy -- {' '.join(command)}", folder=self.folder, env=env)

    def test_smtplib(self):
        self.write("send.py", PAGE.block("run:smtplib"))
        self.judged("/usr/bin/python3", "send.py")

    def test_nodemailer(self):
        self.write("send.js", PAGE.block("run:nodemailer"))
        modules = foreign.Nodemailer(self.folder).modules
        self.judged("node", "send.js", NODE_PATH=str(modules))

    def test_django(self):
        python = programs("django-4.2.16", "Django==4.2.16") / "python"
        self.write("settings.py", f"import os\nSECRET_KEY = 'x'\n{PAGE.block('run:django')}")
        self.judged(
            str(python), "-m", "django", "sendtestemail", "you@receiver.test",
            DJANGO_SETTINGS_MODULE="settings", PYTHONPATH=self.folder,
        )


class PostfixTest(SendersCase):
    SCHEDULE = parameters(PAGE.block("postfix:schedule"))

    def test_relayhost(self):
        with Server("full-twice") as server:
            settings = parameters(PAGE.block("postfix:relayhost", smtp=server.smtp))
            with Postfix(("127.0.0.1", 9), **settings, **self.SCHEDULE) as postfix:
                postfix.send("me@sender.test", "you@receiver.test")
                self.assert_passes(server)

    def test_transport_maps(self):
        """One domain goes to failmx, the rest where it always went: here to another receiver."""
        with Server("healthy") as server:
            failing = server.put_receiver("failing", "full-twice")
            table = self.write("transport", PAGE.block("postfix:transport", smtp=failing))
            settings = parameters(PAGE.block("postfix:transport_maps"))
            settings["transport_maps"] = settings["transport_maps"].replace(
                "/etc/postfix/transport", table
            )
            with Postfix(server.smtp, **settings, **self.SCHEDULE) as postfix:
                postfix.send("me@sender.test", "you@receiver.test")
                postfix.send("me@sender.test", "you@else.test")
                self.assert_passes(server, "failing")
                self.assert_passes(server, "default")
            told = {"failing": "you@receiver.test", "default": "you@else.test"}
            for receiver, recipient in told.items():
                (delivery,) = server.deliveries(receiver)
                self.assertEqual(recipient, delivery["recipient"])


class EximTest(SendersCase):
    def test_router(self):
        with Server("full-twice") as server:
            router = PAGE.block("exim:router", smtp=server.smtp)
            with Exim(router, PAGE.block("exim:retry")) as exim:
                exim.send("me@sender.test", "you@receiver.test")
                self.assert_passes(server)

    def test_router_for_one_domain(self):
        """As the page says beside the block: the domain's name in the place of all others."""
        with Server("healthy") as server:
            router = PAGE.block("exim:router", smtp=server.smtp)
            one = router.replace("! +local_domains", "receiver.test")
            self.assertNotEqual(router, one)
            # What would take the rest, refuses it at once.
            with Exim(one + "\nelse:\n  driver = redirect\n  allow_fail\n  data = :fail: no\n",
                      PAGE.block("exim:retry")) as exim:
                exim.send("me@sender.test", "you@else.test")
                exim.send("me@sender.test", "you@receiver.test")
                self.assert_passes(server)
            self.assertEqual(["you@receiver.test"], [d["recipient"] for d in server.deliveries()])


class ContainersTest(SendersCase):
    def test_alias(self):
        """The block is the file; docker-compose.yml and the program know what it names."""
        block, file = parse(PAGE.block("compose:alias")), load(os.path.join(FOLDER, "aliases.yml"))
        self.assertEqual(block, file)
        known = load(os.path.join(TOP, "docker-compose.yml"))["services"]
        self.assertLessEqual(set(file["services"]), set(known))
        flags = run([FAILMX, "serve", "--help"]).stdout
        for name in file["services"]["failmx"]["environment"]:
            self.assertIn(f"(Env:{name})", flags)
        self.assertIn("(Env:FAILMX_ALLOW_HOST)", flags)


class PageTest(unittest.TestCase):
    def test_every_block_is_carried_out(self):
        """But for those that say of themselves that they are not."""
        tests = ""
        for name in ("senders_test.py", "exchangers_test.py"):
            with open(os.path.join(os.path.dirname(__file__), name), encoding="utf-8") as file:
                tests += file.read()
        for name in PAGE.blocks:
            if not name.startswith("not-run:"):
                self.assertRegex(tests, rf"""block\(["']{name}["']""")

    def test_every_file_is_named(self):
        for name in set(os.listdir(FOLDER)) - {"README.md"}:
            self.assertIn(f"({name})", PAGE.text)


if __name__ == "__main__":
    main()
