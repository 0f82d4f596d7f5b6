"""Other proxies ask about their requests: the real ones that are here, with the configurations that are shipped, and
the published requests of those that are not."""

import hashlib
import json
import pathlib
import re
import socket
import ssl
import subprocess
import unittest
import urllib.request

import harness
from harness import BIN, PATIENCE, Issuer, main
from neighbours_harness import SHIPPED, Caddy, Checker, Haproxy, Nginx, send
from upstream import Upstream, accept_websocket, answer

READ = "example:note:read"
PUBLISHED = pathlib.Path(__file__).resolve().parent / "neighbours"


def asked(method, uri, *fields):
    return (("X-Original-Method", method), ("X-Original-URI", uri), *fields)


def metrics(server):
    with urllib.request.urlopen(f"{server.admin}/metrics", timeout=PATIENCE) as page:
        return page.read().decode()


class Checks(unittest.TestCase):
    """Of the server by itself, asked as any neighbour asks."""

    @classmethod
    def setUpClass(cls):
        cls.issuer = Issuer()
        cls.addClassCleanup(cls.issuer.kill)
        cls.server = Checker(cls.issuer.url).await_ready()
        cls.addClassCleanup(cls.server.kill)
        cls.token = cls.issuer.mint(subject="ann", scope=READ)

    def test_who_may_ask(self):
        ask = asked("GET", "/public/x")
        self.assertEqual(self.server.check(ask).status, 200)
        refused = self.server.check(ask, source="127.0.0.2")
        self.assertEqual(refused.status, 403)
        self.assertEqual(refused.fields["x-latchkey-reason"], "check_not_trusted")
        self.assertRegex(metrics(self.server),
                         r'latchkey_checks_total\{result="refused",reason="check_not_trusted"\} [1-9]')

    def test_what_is_told(self):
        told = self.server.check(asked("GET", "/api/notes?page=2"), token=self.token)
        self.assertEqual((told.status, told.body), (200, b""))
        self.assertEqual((told.fields["x-user"], told.fields["x-scopes"]), ("ann", READ))
        self.assertEqual(told.fields["cache-control"], "no-store")
        opened = self.server.check(asked("GET", "/public/x"))
        self.assertEqual((opened.status, opened.fields["x-user"], opened.fields["x-scopes"]), (200, "", ""))
        missing = self.server.check(asked("GET", "/api/notes"))
        self.assertEqual((missing.status, missing.fields["www-authenticate"]), (401, "Bearer"))
        self.assertEqual(missing.fields["cache-control"], "no-store")
        poor = self.server.check(asked("GET", "/api/notes"), token=self.issuer.mint(subject="ann", scope="other"))
        self.assertEqual(poor.status, 403)
        self.assertIn("insufficient_scope", poor.fields["www-authenticate"])
        twice = self.server.check(asked("GET", "/api/notes?access_token=a"), token=self.token)
        self.assertEqual(twice.status, 403, "no 400, which nginx would make 500 of")
        self.assertIn("invalid_request", twice.fields["www-authenticate"])
        for method, uri in (("GET", "/none"), ("GET", "/public/..%2fapi/x"), ("CONNECT", "/public/x"),
                            ("TRACE", "/public/x"), ("get", "/public/x")):
            with self.subTest(f"{method} {uri}"):
                self.assertEqual(self.server.check(asked(method, uri)).status, 403)

    def test_a_body_is_not_waited_for(self):
        head = (*asked("POST", "/public/x"), ("Content-Length", "1000000"))
        self.assertEqual(self.server.check(head, method="POST").status, 200)

    def test_a_route_for_checks_is_none_otherwise(self):
        for path in ("/public/x", "/api/x"):
            self.assertEqual(self.server.request("GET", path).status, 404)
            self.assertEqual(self.server.request("GET", path, token=self.token).status, 404)
        self.assertEqual(send(self.server.check_port, b"GET /public/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").status,
                         404)

    def test_by_tls_as_well(self):
        head = "".join(f"{name}: {value}\r\n" for name, value in asked("GET", "/public/x"))
        sent = f"GET /_latchkey/check HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}\r\n"
        self.assertEqual(self.server.exchange(sent.encode()).status, 200)

    def test_a_listener_without_tls_and_one_with(self):
        server = Checker(self.issuer.url).await_ready()
        self.addCleanup(server.kill)
        ask = asked("GET", "/public/x")

        def by_tls(port):
            raw = socket.create_connection(("127.0.0.1", port), PATIENCE)
            with harness.tls().wrap_socket(raw, server_hostname="localhost") as stream:
                stream.sendall(b"GET /x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return harness.Answer.parse(harness.read_to_end(stream)).status
        self.assertEqual(by_tls(server.port), 404)
        self.assertEqual(send(server.port, b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n").status, 400)
        self.assertEqual(server.check(ask).status, 200)
        with self.assertRaises((ssl.SSLError, OSError)):
            by_tls(server.check_port)
        # The same address, by other terms.
        server.path.write_text(server.path.read_text().replace('plain_http = "loopback"', ""))
        with urllib.request.urlopen(urllib.request.Request(f"{server.admin}/reload", method="POST"),
                                    timeout=PATIENCE) as reloaded:
            self.assertEqual(reloaded.status, 200)
        self.assertEqual(server.check(ask).status, 400, "it asks for https")
        self.assertEqual(by_tls(server.check_port), 404)
        with urllib.request.urlopen(f"{server.admin}/status", timeout=PATIENCE) as status:
            self.assertIn(f"https://127.0.0.1:{server.check_port}", json.load(status)["listeners"])

    def test_the_log(self):
        server = Checker(self.issuer.url).await_ready()
        self.addCleanup(server.kill)
        server.check(asked("DELETE", "/api/notes?secret=1", ("X-Forwarded-For", "192.0.2.7")))
        server.wait_for('"event":"request"')
        line = server.events("request")[0]
        self.assertEqual((line["peer"], line["proxy"]), ("192.0.2.7", "127.0.0.1"))
        self.assertEqual((line["checked_method"], line["checked_path"], line["checked_route"]),
                         ("DELETE", "/api/notes", "/api/*"))
        self.assertEqual((line["path"], line["route"], line["status"], line["reason"]),
                         ("/_latchkey/check", "/_latchkey/check/*", 401, "no_credentials"))
        self.assertFalse(any("secret" in one for one in server.lines))
        self.assertIn("http://127.0.0.1:%d" % server.check_port, [one["url"] for one in server.events("listening")])

    def test_limits_are_the_clients(self):
        server = Checker(self.issuer.url, more='[[route.limit]]\nby = "address"\nrate = "1/h"\n').await_ready()
        self.addCleanup(server.kill)
        for client in ("192.0.2.7", "192.0.2.8"):
            fields = asked("GET", "/api/x", ("X-Forwarded-For", client))
            self.assertEqual(server.check(fields, token=self.token).status, 200)
            often = server.check(fields, token=self.token)
            self.assertEqual(often.status, 429)
            self.assertGreater(int(often.fields["retry-after"]), 60)

    def test_preflights_are_as_the_route_says(self):
        more = '[route.cors]\norigins = ["https://app.example"]\n'
        server = Checker(self.issuer.url, more=more).await_ready()
        self.addCleanup(server.kill)

        def preflight(origin, uri):
            return server.check(asked("OPTIONS", uri, ("Origin", origin), ("Access-Control-Request-Method", "PUT")))
        self.assertEqual(preflight("https://app.example", "/api/x").status, 200)
        self.assertEqual(preflight("https://app.example", "/api/x").fields["x-user"], "")
        self.assertEqual(preflight("https://evil.example", "/api/x").status, 403)
        self.assertEqual(server.check(asked("OPTIONS", "/api/x")).status, 401, "like any other method")
        refused = server.check(asked("GET", "/api/x", ("Origin", "https://app.example")))
        self.assertEqual((refused.status, refused.fields["access-control-allow-origin"]), (401, "https://app.example"))

    def test_published_requests(self):
        """Of neighbours that cannot be run here."""
        files = sorted(PUBLISHED.glob("*.http"))
        self.assertGreater(len(files), 3)
        for file in files:
            lines = [line for line in file.read_text().splitlines() if not line.startswith("#")]
            text = "\r\n".join(lines) + "\r\n"
            text = text.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n")
            with self.subTest(file.name):
                allowed = self.server.send(text.replace("{token}", self.token).encode())
                self.assertEqual((allowed.status, allowed.fields["x-user"]), (200, "ann"))
                refused = self.server.send(text.replace("{token}", "none").encode())
                self.assertEqual(refused.status, 401)
                self.assertIn("invalid_token", refused.fields["www-authenticate"])
                elsewhere = text.replace("{token}", self.token).replace("/api/notes", "/public/../api/notes")
                self.assertIn(self.server.send(elsewhere.encode()).status, (400, 403))
                # What a client sends beside it.
                forged = text.replace("Connection: close", "X-Original-URI: /public/x\r\nConnection: close")
                self.assertEqual(self.server.send(forged.replace("{token}", "none").encode()).status, 403)

    def test_explained(self):
        def explain(*question):
            cert, key = harness.certificate()
            return subprocess.run(
                [BIN / "latchkey", "routes", "--config", SHIPPED / "latchkey.toml", "--set",
                 f"server.tls.certificate={cert}", "--set", f"server.tls.private_key={key}", "--explain", *question],
                capture_output=True, text=True)
        guarded = explain("POST", "/api/notes")
        self.assertEqual(guarded.returncode, 0, guarded.stderr)
        self.assertRegex(guarded.stdout, rf"check +200 with a token with {READ}, without one 401, without the scopes 403\n"
                                         r" +x-scopes: <the claim scope>\n +x-user: <the claim sub>\n")
        self.assertRegex(guarded.stdout, r"answer +404\n")
        self.assertRegex(explain("GET", "/public/x").stdout, r"check +200 for everybody\n +x-scopes: ?\n +x-user: ?\n")
        nowhere = explain("GET", "/else")
        self.assertEqual(nowhere.returncode, 1)
        self.assertRegex(nowhere.stdout, r"check +403 no route has the path\n")
        self.assertRegex(explain("GET", "/public/%252e%252e/x").stdout, r"check +403 the path has an encoding of an encoding\n")


class Behind:
    """What holds behind every neighbour."""

    neighbour = None

    @classmethod
    def setUpClass(cls):
        if not cls.neighbour.is_here():
            raise unittest.SkipTest(f"program not found: {cls.neighbour.program}")
        cls.issuer = Issuer()
        cls.addClassCleanup(cls.issuer.kill)
        cls.token = cls.issuer.mint(subject="ann", scope=READ)
        cls.server = Checker(cls.issuer.url).await_ready()
        cls.addClassCleanup(cls.server.kill)
        cls.api = Upstream()
        cls.addClassCleanup(cls.api.stop)
        cls.front = cls.neighbour(cls.server.check_port, cls.api.port)
        cls.addClassCleanup(cls.front.stop)

    def setUp(self):
        self.api.requests.clear()
        self.api.act = lambda peer, request: peer.send(answer())

    def seen(self):
        self.assertEqual(len(self.api.requests), 1)
        return self.api.requests[0]

    def assert_unseen(self):
        self.assertEqual([one.target for one in self.api.requests], [])

    def test_allowed(self):
        for uri in ("/api/notes?page=2", "/api", "/api/a%20b;v=1/%7Ec?x=%2F..&y=//#"[:-1]):
            with self.subTest(uri):
                self.api.requests.clear()
                self.assertEqual(self.front.request("GET", uri, self.token).status, 200)
                seen = self.seen()
                self.assertEqual(seen.target, uri, "byte for byte what was judged")
                self.assertEqual((seen.all("x-user"), seen.all("x-scopes")), (["ann"], [READ]))
                self.assertEqual(seen.all("authorization"), [])

    def test_open(self):
        self.assertEqual(self.front.request("GET", "/public/x").status, 200)
        self.assertIn(self.seen().all("x-user"), ([], [""]))

    def test_refused(self):
        missing = self.front.request("GET", "/api/x")
        self.assertEqual((missing.status, missing.fields["www-authenticate"]), (401, "Bearer"))
        wrong = self.front.request("GET", "/api/x", "a.b.c")
        self.assertEqual(wrong.status, 401)
        self.assertIn('error="invalid_token"', wrong.fields["www-authenticate"])
        poor = self.front.request("GET", "/api/x", self.issuer.mint(subject="ann", scope="other"))
        self.assertEqual(poor.status, 403)
        self.assertIn(f'error="insufficient_scope", scope="{READ}"', poor.fields["www-authenticate"])
        for method, path in (("GET", "/else"), ("GET", "/"), ("GET", "/apis"), ("DELETE", "/publicx")):
            self.assertEqual(self.front.request(method, path, self.token).status, 403, path)
        self.assert_unseen()

    def test_two_tokens(self):
        fields = (("Authorization", f"Bearer {self.token}"),)
        for told in (self.front.request("GET", "/api/x", "a.b.c", fields=fields),
                     self.front.request("GET", "/api/x", self.token, fields=(("Authorization", "Bearer a.b.c"),)),
                     self.front.request("GET", "/api/x?access_token=a.b.c", self.token)):
            self.assertIn(told.status, (400, 401, 403))
        self.assert_unseen()

    def test_what_a_client_says_it_is(self):
        """Of a forged field nothing reaches the API, on whatever route."""
        names = ("X-User", "x-user", "X-USER", "X_User", "x.user", "X_user", "X-Scopes", "X_Scopes")
        for uri, token in (("/api/x", self.token), ("/public/x", None)):
            for name in names:
                with self.subTest(f"{name} at {uri}"):
                    self.api.requests.clear()
                    told = self.front.request("GET", uri, token, fields=((name, "root"), (name, "admin")))
                    if told.status != 200:
                        self.assertEqual(told.status, 403)
                        self.assert_unseen()
                        continue
                    for one, value in self.seen().fields:
                        if re.sub("[^a-z0-9]", "-", one.lower()) in ("x-user", "x-scopes"):
                            self.assertIn((one.lower(), value), (("x-user", "ann"), ("x-scopes", READ), ("x-user", ""),
                                                                 ("x-scopes", "")))
                            self.assertTrue(token or value == "")

    def test_what_a_client_says_it_asks_for(self):
        """Another method, path, host or client than its own changes nothing, or is refused."""
        lies = (("X-Original-URI", "/public/x"), ("X-Original-URL", "http://api.example/public/x"),
                ("X-Original-Method", "GET"), ("X-Forwarded-Uri", "/public/x"), ("X-Forwarded-Method", "GET"),
                ("X-Forwarded-Host", "public.example"), ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-For", "127.0.0.1"), ("X-Rewrite-URL", "/public/x"),
                ("Forwarded", "for=127.0.0.1;host=public.example"), ("X_Original_URI", "/public/x"),
                ("Connection", "close, X-Original-URI, X-Forwarded-Uri, Authorization"))
        for lie in (*((one,) for one in lies), lies[:-1]):
            with self.subTest(lie):
                told = self.front.request("POST", "/api/x", fields=lie)
                self.assertIn(told.status, (401, 403))
                self.assert_unseen()

    def test_what_would_have_another_request_answered(self):
        """Of what some frameworks take for method or path nothing reaches the API."""
        names = ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X-Original-URL", "X-Original-URI",
                 "X-Original-Method", "X-Original-Path", "X-Rewrite-URL", "X-Override-URL", "X-HTTP-Path-Override",
                 "X-HTTP-DestinationURL", "X-Middleware-Subrequest")
        for spelled in (str, str.lower):
            told = self.front.request("GET", "/public/x", fields=[(spelled(name), "/api/x") for name in names])
            self.assertEqual(told.status, 200)
            left = {name.lower() for name, _ in self.seen().fields} & {name.lower() for name in names}
            self.assertEqual(left, set())
            self.api.requests.clear()

    def test_paths_that_are_read_in_two_ways(self):
        tricks = ("/public/..%2fapi/x", "/public/../api/x", "/public/%2e%2e/api/x", "/public/%252e%252e/api/x",
                  "//api/x", "/public//../api/x", "/public//x", "/public/..;/api/x", "/public/;/../../api/x",
                  "/public/.;/x", "/public/%00", "/public/x%00.png", "/public\\..\\api\\x", "/public/..%5capi/x",
                  "/public/%c0%ae%c0%ae/api/x", "/public/x%0d%0aa", "/PUBLIC/x", "/Public/x", "/%70ublic/x",
                  "/public%2fx", "/public;a/x", "/public/%", "/public/%zz", "/public/x y")
        for path in tricks:
            with self.subTest(path):
                self.assertNotEqual(self.front.request("GET", path).status, 200)
                self.assert_unseen()

    def test_a_whole_url_is_its_path(self):
        told = self.front.request("GET", "http://api.example/api/x")
        self.assertIn(told.status, (400, 401, 403))
        self.assert_unseen()
        told = self.front.request("GET", "http://api.example/public/x?y")
        if told.status == 200:
            self.assertTrue(self.seen().target.endswith("/public/x?y"))

    def test_fields_that_a_client_has_taken_away(self):
        """What Connection names is dropped by whoever comes next (RFC 9110 section 7.6.1): not who asks."""
        for named in ("close, X-User, X-Scopes", "x-user,close", "close, X-USER"):
            for fields in ((("Connection", named),), (("Connection", "X-Scopes"), ("Connection", named))):
                with self.subTest(fields):
                    self.api.requests.clear()
                    told = self.front.request("GET", "/api/x", self.token, fields=fields)
                    if told.status != 200:
                        self.assertIn(told.status, (400, 403))
                        self.assert_unseen()
                        continue
                    seen = self.seen()
                    self.assertEqual((seen.all("x-user"), seen.all("x-scopes")), (["ann"], [READ]))
                    self.assertNotIn("x-", ",".join(seen.all("connection")).lower())

    def test_many_fields(self):
        """As many as a neighbour takes, and more: it is there afterwards."""
        for count in (80, *range(88, 110)):
            with self.subTest(count):
                told = self.front.request("GET", "/public/x", fields=[(f"X-{i}", "y") for i in range(count)])
                self.assertIn(told.status, (200, 400, 431))
        self.assertEqual(self.front.request("GET", "/api/x", self.token).status, 200)

    def test_websocket(self):
        def echo(peer, request):
            if request.get("upgrade") is None:
                return peer.send(answer())
            accept_websocket(peer, request)
            while peer.arrived or peer.more():
                data, peer.arrived = peer.arrived, b""
                peer.send(data)
            return False
        self.api.act = echo
        fields = (("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
                  ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="))
        refused = self.upgrade(fields)
        with refused:
            self.assertIn(b" 401 ", refused.recv(65536).split(b"\r\n")[0])
        self.assert_unseen()
        with self.upgrade((*fields, ("Authorization", f"Bearer {self.token}"))) as stream:
            head = b""
            while b"\r\n\r\n" not in head:
                piece = stream.recv(65536)
                self.assertTrue(piece, head)
                head += piece
            self.assertIn(b" 101 ", head.split(b"\r\n")[0])
            stream.sendall(b"\x81\x85\x00\x00\x00\x00hello")
            echoed = head.partition(b"\r\n\r\n")[2]
            while len(echoed) < 11:
                piece = stream.recv(65536)
                self.assertTrue(piece)
                echoed += piece
            self.assertEqual(echoed, b"\x81\x85\x00\x00\x00\x00hello")
        self.assertEqual(self.seen().all("x-user"), ["ann"])

    def test_no_tunnel_but_a_websocket(self):
        """By h2c a client would go on to speak HTTP/2 with the API, and nobody would be asked about that."""
        def agree(peer, request):
            if request.get("upgrade") is None:
                return peer.send(answer())
            peer.send(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
            peer.more()
            return False
        self.api.act = agree
        for offers in (("h2c",), ("H2C",), ("websocket, h2c",), ("h2c, websocket",), ("h2c", "websocket"),
                       ("websocket", "h2c"), ("TLS/1.0",), ("websocket/13",), ("anything",)):
            with self.subTest(offers=offers):
                self.api.requests.clear()
                fields = [("Upgrade", one) for one in offers]
                with self.upgrade((*fields, ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA")), "/public/x",
                                  "Upgrade, HTTP2-Settings") as stream:
                    status = stream.recv(65536).split(b"\r\n")[0]
                for seen in self.api.requests:
                    self.assertIn(seen.all("upgrade"), ([], ["websocket"]))
                    self.assertEqual(seen.all("http2-settings"), [])
                    if not seen.all("upgrade"):
                        self.assertIn(b" 200", status)

    def upgrade(self, fields, path="/api/ws", connection="Upgrade"):
        stream = socket.create_connection(("127.0.0.1", self.front.port), PATIENCE)
        head = "".join(f"{name}: {value}\r\n" for name, value in fields)
        stream.sendall(f"GET {path} HTTP/1.1\r\nHost: api.example\r\nConnection: {connection}\r\n{head}\r\n".encode())
        return stream

    def test_a_body_of_10_mb(self):
        body = hashlib.sha256(b"body").digest() * (10 * 1024 * 1024 // 32)
        self.assertEqual(self.front.request("POST", "/api/upload", self.token, body=body).status, 200)
        seen = self.seen()
        self.assertEqual((seen.method, len(seen.body)), ("POST", len(body)))
        self.assertEqual(hashlib.sha256(seen.body).digest(), hashlib.sha256(body).digest())
        self.assertEqual(self.front.request("POST", "/api/upload", body=body[:100_000]).status, 401)

    def test_who_asks_too_often(self):
        server = Checker(self.issuer.url, more='[[route.limit]]\nby = "address"\nrate = "1/h"\n').await_ready()
        self.addCleanup(server.kill)
        front = self.neighbour(server.check_port, self.api.port)
        self.addCleanup(front.stop)
        for client in ("127.0.0.5", "127.0.0.6"):
            self.assertEqual(front.request("GET", "/api/x", self.token, source=client).status, 200)
            often = front.request("GET", "/api/x", self.token, source=client)
            self.assertEqual(often.status, 429)
            self.assertGreater(int(often.fields["retry-after"]), 60)

    def test_no_keys_and_no_latchkey(self):
        issuer = Issuer()
        self.addCleanup(issuer.kill)
        token = issuer.mint(subject="ann", scope=READ)
        issuer.stop()
        server = Checker(issuer.url)
        self.addCleanup(server.kill)
        front = self.neighbour(server.check_port, self.api.port)
        self.addCleanup(front.stop)
        unknown = front.request("GET", "/api/x", token)
        self.assertEqual(unknown.status, 503)
        self.assertGreater(int(unknown.fields["retry-after"]), 0)
        self.assertNotIn("www-authenticate", unknown.fields)
        self.assertEqual(front.request("GET", "/public/x").status, 200)
        self.api.requests.clear()
        server.kill()
        for path in ("/api/x", "/public/x"):
            self.assertIn(front.request("GET", path, token).status, (500, 502, 503))
        self.assert_unseen()


class BehindNginx(Behind, unittest.TestCase):
    neighbour = Nginx


class BehindHaproxy(Behind, unittest.TestCase):
    neighbour = Haproxy


class BehindCaddy(Behind, unittest.TestCase):
    neighbour = Caddy


if __name__ == "__main__":
    main()
