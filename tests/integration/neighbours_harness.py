"""Other proxies in front of an API, each with the configuration of conf/neighbours, that ask a latchkey of the tests'
own. Only ports and paths of files are put in the place of those that are shipped."""

import pathlib
import shutil
import socket
import subprocess
import time

import harness
from harness import PATIENCE, ROOT, Answer, Latchkey, free_port, read_to_end, scratch

SHIPPED = ROOT / "conf" / "neighbours"


def await_listener(port):
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise AssertionError(f"nothing listens at {port}")


class Checker(Latchkey):
    """A latchkey with conf/neighbours/latchkey.toml; `more` comes behind it."""

    def __init__(self, issuer_url, *options, more="", **settings):
        self.check_port = free_port()
        text = (SHIPPED / "latchkey.toml").read_text()
        self.path = pathlib.Path(scratch(f"checker-{self.check_port}.toml"))
        self.path.write_text(text.replace("127.0.0.1:8444", f"127.0.0.1:{self.check_port}") + more)
        super().__init__(issuer_url, *options, config=self.path, **settings)
        await_listener(self.check_port)

    def check(self, fields=(), path="/_latchkey/check", method="GET", source="127.0.0.1", token=None, body=b""):
        """The answer to a check, asked by `source`."""
        if token is not None:
            fields = (*fields, ("Authorization", f"Bearer {token}"))
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        return self.send(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}\r\n".encode() + body,
                         source)

    def send(self, text, source="127.0.0.1"):
        return send(self.check_port, text, source)


def send(port, text, source="127.0.0.1"):
    """Sends bytes as they are, and reads one answer to the end of the connection."""
    # For all of a body that is sent, on a machine that has much to do.
    with socket.create_connection(("127.0.0.1", port), 4 * PATIENCE, (source, 0)) as stream:
        try:
            stream.sendall(text)
        except OSError:
            pass  # refused before all was taken: the answer says why
        return Answer.parse(read_to_end(stream))


class Neighbour:
    """One of the proxies, between `port` and the API."""

    program = None
    listens = "127.0.0.1:8080"

    @classmethod
    def is_here(cls):
        return shutil.which(cls.program) is not None

    def __init__(self, check_port, api_port):
        self.port = free_port()
        self.folder = pathlib.Path(scratch(f"{self.program}-{self.port}"))
        self.folder.mkdir()
        self.addresses = {self.listens: self.listens.replace("8080", str(self.port)),
                          "127.0.0.1:8444": f"127.0.0.1:{check_port}", "127.0.0.1:9000": f"127.0.0.1:{api_port}"}
        with open(self.folder / "out", "w") as out:
            self.process = subprocess.Popen(self.command(), stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            await_listener(self.port)
        except AssertionError:
            self.stop()
            raise AssertionError((self.folder / "out").read_text())

    def configuration(self, name, also=None):
        """The path of the shipped one, with the addresses of this run, and `also` what it says replaced."""
        text = (SHIPPED / name).read_text()
        for old, new in {**self.addresses, **(also or {})}.items():
            assert old in text, old
            text = text.replace(old, new)
        path = self.folder / name
        path.write_text(text)
        return path

    def stop(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def request(self, method, path, token=None, fields=(), body=b"", source="127.0.0.1"):
        if token is not None:
            fields = (*fields, ("Authorization", f"Bearer {token}"))
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        if body:
            head += f"Content-Length: {len(body)}\r\n"
        text = f"{method} {path} HTTP/1.1\r\nHost: api.example\r\nConnection: close\r\n{head}\r\n"
        return send(self.port, text.encode("latin-1") + body, source)


class Nginx(Neighbour):
    program = "nginx"

    def command(self):
        # As root it would otherwise ask for a user of its own, who may not write here.
        folders = " ".join(f"{kind}_temp_path {self.folder}/{kind};"
                           for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        path = self.configuration("nginx.conf", also={"http {": "http { " + folders})
        return ["nginx", "-c", str(path), "-e", str(self.folder / "error.log"), "-g",
                f"daemon off; master_process off; pid {self.folder}/pid;"]


class Haproxy(Neighbour):
    program = "haproxy"

    def command(self):
        script = self.folder / "latchkey.lua"
        shutil.copy(SHIPPED / "latchkey.lua", script)
        path = self.configuration("haproxy.cfg", also={"/etc/haproxy/latchkey.lua": str(script)})
        return ["haproxy", "-db", "-f", str(path)]


class Caddy(Neighbour):
    program = "caddy"
    listens = ":8080 {"

    def command(self):
        path = self.configuration("Caddyfile")
        return ["env", f"XDG_DATA_HOME={self.folder}", f"XDG_CONFIG_HOME={self.folder}", "caddy", "run", "--config",
                str(path), "--adapter", "caddyfile"]
