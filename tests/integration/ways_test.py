"""Ways to others: a name server that does not answer, names of upstreams by their time to live, keys over http.

Runs in a network and a file system of its own, in which this test is the name server. Skipped where the system allows
no such thing.
"""

import contextlib
import json
import os
import pathlib
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest

import harness
from site_of_its_own import Serving, Site, eventually
from upstream import Upstream, answer

NAMESPACE = ["unshare", "--map-root-user", "--mount", "--net"]
INSIDE = "LATCHKEY_WAYS_TEST_INSIDE"

PUBLIC = """
[[upstream]]
name = "api"
addresses = {addresses}
resolve = "1h"

[[route]]
path = "/*"
methods = ["*"]
public = true
upstream = "api"
"""

STUCK = """
[[issuer]]
issuer = "https://stuck.example/"
audiences = ["account"]
{more}
"""


def public(*addresses):
    return PUBLIC.format(addresses=json.dumps(addresses))


def config_with(more=""):
    """The shipped configuration with a second issuer, whose name is never answered."""
    path = pathlib.Path(harness.scratch("two_issuers.toml"))
    text = harness.CONFIG.read_text()
    path.write_text(text + STUCK.format(more=more))
    return path


class Ways(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        settings = pathlib.Path(harness.scratch("resolv.conf"))
        settings.write_text("nameserver 127.0.0.1\noptions timeout:30 attempts:5\n")
        subprocess.run(["mount", "--bind", settings, "/etc/resolv.conf"], check=True)
        # Takes every question and answers none.
        cls.silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        cls.silent.bind(("127.0.0.1", 53))

    @classmethod
    def tearDownClass(cls):
        cls.silent.close()

    def questions(self):
        self.silent.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                yield self.silent.recv(4096)

    def test_a_name_server_that_does_not_answer_holds_up_its_own_issuer_only(self):
        issuer = harness.Issuer()
        self.addCleanup(issuer.stop)
        token = issuer.mint(scope="example:note:read")
        began = time.monotonic()
        server = harness.Latchkey(issuer.url, "issuer.1.cache.backoff_max=1s", config=config_with())
        self.addCleanup(server.stop)
        self.assertEqual(server.request("GET", "/notes", token).status, 200)
        self.assertLess(time.monotonic() - began, 5)
        until = time.monotonic() + harness.PATIENCE
        while server.status(1)["failures_in_row"] < 2 and time.monotonic() < until:
            time.sleep(0.05)
        stuck = server.status(1)
        self.assertGreaterEqual(stuck["failures_in_row"], 2)
        self.assertEqual(stuck["last_error"]["asked"], "https://stuck.example/.well-known/openid-configuration")
        asked = [one for one in self.questions() if b"stuck" in one]
        self.assertLessEqual(len(asked), 2, "one lookup, of one address of each family")
        issuer.control("rotate")
        fresh = issuer.mint(scope="example:note:read")
        self.assertIn(server.request("GET", "/notes", fresh).status, (200, 401), "not 503")
        began = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - began, 3, "the lookup is not waited for")

    def test_healthcheck_keeps_to_its_timeout(self):
        began = time.monotonic()
        asked = subprocess.run(
            [harness.BIN / "latchkey", "healthcheck", "--url", "https://stuck.example/", "--timeout", "1000"],
            capture_output=True, text=True, timeout=harness.PATIENCE)
        self.assertEqual(asked.returncode, 1, asked.stderr)
        self.assertIn("timeout", asked.stderr)
        self.assertLess(time.monotonic() - began, 3)

    def test_keys_over_http_are_said_once_and_shown(self):
        issuer = harness.Issuer()
        self.addCleanup(issuer.stop)
        config = config_with('jwks_uri = "http://192.0.2.1/keys"')
        refused = subprocess.run([harness.BIN / "latchkey", "check-config", "--config", config],
                                 capture_output=True, text=True)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("allow_http = true", refused.stderr)
        server = harness.Latchkey(issuer.url, config=config_with('jwks_uri = "http://192.0.2.1/keys"\nallow_http = true'))
        self.addCleanup(server.stop)
        self.assertEqual((server.status(0)["over_http"], server.status(1)["over_http"]), (False, True))
        said = server.events("keys_over_http")
        self.assertEqual([one["issuer"] for one in said], ["https://stuck.example/"])


class NameServer:
    """Answers for the IPv4 address of a name with what it is told: name=(address, seconds). A name is a first label."""

    def __init__(self, **answers):
        self.answers = answers
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 53))
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            asked, peer = self._socket.recvfrom(4096)
            if not asked:
                return
            end = asked.index(b"\0", 12) + 5
            (kind,) = struct.unpack_from(">H", asked, end - 4)
            address, ttl = self.answers[asked[13:13 + asked[12]].decode()]
            self.asked += kind == 1
            found = b""
            if kind == 1:
                found = b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, ttl, 4) + socket.inet_aton(address)
            head = asked[:2] + struct.pack(">HHHHH", 0x8180, 1, 1 if found else 0, 0, 0)
            self._socket.sendto(head + asked[12:end] + found, peer)

    def stop(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", 53))
        self._thread.join()
        self._socket.close()


class Names(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        settings = pathlib.Path(harness.scratch("resolv.conf"))
        settings.write_text("nameserver 127.0.0.1\n")
        subprocess.run(["mount", "--bind", settings, "/etc/resolv.conf"], check=True)

    def test_an_upstream_is_looked_up_again_when_its_time_to_live_is_over(self):
        names = NameServer(api=("127.0.0.1", 1))
        self.addCleanup(names.stop)
        before = Upstream(lambda peer, request: peer.send(answer(body=b"before")))
        self.addCleanup(before.stop)
        after = Upstream(lambda peer, request: peer.send(answer(body=b"after")), port=before.port, host="127.0.0.2")
        self.addCleanup(after.stop)
        issuer = harness.Issuer()
        self.addCleanup(issuer.stop)
        server = Serving(Site(issuer, extra=public("http://api.example:%d" % before.port)))
        self.addCleanup(server.stop)
        server.await_ready()

        def answered():
            return server.request("GET", "/x").body

        eventually(lambda: answered() == b"before", "the first address answers")
        names.answers["api"] = ("127.0.0.2", 3600)
        eventually(lambda: answered() == b"after", "the second address answers")
        asked = names.asked
        names.answers["api"] = ("127.0.0.1", 1)
        time.sleep(2.5)
        self.assertEqual(answered(), b"after", "the answer holds for an hour")
        self.assertEqual(names.asked, asked)

    def test_a_connection_is_not_taken_for_one_to_another_name(self):
        """The addresses of two names change places while a request is under way; only one of the two is spoken to by TLS."""
        names = NameServer(plain=("127.0.0.1", 1), secure=("127.0.0.3", 1))
        self.addCleanup(names.stop)
        answered = threading.Event()

        def act(peer, request):
            if request.target == "/first":
                answered.wait(harness.PATIENCE)
            peer.send(answer())

        only = Upstream(act)
        self.addCleanup(only.stop)
        issuer = harness.Issuer()
        self.addCleanup(issuer.stop)
        places = public(f"http://plain.example:{only.port}", f"https://secure.example:{only.port}")
        server = Serving(Site(issuer, extra=places))
        self.addCleanup(server.stop)
        server.await_ready()
        statuses = []
        # Of the two addresses the one that answers: the other refuses, and is gone on from.
        asking = threading.Thread(target=lambda: statuses.append(server.request("GET", "/first").status))
        asking.start()
        eventually(lambda: only.requests, "the request is under way")
        names.answers.update(plain=("127.0.0.4", 3600), secure=("127.0.0.1", 3600))
        asked = names.asked
        # Each is looked up again within a second of its end, and the answers used before the next question.
        eventually(lambda: names.asked >= asked + 2, "both names are looked up again")
        time.sleep(1)
        answered.set()
        asking.join()
        self.assertEqual(statuses, [200])
        for _ in range(8):
            self.assertIn(server.request("GET", "/next").status, (502, 503, 504))
        self.assertEqual([one.target for one in only.requests], ["/first"], "nothing in plain text to the secure one")


if __name__ == "__main__":
    if os.environ.get(INSIDE):
        harness.main()
    possible = subprocess.run([*NAMESPACE, "sh", "-c", "ip link set lo up"], stderr=subprocess.DEVNULL)
    if possible.returncode != 0:
        print("skipped: a network of its own takes unshare and ip, and leave to use them")
        sys.exit(77)
    os.environ[INSIDE] = "1"
    os.execvp(NAMESPACE[0], [*NAMESPACE, sys.executable, *sys.argv])
