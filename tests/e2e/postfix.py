"""A private Postfix: its own configuration, queue and log in a folder that goes away with it.

Touches no instance of the system: nothing listens on TCP, mail is dropped into its queue with
sendmail -C, and everything leaves through the relay it is given, or through that of the recipient's
domain. Needs root, as Postfix does. Back-off times are a second or two unless settings say
otherwise. What happens is awaited on its log, never with a sleep.
"""

import json
import os
import pwd
import re
import select
import shutil
import subprocess
import tempfile
import time

MAIN_CF = """
compatibility_level = 3.6
config_directory = {folder}/etc
queue_directory = {folder}/spool
data_directory = {folder}/data
multi_instance_name = {name}
multi_instance_directories =
syslog_name = {name}
maillog_file = {log}
maillog_file_prefixes = {folder}
myhostname = sender.test
mydomain = sender.test
myorigin = sender.test
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
inet_interfaces = loopback-only
inet_protocols = ipv4
relayhost = [{host}]:{port}
smtp_host_lookup = native
smtp_tls_security_level = none
smtputf8_enable = no
queue_run_delay = 1s
minimal_backoff_time = 1s
maximal_backoff_time = 4s
smtp_connection_cache_on_demand = no
notify_classes =
biff = no
"""

# No inet service at all: mail comes in through the maildrop directory only.
MASTER_CF = """
pickup     unix       n - n 1 1 pickup
cleanup    unix       n - n - 0 cleanup
qmgr       unix       n - n 5 1 qmgr
rewrite    unix       - - n - - trivial-rewrite
bounce     unix       - - n - 0 bounce
defer      unix       - - n - 0 bounce
trace      unix       - - n - 0 bounce
verify     unix       - - n - 1 verify
flush      unix       n - n 1000? 0 flush
proxymap   unix       - - n - - proxymap
smtp       unix       - - n - - smtp
relay      unix       - - n - - smtp
showq      unix       n - n - - showq
error      unix       - - n - - error
retry      unix       - - n - - error
scache     unix       - - n - 1 scache
anvil      unix       - - n - 1 anvil
postlog    unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """A context manager: started on entry with all mail going to `relay`, stopped on exit.

    `routes`: {recipient domain: (host, port)} of mail that goes elsewhere. Further keywords are
    parameters of main.cf.
    """

    def __init__(self, relay, routes=None, **settings):
        self.relay, self.settings = relay, settings
        if routes:
            hops = (f"{{ {name} = smtp:[{host}]:{port} }}" for name, (host, port) in routes.items())
            self.settings["transport_maps"] = "inline:{ " + ", ".join(hops) + " }"
        self.folder = None
        self.tail = None
        self.lines = []
        self._partial = b""

    def __enter__(self):
        if os.geteuid() != 0:
            raise AssertionError("Postfix can only be started by root")
        for program in ("/usr/sbin/postfix", "/usr/sbin/sendmail", "/usr/sbin/postqueue", "tail"):
            if shutil.which(program) is None:
                raise AssertionError(f"{program} is not installed")
        self.folder = tempfile.mkdtemp(prefix="failmx-postfix-")
        try:
            self._write_configuration()
            self._run(["postfix", "-c", self._etc(), "start"])
            self.tail = subprocess.Popen(
                ["tail", "-n", "+1", "-F", self._log()],
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, kind, value, trace):
        if kind is not None:
            self._read(0.5)
            print("Postfix's log:\n" + "\n".join(self.lines))
        self._stop()

    def send(self, sender, recipient, text="Subject: a test\n\nHello.\n"):
        """Drops a message into the queue and returns at once. One recipient, or a list of them."""
        recipients = [recipient] if isinstance(recipient, str) else recipient
        command = ["sendmail", "-C", self._etc(), "-i", "-f", sender, *recipients]
        self._run(command, input=f"From: {sender}\nTo: {', '.join(recipients)}\n{text}")

    def queue(self):
        """What is in the queue now, as postqueue -j tells it."""
        listing = self._run(["postqueue", "-c", self._etc(), "-j"])
        return [json.loads(line) for line in listing.splitlines()]

    def wait_for_log(self, pattern, count=1, within=90.0):
        """The first `count` log lines that have `pattern`."""
        deadline = time.monotonic() + within
        while True:
            found = [line for line in self.lines if re.search(pattern, line)]
            if len(found) >= count:
                return found[:count]
            left = deadline - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(
                    f"within {within} s only {len(found)} of {count} lines with {pattern!r}"
                )

    def wait_until_empty(self, messages, within=90.0):
        """Waits until so many messages have left the queue, and checks that it is empty."""
        self.wait_for_log(r"qmgr\[\d+\]: \w+: removed", messages, within)
        left = self.queue()
        if left:
            raise AssertionError(f"still in the queue: {left}")

    def attempts(self, recipient):
        """Postfix's own account of its attempts: a list of Attempt in the order of its log."""
        pattern = rf"smtp\[\d+\]: (\w+): to=<{re.escape(recipient)}>,.* status="
        return [Attempt(line) for line in self.lines if re.search(pattern, line)]

    # -- inside

    def _etc(self):
        return os.path.join(self.folder, "etc")

    def _log(self):
        return os.path.join(self.folder, "maillog")

    def _write_configuration(self):
        # Postfix's own user must get through to its queue.
        os.chmod(self.folder, 0o755)
        owner = pwd.getpwnam("postfix")
        for name in ("etc", "spool", "data"):
            os.mkdir(os.path.join(self.folder, name), 0o755)
        os.chown(os.path.join(self.folder, "data"), owner.pw_uid, owner.pw_gid)
        host, port = self.relay
        text = MAIN_CF.format(
            folder=self.folder,
            name="postfix-" + os.path.basename(self.folder)[-8:],
            log=self._log(),
            host=host,
            port=port,
        )
        for name, value in self.settings.items():
            text = re.sub(rf"(?m)^{name} = .*\n", "", text) + f"{name} = {value}\n"
        with open(os.path.join(self._etc(), "main.cf"), "w", encoding="ascii") as file:
            file.write(text)
        with open(os.path.join(self._etc(), "master.cf"), "w", encoding="ascii") as file:
            file.write(MASTER_CF)

    def _run(self, command, **options):
        path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "PATH": path},
            **options,
        )
        if done.returncode != 0:
            raise AssertionError(
                f"{' '.join(command)}: status {done.returncode}\n"
                f"{done.stdout}{done.stderr}{self._log_text()}"
            )
        return done.stdout

    def _log_text(self):
        if not os.path.exists(self._log()):
            return "(no log was written)"
        with open(self._log(), encoding="utf-8", errors="replace") as file:
            return file.read()

    def _read(self, within):
        """Takes in what the log has got; false when nothing comes within that time."""
        if not select.select([self.tail.stdout], [], [], within)[0]:
            return False
        chunk = os.read(self.tail.stdout.fileno(), 65536)
        *lines, self._partial = (self._partial + chunk).split(b"\n")
        self.lines += [line.decode("utf-8", "replace") for line in lines]
        return bool(chunk)

    def _stop(self):
        if self.tail is not None:
            self.tail.kill()
            self.tail.wait(timeout=10)
            self.tail.stdout.close()
        try:
            if os.path.exists(os.path.join(self.folder, "spool", "pid", "master.pid")):
                self._run(["postfix", "-c", self._etc(), "stop"])
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


class Attempt:
    """One line of the log about one attempt. Times are seconds since the message came in."""

    def __init__(self, line):
        self.line = line
        self.end, end_digit = self._number(re.search(r" delay=([\d.]+)", line).group(1))
        parts = re.search(r" delays=([\d./]+)", line).group(1).split("/")
        numbers = [self._number(part) for part in parts]
        # before the queue manager / in it / setting up the connection / the transaction
        self.begin = self.end - numbers[2][0] - numbers[3][0]
        self.precision = end_digit + numbers[2][1] + numbers[3][1]
        self.status = re.search(r" status=(\w+)", line).group(1)
        self.dsn = re.search(r" dsn=([\d.]+)", line).group(1)

    @staticmethod
    def _number(text):
        """(value, what its last digit is worth); Postfix rounds to hundredths and writes 0.00 as 0."""
        decimals = 2 if text == "0" else len(text.partition(".")[2])
        return float(text), 10.0**-decimals
