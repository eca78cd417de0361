"""A private Exim: its configuration, queue and log in a folder that goes away with it. Not a test.

Debian's Exim and Postfix cannot be installed at once, so its program is taken out of the package
and kept in the cache, without its setuid bit. It looks for the user Debian-exim, which is not
there: libnss-wrapper tells it that this is who it runs as, the caller, or nobody if that is root.
Mail is dropped into its queue; a queue runner looks every second.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile

from cache import made_once
from support import run

PACKAGE = "exim4-daemon-light"
CONFIGURATION = """
exim_path = {folder}/exim4
spool_directory = {folder}/spool
log_file_path = {folder}/%slog
keep_environment = LD_PRELOAD : ^NSS_WRAPPER_
primary_hostname = sender.test
deliver_drop_privilege
acl_not_smtp = accept
tls_advertise_hosts =
notifier_socket =
local_interfaces = 127.0.0.1.{port}
domainlist local_domains =
begin routers
{router}
begin transports
remote_smtp:
  driver = smtp
begin retry
{retry}
"""


class Exim:
    """A context manager. `router` and `retry` are lines of these sections of its configuration; the
    transport `remote_smtp` is there, as in everybody's."""

    def __init__(self, router, retry):
        self.router, self.retry = router, retry
        self.port = free_port()  # its daemon does not run without
        self.folder = None
        self.daemon = None

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="failmx-exim-")
        try:
            self._write_files()
            self.daemon = subprocess.Popen(
                self._command("-bdf", "-q1s"),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=self._environment(),
            )
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            print("Exim's log:\n" + self.log())
        self._stop()

    def send(self, sender, recipient, text="Subject: a test\n\nHello.\n"):
        """Drops a message into the queue; the first attempt is made by a process of its own."""
        command = self._command("-odb", "-i", "-f", sender, recipient)
        done = run(command, input=text, env=self._environment())
        if done.returncode != 0:
            raise AssertionError(f"exim: {done.returncode}\n{done.stderr}{self.log()}")

    def log(self):
        said = ""
        for name in ("mainlog", "paniclog"):
            path = os.path.join(self.folder, name)
            if os.path.exists(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    said += file.read()
        return said

    # -- inside

    def _write_files(self):
        # Taken out of the cache: whom it runs as may not get through to that.
        self._write("exim.conf", CONFIGURATION.format(**vars(self)))
        shutil.copy(exim_program(), self.folder)
        os.mkdir(os.path.join(self.folder, "spool"))
        self.owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.getuid())
        for name, record in (("passwd", "x:{0}:{1}::/:/bin/false"), ("group", "x:{1}:")):
            record = record.format(self.owner.pw_uid, self.owner.pw_gid)
            self._write(name, f"root:x:0:0::/:/bin/false\nDebian-exim:{record}\n")
        if os.geteuid() == 0:
            for path in (".", "spool"):
                os.chown(os.path.join(self.folder, path), self.owner.pw_uid, self.owner.pw_gid)

    def _write(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="ascii") as file:
            file.write(text)

    def _command(self, *arguments):
        who = []
        if os.geteuid() == 0:
            ids = (f"--reuid={self.owner.pw_uid}", f"--regid={self.owner.pw_gid}")
            who = ["setpriv", *ids, "--clear-groups"]
        program = [os.path.join(self.folder, name) for name in ("exim4", "exim.conf")]
        return [*who, program[0], "-C", program[1], *arguments]

    def _environment(self):
        return {
            "PATH": os.environ["PATH"],
            "LD_PRELOAD": "libnss_wrapper.so",
            "NSS_WRAPPER_PASSWD": os.path.join(self.folder, "passwd"),
            "NSS_WRAPPER_GROUP": os.path.join(self.folder, "group"),
        }

    def _stop(self):
        if self.daemon is not None:
            self.daemon.terminate()
            self.daemon.wait(timeout=30)
        shutil.rmtree(self.folder, ignore_errors=True)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def exim_program():
    """Where Exim is; fetched the first time, which needs the machine's own network."""
    return made_once("exim4-debian12", fetch) / "usr/sbin/exim4"


def fetch(place):
    """The package's files, from wherever apt gets packages; nothing is installed."""
    download = ["apt-get", "-q", "download", PACKAGE]
    done = run(download, within=120, cwd=place)
    if done.returncode != 0:  # what apt knows of may be gone
        run(["apt-get", "-q", "update"], within=120)
        done = run(download, within=120, cwd=place)
    (package,) = list(place.glob("*.deb")) or [None]
    if package is None:
        raise AssertionError(f"apt-get download {PACKAGE}: {done.returncode}\n{done.stderr}")
    subprocess.run(["dpkg", "-x", package, place], check=True)
    package.unlink()
    os.chmod(place / "usr/sbin/exim4", 0o755)
