#!/usr/bin/env python3
"""What testssl.sh finds: nothing amiss in the server as it is, over STARTTLS and over implicit TLS,
and in every server that is made bad what was made bad, as the finding meant for it."""
# labels: testssl slow

import json
import os
import tempfile
import unittest

from foreign import NAME
from support import at_once, main, run, table
from tls_server import TlsServer

WAYS = ("starttls", "implicit")
HARMLESS = ("OK", "INFO", "DEBUG")
# No revocation service stands behind an authority that lives as long as a test.
EXPECTED = {"cert_revocation"}
# Debian's OpenSSL refuses what is old or weak, and testssl.sh asks it first whether there is TLS at
# all. The first line is the one by which it knows a configuration that it must not replace.
OPENSSL_CONF = """# testssl config file
openssl_conf = all
[all]
ssl_conf = kinds
[kinds]
system_default = lax
[lax]
MinProtocol = TLSv1
CipherString = ALL:COMPLEMENTOFALL:@SECLEVEL=0
"""

PROTOCOLS, CIPHERS, SECRECY, PREFERENCE = "--protocols", "--std", "--fs", "--server-preference"
CERTIFICATE, VULNERABILITIES = "--server-defaults", "--vulnerable"


def scenario(tls=""):
    text = 'name = "tls"\n[server]\nextensions = ["PIPELINING", "8BITMIME", "STARTTLS"]\n'
    return text + (f"tls = {{ {tls} }}\n" if tls else "")


class TestsslTest(unittest.TestCase):
    def findings(self, server, way, *sections):
        """{id: (severity, finding)}; where there are several of an id, the last."""
        host, port = server.ports[way]
        with tempfile.TemporaryDirectory(prefix="failmx-testssl-") as folder:
            report = os.path.join(folder, "report.json")
            command = ["testssl", "--quiet", "--color", "0", "--warnings", "batch", *sections]
            command += ["--nodns", "none", "--ip", host, "--add-ca", server.ca]
            command += ["--jsonfile", report]
            command += ["--starttls", "smtp"] if way == "starttls" else []
            env = {**os.environ, "OPENSSL_CONF": os.path.join(folder, "openssl.cnf")}
            with open(env["OPENSSL_CONF"], "w", encoding="utf-8") as file:
                file.write(OPENSSL_CONF)
            done = run([*command, f"{NAME}:{port}"], within=380, cwd=folder, env=env)
            self.assertTrue(os.path.exists(report), done.stdout + done.stderr)
            with open(report, encoding="utf-8") as file:
                rows = json.load(file)
        self.assertNotIn("FATAL", {row["severity"] for row in rows}, done.stdout)
        return {row["id"]: (row["severity"], row["finding"]) for row in rows}

    def check_good(self, way, *sections, known):
        with TlsServer(scenario()) as server:
            found = self.findings(server, way, *sections)
            status, _ = server.request("GET", "/readyz")
        self.assertEqual(status, 200)
        amiss = {
            name: finding for name, finding in found.items()
            if finding[0] not in HARMLESS and name not in EXPECTED
        }
        self.assertEqual(amiss, {})
        for name in known:  # it has looked
            self.assertEqual(found[name][0], "OK", found[name])

    def check_good_server(self, way):
        sections = (PROTOCOLS, CIPHERS, SECRECY, PREFERENCE, CERTIFICATE)
        known = ("TLS1_2", "TLS1_3", "SSLv3", "cipherlist_STRONG", "cert_trust")
        self.check_good(way, *sections, known=known)

    def test_good_server_over_starttls(self):
        self.check_good_server("starttls")

    def test_good_server_over_implicit_tls(self):
        self.check_good_server("implicit")

    def test_no_vulnerability_over_starttls(self):
        self.check_good("starttls", VULNERABILITIES, known=("heartbleed", "CCS", "secure_renego"))

    def test_no_vulnerability_over_implicit_tls(self):
        self.check_good("implicit", VULNERABILITIES, known=("heartbleed", "CCS", "secure_renego"))

    def check_bad(self, tls, section, name, severities, words):
        """The finding `name` is of one of `severities` and says `words`; of a good server not."""
        with TlsServer(scenario(tls)) as server, TlsServer(scenario()) as good:
            jobs = {way: lambda way=way: self.findings(server, way, section) for way in WAYS}
            jobs["a good one"] = lambda: self.findings(good, "implicit", section)
            found = at_once(jobs)
        print(table([[tls, way, name, *rows.get(name, ("-", "-"))] for way, rows in found.items()]))
        for way in WAYS:
            with self.subTest(tls, way=way):
                self.assertIn(name, found[way], found[way])
                severity, finding = found[way][name]
                self.assertIn(severity, severities, finding)
                self.assertRegex(finding, words)
        self.assertNotIn(found["a good one"].get(name, ("OK", ""))[0], severities)

    def test_expired_certificate(self):
        self.check_bad(
            'certificate = "expired"', CERTIFICATE, "cert_expirationStatus", ("CRITICAL",),
            "expired",
        )

    def test_certificate_that_is_not_yet_valid(self):
        self.check_bad(
            'certificate = "not-yet-valid"', CERTIFICATE, "cert_chain_of_trust", ("CRITICAL",),
            "not yet valid",
        )

    def test_certificate_of_another_name(self):
        self.check_bad(
            'certificate = "wrong-name"', CERTIFICATE, "cert_trust", ("HIGH", "CRITICAL"),
            "not match",
        )

    def test_self_signed_certificate(self):
        self.check_bad(
            'certificate = "self-signed"', CERTIFICATE, "cert_chain_of_trust", ("CRITICAL",),
            "self.signed",
        )

    def test_weak_certificate(self):
        self.check_bad(
            'certificate = "weak"', CERTIFICATE, "cert_keySize", ("MEDIUM", "HIGH"), "RSA 1024"
        )

    def test_old_version(self):
        self.check_bad('max_version = "TLSv1.1"', PROTOCOLS, "TLS1_1", ("LOW",), "offered")

    def test_no_encryption(self):
        self.check_bad(
            'max_version = "TLSv1.2", ciphers = "ECDHE-ECDSA-NULL-SHA"', CIPHERS,
            "cipherlist_NULL", ("CRITICAL",), "^offered",
        )


if __name__ == "__main__":
    main()
