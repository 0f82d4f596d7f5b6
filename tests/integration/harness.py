"""Runs the real programs on free loopback ports, for the integration tests.

Every program started here is ended here. Not for tests that need no socket.
"""

import asyncio
import atexit
import contextlib
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("BIN", ROOT / "build" / "release" / "bin"))
SHARED = pathlib.Path(os.environ.get("VECTORS", ROOT.parent / "shared"))
CONFIG = ROOT / "conf" / "latchkey.toml"
PATIENCE = 30  # seconds until something that must happen counts as not happening

# A thousand connections need more descriptors than many systems give at first.
_, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (_most, _most))

_scratch = tempfile.mkdtemp(prefix="latchkey_")
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)


def scratch(name):
    """A path for a file of the tests' own."""
    return os.path.join(_scratch, name)


def certificate():
    """The paths of a development certificate and its key, made once."""
    cert, key = scratch("server.pem"), scratch("server.key")
    if not os.path.exists(cert):
        make_certificate(cert, key)
    return cert, key


def make_certificate(cert, key):
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
         "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", key, "-out", cert],
        check=True, stderr=subprocess.DEVNULL)


_held_ports = []


def free_port():
    """For what cannot listen on port 0. Not of those that outgoing connections are given, which are many here.

    A socket that does not listen keeps it until this process ends: whoever asks to share addresses, as servers do,
    listens there, again and again, and no other test is given it meanwhile."""
    while True:
        port = random.randrange(10_000, 32_000)
        holder = socket.socket()
        try:
            holder.bind(("127.0.0.1", port))
        except OSError:
            holder.close()
            continue
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _held_ports.append(holder)
        return port


class Program:
    """One running program and the lines it has written."""

    def __init__(self, *command, environment=None, pass_fds=()):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("LATCHKEY_")}
        self.process = subprocess.Popen(
            [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**clean, **(environment or {})}, start_new_session=True, pass_fds=pass_fds)
        self.lines = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        atexit.register(self.kill)

    def _read(self):
        for line in self.process.stdout:
            with self._news:
                self.lines.append(line.rstrip("\n"))
                self._news.notify_all()
        with self._news:
            self._news.notify_all()

    def wait_for(self, pattern, patience=PATIENCE):
        """The match of the first line that has the pattern; fails if the program ends without it."""
        until = time.monotonic() + patience
        seen = 0
        with self._news:
            while True:
                for line in self.lines[seen:]:
                    if match := re.search(pattern, line):
                        return match
                seen = len(self.lines)
                over = not self._reader.is_alive() or time.monotonic() > until
                if over and seen == len(self.lines):
                    raise AssertionError(f"no line like {pattern!r} in:\n" + "\n".join(self.lines))
                self._news.wait(0.1)

    def events(self, name):
        """The parsed log lines of one event."""
        parsed = (json.loads(line) for line in list(self.lines) if line.startswith("{"))
        return [one for one in parsed if one.get("event") == name]

    def wait(self, patience=PATIENCE):
        status = self.process.wait(patience)
        self._reader.join(patience)
        return status

    def stop(self, patience=PATIENCE):
        """Ends it as a service manager does; gives the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.wait(patience)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self):
        pages = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")


class Issuer(Program):
    """The development issuer."""

    def __init__(self, *options, port=0, key=None):
        key = key or scratch("issuer.pem")
        super().__init__(BIN / "latchkey-issuer", "serve", "--listen", f"127.0.0.1:{port}", "--key", key,
                         *options)
        self.url = self.wait_for(r"listening on (\S+)").group(1)
        self.port = int(self.url.rpartition(":")[2])
        self.control_url = self.wait_for(r"control on (\S+)").group(1)

    def control(self, path, body=None):
        request = urllib.request.Request(f"{self.control_url}/control/{path}", data=json.dumps(body or {}).encode(),
                                         method="GET" if path in ("stats", "faults") else "POST")
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            text = answer.read().decode()
        return json.loads(text) if text.startswith("{") else text

    def mint(self, **order):
        """A token; the names are those of the options of `latchkey-issuer mint`."""
        command = [str(BIN / "latchkey-issuer"), "mint", "--issuer-url", self.control_url]
        for name, value in order.items():
            for one in value if isinstance(value, list) else [value]:
                command.append(f"--{name.replace('_', '-')}={one}")
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def fetches(self):
        """How often the key set has been asked for."""
        requests = self.control("stats")["requests"]
        return requests.get("GET /.well-known/jwks.json", 0)


class Latchkey(Program):
    """The server with the shipped configuration, on free ports."""

    @staticmethod
    def command(issuer_url, *options, config=CONFIG):
        """The command line that runs it."""
        cert, key = certificate()
        settings = {
            "server.listen": '["127.0.0.1:0"]',
            "server.tls.certificate": cert,
            "server.tls.private_key": key,
            "admin.listen": "127.0.0.1:0",
            "issuer.0.issuer": issuer_url,
            "issuer.0.jwks_uri": f"{issuer_url}/.well-known/jwks.json",
        }
        if os.environ.get("SANDBOX"):
            settings["server.sandbox"] = os.environ["SANDBOX"]
        command = [BIN / "latchkey", "serve", "--config", config]
        for path, value in settings.items():
            command += ["--set", f"{path}={value}"]
        for option in options:
            command += ["--set", option]
        return [str(part) for part in command]

    def __init__(self, issuer_url, *options, config=CONFIG, environment=None, wait=True, under=()):
        """`under`: the words of a command that runs it, such as one that sets limits first."""
        super().__init__(*under, *self.command(issuer_url, *options, config=config), environment=environment)
        if wait:
            self.await_listening()

    def await_listening(self):
        listening = self.wait_for(r'"listening","url":"https://127\.0\.0\.1:(\d+)"')
        self.port = int(listening.group(1))
        admin = self.wait_for(r'"admin_listening","url":"(http://127\.0\.0\.1:\d+)"')
        self.admin = admin.group(1)
        return self

    def readyz(self):
        try:
            with urllib.request.urlopen(f"{self.admin}/readyz", timeout=PATIENCE) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code

    def status(self, issuer=0):
        """What /status says of one issuer."""
        with urllib.request.urlopen(f"{self.admin}/status", timeout=PATIENCE) as answer:
            return json.load(answer)["issuers"][issuer]

    def failed_fetches(self):
        fetches = self.status()["fetches"]
        return sum(fetches.values()) - fetches["ok"] - fetches["not_modified"]

    def await_ready(self):
        until = time.monotonic() + PATIENCE
        while self.readyz() != 200:
            if time.monotonic() > until:
                raise AssertionError("not ready:\n" + "\n".join(self.lines))
            time.sleep(0.02)
        return self

    def request(self, method, path, token=None, fields=(), body=b""):
        """One request on a connection of its own."""
        if token is not None:
            fields = (*fields, ("Authorization", f"Bearer {token}"))
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        if body:
            head += f"Content-Length: {len(body)}\r\n"
        text = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}\r\n"
        return self.exchange(text.encode() + body)

    def exchange(self, sent, patience=PATIENCE):
        """Sends the bytes over TLS as they are and reads one answer, or nothing."""
        with self.connect(patience) as stream:
            try:
                stream.sendall(sent)
            except OSError:
                pass  # refused before all was taken: the answer says why
            return Answer.parse(read_to_end(stream))

    def connect(self, patience=PATIENCE):
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=patience)
        return tls().wrap_socket(raw, server_hostname="localhost")


def tls():
    context = ssl.create_default_context(cafile=certificate()[0])
    context.set_alpn_protocols(["http/1.1"])
    return context


def read_to_end(stream):
    text = bytearray()
    while True:
        try:
            piece = stream.recv(65536)
        except (ConnectionError, ssl.SSLError):
            piece = b""
        if not piece:
            return bytes(text)
        text += piece


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    @classmethod
    def parse(cls, text):
        if not text:
            return None
        head, _, body = text.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        fields = {}
        for line in lines:
            name, _, value = line.partition(":")
            fields[name.lower()] = value.strip()
        return cls(int(first.split()[1]), fields, body)

    def json(self):
        return json.loads(self.body)


class Load:
    """Many requests at once over TLS, each connection with its own coroutine."""

    def __init__(self, port):
        self.port = port
        self.context = tls()

    async def one(self, path, token):
        """The status of one request on a new connection."""
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=self.context, server_hostname="localhost")
        try:
            return await self.ask(reader, writer, path, token)
        finally:
            writer.transport.abort()

    @staticmethod
    async def ask(reader, writer, path, token):
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), PATIENCE)).decode().lower()
        length = int(re.search(r"content-length: (\d+)", head).group(1))
        await reader.readexactly(length)
        return int(head.split()[1])


def check_rows(test, done):
    """Whether every row of a command that shows faults holds, and whether its exit status says so."""
    test.assertIn(done.returncode, (0, 1), done.stderr)
    found = json.loads(done.stdout)
    for row in found["rows"]:
        with test.subTest(row["fault"]):
            if row.get("skipped"):
                test.skipTest(row["measured"])
            test.assertTrue(row["ok"], f"required: {row['required']}; measured: {row['measured']}")
    test.assertTrue(found["rows"])
    test.assertEqual(done.returncode, 0)


def main():
    unittest.main(verbosity=2)
