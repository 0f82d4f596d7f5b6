"""What guards routes beside the token: CORS, limits, fields of answers, over real TLS."""

import unittest

from harness import Issuer, main
from site_of_its_own import Serving, Site
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


class Guards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.issuer = Issuer()
        cls.token = cls.issuer.mint(audience="account", scope="example:note:read")
        cls.poor = cls.issuer.mint(audience="account", scope="other")

    @classmethod
    def tearDownClass(cls):
        cls.issuer.stop()

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
        self.assertEqual(server.reload()[0], 200)
        got = server.request("GET", "/api/x", self.token, page)
        self.assertEqual(got.fields["access-control-allow-origin"], STRANGER)


if __name__ == "__main__":
    main()
