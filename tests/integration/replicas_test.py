"""Several servers side by side: what docs/deploy.md says of replicas, with the balancer's configuration that is shipped."""

import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import unittest

import harness
from harness import PATIENCE, free_port, scratch
from site_of_its_own import Serving, Site, WithIssuer, eventually

LIMITED = """
[[route]]
path = "/limited"
methods = ["GET"]
public = true
handler = "notes.read"
[[route.limit]]
by = "address"
rate = "2/h"
[[server.listener]]
listen = ["127.0.0.1:PROXIED"]
proxy_protocol = true
"""


class Replicas(WithIssuer):
    def setUp(self):
        self.fetched_before = self.issuer.fetches()
        self.proxied = [free_port(), free_port()]
        self.servers = []
        for port in self.proxied:
            site = Site(self.issuer, extra=LIMITED.replace("PROXIED", str(port)),
                        server='trusted_proxies = ["127.0.0.1"]', level="debug")
            server = Serving(site)
            self.addCleanup(server.stop)
            eventually(lambda one=server: one.readyz() == 200, "it has keys")
            self.servers.append(server)

    def requests(self):
        return [len(one.events("request")) for one in self.servers]

    def test_each_fetches_keys_for_itself(self):
        self.assertEqual(self.issuer.fetches() - self.fetched_before, 2)

    def test_a_session_of_one_is_a_new_one_for_the_other(self):
        context = harness.tls()
        context.maximum_version = ssl.TLSVersion.TLSv1_2

        def connect(server, session):
            raw = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
            return context.wrap_socket(raw, server_hostname="localhost", session=session)
        with connect(self.servers[0], None) as stream:
            session = stream.session
        for server, resumed in ((self.servers[0], True), (self.servers[1], False)):
            with connect(server, session) as stream:
                self.assertEqual(stream.session_reused, resumed)

    @unittest.skipUnless(shutil.which("haproxy"), "there is no HAProxy here")
    def test_behind_a_balancer_of_tcp(self):
        front = self.balance()
        token = self.issuer.mint(scope="example:note:read")
        for _ in range(10):
            self.assertEqual(self.ask(front, "/notes", token).status, 200)
        eventually(lambda: sum(self.requests()) == 10, "all requests are in the logs")
        self.assertTrue(all(self.requests()), "both have had some")
        self.assertEqual({one["peer"] for server in self.servers for one in server.events("request")}, {"127.0.0.3"})

        # Each gives out what a limit allows.
        passed = [self.ask(front, "/limited").status for _ in range(12)]
        self.assertEqual(sorted(set(passed)), [200, 429])
        self.assertEqual(passed.count(200), 4)

        # One ends, and nobody notices.
        self.servers[0].process.send_signal(15)
        while self.servers[0].process.poll() is None:
            self.assertEqual(self.ask(front, "/notes", token).status, 200)
        for _ in range(10):
            self.assertEqual(self.ask(front, "/notes", token).status, 200)
        self.assertEqual(self.servers[0].wait(), 0)

    def balance(self):
        """The shipped configuration, with the addresses of this test."""
        front = free_port()
        text = (harness.ROOT / "conf" / "haproxy" / "latchkey.cfg").read_text()
        text = text.replace("bind :443", f"bind 127.0.0.1:{front}")
        text = text.replace("timeout check 2s", f"timeout check {PATIENCE}s")  # this machine may be slow
        rows = iter(zip(self.proxied, self.servers))

        def row(match):
            port, server = next(rows)
            return f"    server {match.group(1)} 127.0.0.1:{port} port {server.site.admin_port}\n"
        text = re.sub(r"^    server (\w+) \S+\n", row, text, flags=re.M)
        path = pathlib.Path(scratch(f"balancer-{front}.cfg"))
        path.write_text(text)
        running = subprocess.Popen(["haproxy", "-db", "-f", str(path)], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        eventually(lambda: running.poll() is not None or self.listens(front), "HAProxy listens")
        self.assertIsNone(running.poll(), "HAProxy takes the configuration")
        return front

    @staticmethod
    def listens(port):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            return False
        return True

    @staticmethod
    def ask(port, path, token=None):
        """One request on a connection of its own, from 127.0.0.3."""
        fields = f"Authorization: Bearer {token}\r\n" if token else ""
        raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=("127.0.0.3", 0))
        with harness.tls().wrap_socket(raw, server_hostname="localhost") as stream:
            stream.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{fields}\r\n".encode())
            return harness.Answer.parse(harness.read_to_end(stream))


if __name__ == "__main__":
    harness.main()
