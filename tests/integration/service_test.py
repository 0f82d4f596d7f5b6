"""The server as a service manager runs it: what it tells (sd_notify) and the sockets it is given (LISTEN_FDS).

The manager is a stand-in, and systemd-socket-activate where it is installed.
"""

import contextlib
import ctypes
import os
import pathlib
import re
import shutil
import signal
import socket
import sys
import time
import unittest
import urllib.request

import harness

NOBODY = "http://127.0.0.1:1"  # no issuer is needed to answer with 401


def eventually(check, what, patience=harness.PATIENCE):
    until = time.monotonic() + patience
    while not check():
        if time.monotonic() > until:
            raise AssertionError(f"never: {what}")
        time.sleep(0.02)


@contextlib.contextmanager
def hanging(thread):
    """That thread alone stands still meanwhile, as one that hangs."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    attach, detach, any_thread = 16, 17, 0x40000000
    if libc.ptrace(attach, thread, None, None) != 0:
        raise unittest.SkipTest("ptrace: not allowed here")
    os.waitpid(thread, any_thread)
    try:
        yield
    finally:
        libc.ptrace(detach, thread, None, None)


class Manager:
    """The socket that a service manager is told at."""

    def __init__(self, name=None):
        self.name = name or harness.scratch(f"notify-{time.monotonic_ns()}")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + self.name[1:] if self.name.startswith("@") else self.name)
        self.socket.settimeout(harness.PATIENCE)
        self.told = []

    def next(self):
        """The next message that is no sign of life, as a dictionary."""
        while True:
            message = self.receive()
            if "WATCHDOG" not in message:
                return message

    def receive(self):
        lines = self.socket.recv(4096).decode().split("\n")
        message = dict(line.split("=", 1) for line in lines)
        self.told.append((time.monotonic(), message))
        return message

    def close(self):
        self.socket.close()


# Runs what follows with the descriptors of LISTEN_FDS, as a service manager does: the number of the process is known
# only once it is there.
STARTER = """
import os, sys
fds, names, command = [int(one) for one in sys.argv[1].split(",")], sys.argv[2], sys.argv[3:]
high = [os.dup2(one, 900 + i) for i, one in enumerate(fds)]
for i, one in enumerate(high):
    os.dup2(one, 3 + i, inheritable=True)
    os.close(one)
environment = dict(os.environ, LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(fds)))
if names: environment["LISTEN_FDNAMES"] = names
os.execve(command[0], command, environment)
"""


def listening(host="127.0.0.1", family=socket.AF_INET):
    made = socket.socket(family, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((host, 0))
    made.listen(128)
    return made


class Given(harness.Program):
    """A server with sockets that it is given."""

    request = harness.Latchkey.request
    exchange = harness.Latchkey.exchange
    connect = harness.Latchkey.connect

    def __init__(self, sockets, command, names="", under=()):
        fds = [one.fileno() for one in sockets]
        super().__init__(*under, sys.executable, "-c", STARTER, ",".join(map(str, fds)), names, *command, pass_fds=fds)
        self.port = sockets[0].getsockname()[1]


class Notifies(unittest.TestCase):
    def serve(self, manager, *options, config=harness.CONFIG, **variables):
        server = harness.Latchkey(NOBODY, *options, config=config,
                                  environment={"NOTIFY_SOCKET": manager.name, **variables})
        self.addCleanup(server.stop)
        return server

    def manager(self, name=None):
        made = Manager(name)
        self.addCleanup(made.close)
        return made

    def test_that_it_serves_and_ends(self):
        for name in (None, f"@latchkey-{os.getpid()}"):
            with self.subTest(name):
                manager = self.manager(name)
                server = self.serve(manager)
                first = manager.next()
                self.assertEqual(first["READY"], "1")
                self.assertIn(f"Serving at https://127.0.0.1:{server.port}, configuration 1", first["STATUS"])
                self.assertEqual(server.request("GET", "/notes").status, 401, "it serves once it says so")
                server.process.send_signal(signal.SIGTERM)
                last = manager.next()
                self.assertEqual(last["STOPPING"], "1")
                self.assertEqual(last["EXTEND_TIMEOUT_USEC"], "10500000", "the drain's, and a moment")
                self.assertEqual(server.wait(), 0)

    def test_around_a_reload(self):
        manager = self.manager()
        text = harness.CONFIG.read_text()
        config = pathlib.Path(harness.scratch("notified.toml"))
        config.write_text(text)
        server = self.serve(manager, config=config)
        manager.next()
        for good in (True, False, True):
            config.write_text(text if good else text + "\nnonsense = 1\n")
            asked = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            server.process.send_signal(signal.SIGHUP)
            began = manager.next()
            self.assertEqual(began["RELOADING"], "1")
            self.assertGreaterEqual(int(began["MONOTONIC_USEC"]), asked)
            self.assertLess(int(began["MONOTONIC_USEC"]) - asked, harness.PATIENCE * 1_000_000)
            ended = manager.next()
            self.assertEqual(ended["READY"], "1")
            self.assertEqual("the last reload was refused" in ended["STATUS"], not good, ended)
        self.assertIn("configuration 3", ended["STATUS"])

    def test_signs_of_life(self):
        manager = self.manager()
        server = self.serve(manager, WATCHDOG_USEC="400000")
        manager.next()
        for _ in range(4):
            self.assertEqual(manager.receive(), {"WATCHDOG": "1"})
        times = [at for at, message in manager.told if "WATCHDOG" in message]
        self.assertGreater(times[-1] - times[0], 0.3)
        self.assertEqual(server.request("GET", "/notes").status, 401)

    def test_no_sign_of_life_of_one_that_hangs(self):
        manager = self.manager()
        server = self.serve(manager, WATCHDOG_USEC="200000")
        manager.next()
        manager.receive()
        server.process.send_signal(signal.SIGSTOP)
        self.addCleanup(server.process.send_signal, signal.SIGCONT)
        manager.socket.settimeout(0.6)
        with self.assertRaises(TimeoutError):
            for _ in range(3):  # at most two were under way
                manager.receive()
        server.process.send_signal(signal.SIGCONT)
        manager.socket.settimeout(harness.PATIENCE)
        manager.receive()

    def test_no_sign_of_life_while_one_worker_hangs(self):
        manager = self.manager()
        workers = 3
        server = self.serve(manager, f"server.workers={workers}", WATCHDOG_USEC="200000")
        manager.next()
        manager.receive()
        silencing = 0
        for thread in sorted(pathlib.Path(f"/proc/{server.process.pid}/task").iterdir()):
            with hanging(int(thread.name)):
                silencing += self.is_silent(manager)
            manager.receive()
        # The workers, and the thread that asks them; not those of the log.
        self.assertEqual(silencing, workers + 1)

    def is_silent(self, manager):
        manager.socket.settimeout(0.5)
        try:
            for _ in range(3):  # at most two were under way
                manager.receive()
            return False
        except TimeoutError:
            return True
        finally:
            manager.socket.settimeout(harness.PATIENCE)

    def test_another_process_is_not_watched(self):
        manager = self.manager()
        self.serve(manager, WATCHDOG_USEC="100000", WATCHDOG_PID="1")
        manager.next()
        manager.socket.settimeout(0.5)
        with self.assertRaises(TimeoutError):
            manager.receive()

    def test_serves_on_where_nobody_can_be_told(self):
        for name in ("/nobody/there", "relative", "vsock:2:1", "/" + 200 * "a"):
            with self.subTest(name):
                server = harness.Latchkey(NOBODY, environment={"NOTIFY_SOCKET": name})
                self.addCleanup(server.stop)
                self.assertEqual(server.request("GET", "/notes").status, 401)
                server.wait_for('"service_manager"')

    def test_a_manager_that_does_not_read(self):
        manager = self.manager()
        server = self.serve(manager, WATCHDOG_USEC="2000")
        time.sleep(0.3)  # the queue of the socket is full by then
        self.assertEqual(server.request("GET", "/notes").status, 401)
        server.process.send_signal(signal.SIGHUP)
        server.wait_for('"reloaded"')
        seen = []
        while "RELOADING" not in (message := manager.receive()):
            seen.append(message)
        self.assertEqual(seen[0].get("READY"), "1")
        self.assertEqual(manager.next()["READY"], "1")


class GivenSockets(unittest.TestCase):
    def given(self, sockets, *options, names="", config=harness.CONFIG, under=()):
        server = Given(sockets, harness.Latchkey.command(NOBODY, *options, config=config), names, under)
        self.addCleanup(server.stop)
        return server

    def sockets(self, count=1):
        made = [listening() for _ in range(count)]
        for one in made:
            self.addCleanup(one.close)
        return made

    @staticmethod
    def url(one):
        return f"127.0.0.1:{one.getsockname()[1]}"

    def refused(self, server):
        self.assertEqual(server.wait(), 1, server.lines)
        return "\n".join(server.lines)

    def test_by_name(self):
        (one,) = self.sockets()
        server = self.given([one], 'server.listen=["systemd:https"]', names="https")
        server.wait_for(f'"listening","url":"https://{self.url(one)}"')
        self.assertEqual(server.request("GET", "/notes").status, 401)

    def test_by_address(self):
        (one,) = self.sockets()
        server = self.given([one], f'server.listen=["{self.url(one)}"]')
        server.wait_for('"admin_listening"')
        self.assertEqual(server.request("GET", "/notes").status, 401)

    def test_beside_an_address_of_its_own_and_for_the_admin(self):
        https, admin = self.sockets(2)
        own = harness.free_port()
        server = self.given([https, admin], f'server.listen=["systemd:https","127.0.0.1:{own}"]',
                            "admin.listen=systemd:admin", names="https:admin")
        server.wait_for(f'"admin_listening","url":"http://{self.url(admin)}"')
        with urllib.request.urlopen(f"http://{self.url(admin)}/livez") as answer:
            self.assertEqual(answer.status, 200)
        for port in (https.getsockname()[1], own):
            server.port = port
            self.assertEqual(server.request("GET", "/notes").status, 401)

    def test_several_of_one_name(self):
        first, second = self.sockets(2)
        server = self.given([first, second], 'server.listen=["systemd:https"]', names="https:https")
        server.wait_for('"admin_listening"')
        for one in (first, second):
            server.port = one.getsockname()[1]
            self.assertEqual(server.request("GET", "/notes").status, 401)

    def test_all_threads_take_their_part(self):
        (one,) = self.sockets()
        server = self.given([one], 'server.listen=["systemd:https"]', "server.workers=3", names="https")
        server.wait_for('"admin_listening"')
        for _ in range(30):
            self.assertEqual(server.request("GET", "/notes").status, 401)
        self.assertEqual(server.stop(), 0)

    def test_a_reload_keeps_them(self):
        (one,) = self.sockets()
        text = harness.CONFIG.read_text()
        config = pathlib.Path(harness.scratch("activated.toml"))
        config.write_text(text)
        server = self.given([one], 'server.listen=["systemd:https"]', names="https", config=config)
        server.wait_for('"admin_listening"')
        with server.connect() as held:
            server.process.send_signal(signal.SIGHUP)
            server.wait_for('"reloaded"')
            held.sendall(b"GET /notes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            self.assertEqual(harness.Answer.parse(harness.read_to_end(held)).status, 401)
        self.assertEqual(server.request("GET", "/notes").status, 401)

    def test_a_reload_that_would_leave_one_unserved_is_refused(self):
        (one,) = self.sockets()
        text = harness.CONFIG.read_text()
        config = pathlib.Path(harness.scratch("left.toml"))
        config.write_text(re.sub(r"(?m)^listen = .*", 'listen = ["systemd:https"]', text, count=1))
        cert, key = harness.certificate()
        command = [harness.BIN / "latchkey", "serve", "--config", config, "--set", f"server.tls.certificate={cert}",
                   "--set", f"server.tls.private_key={key}", "--set", "admin.listen=127.0.0.1:0"]
        server = Given([one], [str(part) for part in command], "https")
        self.addCleanup(server.stop)
        server.wait_for('"admin_listening"')
        config.write_text(re.sub(r"(?m)^listen = .*", f'listen = ["127.0.0.1:{harness.free_port()}"]', text, count=1))
        server.process.send_signal(signal.SIGHUP)
        server.wait_for(r'"reload_refused".*which is none of server.listen')
        self.assertEqual(server.request("GET", "/notes").status, 401)

    def test_what_matches_nothing_is_an_error(self):
        (one,) = self.sockets()
        said = self.refused(self.given([one], names="web"))
        self.assertIn(f'has given the socket "web" at {self.url(one)}, which is none of server.listen', said)

    def test_a_name_that_nobody_has_is_an_error(self):
        (one,) = self.sockets()
        said = self.refused(self.given([one], 'server.listen=["systemd:https"]', names="web"))
        self.assertIn('no socket named "https"', said)
        server = harness.Latchkey(NOBODY, 'server.listen=["systemd:https"]', wait=False)
        self.assertIn("it has given: none", self.refused(server))

    def test_what_is_no_listening_socket_is_an_error(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
            self.assertIn("not a socket of TCP", self.refused(self.given([datagrams], names="https")))
        with socket.socket() as silent:
            self.assertIn("does not listen", self.refused(self.given([silent], names="https")))

    def test_those_of_another_process_are_ignored(self):
        server = harness.Latchkey(NOBODY, environment={"LISTEN_FDS": "1", "LISTEN_PID": "1"})
        self.addCleanup(server.stop)
        self.assertEqual(server.request("GET", "/notes").status, 401)

    def test_who_connects_while_it_ends_waits_for_the_next(self):
        (one,) = self.sockets()
        server = self.given([one], 'server.listen=["systemd:https"]', names="https")
        server.wait_for('"admin_listening"')
        self.assertEqual(server.stop(), 0)
        raw = socket.create_connection(one.getsockname(), timeout=harness.PATIENCE)
        self.addCleanup(raw.close)
        following = self.given([one], 'server.listen=["systemd:https"]', names="https")
        following.wait_for('"admin_listening"')
        with harness.tls().wrap_socket(raw, server_hostname="localhost") as stream:
            stream.sendall(b"GET /notes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            self.assertEqual(harness.Answer.parse(harness.read_to_end(stream)).status, 401)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "root and setpriv: to become another user")
    def test_port_443_as_an_ordinary_user(self):
        made = socket.socket()
        self.addCleanup(made.close)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind(("127.0.0.1", 443))
        except OSError:
            self.skipTest("port 443: in use")
        made.listen(16)
        # What the user has to be able to read.
        folder = pathlib.Path(harness.scratch("of-nobody"))
        folder.mkdir(mode=0o755)
        pathlib.Path(harness.scratch("x")).parent.chmod(0o755)
        options = []
        for source, name in zip(harness.certificate(), ("certificate", "private_key")):
            shutil.copy(source, folder / name)
            (folder / name).chmod(0o644)
            options.append(f"server.tls.{name}={folder / name}")
        server = self.given([made], 'server.listen=["systemd:https"]', *options, names="https",
                            under=("setpriv", "--reuid=65534", "--clear-groups", "--inh-caps=-all"))
        server.wait_for('"listening","url":"https://127.0.0.1:443"')
        status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
        self.assertRegex(status, r"(?m)^Uid:\s+65534\s+65534")
        self.assertEqual(server.request("GET", "/notes").status, 401)

    @unittest.skipUnless(shutil.which("systemd-socket-activate"), "systemd-socket-activate: not installed")
    def test_by_systemd_socket_activate(self):
        port = harness.free_port()
        command = harness.Latchkey.command(NOBODY, 'server.listen=["systemd:https"]')
        server = harness.Program("systemd-socket-activate", f"--listen=127.0.0.1:{port}", "--fdname=https",
                                 *command)
        self.addCleanup(server.stop)
        eventually(lambda: any("Listening" in line for line in server.lines), "it listens")
        # The first connection has it start the server.
        raw = socket.create_connection(("127.0.0.1", port), timeout=harness.PATIENCE)
        with harness.tls().wrap_socket(raw, server_hostname="localhost") as stream:
            stream.sendall(b"GET /notes HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            self.assertEqual(harness.Answer.parse(harness.read_to_end(stream)).status, 401)
        server.wait_for('"started"')


if __name__ == "__main__":
    harness.main()
