"""Who a client is behind proxies: the PROXY protocol in and out, X-Forwarded-For, and what goes by it."""

import json
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
import unittest
import urllib.request

import harness
from harness import PATIENCE, Answer, free_port, main, read_to_end, scratch, tls
from site_of_its_own import Serving, Site, WithIssuer, eventually
from upstream import Upstream

MARK = b"\r\n\r\n\0\r\nQUIT\n"
TRUSTED = 'trusted_proxies = ["127.0.0.1", "10.0.0.0/8"]'
ROUTES = """
[[upstream]]
name = "api"
addresses = ["URL"]
MORE
[[route]]
path = "/open/*"
methods = ["*"]
public = true
upstream = "api"
[[route]]
path = "/limited"
methods = ["GET"]
public = true
handler = "notes.read"
[[route.limit]]
by = "address"
rate = "1/h"
"""


def line(client="192.0.2.1", port=8080):
    family = "TCP6" if ":" in client else "TCP4"
    server = "2001:db8::2" if ":" in client else "198.51.100.2"
    return f"PROXY {family} {client} {server} {port} 443\r\n".encode()


def binary(client="192.0.2.1", port=8080, items=b""):
    family = socket.AF_INET6 if ":" in client else socket.AF_INET
    server = "2001:db8::2" if ":" in client else "198.51.100.2"
    rest = socket.inet_pton(family, client) + socket.inet_pton(family, server) + struct.pack(">HH", port, 443) + items
    return MARK + bytes([0x21, 0x21 if ":" in client else 0x11]) + struct.pack(">H", len(rest)) + rest


LOCAL = MARK + b"\x20\0\0\0"


class Recorder:
    """An upstream that keeps the header of each connection and answers requests."""

    def __init__(self, context=None):
        self.headers, self.heads = [], []
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                raw, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(raw,), daemon=True).start()

    def _serve(self, raw):
        raw.settimeout(PATIENCE)
        stream = raw
        try:
            header = self.exactly(raw, 12)
            if header == MARK:
                header += self.exactly(raw, 4)
                header += self.exactly(raw, struct.unpack(">H", header[14:])[0])
            else:
                while not header.endswith(b"\r\n"):
                    header += self.exactly(raw, 1)
            if self._context:
                stream = self._context.wrap_socket(raw, server_side=True)
            number = len(self.headers)
            self.headers.append(header)
            while True:
                head = b""
                while b"\r\n\r\n" not in head:
                    head += self.exactly(stream, 1)
                self.heads.append((number, head.decode()))
                stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        except (OSError, ConnectionError):
            pass
        finally:
            stream.close()

    @staticmethod
    def exactly(stream, size):
        text = b""
        while len(text) < size:
            if not (piece := stream.recv(size - len(text))):
                raise ConnectionError("ended")
            text += piece
        return text

    def stop(self):
        self._listener.close()


class Peers(WithIssuer):
    def serve(self, url="http://127.0.0.1:1", more="", server=TRUSTED, tls="", listeners=True):
        self.proxied = free_port()
        extra = ROUTES.replace("URL", url).replace("MORE", more)
        if listeners:
            extra += self.listener(self.proxied)
        site = Site(self.issuer, extra=extra, server=server, tls=tls)
        server = Serving(site)
        self.addCleanup(server.stop)
        return server.await_ready()

    @staticmethod
    def listener(port, on="true"):
        return f'\n[[server.listener]]\nlisten = ["127.0.0.1:{port}"]\nproxy_protocol = {on}\n'

    def upstream(self):
        one = Upstream()
        self.addCleanup(one.stop)
        return one

    def connect(self, port, first=b"", source="127.0.0.1", pieces=False):
        raw = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=(source, 0))
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in ([bytes([one]) for one in first] if pieces else [first] if first else []):
            raw.sendall(piece)
            if pieces:
                time.sleep(0.002)
        return tls().wrap_socket(raw, server_hostname="localhost")

    def ask(self, port, first=b"", path="/open/x", fields=(), source="127.0.0.1", pieces=False):
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        with self.connect(port, first, source, pieces) as stream:
            stream.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}\r\n".encode())
            return Answer.parse(read_to_end(stream))

    def is_closed(self, port, first, source="127.0.0.1"):
        """Whether the connection ends without a byte."""
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE, source_address=(source, 0)) as raw:
            raw.sendall(first)
            try:
                return raw.recv(1) == b""
            except ConnectionError:
                return True


class In(Peers):
    def test_a_header_of_either_version_says_who_the_client_is(self):
        up = self.upstream()
        server = self.serve(up.url)
        checked = binary(items=b"\x03\0\4" + bytes(4))
        cases = [(line(), "192.0.2.1"), (line("2001:db8::1"), "2001:db8::1"), (binary(), "192.0.2.1"),
                 (binary("2001:db8::1"), "2001:db8::1"), (binary(items=b"\2\0\1a"), "192.0.2.1"),
                 (checked[:-4] + struct.pack(">I", crc32c(checked)), "192.0.2.1")]
        for first, client in cases:
            for pieces in (False, True):
                with self.subTest(first=first, pieces=pieces):
                    self.assertEqual(self.ask(self.proxied, first, pieces=pieces).status, 200)
                    seen = up.requests[-1]
                    self.assertEqual(seen.all("x-forwarded-for"), [client])
                    self.assertEqual(seen.all("x-forwarded-port"), ["443"])
        told = eventually(lambda: server.events("request") if len(server.events("request")) == 2 * len(cases) else None,
                          "all are logged")
        self.assertEqual({(one["peer"], one["proxy"]) for one in told},
                         {("192.0.2.1", "127.0.0.1"), ("2001:db8::1", "127.0.0.1")})

    def test_header_and_hello_may_come_in_one_segment(self):
        up = self.upstream()
        self.serve(up.url)
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        hello = tls().wrap_bio(incoming, outgoing, server_hostname="localhost")
        with self.assertRaises(ssl.SSLWantReadError):
            hello.do_handshake()
        for first in (line(), binary()):
            with socket.create_connection(("127.0.0.1", self.proxied), timeout=PATIENCE) as raw:
                raw.sendall(first + (sent := outgoing.read() or sent))
                self.assertEqual(raw.recv(1), b"\x16", "a ServerHello")

    def test_a_check_of_the_proxy_itself_is_its_own(self):
        up = self.upstream()
        server = self.serve(up.url)
        for first in (LOCAL, b"PROXY UNKNOWN\r\n"):
            self.assertEqual(self.ask(self.proxied, first).status, 200)
            self.assertEqual(up.requests[-1].all("x-forwarded-for"), ["127.0.0.1"])
        told = eventually(lambda: server.events("request"), "it is logged")
        self.assertEqual(told[0]["peer"], "127.0.0.1")
        self.assertNotIn("proxy", told[0])

    def test_without_a_good_header_there_is_no_service(self):
        server = self.serve(tls='[server.timeouts]\nhandshake = "500ms"')
        bad = {"proxy_header_missing": b"\x16\x03\x01\x02\0\x01\0\x01\xfc", "proxy_header_invalid": b"PROXY TCP4 x\r\n",
               "proxy_header_too_large": MARK + b"\x21\x11\xff\xff"}
        for reason, first in bad.items():
            self.assertTrue(self.is_closed(self.proxied, first), reason)
        began = time.monotonic()
        self.assertTrue(self.is_closed(self.proxied, line()[:20]), "the rest never comes")
        self.assertLess(time.monotonic() - began, 5)
        self.assertTrue(self.is_closed(self.proxied, line() + b"\x16\x03\x01"), "nor that of the handshake")
        wanted = [*bad, "timeout", "timeout"]
        told = eventually(lambda: len(server.events("refused")) >= 4 and server.events("refused"), "they are logged")
        self.assertLessEqual({one["reason"] for one in told}, set(wanted))
        for reason in bad:
            self.assertEqual(self.failed(server, reason), 1)

    @staticmethod
    def failed(server, reason):
        """How many connections have failed for it."""
        with urllib.request.urlopen(f"{server.admin}/metrics", timeout=PATIENCE) as answer:
            for one in answer.read().decode().splitlines():
                if one.startswith("latchkey_tls_handshakes_total") and f'"{reason}"' in one:
                    return float(one.rpartition(" ")[2])
        return None

    def test_a_header_of_anybody_else_is_refused(self):
        server = self.serve()
        self.assertTrue(self.is_closed(self.proxied, line(), source="127.0.0.2"))
        server.wait_for(r'"refused","peer":"127\.0\.0\.2","reason":"untrusted_proxy"')
        self.assertEqual(self.failed(server, "untrusted_proxy"), 1)
        # Where none is asked for, none is taken, whoever sends it.
        self.assertTrue(self.is_closed(server.port, line()))
        server.wait_for(r'"reason":"proxy_header"')

    def test_limits_are_those_of_the_client(self):
        server = self.serve(server=TRUSTED, tls="[server.limits]\nconnections_per_client = 2")
        self.assertEqual(self.ask(self.proxied, line("192.0.2.1"), "/limited").status, 200)
        self.assertEqual(self.ask(self.proxied, line("192.0.2.1"), "/limited").status, 429)
        self.assertEqual(self.ask(self.proxied, line("192.0.2.2"), "/limited").status, 200)
        held = [self.connect(self.proxied, line(f"192.0.2.{9 + one // 2}")) for one in range(8)]
        self.assertTrue(self.is_closed(self.proxied, line("192.0.2.9") + b"\x16"))
        server.wait_for(r'"refused","peer":"192\.0\.2\.9","proxy":"127\.0\.0\.1","reason":"too_many_connections"')
        for one in held:
            one.close()

        def is_served():
            # Until the server has seen them close, a new connection may still be refused.
            try:
                return self.ask(self.proxied, line("192.0.2.9"))
            except (ConnectionError, ssl.SSLError):
                return None

        eventually(is_served, "there is room again")


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


class Fields(Peers):
    def test_the_client_is_the_last_that_is_no_trusted_proxy(self):
        up = self.upstream()
        server = self.serve(up.url)
        chain = (("X-Forwarded-For", "203.0.113.9, 192.0.2.7"), ("X-Forwarded-For", "10.0.0.3"))
        cases = [("127.0.0.1", chain, "192.0.2.7", "127.0.0.1"), ("127.0.0.1", (), "127.0.0.1", None),
                 ("127.0.0.2", chain, "127.0.0.2", None),
                 ("127.0.0.1", (("X-Forwarded-For", "192.0.2.7, no address"),), "127.0.0.1", None)]
        for source, fields, client, proxy in cases:
            with self.subTest(source=source, fields=fields):
                before = len(server.events("request"))
                self.assertEqual(self.ask(server.port, fields=fields, source=source).status, 200)
                told = eventually(lambda: server.events("request")[before:], "it is logged")[0]
                self.assertEqual((told["peer"], told.get("proxy")), (client, proxy))
        self.assertEqual(up.requests[0].all("x-forwarded-for"), ["203.0.113.9, 192.0.2.7, 10.0.0.3, 127.0.0.1"])
        self.assertEqual(up.requests[2].all("x-forwarded-for"), ["127.0.0.2"], "nobody's history")

    def test_limits_go_by_it(self):
        server = self.serve()
        through = lambda client: (("X-Forwarded-For", client),)
        for client, status in (("192.0.2.1", 200), ("192.0.2.1", 429), ("192.0.2.2", 200), ("::ffff:192.0.2.2", 429)):
            self.assertEqual(self.ask(server.port, path="/limited", fields=through(client)).status, status)
        self.assertEqual(self.ask(server.port, path="/limited", fields=through("192.0.2.3"), source="127.0.0.2").status, 200)
        self.assertEqual(self.ask(server.port, path="/limited", fields=through("192.0.2.4"), source="127.0.0.2").status, 429,
                         "who is not trusted is one, whatever he says")

    def test_a_proxy_of_tcp_before_one_of_http(self):
        up = self.upstream()
        server = self.serve(up.url)
        fields = (("X-Forwarded-For", "192.0.2.7"),)
        self.assertEqual(self.ask(self.proxied, line("10.0.0.1"), fields=fields).status, 200)
        self.assertEqual(up.requests[-1].all("x-forwarded-for"), ["192.0.2.7, 10.0.0.1"])
        self.assertEqual(self.ask(self.proxied, line("192.0.2.1"), fields=fields).status, 200)
        self.assertEqual(up.requests[-1].all("x-forwarded-for"), ["192.0.2.1"], "he is not trusted himself")
        told = eventually(lambda: len(server.events("request")) == 2 and server.events("request"), "they are logged")
        self.assertEqual([one["peer"] for one in told], ["192.0.2.7", "192.0.2.1"])

    def test_the_name_of_a_request_is_a_trusted_proxys_to_give(self):
        server = self.serve(self.upstream().url)
        given = (("X-Request-Id", "from-outside"),)
        self.assertEqual(self.ask(server.port, fields=given).fields["x-request-id"], "from-outside")
        self.assertNotEqual(self.ask(server.port, fields=given, source="127.0.0.2").fields["x-request-id"], "from-outside")
        self.assertNotEqual(self.ask(self.proxied, line(), fields=given).fields["x-request-id"], "from-outside")


class Out(Peers):
    def recorder(self, context=None):
        one = Recorder(context)
        self.addCleanup(one.stop)
        return one

    def items(self, data):
        found = {}
        while data:
            kind, size = struct.unpack(">BH", data[:3])
            found[kind], data = data[3:3 + size], data[3 + size:]
        return found

    def test_version_1(self):
        up = self.recorder()
        server = self.serve(up.url, 'send_proxy = "v1"')
        with self.connect(self.proxied, line(port=4711)) as stream:
            for _ in range(3):
                stream.sendall(b"GET /open/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
                eventually(lambda: b"ok" in stream.recv(65536), "it is answered")
        self.assertEqual(up.headers, [b"PROXY TCP4 192.0.2.1 198.51.100.2 4711 443\r\n"] * 3)
        self.assertEqual([number for number, _ in up.heads], [0, 1, 2], "each request has a connection of its own")
        self.assertEqual(self.ask(server.port, source="127.0.0.2").status, 200)
        self.assertRegex(up.headers[-1].decode(), rf"^PROXY TCP4 127\.0\.0\.2 127\.0\.0\.1 \d+ {server.port}\r\n$")
        self.assertEqual(self.ask(server.port, fields=(("X-Forwarded-For", "192.0.2.7"),)).status, 200)
        self.assertRegex(up.headers[-1].decode(), r"^PROXY TCP4 192\.0\.2\.7 127\.0\.0\.1 0 \d+\r\n$")

    def test_version_2_tells_of_tls(self):
        up = self.recorder()
        self.serve(up.url, 'send_proxy = "v2"')
        self.assertEqual(self.ask(self.proxied, binary("2001:db8::1")).status, 200)
        header = up.headers[0]
        self.assertEqual(header[12:14], b"\x21\x21")
        self.assertEqual(header[16:52], binary("2001:db8::1")[16:52])
        items = self.items(header[52:])
        self.assertEqual(items[2], b"localhost")
        self.assertEqual(items[0x20][:5], b"\1\0\0\0\1")
        tls_items = self.items(items[0x20][5:])
        self.assertEqual(tls_items[0x21], b"TLSv1.3")
        self.assertIn(b"TLS_", tls_items[0x23])

    def test_the_header_stands_before_tls(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*harness.certificate())
        up = self.recorder(context)
        self.serve(up.url.replace("127.0.0.1", "localhost"), f'send_proxy = "v2"\nca_file = "{harness.certificate()[0]}"')
        for _ in range(2):
            self.assertEqual(self.ask(self.proxied, line()).status, 200)
        self.assertEqual(len(up.headers), 2)

    def test_checks_are_its_own(self):
        up = self.recorder()
        self.serve(up.url, 'send_proxy = "v2"\nhealth_path = "/healthz"\nhealth_interval = "100ms"\nhealth_timeout = "100ms"')
        eventually(lambda: len(up.heads) > 2, "it is checked")
        self.assertEqual(set(up.headers), {LOCAL})


class Reload(Peers):
    def test_listeners_come_and_go_and_change_their_terms(self):
        up = self.upstream()
        server = self.serve(up.url, listeners=False)
        site = server.site
        before = site.values["extra"]
        self.assertRaises(ConnectionRefusedError, self.ask, self.proxied)
        site.write(extra=before + self.listener(self.proxied))
        self.assertEqual(server.reload()[0], 200)
        self.assertEqual(self.ask(self.proxied, line()).status, 200)
        with urllib.request.urlopen(f"{server.admin}/status", timeout=PATIENCE) as told:
            self.assertIn(f"https://127.0.0.1:{self.proxied}", json.dumps(json.load(told)))
        old = self.connect(self.proxied, line())
        self.addCleanup(old.close)
        site.write(extra=before + self.listener(self.proxied, "false"))
        self.assertEqual(server.reload()[0], 200)
        self.assertEqual(self.ask(self.proxied).status, 200)
        self.assertTrue(self.is_closed(self.proxied, line()))
        old.sendall(b"GET /open/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        self.assertEqual(Answer.parse(read_to_end(old)).status, 200)
        self.assertEqual(up.requests[-1].all("x-forwarded-for"), ["192.0.2.1"], "it keeps what it began with")
        # From one kind of place to the other, at one address.
        site.write(extra=before, listen=[f"127.0.0.1:{server.port}", f"127.0.0.1:{self.proxied}"])
        self.assertEqual(server.reload()[0], 200)
        self.assertEqual(self.ask(self.proxied).status, 200)
        site.write(extra=before + self.listener(self.proxied), listen=[f"127.0.0.1:{server.port}"])
        self.assertEqual(server.reload()[0], 200)
        self.assertEqual(self.ask(self.proxied, line()).status, 200)
        site.write(extra=before + self.listener(server.port))
        status, report = server.reload()
        self.assertEqual(status, 422)
        self.assertIn(f"server.listener.0.listen.0: found \"127.0.0.1:{server.port}\", which is an address of "
                      "server.listen as well", report["problems"][0])
        site.write(extra=before)
        self.assertEqual(server.reload()[0], 200)
        eventually(lambda: self.is_refused(self.proxied), "nobody listens there")

    @staticmethod
    def is_refused(port):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=PATIENCE).close()
        except ConnectionRefusedError:
            return True
        return False

    def test_trust_is_taken_back(self):
        server = self.serve(self.upstream().url)
        fields = (("X-Request-Id", "from-outside"),)
        with self.connect(server.port) as stream:
            def name():
                stream.sendall(b"GET /open/x HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: from-outside\r\n\r\n")
                return b"from-outside" in stream.recv(65536)
            self.assertTrue(name())
            server.site.write(server='trusted_proxies = ["10.0.0.0/8"]')
            self.assertEqual(server.reload()[0], 200)
            self.assertFalse(name(), "of what is open, too")
        self.assertNotEqual(self.ask(server.port, fields=fields).fields["x-request-id"], "from-outside")
        self.assertTrue(self.is_closed(self.proxied, line()))


@unittest.skipUnless(shutil.which("haproxy"), "there is no HAProxy here")
class BehindHaproxy(Peers):
    def run_haproxy(self, send, check):
        front = free_port()
        path = pathlib.Path(scratch(f"haproxy-{front}.cfg"))
        path.write_text(f"""
global
    maxconn 100
defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
listen front
    bind 127.0.0.1:{front}
    server one 127.0.0.1:{self.proxied} {send} {check}
""")
        running = subprocess.Popen(["haproxy", "-db", "-f", str(path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        eventually(lambda: not Reload.is_refused(front), "HAProxy listens")
        return front

    def test_either_version(self):
        up = self.upstream()
        server = self.serve(up.url)
        for send in ("send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c,ssl,authority"):
            with self.subTest(send):
                front = self.run_haproxy(send, "check inter 200ms check-send-proxy")
                self.assertEqual(self.ask(front, source="127.0.0.3").status, 200)
                self.assertEqual(up.requests[-1].all("x-forwarded-for"), ["127.0.0.3"])
                self.assertEqual(up.requests[-1].all("x-forwarded-port"), [str(front)])
        self.assertEqual({one["peer"] for one in server.events("request")}, {"127.0.0.3"})


if __name__ == "__main__":
    main()
