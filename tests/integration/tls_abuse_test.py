"""What a peer can do within TLS alone: it must cost the others nothing, and be told in the log."""

import ctypes
import ctypes.util
import os
import resource
import socket
import ssl
import threading
import time
import unittest

import harness


class OpenSsl:
    """What Python's ssl has no word for: key updates."""

    def __init__(self):
        self.lib = ctypes.CDLL(ctypes.util.find_library("ssl") or "libssl.so.3")
        for name in ("TLS_client_method", "SSL_CTX_new", "SSL_new"):
            getattr(self.lib, name).restype = ctypes.c_void_p
        context = ctypes.c_void_p(self.lib.SSL_CTX_new(ctypes.c_void_p(self.lib.TLS_client_method())))
        self.context = context

    def renew_keys_for_ever(self, port, stop):
        """One connection: as many key updates as the server takes. How many that were."""
        with socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
            raw.settimeout(None)
            handle = ctypes.c_void_p(self.lib.SSL_new(self.context))
            try:
                self.lib.SSL_set_fd(handle, raw.fileno())
                if self.lib.SSL_connect(handle) != 1:
                    return 0
                count = 0
                while not stop.is_set():
                    if self.lib.SSL_key_update(handle, 0) != 1 or self.lib.SSL_do_handshake(handle) != 1:
                        break
                    count += 1
                return count
            finally:
                self.lib.SSL_free(handle)


def client_hello():
    """As this machine's OpenSSL begins."""
    sent = ssl.MemoryBIO()
    one = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), sent, server_hostname="localhost")
    try:
        one.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return sent.read()


class WithinTls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.issuer = harness.Issuer()

    def start(self, *options):
        server = harness.Latchkey(self.issuer.url, "server.workers=2", *options).await_ready()
        self.addCleanup(server.kill)
        return server

    def test_key_updates_without_end(self):
        server = self.start("server.timeouts.drain=2s")
        openssl = OpenSsl()
        stop = threading.Event()
        counts = []

        def flood():
            while not stop.is_set():
                try:
                    counts.append(openssl.renew_keys_for_ever(server.port, stop))
                except OSError:
                    time.sleep(0.05)  # the server has ended

        peers = [threading.Thread(target=flood, daemon=True) for _ in range(8)]
        for one in peers:
            one.start()
        try:
            until = time.monotonic() + 3
            while time.monotonic() < until:
                self.assertEqual(server.request("GET", "/my-scopes").status, 401)
                time.sleep(0.05)
            self.assertTrue(counts)
            begun = time.monotonic()
            self.assertEqual(server.stop(), 0)
            self.assertLess(time.monotonic() - begun, 4, "drained while they go on")
        finally:
            stop.set()
            for one in peers:
                one.join(10)
        self.assertIn("tls_flood", {one["reason"] for one in server.events("refused")})

    def resident_bytes_of_each(self, server, count, connect):
        """Of so many connections, once the server grows no more."""
        before = server.resident_bytes()
        peers = []
        try:
            for _ in range(count):
                peers.append(connect())
            with_all = server.resident_bytes()
            until = time.monotonic() + 10
            while time.monotonic() < until:
                time.sleep(0.2)
                now = server.resident_bytes()
                if now == with_all:
                    break
                with_all = now
            each = (with_all - before) / count
            print(f"{count} connections, {each / 1024:.1f} KiB each")
            self.assertGreater(each, 100, "they are there")
            return each
        finally:
            for one in peers:
                one.close()

    @unittest.skipIf(os.environ.get("SANITIZED") == "thread", "ThreadSanitizer has memory of its own beside that of the program")
    def test_half_a_client_hello_costs_little(self):
        _, descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)
        count = min(10_000, descriptors - 200)
        server = self.start()
        half = client_hello()[:200]

        def connect():
            one = socket.create_connection(("127.0.0.1", server.port), timeout=30)
            one.sendall(half)
            return one

        self.assertLess(self.resident_bytes_of_each(server, count, connect), 16 * 1024)

    @unittest.skipIf(os.environ.get("SANITIZED") == "thread", "ThreadSanitizer has memory of its own beside that of the program")
    def test_who_only_connects_costs_less(self):
        server = self.start()

        def connect():
            return socket.create_connection(("127.0.0.1", server.port), timeout=30)

        self.assertLess(self.resident_bytes_of_each(server, 2_000, connect), 8 * 1024)

    @unittest.skipIf(os.environ.get("SANITIZED"), "a sanitizer keeps what has been freed for a while")
    def test_an_idle_connection_costs_little(self):
        server = self.start()
        context = harness.tls()

        def connect():
            raw = socket.create_connection(("127.0.0.1", server.port), timeout=30)
            one = context.wrap_socket(raw, server_hostname="localhost")
            one.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
            head = one.recv(65536)
            self.assertTrue(head.startswith(b"HTTP/1.1 "), head[:40])
            return one

        self.assertLess(self.resident_bytes_of_each(server, 500, connect), 24 * 1024)

    def test_plain_http_is_answered_in_plain_http(self):
        server = self.start()
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as one:
            one.sendall(b"GET /my-scopes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer secret\r\n\r\n")
            answer = harness.Answer.parse(harness.read_to_end(one))
        self.assertEqual(answer.status, 400)
        self.assertIn("HTTPS", answer.body.decode())
        server.wait_for(r'"reason":"plain_http","status":400')
        self.assertNotIn("secret", "\n".join(server.lines))

    def test_the_log_tells_what_came_instead(self):
        server = self.start()
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as one:
            one.sendall(b"PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n" + client_hello())
            self.assertEqual(harness.read_to_end(one), b"")
        server.wait_for(r'"reason":"proxy_header","status":0')
        context = ssl.create_default_context(cafile=harness.certificate()[0])
        context.set_alpn_protocols(["h2"])
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as one:
            with self.assertRaises(ssl.SSLError):
                context.wrap_socket(one, server_hostname="localhost")
        server.wait_for(r'"reason":"no_common_protocol","status":0')

    def test_http_1_0_by_alpn(self):
        server = self.start()
        context = ssl.create_default_context(cafile=harness.certificate()[0])
        context.set_alpn_protocols(["http/1.0"])
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as raw:
            with context.wrap_socket(raw, server_hostname="localhost") as one:
                self.assertEqual(one.selected_alpn_protocol(), "http/1.0")
                one.sendall(b"GET /my-scopes HTTP/1.0\r\n\r\n")
                self.assertEqual(harness.Answer.parse(harness.read_to_end(one)).status, 401)


if __name__ == "__main__":
    harness.main()
