"""What an operator does to a running server: signals, log files, a log that nobody reads, levels, processors."""

import contextlib
import fcntl
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import unittest
import urllib.error
import urllib.request

import harness

NOBODY = "http://127.0.0.1:1"  # no issuer is needed to answer with 401


def eventually(check, what):
    until = time.monotonic() + harness.PATIENCE
    while not check():
        if time.monotonic() > until:
            raise AssertionError(f"never: {what}")
        time.sleep(0.02)


class Raw:
    """A server with standard output and error as the test wants them, on ports chosen beforehand."""

    def __init__(self, stdout, *options, preexec_fn=None):
        self.port, admin = harness.free_port(), harness.free_port()
        self.admin = f"http://127.0.0.1:{admin}"
        self.errors = open(harness.scratch(f"errors-{self.port}"), "w+")
        command = harness.Latchkey.command(NOBODY, f'server.listen=["127.0.0.1:{self.port}"]',
                                           f"admin.listen=127.0.0.1:{admin}", *options)
        self.process = subprocess.Popen(command, stdout=stdout, stderr=self.errors, preexec_fn=preexec_fn)
        eventually(self.alive, "the server answers")

    # What needs a port only.
    request = harness.Latchkey.request
    exchange = harness.Latchkey.exchange
    connect = harness.Latchkey.connect

    def alive(self):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{self.admin}/livez") as answer:
            return answer.status == 200
        return False

    def said(self):
        self.errors.seek(0)
        return self.errors.read().splitlines()

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(harness.PATIENCE)
        self.errors.close()
        return status


def dropped(admin):
    with urllib.request.urlopen(f"{admin}/metrics", timeout=harness.PATIENCE) as answer:
        text = answer.read().decode()
    found = re.findall(r'^latchkey_log_lines_dropped_total\{sink="(\w+)",reason="(\w+)"\} (\d+)$', text, re.M)
    return {(sink, reason): int(count) for sink, reason, count in found}


class Signals(unittest.TestCase):
    def serve(self, *options):
        server = harness.Latchkey(NOBODY, *options)
        self.addCleanup(server.stop)
        return server

    def test_only_three_end_it(self):
        server = self.serve()
        others = [signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGVTALRM, signal.SIGPROF,
                  signal.SIGIO, signal.SIGPIPE, signal.SIGPWR, signal.SIGXCPU, signal.SIGXFSZ, signal.SIGRTMIN,
                  signal.SIGRTMAX, signal.SIGCHLD, signal.SIGWINCH]
        for one in others:
            with self.subTest(one):
                server.process.send_signal(one)
                self.assertEqual(server.request("GET", "/notes").status, 401)
                self.assertIsNone(server.process.poll())
        for one in ("SIGHUP", "SIGUSR1", "SIGUSR2"):
            server.wait_for(f'"signal","signal":"{one}"')
        self.assertEqual(server.stop(), 0)

    def test_each_of_the_three_drains(self):
        for one in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            with self.subTest(one):
                server = self.serve()
                server.process.send_signal(one)
                self.assertEqual(server.wait(), 0)
                self.assertEqual(len(server.events("draining")), 1, server.lines)
                self.assertEqual(len(server.events("stopped")), 1, server.lines)

    def test_sighup_while_it_starts(self):
        server = harness.Latchkey(NOBODY, wait=False)
        self.addCleanup(server.stop)
        self.await_signals(server)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for('"listening"')

    def test_sighup_while_it_reads_its_configuration(self):
        pipe = harness.scratch("configuration")
        os.mkfifo(pipe)
        server = harness.Latchkey(NOBODY, config=pipe, wait=False)
        self.addCleanup(server.stop)
        # Open once the server reads.
        with open(pipe, "wb") as to:
            server.process.send_signal(signal.SIGHUP)
            to.write(harness.CONFIG.read_bytes())
        server.wait_for('"listening"')

    def test_ends_well_whatever_comes_beside(self):
        for others in ((signal.SIGHUP,), (signal.SIGUSR1, signal.SIGUSR2, signal.SIGHUP, signal.SIGALRM)):
            for _ in range(6):
                with self.subTest(others):
                    server = self.serve()
                    server.process.send_signal(signal.SIGHUP)
                    server.process.send_signal(signal.SIGTERM)
                    self.assertEqual(self.end_amid(server, *others), 0)
                    self.assertEqual(len(server.events("stopped")), 1, server.lines)

    def test_ends_well_while_it_starts(self):
        for _ in range(6):
            server = harness.Latchkey(NOBODY, wait=False)
            self.addCleanup(server.kill)
            self.await_signals(server)
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(self.end_amid(server, signal.SIGTERM, signal.SIGHUP), 0)

    def test_ends_while_nobody_writes_its_configuration(self):
        pipe = harness.scratch("nobody-writes")
        os.mkfifo(pipe)
        server = harness.Latchkey(NOBODY, config=pipe, wait=False)
        self.addCleanup(server.kill)
        self.await_signals(server)
        server.process.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(), 0)

    @staticmethod
    def end_amid(server, *signals):
        """The status of a server that ends while these keep coming."""
        while server.process.poll() is None:
            for one in signals:
                os.kill(server.process.pid, one)  # not reaped, so that the number is its own
            time.sleep(0.0005)
        return server.wait()

    @classmethod
    def await_signals(cls, server):
        eventually(lambda: cls.holds_hangup(server.process.pid), "it has come to its signals")

    @staticmethod
    def holds_hangup(pid):
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
        masks = [int(re.search(rf"^{name}:\s*(\w+)", status, re.M).group(1), 16)
                 for name in ("SigIgn", "SigCgt", "SigBlk")]
        return bool((masks[0] | masks[1] | masks[2]) & 1 << (signal.SIGHUP - 1))


class LogFiles(unittest.TestCase):
    def serve(self, name, *options):
        path = pathlib.Path(harness.scratch(name))
        server = Raw(subprocess.DEVNULL, 'log.sinks=["file"]', f"log.file.path={path}", *options)
        self.addCleanup(server.stop)
        return server, path

    def test_a_renamed_file_is_let_go_on_sigusr1(self):
        server, path = self.serve("renamed.log")
        eventually(lambda: '"listening"' in path.read_text(), "the first lines")
        moved = path.with_suffix(".old")
        path.rename(moved)
        server.request("GET", "/before")
        eventually(lambda: "/before" in moved.read_text(), "a line in the file that was renamed")
        server.process.send_signal(signal.SIGUSR1)
        eventually(path.exists, "a new file")
        server.request("GET", "/after")
        eventually(lambda: "/after" in path.read_text(), "a line in the new file")
        self.assertNotIn("/after", moved.read_text())
        descriptors = pathlib.Path(f"/proc/{server.process.pid}/fd")
        open_files = [os.readlink(one) for one in descriptors.iterdir() if one.exists()]
        self.assertNotIn(str(moved), open_files)

    def test_it_is_rotated_and_bounded(self):
        server, path = self.serve("rotated.log", "log.file.max_bytes=2000", "log.file.count=2")
        for i in range(40):
            server.request("GET", f"/{i}")
        server.stop()
        names = sorted(one.name for one in path.parent.glob("rotated.log*"))
        self.assertEqual(names, ["rotated.log", "rotated.log.1", "rotated.log.2"])
        lines = []
        for name in reversed(names):
            text = (path.parent / name).read_text()
            self.assertLessEqual(len(text), 2000)
            lines += [json.loads(line) for line in text.splitlines()]
        seen = [one["path"] for one in lines if one["event"] == "request"]
        self.assertEqual(seen, [f"/{i}" for i in range(40 - len(seen), 40)], "none is missing at a seam")

    def test_a_full_disk_stops_no_request(self):
        server, _ = self.serve("unused", "log.file.path=/dev/full")
        for _ in range(20):
            self.assertEqual(server.request("GET", "/none").status, 404)
        eventually(lambda: dropped(server.admin)[("file", "failed")] >= 20, "the lines are counted")
        self.assertEqual(server.stop(), 0)

    def test_a_file_that_cannot_be_opened_is_a_fault_at_start(self):
        program = harness.Latchkey(NOBODY, 'log.sinks=["file"]', "log.file.path=/nonexistent/latchkey/a.log", wait=False)
        self.assertEqual(program.wait(), 1)
        self.assertIn("latchkey: cannot open the log file /nonexistent/latchkey/a.log: No such file or directory", program.lines)

    @unittest.skipIf(os.path.exists("/dev/log"), "this machine has a log")
    def test_a_system_without_a_log_is_a_fault_at_start(self):
        program = harness.Latchkey(NOBODY, 'log.sinks=["syslog"]', wait=False)
        self.assertEqual(program.wait(), 1)
        self.assertRegex("\n".join(program.lines), "cannot reach the system's log at /dev/log: ")


class StandardOutput(unittest.TestCase):
    def test_a_full_device_is_said_once_and_counted(self):
        with open("/dev/full", "w") as full:
            server = Raw(full)
        self.addCleanup(server.stop)
        for _ in range(20):
            self.assertEqual(server.request("GET", "/none").status, 404)
        eventually(lambda: dropped(server.admin)[("stdout", "failed")] >= 20, "the lines are counted")
        self.assertEqual(server.said(), ["latchkey: cannot write to standard output: No space left on device; "
                                         "lines of the log are lost, and counted"])
        self.assertEqual(server.process.poll(), None)

    def test_one_that_is_closed_becomes_no_connection(self):
        server = Raw(subprocess.DEVNULL, preexec_fn=lambda: os.close(1))
        self.addCleanup(server.stop)
        self.assertEqual(os.readlink(f"/proc/{server.process.pid}/fd/1"), "/dev/null")
        self.assertEqual(server.request("GET", "/notes").status, 401)
        eventually(lambda: dropped(server.admin)[("stdout", "failed")] > 0, "the lines are counted")

    def test_a_descriptor_that_does_not_block_loses_nothing(self):
        reading, writing = os.pipe()
        fcntl.fcntl(writing, fcntl.F_SETFL, os.O_NONBLOCK)
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
        server = Raw(writing)
        self.addCleanup(server.stop)
        os.close(writing)
        count = 60
        for i in range(count):
            self.assertEqual(server.request("GET", f"/{i}-" + "x" * 200).status, 404)
        # Nobody has read so far, and the pipe holds a quarter of it.
        server.process.send_signal(signal.SIGTERM)
        with open(reading) as lines:
            events = [json.loads(line) for line in lines]
        paths = [one["path"] for one in events if one["event"] == "request"]
        self.assertEqual([int(path[1:].partition("-")[0]) for path in paths], list(range(count)))
        self.assertEqual([one for one in events if one["event"] == "log_lines_dropped"], [])


class Level(unittest.TestCase):
    def ask(self, server, query="", method="GET", fields=()):
        request = urllib.request.Request(f"{server.admin}/log{query}", method=method, headers=dict(fields))
        try:
            with urllib.request.urlopen(request, timeout=harness.PATIENCE) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def test_it_is_changed_while_the_server_runs(self):
        server = harness.Latchkey(NOBODY)
        self.addCleanup(server.stop)
        self.assertEqual(self.ask(server), (200, {"level": "info", "sinks": ["stdout"]}))
        self.assertEqual(self.ask(server, "?level=warn", "POST")[0], 200)
        server.request("GET", "/unheard")
        self.assertEqual(self.ask(server, "?level=info", "POST"), (200, {"level": "info", "sinks": ["stdout"]}))
        server.request("GET", "/heard")
        server.wait_for("/heard")
        self.assertEqual([one["path"] for one in server.events("request")], ["/heard"])
        self.assertEqual([(one["from"], one["to"]) for one in server.events("log_level_changed")],
                         [("info", "warn"), ("warn", "info")])

    def test_a_page_or_a_wrong_word_changes_nothing(self):
        server = harness.Latchkey(NOBODY)
        self.addCleanup(server.stop)
        self.assertEqual(self.ask(server, "?level=error", "POST", {"Origin": "https://a.example"})[0], 403)
        self.assertEqual(self.ask(server, "?level=loud", "POST")[0], 400)
        self.assertEqual(self.ask(server)[1]["level"], "info")


class Workers(unittest.TestCase):
    def started(self, *options, **how):
        reading, writing = os.pipe()
        server = Raw(writing, *options, **how)
        os.close(writing)
        self.assertEqual(server.stop(), 0)
        with open(reading) as lines:
            return next(one for one in map(json.loads, lines) if one["event"] == "started")

    def test_are_as_many_as_the_affinity_allows(self):
        one = {min(os.sched_getaffinity(0))}
        event = self.started(preexec_fn=lambda: os.sched_setaffinity(0, one))
        self.assertEqual((event["workers"], event["processors"]), (1, 1))

    def test_are_as_many_as_was_said(self):
        self.assertEqual(self.started("server.workers=3")["workers"], 3)


class Certificates(unittest.TestCase):
    def check(self, certificate, key):
        command = harness.Latchkey.command(NOBODY, f"server.tls.certificate={certificate}",
                                           f"server.tls.private_key={key}")
        checked = subprocess.run([command[0], "check-config", *command[2:]], capture_output=True, text=True,
                                 timeout=harness.PATIENCE)
        served = subprocess.run(command, capture_output=True, text=True, timeout=harness.PATIENCE) \
            if checked.returncode else None
        return checked, served

    def openssl(self, *arguments):
        subprocess.run(["openssl", *arguments], check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def make(self, name, *options):
        certificate, key = harness.scratch(f"{name}.pem"), harness.scratch(f"{name}.key")
        self.openssl("req", "-x509", "-nodes", "-subj", "/CN=localhost", "-keyout", key, "-out", certificate, *options)
        return certificate, key

    def test_check_config_and_serve_refuse_the_same_with_the_same_words(self):
        certificate, key = self.make("good", "-newkey", "rsa:2048", "-days", "300")
        _, other_key = self.make("other", "-newkey", "rsa:2048", "-days", "300")
        small = self.make("small", "-newkey", "rsa:1024", "-days", "300")
        der, encrypted = harness.scratch("good.der"), harness.scratch("good.encrypted")
        self.openssl("x509", "-in", certificate, "-outform", "DER", "-out", der)
        self.openssl("pkey", "-in", key, "-aes128", "-passout", "pass:password", "-out", encrypted)
        checked, _ = self.check(certificate, key)
        self.assertEqual((checked.returncode, checked.stderr), (0, ""))
        for name, files, words in (
                ("of another", (certificate, other_key), "does not belong to the certificate"),
                ("DER", (der, key), r"found a certificate \(RSA, 2048 bits\) in DER"),
                ("encrypted", (certificate, encrypted), "found an encrypted private key"),
                ("small", small, r"too small, found a certificate \(RSA, 1024 bits\)")):
            with self.subTest(name):
                checked, served = self.check(*files)
                self.assertEqual((checked.returncode, served.returncode), (1, 1))
                said = served.stderr.removeprefix("latchkey: ").strip()
                self.assertRegex(said, words)
                self.assertIn(f"server.tls: {said}\n", checked.stderr)

    def test_one_that_expires_soon_is_warned_of(self):
        checked, _ = self.check(*self.make("soon", "-newkey", "rsa:2048", "-days", "3"))
        self.assertEqual(checked.returncode, 0)
        self.assertRegex(checked.stderr, r"^warning: .*: server\.tls\.certificate: .*soon\.pem expires in 2 days, on ")


if __name__ == "__main__":
    harness.main()
