"""What the server tells its operator of the keys: /status, /metrics and the log."""

import json
import os
import time
import unittest
import urllib.request

import harness


class Status(unittest.TestCase):
    def setUp(self):
        self.issuer = harness.Issuer()
        self.addCleanup(self.issuer.stop)

    def serve(self, *options, **more):
        server = harness.Latchkey(self.issuer.url, *options, **more)
        self.addCleanup(server.stop)
        return server

    def page(self, server, accept):
        request = urllib.request.Request(f"{server.admin}/status", headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=harness.PATIENCE) as answer:
            return answer.headers, answer.read().decode()

    def test_is_json_for_programs_and_a_page_for_people(self):
        server = self.serve().await_ready()
        fields, text = self.page(server, "*/*")
        self.assertEqual(fields["Content-Type"], "application/json")
        one = json.loads(text)["issuers"][0]
        self.assertEqual(one["issuer"], self.issuer.url)
        self.assertEqual(one["source"], f"{self.issuer.url}/.well-known/jwks.json")
        self.assertEqual((one["state"], one["ready"], len(one["kids"])), ("fresh", True, 1))
        fields, text = self.page(server, "text/html,application/xhtml+xml,*/*;q=0.8")
        self.assertTrue(fields["Content-Type"].startswith("text/html"))
        self.assertIn("default-src 'none'", fields["Content-Security-Policy"])
        self.assertIn(one["kids"][0], text)
        self.assertEqual(fields["Vary"], "Accept")

    def test_a_failure_is_shown_counted_and_said_once(self):
        self.issuer.control("fail", {"status": 500})
        server = self.serve("issuer.0.cache.backoff_max=1s")
        until = time.monotonic() + harness.PATIENCE
        while server.failed_fetches() < 3 and time.monotonic() < until:
            time.sleep(0.05)
        one = server.status()
        self.assertEqual((one["state"], one["ready"]), ("never_loaded", False))
        self.assertEqual(one["last_error"]["status"], 500)
        self.assertGreaterEqual(one["failures_in_row"], 3)
        with urllib.request.urlopen(f"{server.admin}/metrics", timeout=harness.PATIENCE) as answer:
            metrics = answer.read().decode()
        self.assertRegex(metrics, r'latchkey_jwks_fetches_total\{[^}]*result="status"\} [3-9]')
        self.assertRegex(metrics, r'latchkey_jwks_state\{[^}]*state="never_loaded"\} 1')
        self.assertEqual(len(server.events("keys_fetch_failed")), 1, server.lines)
        self.issuer.control("reset")
        server.await_ready()
        server.wait_for("keys_recovered")

    def test_discovery_finds_the_keys_where_it_may_lead_to_this_machine(self):
        server = self.serve("issuer.0.jwks_uri=", "issuer.0.allow_internal=true").await_ready()
        self.assertEqual(server.status()["source"], "discovery")
        token = self.issuer.mint(scope="example:note:read")
        self.assertEqual(server.request("GET", "/notes", token).status, 200)

    def test_a_file_of_keys_is_followed_and_a_broken_one_is_not_taken(self):
        def publish(text):
            new = harness.scratch("keys.new")
            with open(new, "w", encoding="utf-8") as out:
                out.write(text)
            os.replace(new, harness.scratch("keys.json"))

        def keys():
            with urllib.request.urlopen(f"{self.issuer.url}/.well-known/jwks.json") as answer:
                return answer.read().decode()

        publish(keys())
        server = self.serve("issuer.0.jwks_uri=", f"issuer.0.jwks_file={harness.scratch('keys.json')}").await_ready()
        old = self.issuer.mint(scope="example:note:read")
        self.assertEqual(server.request("GET", "/notes", old).status, 200)
        publish("{")
        server.wait_for("keys_fetch_failed")
        self.assertEqual(server.request("GET", "/notes", old).status, 200)
        self.issuer.control("rotate")
        publish(keys())
        server.wait_for("keys_recovered")
        new = self.issuer.mint(scope="example:note:read")
        self.assertEqual(server.request("GET", "/notes", new).status, 200)


if __name__ == "__main__":
    harness.main()
