#!/usr/bin/env python3
"""A start that cannot be, for its ports, scenarios or usage: what is told, and that all of it is.

Exit status 2 throughout: nothing was started. Files are in start_files_test.py; what command lines
alone can get wrong is in tests/app/cli_test.cpp, too.
"""

import json
import os
import resource
import socket
import subprocess

from start_support import PROGRAM, StartTest, clean_environment, program_for_nobody
from support import main, run


class PortTest(StartTest):
    def test_port_taken(self):
        for flag in ("--smtp", "--smtps", "--lmtp", "--http"):
            with self.subTest(flag):
                taken = self.taken_port()
                lines = self.refused(flag, taken)
                self.assertEqual(1, len(lines), lines)
                what = f"failmx: {flag}: cannot listen on {taken}: another program listens there; "
                self.assertTrue(lines[0].startswith(what), lines)
                self.assertIn("or choose another port, or 0 for any free one", lines[0])

    def test_all_taken_ports_are_told(self):
        smtp, http = self.taken_port(), self.taken_port()
        lines = self.refused("--smtp", smtp, "--http", http)
        self.assertEqual(2, len(lines), lines)
        self.assert_told(lines, "--smtp", smtp)
        self.assert_told(lines, "--http", http)

    def test_port_of_a_declared_receiver_taken(self):
        taken = self.taken_port()
        config = self.write(
            "failmx.toml",
            'smtp = "127.0.0.1:0"\nhttp = "127.0.0.1:0"\n'
            f'[receivers.full]\nlisteners = [{{ address = "{taken}" }}]\nscenario = "full-twice"\n',
        )
        self.assert_told(self.refused("--config", config), f"receiver 'full': cannot listen on {taken}")

    def test_test_command_is_told_the_same(self):
        taken = self.taken_port()
        lines = self.refused("--smtp", taken, "full-twice", command="test", behind=("--", "true"))
        self.assert_told(lines, "--smtp", taken, "another program listens there")

    def test_the_variable_or_the_file_that_names_a_port_is_told(self):
        taken = self.taken_port()
        config = self.write("failmx.toml", f'smtp = "{taken}"\nhttp = "127.0.0.1:0"\n')
        self.assert_told(self.refused("--config", config), f"failmx: smtp of '{config}': cannot listen on {taken}")
        said = clean_environment(FAILMX_LISTEN_SMTP=taken, FAILMX_LISTEN_HTTP="127.0.0.1:0")
        done = run([PROGRAM, "serve"], env=said)
        self.assert_told(done.stderr.splitlines(), f"--smtp (FAILMX_LISTEN_SMTP): cannot listen on {taken}")

    def test_ports_are_told_whatever_else_is_wrong(self):
        taken = self.taken_port()
        bad = self.write("bad.toml", "htpt = 1\n")
        lines = self.refused("--config", bad, "--smtp", taken)
        self.assert_told(lines, f"{bad}:1:1: ")
        self.assert_told(lines, f"--smtp: cannot listen on {taken}")
        lines = self.refused("helthy", "--smtp", taken, command="test", behind=("--", "true"))
        self.assert_told(lines, "'helthy'")
        self.assert_told(lines, f"--smtp: cannot listen on {taken}")

    def test_same_port_twice(self):
        with socket.create_server(("127.0.0.1", 0)) as found:
            port = found.getsockname()[1]
        for first in (f"127.0.0.1:{port}", f"0.0.0.0:{port}"):
            lines = self.refused("--smtp", first, "--http", f"127.0.0.1:{port}", "--open")
            self.assert_told(lines, f"--http: 127.0.0.1:{port} has the port of --smtp; give each its own")
            self.assertEqual(1, len(lines), lines)

    def test_port_that_takes_a_privilege(self):
        with open("/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding="ascii") as file:
            start = int(file.read())
        if start <= 25:
            self.skipTest("this system lets everybody listen on port 25 (ip_unprivileged_port_start)")
        lines = self.refused("--smtp", "127.0.0.1:25", nobody=True)
        self.assertEqual(1, len(lines), lines)
        self.assert_told(lines, f"--smtp: cannot listen on 127.0.0.1:25: ports below {start} take a privilege")
        self.assertIn("choose a higher port", lines[0])
        self.assertIn(f"setcap cap_net_bind_service=+ep {program_for_nobody()}", lines[0])
        self.assertIn("sysctl net.ipv4.ip_unprivileged_port_start=25", lines[0])

    def test_address_of_another_machine(self):
        lines = self.refused("--smtp", "203.0.113.9:2525", "--open")
        self.assert_told(lines, "--smtp", "203.0.113.9:2525: this machine has no such address; use 127.0.0.1")

    def test_what_is_no_address(self):
        for text in ("1025", "127.0.0.1", "127.0.0.1:99999", "mx.example:25", "::1:25", "256.0.0.1:25"):
            with self.subTest(text):
                self.assert_told(self.refused("--smtp", text), "failmx: --smtp: ", text, "127.0.0.1:1025")
        self.assert_told(self.refused("--http", "mx.example:25"), "host names are not looked up")

    def test_reachable_from_other_machines(self):
        both = {"FAILMX_LISTEN_SMTP": "0.0.0.0:0", "FAILMX_LISTEN_HTTP": "[::]:0", "FAILMX_TOKEN": ""}
        done = run([PROGRAM, "serve"], env=clean_environment(**both))
        self.assertEqual(2, done.returncode)
        for address in ("'0.0.0.0:0'", "'[::]:0'"):
            self.assert_told(done.stderr.splitlines(), address, "FAILMX_TOKEN", "FAILMX_OPEN=1")


class ScenarioTest(StartTest):
    def test_scenario_file_that_cannot_be_read(self):
        gone = self.path("gone.toml")
        self.assert_told(self.refused("--scenario", gone), gone, "No such file", f"'{self.folder}'")
        self.assert_told(self.refused("--scenario", self.folder + "/"), "is a folder; name a file in it")
        secret = self.write("secret.toml", "", mode=0)
        lines = self.refused("--scenario", secret, nobody=True)
        self.assert_told(lines, secret, "Permission denied", "the user that failmx runs as (uid ")

    def test_scenario_with_errors(self):
        path = self.write("bad.toml", 'nmae = "x"\n[[rule]]\nat = "rctp"\nreply = "452"\n')
        lines = self.refused("--scenario", path)
        self.assert_told(lines, f"{path}:1:1: ", "did you mean 'name'?")
        self.assert_told(lines, f"{path}:3:6: ", "did you mean 'rcpt'?")
        self.assert_told(self.refused("--scenario", self.write("no.toml", "a = = 1\n")), "no.toml:1:5: ")

    def test_unknown_scenario(self):
        self.assert_told(self.refused("--scenario", "helthy"), "no scenario 'helthy'; did you mean 'healthy'?")
        lines = self.refused(FAILMX_SCENARIO="fulltwice")
        self.assert_told(lines, "no scenario 'fulltwice'; did you mean 'full-twice'?")

    def test_folder_of_scenarios(self):
        gone = self.path("gone")
        self.assert_told(self.refused("--scenarios", gone), "cannot read the folder", gone)
        os.mkdir(self.path("secret"), 0)
        self.assert_told(self.refused("--scenarios", self.path("secret"), nobody=True), "Permission denied")
        self.write("fine.toml", "")
        broken = self.write("broken.toml", "nmae = 1\n")
        lines = self.refused("--scenarios", self.folder, "--scenario", "fine")
        self.assert_told(lines, f"{broken}:1:1: ", "did you mean 'name'?")
        self.assertEqual(1, len(self.refused("--scenarios", self.folder, "--scenario", "broken")))
        os.remove(broken)
        broken = self.write("addresses.toml", "nmae = 1\n")
        config = self.write("failmx.conf", '[receivers.default]\nscenario = "healthy"\n')
        lines = self.refused("--config", config, "--scenarios", self.folder)
        self.assert_told(lines, f"{broken}:1:1: ", "did you mean 'name'?")

    def test_ciphers_that_cannot_be_had(self):
        path = self.write(
            "tls.toml",
            '[server]\nextensions = ["STARTTLS"]\ntls = { ciphers = "NONSENSE" }\n'
            '[[rule]]\nat = "starttls"\ndo = [{ tls = { ciphers = "RUBBISH" } }]\n',
        )
        check = run([PROGRAM, "check", path])
        self.assertEqual((2, f"{path}: 2 errors\n"), (check.returncode, check.stdout), check.stderr)
        for lines in (self.refused("--scenario", path), check.stderr.splitlines()):
            for ciphers in ("NONSENSE", "RUBBISH"):
                self.assert_told(lines, path, f"cannot use the ciphers '{ciphers}'", "an OpenSSL cipher list")
        behind = ("--policy", "mta", "--", "true")
        self.assert_told(self.refused(path, command="test", behind=behind), "'NONSENSE'")

    def test_versions_that_contradict_each_other(self):
        path = self.write(
            "tls.toml",
            '[server]\nextensions = ["STARTTLS"]\n'
            'tls = { min_version = "TLSv1.3", max_version = "TLSv1.2" }\n',
        )
        check = run([PROGRAM, "check", path])
        self.assertEqual(2, check.returncode, check.stderr)
        for lines in (self.refused("--scenario", path), check.stderr.splitlines()):
            self.assert_told(lines, f"{path}:3:", "min_version TLSv1.3 is newer than max_version TLSv1.2")

    def test_config_file(self):
        gone = self.path("gone.toml")
        self.assert_told(self.refused("--config", gone), gone, "No such file")
        secret = self.write("secret.toml", "", mode=0)
        self.assert_told(self.refused("--config", secret, nobody=True), secret, "Permission denied")
        bad = self.write("bad.toml", 'htpt = "127.0.0.1:0"\n[receivers.a]\nscenario = "helthy"\n')
        lines = self.refused("--config", bad)
        self.assert_told(lines, f"{bad}:1:1: ", "did you mean 'http'?")
        self.assert_told(lines, f"{bad}:3:12: ", "did you mean 'healthy'?")

    def test_policy_and_expectations_of_test(self):
        behind = ("--", "true")
        lines = self.refused("full-twice", "--policy", "mtaa", command="test", behind=behind)
        self.assert_told(lines, "no policy 'mtaa'; did you mean 'mta'?")
        gone = self.path("gone.toml")
        lines = self.refused("full-twice", "--expect", gone, command="test", behind=behind)
        self.assert_told(lines, gone, "No such file")
        lines = self.refused("full-twice", command="test", behind=("--", "no-such-program"))
        self.assert_told(lines, "no-such-program")


class UsageTest(StartTest):
    def test_values_of_flags_and_variables(self):
        lines = self.refused("--seed", "x", "--max-connections", "0", FAILMX_DRAIN="abc", FAILMX_OPEN="maybe")
        self.assert_told(lines, "failmx: --seed: 'x' is not a whole number")
        self.assert_told(lines, "failmx: --max-connections: ")
        self.assert_told(lines, "failmx: FAILMX_DRAIN: ", "'abc'")
        self.assert_told(lines, "failmx: FAILMX_OPEN: 'maybe' is neither yes nor no")
        self.assert_told(self.refused("--scenaro", "x"), "did you mean '--scenario'?")

    def test_all_mistakes_at_once(self):
        taken = self.taken_port()
        lines = self.refused(
            *("--smtp", taken, "--scenario", "helthy", "--journal", self.path("missing/j")),
            *("--ready-file", self.path("missing/r"), "--tls-key", self.path("key.pem")),
            FAILMX_LISTEN_LMTP="0.0.0.0:0",
        )
        for part in (taken, "'helthy'", "--journal", "--ready-file", "--tls-key", "'0.0.0.0:0'"):
            self.assert_told(lines, part)

    def test_empty_variables_count_as_not_set(self):
        shown = run([PROGRAM, "serve", "--help"]).stdout
        names = {word.rstrip(")") for word in shown.replace("(Env:", " Env:").split() if word.startswith("Env:")}
        empty = {name.removeprefix("Env:"): "" for name in names}
        self.assertGreater(len(empty), 15)
        command = [PROGRAM, "serve", "--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"]
        environment = clean_environment(**empty)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
            self.assertIn(b" scenario=addresses seed=1\n", process.stdout.readline())
            process.terminate()
            self.assertEqual(0, process.wait(timeout=30))

    def test_few_file_descriptors_are_a_warning(self):
        def few():
            resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024))

        command = [PROGRAM, "serve", "--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--quiet"]
        for connections, warned in ((1000, True), (100, False)):
            with subprocess.Popen(
                [*command, "--max-connections", str(connections)],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                preexec_fn=few,
            ) as process:
                self.assertTrue(process.stdout.readline().startswith(b"failmx ready "))
                process.terminate()
                _, err = process.communicate(timeout=30)
            told = [json.loads(line) for line in err.splitlines()]
            self.assertEqual(warned, bool(told), err)
            if warned:
                self.assertEqual(("few-files", 1024), (told[0]["event"], told[0]["limit"]))
                self.assertIn("--max-connections", told[0]["hint"])

    def test_ready_line_that_nobody_gets(self):
        command = [PROGRAM, "serve", "--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"]
        ready = self.path("ready.json")
        with open("/dev/full", "wb") as full:
            result = subprocess.run(
                [*command, "--ready-file", ready],
                stdout=full,
                stderr=subprocess.PIPE,
                env=clean_environment(),
                timeout=60,
                text=True,
            )
        self.assertEqual(2, result.returncode, result.stderr)
        self.assertIn("failmx: cannot write the ready line to standard output: No space", result.stderr)
        self.assertFalse(os.path.exists(ready))

    def test_who_wants_no_ready_line_gets_none(self):
        command = [PROGRAM, "serve", "--smtp", "127.0.0.1:0", "--http", "127.0.0.1:0"]
        for options, output in (([], ">/dev/null"), ([], ">&-"), (["--quiet"], ">/dev/full")):
            fifo = self.path("ready")
            os.mkfifo(fifo)
            script = f'exec "$0" "$@" {output}'
            with subprocess.Popen(
                ["sh", "-c", script, *command, *options, "--ready-file", fifo],
                stderr=subprocess.PIPE,
                env=clean_environment(),
            ) as process:
                with open(fifo, encoding="utf-8") as file:
                    self.assertEqual(process.pid, json.loads(file.read())["pid"])
                process.terminate()
                _, err = process.communicate(timeout=30)
                self.assertEqual(0, process.returncode, (output, err))
            os.unlink(fifo)


if __name__ == "__main__":
    main()
