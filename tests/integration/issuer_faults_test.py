"""The development issuer's faults, as they look on the wire to a client that reads raw bytes."""

import gzip
import json
import re
import socket
import ssl
import time
import unittest
import urllib.error
import urllib.request

import harness

JWKS = "/.well-known/jwks.json"
CONFIGURATION = "/.well-known/openid-configuration"


def refusal(call, *arguments):
    """The status and the text of what must be refused."""
    try:
        call(*arguments)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    raise AssertionError("was not refused")


class Wire(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.issuer = harness.Issuer()
        cls.sound = urllib.request.urlopen(cls.issuer.url + JWKS, timeout=5).read()

    @classmethod
    def tearDownClass(cls):
        assert cls.issuer.stop() == 0

    def setUp(self):
        self.issuer.control("reset")

    def connect(self, patience=5):
        stream = socket.create_connection(("127.0.0.1", self.issuer.port), timeout=patience)
        self.addCleanup(stream.close)
        return stream

    def ask(self, path=JWKS, fields="", patience=5):
        """A connection on which the document has been asked for."""
        stream = self.connect(patience)
        stream.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{fields}\r\n".encode())
        return stream

    def get(self, path=JWKS, fields=""):
        return harness.Answer.parse(harness.read_to_end(self.ask(path, fields)))

    def show(self, kind, **members):
        self.issuer.control("fail", {"kind": kind, **members})

    def counted(self, kind):
        return self.issuer.control("stats")["faults"].get(kind, 0)

    def assert_sound(self):
        answer = self.get()
        self.assertEqual((answer.status, answer.body), (200, self.sound))

    def test_all_kinds_are_listed_and_others_refused(self):
        listed = self.issuer.control("faults")["faults"]
        page = (harness.ROOT / "docs" / "issuer.md").read_text()
        rows = re.search(r"\| kind \|.*?\n\n", page, re.DOTALL).group().strip().splitlines()[2:]
        named = [name for row in rows for name in re.findall(r"`([a-z-]+)`", row.split("|")[1])]
        self.assertEqual({one["kind"] for one in listed}, set(named))
        self.assertTrue(all(one["description"] for one in listed))
        for order, word in (({"kind": "earthquake"}, "drip-body"), ({"kind": "expired"}, "TLS"),
                            ({"kind": "slow", "body": "x"}, "body"), ({"kind": "error", "status": 501}, "status"),
                            ({"kind": "no-keys", "interval_ms": 0}, "interval_ms"),
                            ({"kind": "many-keys", "document": "configuration"}, "key set")):
            with self.subTest(order):
                status, text = refusal(self.issuer.control, "fail", order)
                self.assertEqual(status, 400)
                self.assertIn(word, text)
        self.assert_sound()

    def test_statuses(self):
        for kind, status in (("not-found", 404), ("error", 500), ("unavailable", 503)):
            with self.subTest(kind):
                self.show(kind)
                answer = self.get()
                self.assertEqual(answer.status, status)
                self.assertEqual(answer.fields.get("retry-after"), "7" if status == 503 else None)
        self.show("unavailable", retry_after=30)
        self.assertEqual(self.get().fields["retry-after"], "30")
        self.assertEqual(self.counted("unavailable"), 2)

    def test_bodies(self):
        for kind, body in (("empty-object", b"{}"), ("keys-object", b'{"keys":{}}'), ("no-keys", b'{"keys":[]}'),
                           ("truncated", self.sound[:len(self.sound) // 2])):
            with self.subTest(kind):
                self.show(kind)
                answer = self.get()
                self.assertEqual((answer.status, answer.body), (200, body))
                self.assertEqual(int(answer.fields["content-length"]), len(body))
                self.assertEqual(answer.fields["content-type"], "application/json")
        self.show("html")
        self.assertIn("text/html", self.get().fields["content-type"])
        self.show("content-type")
        answer = self.get()
        self.assertEqual((answer.fields["content-type"], answer.body), ("text/plain", self.sound))
        self.show("gzip", cache_control="max-age=60")
        answer = self.get()
        self.assertEqual(answer.fields["content-encoding"], "gzip")
        self.assertEqual(answer.fields["cache-control"], "max-age=60")
        self.assertEqual(gzip.decompress(answer.body), self.sound)

    def test_key_sets(self):
        sound = json.loads(self.sound)["keys"]
        self.show("many-keys")
        many = self.get().json()["keys"]
        self.assertEqual(len(many), 10000)
        self.assertEqual(len({key["kid"] for key in many}), 10000)
        self.assertEqual(many[:len(sound)], sound)
        self.show("duplicate-kid")
        twice = self.get().json()["keys"]
        self.assertEqual([key["kid"] for key in twice], [key["kid"] for key in sound for _ in (1, 2)])
        self.assertEqual(twice[::2], sound)
        self.assertNotEqual(twice[0]["n"], twice[1]["n"])

    def test_redirects(self):
        for kind, location in (("redirect-self", self.issuer.url + JWKS),
                               ("redirect-host", f"http://127.0.0.2:{self.issuer.port}{JWKS}"),
                               ("redirect-http", self.issuer.url + JWKS)):
            with self.subTest(kind):
                self.show(kind)
                answer = self.get()
                self.assertEqual((answer.status, answer.fields["location"]), (302, location))
        for status in (301, 307, 308):
            self.show("redirect-host", status=status, location="https://idp.example/k")
            answer = self.get()
            self.assertEqual((answer.status, answer.fields["location"]), (status, "https://idp.example/k"))

    def test_slow(self):
        for members, least in (({"delay_ms": 300}, 0.3), ({}, 1)):
            self.show("slow", **members)
            begun = time.monotonic()
            self.assert_sound()
            took = time.monotonic() - begun
            self.assertGreaterEqual(took, least)
            self.assertLess(took, least + 2)

    def test_refuse_and_the_counts_of_connections(self):
        idle = self.connect()
        idle.sendall(f"HEAD {JWKS} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        self.assertIn(b" 200 ", idle.recv(4096), "the issuer has accepted it: one still in the backlog goes with its listener")
        self.show("refuse")
        with self.assertRaises(ConnectionRefusedError):
            self.connect()
        idle.sendall(f"GET {JWKS} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        with self.assertRaises(ConnectionResetError):
            idle.recv(100)
        stats = self.issuer.control("stats")
        self.assertEqual((stats["connections"], stats["faults"]), (1, {"refuse": 1}))
        self.show("refuse")
        with self.assertRaises(ConnectionRefusedError):
            self.connect()
        for _ in range(3):  # it can be done again, on the same port
            self.issuer.control("heal")
            self.assert_sound()
            self.show("refuse")
            with self.assertRaises(ConnectionRefusedError):
                self.connect()
        self.show("error")
        self.assertEqual(self.get().status, 500, "another fault takes its place")
        self.assertEqual(self.issuer.control("stats")["connections"], 5)

    def test_silence(self):
        self.show("silence")
        stream = self.ask(patience=0.6)
        with self.assertRaises(TimeoutError):
            stream.recv(1)
        self.assertEqual(self.counted("silence"), 1)
        stream.settimeout(5)
        self.issuer.control("heal")
        self.assertEqual(stream.recv(1), b"", "ends when the fault does, and is never answered")
        self.assertEqual(self.counted("silence"), 1, "heal keeps the counts")
        self.issuer.control("reset")
        self.assertEqual(self.counted("silence"), 0)

    def test_reset(self):
        self.show("reset")
        stream = self.ask()
        text = b""
        with self.assertRaises(ConnectionResetError):
            while piece := stream.recv(65536):
                text += piece
        answer = harness.Answer.parse(text)
        self.assertEqual(int(answer.fields["content-length"]), len(self.sound))
        self.assertTrue(0 < len(answer.body) < len(self.sound))

    def test_lengths_that_lie(self):
        for kind, compare in (("short-length", self.assertLess), ("long-length", self.assertGreater)):
            with self.subTest(kind):
                self.show(kind)
                answer = self.get()
                compare(int(answer.fields["content-length"]), len(self.sound))
                self.assertEqual(answer.body, self.sound)

    def test_drips(self):
        self.show("drip-head", interval_ms=50)
        stream = self.ask()
        begun = time.monotonic()
        self.assertEqual([stream.recv(100) for _ in range(6)], [b"H", b"T", b"T", b"P", b"/", b"1"])
        self.assertGreater(time.monotonic() - begun, 0.2)
        self.show("drip-body", interval_ms=50)
        self.assertEqual(stream.recv(100)[1:], b"", "the drip before ended")
        stream = self.ask()
        text = stream.recv(4096)
        while b"\r\n\r\n" not in text:
            text += stream.recv(4096)
        head, body = text.split(b"\r\n\r\n")
        self.assertIn(f"content-length: {len(self.sound)}".encode(), head)
        self.assertLess(len(body), 3)
        self.assertEqual([len(stream.recv(100)) for _ in range(4)], [1] * 4)
        self.show("drip-body")
        stream = self.ask()
        text = stream.recv(4096)
        while not text.endswith(b"\r\n\r\n{"):
            text += stream.recv(4096)
        begun = time.monotonic()
        stream.recv(1)
        stream.recv(1)
        self.assertGreater(time.monotonic() - begun, 0.35, "400 ms unless told otherwise")

    def test_huge(self):
        self.show("huge")
        answer = self.get()
        self.assertEqual(int(answer.fields["content-length"]), 60_000_000)
        self.assertEqual(len(answer.body), 60_000_000)
        self.assertEqual(answer.body.rstrip(), self.sound)

    def take(self, stream, size):
        text = bytearray()
        while len(text) < size:
            piece = stream.recv(1 << 20)
            self.assertTrue(piece, "ended")
            text += piece
        return bytes(text)

    def test_endless(self):
        self.show("endless")
        stream = self.ask()
        text = self.take(stream, 20_000_000)
        self.assertIn(b"transfer-encoding: chunked\r\n", text[:1000])
        self.assertIn(b"\r\n\r\n%x\r\n" % len(self.sound) + self.sound + b"\r\n4000\r\n    ", text[:5000])
        self.assertNotIn(b"\r\n0\r\n", text)
        self.issuer.control("reset")
        harness.read_to_end(stream)

    def test_interim_flood(self):
        self.show("interim-flood")
        text = self.take(self.ask(), 5_000_000)
        statuses = set(re.findall(rb"HTTP/1.1 (\d+)", text))
        self.assertEqual(statuses, {b"100", b"103"})

    def test_ends_in_time_under_a_flood(self):
        other = harness.Issuer("--fault", "endless")
        with socket.create_connection(("127.0.0.1", other.port), timeout=5) as stream:
            stream.sendall(f"GET {JWKS} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
            stream.recv(1000)
            begun = time.monotonic()
            self.assertEqual(other.stop(), 0)
            self.assertLess(time.monotonic() - begun, 4)

    def test_documents_fail_on_their_own(self):
        self.show("error", document="configuration")
        self.assert_sound()
        self.assertEqual(self.get(CONFIGURATION).status, 500)
        self.show("no-keys")
        self.assertEqual(self.get().json(), {"keys": []})
        self.assertEqual(self.issuer.control("stats")["faults"], {"error": 1, "no-keys": 1})
        self.issuer.control("heal")
        self.assert_sound()
        self.assertEqual(self.get(CONFIGURATION).status, 200)

    def test_the_controls_are_on_the_main_listener_as_well(self):
        request = urllib.request.Request(self.issuer.url + "/control/fail", b'{"kind":"no-keys"}')
        self.assertEqual(urllib.request.urlopen(request, timeout=5).status, 204)
        self.assertEqual(self.get().json(), {"keys": []})
        with self.assertRaises(urllib.error.HTTPError):
            urllib.request.urlopen(self.issuer.control_url + JWKS, timeout=5)

    def test_who_has_the_key_set_already_is_told_so(self):
        tag = self.get().fields["etag"]
        self.assertRegex(tag, '^"[A-Za-z0-9_-]+"$')
        same = self.get(fields=f'If-None-Match: "other", W/{tag}\r\n')
        self.assertEqual((same.status, same.fields["etag"], same.body), (304, tag, b""))
        self.assertEqual(self.get(fields='If-None-Match: "other"\r\n').status, 200)
        self.issuer.control("rotate", {"step": "publish"})
        answer = self.get(fields=f"If-None-Match: {tag}\r\n")
        self.assertEqual(answer.status, 200)
        self.assertNotEqual(answer.fields["etag"], tag)
        self.issuer.control("rotate", {"step": "drop-old"})
        self.assertEqual(self.get().fields["etag"], tag)
        self.show("empty-object")
        self.assertEqual(self.get(fields=f"If-None-Match: {tag}\r\n").body, b"{}")

    def test_thousands_of_tokens(self):
        tokens = self.issuer.control("mint", {"count": 3000, "kids": True}).split()
        self.assertEqual(len(set(tokens)), 3000)
        self.assertEqual({token.count(".") for token in tokens}, {2})


class Options(unittest.TestCase):
    def start(self, *options):
        issuer = harness.Issuer(*options)
        self.addCleanup(issuer.stop)
        return issuer

    def test_faults_from_the_start(self):
        issuer = self.start("--fault", "unavailable,retry_after=30", "--fault", "not-found,document=configuration",
                            "--cache-control", "max-age=60, stale-if-error=5")
        for path, status in ((JWKS, 503), (CONFIGURATION, 404)):
            self.assertEqual(refusal(urllib.request.urlopen, issuer.url + path)[0], status)
        issuer.control("reset")
        answer = urllib.request.urlopen(issuer.url + JWKS, timeout=5)
        self.assertEqual(answer.headers["cache-control"], "max-age=60, stale-if-error=5")

    def test_refuses_from_the_start(self):
        issuer = self.start("--fault", "refuse")
        with self.assertRaises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", issuer.port), timeout=5)
        issuer.control("heal")
        urllib.request.urlopen(issuer.url + JWKS, timeout=5)

    def test_what_cannot_be_shown_ends_it(self):
        for options, status, word in ((("--fault", "earthquake"), 2, "drip-body"),
                                      (("--fault", "expired"), 1, "TLS"),
                                      (("--control", "0.0.0.0:0"), 1, "loopback")):
            with self.subTest(options):
                program = harness.Program(harness.BIN / "latchkey-issuer", "serve", "--listen", "127.0.0.1:0", *options)
                self.assertEqual(program.wait(), status)
                self.assertIn(word, "\n".join(program.lines))


class Certificates(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.certificate, key = harness.certificate()
        cls.issuer = harness.Issuer("--tls-certificate", cls.certificate, "--tls-key", key)

    @classmethod
    def tearDownClass(cls):
        assert cls.issuer.stop() == 0

    def setUp(self):
        self.issuer.control("reset")

    def get(self, verify_time=True, name="localhost"):
        context = ssl.create_default_context(cafile=self.certificate)
        if not verify_time:
            context.verify_flags |= 0x200000  # X509_V_FLAG_NO_CHECK_TIME
        raw = socket.create_connection(("127.0.0.1", self.issuer.port), timeout=5)
        self.addCleanup(raw.close)
        with context.wrap_socket(raw, server_hostname=name) as stream:
            stream.sendall(f"GET {JWKS} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
            return harness.Answer.parse(harness.read_to_end(stream))

    def why_not(self, **how):
        with self.assertRaises(ssl.SSLCertVerificationError) as refused:
            self.get(**how)
        return refused.exception.verify_message

    def test_each_has_one_thing_wrong_and_can_be_healed(self):
        self.assertEqual(self.get().status, 200)
        self.issuer.control("fail", {"kind": "expired"})
        self.assertIn("expired", self.why_not())
        self.assertEqual(self.get(verify_time=False).status, 200)
        self.issuer.control("fail", {"kind": "wrong-host"})
        self.assertIn("Hostname mismatch", self.why_not())
        self.assertEqual(self.get(name="wrong-host.invalid").status, 200)
        self.issuer.control("fail", {"kind": "self-signed"})
        self.assertIn("self-signed", self.why_not().replace("self signed", "self-signed"))
        stats = self.issuer.control("stats")
        self.assertEqual(stats["faults"], {"expired": 2, "wrong-host": 2, "self-signed": 1})
        self.assertEqual(stats["connections"], 6)
        self.issuer.control("heal")
        self.assertEqual(self.get().status, 200)

    def test_other_faults_are_shown_over_tls_as_well(self):
        for kind, body in (("no-keys", b'{"keys":[]}'), ("redirect-http", b"")):
            self.issuer.control("fail", {"kind": kind})
            answer = self.get()
            self.assertEqual(answer.body, body)
        self.assertEqual(answer.fields["location"], f"http://127.0.0.1:{self.issuer.port}{JWKS}")
        self.issuer.control("fail", {"kind": "reset"})
        answer = self.get()
        self.assertLess(len(answer.body), int(answer.fields["content-length"]))


if __name__ == "__main__":
    harness.main()
