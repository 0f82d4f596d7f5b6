"""What guards routes beside the token: CORS, limits, fields of answers, a log that stays small, over real TLS."""


from harness import main
from site_of_its_own import Serving, Site, WithIssuer, eventually
from upstream import Upstream, answer

PAGE = "https://app.example"
STRANGER = "https://other.example"
CORS = f"""
[route.cors]
origins = ["{PAGE}", "https://*.pages.example"]
exposed = ["X-Left"]
credentials = true
"""
ROUTES = f"""
[[route]]
path = "/api/*"
methods = ["GET", "PUT"]
scopes = ["example:note:read"]
upstream = "api"
{CORS}
[[route]]
path = "/api/*"
methods = ["*"]
scopes = ["example:note:read"]
upstream = "api"

[[route]]
path = "/down/*"
methods = ["GET"]
public = true
upstream = "down"
{CORS}
"""


class Guards(WithIssuer):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.poor = cls.issuer.mint(audience="account", scope="other")

    def upstream(self, *fields, status="200 OK"):
        up = Upstream(lambda peer, request: peer.send(answer(status=status, fields=fields)))
        self.addCleanup(up.stop)
        return up

    def serve(self, up, routes, **settings):
        down = 'name = "down"\naddresses = ["http://127.0.0.1:1"]\n'
        extra = f'[[upstream]]\nname = "api"\naddresses = ["{up.url}"]\n[[upstream]]\n{down}{routes}'
        server = Serving(Site(self.issuer, extra=extra, **settings))
        self.addCleanup(server.stop)
        return server.await_ready()


class Cors(Guards):
    def cors_of(self, got):
        return {name: value for name, value in got.fields.items()
                if name.startswith("access-control-") or name == "vary"}

    def test_answers_of_an_upstream_and_refusals_say_the_same(self):
        up = self.upstream("Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: DELETE",
                           "Vary: Accept", "X-Left: 1")
        server = self.serve(up, ROUTES)
        allowed = {"access-control-allow-origin": PAGE, "access-control-allow-credentials": "true",
                   "access-control-expose-headers": "X-Left"}
        for path, token, status in (("/api/x", self.token, 200), ("/api/x", None, 401), ("/api/x", "a.b.c", 401),
                                    ("/api/x", self.poor, 403), ("/down/x", None, 503)):
            got = server.request("GET", path, token, fields=(("Origin", PAGE),))
            self.assertEqual(got.status, status, path)
            self.assertEqual(self.cors_of(got), {**allowed, "vary": "Origin"}, status)
            got = server.request("GET", path, token, fields=(("Origin", STRANGER),))
            self.assertEqual((got.status, self.cors_of(got)), (status, {"vary": "Origin"}), path)
            got = server.request("GET", path, token)
            self.assertEqual((got.status, self.cors_of(got)), (status, {"vary": "Origin"}), path)

    def test_a_preflight_needs_no_token_and_goes_to_no_upstream(self):
        up = self.upstream()
        server = self.serve(up, ROUTES)

        def ask(origin, method, path="/api/x"):
            return server.request("OPTIONS", path, fields=(
                ("Origin", origin), ("Access-Control-Request-Method", method),
                ("Access-Control-Request-Headers", "authorization")))

        got = ask(PAGE, "PUT")
        self.assertEqual((got.status, got.body), (204, b""))
        cors = self.cors_of(got)
        self.assertEqual(cors.pop("vary"), "Access-Control-Request-Headers")  # the last of three
        self.assertEqual(cors, {
            "access-control-allow-origin": PAGE, "access-control-allow-credentials": "true",
            "access-control-allow-methods": "GET, HEAD, PUT",
            "access-control-allow-headers": "Authorization, Content-Type", "access-control-max-age": "600"})
        self.assertEqual(ask("https://a.b.pages.example", "GET").fields["access-control-allow-origin"],
                         "https://a.b.pages.example")
        refused = ask(STRANGER, "PUT")
        self.assertEqual((refused.status, set(self.cors_of(refused))), (204, {"vary"}))
        # The route of other methods has no CORS: it takes OPTIONS as any other method, with a token.
        self.assertEqual((ask(PAGE, "DELETE").status, self.cors_of(ask(PAGE, "DELETE"))), (401, {}))
        # What no route answers says nothing of it.
        self.assertEqual(ask(PAGE, "GET", "/none").status, 404)
        self.assertEqual(self.cors_of(ask(PAGE, "GET", "/none")), {})
        self.assertEqual(self.cors_of(server.request("POST", "/down/x", fields=(("Origin", PAGE),))), {})
        self.assertEqual(up.requests, [])

    def test_a_reload_changes_who_may_read(self):
        up = self.upstream()
        server = self.serve(up, ROUTES)
        page = (("Origin", STRANGER),)
        self.assertNotIn("access-control-allow-origin", server.request("GET", "/api/x", self.token, page).fields)
        server.site.write(extra=server.site.values["extra"].replace(PAGE, STRANGER))
        server.reload_taken()
        got = server.request("GET", "/api/x", self.token, page)
        self.assertEqual(got.fields["access-control-allow-origin"], STRANGER)


LIMITED = """
[[route]]
path = "/tried/*"
methods = ["GET"]
scopes = ["example:note:read"]
upstream = "api"
[[route.limit]]
by = "address"
rate = "3/h"

[[route]]
path = "/used/*"
methods = ["GET"]
scopes = ["example:note:read"]
upstream = "api"
[[route.limit]]
by = "subject"
rate = "2/h"
[[route.limit]]
by = "issuer"
rate = "100/s"
burst = 1000
[route.cors]
origins = ["*"]
exposed = ["Retry-After"]
"""


class Limits(Guards):
    def test_by_address_stand_before_the_token(self):
        server = self.serve(self.upstream(), LIMITED)
        for left, (token, status) in zip((2, 1, 0), ((self.token, 200), ("a.b.c", 401), (self.poor, 403))):
            got = server.request("GET", "/tried/x", token)
            self.assertEqual(got.status, status)
            self.assertEqual(got.fields["ratelimit-policy"], '"address";q=3;w=3600')
            self.assertRegex(got.fields["ratelimit"], f'^"address";r={left};t=[0-9]+$')
        got = server.request("GET", "/tried/x", self.token)
        self.assertEqual((got.status, got.json()), (429, {"detail": "Too Many Requests"}))
        self.assertIn(int(got.fields["retry-after"]), range(1195, 1201))
        self.assertEqual(server.request("GET", "/used/x", self.token).status, 200)
        self.assertEqual(server.metric('latchkey_rate_limited_total{route="/tried/*",by="address"}'), 1)

    def test_by_subject_are_the_tokens_own_and_live_on_over_a_reload(self):
        server = self.serve(self.upstream(), LIMITED)
        other = self.issuer.mint(audience="account", scope="example:note:read", subject="somebody-else")
        for status in (200, 200, 429):
            self.assertEqual(server.request("GET", "/used/x", self.token).status, status)
        got = server.request("GET", "/used/x", self.token)
        self.assertEqual(got.fields["access-control-allow-origin"], "*")
        self.assertEqual(got.fields["access-control-expose-headers"], "Retry-After")
        self.assertEqual(server.request("GET", "/used/x", other).status, 200)
        server.site.write(level="debug")
        server.reload_taken()
        self.assertEqual(server.request("GET", "/used/x", self.token).status, 429)
        server.site.write(extra=server.site.values["extra"].replace("2/h", "3/h"))
        server.reload_taken()
        self.assertEqual(server.request("GET", "/used/x", self.token).status, 200)
        self.assertEqual(server.metric('latchkey_rate_limited_total{route="/used/*",by="subject"}'), 3)


HEADERS = """
[server.headers]
hsts = "max-age=300; includeSubDomains"
content_type_options = true
frame_options = "DENY"
referrer_policy = "no-referrer"
fields = { X-Own = "a b" }
"""
ADDED = {"strict-transport-security": "max-age=300; includeSubDomains", "x-content-type-options": "nosniff",
         "x-frame-options": "DENY", "referrer-policy": "no-referrer", "x-own": "a b"}


class Headers(Guards):
    def test_are_on_all_answers_that_have_none(self):
        up = self.upstream("Server: nginx/1.0", "X-Frame-Options: SAMEORIGIN", "X-Own: theirs")
        server = self.serve(up, ROUTES, tls=HEADERS)
        for path, token, status in (("/notes", self.token, 200), ("/notes", None, 401), ("/none", None, 404),
                                    ("/down/x", None, 503)):
            got = server.request("GET", path, token)
            self.assertEqual(got.status, status)
            self.assertEqual(got.fields, {**got.fields, **ADDED})
            self.assertNotIn("server", got.fields)
        got = server.request("GET", "/api/x", self.token)
        self.assertEqual(got.fields, {**got.fields, **ADDED, "x-frame-options": "SAMEORIGIN", "x-own": "theirs"})
        self.assertNotIn("server", got.fields)

    def test_are_not_there_unless_asked_for(self):
        server = self.serve(self.upstream("Server: nginx/1.0"), ROUTES)
        for path in ("/notes", "/api/x", "/none"):
            got = server.request("GET", path, self.token)
            self.assertFalse({"server", *ADDED} & set(got.fields), path)
        server.site.write(tls=HEADERS)
        server.reload_taken()
        got = server.request("GET", "/none")
        self.assertEqual(got.fields, {**got.fields, **ADDED})


class Refusals(Guards):
    def flood(self, server, count):
        with server.connect() as stream:
            ask = b"GET /notes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer a.b.c\r\n\r\n"
            for _ in range(count):
                stream.sendall(ask)
                got = b""
                while b"\r\n\r\n" not in got:
                    got += stream.recv(65536)
                self.assertIn(b" 401 ", got)

    def test_are_sampled_and_the_rest_is_counted(self):
        server = self.serve(self.upstream(), ROUTES)
        self.flood(server, 300)
        self.assertEqual(server.request("GET", "/notes", self.token).status, 200)
        told = eventually(lambda: server.events("refusals_not_logged"), "the rest is told")
        lines = [one for one in server.events("request") if one["status"] == 401]
        reason = lines[0]["reason"]

        def counted():
            return sum(one["reasons"][reason] for one in server.events("refusals_not_logged"))

        eventually(lambda: counted() + len(lines) == 300, "all are logged or counted")
        self.assertLess(len(lines), 100)
        self.assertEqual(told[0]["reasons"], {reason: told[0]["count"]})
        name = f'latchkey_log_refusals_not_logged_total{{reason="{reason}"}}'
        self.assertEqual(server.metric(name), counted())
        self.assertEqual(len([one for one in server.events("request") if one["status"] == 200]), 1)

    def test_are_all_logged_where_that_is_asked_for(self):
        server = self.serve(self.upstream(), ROUTES)
        server.site.write(level='info"\nsample_refusals = false\nformat = "json')
        server.reload_taken()
        self.flood(server, 50)
        eventually(lambda: len([one for one in server.events("request") if one["status"] == 401]) == 50, "fifty lines")
        self.assertEqual(server.events("refusals_not_logged"), [])


class Secrets(Guards):
    """Whatever place a token is at, and whatever becomes of it, no line of any log has it."""

    ROUTES = """
[[issuer.token_from]]
header = "X-Token"
[[issuer.token_from]]
cookie = "session"

[[route]]
path = "/api/*"
methods = ["*"]
scopes = ["example:note:read"]
upstream = "api"
token_to_upstream = "keep"
[[route.limit]]
by = "subject"
rate = "2/h"

[[route]]
path = "/down/*"
methods = ["*"]
scopes = ["example:note:read"]
upstream = "down"
token_to_upstream = "keep"

[[route]]
path = "/bad/*"
methods = ["*"]
scopes = ["example:note:read"]
upstream = "bad"
token_to_upstream = "keep"
"""

    def echo(self, peer, request):
        """An upstream whose answer cannot be read, and is made of what it was sent."""
        sent = request.get("authorization") or request.get("cookie") or ""
        peer.send(f"HTTP/1.1 200 {sent}\r\n{sent} : x\r\n\r\n".encode())
        return False

    def test_are_in_no_line(self):
        bad = Upstream(self.echo)
        self.addCleanup(bad.stop)
        more = f'[[upstream]]\nname = "bad"\naddresses = ["{bad.url}"]\n'
        server = self.serve(self.upstream("X-Echo: 1"), self.ROUTES + more,
                            level='debug"\nsample_refusals = false\nformat = "json')
        good = self.token
        header, payload, signature = good.split(".")
        forged = f"{header}.{payload}.{signature[:-4]}AAAA"
        asked = 0
        for token in (good, self.poor, forged, "not~a~token~but~secret", f"{good}x"):
            form = f"access_token={token}&a=1".encode()
            places = [
                ("GET", "", (("Authorization", f"Bearer {token}"),), b""),
                ("GET", "", (("Authorization", f"bearer  {token}"),), b""),
                ("GET", "", (("Authorization", f"Basic {token}"),), b""),
                ("GET", "", (("Authorization", f"Bearer {token}, Bearer {token}"),), b""),
                ("GET", "", (("Authorization", f"Bearer {token}"), ("X-Token", token)), b""),
                ("GET", "", (("Authorization", f"Bearer {token}"), ("Authorization", f"Bearer {token}")), b""),
                ("GET", "", (("X-Token", token),), b""),
                ("GET", "", (("Cookie", f"session={token}; other={token}"),), b""),
                ("POST", "", (("Cookie", f"session={token}"), ("Origin", "https://evil.example")), b""),
                ("GET", f"?access_token={token}&x", (), b""),
                ("POST", "", (("Content-Type", "application/x-www-form-urlencoded"),), form),
                ("GET", "", (("X-Forwarded-For", token), ("Forwarded", f"for={token}"), ("X-Forwarded-User", token),
                             ("X-Request-Id", token), ("Origin", token), ("Referer", f"https://x/?{token}"),
                             ("User-Agent", token)), b""),
                ("GET", "", (("Expect", token),), b""),
                ("GET", "", (("Connection", token), ("Upgrade", token)), b""),
                ("GET", "", ((token, "x"),), b""),
                ("GET", "", (("Bad", f"\x01{token}"),), b""),
                ("GET", "", (("Authorization ", f"Bearer {token}"),), b""),
                ("GET", "", (("Host", token),), b""),
            ]
            for route in ("/api/x", "/down/x", "/bad/x", "/none"):
                for method, query, fields, body in places:
                    got = server.request(method, route + query, fields=fields, body=body)
                    asked += got is not None
        self.assertGreater(asked, 300)
        self.assertEqual(server.stop(), 0)
        text = "\n".join(server.lines)
        statuses = {one["status"] for one in server.events("request")}
        self.assertTrue({200, 400, 401, 403, 404, 429, 502, 503} <= statuses, statuses)
        for secret in (signature, signature[:20], self.poor.rpartition(".")[2], "not~a~token~but~secret", payload):
            self.assertNotIn(secret, text)


if __name__ == "__main__":
    main()
