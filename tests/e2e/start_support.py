"""What the tests of a start that is refused share: how it is refused, and by whom it is asked.

Not a test itself.
"""

import atexit
import functools
import os
import shutil
import socket
import tempfile
import unittest

from support import FAILMX, run

PROGRAM = os.path.abspath(FAILMX)
NOBODY = 65534
FREE = {"--smtp": "127.0.0.1:0", "--http": "127.0.0.1:0"}


def clean_environment(**variables):
    known = {k: v for k, v in os.environ.items() if not k.startswith("FAILMX_")}
    return {**known, **variables}


def become_nobody():
    """What root may do would hide that others may not."""
    if os.getuid() == 0:
        try:
            os.setgroups([])
        except PermissionError:
            pass  # a user namespace may have none to give up
        os.setgid(NOBODY)
        os.setuid(NOBODY)


@functools.cache
def program_for_nobody():
    """failmx where anybody gets through to it: the home of root may be closed to others."""
    folder = tempfile.mkdtemp(prefix="failmx-start-")
    atexit.register(shutil.rmtree, folder)
    os.chmod(folder, 0o755)
    return shutil.copy(PROGRAM, folder)


class StartTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.chmod(self.folder, 0o755)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text, mode=0o644):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), mode)
        return self.path(name)

    def refused(self, *args, nobody=False, command="serve", behind=(), **variables):
        """The lines that `failmx serve` complains with; addresses not given are free ones."""
        free = [] if "--config" in args else list(FREE.items())
        given = [word for flag, value in free if flag not in args for word in (flag, value)]
        done = run(
            [program_for_nobody() if nobody else PROGRAM, command, *given, *args, *behind],
            env=clean_environment(**variables),
            cwd=self.folder,
            preexec_fn=become_nobody if nobody else None,
        )
        self.assertEqual((2, ""), (done.returncode, done.stdout), done.stderr)
        return done.stderr.splitlines()

    def assert_told(self, lines, *parts):
        """One line has all of these."""
        for line in lines:
            if all(part in line for part in parts):
                return
        self.fail(f"no line with {parts} in\n" + "\n".join(lines))

    def taken_port(self):
        """The address of a socket that listens, as long as the test runs."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        return "127.0.0.1:%d" % listener.getsockname()[1]
