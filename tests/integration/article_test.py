"""The API of the article: the answers its own application gives, replayed against the real server."""

import json
import re
import unittest
import urllib.request

import harness

BOTH = "openid example:note:read example:note:create"

# What the server answers otherwise than the article's application, on purpose (see docs/example.md).
DIFFERENT = {
    "substring scope": (401, {"detail": "Not enough permissions"}),
    "no scope claim": (401, {"detail": "Not enough permissions"}),
    "no scope claim, my-scopes": (200, []),
    "no exp": (401, {"detail": "Could not validate credentials"}),
    "trailing slash": (404, {"detail": "Not Found"}),
}


class Article(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.issuer = harness.Issuer()
        cls.foreign = harness.Issuer(key=harness.scratch("foreign.pem"))
        cls.server = harness.Latchkey(cls.issuer.url).await_ready()

    @classmethod
    def tearDownClass(cls):
        for program in (cls.server, cls.foreign, cls.issuer):
            program.stop()

    def credentials(self, name):
        """The Authorization value of a recorded case."""
        mint = self.issuer.mint
        kid = self.issuer_kid()
        special = {
            "no token": lambda: None,
            "no token, unguarded scope route": lambda: None,
            "other scheme": lambda: "Basic dXNlcjpwYXNz",
            "garbage token": lambda: "Bearer abc",
            "empty token": lambda: "Bearer ",
            "lower-case scheme": lambda: "bearer " + mint(scope=BOTH),
            "expired": lambda: "Bearer " + mint(scope=BOTH, expires_in=-60),
            "not yet valid": lambda: "Bearer " + mint(scope=BOTH, not_before=600),
            "wrong audience": lambda: "Bearer " + mint(scope=BOTH, audience="other"),
            "audience list": lambda: "Bearer " + mint(scope=BOTH, claim='aud=["x","account"]'),
            "no audience": lambda: "Bearer " + mint(scope=BOTH, no_claim="aud"),
            "no exp": lambda: "Bearer " + mint(scope=BOTH, no_claim="exp"),
            "foreign key": lambda: "Bearer " + self.foreign.mint(scope=BOTH, issuer=self.issuer.url, kid=kid),
            "unknown kid": lambda: "Bearer " + mint(scope=BOTH, kid="nope"),
            "missing scope": lambda: "Bearer " + mint(scope="openid"),
            "missing scope create": lambda: "Bearer " + mint(scope="openid example:note:read"),
            "substring scope": lambda: "Bearer " + mint(scope="example:note:readonly"),
            "no scope claim": lambda: "Bearer " + mint(no_claim="scope"),
            "no scope claim, my-scopes": lambda: "Bearer " + mint(no_claim="scope"),
        }
        if name in special:
            return special[name]()
        return "Bearer " + mint(scope=BOTH)

    def issuer_kid(self):
        with urllib.request.urlopen(self.issuer.url + "/.well-known/jwks.json") as answer:
            return json.load(answer)["keys"][0]["kid"]

    def test_every_recorded_answer(self):
        recorded = harness.SHARED / "seed" / "answers.json"
        if not recorded.exists():
            self.skipTest(f"recorded answers not found: {recorded}")
        cases = json.loads(recorded.read_text())["cases"]
        self.assertEqual(len(cases), 30, "recorded cases")
        seen_differences = set()
        for case in cases:
            with self.subTest(case["name"]):
                self.replay(case, seen_differences)
        self.assertEqual(seen_differences, set(DIFFERENT))

    def replay(self, case, seen_differences):
        name, asked = case["name"], case["request"]
        fields = []
        if asked["authorization"] is not None:
            fields.append(("Authorization", self.credentials(name)))
        got = self.server.request(asked["method"], asked["path"], fields=fields)
        if name in DIFFERENT:
            seen_differences.add(name)
            status, body = DIFFERENT[name]
            self.assertEqual(got.status, status)
            self.assertEqual(got.json(), body)
            self.assertNotEqual(got.status, case["status"] if name != "no scope claim" else 500)
            return
        self.assertEqual(got.status, case["status"])
        for field, expected in case["headers"].items():
            self.check_field(field, expected, got.fields.get(field, ""))
        if case["headers"].get("content-type") == "application/json" and not case["body"].startswith("("):
            self.check_json(name, json.loads(case["body"]), got.json())
        elif case["body"].startswith("("):
            self.assertGreater(len(got.body), 100)

    def check_field(self, field, expected, got):
        if field == "www-authenticate":
            # At least what the article's application sends: the scheme, and the scope where it names one.
            self.assertTrue(got.startswith("Bearer"), got)
            for part in re.findall(r'\w+="[^"]*"', expected):
                self.assertIn(part, got)
        elif field == "allow":
            self.assertIn(expected, [method.strip() for method in got.split(",")])
        else:
            self.assertEqual(got, expected)

    def check_json(self, name, expected, got):
        if name == "my token":
            # Issuer and times are this run's own; everything else, and the order, is as recorded.
            self.assertEqual(list(got), list(expected))
            for volatile in ("iss", "iat", "exp"):
                expected.pop(volatile), got.pop(volatile)
        self.assertEqual(got, expected)

    def test_openapi_names_the_same_api(self):
        recorded = harness.SHARED / "seed" / "openapi.json"
        if not recorded.exists():
            self.skipTest(f"recorded document not found: {recorded}")
        expected = json.loads(recorded.read_text())
        got = self.server.request("GET", "/openapi.json").json()
        self.assertEqual(list(got["paths"]), list(expected["paths"]))
        for path, methods in expected["paths"].items():
            self.assertEqual(sorted(got["paths"][path]), sorted(methods))
            for method, operation in methods.items():
                for key in ("security", "summary", "description", "operationId"):
                    self.assertEqual(got["paths"][path][method][key], operation[key])
        flows = got["components"]["securitySchemes"]["OAuth2AuthorizationCodeBearer"]["flows"]
        wanted = expected["components"]["securitySchemes"]["OAuth2AuthorizationCodeBearer"]["flows"]
        self.assertEqual(list(flows), list(wanted))
        self.assertEqual(flows["authorizationCode"]["scopes"], wanted["authorizationCode"]["scopes"])

    def test_insufficient_scope_is_403_by_default(self):
        with_default = harness.Latchkey(self.issuer.url, "server.insufficient_scope_status=403").await_ready()
        got = with_default.request("GET", "/notes", self.issuer.mint(scope="openid"))
        self.assertEqual(got.status, 403)
        self.assertIn('error="insufficient_scope"', got.fields["www-authenticate"])
        self.assertEqual(with_default.stop(), 0)

    def test_the_log_has_reasons_and_no_tokens(self):
        token = self.issuer.mint(scope=BOTH, expires_in=-60)
        answer = self.server.request("GET", f"/notes?access={token}", token, fields=[("X-Request-Id", "find-me")])
        self.assertNotEqual(answer.fields["x-request-id"], "find-me", "nobody here is a trusted proxy")
        line = self.server.wait_for(f'"id":"{answer.fields["x-request-id"]}"').string
        entry = json.loads(line)
        self.assertEqual((entry["status"], entry["reason"], entry["route"]), (401, "expired", "/notes"))
        everything = "\n".join(self.server.lines)
        for part in token.split("."):
            self.assertNotIn(part, everything)

    def test_the_docs_page_is_locked_down(self):
        page = self.server.request("GET", "/")
        policy = page.fields["content-security-policy"]
        self.assertIn("default-src 'none'", policy)
        self.assertNotIn("unsafe", policy)
        self.assertEqual(page.fields["cross-origin-opener-policy"], "same-origin-allow-popups")
        redirect = self.server.request("GET", "/docs/oauth2-redirect")
        self.assertNotIn("cross-origin-opener-policy", redirect.fields)


if __name__ == "__main__":
    harness.main()
