"""What goes wrong at the start and what clients send wrong: each has a clear answer."""

import os
import socket
import subprocess
import time
import unittest

import harness

SCOPE = "example:note:read"


def run_latchkey(*arguments):
    return subprocess.run([str(harness.BIN / "latchkey"), *arguments], capture_output=True, text=True,
                          timeout=harness.PATIENCE)


class AtStart(unittest.TestCase):
    def fails_with(self, pattern, *options, **how):
        program = harness.Latchkey("http://127.0.0.1:1", *options, wait=False, **how)
        status = program.wait()
        self.assertNotEqual(status, 0)
        self.assertRegex("\n".join(program.lines), pattern)
        return status

    def test_no_configuration(self):
        missing = run_latchkey("serve", "--config", "/nonexistent/latchkey.toml")
        self.assertNotEqual(missing.returncode, 0)
        self.assertIn("/nonexistent/latchkey.toml", missing.stderr)
        unnamed = run_latchkey("serve")
        self.assertEqual(unnamed.returncode, 2)
        self.assertIn("--config", unnamed.stderr)

    def test_a_fault_in_the_configuration_is_told_with_its_place(self):
        text = harness.CONFIG.read_text().replace("[admin]", "[admin]\nlistn = 1")
        path = harness.scratch("bad.toml")
        with open(path, "w") as file:
            file.write(text)
        line = text[: text.index("listn")].count("\n") + 1
        refused = run_latchkey("serve", "--config", path)
        self.assertEqual(refused.returncode, 1)
        self.assertIn(f"{path}:{line}:1", refused.stderr)
        self.assertIn("listen", refused.stderr, "what was meant")

    def test_a_missing_key(self):
        self.fails_with(r"private key /nonexistent: No such file", "server.tls.private_key=/nonexistent")

    @unittest.skipIf(os.geteuid() == 0, "root can read every file")
    def test_an_unreadable_key(self):
        path = harness.scratch("unreadable.key")
        harness.make_certificate(harness.scratch("unreadable.pem"), path)
        os.chmod(path, 0)
        self.fails_with(r"private key .*: Permission denied", f"server.tls.private_key={path}")

    def test_a_key_that_is_none(self):
        path = harness.scratch("not.key")
        with open(path, "w") as file:
            file.write("hello")
        self.fails_with(r"cannot use the private key", f"server.tls.private_key={path}")

    def test_a_key_of_another_certificate(self):
        other = harness.scratch("other.key")
        harness.make_certificate(harness.scratch("other.pem"), other)
        self.fails_with(r"does not belong to the certificate", f"server.tls.private_key={other}")

    def test_a_port_in_use(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            self.fails_with(rf"cannot listen on 127\.0\.0\.1:{port}: Address already in use",
                            f'server.listen=["127.0.0.1:{port}"]')

    def test_a_port_that_another_latchkey_has(self):
        first = harness.Latchkey("http://127.0.0.1:1")
        self.addCleanup(first.stop)
        self.fails_with(r"another program listens there", f'server.listen=["127.0.0.1:{first.port}"]')


class FromClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.issuer = harness.Issuer()
        cls.server = harness.Latchkey(cls.issuer.url, "server.timeouts.head=600ms", "server.timeouts.handshake=600ms",
                                      "server.timeouts.idle=600ms").await_ready()
        cls.token = cls.issuer.mint(scope=SCOPE + " example:note:create")

    @classmethod
    def tearDownClass(cls):
        # After all that was sent at it, it still answers, and it ends in good order.
        assert cls.server.request("GET", "/notes", cls.token).status == 200
        assert cls.server.stop() == 0
        cls.issuer.stop()

    def test_garbage_instead_of_tls(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=harness.PATIENCE) as raw:
            raw.sendall(b"\0\1\2 garbage")
            self.assertEqual(harness.read_to_end(raw), b"")

    def test_silence_instead_of_a_handshake(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=harness.PATIENCE) as raw:
            begun = time.monotonic()
            self.assertEqual(harness.read_to_end(raw), b"")
            self.assertLess(time.monotonic() - begun, 5)

    def test_half_a_request_then_silence(self):
        answer = self.server.exchange(b"GET /notes HTTP/1.1\r\nHost: a\r\nX-Half: ")
        self.assertEqual(answer.status, 408)
        self.assertEqual(answer.fields["connection"], "close")

    def test_half_a_request_then_gone(self):
        with self.server.connect() as stream:
            stream.sendall(b"GET /notes HT")

    def test_a_megabyte_of_header(self):
        answer = self.server.exchange(b"GET /notes HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 1_000_000 + b"\r\n\r\n")
        self.assertEqual(answer.status, 431)

    def test_a_token_of_100_kb(self):
        answer = self.server.request("GET", "/notes", "a" * 100_000)
        self.assertEqual(answer.status, 431, "past the limit of the head")
        roomy = harness.Latchkey(self.issuer.url, "server.limits.header_bytes=200000").await_ready()
        self.addCleanup(roomy.stop)
        answer = roomy.request("GET", "/notes", "a" * 100_000)
        self.assertEqual(answer.status, 401)
        self.assertIn("token_too_large", answer.fields["www-authenticate"])

    def test_a_body_far_longer_than_what_is_passed_over(self):
        head = (f"POST /notes HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.token}\r\n"
                "Transfer-Encoding: chunked\r\n\r\n").encode()
        with self.server.connect() as stream:
            stream.sendall(head)
            for _ in range(1000):
                stream.sendall(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
            answer = harness.Answer.parse(harness.read_to_end(stream))
        self.assertEqual(answer.status, 200, "the handler reads no body, and the connection ends")

    def test_the_token_is_judged_before_the_body_is_taken(self):
        head = b"POST /notes HTTP/1.1\r\nHost: a\r\nContent-Length: 500000000\r\nExpect: 100-continue\r\n\r\n"
        answer = self.server.exchange(head)
        self.assertEqual(answer.status, 401)
        self.assertEqual(answer.fields["connection"], "close")

    def test_ambiguous_heads(self):
        bearer = f"Authorization: Bearer {self.token}\r\n"
        heads = {
            "two hosts": "GET /notes HTTP/1.1\r\nHost: a\r\nHost: b\r\n" + bearer,
            "no host": "GET /notes HTTP/1.1\r\n" + bearer,
            "two authorizations": "GET /notes HTTP/1.1\r\nHost: a\r\n" + bearer + bearer,
            "folded": "GET /notes HTTP/1.1\r\nHost: a\r\n" + bearer + "X: a\r\n b\r\n",
            "length and coding": "POST /notes HTTP/1.1\r\nHost: a\r\n" + bearer +
                                 "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
            "coding in 1.0": "POST /notes HTTP/1.0\r\nHost: a\r\n" + bearer + "Transfer-Encoding: chunked\r\n",
            "gzip": "POST /notes HTTP/1.1\r\nHost: a\r\n" + bearer + "Transfer-Encoding: gzip\r\n",
            "dot segments": "GET /x/../notes HTTP/1.1\r\nHost: a\r\n" + bearer,
            "encoded slash": "GET /notes%2F HTTP/1.1\r\nHost: a\r\n" + bearer,
        }
        smuggled = "GET /my-token HTTP/1.1\r\nHost: a\r\n" + bearer + "\r\n"
        for name, head in heads.items():
            with self.subTest(name):
                with self.server.connect() as stream:
                    stream.sendall((head + "\r\n" + smuggled).encode())
                    text = harness.read_to_end(stream)
                self.assertTrue(text.startswith(b"HTTP/1.1 400 "), text[:60])
                self.assertEqual(text.count(b"HTTP/1.1 "), 1, "nothing behind it is answered")

    def test_a_trailer_is_no_credential(self):
        answer = self.server.exchange(
            (f"POST /notes HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
             f"Trailer: Authorization\r\n\r\n0\r\nAuthorization: Bearer {self.token}\r\n\r\n").encode())
        self.assertEqual(answer.status, 401)

    def test_a_token_in_two_places(self):
        answer = self.server.request("GET", f"/notes?access_token={self.token}", self.token)
        self.assertEqual(answer.status, 400)
        self.assertIn("invalid_request", answer.fields["www-authenticate"])


if __name__ == "__main__":
    harness.main()
