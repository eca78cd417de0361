#!/usr/bin/env python3
"""A start that cannot be, for its files: what is told, and that nothing is left behind."""

import os
import stat
import subprocess

from start_support import PROGRAM, StartTest
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

    def all_files(self):
        """The options for one file of each kind, and what is in them."""
        names = {"--journal": "run.ndjson", "--ready-file": "ready.json", "--tls-ca": "ca.pem"}
        files = {flag: self.write(name, f"old {name}\n") for flag, name in names.items()}
        return files, self.contents()

    def contents(self):
        found = {}
        for name in os.listdir(self.folder):
            with open(self.path(name), encoding="utf-8") as file:
                found[name] = file.read()
        return found

    def test_a_refused_start_leaves_files_as_they_were(self):
        files, before = self.all_files()
        rows = [("--http", self.taken_port()), ("--scenario", "helthy"), ("--config", self.path("gone.toml"))]
        rows += [(flag, "/dev/full") for flag in files]
        for row in rows:
            with self.subTest(row):
                given = {**files, row[0]: row[1]}
                self.refused(*(word for pair in given.items() for word in pair))
                self.assertEqual(before, self.contents())
        own = ("--journal", files["--journal"], "--tls-ca", "/dev/full")
        self.refused("healthy", *own, command="test", behind=("--policy", "mta", "--", "true"))
        self.assertEqual(before, self.contents())

    def test_a_refused_start_leaves_a_running_one_alone(self):
        files, _ = self.all_files()
        words = [word for pair in files.items() for word in pair]
        command = [PROGRAM, "serve", "--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--quiet", *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            self.assertTrue(process.stdout.readline().startswith(b"failmx ready "))
            before = self.contents()
            self.assertIn(str(process.pid), before["ready.json"])
            self.assert_told(self.refused(*words), "is written by another failmx")
            self.refused("--scenario", "helthy", *words[2:])
            after = self.contents()
            process.terminate()
            process.communicate(timeout=30)
        self.assertEqual((before["ready.json"], before["ca.pem"]), (after["ready.json"], after["ca.pem"]))
        self.assertNotIn("ready.json", self.contents())

    def test_a_start_replaces_the_files_of_a_former_run(self):
        files, _ = self.all_files()
        words = [word for pair in files.items() for word in pair]
        command = [PROGRAM, "serve", "--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--quiet", *words]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            found = self.contents()
            process.terminate()
            self.assertEqual(0, process.wait(timeout=30))
        self.assertEqual({"run.ndjson", "ready.json", "ca.pem"}, set(found))
        self.assertFalse([text for text in found.values() if text.startswith("old ")])

    def test_one_file_for_two_purposes(self):
        scenario = self.write("mine.toml", "")
        os.symlink("mine.toml", self.path("link.toml"))
        os.symlink("new", self.path("dangling"))
        key = self.write("key.pem", "key\n")
        rows = (
            (("--tls-key", key, "--tls-ca", key), "--tls-ca", "--tls-key"),
            (("--scenario", "./mine.toml", "--journal", "mine.toml"), "--journal", "--scenario"),
            (("--scenario", "./mine.toml", "--ready-file", "link.toml"), "--ready-file", "--scenario"),
            (("--scenarios", ".", "--tls-ca", "mine.toml"), "--tls-ca", "--scenarios"),
            (("--config", scenario, "--journal", "mine.toml"), "--journal", "--config"),
            (("--journal", "new", "--ready-file", "./new"), "--ready-file", "--journal"),
            (("--journal", "dangling", "--tls-ca", "new"), "--tls-ca", "--journal"),
        )
        before = sorted(os.listdir(self.folder))
        for options, place, other in rows:
            with self.subTest(options):
                lines = self.refused(*options)
                self.assert_told(lines, f"failmx: {place}: '", f"' is the file of {other}; it would be overwritten")
                self.assertEqual(before, sorted(os.listdir(self.folder)))
                with open(key, encoding="utf-8") as file:
                    self.assertEqual("key\n", file.read())
        behind = ("--policy", "mta", "--", "true")
        lines = self.refused("healthy", "--junit", "out", "--report", "out", command="test", behind=behind)
        self.assert_told(lines, "--report: 'out' is the file of --junit")

    def test_files_that_are_nobodys_may_be_shared(self):
        shared = [word for flag in ("--journal", "--tls-ca", "--ready-file") for word in (flag, "/dev/null")]
        self.assertEqual(1, len(self.refused(*shared, "--http", self.taken_port())))
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_journal_that_is_there(self):
        os.mkdir(self.path("locked"), 0o755)
        fine = self.write("locked/run.ndjson", "old\n", mode=0o666)
        os.chmod(self.path("locked"), 0o555)
        lines = self.refused("--journal", fine, "--http", self.taken_port(), nobody=True)
        self.assertEqual(1, len(lines), lines)
        os.chmod(self.folder, 0o777)
        mine = self.write("run.ndjson", "old\n", mode=0o444)
        lines = self.refused("--journal", mine, "--http", self.taken_port(), nobody=True)
        self.assert_told(lines, f"--journal: cannot write '{mine}': Permission denied")

    def test_journal_behind_a_link_to_nothing(self):
        os.symlink("new.ndjson", self.path("link"))
        self.refused("--journal", self.path("link"), "--tls-ca", "/dev/full")
        self.assertEqual(["link"], os.listdir(self.folder))

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
