"""Mail clients that others wrote, each to send one message over TLS. Not a test.

A client trusts one authority only and wants TLS, or it does not send. What all are told, the
programs of clients/ as MAIL_ variables of the same name:

  host, port   where to connect
  tls          "starttls" or "implicit"
  ca           a file: the only authority to trust
  name         the host name the certificate must be for, and that is asked for (SNI), where the
               client can tell it from the host
  auth         "PLAIN", "LOGIN" or "" (does not log in)
  user, password, from, to
  timeout      seconds it waits for an answer

The message stands on standard input. Status 0: it was sent; otherwise the client says why.
"""

import os
import pathlib
import re
import shutil
import signal
from dataclasses import dataclass

from cache import made_once
from support import run

FOLDER = pathlib.Path(__file__).resolve().parent / "clients"
NAME = "mx.receiver.test"
WAITING = 124  # what timeout(1) makes of a program that did not end
LONGEST = 180  # seconds for what a first run fetches and compiles
MESSAGE = (
    "From: a@c.test\r\nTo: b@x.test\r\nDate: Sat, 31 Jan 2026 12:00:00 +0000\r\n"
    "Message-ID: <1@c.test>\r\nSubject: {subject}\r\n\r\nHello.\r\n"
)


@dataclass(frozen=True)
class Wish:
    """What a client is to do."""

    host: str
    port: int
    tls: str
    ca: str
    name: str = NAME
    auth: str = ""
    user: str = ""
    password: str = ""
    sender: str = "a@c.test"
    recipient: str = "b@x.test"
    timeout: int = 60  # a busy machine is not what is looked for
    subject: str = "a test"

    def variables(self):
        told = {**vars(self), "from": self.sender, "to": self.recipient}
        return {f"MAIL_{key.upper()}": str(value) for key, value in told.items()}

    def message(self):
        return MESSAGE.format(subject=self.subject)


@dataclass(frozen=True)
class Outcome:
    sent: bool
    said: str  # all of it
    error: str  # the line that says why, or how it ended; empty: sent


def send(client, wish):
    """Lets a client send; an outcome."""
    command = client.command(wish)
    env = {**os.environ, **wish.variables(), **client.variables()}
    # Some wait without end: these are ended after the time that they were told to wait.
    longest = wish.timeout + client.grace
    bounded = ["timeout", "--kill-after=5", str(longest), *command]
    done = run(bounded, within=longest + 30, env=env, input=wish.message())
    said = "\n".join(part.strip() for part in (done.stdout, done.stderr) if part.strip())
    if done.returncode == 0:
        error = ""
    elif done.returncode == WAITING:
        error = f"(still waiting after {longest} s, and ended)"
    elif done.returncode < 0:
        error = f"(ended by {signal.Signals(-done.returncode).name})"
    else:
        error = client.error(said).strip()
    return Outcome(done.returncode == 0, said, error)


class Client:
    """A program of clients/ or of the machine. `folder`: the caller's, for what is compiled."""

    name = ""
    mechanisms = ("PLAIN", "LOGIN")
    knows_name = True  # it is told the name apart from the host, and asks for it (SNI)
    grace = 20  # seconds more than it was told to wait until it is ended: starting takes some

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def command(self, wish):
        raise NotImplementedError

    def variables(self):
        return {}

    def error(self, said):
        """The line that says why; programs of clients/ say it last."""
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        return lines[-1] if lines else "(it said nothing)"


class Smtplib(Client):
    name = "smtplib"
    knows_name = False

    def command(self, wish):
        return ["/usr/bin/python3", "-I", str(FOLDER / "python" / "send.py")]


class Nodemailer(Client):
    name = "nodemailer"

    def __init__(self, folder):
        super().__init__(folder)
        self.modules = made_once("nodemailer-8.0.9", self.fetch) / "node_modules"

    @staticmethod
    def fetch(place):
        for file in ("package.json", "package-lock.json"):
            shutil.copy(FOLDER / "node" / file, place)
        finish(["npm", "ci", "--prefer-offline", "--no-audit", "--no-fund"], cwd=place)

    def command(self, wish):
        return ["node", str(FOLDER / "node" / "send.js")]

    def variables(self):
        return {"NODE_PATH": str(self.modules)}


class GoSmtp(Client):
    name = "go net/smtp"
    mechanisms = ("PLAIN",)

    def __init__(self, folder):
        super().__init__(folder)
        env = {**os.environ, "GOTOOLCHAIN": "local", "GOPROXY": "off"}
        self.program = self.folder / "go-send"
        build = ["go", "build", "-buildvcs=false", "-o", str(self.program), "."]
        finish(build, cwd=FOLDER / "go", env=env)

    def command(self, wish):
        return [str(self.program)]


class JakartaMail(Client):
    name = "jakarta mail"
    knows_name = False

    def __init__(self, folder):
        super().__init__(folder)
        libraries = made_once("angus-mail-2.0.3", self.fetch) / "lib"
        self.path = f"{libraries}/*:{self.folder}"
        source = str(FOLDER / "java" / "Send.java")
        finish(["javac", "-cp", self.path, "-d", str(self.folder), source])

    @staticmethod
    def fetch(place):
        shutil.copy(FOLDER / "java" / "pom.xml", place)
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={place}/lib"]
        finish(["mvn", "-B", "-ntp", "-q", *goal], cwd=place)

    def command(self, wish):
        return ["java", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-cp", self.path, "Send"]


class PhpMailer(Client):
    name = "phpmailer"

    def command(self, wish):
        return ["php", str(FOLDER / "php" / "send.php")]

    def error(self, said):
        """Its exceptions do not tell why, its trace does."""
        lines = re.findall(r"^(?:SMTP ERROR: |Connection failed\. ).*(?:\nerror:.*)?$", said, re.M)
        return " ".join(lines[0].split()) if lines else super().error(said)


class Curl(Client):
    name = "curl"

    def command(self, wish):
        scheme = "smtps" if wish.tls == "implicit" else "smtp"
        command = ["curl", "--silent", "--show-error", "--noproxy", "*", "--ssl-reqd"]
        command += ["--max-time", str(wish.timeout), "--cacert", wish.ca]
        command += ["--connect-to", f"::{wish.host}:{wish.port}"]
        command += ["--url", f"{scheme}://{wish.name}:{wish.port}/c.test"]
        command += ["--mail-from", wish.sender, "--mail-rcpt", wish.recipient]
        command += ["--upload-file", "-", "--write-out", "last reply: %{response_code}\n"]
        if wish.auth:
            command += ["--user", f"{wish.user}:{wish.password}"]
            command += ["--login-options", f"AUTH={wish.auth}"]
        return command

    def error(self, said):
        found = re.search(r"^curl: .*$", said, re.M)
        reply = re.search(r"^last reply: (?!000)\d+$", said, re.M)
        return "; ".join(line[0] for line in (found, reply) if line) or super().error(said)


class Swaks(Client):
    """Of Debian 12 it does not look whose name a certificate has, and waits for a handshake without
    end."""

    name = "swaks"
    grace = 3

    def command(self, wish):
        command = ["swaks", "--server", wish.host, "--port", str(wish.port), "--helo", "c.test"]
        command += ["--tls-on-connect" if wish.tls == "implicit" else "--tls"]
        command += ["--tls-verify", "--tls-ca-path", wish.ca, "--tls-sni", wish.name]
        command += ["--from", wish.sender, "--to", wish.recipient, "--data", "-"]
        command += ["--timeout", str(wish.timeout), "--tls-protocol", "tlsv1_2,tlsv1_3"]
        if wish.auth:
            command += ["--auth", wish.auth]
            command += ["--auth-user", wish.user, "--auth-password", wish.password]
        return command

    def error(self, said):
        """The first line that tells of trouble: "*** ..." is swaks's own, "<** ..." a reply."""
        found = re.search(r"^(?:\*\*\*|<[-~*]\*) +(.*)$", said, re.M)
        return found[1] if found else super().error(said)


class Msmtp(Client):
    """The one with GnuTLS. Its time limit is for connecting only."""

    name = "msmtp"
    grace = 3

    def command(self, wish):
        command = ["msmtp", "--file=/dev/null", f"--host={wish.host}", f"--port={wish.port}"]
        command += ["--domain=c.test", "--tls=on", f"--tls-trust-file={wish.ca}"]
        command += [f"--tls-starttls={'off' if wish.tls == 'implicit' else 'on'}"]
        command += [f"--tls-host-override={wish.name}", f"--timeout={wish.timeout}"]
        # What OpenSSL asks for on Debian.
        strict = "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1:%PROFILE_MEDIUM"
        command += [f"--tls-priorities={strict}", f"--from={wish.sender}"]
        if wish.auth:
            command += [f"--auth={wish.auth.lower()}", f"--user={wish.user}"]
            command += ["--passwordeval=printf %s \"$MAIL_PASSWORD\""]
        return [*command, wish.recipient]

    def error(self, said):
        lines = [line for line in said.splitlines() if line.startswith("msmtp: ")]
        return "; ".join(line.removeprefix("msmtp: ") for line in lines[:-1]) or super().error(said)


def finish(command, **options):
    """Runs a step that must succeed."""
    done = run([str(word) for word in command], within=LONGEST, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}")
