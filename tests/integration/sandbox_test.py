"""The sandbox of the running server: what it takes from itself, and what still works."""

import ctypes
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import harness

NOBODY = "http://127.0.0.1:1"  # no issuer is needed to answer with 401
LANDLOCK_CREATE_RULESET, LANDLOCK_VERSION = 444, 1
libc = ctypes.CDLL(None, use_errno=True)
HAS_LANDLOCK = libc.syscall(LANDLOCK_CREATE_RULESET, 0, 0, LANDLOCK_VERSION) > 0
HAS_SECCOMP = pathlib.Path("/proc/sys/kernel/seccomp/actions_avail").exists()


def status_of(server):
    text = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    return dict(re.findall(r"(?m)^(\w+):\s+(.*)$", text))


def threads_of(server):
    return list(pathlib.Path(f"/proc/{server.process.pid}/task").iterdir())


class Registers(ctypes.Structure):
    """struct user_regs_struct of x86-64."""

    _fields_ = [(name, ctypes.c_ulonglong) for name in (
        "r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds "
        "es fs gs").split()]


class Puppet:
    """One thread of a process, held by ptrace(2), to have it make calls of the system."""

    ATTACH, DETACH, GETREGS, SETREGS, STEP, PEEK = 16, 17, 12, 13, 9, 1

    def __init__(self, pid):
        self.pid = pid
        libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
        libc.ptrace.restype = ctypes.c_long
        if libc.ptrace(self.ATTACH, pid, None, None) != 0:
            raise unittest.SkipTest("ptrace: not allowed here")
        self.stop()
        self.before = self.registers()

    def stop(self):
        _, status = os.waitpid(self.pid, 0x40000000)  # __WALL
        assert os.WIFSTOPPED(status), status

    def registers(self):
        found = Registers()
        assert libc.ptrace(self.GETREGS, self.pid, None, ctypes.byref(found)) == 0
        return found

    def call(self, number, *arguments):
        """What the call gives: a number below 0 is an error."""
        now = Registers.from_buffer_copy(self.before)
        # It waits in a call: the instruction before where it stands is that of a call.
        now.rip -= 2
        now.rax, now.orig_rax = number, ctypes.c_ulonglong(-1).value
        for name, value in zip(("rdi", "rsi", "rdx", "r10", "r8", "r9"), arguments):
            setattr(now, name, value)
        assert libc.ptrace(self.SETREGS, self.pid, None, ctypes.byref(now)) == 0
        assert libc.ptrace(self.STEP, self.pid, None, None) == 0
        self.stop()
        return ctypes.c_longlong(self.registers().rax).value

    def let_go(self):
        libc.ptrace(self.SETREGS, self.pid, None, ctypes.byref(self.before))
        libc.ptrace(self.DETACH, self.pid, None, None)


@unittest.skipIf(os.environ.get("SANITIZED"), "a sanitizer's runtime makes calls of its own")
@unittest.skipUnless(HAS_LANDLOCK and HAS_SECCOMP, "landlock and seccomp: not both in this system")
class Sandbox(unittest.TestCase):
    def serve(self, *options, config=harness.CONFIG, issuer=NOBODY):
        server = harness.Latchkey(issuer, *options, config=config)
        self.addCleanup(server.stop)
        return server

    def test_is_off_unless_it_is_asked_for(self):
        server = self.serve()
        self.assertEqual(status_of(server)["Seccomp"], "0")
        self.assertEqual(server.events("sandbox"), [])

    def test_says_what_is_in_force(self):
        server = self.serve("server.sandbox=true")
        (told,) = server.events("sandbox")
        self.assertGreaterEqual(told["landlock"], 1)
        self.assertIs(told["seccomp"], True)
        self.assertEqual(told["missing"], [])
        self.assertEqual(server.request("GET", "/notes").status, 401)

    def test_covers_every_thread(self):
        server = self.serve("server.sandbox=true", "server.workers=3")
        server.request("GET", "/notes")
        tasks = threads_of(server)
        self.assertGreater(len(tasks), 4)
        for one in tasks:
            text = (one / "status").read_text()
            self.assertRegex(text, r"(?m)^Seccomp:\s+2$", one)
            self.assertRegex(text, r"(?m)^NoNewPrivs:\s+1$", one)

    def test_halves(self):
        self.assertEqual(status_of(self.serve("server.sandbox=landlock"))["Seccomp"], "0")
        server = self.serve("server.sandbox=seccomp")
        self.assertEqual(status_of(server)["Seccomp"], "2")
        self.assertIsNone(server.events("sandbox")[0]["landlock"])

    @unittest.skipUnless(os.uname().machine == "x86_64", "calls of another processor: not known to this test")
    def test_no_process_can_be_made_and_no_file_opened_from_within(self):
        server = self.serve("server.sandbox=true")
        server.request("GET", "/notes")
        puppet = Puppet(server.process.pid)  # the first thread, which waits
        try:
            fork, vfork, clone, execve, ptrace, socket_call, openat, getpid = 57, 58, 56, 59, 101, 41, 257, 39
            self.assertEqual(puppet.call(getpid), server.process.pid, "the puppet works")
            self.assertEqual(puppet.call(fork), -1)
            self.assertEqual(puppet.call(vfork), -1)
            self.assertEqual(puppet.call(clone, signal.SIGCHLD, 0, 0, 0, 0), -1)
            self.assertEqual(puppet.call(execve, 0, 0, 0), -1)
            self.assertEqual(puppet.call(ptrace, 0, 0, 0), -1)
            self.assertEqual(puppet.call(socket_call, 17, 3, 0), -97, "AF_PACKET")
        finally:
            puppet.let_go()
        self.assertEqual(server.request("GET", "/notes").status, 401, "unharmed")

    def files(self):
        """A configuration in a folder of its own, and a folder beside it."""
        here, there = (pathlib.Path(tempfile.mkdtemp(prefix="latchkey_")) for _ in range(2))
        for one in (here, there):
            self.addCleanup(shutil.rmtree, one)
        config = here / "latchkey.toml"
        config.write_text(harness.CONFIG.read_text())
        return here, there, config

    def test_a_reload_cannot_open_what_is_elsewhere(self):
        here, there, config = self.files()
        keys = '{"keys":[]}'
        for folder in (here, there):
            (folder / "keys.json").write_text(keys)
        server = self.serve("server.sandbox=true", config=config)
        text = config.read_text()
        for name in (there / "keys.json", "/etc/hostname", here / ".." / there.name / "keys.json"):
            with self.subTest(name):
                before = len(server.lines)
                config.write_text(text + f'[[issuer]]\nissuer = "https://a.example/"\njwks_file = "{name}"\n'
                                  'audiences = ["a"]\n')
                server.process.send_signal(signal.SIGHUP)
                self.refused(server, before, "is outside of what the sandbox of the start lets")
        before = len(server.lines)
        config.write_text(text + '# one more line\n')
        server.process.send_signal(signal.SIGHUP)
        server.wait_for('"reloaded"')
        self.assertEqual(server.request("GET", "/notes").status, 401)

    def refused(self, server, before, why):
        until = time.monotonic() + harness.PATIENCE
        while not any('"reload_refused"' in line for line in server.lines[before:]):
            self.assertLess(time.monotonic(), until, server.lines)
            time.sleep(0.02)
        line = next(line for line in server.lines[before:] if '"reload_refused"' in line)
        self.assertIn(why, line)

    def test_the_same_reload_is_taken_outside_of_a_sandbox(self):
        _, there, config = self.files()
        issuer = harness.Issuer()
        self.addCleanup(issuer.stop)
        with urllib.request.urlopen(f"{issuer.url}/.well-known/jwks.json") as answer:
            (there / "keys.json").write_bytes(answer.read())
        server = self.serve(config=config)
        config.write_text(config.read_text() + '[[issuer]]\nissuer = "https://a.example/"\n'
                          f'jwks_file = "{there / "keys.json"}"\naudiences = ["a"]\n')
        server.process.send_signal(signal.SIGHUP)
        server.wait_for('"reloaded"')

    def test_files_may_be_replaced_in_their_folder(self):
        here, _, config = self.files()
        for source, name in zip(harness.certificate(), ("server.pem", "server.key")):
            shutil.copy(source, here / name)
        server = self.serve("server.sandbox=true", f"server.tls.certificate={here / 'server.pem'}",
                            f"server.tls.private_key={here / 'server.key'}", config=config)
        for name in ("server.pem", "server.key", "latchkey.toml"):
            (here / f"{name}.new").write_bytes((here / name).read_bytes())
            os.rename(here / f"{name}.new", here / name)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for('"reloaded"')

    def test_a_file_in_a_folder_of_everybody_is_opened_alone(self):
        config = pathlib.Path(f"/tmp/latchkey-sandbox-{os.getpid()}.toml")
        beside = pathlib.Path(f"/tmp/latchkey-sandbox-{os.getpid()}.json")
        for one in (config, beside):
            self.addCleanup(one.unlink)
        config.write_text(harness.CONFIG.read_text())
        beside.write_text('{"keys":[]}')
        server = self.serve("server.sandbox=true", config=config)
        config.write_text(harness.CONFIG.read_text() + '[[issuer]]\nissuer = "https://a.example/"\n'
                          f'jwks_file = "{beside}"\naudiences = ["a"]\n')
        server.process.send_signal(signal.SIGHUP)
        self.refused(server, 0, "is outside of what the sandbox")

    def test_the_log_goes_on_through_rotation(self):
        folder = pathlib.Path(harness.scratch("logs"))
        folder.mkdir()
        server = self.serve("server.sandbox=true", 'log.sinks=["stdout","file"]', f"log.file.path={folder / 'log'}",
                            "log.file.max_bytes=2000", "log.file.count=2", "log.sample_refusals=false")
        for _ in range(40):
            server.request("GET", "/notes")
        until = time.monotonic() + harness.PATIENCE
        while not (folder / "log.2").exists():
            self.assertLess(time.monotonic(), until, list(folder.iterdir()))
            time.sleep(0.05)
        os.rename(folder / "log", folder / "moved")
        server.process.send_signal(signal.SIGUSR1)
        while not (folder / "log").exists():
            self.assertLess(time.monotonic(), until, list(folder.iterdir()))
            time.sleep(0.05)

    def test_keys_and_names_still_come(self):
        issuer = harness.Issuer()
        self.addCleanup(issuer.stop)
        named = issuer.url.replace("127.0.0.1", "localhost")
        server = self.serve("server.sandbox=true", f"issuer.0.jwks_uri={named}/.well-known/jwks.json",
                            issuer=issuer.url)
        server.await_ready()
        token = issuer.mint(audience="account", scope="example:note:read")
        self.assertEqual(server.request("GET", "/notes", token).status, 200)
        with urllib.request.urlopen(f"{server.admin}/metrics") as answer:
            text = answer.read().decode()
        self.assertRegex(text, r"(?m)^process_open_fds \d+$")
        self.assertRegex(text, r"(?m)^process_resident_memory_bytes [1-9]")
        self.assertEqual(server.stop(), 0)

    def test_what_must_be_had_and_cannot_be_is_said(self):
        # Under a filter that knows no landlock, as containers of some years ago have it.
        helper = pathlib.Path(harness.scratch("without.py"))
        helper.write_text(WITHOUT_LANDLOCK)
        under = [sys.executable, str(helper)]
        server = harness.Latchkey(NOBODY, "server.sandbox=true", wait=False, under=under)
        self.assertEqual(server.wait(), 1, server.lines)
        self.assertIn("server.sandbox cannot be had: landlock: this system has none", "\n".join(server.lines))
        server = harness.Latchkey(NOBODY, "server.sandbox=auto", under=under)
        self.addCleanup(server.stop)
        (told,) = server.events("sandbox")
        self.assertEqual((told["level"], told["landlock"], told["seccomp"]), ("warn", None, True))
        self.assertEqual(told["missing"], ["landlock: this system has none"])


# Runs a command with landlock_create_ruleset(2) answered by ENOSYS.
WITHOUT_LANDLOCK = """
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
steps = [(0x20, 0, 0, 0), (0x15, 0, 1, 444), (0x06, 0, 0, 0x00050000 | 38), (0x06, 0, 0, 0x7FFF0000)]
code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *one) for one in steps))
program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
libc.prctl(38, 1, 0, 0, 0)
if libc.prctl(22, 2, ctypes.c_char_p(program), 0, 0) != 0:
    sys.exit("no filter can be had")
os.execv(sys.argv[1], sys.argv[1:])
"""


class Units(unittest.TestCase):
    """conf/systemd as systemd reads it."""

    FOLDER = harness.ROOT / "conf" / "systemd"

    def setUp(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze: not installed")

    def analyze(self, *words):
        return subprocess.run(["systemd-analyze", *words], capture_output=True, text=True)

    def test_verify(self):
        folder = pathlib.Path(harness.scratch("units"))
        folder.mkdir(exist_ok=True)
        shutil.copy(self.FOLDER / "latchkey.socket", folder)
        text = (self.FOLDER / "latchkey.service").read_text()
        self.assertIn("/usr/bin/latchkey ", text)
        (folder / "latchkey.service").write_text(text.replace("/usr/bin/latchkey", str(harness.BIN / "latchkey")))
        done = self.analyze("verify", "--man=no", str(folder / "latchkey.service"), str(folder / "latchkey.socket"))
        said = [line for line in done.stderr.splitlines() if "latchkey" in line]
        self.assertEqual((done.returncode, said), (0, []), done.stderr)

    def test_it_runs_what_the_smallest_debian_has(self):
        text = (self.FOLDER / "latchkey.service").read_text()
        run = dict(re.findall(r"^(Exec\w+)=(\S+)", text, re.M))
        self.assertEqual(run, {"ExecStart": "/usr/bin/latchkey", "ExecReload": "/bin/sh"})

    def test_exposure(self):
        done = self.analyze("security", "--offline=yes", "--no-pager", str(self.FOLDER / "latchkey.service"))
        if "offline" in done.stderr:
            self.skipTest("systemd-analyze: too old to look at a file")
        found = re.search(r"Overall exposure level for \S+ ([\d.]+)", done.stdout)
        self.assertIsNotNone(found, done.stdout + done.stderr)
        self.assertLessEqual(float(found.group(1)), 1.6, done.stdout)


if __name__ == "__main__":
    harness.main()
