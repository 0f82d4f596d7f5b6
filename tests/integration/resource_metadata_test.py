"""Protected resources over real TLS: the metadata, what every challenge says of it, and whom tokens are for."""

import json
import pathlib
import unittest
import urllib.request

from harness import PATIENCE, Issuer, Latchkey, free_port, main, scratch

CONFIG = """
[server]
trusted_proxies = ["127.0.0.1/32"]
[server.tls]
certificate = "unset"
private_key = "unset"
[admin]
[[issuer]]
issuer = "https://unset.example"
audiences = ["account", "https://api.example/files"]
[issuer.cache]
cooldown = "1s"
[[server.listener]]
listen = ["127.0.0.1:{check_port}"]
plain_http = "loopback"
[forward_auth]
path = "/_latchkey/check"
trusted_proxies = ["127.0.0.1/32"]
[[resource]]
identifier = "https://api.example/mcp"
name = "Tools"
audiences = ["tools"]
[[resource]]
identifier = "https://api.example/files"
[[route]]
path = "/mcp/*"
methods = ["GET", "POST"]
scopes = ["tools:read", "tools:call"]
handler = "token"
[[route]]
path = "/files/list"
methods = ["GET"]
handler = "scopes"
[[route]]
path = "/notes"
methods = ["GET"]
scopes = ["tools:read"]
handler = "notes.read"
[[route]]
path = "/files/checked/*"
methods = ["*"]
handler = "checked"
"""
WELL_KNOWN = "/.well-known/oauth-protected-resource"
METADATA = f'resource_metadata="https://api.example{WELL_KNOWN}/mcp"'
SCOPE = 'scope="tools:read tools:call"'


class ResourceMetadata(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.issuer = Issuer()
        cls.addClassCleanup(cls.issuer.kill)
        cls.check_port = free_port()
        cls.path = pathlib.Path(scratch("resources.toml"))
        cls.path.write_text(CONFIG.format(check_port=cls.check_port))
        cls.server = Latchkey(cls.issuer.url, config=cls.path).await_ready()
        cls.addClassCleanup(cls.server.kill)

    def mint(self, *audiences, scope="tools:read tools:call"):
        names = list(audiences) if len(audiences) > 1 else audiences[0]
        return self.issuer.mint(scope=scope, claim=f"aud={json.dumps(names)}")

    def test_the_metadata(self):
        for path, name in (("/mcp", "mcp"), ("/files", "files")):
            told = self.server.request("GET", WELL_KNOWN + path, fields=(("Origin", "https://page.example"),))
            self.assertEqual(told.status, 200)
            self.assertEqual(told.fields["content-type"], "application/json")
            self.assertEqual(told.fields["access-control-allow-origin"], "*")
            self.assertEqual(told.fields["cache-control"], "public, max-age=300")
            self.assertEqual(told.json()["resource"], f"https://api.example/{name}")
            self.assertEqual(told.json()["authorization_servers"], [self.issuer.url])
            self.assertEqual(told.json()["bearer_methods_supported"], ["header"])
        tools = self.server.request("GET", f"{WELL_KNOWN}/mcp").json()
        self.assertEqual((tools["scopes_supported"], tools["resource_name"]), (["tools:read", "tools:call"], "Tools"))
        head = self.server.request("HEAD", f"{WELL_KNOWN}/mcp")
        self.assertEqual((head.status, head.body), (200, b""))
        self.assertEqual(self.server.request("GET", WELL_KNOWN).status, 404, "no resource is the whole host")
        self.assertEqual(self.server.request("POST", f"{WELL_KNOWN}/mcp").status, 405)
        asked = self.server.request("OPTIONS", f"{WELL_KNOWN}/mcp", fields=(
            ("Origin", "https://page.example"), ("Access-Control-Request-Method", "GET"),
            ("Access-Control-Request-Headers", "mcp-protocol-version")))
        self.assertEqual((asked.status, asked.fields["access-control-allow-headers"]), (204, "*, Authorization"))

    def test_every_challenge_says_where(self):
        def challenge(status, path="/mcp/x", **request):
            got = self.server.request("POST", path, **request)
            self.assertEqual(got.status, status)
            return got.fields["www-authenticate"]
        self.assertEqual(challenge(401), f"Bearer {SCOPE}, {METADATA}")
        self.assertEqual(
            challenge(401, token="a.b.c"),
            f'Bearer error="invalid_token", error_description="bad_base64url", {SCOPE}, {METADATA}')
        poor = self.mint("account", "tools", scope="tools:read")
        self.assertEqual(challenge(403, token=poor), f'Bearer error="insufficient_scope", {SCOPE}, {METADATA}')
        self.assertEqual(
            challenge(400, "/mcp/x?access_token=a", token=poor),
            f'Bearer error="invalid_request", error_description="token_in_two_places", {METADATA}')
        self.assertEqual(self.server.request("GET", "/notes").fields["www-authenticate"], "Bearer")

    def test_tokens_are_for_the_resource(self):
        plain, tools = self.mint("account"), self.mint("account", "https://api.example/mcp")
        alias, files = self.mint("account", "tools"), self.mint("https://api.example/files")
        allowed = {("/mcp", tools), ("/mcp", alias), ("/files/list", files)}
        for again in range(2):
            for token in (plain, tools, alias, files):
                self.assertEqual(self.server.request("GET", "/notes", token=token).status, 200)
                for path in ("/mcp", "/files/list"):
                    got = self.server.request("GET", path, token=token)
                    with self.subTest(path=path, again=again):
                        if (path, token) in allowed:
                            self.assertEqual(got.status, 200)
                            continue
                        self.assertEqual(got.status, 401)
                        self.assertIn('error_description="token_for_another_resource"',
                                      got.fields["www-authenticate"])
        self.assertIn("token_for_another_resource", "\n".join(self.server.lines))

    def test_checks_of_other_proxies(self):
        def check(uri, token=None):
            fields = {"X-Original-Method": "GET", "X-Original-URI": uri}
            if token:
                fields["Authorization"] = f"Bearer {token}"
            asked = urllib.request.Request(f"http://127.0.0.1:{self.check_port}/_latchkey/check", headers=fields)
            try:
                with urllib.request.urlopen(asked, timeout=PATIENCE) as told:
                    return told.status, None
            except urllib.error.HTTPError as refused:
                return refused.code, refused.headers["WWW-Authenticate"]
        where = f'resource_metadata="https://api.example{WELL_KNOWN}/files"'
        self.assertEqual(check("/files/checked/a"), (401, f"Bearer {where}"))
        self.assertEqual(check("/files/checked/a", self.mint("https://api.example/files")), (200, None))
        status, challenge = check("/files/checked/a", self.mint("account"))
        self.assertEqual(status, 401)
        self.assertTrue(challenge.endswith(where), challenge)

    def test_a_reload_changes_what_tokens_are_for(self):
        path = pathlib.Path(scratch("reloaded.toml"))
        text = CONFIG.format(check_port=free_port())
        path.write_text(text)
        server = Latchkey(self.issuer.url, config=path).await_ready()
        self.addCleanup(server.kill)
        token = self.mint("account", "tools")
        self.assertEqual(server.request("GET", "/mcp", token=token).status, 200)

        def reload(changed):
            path.write_text(changed)
            with urllib.request.urlopen(urllib.request.Request(f"{server.admin}/reload", method="POST"),
                                        timeout=PATIENCE) as reloaded:
                self.assertEqual(reloaded.status, 200)
        # The token is in the cache; what it is for there is of the resources before.
        first, second = text.index("[[resource]]"), text.index('[[resource]]\nidentifier = "https://api.example/files"')
        end = text.index("[[route]]")
        swapped = text[:first] + text[second:end] + text[first:second] + text[end:]
        reload(swapped)
        self.assertEqual(server.request("GET", "/mcp", token=token).status, 200)
        self.assertEqual(server.request("GET", "/files/list", token=token).status, 401)
        reload(swapped.replace('audiences = ["tools"]', 'audiences = ["other"]'))
        self.assertEqual(server.request("GET", "/mcp", token=token).status, 401)
        reload(text)
        self.assertEqual(server.request("GET", "/mcp", token=token).status, 200)


if __name__ == "__main__":
    main()
