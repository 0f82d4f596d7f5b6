"""What /metrics tells of the traffic that a server has had, in both formats and over a reload."""

import json
import re
import shutil
import socket
import ssl
import subprocess
import sys
import time
import unittest
import urllib.request

import harness
from site_of_its_own import Serving, Site, eventually
from upstream import Upstream

API = """
[[upstream]]
name = "api"
addresses = ["http://127.0.0.1:{port}"]
{more}
[[route]]
path = "/api/*"
methods = ["*"]
public = true
upstream = "api"
"""
OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
MORE = """
[[route]]
path = "/mine"
methods = ["GET"]
handler = "token"
"""


# By the reference implementation, which refuses what is not OpenMetrics.
READ = """
import json, sys
from prometheus_client.openmetrics import parser
all = parser.text_string_to_metric_families(sys.stdin.read())
print(json.dumps({one.name: [one.type, one.unit, sum(each.value for each in one.samples)] for one in all}))
"""


def has_parser(python):
    tried = [python, "-c", "import prometheus_client.openmetrics.parser"]
    try:
        return subprocess.run(tried, stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def scrape(server, accept="text/plain"):
    request = urllib.request.Request(f"{server.admin}/metrics", headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=harness.PATIENCE) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def samples(server):
    """The samples of a page, {name: {labels: value}}, with the labels as a set of pairs."""
    found = {}
    for line in scrape(server)[1].splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = re.fullmatch(r"([a-z_]+)(?:\{(.*)\})? (\S+)", line).groups()
        pairs = frozenset(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or ""))
        found.setdefault(name, {})[pairs] = float(value)
    return found


def total(found, name, **labels):
    """The sum of the samples that have these labels."""
    return sum(value for pairs, value in found.get(name, {}).items() if pairs >= labels.items())


class Traffic(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.issuer = harness.Issuer()
        cls.addClassCleanup(cls.issuer.stop)
        cls.token = cls.issuer.mint(audience="account", scope="example:note:read")

    def serve(self, **settings):
        site = Site(self.issuer, server="workers = 2", **settings)
        server = Serving(site)
        self.addCleanup(server.stop)
        return site, server.await_ready()

    def ask(self, server):
        """Two that are answered, one without a token, one with a bad one, one of no route, one that is no HTTP."""
        for _ in range(2):
            self.assertEqual(server.request("GET", "/notes", self.token).status, 200)
        self.assertEqual(server.request("GET", "/notes").status, 401)
        self.assertEqual(server.request("GET", "/notes", self.token[:-20] + "A" * 20).status, 401)
        self.assertEqual(server.request("POST", "/nowhere", self.token, body=b"four").status, 404)
        self.assertEqual(server.exchange(b"GET /notes HTTP/1.1\r\n\r\n").status, 400)
        with socket.create_connection(("127.0.0.1", server.port), timeout=harness.PATIENCE) as raw:
            raw.sendall(b"garbage")
            raw.recv(100)

    # An answer is with its client before it is counted.
    def counted(self, server, accepted):
        def all_closed():
            found = samples(server)
            done = total(found, "latchkey_connections_closed_total") == accepted
            return found if done else None

        return eventually(all_closed, f"{accepted} connections have ended")

    def test_requests_are_counted_by_what_they_came_to(self):
        _, server = self.serve()
        self.ask(server)
        found = self.counted(server, 7)
        requests = "latchkey_requests_total"
        self.assertEqual(total(found, requests, route="/notes", method="GET", status="2xx"), 2)
        self.assertEqual(total(found, requests, route="/notes", method="GET", status="4xx"), 2)
        self.assertEqual(total(found, requests, route="none", method="POST", status="4xx"), 1)
        self.assertEqual(total(found, requests, route="none", method="other", status="4xx"), 1)
        self.assertEqual(total(found, requests), 6)
        self.assertEqual(total(found, "latchkey_request_duration_seconds_count"), 5)
        self.assertEqual(total(found, "latchkey_request_duration_seconds_bucket", route="/notes", le="+Inf"), 4)
        self.assertGreater(total(found, "latchkey_request_duration_seconds_sum", route="/notes"), 0)
        self.assertGreater(total(found, "latchkey_response_body_bytes_total", route="/notes"), 4)
        for reason in ("no_credentials", "bad_signature", "bad_host"):
            self.assertEqual(total(found, "latchkey_refusals_total", reason=reason), 1, reason)
        self.assertEqual(total(found, "latchkey_verifications_total", result="accepted"), 2)
        self.assertEqual(total(found, "latchkey_verifications_total", result="refused", path="single"), 1)
        self.assertEqual(total(found, "latchkey_requests_in_flight"), 0)

    def test_connections_and_handshakes_are_counted(self):
        _, server = self.serve()
        self.ask(server)
        found = self.counted(server, 7)
        self.assertEqual(total(found, "latchkey_connections_accepted_total"), 7)
        self.assertEqual(total(found, "latchkey_connections_open"), 0)
        self.assertEqual(total(found, "latchkey_connections_closed_total", reason="answered"), 5)
        self.assertEqual(total(found, "latchkey_connections_closed_total", reason="refused"), 1)
        self.assertEqual(total(found, "latchkey_connections_closed_total", reason="handshake"), 1)
        handshakes = "latchkey_tls_handshakes_total"
        self.assertEqual(total(found, handshakes, result="ok", version="1.3", resumed="no"), 6)
        self.assertEqual(total(found, handshakes, result="not_tls"), 1)
        # With a ticket of before.
        context = harness.tls()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        session = None
        for _ in range(2):
            with socket.create_connection(("127.0.0.1", server.port), timeout=harness.PATIENCE) as raw:
                with context.wrap_socket(raw, server_hostname="localhost", session=session) as stream:
                    session = stream.session
        found = self.counted(server, 9)
        self.assertEqual(total(found, handshakes, result="ok", version="1.2", resumed="no"), 1)
        self.assertEqual(total(found, handshakes, result="ok", version="1.2", resumed="yes"), 1)
        self.assertEqual(total(found, "latchkey_connections_closed_total", reason="client"), 2)

    def test_counters_go_on_over_reloads(self):
        site, server = self.serve()
        self.ask(server)
        before = self.counted(server, 7)
        site.write(extra=MORE + "[verify]\ntoken_cache_bytes = 0\n")
        server.reload_taken()
        self.assertEqual(server.request("GET", "/mine", self.token).status, 200)
        self.assertEqual(server.request("GET", "/notes", self.token).status, 200)
        after = self.counted(server, 9)
        self.assert_gone_on(before, after)
        self.assertEqual(total(after, "latchkey_requests_total", route="/notes", status="2xx"), 3)
        self.assertEqual(total(after, "latchkey_requests_total", route="/mine", status="2xx"), 1)
        self.assertEqual(total(after, "latchkey_verifications_total", result="accepted"), 4)
        # A route that is gone keeps its figures, and goes on where it comes again.
        site.write(extra="")
        server.reload_taken()
        self.assertEqual(server.request("GET", "/mine", self.token).status, 404)
        site.write(extra=MORE)
        server.reload_taken()
        self.assertEqual(server.request("GET", "/mine", self.token).status, 200)
        found = self.counted(server, 11)
        self.assertEqual(total(found, "latchkey_requests_total", route="/mine", status="2xx"), 2)
        self.assertEqual(total(found, "latchkey_config_reloads_total", outcome="taken"), 3)

    def assert_gone_on(self, before, after):
        for name, of in before.items():
            for labels, value in of.items():
                if name.endswith(("_total", "_bucket", "_count", "_sum")):
                    self.assertGreaterEqual(after[name][labels], value, f"{name} {set(labels)}")

    def test_counters_of_parts_that_are_replaced_go_on(self):
        behind = Upstream()
        self.addCleanup(behind.stop)
        site, server = self.serve(extra=API.format(port=behind.port, more=""))
        for _ in range(3):
            self.assertEqual(server.request("GET", "/api/", self.token).status, 200)
            self.assertEqual(server.request("GET", "/notes", self.token).status, 200)
        before = self.counted(server, 6)
        answers = "latchkey_upstream_answers_total"
        self.assertEqual(total(before, answers), 3)
        self.assertGreater(total(before, "latchkey_signatures_total"), 0)
        fetched = total(before, "latchkey_jwks_fetches_total", result="ok")
        self.assertGreater(fetched, 0)
        # Another upstream of the name, other verifiers, and keys that are had anew.
        keys = [(issuer, f"{uri}?anew") for issuer, uri in site.values["issuers"]]
        site.write(issuers=keys, extra=API.format(port=behind.port, more="max_idle_connections = 7") + "[verify]\ntoken_cache_bytes = 100000\n")
        server.reload_taken()
        self.assert_gone_on(before, samples(server))
        self.assertEqual(server.request("GET", "/api/", self.token).status, 200)
        # What nobody uses any more is let go of soon.
        until = time.monotonic() + 3
        while time.monotonic() < until:
            after = samples(server)
            self.assert_gone_on(before, after)
            time.sleep(0.1)
        self.assertEqual(total(after, answers), 4)
        self.assertGreater(total(after, "latchkey_jwks_fetches_total", result="ok"), fetched)
        self.assertEqual(total(after, "latchkey_token_cache_limit_bytes"), 100000)

    def test_the_last_good_reload_is_told(self):
        site, server = self.serve()
        began = total(samples(server), "latchkey_config_last_success_timestamp_seconds")
        self.assertLess(abs(began - time.time()), 60)
        site.write(extra="nonsense")
        self.assertNotEqual(server.reload()[0], 200)
        self.assertEqual(total(samples(server), "latchkey_config_last_success_timestamp_seconds"), began)
        site.write(extra="")
        server.reload_taken()
        self.assertGreater(total(samples(server), "latchkey_config_last_success_timestamp_seconds"), began)
        expiry = samples(server)["latchkey_certificate_not_after_seconds"]
        self.assertTrue(all(value > time.time() for value in expiry.values()))
        self.assertTrue(any(("name", "localhost") in labels for labels in expiry), expiry)

    @unittest.skipUnless(shutil.which("promtool"), "promtool (Debian's package prometheus) is not installed")
    def test_stands_the_check_of_promtool(self):
        _, server = self.serve()
        self.ask(server)
        self.counted(server, 7)
        kind, text = scrape(server)
        self.assertEqual(kind, "text/plain; version=0.0.4; charset=utf-8")
        checked = subprocess.run(["promtool", "check", "metrics"], input=text, text=True, capture_output=True)
        self.assertEqual((checked.returncode, checked.stdout + checked.stderr), (0, ""), text)

    def test_is_openmetrics_for_who_asks(self):
        python = next((one for one in (sys.executable, "/usr/bin/python3") if has_parser(one)), None)
        if python is None:
            self.skipTest("python3-prometheus-client is not installed")
        _, server = self.serve()
        self.ask(server)
        self.counted(server, 7)
        kind, text = scrape(server, OPENMETRICS)
        self.assertEqual(kind, "application/openmetrics-text; version=1.0.0; charset=utf-8")
        read = subprocess.run([python, "-c", READ], input=text, text=True, capture_output=True)
        self.assertEqual(read.returncode, 0, read.stderr)
        families = json.loads(read.stdout)
        self.assertEqual(families["latchkey_requests"], ["counter", "", 6])
        self.assertEqual(families["latchkey_request_duration_seconds"][:2], ["histogram", "seconds"])
        self.assertEqual(families["latchkey_response_body_bytes"][:2], ["counter", "bytes"])


if __name__ == "__main__":
    harness.main()
