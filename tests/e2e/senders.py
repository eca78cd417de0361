"""What the tests of the page scripts/examples/senders/README.md share. Not a test."""

import os
import tempfile
import unittest

from page import Page
from support import FAILMX, run

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.path.join(TOP, "scripts", "examples", "senders")
PAGE = Page(os.path.join(FOLDER, "README.md"))
CERTAIN_WITHIN = 120.0


class SendersCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="failmx-senders-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.chmod(self.folder, 0o755)

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def shell(self, text, folder=FOLDER, env=None, **options):
        """Carries out a block: `failmx` is the program under test, sudo needs no password."""
        self.write("sudo", '#!/bin/sh\nexec "$@"\n', 0o755)
        program = os.path.join(self.folder, "failmx")
        if not os.path.exists(program):
            os.symlink(os.path.abspath(FAILMX), program)
        path = f"{self.folder}:{os.environ['PATH']}:/usr/sbin:/sbin"
        env = {**os.environ, "PATH": path, **(env or {})}
        done = run(["sh", "-euc", text], within=120, cwd=folder, env=env, **options)
        self.assertEqual(0, done.returncode, f"{text}\n{done.stdout}\n{done.stderr}")
        return done.stdout

    def assert_passes(self, server, receiver="default", deliveries=1):
        report = server.verify(receiver, wait=CERTAIN_WITHIN)
        self.assertEqual("pass", report["verdict"], report["checks"])
        self.assertEqual(deliveries, len(server.deliveries(receiver)))
