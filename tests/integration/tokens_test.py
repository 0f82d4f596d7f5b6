"""What tokens are held to and where they are taken from, by the real server with the article's configuration and
what an operator would set beside it."""

import json
import subprocess
import unittest
import urllib.request

import harness

READ, CREATE = "example:note:read", "example:note:create"
TENANT = "8a6f2c1e-0f0d-4b53-9d0c-7d2f6d1f9b11"


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.issuer = harness.Issuer()

    @classmethod
    def tearDownClass(cls):
        cls.issuer.stop()

    def serve(self, *options):
        server = harness.Latchkey(self.issuer.url, "server.insufficient_scope_status=403", *options)
        self.addCleanup(server.stop)
        return server.await_ready()

    def outcome(self, server, method, path, token=None, fields=()):
        """The status and the reason in the challenge."""
        got = server.request(method, path, token, fields)
        told = got.fields.get("www-authenticate", "")
        return got.status, told.partition('error_description="')[2].rstrip('"')

    def test_bound_tokens(self):
        bound = self.issuer.mint(scope=READ, claim='cnf={"jkt":"a"}')
        self.assertEqual(self.outcome(self.serve(), "GET", "/notes", bound), (401, "token_bound"))
        ignoring = self.serve('issuer.0.bound_tokens="ignore"')
        self.assertEqual(self.outcome(ignoring, "GET", "/notes", bound), (200, ""))

    def test_scope_claims_without_scopes(self):
        server = self.serve()
        kept = self.issuer.mint(scope=READ, claim='permissions=[{"rsid":"1"}]')
        self.assertEqual(self.outcome(server, "GET", "/notes", kept), (200, ""))
        for claim in ("scope=1", "scope=null", 'scope={"a":true}', 'scope=[["example:note:read"]]',
                      'scope="example:note:read\\n"'):
            with self.subTest(claim):
                token = self.issuer.mint(claim=claim)
                self.assertEqual(server.request("GET", "/notes", token).status, 403)
                got = server.request("GET", "/my-scopes", token)
                self.assertEqual((got.status, got.json()), (200, []))

    def test_clocks(self):
        strict, usual = self.serve(), self.serve("issuer.0.clock_skew=60s")
        ahead = self.issuer.mint(scope=READ, not_before=10)
        self.assertEqual(self.outcome(strict, "GET", "/notes", ahead), (401, "not_yet_valid"))
        self.assertEqual(self.outcome(usual, "GET", "/notes", ahead), (200, ""))
        # Ahead by its `iat` alone; and by years where it would put off the end of its age.
        issued_ahead = self.issuer.mint(scope=READ, claim="iat=4000000000")
        self.assertEqual(self.outcome(strict, "GET", "/notes", issued_ahead), (200, ""))
        aging = self.serve("issuer.0.max_token_age=1h")
        self.assertEqual(self.outcome(aging, "GET", "/notes", issued_ahead), (401, "issued_in_future"))
        for _ in range(2):
            self.assertEqual(self.outcome(aging, "GET", "/notes", self.issuer.mint(scope=READ)), (200, ""))
        old = self.issuer.mint(scope=READ, claim="iat=1000000000")
        self.assertEqual(self.outcome(aging, "GET", "/notes", old), (401, "token_too_old"))
        self.assertEqual(self.outcome(strict, "GET", "/notes", old), (200, ""))

    def test_paths_to_claims(self):
        roles = self.serve('issuer.0.scope_claims=["realm_access.roles"]',
                           'issuer.0.required_claim.0.names=["verified"]', "issuer.0.required_claim.0.values=[true]",
                           'issuer.0.required_claim.1.names=["groups"]',
                           'issuer.0.required_claim.1.contains=["staff"]')
        access = 'realm_access={"roles":["example:note:read"]}'
        good = self.issuer.mint(claim=[access, "verified=true", 'groups=["a","staff"]'])
        self.assertEqual(self.outcome(roles, "GET", "/notes", good), (200, ""))
        for claims in (["verified=false", 'groups=["staff"]'], ['verified="true"', 'groups=["staff"]'],
                       ["verified=true", 'groups=["a"]']):
            with self.subTest(claims):
                token = self.issuer.mint(claim=[access, *claims])
                self.assertEqual(self.outcome(roles, "GET", "/notes", token), (401, "claim_mismatch"))

    def test_spaces_and_size(self):
        server = self.serve()
        large = self.issuer.mint(scope=READ, claim=f"groups={json.dumps([f'{i:060}' for i in range(150)])}")
        self.assertGreater(len(large), 12_000)
        self.assertEqual(self.outcome(server, "GET", "/notes", large), (200, ""))
        spaced = ("Authorization", "Bearer   " + self.issuer.mint(scope=READ))
        self.assertEqual(self.outcome(server, "GET", "/notes", fields=[spaced]), (200, ""))

    def test_places(self):
        server = self.serve("issuer.0.token_from.0.cookie=session", "issuer.0.token_from.1.header=X-Token",
                            "issuer.0.token_from.2.header=Sec-WebSocket-Protocol",
                            "issuer.0.token_from.2.prefix=bearer")
        token = self.issuer.mint(scope=f"{READ} {CREATE}")
        cookie, field = ("Cookie", f"theme=dark; session={token}"), ("X-Token", token)
        for fields in ([cookie], [field], [("Authorization", f"Bearer {token}")],
                       [("Sec-WebSocket-Protocol", f"notes.v1, bearer, {token}")]):
            self.assertEqual(self.outcome(server, "GET", "/notes", fields=fields), (200, ""), fields[0][0])
        for fields in ([cookie, field], [cookie, ("Authorization", f"Bearer {token}")],
                       [("Cookie", f"session={token}; session={token}")]):
            self.assertEqual(self.outcome(server, "GET", "/notes", fields=fields), (400, "token_in_two_places"))
        self.assertEqual(server.request("GET", "/notes", fields=[cookie]).fields["cache-control"], "private")
        # The requests of the harness name the host "localhost".
        for origin, status in ((None, 403), ("https://evil.example", 403), ("null", 403),
                               ("http://localhost", 403), ("https://localhost", 200)):
            fields = [cookie] + ([("Origin", origin)] if origin else [])
            self.assertEqual(server.request("POST", "/notes", fields=fields).status, status, origin)
        self.assertEqual(server.request("POST", "/notes", fields=[field]).status, 200)
        everything = "\n".join(server.lines)
        self.assertIn('"reason":"cross_origin"', everything)
        self.assertNotIn(token.split(".")[2], everything)
        # Not said of another server: the places are none.
        plain = self.serve()
        self.assertEqual(self.outcome(plain, "GET", "/notes", fields=[cookie]), (401, ""))

    def test_tenants(self):
        issuer = "https://login.example/{tenantid}/v2.0"
        server = self.serve(f"issuer.0.issuer={issuer}", f'issuer.0.tenants=["{TENANT}"]')

        def mint(tenant, tid):
            return self.issuer.mint(scope=READ, issuer=issuer.replace("{tenantid}", tenant), claim=f'tid="{tid}"')

        other = TENANT.replace("8", "9")
        self.assertEqual(self.outcome(server, "GET", "/notes", mint(TENANT, TENANT)), (200, ""))
        self.assertEqual(self.outcome(server, "GET", "/notes", mint(TENANT, other)), (401, "tenant_mismatch"))
        self.assertEqual(self.outcome(server, "GET", "/notes", mint(other, other)), (401, "issuer_unknown"))
        self.assertEqual(self.outcome(server, "GET", "/notes", mint("{tenantid}", "{tenantid}")),
                         (401, "issuer_unknown"))

    def test_keys_of_tenants(self):
        template, other = "https://login.example/{tenantid}/v2.0", TENANT.replace("8", "9")
        rules = (f"issuer.0.issuer={template}", f"issuer.0.tenants={json.dumps([TENANT, other])}")
        with urllib.request.urlopen(f"{self.issuer.url}/.well-known/jwks.json") as answer:
            published = json.load(answer)["keys"]

        def named(tenant):
            return template.replace("{tenantid}", tenant)

        token = self.issuer.mint(scope=READ, issuer=named(TENANT), claim=f'tid="{TENANT}"')
        for name, issuer, reason in (("own", named(TENANT), ""), ("any", template, ""),
                                     ("other", named(other), "key_of_another_issuer"),
                                     ("version1", "https://sts.example/{tenantid}/", "key_of_another_issuer")):
            with self.subTest(name):
                path = harness.scratch(f"keys_of_{name}.json")
                with open(path, "w", encoding="utf-8") as file:
                    json.dump({"keys": [key | {"issuer": issuer} for key in published]}, file)
                server = self.serve(*rules, "issuer.0.jwks_uri=", f"issuer.0.jwks_file={path}")
                # The second time it would be one that is remembered.
                for _ in range(2):
                    self.assertEqual(self.outcome(server, "GET", "/notes", token), (401 if reason else 200, reason))
                told = self.verify(token, path, rules)
                self.assertEqual(told.returncode, 1 if reason else 0, told.stderr)
                if reason:
                    self.assertIn(reason, told.stdout + told.stderr)
                    self.assertIn(issuer, told.stdout + told.stderr)

    @staticmethod
    def verify(token, keys, rules):
        command = [harness.BIN / "latchkey", "token", "verify", "-", "--jwks", keys, "--config", harness.CONFIG]
        for rule in rules:
            command += ["--set", rule]
        return subprocess.run(command, input=token, capture_output=True, text=True)


if __name__ == "__main__":
    harness.main()
