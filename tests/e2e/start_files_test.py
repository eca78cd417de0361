#!/usr/bin/env python3
"""A start that cannot be, for its files: what is told, and that nothing is left behind."""

import os

from start_support import StartTest
from support import main, run


class FileTest(StartTest):
    def certificate(self, name, *options):
        """(certificate, key)."""
        files = self.path(name + ".pem"), self.path(name + ".key")
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-subj", "/CN=x", "-days", "9"]
        done = run([*command, *options, "-out", files[0], "-keyout", files[1]])
        self.assertEqual(0, done.returncode, done.stderr)
        return files

    def test_files_that_cannot_be_written(self):
        missing = self.path("missing/file")
        os.mkdir(self.path("locked"), 0o555)
        locked = self.path("locked/file")
        for flag in ("--journal", "--ready-file", "--tls-ca"):
            with self.subTest(flag):
                self.assert_told(self.refused(flag, missing), f"failmx: {flag}: cannot write '{missing}'", "No such")
                lines = self.refused(flag, locked, nobody=True)
                self.assert_told(lines, f"{flag}: cannot write '{locked}': Permission denied")
                self.assert_told(self.refused(flag, self.folder), f"{flag}: ", "it is a folder")

    def test_full_disk(self):
        for flag in ("--journal", "--ready-file", "--tls-ca"):
            with self.subTest(flag):
                lines = self.refused(flag, "/dev/full", "--quiet")
                self.assert_told(lines, "'/dev/full': No space left on device")
                # What is no file is not ours to remove.
                self.assertTrue(os.path.exists("/dev/full"))

    def test_nothing_is_left_behind(self):
        names = {"--journal": "run.ndjson", "--ready-file": "ready.json", "--tls-ca": "ca.pem"}
        files = [word for flag, name in names.items() for word in (flag, self.path(name))]
        self.refused(*files, "--http", self.taken_port())
        self.refused(*files, "--scenario", "helthy")
        self.refused(*files[:4], "--tls-ca", "/dev/full")
        self.refused(*files[2:], "--journal", "/dev/full")
        self.refused(*files[:2], *files[4:], "--ready-file", "/dev/full")
        self.assertEqual([], os.listdir(self.folder))

    def test_certificate_and_key(self):
        good = self.certificate("good", "-nodes")
        other = self.certificate("other", "-nodes")
        locked = self.certificate("locked", "-passout", "pass:secret")
        gone = self.path("gone.pem")
        rubbish = self.write("rubbish.pem", "no PEM\n")
        rows = (
            (gone, good[1], ("--tls-certificate: cannot read", gone, "No such file")),
            (good[0], gone, ("--tls-key: cannot read", gone, "No such file")),
            (rubbish, good[1], (rubbish, "cannot read the certificate", "PEM is wanted")),
            (good[0], rubbish, (rubbish, "cannot read the private key", "without a passphrase is wanted")),
            (good[0], locked[1], (locked[1], "cannot read the private key", "without a passphrase is wanted")),
            (good[0], other[1], (other[1], "cannot use the private key", "must be the one of this key")),
        )
        for certificate, key, parts in rows:
            with self.subTest(parts[0]):
                lines = self.refused("--tls-certificate", certificate, "--tls-key", key)
                self.assert_told(lines, *parts)
        os.chmod(good[1], 0)
        lines = self.refused("--tls-certificate", good[0], "--tls-key", good[1], nobody=True)
        self.assert_told(lines, "--tls-key: ", good[1], "Permission denied")
        for flag, file in (("--tls-certificate", good[0]), ("--tls-key", good[1])):
            self.assert_told(self.refused(flag, file), "give both --tls-certificate and --tls-key")


if __name__ == "__main__":
    main()
