"""Fetching keys while requests wait for them: one fetch for everybody, and none lost on the way."""

import asyncio
import base64
import http.server
import json
import subprocess
import threading
import time
import unittest
import urllib.request

import harness

SCOPE = "example:note:read"


def encode(number):
    return base64.urlsafe_b64encode(number.to_bytes((number.bit_length() + 7) // 8, "big")).decode().rstrip("=")


def base64_padded(text):
    return text + "=" * (-len(text) % 4)


def large_prime():
    """The prime of 8192 bits of RFC 3526, group 18: as a modulus it takes OpenSSL half a second to refuse."""
    bits = 8062

    def arctan_of_inverse(of):
        term = total = (1 << (bits + 64)) // of
        n, sign = 1, 1
        while term:
            term //= of * of
            n, sign = n + 2, -sign
            total += sign * (term // n)
        return total

    pi = 4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239)) >> 64
    return 2**8192 - 2**8128 - 1 + 2**64 * (pi + 4743158)


def slow_keys():
    """99 keys, each of numbers of its own, the last of which is reached after a minute of checks."""
    modulus = encode(large_prime())
    return [{"kty": "RSA", "kid": f"slow-{i}", "n": modulus, "e": encode(2 * i + 3)} for i in range(99)]


class KeyServer:
    """A provider that answers with one key set, of whatever size."""

    def __init__(self, keys):
        document = json.dumps({"keys": keys}).encode()

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", str(len(document)))
                self.end_headers()
                self.wfile.write(document)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server.server_port}/keys"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def longest_wait_for_livez(server, seconds):
    longest = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.monotonic()
        with urllib.request.urlopen(f"{server.admin}/livez", timeout=harness.PATIENCE) as answer:
            assert answer.status == 200
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.02)
    return longest


class Keys(unittest.TestCase):
    def setUp(self):
        self.issuer = harness.Issuer()
        self.addCleanup(self.issuer.stop)

    def serve(self, *options):
        server = harness.Latchkey(self.issuer.url, *options)
        self.addCleanup(server.stop)
        return server

    def test_a_thousand_requests_on_a_cold_server_make_one_fetch(self):
        token = self.issuer.mint(scope=SCOPE)
        self.issuer.control("fail", {"hold": True})
        # A thousand handshakes of this client may take longer than a fetch usually may, and a request
        # come long after its handshake.
        server = self.serve("issuer.0.cache.total_timeout=25s", "server.timeouts.handshake=25s",
                            "server.timeouts.head=25s")
        load = harness.Load(server.port)

        async def thousand():
            asked = [asyncio.create_task(load.one("/notes", token)) for _ in range(1000)]
            # Released once the first of them has had time to be waiting.
            until = time.monotonic() + 1.5
            while time.monotonic() < until:
                await asyncio.sleep(0.05)
            held = await asyncio.to_thread(self.issuer.fetches)
            await asyncio.to_thread(self.issuer.control, "reset")
            return held, await asyncio.gather(*asked)

        held, statuses = asyncio.run(thousand())
        self.assertEqual(statuses.count(200), 1000, {s: statuses.count(s) for s in set(statuses)})
        self.assertEqual((held, self.issuer.fetches()), (1, 0), "fetches before and after the release")

    def test_a_rotation_under_load_refuses_nobody_and_costs_one_fetch(self):
        server = self.serve("issuer.0.cache.cooldown=1s").await_ready()
        load = harness.Load(server.port)
        before = self.issuer.mint(scope=SCOPE)
        fetched = self.issuer.fetches()
        tokens = [before]
        statuses = []
        stop = False

        async def client():
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", server.port, ssl=load.context, server_hostname="localhost")
            while not stop:
                for token in list(tokens):
                    statuses.append(await load.ask(reader, writer, "/notes", token))
            writer.transport.abort()

        async def run():
            nonlocal stop
            clients = [asyncio.create_task(client()) for _ in range(32)]
            await asyncio.sleep(1.2)  # so that the cool-down since the first load is over
            await asyncio.to_thread(self.issuer.control, "rotate")
            tokens.append(await asyncio.to_thread(lambda: self.issuer.mint(scope=SCOPE)))
            after = len(statuses)
            await asyncio.sleep(1.5)
            stop = True
            await asyncio.gather(*clients)
            return len(statuses) - after

        answered_after = asyncio.run(run())
        self.assertGreater(answered_after, 100)
        self.assertEqual(set(statuses), {200}, {s: statuses.count(s) for s in set(statuses)})
        self.assertEqual(self.issuer.fetches() - fetched, 1)

    def test_unknown_kids_cost_one_fetch_a_cooldown(self):
        server = self.serve().await_ready()
        tokens = [self.issuer.mint(scope=SCOPE, kid=f"unknown-{i}") for i in range(20)]
        for token in tokens:
            self.assertEqual(server.request("GET", "/notes", token).status, 401)
        self.assertEqual(self.issuer.fetches(), 1, "the first load; the cool-down has not passed since")

    def test_a_provider_that_is_down_at_the_start_is_503_and_heals_by_itself(self):
        token = self.issuer.mint(scope=SCOPE)
        self.issuer.control("fail", {"status": 500})
        server = self.serve("issuer.0.cache.backoff_max=1s")
        self.assertEqual(server.readyz(), 503)
        refused = server.request("GET", "/notes", token)
        self.assertEqual(refused.status, 503)
        self.assertGreaterEqual(int(refused.fields["retry-after"]), 1)
        self.assertNotIn("www-authenticate", refused.fields)
        self.assertEqual(server.request("GET", "/notes").status, 401, "no token is no token all the same")
        self.issuer.control("reset")
        server.await_ready()
        self.assertEqual(server.request("GET", "/notes", token).status, 200)
        self.assertTrue(server.events("keys_fetch_failed"))

    def test_a_provider_that_cannot_be_reached_at_the_start(self):
        port = harness.free_port()
        server = harness.Latchkey(f"http://127.0.0.1:{port}", "issuer.0.cache.backoff_max=1s")
        self.addCleanup(server.stop)
        self.assertEqual(server.readyz(), 503)
        late = harness.Issuer(port=port)
        self.addCleanup(late.stop)
        server.await_ready()
        self.assertEqual(server.request("GET", "/notes", late.mint(scope=SCOPE)).status, 200)

    def published(self):
        with urllib.request.urlopen(f"{self.issuer.url}/.well-known/jwks.json", timeout=harness.PATIENCE) as answer:
            return json.load(answer)["keys"]

    def test_keys_that_the_issuer_disqualifies_are_refused_from_the_next_fetch_on(self):
        key = self.published()[0]
        second = subprocess.run([harness.BIN / "latchkey-issuer", "keys", "--key", harness.scratch("second.pem")],
                                check=True, capture_output=True, text=True).stdout
        other = {**json.loads(second)["keys"][0], "kid": key["kid"]}
        cases = {
            "private": [{**key, "d": "AQAB"}],
            "in conflict": [key, other],
            "for encryption": [{**key, "use": "enc"}],
            "replaced by one for encryption": [{**key, "kid": "enc", "use": "enc"}],
        }
        server = self.serve("issuer.0.cache.max_age=1s", "issuer.0.cache.shortest_max_age=1s",
                            "issuer.0.cache.longest_max_age=1s", "issuer.0.cache.backoff_max=1s").await_ready()
        token = self.issuer.mint(scope=SCOPE)
        for name, keys in cases.items():
            with self.subTest(name):
                self.assertEqual(server.request("GET", "/notes", token).status, 200)
                self.issuer.control("fail", {"body": json.dumps({"keys": keys})})
                until = time.monotonic() + harness.PATIENCE
                while server.readyz() == 200 and time.monotonic() < until:
                    time.sleep(0.05)
                refused = server.request("GET", "/notes", token)
                self.assertEqual(refused.status, 503, "from the cache, too")
                self.assertIn("retry-after", refused.fields)
                self.assertEqual(server.status()["state"], "withdrawn")
                self.issuer.control("reset")
                server.await_ready()
        withdrawn = [one for one in server.events("keys_fetch_failed") if "withdrawn_kids" in one]
        self.assertEqual(len(withdrawn), len(cases))
        self.assertEqual(withdrawn[0]["withdrawn_kids"], [key["kid"]])

    def test_keys_that_take_long_to_check_hold_up_nothing_else(self):
        token = self.issuer.mint(scope=SCOPE)
        slow = KeyServer(self.published() + slow_keys())
        self.addCleanup(slow.stop)
        other = harness.Issuer(key=harness.scratch("other.pem"))
        self.addCleanup(other.stop)
        server = self.serve_two(slow, other)
        # The first load of the one is at work now, for two seconds and a bit.
        until = time.monotonic() + 1
        while server.request("GET", "/notes", other.mint(scope=SCOPE)).status != 200:
            self.assertLess(time.monotonic(), until, "the other issuer waits")
        self.assertLess(longest_wait_for_livez(server, 3), 0.25)
        server.await_ready()
        self.assertEqual(server.request("GET", "/notes", token).status, 200, "the sound key came first")
        reasons = {one["reason"] for one in server.status()["skipped"]}
        self.assertEqual(reasons, {"key_check_failed", "key_not_checked"})

    def test_a_server_ends_while_it_checks_keys(self):
        slow = KeyServer(slow_keys())
        self.addCleanup(slow.stop)
        server = self.serve(f"issuer.0.jwks_uri={slow.url}", "issuer.0.cache.backoff_max=1s")
        server.wait_for("listening")
        time.sleep(0.3)
        began = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - began, 4, "one check, and no more of the 99")

    def serve_two(self, slow, other):
        config = harness.scratch("two_issuers.toml")
        with open(harness.CONFIG, encoding="utf-8") as shipped, open(config, "w", encoding="utf-8") as made:
            made.write(shipped.read().replace(
                "[docs]", f'[[issuer]]\nissuer = "{other.url}"\njwks_uri = "{other.url}/.well-known/jwks.json"\n'
                          'audiences = ["account"]\n\n[docs]', 1))
        server = harness.Latchkey(self.issuer.url, f"issuer.0.jwks_uri={slow.url}", config=config)
        self.addCleanup(server.stop)
        return server

    def test_keys_none_of_which_can_be_used_are_told_with_their_reasons(self):
        keys = [{"kty": "oct", "kid": "a", "k": "AAAA"}, {"kty": "RSA", "kid": "b", "n": "????", "e": "AQAB"}]
        self.issuer.control("fail", {"body": json.dumps({"keys": keys})})
        server = self.serve()
        until = time.monotonic() + harness.PATIENCE
        while not server.events("keys_fetch_failed") and time.monotonic() < until:
            time.sleep(0.05)
        told = [{"kid": "a", "kty": "oct", "reason": "kty_not_supported"},
                {"kid": "b", "kty": "RSA", "reason": "bad_modulus"}]
        self.assertEqual(server.events("keys_fetch_failed")[0]["skipped"], told)
        self.assertEqual(server.status()["skipped"], told)

    def test_a_key_without_kid_and_in_unusual_spelling_serves_a_token_without_kid(self):
        key = self.published()[0]
        del key["kid"]
        key.update({"n": base64_padded(key["n"]), "e": "AAEAAQ", "key_ops": [], "oth": None})
        self.issuer.control("fail", {"body": json.dumps({"keys": [key]})})
        server = self.serve().await_ready()
        status = server.status()
        self.assertEqual((status["kids"], status["keys_without_kid"], status["skipped"]), ([], 1, []))
        self.assertEqual(status["noted"], [{"kid": "", "kty": "RSA", "remarks": ["padding", "leading_zeros"]}])
        server.wait_for('"keys_changed"')
        self.assertEqual(server.events("keys_changed")[0]["noted"], status["noted"])
        nameless = self.issuer.mint(scope=SCOPE, header='kid=""')
        self.assertEqual(server.request("GET", "/notes", nameless).status, 200)
        named = server.request("GET", "/notes", self.issuer.mint(scope=SCOPE))
        self.assertEqual(named.status, 401, "a token that names a key gets that key or none")

    def test_a_bad_answer_never_replaces_good_keys(self):
        server = self.serve("issuer.0.cache.cooldown=1s", "issuer.0.cache.backoff_max=1s").await_ready()
        good = self.issuer.mint(scope=SCOPE)
        for fault in ({"body": "<html>"}, {"body": "{}"}, {"body": '{"keys":[]}'}, {"status": 404},
                      {"status": 302, "location": f"{self.issuer.url}/control/stats"}, {"cut_off": True},
                      {"padding": 1_000_000}):
            with self.subTest(fault):
                self.issuer.control("fail", fault)
                failed = server.failed_fetches()
                until = time.monotonic() + harness.PATIENCE
                while server.failed_fetches() == failed and time.monotonic() < until:
                    unknown = self.issuer.mint(scope=SCOPE, kid=f"new-{time.monotonic_ns()}")
                    self.assertIn(server.request("GET", "/notes", unknown).status, (401, 503))
                self.assertGreater(server.failed_fetches(), failed)
                self.assertEqual(server.request("GET", "/notes", good).status, 200)
                self.assertEqual(server.readyz(), 200)

    def test_the_provider_speaks_tls_and_its_certificate_is_checked(self):
        cert, key = harness.certificate()
        secure = harness.Issuer("--tls-certificate", cert, "--tls-key", key)
        self.addCleanup(secure.stop)
        self.assertTrue(secure.url.startswith("https://"))
        trusting = harness.Latchkey(secure.url, f"issuer.0.ca_file={cert}")
        self.addCleanup(trusting.stop)
        trusting.await_ready()
        wary = harness.Latchkey(secure.url)
        self.addCleanup(wary.stop)
        wary.wait_for("keys_fetch_failed")
        self.assertEqual(wary.readyz(), 503)

    def test_ends_in_time_with_a_fetch_in_flight_and_requests_waiting(self):
        self.issuer.control("fail", {"hold": True})
        token = self.issuer.mint(scope=SCOPE)
        server = self.serve("server.timeouts.drain=500ms")
        load = harness.Load(server.port)

        async def waiting():
            asked = [asyncio.create_task(load.one("/notes", token)) for _ in range(100)]
            await asyncio.sleep(0.7)
            begun = time.monotonic()
            status = await asyncio.to_thread(server.stop)
            took = time.monotonic() - begun
            await asyncio.gather(*asked, return_exceptions=True)
            return status, took

        status, took = asyncio.run(waiting())
        self.assertEqual(status, 0)
        self.assertLess(took, 5)
        self.issuer.control("reset")


if __name__ == "__main__":
    harness.main()
