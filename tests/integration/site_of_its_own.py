"""A server whose configuration is in a file of its own, which a test or a benchmark changes while it runs."""

import json
import os
import pathlib
import socket
import ssl
import subprocess
import time
import unittest
import urllib.error
import urllib.request

import harness
from harness import PATIENCE, Issuer, Latchkey, free_port, scratch


def eventually(check, what, patience=PATIENCE):
    until = time.monotonic() + patience
    while not (seen := check()):
        if time.monotonic() > until:
            raise AssertionError(f"never: {what}")
        time.sleep(0.02)
    return seen


def make_certificate(name, *names, kind="ec"):
    """Paths of a self-signed certificate for these names and of its key."""
    cert, key = scratch(f"{name}.pem"), scratch(f"{name}.key")
    new = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else ["rsa:2048"]
    alternatives = ",".join(f"DNS:{one}" for one in names)
    subprocess.run(["openssl", "req", "-x509", "-newkey", *new, "-nodes", "-days", "30", "-subj", f"/CN={name}",
                    "-addext", f"subjectAltName={alternatives}", "-keyout", key, "-out", cert],
                   check=True, stderr=subprocess.DEVNULL)
    return cert, key


class Site:
    """A configuration in a file of its own, which the test changes."""

    def __init__(self, issuer, **settings):
        self.path = pathlib.Path(scratch(f"site-{free_port()}.toml"))
        self.port, self.admin_port = free_port(), free_port()
        cert, key = harness.certificate()
        self.values = {
            "listen": [f"127.0.0.1:{self.port}"], "certificate": cert, "private_key": key, "reload": "request",
            "issuers": [(issuer.url, f"{issuer.url}/.well-known/jwks.json")], "audience": "account",
            "scope": "example:note:read", "tls": "", "server": "", "level": "info", "extra": "", **settings}
        self.write()

    def write(self, **changed):
        self.values.update(changed)
        v = self.values
        text = f"""
[server]
listen = {json.dumps(v['listen'])}
reload = "{v['reload']}"
{v['server']}
[server.tls]
certificate = "{v['certificate']}"
private_key = "{v['private_key']}"
{v['tls']}
[admin]
listen = "127.0.0.1:{self.admin_port}"
[log]
level = "{v['level']}"
"""
        for issuer, keys in v["issuers"]:
            text += f"""
[[issuer]]
issuer = "{issuer}"
jwks_uri = "{keys}"
audiences = ["{v['audience']}"]
[issuer.cache]
cooldown = "1s"
"""
        text += f"""
[[route]]
path = "/notes"
methods = ["GET"]
scopes = ["{v['scope']}"]
handler = "notes.read"
{v['extra']}
"""
        # Renamed into place, as editors and tools do.
        part = self.path.with_suffix(".new")
        part.write_text(text)
        os.replace(part, self.path)


class Serving(Latchkey):
    def __init__(self, site, under=()):
        sandbox = os.environ.get("SANDBOX")
        harness.Program.__init__(self, *under, harness.BIN / "latchkey", "serve", "--config", site.path,
                                 *(["--set", f"server.sandbox={sandbox}"] if sandbox else []))
        self.site = site
        self.port, self.admin = site.port, f"http://127.0.0.1:{site.admin_port}"
        eventually(self.is_live, "the server answers")

    def is_live(self):
        try:
            with urllib.request.urlopen(f"{self.admin}/livez", timeout=PATIENCE) as answer:
                return answer.status == 200
        except OSError:
            return False

    def reload(self):
        """What POST /reload says: the status and the report."""
        request = urllib.request.Request(f"{self.admin}/reload", data=b"", method="POST")
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def reload_taken(self):
        """Reloads, and fails with what is wrong where the server does not take it."""
        status, report = self.reload()
        if status != 200:
            raise AssertionError(f"{status}: {report}")

    def configuration(self):
        with urllib.request.urlopen(f"{self.admin}/status", timeout=PATIENCE) as answer:
            return json.load(answer)["configuration"]

    def metric(self, name):
        with urllib.request.urlopen(f"{self.admin}/metrics", timeout=PATIENCE) as answer:
            for line in answer.read().decode().splitlines():
                if line.startswith(name + " ") or line.startswith(name + "{"):
                    return float(line.rpartition(" ")[2])
        return None

    def shown(self, name="localhost", port=None, ciphers=None):
        """The certificate, in DER, that a client is shown."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if ciphers:
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            context.set_ciphers(ciphers)
        with socket.create_connection(("127.0.0.1", port or self.port), timeout=PATIENCE) as raw:
            with context.wrap_socket(raw, server_hostname=name) as stream:
                return stream.getpeercert(binary_form=True)

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def der_of(path):
    return ssl.PEM_cert_to_DER_cert(pathlib.Path(path).read_text())


class WithIssuer(unittest.TestCase):
    """One issuer for all tests, and a server for each."""

    @classmethod
    def setUpClass(cls):
        cls.issuer = Issuer()
        cls.token = cls.issuer.mint(audience="account", scope="example:note:read")

    @classmethod
    def tearDownClass(cls):
        cls.issuer.stop()

    def serve(self, **settings):
        site = Site(self.issuer, **settings)
        server = Serving(site)
        self.addCleanup(server.stop)
        server.await_ready()
        return site, server
