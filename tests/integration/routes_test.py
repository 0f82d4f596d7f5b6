"""What `latchkey routes` says of a configuration and of requests, and what is told of odd routes elsewhere."""

import base64
import json
import os
import pathlib
import subprocess
import unittest

import harness

CONFIG = """
[server.tls]
certificate = "server.pem"
private_key = "server.key"
[[issuer]]
issuer = "https://idp.example/"
jwks_uri = "https://idp.example/keys"
audiences = ["account"]
[[upstream]]
name = "notes"
addresses = ["http://10.0.0.5:9000"]
[[route]]
path = "/*"
methods = ["*"]
upstream = "notes"
claims_to_headers = { "x-user" = "sub" }
[[route]]
path = "/public/*"
methods = ["GET"]
public = true
upstream = "notes"
"""


class Routes(unittest.TestCase):
    def setUp(self):
        self.file = pathlib.Path(harness.scratch("routes.toml"))
        self.file.write_text(CONFIG)

    def run_routes(self, *options, stdin=""):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("LATCHKEY_")}
        return subprocess.run([str(harness.BIN / "latchkey"), "routes", "--config", str(self.file), *options],
                              input=stdin, capture_output=True, text=True, timeout=harness.PATIENCE, env=clean)

    def test_shows_the_table_and_what_is_odd_about_it(self):
        done = self.run_routes()
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = done.stdout.splitlines()
        self.assertEqual(rows[1].split(), ["/public/*", "GET", "nothing", "upstream", "notes"])
        self.assertEqual(rows[2].split(), ["/*", "*", "token", "upstream", "notes"])
        self.assertIn('warning: route.1.path: route "/public/*" asks for no token, within "/*", which does', rows)
        table = json.loads(self.run_routes("--json").stdout)
        self.assertEqual([one["path"] for one in table["routes"]], ["/public/*", "/*"])

    def test_explains_a_request_with_its_claims_from_a_file_or_standard_input(self):
        claims = pathlib.Path(harness.scratch("claims.json"))
        claims.write_text('{"sub": "ann"}')
        for source, stdin in ((str(claims), ""), ("-", '{"sub": "ann"}')):
            with self.subTest(source):
                done = self.run_routes("--explain", "GET", "https://edge.example/a?b", "-H", "X-User: root",
                                       "-H", "accept: text/plain", "--claims", source, "--json", stdin=stdin)
                self.assertEqual(done.returncode, 0, done.stderr)
                made = json.loads(done.stdout)
                self.assertEqual(made["request_line"], "GET /a?b HTTP/1.1")
                fields = [(one["name"], one["value"]) for one in made["fields"]]
                self.assertIn(("x-user", "ann"), fields)
                self.assertIn(("accept", "text/plain"), fields)
                self.assertIn(("host", "edge.example"), fields)
                self.assertNotIn("root", done.stdout)

    def test_takes_the_claims_of_a_token_that_nobody_has_verified(self):
        parts = [base64.urlsafe_b64encode(one).decode().rstrip("=") for one in (b"{}", b'{"sub": "ann"}', b"x")]
        done = self.run_routes("--explain", "GET", "/a", "--token", "-", stdin=".".join(parts) + "\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("\nx-user: ann\n", done.stdout)
        self.assertNotIn(parts[1], done.stdout)
        for token in ("", "a.b", "a.!.c"):
            with self.subTest(token):
                self.assertEqual(self.run_routes("--explain", "GET", "/a", "--token", "-", stdin=token).returncode, 2)

    def test_ends_with_1_where_no_route_takes_the_request(self):
        done = self.run_routes("--explain", "POST", "/public/a")
        self.assertEqual(done.returncode, 1)
        self.assertIn("405", done.stdout)

    def test_ends_with_2_where_the_question_or_the_configuration_is_none(self):
        for options in (["--explain", "GET"], ["--explain", "GET", "a"], ["-H", "a: b"], ["--set", "route.0.upstream=x"],
                        ["--explain", "GET", "/", "--claims", "-"], ["--explain", "GET", "/", "--claims", "-", "--token", "-"], ["--explain", "GET", "/", "-H", "no colon"]):
            with self.subTest(options):
                done = self.run_routes(*options)
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertNotEqual(done.stderr, "")

    def test_what_is_odd_is_told_by_check_config_and_in_the_log(self):
        odd = ["route.4.path=/*", 'route.4.methods=["GET", "PUT"]', "route.4.handler=token"]
        expected = 'route "/my-token" answers 405 where "/*" would take PUT'
        cert, key = harness.certificate()
        sets = [f"server.tls.certificate={cert}", f"server.tls.private_key={key}", *odd]
        checked = subprocess.run([str(harness.BIN / "latchkey"), "check-config", "--config", str(harness.CONFIG),
                                  *(part for one in sets for part in ("--set", one))],
                                 capture_output=True, text=True, timeout=harness.PATIENCE)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        self.assertIn(expected, checked.stderr)
        issuer = harness.Issuer()
        self.addCleanup(issuer.stop)
        server = harness.Latchkey(issuer.url, *odd)
        self.addCleanup(server.stop)
        server.await_ready()
        self.assertIn(expected, [one["message"] for one in server.events("route")])


if __name__ == "__main__":
    unittest.main()
